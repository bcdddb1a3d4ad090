"""What is wrong with a bundle: collected, so that all of it is told at once."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that keeps a bundle from being counted; `line` counts from 1, 0 means none."""

    file: str
    line: int
    reason: str


class BundleError(Exception):
    """The bundle is unusable; `faults` say why, in the order of files and lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"{len(self.faults)} faults")
