"""The gallery and an entry in Chromium: the lightbox, the rendition that is fetched, previews."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy.orm import Session

from app import clock
from contests.models import Contest
from tests import factories
from tests.conftest import LiveServer
from tests.database import settle
from tests.journeys.people import wait_for
from tests.media.pictures import encode, subject
from tests.media.shelves import WIDTHS, shelved

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]

OPEN = ".pswp--open"
IMAGE = ".pswp__item[aria-hidden=false] .pswp__img:not(.pswp__img--placeholder)"
MIXED = "حصاد by phone"


@pytest.fixture
def contest(app: Flask, session: Session, live_server: LiveServer) -> Contest:
    now = clock.now()
    contest = factories.contest(
        session, opens_at=now - timedelta(days=9), closes_at=now - timedelta(days=1)
    )
    preview = encode(subject(6, 4), "WEBP", quality=1)
    for title, ratio in ((MIXED, 1.5), ("Tall", 0.6), ("Wide", 2.5)):
        owner = factories.user(session)
        picture = shelved(app, session, owner, ratio=ratio, preview=preview)
        factories.entry(session, contest, owner, title=title, pictures=[picture])
    settle(live_server.app)
    return contest


def gallery_of(contest: Contest) -> str:
    return f"/contests/{contest.slug}/gallery"


def test_the_lightbox_is_worked_by_keys_alone(
    new_page: Callable[..., Page], contest: Contest
) -> None:
    page = new_page(reduced_motion="reduce")
    page.goto(gallery_of(contest))
    second = page.locator(".gallery-item").nth(1)
    second.focus()
    page.keyboard.press("Enter")
    room = page.get_by_role("dialog", name="Pictures, large")
    expect(room.locator(IMAGE)).to_have_attribute("alt", re.compile("A woman beside"))
    expect(room.locator(".pswp__caption")).to_contain_text("Tall")
    page.keyboard.press("ArrowLeft")
    caption = room.locator(".pswp__caption")
    expect(caption.locator(".work-title")).to_have_text(MIXED)
    expect(caption.locator(".work-title")).to_have_attribute("dir", "auto")
    expect(caption).to_contain_text("Amina Diallo, Kenya")
    expect(caption).to_contain_text("Kisumu")
    # The page itself offers no more than its rows need; the lightbox has the largest.
    expect(room.locator(IMAGE)).to_have_attribute("srcset", re.compile("2560w$"))
    page.keyboard.press("z")
    expect(page.locator(".pswp--zoomed-in")).to_have_count(1)
    for _ in range(6):
        page.keyboard.press("Tab")
        # Behind the last button comes the browser's own frame, and never the page below.
        assert room.evaluate(
            "room => [...room.querySelectorAll('*'), room, document.body]"
            ".includes(document.activeElement)"
        )
    page.keyboard.press("Escape")
    expect(page.locator(OPEN)).to_have_count(0)
    expect(second).to_be_focused()


def test_the_lightbox_leads_on_to_the_entry(page: Page, contest: Contest) -> None:
    page.goto(gallery_of(contest))
    page.locator(".gallery-item .photo").nth(2).click()
    page.get_by_role("link", name="See the entry").click()
    page.wait_for_url("**/entries/3")
    page.locator(".entry-picture .photo").click()
    expect(page.locator(".pswp__caption .work-title")).to_have_text("Wide")
    expect(page.locator(".pswp--ui-visible")).to_have_count(1)
    page.get_by_role("button", name="Close").click()
    expect(page.locator(OPEN)).to_have_count(0)
    expect(page.locator(".entry-picture a")).to_be_focused()


def test_titles_and_other_windows_lead_to_the_entry(page: Page, contest: Contest) -> None:
    page.goto(gallery_of(contest))
    with page.context.expect_page() as opened:
        page.locator(".gallery-item .photo").first.click(modifiers=["Control"])
    assert opened.value.url.endswith("/entries/1")
    expect(page.locator(OPEN)).to_have_count(0)
    page.get_by_text("Tall").click()
    page.wait_for_url("**/entries/2")


def test_without_the_room_a_picture_leads_to_its_entry(page: Page, contest: Contest) -> None:
    page.route("**/lightbox-room-*.js", lambda route: route.abort())
    page.goto(gallery_of(contest))
    page.locator(".gallery-item .photo").first.click()
    page.wait_for_url("**/entries/1")


def test_without_script_pictures_are_links(new_page: Callable[..., Page], contest: Contest) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(gallery_of(contest))
    page.locator(".gallery-item .photo").nth(1).click()
    page.wait_for_url("**/entries/2")
    largest = page.locator(".entry-picture a").get_attribute("href")
    assert largest is not None
    assert "/2560.webp" in largest


ALL_SEEN = "[...document.images].every(image => image.naturalWidth > 0)"
CHOSEN = """images => images.map(image => {
  const [width, height] = [image.naturalWidth, image.naturalHeight];
  const box = image.getBoundingClientRect();
  const fit = getComputedStyle(image).objectFit;
  const ratio = image.getAttribute("width") / image.getAttribute("height");
  const shown = fit === "contain" ? Math.min(box.width, box.height * ratio)
    : Math.max(box.width, box.height * ratio);
  return [Number(image.currentSrc.match(/(\\d+)\\.webp/)[1]), shown * devicePixelRatio];
})"""
"""The rendition each picture fetched, and how many of the screen's pixels it is wide."""


@pytest.mark.parametrize("screen", [(320, 640, 2), (390, 844, 3), (1440, 900, 1), (1440, 900, 2)])
def test_the_rendition_fits_what_is_shown(
    new_page: Callable[..., Page], contest: Contest, screen: tuple[int, int, int]
) -> None:
    width, height, density = screen
    page = new_page(viewport={"width": width, "height": height}, device_scale_factor=density)
    for place in ("gallery", "entries/1", "entries/2", "entries/3"):
        page.goto(f"/contests/{contest.slug}/{place}")
        for picture in page.locator("img.photo").all():
            picture.scroll_into_view_if_needed()
        wait_for(lambda: page.evaluate(ALL_SEEN) or None, "every picture")
        for chosen, needed in page.locator("img.photo").evaluate_all(CHOSEN):
            # A browser takes the nearest, so that a picture may be enlarged 1.4 times; where three
            # pixels are one to the eye, two are enough.
            assert chosen >= min(needed * (0.7 if density < 3 else 0.6), 2560), (place, needed)
            smaller = [size for size in WIDTHS if size < chosen]
            assert not smaller or smaller[-1] < needed, (place, chosen, needed)


def test_a_preview_stands_in_until_the_picture_comes(page: Page, contest: Contest) -> None:
    waiting: list[Route] = []
    page.route(re.compile(r"/media/.*\.webp"), lambda route: waiting.extend([route]))
    page.goto(gallery_of(contest), wait_until="domcontentloaded")
    first = page.locator(".gallery-item .photo").first
    expect(first).to_have_css("background-image", re.compile("^url"))
    before = first.bounding_box()
    for route in waiting:
        route.continue_()
    expect(first).to_have_css("background-image", "none")
    assert first.bounding_box() == before


def test_a_picture_that_does_not_come_leaves_its_words(page: Page, contest: Contest) -> None:
    page.route(re.compile(r"/media/.*\.webp"), lambda route: route.abort())
    page.goto(gallery_of(contest), wait_until="domcontentloaded")
    first = page.locator(".gallery-item .photo").first
    expect(first).to_have_css("background-image", "none")
    box = first.bounding_box()
    assert box is not None
    assert box["height"] > 20
