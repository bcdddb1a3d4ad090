"""Reading what judging came to: marks, the decision, and, once announced, the published result."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import NotFoundError
from contests.models import Contest, Entry, EntryVersion, VersionAsset
from contests.rules import is_announced
from judging.models import Ballot, Criterion, Decision, Mark, Result, Round, Winner
from judging.queries.rounds import judged_in
from judging.ranking import MarkRow
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


def candidates(session: Session, round_: Round) -> Sequence[Entry]:
    """Return the entries that may win in a round, by number, with owner, team and pictures."""
    return session.scalars(_with_files().where(judged_in(session, round_))).all()


def marks(session: Session, round_: Round) -> list[MarkRow[int]]:
    """Return the marks of submitted ballots, by entry number and judge id, in a fixed order."""
    found = session.execute(
        select(Entry.number, Ballot.judge_id, Criterion.key, Mark.points)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Entry, Entry.id == Ballot.entry_id)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .where(Ballot.round_id == round_.id, Ballot.state == BallotState.SUBMITTED)
        .order_by(Entry.number, Ballot.judge_id, Criterion.position)
    )
    return [MarkRow(number or 0, judge, key, points) for number, judge, key, points in found]


def averages(rows: Sequence[MarkRow[int]]) -> dict[tuple[int, str], Fraction]:
    """Return the mean mark by (entry number, criterion key)."""
    points: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for row in rows:
        points[row.entry, row.criterion].append(row.points)
    return {key: Fraction(sum(given), len(given)) for key, given in points.items()}


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


def get_decision(session: Session, contest: Contest, *, lock: bool = False) -> Decision:
    """Return a contest's decision; NotFoundError where nothing is proposed."""
    found = find_decision(session, contest, lock=lock)
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
