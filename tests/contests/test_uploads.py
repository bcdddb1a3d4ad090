"""Uploads in parts from end to end: begun, sent, broken off, resumed, completed, refused."""

import hashlib
import io
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import User
from app.accounts.queries import actor_of
from app.errors import NotFoundError
from contests.models import Contest, Entry
from contests.service import files
from contests.service.entries import shown_version
from contests.states import ContestKind, EntryState
from contests.views.entrant import FORM_BYTES
from media import keys
from media.models import Asset
from media.service import Kept
from media.service.uploads import MOST_OPEN, PART_SIZE
from media.states import AssetState
from media.stores import LocalStore, Store
from tests import factories as make
from tests.client import Client, File, client_of
from tests.conftest import Clock
from tests.contests.test_entrant_views import only_entry
from tests.media.pictures import pdf
from tests.uploads import Aside, Sender, film, put

pytestmark = pytest.mark.usefixtures("clock")

local_only = pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
NewSender = Callable[..., Sender]
FILM = PART_SIZE * 2 + 1000


@pytest.fixture
def owner(session: Session) -> User:
    return make.user(session)


@pytest.fixture
def contest(session: Session) -> Contest:
    return make.contest(session, ContestKind.HACKATHON, documents_max=2, videos_max=2)


@pytest.fixture
def entry(session: Session, contest: Contest, owner: User) -> Entry:
    return make.entry(session, contest, owner, state=EntryState.DRAFT, pictures=[])


@pytest.fixture
def sender(app: Flask, entry: Entry, owner: User) -> NewSender:
    def make_sender(
        data: bytes, name: str = "boat.jpg", kind: str = "picture", **who: User
    ) -> Sender:
        client = client_of(app)
        client.sign_in(who.get("person", owner))
        return Sender(client, entry.id, data, name, kind)

    return make_sender


@pytest.fixture
def movie(sender: NewSender) -> Sender:
    made = sender(film(FILM), "market.mp4", "video")
    assert made.begin().status_code == 201
    return made


@pytest.fixture
def store(app: Flask) -> Store:
    found: Store = app.extensions["podium.store"]
    return found


def held(session: Session) -> list[Asset]:
    return [file.asset for file in shown_version(only_entry(session)).files]


def asset_of(session: Session, sender: Sender) -> Asset:
    session.expire_all()
    return session.scalars(select(Asset).where(Asset.public_id == sender.id)).one()


def stored(store: Store, public_id: str) -> str:
    """Return the SHA-256 of an original that lies in the store."""
    with store.open(keys.original(public_id)) as file:
        return hashlib.sha256(file.read()).hexdigest()


# --- the whole way ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["picture", "document", "video"])
def test_a_file_arrives_in_parts_and_belongs_to_the_entry_at_once(
    session: Session, sender: NewSender, store: Store, jpeg: bytes, kind: str
) -> None:
    data, media_type, size = {
        "picture": (jpeg, "image/jpeg", (120, 80)),
        "document": (pdf(), "application/pdf", (None, None)),
        "video": (film(FILM), "video/mp4", (None, None)),
    }[kind]
    sending = sender(data, "the name", kind)
    begun = sending.begin()
    assert begun.status_code == 201
    count = -(-len(data) // PART_SIZE)
    assert begun.json == {"id": sending.id, "part_size": PART_SIZE, "parts": count}
    assert asset_of(session, sending).state is AssetState.AWAITING
    assert held(session) == []
    sending.send()

    done = sending.complete()

    assert done.status_code == 201
    told = done.json
    assert told is not None
    assert (told["id"], told["state"], told["name"]) == (sending.id, "received", "the name")
    assert sending.client.get(told["status_url"]).status_code == 200
    (asset,) = held(session)
    assert (asset.public_id, asset.kind, asset.media_type) == (sending.id, kind, media_type)
    assert (asset.bytes, asset.upload_id, asset.claimed_at is None) == (len(data), None, False)
    assert (asset.width, asset.height) == size
    assert stored(store, sending.id) == hashlib.sha256(data).hexdigest()
    assert list(store.uploads()) == []


def test_the_worker_takes_what_came_in_parts(
    session: Session, sender: NewSender, drain: Callable[[], int], jpeg: bytes
) -> None:
    sending = sender(jpeg)
    sending.all_at_once()
    drain()
    asset = asset_of(session, sending)
    assert (asset.state, asset.sha256) == (AssetState.READY, hashlib.sha256(jpeg).hexdigest())


def test_who_comes_back_sends_only_what_lacks(
    session: Session, sender: NewSender, movie: Sender, store: Store
) -> None:
    assert movie.put(3) == 200
    assert movie.put(1) == 200
    early = movie.complete()
    assert (early.status_code, early.json["code"]) == (409, "parts-missing")  # type: ignore[index]

    back = sender(movie.data, movie.name, "video")
    back.id = movie.id
    seen = back.listed().json
    assert seen is not None
    assert (seen["id"], seen["name"], seen["size"], seen["part_size"]) == (
        movie.id,
        "market.mp4",
        FILM,
        PART_SIZE,
    )
    assert [(part["number"], part["size"]) for part in seen["parts"]] == [(1, PART_SIZE), (3, 1000)]
    assert all(part["etag"] for part in seen["parts"])
    back.part_size = seen["part_size"]
    for number in back.missing():
        assert back.put(number) == 200

    assert back.complete().status_code == 201
    assert stored(store, movie.id) == hashlib.sha256(movie.data).hexdigest()
    assert [asset.public_id for asset in held(session)] == [movie.id]


def test_a_part_that_is_sent_twice_counts_once(movie: Sender, store: Store) -> None:
    movie.send()
    assert movie.put(2) == 200
    assert movie.complete().status_code == 201
    assert stored(store, movie.id) == hashlib.sha256(movie.data).hexdigest()


def test_the_only_picture_of_a_contest_is_replaced(
    session: Session, owner: User, app: Flask, jpeg: bytes
) -> None:
    contest = make.contest(session)
    before = make.asset(session, owner)
    entry = make.entry(session, contest, owner, state=EntryState.DRAFT, pictures=[before])
    client = client_of(app)
    client.sign_in(owner)
    sending = Sender(client, entry.id, jpeg)
    assert sending.all_at_once().status_code == 201
    assert [asset.public_id for asset in held(session)] == [sending.id]
    session.refresh(before)
    assert before.claimed_at is None


# --- nothing lost, nothing twice ----------------------------------------------------------------


def test_completing_again_says_the_same_and_does_nothing(session: Session, movie: Sender) -> None:
    movie.send()
    first, second = movie.complete(), movie.complete()
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert len(held(session)) == 1


def test_who_never_heard_that_it_was_complete_finds_nothing_to_send(
    session: Session, movie: Sender
) -> None:
    movie.send()
    movie.complete()
    # The answer was lost with the network; the page comes back.
    assert movie.missing() == []
    assert movie.complete().status_code == 200
    assert len(held(session)) == 1


def test_a_crash_between_the_store_and_the_row_loses_nothing(
    session: Session, movie: Sender, store: Store
) -> None:
    movie.send()
    upload_id = asset_of(session, movie).upload_id
    assert upload_id is not None
    session.rollback()
    key = keys.original(movie.id)
    store.finish_upload(key, upload_id, store.parts(key, upload_id))

    assert movie.missing() == []
    assert movie.complete().status_code == 201
    assert [asset.public_id for asset in held(session)] == [movie.id]
    assert stored(store, movie.id) == hashlib.sha256(movie.data).hexdigest()


def test_two_windows_complete_at_once(
    session: Session, sender: NewSender, movie: Sender, store: Store
) -> None:
    movie.send()
    windows = [sender(movie.data) for _ in range(2)]
    statuses: list[int] = []

    def complete(window: Sender) -> None:
        window.id = movie.id
        statuses.append(window.complete().status_code)

    session.commit()
    threads = [threading.Thread(target=complete, args=(window,)) for window in windows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(statuses) <= {200, 201}
    assert [asset.public_id for asset in held(session)] == [movie.id]
    assert stored(store, movie.id) == hashlib.sha256(movie.data).hexdigest()


def test_a_file_belongs_to_the_entry_it_was_completed_for(
    session: Session, contest: Contest, owner: User, sender: NewSender, jpeg: bytes
) -> None:
    sending = sender(jpeg)
    sending.all_at_once()
    asset = asset_of(session, sending)
    other = make.entry(session, contest, owner, state=EntryState.DRAFT, pictures=[])
    sending.entry_id = other.id
    assert sending.complete().status_code == 404
    # Nor does a window that looked before it was complete put it into another.
    kept = Kept(asset.public_id, asset.kind, "x", asset.media_type, asset.bytes, None, 120, 80)
    with pytest.raises(NotFoundError):
        files.complete(session, entry=other, kept=kept, actor=actor_of(owner), now=make.NOW)
    assert shown_version(other).files == []


def test_a_file_taken_out_is_not_put_back_by_an_old_window(
    session: Session, sender: NewSender, jpeg: bytes
) -> None:
    sending = sender(jpeg)
    sending.all_at_once()
    sending.call("POST", f"/entries/{sending.entry_id}/autosave", version="0", removed=sending.id)
    assert held(session) == []
    assert sending.complete().status_code == 404
    assert sending.listed().status_code == 404
    assert held(session) == []


def test_what_is_given_up_is_gone(
    session: Session, movie: Sender, store: Store, drain: Callable[[], int]
) -> None:
    movie.put(1)
    assert movie.give_up().status_code == 204
    assert movie.listed().status_code == 404
    assert movie.complete().status_code == 404
    assert movie.give_up().status_code == 404
    drain()
    assert list(store.uploads()) == []
    assert session.scalars(select(Asset)).all() == []


def test_what_is_complete_cannot_be_given_up(session: Session, movie: Sender) -> None:
    movie.send()
    movie.complete()
    assert movie.give_up().status_code == 404
    assert [asset.state for asset in held(session)] == [AssetState.RECEIVED]


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"size": 0}, "empty"),
        ({"size": -1}, "empty"),
        ({"size": "x"}, "empty"),
        ({"size": 52_428_801}, "too-large"),
        ({"size": 10**30}, "too-large"),
        ({"kind": "document", "size": 52_428_801}, "too-large"),
        ({"kind": "video", "size": 524_288_001}, "too-large"),
        ({"kind": "page"}, "kind"),
        ({"kind": ""}, "kind"),
    ],
)
@local_only
def test_what_may_not_come_is_refused_before_it_is_sent(
    session: Session, sender: NewSender, store: Store, form: dict[str, object], code: str
) -> None:
    answer = sender(b"x").begin(**form)
    assert (answer.status_code, answer.json["code"]) == (422, code)  # type: ignore[index]
    assert answer.json["error"]  # type: ignore[index]
    assert session.scalars(select(Asset)).all() == []
    assert list(store.uploads()) == []


@local_only
def test_the_largest_of_each_kind_may_come(sender: NewSender) -> None:
    for kind, size, parts in (
        ("picture", 52_428_800, 10),
        ("document", 52_428_800, 10),
        ("video", 524_288_000, 100),
    ):
        answer = sender(b"x").begin(kind=kind, size=size)
        assert answer.status_code == 201
        assert answer.json["parts"] == parts  # type: ignore[index]


@local_only
def test_a_contest_has_its_own_limits(contest: Contest, sender: NewSender) -> None:
    contest.max_bytes, contest.videos_max, contest.pictures_max = 1000, 0, 2
    sending = sender(bytes(1001))
    assert sending.begin().json["code"] == "too-large"  # type: ignore[index]
    assert sending.begin(kind="video").json["code"] == "too-many-files"  # type: ignore[index]
    # Pictures alone are held to it.
    assert sending.begin(kind="document").status_code == 201


REFUSED = {
    "a page": ("picture", b"<!doctype html><script>alert(1)</script>", "unsupported-format"),
    "words": ("picture", b"nothing but words", "not-a-picture"),
    "a document for a picture": ("picture", pdf(), "unsupported-format"),
    "half a document": ("document", pdf()[:30], "damaged"),
    "a film cut short": ("video", film(5000)[:-1], "damaged"),
    "words for a film": ("video", b"words", "not-a-video"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_content_shows_is_refused_and_gone(
    session: Session, sender: NewSender, store: Store, drain: Callable[[], int], case: str
) -> None:
    kind, data, code = REFUSED[case]
    sending = sender(data, "boat.jpg", kind)
    answer = sending.all_at_once()
    assert (answer.status_code, answer.json["code"]) == (422, code)  # type: ignore[index]
    assert answer.json["error"].endswith(".")  # type: ignore[index]
    assert asset_of(session, sending).state is AssetState.DISCARDED
    assert held(session) == []
    # Trying again changes nothing.
    assert sending.complete().status_code == 404
    drain()
    assert list(store.objects()) == []
    assert list(store.uploads()) == []
    assert session.scalars(select(Asset)).all() == []


def test_twenty_may_be_open_and_no_more(session: Session, owner: User, sender: NewSender) -> None:
    for _ in range(MOST_OPEN):
        make.asset(session, owner, state=AssetState.AWAITING)
    sending = sender(b"x")
    answer = sending.begin()
    assert (answer.status_code, answer.json["code"]) == (422, "too-many-uploads")  # type: ignore[index]
    assert "20 of your uploads" in answer.json["error"]  # type: ignore[index]
    session.scalars(select(Asset)).first().state = AssetState.READY  # type: ignore[union-attr]
    assert sending.begin().status_code == 201


def test_too_many_files_are_refused_at_both_ends(
    session: Session, contest: Contest, sender: NewSender, jpeg: bytes
) -> None:
    contest.pictures_max = 2
    sending = [sender(jpeg) for _ in range(3)]
    for one in sending:
        # None is in yet.
        assert one.begin().status_code == 201
        one.send()
    assert [one.complete().status_code for one in sending] == [201, 201, 422]
    late = sender(jpeg).begin()
    assert (late.status_code, late.json["code"]) == (422, "too-many-files")  # type: ignore[index]
    # Once there is room, what has come is not sent again.
    sending[2].call(
        "POST", f"/entries/{sending[2].entry_id}/autosave", version="0", removed=sending[0].id
    )
    assert sending[2].complete().status_code == 201
    assert [asset.public_id for asset in held(session)] == [sending[1].id, sending[2].id]


def test_after_the_close_nothing_comes_in(session: Session, movie: Sender, clock: Clock) -> None:
    movie.send()
    clock.advance(days=4, seconds=1)
    for answer in (movie.complete(), movie.begin()):
        assert (answer.status_code, answer.json["code"]) == (409, "closed")  # type: ignore[index]
        assert "closed at" in answer.json["error"]  # type: ignore[index]
    assert held(session) == []
    asset = asset_of(session, movie)
    assert (asset.state, asset.claimed_at) == (AssetState.AWAITING, None)


def test_an_upload_is_its_senders_alone(
    session: Session, contest: Contest, owner: User, movie: Sender, sender: NewSender
) -> None:
    member, stranger = make.user(session, "Member"), make.user(session, "Stranger")
    entry = only_entry(session)
    entry.team = make.team(session, contest, owner, member)
    movie.send()
    other = sender(movie.data, movie.name, "video", person=member)
    other.id, other.part_size = movie.id, PART_SIZE
    # The member writes the entry too, and may send files of their own.
    assert other.listed().status_code == 404
    assert other.call("POST", f"/media/uploads/{movie.id}/parts/1").status_code == 404
    assert other.complete().status_code == 404
    assert other.give_up().status_code == 404
    assert other.all_at_once().status_code == 201
    other.client.sign_in(stranger)
    assert other.begin().status_code in {400, 404}
    assert [asset.owner_id for asset in held(session)] == [member.id]


def test_nobody_begins_or_completes_in_a_strangers_entry(
    session: Session, movie: Sender, contest: Contest
) -> None:
    movie.send()
    theirs = make.entry(session, contest, make.user(session), state=EntryState.DRAFT, pictures=[])
    movie.entry_id = theirs.id
    assert movie.begin().status_code == 404
    assert movie.complete().status_code == 404
    assert shown_version(theirs).files == []


@pytest.mark.parametrize("number", ["0", "4", "99999999999999999999"])
@local_only
def test_there_are_no_other_parts(movie: Sender, number: str) -> None:
    url = f"/media/uploads/{movie.id}/parts/{number}"
    assert movie.call("POST", url).status_code == 404


@local_only
def test_a_script_must_show_its_token(movie: Sender) -> None:
    movie.token = "another"
    for answer in (
        movie.begin(),
        movie.complete(),
        movie.give_up(),
        movie.call("POST", f"/media/uploads/{movie.id}/parts/1"),
    ):
        assert (answer.status_code, answer.json["code"]) == (400, "csrf")  # type: ignore[index]


def test_a_slow_upload_is_not_swept_under_its_sender(
    session: Session, movie: Sender, clock: Clock
) -> None:
    clock.advance(hours=23)
    movie.address(1)
    assert asset_of(session, movie).updated_at == clock()


def test_without_its_store_an_upload_waits(
    session: Session, app: Flask, movie: Sender, store: Store, tmp_path: Path
) -> None:
    movie.send()
    session.commit()
    app.extensions["podium.store"] = LocalStore(tmp_path / "away")
    for answer in (movie.complete(), movie.listed(), movie.begin()):
        assert (answer.status_code, answer.json["code"]) == (503, "unavailable")  # type: ignore[index]
    app.extensions["podium.store"] = store
    assert movie.complete().status_code == 201
    assert len(held(session)) == 1


def test_put_goes_where_it_was_sent(movie: Sender) -> None:
    """The address of one part takes no other part, and nothing of another length."""
    url = movie.address(3)
    assert put(movie.client, url, movie.part(3) + b"x") in {400, 403, 422}
    assert put(movie.client, url, movie.part(3)[:-1]) in {400, 403, 422}
    assert put(movie.client, url, movie.part(3)) == 200
    assert movie.missing() == [1, 2]


# --- without scripts ----------------------------------------------------------------------------


@pytest.fixture
def aside(app: Flask, store: Store) -> list[str]:
    watched = Aside(store)
    app.extensions["podium.store"] = watched
    return watched.called


def test_parts_are_made_one_without_the_database(aside: list[str], sender: NewSender) -> None:
    sending = sender(film(FILM), "market.mp4", "video")
    assert sending.all_at_once().status_code == 201
    assert {"start_upload", "parts", "finish_upload", "stat", "open"} <= set(aside)


def test_a_form_s_files_are_stored_without_the_database(
    session: Session, aside: list[str], sender: NewSender, jpeg: bytes
) -> None:
    client, entry_id = (one := sender(jpeg)).client, one.entry_id
    answer = client.submit(
        f"/entries/{entry_id}/edit",
        {
            "title": "Three at once",
            "pictures": [File(jpeg, "one.jpg"), File(b"words", "two.jpg"), File(jpeg, "three.jpg")],
            "documents": [File(pdf(), "plan.pdf")],
            "videos": [File(film(5000), "market.mp4")],
        },
        press="Save draft",
    )
    # One was refused, and what came with it is kept: the words too.
    assert answer.status_code == 422
    assert "two.jpg: This file is not a picture" in answer.text
    assert aside == ["put"] * 4
    names = [asset.filename for asset in held(session)]
    assert names == ["one.jpg", "three.jpg", "plan.pdf", "market.mp4"]
    assert shown_version(only_entry(session)).title == "Three at once"


def test_a_form_s_files_beyond_the_limit_are_not_even_stored(
    session: Session, contest: Contest, aside: list[str], sender: NewSender, jpeg: bytes
) -> None:
    contest.pictures_max = 2
    client, entry_id = (one := sender(jpeg)).client, one.entry_id
    pictures = [File(jpeg, f"{n}.jpg") for n in range(4)]
    answer = client.submit(f"/entries/{entry_id}/edit", {"pictures": pictures}, press="Save draft")
    assert answer.status_code == 422
    assert answer.text.count("which is all this contest takes") >= 2
    assert aside == ["put"] * 2
    assert [asset.filename for asset in held(session)] == ["0.jpg", "1.jpg"]


def test_a_cover_is_stored_without_the_database(
    session: Session, client: Client, contest: Contest, aside: list[str], jpeg: bytes
) -> None:
    client.sign_in(make.organiser(session))
    url = f"/manage/contests/{contest.slug}"
    answer = client.submit(url, {"title": "With a cover", "cover": File(jpeg, "cover.jpg")})
    assert answer.status_code == 303
    assert aside == ["put"]
    session.expire_all()
    assert contest.title == "With a cover"
    assert contest.cover is not None
    assert contest.cover.claimed_at is not None


def test_a_form_that_is_too_large_says_what_to_do(
    session: Session, sender: NewSender, contest: Contest
) -> None:
    client, entry_id = (one := sender(b"x")).client, one.entry_id
    url = f"/entries/{entry_id}/edit"

    def send(url: str, size: int) -> TestResponse:
        # Only said: nothing of it is read.
        return client.post(
            url,
            environ_overrides={
                "CONTENT_LENGTH": str(size),
                "CONTENT_TYPE": "multipart/form-data; boundary=x",
                "wsgi.input": io.BytesIO(b"--x--"),
            },
        )

    refused = send(url, FORM_BYTES + 1)
    assert refused.status_code == 413
    assert "what you wrote is still in the form" in refused.text
    # A film comes in; what is wrong with this one is that it breaks off.
    assert send(url, FORM_BYTES).status_code == 400
    # No other page takes that much, and this one from nobody who is not signed in.
    assert send(f"/contests/{contest.slug}/enter", 5_000_000).status_code == 413
    client.sign_out()
    assert send(url, 5_000_000).status_code == 413
    assert only_entry(session).revision == 0
