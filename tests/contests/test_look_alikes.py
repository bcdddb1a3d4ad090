"""Pictures that look the same: who is told, and what organisers do about it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import numpy as np
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.audit import AuditEvent
from contests import tasks
from contests.models import Contest, Entry, EntryVersion, LookAlike, VersionAsset
from contests.queries import look_alikes as queries
from contests.service import look_alikes, settling
from contests.states import EntryState
from media.images.fingerprint import LIKE
from media.models import Asset
from media.states import AssetState
from tests import factories as make
from tests.client import Client, File
from tests.conftest import Clock, Outbox
from tests.contests.test_entrant_views import PHOTO
from tests.database import settle
from tests.factories import NOW
from tests.media.pictures import encode
from tests.queries import counted

PARTS = 81
"""How many hashes a fingerprint has: the whole picture first."""


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    """Let each test begin at the factories' NOW."""


@pytest.fixture
def contest(session: Session) -> Contest:
    return make.contest(session, slug="photo-2025")


def print_of(bits: int) -> bytes:
    """Return a fingerprint whose distance to another is the number of `bits` that differ."""
    return bits.to_bytes(8, "big") * PARTS


def photograph(session: Session, owner: User, bits: int | None = None) -> Asset:
    asset = make.asset(session, owner)
    asset.fingerprint = None if bits is None else print_of(bits)
    session.flush()
    return asset


def enter(session: Session, contest: Contest, bits: int | None, owner: User | None = None) -> Entry:
    owner = owner or make.user(session)
    return make.entry(session, contest, owner, pictures=[photograph(session, owner, bits)])


def pairs(session: Session) -> list[tuple[int, int, int]]:
    session.expire_all()
    found = session.scalars(select(LookAlike).order_by(LookAlike.entry_id, LookAlike.other_id))
    return [(pair.entry_id, pair.other_id, pair.distance) for pair in found]


def work(app: Flask) -> None:
    settle(app)
    tasks.settle_waiting(NOW)


# --- finding them -----------------------------------------------------------------------------


def test_entries_with_like_pictures_become_one_pair(
    app: Flask, session: Session, contest: Contest
) -> None:
    first, second = enter(session, contest, 0), enter(session, contest, 0b111)
    enter(session, contest, (1 << 64) - 1)
    enter(session, contest, None)
    enter(session, make.contest(session), 0)
    work(app)
    assert pairs(session) == [(first.id, second.id, 3)]
    look_alikes.compare(session, entry=second, now=NOW)
    assert pairs(session) == [(first.id, second.id, 3)]


def test_one_that_cannot_be_settled_does_not_hold_up_the_others(
    app: Flask,
    session: Session,
    contest: Contest,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, *others = [enter(session, contest, bits).id for bits in ((1 << 64) - 1, 0, 0b1)]
    compare = settling.compare

    def fail_for_first(session: Session, *, entry_id: int, now: datetime) -> int | None:
        if entry_id == first:
            message = "quasar"
            raise RuntimeError(message)
        return compare(session, entry_id=entry_id, now=now)

    monkeypatch.setattr(settling, "compare", fail_for_first)
    work(app)
    assert [pair[:2] for pair in pairs(session)] == [tuple(others)]
    assert [record.message for record in caplog.records if record.exc_info] == [
        f"entry {first} could not be settled"
    ]


def test_the_same_bytes_are_the_same_picture_even_where_there_is_nothing_to_compare(
    app: Flask, session: Session, contest: Contest
) -> None:
    first, second = enter(session, contest, None), enter(session, contest, None)
    one, two = (entry.current.files[0].asset for entry in (first, second) if entry.current)
    one.sha256 = two.sha256
    work(app)
    assert pairs(session) == [(first.id, second.id, 0)]


def test_large_contests_are_read_a_part_at_a_time(
    session: Session, contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "BATCH", 2)
    others = [enter(session, contest, 1 << (8 * place)) for place in range(5)]
    last = enter(session, contest, 0)
    look_alikes.compare(session, entry=last, now=NOW)
    assert pairs(session) == [(other.id, last.id, 1) for other in others]


def test_only_what_is_in_the_contest_is_compared(
    app: Flask, session: Session, contest: Contest
) -> None:
    owner = make.user(session)
    for state in (EntryState.DRAFT, EntryState.WITHDRAWN, EntryState.DISQUALIFIED):
        make.entry(session, contest, owner, state=state, pictures=[photograph(session, owner, 0)])
    enter(session, contest, 0)
    work(app)
    assert pairs(session) == []


def test_another_picture_is_another_question(
    app: Flask, session: Session, contest: Contest
) -> None:
    first, second = enter(session, contest, 0), enter(session, contest, 1)
    work(app)
    pair = session.scalars(select(LookAlike)).one()
    pair.dismissed_at, pair.dismissed_by_id = NOW, make.organiser(session).id
    _resubmit(session, second, photograph(session, second.owner, 0b11))
    work(app)
    assert pairs(session) == [(first.id, second.id, 2)]
    assert session.scalars(select(LookAlike)).one().dismissed_at is None
    _resubmit(session, second, photograph(session, second.owner, (1 << 64) - 1))
    work(app)
    assert pairs(session) == []


def _resubmit(session: Session, entry: Entry, asset: Asset) -> None:
    version = EntryVersion(
        entry=entry, number=len(entry.versions) + 1, created_at=NOW, updated_at=NOW
    )
    version.submitted_at = NOW
    version.files.append(VersionAsset(asset=asset, position=0))
    session.add(version)
    session.flush()
    entry.current = version
    session.flush()


def test_an_entry_waits_for_its_last_picture(
    app: Flask, session: Session, contest: Contest
) -> None:
    first, second = enter(session, contest, 0), enter(session, contest, 0)
    assert second.current is not None
    slow = second.current.files[0].asset
    slow.state, slow.fingerprint = AssetState.PROCESSING, None
    work(app)
    assert pairs(session) == []
    slow.state, slow.fingerprint = AssetState.READY, print_of(0)
    work(app)
    assert pairs(session) == [(first.id, second.id, 0)]


def test_a_photo_that_two_people_send_is_found_by_the_worker(
    session: Session,
    contest: Contest,
    new_client: Callable[[], Client],
    drain: Callable[[], int],
) -> None:
    """From the form to the organiser's page: sent smaller and compressed anew by the second."""
    # Soft patches of many colours, as most photographs are from afar.
    patches = np.random.default_rng(7).integers(0, 255, (6, 8, 3), np.uint8)
    drawn = Image.fromarray(patches).resize((640, 480), Image.Resampling.BICUBIC)
    for name, copy, quality in (("Amina", drawn, 95), ("Wei", drawn.resize((500, 375)), 60)):
        client = new_client()
        client.sign_in(make.user(session, name))
        begun = client.submit(f"/contests/{contest.slug}/enter", press="Begin your entry")
        form = client.follow(begun).request.path
        sent = File(encode(copy, "JPEG", quality=quality), "m.jpg", "image/jpeg")
        answer = client.submit(form, PHOTO | {"pictures": sent}, press="Submit entry")
        assert answer.headers["Location"].endswith("/receipt")
    drain()
    assert [distance <= LIKE for _one, _other, distance in pairs(session)] == [True]


# --- a refused file ---------------------------------------------------------------------------


@pytest.mark.parametrize("is_open", [True, False])
def test_whoever_submitted_before_a_refusal_is_told_once(
    app: Flask, session: Session, contest: Contest, outbox: Outbox, *, is_open: bool
) -> None:
    if not is_open:
        contest.closes_at = NOW - timedelta(minutes=1)
    entry = enter(session, contest, None)
    assert entry.current is not None
    asset = entry.current.files[0].asset
    asset.state, asset.reason, asset.filename = (
        AssetState.REJECTED,
        "This file has %(size)s MB.",
        "boat.jpg",
    )
    asset.reason_params = {"size": 60}
    work(app)
    work(app)
    outbox.drain()
    (mail,) = outbox(entry.owner.email)
    text = mail.get_content()
    assert "boat.jpg" in text
    assert "This file has 60 MB." in text
    assert (f"/entries/{entry.id}/edit" in text) is is_open
    assert ("Write to its organisers" in text) is not is_open


def test_nobody_is_told_where_all_is_well(
    app: Flask, session: Session, contest: Contest, outbox: Outbox
) -> None:
    entry = enter(session, contest, None)
    work(app)
    outbox.drain()
    assert outbox(entry.owner.email) == []


# --- what organisers see and do ---------------------------------------------------------------


ENTRIES = "/manage/contests/photo-2025/entries"


def test_an_organiser_compares_two_entries_and_says_that_they_are_not_the_same(
    app: Flask, session: Session, contest: Contest, organiser: Client
) -> None:
    first, second = enter(session, contest, 0), enter(session, contest, 0b111)
    enter(session, contest, None)
    work(app)
    assert "1 pair of entries by two people looks alike." in organiser.page(ENTRIES)
    listed = organiser.page(f"{ENTRIES}?finding=duplicate")
    assert f"{ENTRIES}/{first.number}" in listed
    assert f"{ENTRIES}/{second.number}" in listed
    assert f"{ENTRIES}/3" not in listed
    page = organiser.page(f"{ENTRIES}/{second.number}")
    assert "Nearly the same picture: entry 0001" in page
    assert "By another sender" in page
    answer = organiser.submit(f"{ENTRIES}/{second.number}", press="Not the same")
    assert answer.headers["Location"].endswith(f"{ENTRIES}/{second.number}#look-alikes")
    assert "looks alike" not in organiser.page(ENTRIES)
    assert "No entry stands like this" in organiser.page(f"{ENTRIES}?finding=duplicate")
    organiser.submit(f"{ENTRIES}/{first.number}", press="They may be the same after all")
    assert "1 pair of entries" in organiser.page(ENTRIES)
    audit = organiser.page("/manage/contests/photo-2025/audit")
    assert "Said that two entries are not the same" in audit
    assert "The other is entry 0002." in audit
    verbs = session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id)).all()
    assert verbs == ["entry.unlike", "entry.alike"]


def test_two_of_one_person_are_no_alarm(
    app: Flask, session: Session, contest: Contest, organiser: Client
) -> None:
    owner = make.user(session)
    first, _second = enter(session, contest, 0, owner), enter(session, contest, 0, owner)
    work(app)
    assert "pair of entries" not in organiser.page(ENTRIES)
    page = organiser.page(f"{ENTRIES}/{first.number}")
    assert "By the same sender" in page
    assert "The same picture: entry 0002" in page


def test_who_has_left_the_contest_is_no_longer_compared(
    app: Flask, session: Session, contest: Contest, organiser: Client
) -> None:
    first, second = enter(session, contest, 0), enter(session, contest, 0)
    work(app)
    second.state, second.withdrawn_at = EntryState.WITHDRAWN, NOW
    assert "pair of entries" not in organiser.page(ENTRIES)
    assert "Looks like another entry" not in organiser.page(f"{ENTRIES}/{first.number}")


def test_pairs_are_organisers_own_and_of_their_contest(
    app: Flask, session: Session, contest: Contest, client: Client
) -> None:
    entry = enter(session, contest, 0)
    enter(session, contest, 0)
    work(app)
    pair = session.scalars(select(LookAlike)).one()
    other = make.contest(session, slug="other")
    for person, status in ((entry.owner, 403), (make.organiser(session), 404)):
        client.sign_in(person)
        for act in ("dismiss", "restore"):
            at = f"/manage/contests/{other.slug}/look-alikes/{pair.id}/{act}"
            token = client.page("/account").split('name="csrf_token" value="')[1].split('"')[0]
            assert client.post(at, data={"csrf_token": token}).status_code == status


def test_the_list_asks_as_much_for_three_as_for_one(
    app: Flask, session: Session, contest: Contest, organiser: Client
) -> None:
    def queries_of(path: str) -> int:
        with counted(app) as asked:
            organiser.page(path)
        return len(asked)

    first = enter(session, contest, 0)
    enter(session, contest, 1)
    work(app)
    entry_page = f"{ENTRIES}/{first.number}"
    before = [queries_of(path) for path in (ENTRIES, f"{ENTRIES}?finding=duplicate", entry_page)]
    for bits in (0b10, 0b11, 0b110):
        enter(session, contest, bits)
    work(app)
    after = [queries_of(path) for path in (ENTRIES, f"{ENTRIES}?finding=duplicate", entry_page)]
    assert after == before
