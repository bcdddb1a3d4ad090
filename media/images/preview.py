"""A picture's preview for the page itself: a WebP of under 100 bytes, shown blurred and large."""

import pyvips

MOST_BYTES = 99

_TRIES = ((16, 50), (16, 30), (16, 15), (12, 15), (8, 15), (4, 15), (2, 15))
"""Pixels on the longer side, and WebP quality; the best first. Nearly all pictures take a third."""


def preview(image: pyvips.Image) -> bytes:
    """Return the best preview of `image` (8-bit sRGB) that fits."""
    tries = (_small(image, side, quality) for side, quality in _TRIES)
    return next(data for data in tries if len(data) <= MOST_BYTES)


def _small(image: pyvips.Image, side: int, quality: int) -> bytes:
    """Return `image` in the shape it has, `side` long and at least a pixel wide."""
    longer = max(image.width, image.height)
    width, height = (max(1, round(edge * side / longer)) for edge in (image.width, image.height))
    image = image.thumbnail_image(width, height=height, size="force")
    data: bytes = image.webpsave_buffer(Q=quality, effort=6, keep="none")
    return data
