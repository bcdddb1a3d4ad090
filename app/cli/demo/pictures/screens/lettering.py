"""A small stroke alphabet, so that a drawn screen can carry words without a font file.

Each letter is a list of lines on a grid: x 0 to 4, y 0 (top of capitals) to 6 (base) and
8 (descender); a line that begins with ~ has its corners rounded.
"""

from functools import lru_cache
from itertools import pairwise

import numpy as np

from app.cli.demo.pictures.noise import Field
from app.cli.demo.pictures.shapes import Point, lay, stroke

_ROUND = "~43 32 12 03 05 16 36 45"
_BOWL = "~03 12 32 43 45 36 16 05"
_RING = "~20 10 01 05 16 36 45 41 30 20"
_LETTERS = {
    "A": "06 20 46|14 34",
    "B": "00 06|~00 30 41 42 33 03|~03 33 44 45 36 06",
    "C": "~41 30 10 01 05 16 36 45",
    "D": "00 06|~00 20 41 45 26 06",
    "E": "40 00 06 46|03 33",
    "F": "40 00 06|03 33",
    "G": "~41 30 10 01 05 16 36 45 43|43 23",
    "H": "00 06|40 46|03 43",
    "I": "00 06",
    "J": "~30 35 26 16 05",
    "K": "00 06|40 03|13 46",
    "L": "00 06 46",
    "M": "06 00 24 40 46",
    "N": "06 00 46 40",
    "O": _RING,
    "P": "00 06|~00 30 41 42 33 03",
    "Q": _RING + "|34 46",
    "R": "00 06|~00 30 41 42 33 03|23 46",
    "S": "~41 30 10 01 02 13 33 44 45 36 16 05",
    "T": "00 40|20 26",
    "U": "~00 05 16 36 45 40",
    "V": "00 26 40",
    "W": "00 16 22 36 40",
    "X": "00 46|40 06",
    "Y": "00 23 40|23 26",
    "Z": "00 40 06 46",
    "a": _ROUND + "|42 46",
    "b": "00 06|" + _BOWL,
    "c": _ROUND,
    "d": "40 46|" + _ROUND,
    "e": "04 44|~44 43 32 12 03 05 16 36 45",
    "f": "~30 20 11 12 16|02 32",
    "g": "~42 47 38 18 07|" + _ROUND,
    "h": "00 06|~03 12 32 43 46",
    "i": "02 06|00 00",
    "j": "~12 17 08|10 10",
    "k": "00 06|32 04|14 36",
    "l": "00 06",
    "m": "02 06|~03 12 22 23 26|~23 32 42 43 46",
    "n": "02 06|~03 12 32 43 46",
    "o": "~22 12 03 05 16 36 45 43 32 22",
    "p": "02 08|" + _BOWL,
    "q": "42 48|" + _ROUND,
    "r": "02 06|~04 03 12 32",
    "s": "~43 32 12 03 14 34 45 36 16 05",
    "t": "~10 15 26 36|02 32",
    "u": "~02 05 16 36 45|42 46",
    "v": "02 26 42",
    "w": "02 16 23 36 42",
    "x": "02 46|42 06",
    "y": "02 26|42 18",
    "z": "02 42 06 46",
    "0": _RING,
    "1": "01 20 26",
    "2": "~01 10 30 41 42 33 06|06 46",
    "3": "~01 10 30 41 42 33 13|~13 33 44 45 36 16 05",
    "4": "36 30 04 44",
    "5": "40 00 02|~02 12 32 43 45 36 16 05",
    "6": "~40 20 01 05 16 36 45 44 33 13 04",
    "7": "00 40 16",
    "8": "~20 10 01 02 13 33 42 41 30 20|~23 13 04 05 16 36 45 44 33 23",
    "9": "~42 33 13 02 01 10 30 41 45 26 06",
    ".": "06 06",
    ",": "06 07",
    ":": "03 03|06 06",
    "-": "04 34",
    "/": "06 40",
    "+": "04 44|22 26",
    "%": "06 40|~10 00 01 11 20 10|~35 25 26 36 45 35",
    "°": "~10 00 01 11 20 10",
    "'": "00 01",
}


def _rounded(points: list[Point]) -> list[Point]:
    """Cut corners twice (Chaikin), keeping both ends."""
    for _ in range(2):
        cut = [points[0]]
        for a, b in pairwise(points):
            cut.append((a[0] * 0.75 + b[0] * 0.25, a[1] * 0.75 + b[1] * 0.25))
            cut.append((a[0] * 0.25 + b[0] * 0.75, a[1] * 0.25 + b[1] * 0.75))
        points = [*cut, points[-1]]
    return points


@lru_cache(maxsize=512)
def _glyph(letter: str, size: float, weight: float) -> tuple[Field, float]:
    """Draw one letter as coverage, 2 px of margin round it, and say how far it advances."""
    unit = size / 6
    widest = 0.0
    plane = np.zeros((1, int(size * 1.6) + 5, int(size) + 6), dtype=np.float32)
    ink = np.ones((1, 1, 1), dtype=np.float32)
    for line in _LETTERS[letter].split("|"):
        points = [(float(p[0]), float(p[1])) for p in line.lstrip("~").split()]
        widest = max(widest, *(p[0] for p in points))
        points = _rounded(points) if line.startswith("~") else points
        placed = [(x * unit + 2.5, y * unit + 2.5) for x, y in points]
        for a, b in pairwise(placed):
            stroke(plane, a, b, colour=ink, width=size * weight, soft=0.5)
    return plane[0], (widest + 1.9) * unit


def measure(words: str, size: float, weight: float = 0.13) -> float:
    """Say how wide a text will be, in pixels."""
    return sum(size * 0.5 if c == " " else _glyph(c, size, weight)[1] for c in words)


def write(
    canvas: Field,
    at: Point,
    words: str,
    *,
    size: float,
    colour: Field,
    weight: float = 0.13,
    anchor: float = 0.0,
) -> None:
    """Write a line of text whose capitals are `size` pixels high; `at` is where it starts, on top.

    `anchor` 0 starts at the point, 0.5 centres on it, 1 ends there.
    """
    x = at[0] - measure(words, size, weight) * anchor
    for letter in words:
        if letter == " ":
            x += size * 0.5
            continue
        cover, advance = _glyph(letter, size, weight)
        left, top = round(x) - 2, round(at[1]) - 2
        height, width = canvas.shape[1:]
        rows = slice(max(top, 0), min(top + cover.shape[0], height))
        columns = slice(max(left, 0), min(left + cover.shape[1], width))
        if rows.start < rows.stop and columns.start < columns.stop:
            part = cover[
                rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
            ]
            lay(canvas, (rows, columns), part, colour)
        x += advance
