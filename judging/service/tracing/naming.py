"""How faults name entries and people, and what all that judges give is compared by."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit import Fault, trail
from app.audit.trail import Act
from judging.states import BallotState


def numbered(number: int | None) -> str:
    """Return an entry's number as people write it."""
    return f"{number or 0:04d}"


def person(session: Session, user_id: int | None) -> str:
    """Return a person's name; their number where nobody has it."""
    return session.scalar(select(User.name).where(User.id == user_id)) or f"person {user_id}"


def belongs(where: str, row: Any, act: Act) -> Iterator[Fault]:
    """Yield that what judges give belongs to another person than the one who gave it, if so.

    Or to that person's seat in another contest, where a chair's word would be nobody's.
    """
    yield from trail.compared(where, "its judge's account", row.user_id, act.actor_id)
    yield from trail.compared(where, "its judge's contest", row.seat_contest, row.contest_id)


def given_compared(
    where: str, row: Any, act: Act | None, *, unsaid: BallotState
) -> Iterator[Fault]:
    """Compare the state, comment, round and judge of a ballot or an order with its newest act.

    `unsaid` is the state of what nobody has saved yet.
    """
    said = act.details.get("state") if act else unsaid.value
    yield from trail.compared(where, "its state", row.state.value, said)
    yield from trail.words_compared(where, "comment", row.comment, act)
    if act is None:
        return
    yield from trail.kept(where, "its round", row.round_id, act, "round")
    # Whoever settles a conflict of interest ends what its judge gave.
    if not act.verb.endswith(".recuse"):
        yield from belongs(where, row, act)
