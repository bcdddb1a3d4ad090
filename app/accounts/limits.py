"""How often one may try: what guesses passwords, or fills a stranger's inbox, is slowed down."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

from app.web import current_actor, limiter

View = Callable[..., Any]

# Flask-Security's views; those that send mail count every try, the others the failed ones only.
_GUESSING = ("login", "verify", "change_password", "reset_password")
_MAILING = ("register", "forgot_password", "send_confirmation")


def init_app(app: Flask) -> None:
    """Limit Flask-Security's views, which carry no decorator of ours."""
    for names, limited in ((_GUESSING, limit_guesses), (_MAILING, limit_mails)):
        for name in names:
            endpoint = f"security.{name}"
            app.view_functions[endpoint] = limited(app.view_functions[endpoint])


def limit_guesses(view: View) -> View:
    """Let one person fail ten times in a quarter of an hour, and one host be busy but not mad."""
    per_person = limiter.limit(
        "10 per 15 minutes", key_func=_whom, methods=["POST"], deduct_when=_failed
    )
    return _per_host(per_person(view))


def limit_mails(view: View) -> View:
    """Let one address be sent five mails of a kind in an hour."""
    per_address = limiter.limit("5 per hour", key_func=_whom, methods=["POST"])
    return _per_host(per_address(view))


def _per_host(view: View) -> View:
    # Generous: a whole newsroom or a jury may share one address.
    limited: View = limiter.limit("40 per minute; 400 per hour", methods=["POST"])(view)
    return limited


def _whom() -> str:
    """Return whom a try is about: the address typed in, else whoever is signed in or the host."""
    typed = request.form.get("email", "").strip().lower()[:255]
    if typed:
        return f"address:{typed}"
    actor = current_actor()
    return f"user:{actor.user_id}" if actor.is_authenticated else f"host:{request.remote_addr}"


def _failed(response: Response) -> bool:
    return response.status_code >= 400  # noqa: PLR2004 - HTTP's own border
