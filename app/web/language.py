"""The reader's language, and messages that pure code marked for translation."""

from datetime import datetime

from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, get_locale, gettext
from markupsafe import Markup

from app.errors import DomainError
from app.web.zones import instant_twice

COOKIE = "lang"

babel = Babel()


def init_app(app: Flask) -> None:
    """Choose a language that Podium has a catalogue for: cookie, then the browser's wish."""
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    babel.init_app(app, locale_selector=_select)
    app.context_processor(_context)


def languages() -> list[str]:
    """Return the codes of the languages that can be chosen."""
    return sorted({str(locale).replace("_", "-") for locale in babel.list_translations()} | {"en"})


def _select() -> str:
    if not has_request_context():
        return "en"
    known = current_app.extensions.setdefault("podium.languages", languages())
    chosen = request.args.get("lang") or request.cookies.get(COOKIE)
    if chosen in known:
        return str(chosen).replace("-", "_")
    return (request.accept_languages.best_match(known) or "en").replace("-", "_")


def _context() -> dict[str, object]:
    locale = get_locale()
    return {"locale": str(locale).replace("_", "-"), "text_direction": locale.text_direction}


def render_message(error: DomainError) -> str:
    """Return an error's sentence in the reader's language.

    Its instants are told in the zone that its parameter `zone` names, and in the reader's own.
    """
    zone = str(error.params.get("zone", "UTC"))
    params = {name: _readable(value, zone) for name, value in error.params.items()}
    # newstyle gettext would need literal keywords; the message was marked where it was written.
    text: str = gettext(error.message)
    return text % params if params else text


def _readable(value: object, zone: str) -> object:
    if isinstance(value, datetime):
        return instant_twice(value, zone)
    return (
        gettext(value)
        if isinstance(value, str) and not isinstance(value, Markup) and value
        else value
    )
