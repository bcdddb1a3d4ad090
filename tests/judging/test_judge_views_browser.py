"""A judge in Chromium: keys and thumbs, tabs, no network, no session, no script."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from contests.models import Entry, VersionAsset
from contests.states import EntryState
from judging.models import Ballot, Criterion, Round
from judging.ranking import Kind
from judging.states import BallotState, RoundState
from tests import factories
from tests.conftest import LiveServer
from tests.database import settle
from tests.journeys.people import wait_for
from tests.judging.judges_room import (
    CHOSEN,
    SAVED,
    Room,
    comment_of,
    cookie_of,
    expect_queued,
    expect_ready,
    expect_saved,
    expect_waiting,
    go_on,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]

TARGETS = "button:not([tabindex='-1']), a, .mark-choice"


@pytest.fixture
def here(room: Callable[..., Room]) -> Room:
    """Open the first ballot."""
    here = room()
    here.open(here.page, 0)
    return here


def test_a_ballot_is_marked_submitted_and_left_by_keyboard(here: Room) -> None:
    page = here.page
    here.press(page, "70")
    expect_saved(page)
    expect(page.locator(CHOSEN)).to_have_count(2)
    assert here.points(0) == [7, 10]
    page.keyboard.press("c")
    page.keyboard.type("Good light; n and 5 are only letters here.")
    expect(comment_of(page)).to_have_value("Good light; n and 5 are only letters here.")
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


def test_two_tabs_of_one_browser_are_one_desk(room: Callable[..., Room]) -> None:
    here = room()
    first, second = here.page, here.page.context.new_page()
    here.open(first, 0)
    here.open(second, 0)
    here.press(second, "2")
    expect(first.locator(CHOSEN)).to_have_value("2")
    first.keyboard.press("ArrowDown")
    here.press(first, "8")
    expect(second.locator(CHOSEN)).to_have_count(2)
    for tab in (first, second):
        expect_saved(tab)
        expect(tab.locator(".conflict")).to_have_count(0)
    assert here.points(0) == [2, 8]


def test_a_double_click_submits_once_and_skips_nothing(here: Room) -> None:
    page = here.page
    here.press(page, "55")
    page.get_by_role("button", name="Submit and next").dblclick()
    page.wait_for_url(f"**{here.url(1)}")
    assert [here.state(place) for place in range(3)] == [
        BallotState.SUBMITTED,
        BallotState.ASSIGNED,
        BallotState.ASSIGNED,
    ]


def test_marks_given_without_a_network_arrive_later(here: Room) -> None:
    page = here.page
    page.context.set_offline(True)
    here.press(page, "4")
    expect_waiting(page, 1)
    assert here.points(0) == []
    page.context.set_offline(False)
    expect_saved(page)
    assert here.points(0) == [4]


def test_a_ballot_is_submitted_once_the_network_is_back(here: Room) -> None:
    page = here.page
    here.press(page, "45")
    expect_saved(page)
    page.context.set_offline(True)
    go_on(page)
    expect_queued(page)
    button = page.get_by_role("button", name="Submitted here")
    expect(button).to_be_disabled()
    comment_of(page).press("Control+Enter")
    expect_queued(page)
    assert here.state(0) is BallotState.DRAFT
    page.context.set_offline(False)
    page.wait_for_url(f"**{here.url(1)}")
    assert here.state(0) is BallotState.SUBMITTED
    assert here.ballot(0).version == 2, "the marks, and the submission once"


def test_whoever_goes_on_writing_is_not_led_away(here: Room) -> None:
    page = here.page
    page.context.set_offline(True)
    here.press(page, "45")
    expect_waiting(page, 2)
    go_on(page)
    expect_queued(page)
    comment_of(page).fill("On second thoughts.")
    page.context.set_offline(False)
    expect(page.locator(".ballot-submitted")).to_contain_text(re.compile(r"Submitted \d\d:\d\d"))
    expect_saved(page)
    expect(page.locator("[data-count]")).to_have_text("1 of 3")
    assert here.state(0) is BallotState.SUBMITTED
    assert here.ballot(0).comment == "On second thoughts."
    go_on(page, "Save and next")
    page.wait_for_url(f"**{here.url(1)}")


def test_a_tab_opened_anew_shows_what_was_submitted_without_a_network(
    room: Callable[..., Room],
) -> None:
    here = room()
    first, second = here.page, here.page.context.new_page()
    here.open(first, 0)
    here.open(second, 0)
    first.context.set_offline(True)
    here.press(first, "45")
    go_on(first)
    expect(second.get_by_role("button", name="Submitted here")).to_be_disabled()
    first.close()
    second.context.set_offline(False)
    expect(second.get_by_role("button", name="Save and next")).to_be_enabled()
    expect(second.locator("[data-count]")).to_have_text("1 of 3")
    assert here.state(0) is BallotState.SUBMITTED


def test_without_a_network_nobody_is_led_away(room: Callable[..., Room]) -> None:
    here = room()
    page = here.page
    here.open(page, 1)
    page.context.set_offline(True)
    here.press(page, "n")
    expect(page.locator(SAVED)).to_contain_text("offline")
    here.press(page, "8pn")
    expect_waiting(page, 1)
    expect(page.locator(CHOSEN)).to_have_value("8")
    page.context.set_offline(False)
    expect_saved(page)
    here.press(page, "p")
    page.wait_for_url(f"**{here.url(0)}")
    assert here.points(1) == [8]


def test_one_and_nought_are_ten(here: Room) -> None:
    page = here.page
    here.press(page, "1010")
    expect(page.locator(CHOSEN)).to_have_count(2)
    expect_saved(page)
    assert here.points(0) == [10, 10]
    comment_of(page).press("Control+Enter")
    page.wait_for_url(f"**{here.url(1)}")
    assert here.state(0) is BallotState.SUBMITTED
    page.goto(here.url(0))
    expect(page.locator(".ballot-form")).to_contain_text("you can change it until the round closes")
    page.get_by_role("button", name="Save and next").click()
    page.wait_for_url(f"**{here.url(1)}")


def test_on_a_phone_all_is_within_the_thumbs_reach(room: Callable[..., Room]) -> None:
    here = room(viewport={"width": 320, "height": 640}, has_touch=True)
    page = here.page
    here.open(page, 0)
    for name in ("Submit and next", "Skip for now", "All criteria", "Next criterion"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    for target in page.locator(".ballot-side").locator(TARGETS).all():
        box = target.bounding_box() if target.is_visible() else None
        assert box is None or box["height"] >= 44, target.inner_text()
    second = page.get_by_role("group", name="Originality")
    expect(second).to_be_hidden()
    page.locator("input[name=mark-relevance][value='7']").tap()
    expect(second).to_be_visible()
    expect(page.locator(".sheet-place")).to_have_text("2 of 2")
    page.locator("input[name=mark-originality][value='9']").tap()
    page.get_by_role("button", name="All criteria").tap()
    expect(page.get_by_role("group", name="Relevance")).to_be_visible()
    comment_of(page).fill("From the train.")
    page.get_by_role("button", name="One at a time").tap()
    expect_saved(page)
    assert here.points(0) == [7, 9]
    assert here.ballot(0).comment == "From the train."


# --- what happens meanwhile ---------------------------------------------------------------------


def test_marks_outlive_a_session_that_ended(here: Room) -> None:
    page = here.page
    cookies = page.context.cookies()
    page.context.clear_cookies()
    here.press(page, "6")
    link = page.get_by_role("link", name="sign in again (your marks are kept)")
    expect(link).to_have_attribute("href", re.compile(r"/login\?next=.*ballots"))
    page.context.add_cookies(cookies)  # type: ignore[arg-type] # playwright's two TypedDicts
    # In another tab, say: this page goes on without being loaded anew.
    expect_saved(page)
    assert here.points(0) == [6]
    page.context.clear_cookies()
    here.press(page, "7")
    link.click()
    expect(page).to_have_url(re.compile("/login"))
    page.context.add_cookies(cookies)  # type: ignore[arg-type] # playwright's two TypedDicts
    here.open(page, 0)
    expect(page.locator(CHOSEN)).to_have_count(2)
    expect_saved(page)
    assert here.points(0) == [6, 7]


def test_another_judge_at_this_computer_sees_and_sends_nothing(
    here: Room, session: Session, live_server: LiveServer
) -> None:
    page, context = here.page, here.page.context
    context.set_offline(True)
    here.press(page, "6")
    expect_waiting(page, 1)
    mine = context.cookies()
    other = cookie_of(here.app, factories.user(session, "Somebody Else"), live_server.url)
    settle(here.app)
    context.add_cookies([other])  # type: ignore[list-item] # playwright's TypedDict
    context.set_offline(False)
    # The page that is still open does not send with the other's session, and forgets nothing.
    expect(page.locator(SAVED)).to_contain_text("sign in again")
    desk = context.new_page()
    desk.goto("/judge")
    expect(desk.get_by_text("You are on no panel")).to_be_visible()
    expect(desk.locator(SAVED)).to_be_empty()
    assert here.points(0) == []
    context.add_cookies(mine)  # type: ignore[arg-type] # playwright's two TypedDicts
    desk.goto("/judge")
    wait_for(lambda: here.points(0) == [6] or None, "the first judge's mark")


def test_a_round_that_closed_meanwhile_keeps_the_marks_here(here: Room) -> None:
    page = here.page
    here.change_round(RoundState.CLOSED)
    here.press(page, "6")
    late = page.locator(".conflict")
    expect(late).to_contain_text("These marks came too late")
    expect(late.get_by_role("row", name="Relevance")).to_contain_text("6")
    # What helps for sure comes first; the rest needs the organisers.
    expect(late.get_by_role("button")).to_have_text(
        ["Copy these marks", "Try again", "Discard these marks"]
    )
    expect(late.locator(".button:not(.button-quiet)")).to_have_text(["Copy these marks"])
    expect(late).to_contain_text("“Try again” sends them if the organisers reopen the round")
    expect(page.locator(SAVED)).to_contain_text("needs you")
    page.reload()
    expect(late).to_contain_text("These marks came too late")
    here.change_round(RoundState.OPEN)
    late.get_by_role("button", name="Try again").click()
    expect_saved(page)
    expect(late).to_have_count(0)
    assert here.points(0) == [6]
    here.open(page, 0)
    here.change_round(RoundState.CLOSED)
    page.keyboard.press("ArrowDown")
    here.press(page, "9")
    late.get_by_role("button", name="Discard these marks").click()
    expect(late).to_have_count(0)
    page.goto("/judge")
    expect(page.locator(SAVED)).to_be_empty()
    assert here.points(0) == [6]


def test_an_entry_that_left_is_said_before_its_marks_are_dropped(
    here: Room,
) -> None:
    page = here.page
    entry = here.session.get_one(Entry, here.ballot(0).entry_id)
    entry.state, entry.withdrawn_at = EntryState.WITHDRAWN, datetime.now(UTC)
    settle(here.app)
    here.press(page, "6")
    expect(page.locator(".conflict")).to_contain_text("This entry has left the contest")
    page.goto("/judge")
    expect(page.locator(".conflict")).to_contain_text("This entry has left the contest")
    page.get_by_role("button", name="Discard these marks").click()
    expect(page.locator(".conflict")).to_have_count(0)
    page.reload()
    expect(page.locator(".desk-round")).to_be_visible()
    expect(page.locator(".conflict")).to_have_count(0)


def test_a_server_that_is_away_or_somebody_elses_page_is_no_answer(
    here: Room, live_server: LiveServer
) -> None:
    page = here.page
    page.route("**/judge/ballots/*", lambda route: route.fulfill(body="<h1>Welcome aboard</h1>"))
    here.press(page, "6")
    expect_waiting(page, 1)
    page.unroute("**/judge/ballots/*")
    live_server.stop()
    here.press(page, "7")
    expect(page.locator(CHOSEN)).to_have_count(2)
    # The first may have arrived in between.
    expect(page.locator(SAVED)).to_contain_text(re.compile("offline, [12] waiting"))
    live_server.start()
    expect_saved(page)
    assert here.points(0) == [6, 7]


def test_a_save_whose_answer_was_lost_counts_once(here: Room) -> None:
    page = here.page
    lost: list[str] = []

    def lose(route: Route) -> None:
        route.fetch()
        lost.append(route.request.post_data or "")
        route.abort()

    page.route(re.compile(r"/judge/ballots/\d+$"), lose, times=1)
    here.press(page, "67")
    expect_saved(page)
    assert len(lost) == 1
    assert here.points(0) == [6, 7]
    assert here.ballot(0).version == (1 if "mark-originality" in lost[0] else 2)


def test_the_desk_says_how_many_changes_wait(room: Callable[..., Room]) -> None:
    here = room()
    page, desk = here.page, here.page.context.new_page()
    here.open(page, 0)
    desk.goto("/judge")
    expect(desk.locator(".desk-round")).to_be_visible()
    page.context.set_offline(True)
    here.press(page, "4")
    expect(desk.locator(SAVED)).to_have_text("1 change waits in this browser for the network")
    here.press(page, "5")
    page.keyboard.press("ArrowUp")
    here.press(page, "7")
    comment_of(page).fill("Said without a network.")
    expect(desk.locator(SAVED)).to_have_text("3 changes wait in this browser for the network")
    page.close()
    here.page.context.set_offline(False)
    expect(desk.locator(SAVED)).to_be_empty()
    assert here.points(0) == [7, 5]


@pytest.mark.parametrize(
    "path",
    [
        "/rounds/{round}",
        "/rounds/{round}/history",
        "/rounds/{round}/compare?left={other}",
        "/ballots/{other}/history",
        "{briefing}",
    ],
)
def test_what_waits_is_sent_from_any_page_of_the_desk(here: Room, path: str) -> None:
    page, context = here.page, here.page.context
    context.set_offline(True)
    here.press(page, "8")
    expect_waiting(page, 1)
    page.close()
    context.set_offline(False)
    round_ = here.session.scalars(select(Round)).one()
    places = {
        "round": round_.id,
        "other": here.ballots[2],
        "briefing": f"/panels/{round_.contest.slug}/briefing",
    }
    settle(here.app)
    assert here.points(0) == []
    other = context.new_page()
    other.goto("/judge" + path.format(**places))
    wait_for(lambda: here.points(0) == [8] or None, "the mark that waited")


# --- what a judge does besides ------------------------------------------------------------------


def test_the_last_change_is_taken_back_even_after_coming_again(here: Room) -> None:
    page = here.page
    here.press(page, "37")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("5")
    expect(page.locator("input[name=mark-relevance]:checked")).to_have_value("5")
    page.keyboard.press("u")
    expect(page.locator("input[name=mark-relevance]:checked")).to_have_value("3")
    expect_saved(page)
    here.open(page, 0)
    page.keyboard.press("Control+z")
    # Two chosen at first: one is not to be asked for its value before the other is gone.
    expect(page.locator(CHOSEN)).to_have_count(1)
    expect(page.locator(CHOSEN)).to_have_value("3")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(CHOSEN)).to_have_count(0)
    expect_saved(page)
    wait_for(lambda: here.points(0) == [] or None, "the server to have none either")


COUNT_WRITES = """
const put = IDBObjectStore.prototype.put;
window.writes = [];
IDBObjectStore.prototype.put = function (record) {
  writes.push([record.undo.length, record.content["mark-relevance"]]);
  return put.call(this, record);
};
"""


def test_a_change_is_taken_back_whole_or_not_at_all(room: Callable[..., Room]) -> None:
    """A tab may be closed after any write: none may have used up the step and left the mark."""
    here = room()
    page = here.page
    page.add_init_script(COUNT_WRITES)
    here.open(page, 0)
    here.press(page, "3")
    expect_saved(page)
    assert [1, "3"] in page.evaluate("writes.splice(0)")
    page.keyboard.press("u")
    expect(page.locator(CHOSEN)).to_have_count(0)
    assert page.evaluate("writes[0]") == [0, ""]


def test_what_is_skipped_comes_last_and_not_twice(here: Room) -> None:
    page = here.page
    here.press(page, "6s")
    page.wait_for_url(f"**{here.url(1)}")
    assert here.points(0) == [6]
    assert here.ballot(0).skipped_at is not None
    for place in (1, 2):
        expect_ready(page)
        here.press(page, "44")
        go_on(page)
        page.wait_for_url(f"**{here.url(2 if place == 1 else 0)}")


def test_keys_are_listed_and_a_note_is_kept(here: Room) -> None:
    page = here.page
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_contain_text("take the last change back")
    here.press(page, "5")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    expect(page.locator(CHOSEN)).to_have_count(0)
    page.get_by_text("Note to yourself").first.click()
    page.get_by_role("textbox", name="Note to yourself").fill("Compare with the boat.")
    expect_saved(page)
    assert here.ballot(0).note == "Compare with the boat."
    assert here.state(0) is BallotState.ASSIGNED


def test_a_fine_scale_takes_a_number_and_says_what_it_means(room: Callable[..., Room]) -> None:
    here = room()
    criterion = here.session.scalars(select(Round)).one().criteria[0]
    criterion.minimum, criterion.maximum, criterion.step_hundredths = 0, 40, 25
    criterion.levels = {"29": "Nearly there"}
    settle(here.app)
    page = here.page
    here.open(page, 0)
    page.keyboard.press("7")
    page.keyboard.type(".25")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nearly there")).to_be_visible()
    page.keyboard.press("9")
    expect_saved(page)
    assert here.points(0) == [29, 9]
    page.keyboard.press("ArrowUp")
    page.keyboard.press("8")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Nearly there")).to_be_hidden()
    page.keyboard.press("ArrowUp")
    page.keyboard.type("3.1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("spinbutton", name="Relevance")).to_have_value("8")
    expect_saved(page)
    assert here.points(0) == [32, 9]


@pytest.mark.parametrize(("width", "unchosen", "chosen"), [(1280, 3, 3), (360, 0, 1)])
def test_what_steps_mean_is_read_before_one_is_chosen_where_there_is_room(
    room: Callable[..., Room], width: int, unchosen: int, chosen: int
) -> None:
    here = room(viewport={"width": width, "height": 800})
    criterion = here.session.scalars(select(Round)).one().criteria[0]
    criterion.levels = {"1": "No", "3": "Perhaps", "5": "By all means"}
    settle(here.app)
    page = here.page
    here.open(page, 0)
    words = page.locator(".mark-guidance:visible")
    expect(words).to_have_count(unchosen)
    page.locator(".mark-choice").filter(has_text="3").first.click()
    expect(words).to_have_count(chosen)
    expect(page.locator(".mark-guidance-chosen:visible")).to_have_text("3 Perhaps")


def scale(here: Room, *, least: int, most: int, step: int = 100) -> None:
    """Give the first criterion another scale; in points, and hundredths of one."""
    criterion = here.session.scalars(select(Round)).one().criteria[0]
    criterion.minimum, criterion.maximum, criterion.step_hundredths = least, most, step
    settle(here.app)


def told(page: Page) -> Locator:
    return page.get_by_role("group", name="Relevance").get_by_role("status")


@pytest.mark.parametrize(
    ("least", "most", "step", "begins"),
    [(4, 20, 25, "12345"), (2, 20, 50, "1 4 7 10"), (5, 25, 20, "12345")],
)
def test_a_long_scale_has_even_rows_that_begin_with_a_whole_number(
    room: Callable[..., Room], least: int, most: int, step: int, begins: str
) -> None:
    here = room(viewport={"width": 1280, "height": 800})
    scale(here, least=least, most=most, step=step)
    here.open(here.page, 0)
    boxes = (
        here.page.locator(".criterion")
        .first.locator(".mark-choice")
        .evaluate_all(
            "(all) => all.map((one) => [one, one.getBoundingClientRect()])"
            ".map(([one, box]) => [one.textContent, box.x, box.width, box.height])"
        )
    )
    edge = min(x for _, x, *_ in boxes)
    firsts = [text for text, x, *_ in boxes if x < edge + 1]
    assert firsts == (begins.split() if " " in begins else list(begins))
    assert min(min(width, height) for *_, width, height in boxes) >= 44


def test_a_key_beyond_the_scale_says_so(room: Callable[..., Room]) -> None:
    here = room()
    scale(here, least=1, most=5)
    page = here.page
    here.open(page, 0)
    here.press(page, "7")
    expect(told(page)).to_have_text("This scale goes from 1 to 5.")
    expect(page.locator(CHOSEN)).to_have_count(0)
    here.press(page, "0")
    expect(page.locator(CHOSEN)).to_have_count(0)
    here.press(page, "5")
    expect(told(page)).to_be_empty()
    here.press(page, "10")
    expect_saved(page)
    assert here.points(0) == [5, 10]


def test_digits_are_what_a_mark_is_worth(room: Callable[..., Room]) -> None:
    here = room()
    scale(here, least=2, most=10, step=50)
    page = here.page
    here.open(page, 0)
    here.press(page, "7")
    expect(told(page)).to_have_text("Marks go in steps of 0.5 from 1 to 5.")
    here.press(page, "4")
    expect_saved(page)
    assert here.points(0) == [8]


def test_a_mark_between_whole_numbers_is_typed_with_its_point(room: Callable[..., Room]) -> None:
    here = room()
    scale(here, least=2, most=10, step=50)
    page = here.page
    here.open(page, 0)
    page.keyboard.type("4,58")
    wait_for(lambda: here.points(0) == [9, 8] or None, "4.5, then 8 for the next criterion")
    page.keyboard.press("Control+z")
    page.keyboard.press("ArrowUp")
    page.keyboard.type(".")
    expect(told(page)).to_be_empty()


def test_a_number_beyond_a_long_scale_is_not_kept(room: Callable[..., Room]) -> None:
    here = room()
    scale(here, least=0, most=100)
    page = here.page
    here.open(page, 0)
    here.press(page, "9")
    page.keyboard.press("Enter")
    expect_saved(page)
    assert here.points(0) == [9]
    page.keyboard.press("ArrowUp")
    page.keyboard.type("150")
    page.keyboard.press("Enter")
    expect(told(page)).to_have_text("This scale goes from 0 to 100.")
    expect(page.get_by_role("spinbutton", name="Relevance")).to_have_value("9")
    expect_saved(page)
    wait_for(lambda: here.points(0) == [9] or None, "the mark that stood before")


@pytest.mark.parametrize(
    ("least", "most", "step", "words"),
    [
        (1, 10, 100, "1 … 9 0 the mark of the current criterion, 0 for ten"),
        (1, 5, 100, "1 … 9 0 the mark of the current criterion, 0 for ten"),
        (0, 20, 100, "0 … 9 the mark of the current criterion; two digits quickly from 10 on"),
        (2, 10, 50, ". 5 what follows the point, quickly"),
        (2, 10, 50, "← → a step less, a step more"),
        (0, 100, 100, "0 … 9 begin to write the mark of a long scale; Enter leads on"),
    ],
)
def test_the_keys_are_those_of_the_scales(
    room: Callable[..., Room], least: int, most: int, step: int, words: str
) -> None:
    here = room()
    scale(here, least=least, most=most, step=step)
    page = here.page
    here.open(page, 0)
    page.keyboard.press("?")
    said = page.get_by_role("dialog", name="Keys").inner_text()
    assert words in " ".join(said.split())


def test_a_screening_says_in_words_and_out_with_a_reason(room: Callable[..., Room]) -> None:
    here = room()
    round_ = here.session.scalars(select(Round)).one()
    round_.kind = Kind.SCREEN
    for criterion in round_.criteria:
        criterion.minimum, criterion.maximum, criterion.step_hundredths = 0, 2, 50
        criterion.levels = {"0": "Out", "1": "Maybe", "2": "In"}
    settle(here.app)
    page = here.page
    here.open(page, 0)
    here.press(page, "5")
    expect(told(page)).to_have_text("The keys here: 0 Out · 1 Maybe · 2 In.")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Maybe")
    page.keyboard.press("Escape")
    page.get_by_role("group", name="Relevance").get_by_label("In", exact=True).check(force=True)
    page.get_by_role("group", name="Originality").get_by_label("Out").check(force=True)
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("why this entry should be out")
    comment_of(page).fill("Not what was asked.")
    go_on(page)
    page.wait_for_url(f"**{here.url(1)}")
    assert here.points(0) == [2, 0]


def test_a_mark_that_is_missing_is_asked_for(here: Room) -> None:
    page = here.page
    here.press(page, "5")
    go_on(page)
    group = page.get_by_role("group", name="Originality")
    expect(group.get_by_role("alert")).to_have_text("Choose a mark.")
    here.press(page, "6")
    expect(page.get_by_role("alert")).to_have_count(0)
    go_on(page)
    page.wait_for_url(f"**{here.url(1)}")


# --- pictures -----------------------------------------------------------------------------------


PICTURE = (
    b"<svg xmlns='http://www.w3.org/2000/svg' width='16' height='12'>"
    b"<rect width='16' height='12' fill='gray'/></svg>"
)


def show_pictures(route: Route) -> None:
    route.fulfill(body=PICTURE, content_type="image/svg+xml")


def hang_pictures(here: Room, count: int = 2) -> None:
    """Give every entry pictures; their files are nowhere."""
    for ballot_id in here.ballots:
        entry = here.session.get_one(Ballot, ballot_id).entry
        assert entry.current is not None
        entry.current.files = [
            VersionAsset(asset=factories.asset(here.session, entry.owner), position=position)
            for position in range(count)
        ]
    settle(here.app)


def test_on_a_phone_a_photograph_leaves_the_sheet_in_reach(room: Callable[..., Room]) -> None:
    here = room(viewport={"width": 320, "height": 640}, has_touch=True)
    hang_pictures(here, 1)
    page = here.page
    page.route("**/media/**", show_pictures)
    here.open(page, 0)
    expect(page.locator(".ballot-picture")).to_be_in_viewport()
    for name in ("Submit and next", "Skip for now", "All criteria"):
        expect(page.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(
    ("steps", "count", "least"), [(5, 1, 180), (5, 2, 150), (10, 1, 150), (10, 2, 120)]
)
def test_on_a_phone_the_title_and_all_guidance_can_be_read(
    room: Callable[..., Room], steps: int, count: int, least: int
) -> None:
    here = room(viewport={"width": 360, "height": 640}, has_touch=True)
    hang_pictures(here, count)
    for criterion in here.session.scalars(select(Criterion)):
        criterion.maximum = steps
        criterion.guidance = "1: nobody can say what it is for. " * 5 + "5: everybody can."
    settle(here.app)
    page = here.page
    page.route("**/media/**", show_pictures)
    here.open(page, 0)
    sheet = page.locator(".ballot-side").bounding_box()
    title = page.locator(".ballot-about .work-title").bounding_box()
    picture = page.locator(".ballot-picture .photo").first.bounding_box()
    assert sheet
    assert title
    assert picture
    assert picture["y"] + picture["height"] <= title["y"]
    assert title["y"] + title["height"] <= sheet["y"]
    assert picture["height"] >= least
    guidance = page.locator(".criterion-current .criterion-guidance")
    hidden = "element => element.scrollHeight - element.clientHeight"
    assert guidance.evaluate(hidden) > 10, "too long for the sheet at rest"
    guidance.tap()
    assert guidance.evaluate(hidden) <= 1
    expect(page.get_by_role("button", name="Submit and next")).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Next criterion").tap()
    assert guidance.evaluate(hidden) <= 1, "and so is the next one's"
    guidance.tap()
    assert guidance.evaluate(hidden) > 10


def test_a_mark_counts_once_the_pictures_were_shown(room: Callable[..., Room]) -> None:
    here = room()
    hang_pictures(here)
    page = here.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/media/**", hold)
    page.goto(here.url(0), wait_until="commit")
    expect_ready(page)
    here.press(page, "56")
    expect_saved(page)
    go_on(page)
    expect(page.get_by_role("alert")).to_contain_text("once the pictures were shown")
    assert here.state(0) is BallotState.DRAFT
    page.route("**/media/**", show_pictures)
    for route in held:
        show_pictures(route)
    expect(page.get_by_role("alert")).to_have_count(0)
    go_on(page)
    page.wait_for_url(f"**{here.url(1)}")
    assert here.state(0) is BallotState.SUBMITTED


def test_a_picture_that_does_not_load_blocks_nobody(room: Callable[..., Room]) -> None:
    here = room()
    hang_pictures(here, 1)
    page = here.page
    page.route("**/media/**", lambda route: route.abort())
    here.open(page, 0)
    here.press(page, "56")
    broken = page.get_by_text("This picture does not load.")
    expect(broken).to_be_visible()
    go_on(page)
    expect(page.get_by_role("alert").filter(has_text="Nothing is submitted yet")).to_be_visible()
    page.get_by_role("button", name="Judge without it").click()
    go_on(page)
    page.wait_for_url(f"**{here.url(1)}")
    assert here.state(0) is BallotState.SUBMITTED
    expect(broken).to_be_visible()
    page.unroute("**/media/**")
    page.route("**/media/**", show_pictures)
    page.get_by_role("button", name="Try again").click()
    expect(broken).to_have_count(0)
    expect_ready(page)
    here.press(page, "56")
    go_on(page)
    page.wait_for_url(f"**{here.url(2)}")


def test_the_next_pictures_come_while_this_one_is_looked_at(room: Callable[..., Room]) -> None:
    here = room()
    hang_pictures(here, 1)
    page = here.page
    page.route("**/media/**", show_pictures)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    here.open(page, 0)
    ahead = here.session.get_one(Ballot, here.ballots[1]).entry.current
    assert ahead is not None
    public_id = ahead.files[0].asset.public_id
    settle(here.app)

    def fetched() -> str | None:
        page.wait_for_timeout(20)
        return next((url for url in asked if public_id in url), None)

    first = wait_for(fetched, "the next entry's picture")
    asked.clear()
    here.open(page, 1)
    assert page.locator(".ballot-picture img").evaluate("image => image.currentSrc") == first


def test_without_script_a_ballot_can_be_saved_and_submitted(room: Callable[..., Room]) -> None:
    here = room(java_script_enabled=False)
    page = here.page
    page.goto(here.url(0))
    page.locator("input[name=mark-relevance][value='7']").check(force=True)
    page.get_by_role("button", name="Save", exact=True).click()
    expect_saved(page)
    page.locator("input[name=mark-originality][value='9']").check(force=True)
    page.get_by_role("button", name="Submit and next").click()
    page.wait_for_url(f"**{here.url(1)}")
    assert here.points(0) == [7, 9]
