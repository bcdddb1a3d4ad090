"""People at the forum: each has a name, an address and a browser; the mail reaches them."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from playwright.sync_api import Page, expect

from app.accounts.models import User
from tests.client import client_of
from tests.conftest import LiveServer, Outbox
from tests.factories import PASSWORD

Answer = TypeVar("Answer")
PATIENCE = 60.0


@dataclass(frozen=True)
class Person:
    """Somebody who comes to the forum with a browser of their own."""

    name: str
    email: str
    page: Page


def wait_for(ask: Callable[[], Answer | None], what: str) -> Answer:
    """Ask again and again until there is an answer; fail after a minute."""
    until = time.monotonic() + PATIENCE
    while (answer := ask()) is None:
        assert time.monotonic() < until, f"waited in vain for {what}"
        time.sleep(0.02)
    return answer


def mailed_link(outbox: Outbox, to: str, subject: str) -> str:
    """Wait for the mail to somebody whose subject has these words; return the link in it."""

    def look() -> str | None:
        for mail in reversed(outbox(to)):
            if subject in mail["Subject"]:
                return str(re.findall(r"https?://[^\s<>]+", mail.get_content())[0])
        return None

    return wait_for(look, f"a mail to {to} about {subject}")


def press(page: Page, name: str) -> None:
    """Press the one button of this name that is meant for people, and not only for Enter."""
    button = page.get_by_role("button", name=name, exact=True)
    button.and_(page.locator(":not([tabindex='-1'])")).click()


def confirm(page: Page, question: str, answer: str) -> None:
    """Open a question that is asked once in the page, and press its button."""
    page.locator("summary", has_text=re.compile(rf"^\s*{re.escape(question)}\s*$")).click()
    press(page, answer)


def fill(page: Page, **fields: str) -> None:
    """Fill in fields by the first words of their labels, underscores read as blanks."""
    for label, value in fields.items():
        page.get_by_label(re.compile(rf"^{label.replace('_', ' ')}\b")).fill(value)


def expect_flash(page: Page, text: str) -> None:
    """Expect the page to say what was done."""
    expect(page.locator(".flashes")).to_contain_text(text)


def expect_heading(page: Page, text: str) -> None:
    """Expect the page's one h1."""
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def be(page: Page, server: LiveServer, user: User | None) -> None:
    """Let this browser be somebody's from now on, without the form; or nobody's."""
    if user is None:
        return
    client = client_of(server.app)
    client.sign_in(user)
    cookie = client.get_cookie("session")
    assert cookie is not None
    page.context.add_cookies([{"name": "session", "value": cookie.value, "url": server.url}])


def sign_in(person: Person, password: str = PASSWORD) -> None:
    """Sign in with the form."""
    person.page.goto("/login")
    fill_sign_in(person, password)
    expect(person.page.locator(".account-name")).to_have_text(person.name)


def fill_sign_in(person: Person, password: str = PASSWORD) -> None:
    """Fill in the sign-in form where one already is."""
    person.page.get_by_label("E-mail address").fill(person.email)
    person.page.get_by_label("Password").fill(password)
    press(person.page, "Sign in")


def register(person: Person, outbox: Outbox) -> None:
    """Make an account on the page one stands on, follow the link in the mail, and sign in."""
    page = person.page
    page.get_by_label("Name").fill(person.name)
    page.get_by_label("E-mail address").fill(person.email)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Make my account")
    expect_flash(page, "We have sent a mail to")
    page.goto(mailed_link(outbox, person.email, "Your account for the forum's contests"))
    expect_flash(page, "Your e-mail address is confirmed")
    fill_sign_in(person)
