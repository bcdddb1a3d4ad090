"""The city by night: a harbour's windows in the water, rain on a bus window."""

import numpy as np

from app.cli.demo.pictures.film import Pixels, develop
from app.cli.demo.pictures.noise import (
    Field,
    blur,
    grid,
    mix,
    rgb,
    soft,
    step,
)
from app.cli.demo.pictures.shapes import bokeh, shine, stroke
from app.cli.demo.pictures.sky import Clouds, gradient, overcast
from app.cli.demo.pictures.things import mast
from app.cli.demo.pictures.water import Surface, reflect

LAMPS = ((2.6, 1.35, 0.5), (2.4, 1.6, 0.8), (1.9, 1.9, 1.8), (1.2, 1.7, 2.2), (2.6, 0.9, 0.3))


def _windows(tall: int, wide: int, rng: np.random.Generator, pane: tuple[int, int]) -> Field:
    """Draw a facade's windows: most dark, some lit in their own colour."""
    rows, columns = max(1, tall // pane[0]), max(1, wide // pane[1])
    floors = rng.uniform(0, 1, (rows, 1)) < 0.12
    lit = (rng.uniform(0, 1, (rows, columns)) < rng.uniform(0.12, 0.42)) | (
        floors & (rng.uniform(0, 1, (rows, columns)) < 0.9)
    )
    power = rng.uniform(0.12, 0.75, (rows, columns)) ** 1.5
    lamps = np.asarray(LAMPS, dtype=np.float32)[:3].T
    pick = rng.choice(3, p=[0.45, 0.35, 0.2], size=(rows, columns))
    glow = lamps[:, pick] * (lit * power)
    big = glow.repeat(pane[0], 1).repeat(pane[1], 2)
    y, x = np.arange(big.shape[1]) % pane[0], np.arange(big.shape[2]) % pane[1]
    open_pane = ((y > 0) & (y < pane[0] - 1))[:, None] & (x > 0)[None, :]
    return (big * open_pane).astype(np.float32)


def _tower(
    canvas: Field,
    box: tuple[int, int, int, int],
    rng: np.random.Generator,
    air: Field,
    share: float,
) -> None:
    left, top, wide, base = box
    right = min(left + wide, canvas.shape[2])
    left = max(left, 0)
    if right - left < 6:
        return
    part = canvas[:, top:base, left:right]
    wall = rgb(0.012, 0.015, 0.024) * float(rng.uniform(0.6, 1.8))
    side = np.linspace(0.8, 1.3, right - left, dtype=np.float32)[None, :]
    part[:] = mix(wall * side + 0 * part, air, share)
    panes = _windows(
        base - top - 8,
        right - left - 6,
        rng,
        (int(rng.choice([6, 7, 8])), int(rng.choice([4, 5, 7]))),
    )
    spot = part[:, 5 : 5 + panes.shape[1], 3 : 3 + panes.shape[2]]
    spot += panes[:, : spot.shape[1], : spot.shape[2]] * (1 - share) * 1.15
    crown = rng.uniform()
    if crown < 0.24:
        part[:, :3] += rgb(*LAMPS[int(rng.integers(5))]) * 0.7
    elif crown < 0.42:
        x = (left + right) / 2
        stroke(
            canvas,
            (x, top),
            (x, top - (base - top) * 0.22),
            colour=wall + air * share,
            width=3,
            end=1,
        )
        shine(canvas, (x, top - (base - top) * 0.22), 16, rgb(3.2, 0.3, 0.2))


def harbour_city() -> Pixels:
    """Show a harbour city after sunset, its windows doubled in the water."""
    height, width = 1024, 1536
    horizon = 640.0
    canvas = gradient(
        height,
        width,
        [
            (0, (0.60, 0.30, 0.22)),
            (0.16, (0.34, 0.20, 0.24)),
            (0.45, (0.09, 0.10, 0.21)),
            (1, (0.012, 0.024, 0.075)),
        ],
        horizon,
    )
    clouds = Clouds(
        301, cover=0.42, scale=1.1, lit=(0.50, 0.25, 0.22), shade=(0.05, 0.055, 0.11), stretch=1.0
    )
    overcast(canvas, clouds, horizon, (768.0, 640.0))
    rng = np.random.default_rng(302)
    for layer, (count, tall, share) in enumerate(
        ((46, 190, 0.62), (38, 260, 0.34), (30, 300, 0.08))
    ):
        for _ in range(count):
            x = float(rng.uniform(-40, width))
            hill = (
                0.35
                + 0.65 * np.exp(-(((x - 620) / 330) ** 2))
                + 0.45 * np.exp(-(((x - 1190) / 160) ** 2))
            )
            size = int(tall * hill * float(rng.uniform(0.45, 1.25)))
            wide = int(rng.uniform(26, 64 + 10 * layer))
            base = int(horizon) - 6 + layer
            _tower(
                canvas,
                (int(x), base - max(size, 26), wide, base),
                rng,
                rgb(0.17, 0.125, 0.165),
                share,
            )
    quay = canvas[:, int(horizon) - 8 : int(horizon)]
    quay[:] = rgb(0.012, 0.012, 0.016)
    for x in np.arange(8, width, 21.0):
        shine(canvas, (float(x), horizon - 11), 11, rgb(*LAMPS[int(rng.integers(2))]) * 1.6)
    mast(canvas, (1440.0, horizon - 6), 300, rgb(0.02, 0.02, 0.03))
    for lift in (100, 200, 340):
        shine(canvas, (1440.0, horizon - lift), 14, rgb(3, 0.25, 0.2))
    surface = Surface(
        303, swell=1.25, keep=(0.72, 0.74, 0.8), deep=(0.004, 0.008, 0.016), long=1.05, scale=1.3
    )
    reflect(canvas, horizon, surface)
    below = canvas[:, int(horizon) + 2 :]
    below[:] = below * 0.5 + _drawn_down(below, 13) * 0.62
    return develop(canvas, exposure=1.15, glow=0.2, contrast=0.3)


def _drawn_down(image: Field, reach: int) -> Field:
    """Smear an image vertically, as small waves smear lights."""
    total = image.copy()
    for offset in (-3, -2, -1, 1, 2, 3):
        rows = np.clip(np.arange(image.shape[1]) + offset * reach // 3, 0, image.shape[1] - 1)
        total += image[:, rows]
    return total / 7


def rain_on_the_window() -> Pixels:
    """Show a wet bus window at night, the city behind it melted into discs of light."""
    height, width = 1024, 1536
    _, y = grid(height, width)
    canvas = mix(
        rgb(0.010, 0.016, 0.030), rgb(0.05, 0.034, 0.04), np.exp(-np.abs(y - 560) / 260)
    ) + np.zeros((3, height, width), dtype=np.float32)
    canvas = canvas.astype(np.float32)
    rng = np.random.default_rng(341)
    for _ in range(120):
        lamp = rgb(*LAMPS[int(rng.choice(5, p=[0.3, 0.2, 0.16, 0.16, 0.18]))])
        if rng.uniform() < 0.25:
            lamp = rgb(
                *((2.4, 0.12, 0.10), (0.25, 1.9, 0.8), (0.3, 0.8, 2.6), (2.2, 0.25, 1.1))[
                    int(rng.integers(4))
                ]
            )
        spot = (float(rng.uniform(0, width)), float(rng.normal(540, 165)))
        bokeh(canvas, spot, float(rng.uniform(20, 68)), lamp * float(rng.uniform(0.03, 0.26)))
    for row, tail in ((760.0, rgb(2.4, 0.10, 0.08)), (800.0, rgb(2.2, 1.9, 1.4))):
        for at in rng.uniform(0, width, 9):
            bokeh(canvas, (float(at), row + float(rng.normal(0, 16))), 46, tail * 0.2)
    canvas = blur(canvas, 1.6)
    scene = canvas.copy()
    canvas = canvas * 0.62 + soft(canvas, 26) * 0.42
    drops = [
        (
            float(rng.uniform(0, width)),
            float(rng.uniform(0, height)),
            float(rng.pareto(2.1) * 3.6 + 1.8),
        )
        for _ in range(1500)
    ]
    for at, row, size in sorted(drops, key=lambda d: d[2]):
        _drop(canvas, scene, (at, row), min(size, 34.0), rng)
    for _ in range(13):
        _trail(canvas, scene, float(rng.uniform(30, width - 30)), float(rng.uniform(250, 940)), rng)
    return develop(canvas, exposure=1.35, glow=0.14, contrast=0.35, grain=4)


def _drop(
    canvas: Field, scene: Field, at: tuple[float, float], size: float, rng: np.random.Generator
) -> None:
    """Draw one drop: it shows the street upside down, dark at the top edge, bright below."""
    height, width = canvas.shape[1:]
    tall = size * float(rng.uniform(1.0, 1.35))
    x0, x1 = int(at[0] - size - 1), int(at[0] + size + 2)
    y0, y1 = int(at[1] - tall - 1), int(at[1] + tall + 2)
    if x0 < 0 or y0 < 0 or x1 >= width or y1 >= height:
        return
    x = (np.arange(x0, x1, dtype=np.float32)[None, :] - at[0]) / size
    y = (np.arange(y0, y1, dtype=np.float32)[:, None] - at[1]) / tall
    radius = np.sqrt(x * x + y * y)
    bend = 1 + 1.2 * radius * radius
    rows = np.clip(560 - y * bend * 250 + 0 * x, 0, height - 1).astype(np.intp)
    columns = np.clip(at[0] - x * bend * 260 + 0 * y, 0, width - 1).astype(np.intp)
    seen = scene[:, rows, columns]
    shade = np.clip(0.62 + 0.5 * y - 0.35 * step(0.7, 1.0, radius), 0.1, 1.4)
    cover = step(1.0, 0.86, radius)
    part = canvas[:, y0:y1, x0:x1]
    part += (seen * shade * 1.25 - part) * cover
    part += np.exp(-((x + 0.3) ** 2 + (y + 0.42) ** 2) * 26) * rgb(0.16, 0.17, 0.18)


def _trail(canvas: Field, scene: Field, at: float, end: float, rng: np.random.Generator) -> None:
    """Draw the path a running drop wiped clear, beads left in it, the drop at its end."""
    row = 0.0
    half = float(rng.uniform(5, 9))
    while row < end:
        at += float(rng.normal(0, 0.5))
        left, right = int(at - half), int(at + half)
        if left < 0 or right >= canvas.shape[2]:
            return
        rows = slice(int(row), int(row) + 4)
        share = np.clip(1 - np.abs(np.arange(left, right) - at) / half, 0, 1) ** 0.5
        part = canvas[:, rows, left:right]
        part += (scene[:, rows, left:right] * 0.9 - part) * share.astype(np.float32) * 0.8
        if rng.uniform() < 0.05:
            _drop(canvas, scene, (at, row), float(rng.uniform(2.5, half * 0.8)), rng)
        row += 4
    _drop(canvas, scene, (at, end), half * 1.9, rng)
