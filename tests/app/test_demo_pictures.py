"""The demo's pictures are pictures: alike at every drawing, neither flat nor burnt out."""

import numpy as np
import pytest

from app.cli.demo.pictures import DemoPicture, ProjectPicture, pictures, project_pictures
from contests.vocabulary import ACTION_LINES, SDGS

EVERY: tuple[DemoPicture | ProjectPicture, ...] = (*pictures(), *project_pictures())


@pytest.mark.parametrize("picture", EVERY, ids=lambda picture: picture.slug)
def test_drawn_as_a_photograph(picture: DemoPicture | ProjectPicture) -> None:
    pixels = picture.draw()
    height, width, channels = pixels.shape
    assert pixels.dtype == np.uint8
    assert channels == 3
    assert min(height, width) >= 1000
    assert max(height, width) <= 2000
    assert pixels.std() > 20, "flat"
    assert 15 < pixels.mean() < 225, "black or burnt out"
    assert (pixels.max(axis=2) == 255).mean() < 0.2, "burnt out in places"


@pytest.mark.parametrize(
    "picture", [EVERY[0], EVERY[15], EVERY[-1]], ids=lambda picture: picture.slug
)
def test_the_same_every_time(picture: DemoPicture | ProjectPicture) -> None:
    assert np.array_equal(picture.draw(), picture.draw())


def test_enough_and_each_with_its_own_words() -> None:
    assert len(pictures()) >= 18
    assert len(project_pictures()) >= 12
    for field in ("slug", "title", "caption", "alt", "place"):
        assert len({getattr(picture, field) for picture in pictures()}) == len(pictures())
    assert len({picture.slug for picture in EVERY}) == len(EVERY)
    assert len({picture.draw for picture in EVERY}) == len(EVERY)


def test_goals_and_action_lines_are_known() -> None:
    for picture in pictures():
        assert picture.sdgs
        assert set(picture.sdgs) <= set(SDGS)
        assert picture.action_lines
        assert set(picture.action_lines) <= set(ACTION_LINES)


def test_every_region_and_every_shape_is_there() -> None:
    regions = (
        {"KE", "MW", "MG"},
        {"AR", "BO", "CL", "CO", "PE"},
        {"DZ", "JO", "OM", "QA"},
        {"BD", "FJ", "NP", "PH"},
        {"KG", "KZ", "UZ"},
        {"EE", "IE", "NO"},
    )
    countries = {picture.country for picture in pictures()}
    assert all(countries & region for region in regions)
    assert countries <= set().union(*regions)
