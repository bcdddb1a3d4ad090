"""How much memory the web server takes while 20 people send 50 MB each, in parts and by plain form.

A server as `podium serve` starts it, on SQLite and a folder; the clients are threads of this
process. Printed is the memory that the server's processes have for themselves and share (PSS): at
rest after its first pages, and the most it had while the bytes came in.
"""

import http.cookiejar
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from app.cli import migrations
from app.cli import serve as supervisor
from app.db import make_engine
from app.factory import create_app
from app.settings import load_settings
from app.transaction import transaction
from bench.rounds import table
from contests.states import EntryState
from media.images.render import encode_jpeg
from media.limits import MEBIBYTE
from tests import factories as make

CLIENTS = 20
SIZE = 50 * MEBIBYTE - 4096


def main() -> None:
    """Send everything twice, each way, and print one table."""
    with tempfile.TemporaryDirectory(prefix="podium-bench-") as folder, _server(Path(folder)) as it:
        port, process, people = it
        clients = [Client(port, *person) for person in people]
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(Client.sign_in, clients))
            rows = [
                _watch(label, process, lambda act=act: list(pool.map(act, clients)))
                for label, act in (
                    ("in parts", Client.send_in_parts),
                    ("by form", Client.send_form),
                )
            ]
    table(("20 files of 50 MB", "at rest", "most", "more", "seconds"), rows)


@contextmanager
def _server(folder: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]", list[tuple[str, int]]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    os.environ |= {"DATA_DIR": str(folder), "PORT": str(port), "PODIUM_ENV": "test"}
    people = _fill()
    # The web server alone, without a worker: its memory is measured elsewhere.
    process = subprocess.Popen(
        [sys.executable, "-P", supervisor.__file__, f"--port={port}", "--host=127.0.0.1"]
    )
    try:
        _wait(port)
        yield port, process, people
    finally:
        process.terminate()
        process.wait()


def _fill() -> list[tuple[str, int]]:
    """Make a contest, and for each client a person with a draft; return addresses and entries."""
    settings = load_settings()
    migrations.upgrade(make_engine(settings.database_url))
    app = create_app(settings)
    app.extensions["podium.store"].ensure()
    now = datetime.now(UTC)
    with app.app_context(), transaction() as session:
        contest = make.contest(
            session, opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=9)
        )
        contest.pictures_max = 9
        owners = [make.user(session) for _ in range(CLIENTS)]
        drafts = [make.entry(session, contest, who, state=EntryState.DRAFT) for who in owners]
        return [(who.email, draft.id) for who, draft in zip(owners, drafts, strict=True)]


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    sys.exit("the server did not start")


def _watch(
    label: str, process: "subprocess.Popen[bytes]", act: Callable[[], object]
) -> tuple[str, ...]:
    """Run `act` and return a row: memory before, the most of it while it ran, and the time."""
    before = most = memory(process.pid)
    done = threading.Event()

    def look() -> None:
        nonlocal most
        while not done.wait(0.2):
            most = max(most, memory(process.pid))

    watcher = threading.Thread(target=look)
    watcher.start()
    began = time.monotonic()
    try:
        act()
    finally:
        done.set()
        watcher.join()
    taken = time.monotonic() - began
    figures = (f"{value / MEBIBYTE:.0f} MB" for value in (before, most, most - before))
    return label, *figures, f"{taken:.0f}"


def memory(pid: int) -> int:
    """Return the bytes that a process and its descendants take, shared pages counted once."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    own = int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1]) * 1024  # type: ignore[index]
    return own + sum(memory(int(child)) for child in children)


def photo(size: int = SIZE) -> bytes:
    """Return a small picture in a file of `size` bytes: what follows a JPEG's end is nobody's."""
    pixels = np.full((600, 800, 3), 90, np.uint8)
    return encode_jpeg(pixels).ljust(size, b"\0")


class Client:
    """One person's browser, as far as it is needed here."""

    def __init__(self, port: int, email: str, entry_id: int) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.email = email
        self.entry = f"/entries/{entry_id}"
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)
        self.token = ""

    def sign_in(self) -> None:
        """Sign in through the form."""
        self._look("/login")
        self._form("/login", email=self.email, password=make.PASSWORD)
        self._look(f"{self.entry}/edit")

    def send_in_parts(self) -> None:
        """Upload as the script does."""
        data = photo()
        begun = self._form(
            f"{self.entry}/uploads", kind="picture", name="a.jpg", size=len(data), type="image/jpeg"
        )
        address = f"/media/uploads/{begun['id']}"
        for at in range(begun["parts"]):
            part = data[at * begun["part_size"] : (at + 1) * begun["part_size"]]
            url = self._form(f"{address}/parts/{at + 1}")["url"]
            whole = urllib.parse.urljoin(self.root, url)
            self.opener.open(urllib.request.Request(whole, part, method="PUT")).close()
        self._form(f"{self.entry}/uploads/{begun['id']}/complete")

    def send_form(self) -> None:
        """Upload as the form does without a script."""
        mark = "-" * 20 + "podium"
        fields = {"csrf_token": self.token, "version": "0", "act": "save"}
        head = "".join(
            f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        head += (
            f'--{mark}\r\nContent-Disposition: form-data; name="pictures"; filename="b.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        )
        body = head.encode() + photo() + f"\r\n--{mark}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        request = urllib.request.Request(f"{self.root}{self.entry}/edit", body, kind)
        self.opener.open(request).close()

    def _look(self, path: str) -> None:
        page = self.opener.open(self.root + path).read().decode()
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        self.token = found[1] if found else self.token

    def _form(self, path: str, **fields: object) -> dict[str, object]:
        body = urllib.parse.urlencode({"csrf_token": self.token, **fields}).encode()
        headers = {"Accept": "application/json", "X-CSRFToken": self.token}
        request = urllib.request.Request(self.root + path, body, headers)
        with self.opener.open(request) as answer:
            text = answer.read()
        return json.loads(text) if answer.headers.get_content_subtype() == "json" else {}


if __name__ == "__main__":
    main()
