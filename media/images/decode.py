"""From a file to pixels: 8-bit sRGB, upright, on white, no larger than the largest rendition.

Each decoder shrinks while it reads where it can, so that a hundred megapixels seldom stand in
memory. Colours are converted after that, and only where a profile says that they are not sRGB.
"""

import math
from contextlib import suppress
from pathlib import Path

import pillow_heif
import pyvips
from PIL import AvifImagePlugin, Image

from media.images.probe import Picture
from media.images.refusals import damaged

WEBP_SIDE = 16383
"""The most pixels on a side that WebP can hold."""
MOST_PIXELS = 10_000_000
"""The largest rendition's: a photograph of 2:3 has them upright; what is taller is fitted in."""

_WHITE = [255]
_DISPLAY_P3 = 12
"""The Display P3 primaries in ISO/IEC 23091-2, for a HEIC that has a number and no profile."""
_JPEG_SHRINKS = (8, 4, 2)
_READING = {"access": "sequential", "fail_on": "truncated"}
_LOADERS = {"PNG": "pngload", "TIFF": "tiffload"}
_PROFILE = "icc-profile-data"
_PLAIN = {"srgb", "b-w", "multiband"}

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
_FIRST_SIDEWAYS = 5

AvifImagePlugin.DEFAULT_MAX_THREADS = 1
pyvips.cache_set_max(0)
pyvips.concurrency_set(1)
# One list of decoders for all libraries: what the gate does not name, libvips must not open.
pyvips.operation_block_set("VipsForeignLoad", True)  # noqa: FBT003 - the library's own signature
for _loader in ("Jpeg", "Png", "Webp", "Tiff"):
    pyvips.operation_block_set(f"VipsForeignLoad{_loader}", False)  # noqa: FBT003 - as above


def decode(source: Path, picture: Picture, width: int) -> pyvips.Image:
    """Return the picture at `source`, at most `width` wide, in plain memory.

    Raises what the decoders raise (see `render.unreadable`), InvalidError("damaged") if it has
    another size than its header says.
    """
    stored = (picture.width, picture.height)
    size = fit(*stored, width)
    if picture.orientation >= _FIRST_SIDEWAYS:
        stored, size = stored[::-1], size[::-1]
    image = in_memory(_to_srgb(_load(source, picture, stored, size), size))
    return image if picture.orientation == 1 else in_memory(_upright(image, picture.orientation))


def fit(width: int, height: int, widest: int) -> tuple[int, int]:
    """Return the size of the largest rendition of a picture of `width` x `height` pixels."""
    scale = min(1.0, widest / width, WEBP_SIDE / height, math.sqrt(MOST_PIXELS / (width * height)))
    return max(1, round(width * scale)), max(1, round(height * scale))


def in_memory(image: pyvips.Image) -> pyvips.Image:
    """Return `image` computed, without what libvips carries along: tags, profiles, and its source.

    A copy made by libvips would keep the memory of all that it was made from.
    """
    pixels = image.write_to_memory()
    image = pyvips.Image.new_from_memory(pixels, image.width, image.height, 3, "uchar")
    return image.copy(interpretation="srgb")


def _load(
    source: Path, picture: Picture, stored: tuple[int, int], size: tuple[int, int]
) -> pyvips.Image:
    """Open `source`, `stored` pixels large, shrunk as far as its decoder can above `size`."""
    match picture.format:
        case "JPEG":
            by = next((by for by in _JPEG_SHRINKS if _covers(stored, by, size)), 1)
            image = pyvips.Image.jpegload(str(source), shrink=by, **_READING)
            stored = stored[0] // by, stored[1] // by
        case "WEBP":
            scale = size[0] / stored[0]
            image = pyvips.Image.webpload(str(source), scale=scale, **_READING)
            stored = image.width, image.height
        case "HEIF":
            image = _load_heif(source)
        case "AVIF":
            image = _load_avif(source, stored, size)
            stored = image.width, image.height
        case other:
            image = getattr(pyvips.Image, _LOADERS[other])(str(source), **_READING)
    if (image.width, image.height) != stored:
        raise damaged()
    return image


def _covers(stored: tuple[int, int], by: int, size: tuple[int, int]) -> bool:
    return stored[0] >= by * size[0] and stored[1] >= by * size[1]


def _load_heif(source: Path) -> pyvips.Image:
    """Decode a HEIC with libheif, since the libvips wheel ships no decoder for it."""
    heif = pillow_heif.open_heif(source, convert_hdr_to_8bit=True)
    image = pyvips.Image.new_from_memory(heif.data, *heif.size, len(heif.mode), "uchar")
    image = image.copy(interpretation="srgb" if heif.mode.startswith("RGB") else "b-w")
    profile = heif.info.get("icc_profile")
    if profile:
        return _with_profile(image, profile)
    if heif.info.get("nclx_profile", {}).get("color_primaries") == _DISPLAY_P3:
        return image.icc_transform("srgb", input_profile="p3")
    return image


def _load_avif(source: Path, stored: tuple[int, int], size: tuple[int, int]) -> pyvips.Image:
    """Decode an AVIF with Pillow, which takes half the memory and time of libvips for it."""
    with Image.open(source, formats=["AVIF"]) as avif:
        profile = avif.info.get("icc_profile")
        by = min(stored[0] // size[0], stored[1] // size[1])
        # What is transparent would bleed into its neighbours.
        pixels = avif.reduce(by) if by > 1 and avif.mode == "RGB" else avif
        image = pyvips.Image.new_from_array(pixels, interpretation="srgb")
    return _with_profile(image, profile) if profile else image


def _with_profile(image: pyvips.Image, profile: bytes) -> pyvips.Image:
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, _PROFILE, profile)
    return image


def _to_srgb(image: pyvips.Image, size: tuple[int, int]) -> pyvips.Image:
    """Return `image` at exactly `size`, which is never larger, in 8-bit sRGB on white."""
    plain = image.format == "uchar" and image.interpretation in _PLAIN
    # From many bits or inks the way is to sRGB at once, before something is lost.
    colours = {} if plain else {"output_profile": "srgb"}
    image = image.thumbnail_image(size[0], height=size[1], size="force", no_rotate=True, **colours)
    if image.hasalpha():
        image = image.flatten(background=_WHITE)
    if plain and image.get_typeof(_PROFILE):
        # One that is broken, or meant for other colours, is passed over.
        with suppress(pyvips.Error):
            image = image.icc_transform("srgb", embedded=True)
    return image.colourspace("srgb")[:3]


def _upright(image: pyvips.Image, orientation: int) -> pyvips.Image:
    turn, flip = _TURNS[orientation]
    image = image.rot(turn)
    return image.flip(flip) if flip else image
