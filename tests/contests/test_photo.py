"""The macro every picture is shown with."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask, get_template_attribute
from html5lib import parseFragment

from contests.views.cards import narrowed
from media.service import PictureView

pytestmark = pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)

VIEW = PictureView(
    state="ready",
    srcset=tuple((f"/{width}.webp", width) for width in (320, 800, 1600, 2560)),
    avif_srcset=(),
    preview=None,
    width=6000,
    height=4000,
    status_url="/status",
    reason=None,
)


@pytest.fixture
def show(app: Flask) -> Any:
    def show(view: PictureView, alt: str = "A cart", **options: object) -> Any:
        with app.test_request_context():
            photo = get_template_attribute("components/photo.html", "photo")
            return parseFragment(photo(view, alt, **options), namespaceHTMLElements=False)

    return show


def test_a_picture_has_its_size_its_words_and_every_rendition(show: Any) -> None:
    [image] = show(VIEW, 'A "cart" & <more>').iter("img")
    assert image.get("alt") == 'A "cart" & <more>'
    assert (image.get("width"), image.get("height")) == ("6000", "4000")
    assert image.get("srcset").split(", ")[-1] == "/2560.webp 2560w"
    assert image.get("src") == "/800.webp"
    assert image.get("loading") == "lazy"
    assert image.get("data-preview") is None
    assert not list(show(VIEW).iter("picture"))


def test_a_picture_that_is_seen_at_once_is_fetched_at_once(show: Any) -> None:
    [image] = show(VIEW, loading="eager").iter("img")
    assert image.get("loading") is None


def test_sizes_know_the_shape(show: Any) -> None:
    [image] = show(VIEW, sizes="min(100vw, calc(RATIO * 84vh))").iter("img")
    assert image.get("sizes") == "min(100vw, calc(1.500 * 84vh))"


def test_avif_is_offered_where_it_was_made(show: Any) -> None:
    made = replace(VIEW, avif_srcset=(("/320.avif", 320), ("/800.avif", 800)))
    [picture] = show(made, sizes="20rem").iter("picture")
    source, image = picture
    assert (source.get("type"), source.get("sizes")) == ("image/avif", "20rem")
    assert source.get("srcset") == "/320.avif 320w, /800.avif 800w"
    assert image.get("srcset").startswith("/320.webp 320w, ")


def test_a_preview_waits_under_the_picture(show: Any) -> None:
    address = "data:image/webp;base64,UklGRg=="
    [image] = show(replace(VIEW, preview=address)).iter("img")
    assert image.get("data-preview") == address
    assert image.get("style") is None


def test_where_many_stand_the_preview_takes_the_place_of_an_address(show: Any) -> None:
    address = "data:image/webp;base64,UklGRg=="
    [image] = show(replace(VIEW, preview=address), brief=True).iter("img")
    assert (image.get("src"), image.get("data-preview")) == (address, None)
    [image] = show(VIEW, brief=True).iter("img")
    assert image.get("src") == "/800.webp"


def test_a_picture_in_the_making_says_so_and_asks_again(show: Any) -> None:
    waiting = replace(VIEW, state="processing", srcset=(), width=None, height=None)
    [place] = show(waiting, sizes="calc(RATIO * 1rem)").iter("div")
    assert place.get("data-poll") == "/status"
    assert place.get("data-alt") == "A cart"
    assert place.get("data-sizes") == "calc(RATIO * 1rem)"


def test_a_refused_file_says_why(show: Any) -> None:
    refused = replace(VIEW, state="rejected", srcset=(), reason="It is damaged.")
    assert "It is damaged." in "".join(show(refused).itertext())


@pytest.mark.parametrize(
    ("width", "height", "useful"),
    [
        (6000, 4000, [800, 1600]),
        (4000, 6000, [320, 800]),
        (4000, 4000, [320, 800]),
        (9000, 3000, [800, 1600, 2560]),
        (10, 4000, [320, 800]),
        (90000, 400, [2560]),
    ],
)
@pytest.mark.usefixtures("backend")
def test_a_row_of_the_gallery_offers_what_can_be_of_use(
    width: int, height: int, useful: list[int]
) -> None:
    seen = narrowed(replace(VIEW, width=width, height=height, avif_srcset=VIEW.srcset))
    assert [pixels for _url, pixels in seen.srcset] == useful
    assert seen.avif_srcset == seen.srcset
