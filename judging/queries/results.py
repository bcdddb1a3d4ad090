"""Reading what judging came to: marks, the decision, and, once announced, the published result."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import User
from app.audit import AuditEvent
from app.errors import NotFoundError
from contests.models import Contest, Entry, EntryVersion, Team, VersionAsset
from contests.rules import is_announced
from judging.models import (
    Ballot,
    Comparison,
    Decision,
    Judge,
    Ordering,
    OrderingLine,
    Result,
    Round,
    Winner,
)
from judging.queries.rounds import seated_judges
from judging.ranking import Kind
from judging.states import BallotState
from media.limits import AssetKind
from media.models import Asset

# --- the public's ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublishedWinner:
    """A winner in the words that are published; `country` is an alpha-2 code or empty.

    `entry` has its files loaded.
    """

    place: int
    entry: Entry
    citation: str
    number: int
    title: str
    by: str
    country: str
    alt: str


def published(entry: Entry, place: int, citation: str) -> PublishedWinner:
    """Return what announcing this entry on this place publishes."""
    version = entry.current
    if version is None or entry.number is None:
        message = f"entry {entry.id} was never submitted"
        raise ValueError(message)
    return PublishedWinner(
        place=place,
        entry=entry,
        citation=citation,
        number=entry.number,
        title=version.title,
        by=entry.team.name if entry.team else entry.owner.name,
        country=version.country,
        alt=version.alt_text or version.title,
    )


def find_result(session: Session, contest: Contest) -> Result | None:
    """Return what was published; None until the announcement, whatever was decided."""
    if not is_announced(contest.state):
        return None
    return session.scalar(select(Result).where(Result.contest_id == contest.id))


def get_result(session: Session, contest: Contest) -> Result:
    """Return what was published; NotFoundError until then, so that nobody learns more."""
    result = find_result(session, contest)
    if result is None:
        raise NotFoundError
    return result


def winners_of(session: Session, contest: Contest) -> tuple[PublishedWinner, ...]:
    """Return the announced winners in their order; empty before the announcement."""
    result = find_result(session, contest)
    if result is None:
        return ()
    rows = result.snapshot["winners"]
    entries = _entries_by_id(session, [row["entry_id"] for row in rows])
    words = ("place", "citation", "number", "title", "by", "country", "alt")
    return tuple(
        PublishedWinner(entry=entries[row["entry_id"]], **{name: row[name] for name in words})
        for row in rows
    )


def announcement_times(session: Session, contests: Iterable[Contest]) -> dict[int, datetime]:
    """Return when the winners of these contests were announced, by the contests' ids."""
    wanted = select(Result.contest_id, Result.published_at).where(
        Result.contest_id.in_([contest.id for contest in contests])
    )
    return {row.contest_id: row.published_at for row in session.execute(wanted)}


# --- the organisers' ---------------------------------------------------------------------------

COMMITTED: Final = "decision.commit"
COMMITMENT_WITHDRAWN: Final = "decision.withdraw-commitment"


@dataclass(frozen=True, slots=True)
class Commitment:
    """A digest of the sealed result that was made public before the announcement."""

    digest: str
    at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of how to count, made after judging began.

    `subject` is the audit's, `round` the round's title, empty for the tie ladder; `before` and
    `after` are a method as "trimmed_mean 1", or the ladder's rungs.
    """

    at: datetime
    by: str
    subject: str
    round: str
    before: str | list[str]
    after: str | list[str]
    reason: str


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry in a list: its title, and by whom."""

    title: str
    by: str


def lines_of(session: Session, contest: Contest, numbers: Collection[int]) -> dict[int, EntryLine]:
    """Return what lists say of these entries, by number."""
    found = session.execute(
        select(Entry.number, EntryVersion.title, Team.name, User.name)
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .join(User, User.id == Entry.owner_id)
        .outerjoin(Team, Team.id == Entry.team_id)
        .where(Entry.contest_id == contest.id, Entry.number.in_(numbers))
    )
    return {number or 0: EntryLine(title, team or owner) for number, title, team, owner in found}


def handed_in(session: Session, round_: Round) -> tuple[int, int]:
    """Return how many of a round's ballots, orders or choices are submitted, and of how many.

    Nobody waits for what a judge who left the panel did not finish.
    """
    if round_.kind is Kind.RANK:
        orders = select(func.count()).where(
            Ordering.round_id == round_.id, Ordering.state == BallotState.SUBMITTED
        )
        done = session.scalar(orders) or 0
        return done, max(done, len(seated_judges(session, round_)))
    if round_.kind is Kind.PAIRWISE:
        return _handed_in(session, round_, Comparison, Comparison.chosen_id.is_not(None))
    return _handed_in(session, round_, Ballot, Ballot.state == BallotState.SUBMITTED)


def _handed_in(
    session: Session,
    round_: Round,
    kind: type[Ballot | Comparison],
    done: ColumnElement[bool],
) -> tuple[int, int]:
    waiting: ColumnElement[bool] = Judge.removed_at.is_(None)
    if kind is Ballot:
        waiting &= Ballot.state != BallotState.RECUSED
    submitted, total = session.execute(
        select(func.sum(case((done, 1), else_=0)), func.count())
        .select_from(kind)
        .join(Judge, Judge.id == kind.judge_id)
        .where(kind.round_id == round_.id, done | waiting)
    ).one()
    return int(submitted or 0), int(total)


def judge_names(session: Session, contest: Contest) -> dict[str, str]:
    """Return the names of all who were ever on the panel, by their id as text."""
    found = session.execute(select(Judge.id, Judge.name).where(Judge.contest_id == contest.id))
    return {str(judge_id): name for judge_id, name in found}


def find_chair(session: Session, contest: Contest) -> Judge | None:
    """Return who chairs the panel."""
    wanted = select(Judge).where(Judge.contest_id == contest.id, Judge.is_chair)
    return session.scalar(wanted)


def entries_of(session: Session, contest: Contest, numbers: Collection[int]) -> dict[int, Entry]:
    """Return these entries of a contest by number, with owner, team and pictures."""
    wanted = _with_files().where(Entry.contest_id == contest.id, Entry.number.in_(numbers))
    return {entry.number or 0: entry for entry in session.scalars(wanted)}


def commitments(session: Session, contest: Contest) -> list[Commitment]:
    """Return every commitment to a contest's result, the newest first, with those withdrawn."""
    found: list[Commitment] = []
    for event in session.scalars(
        select(AuditEvent)
        .where(
            AuditEvent.subject == f"decision:{contest.id}",
            AuditEvent.verb.in_((COMMITTED, COMMITMENT_WITHDRAWN)),
        )
        .order_by(AuditEvent.id)
    ):
        if event.verb == COMMITTED:
            found.append(Commitment(event.details["commitment"], event.at, None))
        else:
            found[-1] = replace(found[-1], withdrawn_at=event.at)
    return found[::-1]


def changes(session: Session, contest: Contest, rounds: Sequence[Round]) -> list[Change]:
    """Return what changed, after judging began, about how a contest is counted, oldest first."""
    titles = {f"round:{round_.id}": round_.title for round_ in rounds}
    found = session.execute(
        select(AuditEvent, User.name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .where(
            (AuditEvent.subject.in_(titles) & (AuditEvent.verb == "round.method"))
            | (
                (AuditEvent.subject == f"contest:{contest.id}")
                & (AuditEvent.verb == "contest.ladder")
            )
        )
        .order_by(AuditEvent.id)
    )
    return [
        Change(
            event.at,
            name or "",
            event.subject,
            titles.get(event.subject, ""),
            event.details["from"],
            event.details["to"],
            event.details["reason"],
        )
        for event, name in found
        if event.details["opened"]
    ]


def method_changed_at(found: Iterable[Change], round_: Round) -> datetime | None:
    """Return when the method of a round last changed after judging began, by its `changes`."""
    subject = f"round:{round_.id}"
    return max((change.at for change in found if change.subject == subject), default=None)


def find_decision(session: Session, contest: Contest, *, lock: bool = False) -> Decision | None:
    """Return a contest's decision with its winners; with `lock`, nobody else moves it meanwhile."""
    wanted = (
        select(Decision)
        .where(Decision.contest_id == contest.id)
        .options(
            selectinload(Decision.winners).selectinload(Winner.entry).options(*_entry_parts()),
            selectinload(Decision.proposed_by),
            selectinload(Decision.confirmed_by),
        )
    )
    if lock:
        wanted = wanted.with_for_update(of=Decision).execution_options(populate_existing=True)
    return session.scalar(wanted)


def get_decision(session: Session, contest: Contest) -> Decision:
    """Return a contest's decision; NotFoundError where nothing is proposed."""
    found = find_decision(session, contest)
    if found is None:
        raise NotFoundError
    return found


def get_judged_entry(session: Session, contest: Contest, number: int) -> Entry:
    """Return one entry of a contest by its number, whatever became of it."""
    entry = session.scalar(
        _with_files().where(Entry.contest_id == contest.id, Entry.number == number)
    )
    if entry is None:
        raise NotFoundError
    return entry


def ballots_on(session: Session, round_: Round, entry: Entry) -> Sequence[Ballot]:
    """Return an entry's ballots with their judges and marks, by the judges' names."""
    return session.scalars(
        select(Ballot)
        .join(Ballot.judge)
        .where(Ballot.round_id == round_.id, Ballot.entry_id == entry.id)
        .order_by(Ballot.judge_id)
        .options(joinedload(Ballot.judge), selectinload(Ballot.marks))
    ).all()


def positions_of(session: Session, round_: Round, entry: Entry) -> list[tuple[str, int]]:
    """Return (judge's name, position) of everybody who put this entry into their order."""
    found = session.execute(
        select(Judge.name, OrderingLine.position)
        .join(Ordering, Ordering.id == OrderingLine.ordering_id)
        .join(Judge, Judge.id == Ordering.judge_id)
        .where(
            Ordering.round_id == round_.id,
            Ordering.state == BallotState.SUBMITTED,
            OrderingLine.entry_id == entry.id,
        )
        .order_by(OrderingLine.position, Judge.name, Judge.id)
    )
    return [(name, position) for name, position in found]


def choices_about(session: Session, round_: Round, entry: Entry) -> list[tuple[str, int, bool]]:
    """Return (judge's name, the other entry's number, whether this one was chosen)."""
    other = case((Comparison.first_id == entry.id, Comparison.second_id), else_=Comparison.first_id)
    found = session.execute(
        select(Judge.name, Entry.number, Comparison.chosen_id == entry.id)
        .join(Judge, Judge.id == Comparison.judge_id)
        .join(Entry, Entry.id == other)
        .where(
            Comparison.round_id == round_.id,
            (Comparison.first_id == entry.id) | (Comparison.second_id == entry.id),
            Comparison.chosen_id.is_not(None),
        )
        .order_by(Judge.name, Judge.id, Entry.number)
    )
    return [(name, number or 0, bool(chosen)) for name, number, chosen in found]


def first_picture(entry: Entry) -> Asset | None:
    """Return an entry's first picture, if it has one."""
    files = entry.current.files if entry.current else []
    return next((file.asset for file in files if file.asset.kind is AssetKind.PICTURE), None)


def _with_files() -> Select[Entry]:
    return select(Entry).order_by(Entry.number).options(*_entry_parts())


def _entry_parts() -> tuple[Any, ...]:
    return (
        selectinload(Entry.current)
        .selectinload(EntryVersion.files)
        .joinedload(VersionAsset.asset)
        .selectinload(Asset.renditions),
        selectinload(Entry.owner),
        selectinload(Entry.team),
    )


def _entries_by_id(session: Session, ids: Sequence[int]) -> dict[int, Entry]:
    found = session.scalars(_with_files().where(Entry.id.in_(ids)))
    return {entry.id: entry for entry in found}
