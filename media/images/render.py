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

from media.images.decode import decode
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
) -> Iterator[Rendered]:
    """Yield the renditions of the file at `source`, which `probe` found to be `picture`.

    Smallest first. Every one of `widths` (ascending) below the picture's own width is made, and
    the first that covers it holds the picture at its own size; larger ones are absent, as nothing
    is ever enlarged. Raises InvalidError("damaged") if the file cannot be decoded to its end.
    """
    with unreadable():
        for name, image in cascade(decode(source, picture, widths[-1]), widths).items():
            yield from encode(image, name, formats)


@contextmanager
def unreadable() -> Iterator[None]:
    """Turn what the decoders raise into a refusal."""
    try:
        yield
    except (pyvips.Error, OSError, ValueError, RuntimeError, EOFError, SyntaxError) as error:
        raise damaged() from error


def cascade(
    largest: pyvips.Image, widths: Sequence[int] = RENDITION_WIDTHS
) -> dict[int, pyvips.Image]:
    """Return the picture for each name, smallest first, each made from the next larger one.

    The names are all of `widths` below the width of `largest`, and the first that covers it.
    """
    names = [name for name in widths if name < largest.width]
    covering = next(name for name in widths if name >= largest.width)
    pictures = {covering: largest}
    image = largest
    for name in reversed(names):
        image = pictures[name] = _narrower(image, largest, name)
    return dict(reversed(pictures.items()))


def _narrower(image: pyvips.Image, largest: pyvips.Image, width: int) -> pyvips.Image:
    height = max(1, round(largest.height * width / largest.width))
    image = image.thumbnail_image(width, height=height, size="force", no_rotate=True)
    return image.copy_memory()


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
