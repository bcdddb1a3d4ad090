"""Whether a film is whole, told from its outermost structure.

Only the headers of boxes are read, at their places: a film of half a gigabyte costs some kilobytes.
What lies within is for the browser that plays it; we never decode it.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from media.images.refusals import damaged_video

_MOST_BOXES = 4096
"""More than recorders write, one per second of a film in fragments; a crafted file has no end."""

_BOX = 8
_LARGE_BOX = 16
_NAME = re.compile(rb"[ -~]{4}")

_EBML = 0x1A45DFA3
_DOC_TYPE = 0x4282
_VOID = 0xEC
_SEGMENT = 0x18538067
_TRACKS = 0x1654AE6B
_CLUSTER = 0x1F43B675
_MOST_HEADER = 4096


def check_mp4(file: BinaryIO, size: int) -> None:
    """Raise InvalidError("damaged") unless `file` is a row of boxes that ends with it.

    Among them the index (`moov`) and the sound and pictures (`mdat`). ISO/IEC 14496-12, 4.2.
    """
    if not {b"ftyp", b"moov", b"mdat"} <= set(_boxes(file, size)):
        raise damaged_video()


def _boxes(file: BinaryIO, size: int) -> Iterator[bytes]:
    at = 0
    for _ in range(_MOST_BOXES):
        if at == size:
            return
        length, name = _box(file, at, size)
        yield name
        at += length
        if at > size:
            break
    raise damaged_video()


def _box(file: BinaryIO, at: int, size: int) -> tuple[int, bytes]:
    """Return length, in bytes with its header, and name of the box at `at`."""
    file.seek(at)
    head = file.read(_LARGE_BOX)
    length, name = int.from_bytes(head[:4]), head[4:_BOX]
    least = _BOX
    if length == 1:
        length, least = int.from_bytes(head[_BOX:]), _LARGE_BOX
    elif length == 0:
        length = size - at
    if len(head) < least or length < least or not _NAME.fullmatch(name):
        raise damaged_video()
    return length, name


def check_webm(file: BinaryIO, size: int) -> bool:
    """Tell whether a Matroska `file` is a WebM; raise InvalidError("damaged") if it is not whole.

    Whole means a segment within the file that has tracks before its first cluster. RFC 8794 and
    RFC 9559; recorders leave the length of a segment open.
    """
    name, start, end = _element(file, 0, size)
    if name != _EBML or end - start > _MOST_HEADER:
        raise damaged_video()
    if not _is_webm(file, start, end):
        return False
    parts = [part for part in _elements(file, end, size) if part[0] != _VOID]
    if [name for name, _, _ in parts] != [_SEGMENT]:
        raise damaged_video()
    names = _until_cluster(file, *parts[0][1:])
    if names[-1:] != [_CLUSTER] or _TRACKS not in names:
        raise damaged_video()
    return True


def _is_webm(file: BinaryIO, start: int, end: int) -> bool:
    for name, data, past in _elements(file, start, end):
        if name == _DOC_TYPE:
            file.seek(data)
            return file.read(past - data).rstrip(b"\0") == b"webm"
    return False


def _until_cluster(file: BinaryIO, start: int, end: int) -> list[int]:
    """Return the names of a segment's elements up to and with its first cluster."""
    names = []
    for name, _, _ in _elements(file, start, end):
        names.append(name)
        if name == _CLUSTER:
            break
    return names


def _elements(file: BinaryIO, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield name, start and end of the data of each element between two places."""
    at = start
    for _ in range(_MOST_BOXES):
        if at == end:
            return
        name, data, at = _element(file, at, end)
        yield name, data, at
    raise damaged_video()


def _element(file: BinaryIO, at: int, end: int) -> tuple[int, int, int]:
    file.seek(at)
    head = file.read(12)
    width = _width(head, 0)
    name = int.from_bytes(head[:width])
    size_width = _width(head, width)
    data = at + width + size_width
    length = int.from_bytes(head[width : width + size_width]) & ~(1 << 7 * size_width)
    # All ones: the length is not known, and the element goes as far as what holds it.
    past = end if length == (1 << 7 * size_width) - 1 else data + length
    if len(head) < width + size_width or past > end:
        raise damaged_video()
    return name, data, past


def _width(head: bytes, at: int) -> int:
    """Return how many bytes the number at `at` has: one more than its leading zero bits."""
    if at >= len(head) or head[at] == 0:
        raise damaged_video()
    return 9 - head[at].bit_length()
