"""Where somebody was going when they were asked who they are: remembered until they have said."""

from urllib.parse import urlsplit

from flask import Flask, session
from flask_security import user_authenticated

from app.web import local_path

_KEY = "podium_onward"

# The first page and those about signing in are where one sets out from; nobody means to return.
_SETTING_OUT = frozenset(("", "login", "register", "confirm", "reset"))


def init_app(app: Flask) -> None:
    """Forget a remembered wish as soon as it has served."""
    user_authenticated.connect(_forget, app)


def wish(wished: str | None) -> str:
    """Return the local path that `wished` names, or empty text where it names no particular one."""
    path = local_path(wished)
    return "" if urlsplit(path).path.split("/")[1] in _SETTING_OUT else path


def remembered(wished: str | None) -> str:
    """Return `wished`, and keep it for this browser; else what was kept, else empty text.

    The way to an account leads over a mail and back, which would lose a parameter.
    """
    path = wish(wished)
    if path:
        session[_KEY] = path
    return path or str(session.get(_KEY, ""))


def _forget(_app: Flask, **_said: object) -> None:
    session.pop(_KEY, None)
