"""Checking entries in Chromium: from one to the next by keys alone, and many on a telephone."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from contests.models import Contest, Entry
from tests import axe, factories
from tests.conftest import LiveServer
from tests.contests.test_screening import AT, alike, enter
from tests.database import settle
from tests.journeys.people import be
from tests.media.shelves import shelved

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]


@pytest.fixture
def contest(app: Flask, session: Session, live_server: LiveServer) -> Contest:
    now = clock.now()
    contest = factories.contest(
        session,
        slug="photo-2025",
        opens_at=now - timedelta(days=3000),
        closes_at=now - timedelta(days=1),
    )
    made = []
    for place in range(5):
        owner = factories.user(session)
        picture = shelved(app, session, owner)
        made.append(
            enter(session, contest, owner=owner, pictures=[picture], consent=place not in {1, 3})
        )
    alike(session, made[0], made[3])
    settle(live_server.app)
    return contest


@pytest.fixture
def desk(
    new_page: Callable[..., Page], session: Session, contest: Contest, live_server: LiveServer
) -> Callable[..., Page]:
    """Open a browser in which an organiser of the contest is signed in."""
    del contest
    organiser = factories.organiser(session)
    settle(live_server.app)

    def open_page(**options: object) -> Page:
        page = new_page(**options)
        be(page, live_server, organiser)
        session.rollback()  # it read who that is, and the server has to write
        return page

    return open_page


def verdicts(session: Session) -> list[str]:
    # Nothing but reading, and then the lock is let go: the server has to write.
    found = session.scalars(select(Entry.screening).order_by(Entry.number)).all()
    session.rollback()
    return [screening.value for screening in found]


def arrive(page: Page, url: str) -> None:
    """Wait until a page is there and hears keys: its address changes before its scripts run."""
    expect(page).to_have_url(re.compile(url))
    page.wait_for_load_state()


def test_entries_are_checked_by_keys_alone(desk: Callable[..., Page], session: Session) -> None:
    page = desk()
    page.goto(f"{AT}?finding=any")
    axe.check(page)
    page.get_by_role("link", name="Check entry 0001").click()
    axe.check(page)
    page.keyboard.press("e")
    arrive(page, r"/entries/2\?")
    expect(page.get_by_text("Entry 0001 is eligible.")).to_be_visible()
    page.keyboard.press("i")
    reason = page.get_by_label("Reason").first
    expect(reason).to_be_focused()
    # In the reason the keys are letters again.
    page.keyboard.type("one in pink")
    page.keyboard.press("Enter")
    arrive(page, r"/entries/4\?")
    expect(page.get_by_text("Entry 0002 is not eligible: one in pink")).to_be_visible()
    assert verdicts(session)[:2] == ["eligible", "ineligible"]
    page.keyboard.press("u")
    arrive(page, r"/entries/2\?")
    expect(page.get_by_text("The verdict on entry 0002 is undone.")).to_be_visible()
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    arrive(page, r"/entries/3$")
    page.keyboard.press("p")
    arrive(page, r"/entries/2$")
    assert verdicts(session) == ["eligible", "pending", "pending", "pending", "pending"]


def test_u_goes_back_through_ones_verdicts_and_says_where_there_is_none(
    desk: Callable[..., Page], session: Session
) -> None:
    page = desk()
    page.goto(f"{AT}/1")
    page.keyboard.press("u")
    expect(page.get_by_text("There is no verdict to undo on this page.")).to_be_visible()
    for number in range(1, 5):
        page.keyboard.press("e")
        expect(page.get_by_text(f"Entry 000{number} is eligible.")).to_be_visible()
    page.keyboard.press("e")
    # The last verdict leads to the list, where it can be undone by key as well.
    expect(page.get_by_text("Every entry has a verdict.")).to_be_visible()
    for number in range(5, 0, -1):
        page.keyboard.press("u")
        expect(page.get_by_text(f"The verdict on entry 000{number} is undone.")).to_be_visible()
    assert verdicts(session) == ["pending"] * 5
    page.keyboard.press("u")
    expect(page.get_by_text("There is no verdict to undo on this page.")).to_be_visible()


def test_a_held_key_gives_one_verdict(desk: Callable[..., Page], session: Session) -> None:
    page = desk()
    page.goto(f"{AT}/1")
    page.keyboard.down("e")
    expect(page.get_by_text("Entry 0001 is eligible.")).to_be_visible()
    for _held in range(5):
        page.keyboard.down("e")
    page.keyboard.up("e")
    assert verdicts(session).count("eligible") == 1


def test_on_a_telephone_findings_and_state_are_in_view(desk: Callable[..., Page]) -> None:
    page = desk(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    page.goto(AT)
    card = page.locator(".entry-rows > tr").nth(1)
    for seen in (card.get_by_text("To check"), card.locator(".findings li").first):
        box = seen.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 320
    axe.check(page)
    page.goto(f"{AT}/2")
    verdict, facts = page.get_by_text("Is it eligible?"), page.get_by_text("What the file says")
    above, below = verdict.bounding_box(), facts.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] < below["y"]
    expect(page.get_by_text("SHA-256")).to_be_hidden()
    expect(page.get_by_text("Keys: e eligible")).to_be_hidden()
    axe.check(page)


def test_all_without_findings_are_accepted_on_a_telephone(
    desk: Callable[..., Page], session: Session
) -> None:
    page = desk(viewport={"width": 320, "height": 640})
    page.goto(AT)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.get_by_text("Accept all without findings").click()
    page.get_by_role("button", name="Accept 2 entries").click()
    expect(page.get_by_text("2 entries without findings are eligible.")).to_be_visible()
    axe.check(page)
    assert verdicts(session) == ["pending", "pending", "eligible", "pending", "eligible"]
    page.get_by_text("Undo it").click()
    page.get_by_role("button", name="Undo accepting them").click()
    expect(page.get_by_text("2 entries wait for a verdict again.")).to_be_visible()
    assert set(verdicts(session)) == {"pending"}
