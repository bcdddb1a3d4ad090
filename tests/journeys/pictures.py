"""Photographs to enter: real ones where there are any, drawn ones otherwise."""

import os
from pathlib import Path

from tests.media.pictures import encode, exif, pdf, stored_turned, subject

CORPUS = os.environ.get("PODIUM_CORPUS")
WORLD = ("fin_de_journée.jpg", "prairie_falcon.jpg", "el_torcal_rocks.jpg")


def telephone_picture(folder: Path) -> Path:
    """Draw what a telephone held upright makes: stored lying, with an orientation and a place."""
    upright = subject(600, 900)
    file = folder / "IMG_0001.jpg"
    stored = stored_turned(upright, 6)
    file.write_bytes(encode(stored, "JPEG", exif=exif(6, secret="Amina's garden gate")))
    return file


def world_pictures(folder: Path) -> list[Path]:
    """Return three photographs from around the world, or drawings under their names."""
    if CORPUS:
        return [Path(CORPUS) / "photos/world" / name for name in WORLD]
    files = [folder / name for name in WORLD]
    for number, file in enumerate(files):
        file.write_bytes(encode(subject(640 + 20 * number, 480), "JPEG", exif=exif(1)))
    return files


def plan(folder: Path) -> Path:
    """Write a PDF."""
    file = folder / "plan.pdf"
    file.write_bytes(pdf())
    return file
