"""How many changed copies of a picture are found, and how many different pictures are mistaken.

The demo's drawn pictures, and photographs from the folder that PODIUM_CORPUS names, if it is set.
Each is changed in every way that people change a photo which they send twice; then all pairs of
different pictures are compared. The threshold in `media.images.fingerprint` comes from this table.
"""

import io
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance

from app.cli.demo.drawing import draw_all
from app.cli.demo.pictures import pictures, project_pictures
from app.errors import InvalidError
from bench.rounds import table
from media.images.decode import decode
from media.images.fingerprint import LIKE, distances, fingerprint
from media.images.probe import probe
from media.limits import Limits

WIDTH = 1280
LEAST_SIDE = 200
LIMITS = (4, 6, 8, 10, 12)
SAME = "orientation"
"""The folder in which all pictures of a series show the same."""
COPIES = ("_no_profile", "ultrahdr")
"""In the names of one that shows the same as another, and one that is cut short."""

Change = Callable[[Image.Image], Image.Image]


def main() -> None:
    """Print how many copies are found and how many strangers mistaken, by threshold."""
    originals = photographs() + drawings()
    marks = {name: fingerprint(shrunk(image)) for name, image in originals}
    kept = {name: mark for name, mark in marks.items() if mark}
    rows = [[name, *recall(originals, kept, change)] for name, change in CHANGES.items()]
    rows.append(mistaken(kept))
    table(("", *(f"≤ {limit}{' (used)' if limit == LIKE else ''}" for limit in LIMITS)), rows)


def photographs() -> list[tuple[str, Image.Image]]:
    """Return the corpus' photographs; of those that show the same the first."""
    found: dict[str, tuple[str, Image.Image]] = {}
    for path in sorted(Path(os.environ.get("PODIUM_CORPUS", "/nowhere"), "photos").rglob("*.*")):
        try:
            with path.open("rb") as file:
                picture = probe(file, Limits())
        except (InvalidError, OSError):
            continue
        large = min(picture.width, picture.height) >= LEAST_SIDE
        if large and not any(copy in path.name for copy in COPIES):
            series = path.name.split("_")[0] if path.parent.name == SAME else path.name
            image = Image.fromarray(decode(path, picture, WIDTH).numpy())
            found.setdefault(series, (path.name, image))
    return list(found.values())


def drawings() -> list[tuple[str, Image.Image]]:
    """Return the demo's pictures."""
    drawn = [(picture.slug, picture.draw) for picture in (*pictures(), *project_pictures())]
    return [(slug, Image.open(io.BytesIO(data)).convert("RGB")) for slug, data in draw_all(drawn)]


def shrunk(image: Image.Image) -> np.ndarray:
    """Return the pixels of the smallest rendition, which fingerprints are made of."""
    return np.asarray(image.resize((320, max(1, round(320 * image.height / image.width)))))


def recompressed(image: Image.Image, quality: int = 30) -> Image.Image:
    """Return `image` after a JPEG of low quality."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(file)


def scaled(image: Image.Image, share: float) -> Image.Image:
    """Return `image` smaller."""
    return image.resize((round(image.width * share), round(image.height * share)))


def cropped(image: Image.Image, *shares: float) -> Image.Image:
    """Return `image` without these shares of its sides: left, top, right, bottom."""
    left, top, right, bottom = shares
    width, height = image.size
    return image.crop(
        (
            round(left * width),
            round(top * height),
            round((1 - right) * width),
            round((1 - bottom) * height),
        )
    )


def graded(image: Image.Image) -> Image.Image:
    """Return `image` warmer and with more contrast, as from a photo program."""
    warm = np.asarray(image) * np.array([1.08, 1.0, 0.9])
    image = Image.fromarray(np.clip(warm, 0, 255).astype(np.uint8))
    return ImageEnhance.Contrast(image).enhance(1.25)


CHANGES: dict[str, Change] = {
    "half the size": lambda image: scaled(image, 0.5),
    "a fifth of the size": lambda image: scaled(image, 0.2),
    "JPEG quality 30": recompressed,
    "brighter by 20 %": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "darker by 20 %": lambda image: ImageEnhance.Brightness(image).enhance(0.8),
    "warmer, more contrast": graded,
    "black and white": lambda image: image.convert("L").convert("RGB"),
    "cropped 2 % on each side": lambda image: cropped(image, *[0.02] * 4),
    "cropped 5 % on each side": lambda image: cropped(image, *[0.05] * 4),
    "cropped 8 % on each side": lambda image: cropped(image, *[0.08] * 4),
    "cropped 8 % on one side": lambda image: cropped(image, 0.08, 0, 0, 0),
    "cropped 6 % left, 3 % top": lambda image: cropped(image, 0.06, 0.03, 0, 0),
    "cropped 1, 5, 7 and 3 %": lambda image: cropped(image, 0.01, 0.05, 0.07, 0.03),
    "all: cropped 5 %, half the size, quality 40, brighter by 10 %": lambda image: recompressed(
        scaled(ImageEnhance.Brightness(cropped(image, *[0.05] * 4)).enhance(1.1), 0.5), 40
    ),
}


def recall(
    originals: list[tuple[str, Image.Image]], marks: dict[str, bytes], change: Change
) -> list[str]:
    """Return the share of copies found by each threshold."""
    found = [
        distances(fingerprint(shrunk(change(image))) or bytes(len(marks[name])), [marks[name]])[0]
        for name, image in originals
        if name in marks
    ]
    return [f"{100 * sum(far <= limit for far in found) / len(found):.0f} %" for limit in LIMITS]


def mistaken(marks: dict[str, bytes]) -> list[str]:
    """Return how many pairs of different pictures each threshold takes for the same."""
    names = list(marks)
    pairs = [
        far
        for at, name in enumerate(names)
        for far in distances(marks[name], [marks[other] for other in names[at + 1 :]])
    ]
    counts = [sum(far <= limit for far in pairs) for limit in LIMITS]
    return [f"different pictures mistaken, of {len(pairs):,} pairs", *map(str, counts)]


if __name__ == "__main__":
    main()
