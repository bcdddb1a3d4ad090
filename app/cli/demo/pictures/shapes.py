"""Small drawn things (masts, hulls, blades) laid over a picture with smooth edges."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from app.cli.demo.pictures.noise import Field, far

Point = tuple[float, float]


def _window(
    canvas: Field, points: Sequence[Point], margin: float
) -> tuple[slice, slice, Field, Field] | None:
    height, width = canvas.shape[1:]
    xs = [p[0] for p in points]
    ys = [p[1] for p in points]
    x0, x1 = max(0, int(min(xs) - margin)), min(width, int(max(xs) + margin) + 2)
    y0, y1 = max(0, int(min(ys) - margin)), min(height, int(max(ys) + margin) + 2)
    if x0 >= x1 or y0 >= y1:
        return None
    x = np.arange(x0, x1, dtype=np.float32)[None, :] + 0.5
    y = np.arange(y0, y1, dtype=np.float32)[:, None] + 0.5
    return slice(y0, y1), slice(x0, x1), x, y


def lay(canvas: Field, where: tuple[slice, slice], cover: Field, colour: Field) -> None:
    """Cover part of a picture, in place, with colour as far as `cover` (0..1) says."""
    part = canvas[:, where[0], where[1]]
    part += (colour - part) * cover


def _segment(x: Field, y: Field, a: Point, b: Point) -> tuple[Field, Field]:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = max(dx * dx + dy * dy, 1e-6)
    along = np.clip(((x - a[0]) * dx + (y - a[1]) * dy) / length, 0, 1)
    return far(x - a[0] - along * dx, y - a[1] - along * dy), along


def stroke(
    canvas: Field,
    a: Point,
    b: Point,
    *,
    colour: Field,
    width: float,
    end: float | None = None,
    soft: float = 0.7,
    opacity: float = 1.0,
) -> None:
    """Draw a line from a to b, `width` pixels wide at a and `end` at b, with edges `soft` wide."""
    found = _window(canvas, (a, b), max(width, end or 0) / 2 + soft + 1)
    if found is None:
        return
    rows, columns, x, y = found
    distance, along = _segment(x, y, a, b)
    half = (width + ((width if end is None else end) - width) * along) / 2
    thin = np.minimum(1.0, half * 2)
    cover = np.clip((np.maximum(half, 0.5) - distance) / (2 * soft) + 0.5, 0, 1) * thin * opacity
    lay(canvas, (rows, columns), cover, colour)


def path(
    canvas: Field, points: Sequence[Point], *, colour: Field, width: float, soft: float = 0.7
) -> None:
    """Draw a chain of lines of one width."""
    for a, b in pairwise(points):
        stroke(canvas, a, b, colour=colour, width=width, soft=soft)


def area(
    canvas: Field,
    points: Sequence[Point],
    *,
    colour: Field,
    soft: float = 0.7,
    opacity: float = 1.0,
) -> None:
    """Fill a closed outline; inside is by the even-odd rule."""
    found = _window(canvas, points, soft + 1)
    if found is None:
        return
    rows, columns, x, y = found
    nearest = np.full((y.shape[0], x.shape[1]), 1e6, dtype=np.float32)
    inside = np.zeros(nearest.shape, dtype=bool)
    for a, b in zip(points, [*points[1:], points[0]], strict=True):
        nearest = np.minimum(nearest, _segment(x, y, a, b)[0])
        if a[1] != b[1]:
            crossing = (a[1] > y) != (b[1] > y)
            inside ^= crossing & (x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0])
    signed = np.where(inside, nearest, -nearest)
    lay(canvas, (rows, columns), np.clip(signed / (2 * soft) + 0.5, 0, 1) * opacity, colour)


def disc(
    canvas: Field,
    centre: Point,
    radius: float,
    *,
    colour: Field,
    soft: float = 0.7,
    opacity: float = 1.0,
) -> None:
    """Fill a circle."""
    found = _window(canvas, [centre], radius + soft + 1)
    if found is None:
        return
    rows, columns, x, y = found
    distance = far(x - centre[0], y - centre[1])
    lay(
        canvas,
        (rows, columns),
        np.clip((radius - distance) / (2 * soft) + 0.5, 0, 1) * opacity,
        colour,
    )


def shine(canvas: Field, centre: Point, radius: float, light: Field) -> None:
    """Add a point of light with a soft halo that fades out within `radius` pixels."""
    found = _window(canvas, [centre], radius)
    if found is None:
        return
    rows, columns, x, y = found
    near = np.clip(1 - far(x - centre[0], y - centre[1]) / radius, 0, 1)
    canvas[:, rows, columns] += (near * near * near) * light


def bokeh(canvas: Field, centre: Point, radius: float, light: Field, *, rim: float = 0.35) -> None:
    """Add a light out of focus: a flat disc, a little brighter at its rim."""
    found = _window(canvas, [centre], radius + 3)
    if found is None:
        return
    rows, columns, x, y = found
    distance = far(x - centre[0], (y - centre[1]) * 1.02)
    cover = np.clip((radius - distance) / 2.5 + 0.5, 0, 1)
    edge = np.clip(1 - (radius - distance) / (0.16 * radius + 1), 0, 1)
    canvas[:, rows, columns] += (cover * (1 - rim + 2 * rim * edge)) * light
