"""Small charts as numbers that templates draw: no library, no script, and they print.

Bars lie in tracks from 0 to 100, under their words; a line has units that a telephone shows whole.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from judging.views.words import percent_in_short

TRACK: Final = 100
ENDS: Final = (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Where a scale with two sides may end: round numbers, so that small differences look small."""

WIDTH: Final = 640
HEIGHT: Final = 220
LEFT: Final = 40
TOP: Final = 40
BOTTOM: Final = 176
MOST_DOTS: Final = 7
"""Odd, so that a telephone, which labels every other dot, labels the first and the last."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a bar shows: a name, with an entry its number, and the value; `detail` is more words."""

    number: str
    name: str
    value: float
    words: str
    is_strong: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A row with where its bar begins and how long it is."""

    row: Row
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart of bars; `zero` is where they begin, `end` what the far end of their tracks means."""

    bars: Sequence[Bar]
    zero: float
    end: float


def shares(rows: Iterable[Row]) -> Bars:
    """Draw shares from 0 to 1."""
    return Bars([Bar(row, 0, round(TRACK * row.value, 1)) for row in rows], 0, 1)


def offsets(rows: Sequence[Row]) -> Bars:
    """Draw numbers to either side of zero."""
    farthest = max((abs(row.value) for row in rows), default=0)
    end = next((end for end in ENDS if end >= farthest), farthest)
    middle = TRACK / 2
    bars = []
    for row in rows:
        width = round(abs(row.value) / end * middle, 1)
        bars.append(Bar(row, middle - width if row.value < 0 else middle, width))
    return Bars(bars, middle, end)


@dataclass(frozen=True, slots=True)
class Dot:
    """One point of a line: a share, as short as labels are, and after how many.

    Not every one `is_labelled` where there is little room.
    """

    x: float
    y: float
    words: str
    label: str
    is_labelled: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A chart of a few points."""

    dots: tuple[Dot, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - LEFT
    bottom: int = BOTTOM

    @property
    def points(self) -> str:
        """The line as SVG writes it."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


def line(shares_after: Sequence[tuple[int, float]]) -> Line:
    """Draw how a share changed, from up to `MOST_DOTS` pairs of a count and the share after it."""
    first, last = shares_after[0][0], shares_after[-1][0]
    breadth = max(last - first, 1)
    return Line(
        tuple(
            Dot(
                x=round(LEFT + (WIDTH - 2 * LEFT) * (count - first) / breadth, 1),
                y=round(BOTTOM - (BOTTOM - TOP) * share, 1),
                words=percent_in_short(share),
                label=str(count),
                is_labelled=len(shares_after) < MOST_DOTS or at % 2 == 0,
            )
            for at, (count, share) in enumerate(shares_after)
        )
    )
