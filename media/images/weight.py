"""How much memory a picture takes while it is decoded, told from its header.

Most decoders stream, or shrink while they read: their memory does not grow with the picture. The
others hold all of it; what they were seen to take, in bytes for each pixel, is written here.
"""

from typing import BinaryIO

from PIL import Image

_STREAMED = 0.0
_COEFFICIENT = 2.3
"""A progressive JPEG is held as coefficients of two bytes, and a little."""
_INTERLACED = 1.2
_AVIF, _AVIF_ALPHA = 9.0, 20.0
_HEIF, _HEIF_DEEP, _HEIF_FULL = 5.0, 8.5, 10.0


def bytes_per_pixel(image: Image.Image, name: str, file: BinaryIO) -> float:
    """Return the memory that decoding takes for each pixel of `image`, opened from `file`."""
    match name:
        case "JPEG":
            return _jpeg(image)
        case "PNG":
            return _png(image, file)
        case "AVIF":
            return _AVIF_ALPHA if image.mode.endswith("A") else _AVIF
        case "HEIF":
            return _heif(image)
        case _:
            return _STREAMED


def _jpeg(image: Image.Image) -> float:
    """Count the samples of a pixel's components: colours may have fewer than brightness."""
    if "progressive" not in image.info:
        return _STREAMED
    samples: list[int] = [across * down for _, across, down, _ in getattr(image, "layer", ())]
    return _COEFFICIENT * sum(samples) / max(samples, default=1)


def _png(image: Image.Image, file: BinaryIO) -> float:
    """Read depth and kind of colour from the header (PNG, third edition, 11.2.1)."""
    if not image.info.get("interlace"):
        return _STREAMED
    file.seek(24)
    depth, colour = file.read(2)
    channels = {0: 1, 2: 3, 3: 4, 4: 2}.get(colour, 4)
    return _INTERLACED * channels * max(depth, 8) / 8


def _heif(image: Image.Image) -> float:
    if image.info.get("chroma", 420) != 420 or image.mode != "RGB":  # noqa: PLR2004 - its name, 4:2:0
        return _HEIF_FULL
    return _HEIF_DEEP if image.info.get("bit_depth", 8) > 8 else _HEIF  # noqa: PLR2004 - bits
