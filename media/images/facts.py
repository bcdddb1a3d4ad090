"""What a picture's file says of its making; for organisers and its owner alone."""

from dataclasses import dataclass
from datetime import datetime


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
