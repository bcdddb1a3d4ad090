"""A judge's browser on the ballots of a score round, and what the database has of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from contests.states import ContestState
from judging.models import Ballot, Mark, Round
from judging.states import BallotState, RoundState
from tests import factories
from tests.conftest import LiveServer
from tests.database import settle

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
        expect_ready(page)

    def press(self, page: Page, keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    def points(self, place: int) -> list[int]:
        mine = Mark.ballot_id == self.ballots[place]
        found = self.session.scalars(select(Mark.points).where(mine).order_by(Mark.criterion_id))
        points = list(found)
        settle(self.app)  # the server could not write while this session is open
        return points

    def ballot(self, place: int) -> Row[int, str, str, datetime | None, int]:
        columns = (Ballot.version, Ballot.comment, Ballot.note, Ballot.skipped_at, Ballot.entry_id)
        row = self.session.execute(select(*columns).where(Ballot.id == self.ballots[place])).one()
        settle(self.app)
        return row

    def state(self, place: int) -> BallotState:
        mine = Ballot.id == self.ballots[place]
        state = self.session.scalars(select(Ballot.state).where(mine)).one()
        settle(self.app)
        return state

    def change_round(self, state: RoundState) -> None:
        round_ = self.session.scalars(select(Round)).one()
        round_.state = state
        round_.closed_at = None if state is RoundState.OPEN else datetime.now(UTC)
        settle(self.app)


def expect_ready(page: Page) -> None:
    """Expect a ballot that hears keys: its script has pointed at a criterion."""
    expect(page.locator(".criterion-current")).to_have_count(1)


def expect_saved(page: Page) -> None:
    """Expect the page to say that the server has all, and since when."""
    expect(page.locator(SAVED)).to_have_text(SAVED_AT)


def expect_waiting(page: Page, count: int) -> None:
    """Expect the page to say how many changes wait for a network."""
    expect(page.locator(SAVED)).to_contain_text(f"offline, {count} waiting")


def expect_queued(page: Page) -> None:
    """Expect the page to say that a submission waits for a network."""
    words = "Submitted here; it is sent when the network is back"
    expect(page.locator(SAVED)).to_have_text(words)


def comment_of(page: Page) -> Locator:
    return page.get_by_label("Comment for the panel")


def go_on(page: Page, name: str = "Submit and next") -> None:
    page.get_by_role("button", name=name).click()


def cookie_of(app: Flask, user: User, url: str) -> dict[str, str]:
    """Return the cookie of somebody who has signed in."""
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    said = {"_user_id": user.fs_uniquifier, "_fresh": True, "fs_cc": "set"}
    return {"name": "session", "value": str(serializer.dumps(said)), "url": url}


def judges_room(
    app: Flask, session: Session, live_server: LiveServer, new_page: Callable[..., Page]
) -> Callable[..., Room]:
    """Return what opens a browser for the judge of three entries without pictures."""
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
