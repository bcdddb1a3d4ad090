"""What judges gave and what comes of it: rows as they lie, scores, standings with shared places."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import groupby
from typing import Any, Generic, NamedTuple, Protocol, TypeVar


class EntryKey(Hashable, Protocol):
    """What names an entry: a database's number or a bundle's text; entries list in its order."""

    def __lt__(self, other: Any, /) -> bool: ...


E = TypeVar("E", bound=EntryKey)


class MarkRow(NamedTuple, Generic[E]):
    """One judge's points for one entry on one criterion; a plain tuple, as there are many."""

    entry: E
    judge: Hashable
    criterion: str
    points: int


class RankRow(NamedTuple, Generic[E]):
    """The position, from 1, on which one judge ranks an entry; equal positions are a tie."""

    entry: E
    judge: Hashable
    position: int


class ComparisonRow(NamedTuple, Generic[E]):
    """One judge's choice between two entries."""

    judge: Hashable
    winner: E
    loser: E


@dataclass(frozen=True, slots=True)
class Standing(Generic[E]):
    """An entry's place in a round.

    `tied` is the number of entries sharing the place, 1 when alone; `judges` how many marked the
    entry. An entry without marks has neither place nor score, and shares nothing (`tied` is 0).
    """

    place: int | None
    entry: E
    score: Fraction | None
    tied: int
    judges: int


@dataclass(frozen=True, slots=True)
class Gap(Generic[E]):
    """Why an entry that was judged has no score: a criterion with fewer marks than are needed."""

    entry: E
    criterion: str
    found: int
    needed: int


@dataclass(frozen=True, slots=True)
class Scores(Generic[E]):
    """What a method found: one whole number for each entry over one denominator for all.

    Whole numbers sort fast and never round. `lowest_first` says that little is good, `judges` how
    many judged each entry. An entry with gaps has no number.
    """

    numerators: Mapping[E, int]
    denominator: int
    judges: Mapping[E, int]
    lowest_first: bool = False
    gaps: Sequence[Gap[E]] = field(default=())


Settle = Callable[[int, Sequence[E]], Sequence[Sequence[E]]]
"""Splits entries that share a place (the first argument) into those before and those after."""


def leave_tied(_place: int, sharing: Sequence[E]) -> Sequence[Sequence[E]]:
    """Settle nothing: whoever shares a score shares the place."""
    return (sharing,)


def placed(
    scores: Scores[E], entries: Iterable[E], settle: Settle[E] = leave_tied
) -> tuple[Standing[E], ...]:
    """Return the standings, best first; ties that `settle` leaves share a place: 1, 2, 2, 4.

    Within a place, and among `entries` without a score (last), entries list in their own order.
    """
    numerators, judges = scores.numerators, scores.judges
    # Sorting is stable, also in reverse: equals keep the entries' own order.
    best_first = sorted(numerators)
    best_first.sort(key=numerators.__getitem__, reverse=not scores.lowest_first)
    ranked: list[Standing[E]] = []
    for numerator, group in groupby(best_first, key=numerators.__getitem__):
        score = Fraction(numerator, scores.denominator)
        for sharing in settle(len(ranked) + 1, list(group)):
            place, tied = len(ranked) + 1, len(sharing)
            ranked += [Standing(place, entry, score, tied, judges[entry]) for entry in sharing]
    unplaced = sorted(set(entries) - numerators.keys())
    return (*ranked, *(Standing(None, entry, None, 0, judges.get(entry, 0)) for entry in unplaced))
