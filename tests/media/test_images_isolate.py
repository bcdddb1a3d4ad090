"""The wall: a bad picture costs one job, and only a bad picture is called one."""

import signal
import sys
import time
from pathlib import Path

import pytest

from app.errors import InvalidError, UnavailableError
from media.images import isolate
from media.images.isolate import make_renditions
from media.limits import Limits
from tests.media import pictures

READY = "import sys, os, time; sys.stdout.write('ready'); sys.stdout.flush(); "


def upload(folder: Path, data: bytes) -> Path:
    path = folder / "upload with a 名 and spaces"
    path.write_bytes(data)
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return upload(tmp_path, pictures.encode(pictures.subject(900, 600), "JPEG"))


def child(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setattr(isolate, "COMMAND", (sys.executable, "-c", code))


def test_a_picture_comes_back_with_its_renditions(photo: Path) -> None:
    begun = time.monotonic()
    made = make_renditions(photo, Limits())
    picture, renditions = made.picture, made.renditions
    assert time.monotonic() - begun < 10
    assert picture
    assert (picture.format, picture.width, picture.height) == ("JPEG", 900, 600)
    assert [(r.width_name, r.width, r.height) for r in renditions] == [
        (320, 320, 213),
        (800, 800, 533),
        (1600, 900, 600),
    ]
    assert all(r.data[8:12] == b"WEBP" for r in renditions)


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (b"", Limits(), "empty"),
        (b"hello", Limits(), "not-a-picture"),
        (pictures.pdf(), Limits(), "unsupported-format"),
        (pictures.encode(pictures.subject(), "PNG"), Limits(max_bytes=10), "too-large"),
        (pictures.encode(pictures.subject(), "PNG"), Limits(max_pixels=10), "too-many-pixels"),
        (
            pictures.encode(pictures.subject(), "PNG"),
            Limits(formats=frozenset({"JPEG"})),
            "unsupported-format",
        ),
        (pictures.encode(pictures.subject(900, 600), "PNG")[:-300], Limits(), "damaged"),
    ],
)
def test_a_refusal_comes_back_as_it_was_raised(
    data: bytes, limits: Limits, code: str, tmp_path: Path
) -> None:
    with pytest.raises(InvalidError) as caught:
        make_renditions(upload(tmp_path, data), limits)
    assert caught.value.reason == code
    assert "%(" not in caught.value.message % caught.value.params


@pytest.mark.parametrize(
    "crash",
    [
        "os.abort()",
        "os.kill(os.getpid(), 11)",
        "os._exit(3)",
        "raise MemoryError",
        "open(os.path.join(__import__('json').loads(sys.argv[1])['folder'], 'draft.json'), 'w')",
    ],
)
def test_a_crash_in_a_decoder_is_the_pictures_fault(
    crash: str, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch, READY + crash)
    with pytest.raises(InvalidError) as caught:
        make_renditions(photo, Limits())
    assert caught.value.reason == "damaged"


def test_a_picture_that_hangs_is_given_up(photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolate, "WALL_SECONDS", 0.5)
    child(monkeypatch, READY + "time.sleep(60)")
    begun = time.monotonic()
    with pytest.raises(InvalidError) as caught:
        make_renditions(photo, Limits())
    assert caught.value.reason == "damaged"
    assert time.monotonic() - begun < 10


def test_a_picture_that_wants_too_much_memory_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = upload(tmp_path, pictures.encode(pictures.subject(4000, 3000), "PNG"))
    assert make_renditions(path, Limits())
    monkeypatch.setattr(isolate, "MEMORY_BYTES", 200 * 1024**2)
    with pytest.raises(InvalidError) as caught:
        make_renditions(path, Limits())
    assert caught.value.reason == "damaged"


def test_a_picture_that_wants_too_much_time_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = upload(tmp_path, pictures.png_header(10_000, 10_000))
    monkeypatch.setattr(isolate, "CPU_SECONDS", 0)
    with pytest.raises(InvalidError) as caught:
        make_renditions(path, Limits())
    assert caught.value.reason == "damaged"


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_child_stopped_by_somebody_else_says_nothing_about_the_picture(
    sent: signal.Signals, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(
        monkeypatch,
        READY + f"import signal; signal.signal({sent.value}, 0) if {sent.value} != 9 else 0;"
        f"os.kill(os.getpid(), {sent.value}); time.sleep(60)",
    )
    with pytest.raises(UnavailableError):
        make_renditions(photo, Limits())


def test_a_child_that_cannot_start_is_our_fault(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch, "import a_module_that_is_not_there")
    with pytest.raises(RuntimeError, match="a_module_that_is_not_there"):
        make_renditions(photo, Limits())


def test_the_child_knows_no_secrets_and_ignores_ctrl_c(
    photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:hush@nowhere/")
    child(
        monkeypatch,
        "import os; raise SystemExit(f'{sorted(os.environ)} {os.getsid(0) == os.getpid()}')",
    )
    with pytest.raises(RuntimeError) as caught:
        make_renditions(photo, Limits())
    assert "DATABASE_URL" not in str(caught.value)
    assert "PATH" in str(caught.value)
    assert str(caught.value).strip().endswith("True")


def test_nothing_is_left_behind(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    make_renditions(photo, Limits())
    monkeypatch.setattr(isolate, "CPU_SECONDS", 0)
    with pytest.raises(InvalidError):
        make_renditions(photo, Limits())
    assert not list(room.iterdir())
