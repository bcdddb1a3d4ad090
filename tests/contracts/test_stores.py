"""One contract, held by every store: a folder and an S3 server (rclone's)."""

import hashlib
import io
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from typing_extensions import override

from app.errors import NotFoundError, UnavailableError
from media.stores import LocalStore, S3Store, Store, store_from_url
from media.stores.base import MissingObjectError, ObjectInfo, Part, check_key
from tests.contracts.conftest import KEY, MEBIBYTE, Broken, keys, put, read
from tests.servers.s3 import S3Server, s3_server

UPLOAD = "0123456789abcdef0123456789abcdef"


def test_what_is_put_is_read_back(store: Store) -> None:
    put(store, KEY, b"bytes", "image/heic")
    assert read(store, KEY) == b"bytes"
    assert store.stat(KEY) == ObjectInfo(size=5, media_type="image/heic")


def test_an_empty_object_is_an_object(store: Store) -> None:
    put(store, KEY, b"")
    assert read(store, KEY) == b""
    assert read(store, KEY, 0, 10) == b""
    assert store.stat(KEY).size == 0


def test_a_second_put_replaces_bytes_and_type(store: Store) -> None:
    put(store, KEY, b"first and longer", "image/png")
    put(store, KEY, b"second", "image/jpeg")
    assert read(store, KEY) == b"second"
    assert store.stat(KEY) == ObjectInfo(size=6, media_type="image/jpeg")


def test_put_starts_where_the_file_stands_and_leaves_it_open(store: Store) -> None:
    file = io.BytesIO(b"header and body")
    file.seek(11)
    store.put(KEY, file, media_type="text/plain")
    assert not file.closed
    assert read(store, KEY) == b"body"


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        (0, 4, b"0123"),
        (3, 4, b"3456"),
        (3, None, b"3456789"),
        (8, 100, b"89"),
        (9, 1, b"9"),
        (0, 0, b""),
        (5, 0, b""),
        (10, None, b""),
        (10, 5, b""),
        (999, None, b""),
    ],
)
def test_a_stretch_of_an_object(
    store: Store, start: int, length: int | None, expected: bytes
) -> None:
    put(store, KEY, b"0123456789")
    assert read(store, KEY, start, length) == expected


def test_a_stream_is_read_in_pieces(store: Store) -> None:
    put(store, KEY, b"line one\nline two\n")
    with store.open(KEY, start=5, length=8) as file:
        assert file.read(3) == b"one"
        assert file.read() == b"\nline"
        assert file.read() == b""
    assert file.closed


def test_a_large_file_streams_in_and_out(store: Store) -> None:
    block = bytes(range(256)) * 4096
    file = io.BytesIO(b"".join(bytes([n]) + block for n in range(19)))
    size, digest = len(file.getvalue()), hashlib.sha256(file.getvalue()).digest()
    assert size > 18 * MEBIBYTE

    store.put(KEY, file, media_type="image/tiff")

    assert store.stat(KEY) == ObjectInfo(size, "image/tiff")
    heard = hashlib.sha256()
    with store.open(KEY) as stored:
        while piece := stored.read(MEBIBYTE):
            heard.update(piece)
    assert heard.digest() == digest
    assert read(store, KEY, 9 * MEBIBYTE, 1000) == file.getvalue()[9 * MEBIBYTE :][:1000]


@pytest.mark.parametrize(
    "act",
    [
        lambda store: store.open(KEY),
        lambda store: store.open(KEY, start=3, length=4),
        lambda store: store.open(KEY, length=0),
        lambda store: store.stat(KEY),
        lambda store: store.stat("originals/ab"),
        lambda store: store.open("originals/ab"),
        lambda store: store.stat("originals/ab/neighbour/below"),
    ],
)
def test_a_missing_object_says_so(store: Store, act: Callable[[Store], object]) -> None:
    put(store, "originals/ab/neighbour", b"here")
    with pytest.raises(MissingObjectError) as caught:
        act(store)
    assert isinstance(caught.value, NotFoundError)


def test_delete_is_idempotent(store: Store) -> None:
    put(store, KEY, b"bytes")
    store.delete(KEY)
    store.delete(KEY)
    store.delete("originals/zz/never-was")
    with pytest.raises(MissingObjectError):
        store.stat(KEY)
    assert keys(store) == set()


def test_keys_are_listed_by_prefix(store: Store) -> None:
    held = {
        "originals/ab/first-object",
        "originals/ab/first-other",
        "originals/cd/second-object",
        "renditions/ab/first-object-320.webp",
    }
    for key in held:
        put(store, key, b"x")
    assert keys(store) == held
    assert keys(store, "originals/") == {key for key in held if key.startswith("originals/")}
    assert keys(store, "originals/ab/first-ob") == {"originals/ab/first-object"}
    assert keys(store, "origin") == keys(store, "originals/")
    assert keys(store, "nothing/here") == set()


def test_a_listing_says_how_large_and_how_old(store: Store) -> None:
    put(store, KEY, b"12345")
    (found,) = store.objects()
    assert (found.key, found.size) == (KEY, 5)
    # A server may keep whole seconds, and its clock is its own.
    assert abs(datetime.now(UTC) - found.modified_at) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "key",
    ["originals/ünï/çödé", "originals/ab/照片 与 空格", "originals/صورة+%20?&#=", "eight-ch"],
)
def test_any_decent_key_is_held(store: Store, key: str) -> None:
    put(store, key, key.encode())
    assert read(store, key) == key.encode()
    assert key in keys(store)
    store.delete(key)
    assert key not in keys(store)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "short",
        "/absolute/key",
        "../../etc/passwd",
        "originals/../../secret",
        "originals/./object",
        "originals//object",
        "originals/object/",
        "originals\\..\\object",
        "originals/\x00object",
        "originals/line\nbreak",
        "x" * 513,
    ],
)
def test_no_store_takes_a_dangerous_key(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not a key"):
        put(store, key, b"bytes")
    for act in (store.open, store.stat, store.delete, check_key):
        with pytest.raises(ValueError, match="not a key"):
            act(key)


def test_a_listing_does_not_leave_the_folder(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    store.ensure()
    (tmp_path / "secret").write_text("not ours")
    for prefix in ("../../", "/etc/", "originals/../../.."):
        with pytest.raises(ValueError, match="not a prefix"):
            list(store.objects(prefix))


@pytest.mark.parametrize("good", [1000, 9 * MEBIBYTE])
def test_half_an_object_is_no_object(store: Store, good: int) -> None:
    put(store, KEY, b"the old one", "image/png")
    for key in (KEY, "originals/ab/another-one"):
        with pytest.raises(RuntimeError, match="the line broke"):
            store.put(key, io.BufferedReader(Broken(good)), media_type="image/tiff")
    assert read(store, KEY) == b"the old one"
    assert store.stat(KEY).media_type == "image/png"
    assert keys(store) == {KEY}


def test_a_reader_keeps_what_it_opened(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    store.ensure()
    put(store, KEY, b"first" * 100_000)
    with store.open(KEY) as file:
        begun = file.read(5)
        put(store, KEY, b"second")
        assert begun + file.read() == b"first" * 100_000


def test_a_failed_put_leaves_no_file_behind(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.ensure()
    with pytest.raises(RuntimeError, match="the line broke"):
        store.put(KEY, io.BufferedReader(Broken(1000)), media_type="image/tiff")
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_check_leaves_nothing_behind(store: Store) -> None:
    store.check()
    assert keys(store) == set()


ACTS: list[Callable[[Store], object]] = [
    lambda store: store.put(KEY, io.BytesIO(b"x"), media_type="image/png"),
    lambda store: store.open(KEY),
    lambda store: store.stat(KEY),
    lambda store: store.delete(KEY),
    lambda store: list(store.objects()),
    lambda store: store.start_upload(KEY, media_type="image/png"),
    lambda store: store.put_part(KEY, UPLOAD, 1, io.BytesIO(b"x"), size=1),
    lambda store: store.parts(KEY, UPLOAD),
    lambda store: store.finish_upload(KEY, UPLOAD, [Part(1, 1, "0" * 32)]),
    lambda store: store.abort_upload(KEY, UPLOAD),
    lambda store: list(store.uploads()),
    lambda store: store.check(),
]


@pytest.mark.parametrize("act", ACTS)
def test_a_folder_that_is_gone_is_unavailable(
    act: Callable[[Store], object], tmp_path: Path
) -> None:
    store = LocalStore(tmp_path / "store")
    with pytest.raises(UnavailableError):
        act(store)
    store.ensure()
    put(store, KEY, b"bytes")
    shutil.rmtree(tmp_path / "store")
    with pytest.raises(UnavailableError):
        act(store)
    assert not (tmp_path / "store").exists()


def test_a_file_in_place_of_the_folder_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file")
    store = LocalStore(tmp_path / "store")
    for act in ACTS:
        with pytest.raises(UnavailableError):
            act(store)
    with pytest.raises(UnavailableError):
        store.ensure()


@pytest.mark.parametrize("act", ACTS)
def test_a_missing_bucket_is_unavailable_and_not_made(
    act: Callable[[Store], object], server: S3Server
) -> None:
    store = store_from_url(server.url_of("nobodys-bucket"))
    with pytest.raises(UnavailableError):
        act(store)
    with pytest.raises(UnavailableError):
        store.stat(KEY)


def test_a_bucket_is_made_when_asked(server: S3Server) -> None:
    store = store_from_url(server.url_of("made-bucket"))
    store.ensure()
    store.ensure()
    store.check()


def test_wrong_credentials_are_unavailable(server: S3Server) -> None:
    store = S3Store(
        server.bucket,
        endpoint=server.endpoint,
        region="us-east-1",
        access_key="somebody-else",
        secret_key="with-another-secret",
    )
    with pytest.raises(UnavailableError):
        store.check()


def test_a_server_that_stops_is_unavailable_at_once_and_in_the_middle() -> None:
    with s3_server() as server:
        store = store_from_url(server.url)
        store.put(KEY, _zeros(40), media_type="image/tiff")
        with store.open(KEY) as file:
            assert len(file.read(MEBIBYTE)) == MEBIBYTE
            server.stop()
            with pytest.raises(UnavailableError):
                file.read()
        for act in ACTS:
            with pytest.raises(UnavailableError):
                act(store)


def test_a_server_that_stops_in_the_middle_of_a_put_is_unavailable() -> None:
    with s3_server() as server:
        store = store_from_url(server.url)

        class PowerCut(io.BytesIO):
            @override
            def read(self, size: int | None = -1, /) -> bytes:
                if self.tell() > 20 * MEBIBYTE:
                    server.stop()
                return super().read(size)

        with pytest.raises(UnavailableError):
            store.put(KEY, PowerCut(bytes(40 * MEBIBYTE)), media_type="image/tiff")


def test_a_long_listing_is_complete_or_unavailable() -> None:
    with s3_server() as server:
        held = [f"many/object-{number:04}" for number in range(1100)]
        (server.folder / "many").mkdir()
        for key in held:
            (server.folder / key).touch()
        store = store_from_url(server.url)
        assert sorted(found.key for found in store.objects("many/")) == held

        listing = store.objects("many/")
        assert next(listing).key == held[0]
        server.stop()
        with pytest.raises(UnavailableError):
            list(listing)


def _zeros(mebibytes: int) -> BinaryIO:
    return io.BytesIO(bytes(mebibytes * MEBIBYTE))


def test_credentials_come_from_the_environment(
    server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.secret_key)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-2")
    store_from_url(f"s3://{server.bucket}?endpoint={server.endpoint}").check()


@pytest.mark.parametrize("form", ["file://{}", "{}"])
def test_a_folder_by_url_or_path(form: str, tmp_path: Path) -> None:
    store = store_from_url(form.format(tmp_path / "a-store"))
    store.ensure()
    put(store, KEY, b"x")
    assert (tmp_path / "a-store" / "objects" / KEY).read_bytes() == b"x"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file://host/path",
        "http://example.org/",
        "s3://",
        "s3://bucket/folder",
        "s3://bucket?zone=1",
        "s3://bucket?nonsense",
        "gs://key:hush@bucket",
    ],
)
def test_an_unknown_store_is_refused_without_repeating_secrets(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        store_from_url(url)
    assert "hush" not in str(caught.value)
