"""The page with a developer's mails, and that it is nowhere else."""

import re
from pathlib import Path

import pytest
from flask import Flask

from app import jobs, mail
from app.factory import create_app
from app.settings import Environment, Settings
from app.transaction import Transactions, transaction
from app.web import limiter
from tests.client import client_of
from tests.conftest import Clock

pytestmark = pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)

PRODUCTION = {
    "podium_env": Environment.PRODUCTION,
    "secret_key": "0123456789abcdef0123456789abcdef",
    "public_url": "https://podium.example",
    "mail_url": "smtp://127.0.0.1:1",
}


def application(settings: Settings, **changed: object) -> Flask:
    app = create_app(settings.model_copy(update=changed))
    app.testing = True
    app.extensions["podium.store"].ensure()
    limiter.enabled = False
    return app


def close(app: Flask) -> None:
    queue: jobs.Queue = app.extensions["podium.queue"]
    queue.huey.storage.close()
    transactions: Transactions = app.extensions["podium.transactions"]
    transactions.engine.dispose()


def test_mails_are_listed_newest_first_and_their_links_work(
    settings: Settings, clock: Clock
) -> None:
    app = application(settings, podium_env=Environment.DEVELOPMENT)
    client = client_of(app)
    assert "No mail yet" in client.page("/dev/mail")
    with app.app_context():
        for subject in ("First", "Second <b>"):
            clock.advance(minutes=1)
            with transaction() as session:
                mail.send_text(
                    session,
                    to="amina@example.org",
                    subject=subject,
                    body="Go to http://127.0.0.1/login?a=1&b=2 <script>now</script>",
                    now=clock(),
                )
        jobs.queue().drain()
    page = client.page("/dev/mail")
    names = re.findall(r'href="(/dev/mail/[^"]+\.eml)"', page)
    assert page.index("Second &lt;b&gt;") < page.index("First")
    letter = client.page(names[0])
    assert '<a href="http://127.0.0.1/login?a=1&amp;b=2">' in letter
    assert "&lt;script&gt;now&lt;/script&gt;" in letter
    assert 'href="/dev/mail"' in client.page("/")
    close(app)


@pytest.mark.parametrize(
    "name", ["nothing.eml", "..%2Fpodium.sqlite3", "%2e%2e", "x.eml%00", "sub"]
)
def test_only_mails_can_be_read(settings: Settings, name: str) -> None:
    app = application(settings, podium_env=Environment.DEVELOPMENT)
    (Path(settings.data_dir) / "mail" / "sub").mkdir(parents=True)
    assert client_of(app).get(f"/dev/mail/{name}").status_code == 404
    close(app)


def test_where_mails_are_sent_there_are_none_to_read(settings: Settings) -> None:
    app = application(settings, podium_env=Environment.DEVELOPMENT, mail_url="smtp://127.0.0.1:1")
    client = client_of(app)
    assert "No mail yet" in client.page("/dev/mail")
    assert client.get("/dev/mail/x.eml").status_code == 404
    close(app)


@pytest.mark.parametrize("changed", [PRODUCTION, {}], ids=["production", "test"])
def test_nowhere_else_is_there_such_a_page(settings: Settings, changed: dict[str, object]) -> None:
    app = application(settings, **changed)
    client = client_of(app)
    assert not any(rule.rule.startswith("/dev") for rule in app.url_map.iter_rules())
    for path in ("/dev/mail", "/dev/mail/", "/dev/mail/x.eml"):
        assert client.get(path).status_code == 404
    assert "/dev/" not in client.page("/")
    close(app)
