"""What may be uploaded: kinds, formats, bytes and pixels (pure).

The module constants are the platform's limits; a contest carries its own `Limits`. Nothing is ever
decided by a file's name.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from app.errors import N_, InvalidError

MEBIBYTE = 1024 * 1024
MEGAPIXEL = 1_000_000

MAX_BYTES = 50 * MEBIBYTE
MAX_VIDEO_BYTES = 500 * MEBIBYTE
MAX_PIXELS = 100 * MEGAPIXEL
MAX_DECODED_BYTES = 400_000_000
"""The memory that a decoder may use for one picture, where it has to hold all of it at once."""

RENDITION_WIDTHS = (320, 800, 1600, 2560)
"""The names of the renditions, each also the most pixels that one is wide; ascending."""


class AssetKind(StrEnum):
    """What an upload is for: to be looked at, to be opened beside the page, or to be played."""

    PICTURE = "picture"
    DOCUMENT = "document"
    VIDEO = "video"


class RenditionFormat(StrEnum):
    """What renditions are written as; the word is also the ending of their addresses."""

    WEBP = "webp"
    AVIF = "avif"


@dataclass(frozen=True)
class Format:
    """A file format we take.

    `name` is its key and what Pillow calls it, `label` what people call it; the first of
    `media_types` is the one we use.
    """

    name: str
    label: str
    kind: AssetKind
    media_types: tuple[str, ...]
    extensions: tuple[str, ...]

    @property
    def media_type(self) -> str:
        """The media type that we store and serve an original under."""
        return self.media_types[0]


PICTURE_FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        name: Format(name, label, AssetKind.PICTURE, media_types, extensions)
        for name, label, media_types, extensions in (
            ("JPEG", "JPEG", ("image/jpeg",), (".jpg", ".jpeg")),
            ("PNG", "PNG", ("image/png",), (".png",)),
            ("WEBP", "WebP", ("image/webp",), (".webp",)),
            ("HEIF", "HEIC", ("image/heic", "image/heif"), (".heic", ".heif", ".hif")),
            ("AVIF", "AVIF", ("image/avif",), (".avif",)),
            ("TIFF", "TIFF", ("image/tiff",), (".tif", ".tiff")),
        )
    }
)

DOCUMENT_FORMATS: Mapping[str, Format] = MappingProxyType(
    {"PDF": Format("PDF", "PDF", AssetKind.DOCUMENT, ("application/pdf",), (".pdf",))}
)

VIDEO_FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "MP4": Format("MP4", "MP4", AssetKind.VIDEO, ("video/mp4",), (".mp4", ".m4v")),
        "WebM": Format("WebM", "WebM", AssetKind.VIDEO, ("video/webm",), (".webm",)),
    }
)

FORMATS: Mapping[str, Format] = MappingProxyType(
    {**PICTURE_FORMATS, **DOCUMENT_FORMATS, **VIDEO_FORMATS}
)


@dataclass(frozen=True)
class Limits:
    """What one contest takes; without arguments, all that the platform takes.

    `max_bytes` and `max_pixels` hold for each file; `formats` are keys of `FORMATS`.
    """

    kinds: frozenset[AssetKind] = frozenset(AssetKind)
    max_bytes: int = MAX_BYTES
    max_pixels: int = MAX_PIXELS
    formats: frozenset[str] = frozenset(FORMATS)

    def accepted(self, kinds: Iterable[AssetKind] = AssetKind) -> tuple[Format, ...]:
        """Return the formats taken for `kinds`, in the platform's order."""
        wanted = self.kinds.intersection(kinds)
        return tuple(f for f in FORMATS.values() if f.name in self.formats and f.kind in wanted)


def accept(formats: Iterable[Format]) -> str:
    """Return the value of a file field's `accept` attribute, a help to the sender and no check."""
    return ",".join(part for f in formats for part in (*f.extensions, *f.media_types))


def names(formats: Iterable[Format]) -> str:
    """Return the formats as a reader knows them: "JPEG, PNG, WebP"."""
    return ", ".join(f.label for f in formats)


def most_pixels(bytes_per_pixel: float) -> int:
    """Return how many pixels there is memory for, in whole megapixels, at most MAX_PIXELS."""
    if bytes_per_pixel * MAX_PIXELS <= MAX_DECODED_BYTES:
        return MAX_PIXELS
    return int(MAX_DECODED_BYTES / bytes_per_pixel) // MEGAPIXEL * MEGAPIXEL


def check_size(size: int, limits: Limits) -> None:
    """Refuse a file of `size` bytes if it is empty ("empty") or too large ("too-large")."""
    if size <= 0:
        raise InvalidError(
            N_("This file is empty; please choose it again and upload it once more."),
            code="empty",
        )
    if size > limits.max_bytes:
        raise InvalidError(
            N_(
                "This file has %(size)s MB and the limit is %(limit)s MB;"
                " please save a smaller copy and upload that."
            ),
            code="too-large",
            # Rounded upwards, so that a file just over the limit never seems to have its size.
            size=-(-size * 10 // MEBIBYTE) / 10,
            limit=f"{limits.max_bytes / MEBIBYTE:g}",
        )
