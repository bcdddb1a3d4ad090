"""Comparing two in Chromium: by key, click and thumb; hasty clicks, two windows, no network."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import AuditEvent
from judging.models import Comparison
from judging.ranking import Kind
from tests.axe import faults
from tests.conftest import LiveServer
from tests.database import settle
from tests.judging.asked import Asked, asked, compare
from tests.judging.judges_room import cookie_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]

SAVED = "[data-saved]"
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}
PAIRS = ((2, 1), (3, 4), (1, 3))


@dataclass
class Room:
    """A judge's browser, and the comparisons that are theirs."""

    page: Page
    here: Asked
    made: list[int]
    session: Session
    app: Flask

    def url(self, place: int) -> str:
        return f"/judge/comparisons/{self.made[place]}"

    def open(self, place: int = 0) -> None:
        self.page.goto(self.url(place))
        self.ready(place)

    def ready(self, place: int) -> None:
        expect(self.page).to_have_url(re.compile(f"{self.url(place)}$"))
        expect(self.page.locator("form[data-ready]")).to_have_count(1)
        expect(self.page.locator("[name=chosen][aria-disabled]")).to_have_count(0)

    def beside(self) -> "Room":
        """Return the same browser's second tab."""
        return replace(self, page=self.page.context.new_page())

    def chosen(self) -> list[int | None]:
        """Return the numbers of the entries chosen so far."""
        numbers = {entry.id: entry.number for entry in self.here.entries}
        found = self.session.scalars(select(Comparison.chosen_id).order_by(Comparison.id)).all()
        settle(self.app)  # the server could not write while this session is open
        return [numbers[one] if one else None for one in found]

    def votes(self) -> int:
        found = self.session.scalars(
            select(AuditEvent.id).where(AuditEvent.verb == "comparison.vote")
        ).all()
        settle(self.app)
        return len(found)


@pytest.fixture
def room(
    app: Flask, session: Session, live_server: LiveServer, new_page: Callable[..., Page]
) -> Callable[..., Room]:
    here = asked(session, Kind.PAIRWISE, app=app)
    made = [
        compare(session, here, first=first, second=second, position=position).id
        for position, (first, second) in enumerate(PAIRS)
    ]
    cookie = cookie_of(app, here.people[0], live_server.url)
    settle(app)

    def enter(**options: object) -> Room:
        page = new_page(**options)
        page.context.add_cookies([cookie])  # type: ignore[list-item] # playwright's TypedDict
        return Room(page, here, made, session, app)

    return enter


def test_keys_choose_skip_and_take_back(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    keyboard = here.page.keyboard
    keyboard.press("ArrowLeft")
    here.ready(1)
    assert here.chosen() == [2, None, None]
    keyboard.press("s")
    here.ready(2)
    keyboard.press("u")
    here.ready(0)
    assert here.chosen() == [None, None, None]
    keyboard.press("2")
    here.ready(2)
    keyboard.press("ArrowRight")
    here.ready(1)
    keyboard.press("1")
    expect(here.page.get_by_text("Thank you: all 3 are compared.")).to_be_visible()
    assert here.chosen() == [1, 3, 3]


def test_a_choice_is_changed_from_the_list(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    here.page.get_by_role("button", name="Choose entry 0002").click()
    here.ready(1)
    here.page.get_by_role("link", name="Your choices").click()
    here.page.get_by_role("link", name="Look at it again, or change it").click()
    here.ready(0)
    expect(here.page.get_by_role("button", name="Your choice: entry 0002")).to_be_visible()
    here.page.get_by_role("button", name="Choose entry 0001").click()
    here.ready(1)
    assert here.chosen() == [1, None, None]
    assert here.votes() == 2


def test_a_double_click_counts_once(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    here.page.get_by_role("button", name="Choose entry 0002").dblclick()
    here.ready(1)
    assert here.chosen() == [2, None, None]
    assert here.votes() == 1


def test_a_choice_counts_once_both_were_shown(room: Callable[..., Room]) -> None:
    here = room()
    page = here.page
    held: list[Route] = []
    pictures = re.compile(r"/(320|800)")

    def hold(route: Route) -> None:
        held.append(route)

    page.route(pictures, hold)
    page.goto(here.url(0), wait_until="commit")
    expect(page.locator("form[data-ready]")).to_have_count(1)
    expect(page.locator("[data-wait]")).to_have_text(
        "You can choose once both pictures were shown."
    )
    page.keyboard.press("1")
    page.wait_for_timeout(300)
    assert here.chosen() == [None, None, None]
    assert held
    for route in held:
        route.continue_()
    page.unroute(pictures)
    here.ready(0)
    page.keyboard.press("1")
    here.ready(1)
    assert here.chosen() == [2, None, None]


def test_a_stale_window_is_asked(room: Callable[..., Room]) -> None:
    one, two = room(), room()
    one.open()
    two.open()
    one.page.keyboard.press("1")
    one.ready(1)
    two.page.keyboard.press("2")
    box = two.page.locator(".conflict")
    expect(box).to_contain_text("Which choice should stand?")
    assert two.chosen() == [2, None, None]
    box.get_by_role("button", name="Keep this device's choice").click()
    expect(box).to_have_count(0)
    expect(two.page.locator(SAVED)).to_have_text(re.compile(r"saved \d\d:\d\d"))
    assert two.chosen() == [1, None, None]


def test_a_second_tab_shows_the_choice_of_the_first(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    other = here.beside()
    other.open()
    here.page.keyboard.press("1")
    here.ready(1)
    chosen = other.page.get_by_role("button", name="Your choice: entry 0002")
    expect(chosen).to_have_attribute("aria-pressed", "true")
    expect(other.page.locator(".pair-chosen")).to_have_attribute("data-side", "2")
    expect(other.page.get_by_role("button", name="Choose entry 0001")).to_have_class(
        re.compile("button-quiet")
    )
    expect(other.page.locator("[data-count]")).to_have_text("1 of 3")
    other.page.keyboard.press("2")
    other.ready(1)
    assert here.chosen() == [1, None, None], "seen, so it is meant"
    expect(other.page.locator("[data-count]")).to_have_text("1 of 3")


def test_a_tab_that_did_not_hear_of_a_choice_does_not_overturn_it(
    room: Callable[..., Room],
) -> None:
    here = room()
    here.open()
    other = here.beside()
    other.page.add_init_script(
        "window.BroadcastChannel = class extends EventTarget { postMessage() {} }"
    )
    other.open()
    here.page.keyboard.press("1")
    here.ready(1)
    expect(other.page.locator(".pair-chosen")).to_have_count(0)
    other.page.keyboard.press("2")
    expect(other.page.locator("[data-wait]")).to_have_text("Your choice: entry 0002")
    expect(other.page.locator(".pair-chosen")).to_have_attribute("data-side", "2")
    other.page.wait_for_timeout(300)
    assert here.chosen() == [2, None, None]
    assert here.votes() == 1
    other.page.keyboard.press("2")
    other.ready(1)
    assert here.chosen() == [1, None, None], "seen, so it is meant"


def test_without_a_network_the_choice_waits(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    page = here.page
    page.context.set_offline(True)
    page.keyboard.press("1")
    expect(page.locator(SAVED)).to_contain_text("Your choice is kept here")
    expect(page.locator(".pair-chosen")).to_have_attribute("data-side", "2")
    page.keyboard.press("2")
    expect(page.locator(".pair-chosen")).to_have_attribute("data-side", "1")
    page.get_by_role("link", name="Judge's desk").click()
    expect(page).to_have_url(re.compile(f"{here.url(0)}$"))
    assert here.chosen() == [None, None, None]
    page.context.set_offline(False)
    here.ready(1)
    assert here.chosen() == [1, None, None]


def test_a_thumb_chooses_on_a_small_phone(room: Callable[..., Room]) -> None:
    here = room(**PHONE)
    here.open()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert here.page.evaluate(wide) == 0
    tops = [side.bounding_box() for side in here.page.locator(".pair-side").all()]
    assert tops[0] is not None
    assert tops[1] is not None
    assert tops[0]["y"] + tops[0]["height"] <= tops[1]["y"] + 1, "above each other"
    here.page.get_by_role("button", name="Choose entry 0001").tap()
    here.ready(1)
    assert here.chosen() == [1, None, None]


def test_in_the_mirrored_page_the_keys_follow_the_sides(room: Callable[..., Room]) -> None:
    here = room()

    def mirror(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('dir="ltr"', 'dir="rtl"', 1))

    here.page.route("**/judge/comparisons/*", mirror)
    here.open()
    first, second = (side.bounding_box() for side in here.page.locator(".pair-side").all())
    assert first is not None
    assert second is not None
    assert first["x"] > second["x"]
    here.page.keyboard.press("ArrowRight")
    here.ready(1)
    assert here.chosen() == [2, None, None]


def test_nothing_breaks_the_rules_and_pictures_open_large(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    assert faults(here.page) == []
    here.page.locator(".photo-link").first.click()
    expect(here.page.locator(".lightbox")).to_be_visible()
    here.page.keyboard.press("ArrowRight")
    here.page.keyboard.press("Escape")
    expect(here.page.locator(".lightbox")).to_have_count(0)
    assert here.chosen() == [None, None, None]
    here.page.get_by_role("link", name="Pixel for pixel").click()
    expect(here.page.get_by_role("link", name="Back to the two")).to_be_visible()


def test_the_next_pictures_are_there_before_they_are_asked_for(room: Callable[..., Room]) -> None:
    here = room()
    asked_for: list[str] = []
    here.page.on("request", lambda request: asked_for.append(request.url))
    here.open()
    here.page.wait_for_load_state("networkidle")
    files = [entry.current.files[0].asset.public_id for entry in here.here.entries if entry.current]
    settle(here.app)
    assert all(any(name in url for url in asked_for) for name in files), "all four"


def test_without_a_script_a_click_decides(room: Callable[..., Room]) -> None:
    here = room(java_script_enabled=False)
    here.page.goto(here.url(0))
    here.page.get_by_role("button", name="Choose entry 0002").click()
    expect(here.page).to_have_url(re.compile(f"{here.url(1)}$"))
    assert here.chosen() == [2, None, None]
