"""Real workers, as an operator starts them, and what becomes of a picture when they die."""

import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from app.settings import Settings
from media import keys
from media.images.render import encode_jpeg
from media.limits import AssetKind
from media.models import Asset
from media.service import processing
from tests.database import settle
from tests.media.conftest import Room, photo
from tests.media.pictures import pdf

PATIENCE = 120.0
INHERITED = ("PATH", "HOME", "LANG", "PYTHONPATH")

Worker = subprocess.Popen[bytes]

DYING = """
import os, signal, sys
from app.factory import main
from media import tasks
from media.images import nursery
from media.service import processing

def die(*_args, **_named):
    os.kill(os.getpid(), signal.SIGKILL)

def half_a_copy(_asset, target):
    target.write(b"half of it")
    die()

def second(calls=[]):
    calls.append(1)
    return len(calls) == 2

real = {"hear": nursery.Parent._hear, "key": tasks.keys.rendition, "finish": processing.finish}
stage = sys.argv.pop(1)
if stage == "before it is taken in hand":
    processing.begin = die
elif stage == "once it is taken in hand":
    processing.check_attempts = die
elif stage == "while it is copied":
    tasks._fetch = half_a_copy
elif stage == "while it is decoded":
    nursery.Parent._hear = lambda *args: die() if second() else real["hear"](*args)
elif stage == "while its pictures are stored":
    tasks.keys.rendition = lambda *args: die() if second() else real["key"](*args)
elif stage == "before its end is committed":
    processing.finish = lambda *args, **named: (real["finish"](*args, **named), die())
sys.argv = ["podium", "worker", "--threads", "1"]
main()
"""
"""A worker that kills itself, as the machine would, at the stage that it is told."""

STAGES = {
    "before it is taken in hand": 1,
    "once it is taken in hand": 2,
    "while it is copied": 2,
    "while it is decoded": 2,
    "while its pictures are stored": 2,
    "before its end is committed": 2,
}
"""How often the picture has been taken in hand in the end."""


@pytest.fixture
def start_worker(settings: Settings, room: Room, tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Run `podium worker` on the test's own engines, and none longer than the test."""
    # The worker has a clock of its own.
    room.clock.set(datetime.now(UTC))
    started: list[Worker] = []
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ} | {
        # A worker that is killed leaves its work where it lay.
        "TMPDIR": str(tmp_path),
        "PODIUM_ENV": "test",
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "STORE_URL": settings.store_url,
        "JOBS_URL": settings.jobs_url,
    }

    def start(*dying: str) -> Worker:
        settle(room.app)
        podium = (str(Path(sysconfig.get_path("scripts"), "podium")), "worker")
        command = (sys.executable, "-c", DYING, *dying) if dying else podium
        process = subprocess.Popen(command, cwd=tmp_path, env=environment)  # noqa: S603 - as an operator
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def slow_photo() -> bytes:
    """Make a picture of 100 megapixels, which takes some seconds."""
    noise = np.random.default_rng(1).integers(0, 255, (1000, 1000, 3), np.uint8)
    return encode_jpeg(np.tile(noise, (10, 10, 1)), quality=30)


def wait_for(room: Room, what: str, assets: list[Asset], states: set[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not {asset.state for asset in assets} <= states:
        assert time.monotonic() < deadline, f"{what}: {[asset.state for asset in assets]}"
        settle(room.app)
        time.sleep(0.02)
    settle(room.app)


def test_a_worker_that_is_killed_loses_no_picture(
    room: Room, start_worker: Callable[..., Worker]
) -> None:
    slow = room.upload(slow_photo())
    others = [
        room.upload(photo()),
        room.upload(photo()[:-2000]),
        room.upload(pdf(), kind=AssetKind.DOCUMENT),
    ]
    worker = start_worker()
    wait_for(room, "the picture is taken in hand", [slow], {"processing"})

    worker.kill()

    assert worker.wait(PATIENCE) == -signal.SIGKILL
    settle(room.app)
    assert (slow.state, slow.attempts) == ("processing", 1)
    # As if the time had passed after which nobody can be at it any more.
    for asset in (slow, *others):
        asset.updated_at -= processing.LOST_AFTER
    start_worker()
    wait_for(room, "all come to an end", [slow, *others], {"ready", "rejected"})
    assert (slow.state, slow.attempts) == ("ready", 2)
    assert [asset.state for asset in others] == ["ready", "rejected", "ready"]
    assert [made.name for made in slow.renditions] == [320, 800, 1600, 2560]


@pytest.mark.parametrize(("stage", "attempts"), STAGES.items())
def test_a_worker_may_be_killed_at_any_stage(
    stage: str, attempts: int, room: Room, start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    asset = room.upload(photo())

    assert start_worker(stage).wait(PATIENCE) == -signal.SIGKILL

    settle(room.app)
    assert not list(tmp_path.glob("podium-*"))
    assert (asset.state, asset.renditions) != ("ready", [])
    asset.updated_at -= processing.LOST_AFTER
    start_worker()
    wait_for(room, "it comes to its end", [asset], {"ready", "rejected"})
    assert (asset.state, asset.attempts) == ("ready", attempts)
    assert [(made.name, made.width) for made in asset.renditions] == [
        (320, 320),
        (800, 800),
        (1600, 1000),
    ]
    assert room.assets() == [asset]
    assert room.objects() == {
        keys.original(asset.public_id),
        *(keys.rendition(asset.public_id, made.name) for made in asset.renditions),
    }


def test_a_worker_that_is_asked_to_stop_ends_its_picture_first(
    room: Room, start_worker: Callable[..., Worker]
) -> None:
    slow = room.upload(slow_photo())
    worker = start_worker()
    wait_for(room, "the picture is taken in hand", [slow], {"processing"})

    worker.terminate()

    assert worker.wait(PATIENCE) == 0
    settle(room.app)
    assert (slow.state, slow.attempts) == ("ready", 1)


def test_two_workers_share_the_work_and_no_picture(
    room: Room, start_worker: Callable[..., Worker]
) -> None:
    assets = [room.upload(photo(400 + n, 300)) for n in range(8)]
    settle(room.app)
    for asset in assets:
        # The queue may say everything twice.
        room.app.extensions["podium.queue"].put("media.process", (asset.public_id,), None)

    for _ in range(2):
        start_worker()

    wait_for(room, "all are ready", assets, {"ready"})
    assert [asset.attempts for asset in assets] == [1] * 8
    assert [asset.renditions[-1].width for asset in assets] == [400 + n for n in range(8)]
