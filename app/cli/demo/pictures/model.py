"""What a demo picture is: a drawing, and the words its entrant wrote with it."""

from collections.abc import Callable
from dataclasses import dataclass

from app.cli.demo.pictures.film import Pixels


@dataclass(frozen=True)
class DemoPicture:
    """A photograph of the demo contest; `draw` makes its pixels (height x width x 3, sRGB)."""

    slug: str
    title: str
    caption: str
    alt: str
    place: str
    country: str
    sdgs: tuple[int, ...]
    action_lines: tuple[str, ...]
    draw: Callable[[], Pixels]


@dataclass(frozen=True)
class ProjectPicture:
    """A picture of a demo project; `draw` makes its pixels (height x width x 3, sRGB)."""

    slug: str
    alt: str
    draw: Callable[[], Pixels]
