"""Parts on their way to a store without addresses of its own, and the look at what they make."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import BinaryIO, cast

import pytest
from flask import Flask
from sqlalchemy import event
from typing_extensions import Buffer, override
from werkzeug.test import TestResponse

from app.authz import Actor
from app.errors import UnavailableError
from app.factory import create_app
from app.settings import Environment, Settings
from app.web import limiter
from media import service
from media.limits import AssetKind, Limits
from media.service import uploads
from media.service.ranges import Ranges
from media.service.uploads import PART_SIZE, Upload
from media.stores import Store
from media.stores.base import ObjectInfo
from tests.client import Client, client_of
from tests.database import settle
from tests.media.conftest import Room, photo
from tests.media.pictures import encode, pdf, subject
from tests.uploads import Aside, film

pytestmark = pytest.mark.usefixtures("page")

local_only = pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
SIZE = 2 * PART_SIZE + 1000
FILM = film(SIZE)


@pytest.fixture
def upload(room: Room) -> Upload:
    return open_upload(room, FILM, AssetKind.VIDEO)


def open_upload(room: Room, data: bytes, kind: AssetKind) -> Upload:
    made = service.open_upload(
        filename="market.mp4", size=len(data), kind=kind, limits=Limits(max_bytes=10**9)
    )
    service.await_bytes(
        room.session, actor=Actor(user_id=room.owner.id), upload=made, now=room.clock()
    )
    return made


def address(upload: Upload, number: int = 3) -> str:
    return uploads.part_address(upload, number).url


LAST = FILM[2 * PART_SIZE :]


# --- one part -----------------------------------------------------------------------------------


@local_only
def test_a_part_needs_nothing_but_its_address(client: Client, upload: Upload) -> None:
    answer = client.put(address(upload), data=LAST)
    assert (answer.status_code, answer.data) == (200, b"")
    (there,) = uploads.parts_of(upload)
    assert (there.number, there.size) == (3, 1000)
    assert answer.get_etag() == (there.etag, False)


@pytest.fixture
def limited(settings: Settings) -> Iterator[Flask]:
    """Give an application that counts requests, on the same engines."""
    app = create_app(settings.model_copy(update={"podium_env": Environment.DEVELOPMENT}))
    app.testing = True
    yield app
    limiter.reset()
    limiter.enabled = False
    app.extensions["podium.transactions"].engine.dispose()


@local_only
def test_a_part_asks_no_database(room: Room, upload: Upload, limited: Flask) -> None:
    client = client_of(limited)
    client.sign_in(room.owner)
    asked: list[object] = []
    event.listen(limited.extensions["podium.transactions"].engine, "begin", asked.append)
    settle(room.app)
    assert client.put(address(upload), data=LAST).status_code == 200
    assert asked == []
    # It would be seen, if one were.
    client.get("/my")
    assert asked


class Line(io.RawIOBase):
    """What arrives from a browser; it must be read a little at a time, and never to its end."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = io.BytesIO(data)
        self.most = 0

    @override
    def read(self, size: int = -1, /) -> bytes:
        assert size >= 0, "read to the end, however far that is"
        self.most = max(self.most, size)
        return self.data.read(size)

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    @override
    def readable(self) -> bool:
        return True


def put(client: Client, url: str, line: Line, length: int | None) -> TestResponse:
    """PUT as a server passes it on: the line, and what the request says of its length."""
    said = {} if length is None else {"CONTENT_LENGTH": str(length)}
    return client.put(url, environ_overrides={"wsgi.input": line, **said})


@local_only
def test_a_part_is_never_whole_in_memory(client: Client, upload: Upload) -> None:
    line = Line(FILM[:PART_SIZE])
    assert put(client, address(upload, 1), line, PART_SIZE).status_code == 200
    assert 0 < line.most <= 1024 * 1024


@local_only
def test_a_part_cut_short_is_no_part(client: Client, upload: Upload) -> None:
    line = Line(FILM[: PART_SIZE - 1])
    assert put(client, address(upload, 1), line, PART_SIZE).status_code in {400, 422}
    assert uploads.parts_of(upload) == []


@pytest.mark.parametrize("length", [None, 0, 999, 1001, 10**12])
@local_only
def test_a_part_of_another_size_is_not_even_read(
    client: Client, upload: Upload, length: int | None
) -> None:
    line = Line(LAST)
    answer = put(client, address(upload), line, length)
    assert (answer.status_code, line.most) == (422, 0)
    assert answer.json is not None
    assert answer.json["code"] == "wrong-size"
    assert uploads.parts_of(upload) == []


@local_only
def test_an_expired_address_takes_nothing(room: Room, client: Client, upload: Upload) -> None:
    url = address(upload)
    room.clock.advance(hours=1, seconds=1)
    answer = client.put(url, data=LAST)
    assert (answer.status_code, answer.json and answer.json["code"]) == (403, "expired")
    assert uploads.parts_of(upload) == []


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("/3?", "/2?"),
        ("size=1000", "size=1001"),
        ("until=1", "until=2"),
        ("upload=", "upload=x"),
        ("signature=", "signature=x"),
        ("signature=", "nothing="),
        ("size=1000", "size=x"),
        ("size=1000", "size=٣"),
    ],
)
@local_only
def test_an_altered_address_takes_nothing(
    client: Client, upload: Upload, part: str, other: str
) -> None:
    url = address(upload)
    assert part in url
    answer = client.put(url.replace(part, other), data=LAST)
    assert (answer.status_code, answer.json and answer.json["code"]) == (403, "altered")
    assert uploads.parts_of(upload) == []


@local_only
def test_an_upload_that_was_given_up_takes_nothing(
    room: Room, client: Client, upload: Upload
) -> None:
    url = address(upload)
    service.abort_upload(room.session, public_id=upload.public_id, now=room.clock())
    room.drain()
    answer = client.put(url, data=LAST)
    assert answer.status_code == 404
    assert answer.json is not None
    assert (room.objects(), list(room.store.uploads())) == (set(), [])


@local_only
def test_a_store_that_is_away_says_so(room: Room, client: Client, upload: Upload) -> None:
    url = address(upload)
    with room.other_store(room.dead_store):
        answer = client.put(url, data=LAST)
    assert (answer.status_code, answer.json and answer.json["code"]) == (503, "unavailable")


# --- what is made of them -----------------------------------------------------------------------


class Counting:
    """A store that counts the bytes that are fetched from it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.fetched: list[int] = []

    def open(self, key: str, *, start: int = 0, length: int | None = None) -> BinaryIO:
        assert length is not None, "the whole file"
        self.fetched.append(length)
        return self.store.open(key, start=start, length=length)

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (AssetKind.VIDEO, FILM),
        (AssetKind.DOCUMENT, pdf() + bytes(3_000_000) + b"%%EOF\n"),
        (AssetKind.PICTURE, photo() + bytes(3_000_000)),
        (AssetKind.PICTURE, encode(subject(1000, 800), "PNG") + bytes(3_000_000)),
        (AssetKind.PICTURE, encode(subject(1000, 800), "TIFF") + bytes(3_000_000)),
    ],
    ids=["MP4", "PDF", "JPEG", "PNG", "TIFF"],
)
def test_the_look_at_a_file_fetches_little_of_it(room: Room, kind: AssetKind, data: bytes) -> None:
    # Of WebP, HEIC and AVIF, Pillow's own plug-ins want it all, which is 50 MB at most.
    upload = open_upload(room, data, kind)
    for number, size in enumerate(upload.part_sizes, start=1):
        start = (number - 1) * PART_SIZE
        room.store.put_part(
            upload.key, upload.upload_id, number, io.BytesIO(data[start:]), size=size
        )
    counting = Counting(room.store)
    with room.other_store(cast("Store", counting)):
        kept = service.assemble(upload, Limits(max_bytes=10**9))
    assert (kept.bytes, kept.sha256) == (len(data), None)
    assert 0 < sum(counting.fetched) < 600_000
    assert len(counting.fetched) < 12


def test_a_file_by_ranges_reads_like_any_other(room: Room) -> None:
    data = bytes(range(256)) * 2000
    upload = Upload("a" * 32, "none", AssetKind.PICTURE, "x", len(data))
    room.store.put(upload.key, io.BytesIO(data), media_type="x/y")
    plain = io.BytesIO(data)
    with Ranges.of(room.store, upload.key, upload.size, is_video=False) as file:
        for act in (
            lambda f: f.read(10),
            lambda f: (f.seek(-5, 2), f.read()),
            lambda f: (f.seek(100_000), f.read(200_000)),
            lambda f: (f.seek(7, 1), f.tell(), f.read(3)),
            lambda f: (f.seek(10**7), f.read(5), f.read()),
            lambda f: (f.seek(0), f.read()),
        ):
            assert act(file) == act(plain)
        with pytest.raises(ValueError, match="before the first byte"):
            file.seek(-len(data) - 1, 2)


class Broken(Counting):
    """A store whose line breaks in the middle of an answer, unnoticed."""

    @override
    def open(self, key: str, *, start: int = 0, length: int | None = None) -> BinaryIO:
        return self.store.open(key, start=start, length=(length or 0) // 2)


def test_a_broken_line_is_no_broken_file(room: Room) -> None:
    data = photo()
    upload = open_upload(room, data, AssetKind.PICTURE)
    room.store.put_part(upload.key, upload.upload_id, 1, io.BytesIO(data), size=len(data))
    broken = cast("Store", Broken(room.store))
    with room.other_store(broken), pytest.raises(UnavailableError):
        service.assemble(upload, Limits())
    assert service.assemble(upload, Limits()).bytes == len(data)


class Halfway(Counting):
    """A server that shows an object while another window's request still writes it."""

    looks = 0

    def stat(self, key: str) -> ObjectInfo:
        self.looks += 1
        found = self.store.stat(key)
        return replace(found, size=found.size // 2) if self.looks == 1 else found

    @override
    def open(self, key: str, *, start: int = 0, length: int | None = None) -> BinaryIO:
        part = (length or 0) // 2 if self.looks == 2 else length
        return self.store.open(key, start=start, length=part)


def test_a_file_that_another_window_is_putting_together_is_waited_for(room: Room) -> None:
    data = photo()
    upload = open_upload(room, data, AssetKind.PICTURE)
    room.store.put_part(upload.key, upload.upload_id, 1, io.BytesIO(data), size=len(data))
    halfway = Halfway(room.store)
    with room.other_store(cast("Store", halfway)):
        assert service.assemble(upload, Limits()).bytes == len(data)
    assert halfway.looks == 3


# --- without the database -----------------------------------------------------------------------


@contextmanager
def aside(room: Room) -> Iterator[list[str]]:
    watched = Aside(room.store)
    with room.other_store(cast("Store", watched)):
        yield watched.called


def test_files_go_out_without_the_database(room: Room, client: Client) -> None:
    asset = room.used(photo())
    client.sign_in(room.owner)
    with aside(room) as called:
        assert client.get(service.original_url(asset)).data == photo()
    assert called == ["open"]


@local_only
def test_what_nobody_finishes_is_swept_with_its_parts(
    room: Room, client: Client, upload: Upload
) -> None:
    client.put(address(upload), data=LAST)
    room.clock.advance(days=1, seconds=1)
    room.sweep()
    assert room.assets() == []
    assert (room.objects(), list(room.store.uploads())) == (set(), [])
