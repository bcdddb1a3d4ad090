"""What the scripts of the entry form ask of the server: autosave and uploads, in JSON."""

from io import BytesIO

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import User
from contests.models import Contest
from contests.states import ContestKind, EntryState
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


def picture(content: bytes) -> tuple[BytesIO, str]:
    return BytesIO(content), "boat.jpg"


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


def test_an_uploaded_picture_belongs_to_the_entry_at_once(
    session: Session, contest: Contest, signed_in: Client, jpeg: bytes
) -> None:
    form = begin(signed_in, contest)
    answer = send(signed_in, form, "files", file=picture(jpeg))
    assert answer.status_code == 201
    sent = answer.json
    assert sent is not None
    assert (sent["state"], sent["name"]) == ("received", "boat.jpg")
    assert signed_in.get(sent["status_url"]).json["state"] == "received"  # type: ignore[index]
    entry = only_entry(session)
    assert entry.working is not None
    (file,) = entry.working.files
    assert (file.asset.public_id, file.asset.claimed_at is None) == (sent["id"], False)
    # The script sends what was taken back with the next words.
    send(signed_in, form, "autosave", title="Kept", version="0", removed=sent["id"])
    entry = only_entry(session)
    assert entry.working is not None
    assert (entry.working.title, entry.working.files) == ("Kept", [])


@pytest.mark.parametrize(
    ("content", "query", "code"),
    [
        (None, "", "no-file"),
        (b"", "", "empty"),
        (b"%PDF-1.7\n", "?kind=document", "too-many-files"),
    ],
)
def test_a_refused_upload_says_why(
    contest: Contest, signed_in: Client, content: bytes | None, query: str, code: str
) -> None:
    form = begin(signed_in, contest)
    data = {} if content is None else {"file": picture(content)}
    answer = send(signed_in, form, f"files{query}", **data)
    assert (answer.status_code, answer.json["code"]) == (422, code)  # type: ignore[index]


def test_a_seventh_picture_of_six_is_refused(
    session: Session, signed_in: Client, owner: User, jpeg: bytes
) -> None:
    contest = make.contest(session, ContestKind.HACKATHON, pictures_max=2)
    pictures = [make.asset(session, owner), make.asset(session, owner)]
    entry = make.entry(session, contest, owner, state=EntryState.DRAFT, pictures=pictures)
    answer = send(signed_in, f"/entries/{entry.id}/edit", "files", file=picture(jpeg))
    assert (answer.status_code, answer.json["code"]) == (422, "too-many-files")  # type: ignore[index]


@pytest.mark.parametrize("part", ["autosave", "files"])
def test_after_the_close_scripts_are_told_too(
    contest: Contest, signed_in: Client, clock: Clock, jpeg: bytes, part: str
) -> None:
    form = begin(signed_in, contest)
    clock.advance(days=4)
    answer = send(signed_in, form, part, title="Late", version="0", file=picture(jpeg))
    assert (answer.status_code, answer.json["code"]) == (409, "closed")  # type: ignore[index]
    assert "13:00 Zurich" in answer.json["error"]  # type: ignore[index]
