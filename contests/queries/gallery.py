"""The public's entries of a contest: filtered, found by words, page by page.

Made for contests of 100,000 entries: bench/gallery.py measures what each question costs there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    String,
    and_,
    bindparam,
    column,
    exists,
    func,
    or_,
    select,
    values,
)
from sqlalchemy.orm import Session, contains_eager, defer, joinedload, selectinload

from app.accounts.models import User
from app.errors import NotFoundError
from contests.models import (
    Contest,
    Entry,
    EntryVersion,
    Team,
    TopicScheme,
    VersionAsset,
    VersionTopic,
)
from contests.queries.paging import Position, Slice, cut, pick
from contests.states import EntryState, Screening
from contests.vocabulary import REGION_OF_COUNTRY, Region
from media.models import Asset

PAGE_SIZE = 48
MOST_COUNTED = 1000
_MOST_WORDS = 8
_PUBLIC = (Entry.state == EntryState.SUBMITTED, Entry.screening != Screening.INELIGIBLE)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked to see; empty means everything."""

    words: str = ""
    sdg: str = ""
    action_line: str = ""
    region: str = ""
    country: str = ""
    track: int | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """How many entries there are; where `is_more`, there are more than `number`."""

    number: int
    is_more: bool = False


def gallery(
    session: Session, contest: Contest, filters: Filters, position: Position
) -> tuple[Slice, Total]:
    """Return one page of a contest's public entries, and how many there are.

    What filters let through has to be looked for among all entries: that is done once, and stops
    after MOST_COUNTED, which tell the total and nearly always the page too.
    """
    cards = _cards(contest)
    if filters == Filters():
        return cut(session, cards, position, PAGE_SIZE), _count(session, contest)
    conditions = _conditions(contest, filters)
    numbers = _first_numbers(session, contest, conditions)
    total = Total(min(len(numbers), MOST_COUNTED), is_more=len(numbers) > MOST_COUNTED)
    found = pick(numbers, position, PAGE_SIZE, is_all=not total.is_more)
    if found is None:
        return cut(session, cards.where(*conditions), position, PAGE_SIZE), total
    these = cards.where(Entry.number.in_(found.items)).order_by(Entry.number)
    return found.of(session.scalars(these).all()), total


def get_public_entry(session: Session, contest: Contest, number: int) -> Entry:
    """Return the public entry with this number, its frozen version loaded; else NotFoundError."""
    entry = session.scalar(
        _public(contest)
        .where(Entry.number == number)
        .options(
            contains_eager(Entry.current).options(
                selectinload(EntryVersion.files)
                .joinedload(VersionAsset.asset)
                .selectinload(Asset.renditions),
                selectinload(EntryVersion.topics),
                joinedload(EntryVersion.track),
            ),
            joinedload(Entry.owner).lazyload(User.roles),
            joinedload(Entry.team),
        )
    )
    if entry is None:
        raise NotFoundError
    return entry


def _occurring_countries() -> Select[str]:
    codes = (
        values(column("code", String), name="codes")
        .data([(code,) for code in REGION_OF_COUNTRY])
        .cte()
    )
    is_shown = exists().where(
        Entry.current_id == EntryVersion.id, Entry.contest_id == bindparam("contest"), *_PUBLIC
    )
    # One row, and not EXISTS: PostgreSQL would make a join of that, and read every entry.
    one = (
        select(EntryVersion.id)
        .where(EntryVersion.country == codes.c.code, is_shown)
        .limit(1)
        .scalar_subquery()
    )
    return select(codes.c.code).where(one.is_not(None))


# Made once: to write down some 250 countries anew took a fifth of each page of the gallery.
_OCCURRING_COUNTRIES: Final = _occurring_countries()


def countries(session: Session, contest: Contest) -> list[str]:
    """Return the countries that occur in a contest's public entries, for the filter's choices.

    Asks of each country for one entry from there, which an index answers at once; to read the
    country of each of 100,000 entries takes a quarter of a second.
    """
    return sorted(session.scalars(_OCCURRING_COUNTRIES, {"contest": contest.id}))


def public_numbers(session: Session, contests: Iterable[Contest]) -> Sequence[tuple[str, int]]:
    """Return the address and number of each public entry of these contests."""
    found = session.execute(
        select(Contest.slug, Entry.number)
        .join(Contest, Contest.id == Entry.contest_id)
        .where(Contest.id.in_([contest.id for contest in contests]), *_PUBLIC)
        .order_by(Contest.id, Entry.number)
    )
    return [(slug, number) for slug, number in found if number is not None]


def _public(contest: Contest) -> Select[Entry]:
    return (
        select(Entry)
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .where(Entry.contest_id == contest.id, *_PUBLIC)
    )


def _cards(contest: Contest) -> Select[Entry]:
    """Select entries with what their cards show, and not the long texts."""
    return _public(contest).options(
        contains_eager(Entry.current).options(
            defer(EntryVersion.description, raiseload=True),
            selectinload(EntryVersion.files)
            .joinedload(VersionAsset.asset)
            .selectinload(Asset.renditions),
        ),
        joinedload(Entry.owner).lazyload(User.roles),
        joinedload(Entry.team),
    )


def _count(session: Session, contest: Contest) -> Total:
    every = select(func.count(Entry.id)).where(Entry.contest_id == contest.id, *_PUBLIC)
    return Total(session.scalar(every) or 0)


def _first_numbers(
    session: Session, contest: Contest, conditions: Sequence[ColumnElement[bool]]
) -> list[int]:
    found = session.scalars(
        _public(contest)
        .where(*conditions)
        .with_only_columns(Entry.number)
        .order_by(Entry.number)
        .limit(MOST_COUNTED + 1)
    )
    return [number for number in found if number is not None]


def _conditions(contest: Contest, filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [_somewhere(contest, word) for word in filters.words.split()[:_MOST_WORDS]]
    if filters.sdg:
        conditions.append(_about(TopicScheme.SDG, filters.sdg))
    if filters.action_line:
        conditions.append(_about(TopicScheme.ACTION_LINE, filters.action_line))
    if filters.region:
        region = Region(filters.region)
        there = [code for code, of in REGION_OF_COUNTRY.items() if of is region]
        conditions.append(EntryVersion.country.in_(there))
    if filters.country:
        conditions.append(EntryVersion.country == filters.country)
    if filters.track is not None:
        conditions.append(EntryVersion.track_id == filters.track)
    return conditions


def _about(scheme: TopicScheme, code: str) -> ColumnElement[bool]:
    return EntryVersion.topics.any(and_(VersionTopic.scheme == scheme, VersionTopic.code == code))


def _somewhere(contest: Contest, word: str) -> ColumnElement[bool]:
    """Return the condition that `word` occurs in what the public reads of an entry."""
    # Whose names have the word is asked once, and not of every entry.
    teams = select(Team.id).where(Team.contest_id == contest.id, _has(func.lower(Team.name), word))
    people = select(User.id).where(_has(func.lower(User.name), word))
    return or_(
        _has(EntryVersion.searched, word),
        Entry.team_id.in_(teams),
        # A team's captain is not named in public.
        and_(Entry.team_id.is_(None), Entry.owner_id.in_(people)),
    )


def _has(text: SQLColumnExpression[str], word: str) -> ColumnElement[bool]:
    """Return the condition that `word` occurs in `text`, which is in small letters."""
    escaped = word.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return text.contains(func.lower(escaped), escape="/")
