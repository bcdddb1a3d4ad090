"""Level water: it mirrors what stands above it, broken up by ripples."""

from dataclasses import dataclass

import numpy as np

from app.cli.demo.pictures.noise import Field, grid, mix, rgb, rough, sample


@dataclass(frozen=True)
class Surface:
    """How a stretch of water looks: its swell, what it keeps of the light, its own depth colour."""

    seed: int
    swell: float = 0.5
    long: float = 1.0
    keep: tuple[float, float, float] = (0.72, 0.78, 0.82)
    deep: tuple[float, float, float] = (0.01, 0.02, 0.03)
    scale: float = 1.0


def reflect(canvas: Field, shore: float, water: Surface) -> None:
    """Fill the picture below the shore row with the mirror of what is above, in place."""
    top = int(shore)
    height, width = canvas.shape[1] - top, canvas.shape[2]
    x, y = grid(height, width)
    depth = (y + 4) / width
    v = water.scale * 0.11 / depth
    u = water.scale * 0.22 * ((x - width / 2) / width) / depth
    v = np.broadcast_to(v, u.shape)
    wave = sample(rough(512, 1.1, water.seed), u, v * 1.2)
    wave = wave * 0.65 + sample(rough(512, 0.9, water.seed + 1), u * 5.3, v * 6.1) * 0.35
    calm = sample(rough(256, 2.0, water.seed + 2), u * 0.21, v * 0.4)
    wave = wave * np.clip(0.75 + 0.45 * calm, 0.15, 1.6)
    push = wave * water.swell * (6 + depth * width * 0.16)
    back = y * water.long + np.abs(push)
    back = (top - 1) - np.abs((top - 1) - back)
    rows = np.clip(top - 1 - back, 0, top - 1).astype(np.intp)
    columns = np.clip(x + push * 0.28, 0, width - 1).astype(np.intp)
    flat = canvas.reshape(3, -1)
    mirrored = flat.take(rows * width + columns, axis=1)
    steep = np.clip(depth * 0.8 + np.clip(-wave, 0, 2) * 0.16 * water.swell, 0, 0.75)
    canvas[:, top:] = mix(mirrored * rgb(*water.keep), rgb(*water.deep), steep)
