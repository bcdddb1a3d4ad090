"""From the air and from orbit: a river delta, a reef coast, a continent by night."""

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
    soft,
    step,
    stretch,
)
from app.cli.demo.pictures.shapes import Point, stroke

_APEX = (0.5, -0.02)


def _spread(height: int, width: int) -> tuple[Field, Field]:
    x, y = grid(height, width)
    return x / width + 0 * y, y / width + 0 * x


def _channels(height: int, width: int, seed: int) -> Field:
    """Draw a delta's branching channels from the top edge down, as coverage 0..1."""
    rng = np.random.default_rng(seed)
    plane = np.zeros((1, height, width), dtype=np.float32)
    water = np.ones((1, 1, 1), dtype=np.float32)
    tips: list[tuple[Point, float, float, int]] = [
        ((width * _APEX[0], height * _APEX[1]), np.pi / 2 + 0.1, 11.0, 0)
    ]
    while tips:
        at, heading, wide, age = tips.pop()
        for _ in range(int(rng.uniform(4, 11))):
            heading += float(rng.normal(0, 0.23)) + (np.pi / 2 - heading) * 0.03
            size = float(rng.uniform(9, 15))
            to = (at[0] + size * float(np.cos(heading)), at[1] + size * float(np.sin(heading)))
            stroke(plane, at, to, colour=water, width=wide, end=wide * 0.985, soft=0.8)
            at, wide = to, wide * 0.985
        if at[1] < height * 1.05 and age < 12 and wide > 0.55:
            fork = float(rng.uniform(0.45, 0.95))
            share = float(rng.uniform(0.52, 0.80))
            tips.append((at, heading + fork * (1 - share), wide * share**0.5, age + 1))
            tips.append((at, heading - fork * share, wide * (1 - share) ** 0.5, age + 1))
    cover: Field = plane[0]
    return cover


def delta_from_above() -> Pixels:
    """Show a river delta from orbit: silt channels, mangrove, plumes into a shallow sea."""
    height, width = 1280, 1280
    u, v = _spread(height, width)
    bend = sample(rough(512, 1.9, 401), u, v)
    lean = sample(rough(512, 1.9, 402), u, v)
    wide_river = _river(u, v, bend, lean)
    coast = (
        0.80
        - 0.9 * (u - 0.5) ** 2
        + 0.035 * bend
        + 0.018 * sample(rough(512, 1.1, 404), u * 2, v * 2)
    )
    offshore = v - coast
    lobes = soft(wide_river, 34)
    offshore = offshore - 0.2 * np.clip(lobes, 0, 0.5)
    creek = np.abs(sample(rough(512, 1.25, 405), u * 2.2 + 0.03 * bend, v * 2.2 + 0.03 * lean))
    tidal = step(0.085, 0.03, creek) * step(-0.30, -0.05, offshore)
    creek_fine = step(0.07, 0.02, np.abs(sample(rough(512, 1.1, 406), u * 6, v * 6))) * step(
        -0.16, -0.02, offshore
    )
    sea = step(-0.004, 0.004, offshore)
    patch = sample(rough(512, 1.3, 407), u * 2.2, v * 2.2)
    fine = sample(rough(512, 0.7, 408), u * 6, v * 6)
    fields = _fields(u, v, bend)
    wet = step(-0.42, -0.06, offshore + 0.03 * patch)
    farmed = mix(rgb(0.10, 0.115, 0.045), rgb(0.175, 0.150, 0.075), fields)
    mangrove = mix(rgb(0.018, 0.052, 0.028), rgb(0.05, 0.095, 0.04), step(-1.5, 1.5, patch))
    land = mix(farmed, mangrove, wet) * (1 + 0.18 * fine + 0.10 * patch)
    silt = mix(rgb(0.30, 0.225, 0.135), rgb(0.17, 0.185, 0.14), step(0.25, 0.9, v))
    bank = np.clip(soft(wide_river, 5) * 1.6, 0, 1) * (1 - wide_river)
    land = mix(land, rgb(0.25, 0.21, 0.13), bank * 0.4)
    land = mix(land, silt * 0.75, np.clip(tidal + 0.6 * creek_fine, 0, 1))
    land = mix(land, silt * (1 + 0.05 * fine), wide_river)
    canvas = mix(land, _silted_sea(u, v, offshore, bend, lean), sea)
    canvas = _cloudy(canvas, u, v, 415, cover=-2.0)
    return develop(canvas, exposure=1.5, glow=0.06, vignette=0.3, contrast=0.4)


def _river(u: Field, v: Field, bend: Field, lean: Field) -> Field:
    """Draw the delta's channels and let them meander."""
    height, width = u.shape
    river = stretch(_channels(height // 2, width // 2, 403), height, width)
    rows = np.clip((v + 0.012 * lean) * (height - 1), 0, height - 1).astype(np.intp)
    columns = np.clip((u + 0.012 * bend) * (width - 1), 0, width - 1).astype(np.intp)
    meandering: Field = river[rows, columns]
    return meandering


def _silted_sea(u: Field, v: Field, offshore: Field, bend: Field, lean: Field) -> Field:
    """Colour the sea: silt near the mouths, drawn out in eddies, then shallow, then deep."""
    swirl_u, swirl_v = u + 0.05 * bend, v + 0.06 * lean
    swirl = sample(rough(512, 1.5, 409), swirl_u * 1.6, swirl_v * 1.6)
    plume = np.exp(-np.clip(offshore, 0, 1) / np.clip(0.055 + 0.03 * swirl, 0.015, 1)) * (
        0.75 + 0.25 * swirl
    )
    ocean = mix(
        rgb(0.006, 0.035, 0.070),
        rgb(0.035, 0.16, 0.17),
        np.exp(-np.clip(offshore, 0, 1) * 6 + 0.2 * swirl),
    )
    return mix(ocean, rgb(0.25, 0.24, 0.16), np.clip(plume, 0, 1))


def _fields(u: Field, v: Field, bend: Field) -> Field:
    """Parcel the land into small fields of different crops, 0..1."""
    table = np.random.default_rng(410).uniform(0, 1, 4096).astype(np.float32)
    x, y = u * 88 + bend * 1.6 + v * 22, v * 120 - u * 18 + bend * 1.2
    row = np.floor(y)
    cell = np.floor(x + row * 0.37)
    crop = table.take((cell * 61 + row * 167).astype(np.intp) & 4095)
    seam = np.minimum(np.abs(y - row - 0.5), np.abs(x + row * 0.37 - cell - 0.5))
    parcels: Field = np.clip(crop - step(0.43, 0.5, seam) * 0.5, 0, 1)
    return parcels


def _cloudy(canvas: Field, u: Field, v: Field, seed: int, *, cover: float) -> Field:
    """Scatter fair-weather clouds and their shadows over a picture taken from above."""
    warp = sample(rough(256, 1.8, seed), u * 1.5, v * 1.5) * 0.03
    thick = sample(rough(1024, 1.25, seed + 1), u * 0.9 + warp, v * 0.9 + warp)
    belt = sample(rough(256, 2.2, seed + 2), u * 0.8, v * 0.8)
    thick = thick * 0.85 + belt * 0.9 + cover
    cloud = step(-0.1, 1.9, thick) ** 1.3
    shade = np.roll(blur(cloud, 2.0), (16, 12), (0, 1))
    fluff = np.clip(0.75 + (thick - np.roll(thick, (-4, -4), (0, 1))) * 0.35, 0.5, 1.25)
    return mix(canvas * (1 - 0.5 * shade), rgb(0.66, 0.68, 0.70) * fluff, cloud * 0.95)


def reef_coast() -> Pixels:
    """Show a green coast, its reef and lagoon from orbit, settlements along a road."""
    height, width = 1536, 1024
    u, v = _spread(height, width)
    warp = sample(rough(512, 1.9, 421), u, v)
    base = (0.50 - u) * 1.5 - 0.28 * (v - 0.75) + 0.20 * warp
    base = base + 0.06 * sample(rough(512, 1.7, 422), u * 2, v * 2)
    fine = sample(rough(512, 1.0, 423), u * 4, v * 4)
    ground = base + 0.016 * fine
    land = step(-0.005, 0.008, ground)
    canvas = mix(_lagoon(u, v, ground, fine, warp), _green_coast(u, v, ground, fine, warp), land)
    canvas = _cloudy(canvas, u, v, 431, cover=-1.7)
    return develop(canvas, exposure=1.5, glow=0.08, vignette=0.3, contrast=0.4)


def _green_coast(u: Field, v: Field, ground: Field, fine: Field, warp: Field) -> Field:
    """Colour the land: wooded hills, fields on the plain, a road with its towns, the beach."""
    mountains = np.clip(ground, 0, None) ** 1.25
    valleys = np.abs(sample(rough(512, 1.5, 424), u * 2.3 + 0.04 * warp, v * 2.3))
    relief = blur((mountains * (0.55 + 0.75 * valleys) * 0.30).astype(np.float32), 1.0)
    lit = 0.72 + 22 * (relief - np.roll(relief, (-2, -2), (0, 1)))
    lit = np.clip(lit, 0.25, 1.7)
    green = mix(
        rgb(0.020, 0.062, 0.022), rgb(0.075, 0.10, 0.035), step(-1.2, 1.4, fine + 0.5 * warp)
    )
    fields = _fields(u * 1.1, v * 1.1, warp)
    lowland = step(0.20, 0.05, ground) * step(0.5, -0.3, sample(rough(256, 1.6, 425), u * 2, v * 2))
    green = mix(green, mix(rgb(0.07, 0.095, 0.03), rgb(0.21, 0.17, 0.095), fields), lowland * 0.85)
    green = mix(green, rgb(0.20, 0.16, 0.12), step(0.75, 1.15, ground) * 0.8)
    soil = green * lit * (1 + 0.16 * fine)
    beach = step(0.022, 0.006, ground)
    soil = mix(soil, rgb(0.46, 0.40, 0.28), beach * 0.85)
    road = step(0.0042, 0.002, np.abs(ground - 0.085 - 0.012 * warp)) * step(
        -1.2, -0.2, sample(rough(256, 1.5, 426), u * 3, v * 3)
    )
    town = step(
        1.1,
        2.1,
        sample(rough(512, 0.9, 427), u * 3, v * 3)
        + 1.3 * step(0.10, 0.0, np.abs(ground - 0.085))
        - 0.25,
    )
    return mix(
        soil,
        rgb(0.34, 0.30, 0.26) * (1 + 0.3 * fine),
        np.clip(road * 0.75 + town * 0.75, 0, 1),
    )


def _lagoon(u: Field, v: Field, ground: Field, fine: Field, warp: Field) -> Field:
    """Colour the sea by its depth: lagoon, reef, surf on the reef, the blue beyond."""
    depth = np.clip(-ground, 0, None)
    water = mix(rgb(0.040, 0.20, 0.21), rgb(0.007, 0.045, 0.090), step(0.0, 0.42, depth))
    water = mix(water, rgb(0.003, 0.014, 0.045), step(0.30, 0.95, depth))
    reef = np.exp(-(((depth - 0.19 - 0.02 * fine) / 0.032) ** 2)) * step(
        -1.1, 0.0, sample(rough(256, 1.3, 428), u * 4, v * 4)
    )
    water = mix(water, rgb(0.10, 0.37, 0.36), reef * 0.62 * (0.8 + 0.25 * fine))
    foam = np.exp(-(((depth - 0.225 - 0.014 * fine) / 0.007) ** 2)) * step(0.2, 0.7, reef + 0.3)
    water = mix(water, rgb(0.55, 0.60, 0.62), foam * 0.7)
    swell = np.sin((u * 0.7 + v) * 420 + 3 * warp) * 0.05 * step(0.2, 0.5, depth)
    return water * (1 + swell)


def lit_continent() -> Pixels:
    """Show a continent by night from orbit, cities strung along roads, airglow on the limb."""
    height, width = 1024, 1536
    x, y = grid(height, width)
    centre, radius = (720.0, 2630.0), 2330.0
    below = radius - far(x - centre[0], y - centre[1])
    canvas = np.zeros((3, height, width), dtype=np.float32)
    _limb(canvas, below)
    t = np.clip(below, 0, None) / 760
    distance = 0.30 / (t + 0.035) ** 0.8
    u = ((x - centre[0]) / width * (0.42 + 0.75 * distance) + 0.1).astype(np.float32)
    v = (-distance * 1.15).astype(np.float32)
    wobble = sample(rough(512, 1.6, 444), u * 0.5, v * 0.5)
    land, lights = _cities(u, v, wobble)
    face = np.clip(below / 1.5, 0, 1)
    clear = 1 - np.exp(-t * 8)
    dark = mix(rgb(0.0035, 0.006, 0.013), rgb(0.008, 0.010, 0.013), land * (0.7 + 0.3 * wobble))
    moon = sample(rough(1024, 1.35, 450), u * 0.55 + 0.04 * wobble, v * 0.55)
    cloud = step(0.35, 1.7, moon + 0.5 * wobble) * 0.75
    cloud_light = rgb(0.026, 0.033, 0.046) * (0.7 + 0.3 * moon)
    spread = soft(np.minimum(lights, 4).astype(np.float32), 7)
    warm = mix(rgb(1.0, 0.52, 0.18), rgb(1.0, 0.82, 0.55), step(0.5, 3.0, lights))
    earth = (
        dark
        + warm * lights * 0.62 * (1 - 0.85 * cloud)
        + rgb(1.0, 0.55, 0.22) * spread * (0.16 + 0.35 * cloud)
    )
    earth = mix(earth, cloud_light + rgb(0.5, 0.28, 0.12) * spread * 0.4, cloud)
    earth = earth * (0.25 + 0.75 * clear) + rgb(0.020, 0.045, 0.075) * np.exp(-t * 26)
    canvas += (earth - canvas) * face
    return develop(canvas, exposure=2.2, glow=0.18, vignette=0.35, contrast=0.3, grain=4)


def _limb(canvas: Field, below: Field) -> None:
    """Add stars, the thin blue air, the green airglow over it, and dawn at one end, in place."""
    _, height, width = canvas.shape
    x, _ = grid(height, width)
    rng = np.random.default_rng(441)
    count = 2600
    stars = np.zeros_like(canvas)
    power = (rng.pareto(1.5, count) * 0.03).clip(0, 0.8)
    stars[:, rng.integers(0, height, count), rng.integers(0, width, count)] = power
    canvas += blur(stars, 0.7) * 3 * (below < -28)
    out = np.clip(-below, 0, None)
    canvas += np.exp(-out / 9) * rgb(0.10, 0.20, 0.34) * (below < 0)
    canvas += np.exp(-(((out - 30) / 6.5) ** 2)) * rgb(0.045, 0.115, 0.03) * (below < 0)
    canvas += np.exp(-out / 42) * rgb(0.010, 0.028, 0.045) * (below < 0)
    dawn = np.exp(-(((x - 1500) / 330) ** 2)) * np.exp(-np.abs(below + 6) / 14)
    canvas += dawn * rgb(0.9, 0.42, 0.20) + dawn**0.5 * np.exp(-np.abs(below) / 40) * rgb(
        0.03, 0.05, 0.09
    )


def _cities(u: Field, v: Field, wobble: Field) -> tuple[Field, Field]:
    """Say where there is land, and how bright its roads and towns are by night."""
    ground = sample(rough(512, 1.8, 442), u * 0.22, v * 0.22)
    coast = ground + 0.1 * sample(rough(512, 1.2, 443), u, v) + 0.42
    land = step(0.0, 0.03, coast)
    road = np.exp(-np.abs(sample(rough(512, 2.1, 445), u * 0.75 + 0.02 * wobble, v * 0.75)) * 48)
    road = (
        road
        + np.exp(-np.abs(sample(rough(512, 1.9, 446), u * 1.2, v * 1.2 + 0.02 * wobble)) * 30) * 0.8
    )
    populous = np.exp(
        1.3 * sample(rough(512, 1.3, 447), u * 0.6, v * 0.6)
        + 1.4 * np.exp(-np.clip(coast, 0, 9) * 7)
        - 1.2
    )
    speck = np.clip(sample(rough(1024, 0.25, 448), u * 1.6, v * 1.6) - 1.25, 0, None)
    town = np.clip(sample(rough(512, 0.8, 449), u * 1.5, v * 1.5) - 1.75, 0, None)
    lights = (
        (speck * (0.5 + 4 * road) * 0.5 + road * 0.05 + town**1.5 * (3.0 + 4 * speck) * 3.2)
        * populous
        * land
    )
    return land, lights
