"""What every page is given: navigation, addresses of built files, and the parts of lists."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Generic, TypeVar

from babel import Locale
from flask import Flask, current_app, request, url_for
from flask_babel import LazyString

from app.authz import Actor
from app.settings import Settings
from app.web.gate import current_actor
from app.web.language import languages
from app.web.text import markdown

Item = TypeVar("Item")

_LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


@dataclass(frozen=True, slots=True)
class NavItem:
    """A link of the main navigation, for those actors it is for."""

    label: LazyString
    endpoint: str
    shown: Callable[[Actor], bool]


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a keyset-paginated list."""

    items: list[Item]
    prev_url: str | None = None
    next_url: str | None = None
    label: str = ""


def init_app(
    app: Flask, navigation: tuple[NavItem, ...], account_navigation: tuple[NavItem, ...]
) -> None:
    """Give every template its surroundings."""

    def context() -> dict[str, object]:
        return {
            "actor": current_actor(),
            "navigation": _links(navigation),
            "account_navigation": _links(account_navigation),
            "languages": _languages(),
            "sign_in_url": url_for("security.login", next=_here()),
            "sign_out_url": url_for("security.logout"),
            "static_url": static_url,
        }

    app.context_processor(context)
    app.jinja_env.filters["markdown"] = markdown


def wants_json() -> bool:
    """Return whether a script asks: it says so in Accept, or talks JSON itself."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or best == "application/json"


def local_path(wished: str | None) -> str:
    """Return `wished` where it is a path of this site, and the first page's where it is not.

    Browsers take two slashes, a backslash or a hidden tab for the way to another site.
    """
    return wished if wished and _LOCAL_PATH.fullmatch(wished) else "/"


def absolute_url(endpoint: str, **values: str | int) -> str:
    """Return a page's address for a mail: PUBLIC_URL's, whatever host a request may name."""
    path = current_app.url_map.bind("").build(endpoint, values)
    settings: Settings = current_app.extensions["podium.settings"]
    return settings.public_url.rstrip("/") + path


def static_url(name: str) -> str:
    """Return the address of a built file; it changes with the content and may be kept for ever."""
    folder = Path(current_app.static_folder or "")
    return url_for("static", filename=name, v=_digest(folder / name))


@cache
def _digest(path: Path) -> str:
    # A file that is not built yet must not keep a page from being shown.
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else "0"


def _links(items: tuple[NavItem, ...]) -> list[dict[str, object]]:
    actor = current_actor()
    return [
        {
            "label": item.label,
            "url": url_for(item.endpoint),
            "current": request.endpoint == item.endpoint,
        }
        for item in items
        if item.shown(actor)
    ]


def _languages() -> list[dict[str, str]]:
    return [
        {
            "code": code,
            "name": Locale.parse(code, sep="-").display_name or code,
            "url": f"?lang={code}",
        }
        for code in languages()
    ]


def _here() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" else None
