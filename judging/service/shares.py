"""What orders and comparisons have in common: a round held open, and a judge stepping back.

Whoever saves holds the round (shared) until the commit: it cannot close between the question
whether it is open and the answer.
"""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app import audit
from app.authz import Actor, require
from app.errors import N_, ClosedError, InvalidError
from contests.models import Entry
from judging import policies
from judging.models import Comparison, Judge, Recusal, RecusalSource, Round
from judging.queries.orders import groups_of, orders_on
from judging.queries.panel import live_ballots
from judging.service.ballots import check_reason, end_ballot
from judging.states import BallotState, RoundState, move_ballot

_RUNNING = (RoundState.PLANNED, RoundState.OPEN)


def hold_round(
    session: Session, *, round_: Round, judge: Judge, actor: Actor, alone: bool = False
) -> None:
    """Keep a round open, and this judge's seat, until the commit; `alone` keeps others out.

    Raises NotFoundError for whoever is not this judge, ClosedError once the round is closed.
    """
    session.refresh(round_, ["state", "closed_at"], with_for_update={"read": not alone})
    session.refresh(judge, ["declared_at", "removed_at"], with_for_update={"key_share": True})
    require(policies.may_mark, actor, judge)
    if round_.state is RoundState.OPEN:
        return
    if round_.closed_at is None:
        raise ClosedError(N_("This round is not open yet."), code="not-open")
    raise ClosedError(
        N_("This round closed on %(at)s. What you had submitted by then is kept and counts."),
        at=round_.closed_at,
        zone=judge.contest.zone,
    )


def recuse(
    session: Session, *, judge: Judge, entry: Entry, reason: str, actor: Actor, now: datetime
) -> Recusal | None:
    """Bar a judge from an entry at their own word, and erase what they gave it in running rounds.

    Returns the recusal, or None where there was one before (a second click). Raises InvalidError
    without a reason.
    """
    known = select(Recusal.id).where(Recusal.judge_id == judge.id, Recusal.entry_id == entry.id)
    if session.scalar(known) is not None:
        return None
    said = check_reason(reason, field="reason")
    if not said:
        raise InvalidError(
            N_("Say in a few words what the conflict is."), field="reason", code="reason-missing"
        )
    recusal = Recusal(
        judge_id=judge.id,
        entry_id=entry.id,
        source=RecusalSource.DECLARED,
        reason=said,
        created_at=now,
    )
    session.add(recusal)
    judge.seen_at = now
    session.flush()
    for ballot in live_ballots(session, judge=judge, entry_ids={entry.id}):
        end_ballot(session, ballot=ballot, actor=actor, now=now)
    strike(session, judge=judge, entry_ids={entry.id}, actor=actor, now=now)
    return recusal


def strike(
    session: Session, *, judge: Judge, entry_ids: set[int], actor: Actor, now: datetime
) -> None:
    """Take entries out of a judge's orders and comparisons in rounds that are not over.

    Whoever records a recusal calls it: what a judge with a conflict of interest gave is erased.
    """
    for ordering in orders_on(session, judge=judge, entry_ids=entry_ids):
        if ordering.round.state not in _RUNNING:
            continue
        gone = [line for line in ordering.lines if line.entry_id in entry_ids]
        for line in gone:
            ordering.lines.remove(line)
        for line in ordering.lines:
            line.position -= sum(other.position < line.position for other in gone)
        if not ordering.lines and ordering.state is BallotState.SUBMITTED:
            ordering.state = move_ballot(ordering.state, BallotState.DRAFT)
            ordering.submitted_at = None
        ordering.version += 1
        session.flush()
        audit.record(
            session,
            actor=actor,
            verb="order.recuse",
            subject=f"ordering:{ordering.id}",
            now=now,
            details={
                "entries": sorted(line.entry.number or 0 for line in gone),
                "groups": [list(group) for group in groups_of(ordering.lines)],
                "version": ordering.version,
            },
        )
    _strike_comparisons(session, judge=judge, entry_ids=entry_ids, actor=actor, now=now)


def _strike_comparisons(
    session: Session, *, judge: Judge, entry_ids: set[int], actor: Actor, now: datetime
) -> None:
    found = session.scalars(
        select(Comparison)
        .join(Comparison.round)
        .where(
            Comparison.judge_id == judge.id,
            or_(Comparison.first_id.in_(entry_ids), Comparison.second_id.in_(entry_ids)),
            Round.state.in_(_RUNNING),
        )
        .options(joinedload(Comparison.first), joinedload(Comparison.second))
    ).all()
    for comparison in found:
        session.delete(comparison)
        audit.record(
            session,
            actor=actor,
            verb="comparison.recuse",
            subject=f"comparison:{comparison.id}",
            now=now,
            details={
                "entries": sorted((comparison.first.number or 0, comparison.second.number or 0)),
                "was_decided": comparison.chosen_id is not None,
            },
        )
    session.flush()
