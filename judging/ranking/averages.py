"""Marks → scores by averaging: the mean, the mean of what trimming leaves, the median; exactly.

The score of an entry is the sum over criteria of the weight times the average of the criterion's
marks, divided by the sum of weights. Nothing is rounded: scores compare as integers over one
common denominator, and become one fraction for each group of equals at the end. Averages are of
the marks that there are; a criterion with too few leaves the entry without a score, because half
a score is none.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Final, Generic

from app.errors import N_, InvalidError
from judging.ranking.marks import E, Gap, Scores, Standing, placed
from judging.rubric import Rubric

AnyMark = tuple[E, Hashable, str, int]
"""A MarkRow, or a row of a database in that order: entry, judge, criterion, points."""


@dataclass(frozen=True, slots=True)
class Average:
    """A way to average marks: `total` of them, divided by `size` of their number.

    `size` of a number below `needed` means nothing.
    """

    total: Callable[[list[int]], int]
    size: Callable[[int], int]
    needed: int = 1

    def of(self, points: list[int]) -> Fraction:
        """Return the average of at least `needed` points."""
        return Fraction(self.total(points), self.size(len(points)))


MEAN: Final = Average(sum, lambda count: count)


def trimmed(drop: int) -> Average:
    """Return the mean without the `drop` highest and the `drop` lowest marks, as in diving."""
    return Average(
        lambda points: sum(sorted(points)[drop : len(points) - drop]),
        lambda count: count - 2 * drop,
        needed=2 * drop + 1,
    )


def _middle(points: list[int]) -> int:
    half = len(points) // 2
    return sum(sorted(points)[half - 1 + len(points) % 2 : half + 1])


MEDIAN: Final = Average(_middle, lambda count: 2 - count % 2)
"""The mark in the middle; of an even number of marks, the mean of the two in the middle."""


@dataclass(frozen=True, slots=True)
class Sheet(Generic[E]):
    """The marks of a round by criterion and entry, and who judged each entry."""

    points: Mapping[str, Mapping[E, list[int]]]
    judges: Mapping[E, Collection[Hashable]]


def sheet(marks: Iterable[AnyMark[E]]) -> Sheet[E]:
    """Sort marks by criterion and entry, in one pass; their order means nothing."""
    points: defaultdict[str, defaultdict[E, list[int]]] = defaultdict(lambda: defaultdict(list))
    judges: defaultdict[E, set[Hashable]] = defaultdict(set)
    # Millions of rows come through here: by criterion first, no key needs a tuple of its own.
    for entry, judge, criterion, given in marks:
        points[criterion][entry].append(given)
        judges[entry].add(judge)
    return Sheet({key: dict(by_entry) for key, by_entry in points.items()}, dict(judges))


def scores(rubric: Rubric, given: Sheet[E], entries: Collection[E], average: Average) -> Scores[E]:
    """Score the judged among `entries`; marks of others are left aside."""
    counted = given.judges.keys() & set(entries)
    gaps = _gaps(rubric, given, counted, average.needed)
    whole = counted - {gap.entry for gap in gaps}
    numerators = dict.fromkeys(whole, 0)
    scale = lcm(*(n.denominator for c in rubric.criteria for n in (c.weight, c.weight * c.step)))
    sizes = {len(points) for by_entry in given.points.values() for points in by_entry.values()}
    shared = lcm(*(average.size(count) for count in sizes if count >= average.needed))
    for criterion in rubric.criteria:
        weight = int(criterion.weight * criterion.step * scale)
        factors = {
            count: weight * (shared // average.size(count))
            for count in sizes
            if count >= average.needed
        }
        by_entry = given.points.get(criterion.key, {})
        for entry in whole:
            points = by_entry[entry]
            numerators[entry] += average.total(points) * factors[len(points)]
    weights = int(sum(criterion.weight for criterion in rubric.criteria) * scale)
    judges = {entry: len(given.judges[entry]) for entry in counted}
    return Scores(numerators, shared * weights, judges, gaps=gaps)


def standings(
    rubric: Rubric, marks: Iterable[AnyMark[E]], entries: Collection[E]
) -> tuple[Standing[E], ...]:
    """Rank `entries` by the weighted mean of `marks`, best first; ties share a place: 1, 2, 2, 4.

    Marks are those of submitted ballots, each judge, entry and criterion once; marks of other
    entries are left aside. The order of the rows means nothing; within a place, and among
    entries without marks (last), entries list in their own order. Raises InvalidError when an
    entry has marks on some criteria only.
    """
    found = scores(rubric, sheet(marks), entries, MEAN)
    for gap in found.gaps:
        raise InvalidError(
            N_("Entry %(entry)s has marks, but none on “%(criterion)s”."),
            code="mark-missing",
            entry=gap.entry,
            criterion=gap.criterion,
        )
    return placed(found, entries)


def _gaps(
    rubric: Rubric, given: Sheet[E], counted: Collection[E], needed: int
) -> tuple[Gap[E], ...]:
    """List what keeps entries from a score, in the entries' and then the rubric's order."""
    short: list[tuple[E, int, Gap[E]]] = []
    for position, criterion in enumerate(rubric.criteria):
        by_entry = given.points.get(criterion.key, {})
        for entry in counted:
            found = len(by_entry.get(entry, ()))
            if found < needed:
                short.append((entry, position, Gap(entry, criterion.key, found, needed)))
    return tuple(gap for _entry, _position, gap in sorted(short, key=lambda row: row[:2]))
