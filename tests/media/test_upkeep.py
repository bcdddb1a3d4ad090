"""What the worker clears up at night, and what it never touches."""

import io
import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from app.errors import UnavailableError
from media import keys, upkeep
from media.models import Asset
from media.states import AssetState
from media.stores.base import MissingObjectError
from tests import factories
from tests.database import settle
from tests.media.conftest import Room

FORGOTTEN = "0f" * 16
ORPHANS = (keys.original(FORGOTTEN), keys.rendition(FORGOTTEN, 320), "checks/0123456789abcdef")


def night(days: int) -> datetime:
    """Return 03:17 UTC that many days after the next one, by the stores' clocks."""
    real = datetime.now(UTC)
    tonight = datetime.combine(real.date(), time(3, 17), UTC)
    first = tonight if tonight > real else tonight + timedelta(days=1)
    return first + timedelta(days=days)


def put(room: Room, *object_keys: str) -> None:
    for key in object_keys:
        room.store.put(key, io.BytesIO(b"bytes"), media_type="image/webp")


def clear_up(room: Room, at: datetime) -> None:
    settle(room.app)
    with room.app.app_context():
        upkeep.clear_up(at)


def start(room: Room, public_id: str) -> str:
    return room.store.start_upload(keys.original(public_id), media_type="image/jpeg")


def open_uploads(room: Room) -> set[str]:
    return {upload.upload_id for upload in room.store.uploads()}


def awaiting(room: Room) -> Asset:
    """Return an asset whose first part has come."""
    asset = factories.asset(room.session, room.owner, state=AssetState.AWAITING)
    asset.upload_id = start(room, asset.public_id)
    key = keys.original(asset.public_id)
    room.store.put_part(key, asset.upload_id, 1, io.BytesIO(b"part"), size=4)
    return asset


def test_what_no_row_names_goes_at_night(room: Room) -> None:
    asset = room.used()
    room.process(asset)
    kept = room.objects()
    assert len(kept) > 2
    put(room, *ORPHANS, "backups/not-ours")

    room.clock.set(night(1))
    room.sweep()

    assert room.objects() == kept | {"backups/not-ours"}


@pytest.mark.parametrize("away", [timedelta(minutes=-1), timedelta(minutes=1), timedelta(hours=12)])
def test_nothing_is_cleared_up_at_another_time(room: Room, away: timedelta) -> None:
    put(room, *ORPHANS)
    begun = start(room, FORGOTTEN)
    clear_up(room, night(1) + away)
    assert room.objects() == set(ORPHANS)
    assert open_uploads(room) == {begun}


def test_what_is_younger_than_a_day_stays(room: Room) -> None:
    put(room, *ORPHANS)
    begun = start(room, FORGOTTEN)
    clear_up(room, night(0))
    assert room.objects() == set(ORPHANS)
    assert open_uploads(room) == {begun}


def test_uploads_that_nobody_awaits_are_given_up(room: Room) -> None:
    asset = awaiting(room)
    theirs = room.store.start_upload("backups/not-ours", media_type="text/plain")
    start(room, FORGOTTEN)
    start(room, asset.public_id)

    clear_up(room, night(1))

    assert open_uploads(room) == {asset.upload_id, theirs}
    room.store.abort_upload("backups/not-ours", theirs)


@pytest.mark.parametrize("state", [AssetState.RECEIVED, AssetState.PROCESSING])
def test_pictures_of_an_asset_in_hand_stay(room: Room, state: AssetState) -> None:
    asset = room.used()
    asset.state = state
    put(room, keys.rendition(asset.public_id, 320), keys.rendition(asset.public_id, 800, "avif"))
    before = room.objects()
    clear_up(room, night(1))
    assert room.objects() == before


def test_what_is_being_removed_or_still_comes_is_named(room: Room) -> None:
    for state in (AssetState.AWAITING, AssetState.DISCARDED):
        asset = factories.asset(room.session, room.owner, state=state)
        put(room, keys.original(asset.public_id), keys.rendition(asset.public_id, 1600))
    before = room.objects()
    clear_up(room, night(1))
    assert room.objects() == before


def test_a_database_that_knows_next_to_nothing_is_not_believed(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    many = {f"originals/ab/object-{number:03}" for number in range(upkeep.TOO_MANY + 1)}
    put(room, *many)
    clear_up(room, night(1))
    assert room.objects() == many
    assert "which may be the wrong one" in caplog.text
    room.store.delete("originals/ab/object-000")
    clear_up(room, night(1))
    assert room.objects() == set()


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_half_written_files_go_from_the_folder(room: Room, tmp_path: Path) -> None:
    incoming = tmp_path / "store" / "incoming"
    for name in ("old", "young"):
        (incoming / name).write_bytes(b"half")
    at = night(1)
    long_ago = (at - timedelta(days=1, seconds=1)).timestamp()
    lately = (at - timedelta(hours=23)).timestamp()
    os.utime(incoming / "old", (long_ago, long_ago))
    os.utime(incoming / "young", (lately, lately))
    clear_up(room, at)
    assert [path.name for path in incoming.iterdir()] == ["young"]


def test_nothing_is_cleared_up_where_the_store_does_not_answer(room: Room) -> None:
    put(room, *ORPHANS)
    with room.other_store(room.dead_store), pytest.raises(UnavailableError):
        clear_up(room, night(1))
    assert room.objects() == set(ORPHANS)


def test_an_upload_forgotten_for_a_day_goes_with_its_asset(room: Room) -> None:
    asset = awaiting(room)
    asset.claimed_at = None
    key, upload_id = keys.original(asset.public_id), str(asset.upload_id)

    room.clock.advance(hours=23)
    room.sweep()
    assert [part.size for part in room.store.parts(key, upload_id)] == [4]

    room.clock.advance(hours=2)
    room.sweep()
    assert open_uploads(room) == set()
    with pytest.raises(MissingObjectError):
        room.store.parts(key, upload_id)
    room.session.expire_all()
    assert room.assets() == []


def test_a_store_is_asked_again_before_it_is_said_to_lack_something(room: Room) -> None:
    ready = room.used()
    room.process(ready)
    lost, changed = room.used(), room.used()
    changed.bytes += 1
    room.store.delete(keys.original(lost.public_id))
    settle(room.app)

    with room.app.app_context(), upkeep.compare(room.store) as found:
        lacking = {lack.key: lack.found for lack in upkeep.lacking(room.store, found)}
        assert lacking == {
            keys.original(lost.public_id): None,
            keys.original(changed.public_id): changed.bytes - 1,
        }
        late = io.BytesIO(bytes(lost.bytes))
        room.store.put(keys.original(lost.public_id), late, media_type="image/jpeg")
        assert [lack.key for lack in upkeep.lacking(room.store, found)] == [
            keys.original(changed.public_id)
        ]


def test_every_key_of_ours_is_looked_at() -> None:
    for key in (keys.original(FORGOTTEN), keys.rendition(FORGOTTEN, 320)):
        assert key.startswith(keys.ROOTS)
