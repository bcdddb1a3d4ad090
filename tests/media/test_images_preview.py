"""Previews: tiny, true in colour, of the picture's shape."""

import io

import numpy as np
import pytest
import pyvips
from PIL import Image

from media.images.preview import MOST_BYTES, preview
from tests.media import pictures

CHANCE = np.random.default_rng(3)


def seen(image: Image.Image) -> Image.Image:
    data = preview(pyvips.Image.new_from_array(np.asarray(image)))
    assert len(data) <= MOST_BYTES
    return Image.open(io.BytesIO(data))


@pytest.mark.parametrize(
    ("size", "shape"),
    [((320, 240), (16, 12)), ((240, 320), (12, 16)), ((320, 20), (16, 1)), ((1, 320), (1, 16))],
)
def test_a_preview_has_the_shape_of_its_picture(
    size: tuple[int, int], shape: tuple[int, int]
) -> None:
    assert seen(Image.new("RGB", size, "teal")).size == shape


def test_colours_are_where_they_are() -> None:
    small = seen(pictures.subject(320, 240)).resize((8, 8), Image.Resampling.BOX)
    for at, colour in zip(((1, 1), (6, 1), (1, 6), (6, 6)), pictures.CORNERS, strict=True):
        assert small.getpixel(at) == pytest.approx(colour, abs=60)


@pytest.mark.parametrize("cells", [2, 8, 16, 40, 320])
def test_the_worst_of_pictures_fits(cells: int) -> None:
    for _ in range(10):
        noise = CHANCE.integers(0, 2, (cells, cells, 3), np.uint8) * 255
        image = Image.fromarray(noise).resize((320, 320), Image.Resampling.NEAREST)
        assert seen(image).size[0] >= 2


def test_a_picture_of_one_pixel_has_one() -> None:
    assert seen(Image.new("RGB", (1, 1), "teal")).size == (16, 16)
