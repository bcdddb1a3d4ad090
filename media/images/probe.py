"""The gate: whether a file is a picture, PDF or video that we take, and what its header says.

Nothing is decoded here. The format comes from the content, one decoder of a short list opens the
header, and the pixel cap is applied to what the header declares, so a bomb costs a few kilobytes of
reading. That a file's body is sound is known only once `render` has decoded it.
"""

import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

import pillow_heif
from PIL import Image

from media.images.facts import Facts, read_facts
from media.images.refusals import (
    UNREADABLE,
    damaged,
    damaged_document,
    too_heavy,
    too_many_pixels,
    unknown,
    unsupported,
)
from media.images.sniff import HEAD, sniff
from media.images.video import check_mp4, check_webm
from media.images.webp import read_webp
from media.images.weight import bytes_per_pixel
from media.limits import (
    DOCUMENT_FORMATS,
    MAX_PIXELS,
    PICTURE_FORMATS,
    VIDEO_FORMATS,
    AssetKind,
    Limits,
    check_size,
    most_pixels,
)

pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
# Pillow's own alarm stays armed behind our check of the header: some plug-ins raise it early.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

_ORIENTATION = 0x0112
_NEW_SUBFILE_TYPE = 0x00FE
_DNG_VERSION = 0xC612
_TIFF_PARTS = ((0x0111, 0x0117), (0x0144, 0x0145))
"""Where a TIFF says that its strips, or its tiles, begin and how long they are, in bytes."""
_TURNED = range(2, 9)
_FIRST_SIDEWAYS = 5
_PDF_TAIL = 2048
_RAW = "RAW"
_MATROSKA = "Matroska"

_lock = threading.Lock()
"""Held while Pillow's warnings are silenced: the filters belong to the whole process."""


@dataclass(frozen=True)
class Picture:
    """What the header of a picture says.

    `format` is a key of `limits.PICTURE_FORMATS`. `width` and `height` are pixels as a viewer sees
    the picture, upright. `orientation` (1 to 8, as in EXIF) is the turn that a decoder of the
    pixels still has to make; the HEIC decoder turns by itself, so its is 1. `frames` above 1 means
    that only the first is used; the pages of a TIFF are counted up to 2.
    """

    format: str
    media_type: str
    width: int
    height: int
    orientation: int
    has_icc: bool
    frames: int


@dataclass(frozen=True)
class Document:
    """What is known of a document: that it is a PDF."""

    format: str
    media_type: str


@dataclass(frozen=True)
class Clip:
    """What is known of a video: MP4 or WebM; neither its length nor its size is looked at."""

    format: str
    media_type: str


def probe(file: BinaryIO, limits: Limits) -> Picture:
    """Return what the header of `file` says, or refuse it in a sentence for its sender.

    `file` is seekable; its position afterwards is undefined, and it stays open. Raises InvalidError
    with code empty, too-large, not-a-picture, unsupported-format, too-many-pixels or damaged.
    """
    return _look(file, limits)[0]


def examine(file: BinaryIO, limits: Limits) -> tuple[Picture, Facts]:
    """Return what the header of `file` says of the picture, and of its making; as `probe` does."""
    picture, exif = _look(file, limits)
    with _pillow():
        return picture, read_facts(exif)


def _look(file: BinaryIO, limits: Limits) -> tuple[Picture, Image.Exif]:
    name = _sniff(file, limits, AssetKind.PICTURE)
    with _pillow():
        header = _read_webp(file) if name == "WEBP" else _read(file, name, limits)
        _check_pixels(header, name, limits)
        return _describe(header, name), header.exif


@dataclass(frozen=True)
class _Header:
    """What is read of a picture; `weight` is bytes of memory for each pixel to decode."""

    size: tuple[int, int]
    orientation: int
    has_icc: bool
    frames: int
    weight: float
    exif: Image.Exif


def _read(file: BinaryIO, name: str, limits: Limits) -> _Header:
    """Let the one reader of Pillow's that is for this format open the file."""
    image = Image.open(file, formats=[name])
    if name == "TIFF":
        _check_tiff(image, file.seek(0, 2), limits)
    exif = _exif(image)
    return _Header(
        size=image.size,
        # `Image.getexif` of a TIFF falls back on an XMP field that viewers ignore.
        orientation=_sensible(getattr(image, "tag_v2", exif)),
        has_icc=bool(image.info.get("icc_profile")),
        frames=_frames(image, name),
        weight=bytes_per_pixel(image, name, file),
        exif=exif,
    )


def _read_webp(file: BinaryIO) -> _Header:
    webp = read_webp(file)
    exif = _block(webp.exif)
    return _Header(
        size=(webp.width, webp.height),
        orientation=_sensible(exif),
        has_icc=webp.has_icc,
        frames=webp.frames,
        weight=webp.weight,
        exif=exif,
    )


def probe_document(file: BinaryIO, limits: Limits) -> Document:
    """Return what `file` is if it is a whole PDF, or refuse it in a sentence for its sender.

    Raises InvalidError with code empty, too-large, not-a-document, unsupported-format or damaged.
    """
    name = _sniff(file, limits, AssetKind.DOCUMENT)
    file.seek(-min(file.seek(0, 2), _PDF_TAIL), 2)
    if b"%%EOF" not in file.read():
        raise damaged_document()
    return Document(name, DOCUMENT_FORMATS[name].media_type)


def probe_video(file: BinaryIO, limits: Limits) -> Clip:
    """Return what `file` is if it is a whole MP4 or WebM, or refuse it in a sentence.

    Reads some kilobytes at their places, however long the film. Raises InvalidError with code
    empty, too-large, not-a-video, unsupported-format or damaged.
    """
    name = _sniff(file, limits, AssetKind.VIDEO)
    size = file.seek(0, 2)
    if name == "MP4":
        check_mp4(file, size)
    elif not check_webm(file, size):
        raise unsupported(_MATROSKA, limits, AssetKind.VIDEO)
    return Clip(name, VIDEO_FORMATS[name].media_type)


def _sniff(file: BinaryIO, limits: Limits, kind: AssetKind) -> str:
    """Return the format of `file` if it has a size and format that `limits` take for `kind`."""
    check_size(file.seek(0, 2), limits)
    file.seek(0)
    name = sniff(file.read(HEAD))
    if name is None:
        raise unknown(limits, kind)
    if name not in {f.name for f in limits.accepted({kind})}:
        raise unsupported(name, limits, kind)
    return name


@contextmanager
def _pillow() -> Iterator[None]:
    """Run a block of Pillow's: silence its warnings, turn what it raises into a refusal."""
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        except Image.DecompressionBombError:
            raise too_many_pixels(MAX_PIXELS) from None
        except UNREADABLE as error:
            raise damaged() from error


def _check_pixels(header: _Header, name: str, limits: Limits) -> None:
    pixels = header.size[0] * header.size[1]
    if pixels == 0:
        raise damaged()
    if pixels > limits.max_pixels:
        raise too_many_pixels(limits.max_pixels)
    most = most_pixels(header.weight)
    if pixels > most:
        raise too_heavy(name, most)


def _check_tiff(image: Image.Image, size: int, limits: Limits) -> None:
    """Refuse what other formats cannot be: raw files of cameras, and files cut short unnoticed.

    The first picture of a raw file is only a thumbnail, and libtiff makes something up for strips
    and tiles that lie beyond the file's `size`.
    """
    tags = getattr(image, "tag_v2", {})
    if _DNG_VERSION in tags or tags.get(_NEW_SUBFILE_TYPE, 0) & 1:
        raise unsupported(_RAW, limits, AssetKind.PICTURE)
    for offsets, lengths in _TIFF_PARTS:
        parts = zip(tags.get(offsets, ()), tags.get(lengths, ()), strict=False)
        if any(start + length > size for start, length in parts):
            raise damaged()


def _describe(header: _Header, name: str) -> Picture:
    width, height = header.size
    # Pillow gives the size of a TIFF as it is seen, and a HEIC both so and with orientation 1.
    if header.orientation >= _FIRST_SIDEWAYS and name != "TIFF":
        width, height = height, width
    return Picture(
        format=name,
        media_type=PICTURE_FORMATS[name].media_type,
        width=width,
        height=height,
        orientation=header.orientation,
        has_icc=header.has_icc,
        frames=header.frames,
    )


def _exif(image: Image.Image) -> Image.Exif:
    """Return the EXIF block; `Image.getexif` of a PNG would decode it to look behind its pixels."""
    if image.format == "TIFF":
        return image.getexif()
    return _block(image.info.get("exif", b""))


def _block(data: bytes) -> Image.Exif:
    exif = Image.Exif()
    with suppress(*UNREADABLE):
        exif.load(data)
    return exif


def _sensible(tags: Mapping[int, object]) -> int:
    """Return the orientation in `tags`, and 1 if there is none or it makes no sense."""
    with suppress(*UNREADABLE):
        turn = tags.get(_ORIENTATION, 1)
        return turn if isinstance(turn, int) and turn in _TURNED else 1
    return 1


def _frames(image: Image.Image, name: str) -> int:
    """Count frames from the header alone: a TIFF's chain of pages may be made endless."""
    if name == "TIFF":
        return 2 if getattr(image, "is_animated", False) else 1
    return int(getattr(image, "n_frames", 1))
