"""The public's entries of a contest: filtered, found by words, page by page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

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
from contests.queries.paging import Position, Slice, cut
from contests.states import EntryState, Screening
from contests.vocabulary import REGION_OF_COUNTRY, Region
from media.models import Asset

PAGE_SIZE = 48
_MOST_WORDS = 8


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked to see; empty means everything."""

    words: str = ""
    sdg: str = ""
    action_line: str = ""
    region: str = ""
    country: str = ""
    track: int | None = None


def gallery(session: Session, contest: Contest, filters: Filters, position: Position) -> Slice:
    """Return one page of a contest's public entries with what their cards show."""
    wanted = (
        _public()
        .where(Entry.contest_id == contest.id, *_conditions(filters))
        .options(
            contains_eager(Entry.current)
            .selectinload(EntryVersion.files)
            .joinedload(VersionAsset.asset)
            .selectinload(Asset.renditions),
            joinedload(Entry.owner).lazyload(User.roles),
            joinedload(Entry.team),
        )
    )
    return cut(session, wanted, position, PAGE_SIZE)


def count(session: Session, contest: Contest, filters: Filters) -> int:
    """Return how many public entries the filters let through."""
    found = _public().where(Entry.contest_id == contest.id, *_conditions(filters))
    return session.scalar(found.with_only_columns(func.count(Entry.id))) or 0


def get_public_entry(session: Session, contest: Contest, number: int) -> Entry:
    """Return the public entry with this number, its frozen version loaded; else NotFoundError."""
    entry = session.scalar(
        _public()
        .where(Entry.contest_id == contest.id, Entry.number == number)
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


def countries(session: Session, contest: Contest) -> list[str]:
    """Return the countries that occur in a contest's public entries, for the filter's choices."""
    there = _public().where(Entry.contest_id == contest.id, EntryVersion.country != "")
    found = session.scalars(there.with_only_columns(EntryVersion.country).distinct())
    return sorted(found)


def public_numbers(session: Session, contests: Iterable[Contest]) -> Sequence[tuple[str, int]]:
    """Return the address and number of each public entry of these contests."""
    wanted = _public().join(Contest, Contest.id == Entry.contest_id)
    found = session.execute(
        wanted.where(Contest.id.in_([contest.id for contest in contests]))
        .order_by(Contest.id, Entry.number)
        .with_only_columns(Contest.slug, Entry.number)
    )
    return [(slug, number) for slug, number in found if number is not None]


def _public() -> Select[Entry]:
    return (
        select(Entry)
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .where(Entry.state == EntryState.SUBMITTED, Entry.screening != Screening.INELIGIBLE)
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    conditions = [_somewhere(word) for word in filters.words.split()[:_MOST_WORDS]]
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


def _somewhere(word: str) -> ColumnElement[bool]:
    """Return the condition that `word` occurs in what the public reads of an entry."""
    texts = (
        EntryVersion.title,
        EntryVersion.caption,
        EntryVersion.summary,
        EntryVersion.description,
        EntryVersion.place,
    )
    return or_(
        *(text.icontains(word, autoescape=True) for text in texts),
        Entry.team.has(Team.name.icontains(word, autoescape=True)),
        # A team's captain is not named in public.
        and_(Entry.team_id.is_(None), Entry.owner.has(User.name.icontains(word, autoescape=True))),
    )
