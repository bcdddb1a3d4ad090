"""A judge's own past: what was saved when, how the scale was used; and how a practice went."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audit import AuditEvent
from contests.models import Entry
from judging.models import Ballot, Criterion, Mark
from judging.states import BallotState

PAGE_SIZE = 50

Spreads = Mapping[str, Counter[int]]
"""How often each number of points was given, by criterion key."""


@dataclass(frozen=True, slots=True)
class Act:
    """One save of a ballot, or its end, with the marks as they were then."""

    id: int
    at: datetime
    ballot_id: int
    verb: str
    marks: Mapping[str, int]


def acts_of(session: Session, ballot_ids: Sequence[int], *, before: int | None = None) -> list[Act]:
    """Return a page and one more of what was done with these ballots, the newest first."""
    found = (
        select(AuditEvent)
        .where(AuditEvent.subject.in_([f"ballot:{ballot_id}" for ballot_id in ballot_ids]))
        .order_by(AuditEvent.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if before is not None:
        found = found.where(AuditEvent.id < before)
    return [
        Act(
            id=event.id,
            at=event.at,
            ballot_id=int(event.subject.partition(":")[2]),
            verb=event.verb,
            marks=event.details.get("marks", {}),
        )
        for event in session.scalars(found)
    ]


def marks_of(session: Session, ballot_ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Return the marks that these ballots have now, by criterion key."""
    marks: dict[int, dict[str, int]] = {}
    for ballot_id, key, points in session.execute(
        select(Mark.ballot_id, Criterion.key, Mark.points)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .where(Mark.ballot_id.in_(ballot_ids))
    ):
        marks.setdefault(ballot_id, {})[key] = points
    return marks


def own_spread(session: Session, *, judge_id: int, round_id: int) -> Spreads:
    """Return how a judge has used the scale in a round so far, drafts included."""
    spread: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for key, points, count in session.execute(
        select(Criterion.key, Mark.points, func.count(Mark.id))
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .where(Ballot.judge_id == judge_id, Ballot.round_id == round_id)
        .where(Ballot.state != BallotState.RECUSED)
        .group_by(Criterion.key, Mark.points)
    ):
        spread[key][points] = count
    return spread


def panel_spreads(session: Session, *, round_id: int) -> Mapping[int, Spreads]:
    """Return what a panel gave each entry, by number, of submitted ballots, without who gave what.

    For rounds of practice only: elsewhere a judge never learns what others gave.
    """
    spreads: defaultdict[int, defaultdict[str, Counter[int]]]
    spreads = defaultdict(lambda: defaultdict(Counter))
    for number, key, points, count in session.execute(
        select(Entry.number, Criterion.key, Mark.points, func.count(Mark.id))
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Entry, Entry.id == Ballot.entry_id)
        .where(Ballot.round_id == round_id, Ballot.state == BallotState.SUBMITTED)
        .group_by(Entry.number, Criterion.key, Mark.points)
    ):
        spreads[number or 0][key][points] = count
    return spreads
