"""Periodic noise and the few curves every scene is shaped with: nature is rough at every scale."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]


def step(low: float, high: float, value: Field) -> Field:
    """Rise smoothly from 0 at `low` to 1 at `high`; low > high falls instead."""
    t: Field = np.clip((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def mix(first: Field, second: Field, share: Field | float) -> Field:
    """Blend two fields; `share` is how much of the second."""
    return first + (second - first) * share


def rgb(*channels: float) -> Field:
    """Write a linear-light colour as three planes of one pixel, to spread over a picture."""
    return np.asarray(channels, dtype=np.float32).reshape(3, 1, 1)


def far(x: Field, y: Field) -> Field:
    """Measure the length of (x, y); several times faster than np.hypot, which guards overflow."""
    return np.sqrt(x * x + y * y)


@lru_cache(maxsize=24)
def rough(size: int, slope: float, seed: int) -> Field:
    """Make a periodic square of noise whose amplitude falls as frequency**-slope (std 1)."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft2(rng.standard_normal((size, size), dtype=np.float32))
    fy = np.fft.fftfreq(size)[:, None] * size
    fx = np.fft.rfftfreq(size)[None, :] * size
    radius = np.hypot(fy, fx).astype(np.float32)
    radius[0, 0] = 1.0
    gain = radius**-slope
    gain[0, 0] = 0.0
    field = np.fft.irfft2(spectrum * gain, s=(size, size)).astype(np.float32)
    field /= field.std()
    field.flags.writeable = False
    return field


def sample(tile: Field, u: Field, v: Field) -> Field:
    """Read a periodic tile (side a power of two) at real coordinates in tiles, bilinearly."""
    size = tile.shape[0]
    mask = size - 1
    x0: Field = np.floor(u * size)
    y0: Field = np.floor(v * size)
    x = u * size - x0
    y = v * size - y0
    xi = x0.astype(np.intp) & mask
    yi = (y0.astype(np.intp) & mask) * size
    xj = (xi + 1) & mask
    yj = (yi + size) & (size * size - 1)
    flat = tile.ravel()
    top = flat.take(yi + xi, mode="clip")
    top = top + (flat.take(yi + xj, mode="clip") - top) * x
    low = flat.take(yj + xi, mode="clip")
    low = low + (flat.take(yj + xj, mode="clip") - low) * x
    between: Field = top + (low - top) * y
    return between


def grid(height: int, width: int) -> tuple[Field, Field]:
    """Give column x (1, width) and row y (height, 1) coordinates in pixels."""
    x = np.arange(width, dtype=np.float32)[None, :]
    y = np.arange(height, dtype=np.float32)[:, None]
    return x, y


def blur(image: Field, radius: float) -> Field:
    """Soften planes by a gaussian of `radius` pixels; edges repeat."""
    reach = max(1, int(radius * 2.5))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / radius) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    for axis in (-1, -2):
        pad = [(0, 0)] * image.ndim
        pad[axis] = (reach, reach)
        wide = np.moveaxis(np.pad(image, pad, mode="edge"), axis, 0)
        length = image.shape[axis]
        out = np.zeros_like(image)
        target = np.moveaxis(out, axis, 0)
        for offset, tap in enumerate(taps):
            target += wide[offset : offset + length] * tap
        image = out
    return image


def shrink(image: Field, by: int) -> Field:
    """Average blocks of `by` pixels; a remainder at the far edges is cut off."""
    height, width = image.shape[-2] // by * by, image.shape[-1] // by * by
    cut = image[..., :height, :width]
    shape = (*image.shape[:-2], height // by, by, width // by, by)
    mean: Field = cut.reshape(shape).mean(axis=(-3, -1), dtype=np.float32)
    return mean


def stretch(image: Field, height: int, width: int) -> Field:
    """Enlarge planes to height x width, bilinearly."""
    for axis, length in ((-2, height), (-1, width)):
        old = image.shape[axis]
        at = (np.arange(length, dtype=np.float32) + 0.5) * (old / length) - 0.5
        at = np.clip(at, 0, old - 1).astype(np.float32)
        low = np.minimum(at.astype(np.intp), max(old - 2, 0))
        share = at - low.astype(np.float32)
        share = share[:, None] if axis == -2 else share
        first = image.take(low, axis=axis)
        image = first + (image.take(np.minimum(low + 1, old - 1), axis=axis) - first) * share
    return image


def soft(image: Field, radius: float) -> Field:
    """Blur widely at the cost of a small picture: shrink, blur, enlarge."""
    by = max(1, int(radius / 2))
    if by == 1:
        return blur(image, radius)
    return stretch(blur(shrink(image, by), radius / by), *image.shape[-2:])
