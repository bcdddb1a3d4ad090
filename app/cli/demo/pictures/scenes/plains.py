"""Open ground: dunes, savannah, turbines in mist, a desert road, a salt flat."""

import numpy as np

from app.cli.demo.pictures.film import Pixels, develop
from app.cli.demo.pictures.noise import Field, far, grid, mix, rgb, rough, sample, step
from app.cli.demo.pictures.shapes import area, shine, stroke
from app.cli.demo.pictures.sky import Clouds, gradient, overcast, sunlight
from app.cli.demo.pictures.terrain import Camera, cast, haze, merge, ridged, sunlit
from app.cli.demo.pictures.things import acacia, grass, mast, person, poles, solar_rows, turbine
from app.cli.demo.pictures.water import Surface, reflect


def _dunes(size: int, seed: int) -> Field:
    """Make periodic dunes: long windward slopes, sharp crests, short lee sides."""
    axis = np.arange(size, dtype=np.float32)[None, :] / size
    u = np.broadcast_to(axis, (size, size))
    v = u.T
    bend = sample(rough(256, 2.4, seed), u, v)
    total = np.zeros((size, size), dtype=np.float32)
    for count, tall, swing in ((3, 0.044, 0.17), (7, 0.012, 0.10)):
        bow = sample(rough(256, 2.2, seed + count), u, v)
        phase = (v + swing * bend) * count + bow * 0.25 + u * (1 if count == 3 else 2)
        t = phase - np.floor(phase)
        rise = step(0, 0.74, t) * (1 - step(0.72, 1.0, t))
        total = total + tall * rise * np.clip(0.75 + 0.4 * bow, 0.1, 1.5)
    return total


def dunes_at_dusk() -> Pixels:
    """Show a sea of dunes in low light, one walker on a crest, a relay far off."""
    size = height, width = 1536, 1024
    relief = _dunes(1024, 15)
    camera = Camera(x=0.5, z=0.13, height=0.13, horizon=0.30, zoom=1.5, near=0.05, far=2.6)
    sun = (-260.0, 380.0)
    light = sunlit(relief, (-0.9, 0.28, 0.24))
    seen = cast(relief, camera, size)
    canvas = gradient(
        height,
        width,
        [
            (0, (1.0, 0.60, 0.36)),
            (0.25, (0.72, 0.52, 0.44)),
            (0.6, (0.30, 0.36, 0.48)),
            (1, (0.10, 0.18, 0.36)),
        ],
        camera.horizon * height,
    )
    overcast(
        canvas,
        Clouds(
            44,
            cover=0.28,
            scale=1.3,
            lit=(1.5, 0.9, 0.6),
            shade=(0.4, 0.34, 0.4),
            stretch=0.5,
            opacity=0.6,
        ),
        470,
        sun,
    )
    veil, near = haze(seen, 2.4, sun)
    lit = sample(light, seen.u, seen.v)
    wobble = sample(rough(256, 1.8, 16), seen.u * 2, seen.v * 2)
    ripple = np.sin(seen.v * 900 + seen.u * 330 + wobble * 14) * np.exp(-seen.distance * 4.2)
    grainy = sample(rough(512, 0.5, 17), seen.u * 30, seen.v * 30)
    lit = np.clip(lit * (1 + 0.26 * ripple) + 0.03 * ripple, 0, None)
    sand = mix(rgb(0.62, 0.33, 0.15), rgb(0.70, 0.42, 0.22), step(-1, 1, wobble))
    sand = sand * (1 + 0.05 * grainy + 0.10 * ripple)
    earth = sand * (lit * rgb(3.3, 2.05, 1.15) + rgb(0.13, 0.15, 0.25))
    air = mix(rgb(0.52, 0.42, 0.42), rgb(1.2, 0.7, 0.42), near)
    merge(canvas, mix(earth, air, veil), seen)
    return develop(canvas, exposure=0.55, contrast=0.5)


def savannah_school() -> Pixels:
    """Show solar panels and a mast beside acacias in the last light."""
    size = height, width = 1024, 1536
    horizon = 660.0
    sun = (1040.0, 618.0)
    canvas = gradient(
        height,
        width,
        [
            (0, (1.7, 0.72, 0.22)),
            (0.15, (1.2, 0.56, 0.26)),
            (0.42, (0.55, 0.36, 0.32)),
            (1, (0.10, 0.13, 0.26)),
        ],
        horizon,
    )
    overcast(
        canvas,
        Clouds(
            61, cover=0.40, scale=1.25, lit=(2.0, 0.85, 0.36), shade=(0.24, 0.17, 0.22), stretch=0.8
        ),
        horizon,
        sun,
    )
    sunlight(canvas, sun, rgb(1.9, 0.85, 0.25), spread=250, disc=40)
    relief = rough(512, 2.1, 62) * 0.0022
    seen = cast(relief, Camera(height=0.02, horizon=horizon / height, near=0.01, far=4.0), size)
    veil, near = haze(seen, 1.0, sun)
    tuft = (
        sample(rough(1024, 0.9, 63), seen.u * 3, seen.v * 3) * 0.6
        + sample(rough(512, 0.4, 64), seen.u * 16, seen.v * 5) * 0.5
    )
    dry = mix(rgb(0.13, 0.075, 0.03), rgb(0.30, 0.18, 0.065), step(-1.4, 1.4, tuft))
    earth = dry * (0.4 + 2.2 * near + 0.3 * tuft * near)
    merge(canvas, mix(earth, mix(rgb(0.5, 0.28, 0.17), rgb(1.9, 0.85, 0.3), near), veil), seen)
    ink = rgb(0.022, 0.014, 0.012)
    for x, y, tall, seed in (
        (1270, 690, 120, 5),
        (1395, 676, 66, 6),
        (655, 672, 58, 7),
        (905, 668, 34, 8),
        (760, 667, 26, 9),
    ):
        acacia(canvas, (x, y), tall, ink, seed)
    acacia(canvas, (215.0, 742.0), 420, ink, 10)
    mast(canvas, (838.0, 712.0), 430, ink)
    solar_rows(canvas, (905.0, 800.0), rows=4, size=92, sky=rgb(0.16, 0.12, 0.14))
    area(canvas, [(756, 714), (756, 668), (812, 668), (812, 714)], colour=ink)
    area(canvas, [(748, 669), (820, 669), (806, 652), (762, 652)], colour=ink)
    area(canvas, [(774, 694), (774, 680), (792, 680), (792, 694)], colour=rgb(1.8, 1.0, 0.4))
    for x, tall in ((700, 52), (724, 47), (668, 40)):
        person(canvas, (x, 722), tall, ink)
    grass(canvas, 1030, 150, rgb(0.035, 0.018, 0.01), seed=12, blades=520)
    return develop(canvas, exposure=0.48, contrast=0.45)


def turbines_in_mist() -> Pixels:
    """Show turbines rising out of morning mist over layered hills."""
    height, width = 1024, 1536
    x, y = grid(height, width)
    sun = (420.0, 360.0)
    canvas = gradient(
        height,
        width,
        [(0, (1.0, 0.82, 0.64)), (0.35, (0.78, 0.74, 0.72)), (1, (0.36, 0.48, 0.62))],
        640,
    )
    overcast(
        canvas,
        Clouds(91, cover=0.33, scale=0.9, lit=(1.4, 1.2, 1.0), shade=(0.6, 0.6, 0.66), opacity=0.5),
        600,
        sun,
    )
    sunlight(canvas, sun, rgb(1.0, 0.66, 0.36), spread=300, disc=24)
    near = np.exp(-far(x - sun[0], y - sun[1]) / 560)
    pale = mix(rgb(0.74, 0.70, 0.70), rgb(1.25, 0.98, 0.72), near)
    trees = np.abs(sample(rough(512, 0.9, 120), x / width * 4 + 0 * y, 0 * x + 0.3 + 0 * y))
    wisps = sample(rough(512, 1.7, 140), x / 1500 + 0 * y, y / 420 + 0 * x) * 0.22
    rng = np.random.default_rng(95)
    for layer in range(7):
        share = layer / 6
        ridge = rough(512, 1.9, 93 + layer)[40]
        line = np.interp(np.arange(width) / width * (150 - 40 * share), np.arange(512), ridge)
        line = 520 + 430 * share**1.25 - line.astype(np.float32) * (26 + 34 * share)
        for _ in range(max(0, 5 - layer)):
            at = float(rng.uniform(40, width - 40))
            thin = mix(rgb(0.80, 0.76, 0.74), rgb(0.10, 0.11, 0.13), 0.2 + 0.7 * share)
            foot = (at, float(line[int(at)]) + 12)
            turbine(canvas, foot, 120 + 330 * share, thin, float(rng.uniform(0, 2)))
        top = int(line.min()) - 40
        below = y[top:] - line[None, :]
        edge = np.roll(trees, 211 * layer, 1)[top:] * (3 + 9 * share)
        mist = np.exp(-np.clip(below, 0, None) / (60 + 80 * share))
        mist = mist + np.roll(wisps, (57 * layer, 313 * layer), (0, 1))[top:] * (1 - mist)
        tone = mix(pale[:, top:], rgb(0.035, 0.05, 0.05), 0.10 + 0.84 * share**1.2)
        body = mix(pale[:, top:] * (0.98 - 0.1 * share), tone, np.clip(mist, 0, 1))
        canvas[:, top:] += (body - canvas[:, top:]) * np.clip((below + edge) / 1.6, 0, 1)
    return develop(canvas, exposure=0.5, contrast=0.5)


def desert_road() -> Pixels:
    """Show a straight desert road under a wide sky, poles and wires running beside it."""
    size = height, width = 1024, 1536
    horizon = 560.0
    sun = (260.0, 470.0)
    canvas = gradient(
        height,
        width,
        [
            (0, (0.92, 0.74, 0.58)),
            (0.2, (0.62, 0.62, 0.64)),
            (0.55, (0.26, 0.40, 0.58)),
            (1, (0.08, 0.19, 0.42)),
        ],
        horizon,
    )
    overcast(
        canvas,
        Clouds(
            101,
            cover=0.36,
            scale=1.7,
            lit=(1.5, 1.25, 1.0),
            shade=(0.36, 0.36, 0.44),
            stretch=1.1,
            softness=0.8,
        ),
        horizon,
        sun,
    )
    sunlight(canvas, sun, rgb(0.9, 0.6, 0.3), spread=320)
    hills = ridged(512, 103, sharp=0.4) * 0.05
    relief = (
        np.where(np.arange(512)[:, None] > 300, hills, 0).astype(np.float32)
        + rough(512, 1.8, 104) * 0.0006
    )
    relief = (
        relief * step(295, 340, np.arange(512, dtype=np.float32))[:, None]
        + rough(512, 1.8, 104) * 0.0006
    )
    light = sunlit(relief, (-0.7, 0.3, 0.5))
    seen = cast(
        relief, Camera(x=0.5, height=0.012, horizon=horizon / height, near=0.01, far=1.6), size
    )
    veil, near = haze(seen, 1.1, sun)
    grit = (
        sample(rough(1024, 0.8, 105), seen.u * 4, seen.v * 4) * 0.5
        + sample(rough(512, 0.3, 106), seen.u * 30, seen.v * 30) * 0.4
    )
    scrub = step(1.15, 1.7, sample(rough(512, 0.8, 107), seen.u * 6, seen.v * 6)) * 0.7
    sand = mix(rgb(0.42, 0.25, 0.14), rgb(0.60, 0.41, 0.25), step(-1.3, 1.3, grit))
    sand = mix(sand, rgb(0.10, 0.09, 0.045), scrub)
    earth: Field = sand * (
        sample(light, seen.u, seen.v) * rgb(2.3, 1.75, 1.2) + rgb(0.2, 0.22, 0.3)
    )
    side = np.abs(seen.u - 0.5 + 0.0022 * np.sin(seen.distance * 5))
    on_road = step(0.0078, 0.0072, side) * step(0.58, 0.5, seen.distance)
    tar = (
        rgb(0.115, 0.11, 0.112)
        * (1 + 0.3 * grit)
        * (1.15 - 0.4 * step(0.0015, 0.004, np.abs(side - 0.0038)))
    )
    dash = step(0.00035, 0.00022, side) * (np.mod(seen.v * 34, 1) < 0.45)
    edge = step(0.00025, 0.00015, np.abs(side - 0.0068))
    tar = mix(
        tar, rgb(0.62, 0.56, 0.44) + 0 * tar, np.clip(dash + edge, 0, 1) * (0.75 + 0.12 * grit)
    )
    tar = tar * rgb(2.0, 1.7, 1.4)
    earth = mix(earth, tar, on_road)
    air = mix(rgb(0.50, 0.46, 0.46), rgb(1.1, 0.82, 0.58), near)
    merge(canvas, mix(earth, air, veil), seen)
    poles(canvas, (1330, 900), (800, 566), tall=640, count=14, colour=rgb(0.035, 0.028, 0.024))
    return develop(canvas, exposure=0.5, contrast=0.5)


def salt_flat() -> Pixels:
    """Show a flooded salt flat mirroring the evening clouds, a figure and a mast in between."""
    height, width = 1280, 1280
    horizon = 640.0
    sun = (770.0, 585.0)
    canvas = gradient(
        height,
        width,
        [
            (0, (1.3, 0.66, 0.36)),
            (0.1, (1.05, 0.56, 0.46)),
            (0.35, (0.50, 0.38, 0.50)),
            (1, (0.06, 0.12, 0.30)),
        ],
        horizon,
    )
    overcast(
        canvas,
        Clouds(
            112,
            cover=0.46,
            scale=1.0,
            lit=(2.1, 0.95, 0.55),
            shade=(0.26, 0.20, 0.32),
            stretch=0.9,
            softness=0.9,
        ),
        horizon,
        sun,
    )
    sunlight(canvas, sun, rgb(1.2, 0.55, 0.2), spread=190)
    x, y = grid(height, width)
    ridge = np.interp(
        np.arange(width) / width * 150, np.arange(512), rough(512, 1.7, 113)[9]
    ).astype(np.float32)
    line = horizon - 13 - ridge * 9
    hills = np.clip((y - line[None, :]) / 1.5, 0, 1)
    canvas += (
        mix(rgb(0.24, 0.16, 0.22), rgb(0.8, 0.36, 0.22), np.exp(-np.abs(x - sun[0]) / 300)) - canvas
    ) * hills
    ink = rgb(0.02, 0.016, 0.024)
    mast(canvas, (338.0, 640.0), 250, ink)
    person(canvas, (566.0, 640.0), 64, ink)
    person(canvas, (600.0, 640.0), 58, ink)
    reflect(
        canvas, horizon, Surface(114, swell=0.10, keep=(0.84, 0.84, 0.88), deep=(0.10, 0.09, 0.12))
    )
    stroke(
        canvas, (0, horizon), (width, horizon), colour=rgb(0.16, 0.10, 0.11), width=1.5, opacity=0.6
    )
    shine(canvas, (338.0, 350.0), 24, rgb(2.5, 0.3, 0.2))
    return develop(canvas, exposure=0.48, contrast=0.45)
