"""Timing pairs fairly: every round runs each contender once, in turn, and only ratios are judged.

A machine that is busy for a while slows all contenders of that round alike; medians over the
rounds, and their ratios, stay what they are.
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence

ROUNDS = 5

Contender = Callable[[], object]


def interleave(
    contenders: Mapping[str, Contender],
    rounds: int = ROUNDS,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, float]:
    """Return each contender's median seconds per call; see `take_turns`."""
    taken = take_turns(contenders, rounds, clock=clock)
    return {name: statistics.median(times) for name, times in taken.items()}


def take_turns(
    contenders: Mapping[str, Contender],
    rounds: int = ROUNDS,
    *,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, list[float]]:
    """Return the seconds of each contender's calls; the first round, uncounted, fills caches.

    A contender that works in another process returns the seconds it took by itself. With
    `time.process_time` as the clock, others on the machine hardly count.
    """
    taken: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, run in contenders.items():
            began = clock()
            told = run()
            if number:
                taken[name].append(told if isinstance(told, float) else clock() - began)
    return taken


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a Markdown table, ready for docs/benchmarks.md."""
    widths = [max(len(row[at]) for row in (head, *rows)) for at in range(len(head))]
    lines = [head, ["-" * width for width in widths], *rows]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.write("\n")
    sys.stdout.flush()


def milliseconds(seconds: float) -> str:
    """Return "12.3 ms"."""
    return f"{seconds * 1000:.1f} ms"
