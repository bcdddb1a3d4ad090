"""Addresses for mails, which are written where there is no request."""

from flask import current_app


def absolute_url(endpoint: str, **values: str | int) -> str:
    """Return the address of a page as somebody outside the site needs it."""
    path = current_app.url_map.bind("").build(endpoint, values)
    public_url: str = current_app.extensions["podium.settings"].public_url
    return public_url.rstrip("/") + path
