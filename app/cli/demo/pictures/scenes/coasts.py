"""Where land meets water: boats at sunrise, a lighthouse at dusk, a sea bed with a cable."""

import numpy as np

from app.cli.demo.pictures.film import Pixels, develop
from app.cli.demo.pictures.noise import Field, blur, far, grid, mix, rgb, rough, sample, step
from app.cli.demo.pictures.shapes import area, shine
from app.cli.demo.pictures.sky import Clouds, gradient, overcast, sunlight
from app.cli.demo.pictures.terrain import Camera, cast, haze, ridged, sunlit
from app.cli.demo.pictures.things import boat, lighthouse, mast
from app.cli.demo.pictures.water import Surface, reflect


def skyline(width: int, seed: int, *, base: float, tall: float, bends: float) -> Field:
    """Draw a ridge as one row per column, `tall` pixels rough, about row `base`."""
    ridge = rough(512, 1.7, seed)[seed % 512]
    at = np.arange(width, dtype=np.float32) / width * bends
    line: Field = (base - np.interp(at, np.arange(512), ridge) * tall).astype(np.float32)
    return line


def shore(canvas: Field, line: Field, colour: Field, *, to: float) -> None:
    """Fill between a ridge line and the row `to` with a colour, in place."""
    _, y = grid(*canvas.shape[1:])
    cover = np.clip((y - line[None, :]) / 1.5 + 0.5, 0, 1) * (y < to)
    canvas += (colour - canvas) * cover


def boats_at_sunrise() -> Pixels:
    """Show fishing boats on a still lake as the sun clears the far shore."""
    height, width = 1024, 1536
    horizon = 470.0
    sun = (900.0, 400.0)
    canvas = gradient(
        height,
        width,
        [
            (0, (1.5, 0.66, 0.28)),
            (0.18, (1.15, 0.58, 0.36)),
            (0.5, (0.55, 0.42, 0.46)),
            (1, (0.16, 0.22, 0.40)),
        ],
        horizon,
    )
    clouds = Clouds(
        201, cover=0.38, scale=1.2, lit=(1.9, 0.86, 0.46), shade=(0.34, 0.26, 0.34), stretch=0.7
    )
    overcast(canvas, clouds, horizon, sun)
    sunlight(canvas, sun, rgb(1.6, 0.75, 0.25), spread=210, disc=30)
    x, _ = grid(1, width)
    near = np.exp(-np.abs(x - sun[0]) / 330)
    for layer in range(4):
        line = skyline(
            width,
            210 + layer,
            base=horizon - 48 + 12 * layer,
            tall=26 - 4 * layer,
            bends=46 + 8 * layer,
        )
        tone = mix(rgb(0.42, 0.30, 0.33), rgb(1.35, 0.60, 0.28), near)
        shore(canvas, line, mix(tone, rgb(0.12, 0.085, 0.10), 0.16 + 0.16 * layer), to=horizon)
    ink = rgb(0.03, 0.02, 0.022)
    mast(canvas, (255.0, horizon - 34), 130, mix(rgb(0.42, 0.30, 0.33), ink, 0.75))
    reflect(
        canvas, horizon, Surface(220, swell=0.55, keep=(0.80, 0.80, 0.84), deep=(0.05, 0.05, 0.075))
    )
    for at, long in (((1130.0, 512.0), 74.0), ((1260.0, 498.0), 46.0), ((560.0, 540.0), 120.0)):
        _mirrored_boat(canvas, at, long, ink, crew=1)
    _mirrored_boat(canvas, (760.0, 700.0), 400.0, ink, crew=2)
    return develop(canvas, exposure=0.52, contrast=0.5)


def _mirrored_boat(
    canvas: Field, at: tuple[float, float], length: float, ink: Field, *, crew: int
) -> None:
    """Draw a boat and its broken reflection."""
    x, y = at
    reach = int(length * 0.6)
    top, left = int(y) - reach, int(x - length * 0.75)
    box = canvas[:, top : int(y), left : left + int(length * 1.5)]
    drawn = box.copy()
    boat(drawn, (length * 0.75, reach - 1.0), length, ink, crew=crew)
    shadow = 1 - step(0.0, 0.5, np.abs(drawn - box).max(axis=0) + (drawn != box).any(axis=0))
    box[:] = drawn
    rows = np.arange(reach)
    shifts = np.rint(
        np.sin(rows * 1.9 + np.sin(rows * 0.37) * 3) * (1 + rows * length * 0.00016)
    ).astype(int)
    dark = 1 - np.stack(
        [np.roll(shadow[reach - 1 - int(r * 0.98)], s) for r, s in zip(rows, shifts, strict=True)]
    )
    fade = np.linspace(0.82, 0.35, reach, dtype=np.float32)[:, None]
    below = canvas[:, int(y) : int(y) + reach, left : left + int(length * 1.5)]
    cover = blur(dark.astype(np.float32), 0.9) * fade
    below += (ink * 2.2 - below) * cover[: below.shape[1], : below.shape[2]]


def lighthouse_at_dusk() -> Pixels:
    """Show a lighthouse with new antennas on a headland, long-exposed surf below."""
    height, width = 1536, 1024
    horizon = 860.0
    sun = (170.0, 830.0)
    canvas = gradient(
        height,
        width,
        [
            (0, (1.15, 0.50, 0.30)),
            (0.12, (0.80, 0.42, 0.40)),
            (0.35, (0.34, 0.30, 0.46)),
            (1, (0.035, 0.075, 0.20)),
        ],
        horizon,
    )
    clouds = Clouds(
        231, cover=0.5, scale=0.95, lit=(1.5, 0.62, 0.42), shade=(0.13, 0.13, 0.22), stretch=1.1
    )
    overcast(canvas, clouds, horizon, sun)
    sunlight(canvas, sun, rgb(1.1, 0.48, 0.2), spread=240)
    surface = Surface(233, swell=1.5, keep=(0.62, 0.68, 0.76), deep=(0.025, 0.05, 0.08), long=1.2)
    reflect(canvas, horizon, surface)
    _headland(canvas, horizon, sun)
    lighthouse(canvas, (770.0, 796.0), 400, dark=rgb(0.16, 0.035, 0.03), pale=rgb(0.40, 0.35, 0.36))
    mast(canvas, (925.0, 796.0), 235, rgb(0.03, 0.026, 0.035))
    for left, right, tall in ((812, 900, 58), (832, 872, 88)):
        area(
            canvas,
            [(left, 800), (right, 800), (right, 800 - tall), (left, 800 - tall)],
            colour=rgb(0.06, 0.05, 0.06),
        )
    for at in (824, 850, 878):
        area(
            canvas,
            [(at, 782), (at + 10, 782), (at + 10, 768), (at, 768)],
            colour=rgb(2.0, 1.1, 0.45),
        )
    _beam(canvas, (770.0, 444.0))
    return develop(canvas, exposure=0.72, contrast=0.4, glow=0.16)


def _headland(canvas: Field, horizon: float, sun: tuple[float, float]) -> None:
    """Stand cliffs in the sea, the nearest at the right, surf at their feet, in place."""
    axis = np.arange(1024, dtype=np.float32) / 1024
    u, v = np.meshgrid(axis, axis)
    ragged = sample(rough(512, 1.7, 236), u, v)
    cape = 0.06 * np.exp(-(((v - 0.30) / 0.05) ** 2)) + 0.13 * np.exp(-(((v - 0.72) / 0.06) ** 2))
    inland = u - 0.575 + cape + 0.010 * ragged + 0.004 * sample(rough(512, 1.0, 237), u * 4, v * 4)
    rise = step(0, 0.011, inland) * 0.040 + step(0, 0.16, inland) * 0.05
    relief = rise * (1 + 0.16 * ragged) + step(0, 0.01, inland) * ridged(1024, 238) * 0.006
    relief = relief.astype(np.float32)
    light = sunlit(relief, (-0.9, 0.42, 0.3))
    camera = Camera(
        x=0.5, z=0.0, height=0.074, horizon=horizon / canvas.shape[1], zoom=1.3, near=0.06, far=1.7
    )
    seen = cast(relief, camera, (canvas.shape[1], canvas.shape[2]))
    up = sample(relief, seen.u, seen.v)
    off = sample(inland.astype(np.float32), seen.u, seen.v)
    veil, near = haze(seen, 1.5, sun)
    grain = sample(rough(1024, 0.9, 239), seen.u * 9, seen.v * 9)
    strata = sample(rough(512, 0.9, 240), up * 40 + seen.u, seen.v * 3)
    turf = step(0.030, 0.042, up + 0.002 * grain)
    rock = rgb(0.115, 0.09, 0.085) * (1 + 0.30 * strata + 0.2 * grain)
    rock = mix(rock, rgb(0.085, 0.085, 0.035) * (1 + 0.35 * grain), turf)
    earth: Field = rock * (
        sample(light, seen.u, seen.v) * rgb(3.0, 1.35, 0.85) + rgb(0.42, 0.44, 0.66)
    )
    earth = mix(earth, mix(rgb(0.22, 0.19, 0.30), rgb(0.95, 0.45, 0.28), near), veil)
    part = canvas[:, seen.top :]
    foam_at = np.exp(np.clip(off, -1, 0) / 0.012) * step(
        -1.2, 0.9, grain + 1.4 * np.exp(np.clip(off, -1, 0) / 0.004) - 0.5
    )
    part += (rgb(0.46, 0.43, 0.52) - part) * (foam_at * step(0.9, 0.5, seen.distance) * 0.8)
    part += (earth - part) * (seen.ground * step(0.0004, 0.0016, up))


def _beam(canvas: Field, lamp: tuple[float, float]) -> None:
    """Add the lamp's glare and its beam out to sea."""
    x, y = grid(*canvas.shape[1:])
    out = np.clip(lamp[0] - x, 0, None)
    across = np.abs(y - lamp[1] - out * 0.10) / (6 + out * 0.085)
    beam = np.exp(-across * across) * np.exp(-out / 420) * step(0, 12, out)
    canvas += beam * rgb(0.55, 0.42, 0.24)
    shine(canvas, lamp, 150, rgb(0.9, 0.62, 0.3))
    shine(canvas, lamp, 34, rgb(9.0, 7.0, 4.0))


def cable_on_the_reef() -> Pixels:
    """Show a submarine cable crossing a sandy lagoon floor under shafts of sun."""
    height, width = 1024, 1536
    x, y = grid(height, width)
    horizon = 400.0
    fall = np.clip(1 - y / 1100, 0, 1)
    water = mix(rgb(0.004, 0.055, 0.10), rgb(0.05, 0.42, 0.52), fall**2.0) + 0 * x
    canvas = (water + np.zeros((3, height, width), dtype=np.float32)).astype(np.float32)
    depth = np.clip((y - horizon) / width, 0.004, 1)
    v = np.broadcast_to(0.05 / depth, (height, width))
    u = 0.11 * ((x - width / 2) / width) / depth
    bed = (
        sample(rough(512, 1.6, 242), u, v) * 0.6 + sample(rough(512, 0.7, 243), u * 7, v * 7) * 0.35
    )
    ripple = np.sin(v * 95 + u * 26 + 2.5 * sample(rough(256, 1.8, 244), u, v)) * step(
        0.02, 0.14, depth
    )
    sand = rgb(0.46, 0.44, 0.36) * (0.9 + 0.14 * bed + 0.13 * ripple)
    weed = step(0.9, 1.5, sample(rough(512, 1.3, 245), u * 1.7, v * 1.7) + 0.25 * bed)
    sand = mix(sand, rgb(0.05, 0.085, 0.05) * (1 + 0.7 * bed), weed * 0.9)
    bend = 0.03 * sample(rough(256, 2, 246), u, v)
    caustic = np.abs(sample(rough(256, 1.9, 247), u * 2.2 + bend, v * 2.2)) + np.abs(
        sample(rough(256, 1.9, 248), u * 2.6, v * 2.6 + bend)
    )
    sparkle = np.exp(-caustic * 4.2) * 2.6 + 0.55
    floor: Field = sand * sparkle * rgb(0.30, 0.86, 0.92)
    floor = _cable(floor, u, v, depth, sparkle)
    seen = np.exp(-0.055 / depth) * step(0, 14, y - horizon)
    canvas = mix(canvas, floor, seen)
    _shafts(canvas)
    rng = np.random.default_rng(251)
    for _ in range(46):
        _fish(
            canvas,
            (float(rng.normal(430, 150)), float(rng.normal(290, 62))),
            float(rng.uniform(9, 19)),
        )
    for _ in range(150):
        spot = (float(rng.uniform(0, width)), float(rng.uniform(0, height)))
        shine(canvas, spot, float(rng.uniform(2, 6)), rgb(0.10, 0.16, 0.16))
    return develop(canvas, exposure=0.95, contrast=0.45, glow=0.2)


def _cable(floor: Field, u: Field, v: Field, depth: Field, sparkle: Field) -> Field:
    """Lay an armoured cable, and its shadow, over the sea bed."""
    path = u - 0.03 - 0.13 * np.sin(v * 1.5 + 0.4) + 0.004 * sample(rough(256, 1.8, 249), u, v)
    radius = 0.0085
    across = path / radius
    inside = step(1.15, 1.0, np.abs(across))
    round_light = np.sqrt(np.clip(1 - across * across, 0, 1))
    wrap = 0.72 + 0.28 * np.sin(v * 700 + across * 2.5) * step(0.02, 0.12, depth)
    cable = (
        rgb(0.03, 0.035, 0.04)
        + rgb(0.20, 0.34, 0.36)
        * np.clip(round_light - 0.25 + 0.35 * across, 0, 1.2)
        * wrap
        * sparkle
    )
    floor = floor * (1 - 0.55 * step(2.6, 0.8, np.abs(across - 0.9)))
    return mix(floor, cable, inside)


def _shafts(canvas: Field) -> None:
    """Let shafts of sun fall from the surface, in place."""
    x, y = grid(*canvas.shape[1:])
    lean = (x - 980) / (y + 330)
    shaft = np.interp(
        np.asarray(lean).ravel() * 150 + 256, np.arange(512), rough(512, 0.9, 250)[3]
    ).reshape(lean.shape)
    shafts = (
        np.clip(shaft.astype(np.float32) + 0.2, 0, 2.2)
        * np.exp(-y / 420)
        * np.exp(-far(x - 980, y) / 640)
    )
    canvas += shafts * rgb(0.12, 0.36, 0.38)
    canvas += np.exp(-far(x - 980, (y + 40) * 1.7) / 190) * rgb(0.8, 1.3, 1.2)


def _fish(canvas: Field, at: tuple[float, float], size: float) -> None:
    ink = rgb(0.012, 0.07, 0.09)
    x, y = at
    body = [(x - size, y), (x - size * 0.3, y - size * 0.30), (x + size * 0.7, y - size * 0.06)]
    body += [
        (x + size * 1.1, y - size * 0.32),
        (x + size * 1.0, y + size * 0.3),
        (x + size * 0.7, y + size * 0.06),
    ]
    area(canvas, [*body, (x - size * 0.3, y + size * 0.28)], colour=ink, soft=1.0, opacity=0.8)
