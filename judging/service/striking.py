"""Erasing what a judge gave to entries that they must not judge: marks, places, comparisons."""

from datetime import datetime
from itertools import groupby

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, joinedload

from app import audit
from app.audit.trail import fingerprint
from app.authz import Actor
from judging.models import Ballot, Comparison, Judge, Mark, Round
from judging.queries.orders import groups_of, orders_on
from judging.queries.panel import live_ballots
from judging.states import BallotState, RoundState, move_ballot

_RUNNING = (RoundState.PLANNED, RoundState.OPEN)


def strike(
    session: Session, *, judge: Judge, entry_ids: set[int], actor: Actor, now: datetime
) -> None:
    """End a judge's ballots on entries, and take those out of their orders and comparisons.

    In rounds that are not over. Whoever records a recusal calls it: what a judge with a conflict
    of interest gave is erased.
    """
    for ballot in live_ballots(session, judge=judge, entry_ids=entry_ids):
        _end(session, ballot, actor=actor, now=now)
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
                "round": ordering.round_id,
                "state": ordering.state.value,
                "version": ordering.version,
                "comment": fingerprint(ordering.comment),
            },
        )
    _strike_comparisons(session, judge=judge, entry_ids=entry_ids, actor=actor, now=now)


def _end(session: Session, ballot: Ballot, *, actor: Actor, now: datetime) -> None:
    ballot.state = move_ballot(ballot.state, BallotState.RECUSED)
    ballot.comment, ballot.note, ballot.recent = "", "", []
    ballot.submitted_at, ballot.version = None, ballot.version + 1
    session.flush()
    session.execute(delete(Mark).where(Mark.ballot_id == ballot.id))
    session.expire(ballot, ["marks"])
    audit.record(
        session,
        actor=actor,
        verb="ballot.recuse",
        subject=f"ballot:{ballot.id}",
        now=now,
        details={
            "round": ballot.round_id,
            "entry": ballot.entry_id,
            "state": ballot.state.value,
            "version": ballot.version,
            "marks": {},
            "comment": fingerprint(ballot.comment),
        },
    )


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
        .order_by(Comparison.round_id, Comparison.position)
        .options(joinedload(Comparison.first), joinedload(Comparison.second))
    ).all()
    # Told of their rounds: acts about rows that are gone would belong to no contest any more.
    by_round = groupby(found, key=lambda comparison: comparison.round_id)
    for round_id, struck in [(key, list(rows)) for key, rows in by_round]:
        audit.record(
            session,
            actor=actor,
            verb="comparison.recuse",
            subject=f"round:{round_id}",
            now=now,
            details={
                "judge": judge.id,
                "comparisons": [one.id for one in struck],
                "pairs": [
                    sorted((one.first.number or 0, one.second.number or 0)) for one in struck
                ],
            },
        )
        for comparison in struck:
            session.delete(comparison)
    session.flush()
