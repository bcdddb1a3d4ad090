"""Guessing and mail-bombing are slowed down; the suite runs with limits off but for here."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.factory import create_app
from app.settings import Environment, Settings
from app.transaction import Transactions
from app.web import limiter
from tests import factories
from tests.client import Client, client_of
from tests.database import SESSION

pytestmark = pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)


@pytest.fixture
def limited(settings: Settings) -> Iterator[Flask]:
    """Give an application whose limits count; the limiter is one for the process."""
    app = create_app(settings.model_copy(update={"podium_env": Environment.DEVELOPMENT}))
    app.testing = True
    app.extensions["podium.store"].ensure()
    yield app
    limiter.reset()
    limiter.enabled = False
    transactions: Transactions = app.extensions["podium.transactions"]
    transactions.engine.dispose()


@pytest.fixture
def people(limited: Flask) -> Iterator[Session]:
    transactions: Transactions = limited.extensions["podium.transactions"]
    with limited.app_context(), transactions.open(writes=True) as session:
        limited.extensions[SESSION] = session
        yield session
        del limited.extensions[SESSION]


@pytest.fixture
def browser_of(limited: Flask) -> Callable[[], Client]:
    return lambda: client_of(limited)


def test_a_password_cannot_be_guessed_for_ever(
    browser_of: Callable[[], Client], people: Session
) -> None:
    user, other = factories.user(people), factories.user(people)
    client = browser_of()
    for _guess in range(10):
        wrong = client.submit("/login", {"email": user.email, "password": "a wrong one"})
        assert wrong.status_code == 422
    right = {"email": user.email.upper(), "password": factories.PASSWORD}
    refused = client.submit("/login", right)
    assert refused.status_code == 429
    assert "Too many tries" in refused.text
    # Another browser does not help, and nobody else is shut out.
    assert browser_of().submit("/login", right).status_code == 429
    answer = browser_of().submit("/login", {"email": other.email, "password": factories.PASSWORD})
    assert answer.status_code == 302


def test_signing_in_rightly_is_not_counted(
    browser_of: Callable[[], Client], people: Session
) -> None:
    user = factories.user(people)
    for _time in range(12):
        answer = browser_of().submit(
            "/login", {"email": user.email, "password": factories.PASSWORD}
        )
        assert answer.status_code == 302


@pytest.mark.parametrize("url", ["/login/link", "/reset", "/confirm"])
def test_nobodys_inbox_can_be_filled(
    browser_of: Callable[[], Client], people: Session, url: str
) -> None:
    user = factories.user(people)
    answers = [browser_of().submit(url, {"email": user.email}).status_code for _ in range(6)]
    assert answers[-1] == 429
    assert 429 not in answers[:-1]


def test_one_host_cannot_register_without_end(
    browser_of: Callable[[], Client], people: Session
) -> None:
    del people
    statuses = {
        browser_of()
        .submit("/register", {"name": "x", "email": f"x{number}@example.org", "password": "short"})
        .status_code
        for number in range(41)
    }
    assert statuses == {422, 429}


def test_reading_is_not_limited(browser_of: Callable[[], Client], people: Session) -> None:
    del people
    client = browser_of()
    assert {client.get("/login").status_code for _ in range(60)} == {200}
