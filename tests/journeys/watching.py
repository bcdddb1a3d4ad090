"""What those see who are neither organisers nor judges: the public pages, the winners."""

import re
from collections.abc import Iterable, Sequence

from playwright.sync_api import Page, expect

from tests.journeys.people import expect_heading

_TOKEN = re.compile(r'name="csrf[_-]token" (?:content|value)="[^"]*"')

WINNERS = ("winners", "winners.json", "present")


def sources(page: Page, paths: Iterable[str]) -> dict[str, str]:
    """Return the status and the source of each page, without what differs on every request."""
    found = {}
    for path in paths:
        answer = page.request.get(path)
        found[path] = f"{answer.status} {_TOKEN.sub('', answer.text())}"
    return found


def public_paths(slug: str, numbers: Iterable[str]) -> list[str]:
    """Return every address that could tell an outsider about a contest's winners."""
    contest = f"/contests/{slug}"
    entries = [f"{contest}/entries/{int(number)}" for number in numbers]
    secret = [f"{contest}/{name}" for name in WINNERS]
    return ["/", contest, f"{contest}/gallery", *entries, *secret]


def expect_winners(page: Page, titles: Sequence[str], citations: Sequence[str]) -> None:
    """Expect the winners in their order on the first page, on theirs, and on the stage."""
    page.goto("/")
    expect(page.locator(".winners-lead .work-title")).to_have_text(list(titles))
    expect(page.locator(".winners-lead .place")).to_have_text(["First", "Second", "Third"])
    page.get_by_role("link", name="Meet the winners").click()
    expect_heading(page, "The winners")
    expect(page.locator(".winner .work-title")).to_have_text(list(titles))
    expect(page.locator(".winner .citation")).to_have_text(list(citations))
    for picture in page.locator(".winner-picture img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", value=True)
        assert picture.evaluate("picture => picture.naturalWidth") > 0
    page.get_by_role("link", name="Show them on a stage").click()
    _expect_stage(page, titles)


def _expect_stage(page: Page, titles: Sequence[str]) -> None:
    """Expect the title, then third, second and first, by the keyboard; and the way back."""
    shown = page.locator(".slide-current")
    expect(shown).to_have_count(1)
    expect(shown.get_by_role("heading", level=1)).to_be_visible()
    for title in reversed(titles):
        page.keyboard.press("ArrowRight")
        expect(shown.locator(".work-title")).to_have_text(title)
    page.keyboard.press("ArrowLeft")
    expect(shown.locator(".work-title")).to_have_text(titles[1])
    page.keyboard.press("End")
    expect(shown.locator(".work-title")).to_have_text(titles[0])
