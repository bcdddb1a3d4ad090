"""Renditions: the pictures that people see, made from an original.

A file is decoded once, and the smaller renditions are made from the larger ones in memory. Nothing
is written but pixels.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyvips

from media.images.decode import decode, in_memory
from media.images.made import Rendered
from media.images.probe import Picture
from media.images.refusals import damaged
from media.limits import RENDITION_WIDTHS, RenditionFormat

QUALITY = 80
EFFORT = 2
"""Of 0 to 6: 0.43 times the time of 4, the library's own choice, for 3 % more bytes."""
AVIF_QUALITY = 65
AVIF_EFFORT = 0
"""The encoder's speed 9."""
_JPEG_QUALITY = 88


def render(
    source: Path,
    picture: Picture,
    widths: Sequence[int] = RENDITION_WIDTHS,
    formats: Sequence[RenditionFormat] = (RenditionFormat.WEBP,),
) -> list[Rendered]:
    """Return the renditions of the file at `source`, which `probe` found to be `picture`.

    Smallest first. Every one of `widths` (ascending) below the picture's own width is made, and
    the first that covers it holds the picture at its own size; larger ones are absent, as nothing
    is ever enlarged. Raises InvalidError("damaged") if the file cannot be decoded to its end.
    """
    with unreadable():
        made: list[Rendered] = []
        for name, image in cascade(decode(source, picture, widths[-1]), widths):
            made = [*encode(image, name, formats), *made]
        return made


@contextmanager
def unreadable() -> Iterator[None]:
    """Turn what the decoders raise into a refusal."""
    try:
        yield
    except (pyvips.Error, OSError, ValueError, RuntimeError, EOFError, SyntaxError) as error:
        raise damaged() from error


def cascade(
    image: pyvips.Image, widths: Sequence[int] = RENDITION_WIDTHS
) -> Iterator[tuple[int, pyvips.Image]]:
    """Yield the picture for each name, largest first, each made from the one before.

    The names are all of `widths` below the width of `image`, and the first that covers it. No more
    than two are in memory at a time, as long as the caller keeps none.
    """
    width, height = image.width, image.height
    names = [name for name in widths if name < width]
    yield next(name for name in widths if name >= width), image
    for name in reversed(names):
        down = max(1, round(height * name / width))
        image = in_memory(image.thumbnail_image(name, height=down, size="force", no_rotate=True))
        yield name, image


def encode(
    image: pyvips.Image, name: int, formats: Sequence[RenditionFormat]
) -> Iterator[Rendered]:
    """Yield `image` in each of `formats`, without any metadata."""
    for form in formats:
        if form is RenditionFormat.AVIF:
            data = image.heifsave_buffer(
                Q=AVIF_QUALITY, effort=AVIF_EFFORT, compression="av1", bitdepth=8, keep="none"
            )
        else:
            data = image.webpsave_buffer(Q=QUALITY, effort=EFFORT, keep="none")
        yield Rendered(name, image.width, image.height, data, form)


def encode_jpeg(pixels: np.ndarray[Any, np.dtype[np.uint8]], quality: int = _JPEG_QUALITY) -> bytes:
    """Return `pixels` (height x width x 3, sRGB) as a JPEG without any metadata."""
    data: bytes = pyvips.Image.new_from_array(pixels).jpegsave_buffer(Q=quality, keep="none")
    return data
