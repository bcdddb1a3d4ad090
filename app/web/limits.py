"""Rate limits: what guesses tokens or fills the store is slowed down."""

from flask import Flask, request
from flask_limiter import Limiter
from typing_extensions import override

from app.settings import Environment, Settings
from app.web.gate import current_actor


def _who() -> str:
    actor = current_actor()
    return f"user:{actor.user_id}" if actor.is_authenticated else f"host:{request.remote_addr}"


class _Limits(Limiter):
    """Limits that stand on views: there is none for the whole site.

    A view's decorator asks for its own, so that nothing has to be asked before every request.
    """

    @override
    def _check_request_limit(
        self, callable_name: str | None = None, in_middleware: bool = True
    ) -> None:
        if not in_middleware:
            super()._check_request_limit(callable_name, in_middleware)


limiter = _Limits(key_func=_who, headers_enabled=True, swallow_errors=True)


def init_app(app: Flask, settings: Settings) -> None:
    """Count in memory, or in Redis where several machines serve."""
    app.config["RATELIMIT_STORAGE_URI"] = settings.limits_url
    # A suite signs in more often in a minute than a person in a year; tests of limits turn it on.
    app.config["RATELIMIT_ENABLED"] = settings.podium_env is not Environment.TEST
    limiter.init_app(app)
