"""Reading the audit's chain: what was done about one contest, and all that belongs to it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, literal, or_, select
from sqlalchemy.orm import Session, aliased

from app.accounts.models import User
from app.audit import AuditEvent
from contests.models import Contest, Entry, EntryVersion, Team
from judging.models import Ballot, Comparison, Judge, Ordering, Round

PAGE_SIZE = 50


class Subject(StrEnum):
    """What acts can be about; each is the first part of an audit event's subject."""

    CONTEST = "contest"
    ENTRY = "entry"
    TEAM = "team"
    JUDGE = "judge"
    ROUND = "round"
    BALLOT = "ballot"
    ORDER = "ordering"
    COMPARISON = "comparison"
    DECISION = "decision"


def events(
    session: Session, contest: Contest, *, subject: Subject | None, before: int | None
) -> Sequence[tuple[AuditEvent, str | None]]:
    """Return a page and one more of (event, its actor's name), the newest first.

    Without a subject, everything but what judges give.
    """
    # Every change of a ballot is an act: unasked, they would bury all the others.
    wanted = [subject] if subject else [one for one in Subject if one not in _GIVEN]
    found = (
        select(AuditEvent, User.name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(or_(*(_about(contest, one) for one in wanted)))
        .order_by(AuditEvent.id.desc())
        .limit(PAGE_SIZE + 1)
    )
    if before is not None:
        found = found.where(AuditEvent.id < before)
    return [(event, name) for event, name in session.execute(found)]


def names(session: Session, subjects: Iterable[str]) -> dict[str, str]:
    """Return what each subject, such as `entry:42`, is called; one query for each kind of thing."""
    ids: defaultdict[str, set[int]] = defaultdict(set)
    for subject in subjects:
        kind, _colon, number = subject.partition(":")
        ids[kind].add(int(number))
    called: dict[str, str] = {}
    for kind, query in _NAMES.items():
        if ids[kind]:
            key = query.selected_columns[0]
            for number, *parts in session.execute(query.where(key.in_(ids[kind]))):
                called[f"{kind}:{number}"] = " · ".join(_part(part) for part in parts if part)
    return called


_first, _second = aliased(Entry), aliased(Entry)

# Each selects an id and what its row is called.
_NAMES: dict[Subject, Any] = {
    Subject.ENTRY: select(Entry.id, Entry.number, EntryVersion.title).outerjoin(
        EntryVersion, EntryVersion.id == Entry.current_id
    ),
    Subject.TEAM: select(Team.id, Team.name),
    Subject.JUDGE: select(Judge.id, Judge.name),
    Subject.ROUND: select(Round.id, Round.title),
    Subject.BALLOT: select(Ballot.id, Entry.number, Judge.name)
    .join(Ballot.entry)
    .join(Ballot.judge),
    Subject.ORDER: select(Ordering.id, Judge.name).join(Ordering.judge),
    Subject.COMPARISON: select(Comparison.id, _first.number, _second.number, Judge.name)
    .join(_first, _first.id == Comparison.first_id)
    .join(_second, _second.id == Comparison.second_id)
    .join(Judge, Judge.id == Comparison.judge_id),
}


_GIVEN: dict[Subject, Any] = {
    Subject.BALLOT: Ballot,
    Subject.ORDER: Ordering,
    Subject.COMPARISON: Comparison,
}
"""What judges give, each in a round."""
_TABLES = {
    Subject.ENTRY: Entry,
    Subject.TEAM: Team,
    Subject.JUDGE: Judge,
    Subject.ROUND: Round,
}


def _part(part: object) -> str:
    return f"{part:04d}" if isinstance(part, int) else str(part)


def _about(contest: Contest, subject: Subject) -> ColumnElement[bool]:
    if subject in {Subject.CONTEST, Subject.DECISION}:
        return AuditEvent.subject == f"{subject}:{contest.id}"
    given = _GIVEN.get(subject)
    if given is not None:
        ids: Select[Any] = (
            select(given.id)
            .join(Round, Round.id == given.round_id)
            .where(Round.contest_id == contest.id)
        )
    else:
        table: Any = _TABLES[subject]
        ids = select(table.id).where(table.contest_id == contest.id)
    key = ids.selected_columns[0]
    return AuditEvent.subject.in_(
        ids.with_only_columns(literal(f"{subject}:").concat(cast(key, String)))
    )
