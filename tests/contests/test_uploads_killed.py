"""The real server, killed outright in the middle of an upload: nothing lost, nothing twice."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.settings import Settings
from contests.service.entries import shown_version
from contests.states import ContestKind, EntryState
from media import keys
from media.models import Asset
from media.service.uploads import PART_SIZE
from media.states import AssetState
from tests import factories as make
from tests.client import Client
from tests.conftest import Clock
from tests.contests.test_entrant_views import only_entry
from tests.database import settle
from tests.uploads import film

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
INHERITED = ("PATH", "HOME", "LANG", "PYTHONPATH")
DATA = film(2 * PART_SIZE + 1000)


class Server:
    """The web server as an operator runs it, and a browser's requests to it."""

    def __init__(self, settings: Settings, cookie: str) -> None:
        self.port = settings.port
        self.cookie = cookie
        self.token = ""
        self.environment = {n: os.environ[n] for n in INHERITED if n in os.environ} | {
            "PODIUM_ENV": "test",
            "DATA_DIR": str(settings.data_dir),
            "PUBLIC_URL": settings.public_url,
            "DATABASE_URL": settings.database_url,
            "STORE_URL": settings.store_url,
            "JOBS_URL": settings.jobs_url,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "gunicorn", "wsgi:app", "--pythonpath", str(ROOT)),
            *("--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread"),
            *("--workers", "2", "--threads", "4", "--no-control-socket"),
        ]
        self.process = subprocess.Popen(  # noqa: S603 - our own server
            command, cwd=ROOT, env=self.environment, start_new_session=True
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError):
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill it and all its workers, as a power cut would."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def ask(
        self, method: str, path: str, body: bytes | None = None, **form: Any
    ) -> tuple[int, Any]:
        """Return the status and the JSON, or the text, of the answer."""
        with contextlib.closing(self.send(method, path, body, **form)) as line:
            answer = line.getresponse()
            text = answer.read().decode()
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(text) if is_json else text

    def send(
        self, method: str, path: str, body: bytes | None = None, **form: Any
    ) -> HTTPConnection:
        """Send a request, and let its answer come or not."""
        headers = {"Cookie": f"session={self.cookie}", "Accept": "application/json"}
        if body is None:
            body = urllib.parse.urlencode(form).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = self.token
        line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        line.request(method, path, body, headers)
        return line

    def open_page(self, path: str) -> None:
        """Open a form, whose token scripts send along."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        with contextlib.closing(line):
            line.request("GET", path, headers={"Cookie": f"session={self.cookie}"})
            answer = line.getresponse()
            page = answer.read().decode()
            cookie = (answer.headers["Set-Cookie"] or "").partition("session=")[2].partition(";")[0]
        assert answer.status == 200
        self.cookie = cookie or self.cookie
        self.token = page.partition('name="csrf_token"')[2].partition('value="')[2].split('"')[0]

    def put(self, upload: str, number: int) -> None:
        path = f"/media/uploads/{upload}/parts/{number}"
        status, address = self.ask("POST", path)
        assert status == 200
        part = DATA[(number - 1) * PART_SIZE : number * PART_SIZE]
        if address["url"].startswith("/"):
            assert self.ask("PUT", address["url"], part)[0] == 200
            return
        request = urllib.request.Request(address["url"], data=part, method="PUT")  # noqa: S310 - S3
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - as before
            assert answer.status == 200

    def die_over(self, upload: str, number: int) -> None:
        """Send half a part, and kill the server."""
        _, address = self.ask("POST", f"/media/uploads/{upload}/parts/{number}")
        where = urllib.parse.urlsplit(
            urllib.parse.urljoin(f"http://127.0.0.1:{self.port}/", address["url"])
        )
        with socket.create_connection((where.hostname, where.port)) as line:
            line.sendall(
                f"PUT {where.path}?{where.query} HTTP/1.1\r\nHost: {where.netloc}\r\n"
                f"Content-Length: {PART_SIZE}\r\n\r\n".encode()
            )
            line.sendall(DATA[: PART_SIZE // 2])
            time.sleep(0.3)
            self.kill()


@pytest.fixture
def server(
    app: Flask, settings: Settings, session: Session, client: Client, clock: Clock
) -> Iterator[Server]:
    # The server has a clock of its own.
    clock.set(datetime.now(UTC))
    owner = make.user(session)
    contest = make.contest(
        session, ContestKind.HACKATHON, videos_max=1, closes_at=clock() + timedelta(days=1)
    )
    make.entry(session, contest, owner, state=EntryState.DRAFT, pictures=[])
    client.sign_in(owner)
    cookie = client.get_cookie("session", domain="localhost")
    assert cookie is not None
    settle(app)
    made = Server(settings, cookie.value)
    yield made
    made.kill()


def test_a_killed_server_loses_no_upload_and_doubles_none(
    app: Flask, session: Session, server: Server, drain: Callable[[], int]
) -> None:
    page = f"/entries/{only_entry(session).id}"
    settle(app)
    server.start()
    server.open_page(f"{page}/edit")
    status, begun = server.ask(
        "POST", f"{page}/uploads", kind="video", name="market.mp4", size=len(DATA), type="video/mp4"
    )
    assert (status, begun["parts"]) == (201, 3)
    upload = begun["id"]
    server.put(upload, 1)

    server.die_over(upload, 2)
    server.start()

    _, listed = server.ask("GET", f"/media/uploads/{upload}")
    # Half a part is none.
    assert [part["number"] for part in listed["parts"]] == [1]
    server.put(upload, 2)
    server.put(upload, 3)
    for wait in (0.05, 0.3):
        # Somewhere between the first look and the commit.
        with contextlib.closing(server.send("POST", f"{page}/uploads/{upload}/complete")):
            time.sleep(wait)
            server.kill()
        server.start()
    status, done = server.ask("POST", f"{page}/uploads/{upload}/complete")
    assert (status in {200, 201}, done["id"], done["name"]) == (True, upload, "market.mp4")
    server.kill()

    drain()
    settle(app)
    (asset,) = session.scalars(select(Asset)).all()
    assert [file.asset for file in shown_version(only_entry(session)).files] == [asset]
    assert (asset.public_id, asset.state, asset.bytes) == (upload, AssetState.READY, len(DATA))
    assert asset.sha256 == hashlib.sha256(DATA).hexdigest()
    store = app.extensions["podium.store"]
    assert [found.key for found in store.objects("originals/")] == [keys.original(upload)]
    assert list(store.uploads()) == []
