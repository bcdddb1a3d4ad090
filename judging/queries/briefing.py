"""Reading what a judge is asked about conflicts of interest: the entries, a page at a time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from contests.models import Contest, Entry, EntryVersion, VersionAsset
from judging.queries.rounds import STANDS
from media.models import Asset

PAGE = 60
MOST = 2**31


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of the entries that were searched for, and how many there are on all pages."""

    entries: Sequence[Entry]
    page: int
    total: int

    @property
    def has_previous(self) -> bool:
        """Whether there is a page before this one."""
        return self.page > 1

    @property
    def has_next(self) -> bool:
        """Whether there is a page after this one."""
        return self.page * PAGE < self.total


def offered(session: Session, contest: Contest, entry_ids: Collection[int]) -> set[int]:
    """Return which of these entries stand in a contest."""
    is_offered = (Entry.contest_id == contest.id) & STANDS & Entry.id.in_(_possible(entry_ids))
    return set(session.scalars(select(Entry.id).where(is_offered)))


def search(
    session: Session, contest: Contest, *, words: str, page: int, barred: Collection[int]
) -> Shown:
    """Return the entries whose number or title has these words, without those that are `barred`."""
    is_found = (Entry.contest_id == contest.id) & STANDS & Entry.id.not_in(barred) & _has(words)
    found = select(Entry).join(Entry.current).where(is_found)
    total = session.scalar(found.with_only_columns(func.count(Entry.id))) or 0
    page = max(1, min(page, -(-total // PAGE)))
    entries = session.scalars(
        found.order_by(Entry.number)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
        .options(
            joinedload(Entry.current)
            .selectinload(EntryVersion.files)
            .joinedload(VersionAsset.asset)
            .selectinload(Asset.renditions)
        )
    ).all()
    return Shown(entries, page, total)


def chosen(session: Session, contest: Contest, entry_ids: Collection[int]) -> Sequence[Entry]:
    """Return entries of a contest by id, by number, with their words."""
    return session.scalars(
        select(Entry)
        .where(Entry.contest_id == contest.id, STANDS, Entry.id.in_(_possible(entry_ids)))
        .order_by(Entry.number)
        .options(joinedload(Entry.current))
    ).all()


def _possible(ids: Collection[int]) -> list[int]:
    """Leave out what does not fit the databases' integers, and so belongs to nothing."""
    return [one for one in ids if one < MOST]


def _has(words: str) -> ColumnElement[bool]:
    in_title = EntryVersion.title.icontains(words, autoescape=True)
    number = words.lstrip("0")
    if number.isascii() and number.isdigit() and len(number) < 10:  # noqa: PLR2004 - digits of a 32-bit number
        return or_(in_title, Entry.number == int(number))
    return in_title
