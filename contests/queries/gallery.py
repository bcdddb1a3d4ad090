"""The public's entries of a contest: filtered, found by words, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from app.errors import NotFoundError
from contests.models import (
    Contest,
    Entry,
    EntryVersion,
    TopicScheme,
    VersionAsset,
    VersionTopic,
)
from contests.states import EntryState, Screening
from contests.vocabulary import REGION_OF_COUNTRY, Region
from media.models import Asset

PAGE_SIZE = 48


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader asked to see; empty means everything."""

    words: str = ""
    sdg: str = ""
    action_line: str = ""
    region: str = ""
    country: str = ""
    track: int | None = None


def _public(contest: Contest) -> Select[Entry]:
    return (
        select(Entry)
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .where(
            Entry.contest_id == contest.id,
            Entry.state == EntryState.SUBMITTED,
            Entry.screening != Screening.INELIGIBLE,
        )
    )


def gallery(
    session: Session,
    contest: Contest,
    filters: Filters,
    *,
    after: int = 0,
    before: int | None = None,
    limit: int = PAGE_SIZE,
) -> Sequence[Entry]:
    """Return up to `limit` + 1 entries by number, after one number or before another.

    One more than asked for tells that there is a next page. With `before`, the entries nearest
    below that number come, still in ascending order.
    """
    wanted = _filtered(_public(contest), filters).options(
        contains_eager(Entry.current).options(
            selectinload(EntryVersion.files)
            .joinedload(VersionAsset.asset)
            .selectinload(Asset.renditions),
            selectinload(EntryVersion.topics),
        ),
        joinedload(Entry.owner),
        joinedload(Entry.team),
    )
    if before is not None:
        back = wanted.where(Entry.number < before).order_by(Entry.number.desc())
        return session.scalars(back.limit(limit + 1)).all()[::-1]
    return session.scalars(
        wanted.where(Entry.number > after).order_by(Entry.number).limit(limit + 1)
    ).all()


def count(session: Session, contest: Contest, filters: Filters) -> int:
    """Return how many public entries the filters let through."""
    found = _filtered(_public(contest), filters).with_only_columns(func.count(Entry.id))
    return session.scalar(found) or 0


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
            joinedload(Entry.owner),
            joinedload(Entry.team),
        )
    )
    if entry is None:
        raise NotFoundError
    return entry


def countries(session: Session, contest: Contest) -> list[str]:
    """Return the countries that occur in a contest's public entries, for the filter's choices."""
    found = _public(contest).with_only_columns(EntryVersion.country).distinct()
    return sorted(code for code in session.scalars(found) if code)


def _filtered(query: Select[Entry], filters: Filters) -> Select[Entry]:
    if filters.words:
        pattern = _contains(filters.words)
        query = query.where(
            or_(
                *(
                    column.ilike(pattern, escape="\\")
                    for column in (
                        EntryVersion.title,
                        EntryVersion.caption,
                        EntryVersion.summary,
                        EntryVersion.place,
                    )
                )
            )
        )
    for scheme, code in (
        (TopicScheme.SDG, filters.sdg),
        (TopicScheme.ACTION_LINE, filters.action_line),
    ):
        if code:
            query = query.where(
                EntryVersion.topics.any(
                    (VersionTopic.scheme == scheme) & (VersionTopic.code == code)
                )
            )
    return _placed(query, filters)


def _placed(query: Select[Entry], filters: Filters) -> Select[Entry]:
    if filters.region:
        region = Region(filters.region)
        there = [code for code, of in REGION_OF_COUNTRY.items() if of is region]
        query = query.where(EntryVersion.country.in_(there))
    if filters.country:
        query = query.where(EntryVersion.country == filters.country)
    if filters.track is not None:
        query = query.where(EntryVersion.track_id == filters.track)
    return query


def _contains(words: str) -> str:
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
