"""The parts drawn screens are made of: cards, charts, gauges and maps."""

from collections.abc import Sequence

import numpy as np

from app.cli.demo.pictures.noise import Field, far, grid, mix, rgb, rough, sample, step
from app.cli.demo.pictures.screens.lettering import write
from app.cli.demo.pictures.shapes import Point, area, disc, lay, path

Box = tuple[float, float, float, float]


def paint(code: str) -> Field:
    """Turn a display colour such as 0B5CAD into linear light."""
    shown = np.asarray([int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)])
    return rgb(*(float(c) for c in shown**2.2))


INK, MUTED, LINE, PAPER, WHITE = (
    paint(c) for c in ("1B1F24", "7A828C", "E3E6EA", "F4F5F7", "FFFFFF")
)


def sheet(height: int, width: int, colour: Field) -> Field:
    """Start a screen of one colour."""
    return np.zeros((3, height, width), dtype=np.float32) + colour


def card(
    canvas: Field, box: Box, colour: Field, *, radius: float = 18, opacity: float = 1.0
) -> None:
    """Fill a rectangle (left, top, width, height) with rounded corners."""
    left, top, wide, tall = box
    rows = slice(max(0, int(top)), min(canvas.shape[1], int(top + tall) + 1))
    columns = slice(max(0, int(left)), min(canvas.shape[2], int(left + wide) + 1))
    x = np.arange(columns.start, columns.stop, dtype=np.float32)[None, :] + 0.5
    y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + 0.5
    out_x = np.clip(np.abs(x - left - wide / 2) - wide / 2 + radius, 0, None)
    out_y = np.clip(np.abs(y - top - tall / 2) - tall / 2 + radius, 0, None)
    lay(canvas, (rows, columns), np.clip(radius - far(out_x, out_y) + 0.5, 0, 1) * opacity, colour)


def curve(seed: int, count: int, *, trend: float = 0.0) -> list[float]:
    """Make a plausible series of measurements between 0 and 1."""
    walk = (
        rough(512, 1.15, seed)[seed][:count] * 0.2 + np.linspace(-trend / 2, trend / 2, count) + 0.5
    )
    return [float(v) for v in np.clip(walk, 0.05, 0.97)]


def _along(box: Box, series: Sequence[float]) -> list[Point]:
    left, top, wide, tall = box
    last = len(series) - 1
    return [(left + wide * i / last, top + tall * (1 - v)) for i, v in enumerate(series)]


def chart(
    canvas: Field,
    box: Box,
    series: Sequence[float],
    colour: Field,
    *,
    fill: float = 0.16,
    width: float = 4,
) -> None:
    """Draw a line over a faint area, with three rules behind it."""
    left, top, wide, tall = box
    for rule in range(4):
        row = top + tall * rule / 3
        path(canvas, [(left, row), (left + wide, row)], colour=MUTED, width=0.5)
    points = _along(box, series)
    area(
        canvas,
        [(left, top + tall), *points, (left + wide, top + tall)],
        colour=colour,
        opacity=fill,
    )
    path(canvas, points, colour=colour, width=width)
    disc(canvas, points[-1], width * 1.7, colour=WHITE)
    disc(canvas, points[-1], width * 1.2, colour=colour)


def bars(canvas: Field, box: Box, series: Sequence[float], colours: Sequence[Field]) -> None:
    """Draw columns; colours go round."""
    left, top, wide, tall = box
    slot = wide / len(series)
    for i, value in enumerate(series):
        high = max(4.0, tall * value)
        card(
            canvas,
            (left + slot * (i + 0.16), top + tall - high, slot * 0.68, high),
            colours[i % len(colours)],
            radius=min(6, slot * 0.2),
        )


def gauge(
    canvas: Field, centre: Point, radius: float, share: float, colour: Field, *, width: float = 18
) -> None:
    """Draw a ring that is `share` full, from the top clockwise."""
    turns = np.linspace(0, 2 * np.pi, 73)
    for part, tone in ((1.0, LINE), (share, colour)):
        count = max(2, int(72 * part) + 1)
        ring = [
            (centre[0] + radius * float(np.sin(t)), centre[1] - radius * float(np.cos(t)))
            for t in turns[:count]
        ]
        path(canvas, ring, colour=tone, width=width)


def town_map(
    canvas: Field, box: Box, seed: int, *, dark: bool = False, river: float = 0.09
) -> Field:
    """Draw a street map in a box, in place; return the ground's height there, for overlays."""
    left, top, wide, tall = (int(v) for v in box)
    x, y = grid(tall, wide)
    u, v = x / 900 + 0 * y, y / 900 + 0 * x
    bend = sample(rough(256, 2.2, seed), u, v)
    ground = sample(rough(256, 2.3, seed + 1), u * 0.7, v * 0.7) + 0.1 * bend
    names = (
        ("20252C", "2B323B", "3A434E", "16324A", "233029")
        if dark
        else ("ECEBE6", "FFFFFF", "FFFFFF", "A9CFE6", "CFE3C4")
    )
    base, lane, avenue, blue, green = (paint(c) for c in names)
    tone = mix(base, green, step(0.55, 0.75, sample(rough(256, 1.7, seed + 2), u * 1.6, v * 1.6)))
    turn = 0.35 + 0.22 * bend
    a, b = (u * np.cos(turn) + v * np.sin(turn)) * 24, (v * np.cos(turn) - u * np.sin(turn)) * 19
    for count, half, paint_it in ((1.0, 0.075, lane), (0.25, 0.045, avenue)):
        for axis in (a, b):
            near = np.abs(axis * count - np.round(axis * count))
            tone = mix(tone, paint_it, step(half, half * 0.55, near))
    water = step(river, river - 0.012, np.abs(ground))
    tone = mix(tone, blue, water)
    canvas[:, top : top + tall, left : left + wide] = tone
    return ground


def pin(canvas: Field, at: Point, size: float, colour: Field) -> None:
    """Stick a map pin whose point is at `at`."""
    x, y = at
    disc(canvas, (x, y), size * 0.5, colour=rgb(0, 0, 0), soft=size * 0.2, opacity=0.25)
    area(
        canvas,
        [(x - size * 0.46, y - size * 1.0), (x, y), (x + size * 0.46, y - size * 1.0)],
        colour=colour,
    )
    disc(canvas, (x, y - size * 1.15), size * 0.52, colour=colour)
    disc(canvas, (x, y - size * 1.15), size * 0.2, colour=WHITE)


def row(canvas: Field, box: Box, title: str, note: str, *, chip: Field, value: str = "") -> None:
    """Draw one line of a list: a round mark, two lines of text, a value at the end."""
    left, top, wide, tall = box
    card(canvas, box, WHITE, radius=14)
    middle = top + tall / 2
    disc(canvas, (left + tall * 0.5, middle), tall * 0.27, colour=chip)
    write(
        canvas,
        (left + tall * 0.5, middle - 9),
        title[:1],
        size=18,
        colour=WHITE,
        anchor=0.5,
        weight=0.16,
    )
    write(
        canvas, (left + tall * 0.98, middle - tall * 0.25), title, size=20, colour=INK, weight=0.15
    )
    write(canvas, (left + tall * 0.98, middle + tall * 0.1), note, size=15, colour=MUTED)
    if value:
        write(
            canvas,
            (left + wide - 22, middle - 10),
            value,
            size=20,
            colour=INK,
            anchor=1.0,
            weight=0.15,
        )
