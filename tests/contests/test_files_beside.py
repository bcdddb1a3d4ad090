"""Beside the pictures: what files say of themselves, what was sent twice, documents and videos."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.models import User
from contests.models import Contest, Entry
from contests.states import ContestKind, EntryState
from media.limits import AssetKind
from media.models import Asset, Rendition
from media.states import AssetState
from tests import factories as make
from tests.client import Client
from tests.factories import NOW
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")

TAKEN = datetime(2020, 3, 3, 17, 5)  # noqa: DTZ001 - a camera's clock has no zone


@pytest.fixture
def owner(session: Session) -> User:
    return make.user(session)


@pytest.fixture
def contest(session: Session) -> Contest:
    return make.contest(session, slug="photo-2025")


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.sign_in(owner)
    return client


def draft(session: Session, contest: Contest, owner: User, *files: Asset) -> tuple[Entry, str]:
    entry = make.entry(
        session, contest, owner, state=EntryState.DRAFT, pictures=files or None, taken_on=None
    )
    return entry, f"/entries/{entry.id}/edit"


# --- what a file says -------------------------------------------------------------------------


def test_the_files_date_is_suggested_and_taken_over_with_what_was_typed(
    session: Session, contest: Contest, owner: User, signed_in: Client
) -> None:
    entry, form = draft(session, contest, owner)
    asset = entry.versions[0].files[0].asset
    asset.taken_at, asset.latitude, asset.longitude = TAKEN, -1.5, 36.8
    page = signed_in.page(form)
    assert "The file says it was taken on 3 March 2020." in page
    assert "This file says where it was taken; that is never published." in page
    typed = {"title": "Rain by radio", "taken_on": "not a date"}
    answer = signed_in.submit(form, typed, press="Use this date")
    assert answer.headers["Location"].endswith("#taken_on")
    page = signed_in.page(form)
    assert 'value="2020-03-03"' in page
    assert "Rain by radio" in page
    assert "The file says" not in page
    session.expire_all()
    assert entry.working is not None
    assert entry.working.taken_on == date(2020, 3, 3)


@pytest.mark.parametrize("said", [None, NOW.replace(tzinfo=None) + timedelta(days=2)])
def test_what_helps_nobody_is_not_suggested(
    session: Session, contest: Contest, owner: User, signed_in: Client, said: datetime | None
) -> None:
    entry, form = draft(session, contest, owner)
    entry.versions[0].files[0].asset.taken_at = said
    page = signed_in.page(form)
    assert "The file says" not in page
    assert "never published" not in page


def test_a_date_that_is_none_changes_nothing(
    session: Session, contest: Contest, owner: User, signed_in: Client
) -> None:
    entry, form = draft(session, contest, owner)
    entry.versions[0].files[0].asset.taken_at = TAKEN
    token = signed_in.page(form).split('name="csrf_token" value="')[1].split('"')[0]
    sent = {"csrf_token": token, "version": "0", "taken_on": "2024-05-06", "use_date": "<b>"}
    assert signed_in.post(form, data=sent).status_code == 303
    session.expire_all()
    assert entry.working is not None
    assert entry.working.taken_on == date(2024, 5, 6)


def test_organisers_read_what_it_says(
    session: Session, contest: Contest, owner: User, organiser: Client
) -> None:
    asset = make.asset(session, owner)
    asset.taken_at, asset.latitude, asset.longitude = TAKEN, -1.5, 36.8
    asset.camera = "Nikon D3"
    entry = make.entry(session, contest, owner, pictures=[asset])
    page = organiser.page(f"/manage/contests/photo-2025/entries/{entry.number}")
    assert asset.sha256 is not None
    for words in (
        *("Nikon D3", "3 March 2020, 17:05", "-1.50000, 36.80000"),
        *("1600 \N{MULTIPLICATION SIGN} 1200", "image/jpeg", asset.sha256),
    ):
        assert words in page


# --- the same file, twice ---------------------------------------------------------------------


def test_a_photograph_that_was_entered_before_is_noticed(
    app: Flask, session: Session, contest: Contest, owner: User, signed_in: Client
) -> None:
    entry, form = draft(session, contest, owner)
    with counted(app) as alone:
        assert "The same file, twice?" not in signed_in.page(form)
    sent, other_draft = make.asset(session, owner), make.asset(session, owner)
    elsewhere, others = make.asset(session, owner), make.asset(session, make.user(session))
    for asset in (sent, other_draft, elsewhere, others):
        asset.sha256 = entry.versions[0].files[0].asset.sha256
    before = make.entry(session, contest, owner, pictures=[sent])
    draft(session, contest, owner, other_draft)
    make.entry(session, make.contest(session), owner, pictures=[elsewhere])
    make.entry(session, contest, make.user(session), pictures=[others])
    with counted(app) as accompanied:
        page = signed_in.page(form)
    assert len(accompanied) == len(alone)
    assert "You have already entered this photograph:" in page
    assert f"entry {before.label}" in page
    assert page.count("also in another draft of yours") == 1
    assert page.count("/receipt") == 1
    receipt = signed_in.page(f"/entries/{before.id}/receipt")
    assert "also in another draft of yours" in receipt


def test_a_file_may_be_twice_in_one_project(
    session: Session, owner: User, signed_in: Client
) -> None:
    contest = make.contest(session, ContestKind.HACKATHON)
    files = [make.asset(session, owner) for _each in range(2)]
    files[1].sha256 = files[0].sha256
    entry = make.entry(session, contest, owner, state=EntryState.DRAFT, pictures=files)
    page = signed_in.page(f"/entries/{entry.id}/edit")
    assert page.count("This file is in this entry twice:") == 2


# --- refused and waiting ----------------------------------------------------------------------


def refuse(asset: Asset) -> Asset:
    asset.state, asset.reason = AssetState.REJECTED, "It holds %(size)s MB."
    asset.reason_params = {"size": 60}
    return asset


def test_a_refused_file_is_said_wherever_its_sender_looks(
    session: Session, contest: Contest, owner: User, signed_in: Client
) -> None:
    entry = make.entry(session, contest, owner, pictures=[refuse(make.asset(session, owner))])
    for page in ("/my", f"/entries/{entry.id}/receipt", f"/entries/{entry.id}/edit"):
        assert "It holds 60 MB." in signed_in.page(page)


def test_organisers_see_how_far_the_pictures_are_and_whom_to_tell(
    app: Flask, session: Session, contest: Contest, owner: User, organiser: Client
) -> None:
    at = "/manage/contests/photo-2025/entries"

    def enter(state: AssetState) -> Entry:
        asset = make.asset(session, owner)
        asset.state, asset.updated_at = state, NOW - timedelta(minutes=2)
        return make.entry(session, contest, owner, pictures=[asset])

    make.entry(session, contest, owner)
    with counted(app) as of_one:
        assert "Pictures: 1 of 1 ready" in organiser.page(at)
    refused = enter(AssetState.READY)
    assert refused.current is not None
    refuse(refused.current.files[0].asset)
    enter(AssetState.RECEIVED)
    enter(AssetState.PROCESSING)
    with counted(app) as of_four:
        page = organiser.page(at)
    assert len(of_one) == len(of_four)
    assert "Pictures: 1 of 4 ready" in page
    assert "1 refused" in page
    assert "2 waiting, the oldest came 2 minutes ago" in page
    assert "Pictures that could not be used: 1." in page
    listed = organiser.page(f"{at}?finding=refused")
    assert "It holds 60 MB." in listed
    assert f"mailto:{owner.email}" in listed
    assert f'{at}/1" dir' not in listed
    shown = organiser.page(f"{at}/{refused.number}")
    assert "It holds 60 MB." in shown
    assert f"mailto:{owner.email}" in shown


# --- documents and videos ---------------------------------------------------------------------


def project(session: Session, owner: User) -> Entry:
    contest = make.contest(
        session,
        ContestKind.HACKATHON,
        slug="hackathon-2025",
        closes_at=NOW - timedelta(days=1),
        videos_max=2,
    )
    paper = make.asset(session, owner, kind=AssetKind.DOCUMENT)
    paper.renditions = [Rendition(name=800, width=800, height=1131, bytes=500)]
    broken = refuse(make.asset(session, owner, kind=AssetKind.DOCUMENT))
    film, line = (make.asset(session, owner, kind=AssetKind.VIDEO) for _each in range(2))
    film.media_type = line.media_type = "video/mp4"
    line.state = AssetState.RECEIVED
    files = [make.asset(session, owner), paper, broken, film, line]
    return make.entry(
        session, contest, owner, pictures=files, team=make.team(session, contest, owner)
    )


def check_shown(page: str) -> None:
    assert page.count('<video controls preload="metadata"') == 1
    assert page.count("Document 1 (PDF)") == 1
    assert "Document 2 (PDF)" not in page
    assert "/800.webp" in page


def test_the_public_plays_videos_and_sees_first_pages(
    session: Session, owner: User, client: Client
) -> None:
    entry = project(session, owner)
    at = f"/contests/hackathon-2025/entries/{entry.number}"
    check_shown(client.page(at))
    assert "media-src 'self'" in client.get(at).headers["Content-Security-Policy"]


def test_organisers_do_too(session: Session, owner: User, organiser: Client) -> None:
    entry = project(session, owner)
    check_shown(organiser.page(f"/manage/contests/hackathon-2025/entries/{entry.number}"))


def test_judges_do_too(session: Session, owner: User, client: Client) -> None:
    entry = project(session, owner)
    round_ = make.round_(session, entry.contest)
    judge = make.judge(session, entry.contest, make.user(session))
    ballot = make.ballot(session, round_, judge, entry)
    assert judge.user is not None
    client.sign_in(judge.user)
    check_shown(client.page(f"/judge/ballots/{ballot.id}"))


def test_what_a_contest_takes_is_said_before_anything_is_chosen(
    session: Session, owner: User, signed_in: Client
) -> None:
    contest = make.contest(session, ContestKind.HACKATHON, videos_max=1, documents_max=2)
    team = make.team(session, contest, owner)
    entry = make.entry(session, contest, owner, state=EntryState.DRAFT, pictures=[], team=team)
    for page in (f"/contests/{contest.slug}", f"/entries/{entry.id}/edit"):
        text = signed_in.page(page)
        assert "Up to 2 documents: PDF, at most 50 MB each." in text
        assert "One video: MP4, WebM, at most 500 MB." in text
        assert "A video is published as you send it" in text
    signed_in.sign_in(make.user(session))
    assert "One video: MP4, WebM" in signed_in.page(f"/contests/{contest.slug}/enter")


def test_who_takes_no_videos_asks_for_none(
    session: Session, owner: User, signed_in: Client
) -> None:
    contest = make.contest(session, ContestKind.HACKATHON, documents_max=0)
    entry = make.entry(session, contest, owner, state=EntryState.DRAFT, pictures=[])
    page = signed_in.page(f"/entries/{entry.id}/edit")
    assert 'name="videos"' not in page
    assert 'name="documents"' not in page
