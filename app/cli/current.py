"""What a command works on: the application's parts, and words for what goes wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app

from app.errors import DomainError
from app.settings import Settings
from app.transaction import Transactions
from media.stores.base import Store


def settings() -> Settings:
    """Return the application's settings."""
    found: Settings = current_app.extensions["podium.settings"]
    return found


def transactions() -> Transactions:
    """Return what opens the application's sessions."""
    found: Transactions = current_app.extensions["podium.transactions"]
    return found


def store() -> Store:
    """Return the application's store."""
    found: Store = current_app.extensions["podium.store"]
    return found


@contextmanager
def in_words() -> Iterator[None]:
    """Tell the person at the terminal what was refused, without a traceback."""
    try:
        yield
    except DomainError as error:
        text = error.message % error.params
        raise click.ClickException(
            f"{text} ({error.__cause__})" if error.__cause__ else text
        ) from error
