"""The wall: a bad file costs one job, and only a bad file is called one."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryFile
from typing import cast

import pytest
from PIL import Image

from app.errors import InvalidError, UnavailableError
from media.images import isolate, nursery
from media.images.facts import Facts
from media.images.isolate import attempt, make_renditions
from media.limits import AssetKind, Limits, RenditionFormat
from tests.media import pictures

Upload = BufferedReader


@contextmanager
def uploaded(folder: Path, data: bytes) -> Iterator[Upload]:
    path = folder / "upload with a 名 and spaces"
    path.write_bytes(data)
    with path.open("rb") as file:
        yield file


@pytest.fixture
def photo(tmp_path: Path) -> Iterator[Upload]:
    data = pictures.encode(
        pictures.subject(900, 600), "JPEG", exif=pictures.exif(secret="Ada", camera="Zenit E")
    )
    with uploaded(tmp_path, data) as file:
        yield file


@pytest.fixture
def fresh() -> Iterator[None]:
    """Start with processes of the test's own, and leave none of them to the next."""
    nursery.close()
    yield
    nursery.close()


def misbehaving(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let every child run `code` where it would look at its file."""
    program = (
        "import os, sys, signal, socket, time\n"
        "from media.images import child\n"
        f"def _verdict(task, source):\n    {code}\n    return {{}}, []\n"
        "child._verdict = _verdict\n"
        "child.main(socket.socket(fileno=int(sys.argv[1])))\n"
    )
    monkeypatch.setattr(nursery, "COMMAND", (sys.executable, "-c", program))


def test_a_picture_comes_back_with_all_that_is_made_of_it(photo: Upload) -> None:
    made = make_renditions(photo, Limits())
    assert made.picture
    assert (made.picture.format, made.picture.width, made.picture.height) == ("JPEG", 900, 600)
    assert [(r.width_name, r.width, r.height) for r in made.renditions] == [
        (320, 320, 213),
        (800, 800, 533),
        (1600, 900, 600),
    ]
    assert all(r.data[8:12] == b"WEBP" for r in made.renditions)
    assert made.preview
    assert made.preview[8:12] == b"WEBP"
    assert len(made.preview) <= 100
    assert made.fingerprint
    assert made.facts == Facts("Zenit E", datetime(2025, 3, 8, 17, 30), 46.200833, 6.150278)  # noqa: DTZ001 - a camera knows no zone


def test_pictures_are_made_as_avif_too_where_that_is_asked_for(photo: Upload) -> None:
    made = make_renditions(photo, Limits(), formats=list(RenditionFormat))
    assert [(r.width_name, r.format) for r in made.renditions] == [
        (name, form) for name in (320, 800, 1600) for form in RenditionFormat
    ]
    assert [r.data[8:12] for r in made.renditions] == [b"WEBP", b"avif"] * 3


def test_a_documents_first_page_comes_back(tmp_path: Path) -> None:
    with uploaded(tmp_path, pictures.pdf()) as file:
        made = make_renditions(file, Limits(), kind=AssetKind.DOCUMENT)
    assert made.picture is None
    assert [(r.width_name, r.width) for r in made.renditions] == [
        (name, name) for name in (320, 800, 1600, 2560)
    ]
    assert made.renditions[0].height == pytest.approx(320 * 842 / 595, abs=1)
    assert made.preview
    assert (made.fingerprint, made.facts) == (None, Facts())


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
    with uploaded(tmp_path, data) as file, pytest.raises(InvalidError) as caught:
        make_renditions(file, limits)
    assert caught.value.reason == code
    assert "%(" not in caught.value.message % caught.value.params


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(
    "crash",
    [
        "os.abort()",
        "os.kill(os.getpid(), 11)",
        "os._exit(3)",
        "raise MemoryError",
        "raise KeyError",
        "os.kill(os.getpid(), signal.SIGALRM)",
        "bytearray(600 * 1024**2)",
        "os.write(3, b'x' * 300 * 1024**2)",
    ],
)
def test_a_crash_in_a_decoder_is_the_pictures_fault(
    crash: str, photo: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehaving(monkeypatch, crash)
    for _ in range(2):
        with pytest.raises(InvalidError) as caught:
            make_renditions(photo, Limits())
        assert caught.value.reason == "damaged"


def test_a_fault_of_ours_is_told_to_the_operator(
    photo: Upload, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(InvalidError):
        make_renditions(photo, Limits(), formats=cast("list[RenditionFormat]", ["no format"]))
    assert "Traceback" in caplog.text


@pytest.mark.usefixtures("fresh")
def test_a_picture_that_hangs_is_given_up(photo: Upload, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolate, "WALL_SECONDS", 0.5)
    misbehaving(monkeypatch, "time.sleep(60)")
    begun = time.monotonic()
    with pytest.raises(InvalidError) as caught:
        make_renditions(photo, Limits())
    assert caught.value.reason == "damaged"
    assert time.monotonic() - begun < 20


def test_a_picture_that_wants_too_much_memory_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with uploaded(tmp_path, pictures.encode(pictures.subject(4000, 3000), "PNG")) as file:
        assert make_renditions(file, Limits())
        monkeypatch.setattr(isolate, "MEMORY_BYTES", 40 * 1024**2)
        with pytest.raises(InvalidError) as caught:
            make_renditions(file, Limits())
    assert caught.value.reason == "damaged"


def test_a_picture_that_wants_too_much_time_is_given_up(
    photo: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(isolate, "CPU_SECONDS", 0)
    with pytest.raises(InvalidError) as caught:
        make_renditions(photo, Limits(), formats=list(RenditionFormat))
    assert caught.value.reason == "damaged"


@pytest.mark.usefixtures("fresh")
def test_a_child_stopped_by_somebody_else_says_nothing_about_the_picture(
    photo: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    misbehaving(monkeypatch, "os.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(UnavailableError) as caught:
        make_renditions(photo, Limits())
    assert caught.value.reason == isolate.INTERRUPTED


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("sent", ["SIGTERM", "SIGINT", "SIGHUP"])
def test_what_ends_a_service_lets_a_picture_in_hand_be_finished(
    sent: str, photo: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = "import media.images.child as c; return REAL(task, source)"
    program = (
        "import os, sys, signal, socket\n"
        "from media.images import child\n"
        "REAL = child._verdict\n"
        "def _verdict(task, source):\n"
        f"    os.kill(os.getppid(), signal.{sent}); os.kill(os.getpid(), signal.{sent})\n"
        f"    {again}\n"
        "child._verdict = _verdict\n"
        "child.main(socket.socket(fileno=int(sys.argv[1])))\n"
    )
    monkeypatch.setattr(nursery, "COMMAND", (sys.executable, "-c", program))
    assert make_renditions(photo, Limits()).renditions


def started() -> subprocess.Popen[bytes]:
    """Return the one process that waits."""
    (parent,) = nursery._idle  # noqa: SLF001 - the test kills it
    return parent._process  # noqa: SLF001 - as above


@pytest.mark.usefixtures("fresh")
def test_one_process_serves_all_and_is_replaced_when_it_is_killed(photo: Upload) -> None:
    make_renditions(photo, Limits())
    first = started()
    make_renditions(photo, Limits())
    assert started() == first

    first.kill()
    first.wait()

    assert make_renditions(photo, Limits()).renditions
    assert started() != first


@pytest.mark.usefixtures("fresh")
def test_a_process_killed_in_the_middle_is_an_interruption(
    photo: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        misbehaving(patch, "os.kill(os.getppid(), signal.SIGKILL); time.sleep(60)")
        with pytest.raises(UnavailableError) as caught:
            make_renditions(photo, Limits())
    assert caught.value.reason == isolate.INTERRUPTED
    assert make_renditions(photo, Limits()).renditions


@pytest.mark.usefixtures("fresh")
def test_children_that_cannot_start_are_our_fault(
    photo: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import a_module_that_is_not_there"
    monkeypatch.setattr(nursery, "COMMAND", (sys.executable, "-c", code))
    with pytest.raises(RuntimeError, match="a_module_that_is_not_there"):
        make_renditions(photo, Limits())


@pytest.mark.usefixtures("fresh")
def test_children_know_no_secrets_and_ignore_ctrl_c(
    photo: Upload, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://somebody:hush@nowhere/")
    code = "import os; raise SystemExit(f'{sorted(os.environ)} {os.getsid(0) == os.getpid()}')"
    monkeypatch.setattr(nursery, "COMMAND", (sys.executable, "-c", code))
    with pytest.raises(RuntimeError) as caught:
        make_renditions(photo, Limits())
    assert "DATABASE_URL" not in str(caught.value)
    assert "PATH" in str(caught.value)
    assert str(caught.value).strip().endswith("True")


@pytest.mark.usefixtures("fresh")
def test_several_threads_have_a_process_each(tmp_path: Path) -> None:
    path = tmp_path / "photo"
    path.write_bytes(pictures.encode(pictures.subject(2000, 1500), "JPEG"))

    def make(_: int) -> int:
        with path.open("rb") as file:
            return len(make_renditions(file, Limits()).renditions)

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(make, range(9))) == [4] * 9
    assert 1 <= len(nursery._idle) <= 3  # noqa: SLF001 - how many wait


def open_files() -> int:
    return len(list(Path("/dev/fd").iterdir()))


@pytest.mark.usefixtures("fresh")
def test_nothing_is_left_behind(
    photo: Upload, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "room"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    before = open_files()
    for _ in range(3):
        make_renditions(photo, Limits())
    nursery.close()
    assert not list(room.iterdir())
    assert open_files() == before


ALONE = """
import os, sys
from pathlib import Path
from media.images import nursery
from media.images.isolate import make_renditions
from media.limits import Limits
with Path(sys.argv[1]).open("rb") as file:
    make_renditions(file, Limits())
print(nursery._idle[0]._process.pid, flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None])
def test_the_processes_end_with_the_one_that_needs_them(
    photo: Upload, end: signal.Signals | None
) -> None:
    worker = subprocess.Popen(  # noqa: S603 - the test's own program
        [sys.executable, "-c", ALONE, photo.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with worker:
        assert worker.stdout
        child = int(worker.stdout.readline())
        assert Path(f"/proc/{child}").exists()
        if end:
            worker.send_signal(end)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}/exe").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_web_process_loads_no_decoders_for_it() -> None:
    code = "import sys, media.tasks; sys.exit('pyvips' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own program


def test_what_is_refused_by_its_header_takes_no_memory(tmp_path: Path) -> None:
    with (
        uploaded(tmp_path, pictures.png_header(20_000, 20_000)) as file,
        TemporaryFile() as result,
    ):
        ended = attempt(file, result, Limits())
        result.seek(0)
        assert b"too-many-pixels" in result.read()
    assert ended.status == 0
    assert ended.peak < 50 * 1024**2


def test_a_large_photo_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    Image.new("RGB", (12_000, 8_000), "teal").save(path, quality=50)
    with path.open("rb") as file, TemporaryFile() as result:
        ended = attempt(file, result, Limits())
    assert ended.status == 0
    assert ended.peak < 150 * 1024**2
