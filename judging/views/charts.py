"""Small charts as numbers that a template draws: no library, no script, and they print."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

ROW: Final = 26
"""Units of height for each row of a chart; its width is 320, so that a telephone shows it whole."""
LABEL: Final = 44
TRACK: Final = 210
WIDTH: Final = 320


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: its label, its middle `y`, a bar from `x` that is `width` long, words beside it."""

    label: str
    y: int
    x: float
    width: float
    words: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Strip:
    """A chart of bars; `zero` is where the scale begins, or the middle of one with two sides."""

    bars: Sequence[Bar]
    height: int
    zero: float
    end: float


def shares(rows: Iterable[tuple[str, float, str, bool]]) -> Strip:
    """Draw shares from 0 to 1: each row's label, share, words, and whether it stands out."""
    bars = [
        Bar(label, at * ROW + ROW // 2, LABEL, round(TRACK * share, 1), words, strong)
        for at, (label, share, words, strong) in enumerate(rows)
    ]
    return Strip(bars, len(bars) * ROW, LABEL, LABEL + TRACK)


def offsets(rows: Sequence[tuple[str, float, str, bool]]) -> Strip:
    """Draw numbers to either side of zero, the farthest of them to the end."""
    farthest = max((abs(value) for _label, value, _words, _strong in rows), default=0) or 1
    middle = LABEL + TRACK / 2
    bars = []
    for at, (label, value, words, strong) in enumerate(rows):
        width = round(abs(value) / farthest * TRACK / 2, 1)
        x = round(middle - (width if value < 0 else 0), 1)
        bars.append(Bar(label, at * ROW + ROW // 2, x, width, words, strong))
    return Strip(bars, len(bars) * ROW, middle, LABEL + TRACK)
