"""How firmly the winners stand: what another panel, one judge fewer, or more ballots might change.

`redraw` and `swings` ask the round's own method again, whatever it is, with judges drawn anew or
one left out. They resample whole judges, with all they gave: a bootstrap of the clusters (Davison
and Hinkley, "Bootstrap Methods", 1997, 3.8; Field and Welsh, 2007), as drawing marks within judges
once more would count their noise twice. `stability` puts this together for a round of marks and
adds the chance to be truly among the best, which comes from `judging.belief` because a bootstrap of
three ballots is too sure of itself; how well these chances come true is measured in bench/focus.py.

Values only: how to say them is up to the pages. Row order never matters; draws come from a seed.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import atanh, sqrt, tanh
from typing import Final, Generic, Protocol, Self, TypeVar

import numpy as np

from judging.belief import Belief, Floats, believe, outlook
from judging.ranking.marks import E, MarkRow, Standing
from judging.rubric import Rubric

REDRAWS: Final = 400
NEAR: Final = 12
"""How many entries about the cut are spoken of, the winners included, that never hold a place."""
FIELD: Final = 60
"""How many entries, the best placed, take part when judges are drawn anew."""
ENOUGH: Final = 5
"""How many ballots it takes before a judge's habits can be told from chance."""
STEP: Final = 0.5
"""The agreement with the others that a judge in step has at least."""
CERTAIN: Final = 0.999
"""Beyond this, Fisher's transformation of a correlation runs away."""
TINY: Final = 1e-9
FLAT: Final = 0.5
"""The share of the panel's usual spread below which marks are flat."""


class Row(Protocol):
    """A mark, a ranking's line or a comparison: something one judge gave."""

    @property
    def judge(self) -> Hashable:
        """Who gave it."""

    def _replace(self, *, judge: Hashable) -> Self: ...


R = TypeVar("R", bound=Row)
Rank = Callable[[Sequence[R]], Sequence[Standing[E]]]
"""The round's method with all its settings and its ladder for ties."""


class Trait(StrEnum):
    """What sets a judge apart from the panel, more than chance explains."""

    HARSH = "harsh"
    GENEROUS = "generous"
    FLAT = "flat"
    OUT_OF_STEP = "out-of-step"


@dataclass(frozen=True, slots=True)
class Profile:
    """How a judge marks, in points of the weighted score.

    `leniency` is how much more (or less) than the panel the judge gives to the same entry, `spread`
    the standard deviation of the judge's scores. `agreement` is the correlation with what the
    others think of the same entries, their leniency taken out; None where there is too little.
    """

    judge: Hashable
    ballots: int
    leniency: float
    spread: float
    agreement: float | None
    traits: frozenset[Trait]


@dataclass(frozen=True, slots=True)
class Swing(Generic[E]):
    """A judge without whom others would win: who would not, and who would, in their own order."""

    judge: Hashable
    lost: tuple[E, ...]
    gained: tuple[E, ...]


@dataclass(frozen=True, slots=True)
class Contender(Generic[E]):
    """An entry near the cut.

    `chance` is that of being truly among the best, `holds` the share of panels drawn anew with
    which the round's method lets it win.
    """

    entry: E
    place: int | None
    chance: float
    holds: float


@dataclass(frozen=True, slots=True)
class Stability(Generic[E]):
    """What a decision rests on.

    `doubt` is the chance that the truly best are others than the winners, `kept` the share of
    panels drawn anew that let exactly the winners win. `agreement` is Krippendorff's alpha: 1 in
    full agreement, about 0 when judges might as well draw lots.
    """

    contenders: tuple[Contender[E], ...]
    doubt: float
    kept: float
    swings: tuple[Swing[E], ...]
    agreement: float | None
    judges: tuple[Profile, ...]


def stability(
    rubric: Rubric,
    marks: Iterable[MarkRow[E]],
    entries: Collection[E],
    *,
    field: Collection[E],
    rank: Rank[MarkRow[E], E],
    places: int,
    seed: str,
) -> Stability[E]:
    """Tell how firmly the winners of a round of marks stand under its method `rank`.

    Marks are those of submitted ballots, `entries` all that may win: one that nobody judged may be
    the best, too. Those of `field` are ranked again: once for each judge with all their marks, and
    some hundred times with those of the best among them.
    """
    rows = [row for row in marks if row.entry in entries]
    again = [row for row in rows if row.entry in field]
    ranked = rank(again)
    belief = believe(rubric, rows, entries)
    winners = _winners(ranked, places)
    view = outlook(belief, places=places, seed=seed, about=winners)
    place_of = {standing.entry: standing.place for standing in ranked}
    best = frozenset(standing.entry for standing in ranked[:FIELD])
    panels = redraw([row for row in again if row.entry in best], rank, places=places, seed=seed)
    held = holding(panels)
    likely = sorted(view.chances, key=lambda entry: (-view.chances[entry], entry))
    near = dict.fromkeys([*(e for e in place_of if e in winners), *likely[:NEAR], *held])
    return Stability(
        tuple(
            Contender(
                entry, place_of.get(entry), view.chances.get(entry, 0.0), held.get(entry, 0.0)
            )
            for entry in near
        ),
        view.doubt,
        kept(panels, winners),
        swings(again, rank, places=places),
        alpha(belief.scores),
        profiles(belief),
    )


def redraw(
    rows: Iterable[R], rank: Rank[R, E], *, places: int, seed: str
) -> tuple[frozenset[E], ...]:
    """Draw the panel anew from its own judges, again and again, and return who wins each time.

    A judge drawn twice counts as two; the first keeps the name, so that a chair who is drawn is
    the chair of that panel, too. Without judges nothing is drawn.
    """
    given = _by_judge(rows)
    draw = np.random.default_rng(list(hashlib.sha256(seed.encode()).digest()))
    found = []
    panel = list(given)

    @cache
    def own(at: int, copy: int) -> list[R]:
        rows, judge = given[panel[at]], (panel[at], copy)
        return [row._replace(judge=judge) for row in rows] if copy else rows

    for _redraw in range(REDRAWS if panel else 0):
        times = Counter(draw.integers(len(panel), size=len(panel)).tolist())
        redrawn = [
            row for at in sorted(times) for copy in range(times[at]) for row in own(at, copy)
        ]
        found.append(_winners(rank(redrawn), places))
    return tuple(found)


def holding(panels: Collection[frozenset[E]]) -> dict[E, float]:
    """Return in which share of the panels drawn anew each entry wins; none for who never does."""
    wins = Counter(entry for winners in panels for entry in winners)
    return {entry: wins[entry] / len(panels) for entry in sorted(wins)}


def kept(panels: Collection[frozenset[E]], winners: frozenset[E]) -> float:
    """Return in which share of the panels drawn anew exactly these win; 0 where none was drawn."""
    return sum(each == winners for each in panels) / max(1, len(panels))


def swings(rows: Iterable[R], rank: Rank[R, E], *, places: int) -> tuple[Swing[E], ...]:
    """Leave out one judge after the other, and return those without whom others would win."""
    given = _by_judge(rows)
    everybody = [row for own in given.values() for row in own]
    winners = _winners(rank(everybody), places)
    found = []
    for judge in given:
        left = _winners(rank([row for row in everybody if row.judge != judge]), places)
        if left != winners:
            found.append(Swing(judge, tuple(sorted(winners - left)), tuple(sorted(left - winners))))
    return tuple(found)


def alpha(scores: Floats) -> float | None:
    """Return Krippendorff's alpha with the interval metric; NaN where a judge gave no score.

    `scores` has a line for each entry and a column for each judge. An entry with a single score
    compares with nothing and is left out. None when nothing can be compared or all is the same.
    Source: Krippendorff, "Content Analysis", 4th edition 2018, chapter 12; differences of all pairs
    within an entry, and among all scores, by their sums of squares.
    """
    counts = (~np.isnan(scores)).sum(axis=1)
    paired, counts = scores[counts > 1], counts[counts > 1]
    values = paired[~np.isnan(paired)]
    apart = float(((values - values.mean()) ** 2).sum()) if values.size else 0.0
    if apart == 0:
        return None
    within = np.nansum((paired - np.nanmean(paired, axis=1)[:, None]) ** 2, axis=1)
    observed = float((within * counts / (counts - 1)).sum()) / values.size
    return float(1 - observed * (values.size - 1) / apart)


def profiles(belief: Belief[E]) -> tuple[Profile, ...]:
    """Describe every judge who gave a ballot, in the judges' order.

    Harsh and generous is whose level is further from the panel's than the noise of a ballot, and
    than two standard errors; out of step whose agreement is below `STEP` even at the upper end of
    its 95 % interval (Fisher's transformation).
    """
    given = belief.given()
    spreads = np.array([_spread(own) for own in belief.scores.T])
    counts = given.sum(axis=0)
    usual = float(np.median(spreads[counts >= ENOUGH])) if (counts >= ENOUGH).any() else 0.0
    found = []
    for at in np.flatnonzero(counts).tolist():
        shared, agreement = _agreement(belief, at)
        leniency, unsure = _leniency(belief, at)
        traits = set[Trait]()
        if abs(leniency) > max(2 * unsure, sqrt(belief.variances.noise)):
            traits.add(Trait.GENEROUS if leniency > 0 else Trait.HARSH)
        if counts[at] >= ENOUGH and spreads[at] < FLAT * usual:
            traits.add(Trait.FLAT)
        if agreement is not None and _at_most(agreement, shared) < STEP:
            traits.add(Trait.OUT_OF_STEP)
        found.append(
            Profile(
                belief.judges[at],
                int(counts[at]),
                leniency,
                float(spreads[at]),
                agreement,
                frozenset(traits),
            )
        )
    return tuple(found)


def _spread(own: Floats) -> float:
    scores = own[~np.isnan(own)]
    return float(scores.std()) if scores.size else 0.0


def _leniency(belief: Belief[E], judge: int) -> tuple[float, float]:
    """Return how far a judge's level is from the panel's mean level, and its standard error."""
    contrast = np.full(len(belief.judges), -1 / len(belief.judges))
    contrast[judge] += 1
    return float(contrast @ belief.level), sqrt(contrast @ belief.levels @ contrast)


def _agreement(belief: Belief[E], judge: int) -> tuple[int, float | None]:
    """Return on how many entries a judge meets others, and the correlation with their mean."""
    fair = belief.scores - belief.level
    own, others = fair[:, judge], np.delete(fair, judge, axis=1)
    shared = ~np.isnan(own) & ~np.isnan(others).all(axis=1)
    count = int(shared.sum())
    if count < ENOUGH:
        return count, None
    theirs = np.nanmean(others[shared], axis=1)
    spread = own[shared].std() * theirs.std()
    if spread < TINY:
        return count, None
    together = (own[shared] - own[shared].mean()) @ (theirs - theirs.mean()) / count
    return count, float(np.clip(together / spread, -1, 1))


def _at_most(agreement: float, shared: int) -> float:
    """Return the upper end of the 95 % interval of a correlation."""
    return tanh(atanh(max(-CERTAIN, min(CERTAIN, agreement))) + 2 / sqrt(shared - 3))


def _by_judge(rows: Iterable[R]) -> dict[Hashable, list[R]]:
    given: defaultdict[Hashable, list[R]] = defaultdict(list)
    for row in rows:
        given[row.judge].append(row)
    return {judge: given[judge] for judge in sorted(given, key=str)}


def _winners(ranked: Iterable[Standing[E]], places: int) -> frozenset[E]:
    return frozenset(s.entry for s in ranked if s.place is not None and s.place <= places)
