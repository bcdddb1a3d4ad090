"""Near things and weather: lit fibres, an aisle of servers, a storm over a weather station."""

import math
from itertools import pairwise

import numpy as np

from app.cli.demo.pictures.film import Pixels, develop
from app.cli.demo.pictures.noise import Field, blur, far, grid, mix, rgb, rough, sample, soft, step
from app.cli.demo.pictures.shapes import Point, area, bokeh, disc, path, shine, stroke
from app.cli.demo.pictures.sky import Clouds, gradient, overcast
from app.cli.demo.pictures.things import grass


def fibres_of_light() -> Pixels:
    """Show the ends of optical fibres, lit, a few in focus and the rest melted into discs."""
    height, width = 1280, 1280
    x, y = grid(height, width)
    canvas = np.zeros((3, height, width), dtype=np.float32)
    canvas += np.exp(-far(x - 420, y - 980) / 420) * rgb(0.02, 0.045, 0.11)
    canvas += np.exp(-far(x - 980, y - 300) / 380) * rgb(0.05, 0.016, 0.06)
    rng = np.random.default_rng(501)
    depths = np.sort(np.abs(rng.normal(0, 1, 300)))[::-1]
    layers = ((1.1, 9.0), (0.45, 3.5), (0.0, 0.0))
    for nearest, radius in layers:
        farthest = {1.1: 9.0, 0.45: 1.1, 0.0: 0.45}[nearest]
        sheet = np.zeros_like(canvas)
        for depth in depths[(depths >= nearest) & (depths < farthest)]:
            _fibre(sheet, float(depth), rng)
        canvas += soft(sheet, radius) if radius else sheet
    return develop(canvas, exposure=1.25, glow=0.28, vignette=0.6, contrast=0.3)


def _fibre(sheet: Field, depth: float, rng: np.random.Generator) -> None:
    """Draw one fibre from the lower left, fanning out, its tip lit."""
    root = (float(rng.normal(240, 60)), 1330.0)
    turn = float(rng.uniform(-0.28, 1.20))
    reach = float(rng.uniform(620, 1260))
    tip = (
        root[0] + reach * float(np.sin(turn)),
        root[1] - reach * float(np.cos(turn)) + 260 * max(0.0, turn) ** 2,
    )
    bend = (root[0] + 0.25 * (tip[0] - root[0]), root[1] - reach * 0.62)
    hue = np.clip((tip[0] - 150) / 1000 + rng.normal(0, 0.16), 0, 1)
    colour = mix(rgb(0.10, 0.55, 1.5), rgb(1.35, 0.22, 0.85), float(hue))
    if rng.uniform() < 0.12:
        colour = rgb(1.6, 0.85, 0.30)
    points: list[Point] = []
    for t in np.linspace(0, 1, 14):
        a, b, c = float((1 - t) ** 2), float(2 * t * (1 - t)), float(t * t)
        points.append(
            (a * root[0] + b * bend[0] + c * tip[0], a * root[1] + b * bend[1] + c * tip[1])
        )
    for number, (low, high) in enumerate(pairwise(points)):
        stroke(
            sheet,
            low,
            high,
            colour=colour * (0.05 + 0.16 * (number / 13) ** 3),
            width=2.6,
            soft=0.9,
            opacity=0.75,
        )
    if depth > 0.45:
        radius = 5 + 17 * min(depth, 2.4)
        bokeh(sheet, tip, radius, colour * (36 / (radius * radius) + 0.06))
    else:
        disc(sheet, tip, 4.2 - 2 * depth, colour=colour * 3 + 1.2)
        shine(sheet, tip, 34, colour * 0.9)


def server_aisle() -> Pixels:
    """Show the cold aisle of a small data centre, status lights running to the vanishing point."""
    height, width = 1536, 1024
    x, y = grid(height, width)
    eye = (540.0, 690.0)
    dx, dy = (x - eye[0]) / width, (y - eye[1]) / width
    wall, floor, roof = 0.26, 0.62, 0.50
    to_wall = wall / np.maximum(np.abs(dx), 1e-3) + 0 * dy
    to_floor = np.where(dy > 0, floor, roof) / np.maximum(np.abs(dy), 1e-3) + 0 * dx
    is_wall = to_wall < to_floor
    z = np.minimum(np.minimum(to_wall, to_floor), 40.0).astype(np.float32)
    up = -(dy * z)
    canvas = np.where(
        is_wall, _racks(z, up.astype(np.float32), dx + 0 * dy), _floor(z, dx * z, dy + 0 * dx)
    )
    fade = np.exp(-z / 13)
    canvas = canvas * fade + (1 - fade) * rgb(0.10, 0.16, 0.24)
    mirrored = _below(canvas * is_wall, eye, floor)
    low = (~is_wall) & (dy > 0)
    canvas = canvas + mirrored * low * 0.30
    canvas += np.exp(-far(x - eye[0], y - eye[1]) / 90) * rgb(0.35, 0.5, 0.7)
    return develop(canvas.astype(np.float32), exposure=1.15, glow=0.2, vignette=0.5, contrast=0.35)


def _racks(z: Field, up: Field, dx: Field) -> Field:
    """Paint the racks' fronts: frames, units, vents and status lights."""
    table = np.random.default_rng(511).uniform(0, 1, 8192).astype(np.float32)
    side = (dx > 0) * 911
    rack = np.floor(z * 1.35)
    across = z * 1.35 - rack
    unit_at = (up + 0.62) * 26
    unit = np.floor(unit_at)
    within = unit_at - unit
    kind = table.take((rack * 37 + unit * 101 + side).astype(np.intp) & 8191)
    body = 0.010 + 0.020 * kind
    mesh = 0.75 + 0.25 * np.sin(across * 240) * step(6, 2, z)
    frame = step(0.045, 0.03, np.minimum(across, 1 - across))
    gap = step(0.10, 0.04, within)
    shade = body * mesh * (1 - 0.75 * gap)
    steel = np.stack([shade * 0.85, shade * 0.95, shade * 1.12])
    steel = mix(steel, rgb(0.004, 0.005, 0.006), frame)
    edge = np.exp(-(((across - 0.055) / 0.008) ** 2)) * 0.10
    steel = steel + edge * rgb(0.4, 0.7, 1.0)
    slot = np.floor(across * 34)
    lamp = table.take((rack * 53 + unit * 211 + slot * 17 + side).astype(np.intp) & 8191)
    spot = np.exp(-((((across * 34 - slot) - 0.5) / 0.30) ** 2) - (((within - 0.5) / 0.17) ** 2))
    zone = (across > 0.10) & (across < 0.90) & (kind > 0.36)
    on = (lamp > 0.80) * spot * zone * step(11, 5, z)
    colour = mix(rgb(0.05, 1.2, 0.45), rgb(0.10, 0.55, 1.8), (lamp > 0.88) * 1.0)
    colour = mix(colour, rgb(1.9, 0.75, 0.10), (lamp > 0.972) * 1.0)
    wash = np.exp(-(((up - 0.46) / 0.10) ** 2)) * 0.05 + np.exp(-(((up + 0.60) / 0.05) ** 2)) * 0.05
    fronts: Field = (steel + on * colour * 1.6 + wash * rgb(0.35, 0.65, 1.0)).astype(np.float32)
    return fronts


def _floor(z: Field, across: Field, dy: Field) -> Field:
    """Paint the tiled floor and the ceiling with its strip of light."""
    tile_z, tile_x = z * 1.35, across * 5.77
    seam = np.minimum(np.abs(tile_z - np.round(tile_z)), np.abs(tile_x - np.round(tile_x)))
    floor = rgb(0.030, 0.036, 0.044) * (1 - 0.6 * step(0.03, 0.012, seam))
    vents = (np.floor(tile_z) % 2 == 0) * (np.abs(across) < 0.087)
    floor = floor * (1 - 0.45 * vents * (np.sin(tile_x * 60) > 0))
    strip = step(0.05, 0.042, np.abs(across)) * (np.mod(z * 0.9, 1) < 0.72)
    roof = (
        rgb(0.010, 0.012, 0.015)
        + strip * rgb(1.5, 1.9, 2.3)
        + np.exp(-np.abs(across) / 0.10) * rgb(0.03, 0.045, 0.06)
    )
    both: Field = np.where(dy > 0, floor, roof).astype(np.float32)
    return both


def _below(canvas: Field, eye: Point, floor: float) -> Field:
    """Mirror the walls in a polished floor: each column folds at the row where its wall ends."""
    _, height, width = canvas.shape
    x, y = grid(height, width)
    foot = eye[1] + floor / 0.26 * np.abs(x - eye[0])
    rows = np.clip(2 * foot - y, 0, height - 1).astype(np.intp)
    columns = np.arange(width, dtype=np.intp)[None, :]
    flat = np.ascontiguousarray(canvas).reshape(3, -1)
    return blur(flat.take(rows * width + columns, axis=1).astype(np.float32), 2.0)


def storm_station() -> Pixels:
    """Show a weather station in a wheat field as lightning strikes under a shelf of cloud."""
    height, width = 1024, 1536
    x, y = grid(height, width)
    horizon = 720.0
    strike = (1010.0, 300.0)
    canvas = gradient(
        height,
        width,
        [
            (0, (0.36, 0.30, 0.24)),
            (0.12, (0.24, 0.235, 0.25)),
            (0.4, (0.075, 0.085, 0.12)),
            (1, (0.022, 0.028, 0.045)),
        ],
        horizon,
    )
    lower = Clouds(
        521,
        cover=0.62,
        scale=0.55,
        lit=(0.26, 0.24, 0.31),
        shade=(0.018, 0.022, 0.034),
        softness=1.6,
        stretch=0.8,
        warp=0.12,
    )
    overcast(canvas, lower, horizon - 90, strike)
    near = np.exp(-far((x - strike[0]), (y - strike[1]) * 1.2) / 230)
    billow = sample(rough(512, 1.4, 522), x / 1500 + 0 * y, y / 900 + 0 * x)
    canvas += (
        near * np.clip(0.55 + 0.4 * billow, 0.05, 1.6) * rgb(0.30, 0.25, 0.43) * step(700, 420, y)
    )
    veil = (
        np.exp(-(((x - 380 - (y - 400) * 0.18) / 250) ** 2)) * step(380, 520, y) * step(740, 660, y)
    )
    streak = sample(rough(512, 1.0, 523), (x - y * 0.16) / 420 + 0 * y, y / 2600 + 0 * x)
    canvas = mix(canvas, rgb(0.085, 0.09, 0.11), np.clip(veil * (0.7 + 0.22 * streak), 0, 0.95))
    rng = np.random.default_rng(529)
    sheet = np.zeros_like(canvas)
    _bolt(sheet, strike, (930.0, horizon - 8), width=2.6, rng=rng, depth=0)
    canvas += sheet + soft(sheet, 9) * 0.7 + soft(sheet, 60) * 0.9
    line = horizon - 6 - np.abs(sample(rough(512, 0.9, 524), x / 600, 0 * x + 0.4)) * 7
    canvas += (rgb(0.012, 0.014, 0.016) - canvas) * np.clip((y - line) / 1.5, 0, 1)
    depth = np.clip((y - horizon) / width, 0.003, 1)
    u, v = 0.2 * (x - width / 2) / width / depth, 0.12 / depth + 0 * x
    crop = sample(rough(512, 0.9, 525), u * 2, v * 2) + 0.6 * sample(
        rough(512, 0.5, 526), u * 9, v * 3
    )
    flash = np.exp(-far((x - 930) * 0.8, (y - horizon) * 1.4) / 300)
    wheat = rgb(0.125, 0.088, 0.034) * (0.75 + 0.24 * crop) * (
        0.45 + 0.5 * step(720, 1024, y)
    ) + flash * rgb(0.16, 0.12, 0.10) * (0.7 + 0.3 * crop)
    canvas += (wheat - canvas) * np.clip((y - horizon + 1) / 2, 0, 1)
    _station(canvas, (470.0, 905.0), 520)
    grass(canvas, 1034, 150, rgb(0.055, 0.038, 0.016), seed=527, blades=560)
    grass(canvas, 1040, 110, rgb(0.022, 0.016, 0.008), seed=528, blades=380)
    return develop(canvas, exposure=1.15, glow=0.12, contrast=0.35)


def _bolt(
    sheet: Field, start: Point, end: Point, *, width: float, rng: np.random.Generator, depth: int
) -> None:
    """Draw a lightning channel by halving and jittering, with fainter branches."""
    points = [start, end]
    jitter = math.dist(start, end) * 0.17
    for _ in range(6):
        halved: list[Point] = [points[0]]
        for a, b in pairwise(points):
            middle = (
                (a[0] + b[0]) / 2 + float(rng.normal(0, jitter)),
                (a[1] + b[1]) / 2 + float(rng.normal(0, jitter * 0.35)),
            )
            halved += [middle, b]
        points = halved
        jitter *= 0.52
    path(sheet, points, colour=rgb(6.5, 6.0, 8.5) / (1 + 2.2 * depth), width=width / (1 + depth))
    if depth < 2:
        for spot in rng.choice(len(points) - 14, 5 - depth, replace=False):
            a = points[int(spot)]
            reach = float(rng.uniform(70, 210)) / (1 + depth)
            to = (
                a[0] + float(rng.choice([-1, 1])) * reach,
                a[1] + reach * float(rng.uniform(0.4, 1.1)),
            )
            _bolt(sheet, a, to, width=width * 0.75, rng=rng, depth=depth + 1)


def _station(canvas: Field, foot: Point, tall: float) -> None:
    """Draw an automatic weather station: tripod, sensor shield, panel, anemometer, antenna."""
    x, y = foot
    ink, pale = rgb(0.030, 0.030, 0.034), rgb(0.20, 0.19, 0.19)
    stroke(canvas, foot, (x, y - tall), colour=ink, width=9, end=7)
    stroke(canvas, (x - 2, y), (x - 2, y - tall), colour=pale * 0.6, width=1.6)
    for side in (-1, 0.75):
        stroke(canvas, (x, y - tall * 0.28), (x + side * tall * 0.15, y + 10), colour=ink, width=5)
    arm = y - tall * 0.93
    stroke(canvas, (x - tall * 0.16, arm), (x + tall * 0.18, arm), colour=ink, width=5)
    for turn in (0.2, 2.3, 4.4):
        cup = (x - tall * 0.16 + 30 * float(np.cos(turn)), arm - 34 + 8 * float(np.sin(turn)))
        stroke(canvas, (x - tall * 0.16, arm - 34), cup, colour=ink, width=2.5)
        disc(canvas, cup, 9, colour=pale * 0.5)
    stroke(canvas, (x - tall * 0.16, arm), (x - tall * 0.16, arm - 36), colour=ink, width=4)
    stroke(canvas, (x + tall * 0.18, arm), (x + tall * 0.18, arm - 40), colour=ink, width=3)
    area(
        canvas,
        [(x + tall * 0.12, arm - 38), (x + tall * 0.27, arm - 46), (x + tall * 0.27, arm - 30)],
        colour=ink,
    )
    for plate in range(7):
        at = y - tall * 0.70 + plate * 9
        stroke(canvas, (x + 34, at), (x + 74, at), colour=pale * (1.1 - 0.08 * plate), width=5)
    stroke(canvas, (x, y - tall * 0.66), (x + 40, y - tall * 0.66), colour=ink, width=4)
    panel = [
        (x - 92, y - tall * 0.50),
        (x - 12, y - tall * 0.55),
        (x - 8, y - tall * 0.44),
        (x - 88, y - tall * 0.385),
    ]
    area(canvas, panel, colour=rgb(0.045, 0.055, 0.085))
    path(canvas, [*panel, panel[0]], colour=pale * 0.7, width=2)
    area(
        canvas,
        [
            (x - 22, y - tall * 0.36),
            (x + 26, y - tall * 0.36),
            (x + 26, y - tall * 0.22),
            (x - 22, y - tall * 0.22),
        ],
        colour=pale * 0.75,
    )
    shine(canvas, (x + 14, y - tall * 0.335), 12, rgb(0.2, 2.0, 0.6))
    stroke(canvas, (x, y - tall), (x, y - tall * 1.14), colour=ink, width=3, end=1.5)
