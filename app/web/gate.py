"""Who is asking, and whether the route lets them near: checked before every view."""

from collections.abc import Callable

from flask import Flask, current_app, g, request

from app.authz import OPEN_TO_ALL, Actor, Permission, check_permission
from app.errors import N_, InvalidError, NotFoundError

# Routes that libraries bring, so that no decorator of ours can stand on their views.
_LIBRARY_ROUTES: dict[str, Permission] = {"static": Permission.READ_PUBLIC}
_LIBRARY_BLUEPRINTS: dict[str, Permission] = {"security": Permission.READ_PUBLIC}


def init_app(app: Flask, load_actor: Callable[[], Actor]) -> None:
    """Check every request's declared permission before its view runs."""
    app.extensions["podium.load_actor"] = load_actor
    app.before_request(_check)


def current_actor() -> Actor:
    """Return whoever is asking in this request."""
    if "podium_actor" not in g:
        g.podium_actor = current_app.extensions["podium.load_actor"]()
    actor: Actor = g.podium_actor
    return actor


def declared_permission(app: Flask, endpoint: str) -> Permission | None:
    """Return what the view behind `endpoint` declared, or None where it forgot to."""
    if endpoint in _LIBRARY_ROUTES:
        return _LIBRARY_ROUTES[endpoint]
    blueprint = endpoint.partition(".")[0]
    if blueprint in _LIBRARY_BLUEPRINTS:
        return _LIBRARY_BLUEPRINTS[blueprint]
    found: Permission | None = getattr(app.view_functions[endpoint], "podium_permission", None)
    return found


def needs_sign_in() -> bool:
    """Tell whether the route of this request is for people who are signed in."""
    endpoint = request.endpoint
    needed = declared_permission(current_app, endpoint) if endpoint else None
    return needed is not None and needed not in OPEN_TO_ALL


def _check() -> None:
    if request.endpoint is None:
        return
    if request.is_json:
        # Forms would take any shape of it for their fields; no page of ours sends it.
        raise InvalidError(N_("Send this as a form."))
    needed = declared_permission(current_app, request.endpoint)
    if needed is None:
        raise NotFoundError
    if needed not in OPEN_TO_ALL:
        # Only then is anybody looked up: a part of an upload must not wait with the database.
        check_permission(needed, current_actor())
