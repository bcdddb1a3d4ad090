"""The one door from what judges gave to standings, whatever the kind of round and the method."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final, Generic

from app.errors import N_, InvalidError
from judging.ranking.adjusted import Doubt, adjusted
from judging.ranking.averages import MEAN, MEDIAN, Average, Sheet, scores, sheet, trimmed
from judging.ranking.evidence import ComparisonEvidence, MarkEvidence, OrderEvidence
from judging.ranking.ladder import Evidence, Rung, Step, settle
from judging.ranking.marks import (
    ComparisonRow,
    E,
    Gap,
    MarkRow,
    RankRow,
    Scores,
    Settle,
    Standing,
    leave_tied,
    placed,
)
from judging.ranking.orders import borda, orders, rank_sum, schulze
from judging.ranking.pairwise import bradley_terry
from judging.rubric import Rubric


class Kind(StrEnum):
    """What judges do in a round: sort out, score by a rubric, order, or choose between two."""

    SCREEN = "screen"
    SCORE = "score"
    RANK = "rank"
    PAIRWISE = "pairwise"


class MethodName(StrEnum):
    """How a round is counted; `docs/methods.md` says exactly what each means."""

    MEAN = "mean"
    TRIMMED_MEAN = "trimmed_mean"
    MEDIAN = "median"
    ADJUSTED = "adjusted"
    RANK_SUM = "rank_sum"
    BORDA = "borda"
    SCHULZE = "schulze"
    BRADLEY_TERRY = "bradley_terry"


METHODS: Final[Mapping[Kind, tuple[MethodName, ...]]] = {
    Kind.SCREEN: (),
    Kind.SCORE: (
        MethodName.MEAN,
        MethodName.TRIMMED_MEAN,
        MethodName.MEDIAN,
        MethodName.ADJUSTED,
    ),
    Kind.RANK: (MethodName.RANK_SUM, MethodName.BORDA, MethodName.SCHULZE),
    Kind.PAIRWISE: (MethodName.BRADLEY_TERRY,),
}
"""The methods for each kind of round; screening places nobody."""

EXACT: Final = frozenset(MethodName) - {MethodName.ADJUSTED, MethodName.BRADLEY_TERRY}
"""The methods that never round; the others round scores to nine digits, and equal then is equal."""


@dataclass(frozen=True, slots=True)
class Method:
    """A way to count; `drop` is how many marks a trimmed mean leaves out at either end.

    Raises InvalidError for a negative `drop`, or one of a method that drops nothing.
    """

    name: MethodName
    drop: int = 0

    def __post_init__(self) -> None:
        if self.drop < 0 or (self.drop and self.name is not MethodName.TRIMMED_MEAN):
            raise InvalidError(
                N_("Only a trimmed mean leaves marks out, and never fewer than none."),
                field="drop",
                code="drop-without-trimming",
            )


@dataclass(frozen=True, slots=True)
class Marks(Generic[E]):
    """What a round by rubric collected: each judge, entry and criterion once."""

    rubric: Rubric
    rows: Sequence[MarkRow[E]]

    def sheet(self) -> Sheet[E]:
        """Put the marks together to ballots."""
        return sheet(self.rows)


@dataclass(frozen=True, slots=True)
class Ballots(Generic[E]):
    """The same, put together to ballots before: points by entry, judge and criterion."""

    rubric: Rubric
    ballots: Sheet[E]

    @property
    def rows(self) -> list[MarkRow[E]]:
        """Return the marks one by one."""
        return [
            MarkRow(entry, judge, criterion, points)
            for entry, by_judge in self.ballots.items()
            for judge, ballot in by_judge.items()
            for criterion, points in ballot.items()
        ]

    def sheet(self) -> Sheet[E]:
        """Return the ballots."""
        return self.ballots


@dataclass(frozen=True, slots=True)
class Rankings(Generic[E]):
    """What a round of ordering collected: each judge and entry once."""

    rows: Sequence[RankRow[E]]


@dataclass(frozen=True, slots=True)
class Comparisons(Generic[E]):
    """What a round of choosing between two collected."""

    rows: Sequence[ComparisonRow[E]]


Given = Marks[E] | Ballots[E] | Rankings[E] | Comparisons[E]


@dataclass(frozen=True, slots=True)
class Ranking(Generic[E]):
    """Standings, best first, and what the ladder did, line by line.

    `gaps` say who has no score for want of marks, and so no place; `doubts` what adjusting for
    leniency cannot tell.
    """

    standings: tuple[Standing[E], ...]
    steps: tuple[Step[E], ...]
    gaps: tuple[Gap[E], ...]
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found(Generic[E]):
    scores: Scores[E]
    evidence: Evidence[E]
    doubts: tuple[Doubt, ...] = ()


def rank(
    given: Given[E],
    method: Method,
    entries: Collection[E],
    ladder: Sequence[Rung] = (),
    places: range | None = None,
) -> Ranking[E]:
    """Rank `entries`, best first; what `ladder` leaves tied shares a place: 1, 2, 2, 4.

    What was given to other entries is left aside. The order of rows means nothing. With `places`,
    only ties that reach into them are put to the ladder: thousands of others cost time. Raises
    InvalidError "method-unfit" when the method is for another kind of round.
    """
    found = _counted(given, method, entries)
    steps: list[Step[E]] = []
    settled = _by(ladder, found.evidence, steps, places) if ladder else leave_tied
    return Ranking(
        placed(found.scores, entries, settled),
        tuple(steps),
        tuple(found.scores.gaps),
        found.doubts,
    )


def averages(
    given: Given[E], method: Method, entries: Collection[E]
) -> Mapping[E, Mapping[str, Fraction]]:
    """Return the averages, by criterion, of which the method makes the scores of `entries`.

    Adjusting has no average of its own: there it is the mean. A criterion with too few marks is
    left out; where there are no criteria, every one is.
    """
    if not isinstance(given, Marks | Ballots):
        return {entry: {} for entry in entries}
    average = MEAN if method.name is MethodName.ADJUSTED else _average(method)
    ballots = given.sheet()
    found: dict[E, dict[str, Fraction]] = {entry: {} for entry in entries}
    for entry, own in found.items():
        for criterion in given.rubric.criteria:
            points = [
                b[criterion.key] for b in ballots.get(entry, {}).values() if criterion.key in b
            ]
            if len(points) >= average.needed:
                own[criterion.key] = criterion.step * average.of(points)
    return found


def _by(
    ladder: Sequence[Rung], evidence: Evidence[E], steps: list[Step[E]], places: range | None
) -> Settle[E]:
    def settled(place: int, sharing: Sequence[E]) -> Sequence[Sequence[E]]:
        if places and (place >= places.stop or place + len(sharing) <= places.start):
            return (sharing,)
        groups, taken = settle(place, sharing, ladder, evidence)
        steps.extend(taken)
        return groups

    return settled


def _counted(given: Given[E], method: Method, entries: Collection[E]) -> _Found[E]:
    if isinstance(given, Marks | Ballots):
        return _marks(given, method, entries)
    if isinstance(given, Rankings):
        return _rankings(given, method, entries)
    if method.name is not MethodName.BRADLEY_TERRY:
        raise _unfit(method)
    return _Found(bradley_terry(given.rows, entries), ComparisonEvidence(given.rows))


def _marks(given: Marks[E] | Ballots[E], method: Method, entries: Collection[E]) -> _Found[E]:
    ballots = given.sheet()
    if method.name is MethodName.ADJUSTED:
        found = adjusted(given.rubric, given.rows, entries)
        return _Found(found.scores, MarkEvidence(given.rubric, ballots, MEAN), found.doubts)
    average = _average(method)
    return _Found(
        scores(given.rubric, ballots, entries, average),
        MarkEvidence(given.rubric, ballots, average),
    )


def _average(method: Method) -> Average:
    if method.name is MethodName.MEAN:
        return MEAN
    if method.name is MethodName.MEDIAN:
        return MEDIAN
    if method.name is MethodName.TRIMMED_MEAN:
        return trimmed(method.drop)
    raise _unfit(method)


def _rankings(given: Rankings[E], method: Method, entries: Collection[E]) -> _Found[E]:
    each = orders(given.rows, entries)
    evidence = OrderEvidence(each)
    if method.name is MethodName.RANK_SUM:
        return _Found(rank_sum(each, entries), evidence)
    if method.name is MethodName.BORDA:
        return _Found(borda(each, entries), evidence)
    if method.name is MethodName.SCHULZE:
        return _Found(schulze(each), evidence)
    raise _unfit(method)


def _unfit(method: Method) -> InvalidError:
    return InvalidError(
        N_("A round of this kind cannot be counted by %(method)s."),
        code="method-unfit",
        method=method.name.value,
    )
