"""From linear light to a print: glow, vignette, film curve and grain."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.cli.demo.pictures.noise import Field, blur, grid, rgb, shrink, stretch

Pixels = NDArray[np.uint8]

_STEPS = 4096
_CEILING = 8.0


@lru_cache(maxsize=8)
def _curve(contrast: float) -> Field:
    """Tabulate a filmic tone curve (Narkowicz 2015) with the display's gamma over sqrt(light)."""
    light = (np.arange(_STEPS) / (_STEPS - 1)) ** 2 * _CEILING
    toned = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
    shown = np.clip(toned, 0, 1) ** (1 / 2.2)
    curved = shown + contrast * np.sin(2 * np.pi * (shown - 0.5)) / (2 * np.pi)
    return (curved * 255).astype(np.float32)


@lru_cache(maxsize=2)
def _grain(seed: int) -> Field:
    rng = np.random.default_rng(seed)
    return blur(rng.standard_normal((640, 640), dtype=np.float32), 0.7) * 2.0


def _tiled(tile: Field, height: int, width: int) -> Field:
    rows, columns = -(-height // tile.shape[0]), -(-width // tile.shape[1])
    return np.tile(tile, (rows, columns))[:height, :width]


def develop(
    light: Field,
    *,
    exposure: float = 1.0,
    glow: float = 0.12,
    vignette: float = 0.45,
    grain: float = 3.0,
    contrast: float = 0.25,
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Pixels:
    """Print linear light (three planes) as 8-bit sRGB pixels, height x width x 3."""
    height, width = light.shape[1:]
    small = np.minimum(shrink(light, 8), 12.0)
    halo = blur(small, 3.0) * 0.6 + stretch(blur(shrink(small, 4), 4.0), *small.shape[1:]) * 0.4
    light = light * (1 - glow) + stretch(halo, height, width) * glow
    x, y = grid(height, width)
    radius = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2) * 2.0
    light = light * (exposure * (1 - vignette * radius))
    light = light * rgb(*tint)
    index: NDArray[Any] = np.sqrt(np.clip(light / _CEILING, 0.0, 1.0)) * (_STEPS - 1)
    shown = _curve(contrast).take(index.astype(np.intp))
    luma = shown[1] * (1 / 255)
    strength = grain * (0.55 + 1.8 * luma * (1 - luma))
    shown = shown + _tiled(_grain(7), height, width) * strength
    printed = np.clip(shown + 0.5, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.moveaxis(printed, 0, -1))


def show(light: Field, *, grain: float = 1.2) -> Pixels:
    """Encode linear light as sRGB without the film's curve, as a screen shows it."""
    height, width = light.shape[1:]
    shown = np.clip(light, 0, 1) ** np.float32(1 / 2.2) * 255
    shown = shown + _tiled(_grain(7), height, width) * grain
    return np.ascontiguousarray(np.moveaxis(np.clip(shown + 0.5, 0, 255).astype(np.uint8), 0, -1))
