"""How long standings take, loading included, beside the plainest loop over the same rows.

10,000 and 100,000 entries with five ballots of five criteria each, read from SQLite. The plainest
loop adds up weight times points by entry and sorts by the mean: right as long as every ballot is
whole, and it knows no fractions, ties or judges.
"""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from random import Random

from bench.rounds import interleave, milliseconds, table
from judging.ranking import standings
from judging.rubric import Criterion, Rubric

SIZES = (10_000, 100_000)
BALLOTS = 5
PANEL = 40
KEYS = tuple(f"criterion-{number}" for number in range(5))
RUBRIC = Rubric(tuple(Criterion(key, key, Fraction(1), 1, 10) for key in KEYS))


def fill(path: Path, entries: int) -> None:
    """Write `entries` times 25 marks from a fixed seed, ballot by ballot."""
    random = Random(entries)  # noqa: S311 - made-up marks
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE marks (entry INT, judge INT, criterion TEXT, points INT)")
        database.executemany("INSERT INTO marks VALUES (?, ?, ?, ?)", rows(random, entries))
        database.commit()


def rows(random: Random, entries: int) -> Iterator[tuple[int, int, str, int]]:
    """Make every mark of a round."""
    for entry in range(entries):
        for judge in random.sample(range(PANEL), BALLOTS):
            for key in KEYS:
                yield entry, judge, key, random.randint(1, 10)


def load(path: Path) -> Iterator[tuple[int, int, str, int]]:
    """Read every mark of a round."""
    with closing(sqlite3.connect(path)) as database:
        yield from database.execute("SELECT entry, judge, criterion, points FROM marks")


def plainest(path: Path) -> list[int]:
    """Return the entries in order of their weighted mean, as simply as Python can."""
    weights = {criterion.key: int(criterion.weight) for criterion in RUBRIC.criteria}
    sums: dict[int, int] = {}
    counts: dict[int, int] = {}
    for entry, _judge, criterion, points in load(path):
        sums[entry] = sums.get(entry, 0) + weights[criterion] * points
        counts[entry] = counts.get(entry, 0) + 1
    return sorted(sums, key=lambda entry: sums[entry] / counts[entry], reverse=True)


def contenders(path: Path, entries: int) -> dict[str, Callable[[], object]]:
    """Return our way and the plainest one for a filled database."""
    return {
        f"plainest {entries}": lambda: plainest(path),
        f"standings {entries}": lambda: standings(RUBRIC, load(path), range(entries)),
    }


def main() -> None:
    """Measure both sizes in turns and print the ratios that must hold."""
    with tempfile.TemporaryDirectory(prefix="podium-bench-") as folder:
        every: dict[str, Callable[[], object]] = {}
        for size in SIZES:
            path = Path(folder, f"{size}.db")
            fill(path, size)
            every |= contenders(path, size)
        taken = interleave(every)
    small, large = SIZES
    found = [
        (
            f"{size} entries",
            milliseconds(taken[f"standings {size}"]),
            milliseconds(taken[f"plainest {size}"]),
            f"{taken[f'standings {size}'] / taken[f'plainest {size}']:.2f}",
            "1.75",
        )
        for size in SIZES
    ]
    growth = taken[f"standings {large}"] / taken[f"standings {small}"]
    found.append((f"{large} : {small}", "", "", f"{growth:.1f}", "15"))
    table(("standings, loading included", "ours", "plainest loop", "ratio", "at most"), found)


if __name__ == "__main__":
    main()
