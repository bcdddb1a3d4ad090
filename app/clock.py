"""The only reader of time: every other function takes `now` as a value and works at any hour."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the present instant, aware and in UTC."""
    return datetime.now(UTC)
