"""Every page a person can reach: on a telephone and a desk, in light and dark, from both sides."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import ConsoleMessage, Page

from tests import axe
from tests.conftest import LiveServer
from tests.database import settle
from tests.journeys.people import be
from tests.journeys.town import Town
from tests.journeys.visits import NOT_PAGES, VISITS, address_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]


def test_no_page_is_missing_here(app: Flask) -> None:
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    visited = {visit.endpoint for visits in VISITS.values() for visit in visits}
    assert visited | NOT_PAGES == pages


@pytest.mark.parametrize("who", VISITS)
def test_pages_suit_everybody(
    who: str, town: Town, live_server: LiveServer, new_page: Callable[..., Page]
) -> None:
    page, app = new_page(), live_server.app
    be(page, live_server, town.people[who])
    pages = [(address_of(app, town, visit), visit.status) for visit in VISITS[who]]
    settle(app)
    faults = [
        f"{who} at {address}: {fault}"
        for address, status in pages
        for fault in faults_of(page, address, status)
    ]
    assert not faults, "\n".join(faults)


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
