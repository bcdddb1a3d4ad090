"""What the ballots so far let one believe about entries and judges, and how sure that is.

A ballot's weighted score is taken as the judge's level + the entry's quality + noise, all normal,
their variances estimated from the ballots (empirical Bayes: expectation-maximisation, Dempster,
Laird and Rubin, 1977, with a weak prior, so that few ballots mislead nobody). A ballot at an end of
the scale says only "at least this much": its likelihood is the normal tail beyond the end, as in
Tobin's model (1958), by its own curvature at the mode (Laplace's approximation).

Beliefs guide and warn: which ballot helps, how likely the winners are to be the right ones. They
never rank. Nothing here depends on the order of rows; draws come from a seed.
"""

import hashlib
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import erf, pi, sqrt
from typing import Final, Generic

import numpy as np
from numpy.typing import NDArray

from judging.ranking.averages import AnyMark
from judging.ranking.marks import E
from judging.rubric import Rubric

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

PASSES: Final = 24
PRIOR_BALLOTS: Final = 4
"""How many observations the prior shares of the variance are worth."""
PRIOR_SHARES: Final = (0.45, 0.30, 0.25)
"""Of quality, of judges' levels and of noise in the spread of scores, before they are estimated."""
DRAWS: Final = 4000
FIELD: Final = 200
"""How many entries about the cut are drawn for; the others do not come near it."""

_erf = np.vectorize(erf, otypes=[np.float64])


@dataclass(frozen=True, slots=True)
class Variances:
    """How far apart entries, judges' levels and repeated ballots are, in squared points."""

    quality: float
    level: float
    noise: float


@dataclass(frozen=True, slots=True, eq=False)
class Belief(Generic[E]):
    """Where each entry's quality and each judge's level lie, and how surely, in points.

    `quality` (one for each of `entries`) is counted from the average entry, `level` (one for each
    of `judges`) is the score the judge gives to it. Given the levels, the entries' qualities are
    independent with the variances `alone`; entry i follows judge j's level by -`follow[i, j]`, and
    `levels` is the covariance of the levels. `scores` are those of the ballots, NaN where there is
    none; beyond `ends` the scale hides differences.
    """

    entries: tuple[E, ...]
    judges: tuple[Hashable, ...]
    quality: Floats
    level: Floats
    alone: Floats
    follow: Floats
    levels: Floats
    scores: Floats
    variances: Variances
    ends: tuple[float, float]

    def given(self) -> Flags:
        """Tell which judge (column) has a ballot on which entry (line)."""
        return ~np.isnan(self.scores)

    def sureness(self) -> Floats:
        """Return the standard deviation of each entry's quality."""
        spread: Floats = np.sqrt(self.alone + ((self.follow @ self.levels) * self.follow).sum(1))
        return spread

    def covariance(self, chosen: Places) -> Floats:
        """Return the joint covariance of the chosen entries, in that order, and of all levels."""
        follow = self.follow[chosen]
        across = -follow @ self.levels
        among = np.diag(self.alone[chosen]) - across @ follow.T
        return np.block([[among, across], [across.T, self.levels]])

    def leading(self, places: int) -> Places:
        """Return the `places` best, best first."""
        best: Places = np.argsort(-np.round(self.quality, 9), kind="stable")[:places]
        return best

    def about_the_cut(self, places: int, count: int) -> tuple[Places, Places]:
        """Return up to `count` entries about the cut: of the `places` best, and their rivals.

        At most half of them lead: the best first, or, where more lead than that, those whose place
        is least sure. The likeliest rivals come first.
        """
        best = self.leading(len(self.entries))
        cut = self.quality[best[places - 1 : places + 1]].mean() if len(best) >= places else 0.0
        reach = np.round((self.quality - cut) / self.sureness(), 9)
        leaders, rest = best[:places], best[places:]
        if len(leaders) > count // 2:
            unsure = np.argsort(reach[leaders], kind="stable")[: count // 2]
            leaders = leaders[np.sort(unsure)]
        rivals = rest[np.argsort(-reach[rest], kind="stable")]
        return leaders, rivals[: count - len(leaders)]

    def above(self, mark: float) -> int:
        """Return how many entries are expected to have a score of `mark` or more."""
        return int((np.round(self.quality + self.level.mean() - mark, 9) >= 0).sum())


@dataclass(frozen=True, slots=True)
class Outlook(Generic[E]):
    """How sure winners are: `doubt` is the chance that those asked about are not the right ones.

    `chances` is each entry's chance to be among the best; an entry far below the cut is not listed.
    """

    leading: tuple[E, ...]
    chances: Mapping[E, float]
    doubt: float


def believe(
    rubric: Rubric,
    marks: Iterable[AnyMark[E]],
    entries: Collection[E],
    judges: Iterable[Hashable] = (),
) -> Belief[E]:
    """Weigh the whole ballots among `marks`; `judges` are those of the panel, marks or none."""
    ballots = _ballots(rubric, marks, frozenset(entries))
    lines = sorted(set(entries))
    panel = sorted({judge for _entry, judge in ballots} | set(judges), key=str)
    line_of = {entry: at for at, entry in enumerate(lines)}
    column_of = {judge: at for at, judge in enumerate(panel)}
    scores = np.full((len(lines), len(panel)), np.nan)
    for (entry, judge), score in ballots.items():
        scores[line_of[entry], column_of[judge]] = score
    return _Fit(scores, *_scale(rubric)).belief(tuple(lines), tuple(panel))


def outlook(
    belief: Belief[E], *, places: int, seed: str, about: Collection[E] | None = None
) -> Outlook[E]:
    """Draw possible truths from a belief and count who would be among the best `places`.

    The doubt is about the entries `about`, the leading ones unless given. Where they are fewer or
    more than there are places, they are right when all of them are among the best, or all the best
    among them.
    """
    leaders, rivals = belief.about_the_cut(places, FIELD)
    chosen = np.concatenate([leaders, rivals])
    draw = np.random.default_rng(list(hashlib.sha256(seed.encode()).digest()))
    # Levels first, then each entry given them: the covariance never has to be taken apart whole.
    shape = np.linalg.cholesky(belief.levels)
    levels = draw.standard_normal((DRAWS, len(belief.judges))) @ shape.T
    truths = belief.quality[chosen] - levels @ belief.follow[chosen].T
    truths += draw.standard_normal(truths.shape) * np.sqrt(belief.alone[chosen])
    best = np.argpartition(-truths, len(leaders) - 1, axis=1)[:, : len(leaders)]
    wins = np.bincount(best.ravel(), minlength=len(chosen)) / DRAWS
    first = belief.leading(places)
    asked = first if about is None else np.flatnonzero([e in about for e in belief.entries])
    sure = np.setdiff1d(first, leaders)  # they lead so clearly that nothing was drawn for them
    found = np.isin(chosen[best], asked).sum(axis=1) + np.isin(asked, sure).sum()
    right = (found == min(len(asked), len(first))).mean()
    leading = tuple(belief.entries[at] for at in first.tolist())
    near = {belief.entries[at]: win for at, win in zip(chosen.tolist(), wins.tolist(), strict=True)}
    return Outlook(leading, dict.fromkeys(leading, 1.0) | near, 1 - float(right))


def below(value: Floats) -> Floats:
    """Return the standard normal distribution function."""
    share: Floats = (1 + _erf(value / sqrt(2))) / 2
    return share


def _ballots(
    rubric: Rubric, marks: Iterable[AnyMark[E]], entries: Collection[E]
) -> dict[tuple[E, Hashable], float]:
    """Return the weighted score of every whole ballot on `entries`."""
    given: dict[tuple[E, Hashable], dict[str, int]] = {}
    for entry, judge, criterion, points in marks:
        if entry in entries:
            given.setdefault((entry, judge), {})[criterion] = points
    total = sum(criterion.weight for criterion in rubric.criteria)
    worth = {c.key: float(c.weight * c.step / total) for c in rubric.criteria}
    return {
        pair: sum(worth[key] * points[key] for key in worth)
        for pair, points in given.items()
        if worth.keys() <= points.keys()
    }


def _scale(rubric: Rubric) -> tuple[float, float, float]:
    """Return the lowest and the highest score of a ballot, and the step between scores."""
    total = sum(criterion.weight for criterion in rubric.criteria)
    worth = [(c, c.weight * c.step / total) for c in rubric.criteria]
    lowest = sum(value * criterion.minimum for criterion, value in worth)
    highest = sum(value * criterion.maximum for criterion, value in worth)
    return float(lowest), float(highest), float(sum(value for _criterion, value in worth))


class _Fit:
    """The belief in the making: variances and the ends of the scale make it go round a few times.

    `scores` has a line for each entry and a column for each judge; NaN where there is no ballot.
    """

    def __init__(self, scores: Floats, lowest: float, highest: float, step: float) -> None:
        self.given: Flags = ~np.isnan(scores)
        self.middle, self.range = (lowest + highest) / 2, highest - lowest
        self.scores = np.where(self.given, scores, self.middle) - self.middle
        half = self.range / 2 - step / 2
        self.ends = (self.middle - half, self.middle + half)
        side = np.where(np.abs(self.scores) > half, np.sign(self.scores), 0.0)
        self.hidden = np.nonzero(side)
        self.side = side[self.hidden]
        self.end = half * self.side
        seen = self.scores[self.given]
        # Rounding alone spreads scores by a twelfth of a squared step.
        spread = (float(seen.var()) if seen.size else 0.0) + step**2 / 12
        self.prior = Variances(*(share * spread for share in PRIOR_SHARES))
        self.variances = self.prior
        self.guess = self.scores
        judges = max(scores.shape[1], 1)
        self.centre = np.eye(scores.shape[1]) - 1 / judges
        # The panel's mean level lies somewhere on the scale: all that is known beforehand.
        self.anchor = np.full_like(self.centre, 1 / (judges * self.range) ** 2)

    def belief(self, entries: tuple[E, ...], judges: tuple[Hashable, ...]) -> Belief[E]:
        """Alternate between the belief and its variances, a fixed number of times."""
        for _pass in range(PASSES):
            self._weigh()
            self._solve()
            self._learn()
        return Belief(
            entries,
            judges,
            self.quality,
            self.level + self.middle,
            self.alone,
            self.follow,
            self.levels,
            np.where(self.given, self.scores + self.middle, np.nan),
            self.variances,
            self.ends,
        )

    def _weigh(self) -> None:
        """Turn each ballot into a weight and a weighted value, as if it were measured plainly."""
        noise = self.variances.noise
        self.weight = self.given / noise
        self.value = self.weight * self.scores
        at = self.guess[self.hidden]
        beyond = self.side * (at - self.end) / sqrt(noise)
        slope = _slope(beyond)
        curve = np.maximum(slope * (slope + beyond), 1e-9) / noise
        self.weight[self.hidden] = curve
        self.value[self.hidden] = curve * at + self.side * slope / sqrt(noise)

    def _solve(self) -> None:
        """Solve for levels with the entries eliminated, then for the entries."""
        self.alone: Floats = 1 / (self.weight.sum(1) + 1 / self.variances.quality)
        self.follow: Floats = self.alone[:, None] * self.weight
        matrix = np.diag(self.weight.sum(0)) - self.weight.T @ self.follow
        matrix += self.centre / self.variances.level + self.anchor
        self.levels: Floats = np.linalg.inv(matrix)
        sums = self.value.sum(1)
        self.level: Floats = self.levels @ (self.value.sum(0) - self.follow.T @ sums)
        self.quality: Floats = self.alone * sums - self.follow @ self.level
        self.guess = self.quality[:, None] + self.level

    def _learn(self) -> None:
        """Estimate the variances from what the belief leaves open and what it explains."""
        across = -self.follow @ self.levels
        own = self.alone - (across * self.follow).sum(1)
        open_ = own[:, None] + np.diag(self.levels) + 2 * across
        unexplained = np.where(self.given, (self.scores - self.guess) ** 2 + open_, 0.0)
        unexplained[self.hidden] = self._noise_beyond(open_[self.hidden])
        spread = float(self.level @ self.centre @ self.level + (self.centre * self.levels).sum())
        entries, judges = self.given.shape
        self.variances = Variances(
            _pooled(float((self.quality**2 + own).sum()), entries, self.prior.quality),
            _pooled(spread, judges - 1, self.prior.level),
            _pooled(float(unexplained.sum()), int(self.given.sum()), self.prior.noise),
        )

    def _noise_beyond(self, open_: Floats) -> Floats:
        """Return the expected squared noise of ballots at an end of the scale."""
        noise = self.variances.noise
        # What is believed without the ballot itself, then how far beyond the end it may have been.
        without = 1 / np.maximum(1 / open_ - self.weight[self.hidden], 1e-9)
        at = without * (self.guess[self.hidden] / open_ - self.value[self.hidden])
        whole = without + noise
        beyond = self.side * (at - self.end) / np.sqrt(whole)
        share: Floats = noise / whole
        return share * noise * (1 - beyond * _slope(beyond)) + share * without


def _slope(beyond: Floats) -> Floats:
    """Return the slope of the logarithm of the normal distribution function."""
    density = np.exp(-(beyond**2) / 2) / sqrt(2 * pi)
    slope: Floats = density / np.maximum(below(beyond), 1e-12)
    return slope


def _pooled(total: float, count: int, prior: float) -> float:
    return (total + PRIOR_BALLOTS * prior) / (count + PRIOR_BALLOTS)
