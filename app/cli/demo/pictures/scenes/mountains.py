"""High ground: a relay over a sea of cloud, rice terraces, a gauge below a glacier."""

import numpy as np

from app.cli.demo.pictures.film import Pixels, develop
from app.cli.demo.pictures.noise import Field, grid, mix, rgb, rough, sample, step
from app.cli.demo.pictures.shapes import area, shine
from app.cli.demo.pictures.sky import Clouds, gradient, overcast, sunlight
from app.cli.demo.pictures.terrain import Camera, Seen, cast, haze, hollow, merge, ridged, sunlit
from app.cli.demo.pictures.things import mast


def _rocky(seen: Seen, seed: int) -> Field:
    """Give each seen point of ground a rough grain, coarse and fine."""
    coarse = sample(rough(1024, 1.0, seed), seen.u * 6, seen.v * 6)
    return coarse * 0.7 + sample(rough(512, 0.8, seed + 1), seen.u * 41, seen.v * 41) * 0.3


def relay_over_clouds() -> Pixels:
    """Show Himalayan ridges at dawn over a sea of cloud, a relay mast on the near crest."""
    size = height, width = 1024, 1536
    relief = ridged(1024, 11, sharp=0.6) * 0.17
    axis = np.arange(1024, dtype=np.float32)[None, :] / 1024
    u = np.broadcast_to(axis, (1024, 1024))
    billow = (
        sample(rough(512, 1.7, 21), u, u.T) * 0.7
        + sample(rough(512, 1.5, 22), u * 4, u.T * 4) * 0.25
    )
    deck = 0.066 + billow * 0.007
    camera = Camera(x=0.42, z=0.33, height=0.2, horizon=0.38, zoom=1.3, near=0.04, far=3.2)
    sun = (1130.0, 336.0)
    solid = np.maximum(relief, deck)
    light = sunlit(solid, (0.45, 0.9, 0.26))
    seen = cast(solid, camera, size)
    canvas = gradient(
        height,
        width,
        [
            (0, (0.95, 0.52, 0.27)),
            (0.12, (0.75, 0.48, 0.36)),
            (0.4, (0.26, 0.34, 0.50)),
            (1, (0.05, 0.12, 0.30)),
        ],
        camera.horizon * height,
    )
    clouds = Clouds(
        5,
        cover=0.36,
        scale=1.5,
        lit=(1.7, 0.95, 0.6),
        shade=(0.3, 0.3, 0.42),
        stretch=0.6,
        opacity=0.75,
    )
    overcast(canvas, clouds, camera.horizon * height + 20, sun)
    sunlight(canvas, sun, rgb(1.35, 0.68, 0.28), spread=260, disc=11)
    veil, near = haze(seen, 1.5, sun)
    air = mix(rgb(0.24, 0.29, 0.42), rgb(1.25, 0.7, 0.38), near)
    up = sample(relief, seen.u, seen.v)
    rock = _rocky(seen, 3)
    lit = sample(light, seen.u, seen.v)
    snow = step(0.09, 0.135, up + rock * 0.008)
    albedo = mix(rgb(0.085, 0.07, 0.065), rgb(0.75, 0.78, 0.84), snow) * (1 + 0.25 * rock)
    cloud = step(0.002, -0.009, up - sample(deck, seen.u, seen.v))
    albedo = mix(albedo, rgb(0.82, 0.82, 0.86), cloud)
    open_sky = 0.5 - np.clip(sample(hollow(solid, 32), seen.u, seen.v) * 4, -0.3, 0.4)
    earth = albedo * (lit * rgb(3.6, 1.9, 0.95) + open_sky * rgb(0.27, 0.36, 0.58))
    merge(canvas, mix(earth, air, veil), seen)
    mast(canvas, (1452.0, 640.0), 105, rgb(0.02, 0.02, 0.028))
    return develop(canvas, exposure=0.44, contrast=0.45)


def rice_terraces() -> Pixels:
    """Show flooded terraces stepping down a misty valley, each mirroring the morning sky."""
    size = height, width = 1536, 1024
    base = rough(512, 2.8, 31) * 0.046 + rough(512, 2.5, 32) * 0.010
    levels = 215.0

    def stepped(ground: Field) -> Field:
        level = ground * levels
        floor: Field = np.floor(level)
        return (floor + step(0.86, 1.0, level - floor)) / levels

    camera = Camera(x=0.30, z=0.62, height=0.155, horizon=0.24, zoom=1.25, near=0.05, far=2.2)
    sun = (300.0, 250.0)
    seen = cast(base, camera, size, form=stepped)
    canvas = gradient(
        height,
        width,
        [(0, (1.15, 0.86, 0.58)), (0.3, (0.72, 0.70, 0.68)), (1, (0.22, 0.36, 0.55))],
        camera.horizon * height,
    )
    overcast(
        canvas,
        Clouds(8, cover=0.45, scale=1.1, lit=(1.9, 1.45, 1.05), shade=(0.42, 0.42, 0.5)),
        400,
        sun,
    )
    sunlight(canvas, sun, rgb(1.3, 0.85, 0.42), spread=330)
    pond = _mirrored(canvas, seen, camera.horizon * height)
    earth = _paddies(base, levels, seen, pond)
    veil, near = haze(seen, 1.3, sun)
    air = mix(rgb(0.40, 0.45, 0.54), rgb(1.5, 1.08, 0.66), near)
    valley = step(0.02, -0.07, sample(base, seen.u, seen.v)) * step(0.2, 0.8, seen.distance)
    merge(canvas, mix(earth, air, np.clip(veil + 0.5 * valley, 0, 0.96)), seen)
    mast(canvas, (742.0, 462.0), 105, rgb(0.30, 0.27, 0.24))
    return develop(canvas, exposure=0.40, contrast=0.5)


def _paddies(base: Field, levels: float, seen: Seen, pond: Field) -> Field:
    """Colour the steps: ponds, young rice, and the green banks between them."""
    raw = sample(base, seen.u, seen.v) * levels
    within = raw - np.floor(raw)
    plot = sample(
        rough(256, 1.4, 33),
        np.floor(raw) * 0.137 + seen.u * 1.4,
        np.floor(raw) * 0.071 + seen.v * 1.4,
    )
    flooded = step(-0.12, 0.0, plot) * step(0.88, 0.84, within) * step(0.0, 0.06, within)
    tuft = _rocky(seen, 35) + sample(rough(512, 0.4, 36), seen.u * 90, seen.v * 90) * 0.5
    riser = step(0.84, 0.92, within)
    green = mix(rgb(0.045, 0.125, 0.016), rgb(0.15, 0.24, 0.03), step(-1, 1.2, plot + tuft * 0.4))
    green = mix(green, rgb(0.06, 0.075, 0.02), riser) * (1 + 0.38 * tuft)
    slope = 0.5 + 14 * (base - np.roll(base, (5, -8), (0, 1)))
    lit = np.clip(sample(slope, seen.u, seen.v), 0.08, 1.3)
    earth: Field = green * (lit * rgb(2.4, 1.9, 1.1) + rgb(0.4, 0.5, 0.6))
    earth = mix(earth, pond, flooded)
    edge = step(0.055, 0.02, within) * (1 - flooded)
    return earth * (1 - 0.55 * edge)


def _mirrored(canvas: Field, seen: Seen, horizon: float) -> Field:
    """Read the sky that level water shows at each seen point; darker where looked into steeply."""
    height, width = seen.u.shape
    _, y = grid(height, width)
    below = y + seen.top - horizon
    rows = np.abs(horizon - 8 - below[:, 0] * 0.26).astype(np.intp)
    steep: Field = np.clip(1.0 - below / (1.15 * canvas.shape[1]), 0.22, 1)
    sky: Field = canvas[:, rows]
    return sky * rgb(0.62, 0.76, 0.90) * steep


def glacier_gauge() -> Pixels:
    """Show a blue-hour glacier basin with a lit gauge station on the moraine."""
    size = height, width = 1024, 1536
    relief = ridged(1024, 71, sharp=0.5) * 0.2
    ice = 0.052 + rough(512, 1.9, 72).repeat(2, 0).repeat(2, 1) * 0.0022
    solid = np.maximum(relief, ice)
    camera = Camera(x=0.1, z=0.52, height=0.088, horizon=0.52, zoom=1.05, near=0.03, far=2.4)
    sun = (420.0, 520.0)
    light = sunlit(solid, (-0.8, 0.5, 0.32))
    seen = cast(solid, camera, size)
    canvas = gradient(
        height,
        width,
        [
            (0, (0.62, 0.46, 0.50)),
            (0.2, (0.30, 0.34, 0.52)),
            (0.55, (0.09, 0.15, 0.33)),
            (1, (0.022, 0.05, 0.15)),
        ],
        camera.horizon * height,
    )
    rng = np.random.default_rng(4)
    for x, y, bright in zip(
        rng.uniform(0, width, 260), rng.uniform(0, 330, 260), rng.power(0.4, 260), strict=True
    ):
        shine(canvas, (float(x), float(y)), 2.2, rgb(0.6, 0.7, 0.9) * float(bright))
    veil, near = haze(seen, 2.2, sun)
    up = sample(relief, seen.u, seen.v)
    rock = _rocky(seen, 73)
    lit = sample(light, seen.u, seen.v)
    snow = np.clip(step(0.05, 0.10, up + rock * 0.012) * step(0.0, 0.3, lit + 0.15), 0, 1)
    albedo = mix(rgb(0.05, 0.052, 0.06), rgb(0.72, 0.78, 0.86), snow) * (1 + 0.28 * rock)
    glacier = step(0.002, -0.004, up - sample(ice, seen.u, seen.v))
    crevasse = step(0.25, 0.0, np.abs(sample(rough(512, 1.6, 74), seen.u * 5, seen.v * 9))) * 0.55
    albedo = mix(albedo, rgb(0.62, 0.74, 0.84) * (1 - crevasse + 0.1 * rock), glacier)
    open_sky = 0.5 - np.clip(sample(hollow(solid, 32), seen.u, seen.v) * 4, -0.3, 0.4)
    earth = albedo * (lit * rgb(1.0, 0.50, 0.46) + open_sky * rgb(0.24, 0.33, 0.58))
    air = mix(rgb(0.20, 0.25, 0.40), rgb(0.62, 0.45, 0.46), near)
    merge(canvas, mix(earth, air, veil), seen)
    mast(canvas, (1110.0, 905.0), 235, rgb(0.012, 0.014, 0.02))
    area(
        canvas, [(1060, 905), (1060, 868), (1108, 868), (1108, 905)], colour=rgb(0.02, 0.022, 0.03)
    )
    area(canvas, [(1074, 890), (1074, 876), (1092, 876), (1092, 890)], colour=rgb(3.4, 1.7, 0.6))
    shine(canvas, (1083.0, 884.0), 130, rgb(0.5, 0.24, 0.08))
    shine(canvas, (1110.0, 634.0), 30, rgb(3.0, 0.25, 0.2))
    return develop(canvas, exposure=0.95, contrast=0.4)
