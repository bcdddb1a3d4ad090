"""What a page may load and reach."""

from media.stores import Store
from tests.client import Client
from tests.conftest import Backend


def directives(client: Client) -> dict[str, str]:
    policy = client.get("/").headers["Content-Security-Policy"]
    pairs = (part.strip().partition(" ") for part in policy.split(";"))
    return {name: sources for name, _, sources in pairs}


def test_a_page_reaches_the_application_and_where_its_files_go(
    client: Client, backend: Backend
) -> None:
    store: Store = client.application.extensions["podium.store"]
    found = directives(client)
    if backend.name == "sqlite+folder":
        assert found["connect-src"] == "'self'"
    else:
        assert found["connect-src"] == f"'self' {store.browser_origin()}"
        assert str(store.browser_origin()).startswith("http://127.0.0.1:")
    others = {name: sources for name, sources in found.items() if name != "connect-src"}
    assert others == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self' data: blob:",
        "media-src": "'self'",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
