"""How fast the worker makes pictures, what a second one adds, and whether its memory stays flat.

Photos of 6 megapixels on SQLite and a folder. First 200 for one worker with one thread, for two
such workers, and for one worker with two threads; each counts from its first finished photo to its
last, so that starting up is not in it. Then a queue of 1,000 for one worker with two threads, and
the memory that it and its children have for themselves and share (PSS) as the queue drains.
QUEUE_FEW and QUEUE_PHOTOS are other numbers for the first and the last.
"""

import os
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from subprocess import Popen

from sqlalchemy import delete, func, select

from app import jobs
from app.authz import Actor
from app.cli import migrations
from app.db import make_engine
from app.factory import create_app
from app.settings import Settings
from app.transaction import transaction
from bench.pictures import draw
from bench.rounds import table
from media import service
from media.limits import MEBIBYTE, AssetKind, Limits
from media.models import Asset, Rendition
from media.states import AssetState
from tests import factories as make

FEW = int(os.environ.get("QUEUE_FEW", "200"))
MANY = int(os.environ.get("QUEUE_PHOTOS", "1000"))
SIZE = (3000, 2000)
SECOND = 1.0


@dataclass
class Drained:
    """Seconds from the first finished photo to the last, and the memory seen on the way, in MB."""

    seconds: float = 0.0
    memory: list[float] = field(default_factory=list)


def main() -> None:
    """Drain the queue four times and print two tables."""
    with tempfile.TemporaryDirectory(prefix="podium-bench-") as folder:
        bench = Bench(Path(folder))
        rows = []
        speeds = []
        for label, workers, threads in (
            ("one worker", 1, 1),
            ("two workers", 2, 1),
            ("one worker, two threads", 1, 2),
        ):
            drained = bench.drain(FEW, workers, threads)
            speeds.append((FEW - 1) / drained.seconds)
            rows.append((label, f"{speeds[-1]:.2f}", f"{speeds[-1] / speeds[0]:.2f}"))
        table((f"{FEW} photos of 6 MP", "photos a second", "÷ one worker"), rows)
        seen = bench.drain(MANY, 1, 2).memory
        tenths = [seen[len(seen) * tenth // 10] for tenth in range(1, 10)]
        table(
            (f"{MANY:,} photos", *(f"{tenth}0 %" for tenth in range(1, 10)), "most"),
            [("MB", *(f"{size:.0f}" for size in (*tenths, max(seen))))],
        )


class Bench:
    """An application with a queue of its own, and workers as an operator starts them."""

    def __init__(self, folder: Path) -> None:
        """Make the database, and one photo."""
        self.folder = folder
        self.environment = {**os.environ, "DATA_DIR": str(folder), "PODIUM_ENV": "test"}
        settings = Settings(data_dir=folder, podium_env="test")  # type: ignore[arg-type] # as from outside
        self.app = create_app(settings)
        migrations.upgrade(make_engine(settings.database_url))
        self.app.extensions["podium.store"].ensure()
        path = folder / "photo.jpg"
        draw(path, SIZE)
        self.photo = path.read_bytes()
        with self.app.app_context(), transaction() as session:
            user = make.user(session)
            session.flush()
            self.owner = Actor(user_id=user.id)

    def drain(self, photos: int, workers: int, threads: int) -> Drained:
        """Queue `photos` and let `workers` with so many `threads` each make their renditions."""
        self._fill(photos)
        drained, first = Drained(), 0.0
        with self._workers(workers, threads) as started:
            while (done := self._done()) < photos:
                first = first or (time.monotonic() if done else 0.0)
                if done:
                    drained.memory.append(sum(memory(worker.pid) for worker in started))
                time.sleep(SECOND / 10)
            drained.seconds = time.monotonic() - first
        return drained

    def _fill(self, photos: int) -> None:
        with self.app.app_context():
            with transaction() as session:
                session.execute(delete(Rendition))
                session.execute(delete(Asset))
            for _ in range(photos):
                with transaction() as session:
                    service.receive(
                        session,
                        actor=self.owner,
                        file=BytesIO(self.photo),
                        filename="photo.jpg",
                        kind=AssetKind.PICTURE,
                        limits=Limits(),
                        now=datetime.now(UTC),
                    )

    def _done(self) -> int:
        with self.app.app_context(), transaction() as session:
            ready = select(func.count()).where(Asset.state == AssetState.READY)
            return session.scalar(ready) or 0

    @contextmanager
    def _workers(self, count: int, threads: int) -> Iterator[list["Popen[bytes]"]]:
        podium = Path(sysconfig.get_path("scripts"), "podium")
        command = [podium, "worker", "--threads", str(threads)]
        started = [Popen(command, env=self.environment, cwd=self.folder) for _ in range(count)]
        try:
            yield started
        finally:
            for worker in started:
                worker.terminate()
                worker.wait()
            with self.app.app_context():
                jobs.queue().huey.flush()


def memory(pid: int) -> float:
    """Return the proportional memory of a process and its children, in MB."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8")
        children = [
            child
            for thread in Path(f"/proc/{pid}/task").iterdir()
            for child in (thread / "children").read_text("ascii").split()
        ]
    except OSError:
        return 0.0
    pss = next((line for line in rollup.splitlines() if line.startswith("Pss:")), "Pss: 0 kB")
    return int(pss.split()[1]) * 1024 / MEBIBYTE + sum(memory(int(child)) for child in children)


if __name__ == "__main__":
    main()
