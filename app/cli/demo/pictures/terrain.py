"""Height fields seen from a camera: ray casting by columns, sun, shade and haze."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.cli.demo.pictures.noise import Field, far, grid, rough, sample, shrink, step, stretch


@dataclass(frozen=True)
class Camera:
    """Where the picture is taken from; ground and height are in tiles of the height map."""

    x: float = 0.5
    z: float = 0.0
    height: float = 0.1
    horizon: float = 0.4
    zoom: float = 1.0
    near: float = 0.02
    far: float = 3.0


@dataclass(frozen=True)
class Seen:
    """What each pixel from row `top` down looks at, and whether there is ground (0..1)."""

    top: int
    u: Field
    v: Field
    distance: Field
    ground: Field


def _as_it_is(ground: Field) -> Field:
    return ground


def cast(
    relief: Field,
    camera: Camera,
    size: tuple[int, int],
    *,
    steps: int = 520,
    form: Callable[[Field], Field] = _as_it_is,
) -> Seen:
    """Look over a periodic height map; each pixel of `size` gets what it sees."""
    height, width = size
    focal = camera.zoom * width
    z = np.geomspace(camera.near, camera.far, steps).astype(np.float32)
    slope = ((np.arange(width, dtype=np.float32) - width / 2 + 0.5) / focal)[None, :]
    u = camera.x + z[:, None] * slope
    v = np.broadcast_to((camera.z + z)[:, None], u.shape)
    ground = form(sample(relief, u, v))
    rows = camera.horizon * height + focal * (camera.height - ground) / z[:, None]
    top = np.minimum.accumulate(rows, axis=0)
    first = max(0, int(top[-1].min()))
    asked = -(np.arange(first, height, dtype=np.float32) + 0.5)
    hit = np.empty((height - first, width), dtype=np.intp)
    rising = np.ascontiguousarray(-top.T)
    for column in range(width):
        hit[:, column] = np.searchsorted(rising[column], asked)
    last = np.clip(hit, 1, steps - 1)
    columns = np.arange(width, dtype=np.intp)[None, :]
    flat = rows.ravel()
    above = flat.take(last * width + columns)
    below = flat.take((last - 1) * width + columns)
    share = np.clip((below + asked[:, None]) / np.maximum(below - above, 1e-3), 0, 1)
    distance = z.take(last - 1) + (z.take(last) - z.take(last - 1)) * share
    distance = np.where(hit == 0, camera.near, distance).astype(np.float32)
    skyline = np.clip(-asked[:, None] - top[-1][None, :] + 0.5, 0, 1)
    return Seen(first, camera.x + distance * slope, camera.z + distance, distance, skyline)


def sunlit(relief: Field, sun: tuple[float, float, float], *, bump: float = 1.0) -> Field:
    """Light a height map by a distant sun (x, z, up): slope and cast shadow, 0 to about 1."""
    size = relief.shape[0]
    length = float(np.sqrt(sum(s * s for s in sun)))
    dx = (np.roll(relief, -1, 1) - np.roll(relief, 1, 1)) * (size / 2 * bump)
    dz = (np.roll(relief, -1, 0) - np.roll(relief, 1, 0)) * (size / 2 * bump)
    facing: Field = (-dx * sun[0] - dz * sun[1] + sun[2]) / np.sqrt(dx * dx + dz * dz + 1) / length
    facing = np.clip(facing, 0, None)
    return facing * stretch(_shadow(shrink(relief, 2), sun), size, size)


def _shadow(relief: Field, sun: tuple[float, float, float]) -> Field:
    size = relief.shape[0]
    across = float(np.hypot(sun[0], sun[1]))
    rise = sun[2] / max(across, 1e-4)
    clear = np.full_like(relief, 1.0)
    reach = 1.5
    while reach < size * 0.3:
        shift = (round(-sun[1] / across * reach), round(-sun[0] / across * reach))
        blocked = np.roll(relief, shift, (0, 1)) - relief - reach / size * rise
        clear = np.minimum(clear, step(0.012, -0.004, blocked))
        reach *= 1.16
    return clear


def hollow(relief: Field, radius: int) -> Field:
    """Say how enclosed a place is: negative on ridges, positive in valleys (periodic)."""
    low = shrink(relief, radius)
    for _ in range(2):
        low = (
            low
            + np.roll(low, 1, 0)
            + np.roll(low, -1, 0)
            + np.roll(low, 1, 1)
            + np.roll(low, -1, 1)
        ) / 5
    return stretch(low, *relief.shape) - relief


def ridged(size: int, seed: int, *, sharp: float = 1.0, octaves: int = 6) -> Field:
    """Make mountain relief, periodic, about 0..1: crests where noise is zero, rougher high up."""
    axis = (np.arange(size, dtype=np.float32) / size)[None, :]
    u = np.broadcast_to(axis, (size, size))
    v = u.T
    bend = rough(256, 2.0, seed + 50)
    u = u + 0.05 * sample(bend, u, v)
    v = v + 0.05 * sample(bend, v + 0.37, u + 0.11)
    total: Field = np.zeros((size, size), dtype=np.float32)
    weight: Field | float = 1.0
    amplitude = 1.0
    frequency = 1
    for octave in range(octaves):
        tile = rough(256, 3.0, seed + octave)
        crest = 1 - np.abs(sample(tile, u * frequency + octave * 0.31, v * frequency)) * 0.9
        crest = np.clip(crest, 0, 1) ** (1 + sharp)
        total = total + crest * weight * amplitude
        weight = np.clip(crest * 1.6, 0, 1)
        amplitude *= 0.5
        frequency *= 2
    return total / 2.0


def haze(seen: Seen, reach: float, sun: tuple[float, float]) -> tuple[Field, Field]:
    """Say how much air lies before each pixel, and how near its direction is to the sun's."""
    height, width = seen.u.shape
    x, y = grid(height, width)
    y = y + seen.top
    veil = 1 - np.exp(-seen.distance / reach)
    near = np.exp(-far(x - sun[0], y - sun[1]) / (0.4 * width))
    return veil, near


def merge(canvas: Field, earth: Field, seen: Seen) -> None:
    """Put the ground under the sky, in place."""
    part = canvas[:, seen.top :]
    part += (earth - part) * seen.ground
