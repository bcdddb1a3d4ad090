"""Work that outlives a request: a queue (Huey), jobs put on it after the commit, and sweeps.

The database row's state is the truth and the queue only a hint: a job must be safe to run twice,
and a sweep finds whatever a crash, or a queue that lost its memory, left behind.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app
from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from sqlalchemy.orm import Session

from app import clock
from app.errors import UnavailableError
from app.transaction import after_commit

log = logging.getLogger(__name__)

Job = Callable[..., None]
Sweep = Callable[[datetime], None]
JobFunction = TypeVar("JobFunction", bound=Job)
SweepFunction = TypeVar("SweepFunction", bound=Sweep)

_JOBS: dict[str, Job] = {}
_SWEEPS: dict[str, Sweep] = {}


def job(name: str) -> Callable[[JobFunction], JobFunction]:
    """Let the queue call a function by `name`; its arguments must be plain values.

    The name outlives a renamed function: what is on the queue during an upgrade still runs.
    """

    def register(function: JobFunction) -> JobFunction:
        _JOBS[name] = function
        return function

    return register


def sweep(function: SweepFunction) -> SweepFunction:
    """Run `function(now)` every minute in the worker, and with `podium sweep`."""
    _SWEEPS[f"{function.__module__}.{function.__qualname__}"] = function
    return function


@dataclass
class Queue:
    """The queue of one application at `url`: `sqlite:///path`, `postgresql://…` or `redis://…`."""

    app: Flask
    url: str

    @property
    def huey(self) -> Huey:
        """The queue itself."""
        return self._opened[0]

    @cached_property
    def _opened(self) -> tuple[Huey, Any]:
        """The queue, and the one Huey task that carries every job.

        Opened at its first use: where it is away, pages can still be read and sent. Both at once:
        a worker that puts nothing on the queue must know the task all the same.
        """
        scheme = urlsplit(self.url).scheme
        if scheme == "sqlite":
            path = self.url.removeprefix("sqlite:///")
            huey = SqliteHuey("podium", filename=path, results=False)
        elif scheme == "postgresql":
            huey = PostgresHuey("podium", dsn=self.url, results=False)
        else:
            huey = RedisHuey("podium", url=self.url, results=False)
        huey.periodic_task(crontab(minute="*"), name="sweep")(self._sweep)
        return huey, huey.task(name="job")(self._run)

    def put(self, name: str, args: tuple[object, ...], at: datetime | None) -> None:
        """Put a job on the queue, for now or for the instant `at`."""
        carry = self._opened[1]
        if at is None:
            carry(name, *args)
        else:
            carry.schedule((name, *args), eta=at.astimezone(UTC).replace(tzinfo=None))

    def consume(self, workers: int) -> None:
        """Work until a signal ends it; runs what earlier workers left behind first."""
        self._sweep()
        # Whoever stops a service sends SIGTERM: what is in hand is finished first.
        Consumer(
            self.huey, workers=workers, initial_delay=0.05, max_delay=0.5, graceful_signal="TERM"
        ).run()

    def drain(self) -> int:
        """Run everything that is due now in this process; return how many jobs ran."""
        done = 0
        while (task := self.huey.dequeue()) is not None:
            self.huey.execute(task)
            done += 1
        return done

    def check(self) -> None:
        """Raise UnavailableError unless the queue answers."""
        try:
            self.huey.pending_count()
        except Exception as error:
            raise UnavailableError(str(error)) from error

    def _run(self, name: str, *args: object) -> None:
        with self.app.app_context():
            _JOBS[name](*args)

    def _sweep(self) -> None:
        with self.app.app_context():
            run_sweeps(clock.now())


def init_app(app: Flask, url: str) -> None:
    """Give an application its queue."""
    app.extensions["podium.queue"] = Queue(app, url)


def queue() -> Queue:
    """Return the current application's queue."""
    found: Queue = current_app.extensions["podium.queue"]
    return found


def enqueue(session: Session, name: str, *args: object, at: datetime | None = None) -> None:
    """Run the job `name` in the worker once the session's work is committed, not before `at`.

    Raises KeyError for a name that no job has.
    """
    if name not in _JOBS:
        raise KeyError(name)

    def put() -> None:
        try:
            queue().put(name, args, at)
        except Exception:
            # The row says what is to be done; the next sweep will find it.
            log.exception("the queue did not take %s; the sweep will", name)

    after_commit(session, put)


def run_sweeps(now: datetime) -> None:
    """Run every sweep once; one that fails is logged and does not stop the others."""
    for name, function in _SWEEPS.items():
        try:
            function(now)
        except Exception:
            log.exception("the sweep %s failed", name)
