"""The header of a WebP, read by hand: Pillow's reader asks for memory for two whole pictures."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from media.images.refusals import damaged

_MOST_CHUNKS = 4096
_MOST_EXIF = 1024 * 1024
_LOSSY, _LOSSLESS, _ANIMATED = 0.0, 5.0, 16.0
"""Memory for each pixel: the decoder of lossy pictures shrinks while it reads."""
_WEIGHTS = {b"VP8 ": _LOSSY, b"VP8L": _LOSSLESS, b"ANMF": _ANIMATED}
_START_CODE = b"\x9d\x01\x2a"
_LOSSLESS_MARK = 0x2F
_SIDE = (1 << 14) - 1


@dataclass(frozen=True)
class WebP:
    """What the header of a WebP says; `weight` is bytes of memory for each pixel to decode."""

    width: int
    height: int
    frames: int
    has_icc: bool
    exif: bytes
    weight: float


def read_webp(file: BinaryIO) -> WebP:
    """Read the chunks of a WebP (RFC 9649, 2.7); raise InvalidError("damaged") for none of them."""
    chunks = list(_chunks(file))
    names = [name for name, _, _ in chunks]
    pixels = next((name for name in names if name in _WEIGHTS), b"")
    if not chunks or not pixels:
        raise damaged()
    first, at, _ = chunks[0]
    file.seek(at)
    width, height = _size(first, file.read(10))
    exif = next((part for part in chunks if part[0] == b"EXIF"), (b"", 0, 0))
    file.seek(exif[1])
    return WebP(
        width=width,
        height=height,
        frames=max(1, names.count(b"ANMF")),
        has_icc=b"ICCP" in names,
        exif=file.read(min(exif[2], _MOST_EXIF)),
        weight=_WEIGHTS[pixels],
    )


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, place and length of the chunks; whatever may be behind the last is no picture."""
    end, at = _end(file), 12
    for _ in range(_MOST_CHUNKS):
        if at + 8 > end:
            return
        file.seek(at)
        name, size = struct.unpack("<4sI", file.read(8))
        if at + 8 + size > end:
            raise damaged()
        yield name, at + 8, size
        at += 8 + size + size % 2


def _end(file: BinaryIO) -> int:
    """Return where the picture says that it ends, which must not be behind the end of the file."""
    file.seek(4)
    end: int = 8 + struct.unpack("<I", file.read(4))[0]
    if end > file.seek(0, 2):
        raise damaged()
    return end


def _size(name: bytes, data: bytes) -> tuple[int, int]:
    """Return width and height from the start of the first chunk."""
    if len(data) < 10:  # noqa: PLR2004 - as much as the largest of them needs
        raise damaged()
    if name == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    if name == b"VP8L" and data[0] == _LOSSLESS_MARK:
        bits = int.from_bytes(data[1:5], "little")
        return (bits & _SIDE) + 1, (bits >> 14 & _SIDE) + 1
    if name == b"VP8 " and data[3:6] == _START_CODE:
        width, height = struct.unpack("<HH", data[6:10])
        return width & _SIDE, height & _SIDE
    raise damaged()
