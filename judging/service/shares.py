"""What ballots, orders and comparisons have in common: windows, open rounds, a judge stepping back.

Whoever saves holds the round (shared) until the commit: it cannot close between the question
whether it is open and the answer.
"""

from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from sqlalchemy.orm import Session

from app.authz import Actor, require
from app.errors import N_, ClosedError, ConflictError, InvalidError
from contests.models import Entry
from judging import policies
from judging.models import Judge, Recusal, RecusalSource, Round
from judging.service.conflicts import recuse_judge
from judging.service.reasons import check_reason
from judging.states import BallotState, RoundState

Says = TypeVar("Says")


class StaleError(ConflictError, Generic[Says]):
    """What a window sends was changed in another one since this one read it; nothing was saved.

    `theirs` is what is kept now, as its version `version`, since `saved_at`; `question` what the
    judge is asked.
    """

    question: ClassVar[str]

    def __init__(
        self, *, theirs: Says, version: int, state: BallotState, saved_at: datetime | None
    ) -> None:
        super().__init__(self.question)
        self.theirs = theirs
        self.version = version
        self.state = state
        self.saved_at = saved_at


def hold_round(
    session: Session, *, round_: Round, judge: Judge, actor: Actor, alone: bool = False
) -> None:
    """Keep a round open, and this judge's seat, until the commit; `alone` keeps others out.

    Raises NotFoundError for whoever is not this judge, ClosedError once the round is closed.
    """
    session.refresh(round_, ["state", "closed_at"], with_for_update={"read": not alone})
    session.refresh(judge, ["declared_at", "removed_at"], with_for_update={"key_share": True})
    require(policies.may_mark, actor, judge)
    check_open(round_.state, closed_at=round_.closed_at, zone=judge.contest.zone)


def check_open(state: RoundState, *, closed_at: datetime | None, zone: str) -> None:
    """Raise ClosedError, which says since when, for a round that is not open."""
    if state is RoundState.OPEN:
        return
    if closed_at is None:
        raise ClosedError(N_("This round is not open yet."), code="not-open")
    raise ClosedError(
        N_("This round closed on %(at)s. What you had submitted by then is kept and counts."),
        at=closed_at,
        zone=zone,
    )


def recuse(
    session: Session, *, judge: Judge, entry: Entry, reason: str, actor: Actor, now: datetime
) -> Recusal | None:
    """Bar a judge from an entry at their own word, and erase what they gave it in running rounds.

    Returns the recusal, or None where there was one before (a second click). Raises InvalidError
    without a reason.
    """
    said = check_reason(reason, field="reason")
    if not said:
        raise InvalidError(
            N_("Say in a few words what the conflict is."), field="reason", code="reason-missing"
        )
    judge.seen_at = now
    made = recuse_judge(
        session,
        judge=judge,
        reasons={entry.id: said},
        source=RecusalSource.DECLARED,
        actor=actor,
        now=now,
    )
    return made[0] if made else None
