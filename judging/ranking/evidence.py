"""What marks, rankings and comparisons say of entries that the score leaves tied."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic

from typing_extensions import override

from judging.ranking.averages import Average, Sheet, whole_weights
from judging.ranking.ladder import Evidence, Value
from judging.ranking.marks import ComparisonRow, E
from judging.ranking.orders import Orders
from judging.rubric import Rubric


@dataclass(frozen=True, slots=True)
class MarkEvidence(Evidence[E], Generic[E]):
    """Averages of a criterion, and each judge's own weighted mean of an entry."""

    rubric: Rubric
    ballots: Sheet[E]
    average: Average

    @override
    def averages(self, criterion: str, entries: Sequence[E]) -> Mapping[E, Fraction] | None:
        step = {c.key: c.step for c in self.rubric.criteria}.get(criterion)
        if step is None:
            return None
        return {
            entry: step
            * self.average.of(
                [b[criterion] for b in self.ballots[entry].values() if criterion in b]
            )
            for entry in entries
        }

    @override
    def views(self, entries: Sequence[E]) -> Mapping[Hashable, Mapping[E, Value]]:
        """Return weighted means; a ballot with a criterion unmarked cannot be compared."""
        weights, unit = whole_weights(self.rubric)
        views: defaultdict[Hashable, dict[E, Value]] = defaultdict(dict)
        for entry in entries:
            for judge, ballot in self.ballots[entry].items():
                if weights.keys() <= ballot.keys():
                    total = sum(weight * ballot[key] for key, weight in weights.items())
                    views[judge][entry] = Fraction(total, unit)
        return views


@dataclass(frozen=True, slots=True)
class OrderEvidence(Evidence[E], Generic[E]):
    """Each judge's order; there are no criteria."""

    orders: Orders[E]

    @override
    def averages(self, criterion: str, entries: Sequence[E]) -> None:
        return None

    @override
    def views(self, entries: Sequence[E]) -> Mapping[Hashable, Mapping[E, Value]]:
        """Return positions below zero, so that more is better; whom a judge left out is last."""
        return {
            judge: {entry: -ranked.get(entry, 1 + max(ranked.values())) for entry in entries}
            for judge, ranked in self.orders.items()
        }


@dataclass(frozen=True, slots=True)
class ComparisonEvidence(Evidence[E], Generic[E]):
    """Each judge's choices among the tied; there are no criteria."""

    rows: Sequence[ComparisonRow[E]]

    @override
    def averages(self, criterion: str, entries: Sequence[E]) -> None:
        return None

    @override
    def views(self, entries: Sequence[E]) -> Mapping[Hashable, Mapping[E, Value]]:
        """Return how much oftener a judge chose an entry than passed it over, among the tied."""
        views: defaultdict[Hashable, dict[E, Value]] = defaultdict(dict)
        for judge, winner, loser in _among(self.rows, set(entries)):
            view = views[judge]
            view[winner] = view.get(winner, 0) + 1
            view[loser] = view.get(loser, 0) - 1
        return views


def _among(rows: Iterable[ComparisonRow[E]], tied: set[E]) -> Iterable[ComparisonRow[E]]:
    return (row for row in rows if row.winner in tied and row.loser in tied)
