"""Renditions: the pictures that people see, made from an original by libvips.

A file is decoded once, straight to the largest rendition it needs (shrinking while it loads, so
that a hundred megapixels seldom stand in memory), and the smaller ones are made from that. What
comes out is upright, sRGB, on white where it was transparent, and carries nothing of the original
but its pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pyvips

from media.images.probe import Picture
from media.images.refusals import damaged
from media.limits import RENDITION_WIDTHS, RenditionFormat

QUALITY = 80
EFFORT = 2
WEBP_SIDE = 16383
"""The most pixels on a side that WebP can hold; a picture taller than that is fitted by height."""

_UNBOUND = 10_000_000
_WHITE = [255, 255, 255]
_DISPLAY_P3 = 12
"""The Display P3 primaries in ISO/IEC 23091-2, for a HEIC that has a number and no profile."""

_TURNS: dict[int, tuple[str, str | None]] = {
    1: ("d0", None),
    2: ("d0", "horizontal"),
    3: ("d180", None),
    4: ("d0", "vertical"),
    5: ("d90", "horizontal"),
    6: ("d90", None),
    7: ("d270", "horizontal"),
    8: ("d270", None),
}
"""EXIF orientation → the turn clockwise and then the flip that set a picture upright."""

pyvips.cache_set_max(0)
pyvips.concurrency_set(1)
# One list of decoders for both libraries: what the gate does not name, libvips must not open.
pyvips.operation_block_set("VipsForeignLoad", True)  # noqa: FBT003 - the library's own signature
for _loader in ("Jpeg", "Png", "Webp", "Tiff", "Heif"):
    pyvips.operation_block_set(f"VipsForeignLoad{_loader}", False)  # noqa: FBT003 - as above


@dataclass(frozen=True)
class Rendered:
    """One rendition: the width it is named after, its true size in pixels, its bytes."""

    width_name: int
    width: int
    height: int
    data: bytes
    format: RenditionFormat = RenditionFormat.WEBP


def render(
    source: Path, picture: Picture, widths: Sequence[int] = RENDITION_WIDTHS
) -> Iterator[Rendered]:
    """Yield the renditions of the file at `source`, which `probe` found to be `picture`.

    Smallest first. Every one of `widths` (ascending) below the picture's own width is made, and
    the first that covers it holds the picture at its own size; larger ones are absent, as nothing
    is ever enlarged. Raises InvalidError("damaged") if the file cannot be decoded to its end.
    """
    needed = _needed(picture.width, widths)
    try:
        largest = _largest(source, picture, needed[-1])
        for name in needed:
            yield _encode(_fit(largest, name), name)
    except (pyvips.Error, OSError, ValueError, RuntimeError, EOFError, SyntaxError) as error:
        raise damaged() from error


def encode_jpeg(pixels: np.ndarray[Any, np.dtype[np.uint8]], quality: int = 88) -> bytes:
    """Return `pixels` (height x width x 3, sRGB) as a JPEG without any metadata."""
    data: bytes = pyvips.Image.new_from_array(pixels).jpegsave_buffer(Q=quality, keep="none")
    return data


def _needed(width: int, widths: Sequence[int]) -> list[int]:
    """Return the names for a picture `width` wide: all below it and the first to cover it."""
    below = [name for name in widths if name < width]
    return below + [name for name in widths if name >= width][:1]


def _largest(source: Path, picture: Picture, name: int) -> pyvips.Image:
    """Decode `source` to the size of its largest rendition; 8-bit sRGB, upright, in memory."""
    turn, flip = _TURNS[picture.orientation]
    across = turn in {"d90", "d270"}
    options = {
        "height": name if across else WEBP_SIDE,
        "size": "down",
        "no_rotate": True,
        "output_profile": "srgb",
    }
    width = WEBP_SIDE if across else name
    if picture.format == "HEIF":
        image = _decode_heif(source, width, options)
    elif picture.format == "AVIF":
        # Named, because libvips does not recognise the sequences among them by itself.
        image = pyvips.Image.heifload(str(source), fail_on="truncated")
        image = image.thumbnail_image(width, **options)
    else:
        image = pyvips.Image.thumbnail(str(source), width, fail_on="truncated", **options)
    if image.hasalpha():
        image = image.flatten(background=_WHITE)
    image = image.colourspace("srgb")[:3]
    # Through plain memory: decoders deliver rows from the top only, which a turn cannot live with,
    # and whatever tags and profiles libvips carries along end here.
    pixels = image.write_to_memory()
    image = pyvips.Image.new_from_memory(pixels, image.width, image.height, 3, "uchar")
    image = image.copy(interpretation="srgb").rot(turn)
    if flip:
        image = image.flip(flip)
    return image.copy_memory()


def _decode_heif(source: Path, width: int, options: dict[str, Any]) -> pyvips.Image:
    """Decode a HEIC with libheif, since the libvips wheel ships no decoder for it."""
    heif = pillow_heif.open_heif(source, convert_hdr_to_8bit=True)
    data = heif.data
    image = pyvips.Image.new_from_memory(data, *heif.size, len(heif.mode), "uchar")
    image = image.copy(interpretation="srgb" if heif.mode.startswith("RGB") else "b-w")
    profile = heif.info.get("icc_profile")
    if profile:
        image.set_type(pyvips.GValue.blob_type, "icc-profile-data", profile)
    elif heif.info.get("nclx_profile", {}).get("color_primaries") == _DISPLAY_P3:
        options = {**options, "input_profile": "p3"}
    return image.thumbnail_image(width, **options)


def _fit(image: pyvips.Image, width: int) -> pyvips.Image:
    return image.thumbnail_image(width, height=_UNBOUND, size="down", no_rotate=True)


def _encode(image: pyvips.Image, name: int) -> Rendered:
    data = image.webpsave_buffer(Q=QUALITY, effort=EFFORT, keep="none")
    return Rendered(name, image.width, image.height, data)
