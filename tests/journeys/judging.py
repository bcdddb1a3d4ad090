"""What judges do: accept, read, declare, mark with the keyboard."""

import re
from collections.abc import Mapping, Sequence

from playwright.sync_api import Page, expect

from tests.journeys.people import expect_heading, press

SAVED_AT = re.compile(r"^saved \d\d:\d\d$")


def accept_invitation(page: Page, link: str, contest: str) -> None:
    """Open the link of the mail and take the seat; that signs in."""
    page.goto(link)
    expect_heading(page, f"You are invited to judge {contest}")
    press(page, "Accept and read the briefing")
    expect_heading(page, "Briefing")


def declare_no_conflict(page: Page) -> None:
    """Declare on the briefing that there is none, and come to the desk."""
    page.get_by_label("I have no conflict of interest with any of these entries.").check()
    press(page, "Declare and go to the desk")
    expect_heading(page, "Judge's desk")


def declare_conflict(page: Page, number: str, reason: str) -> None:
    """Declare a conflict of interest with one entry, and come to the desk."""
    page.get_by_role("checkbox", name=f"Entry {number}").check()
    page.get_by_label(f"What is the conflict? (Entry {number})").fill(reason)
    page.get_by_label("I have one with the entries I have ticked.").check()
    press(page, "Declare and go to the desk")
    expect_heading(page, "Judge's desk")


def begin_scoring(page: Page) -> None:
    """Go from the desk to the first ballot."""
    page.goto("/judge")
    page.get_by_role("link", name="Begin with entry").click()


def open_from_list(page: Page, number: str) -> None:
    """Open an entry's ballot from the list that one sees."""
    page.get_by_role("link", name=re.compile(rf"^{number}\b")).click()


def expect_ready(page: Page) -> None:
    """Expect a ballot that listens to the keyboard."""
    expect(page.locator(".criterion-current")).to_have_count(1)


def mark_with_keys(page: Page, marks: Sequence[int]) -> None:
    """Press one digit for each criterion from the first without a mark; wait until all is saved."""
    expect_ready(page)
    for points in marks:
        page.keyboard.press(str(points % 10))
    expect(page.locator("[data-saved]")).to_have_text(SAVED_AT)


def title_of_work(page: Page) -> str:
    """Return the title of the work whose ballot is open."""
    return page.locator(".ballot-about .work-title").inner_text()


def score_all(page: Page, marks: Mapping[str, Sequence[int]]) -> None:
    """Mark and submit every entry, in the order the desk gives them."""
    begin_scoring(page)
    for done in range(len(marks)):
        expect(page.locator(".ballot-status")).to_contain_text(f"{done} of {len(marks)}")
        mark_with_keys(page, marks[title_of_work(page)])
        press(page, "Submit and next")
    expect(page.get_by_text(f"Thank you: all {len(marks)} entries are submitted.")).to_be_visible()


def walk(page: Page, count: int) -> None:
    """Walk with `n` over all of one's entries to the list, and with `p` from the last one back."""
    page.goto("/judge")
    expect(page.locator(".desk-number")).to_have_count(count)
    order = page.locator(".desk-number").all_inner_texts()
    open_from_list(page, order[0])
    for number in order:
        _expect_entry(page, number)
        page.keyboard.press("n")
    expect_heading(page, "Scoring")
    open_from_list(page, order[-1])
    _expect_entry(page, order[-1])
    page.keyboard.press("p")
    _expect_entry(page, order[-2])


def _expect_entry(page: Page, number: str) -> None:
    expect_heading(page, f"Entry {number}")
    expect_ready(page)
