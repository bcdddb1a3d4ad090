"""The essential acts without JavaScript: enter, submit, judge, announce, watch."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect
from sqlalchemy.orm import Session

from app.accounts.models import User
from contests.models import Declaration
from contests.states import ContestState
from tests import factories
from tests.conftest import Clock
from tests.database import settle
from tests.journeys import entering, organising
from tests.journeys.entering import Photo
from tests.journeys.judging import title_of_work
from tests.journeys.people import Person, press, sign_in, wait_for
from tests.journeys.pictures import telephone_picture
from tests.judging import scenes

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
    pytest.mark.usefixtures("clock"),
]

Arrive = Callable[[User], Person]


@pytest.fixture
def arrive(app: Flask, new_page: Callable[..., Page]) -> Arrive:
    """Let somebody who has an account sign in, in a browser that runs no script."""

    def come(user: User) -> Person:
        person = Person(user.name, user.email, new_page(java_script_enabled=False))
        settle(app)
        sign_in(person)
        return person

    return come


def test_entering_a_photograph(arrive: Arrive, session: Session, tmp_path: Path) -> None:
    contest = factories.contest(session)
    contest.declarations = [
        Declaration(position=position, text=text)
        for position, text in enumerate(entering.DECLARATIONS)
    ]
    title = contest.title
    page = arrive(factories.user(session)).page
    photo = Photo(telephone_picture(tmp_path), "The garden gate", "She reads the weather.")
    entering.begin_photo(page, title)
    page.get_by_label("Title", exact=True).fill(photo.title)
    press(page, "Submit entry")
    expect(page.locator(".error-summary")).to_contain_text("This entry is not complete yet.")
    page.get_by_label("Photograph", exact=True).set_input_files(photo.file)
    entering.write_photo(page, photo)
    press(page, "Save draft")
    expect(page.locator("[data-saved]")).to_have_text("Draft saved 13:00")
    wait_for(lambda: shown_after_reload(page), "the picture")
    assert entering.submit(page) == "0001"
    entering.expect_receipt(page, [photo.file])


def shown_after_reload(page: Page) -> bool | None:
    page.reload()
    return page.locator(".upload img").is_visible() or None


def test_judging(arrive: Arrive, session: Session, clock: Clock) -> None:
    contest = factories.contest(session, state=ContestState.JUDGING, closes_at=clock.value)
    round_ = factories.round_(session, contest)
    user = factories.user(session, "Lars Berg")
    judge = factories.judge(session, contest, user)
    for title in ("One", "Two"):
        owner = factories.user(session)
        factories.ballot(
            session, round_, judge, factories.entry(session, contest, owner, title=title)
        )
    page = arrive(user).page
    page.get_by_role("link", name="Judge's desk").click()
    page.get_by_role("link", name="Begin with entry").click()
    mark(page, "Relevance", 9)
    page.get_by_label("I have seen the pictures.").check()
    press(page, "Submit and next")
    expect(page.locator(".error-summary")).to_contain_text("Choose a mark.")
    expect(criterion(page, "Relevance").get_by_label("9")).to_be_checked()
    mark(page, "Originality", 7)
    press(page, "Submit and next")
    expect(page.locator(".ballot-status")).to_contain_text("1 of 2")
    mark(page, "Relevance", 3)
    press(page, "Save")
    expect(page.locator("[data-saved]")).to_have_text("saved 13:00")
    mark(page, "Originality", 4)
    page.get_by_label("I have seen the pictures.").check()
    assert title_of_work(page) == "Two"
    press(page, "Submit and next")
    expect(page.get_by_text("Thank you: all 2 entries are submitted.")).to_be_visible()


def mark(page: Page, title: str, points: int) -> None:
    criterion(page, title).get_by_label(str(points), exact=True).check()


def criterion(page: Page, title: str) -> Locator:
    return page.get_by_role("group", name=title)


def test_announcing_and_watching(arrive: Arrive, session: Session) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    slug, outsider = scene.contest.slug, factories.user(session)
    organising.announce(arrive(scene.organiser).page, slug, winners=3)
    page = arrive(outsider).page
    page.goto("/")
    winners = ["Work 1", "Work 2", "Work 3"]
    expect(page.locator(".winners-lead .work-title")).to_have_text(winners)
    page.goto(f"/contests/{slug}/present")
    slides = page.locator(".slide .work-title")
    expect(slides).to_have_text(winners[::-1])
    for number in range(3):
        expect(slides.nth(number)).to_be_visible()
