"""One judge, two devices on one ballot: what each changed joins; what both did is asked."""

import random
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from judging.states import BallotState
from tests.journeys.people import wait_for
from tests.judging.judges_room import (
    SAVED,
    Room,
    comment_of,
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

NOTE = "[name=note]"


@pytest.fixture
def devices(room: Callable[..., Room]) -> tuple[Room, Page, Page]:
    """Open the first ballot, saved as 5 and 6, on two devices."""
    here, other = room(), room()
    here.open(here.page, 0)
    here.press(here.page, "56")
    expect_saved(here.page)
    here.open(other.page, 0)
    return here, here.page, other.page


def mark(page: Page, criterion: str, points: int) -> None:
    page.locator(f"[name=mark-{criterion}][value='{points}']").check(force=True)


def write_note(page: Page, text: str) -> None:
    page.locator(".ballot-note").evaluate("details => { details.open = true; }")
    page.locator(NOTE).fill(text)


def cut(page: Page, *, is_cut: bool = True) -> None:
    page.context.set_offline(is_cut)


def joined(page: Page) -> Locator:
    return page.locator(".joined")


def conflict(page: Page) -> Locator:
    return page.locator(".conflict")


@pytest.mark.parametrize("is_first_home", [True, False])
def test_what_only_one_device_changed_joins_by_itself(
    devices: tuple[Room, Page, Page],
    is_first_home: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    here, one, two = devices
    cut(one)
    cut(two)
    mark(one, "relevance", 8)
    write_note(one, "Seen on the train.")
    mark(two, "originality", 3)
    comment_of(two).fill("Said at the desk.")
    early, late = (one, two) if is_first_home else (two, one)
    for page in (early, late):
        expect_waiting(page, 2)
        cut(page, is_cut=False)
        expect_saved(page)
    words = "Relevance 8, Note to yourself" if is_first_home else "Originality 3, Comment for the"
    expect(joined(late)).to_contain_text(f"Joined in from another device: {words}")
    expect(joined(early)).to_have_count(0)
    for page in (early, late):
        expect(conflict(page)).to_have_count(0)
    assert here.points(0) == [8, 3]
    assert (here.ballot(0).comment, here.ballot(0).note) == (
        "Said at the desk.",
        "Seen on the train.",
    )
    expect(late.locator("[name=mark-relevance]:checked")).to_have_value("8")
    expect(late.locator("[name=mark-originality]:checked")).to_have_value("3")
    expect(late.locator(NOTE)).to_have_value("Seen on the train.")
    expect(comment_of(late)).to_have_value("Said at the desk.")
    # The line stays until it is read, however often the page is loaded.
    late.reload()
    expect_ready(late)
    joined(late).get_by_role("button", name="OK").click()
    expect(joined(late)).to_have_count(0)


@pytest.mark.parametrize(
    ("press", "points"),
    [("Keep this device's marks", [8, 3]), ("Keep the other device's marks", [2, 3])],
)
def test_only_what_both_changed_is_asked(
    devices: tuple[Room, Page, Page], press: str, points: list[int]
) -> None:
    here, one, two = devices
    cut(one)
    mark(one, "relevance", 8)
    write_note(one, "Seen on the train.")
    mark(two, "relevance", 2)
    mark(two, "originality", 3)
    expect_saved(two)
    wait_for(lambda: here.points(0) == [2, 3] or None, "the other device's marks")
    cut(one, is_cut=False)
    row = conflict(one).get_by_role("row", name="Relevance")
    expect(row).to_have_text(re.compile(r"Relevance\s*8\s*2"))
    expect(conflict(one).get_by_role("rowheader")).to_have_count(1)
    expect(joined(one)).to_contain_text("Originality 3")
    assert (here.points(0), here.ballot(0).note) == ([2, 3], "")
    conflict(one).get_by_role("button", name=press).click()
    expect(conflict(one)).to_have_count(0)
    expect_saved(one)
    wait_for(lambda: here.ballot(0).note or None, "the note, which nobody contested")
    assert here.points(0) == points
    expect(one.locator("[name=mark-relevance]:checked")).to_have_value(str(points[0]))


@pytest.mark.parametrize(
    ("press", "points"),
    [("Keep this device's marks", [8, 6]), ("Keep the other device's marks", [5, 6])],
)
def test_a_ballot_submitted_elsewhere_is_not_changed_unasked(
    devices: tuple[Room, Page, Page], press: str, points: list[int]
) -> None:
    here, one, two = devices
    cut(one)
    mark(one, "relevance", 8)
    expect_waiting(one, 1)
    go_on(two)
    two.wait_for_url(f"**{here.url(1)}")
    cut(one, is_cut=False)
    expect(conflict(one)).to_contain_text("You submitted this ballot on another device.")
    expect(one.locator(".ballot-submitted")).to_be_visible()
    assert here.points(0) == [5, 6]
    conflict(one).get_by_role("button", name=press).click()
    expect(conflict(one)).to_have_count(0)
    wait_for(lambda: here.points(0) == points or None, "the marks that were chosen")
    assert here.state(0) is BallotState.SUBMITTED


def test_a_submission_stands_for_the_marks_it_was_given_with(
    devices: tuple[Room, Page, Page],
) -> None:
    here, one, two = devices
    cut(one)
    go_on(one)
    expect_queued(one)
    mark(two, "originality", 9)
    expect_saved(two)
    wait_for(lambda: here.points(0) == [5, 9] or None, "the other device's mark")
    cut(one, is_cut=False)
    row = conflict(one).get_by_role("row", name="Originality")
    expect(row).to_have_text(re.compile(r"Originality\s*6\s*9"))
    assert here.state(0) is BallotState.DRAFT
    conflict(one).get_by_role("button", name="Keep this device's marks").click()
    expect(one.locator(".ballot-submitted")).to_be_visible()
    assert (here.points(0), here.state(0)) == ([5, 6], BallotState.SUBMITTED)


def test_whoever_submits_what_was_joined_reads_it_first(devices: tuple[Room, Page, Page]) -> None:
    here, one, two = devices
    cut(one)
    mark(one, "relevance", 7)
    go_on(one)
    expect_queued(one)
    comment_of(two).fill("Said at the desk.")
    comment_of(two).blur()
    wait_for(lambda: here.ballot(0).comment or None, "the comment")
    cut(one, is_cut=False)
    expect(one.locator(".ballot-submitted")).to_be_visible()
    expect(joined(one)).to_contain_text("Comment for the panel")
    assert (here.points(0), here.ballot(0).comment) == ([7, 6], "Said at the desk.")
    assert here.state(0) is BallotState.SUBMITTED
    go_on(one, "Save and next")
    one.wait_for_url(f"**{here.url(1)}")


def test_steps_taken_before_do_not_undo_what_was_joined(
    devices: tuple[Room, Page, Page],
) -> None:
    here, one, two = devices
    mark(two, "relevance", 9)
    expect_saved(two)
    wait_for(lambda: here.points(0) == [9, 6] or None, "the other device's mark")
    mark(one, "originality", 4)
    expect(joined(one)).to_contain_text("Relevance 9")
    for expected in ("6", ""):
        one.keyboard.press("u")
        chosen = one.locator("[name=mark-originality]:checked")
        expect(chosen).to_have_count(1 if expected else 0)
    one.keyboard.press("u")
    expect(one.locator("[name=mark-relevance]:checked")).to_have_value("9")
    wait_for(lambda: here.points(0) == [9] or None, "the server to say so, too")


def test_what_joins_after_its_page_is_gone_is_told_at_the_desk(
    devices: tuple[Room, Page, Page],
) -> None:
    here, one, two = devices
    cut(one)
    mark(one, "relevance", 8)
    expect_waiting(one, 1)
    mark(two, "originality", 3)
    wait_for(lambda: here.points(0) == [5, 3] or None, "the other device's mark")
    desk = one.context.new_page()
    one.close()
    desk.context.set_offline(False)
    desk.goto("/judge")
    expect(joined(desk)).to_contain_text("Originality 3")
    expect(joined(desk).get_by_role("link", name=re.compile("Entry"))).to_be_visible()
    expect(desk.get_by_role("heading", name="This needs you")).to_have_count(0)
    wait_for(lambda: here.points(0) == [8, 3] or None, "both marks")


@pytest.mark.parametrize("seed", [5, 85])
def test_however_two_devices_meet_neither_loses_anything(
    devices: tuple[Room, Page, Page], seed: int
) -> None:
    """Each device keeps to its own fields, in and out of the network; nothing is ever asked."""
    here, one, two = devices
    chance = random.Random(seed)  # noqa: S311 - play
    marks = {one: ("relevance", 5), two: ("originality", 6)}
    words = {one: "", two: ""}
    for turn in range(24):
        page = chance.choice([one, two])
        match chance.randrange(4):
            case 0:
                cut(page, is_cut=chance.random() < 0.6)
            case 1:
                words[page] = f"Said in turn {turn}."
                (comment_of(one) if page is one else two.locator(NOTE)).evaluate(
                    "(field, text) => { field.value = text;"
                    " field.dispatchEvent(new Event('input', { bubbles: true })); }",
                    words[page],
                )
            case _:
                name, points = marks[page][0], chance.randint(1, 10)
                marks[page] = (name, points)
                mark(page, name, points)
        page.wait_for_timeout(chance.randint(0, 500))
    # Each is sent and learns of the other's: the last to come home has all.
    for page in (one, two):
        cut(page, is_cut=False)
    said = ([marks[one][1], marks[two][1]], words[one], words[two])
    wait_for(
        lambda: (here.points(0), here.ballot(0).comment, here.ballot(0).note) == said or None,
        f"all that both said: {said}",
    )
    for page in (one, two):
        expect_saved(page)
        expect(conflict(page)).to_have_count(0)


def test_a_conflict_elsewhere_is_settled_at_the_desk(room: Callable[..., Room]) -> None:
    here = room()
    first, second = here.page, room().page
    here.open(first, 0)
    first.context.set_offline(True)
    here.press(first, "8")
    expect_waiting(first, 1)
    here.open(second, 0)
    here.press(second, "2")
    expect_saved(second)
    first.close()
    other = here.page.context.new_page()
    here.page.context.set_offline(False)
    here.open(other, 1)
    expect(other.locator(SAVED)).to_contain_text("other ballots need you (1)")
    other.goto("/judge")
    expect(other.get_by_role("heading", name="This needs you")).to_be_visible()
    other.get_by_role("button", name="Keep this device's marks").click()
    expect(other.locator(".conflict")).to_have_count(0)
    wait_for(lambda: here.points(0) == [8] or None, "the marks that were chosen")
