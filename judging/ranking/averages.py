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
from typing import Final

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

    total: Callable[[Collection[int]], int]
    size: Callable[[int], int]
    needed: int = 1

    def of(self, points: Collection[int]) -> Fraction:
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


def _middle(points: Collection[int]) -> int:
    half = len(points) // 2
    return sum(sorted(points)[half - 1 + len(points) % 2 : half + 1])


MEDIAN: Final = Average(_middle, lambda count: 2 - count % 2)
"""The mark in the middle; of an even number of marks, the mean of the two in the middle."""


Sheet = Mapping[E, Mapping[Hashable, Mapping[str, int]]]
"""The ballots of a round: points by entry, judge and criterion."""


def sheet(marks: Iterable[AnyMark[E]]) -> Sheet[E]:
    """Put marks together to ballots, in one pass; their order means nothing."""
    ballots: defaultdict[E, defaultdict[Hashable, dict[str, int]]]
    ballots = defaultdict(lambda: defaultdict(dict))
    ballot: dict[str, int] = {}
    last: tuple[object, object] = (None, None)
    # Millions of rows come through here, mostly ballot by ballot: look one up only when it changes.
    for entry, judge, criterion, points in marks:
        if judge != last[1] or entry != last[0]:
            ballot, last = ballots[entry][judge], (entry, judge)
        ballot[criterion] = points
    return ballots


def scores(rubric: Rubric, given: Sheet[E], entries: Collection[E], average: Average) -> Scores[E]:
    """Score the judged among `entries`; ballots on others are left aside."""
    judges = {entry: len(given[entry]) for entry in sorted(given.keys() & set(entries))}
    weights, unit = whole_weights(rubric)
    gaps: list[Gap[E]] = []
    worth = _worth(given, weights) if average is MEAN else {}
    totals = {
        entry: _whole(given[entry].values(), worth)
        or _totals(entry, given[entry].values(), weights, average, gaps)
        for entry in judges
    }
    for gap in gaps:
        totals.pop(gap.entry, None)
    divisors = {size: average.size(size) for by_size in totals.values() for size in by_size}
    shared = lcm(*divisors.values())
    factors = {size: shared // divisor for size, divisor in divisors.items()}
    numerators = {
        entry: sum(total * factors[size] for size, total in by_size.items())
        for entry, by_size in totals.items()
    }
    return Scores(numerators, shared * unit, judges, gaps=gaps)


def whole_weights(rubric: Rubric) -> tuple[dict[str, int], int]:
    """Return what a point of each criterion adds, in whole numbers, and the sum of weights in them.

    Points times these, added up and divided by that sum, are the weighted mean of a ballot.
    """
    value = {c.key: c.weight * c.step for c in rubric.criteria}
    weights = sum((c.weight for c in rubric.criteria), Fraction(0))
    scale = lcm(weights.denominator, *(part.denominator for part in value.values()))
    return {key: int(part * scale) for key, part in value.items()}, int(weights * scale)


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


def _worth(given: Sheet[E], weights: Mapping[str, int]) -> dict[int, int]:
    """Return the weighted total of each ballot that has all marks, by the ballot's identity.

    A mean of sums is the sum of means: where every ballot is whole, each is added up only once,
    and those that say the same are often one object.
    """
    distinct = {id(ballot): ballot for by_judge in given.values() for ballot in by_judge.values()}
    return {
        key: sum([weights[criterion] * points for criterion, points in ballot.items()])
        for key, ballot in distinct.items()
        if ballot.keys() == weights.keys()
    }


def _whole(
    ballots: Collection[Mapping[str, int]], worth: Mapping[int, int]
) -> dict[int, int] | None:
    """Return what `_totals` does for a mean where all ballots are whole; None where one is not."""
    try:
        return {len(ballots): sum([worth[id(ballot)] for ballot in ballots])} if ballots else None
    except KeyError:
        return None


def _totals(
    entry: E,
    ballots: Collection[Mapping[str, int]],
    weights: Mapping[str, int],
    average: Average,
    gaps: list[Gap[E]],
) -> dict[int, int]:
    """Add up an entry's weighted totals by the number of marks they are made of; note its gaps.

    Criteria mostly have equally many marks, and what has one divisor is divided once.
    """
    by_size: dict[int, int] = {}
    for key, weight in weights.items():
        points = [ballot[key] for ballot in ballots if key in ballot]
        size = len(points)
        if size < average.needed:
            gaps.append(Gap(entry, key, size, average.needed))
        else:
            by_size[size] = by_size.get(size, 0) + weight * average.total(points)
    return by_size
