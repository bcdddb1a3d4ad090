"""Response headers: a strict Content-Security-Policy and what keeps private pages private."""

from functools import partial

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from app.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self' data: blob:; media-src 'self'; connect-src {reached}; manifest-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def init_app(app: Flask, settings: Settings, *, sends_to: str | None) -> None:
    """Set security headers on every answer; believe as many proxies as the operator says.

    Pages may send to the origin `sends_to`, too, where files go to a server of their own.
    """
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign] # Flask documents this assignment
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    reached = "'self'" if sends_to is None else f"'self' {sends_to}"
    app.after_request(partial(_headers, POLICY.format(reached=reached)))


def _headers(policy: str, response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", policy)
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Referrer-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if response.mimetype in {"text/html", "application/json"}:
        # A page may say what only this reader may know; a shared cache must not keep it.
        headers.setdefault("Cache-Control", "private, no-store")
    return response
