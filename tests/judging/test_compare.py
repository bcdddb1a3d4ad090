"""Two photographs side by side: whose they may be, and how they move in Chromium."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import User
from contests.states import ContestKind, ContestState, EntryState
from judging.models import Ballot, Round
from judging.states import BallotState, RoundState
from tests import factories
from tests.client import Client, find_form
from tests.conftest import Clock, LiveServer
from tests.database import settle
from tests.factories import NOW
from tests.journeys.people import wait_for
from tests.judging.judges_room import cookie_of
from tests.media.shelves import shelved
from tests.queries import counted


@dataclass
class Panel:
    """A judge with ballots in an open round, and another judge with one of the same entries."""

    person: User
    round_: Round
    ballots: list[Ballot]
    others: Ballot

    def url(self, left: object = "", right: object = "") -> str:
        return f"/judge/rounds/{self.round_.id}/compare?left={left}&right={right}"


def make(
    session: Session, *, kind: ContestKind = ContestKind.PHOTO, app: Flask | None = None
) -> Panel:
    now = clock.now()
    contest = factories.contest(
        session,
        kind,
        state=ContestState.JUDGING,
        opens_at=now - timedelta(days=9),
        closes_at=now - timedelta(days=1),
    )
    person = factories.user(session, "Jun Tanaka")
    judge = factories.judge(session, contest, person)
    other = factories.judge(session, contest, factories.user(session))
    round_ = factories.round_(session, contest)
    ballots = []
    for number in (1, 2, 3):
        owner = factories.user(session, f"Secret Entrant {number}")
        pictures = [shelved(app, session, owner, ratio=1.5, widths=(320, 1600))] if app else None
        entry = factories.entry(session, contest, owner, title=f"Work {number}", pictures=pictures)
        ballots.append(factories.ballot(session, round_, judge, entry))
    others = factories.ballot(session, round_, other, ballots[0].entry)
    return Panel(person, round_, ballots, others)


@pytest.fixture
def panel(session: Session, clock: Clock) -> Panel:
    clock.set(NOW)
    return make(session)


@pytest.fixture
def judge(panel: Panel, client: Client) -> Client:
    client.sign_in(panel.person)
    return client


def test_two_works_are_shown_without_their_makers(panel: Panel, judge: Client) -> None:
    first, second, _third = panel.ballots
    page = judge.page(panel.url(first.id, second.id))
    assert page.count("/1600.webp?") == 2
    assert "Work 1" in page
    assert "Work 2" in page
    assert "Secret Entrant" not in page


def test_the_second_is_chosen_among_ones_own(panel: Panel, judge: Client) -> None:
    first, second, third = panel.ballots
    ballot = judge.page(f"/judge/ballots/{first.id}")
    assert f"/judge/rounds/{panel.round_.id}/compare?left={first.id}" in ballot
    form = find_form(judge.page(panel.url(first.id)), {"left", "right"}, "Compare")
    own = [str(ballot.id) for ballot in (first, second, third)]
    assert form._choices("left") == own  # noqa: SLF001 - the suite's own
    assert form._choices("right") == ["", *own]  # noqa: SLF001 - the suite's own


def test_nothing_is_compared_with_itself(panel: Panel, judge: Client) -> None:
    first = panel.ballots[0]
    page = judge.page(panel.url(first.id, first.id))
    assert page.count("/1600.webp?") == 1
    assert "Choose an entry" in page


def test_what_is_not_ones_own_to_judge_is_not_found(
    panel: Panel, judge: Client, session: Session
) -> None:
    first, second, third = panel.ballots
    second.state = BallotState.RECUSED
    third.entry.state, third.entry.withdrawn_at = EntryState.WITHDRAWN, NOW
    session.flush()
    for wrong in (panel.others.id, second.id, third.id, 999999, "x", "-1", "1e3", "%00", "9" * 30):
        assert judge.get(panel.url(first.id, wrong)).status_code == 404, wrong
        assert judge.get(panel.url(wrong, first.id)).status_code == 404, wrong
    page = judge.page(panel.url(first.id))
    assert f'<option value="{second.id}"' not in page
    assert f'<option value="{third.id}"' not in page


def test_others_do_not_find_the_page(
    panel: Panel, session: Session, new_client: Callable[[], Client]
) -> None:
    address = panel.url(panel.ballots[0].id)
    outsider = new_client()
    assert outsider.get(address).status_code == 302
    outsider.sign_in(factories.user(session))
    assert outsider.get(address).status_code == 404
    colleague = new_client()
    assert panel.others.judge.user is not None
    colleague.sign_in(panel.others.judge.user)
    assert colleague.get(address).status_code == 404


def test_before_the_round_or_the_declaration_nothing_is_shown(
    panel: Panel, judge: Client, session: Session
) -> None:
    address = panel.url(panel.ballots[0].id)
    panel.ballots[0].judge.declared_at = None
    session.flush()
    assert judge.get(address).location.endswith("/briefing")
    panel.ballots[0].judge.declared_at = NOW
    panel.round_.state, panel.round_.opened_at = RoundState.PLANNED, None
    session.flush()
    assert judge.get(address).status_code == 404


def test_projects_are_not_compared(client: Client, session: Session, clock: Clock) -> None:
    clock.set(NOW)
    panel = make(session, kind=ContestKind.HACKATHON)
    client.sign_in(panel.person)
    assert client.get(panel.url(panel.ballots[0].id)).status_code == 404
    assert "/compare" not in client.page(f"/judge/ballots/{panel.ballots[0].id}")


def test_a_work_without_a_picture_says_so(panel: Panel, judge: Client, session: Session) -> None:
    first, second, _third = panel.ballots
    assert second.entry.current is not None
    second.entry.current.files = []
    session.flush()
    assert "There is no picture of this entry." in judge.page(panel.url(first.id, second.id))


def test_comparing_asks_as_much_however_many_ballots_there_are(
    app: Flask, panel: Panel, judge: Client, session: Session
) -> None:
    first, second, _third = panel.ballots
    asked = []
    for _ in range(2):
        judge.page(panel.url(first.id, second.id))
        with counted(app) as statements:
            judge.page(panel.url(first.id, second.id))
        asked.append(len(statements))
        for _more in range(3):
            entry = factories.entry(session, panel.round_.contest, factories.user(session))
            factories.ballot(session, panel.round_, first.judge, entry)
    assert asked[0] == asked[1]


# --- in Chromium --------------------------------------------------------------------------------


@pytest.fixture
def open_pair(
    app: Flask, session: Session, live_server: LiveServer, new_page: Callable[..., Page]
) -> Callable[..., Page]:
    panel = make(session, app=app)
    address = panel.url(panel.ballots[0].id, panel.ballots[1].id)
    cookie = cookie_of(app, panel.person, live_server.url)
    settle(app)

    def open_pair(**options: object) -> Page:
        page = new_page(viewport={"width": 1200, "height": 800}, **options)
        page.context.add_cookies([cookie])  # type: ignore[list-item] # playwright's TypedDict
        page.goto(address)
        return page

    return open_pair


PLACES = (
    "frames => frames.map(frame => [Math.round(frame.scrollLeft), Math.round(frame.scrollTop)])"
)
in_chromium = pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)


def places(page: Page) -> list[list[int]]:
    found: list[list[int]] = page.locator(".compare-frame").evaluate_all(PLACES)
    return found


@pytest.mark.browser
@in_chromium
def test_both_move_together_by_keys_wheel_and_mouse(open_pair: Callable[..., Page]) -> None:
    page = open_pair()
    zoom = page.get_by_role("button", name="Whole pictures")
    expect(zoom).to_be_visible()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    wait_for(lambda: places(page) == [[80, 80], [80, 80]] or None, "both to follow the keys")
    page.locator(".compare-frame").nth(1).hover()
    page.mouse.wheel(0, 100)
    wait_for(lambda: places(page) == [[80, 180], [80, 180]] or None, "both to follow the wheel")
    page.mouse.down()
    page.mouse.move(700, 300, steps=4)
    page.mouse.up()

    def followed() -> bool | None:
        left, right = places(page)
        return (left == right and left != [80, 180]) or None

    wait_for(followed, "both to follow the hand")


@pytest.mark.browser
@in_chromium
def test_pixel_for_pixel_or_whole(open_pair: Callable[..., Page]) -> None:
    page = open_pair(device_scale_factor=2)
    image = page.locator(".compare-frame img").first
    box = image.bounding_box()
    assert box is not None
    assert box["width"] == 800  # 1600 of the screen's pixels
    page.keyboard.press("z")
    expect(page.get_by_role("button", name="Whole pictures")).to_have_attribute(
        "aria-pressed", "true"
    )
    box = image.bounding_box()
    assert box is not None
    assert box["width"] <= 600
    assert places(page) == [[0, 0], [0, 0]]
    page.keyboard.press("z")
    middle = places(page)
    assert middle[0] == middle[1] != [0, 0]


@pytest.mark.browser
@in_chromium
def test_without_script_both_can_be_scrolled(open_pair: Callable[..., Page]) -> None:
    page = open_pair(java_script_enabled=False)
    expect(page.get_by_role("button", name="Whole pictures")).to_be_hidden()
    frame = page.get_by_role("region", name="Entry 0001, pixel for pixel")
    image = frame.get_by_role("img")
    box, seen = image.bounding_box(), frame.bounding_box()
    assert box is not None
    assert seen is not None
    assert box["width"] == 1600 > seen["width"]
    frame.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowRight")


@pytest.mark.browser
@in_chromium
def test_the_lightbox_hears_its_own_keys_and_marks_nothing(
    open_pair: Callable[..., Page],
) -> None:
    page = open_pair()
    page.get_by_role("link", name="Back to entry 0001").click()
    expect(page.locator(".criterion-current")).to_have_count(1)
    page.locator(".ballot-picture .photo").click()
    room = page.get_by_role("dialog", name="Pictures, large")
    expect(room.locator(".pswp__caption")).to_contain_text("Work 1")
    expect(room.locator(".pswp__caption")).not_to_contain_text("Secret")
    expect(page.locator(".pswp--ui-visible")).to_have_count(1)
    address = page.url
    for key in ("7", "n", "Control+Enter"):
        page.keyboard.press(key)
    page.keyboard.press("Escape")
    expect(page.locator(".pswp")).to_have_count(0)
    expect(page.locator(".ballot-picture a")).to_be_focused()
    assert page.url == address
    expect(page.locator("input[type=radio]:checked")).to_have_count(0)
    page.keyboard.press("7")
    expect(page.locator("input[type=radio]:checked")).to_have_count(1)
