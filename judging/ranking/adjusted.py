"""Marks → scores without the judges' leniency: severity and quality estimated together.

A mark is taken as the judge's level + the entry's quality + noise. Levels are left free (fixed
effects), qualities are drawn towards the average (random effects), so this is Henderson's mixed
model ("Best linear unbiased estimation and prediction under a selection model", Biometrics 31,
1975), the linear kin of the many-facet models of judged examinations (Linacre, 1989). Because
levels are free, adding a constant to all marks of one judge changes nothing; and to the last bit,
as each judge's mean is taken away in whole numbers, before there is any float.

How strongly qualities are drawn in is the ratio of the variance of noise to that of quality. It is
the rung of a fixed ladder with the highest restricted likelihood (Patterson and Thompson,
Biometrika 58, 1971) for the weighted scores of whole ballots, and one for all criteria: a ratio for
each criterion would bend the weights that were declared. Where ballots are whole, criterion by
criterion is then the same as the weighted score at once; where marks are missing, it still works.

Scores are points above (or below) the average entry of those compared, rounded to nine digits. The
equations are solved judge by judge, with the entries eliminated, so 10,000 entries are few.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import lcm, log
from typing import Final, Generic, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.errors import N_
from judging.assignment import components
from judging.ranking.averages import AnyMark
from judging.ranking.marks import E, Gap, Scores
from judging.rubric import Rubric

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

DIGITS: Final = 9
RUNGS: Final[tuple[float, ...]] = tuple(2.0 ** (step / 2) for step in range(-16, 9))
"""Variance of noise / variance of quality: from marks that say all (1/256) to nearly none (16)."""
UNKNOWN: Final = 1.0
"""The ratio where marks say nothing of it: one ballot is worth as much as knowing none."""
BLOCK: Final = 4096


class DoubtCode(StrEnum):
    """Why adjusting cannot tell something, or can tell it only on an assumption."""

    GROUPS = "groups"
    THIN = "thin"
    ALIKE = "alike"
    JUDGE_ALONE = "judge-alone"
    ENTRY_ONCE = "entry-once"


@dataclass(frozen=True, slots=True)
class Doubt:
    """What adjusting cannot tell here: the sentence for the organiser, and whom it is about.

    `subjects` are judges or entries, by the code, in their own order.
    """

    code: DoubtCode
    message: str
    params: Mapping[str, object]
    subjects: tuple[Hashable, ...] = ()


@dataclass(frozen=True, slots=True)
class Leniency:
    """How many points more (or fewer) than the panel a judge gives to the same entry."""

    judge: Hashable
    entries: int
    points: float


@dataclass(frozen=True, slots=True)
class Adjusted(Generic[E]):
    """Scores without leniency, the leniency taken out, and what could not be told.

    `ratio` is the variance of noise over that of quality: with n ballots, an entry keeps about
    n / (n + ratio) of its distance from the average. `level` is the panel's average, to show scores
    on the scale of the rubric. `told` is false when some entries cannot be compared at all.
    """

    scores: Scores[E]
    leniency: tuple[Leniency, ...]
    ratio: float
    level: float
    doubts: tuple[Doubt, ...]

    @property
    def told(self) -> bool:
        """Tell whether severity and quality could be told apart."""
        return not {doubt.code for doubt in self.doubts} & {DoubtCode.GROUPS, DoubtCode.THIN}


def adjusted(rubric: Rubric, marks: Iterable[AnyMark[E]], entries: Collection[E]) -> Adjusted[E]:
    """Score the judged among `entries` without their judges' leniency.

    Marks are those of submitted ballots, each judge, entry and criterion once; marks of other
    entries are left aside. An entry without a mark on some criterion gets a gap, not a score. The
    order of the rows means nothing.
    """
    sheet = _Sheet(rubric, marks, frozenset(entries))
    ballots = sheet.ballots()
    ratio = _Equations.of(ballots).ratio() if ballots else UNKNOWN
    quality: defaultdict[E, float] = defaultdict(float)
    level: defaultdict[Hashable, float] = defaultdict(float)
    share: defaultdict[Hashable, float] = defaultdict(float)
    total = float(sum(criterion.weight for criterion in rubric.criteria))
    for criterion in rubric.criteria:
        given = sheet.points[criterion.key]
        if not given:
            continue
        equations = _Equations.of(given)
        table, found = equations.table, equations.quality(ratio)
        weight = float(criterion.weight) / total
        worth = weight * float(criterion.step)
        for entry, value in zip(table.entries, found.tolist(), strict=True):
            quality[entry] += worth * value
        levels = table.levels(found)
        for judge, value in zip(table.judges, (levels - levels.mean()).tolist(), strict=True):
            level[judge] += worth * value
            share[judge] += weight
    gaps = sheet.gaps()
    whole = sheet.judges.keys() - {gap.entry for gap in gaps}
    numerators = {entry: round(quality[entry] * 10**DIGITS) for entry in whole}
    counts = {entry: len(judges) for entry, judges in sheet.judges.items()}
    loads = sheet.loads()
    return Adjusted(
        Scores(numerators, 10**DIGITS, counts, gaps=gaps),
        tuple(
            Leniency(judge, loads[judge], round(level[judge] / share[judge], DIGITS))
            for judge in loads
        ),
        ratio,
        sheet.level(),
        tuple(_doubts(sheet, ratio)),
    )


class _Sheet(Generic[E]):
    """The marks of a round that count, by criterion, and who judged what."""

    def __init__(self, rubric: Rubric, marks: Iterable[AnyMark[E]], entries: Collection[E]) -> None:
        self.rubric = rubric
        self.points: defaultdict[str, dict[tuple[E, Hashable], int]] = defaultdict(dict)
        self.judges: defaultdict[E, set[Hashable]] = defaultdict(set)
        for entry, judge, criterion, points in marks:
            if entry in entries:
                self.points[criterion][entry, judge] = points
                self.judges[entry].add(judge)

    def ballots(self) -> dict[tuple[E, Hashable], int]:
        """Return the weighted scores of whole ballots, as whole numbers over one denominator."""
        worth = {c.key: c.weight * c.step for c in self.rubric.criteria}
        scale = lcm(*(value.denominator for value in worth.values()))
        first, *others = ((self.points[key], int(value * scale)) for key, value in worth.items())
        sums = {pair: first[1] * points for pair, points in first[0].items()}
        for points, weight in others:
            sums = {p: total + weight * points[p] for p, total in sums.items() if p in points}
        return sums

    def gaps(self) -> tuple[Gap[E], ...]:
        """List the criteria on which a judged entry has no mark."""
        keys = [criterion.key for criterion in self.rubric.criteria]
        marked = {key: {entry for entry, _judge in self.points[key]} for key in keys}
        return tuple(
            Gap(entry, key, 0, 1)
            for entry in sorted(self.judges)
            for key in keys
            if entry not in marked[key]
        )

    def loads(self) -> dict[Hashable, int]:
        """Count each judge's entries, judges in their order."""
        loads: defaultdict[Hashable, int] = defaultdict(int)
        for judges in self.judges.values():
            for judge in judges:
                loads[judge] += 1
        return {judge: loads[judge] for judge in sorted(loads, key=str)}

    def level(self) -> float:
        """Return the weighted mean over criteria of all marks there are."""
        weights = total = Fraction(0)
        for criterion in self.rubric.criteria:
            points = self.points[criterion.key].values()
            if points:
                weights += criterion.weight
                total += criterion.weight * criterion.step * Fraction(sum(points), len(points))
        return float(total / weights) if weights else 0.0


@dataclass(frozen=True, slots=True)
class _Table(Generic[E]):
    """One number for each (entry, judge) that met, in arrays of equal length, sorted by both.

    `entry` and `judge` are positions in `entries` and `judges`; `above` is the number minus the
    judge's mean; `mean` is that mean.
    """

    entries: Sequence[E]
    judges: Sequence[Hashable]
    entry: Places
    judge: Places
    above: Floats
    mean: Floats

    @classmethod
    def of(cls, given: Mapping[tuple[E, Hashable], int]) -> "_Table[E]":
        entries = sorted({entry for entry, _judge in given})
        judges = sorted({judge for _entry, judge in given}, key=str)
        entry_at = {entry: place for place, entry in enumerate(entries)}
        judge_at = {judge: place for place, judge in enumerate(judges)}
        rows = sorted((entry_at[e], judge_at[j], value) for (e, j), value in given.items())
        sums, counts = [0] * len(judges), [0] * len(judges)
        for _entry, judge, value in rows:
            sums[judge] += value
            counts[judge] += 1
        # One division of whole numbers, correctly rounded: a judge's constant is gone exactly.
        above = [(value * counts[judge] - sums[judge]) / counts[judge] for _e, judge, value in rows]
        return cls(
            entries,
            judges,
            np.array([entry for entry, _judge, _value in rows], dtype=np.intp),
            np.array([judge for _entry, judge, _value in rows], dtype=np.intp),
            np.array(above),
            np.array([total / count for total, count in zip(sums, counts, strict=True)]),
        )

    def by_entry(self, values: Floats) -> Floats:
        return np.bincount(self.entry, values, len(self.entries)).astype(np.float64)

    def by_judge(self, values: Floats) -> Floats:
        return np.bincount(self.judge, values, len(self.judges)).astype(np.float64)

    def levels(self, quality: Floats) -> Floats:
        """Return what each judge would give to an entry of average quality."""
        levels: Floats = self.mean - self.by_judge(quality[self.entry]) / np.bincount(self.judge)
        return levels

    def layers(self) -> "Iterator[_Layer]":
        """Sort entries by how many judges they had: the equations need no more than that."""
        had, sums = np.bincount(self.entry), self.by_entry(self.above)
        for count in np.unique(had).tolist():
            chosen = had == count
            rows = chosen[self.entry]
            # Each of these entries has as many rows, and rows are sorted by entry.
            panels = self.judge[rows].reshape(-1, count)
            yield _Layer(
                judges_each=count,
                entries=len(panels),
                met=_met(panels, len(self.judges)),
                pull=self.by_judge(np.where(rows, sums[self.entry], 0.0)),
                square=float(sums[chosen] @ sums[chosen]),
            )


class _Layer(NamedTuple):
    """The entries that `judges_each` judges marked: what the judges' equations see of them.

    `met[a, b]` counts those that judges a and b share, `pull[a]` adds up the sums of `above` of
    a's, `square` the squares of those sums.
    """

    judges_each: int
    entries: int
    met: Floats
    pull: Floats
    square: float


@dataclass(frozen=True, slots=True)
class _Equations(Generic[E]):
    """Henderson's equations of a table, solved for one ratio of variances after the other."""

    table: _Table[E]
    load: Floats
    layers: Sequence[_Layer]

    @classmethod
    def of(cls, given: Mapping[tuple[E, Hashable], int]) -> "_Equations[E]":
        table = _Table.of(given)
        return cls(table, np.bincount(table.judge).astype(np.float64), tuple(table.layers()))

    def judges(self, ratio: float) -> tuple[Floats, Floats]:
        """Return the judges' equations with the entries eliminated: matrix and right side."""
        matrix, right = np.diag(self.load), np.zeros(len(self.load))
        for layer in self.layers:
            matrix -= layer.met / (layer.judges_each + ratio)
            right -= layer.pull / (layer.judges_each + ratio)
        return matrix, right

    def quality(self, ratio: float) -> Floats:
        """Return the entries' qualities, which sum to zero among those that can be compared."""
        table = self.table
        levels = np.linalg.solve(*self.judges(ratio)).astype(np.float64)
        apart = table.by_entry(table.above) - table.by_entry(levels[table.judge])
        quality: Floats = apart / (np.bincount(table.entry) + ratio)
        return quality

    def ratio(self) -> float:
        """Return the rung of the ladder with the highest restricted likelihood.

        Of rungs that are as likely, to six digits, the one nearest to `UNKNOWN`: thin tables leave
        the likelihood flat, and the last bit of a float must not choose.
        """
        total = float(self.table.above @ self.table.above)
        if total == 0:  # every judge gave all entries the same
            return UNKNOWN
        unlikely = {rung: round(self._unlikelihood(rung, total), 6) for rung in RUNGS}
        return min(RUNGS, key=lambda rung: (unlikely[rung], abs(log(rung / UNKNOWN))))

    def _unlikelihood(self, ratio: float, total: float) -> float:
        """Return minus twice the restricted log-likelihood, without its constants."""
        matrix, right = self.judges(ratio)
        unexplained = total - float(right @ np.linalg.solve(matrix, right))
        volume = float(np.linalg.slogdet(matrix).logabsdet)
        for layer in self.layers:
            unexplained -= layer.square / (layer.judges_each + ratio)
            volume += layer.entries * log(layer.judges_each / ratio + 1)
        freedom = len(self.table.above) - len(self.load)
        return freedom * log(unexplained) + volume


def _met(panels: Places, judges: int) -> Floats:
    """Count in how many panels (rows of judges) each two judges sit together."""
    met = np.zeros((judges, judges))
    for start in range(0, len(panels), BLOCK):  # a block at a time, as one row is a whole panel
        block = panels[start : start + BLOCK]
        sits = np.zeros((len(block), judges))
        np.put_along_axis(sits, block, 1, axis=1)
        met += sits.T @ sits  # whole numbers: exact in any order
    return met


def _doubts(sheet: _Sheet[E], ratio: float) -> Iterator[Doubt]:
    groups = components((j, e) for e, judges in sheet.judges.items() for j in judges)
    ballots = sum(len(judges) for judges in sheet.judges.values())
    loads = sheet.loads()
    if len(groups) > 1:
        yield Doubt(
            DoubtCode.GROUPS,
            N_(
                "The entries fall into %(groups)s groups that no judge links. How groups compare "
                "cannot be told: their averages count as equal."
            ),
            {"groups": len(groups)},
        )
    if ballots and ballots - len(loads) - len(sheet.judges) + len(groups) <= 0:
        yield Doubt(
            DoubtCode.THIN,
            N_("There are too few ballots to tell a strict judge from weak entries."),
            {},
        )
    elif ratio == RUNGS[-1]:
        yield Doubt(
            DoubtCode.ALIKE,
            N_("Judges differ more about each entry than the entries differ from each other."),
            {},
        )
    if alone := tuple(judge for judge, load in loads.items() if load == 1):
        yield Doubt(
            DoubtCode.JUDGE_ALONE,
            N_("%(judges)s judges marked a single entry: leniency unknown, the marks say nothing."),
            {"judges": len(alone)},
            alone,
        )
    if once := tuple(entry for entry in sorted(sheet.judges) if len(sheet.judges[entry]) == 1):
        yield Doubt(
            DoubtCode.ENTRY_ONCE,
            N_("%(entries)s entries were marked by one judge only."),
            {"entries": len(once)},
            once,
        )
