"""Every page a person can reach: on a telephone and a desk, in light and dark, from both sides."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, url_for
from playwright.sync_api import ConsoleMessage, Page
from sqlalchemy.orm import Session

from app.accounts.models import User
from tests import axe
from tests.client import client_of
from tests.conftest import Clock, LiveServer
from tests.database import settle
from tests.journeys.town import Town, build

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]

Values = Mapping[str, object]

NOT_PAGES = {
    "static",  # files
    *("media.rendition", "media.document", "media.original"),
    *("media.status", "judging_results.winners_json", "probes.health"),  # JSON for programs
    *("probes.robots", "contests.sitemap"),  # for programs that search
    "security.confirm_email",  # leads to the sign-in page
}


@dataclass(frozen=True)
class Visit:
    """One page: its endpoint, and what stands in its address."""

    endpoint: str
    values: Callable[[Town], Values] = lambda _town: {}
    status: int = 200


def contest(endpoint: str, *names: str, **values: object) -> Iterator[Visit]:
    """Visit a page of these contests."""

    def at(name: str) -> Callable[[Town], Values]:
        return lambda town: {"slug": town.contests[name].slug} | values

    return (Visit(endpoint, at(name)) for name in names)


def entry(endpoint: str, *names: str) -> Iterator[Visit]:
    """Visit a page of these entries, which belong to the entrant."""

    def at(name: str) -> Callable[[Town], Values]:
        return lambda town: {"entry_id": town.entries[name].id}

    return (Visit(endpoint, at(name)) for name in names)


def ballot(*names: str) -> Iterator[Visit]:
    """Visit these ballots, which are the judge's."""

    def at(name: str) -> Callable[[Town], Values]:
        return lambda town: {"ballot_id": town.ballots[name].id}

    return (Visit("judge.ballot", at(name)) for name in names)


def token(endpoint: str, name: str) -> Visit:
    """Visit a page that a link in a mail leads to."""
    return Visit(endpoint, lambda town: {"token": town.tokens[name]})


VISITS: Mapping[str, tuple[Visit, ...]] = {
    "outsider": (
        Visit("contests.forum"),
        *contest("contests.contest", "upcoming", "photo", "hackathon", "judging", "announced"),
        *contest("contests.gallery", "photo", "judging", "announced"),
        *contest("contests.gallery", "announced", q="nothing has these words"),
        *contest("contests.entry", "judging", number=5),
        *contest("contests.entry", "announced", number=1),
        *contest("judging_results.winners", "announced"),
        *contest("judging_results.present", "announced"),
        *(Visit(f"security.{name}") for name in ("login", "register", "forgot_password")),
        Visit("security.send_confirmation"),
        token("security.reset_password", "reset"),
        Visit("accounts.send_link"),
        token("accounts.open_link", "link"),
        Visit("accounts.open_link", lambda _town: {"token": "forged"}, 410),
        token("judge.invitation", "judge"),
        Visit("contests.contest", lambda _town: {"slug": "no-such-contest"}, 404),
    ),
    "entrant": (
        Visit("contests.forum"),
        Visit("accounts.account"),
        *(Visit(f"security.{name}") for name in ("change_password", "verify")),
        *contest("entrant.enter", "photo", "hackathon", "upcoming", "waiting"),
        *entry("entrant.edit", "draft", "waiting", "refused", "submitted", "project", "closed"),
        *entry("entrant.receipt", "submitted", "withdrawn", "disqualified"),
        Visit("entrant.my"),
        Visit("teams.show", lambda town: {"team_id": town.entries["project"].team_id}),
        Visit("organiser.index", status=403),
    ),
    "judge": (
        Visit("judge.desk"),
        *contest("judge.briefing", "waiting", "judging"),
        Visit("judge.round_", lambda town: {"round_id": town.ballots["assigned"].round_id}),
        Visit("judge.round_", lambda town: {"round_id": town.ballots["closed"].round_id}),
        *ballot("assigned", "submitted", "long", "closed"),
        token("teams.join", "team"),
        Visit("entrant.my"),
    ),
    "organiser": (
        Visit("organiser.index"),
        Visit("organiser.forum"),
        Visit("organiser.new"),
        Visit("organiser.create", lambda _town: {"kind": "photo"}),
        Visit("organiser.create", lambda _town: {"kind": "hackathon"}),
        *contest("organiser.setup", "draft", "photo", "hackathon"),
        *contest("contests.contest", "draft"),
        *contest("organiser.entries", "waiting", "bare"),
        *contest("organiser.entry", "waiting", number=1),
        *contest("organiser.entry", "judging", number=5),
        *contest("judging_organiser.panel", "bare", "waiting", "judging"),
        *contest("judging_organiser.rounds", "bare", "waiting", "judging", "closed", "announced"),
        *contest("judging_organiser.edit_round", "waiting"),
        *contest("judging_organiser.rubric", "waiting", "closed"),
        *contest("judging_organiser.results", "waiting", "judging", "closed", "proposed"),
        *contest("judging_organiser.results", "confirmed", "announced"),
        *contest("judging_organiser.change_proposal", "proposed"),
        *contest("judging_organiser.entry_ballots", "judging", number=2),
        *contest("judging_organiser.announce", "closed", "proposed", "confirmed", "announced"),
        *contest("judging_organiser.rehearse", "confirmed"),
        *contest("judging_organiser.audit", "waiting", "announced"),
    ),
}


@pytest.fixture
def town(app: Flask, session: Session, clock: Clock) -> Town:
    del clock  # NOW is when the town stands still
    made = build(app, session)
    settle(app)
    return made


def test_no_page_is_missing_here(app: Flask) -> None:
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    visited = {visit.endpoint for visits in VISITS.values() for visit in visits}
    assert visited | NOT_PAGES == pages


@pytest.mark.parametrize("who", VISITS)
def test_pages_suit_everybody(
    who: str, town: Town, live_server: LiveServer, new_page: Callable[..., Page]
) -> None:
    page, app = new_page(), live_server.app
    if who != "outsider":
        sign_in(page, live_server, getattr(town, who))
    pages = [(address_of(app, town, visit), visit.status) for visit in VISITS[who]]
    settle(app)
    faults = [
        f"{who} at {address}: {fault}"
        for address, status in pages
        for fault in faults_of(page, address, status)
    ]
    assert not faults, "\n".join(faults)


def sign_in(page: Page, server: LiveServer, user: User) -> None:
    """Be this person in this browser, without the form."""
    client = client_of(server.app)
    client.sign_in(user)
    cookie = client.get_cookie("session")
    assert cookie is not None
    page.context.add_cookies([{"name": "session", "value": cookie.value, "url": server.url}])


def address_of(app: Flask, town: Town, visit: Visit) -> str:
    with app.test_request_context():
        values: dict[str, Any] = dict(visit.values(town))
        return url_for(visit.endpoint, **values)


def faults_of(page: Page, address: str, status: int) -> Iterator[str]:
    """Yield whatever is wrong with the page at this address."""
    said: list[str] = []
    page.set_viewport_size({"width": 1280, "height": 800})
    listen = note_errors(said)
    page.on("console", listen)
    response = page.goto(address)
    if response is None or response.status != status:
        yield f"answers {response and response.status} instead of {status}"
        return
    yield from looks(page)
    page.remove_listener("console", listen)
    yield from said[1:] if status >= 400 else said


def note_errors(said: list[str]) -> Callable[[ConsoleMessage], None]:
    return lambda message: said.append(message.text) if message.type == "error" else None


def looks(page: Page) -> Iterator[str]:
    """Yield what is wrong at each width: axe's findings, sideways scrolling, headings."""
    if (count := page.get_by_role("heading", level=1).count()) != 1:
        yield f"{count} h1"
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        yield from (f"{width} px, {fault}" for fault in axe.faults(page))
        if axe.sideways(page):
            yield f"scrolls sideways at {width} px"
    page.evaluate("document.documentElement.dir = 'rtl'")
    if axe.sideways(page):
        yield "scrolls sideways at 320 px from right to left"
