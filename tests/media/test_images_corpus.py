"""Real photographs and hostile files, where PODIUM_CORPUS names a folder of them.

The folder has `photos/` and `hostile-uploads/`; the tests of this room that draw their own pictures
hold the same promises without it.
"""

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.errors import InvalidError
from media.images.isolate import make_renditions
from media.images.probe import Picture, probe
from media.images.render import render
from media.limits import Limits

CORPUS = os.environ.get("PODIUM_CORPUS", "")
NO_CORPUS = "PODIUM_CORPUS names no folder of photographs and hostile files"


def files(folder: str) -> list[Path]:
    found = sorted(p for p in (Path(CORPUS) / folder).rglob("*") if CORPUS and p.is_file())
    return found or [Path()]


def name(path: Path) -> str:
    return path.name or "none"


def verdict(path: Path) -> Picture | str:
    """Judge a file as the upload and then the worker would."""
    if not path.name:
        pytest.skip(NO_CORPUS)
    try:
        with path.open("rb") as file:
            picture = probe(file, Limits())
        made = list(render(path, picture))
    except InvalidError as error:
        return error.reason
    for rendition in made:
        image = Image.open(io.BytesIO(rendition.data))
        image.load()
        assert image.size == (rendition.width, rendition.height)
        assert not image.info.keys() & {"exif", "xmp", "icc_profile"}
    largest = made[-1]
    assert abs(largest.width * picture.height - largest.height * picture.width) <= max(
        picture.width, picture.height
    )
    return picture


@pytest.mark.parametrize("path", files("photos"), ids=name)
def test_a_photograph_is_taken(path: Path) -> None:
    expected = {
        ".gif": "unsupported-format",
        ".jxl": "unsupported-format",
    }.get(path.suffix.lower())
    # One is cut short in its last rows, the other is of a kind that the gate cannot read: CIELAB.
    if path.name in {"ultrahdr.jpg", "cielab-dagams.tiff"}:
        expected = "damaged"
    seen = verdict(path)
    assert seen == expected if expected else isinstance(seen, Picture)


@pytest.mark.parametrize("path", files("hostile-uploads"), ids=name)
def test_a_hostile_file_gets_a_verdict(path: Path) -> None:
    seen = verdict(path)
    if path.suffix in {".svg", ".htm", ".exe", ".php", ".psd", ".bmp", ".gif", ".zip", ".icns"}:
        assert seen in {"unsupported-format", "not-a-picture"}


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("magic_only/zero.jpg", "empty"),
        ("derived/html_named.jpg", "unsupported-format"),
        ("derived/svg_named.png", "unsupported-format"),
        ("derived/exe_named.png", "not-a-picture"),
        ("derived/pdf_named.jpg", "unsupported-format"),
        ("derived/png_50000x50000_header.png", "too-many-pixels"),
        ("derived/photo_half.jpg", "damaged"),
        ("truncated/truncated.jpg", "damaged"),
        ("truncated/truncated.png", "damaged"),
        ("derived/jpg_named.pdf", "JPEG"),
        ("derived/png_named.jpg", "PNG"),
        ("derived/webp_named.jpeg", "WEBP"),
        ("derived/photo_plus_html.jpg", "JPEG"),
    ],
)
def test_a_name_decides_nothing(file: str, expected: str) -> None:
    seen = verdict(Path(CORPUS) / "hostile-uploads" / file if CORPUS else Path())
    assert (seen.format if isinstance(seen, Picture) else seen) == expected


@pytest.mark.parametrize("series", ["Landscape", "Portrait"])
def test_all_orientations_look_the_same(series: str) -> None:
    if not CORPUS:
        pytest.skip(NO_CORPUS)
    seen = []
    for turn in range(9):
        path = Path(CORPUS) / "photos" / "orientation" / f"{series}_{turn}.jpg"
        with path.open("rb") as file:
            made = make_renditions(file, Limits())
        image = Image.open(io.BytesIO(made.renditions[0].data))
        seen.append(np.asarray(image).astype(int))
    for other in seen[1:]:
        assert other.shape == seen[0].shape
        # They differ by the number written in the middle and by what JPEG lost.
        assert np.abs(other - seen[0]).mean() < 6
