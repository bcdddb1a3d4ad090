"""What every test may ask for: an application on each pair of engines, people's browsers, a clock.

A test that takes `app` (or anything that needs it) runs twice: on SQLite with a folder, and on
PostgreSQL with an S3 server. One that has nothing to do with either says so:
`@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)`. Where a page itself sends
parts to the S3 server, the second pair is "postgresql+s3 for browsers".
"""

import email
import email.policy
import re
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from huey import signals
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from sqlalchemy.orm import Session
from typing_extensions import override
from werkzeug.serving import WSGIRequestHandler, make_server

from app import clock as app_clock
from app.factory import create_app
from app.jobs import Queue
from app.settings import Environment, Settings
from app.transaction import Transactions
from tests import reuse
from tests.client import Client, client_of
from tests.database import SESSION, PostgresDatabase, copy_sqlite, make_schema, settle
from tests.servers import chromium, postgres
from tests.servers.s3 import S3Server, for_browsers, s3_server

# A machine that is busy with other tests is not a fault of the one under test.
hypothesis.settings.register_profile("podium", deadline=None)
hypothesis.settings.load_profile("podium")

FAILURES = "podium.tests.failures"
BROWSER_WAIT = 60_000
"""Milliseconds; a page that never gets there fails all the same, a busy machine need not."""


def pytest_configure() -> None:
    # Whoever stops the suite stops its servers too: SIGTERM tears down as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


# --- the world outside --------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _only_loopback() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            message = f"a test tried to reach {address}"
            raise ConnectionRefusedError(message)
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[PostgresDatabase]:
    with postgres.database() as url:
        database = PostgresDatabase(url)
        yield database
        database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    make_schema(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture(scope="session")
def s3_for_browsers(s3: S3Server) -> Iterator[S3Server]:
    with for_browsers(s3) as door:
        yield door


@pytest.fixture(scope="session", autouse=True)
def _rules_are_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("werkzeug.routing.Rule._compile_builder", reuse.compile_builder)
        yield


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


# --- the application ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Backend:
    """The engines one test runs on, empty."""

    name: str
    database_url: str
    store_url: str
    jobs_url: str


@pytest.fixture(params=["sqlite+folder", "postgresql+s3"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> Backend:
    if request.param == "sqlite+folder":
        template: Path = request.getfixturevalue("sqlite_template")
        return Backend(
            name=request.param,
            database_url=copy_sqlite(template, template.with_name("podium.sqlite3")),
            store_url=f"file://{tmp_path}/store",
            jobs_url=f"sqlite:///{tmp_path}/jobs.sqlite3",
        )
    database: PostgresDatabase = request.getfixturevalue("postgres_database")
    database.empty()
    # A page may send parts to the second, which a browser cannot ask of the first.
    server: S3Server = request.getfixturevalue(
        "s3" if request.param == "postgresql+s3" else "s3_for_browsers"
    )
    store = reuse.store_at(server.url)
    for found in list(store.objects()):
        store.delete(found.key)
    for upload in list(store.uploads()):
        store.abort_upload(upload.key, upload.upload_id)
    return Backend(
        name=request.param,
        database_url=database.url,
        store_url=server.url,
        jobs_url=database.libpq,
    )


@pytest.fixture
def settings(
    backend: Backend, tmp_path: Path, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> Settings:
    # What the person who runs the tests has set is theirs and not the suite's.
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return Settings(
        _env_file=None,  # type: ignore[call-arg] # pydantic-settings' own
        podium_env=Environment.TEST,
        data_dir=tmp_path,
        public_url=f"http://127.0.0.1:{free_port}",
        port=free_port,
        database_url=backend.database_url,
        store_url=backend.store_url,
        jobs_url=backend.jobs_url,
    )


@pytest.fixture
def app(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setattr("app.factory.store_from_url", reuse.store_at)
    with monkeypatch.context() as patch:
        patch.setattr("app.factory.make_engine", reuse.engine_at)
        app = create_app(settings)
    app.jinja_env.bytecode_cache = reuse.templates
    app.testing = True
    app.extensions["podium.store"].ensure()
    queue: Queue = app.extensions["podium.queue"]
    # PostgreSQL's queue would wait a second for more before it says that there is none.
    queue.huey.storage.blocking = False
    failures: list[BaseException] = []
    app.extensions[FAILURES] = failures
    queue.huey.signal(signals.SIGNAL_ERROR)(lambda _signal, _task, error: failures.append(error))
    yield app
    queue.huey.storage.close()
    transactions: Transactions = app.extensions["podium.transactions"]
    transactions.engine.dispose()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Give the test a session; `client`, `drain` and `outbox` commit it before they act.

    A browser cannot: commit it yourself before a page that needs what it wrote.
    """
    transactions: Transactions = app.extensions["podium.transactions"]
    with app.app_context(), transactions.open(writes=True) as session:
        app.extensions[SESSION] = session
        yield session
        del app.extensions[SESSION]


@pytest.fixture
def new_client(app: Flask) -> Callable[[], Client]:
    """Give each person a browser of their own."""
    return lambda: client_of(app)


@pytest.fixture
def client(new_client: Callable[[], Client]) -> Client:
    return new_client()


# --- time, mail and work ------------------------------------------------------------------------


class Clock:
    """The suite's only fake: time stands still until a test moves it."""

    def __init__(self) -> None:
        self.value = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.value

    def set(self, value: datetime) -> None:
        self.value = value

    def advance(self, **units: float) -> datetime:
        """Move on by timedelta's units, and return the new instant."""
        self.value += timedelta(**units)
        return self.value


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(app_clock, "now", clock)
    return clock


@pytest.fixture
def drain(app: Flask) -> Callable[[], int]:
    """Run every job that waits, here and now, and fail with the first error of any."""
    queue: Queue = app.extensions["podium.queue"]
    failures: list[BaseException] = app.extensions[FAILURES]

    def run() -> int:
        settle(app)
        done = Context().run(queue.drain)
        if failures:
            raise failures.pop(0)
        return done

    return run


class Outbox:
    """The mails that were delivered, oldest first."""

    def __init__(self, folder: Path, drain: Callable[[], int]) -> None:
        self.folder = folder
        self.drain = drain

    def __call__(self, to: str | None = None) -> list[EmailMessage]:
        """Deliver what waits; return all mails, or those to one address."""
        self.drain()
        found = [self._read(path) for path in sorted(self.folder.glob("*.eml"))]
        return [mail for mail in found if to in {None, mail["To"]}]

    def link(self, to: str) -> str:
        """Return the last address in the last mail to somebody."""
        found: list[str] = re.findall(r"https?://[^\s<>]+", self(to)[-1].get_content())
        return found[-1]

    @staticmethod
    def _read(path: Path) -> EmailMessage:
        return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)


@pytest.fixture
def outbox(settings: Settings, drain: Callable[[], int]) -> Outbox:
    return Outbox(settings.data_dir / "mail", drain)


# --- browsers -----------------------------------------------------------------------------------


class _Quiet(WSGIRequestHandler):
    @override
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: the test tells what matters."""


class LiveServer:
    """The application behind a port; it may be stopped and started again in the middle."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app = app
        self.url = settings.public_url
        self._port = settings.port
        self.start()

    def start(self) -> None:
        """Listen, as a server that has just been started."""
        self._server = make_server(
            "127.0.0.1", self._port, self.app, threaded=True, request_handler=_Quiet
        )
        # Whoever closes the server waits for what is being answered: nothing outlives its test.
        self._server.daemon_threads = False  # type: ignore[attr-defined] # socketserver's own
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}
        )
        self._thread.start()

    def stop(self) -> None:
        """Answer nobody any more."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def live_server(app: Flask, settings: Settings) -> Iterator[LiveServer]:
    """Serve the application, with a worker beside it."""
    server, stopping = LiveServer(app, settings), threading.Event()
    worker = threading.Thread(target=_work, args=(app.extensions["podium.queue"], stopping))
    worker.start()
    yield server
    stopping.set()
    server.stop()
    worker.join()
    assert app.extensions[FAILURES] == []


def _work(queue: Queue, stopping: threading.Event) -> None:
    while not stopping.is_set():
        if queue.drain() == 0:
            time.sleep(0.05)
    queue.huey.storage.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=BROWSER_WAIT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium.find(), args=list(chromium.FLAGS)
        )
        yield browser
        browser.close()


@pytest.fixture
def new_page(browser: Browser, live_server: LiveServer) -> Iterator[Callable[..., Page]]:
    """Open a browser for one more person; arguments are those of playwright's contexts."""
    contexts = []
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "Content Security Policy" in message.text:
            faults.append(message.text)

    def open_page(**options: Any) -> Page:
        context = browser.new_context(
            **{"base_url": live_server.url, "locale": "en-GB", "timezone_id": "Africa/Nairobi"}
            | options
        )
        context.set_default_timeout(BROWSER_WAIT)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", note)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    return new_page()
