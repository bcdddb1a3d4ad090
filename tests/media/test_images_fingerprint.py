"""Fingerprints: copies are near, others far, and many are compared at once as one by one."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from media.images.fingerprint import LIKE, distance, distances, fingerprint, nearest
from tests.media import pictures


def landscape(seed: int, width: int = 320, height: int = 240) -> Image.Image:
    """Draw clouds of several sizes, different for each seed."""
    chance = np.random.default_rng(seed)
    picture = np.zeros((height, width, 3))
    for cells in (3, 6, 12, 24):
        noise = chance.integers(0, 255, (cells, cells, 3), np.uint8)
        layer = Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)
        picture += np.asarray(layer) / cells
    return Image.fromarray((picture / picture.max() * 255).astype(np.uint8))


def mark(image: Image.Image) -> bytes:
    found = fingerprint(np.asarray(image))
    assert found
    return found


def crop(image: Image.Image, left: float, top: float, right: float, bottom: float) -> Image.Image:
    width, height = image.size
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    return image.crop(tuple(round(edge) for edge in box))  # type: ignore[arg-type] # four edges


COPIES = {
    "the same": lambda image: image,
    "smaller": lambda image: image.resize((80, 60)),
    "larger": lambda image: image.resize((800, 600)),
    "stretched": lambda image: image.resize((300, 260)),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.2),
    "darker": lambda image: ImageEnhance.Brightness(image).enhance(0.7),
    "grey": lambda image: image.convert("L").convert("RGB"),
    "cropped all round": lambda image: crop(image, 0.06, 0.06, 0.06, 0.06),
    "cropped on one side": lambda image: crop(image, 0.08, 0, 0, 0),
    "cropped unevenly": lambda image: crop(image, 0.01, 0.05, 0.07, 0.02),
}


@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES)
def test_a_copy_is_near_whichever_way_it_is_asked(change: object) -> None:
    for seed in range(5):
        image = landscape(seed)
        ours, theirs = mark(image), mark(change(image))  # type: ignore[operator] # as in COPIES
        assert distance(ours, theirs) == distance(theirs, ours) <= LIKE


def test_others_are_far() -> None:
    marks = [mark(landscape(seed)) for seed in range(40)]
    assert min(min(distances(one, [o for o in marks if o is not one])) for one in marks) > LIKE


def test_a_picture_without_structure_has_none() -> None:
    assert fingerprint(np.full((50, 50, 3), 128, np.uint8)) is None
    assert fingerprint(np.zeros((1, 1, 3), np.uint8)) is None


@pytest.mark.parametrize("size", [(1, 40), (40, 1), (3, 2), (320, 16_000)])
def test_any_shape_will_do(size: tuple[int, int]) -> None:
    image = pictures.subject(320, 320).resize(size)
    found = fingerprint(np.asarray(image))
    assert found is None or len(found) == len(mark(landscape(1)))


def test_the_nearest_come_first_with_their_places() -> None:
    image = landscape(1)
    others = [mark(landscape(seed)) for seed in range(2, 8)]
    haystack = [*others[:3], mark(crop(image, 0.03, 0.01, 0.03, 0)), *others[3:], mark(image)]
    found = nearest(mark(image), haystack)
    assert [at for at, _ in found] == [7, 3]
    assert found[0][1] == 0
    assert found == [(at, distance(mark(image), haystack[at])) for at, _ in found]
    assert nearest(mark(image), []) == []
