"""A judge's marks against the world: no network, no server, lost answers, tabs that close."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Error, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from contests.states import ContestState
from judging.models import Ballot, Criterion
from tests import factories
from tests.conftest import LiveServer
from tests.database import settle
from tests.journeys.judging import expect_ready
from tests.journeys.people import be, wait_for

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]

CHANGES = 50
BALLOTS = 4
MOST_TABS = 2

# What the page shows, and what the browser keeps, by field name.
SHOWN = """() => {
  const form = document.querySelector("form[data-ballot]");
  const fields = [...new FormData(form)].filter(([name]) => /^(mark-|comment)/.test(name));
  return Object.fromEntries(fields.filter(([, value]) => value !== ""));
}"""
KEPT = """() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("podium-desk");
  opening.onerror = reject;
  opening.onsuccess = () => {
    const reading = opening.result.transaction("ballots").objectStore("ballots").getAll();
    reading.onerror = reject;
    reading.onsuccess = () => { opening.result.close(); resolve(reading.result); };
  };
})"""

Says = dict[str, str]


@dataclass
class World:
    """One judge's browser in a bad neighbourhood, and what the judge has seen so far."""

    chance: random.Random
    context: BrowserContext
    server: LiveServer
    ballots: list[int]
    tabs: dict[Page, int] = field(default_factory=dict)
    seen: dict[int, Says] = field(default_factory=dict)
    changes: dict[int, int] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    is_up: bool = True
    is_online: bool = True
    to_lose: bool = False

    # --- what a judge does ----------------------------------------------------------------------

    def open(self, tab: Page | None = None) -> Page:
        """Go to some ballot, in a tab of its own if none is given; it says what was seen there."""
        self.mend()
        ballot = self.chance.choice(self.ballots)
        tab = tab or self.context.new_page()
        self.tabs[tab] = ballot
        self.log.append(f"open {ballot}")
        tab.goto(f"/judge/ballots/{ballot}")
        expect_ready(tab)
        self.expect_shown(tab)
        return tab

    def change(self) -> None:
        """Give a mark or write a comment in some tab, and see it there."""
        tab = self.chance.choice(list(self.tabs)) if self.tabs else self.open()
        ballot = self.tabs[tab]
        name = self.chance.choice(["mark-relevance", "mark-originality", "comment"])
        value = str(self.chance.randint(1, 10))
        before = self.seen[ballot].get(name)
        if name == "comment":
            value = f"Said {value} after {sum(self.changes.values())}."
            tab.locator("[name=comment]").fill(value)
        else:
            tab.locator(f"[name={name}][value='{value}']").check(force=True)
        self.log.append(f"{ballot} {name}={value}")
        self.seen[ballot][name] = value
        self.changes[ballot] += before != value
        self.expect_shown(tab)
        wait_for(lambda: self.is_kept(tab, ballot), "the browser to have kept the change")

    def expect_shown(self, tab: Page) -> None:
        """Expect a tab to show what the judge saw of its ballot last, wherever that was."""
        expected = self.seen[self.tabs[tab]]
        try:
            wait_for(lambda: tab.evaluate(SHOWN) == expected or None, "the page to say so")
        except AssertionError:
            story = "\n".join(self.log)
            pytest.fail(f"{story}\n{expected}\n{tab.evaluate(SHOWN)}\n{tab.evaluate(KEPT)}")

    def is_kept(self, tab: Page, ballot: int) -> bool | None:
        """Tell whether the browser would survive its battery now."""
        for record in tab.evaluate(KEPT):
            if record["ballot"] == ballot:
                said = {k: v for k, v in record["content"].items() if v and k != "shown"}
                return said == self.seen[ballot] or None
        return None

    # --- what the world does --------------------------------------------------------------------

    def disturb(self) -> None:
        """Do one of the things that happen on a train."""
        act: Callable[[], Any] = self.chance.choice(
            [
                self.cut,
                self.kill,
                self.lose_answer,
                self.lose_answer,
                self.mend,
                self.reload,
                self.close,
                self.move,
                self.open_another,
                self.rest,
            ]
        )
        act()

    def cut(self) -> None:
        self.log.append("offline")
        self.context.set_offline(True)
        self.is_online = False

    def kill(self) -> None:
        if self.is_up:
            self.log.append("server down")
            self.server.stop()
            self.is_up = False

    def mend(self) -> None:
        self.log.append("mend")
        if not self.is_up:
            self.server.start()
            self.is_up = True
        self.context.set_offline(False)
        self.is_online = True

    def lose_answer(self) -> None:
        """Let the next save reach the server, and its answer nobody."""
        self.to_lose = True

    def pass_on(self, route: Route) -> None:
        """Carry a request as the network would; playwright's own would not know that it is cut."""
        if not self.to_lose or not self.is_online or route.request.method != "POST":
            route.continue_()
            return
        self.to_lose = False
        try:
            route.fetch()
            self.log.append("(lost an answer)")
        except Error:
            self.log.append("(lost a request)")
        route.abort()

    def reload(self) -> None:
        if self.tabs:
            self.mend()
            tab = self.chance.choice(list(self.tabs))
            self.log.append(f"reload {self.tabs[tab]}")
            tab.reload()
            expect_ready(tab)
            self.expect_shown(tab)

    def close(self) -> None:
        if self.tabs:
            tab = self.chance.choice(list(self.tabs))
            self.log.append(f"close {self.tabs.pop(tab)}")
            tab.close()

    def move(self) -> None:
        if self.tabs:
            self.open(self.chance.choice(list(self.tabs)))

    def open_another(self) -> None:
        if len(self.tabs) < MOST_TABS:
            self.open()

    def rest(self) -> None:
        if self.tabs:
            next(iter(self.tabs)).wait_for_timeout(self.chance.randint(100, 1500))


@pytest.fixture
def world(
    app: Flask, session: Session, live_server: LiveServer, page: Page
) -> Callable[[int], World]:
    now = datetime.now(UTC)
    contest = factories.contest(
        session,
        state=ContestState.JUDGING,
        opens_at=now - timedelta(days=9),
        closes_at=now - timedelta(days=1),
    )
    person, entrant = factories.user(session, "Jun Tanaka"), factories.user(session)
    judge, round_ = factories.judge(session, contest, person), factories.round_(session, contest)
    ballots = [
        factories.ballot(
            session, round_, judge, factories.entry(session, contest, entrant, pictures=[])
        ).id
        for _ in range(BALLOTS)
    ]
    be(page, live_server, person)
    settle(app)  # the server could not write while this session is open

    def begin(seed: int) -> World:
        made = World(random.Random(seed), page.context, live_server, ballots)  # noqa: S311 - play
        made.seen = {ballot: {} for ballot in ballots}
        made.changes = dict.fromkeys(ballots, 0)
        page.context.route("**/judge/ballots/*", made.pass_on)
        made.open(page)
        return made

    return begin


def says_of(session: Session, ballot_id: int) -> Says:
    """Return what the server has, by field name."""
    ballot = session.get_one(Ballot, ballot_id, populate_existing=True)
    keys = {one.id: one.key for one in session.scalars(select(Criterion))}
    marks = {f"mark-{keys[mark.criterion_id]}": str(mark.points) for mark in ballot.marks}
    return marks | ({"comment": ballot.comment} if ballot.comment else {})


@pytest.mark.parametrize("seed", [7, 427])
def test_the_server_ends_with_what_the_judge_saw(
    app: Flask, session: Session, world: Callable[[int], World], seed: int
) -> None:
    here = world(seed)
    while sum(here.changes.values()) < CHANGES:
        here.change()
        if here.chance.random() < 0.6:
            here.disturb()
    # In the end the judge comes home, and opens the desk: of any ballot, nothing may be left over.
    here.mend()
    here.to_lose = False
    for tab in here.tabs:
        tab.close()
    desk = here.context.new_page()
    desk.goto("/judge")

    def is_sent() -> bool | None:
        rest = [
            record
            for record in desk.evaluate(KEPT)
            if record["flight"] or record["waiting"] or record["trouble"]
        ]
        return not rest or None

    wait_for(is_sent, "all that waited to be sent")
    expect(desk.locator("[data-saved]")).to_be_empty()
    story = "\n".join(here.log)
    for ballot_id, seen in here.seen.items():
        assert says_of(session, ballot_id) == seen, story
        version = session.scalars(select(Ballot.version).where(Ballot.id == ballot_id)).one()
        assert version <= here.changes[ballot_id], story  # each change was saved once at most
    settle(app)
