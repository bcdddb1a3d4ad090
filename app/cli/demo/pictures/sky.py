"""Skies: a gradient by height, the sun's glow, and clouds on a plane overhead."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.cli.demo.pictures.noise import Field, far, grid, mix, rgb, rough, sample, step

Stop = tuple[float, tuple[float, float, float]]


def gradient(height: int, width: int, stops: Sequence[Stop], horizon: float) -> Field:
    """Fill from the horizon row (0) up to the top (1) with colours in between; below it repeats."""
    up = np.clip((horizon - np.arange(height, dtype=np.float32)) / horizon, 0, 1)
    at = [s[0] for s in stops]
    planes = [np.interp(up, at, [s[1][c] for s in stops]) for c in range(3)]
    return np.repeat(np.stack(planes).astype(np.float32)[:, :, None], width, axis=2)


def sunlight(
    canvas: Field, sun: tuple[float, float], colour: Field, *, spread: float, disc: float = 0.0
) -> None:
    """Add the sun's glow round a point, in place; `spread` and `disc` in pixels."""
    height, width = canvas.shape[1:]
    x, y = grid(height, width)
    distance = far(x - sun[0], (y - sun[1]) * 1.25)
    halo = np.exp(-distance / spread) + 0.5 * np.exp(-distance / (spread * 0.22))
    if disc:
        halo = halo + 18 * step(disc * 1.25, disc * 0.9, far(x - sun[0], y - sun[1]))
    canvas += halo * colour


@dataclass(frozen=True)
class Clouds:
    """One layer of cloud: how much of it, how large, and how it is lit."""

    seed: int
    cover: float
    scale: float = 1.0
    lit: tuple[float, float, float] = (1.0, 0.9, 0.8)
    shade: tuple[float, float, float] = (0.3, 0.3, 0.36)
    stretch: float = 1.0
    softness: float = 1.1
    opacity: float = 0.9
    warp: float = 0.05


def overcast(canvas: Field, clouds: Clouds, horizon: float, sun: tuple[float, float]) -> None:
    """Lay a plane of clouds over the sky above the horizon row, in place."""
    rows = int(horizon)
    width = canvas.shape[2]
    x, y = grid(rows, width)
    rise = (horizon - y) / width + 0.035
    v = clouds.scale * 0.16 / rise
    u = clouds.stretch * clouds.scale * 0.16 * ((x - width * 0.5) / width) / rise
    v = np.broadcast_to(v, u.shape)
    drift = sample(rough(256, 1.6, clouds.seed + 1), u * 0.7, v * 0.7) * clouds.warp
    tile = rough(1024, 1.75, clouds.seed)
    u = u + drift
    v = v + drift * 0.6
    thick = sample(tile, u, v)
    toward = np.float32(0.03)
    lean = (sun[0] - x) / width
    behind = sample(tile, u + lean * toward, v + toward * 0.8)
    fine = sample(rough(512, 1.2, clouds.seed + 2), u * 5, v * 5) * 0.16
    density = step(-clouds.softness, clouds.softness, thick + fine + (clouds.cover - 0.5) * 4)
    light = np.clip(0.55 + (thick - behind) * 0.9 + fine * 0.6, 0, 1.4)
    near = np.exp(-far(x - sun[0], y - sun[1]) / (0.45 * width))
    light = light * (0.55 + 1.25 * near) * (1.15 - 0.5 * density)
    colour = mix(rgb(*clouds.shade), rgb(*clouds.lit), light)
    fade = step(0.0, 0.06, (horizon - y) / width)
    cover = density * clouds.opacity * fade
    part = canvas[:, :rows]
    part += (colour - part) * cover
