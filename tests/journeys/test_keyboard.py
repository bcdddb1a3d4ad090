"""With the keyboard alone: sign in, enter a photograph, judge; one always sees where one is."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from contests.models import Declaration
from contests.states import ContestState
from tests import factories
from tests.conftest import Clock
from tests.database import settle
from tests.factories import PASSWORD
from tests.journeys.entering import DECLARATIONS, expect_complete, expect_receipt
from tests.journeys.judging import SAVED_AT, expect_ready
from tests.journeys.pictures import telephone_picture

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
    pytest.mark.usefixtures("clock"),
]

MOST_STOPS = 60

# The focused element, or what stands for it (the label of a hidden box), is outlined and in sight.
IS_SEEN = """() => {
  const focused = document.activeElement;
  if (focused.type === "date") return true;  // the browser itself outlines its parts
  const drawn = [focused, focused.parentElement, focused.nextElementSibling].filter(Boolean);
  const outlined = drawn.find((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  });
  if (!outlined) return false;
  const { top, bottom, left, right } = outlined.getBoundingClientRect();
  return bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus; every stop on the way must be seen."""
    expect(target).to_be_attached()
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        assert page.evaluate(IS_SEEN), page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("element => element === document.activeElement"):
            return
    pytest.fail(f"Tab does not lead to {target}")


def type_into(page: Page, label: str, text: str) -> None:
    """Go to the field and type; in a list this chooses."""
    tab_to(page, page.get_by_label(label, exact=True))
    page.keyboard.type(text)


def press_on(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to a link, a button or a box, and press it."""
    tab_to(page, target)
    page.keyboard.press(key)


def sign_in(page: Page, email: str, onward: str) -> None:
    """Sign in by keyboard; the first stop is the link that leads past the navigation."""
    page.goto(f"/login?next={onward}")
    press_on(page, page.get_by_role("link", name="Skip to the content"))
    type_into(page, "E-mail address", email)
    type_into(page, "Password", PASSWORD)
    page.keyboard.press("Enter")


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def test_entering_a_photograph(app: Flask, session: Session, page: Page, tmp_path: Path) -> None:
    contest = factories.contest(session, sdgs=[4])
    contest.declarations = [
        Declaration(position=position, text=text) for position, text in enumerate(DECLARATIONS)
    ]
    email, slug = factories.user(session).email, contest.slug
    settle(app)
    file = telephone_picture(tmp_path)
    sign_in(page, email, f"/contests/{slug}/enter")
    press_on(page, button(page, "Begin your entry"))
    expect(page.get_by_text("As the public will see it")).to_be_visible()
    with page.expect_file_chooser() as chosen:
        press_on(page, page.get_by_label("Photograph", exact=True))
    chosen.value.set_files(file)
    expect(page.locator(".upload img")).to_be_visible()
    write(page)
    expect_complete(page)
    press_on(page, page.locator(".form-bar").get_by_role("button", name="Submit entry"))
    expect_receipt(page, [file])


def write(page: Page) -> None:
    type_into(page, "Title", "The garden gate")
    type_into(page, "Caption", "She reads the weather before she waters.")
    type_into(page, "Description for people who cannot see it", "A woman reads in a garden.")
    type_into(page, "Place", "Kisumu")
    type_into(page, "Country", "Kenya")
    type_into(page, "Date taken", "02112024")
    press_on(page, page.get_by_label("Quality Education"), "Space")
    press_on(page, page.get_by_label("Everyone who can be recognised"), "Space")
    tab_to(page, page.get_by_label("Licence"))
    page.keyboard.press("ArrowDown")
    for declaration in DECLARATIONS:
        press_on(page, page.get_by_label(declaration), "Space")


def test_judging(app: Flask, session: Session, page: Page, clock: Clock) -> None:
    contest = factories.contest(session, state=ContestState.JUDGING, closes_at=clock.value)
    person = factories.user(session, "Lars Berg")
    judge, round_ = factories.judge(session, contest, person), factories.round_(session, contest)
    factories.ballot(
        session, round_, judge, factories.entry(session, contest, factories.user(session))
    )
    email = person.email
    settle(app)
    sign_in(page, email, "/judge")
    press_on(page, page.get_by_role("link", name="Begin with entry"))
    expect_ready(page)
    # Of this picture there is no file: the judge says so, and the mark counts all the same.
    press_on(page, button(page, "Judge without it"))
    first, second = (page.get_by_role("group", name=name) for name in ("Relevance", "Originality"))
    tab_to(page, first.get_by_label("1", exact=True))
    page.keyboard.press("ArrowRight")
    expect(first.get_by_label("2")).to_be_checked()
    page.keyboard.press("7")
    page.keyboard.press("9")
    expect(first.get_by_label("7")).to_be_checked()
    expect(second.get_by_label("9")).to_be_checked()
    expect(page.locator("[data-saved]")).to_have_text(SAVED_AT)
    press_on(page, button(page, "Submit and next"))
    expect(page.get_by_text("Thank you: your entry is submitted.")).to_be_visible()
