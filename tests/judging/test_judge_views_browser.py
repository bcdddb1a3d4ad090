"""A judge in Chromium: marking by keyboard, two windows, no network, hasty clicks, no script."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from contests.states import ContestState
from judging.models import Ballot, Mark
from judging.states import BallotState
from tests import factories
from tests.conftest import LiveServer
from tests.database import settle

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]

SAVED = "[data-saved]"
SAVED_AT = re.compile(r"^saved \d\d:\d\d$")
CHOSEN = "input[type=radio]:checked"


@dataclass
class Room:
    """A judge's browser, and the ids of the ballots it is about."""

    page: Page
    ballots: list[int]
    session: Session
    app: Flask

    def url(self, place: int) -> str:
        return f"/judge/ballots/{self.ballots[place]}"

    def open(self, page: Page, place: int) -> None:
        page.goto(self.url(place))
        # Keys are heard once the script has pointed at a criterion.
        expect(page.locator(".criterion-current")).to_have_count(1)

    def press(self, page: Page, keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    def points(self, place: int) -> list[int]:
        mine = Mark.ballot_id == self.ballots[place]
        found = self.session.scalars(select(Mark.points).where(mine).order_by(Mark.criterion_id))
        points = list(found)
        settle(self.app)  # the server could not write while this session is open
        return points

    def state(self, place: int) -> BallotState:
        mine = Ballot.id == self.ballots[place]
        state = self.session.scalars(select(Ballot.state).where(mine)).one()
        settle(self.app)
        return state


def cookie_of(app: Flask, user: User, url: str) -> dict[str, str]:
    """Return the cookie of somebody who has signed in."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    said = {"_user_id": user.fs_uniquifier, "_fresh": True, "fs_cc": "set"}
    return {"name": "session", "value": str(serializer.dumps(said)), "url": url}


@pytest.fixture
def room(
    app: Flask, session: Session, live_server: LiveServer, new_page: Callable[..., Page]
) -> Callable[..., Room]:
    now = datetime.now(UTC)
    contest = factories.contest(
        session,
        state=ContestState.JUDGING,
        opens_at=now - timedelta(days=9),
        closes_at=now - timedelta(days=1),
    )
    person = factories.user(session, "Jun Tanaka")
    entrant = factories.user(session)
    judge = factories.judge(session, contest, person)
    round_ = factories.round_(session, contest)
    ballots = [
        factories.ballot(
            session, round_, judge, factories.entry(session, contest, entrant, pictures=[])
        ).id
        for _ in range(3)
    ]
    cookie = cookie_of(app, person, live_server.url)
    settle(app)

    def enter(**options: object) -> Room:
        page = new_page(**options)
        page.context.add_cookies([cookie])  # type: ignore[list-item] # playwright's TypedDict
        return Room(page, ballots, session, app)

    return enter


def test_a_ballot_is_marked_submitted_and_left_by_keyboard(room: Callable[..., Room]) -> None:
    here = room()
    page = here.page
    here.open(page, 0)
    here.press(page, "70")
    expect(page.locator(SAVED)).to_have_text(SAVED_AT)
    expect(page.locator(CHOSEN)).to_have_count(2)
    assert here.points(0) == [7, 10]
    page.locator("textarea").fill("Good light; n and 5 are only letters here.")
    here.press(page, "n5")
    expect(page.locator("textarea")).to_have_value("Good light; n and 5 are only letters here.n5")
    page.get_by_role("button", name="Submit and next").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{here.url(1)}")
    assert here.state(0) is BallotState.SUBMITTED
    expect(page.locator(".ballot-status")).to_contain_text("1 of 3")
    expect(page.locator(".criterion-current")).to_have_count(1)
    here.press(page, "n")
    page.wait_for_url(f"**{here.url(2)}")
    expect(page.locator(".criterion-current")).to_have_count(1)
    here.press(page, "p")
    page.wait_for_url(f"**{here.url(1)}")


def test_two_windows_are_told_apart_and_nothing_is_lost(room: Callable[..., Room]) -> None:
    here = room()
    first, second = here.page, here.page.context.new_page()
    here.open(first, 0)
    here.open(second, 0)
    here.press(second, "2")
    expect(second.locator(SAVED)).to_have_text(SAVED_AT)
    here.press(first, "8")
    conflict = first.locator(".conflict")
    expect(conflict).to_contain_text("You changed this ballot in another window")
    assert here.points(0) == [2]
    conflict.get_by_role("button", name="Keep these marks").click()
    expect(first.locator(SAVED)).to_have_text(SAVED_AT)
    assert here.points(0) == [8]
    here.press(second, "3")
    second.locator(".conflict").get_by_role("button", name="Keep those marks").click()
    expect(second.locator("input[name=mark-relevance]:checked")).to_have_value("8")
    assert here.points(0) == [8]


def test_a_double_click_submits_once_and_skips_nothing(room: Callable[..., Room]) -> None:
    here = room()
    page = here.page
    here.open(page, 0)
    here.press(page, "55")
    page.get_by_role("button", name="Submit and next").dblclick()
    page.wait_for_url(f"**{here.url(1)}")
    assert [here.state(place) for place in range(3)] == [
        BallotState.SUBMITTED,
        BallotState.ASSIGNED,
        BallotState.ASSIGNED,
    ]


def test_marks_given_without_a_network_arrive_later(room: Callable[..., Room]) -> None:
    here = room()
    page = here.page
    here.open(page, 0)
    page.context.set_offline(True)
    here.press(page, "4")
    expect(page.locator(SAVED)).to_contain_text("offline, 1 waiting")
    assert here.points(0) == []
    page.context.set_offline(False)
    expect(page.locator(SAVED)).to_have_text(SAVED_AT)
    assert here.points(0) == [4]


def test_a_ballot_is_submitted_once_the_network_is_back(room: Callable[..., Room]) -> None:
    here = room()
    page = here.page
    here.open(page, 0)
    here.press(page, "45")
    expect(page.locator(SAVED)).to_have_text(SAVED_AT)
    page.context.set_offline(True)
    submit = page.get_by_role("button", name="Submit and next")
    for _press in range(2):
        submit.click()
        expect(page.locator(SAVED)).to_contain_text("offline, 1 waiting")
        expect(page.locator(CHOSEN)).to_have_count(2)
    assert here.state(0) is BallotState.DRAFT
    page.context.set_offline(False)
    expect(page.locator(SAVED)).to_have_text(SAVED_AT)
    submit.click()
    page.wait_for_url(f"**{here.url(1)}")
    assert here.state(0) is BallotState.SUBMITTED


def test_without_a_network_nobody_is_led_away(room: Callable[..., Room]) -> None:
    here = room()
    page = here.page
    here.open(page, 1)
    page.context.set_offline(True)
    here.press(page, "n")
    expect(page.locator(SAVED)).to_contain_text("offline")
    here.press(page, "8pn")
    expect(page.locator(SAVED)).to_contain_text("offline, 1 waiting")
    expect(page.locator(CHOSEN)).to_have_value("8")
    page.context.set_offline(False)
    expect(page.locator(SAVED)).to_have_text(SAVED_AT)
    here.press(page, "p")
    page.wait_for_url(f"**{here.url(0)}")
    assert here.points(1) == [8]


def test_one_and_nought_are_ten(room: Callable[..., Room]) -> None:
    here = room()
    page = here.page
    here.open(page, 0)
    here.press(page, "1010")
    expect(page.locator(CHOSEN)).to_have_count(2)
    expect(page.locator(SAVED)).to_have_text(SAVED_AT)
    assert here.points(0) == [10, 10]
    page.locator("textarea").press("Control+Enter")
    page.wait_for_url(f"**{here.url(1)}")
    assert here.state(0) is BallotState.SUBMITTED
    page.goto(here.url(0))
    expect(page.locator(".ballot-form")).to_contain_text("you can change it until the round closes")
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_url(f"**{here.url(1)}")


def test_the_marks_are_one_tap_away_on_a_phone(room: Callable[..., Room]) -> None:
    here = room(viewport={"width": 320, "height": 640})
    page = here.page
    here.open(page, 0)
    for name in ("To the list", "Marks", "Skip for now"):
        link = page.locator(".ballot-acts").get_by_role("link", name=name)
        expect(link).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("button", name="Submit and next")).to_be_in_viewport(ratio=1)
    page.get_by_role("link", name="Marks").click()
    expect(page.locator(".marks").first).to_be_in_viewport(ratio=1)


def test_marks_outlive_a_session_that_ended(room: Callable[..., Room]) -> None:
    here = room()
    page = here.page
    here.open(page, 0)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    here.press(page, "6")
    expect(page.locator(".saved-problem")).to_have_count(1)
    page.context.add_cookies(cookies)  # type: ignore[arg-type] # playwright's two TypedDicts
    here.open(page, 0)
    expect(page.locator("input[name=mark-relevance]:checked")).to_have_value("6")
    expect(page.locator(SAVED)).to_have_text(SAVED_AT)
    assert here.points(0) == [6]


def test_without_script_a_ballot_can_be_saved_and_submitted(room: Callable[..., Room]) -> None:
    here = room(java_script_enabled=False)
    page = here.page
    page.goto(here.url(0))
    page.locator("input[name=mark-relevance][value='7']").check(force=True)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(SAVED)).to_have_text(SAVED_AT)
    page.locator("input[name=mark-originality][value='9']").check(force=True)
    page.get_by_role("button", name="Submit and next").click()
    page.wait_for_url(f"**{here.url(1)}")
    assert here.points(0) == [7, 9]
