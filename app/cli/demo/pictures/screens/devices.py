"""Phones and laptops that show a drawn screen, photographed on a desk or against the light."""

import math

import numpy as np

from app.cli.demo.pictures.noise import (
    Field,
    far,
    grid,
    mix,
    rgb,
    rough,
    sample,
    shrink,
    soft,
    step,
)
from app.cli.demo.pictures.screens.widgets import card, sheet
from app.cli.demo.pictures.shapes import Point, area, lay, path

Quad = tuple[Point, Point, Point, Point]


def _homography(quad: Quad, width: float, height: float) -> Field:
    """Find the map from picture pixels to screen pixels that puts a screen's corners on a quad."""
    corners = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
    rows, values = [], []
    for (x, y), (u, v) in zip(quad, corners, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.append(np.linalg.solve(np.asarray(rows), np.asarray(values)), 1.0).reshape(3, 3)


def project(canvas: Field, screen: Field, quad: Quad, *, cover: Field | None = None) -> None:
    """Lay a screen on a quad (corners clockwise from the top left) in perspective, in place."""
    longest = max(
        float(np.hypot(a[0] - b[0], a[1] - b[1]))
        for a, b in zip(quad, [*quad[1:], quad[0]], strict=True)
    )
    by = max(1, int(max(screen.shape[1:]) / longest))
    if by > 1:
        screen = shrink(screen, by)
        cover = None if cover is None else shrink(cover, by)
    _, tall, wide = screen.shape
    matrix = _homography(quad, wide, tall).astype(np.float32)
    xs, ys = [p[0] for p in quad], [p[1] for p in quad]
    rows = slice(max(0, int(min(ys)) - 1), min(canvas.shape[1], int(max(ys)) + 2))
    columns = slice(max(0, int(min(xs)) - 1), min(canvas.shape[2], int(max(xs)) + 2))
    x = np.arange(columns.start, columns.stop, dtype=np.float32)[None, :] + 0.5
    y = np.arange(rows.start, rows.stop, dtype=np.float32)[:, None] + 0.5
    w = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
    u = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]) / w
    v = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) / w
    inside = np.clip(np.minimum(np.minimum(u, wide - u), np.minimum(v, tall - v)) + 0.5, 0, 1)
    at_x, at_y = np.clip(u - 0.5, 0, wide - 1.001), np.clip(v - 0.5, 0, tall - 1.001)
    x0, y0 = at_x.astype(np.intp), at_y.astype(np.intp)
    fx, fy = at_x - x0, at_y - y0
    stacked = screen if cover is None else np.concatenate([screen, cover[None]])
    flat = np.ascontiguousarray(stacked).reshape(stacked.shape[0], -1)
    index = y0 * wide + x0
    top = mix(flat.take(index, axis=1), flat.take(index + 1, axis=1), fx)
    low = mix(flat.take(index + wide, axis=1), flat.take(index + wide + 1, axis=1), fx)
    seen = mix(top, low, fy)
    lay(canvas, (rows, columns), inside * (1 if cover is None else seen[3]), seen[:3])


def phone(screen: Field) -> tuple[Field, Field]:
    """Put a screen (3, 1280, 600) into a phone's body; return the picture and its coverage."""
    _, tall, wide = screen.shape
    edge = 22
    body = sheet(tall + 2 * edge, wide + 2 * edge, rgb(0, 0, 0))
    cover = np.zeros((1, *body.shape[1:]), dtype=np.float32)
    whole = (1.0, 1.0, body.shape[2] - 2.0, body.shape[1] - 2.0)
    card(cover, whole, np.ones((1, 1, 1), dtype=np.float32), radius=84)
    card(body, whole, rgb(0.20, 0.20, 0.21), radius=84)
    card(body, (5, 5, body.shape[2] - 10, body.shape[1] - 10), rgb(0.006, 0.006, 0.007), radius=80)
    glass = np.zeros((1, tall, wide), dtype=np.float32)
    card(glass, (0, 0, wide, tall), np.ones((1, 1, 1), dtype=np.float32), radius=62)
    part = body[:, edge : edge + tall, edge : edge + wide]
    part += (screen - part) * glass[0]
    card(body, (body.shape[2] / 2 - 70, edge + 16, 140, 32), rgb(0.004, 0.004, 0.005), radius=16)
    return body, cover[0]


def shadow(canvas: Field, quad: Quad, *, spread: float, drop: Point, strength: float = 0.6) -> None:
    """Darken what lies under a quad, softly."""
    plane = np.zeros((1, *canvas.shape[1:]), dtype=np.float32)
    moved = [(x + drop[0], y + drop[1]) for x, y in quad]
    area(plane, moved, colour=np.ones((1, 1, 1), dtype=np.float32))
    canvas *= 1 - soft(plane, spread)[0] * strength


def wood(height: int, width: int, seed: int, *, horizon: float, colour: Field) -> Field:
    """Draw a wooden desk top from the horizon row down, in perspective; above it is black."""
    x, y = grid(height, width)
    depth = np.clip((y - horizon) / width, 0.02, None)
    u, v = 0.5 * (x - width / 2) / width / depth, 0.25 / depth + 0 * x
    plank = np.floor(v * 1.9)
    turn = plank * 0.37
    ring = sample(rough(512, 1.3, seed), u * 0.22 + turn, v * 3.1)
    fibre = sample(rough(512, 0.8, seed + 1), u * 0.6 + turn, v * 21)
    seam = step(0.02, 0.006, np.abs(v * 1.9 - np.round(v * 1.9)))
    tone = (
        colour * (1 + 0.20 * ring + 0.17 * fibre + 0.10 * np.sin(plank * 2.4)) * (1 - 0.75 * seam)
    )
    return (tone * (y > horizon)).astype(np.float32)


def laptop(canvas: Field, screen: Field, *, left: float, top: float, wide: float) -> None:
    """Stand an open laptop, seen from the front and a little above, in the picture, in place."""
    tall = wide * 0.60
    bezel = wide * 0.016
    lid: Quad = (
        (left, top),
        (left + wide, top),
        (left + wide * 1.012, top + tall),
        (left - wide * 0.012, top + tall),
    )
    base_drop = wide * 0.17
    deck: Quad = (
        lid[3],
        lid[2],
        (left + wide * 1.085, top + tall + base_drop),
        (left - wide * 0.085, top + tall + base_drop),
    )
    shadow(
        canvas,
        (lid[3], lid[2], (deck[2][0] + 30, deck[2][1] + 34), (deck[3][0] - 30, deck[3][1] + 34)),
        spread=30,
        drop=(0, 16),
        strength=0.75,
    )
    area(canvas, lid, colour=rgb(0.010, 0.010, 0.011))
    glass: Quad = (
        (left + bezel, top + bezel),
        (left + wide - bezel, top + bezel),
        (left + wide * 1.011 - bezel, top + tall - bezel * 1.6),
        (left - wide * 0.011 + bezel, top + tall - bezel * 1.6),
    )
    project(canvas, screen, glass)
    path(canvas, [lid[3], lid[0], lid[1], lid[2]], colour=rgb(0.16, 0.16, 0.17), width=3)
    area(canvas, deck, colour=rgb(0.17, 0.172, 0.18))
    project(canvas, _keyboard(), deck)
    lip = [
        deck[3],
        deck[2],
        (deck[2][0] - 6, deck[2][1] + wide * 0.014),
        (deck[3][0] + 6, deck[3][1] + wide * 0.014),
    ]
    area(canvas, lip, colour=rgb(0.10, 0.10, 0.105))


def _keyboard() -> Field:
    board = sheet(460, 1200, rgb(0.150, 0.152, 0.158))
    card(board, (70, 22, 1060, 270), rgb(0.085, 0.086, 0.09), radius=10)
    for line in range(5):
        keys = 14 - line % 2
        wide = 1048 / keys
        for key in range(keys):
            card(
                board,
                (78 + wide * key, 28 + 52 * line, wide - 7, 45),
                rgb(0.014, 0.014, 0.016),
                radius=7,
            )
    card(board, (400, 312, 400, 138), rgb(0.125, 0.127, 0.132), radius=10)
    return board


def glare(canvas: Field, quad: Quad, strength: float) -> None:
    """Lay a faint diagonal reflection over a glass quad."""
    a, b, c, _ = quad
    band = [a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2), ((b[0] + c[0]) / 2, (b[1] + c[1]) / 2), c]
    area(canvas, band, colour=rgb(1, 1, 1), soft=12, opacity=strength)


def backdrop(height: int, width: int, first: Field, second: Field) -> Field:
    """Light a plain studio wall from the upper left."""
    x, y = grid(height, width)
    near = np.exp(-far(x - width * 0.3, y - height * 0.25) / (0.75 * width))
    grain = sample(rough(256, 1.0, 9), x / width + 0 * y, y / width + 0 * x) * 0.01
    return (mix(second, first, near) * (1 + grain)).astype(np.float32)


def _oval(centre: Point, wide: float, tall: float) -> list[Point]:
    x, y = centre
    turns = [i * math.pi / 16 for i in range(32)]
    return [(x + wide * math.cos(t), y + tall * math.sin(t)) for t in turns]


def cup(canvas: Field, at: Point, radius: float) -> None:
    """Stand a cup of coffee, out of focus, on the desk."""
    x, y = at
    foot = y + radius
    shade = _oval((x + radius * 0.5, foot + radius * 0.04), radius * 1.5, radius * 0.2)
    area(canvas, shade, colour=rgb(0, 0, 0), soft=radius * 0.14, opacity=0.7)
    ring = _oval((x + radius * 1.05, y + radius * 0.2), radius * 0.32, radius * 0.36)
    path(canvas, [*ring, ring[0]], colour=rgb(0.26, 0.25, 0.24), width=radius * 0.17, soft=5)
    side = [(x - radius, y - radius * 0.5), (x + radius, y - radius * 0.5)]
    base = _oval((x, foot - radius * 0.1), radius * 0.72, radius * 0.16)
    body = [*side, *base[:17]]
    area(canvas, body, colour=rgb(0.34, 0.33, 0.32), soft=5)
    dark = [(x + radius * 0.35, y - radius * 0.4), (x + radius * 0.95, y - radius * 0.4)]
    dark += [(x + radius * 0.66, foot - radius * 0.05), (x + radius * 0.25, foot)]
    area(canvas, dark, colour=rgb(0.13, 0.125, 0.12), soft=radius * 0.2, opacity=0.75)
    rim = (x, y - radius * 0.5)
    area(canvas, _oval(rim, radius, radius * 0.3), colour=rgb(0.44, 0.43, 0.42), soft=4)
    coffee = (x, y - radius * 0.47)
    area(
        canvas, _oval(coffee, radius * 0.87, radius * 0.23), colour=rgb(0.03, 0.016, 0.009), soft=4
    )
