"""The application's store."""

from flask import current_app

from media.stores.base import Store


def store() -> Store:
    """Return the application's store."""
    found: Store = current_app.extensions["podium.store"]
    return found
