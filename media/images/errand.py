"""What `nursery` and `child` say to each other, on a line of JSON each."""

from dataclasses import dataclass

READY = b"ready\n"
MOST_MESSAGE = 65_536


@dataclass(frozen=True)
class Task:
    """What the parent asks for, and how much may be spent on it.

    `memory` is bytes of private memory, `cpu` and `wall` seconds; `renditions` are
    `RenditionFormat`s; the rest is `Limits`.
    """

    kind: str
    memory: int
    cpu: int
    wall: float
    max_bytes: int
    max_pixels: int
    formats: list[str]
    renditions: list[str]


@dataclass(frozen=True)
class Ended:
    """How a child ended: exit status (below 0 the signal that ended it), bytes, CPU seconds."""

    status: int
    peak: int
    cpu: float
