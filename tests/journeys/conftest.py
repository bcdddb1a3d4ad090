"""People with browsers, for the journeys through the pages."""

import unicodedata
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from tests import factories
from tests.conftest import Clock
from tests.database import settle
from tests.journeys.people import Person
from tests.journeys.town import Town, build

NewPerson = Callable[[str], Person]


@pytest.fixture
def new_person(new_page: Callable[..., Page]) -> NewPerson:
    """Let somebody come to the forum whom it does not know yet."""

    def come(name: str) -> Person:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        return Person(name, f"{plain.lower().replace(' ', '.')}@example.org", new_page())

    return come


@pytest.fixture
def new_organiser(app: Flask, session: Session, new_person: NewPerson) -> NewPerson:
    """Let an organiser come, whose account the operator has made."""

    def come(name: str) -> Person:
        person = new_person(name)
        factories.organiser(session, name).email = person.email
        settle(app)
        return person

    return come


@pytest.fixture
def town(app: Flask, session: Session, clock: Clock) -> Town:
    """Make a forum with something of everything, on the day that the factories know."""
    del clock
    made = build(app, session)
    settle(app)
    return made
