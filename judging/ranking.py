"""Marks → standings: the weighted mean of each entry, exactly, and every tie shown as a tie.

The score of an entry is the sum over criteria of the weight times the mean of the criterion's
marks, divided by the sum of weights. Nothing is rounded: scores compare as integers over one
common denominator, and become one fraction for each entry at the end.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import lcm
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from app.errors import N_, InvalidError
from judging.rubric import Rubric


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


def standings(
    rubric: Rubric, marks: Iterable[MarkRow[E]], entries: Collection[E]
) -> tuple[Standing[E], ...]:
    """Rank `entries` by the weighted mean of `marks`, best first; ties share a place: 1, 2, 2, 4.

    Marks are those of submitted ballots, each judge, entry and criterion once; marks of other
    entries are left aside. The order of the rows means nothing; within a place, and among
    entries without marks (last), entries list in their own order. Raises InvalidError when an
    entry has marks on some criteria only.
    """
    sums, counts, judges = _tally(marks, frozenset(entries))
    numerators, denominator = _scores(rubric, sums, counts, judges.keys())
    ranked: list[Standing[E]] = []
    best_first = sorted(numerators, key=lambda entry: (-numerators[entry], entry))
    for numerator, group in groupby(best_first, key=numerators.__getitem__):
        sharing = list(group)
        place, score = len(ranked) + 1, Fraction(numerator, denominator)
        ranked += [Standing(place, e, score, len(sharing), len(judges[e])) for e in sharing]
    unmarked = sorted(set(entries) - judges.keys())
    return (*ranked, *(Standing(None, entry, None, 0, 0) for entry in unmarked))


def _tally(
    marks: Iterable[MarkRow[E]], entries: Collection[E]
) -> tuple[dict[tuple[E, str], int], dict[tuple[E, str], int], dict[E, set[Hashable]]]:
    """Add up points and count marks by (entry, criterion), and collect each entry's judges."""
    sums: defaultdict[tuple[E, str], int] = defaultdict(int)
    counts: defaultdict[tuple[E, str], int] = defaultdict(int)
    judges: defaultdict[E, set[Hashable]] = defaultdict(set)
    for entry, judge, criterion, points in marks:
        if entry in entries:
            sums[entry, criterion] += points
            counts[entry, criterion] += 1
            judges[entry].add(judge)
    return dict(sums), dict(counts), dict(judges)


def _scores(
    rubric: Rubric,
    sums: Mapping[tuple[E, str], int],
    counts: Mapping[tuple[E, str], int],
    entries: Iterable[E],
) -> tuple[dict[E, int], int]:
    """Return each entry's score as a numerator over the one denominator that suits them all."""
    scale = lcm(*(criterion.weight.denominator for criterion in rubric.criteria))
    weights = {criterion.key: int(criterion.weight * scale) for criterion in rubric.criteria}
    shared = lcm(*set(counts.values()))

    def numerator(entry: E) -> int:
        total = 0
        for key, weight in weights.items():
            if (entry, key) not in counts:
                raise InvalidError(
                    N_("Entry %(entry)s has marks, but none on “%(criterion)s”."),
                    code="mark-missing",
                    entry=entry,
                    criterion=key,
                )
            total += weight * sums[entry, key] * (shared // counts[entry, key])
        return total

    return {entry: numerator(entry) for entry in entries}, shared * sum(weights.values())
