"""What a picture's file says of its making; for organisers and its owner alone.

Only the header is read. A file may say anything: what makes no sense is left out.
"""

import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from media.images.refusals import UNREADABLE

_MOST_CAMERA = 120
_FIRST_YEAR = 1826
"""No picture was taken before: some cameras say 0000 or 0001 for a clock that was never set."""
_FIRM = re.compile(
    r"[ ,](computer|optical|imaging|electric|corp\.|corporation|company|co\.?,? ?ltd|inc\.)(?!\w)",
    re.IGNORECASE,
)
_DEGREES = (90.0, 180.0)
_SIXTY = 60


@dataclass(frozen=True)
class Facts:
    """Camera (maker and model), when it was taken on the camera's own clock, and where.

    `taken_at` is naive; `latitude` and `longitude` are degrees, north and east positive, and come
    together. Anything a file does not say, or says senselessly, is None.
    """

    camera: str | None = None
    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None


def read_facts(exif: Image.Exif) -> Facts:
    """Return what the EXIF block of a picture says (CIPA DC-008)."""
    try:
        taken, place = exif.get_ifd(IFD.Exif), exif.get_ifd(IFD.GPSInfo)
    except UNREADABLE:
        return Facts()
    latitude, longitude = _place(place)
    return Facts(
        camera=_camera(_text(exif.get(Base.Make)), _text(exif.get(Base.Model))),
        taken_at=_instant(_text(taken.get(Base.DateTimeOriginal))),
        latitude=latitude,
        longitude=longitude,
    )


def _text(value: object) -> str:
    """Return what can be printed of a text that ends with its first NUL, in single spaces."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    plain = "".join(c if c.isprintable() else " " for c in value.split("\0")[0])
    return " ".join(plain.replace("\ufffd", " ").split())


def _camera(make: str, model: str) -> str | None:
    """Join maker and model: "NIKON CORPORATION" and "NIKON D750" are one NIKON D750."""
    make = _FIRM.sub("", make).strip(" ,.")
    first = model.casefold().split()[:1]
    if first and first[0] in make.casefold().split():
        make = ""
    return f"{make} {model}".strip()[:_MOST_CAMERA].strip() or None


def _instant(text: str) -> datetime | None:
    with suppress(ValueError):
        instant = datetime.strptime(text[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - a camera knows no zone
        return instant if instant.year >= _FIRST_YEAR else None
    return None


def _place(tags: Mapping[int, object]) -> tuple[float | None, float | None]:
    latitude = _angle(tags.get(GPS.GPSLatitude), tags.get(GPS.GPSLatitudeRef), "NS", _DEGREES[0])
    longitude = _angle(tags.get(GPS.GPSLongitude), tags.get(GPS.GPSLongitudeRef), "EW", _DEGREES[1])
    # Exactly nought and nought is a receiver that had not found itself yet.
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None, None
    return latitude, longitude


def _angle(value: object, reference: object, signs: str, most: float) -> float | None:
    """Return degrees from degrees, minutes and seconds, signed by their direction."""
    direction = _text(reference)[:1].upper()
    if not isinstance(value, Sequence) or len(value) != 3 or not direction:  # noqa: PLR2004 - degrees, minutes, seconds
        return None
    try:
        degrees, minutes, seconds = (float(part) for part in value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    angle = degrees + minutes / _SIXTY + seconds / _SIXTY**2
    if direction not in signs or not math.isfinite(angle) or min(degrees, minutes, seconds) < 0:
        return None
    if max(minutes, seconds) > _SIXTY or angle > most:
        return None
    return round(-angle if direction == signs[1] else angle, 6)
