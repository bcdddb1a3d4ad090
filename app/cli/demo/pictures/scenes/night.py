"""After dark, away from cities: a village, northern lights, star trails."""

import numpy as np

from app.cli.demo.pictures.film import Pixels, develop
from app.cli.demo.pictures.noise import (
    Field,
    blur,
    far,
    grid,
    mix,
    rgb,
    rough,
    sample,
    step,
    stretch,
)
from app.cli.demo.pictures.scenes.city import LAMPS
from app.cli.demo.pictures.scenes.coasts import shore, skyline
from app.cli.demo.pictures.shapes import area, shine, stroke
from app.cli.demo.pictures.sky import gradient
from app.cli.demo.pictures.terrain import Camera, cast, ridged
from app.cli.demo.pictures.things import dish, mast


def one_mast_village() -> Pixels:
    """Show a mountain village by night: warm windows, one mast, the Milky Way."""
    height, width = 1280, 1280
    x, y = grid(height, width)
    canvas = gradient(
        height,
        width,
        [(0, (0.10, 0.105, 0.14)), (0.3, (0.04, 0.055, 0.10)), (1, (0.010, 0.018, 0.045))],
        860,
    )
    _milky_way(canvas, 311, angle=1.05, through=(640.0, 300.0))
    far_hills = skyline(width, 312, base=790, tall=75, bends=60)
    shore(canvas, far_hills, rgb(0.016, 0.021, 0.034), to=height)
    shore(
        canvas,
        skyline(width, 313, base=880, tall=55, bends=55) - (x[0] - 640) * 0.09,
        rgb(0.010, 0.013, 0.021),
        to=height,
    )
    hill = 985 + 90 * np.cos(x / 430) + skyline(width, 314, base=0, tall=10, bends=60)[None, :]
    ground = rgb(0.011, 0.012, 0.016) * (
        1 + 0.3 * sample(rough(512, 1.0, 315), x / 500 + 0 * y, y / 300 + 0 * x)
    )
    cover = np.clip((y - hill) / 1.6, 0, 1)
    canvas += (ground - canvas) * cover
    rng = np.random.default_rng(316)
    homes = sorted(
        ((float(rng.uniform(60, 1220)), float(rng.power(1.4))) for _ in range(46)),
        key=lambda h: h[1],
    )
    for at, depth in homes:
        foot = float(hill[0, int(at)]) + 26 + depth * 190
        _home(canvas, (at, foot), 20 + 46 * depth, rng)
    mast(canvas, (852.0, float(hill[0, 852]) + 34), 430, rgb(0.006, 0.007, 0.011))
    for lift, power in ((500, 1.0), (250, 0.5)):
        shine(canvas, (852.0, float(hill[0, 852]) + 34 - lift), 44, rgb(3.0, 0.22, 0.16) * power)
    haze = np.exp(-np.abs(y - 1010) / 70) * 0.055
    canvas += haze * rgb(1.0, 0.62, 0.34)
    return develop(canvas, exposure=1.8, glow=0.2, contrast=0.3, grain=4.5)


def _home(canvas: Field, foot: tuple[float, float], size: float, rng: np.random.Generator) -> None:
    x, y = foot
    half = size * float(rng.uniform(0.5, 0.8))
    wall = rgb(0.022, 0.019, 0.020) * float(rng.uniform(0.6, 1.5))
    area(
        canvas,
        [(x - half, y), (x + half, y), (x + half, y - size * 0.55), (x - half, y - size * 0.55)],
        colour=wall,
    )
    roof = [
        (x - half * 1.15, y - size * 0.53),
        (x + half * 1.15, y - size * 0.53),
        (x + half * 0.7, y - size),
        (x - half * 0.7, y - size),
    ]
    area(canvas, roof, colour=wall * 0.55 + rgb(0.004, 0.005, 0.008))
    lamp = rgb(*LAMPS[int(rng.choice([0, 0, 1, 4, 2]))]) * float(rng.uniform(0.25, 0.75))
    for at in (-0.5, 0.35):
        if rng.uniform() < 0.66:
            left, pane = x + half * at, size * 0.17
            area(
                canvas,
                [
                    (left, y - size * 0.16),
                    (left + pane, y - size * 0.16),
                    (left + pane, y - size * 0.38),
                    (left, y - size * 0.38),
                ],
                colour=lamp,
            )
            shine(canvas, (left + pane / 2, y - size * 0.2), size * 1.5, lamp * 0.055)


def _milky_way(canvas: Field, seed: int, *, angle: float, through: tuple[float, float]) -> None:
    """Add stars and the galaxy's band, in place."""
    _, height, width = canvas.shape
    small_x, small_y = grid(height // 2, width // 2)
    x, y = small_x * 2, small_y * 2
    cos, sin = float(np.cos(angle)), float(np.sin(angle))
    across = (-(x - through[0]) * sin + (y - through[1]) * cos) / width
    along = ((x - through[0]) * cos + (y - through[1]) * sin) / width
    dust = sample(rough(512, 1.35, seed), along * 0.7 + 0 * across, across * 0.9 + 0 * along)
    band = np.exp(-((across / 0.15) ** 2)) * (0.75 + 0.25 * dust)
    core = np.exp(-(((across - 0.01) / 0.065) ** 2))
    lanes = step(0.15, 1.3, dust + 0.9 * np.exp(-((across / 0.03) ** 2)) - 0.2) * core
    glow = band * rgb(0.040, 0.042, 0.060) + core * (1 - 0.8 * lanes) * rgb(0.075, 0.058, 0.052)
    canvas += stretch(glow.astype(np.float32), height, width)
    rng = np.random.default_rng(seed)
    count = 5200
    sx, sy = rng.integers(1, width - 1, count), rng.integers(1, height - 1, count)
    dense = band[np.minimum(sy // 2, height // 2 - 1), np.minimum(sx // 2, width // 2 - 1)]
    keep = rng.uniform(0, 1, count) < 0.3 + 0.7 * dense
    power = (rng.pareto(1.7, count) * 0.045 * keep).clip(0, 1.2).astype(np.float32)
    hue = rng.uniform(0, 1, count).astype(np.float32)
    stars = np.zeros_like(canvas)
    for plane, (cold, warm) in enumerate(((0.75, 1.0), (0.85, 0.88), (1.0, 0.7))):
        np.add.at(stars[plane], (sy, sx), power * (cold + (warm - cold) * hue))
    canvas += blur(stars, 0.75) * 3.2


def aurora_station() -> Pixels:
    """Show northern lights over a snow-bound ground station."""
    height, width = 1024, 1536
    x, y = grid(height, width)
    horizon = 760.0
    canvas = gradient(
        height,
        width,
        [(0, (0.035, 0.085, 0.085)), (0.25, (0.016, 0.045, 0.065)), (1, (0.006, 0.012, 0.034))],
        horizon,
    )
    _milky_way(canvas, 321, angle=2.4, through=(1300.0, 100.0))
    small = np.zeros((3, height // 2, width // 2), dtype=np.float32)
    for seed, base, reach, power in (
        (322, 560.0, 300.0, 1.0),
        (323, 430.0, 210.0, 0.7),
        (326, 640.0, 190.0, 0.55),
    ):
        small += _curtain(height // 2, width // 2, seed, base / 2, reach / 2) * power
    canvas += stretch(small, height, width) * np.clip((horizon - y) / 120 + 0.4, 0, 1)
    glow = np.exp(-np.abs(y - 560) / 260) * rgb(0.006, 0.034, 0.026)
    canvas += glow
    relief = ridged(512, 324, sharp=0.4) * 0.10
    seen = cast(
        relief,
        Camera(x=0.2, z=0.1, height=0.075, horizon=horizon / height, near=0.5, far=2.6, zoom=1.4),
        (height, width),
    )
    slope = sample(relief, seen.u + 0.004, seen.v) - sample(relief, seen.u, seen.v)
    snow = (
        rgb(0.05, 0.10, 0.10)
        * np.clip(0.6 + slope * 150, 0.12, 1.5)
        * (1.2 - 0.4 * step(1.2, 2.6, seen.distance))
    )
    part = canvas[:, seen.top :]
    part += (snow - part) * seen.ground
    plain = 806 + skyline(width, 325, base=0, tall=6, bends=40)[None, :]
    drift = sample(rough(512, 1.6, 327), x / 1400 + 0 * y, (y - 780) / 190 + 0 * x) * 0.22
    lit = np.exp(-np.abs(x - 800) / 900)
    field = mix(rgb(0.035, 0.075, 0.078), rgb(0.045, 0.15, 0.115), lit) * (
        0.85 + drift + 0.3 * step(1024, 800, y)
    )
    canvas += (field - canvas) * np.clip((y - plain) / 2, 0, 1)
    dish(canvas, (470.0, 890.0), 300, body=rgb(0.022, 0.034, 0.038), face=rgb(0.12, 0.21, 0.19))
    for left, wide, tall in ((600, 150, 54), (650, 60, 84)):
        area(
            canvas,
            [(left, 892), (left + wide, 892), (left + wide, 892 - tall), (left, 892 - tall)],
            colour=rgb(0.014, 0.02, 0.024),
        )
        area(
            canvas,
            [
                (left - 4, 892 - tall),
                (left + wide + 4, 892 - tall),
                (left + wide, 883 - tall),
                (left, 883 - tall),
            ],
            colour=rgb(0.07, 0.12, 0.115),
        )
    for at in (618, 690, 722):
        area(
            canvas,
            [(at, 874), (at + 13, 874), (at + 13, 858), (at, 858)],
            colour=rgb(1.5, 0.85, 0.35),
        )
    spill = np.exp(-far((x - 676) * 0.55, (y - 905) * 2.2) / 46) * (y > 890)
    canvas += spill * rgb(0.20, 0.10, 0.035)
    return develop(canvas, exposure=1.1, glow=0.2, contrast=0.35, grain=4)


def _curtain(height: int, width: int, seed: int, base: float, reach: float) -> Field:
    """Draw one curtain of northern light: a folded lower edge, rays rising and fading from it."""
    x = np.arange(width, dtype=np.float32)
    rays = np.interp(x / width * 300, np.arange(512), rough(512, 0.95, seed)[7]).astype(np.float32)
    fold = np.interp(x / width * 17, np.arange(512), rough(512, 1.5, seed)[90]).astype(np.float32)
    wide = np.interp(x / width * 13, np.arange(512), rough(512, 1.8, seed)[200]).astype(np.float32)
    edge = base + fold * 62 + wide * 40 + rays * 1.6
    strength = np.clip(0.55 + 0.33 * rays + 0.5 * wide, 0.03, 2.2)
    length = reach * np.clip(0.8 + 0.25 * rays + 0.3 * wide, 0.25, 2)
    rise = edge[None, :] - np.arange(height, dtype=np.float32)[:, None]
    body = np.exp(-np.clip(rise, 0, None) / length[None, :]) * step(-7, 5, rise) * strength[None, :]
    t = np.clip(rise / (length[None, :] * 2.4), 0, 1)
    colour = mix(rgb(0.10, 0.62, 0.30), rgb(0.30, 0.10, 0.42), step(0.15, 0.85, t))
    fringe = np.exp(-np.abs(rise + 1) / 5) * strength[None, :] * step(0.5, 1.4, strength)[None, :]
    curtain: Field = colour * body * 0.75 + rgb(0.16, 0.10, 0.14) * fringe
    return curtain


def star_trails() -> Pixels:
    """Show an hour of star trails turning over an observatory on a high plateau."""
    height, width = 1536, 1024
    x, y = grid(height, width)
    pole = (600.0, 640.0)
    canvas = gradient(
        height,
        width,
        [
            (0, (0.20, 0.125, 0.075)),
            (0.14, (0.085, 0.075, 0.085)),
            (0.5, (0.022, 0.034, 0.07)),
            (1, (0.008, 0.015, 0.04)),
        ],
        1190,
    )
    radius = far(x - pole[0], y - pole[1])
    turn = np.arctan2(y - pole[1], x - pole[0]) / (2 * np.pi)
    rng = np.random.default_rng(331)
    rings = 1500
    start = rng.uniform(0, 1, (2, rings)).astype(np.float32)
    power = (rng.pareto(1.3, (2, rings)) * 0.05).clip(0.0, 0.9).astype(np.float32)
    hue = rng.uniform(0, 1, (2, rings)).astype(np.float32)
    ring = np.minimum(radius.astype(np.intp), rings - 1)
    edge = 1 - np.abs(radius - np.floor(radius) - 0.5) * 0.9
    for which in range(2):
        phase = np.mod(turn - start[which].take(ring), 1.0)
        arc = step(0.0, 0.004, phase) * step(0.145, 0.141, phase) * power[which].take(ring) * edge
        tone = hue[which].take(ring)
        for plane, (cold, warm) in enumerate(((0.65, 1.1), (0.82, 0.8), (1.15, 0.5))):
            canvas[plane] += arc * (cold + (warm - cold) * tone)
    shore(
        canvas,
        skyline(width, 332, base=1185, tall=24, bends=40),
        rgb(0.030, 0.024, 0.024),
        to=height,
    )
    ground = 1275 + 0.06 * (x - 300) + skyline(width, 333, base=0, tall=8, bends=60)[None, :]
    stones = sample(rough(512, 0.8, 334), x / 420 + 0 * y, (y - 1200) / 160 + 0 * x)
    soil = (
        rgb(0.034, 0.024, 0.018)
        * np.clip(1 + 0.5 * stones, 0.2, 2.4)
        * (0.7 + 0.8 * np.exp(-far((x - 560) * 0.5, y - 1330) / 120))
    )
    canvas += (soil - canvas) * np.clip((y - ground) / 1.6, 0, 1)
    for at, size in ((380.0, 250.0), (690.0, 150.0), (860.0, 96.0)):
        _dome(canvas, (at, 1302 + 0.06 * (at - 300)), size)
    return develop(canvas, exposure=1.75, glow=0.14, contrast=0.35, grain=4)


def _dome(canvas: Field, foot: tuple[float, float], size: float) -> None:
    x, y = foot
    half = size / 2
    wall = y - size * 0.34
    area(
        canvas,
        [
            (x - half * 0.94, y),
            (x + half * 0.94, y),
            (x + half * 0.94, wall),
            (x - half * 0.94, wall),
        ],
        colour=rgb(0.05, 0.046, 0.05),
    )
    arc = [
        (x + half * float(np.cos(a)), wall - half * 0.98 * float(np.sin(a)))
        for a in np.linspace(0, np.pi, 40)
    ]
    area(canvas, arc, colour=rgb(0.13, 0.115, 0.11))
    lit = [(px + size * 0.05, py + size * 0.03) for px, py in arc]
    area(canvas, lit, colour=rgb(0.055, 0.055, 0.065), soft=size * 0.12, opacity=0.8)
    slit = [
        (x + size * 0.02, wall - size * 0.02),
        (x + size * 0.15, wall - size * 0.02),
        (x + size * 0.13, wall - size * 0.47),
        (x + size * 0.03, wall - size * 0.485),
    ]
    area(canvas, slit, colour=rgb(0.30, 0.06, 0.035))
    stroke(
        canvas, (x - half, wall), (x + half, wall), colour=rgb(0.02, 0.02, 0.024), width=size * 0.03
    )
    door = x - half * 0.5
    area(
        canvas,
        [
            (door, y),
            (door + size * 0.08, y),
            (door + size * 0.08, y - size * 0.2),
            (door, y - size * 0.2),
        ],
        colour=rgb(0.9, 0.16, 0.07),
    )
    shine(canvas, (door, y), size * 0.6, rgb(0.16, 0.025, 0.012))
