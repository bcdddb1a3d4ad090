"""What the worker makes of a file, and what the sweeps find: real stores, real child processes."""

import io
import struct
import sys
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from app.errors import DomainError, UnavailableError
from media import keys, service
from media.images import nursery
from media.images.refusals import damaged, too_many_pixels
from media.limits import AssetKind, RenditionFormat
from media.models import Asset
from media.service import processing
from media.states import AssetState
from media.stores import Store
from tests.database import settle
from tests.media.conftest import Room, photo
from tests.media.pictures import encode, exif, pdf, subject
from tests.media.test_images_corpus import CORPUS, NO_CORPUS, files
from tests.media.test_images_video import mp4

SECRET = "Amina Diallo was here"
HTML = b"<!DOCTYPE html><html><body><script>alert(document.domain)</script></body></html>"
MARKUP = (b"<html", b"<script", b"<svg", b"<?php", b"<!doctype", b"alert(")


def chunks(webp: bytes) -> set[bytes]:
    """Return the names of a WebP's parts (RFC 9649): where metadata would have to be."""
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    at, found = 12, set()
    while at < len(webp):
        found.add(webp[at : at + 4])
        (size,) = struct.unpack("<I", webp[at + 4 : at + 8])
        at += 8 + size + size % 2
    return found


def check_clean(webp: bytes, source: bytes) -> None:
    """Fail if anything but pixels came over from the `source`."""
    assert chunks(webp) <= {b"VP8 ", b"VP8L", b"VP8X"}
    assert not [mark for mark in MARKUP if mark in webp.lower()]
    assert source[-64:] not in webp


def renditions(room: Room, asset: Asset) -> list[bytes]:
    return [room.read(keys.rendition(asset.public_id, made.name)) for made in asset.renditions]


# --- from the bytes to the picture --------------------------------------------------------------


def test_a_picture_becomes_ready(room: Room) -> None:
    data = encode(subject(1000, 600), "JPEG", exif=exif(secret=SECRET))
    assert SECRET.encode() in data
    asset = room.upload(data)

    assert room.drain() == 1

    assert (asset.state, asset.reason, asset.attempts) == (AssetState.READY, None, 1)
    sizes = [(made.name, made.width, made.height) for made in asset.renditions]
    assert sizes == [(320, 320, 192), (800, 800, 480), (1600, 1000, 600)]
    for made, webp in zip(asset.renditions, renditions(room, asset), strict=True):
        assert made.bytes == len(webp)
        assert (
            room.store.stat(keys.rendition(asset.public_id, made.name)).media_type == "image/webp"
        )
        assert Image.open(io.BytesIO(webp)).size == (made.width, made.height)
        assert SECRET.encode() not in webp
        check_clean(webp, data)
    assert room.read(keys.original(asset.public_id)) == data


def test_a_pictures_size_is_that_of_the_upright_one(room: Room) -> None:
    asset = room.upload(encode(subject(400, 300), "JPEG", exif=exif(6)))
    room.drain()
    assert (asset.width, asset.height) == (300, 400)
    assert [(made.width, made.height) for made in asset.renditions] == [(300, 400)]


def test_a_document_becomes_ready_with_its_first_page(room: Room) -> None:
    data = pdf()
    asset = room.upload(data, kind=AssetKind.DOCUMENT, filename="plan.pdf")
    room.drain()
    assert (asset.state, asset.width, asset.fingerprint) == (AssetState.READY, None, None)
    assert [made.name for made in asset.renditions] == [320, 800, 1600, 2560]
    assert asset.preview
    assert room.objects() == objects_of(asset)
    assert room.read(keys.original(asset.public_id)) == data


def test_what_a_file_says_of_its_making_is_kept_for_organisers(room: Room) -> None:
    data = encode(subject(1000, 600), "JPEG", exif=exif(secret=SECRET, camera="Zenit E"))
    asset = room.upload(data)
    room.drain()
    assert (asset.camera, asset.latitude, asset.longitude) == ("Zenit E", 46.200833, 6.150278)
    assert asset.taken_at == datetime(2025, 3, 8, 17, 30)  # noqa: DTZ001 - a camera knows no zone
    assert asset.preview
    assert asset.fingerprint


def test_avif_is_made_beside_webp_where_the_operator_wants_it(room: Room) -> None:
    room.app.extensions["podium.settings"] = room.app.extensions["podium.settings"].model_copy(
        update={"renditions_avif": True}
    )
    asset = room.upload()
    room.drain()
    made_of = {(made.name, made.format) for made in asset.renditions}
    assert made_of == set(product((320, 800, 1600), RenditionFormat))
    for made in asset.renditions:
        key = keys.rendition(asset.public_id, made.name, made.format)
        assert room.store.stat(key).media_type == f"image/{made.format}"

    room.clock.advance(days=2)
    room.sweep()

    assert room.objects() == set()


def test_bytes_that_are_not_those_that_were_sent_are_refused(room: Room) -> None:
    asset = room.upload()
    other = photo(900, 600)
    key = keys.original(asset.public_id)
    room.store.put(key, io.BytesIO(other), media_type="image/jpeg")
    room.drain()
    assert asset.state == "rejected"
    assert asset.reason == "This file did not arrive as it was sent; please upload it once more."


def test_what_came_without_a_digest_has_one_in_the_end(room: Room) -> None:
    data = photo()
    asset = room.upload(data)
    room.session.execute(update(Asset).values(sha256=None))
    room.drain()
    assert (asset.state, asset.sha256) == (AssetState.READY, sha256(data).hexdigest())


def test_a_film_is_read_and_left_as_it_is(room: Room) -> None:
    film = mp4()
    asset = room.upload(film, kind=AssetKind.VIDEO, filename="film.mp4")
    room.session.execute(update(Asset).values(sha256=None))
    room.drain()
    assert (asset.state, asset.sha256) == (AssetState.READY, sha256(film).hexdigest())
    assert (asset.renditions, asset.preview) == ([], None)


def test_a_refusal_is_kept_as_it_was_meant(room: Room) -> None:
    asset = room.upload()
    processing.begin(room.session, public_id=asset.public_id, now=room.clock())
    refusal = too_many_pixels(57_000_000)
    processing.reject(room.session, public_id=asset.public_id, refusal=refusal, now=room.clock())
    assert (asset.reason, asset.reason_params) == (refusal.message, {"limit": "57"})


def test_a_job_that_comes_twice_changes_nothing(room: Room) -> None:
    asset = room.upload()
    settle(room.app)
    queue = room.app.extensions["podium.queue"]
    queue.put("media.process", (asset.public_id,), None)
    queue.put("media.process", ("f" * 32,), None)

    assert room.drain() == 3

    assert (asset.state, asset.attempts) == (AssetState.READY, 1)
    assert room.assets() == [asset]


def test_a_damaged_picture_is_rejected_with_its_reason(room: Room) -> None:
    asset = room.upload(photo()[:-2000])
    room.drain()
    assert asset.state == "rejected"
    assert asset.reason is not None
    assert asset.reason.startswith("This picture is damaged, incomplete or of a rare kind;")
    assert asset.renditions == []
    assert room.objects("renditions/") == set()


POLYGLOTS = {
    "a picture and then a page": photo() + HTML,
    "a page in a comment": encode(subject(), "JPEG", comment=HTML),
    "a page in the EXIF": encode(subject(), "JPEG", exif=exif(secret=HTML.decode())),
    "a page behind a PNG": encode(subject(), "PNG") + HTML,
    "a page in a profile": encode(subject(), "JPEG", icc_profile=HTML),
    "a page in the XMP": encode(subject(), "WEBP", xmp=HTML),
}


@pytest.mark.parametrize("data", POLYGLOTS.values(), ids=POLYGLOTS)
def test_nothing_of_a_polyglot_but_its_pixels_comes_over(room: Room, data: bytes) -> None:
    assert HTML in data
    asset = room.upload(data)

    room.drain()

    assert asset.state == "ready"
    for webp in renditions(room, asset):
        check_clean(webp, data)


@pytest.mark.skipif(not CORPUS, reason=NO_CORPUS)
def test_every_hostile_file_ends_ready_or_rejected(room: Room) -> None:
    ends: dict[Path, str] = {}
    taken: dict[Path, Asset] = {}
    for path in files("hostile-uploads"):
        kind = AssetKind.DOCUMENT if path.suffix == ".pdf" else AssetKind.PICTURE
        try:
            taken[path] = room.upload(path.read_bytes(), filename=path.name, kind=kind)
        except DomainError as refusal:
            ends[path] = refusal.message % refusal.params

    room.drain()

    assert len(room.objects("originals/")) == len(taken)
    for path, asset in taken.items():
        ends[path] = asset.reason or asset.state
        assert asset.state in {AssetState.READY, AssetState.REJECTED}, path
        assert (asset.state is AssetState.REJECTED) == bool(asset.reason), path
        assert bool(asset.renditions) == (asset.state is AssetState.READY), path
        for webp in renditions(room, asset):
            check_clean(webp, path.read_bytes())
    assert all(ends.values())
    assert len(ends) == len(files("hostile-uploads")) > 100
    assert len({asset.state for asset in taken.values()}) == 2


# --- when a part does not answer ----------------------------------------------------------------


def test_while_the_store_is_down_a_picture_waits_and_no_attempt_counts(room: Room) -> None:
    asset = room.upload()
    for _ in range(5):
        with room.other_store(room.dead_store), pytest.raises(UnavailableError):
            room.process(asset)
        assert (asset.state, asset.attempts, asset.reason) == (AssetState.RECEIVED, 0, None)
        assert asset.updated_at == room.clock()
        room.clock.advance(minutes=2)

    room.sweep()

    assert (asset.state, asset.attempts) == (AssetState.READY, 1)
    # What waited on the queue all the time finds that it is done.
    assert room.drain() == 1


@dataclass
class HalfDead:
    """A store that goes down between the reading of an original and the writing of pictures."""

    reads: Store
    writes: Store

    def __getattr__(self, name: str) -> Any:
        return getattr(self.writes if name == "put" else self.reads, name)


def test_a_store_that_goes_down_in_the_middle_is_tried_again(room: Room) -> None:
    asset = room.upload()
    broken = HalfDead(reads=room.store, writes=room.dead_store)
    with room.other_store(broken), pytest.raises(UnavailableError):
        room.process(asset)
    assert (asset.state, asset.attempts, asset.renditions) == (AssetState.RECEIVED, 0, [])

    room.clock.advance(minutes=2)
    room.sweep()

    assert asset.state == "ready"


def test_an_original_that_is_gone_ends_in_a_rejection(room: Room) -> None:
    asset = room.upload()
    room.store.delete(keys.original(asset.public_id))
    for attempt in range(1, processing.ATTEMPTS + 1):
        room.clock.advance(minutes=5)
        room.sweep()
        assert (asset.state, asset.attempts) == (AssetState.PROCESSING, attempt)
    room.clock.advance(minutes=5)

    room.sweep()

    assert asset.state == "rejected"
    assert asset.reason == (
        "No picture could be made of this file; please save it again as JPEG and upload that."
    )


DIES = """
import os, signal, socket, sys
from media.images import child
child._verdict = lambda task, source: os.kill(os.getpid(), signal.SIGKILL)
child.main(socket.socket(fileno=int(sys.argv[1])))
"""


def test_a_picture_whose_child_is_always_killed_ends_in_a_rejection(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the kernel does to who takes the last memory.
    nursery.close()
    monkeypatch.setattr(nursery, "COMMAND", (sys.executable, "-c", DIES))
    asset = room.upload()
    for attempt in range(1, processing.ATTEMPTS + 1):
        with pytest.raises(UnavailableError):
            room.process(asset)
        assert (asset.state, asset.attempts) == (AssetState.RECEIVED, attempt)
        room.clock.advance(minutes=2)

    room.process(asset)

    assert asset.state == "rejected"
    nursery.close()


# --- sweeps -------------------------------------------------------------------------------------


def test_what_the_queue_forgot_is_found_after_a_minute(room: Room) -> None:
    asset = room.upload()
    settle(room.app)
    room.app.extensions["podium.queue"].huey.flush()
    room.clock.advance(seconds=60)
    room.sweep()
    assert asset.state == "received"
    room.clock.advance(seconds=1)
    room.sweep()
    assert asset.state == "ready"


def test_what_died_with_its_worker_is_found_once_it_must_be_dead(room: Room) -> None:
    asset = room.upload()
    processing.begin(room.session, public_id=asset.public_id, now=room.clock())
    room.clock.set(room.clock() + processing.LOST_AFTER)
    room.sweep()
    assert (asset.state, asset.attempts) == (AssetState.PROCESSING, 1)
    room.clock.advance(seconds=1)
    room.sweep()
    assert (asset.state, asset.attempts) == (AssetState.READY, 2)


def test_what_nobody_uses_for_a_day_is_gone(room: Room) -> None:
    used = room.used()
    for data in (photo(), photo()[:-2000]):
        room.upload(data)
    room.upload(pdf(), kind=AssetKind.DOCUMENT)
    room.drain()
    room.clock.advance(days=1)
    room.sweep()
    assert len(room.objects("originals/")) == 4

    room.clock.advance(seconds=1)
    room.sweep()

    assert room.assets() == [used]
    assert used.state is AssetState.READY
    assert room.objects() == objects_of(used)


def objects_of(asset: Asset) -> set[str]:
    names = [made.name for made in asset.renditions]
    return {
        keys.original(asset.public_id),
        *(keys.rendition(asset.public_id, name) for name in names),
    }


def test_what_is_used_is_kept_for_ever(room: Room) -> None:
    asset = room.used()
    room.drain()
    room.clock.advance(days=4000)
    room.sweep()
    assert asset.state == "ready"
    assert room.objects() == objects_of(asset)


def test_a_released_asset_has_a_day_from_then(room: Room) -> None:
    asset = room.used()
    room.drain()
    service.release(room.session, assets=[asset], now=room.clock.advance(days=30))
    room.clock.advance(hours=23)
    room.sweep()
    assert asset.state == "ready"
    room.clock.advance(hours=2)
    room.sweep()
    assert room.objects() == set()


def test_what_processing_left_behind_goes_with_the_asset(room: Room) -> None:
    # A worker stored one picture, then died; and so did the next ones.
    asset = room.upload()
    key = keys.rendition(asset.public_id, 320)
    room.store.put(key, io.BytesIO(b"a picture"), media_type="image/webp")
    processing.begin(room.session, public_id=asset.public_id, now=room.clock())
    processing.reject(room.session, public_id=asset.public_id, refusal=damaged(), now=room.clock())
    room.clock.advance(days=2)
    room.sweep()
    assert room.objects() == set()


def test_what_is_in_hand_is_not_discarded(room: Room) -> None:
    asset = room.upload()
    room.clock.advance(days=2)
    processing.begin(room.session, public_id=asset.public_id, now=room.clock())
    room.sweep()
    assert asset.state == "processing"


def test_a_store_that_is_down_loses_nothing_of_the_sweep(room: Room) -> None:
    used = room.used()
    for _ in range(2):
        room.upload()
    room.drain()
    room.clock.advance(days=2)
    with room.other_store(room.dead_store):
        room.sweep()
    assert len(room.objects("originals/")) == 3
    assert len(room.assets()) == 3
    assert used.state is AssetState.READY

    room.sweep()

    assert room.assets() == [used]
    assert room.objects() == objects_of(used)


def test_one_bad_asset_does_not_stop_the_others(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    # No key can be made of such an id, so that whatever touches its objects fails.
    bad = room.upload()
    bad.public_id = "not an id"
    room.clock.advance(seconds=1)
    good = room.upload()
    room.clock.advance(minutes=2)
    room.sweep()
    assert (bad.state, good.state) == (AssetState.PROCESSING, AssetState.READY)

    bad.state = AssetState.DISCARDED
    # The bad one comes first about every second time.
    for _ in range(8):
        room.upload().state = AssetState.DISCARDED
        room.sweep()
        assert room.assets() == [bad, good]

    assert "asset not an id could not be swept" in caplog.text
    assert len(room.objects("originals/")) == 2
