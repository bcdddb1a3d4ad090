"""Whether two pictures show the same: 64-bit perceptual hashes, of the whole and of inner parts.

A hash is the signs of the lowest frequencies of a picture's brightness (a discrete cosine
transform) about their median, so that it outlives other sizes, compression and brightness: Zauner,
"Implementation and Benchmarking of Perceptual Image Hash Functions" (2010), 3.2.1. It does not
outlive a crop; therefore the inner parts of a picture, without a little of its borders, have
hashes of their own, which the whole of the other is compared with.
"""

from collections.abc import Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np

LIKE = 8
"""Pictures of at most this distance are shown to an organiser as alike; see docs/benchmarks.md."""

_BITS = 64
_SIDE = 8
_GRID = 32
_TRIMS = (0.0, 0.04, 0.08)
"""What an inner part lacks at each border, as a share of the side."""
_PARTS = tuple(product(_TRIMS, repeat=2))
_FLAT = 4.0
"""The least spread of brightness, in steps of 255, in which there is anything to compare."""

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
Numbers = np.ndarray[Any, np.dtype[np.float64]]
Words = np.ndarray[Any, np.dtype[np.uint64]]


def fingerprint(pixels: Pixels) -> bytes | None:
    """Return the hashes of `pixels` (height x width x 3, sRGB), the whole first; None if plain.

    8 bytes each, of 81 parts. Small pixels do: 100 on a side say as much as 10,000.
    """
    grey = pixels.astype(np.float64) @ np.array([0.299, 0.587, 0.114])
    if grey.std() < _FLAT:
        return None
    height, width = grey.shape
    frequencies = _frequencies(height) @ grey @ _frequencies(width).T
    blocks = frequencies.reshape(len(_PARTS), _SIDE, len(_PARTS), _SIDE).swapaxes(1, 2)
    flat = blocks.reshape(-1, _BITS)
    bits = flat > np.median(flat, axis=1, keepdims=True)
    return np.packbits(bits, axis=1).tobytes()


def distance(one: bytes, other: bytes) -> int:
    """Return how many of 64 bits differ where the two fingerprints agree best."""
    return int(distances(one, [other])[0])


def distances(needle: bytes, haystack: Sequence[bytes]) -> list[int]:
    """Return `distance` to each of many at once: some 10,000 in a tenth of a second."""
    if not haystack:
        return []
    ours = np.frombuffer(needle, np.uint64)
    theirs = np.frombuffer(b"".join(haystack), np.uint64).reshape(len(haystack), -1)
    found: list[int] = np.minimum(
        np.bitwise_count(theirs ^ ours[0]).min(axis=1),
        np.bitwise_count(theirs[:, :1] ^ ours).min(axis=1),
    ).tolist()
    return found


def nearest(needle: bytes, haystack: Sequence[bytes]) -> list[tuple[int, int]]:
    """Return place in `haystack` and distance of all that are alike, the nearest first."""
    found = [(at, far) for at, far in enumerate(distances(needle, haystack)) if far <= LIKE]
    return sorted(found, key=lambda place: place[1])


def _frequencies(length: int) -> Numbers:
    """Return what turns a line of `length` pixels into 8 frequencies of each of its parts.

    Each part is first averaged into 32 cells, then transformed (DCT-II); rows are parts times
    frequencies. The mean (frequency 0) is left out: it says only how bright a picture is.
    """
    cells = np.arange(_GRID)
    cosine = np.cos(np.pi * np.outer(np.arange(1, _SIDE + 1), cells + 0.5) / _GRID)
    return np.concatenate([cosine @ _average(length, first, 1.0 - last) for first, last in _PARTS])


def _average(length: int, start: float, end: float) -> Numbers:
    """Return the weights (32 x length) that average the pixels between two shares into cells."""
    edges = np.linspace(start, end, _GRID + 1) * length
    pixels = np.arange(length)
    rows = [
        np.clip(np.minimum(high, pixels + 1) - np.maximum(low, pixels), 0.0, None) / (high - low)
        for low, high in pairwise(edges)
    ]
    return np.array(rows)
