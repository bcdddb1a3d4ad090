"""Jobs run after the commit that made them necessary, and never for what was rolled back."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import clock, jobs
from app.errors import UnavailableError
from app.jobs import Queue, enqueue
from app.transaction import transaction
from tests.conftest import Backend

ran: list[tuple[object, ...]] = []


@pytest.fixture(autouse=True)
def _known_jobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(jobs, "_JOBS", dict(jobs._JOBS))  # noqa: SLF001 - to put it back
    monkeypatch.setattr(jobs, "_SWEEPS", {})
    jobs.job("test.note")(lambda *args: ran.append(args))
    ran.clear()
    yield
    ran.clear()


def test_a_job_runs_after_the_commit(session: Session, drain: Callable[[], int]) -> None:
    enqueue(session, "test.note", 7, "seven", None)
    queue = jobs.queue()
    assert queue.huey.pending_count() == 0
    assert drain() == 1
    assert ran == [(7, "seven", None)]
    assert drain() == 0


def test_what_is_rolled_back_is_not_done(app: Flask, drain: Callable[[], int]) -> None:
    def fail() -> None:
        with app.app_context(), transaction() as own:
            enqueue(own, "test.note", 1)
            message = "a bug"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        fail()
    assert drain() == 0


def test_a_job_nobody_knows_is_refused_at_once(session: Session) -> None:
    with pytest.raises(KeyError):
        enqueue(session, "test.unknown")


def test_a_job_for_later_waits(app: Flask, session: Session, drain: Callable[[], int]) -> None:
    enqueue(session, "test.note", "later", at=clock.now() + timedelta(hours=1))
    enqueue(session, "test.note", "now", at=clock.now() - timedelta(hours=1))
    drain()
    queue: Queue = app.extensions["podium.queue"]
    # The consumer's scheduler moves what is due to the queue and leaves the rest.
    for task in queue.huey.read_schedule():
        queue.huey.execute(task)
    assert ran == [("now",)]
    assert queue.huey.scheduled_count() == 1


def test_a_queue_that_is_down_does_not_undo_the_commit(
    session: Session, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: object) -> None:
        message = "no queue"
        raise ConnectionError(message)

    monkeypatch.setattr(Queue, "put", broken)
    with caplog.at_level(logging.ERROR), transaction() as own:
        enqueue(own, "test.note", 1)
    assert "the sweep will" in caplog.text
    assert session.is_active


def test_a_sweep_that_fails_does_not_stop_the_others(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[datetime] = []

    def fails(_now: datetime) -> None:
        message = "a bug"
        raise RuntimeError(message)

    jobs.sweep(fails)
    jobs.sweep(seen.append)
    now = clock.now()
    with app.app_context(), caplog.at_level(logging.ERROR):
        jobs.run_sweeps(now)
    assert seen == [now]
    assert "fails failed" in caplog.text


def test_the_queue_says_whether_it_answers(app: Flask, backend: Backend) -> None:
    queue: Queue = app.extensions["podium.queue"]
    queue.check()
    away = {
        "sqlite+folder": "sqlite:////nowhere/at/all.sqlite3",
        "postgresql+s3": "postgresql://nobody@127.0.0.1:1/none",
    }
    with pytest.raises(UnavailableError):
        Queue(app, away[backend.name]).check()
