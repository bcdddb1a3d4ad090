"""What is made of a file, as it is handed about."""

from dataclasses import dataclass, field

from media.images.facts import Facts
from media.images.probe import Picture
from media.limits import RenditionFormat


@dataclass(frozen=True)
class Rendered:
    """One rendition: the width it is named after, its true size in pixels, its bytes."""

    width_name: int
    width: int
    height: int
    data: bytes
    format: RenditionFormat = RenditionFormat.WEBP


@dataclass(frozen=True)
class Made:
    """All that is made of a file: `picture` is None for the first page of a document.

    `preview` is a WebP of at most 100 bytes, `fingerprint` what `media.images.fingerprint`
    compares; a picture without any structure has none.
    """

    picture: Picture | None
    renditions: list[Rendered]
    preview: bytes | None = None
    fingerprint: bytes | None = None
    facts: Facts = field(default_factory=Facts)
