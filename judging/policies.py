"""Who may do what with a panel's seats and ballots."""

from app.authz import Actor, both
from judging.models import Ballot, Judge


def holds_seat(actor: Actor, judge: Judge) -> bool:
    """Hold for the person who is this judge, while they are on the panel."""
    return actor.is_authenticated and judge.user_id == actor.user_id and judge.removed_at is None


def owns_ballot(actor: Actor, ballot: Ballot) -> bool:
    """Hold for the judge whose ballot it is."""
    return holds_seat(actor, ballot.judge)


def has_declared(_actor: Actor, ballot: Ballot) -> bool:
    """Hold once the ballot's judge has declared conflicts of interest."""
    return ballot.judge.declared_at is not None


may_mark = both(owns_ballot, has_declared)
