"""Reading how the ballots of a round with focus lie: who has what, and who was passed over."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.audit import AuditEvent
from contests.models import Entry
from judging.models import Ballot, HandOut, Round
from judging.queries.rounds import judged_in
from judging.states import BallotState, RoundState

_OPEN = (BallotState.ASSIGNED, BallotState.DRAFT)


@dataclass(frozen=True, slots=True)
class Given:
    """One ballot, recused ones included: whose, of which entry by number, how far it is."""

    judge: int
    entry: int
    state: BallotState

    @property
    def is_open(self) -> bool:
        """Whether its judge has still to submit it."""
        return self.state in _OPEN


def find_running(session: Session, round_id: int) -> Round | None:
    """Return a round that hands out ballots now, held so that only one at a time does; or None."""
    return session.scalar(
        select(Round)
        .where(
            Round.id == round_id,
            Round.state == RoundState.OPEN,
            Round.hand_out == HandOut.FOCUS,
        )
        .options(joinedload(Round.contest, innerjoin=True), selectinload(Round.criteria))
        .with_for_update(of=Round, key_share=True)
        .execution_options(populate_existing=True)
    )


def running_ids(session: Session) -> Sequence[int]:
    """Return the rounds that hand out ballots now."""
    is_running = (Round.state == RoundState.OPEN, Round.hand_out == HandOut.FOCUS)
    return session.scalars(select(Round.id).where(*is_running)).all()


def ballots(session: Session, round_: Round) -> list[Given]:
    """Return the ballots on entries that still stand, by judge and number."""
    found = session.execute(
        select(Ballot.judge_id, Entry.number, Ballot.state)
        .join(Ballot.entry)
        .where(Ballot.round_id == round_.id, judged_in(session, round_))
        .order_by(Ballot.judge_id, Entry.number)
    )
    return [Given(judge, number or 0, state) for judge, number, state in found]


def submissions(session: Session, round_: Round) -> list[tuple[int, str]]:
    """Return (entry number, judge) of what was submitted, in the order in which it came."""
    found = session.execute(
        select(Entry.number, Ballot.judge_id)
        .join(Ballot.entry)
        .where(
            Ballot.round_id == round_.id,
            Ballot.state == BallotState.SUBMITTED,
            judged_in(session, round_),
        )
        .order_by(Ballot.submitted_at, Entry.number, Ballot.judge_id)
    )
    return [(number or 0, str(judge)) for number, judge in found]


def passed_over(session: Session, round_: Round) -> set[int]:
    """Return the judges whose ballots went to others and who have submitted nothing since."""
    reassigned = _events(session, round_, "round.reassign")
    if not reassigned:
        return set()
    latest = {event.details["judge"]: event.at for event in reassigned}
    last = session.execute(
        select(Ballot.judge_id, func.max(Ballot.submitted_at))
        .where(Ballot.round_id == round_.id, Ballot.judge_id.in_(latest))
        .group_by(Ballot.judge_id)
    )
    back = {judge for judge, at in last if at is not None and at > latest[judge]}
    return latest.keys() - back


def told_since(session: Session, round_: Round, since: datetime) -> Counter[int]:
    """Return the judges who were mailed since then that ballots wait for them."""
    return Counter(
        judge
        for event in _events(session, round_, "round.tell", since)
        for judge in event.details["judges"]
    )


def _events(
    session: Session, round_: Round, verb: str, since: datetime | None = None
) -> Sequence[AuditEvent]:
    wanted = select(AuditEvent).where(
        AuditEvent.subject == f"round:{round_.id}", AuditEvent.verb == verb
    )
    if since is not None:
        wanted = wanted.where(AuditEvent.at > since)
    return session.scalars(wanted.order_by(AuditEvent.id)).all()
