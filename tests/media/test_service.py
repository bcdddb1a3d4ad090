"""Taking files in, claiming them, taking them in hand: rows and objects on both backends."""

import hashlib
import threading

import pytest
from sqlalchemy import select

from app.authz import Actor
from app.errors import InvalidError, NotFoundError, UnavailableError
from app.transaction import transaction
from media import keys, service
from media.limits import AssetKind, Limits
from media.models import Asset
from media.service import processing
from media.states import AssetState
from tests import factories
from tests.database import settle
from tests.media.conftest import Room, photo
from tests.media.pictures import pdf, png_header

PICTURES = Limits(kinds=frozenset({AssetKind.PICTURE}))


def test_a_file_is_kept_as_it_came(room: Room) -> None:
    data = photo(300, 200) + b"anything after the end"

    asset = room.upload(data, filename="IMG_0001.JPG")

    assert asset.state is AssetState.RECEIVED
    assert (asset.bytes, asset.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (asset.media_type, asset.width, asset.height) == ("image/jpeg", 300, 200)
    assert (asset.filename, asset.claimed_at, asset.created_at) == (
        "IMG_0001.JPG",
        None,
        room.clock(),
    )
    assert room.read(keys.original(asset.public_id)) == data
    assert room.store.stat(keys.original(asset.public_id)).media_type == "image/jpeg"


def test_the_same_file_twice_is_two_assets(room: Room) -> None:
    one, two = room.upload(), room.upload()

    assert one.public_id != two.public_id
    assert one.sha256 == two.sha256
    assert len(room.objects("originals/")) == 2


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("photo.jpg", "photo.jpg"),
        ("C:\\Users\\Amina\\photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        ("/", "file"),
        ("   ", "file"),
        (".htaccess", "htaccess"),
        ("a\x00b\r\nSet-Cookie: x=1.jpg", "abSet-Cookie: x=1.jpg"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ('"><script>alert(1)</script>.jpg', "script>.jpg"),
        ("фото 写真 صورة.jpg", "фото 写真 صورة.jpg"),
        ("\ud800.jpg", "jpg"),
        ("a" * 400 + ".jpeg", "a" * 250 + ".jpeg"),
    ],
)
def test_a_name_is_only_a_name(room: Room, sent: str, kept: str) -> None:
    assert room.upload(filename=sent).filename == kept


def test_a_very_strange_name_fits_the_database(room: Room) -> None:
    name = "😀" * 255
    public_id = room.upload(filename=name).public_id
    room.session.expire_all()
    assert room.session.scalar(select(Asset.filename).where(Asset.public_id == public_id)) == name


@pytest.mark.parametrize(
    ("data", "kind", "limits", "code"),
    [
        (b"", AssetKind.PICTURE, Limits(), "empty"),
        (b"<html><script>1</script>", AssetKind.PICTURE, Limits(), "unsupported-format"),
        (b"just words", AssetKind.PICTURE, Limits(), "not-a-picture"),
        (b"just words", AssetKind.DOCUMENT, Limits(), "not-a-document"),
        (pdf(), AssetKind.PICTURE, Limits(), "unsupported-format"),
        (pdf()[:30], AssetKind.DOCUMENT, Limits(), "damaged"),
        (png_header(50_000, 50_000), AssetKind.PICTURE, Limits(), "too-many-pixels"),
        # What the platform takes and one contest does not.
        (photo(), AssetKind.PICTURE, Limits(max_bytes=1000), "too-large"),
        (photo(), AssetKind.PICTURE, Limits(max_pixels=599_999), "too-many-pixels"),
        (photo(), AssetKind.PICTURE, Limits(formats=frozenset({"PNG"})), "unsupported-format"),
        (pdf(), AssetKind.DOCUMENT, PICTURES, "unsupported-format"),
        (pdf(), AssetKind.DOCUMENT, Limits(max_bytes=20), "too-large"),
    ],
)
def test_what_the_gate_refuses_leaves_nothing(
    room: Room, data: bytes, kind: AssetKind, limits: Limits, code: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        room.upload(data, kind=kind, limits=limits)
    assert caught.value.reason == code
    assert caught.value.message % caught.value.params
    assert room.assets() == []
    assert room.objects() == set()


def test_a_contests_own_limits_are_exact(room: Room) -> None:
    data = photo(1000, 600)
    limits = Limits(max_bytes=len(data), max_pixels=600_000, formats=frozenset({"JPEG"}))
    assert room.upload(data, limits=limits).state is AssetState.RECEIVED


def test_nothing_is_kept_where_the_store_does_not_answer(room: Room) -> None:
    with room.other_store(room.dead_store), pytest.raises(UnavailableError):
        room.upload()
    assert room.assets() == []
    assert room.objects() == set()
    assert room.drain() == 0


# --- claiming -----------------------------------------------------------------------------------


def test_claiming_keeps_the_order_that_was_asked_for(room: Room) -> None:
    made = [room.upload() for _ in range(4)]
    wanted = [made[n].public_id for n in (2, 0, 3, 1)]

    claimed = claim(room, wanted)

    assert [asset.public_id for asset in claimed] == wanted
    assert all(asset.claimed_at == room.clock() for asset in claimed)


def test_nothing_claimed_is_nothing(room: Room) -> None:
    assert claim(room, []) == []


@pytest.mark.parametrize("whose", ["somebody else's", "unknown", "a document", "discarded"])
def test_only_ones_own_can_be_claimed(room: Room, whose: str) -> None:
    mine = room.upload()
    other = {
        "somebody else's": lambda: room.upload(owner=factories.user(room.session)).public_id,
        "unknown": lambda: "0" * 32,
        "a document": lambda: room.upload(pdf(), kind=AssetKind.DOCUMENT).public_id,
        "discarded": lambda: (
            factories.asset(room.session, room.owner, state=AssetState.DISCARDED).public_id
        ),
    }[whose]()

    with pytest.raises(NotFoundError):
        claim(room, [mine.public_id, other])

    assert mine.claimed_at is None


def test_a_released_asset_can_be_claimed_again(room: Room) -> None:
    asset = room.upload()
    claim(room, [asset.public_id])
    service.release(room.session, assets=[asset], now=room.clock.advance(hours=1))
    assert (asset.claimed_at, asset.updated_at) == (None, room.clock())
    room.clock.advance(hours=1)
    claim(room, [asset.public_id])
    assert asset.claimed_at == room.clock()


def claim(room: Room, public_ids: list[str]) -> list[Asset]:
    return service.claim(
        room.session,
        actor=Actor(user_id=room.owner.id),
        public_ids=public_ids,
        kind=AssetKind.PICTURE,
        now=room.clock(),
    )


# --- the same bytes -----------------------------------------------------------------------------


# --- in hand ------------------------------------------------------------------------------------


def test_of_two_workers_one_gets_an_asset(room: Room) -> None:
    public_id = room.upload().public_id
    settle(room.app)
    seen: list[Asset | None] = []

    def other_worker() -> None:
        with room.app.app_context(), transaction() as session:
            seen.append(processing.begin(session, public_id=public_id, now=room.clock()))

    other = threading.Thread(target=other_worker)
    with transaction() as session:
        asset = processing.begin(session, public_id=public_id, now=room.clock())
        other.start()
        other.join(0.5)
        # It waits for the row, as it cannot know yet.
        assert other.is_alive()
    other.join(30)

    assert asset is not None
    assert (asset.state, asset.attempts) == (AssetState.PROCESSING, 1)
    assert seen == [None]


def test_an_asset_in_hand_is_taken_over_only_from_the_dead(room: Room) -> None:
    asset = room.upload()
    assert begin(room, asset)
    assert not begin(room, asset)
    room.clock.set(room.clock() + processing.LOST_AFTER)
    assert not begin(room, asset)
    room.clock.advance(seconds=1)
    assert begin(room, asset)
    # And it is in hand again, from now on.
    room.clock.advance(seconds=1)
    assert not begin(room, asset)


@pytest.mark.parametrize(
    "state", [AssetState.AWAITING, AssetState.READY, AssetState.REJECTED, AssetState.DISCARDED]
)
def test_only_what_waits_is_taken_in_hand(room: Room, state: AssetState) -> None:
    asset = factories.asset(room.session, room.owner, state=state)
    room.clock.advance(hours=1)
    assert not begin(room, asset)
    assert (asset.state, asset.attempts) == (state, 0)


def test_who_comes_back_from_the_dead_changes_nothing(room: Room) -> None:
    asset = room.upload(pdf(), kind=AssetKind.DOCUMENT)
    begin(room, asset)
    finish(room, asset)
    later = room.clock.advance(minutes=1)
    refusal = InvalidError("It is damaged.")

    processing.reject(room.session, public_id=asset.public_id, refusal=refusal, now=later)
    processing.give_back(room.session, public_id=asset.public_id, counts=False, now=later)
    finish(room, asset)

    assert (asset.state, asset.reason, asset.attempts) == (AssetState.READY, None, 1)
    assert asset.updated_at < later


def finish(room: Room, asset: Asset) -> None:
    processing.finish(
        room.session, public_id=asset.public_id, sha256="0" * 64, made=None, now=room.clock()
    )


def begin(room: Room, asset: Asset) -> bool:
    taken = processing.begin(room.session, public_id=asset.public_id, now=room.clock())
    return taken is not None
