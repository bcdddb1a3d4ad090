"""Who may do what with a panel's seats and ballots."""

from datetime import datetime
from typing import Protocol

from app.authz import Actor, both
from judging.models import Ballot


class Seat(Protocol):
    """What is asked of a judge's place on a panel: whose it is, and whether it is theirs still."""

    @property
    def user_id(self) -> int | None:
        """Return who accepted the invitation."""

    @property
    def declared_at(self) -> datetime | None:
        """Return when conflicts of interest were declared."""

    @property
    def removed_at(self) -> datetime | None:
        """Return when the judge left the panel."""


def holds_seat(actor: Actor, seat: Seat) -> bool:
    """Hold for the person who is this judge, while they are on the panel."""
    return actor.is_authenticated and seat.user_id == actor.user_id and seat.removed_at is None


def owns_ballot(actor: Actor, ballot: Ballot) -> bool:
    """Hold for the judge whose ballot it is."""
    return holds_seat(actor, ballot.judge)


def has_declared(_actor: Actor, seat: Seat) -> bool:
    """Hold once the judge has declared conflicts of interest."""
    return seat.declared_at is not None


may_mark = both(holds_seat, has_declared)
