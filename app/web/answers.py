"""From errors to answers: each domain error has one status, and every answer says what to do."""

import logging
from typing import NamedTuple

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as BaseResponse

from app.errors import (
    ConflictError,
    DomainError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    SignInRequiredError,
    UnavailableError,
)
from app.transaction import roll_back_request
from app.web.gate import current_actor, needs_sign_in
from app.web.language import render_message
from app.web.pages import wants_json

log = logging.getLogger(__name__)

_STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (NotFoundError, 404),
    (ForbiddenError, 403),
    (SignInRequiredError, 401),
    (InvalidError, 422),
    (ConflictError, 409),
    (GoneError, 410),
    (UnavailableError, 503),
)
_SAFE = frozenset({"GET", "HEAD"})


class Words(NamedTuple):
    """What an error page says where the error itself brings no sentence."""

    title: object
    text: object


_WORDS: dict[int, Words] = {
    400: Words(_l("That request made no sense"), _l("Go back, reload the page and try again.")),
    401: Words(_l("Please sign in"), _l("Sign in and you will come back to this page.")),
    403: Words(_l("This page is not yours"), _l("You are signed in as somebody it is not for.")),
    404: Words(
        _l("There is nothing here"),
        _l("The address may be mistyped, or what was here is not public or not yours."),
    ),
    405: Words(_l("That cannot be done here"), _l("Go back and use the page's own buttons.")),
    409: Words(_l("This changed in the meantime"), _l("Reload the page and look again.")),
    410: Words(
        _l("This link does not work any more"), _l("Ask for a new one from whoever sent it.")
    ),
    413: Words(
        _l("That is too large"),
        _l(
            "Nothing was saved. Go back: what you wrote is still in the form. Choose smaller files,"
            " or send a few at a time."
        ),
    ),
    422: Words(_l("Something has to be mended"), _l("Go back and mend what the message names.")),
    429: Words(
        _l("Too many tries"), _l("Wait a few minutes, then try again. Nothing was changed.")
    ),
    500: Words(
        _l("That is our fault"),
        _l("Something broke on our side and has been noted. Nothing was changed; try again."),
    ),
    503: Words(
        _l("A part of Podium does not answer"),
        _l("Nothing was changed. Wait a minute, then try again."),
    ),
}


def init_app(app: Flask) -> None:
    """Answer every error with a page, or with JSON for scripts."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(RateLimitExceeded, _limited)
    app.register_error_handler(IntegrityError, _integrity)
    app.register_error_handler(DataError, _data)
    app.register_error_handler(OperationalError, _operational)
    app.register_error_handler(HTTPException, _http)


def status_of(error: DomainError) -> int:
    """Return the HTTP status that carries `error`."""
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def _answer(status: int, text: object = None, code: str | None = None) -> Response:
    words = _WORDS.get(status, _WORDS[400])
    if wants_json():
        response = jsonify(error=str(text or words.text), code=code or str(status))
    else:
        response = Response(
            render_template(
                "errors/error.html",
                status=status,
                title=words.title,
                text=text or words.text,
                action_url="/",
                action_label=_l("Go to the first page"),
            ),
            mimetype="text/html",
        )
    response.status_code = status
    return response


def _domain(error: DomainError) -> BaseResponse:
    roll_back_request()
    if isinstance(error, SignInRequiredError) and not wants_json():
        back = request.full_path.rstrip("?") if request.method in _SAFE else None
        return redirect(url_for("security.login", next=back))
    text = None if type(error) is NotFoundError else render_message(error)
    return _answer(status_of(error), text, error.reason)


def _csrf(_error: CSRFError) -> BaseResponse:
    roll_back_request()
    if wants_json() and needs_sign_in() and not current_actor().is_authenticated:
        # The token went with the session: to a script, that is what there is to be mended.
        return _domain(SignInRequiredError())
    return _answer(
        400,
        _l(
            "This form was open for too long, or in another session. Go back, reload and resend it."
        ),
        "csrf",
    )


def _limited(_error: RateLimitExceeded) -> Response:
    roll_back_request()
    return _answer(429)


def _integrity(error: IntegrityError) -> Response:
    # The rules were checked before; what slips through is two requests at the same moment.
    roll_back_request()
    log.warning("a constraint refused a change: %s", error.orig)
    return _answer(409)


def _data(error: DataError) -> Response:
    # Longer than its column, or no text at all: forms refuse it before, addresses cannot.
    roll_back_request()
    log.warning("the database cannot keep that: %s", error.orig)
    return _answer(422)


def _operational(error: OperationalError) -> Response:
    roll_back_request()
    log.error("the database did not answer: %s", error.orig)
    return _answer(503)


def _http(error: HTTPException) -> Response | HTTPException:
    roll_back_request()
    original = getattr(error, "original_exception", None)
    if isinstance(error, InternalServerError) and isinstance(original, IntegrityError):
        return _integrity(original)
    if error.code is None or error.code not in _WORDS:
        return error
    return _answer(error.code)
