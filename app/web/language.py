"""The reader's language, and messages that pure code marked for translation."""

from datetime import datetime

from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, get_locale, gettext
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.errors import DomainError
from app.web.gate import current_actor
from app.web.zones import instant_twice

COOKIE = "lang"
COOKIE_SECONDS = 365 * 24 * 3600

babel = Babel()


def init_app(app: Flask) -> None:
    """Choose a language that Podium has a catalogue for.

    This device's choice counts first, then the account's, then the browser's wish.
    """
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    babel.init_app(app, locale_selector=_select)
    app.context_processor(_context)
    app.after_request(_keep_choice)


def languages() -> list[str]:
    """Return the codes of the languages that can be chosen."""
    if "podium.languages" not in current_app.extensions:
        found = {str(locale).replace("_", "-") for locale in babel.list_translations()}
        current_app.extensions["podium.languages"] = sorted(found | {"en"})
    known: list[str] = current_app.extensions["podium.languages"]
    return known


def remember_language(response: Response, code: str) -> None:
    """Let this browser have its pages in the language `code` from now on."""
    response.set_cookie(
        COOKIE, code, max_age=COOKIE_SECONDS, samesite="Lax", secure=request.is_secure
    )


def _select() -> str:
    chosen = _wish() if has_request_context() else "en"
    # Podium's own English writes 14 March 2025, 23:00, as the UN does.
    return "en_GB" if chosen == "en" else chosen.replace("-", "_")


def _wish() -> str:
    known = languages()
    wishes = (request.args.get("lang"), request.cookies.get(COOKIE), current_actor().locale)
    chosen = next((wish for wish in wishes if wish in known), None)
    return chosen or request.accept_languages.best_match(known) or "en"


def _keep_choice(response: Response) -> Response:
    chosen = request.args.get("lang")
    if chosen in languages():
        remember_language(response, str(chosen))
    return response


def _context() -> dict[str, object]:
    locale = get_locale()
    code = "en" if locale.language == "en" else str(locale).replace("_", "-")
    return {"locale": code, "text_direction": locale.text_direction}


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
