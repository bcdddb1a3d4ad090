"""An order in Chromium: by mouse, by keyboard, by thumb; two windows, no network, no script."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import FloatRect, Locator, Page, expect
from sqlalchemy.orm import Session

from judging.queries.orders import Groups, find_order, groups_of
from judging.ranking import Kind
from judging.states import BallotState
from tests.axe import faults
from tests.conftest import LiveServer
from tests.database import settle
from tests.judging.asked import Asked, asked, close
from tests.judging.judges_room import cookie_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]

SAVED = "[data-saved]"
SAVED_AT = re.compile(r"^saved \d\d:\d\d$")
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True, "is_mobile": True}


@dataclass
class Room:
    """A judge's browser on an order, and what the database has of it."""

    page: Page
    here: Asked
    session: Session
    app: Flask
    url: str

    def open(self) -> None:
        self.page.goto(self.url)
        expect(self.page.locator("form[data-ready]")).to_have_count(1)

    def line(self, number: int) -> Locator:
        return self.page.locator(f'[data-entry="{number}"]')

    def move(self, name: str, number: int) -> None:
        self.line(number).locator(f'[data-move="{name}"]').click()

    def expect_ranked(self, *numbers: int) -> None:
        lines = self.page.locator("[data-ranked] [data-entry]")
        expect(lines).to_have_count(len(numbers))
        for place, number in enumerate(numbers):
            expect(lines.nth(place)).to_have_attribute("data-entry", str(number))

    def expect_saved(self) -> None:
        expect(self.page.locator(SAVED)).to_have_text(SAVED_AT)

    def groups(self) -> Groups:
        order = find_order(self.session, judge=self.here.judge, round_=self.here.round_)
        groups = groups_of(order.lines) if order else ()
        settle(self.app)  # the server could not write while this session is open
        return groups

    def state(self) -> BallotState | None:
        order = find_order(self.session, judge=self.here.judge, round_=self.here.round_)
        state = order.state if order else None
        settle(self.app)
        return state

    def rank(self, *numbers: int) -> None:
        for number in numbers:
            self.move("in", number)
        self.expect_ranked(*numbers)
        self.expect_saved()


@pytest.fixture
def room(
    app: Flask, session: Session, live_server: LiveServer, new_page: Callable[..., Page]
) -> Callable[..., Room]:
    here = asked(session, Kind.RANK, app=app)
    cookie = cookie_of(app, here.people[0], live_server.url)
    url = f"/judge/rounds/{here.round_.id}/order"
    settle(app)

    def enter(**options: object) -> Room:
        page = new_page(**options)
        page.context.add_cookies([cookie])  # type: ignore[list-item] # playwright's TypedDict
        return Room(page, here, session, app, url)

    return enter


def at_rest(page: Page, what: Locator) -> FloatRect:
    """Return where something is once it has stopped moving."""
    before = None
    while (now := what.bounding_box()) != before or now is None:
        before = now
        page.wait_for_timeout(200)
    return now


def drag(page: Page, grip: Locator, to: Locator, *, after: bool = False) -> None:
    """Drag a line by its handle, slowly enough for a browser to see it."""
    # Pictures arrive and lines glide to their places: what moves is not where it was measured.
    end = at_rest(page, to)
    start = at_rest(page, grip)
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    y = end["y"] + (end["height"] - 4 if after else 4)
    page.mouse.move(end["x"] + 40, y, steps=12)
    page.mouse.move(end["x"] + 40, y + (2 if after else -2), steps=3)
    page.wait_for_timeout(200)
    page.mouse.up()


def test_entries_are_dragged_into_order(room: Callable[..., Room]) -> None:
    here = room(viewport={"width": 1200, "height": 1100})
    here.open()
    here.rank(1, 2, 3)
    drag(here.page, here.line(3).locator(".order-grip"), here.line(1))
    here.expect_ranked(3, 1, 2)
    here.expect_saved()
    assert here.groups() == ((3,), (1,), (2,))
    drag(here.page, here.line(4).locator(".order-grip"), here.line(2))
    here.expect_ranked(3, 1, 4, 2)
    drag(here.page, here.line(1).locator(".order-grip"), here.page.locator("[data-pile]"))
    here.expect_ranked(3, 4, 2)
    expect(here.page.locator("[data-count]")).to_have_text("3 of 4 ranked")
    here.expect_saved()
    expect(here.line(1).locator("[data-place]")).to_have_value("")
    assert here.groups() == ((3,), (4,), (2,))


def test_the_keyboard_alone_grabs_and_moves(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    page, keyboard = here.page, here.page.keyboard
    here.rank(1, 2, 3)
    grip = here.line(3).locator(".order-grip")
    grip.focus()
    keyboard.press("Space")
    expect(grip).to_have_attribute("aria-pressed", "true")
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    here.expect_ranked(3, 1, 2)
    expect(grip).to_be_focused()
    keyboard.press("Escape")
    here.expect_ranked(1, 2, 3)
    keyboard.press("Space")
    keyboard.press("ArrowUp")
    keyboard.press("Space")
    expect(grip).to_have_attribute("aria-pressed", "false")
    expect(page.locator("[data-told]")).to_have_text("Entry 0003: place 2 of 4.")
    keyboard.press("ArrowUp")  # not grabbed any more
    here.expect_ranked(1, 3, 2)
    keyboard.press("Alt+ArrowUp")
    here.expect_ranked(3, 1, 2)


def test_the_keyboard_alone_ties_takes_back_and_submits(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    page, keyboard = here.page, here.page.keyboard
    here.rank(3, 1, 2)
    tie = here.line(2).locator('[data-move="tie"]')
    tie.focus()
    keyboard.press("Enter")
    expect(here.line(2)).to_have_class(re.compile("order-tied"))
    expect(here.line(2).locator("[data-place]")).to_have_value("2")
    keyboard.press("u")
    expect(here.line(2)).not_to_have_class(re.compile("order-tied"))
    keyboard.press("Enter")
    here.expect_saved()
    page.get_by_role("button", name="Submit the order").focus()
    keyboard.press("Enter")
    expect(page.get_by_text("Thank you: your order was submitted")).to_be_visible()
    assert here.groups() == ((3,), (1, 2))
    assert here.state() is BallotState.SUBMITTED


def test_places_are_written_and_moved_by_buttons(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    for number, place in ((2, "1"), (4, "2"), (1, "2")):
        here.line(number).locator("[data-place]").fill(place)
        here.line(number).locator("[data-place]").press("Enter")
    here.expect_ranked(2, 4, 1)
    here.expect_saved()
    assert here.groups() == ((2,), (1, 4))
    assert here.state() is BallotState.DRAFT, "Enter in a place submits nothing"
    here.line(4).locator("[data-place]").press("Enter")
    here.expect_ranked(2, 4, 1)
    here.move("down", 4)
    here.expect_ranked(2, 1, 4)
    here.move("top", 4)
    here.expect_ranked(4, 2, 1)
    here.move("out", 2)
    here.expect_ranked(4, 1)
    expect(here.page.locator("[data-left]")).to_contain_text("2 entries are left out")
    here.page.get_by_role("button", name="Undo").click()
    here.expect_ranked(4, 2, 1)
    here.expect_saved()
    assert here.groups() == ((4,), (2,), (1,))


def test_nothing_ranked_is_not_submitted(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    expect(here.page.get_by_text("No entry has a place yet.")).to_be_visible()
    expect(here.page.get_by_text("Every entry has a place.", exact=True)).to_be_hidden()
    here.page.get_by_role("button", name="Submit the order").click()
    expect(here.page.locator(".explained")).to_contain_text("Give at least one entry a place")
    assert here.state() is None


def test_a_thumb_orders_on_a_small_phone(room: Callable[..., Room]) -> None:
    here = room(**PHONE)
    here.open()
    page = here.page
    for number in (2, 1, 3):
        here.line(number).locator('[data-move="in"]').tap()
    here.expect_ranked(2, 1, 3)
    here.line(3).locator('[data-move="up"]').tap()
    here.expect_ranked(2, 3, 1)
    here.expect_saved()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    for box in page.locator("[data-ranked] button:visible").all():
        size = box.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 44
    page.get_by_role("button", name="Submit the order").tap()
    expect(page.get_by_text("Thank you: your order was submitted")).to_be_visible()


def test_two_tabs_of_one_browser_show_the_same(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    other = Room(here.page.context.new_page(), here.here, here.session, here.app, here.url)
    other.open()
    here.rank(1, 2)
    other.expect_ranked(1, 2)
    other.move("up", 2)
    here.expect_ranked(2, 1)
    other.expect_saved()
    assert here.groups() == ((2,), (1,))


def test_two_devices_are_asked_which_order_stands(room: Callable[..., Room]) -> None:
    one, two = room(), room()
    one.open()
    two.open()
    one.rank(1, 2)
    two.move("in", 3)
    box = two.page.locator(".conflict")
    expect(box).to_contain_text("Which order should stand?")
    expect(box).to_contain_text("0003 Work 3")
    expect(box.get_by_role("row", name="0001 Work 1")).to_have_text("0001 Work 1no place1")
    expect(box.get_by_role("row", name="0003 Work 3")).to_have_text("0003 Work 31no place")
    two.page.set_viewport_size({"width": 320, "height": 640})
    title = box.get_by_role("rowheader", name="0003 Work 3").bounding_box()
    assert title is not None
    assert title["width"] > 200, "a title has its own line on a phone"
    box.get_by_role("button", name="Keep the other device's order").click()
    two.expect_ranked(1, 2)
    one.move("up", 2)
    one.expect_saved()
    two.move("in", 4)
    expect(box).to_be_visible()
    box.get_by_role("button", name="Keep this device's order").click()
    two.expect_saved()
    assert two.groups() == ((1,), (2,), (4,))


def test_a_comment_joins_an_order_from_another_device(room: Callable[..., Room]) -> None:
    one, two = room(), room()
    one.open()
    two.open()
    one.rank(2, 1)
    two.page.get_by_label("Comment for the panel").fill("Two is bold.")
    expect(two.page.locator(".joined")).to_contain_text("from another device: your order")
    two.expect_ranked(2, 1)
    two.expect_saved()
    two.page.get_by_role("button", name="Submit the order").click()
    expect(two.page.get_by_text("Thank you: your order was submitted")).to_be_visible()
    expect(two.page.locator(".conflict, .joined")).to_have_count(0)
    one.move("up", 1)
    expect(one.page.locator(".conflict")).to_contain_text("You submitted this order on another")
    assert one.groups() == ((2,), (1,))
    one.page.get_by_role("button", name="Keep this device's order").click()
    one.expect_saved()
    assert (one.groups(), one.state()) == (((1,), (2,)), BallotState.SUBMITTED)


def test_without_a_network_nothing_is_lost(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    here.rank(1)
    page = here.page
    page.context.set_offline(True)
    here.move("in", 2)
    here.move("up", 2)
    page.get_by_label("Comment for the panel").fill("Two is bold.")
    expect(page.locator(SAVED)).to_contain_text("offline, 3 waiting")
    page.get_by_role("button", name="Submit the order").click()
    expect(page.locator(SAVED)).to_contain_text("Submitted here")
    expect(page.get_by_role("button", name="Submitted here")).to_be_disabled()
    page.get_by_role("link", name="Judge's desk").click()
    here.expect_ranked(2, 1)
    page.get_by_text("I have a conflict of interest here").click()
    page.get_by_label("Entry", exact=True).select_option("3")
    page.get_by_label("What is the conflict?").fill("My team's.")
    page.get_by_role("button", name="Step back from this entry").click()
    expect(page.locator(SAVED)).to_contain_text("go on when the network is back")
    assert here.groups() == ((1,),)
    page.context.set_offline(False)
    expect(page.get_by_text("Thank you: your order was submitted")).to_be_visible()
    assert here.groups() == ((2,), (1,))
    assert here.state() is BallotState.SUBMITTED


def test_a_closed_lid_loses_nothing(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    here.rank(1)
    here.page.context.set_offline(True)
    here.move("in", 3)
    expect(here.page.locator(SAVED)).to_contain_text("offline, 1 waiting")
    context = here.page.context
    here.page.close()
    context.set_offline(False)
    again = Room(context.new_page(), here.here, here.session, here.app, here.url)
    again.open()
    again.expect_ranked(1, 3)
    again.expect_saved()
    assert again.groups() == ((1,), (3,))


def test_a_round_that_closed_meanwhile_is_said(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    here.rank(1)
    close(here.session, here.here.round_)
    settle(here.app)
    here.move("in", 2)
    expect(here.page.locator("[data-needs]")).to_contain_text("This round closed on")
    expect(here.page.locator("[data-needs]")).to_contain_text("came too late")
    first = here.page.locator("[data-needs] .button:not(.button-quiet)")
    expect(first).to_have_text(["Copy this order"])
    assert here.groups() == ((1,),)


def test_pictures_open_large_and_nothing_breaks_the_rules(room: Callable[..., Room]) -> None:
    here = room()
    here.open()
    here.rank(2, 1)
    assert faults(here.page) == []
    here.line(2).locator(".photo-link").click()
    expect(here.page.locator(".lightbox")).to_be_visible()
    here.page.keyboard.press("u")
    here.page.keyboard.press("Escape")
    expect(here.page.locator(".lightbox")).to_have_count(0)
    here.expect_ranked(2, 1)


def test_without_a_script_places_are_written(room: Callable[..., Room]) -> None:
    here = room(java_script_enabled=False)
    page = here.page
    page.goto(here.url)
    here.line(3).locator("input").fill("1")
    here.line(1).locator("input").fill("2")
    page.get_by_role("button", name="Submit the order").click()
    expect(page.get_by_text("Thank you: your order was submitted")).to_be_visible()
    assert here.groups() == ((3,), (1,))
