"""The entrant's pages as a browser without scripts sees them."""

import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.web.forms import clean
from contests.models import Contest, Declaration, Entry, EntryVersion, Track
from contests.queries import entries as queries
from contests.service import teams
from contests.states import ContestKind, ContestState, EntryState, Screening
from media.models import Asset
from media.states import AssetState
from tests import factories as make
from tests.client import Client, File, Value, find_form
from tests.conftest import Clock, Outbox
from tests.factories import NOW
from tests.media.pictures import pdf
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")

TITLE = "Fishing by satellite"
PHOTO: dict[str, Value] = {
    "title": TITLE,
    "caption": "A crew reads tomorrow's weather.",
    "alt_text": "Four people in a boat look at one telephone.",
    "place": "Saint-Louis",
    "country": "SN",
    "taken_on": "2025-01-02",
    "sdgs": ["8", "14"],
    "consent": True,
    "licence": "CC-BY-4.0",
}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>{{7*7}}{% raw %}',
    "NUL \x00 inside",
    "\u202eright to left \U0001f469\u200d\U0001f33e \ufeff",
    "'; DROP TABLE entries; --",
    "Z\u0351\u036b\u0343a\u0308l\u0310g\u0327o \u0000\ufffe",
    "%s %(name)s {0} ${x} \\",
)


@pytest.fixture
def owner(session: Session) -> User:
    return make.user(session)


@pytest.fixture
def contest(session: Session) -> Contest:
    made = make.contest(session, title="Photo Contest 2025")
    made.declarations = [Declaration(position=0, text="I am 18 or older.")]
    session.flush()
    return made


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    return sign_in(client, owner)


def sign_in(client: Client, person: User) -> Client:
    client.sign_in(person)
    return client


def begin(client: Client, contest: Contest) -> str:
    """Begin an entry and return the address of its form."""
    answer = client.submit(f"/contests/{contest.slug}/enter", press="Begin your entry")
    return str(client.follow(answer).request.path)


def jpeg_file(jpeg: bytes) -> File:
    return File(jpeg, "boat.jpg", "image/jpeg")


def only_entry(session: Session) -> Entry:
    session.expire_all()
    return queries.get_entry(session, session.scalars(select(Entry.id)).one())


# --- the whole way ------------------------------------------------------------------------------


def test_a_photographer_enters_and_has_a_receipt(
    session: Session, contest: Contest, signed_in: Client, jpeg: bytes, outbox: Outbox
) -> None:
    form = begin(signed_in, contest)
    declared = [str(one.id) for one in contest.declarations]
    answer = signed_in.submit(
        form,
        PHOTO | {"declarations": declared, "pictures": jpeg_file(jpeg)},
        press="Submit entry",
    )
    # No deadline waits for the worker: the picture may still be in the line.
    receipt = signed_in.follow(answer)
    entry = only_entry(session)
    assert entry.current is not None
    digest = entry.current.files[0].asset.sha256
    for text in (receipt.text, outbox(entry.owner.email)[-1].get_content()):
        assert "0001" in text
        assert TITLE in text
        assert "boat.jpg" in text
        assert digest is not None
        assert digest in text
    assert "Submitted" in signed_in.page("/my")


def test_a_team_writes_and_its_captain_submits(
    session: Session, new_client: Callable[[], Client], jpeg: bytes, drain: Callable[[], int]
) -> None:
    contest = make.contest(session, ContestKind.HACKATHON, team_min=2, words_min=3)
    contest.tracks = [Track(position=0, title="Early warning")]
    captain, member = (sign_in(new_client(), make.user(session, n)) for n in ("Amina", "Bo"))
    answer = captain.submit(f"/contests/{contest.slug}/enter", {"team_name": "Rain gauge"})
    form = captain.follow(answer).request.path
    entry = only_entry(session)
    page = captain.page(f"/teams/{entry.team_id}")
    found = re.search(r"http://127.0.0.1:\d+(/join/[^\"]+)", page)
    assert found
    assert member.get(form).status_code == 404
    assert member.submit(found[1], press="Join this team").status_code == 303
    words: dict[str, Value] = {
        "title": "Rain gauge",
        "summary": "Villages measure rain together.",
        "description": "Measured by four schools, *every hour*.",
        "links": "https://example.org/demo",
        "track": str(contest.tracks[0].id),
        "pictures": [jpeg_file(jpeg), File(jpeg, "school.jpg")],
        "documents": [File(pdf(), "plan.pdf", "application/pdf")],
    }
    assert "Submit entry" not in member.page(form)
    assert member.submit(form, words, press="Save draft").status_code == 303
    drain()
    answer = captain.submit(form, {"title": "Rain gauge"}, press="Submit entry")
    assert captain.follow(answer).status_code == 200
    version = only_entry(session).current
    assert version is not None
    assert [f.asset.filename for f in version.files] == ["boat.jpg", "school.jpg", "plan.pdf"]
    assert member.page(form.replace("edit", "receipt"))


# --- entering -----------------------------------------------------------------------------------


def test_the_page_says_what_is_taken_before_anything_is_chosen(
    contest: Contest, signed_in: Client
) -> None:
    page = signed_in.page(f"/contests/{contest.slug}/enter")
    for said in ("JPEG, PNG, WebP, HEIC, AVIF, TIFF", "50 MB", "0 of 5", "Zurich", "18 or older"):
        assert said in page


@pytest.mark.parametrize(
    ("days", "said"), [(5, "closed at Fri, 14 Mar 2025, 13:00"), (-31, "takes entries from")]
)
def test_outside_its_time_a_contest_refuses_kindly(
    contest: Contest, signed_in: Client, clock: Clock, days: int, said: str
) -> None:
    url = f"/contests/{contest.slug}/enter"
    form = find_form(signed_in.page(url), set(), "Begin your entry")
    clock.advance(days=days)
    assert said in signed_in.page(url)
    answer = signed_in.send(url, form, {}, press="Begin your entry")
    assert (answer.status_code, said in answer.text) == (409, True)


def test_a_taken_team_name_is_told_at_its_field(session: Session, signed_in: Client) -> None:
    contest = make.contest(session, ContestKind.HACKATHON)
    other = make.team(session, contest, make.user(session))
    make.entry(session, contest, other.captain, team=other, state=EntryState.DRAFT)
    url = f"/contests/{contest.slug}/enter"
    answer = signed_in.submit(url, {"team_name": other.name})
    assert answer.status_code == 422
    assert 'id="team_name-error"' in answer.text
    answer = signed_in.submit(url, {"team_name": "Another"})
    assert answer.status_code == 303
    assert "You are in a team of this contest already" in signed_in.page(url)


# --- writing ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_in_every_field_are_only_words(
    session: Session, contest: Contest, signed_in: Client, text: str
) -> None:
    form = begin(signed_in, contest)
    fields = ("title", "caption", "alt_text", "place")
    answer = signed_in.submit(form, dict.fromkeys(fields, text), press="Save draft")
    assert answer.status_code == 303
    page = signed_in.page(form)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    version = only_entry(session).working
    assert version is not None
    assert {getattr(version, name) for name in fields} == {clean(text)}
    bad = dict.fromkeys((*fields, "taken_on", "country", "licence", "sdgs", "version"), text)
    raw = signed_in.post(form, data=bad | {"csrf_token": token(page)})
    assert raw.status_code == 422
    assert signed_in.post(form.replace("edit", "autosave"), data=bad).status_code in {400, 422}


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_too_long_words_are_kept_in_the_form(contest: Contest, signed_in: Client) -> None:
    form = begin(signed_in, contest)
    answer = signed_in.submit(form, {"title": "x" * 161, "place": "Dakar"}, press="Save draft")
    assert answer.status_code == 422
    assert "x" * 161 in answer.text
    assert 'value="Dakar"' in answer.text
    assert 'id="title-error"' in answer.text


def test_a_stale_form_shows_both_texts_and_lets_one_choose(
    session: Session, contest: Contest, signed_in: Client
) -> None:
    url = begin(signed_in, contest)
    early = find_form(signed_in.page(url), {"title"}, "Save draft")
    signed_in.submit(url, {"title": "From the other window"}, press="Save draft")
    answer = signed_in.send(url, early, {"title": "From this window"}, press="Save draft")
    assert answer.status_code == 409
    assert "From the other window" in answer.text
    assert "From this window" in answer.text
    entry = only_entry(session)
    assert entry.working is not None
    assert entry.working.title == "From the other window"
    again = find_form(answer.text, {"title"}, "Save what I typed here in its place")
    answer = signed_in.send(url, again, {}, press="Save what I typed here in its place")
    assert answer.status_code == 303
    assert 'value="From this window"' in signed_in.page(url)


def test_asking_for_the_head_of_a_form_writes_nothing(
    session: Session, contest: Contest, signed_in: Client
) -> None:
    form = begin(signed_in, contest)
    signed_in.submit(form, {"title": "Kept"}, press="Save draft")
    for page in (form, f"/contests/{contest.slug}/enter"):
        assert signed_in.head(page).status_code == signed_in.get(page).status_code == 200
    session.expire_all()
    entry = only_entry(session)
    assert entry.working is not None
    assert (entry.working.title, entry.revision) == ("Kept", 1)


def test_a_stale_form_names_only_what_differs(contest: Contest, signed_in: Client) -> None:
    url = begin(signed_in, contest)
    # As text, the tenth Goal sorts before the second.
    goals: dict[str, Value] = {"title": "One", "sdgs": ["2", "10"]}
    early = find_form(signed_in.page(url), {"title"}, "Save draft")
    signed_in.submit(url, goals, press="Save draft")
    answer = signed_in.send(url, early, goals | {"title": "Another"}, press="Save draft")
    assert answer.status_code == 409
    assert "<dt>Title</dt>" in answer.text
    assert "<dt>Sustainable Development Goals</dt>" not in answer.text


def test_after_the_close_an_open_form_loses_nothing_and_changes_nothing(
    session: Session, contest: Contest, signed_in: Client, clock: Clock, jpeg: bytes
) -> None:
    url = begin(signed_in, contest)
    early = find_form(signed_in.page(url), {"title"}, "Submit entry")
    clock.advance(days=4)
    fields: dict[str, Value] = {"title": "One minute late", "pictures": jpeg_file(jpeg)}
    answer = signed_in.send(url, early, fields, press="Submit entry")
    assert answer.status_code == 409
    assert "Fri, 14 Mar 2025, 13:00 Zurich" in answer.text
    assert 'value="One minute late"' in answer.text
    assert "copy it" in answer.text
    assert session.scalar(select(func.count(Asset.id))) == 0
    entry = only_entry(session)
    assert entry.working is not None
    assert entry.working.title == ""
    page = signed_in.page(url)
    assert "takes no more entries or changes" in page
    assert "Submit entry" not in page


def test_a_refused_file_leaves_the_words_saved(
    session: Session, contest: Contest, signed_in: Client
) -> None:
    url = begin(signed_in, contest)
    fake = File(b"GIF89a not what it says", "boat.jpg", "image/jpeg")
    answer = signed_in.submit(url, {"title": "Kept", "pictures": fake}, press="Save draft")
    assert answer.status_code == 422
    assert "boat.jpg:" in answer.text
    assert 'id="pictures-error"' in answer.text
    entry = only_entry(session)
    assert entry.working is not None
    assert (entry.working.title, entry.working.files) == ("Kept", [])


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_without_its_store_the_form_says_so_and_keeps_the_words(
    session: Session, contest: Contest, signed_in: Client, jpeg: bytes, tmp_path: Path
) -> None:
    url = begin(signed_in, contest)
    shutil.rmtree(tmp_path / "store")
    (tmp_path / "store").write_text("no folder")
    fields: dict[str, Value] = {"title": "Kept", "pictures": jpeg_file(jpeg)}
    answer = signed_in.submit(url, fields, press="Save draft")
    assert answer.status_code == 503
    assert 'value="Kept"' in answer.text
    assert "does not answer" in answer.text
    entry = only_entry(session)
    assert entry.working is not None
    assert (entry.working.title, entry.working.files) == ("Kept", [])


def test_pictures_are_put_in_order_and_removed_with_the_words_kept(
    session: Session, signed_in: Client, owner: User
) -> None:
    contest = make.contest(session, ContestKind.HACKATHON)
    first, second = make.asset(session, owner), make.asset(session, owner)
    entry = make.entry(session, contest, owner, state=EntryState.DRAFT, pictures=[first, second])
    url = f"/entries/{entry.id}/edit"
    answer = signed_in.submit(url, {"title": "Kept"}, press="Move forward")
    assert answer.headers["Location"].endswith("#pictures")
    assert shown_files(session) == [second, first]
    signed_in.submit(url, {"title": "Kept too"}, press="Remove")
    assert shown_files(session) == [first]
    assert 'value="Kept too"' in signed_in.page(url)


def shown_files(session: Session) -> list[Asset]:
    version = only_entry(session).working
    assert version is not None
    return [file.asset for file in version.files]


def test_a_picture_that_could_not_be_used_says_why(
    session: Session, contest: Contest, signed_in: Client, owner: User
) -> None:
    bad = make.asset(session, owner, state=AssetState.REJECTED)
    entry = make.entry(session, contest, owner, state=EntryState.DRAFT, pictures=[bad])
    page = signed_in.page(f"/entries/{entry.id}/edit")
    assert "It is damaged." in page
    assert "Pictures that could not be used: 1." in page


# --- after submitting ---------------------------------------------------------------------------


def test_changes_are_shown_as_not_yet_submitted_and_can_be_discarded(
    session: Session, contest: Contest, signed_in: Client, owner: User
) -> None:
    entry = make.entry(session, contest, owner, title="Before")
    url = f"/entries/{entry.id}/edit"
    assert "Submitted 13:00, version 1" in signed_in.page(url)
    signed_in.submit(url, {"title": "After"}, press="Save changes")
    assert "changes not yet submitted" in signed_in.page(url)
    assert "Changes not yet submitted" in signed_in.page("/my")
    assert "Before" in signed_in.page(f"/entries/{entry.id}/receipt")
    signed_in.submit(url, press="Discard the changes")
    assert 'value="Before"' in signed_in.page(url)
    assert session.scalar(select(func.count(EntryVersion.id))) == 1


def test_an_entry_is_withdrawn_after_one_question(
    session: Session, contest: Contest, signed_in: Client, owner: User, outbox: Outbox
) -> None:
    entry = make.entry(session, contest, owner)
    answer = signed_in.submit(f"/entries/{entry.id}/edit", press="Withdraw entry 0001")
    assert "no longer in the contest" in signed_in.follow(answer).text
    assert "Withdrawn" in signed_in.page("/my")
    assert "no longer in the contest" in signed_in.page(f"/entries/{entry.id}/edit")
    assert len(outbox(owner.email)) == 1


def test_a_draft_is_deleted(session: Session, contest: Contest, signed_in: Client) -> None:
    url = begin(signed_in, contest)
    answer = signed_in.submit(url, press="Delete the draft")
    assert "You have not entered anything yet" in signed_in.follow(answer).text
    assert session.scalar(select(func.count(Entry.id))) == 0


# --- teams --------------------------------------------------------------------------------------


def test_a_captain_runs_the_team_from_its_page(
    session: Session, signed_in: Client, owner: User, new_client: Callable[[], Client]
) -> None:
    contest = make.contest(session, ContestKind.HACKATHON)
    other = make.user(session, "Boubacar")
    team = make.team(session, contest, owner, other, make.user(session, "Chen"))
    make.entry(session, contest, owner, team=team, state=EntryState.DRAFT)
    url = f"/teams/{team.id}"
    old = re.search(r"/join/[^\"]+", signed_in.page(url))
    assert old
    signed_in.submit(url, press="Renew the link")
    member = sign_in(new_client(), make.user(session, "Late"))
    answer = member.get(old[0])
    assert (answer.status_code, "renewed this link" in answer.text) == (410, True)
    signed_in.submit(url, press="Remove Chen")
    assert "Chen" not in signed_in.page(url)
    signed_in.submit(url, press="Make Boubacar captain")
    page = signed_in.page(url)
    assert "/join/" not in page
    answer = signed_in.submit(url, press="Leave the team")
    assert signed_in.follow(answer).request.path == "/my"
    assert signed_in.get(url).status_code == 404


def test_an_invitation_says_why_it_cannot_be_taken(session: Session, signed_in: Client) -> None:
    contest = make.contest(session, ContestKind.HACKATHON, team_max=1)
    captain = make.user(session)
    team = make.team(session, contest, captain)
    make.entry(session, contest, captain, team=team, state=EntryState.DRAFT)
    url = f"/join/{teams.invitation_token(team)}"
    page = signed_in.page(url)
    assert "This team is full" in page
    assert "Join this team" not in page
    answer = signed_in.post(url, data={"csrf_token": token(page)})
    assert (answer.status_code, "This team is full" in answer.text) == (422, True)


# --- whose it is --------------------------------------------------------------------------------


def test_what_is_not_yours_does_not_exist_for_you(
    session: Session, contest: Contest, signed_in: Client, new_client: Callable[[], Client]
) -> None:
    theirs = make.user(session, "Somebody else")
    hackathon = make.contest(session, ContestKind.HACKATHON)
    team = make.team(session, hackathon, theirs)
    entry = make.entry(session, hackathon, theirs, team=team)
    csrf = token(signed_in.page(f"/contests/{contest.slug}/enter"))
    pages = [f"/entries/{entry.id}/edit", f"/entries/{entry.id}/receipt", f"/teams/{team.id}"]
    acts = [f"/entries/{entry.id}/{act}" for act in ENTRY_ACTS]
    acts += [f"/teams/{team.id}/{act}" for act in ("invite", "leave")]
    acts += [f"/teams/{team.id}/members/{theirs.id}/{act}" for act in ("remove", "captain")]
    for url in pages:
        assert signed_in.get(url).status_code == 404, url
        assert new_client().get(url).status_code == 302, url
    for url in acts:
        assert signed_in.post(url, data={"csrf_token": csrf}).status_code == 404, url
    organiser = sign_in(new_client(), make.organiser(session))
    assert [organiser.get(url).status_code for url in pages] == [404, 200, 200]


ENTRY_ACTS = ("edit", "autosave", "files", "discard", "withdraw", "delete")


def test_a_draft_has_no_receipt(contest: Contest, signed_in: Client) -> None:
    url = begin(signed_in, contest)
    assert signed_in.get(url.replace("edit", "receipt")).status_code == 404


# --- my entries ---------------------------------------------------------------------------------


def test_my_entries_say_in_words_where_each_stands(
    session: Session, contest: Contest, signed_in: Client, owner: User
) -> None:
    assert "You have not entered anything yet" in signed_in.page("/my")
    judged = make.contest(session, state=ContestState.JUDGING, closes_at=NOW - timedelta(days=1))
    make.entry(session, contest, owner, state=EntryState.DRAFT)
    make.entry(session, contest, owner, screening=Screening.INELIGIBLE)
    make.entry(session, judged, owner, screening=Screening.INELIGIBLE)
    make.entry(session, judged, owner, state=EntryState.DRAFT)
    make.entry(session, judged, owner, state=EntryState.DISQUALIFIED)
    page = signed_in.page("/my")
    # The verdict on the open contest's entry is not told yet.
    for said, times in (
        (">Draft<", 1),
        (">Submitted<", 1),
        (">Not eligible<", 1),
        (">Never submitted<", 1),
        (">Disqualified<", 1),
    ):
        assert page.count(said) == times, said
    assert "in 4 days" in page


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_my_entries_ask_the_database_as_often_for_three_as_for_one(
    app: Flask, session: Session, contest: Contest, signed_in: Client, owner: User
) -> None:
    counts = []
    for _ in range(3):
        team_contest = make.contest(session, ContestKind.HACKATHON)
        team = make.team(session, team_contest, owner, make.user(session))
        make.entry(session, team_contest, owner, team=team)
        make.entry(session, contest, owner, state=EntryState.DRAFT)
        session.commit()
        with counted(app) as statements:
            signed_in.page("/my")
        counts.append(len(statements))
    assert counts == [counts[0]] * 3
    assert counts[0] <= 20
