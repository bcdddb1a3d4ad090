"""From a new account to one's own page in a real browser, with the keyboard alone."""

import time

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from tests import axe, factories
from tests.client import local
from tests.conftest import Outbox

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]
AMINA = "amina@example.org"


def mailed(outbox: Outbox) -> str:
    """Return the path that the last mail leads to, once the worker has delivered it."""
    end = time.monotonic() + 15
    while not outbox(AMINA) and time.monotonic() < end:
        time.sleep(0.05)
    return local(outbox.link(AMINA))


def fill(page: Page, **fields: str) -> None:
    """Type into one field after the other as the tab key leads to them, and press Enter."""
    for number, (name, value) in enumerate(fields.items()):
        if number == 0:
            page.locator(f"main [name={name}]").focus()
        else:
            page.keyboard.press("Tab")
        expect(page.locator(f"main [name={name}]")).to_be_focused()
        page.keyboard.type(value)
    page.keyboard.press("Enter")


def test_registering_by_keyboard(page: Page, outbox: Outbox, session: Session) -> None:
    del session
    page.goto("/register")
    axe.check(page)
    page.locator("main [name=name]").evaluate("field => field.form.noValidate = true")
    fill(page, name="Amina Diallo", email=AMINA, password="short")
    expect(page.get_by_role("alert")).to_contain_text("Use 10 characters or more.")
    axe.check(page)
    fill(page, password="a sentence to remember")
    expect(page.get_by_role("status")).to_contain_text("We have sent a mail to")
    axe.check(page)
    page.goto(mailed(outbox))
    expect(page.get_by_role("status")).to_contain_text("is confirmed")
    page.locator("main [name=email]").fill(AMINA)
    page.locator("main [name=password]").fill("a sentence to remember")
    page.keyboard.press("Enter")
    expect(page.locator(".account-name")).to_have_text("Amina Diallo")

    page.locator("summary", has_text="Amina Diallo").press("Enter")
    page.get_by_role("link", name="Your account").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")
    expect(page.get_by_label("Time zone")).to_contain_text("As my browser says: Nairobi")
    axe.check(page)


def test_signing_in_by_link(page: Page, outbox: Outbox, session: Session) -> None:
    factories.user(session, email=AMINA)
    session.commit()
    page.goto("/login?next=/account")
    axe.check(page)
    page.locator("main [name=email]").fill(AMINA)
    page.get_by_role("button", name="Send me a sign-in link").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("a sign-in link is on its way")
    page.goto(mailed(outbox))
    axe.check(page)
    page.get_by_role("button", name="Sign in").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account")


@pytest.mark.parametrize("path", ["/login/link", "/login/link/forged", "/reset", "/confirm"])
def test_pages_beside_it(page: Page, path: str) -> None:
    page.goto(path)
    axe.check(page)


def test_pages_about_the_password(page: Page, outbox: Outbox, session: Session) -> None:
    factories.user(session, email=AMINA)
    session.commit()
    page.goto("/reset")
    fill(page, email=AMINA)
    expect(page.get_by_role("status")).to_contain_text("is on its way")
    page.goto(mailed(outbox))
    axe.check(page)
    fill(page, password="a sentence to remember", password_confirm="a sentence to remember")
    expect(page.get_by_role("status")).to_contain_text("Your new password is set")
    page.locator("main [name=email]").fill(AMINA)
    page.locator("main [name=password]").fill("a sentence to remember")
    page.keyboard.press("Enter")
    expect(page.locator(".account-name")).to_be_visible()
    for path in ("/change", "/verify"):
        page.goto(path)
        axe.check(page)
