"""Ballots: their marks, their state and comment, and whose and about what they are."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Fault, FaultKind, trail
from app.audit.trail import Act
from app.errors import N_
from contests.models import Entry
from judging.models import Ballot, Criterion, Judge, Mark, Round
from judging.service.tracing.naming import given_compared, numbered, person
from judging.states import BallotState

VERBS = ("ballot.save", "ballot.submit", "ballot.recuse")

_BALLOTS = (
    select(
        *(Ballot.id, Ballot.round_id, Ballot.entry_id, Ballot.state, Ballot.comment),
        *(Entry.number, Judge.name, Judge.user_id, Round.title),
        *(Judge.contest_id.label("seat_contest"), Round.contest_id),
        Entry.contest_id.label("entry_contest"),
    )
    .outerjoin(Ballot.entry)
    .outerjoin(Ballot.judge)
    .outerjoin(Ballot.round)
)


def trace_ballots(session: Session) -> Iterator[Fault]:
    """Yield what is not as it was last saved, and ballots that are gone with marks or words."""
    for rows in trail.in_parts(session, _BALLOTS, Ballot.id):
        acts = trail.last_acts(session, "ballot", [row.id for row in rows], VERBS)
        marks = _marks(session, rows[0].id, rows[-1].id)
        for row in rows:
            yield from _compare(row, marks.get(row.id, {}), acts.get(row.id))
    for act in trail.about_nothing(session, "ballot", VERBS, Ballot.id):
        # Of a ballot that says nothing nothing is lost: those go to others, or are dealt anew.
        if act.details.get("marks") or act.details.get("comment"):
            yield _removed(session, act)


def _marks(session: Session, first: int, last: int) -> Mapping[int, Mapping[str, int]]:
    found: defaultdict[int, dict[str, int]] = defaultdict(dict)
    rows = session.execute(
        select(Mark.ballot_id, Criterion.key, Mark.points)
        .join(Mark.criterion)
        .where(Mark.ballot_id.between(first, last))
    )
    for ballot_id, key, points in rows:
        found[ballot_id][key] = points
    return found


def _compare(row: Any, marks: Mapping[str, int], act: Act | None) -> Iterator[Fault]:
    where = f"Ballot {row.id} (entry {numbered(row.number)}, {row.name}, {row.title})"
    recorded = act.details.get("marks") if act else None
    given: Mapping[str, Any] = recorded if isinstance(recorded, dict) else {}
    for key in sorted({*marks, *given}):
        yield from trail.compared(where, key, marks.get(key), given.get(key))
    if act is not None:
        yield from trail.kept(where, "its entry", row.entry_id, act, "entry")
        yield from trail.compared(where, "its entry's contest", row.entry_contest, row.contest_id)
    yield from given_compared(where, row, act, unsaid=BallotState.ASSIGNED)


def _removed(session: Session, act: Act) -> Fault:
    number = session.scalar(select(Entry.number).where(Entry.id == act.details.get("entry")))
    return Fault(
        FaultKind.REMOVED,
        N_("Ballot %(ballot)s (entry %(entry)s, %(judge)s) is gone; it gave %(marks)s."),
        {
            "ballot": act.about,
            "entry": numbered(number),
            "judge": person(session, act.actor_id),
            "marks": _shown(act.details.get("marks")),
        },
    )


def _shown(marks: object) -> str:
    if not isinstance(marks, dict) or not marks:
        return "no marks"
    return ", ".join(f"{key} {points}" for key, points in sorted(marks.items()))
