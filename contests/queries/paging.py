"""Lists of entries page by page, by their numbers: stable while entries come and go."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select
from sqlalchemy.orm import Session

from contests.models import Entry


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page lies: behind one number, or, going back, before one; without both, the first."""

    after: int | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """The entries of one page, by their numbers, and whether there are more on either side."""

    entries: Sequence[Entry]
    has_previous: bool
    has_next: bool


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one page, and whether there are more on either side."""

    items: Sequence[int]
    has_previous: bool
    has_next: bool

    def of(self, entries: Sequence[Entry]) -> Slice:
        """Return the page with the entries of these numbers."""
        return Slice(entries, self.has_previous, self.has_next)


def pick(numbers: Sequence[int], position: Position, size: int, *, is_all: bool) -> Numbers | None:
    """Return the page at `position` of sorted `numbers`; None where it may reach beyond them.

    `is_all` tells that no number is missing; else there are more behind the last.
    """
    if position.before is not None:
        end = bisect_left(numbers, position.before)
        if end == len(numbers) and not is_all:
            return None
        start = max(end - size, 0)
        return Numbers(numbers[start:end], has_previous=start > 0, has_next=True)
    start = bisect_right(numbers, position.after) if position.after is not None else 0
    end = start + size
    if end >= len(numbers) and not is_all:
        return None
    has_previous = position.after is not None
    return Numbers(numbers[start:end], has_previous=has_previous, has_next=end < len(numbers))


def cut(session: Session, wanted: Select[Entry], position: Position, size: int) -> Slice:
    """Return the page of `wanted` at `position`; one row more than shown tells of the next page."""
    if position.before is not None:
        back = wanted.where(Entry.number < position.before).order_by(Entry.number.desc())
        found = session.scalars(back.limit(size + 1)).all()
        return Slice(found[:size][::-1], has_previous=len(found) > size, has_next=True)
    if position.after is not None:
        wanted = wanted.where(Entry.number > position.after)
    found = session.scalars(wanted.order_by(Entry.number).limit(size + 1)).all()
    return Slice(found[:size], has_previous=position.after is not None, has_next=len(found) > size)
