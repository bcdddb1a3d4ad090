"""Reasons that people give for what they do, in a few words."""

from typing import Final

from app.errors import N_, InvalidError

REASON_LENGTH: Final = 300


def check_reason(reason: str, *, field: str) -> str:
    """Return the reason without blank ends; raise InvalidError where it is too long."""
    said = reason.strip()
    if len(said) > REASON_LENGTH:
        raise InvalidError(
            N_("Say it in %(most)s characters at most."),
            field=field,
            code="reason-too-long",
            most=REASON_LENGTH,
        )
    return said
