"""How faults name entries and people."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit import Fault, trail
from app.audit.trail import Act


def numbered(number: int | None) -> str:
    """Return an entry's number as people write it."""
    return f"{number or 0:04d}"


def person(session: Session, user_id: int | None) -> str:
    """Return a person's name; their number where nobody has it."""
    return session.scalar(select(User.name).where(User.id == user_id)) or f"person {user_id}"


def belongs(where: str, user_id: int | None, act: Act) -> Iterator[Fault]:
    """Yield that what judges give belongs to another person than the one who gave it, if so."""
    yield from trail.compared(where, "its judge's account", user_id, act.actor_id)
