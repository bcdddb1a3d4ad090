"""How often the right three win: plain mean, z-scores, adjusted, and ballots handed out by focus.

The reference simulation: 60 entries, 12 judges, 180 ballots of whole points from 1 to 10. Quality
has a standard deviation of 1, judges' severity of 0.8, noise of 0.6, in units of `POINTS` marks: so
the ends of the scale lie three standard deviations of quality from its middle. Every way has as
many ballots: 3 of each entry, or 1 or 2 of each and the rest by focus, a few at a time, 15 from
each judge; the winners of focus are those of the adjusted standings, as everywhere. Worlds are
the same for all ways and on every machine.

Then the chances that were stated, of every entry of every run after the first pass and at the end,
against what came true. `python -m bench.focus 500 2` asks the same with two marks to the unit.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bench.rounds import table
from judging.assignment import assign
from judging.belief import Belief, Floats, believe, outlook
from judging.focus import hand_out
from judging.ranking import MarkRow, standings
from judging.ranking.adjusted import adjusted
from judging.ranking.marks import placed
from judging.rubric import Criterion, Rubric

RUNS = 500
ENTRIES = 60
JUDGES = 12
EACH = 3
BATCHES = {1: 12, 2: 6}
"""How many ballots are handed out at a time, by how many each entry has had in the first pass."""
WINNERS = 3
SEVERITY = 0.8
NOISE = 0.6
MIDDLE = 5.5
POINTS = 1.5
RUBRIC = Rubric((Criterion("mark", "Mark", Fraction(1), 1, 10),))
EDGES = (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1.0)

Pair = tuple[int, int]
Rows = list[MarkRow[int]]


@dataclass(frozen=True)
class World:
    """What is true in one run, and the mark that each judge (column) would give each entry."""

    seed: int
    quality: Floats
    marks: Floats

    @classmethod
    def of(cls, seed: int, points: float) -> "World":
        """Draw a world from its seed."""
        draw = np.random.default_rng(seed)
        quality = draw.normal(0, 1, ENTRIES)
        severity = draw.normal(0, SEVERITY, JUDGES)
        noise = draw.normal(0, NOISE, (ENTRIES, JUDGES))
        exact = MIDDLE + points * (quality[:, None] - severity + noise)
        return cls(seed, quality, np.clip(np.rint(exact), 1, 10))

    def best(self) -> list[int]:
        """Return the true winners in order."""
        return [int(entry) for entry in np.argsort(-self.quality)[:WINNERS]]

    def rows(self, pairs: Iterable[Pair]) -> Rows:
        """Return the marks of these (judge, entry) pairs."""
        return [
            MarkRow(entry, judge, "mark", int(self.marks[entry, judge])) for judge, entry in pairs
        ]

    def even(self, each: int) -> Rows:
        """Return the marks of a balanced assignment."""
        nobody: frozenset[Pair] = frozenset()
        plan = assign(
            range(ENTRIES),
            range(JUDGES),
            per_entry=each,
            barred=nobody,
            taken=nobody,
            seed=str(self.seed),
        )
        return self.rows(plan.pairs)


def first(scores: Mapping[int, float]) -> list[int]:
    """Return the three entries with the highest scores, in order."""
    return sorted(scores, key=lambda entry: (-scores[entry], entry))[:WINNERS]


def plain(rows: Rows) -> list[int]:
    """Choose by the plain mean."""
    return [standing.entry for standing in standings(RUBRIC, rows, range(ENTRIES))[:WINNERS]]


def z_scores(rows: Rows) -> list[int]:
    """Choose by the mean of each judge's standardised marks."""
    by_judge: dict[object, list[int]] = {}
    for row in rows:
        by_judge.setdefault(row.judge, []).append(row.points)
    sums: dict[int, list[float]] = {}
    for row in rows:
        given = np.array(by_judge[row.judge])
        z = (row.points - given.mean()) / (given.std(ddof=1) or 1.0)
        sums.setdefault(row.entry, []).append(float(z))
    return first({entry: sum(values) / len(values) for entry, values in sums.items()})


def without_leniency(rows: Rows) -> list[int]:
    """Choose by the product's adjusted scores."""
    found = placed(adjusted(RUBRIC, rows, range(ENTRIES)).scores, range(ENTRIES))
    return [standing.entry for standing in found[:WINNERS]]


def focused(world: World, first_pass: int, on_belief: Callable[[Belief[int]], object]) -> Rows:
    """Judge all entries `first_pass` times, then hand out the rest by focus; show each belief."""
    rows = world.even(first_pass)
    while True:
        belief = believe(RUBRIC, rows, range(ENTRIES), range(JUDGES))
        on_belief(belief)
        missing = EACH * ENTRIES - len(rows)
        if not missing:
            return rows
        loads = np.bincount([int(str(row.judge)) for row in rows], minlength=JUDGES).tolist()
        limit = EACH * ENTRIES // JUDGES
        chosen = hand_out(
            belief,
            room={judge: limit - load for judge, load in enumerate(loads)},
            barred=frozenset(),
            waiting=(),
            count=min(BATCHES[first_pass], missing),
            places=WINNERS,
            seed=str(world.seed),
        )
        rows += world.rows((int(str(choice.judge)), choice.entry) for choice in chosen)


@dataclass(frozen=True)
class Stated:
    """Chances as they were stated, and whether each came true."""

    chances: list[float]
    truths: list[bool]

    def add(self, chance: float, *, truth: bool) -> None:
        """Keep one more."""
        self.chances.append(chance)
        self.truths.append(truth)

    def reliability(self) -> list[tuple[float, float, int, float, float]]:
        """Return for each band its edges, how many fell in, mean chance and share come true."""
        chances, truths = np.array(self.chances), np.array(self.truths)
        band = np.searchsorted(EDGES[1:-1], chances, side="right")
        return [
            (
                EDGES[at],
                EDGES[at + 1],
                int((band == at).sum()),
                float(chances[band == at].mean()),
                float(truths[band == at].mean()),
            )
            for at in np.unique(band).tolist()
        ]


@dataclass(frozen=True)
class Result:
    """How many runs found the three, and in order, by each way; and what was stated meanwhile."""

    sets: Counter[str]
    orders: Counter[str]
    winners: Stated
    sure: Stated
    doubts: dict[str, list[tuple[float, float, bool]]]

    def count(self, name: str, found: Sequence[int], best: Sequence[int]) -> None:
        """Count the winners that one way found in one run."""
        self.sets[name] += set(found) == set(best)
        self.orders[name] += list(found) == list(best)


def simulate(runs: int, points: float) -> Result:
    """Run the reference simulation."""
    result = Result(Counter(), Counter(), Stated([], []), Stated([], []), {})
    ways = {"plain mean": plain, "z-scores": z_scores, "adjusted": without_leniency}
    for seed in range(runs):
        world = World.of(seed, points)
        rows = world.even(EACH)
        for name, way in ways.items():
            result.count(name, way(rows), world.best())
        for first_pass in BATCHES:
            _focus(result, world, first_pass)
    return result


def _focus(result: Result, world: World, first_pass: int) -> None:
    name = f"focus after {first_pass} of each"
    best = world.best()
    beliefs: list[Belief[int]] = []
    rows = focused(world, first_pass, beliefs.append)
    result.count(name, without_leniency(rows), best)
    before, after = (
        outlook(belief, places=WINNERS, seed=str(world.seed))
        for belief in (beliefs[0], beliefs[-1])
    )
    right = set(after.leading) == set(best)
    result.doubts.setdefault(name, []).append((before.doubt, after.doubt, not right))
    for view in (before, after):
        result.sure.add(1 - view.doubt, truth=set(view.leading) == set(best))
        for entry, chance in view.chances.items():
            result.winners.add(chance, truth=entry in best)


def main(runs: int = RUNS, points: float = POINTS) -> None:
    """Print how often each way finds the right three, and how far stated chances can be trusted."""
    result = simulate(runs, points)
    table(
        (f"{runs} runs, {EACH * ENTRIES} ballots each", "exact three", "in order too"),
        [
            (name, f"{found / runs:.3f}", f"{result.orders[name] / runs:.3f}")
            for name, found in result.sets.items()
        ],
    )
    table(
        ("mean doubt", "after the first pass", "at the end", "the leading were wrong"),
        [
            (name, *(f"{share:.3f}" for share in np.mean(doubts, axis=0)))
            for name, doubts in result.doubts.items()
        ],
    )
    chances = (("an entry", result.winners), ("all three", result.sure))
    for name, stated in chances:
        table(
            (f"chance of {name}", "cases", "stated", "came true", "points off"),
            [
                (
                    f"{low:.0%} to {high:.0%}",
                    str(cases),
                    f"{chance:.3f}",
                    f"{truth:.3f}",
                    f"{100 * (truth - chance):+.1f}",
                )
                for low, high, cases, chance, truth in stated.reliability()
            ],
        )


if __name__ == "__main__":
    main(*(kind(text) for kind, text in zip((int, float), sys.argv[1:], strict=False)))
