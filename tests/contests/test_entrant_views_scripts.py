"""What the script of the entry form asks of the server to save the words, in JSON."""

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import User
from contests.models import Contest
from tests import factories as make
from tests.client import Client
from tests.conftest import Clock
from tests.contests.test_entrant_views import begin, only_entry, sign_in, token

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def owner(session: Session) -> User:
    return make.user(session)


@pytest.fixture
def contest(session: Session) -> Contest:
    return make.contest(session)


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    return sign_in(client, owner)


def send(client: Client, form: str, part: str, **data: object) -> TestResponse:
    csrf = token(client.page(form))
    return client.post(
        form.replace("edit", part),
        data=data,
        headers={"X-CSRFToken": csrf, "Accept": "application/json"},
    )


def test_autosave_keeps_the_words_and_counts_on(
    session: Session, contest: Contest, signed_in: Client
) -> None:
    form = begin(signed_in, contest)
    answer = send(signed_in, form, "autosave", title="Half a", version="0")
    assert answer.json == {"saved_at": "13:00", "version": "1"}
    answer = send(signed_in, form, "autosave", title="Half a title", version="1")
    assert answer.json == {"saved_at": "13:00", "version": "2"}
    entry = only_entry(session)
    assert entry.working is not None
    assert entry.working.title == "Half a title"
    assert "Draft saved 13:00" in signed_in.page(form)


@pytest.mark.parametrize("version", ["0", "", "-1", "x", "9" * 30, "\u0661"])
def test_autosave_of_a_stale_form_is_a_conflict(
    contest: Contest, signed_in: Client, version: str
) -> None:
    form = begin(signed_in, contest)
    send(signed_in, form, "autosave", title="First", version="0")
    answer = send(signed_in, form, "autosave", title="Second", version=version)
    assert (answer.status_code, answer.json["code"]) == (409, "stale-form")  # type: ignore[index]


def test_autosave_says_which_field_is_wrong(contest: Contest, signed_in: Client) -> None:
    form = begin(signed_in, contest)
    answer = send(signed_in, form, "autosave", title="x" * 161, version="0")
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"].startswith("Title: ")


def test_after_the_close_scripts_are_told_too(
    contest: Contest, signed_in: Client, clock: Clock
) -> None:
    form = begin(signed_in, contest)
    clock.advance(days=4)
    answer = send(signed_in, form, "autosave", title="Late", version="0")
    assert (answer.status_code, answer.json["code"]) == (409, "closed")  # type: ignore[index]
    assert "13:00 Zurich" in answer.json["error"]  # type: ignore[index]
