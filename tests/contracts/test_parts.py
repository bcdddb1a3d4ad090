"""One contract, held by every store: objects that come in parts."""

import hashlib
import io
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.errors import ConflictError, InvalidError, UnavailableError
from media.stores import LocalStore, Store, store_from_url
from media.stores.base import MissingObjectError, MissingPartError, ObjectInfo, Part
from tests.contracts.conftest import KEY, MEBIBYTE, Broken, keys, put, read
from tests.servers.s3 import s3_server

PART = 5 * MEBIBYTE
OTHER_KEY = "originals/ab/another-object"


def start(store: Store, key: str = KEY) -> str:
    return store.start_upload(key, media_type="video/mp4")


def send(store: Store, upload_id: str, number: int, data: bytes, key: str = KEY) -> Part:
    return store.put_part(key, upload_id, number, io.BytesIO(data), size=len(data))


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_parts_make_an_object_whatever_the_order_they_come_in(store: Store) -> None:
    upload_id = start(store)
    last, first, middle = b"the rest", b"a" * PART, b"b" * PART
    sent = {3: last, 1: first, 2: middle}
    for number, data in sent.items():
        assert send(store, upload_id, number, data) == Part(number, len(data), md5(data))
    parts = store.parts(KEY, upload_id)
    assert parts == [Part(number, len(sent[number]), md5(sent[number])) for number in (1, 2, 3)]

    store.finish_upload(KEY, upload_id, parts)

    assert store.stat(KEY) == ObjectInfo(2 * PART + len(last), "video/mp4")
    assert read(store, KEY) == first + middle + last
    assert read(store, KEY, PART - 1, 2) == b"ab"
    assert list(store.uploads()) == []


def test_nobody_sees_an_object_before_it_is_whole(store: Store) -> None:
    upload_id = start(store)
    part = send(store, upload_id, 1, b"whole")
    with pytest.raises(MissingObjectError):
        store.stat(KEY)
    assert keys(store) == set()
    store.finish_upload(KEY, upload_id, [part])
    assert keys(store) == {KEY}


def test_an_upload_replaces_what_was_there(store: Store) -> None:
    put(store, KEY, b"the old one, and longer", "image/png")
    upload_id = start(store)
    part = send(store, upload_id, 1, b"the new one")
    assert read(store, KEY) == b"the old one, and longer"
    store.finish_upload(KEY, upload_id, [part])
    assert read(store, KEY) == b"the new one"
    assert store.stat(KEY).media_type == "video/mp4"


def test_a_part_sent_again_takes_the_place_of_the_first(store: Store) -> None:
    upload_id = start(store)
    stale = send(store, upload_id, 1, b"first and longer")
    fresh = send(store, upload_id, 1, b"second")
    assert store.parts(KEY, upload_id) == [fresh]
    with pytest.raises(MissingPartError):
        store.finish_upload(KEY, upload_id, [stale])
    store.finish_upload(KEY, upload_id, [fresh])
    assert read(store, KEY) == b"second"


@pytest.mark.parametrize(
    "named",
    [
        lambda part: [part, Part(2, 4, md5(b"lost"))],
        lambda _part: [Part(2, 4, md5(b"lost"))],
        lambda part: [Part(1, part.size, md5(b"another"))],
        lambda _part: [],
    ],
)
def test_an_object_is_not_made_without_a_part(
    store: Store, named: Callable[[Part], list[Part]]
) -> None:
    upload_id = start(store)
    part = send(store, upload_id, 1, b"x" * PART)
    with pytest.raises(MissingPartError) as caught:
        store.finish_upload(KEY, upload_id, named(part))
    assert isinstance(caught.value, ConflictError)
    assert caught.value.reason == "parts-missing"
    assert keys(store) == set()
    # What came is still there, and the rest can follow.
    lost = send(store, upload_id, 2, b"lost")
    assert store.parts(KEY, upload_id) == [part, lost]
    store.finish_upload(KEY, upload_id, [part, lost])
    assert store.stat(KEY).size == PART + 4


def test_an_upload_is_finished_once_and_its_object_stays(store: Store) -> None:
    upload_id = start(store)
    part = send(store, upload_id, 1, b"whole")
    store.finish_upload(KEY, upload_id, [part])
    with pytest.raises(MissingObjectError):
        store.finish_upload(KEY, upload_id, [part])
    with pytest.raises(MissingObjectError):
        store.finish_upload(KEY, upload_id, [])
    store.abort_upload(KEY, upload_id)
    assert read(store, KEY) == b"whole"


def test_what_is_given_up_is_gone_with_its_parts(store: Store) -> None:
    upload_id = start(store)
    part = send(store, upload_id, 1, b"part")
    store.abort_upload(KEY, upload_id)
    store.abort_upload(KEY, upload_id)
    assert list(store.uploads()) == []
    for act in (
        lambda: store.parts(KEY, upload_id),
        lambda: send(store, upload_id, 2, b"late"),
        lambda: store.finish_upload(KEY, upload_id, [part]),
    ):
        with pytest.raises(MissingObjectError):
            act()
    assert keys(store) == set()


@pytest.mark.parametrize("upload_id", ["0" * 32, "../../objects", "999999"])
def test_an_upload_that_never_was(store: Store, upload_id: str) -> None:
    for act in (
        lambda: store.parts(KEY, upload_id),
        lambda: send(store, upload_id, 1, b"part"),
        lambda: store.finish_upload(KEY, upload_id, [Part(1, 4, md5(b"part"))]),
    ):
        with pytest.raises(MissingObjectError):
            act()
    store.abort_upload(KEY, upload_id)


def test_an_upload_belongs_to_its_key(store: Store) -> None:
    upload_id = start(store)
    part = send(store, upload_id, 1, b"part")
    for act in (
        lambda: store.parts(OTHER_KEY, upload_id),
        lambda: send(store, upload_id, 1, b"foreign", key=OTHER_KEY),
        lambda: store.finish_upload(OTHER_KEY, upload_id, [part]),
    ):
        with pytest.raises(MissingObjectError):
            act()
    store.abort_upload(OTHER_KEY, upload_id)
    assert store.parts(KEY, upload_id) == [part]


def test_two_uploads_of_one_key_do_not_meet(store: Store) -> None:
    one, two = start(store), start(store)
    send(store, one, 1, b"one")
    part = send(store, two, 1, b"two")
    store.finish_upload(KEY, two, [part])
    assert [part.etag for part in store.parts(KEY, one)] == [md5(b"one")]
    assert read(store, KEY) == b"two"


def test_open_uploads_are_listed(store: Store) -> None:
    assert list(store.uploads()) == []
    begun = {(KEY, start(store)), (KEY, start(store)), (OTHER_KEY, start(store, OTHER_KEY))}
    found = list(store.uploads())
    assert {(upload.key, upload.upload_id) for upload in found} == begun
    for upload in found:
        assert abs(datetime.now(UTC) - upload.started_at) < timedelta(minutes=1)


def test_a_part_is_as_long_as_it_says(store: Store) -> None:
    upload_id = start(store)
    file = io.BytesIO(b"header|body|more")
    file.seek(7)
    part = store.put_part(KEY, upload_id, 1, file, size=4)
    assert part == Part(1, 4, md5(b"body"))
    assert file.read() == b"|more"


@pytest.mark.parametrize("there", [0, 3, 2 * MEBIBYTE])
def test_a_part_cut_short_is_no_part(store: Store, there: int) -> None:
    upload_id = start(store)
    before = send(store, upload_id, 2, b"here")
    for number in (1, 2):
        with pytest.raises(InvalidError) as caught:
            store.put_part(KEY, upload_id, number, io.BytesIO(bytes(there)), size=PART)
        assert caught.value.reason == "cut-short"
        with pytest.raises(RuntimeError, match="the line broke"):
            store.put_part(KEY, upload_id, number, io.BufferedReader(Broken(1000)), size=PART)
    assert store.parts(KEY, upload_id) == [before]


def test_no_store_starts_an_upload_of_a_dangerous_key(store: Store) -> None:
    for act in (
        lambda: start(store, "../../etc/passwd"),
        lambda: store.parts("../../etc/passwd", "0" * 32),
        lambda: store.abort_upload("../../etc/passwd", "0" * 32),
        lambda: send(store, "0" * 32, 1, b"x", key="../../etc/passwd"),
        lambda: store.finish_upload("../../etc/passwd", "0" * 32, [Part(1, 1, "")]),
    ):
        with pytest.raises(ValueError, match="not a key"):
            act()


def test_parts_are_never_whole_in_memory(store: Store, tmp_path: Path) -> None:
    size = 40 * MEBIBYTE
    with (tmp_path / "film").open("wb") as film:
        film.truncate(size)
    upload_id = start(store)
    tracemalloc.start()
    try:
        with (tmp_path / "film").open("rb") as film:
            part = store.put_part(KEY, upload_id, 1, film, size=size)
        store.finish_upload(KEY, upload_id, [part])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert store.stat(KEY).size == size
    assert peak < 8 * MEBIBYTE


# --- a store that goes down ---------------------------------------------------------------------


def test_a_server_that_stops_between_parts_is_unavailable() -> None:
    with s3_server() as server:
        store = store_from_url(server.url)
        upload_id = start(store)
        part = send(store, upload_id, 1, b"x" * PART)
        server.stop()
        for act in (
            lambda: send(store, upload_id, 2, b"rest"),
            lambda: store.parts(KEY, upload_id),
            lambda: store.finish_upload(KEY, upload_id, [part]),
            lambda: store.abort_upload(KEY, upload_id),
            lambda: list(store.uploads()),
        ):
            with pytest.raises(UnavailableError):
                act()


def test_a_disk_that_goes_between_parts_is_unavailable_and_back_with_them(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "disk")
    store.ensure()
    upload_id = start(store)
    part = send(store, upload_id, 1, b"first")
    (tmp_path / "disk").rename(tmp_path / "elsewhere")
    for act in (
        lambda: send(store, upload_id, 2, b"rest"),
        lambda: store.parts(KEY, upload_id),
        lambda: store.finish_upload(KEY, upload_id, [part]),
        lambda: store.abort_upload(KEY, upload_id),
    ):
        with pytest.raises(UnavailableError):
            act()
    (tmp_path / "elsewhere").rename(tmp_path / "disk")
    store.finish_upload(KEY, upload_id, [part, send(store, upload_id, 2, b"rest")])
    assert read(store, KEY) == b"firstrest"


FINISH = """
import sys
from pathlib import Path
from media.stores import LocalStore
store = LocalStore(Path(sys.argv[1]))
parts = store.parts(sys.argv[2], sys.argv[3])
print("now", flush=True)
store.finish_upload(sys.argv[2], sys.argv[3], parts)
"""


@pytest.mark.parametrize("milliseconds", [0, 5, 20, 60])
def test_an_upload_killed_while_it_is_finished_can_be_finished(
    tmp_path: Path, milliseconds: int
) -> None:
    store = LocalStore(tmp_path)
    store.ensure()
    upload_id = start(store)
    data = os.urandom(2 * MEBIBYTE)
    parts = [send(store, upload_id, number, data) for number in range(1, 13)]
    command = [sys.executable, "-c", FINISH, str(tmp_path), KEY, upload_id]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own
        assert process.stdout is not None
        assert process.stdout.readline() == b"now\n"
        time.sleep(milliseconds / 1000)
        process.send_signal(signal.SIGKILL)

    try:
        store.finish_upload(KEY, upload_id, parts)
    except MissingObjectError:
        # It was quicker than the kill.
        assert list(store.uploads()) == []

    assert read(store, KEY) == data * 12
    store.tidy(before=datetime.now(UTC) + timedelta(seconds=1))
    assert files(tmp_path) == [f"objects/{KEY}", f"types/{KEY}"]


def test_a_finish_that_broke_off_before_its_parts_were_gone_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalStore(tmp_path)
    store.ensure()
    upload_id = start(store)
    part = send(store, upload_id, 1, b"whole")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            store.finish_upload(KEY, upload_id, [part])
    assert read(store, KEY) == b"whole"
    store.finish_upload(KEY, upload_id, store.parts(KEY, upload_id))
    assert read(store, KEY) == b"whole"
    assert list(store.uploads()) == []


def _power_cut(_self: Path, _target: Path) -> None:
    raise KeyboardInterrupt


# --- the folder itself --------------------------------------------------------------------------


def test_an_upload_leaves_nothing_but_its_object(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.ensure()
    one, other = start(store), start(store)
    send(store, one, 1, b"part")
    part = send(store, other, 1, b"part")
    with pytest.raises(InvalidError):
        store.put_part(KEY, other, 2, io.BytesIO(b"short"), size=100)
    store.abort_upload(KEY, one)
    store.finish_upload(KEY, other, [part])
    assert files(tmp_path) == [f"objects/{KEY}", f"types/{KEY}"]
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_folder_made_before_there_were_uploads_takes_them(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.ensure()
    (tmp_path / "uploads").rmdir()
    assert list(store.uploads()) == []
    with pytest.raises(MissingObjectError):
        store.parts(KEY, "0" * 32)
    upload_id = start(store)
    store.finish_upload(KEY, upload_id, [send(store, upload_id, 1, b"whole")])
    assert read(store, KEY) == b"whole"


def test_only_old_leftovers_are_tidied_away(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    store.ensure()
    put(store, KEY, b"object")
    upload_id = start(store)
    send(store, upload_id, 1, b"part")
    incoming = tmp_path / "incoming"
    for name in ("old", "young"):
        (incoming / f"{name}-file").write_bytes(b"half")
        (incoming / f"{name}-upload").mkdir()
        (incoming / f"{name}-upload" / "00001").write_bytes(b"half")
    long_ago = time.time() - 48 * 3600
    for path in (
        *incoming.glob("old-*"),
        *tmp_path.glob("objects/**/*"),
        *tmp_path.glob("uploads/*"),
    ):
        os.utime(path, (long_ago, long_ago))

    store.tidy(before=datetime.now(UTC) - timedelta(days=1))

    assert sorted(path.name for path in incoming.iterdir()) == ["young-file", "young-upload"]
    assert read(store, KEY) == b"object"
    assert len(store.parts(KEY, upload_id)) == 1
