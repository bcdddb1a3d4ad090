"""A real S3 server for tests: rclone over a temporary folder, on loopback."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import quote, urlsplit

import rclone_api
from typing_extensions import override

_PATIENCE = 20.0
_HOP_BY_HOP = frozenset({"connection", "expect", "transfer-encoding"})


@dataclass(frozen=True)
class S3Server:
    """A running server: where it is, who may use it, and a bucket that exists.

    The bucket's objects are the files in `folder`; what is put there without asking the server may
    be unknown to it where it has looked before.
    """

    endpoint: str
    access_key: str
    secret_key: str
    bucket: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        """The server and its bucket as a store's URL."""
        return self.url_of(self.bucket)

    def url_of(self, bucket: str) -> str:
        """Return the store's URL of another bucket, which need not exist."""
        who = f"{quote(self.access_key)}:{quote(self.secret_key)}"
        return f"s3://{who}@{bucket}?endpoint={quote(self.endpoint, safe='')}&region=us-east-1"

    def stop(self) -> None:
        """Stop the server, as a power cut would; stopping twice is nothing."""
        self.process.kill()
        self.process.wait()


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run a server with an empty bucket "podium" until the block ends."""
    with TemporaryDirectory(prefix="podium-s3-") as name:
        folder = Path(name)
        (folder / "data" / "podium").mkdir(parents=True)
        port = _free_port()
        server = S3Server(
            endpoint=f"http://127.0.0.1:{port}",
            access_key="podium-test-key",
            secret_key="podium-test-secret",
            bucket="podium",
            folder=folder / "data" / "podium",
            process=_start(folder, port, "podium-test-key,podium-test-secret"),
        )
        try:
            _wait(server, port, folder / "log")
            yield server
        finally:
            server.stop()


@contextmanager
def for_browsers(server: S3Server) -> Iterator[S3Server]:
    """Put a door before `server` that answers browsers as a bucket with CORS rules does.

    rclone's server refuses the question that a browser asks before it sends a part to another
    origin; all else goes through to it and back as it is.
    """
    address = urlsplit(server.endpoint).netloc

    class Door(_Door):
        behind = address

    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as door:
        thread = Thread(target=door.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield replace(server, endpoint=f"http://127.0.0.1:{door.server_port}")
        finally:
            door.shutdown()
            thread.join()


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    behind: str

    def do_OPTIONS(self) -> None:
        self.send_response(204)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Methods", "PUT")
        asked = self.headers.get("Access-Control-Request-Headers")
        if asked:
            self.send_header("Access-Control-Allow-Headers", asked)
        self.end_headers()

    def pass_on(self) -> None:
        """Forward a request as it came, its Host too, which is signed."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {n: v for n, v in self.headers.items() if n.lower() not in _HOP_BY_HOP}
        line = HTTPConnection(self.behind, timeout=_PATIENCE)
        try:
            line.request(self.command, self.path, body or None, headers)
            answer = line.getresponse()
            data = answer.read()
        finally:
            line.close()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP | {"content-length"}:
                self.send_header(name, value)
        # The answer to HEAD names a length that it does not have.
        self.send_header("Content-Length", answer.getheader("Content-Length") or str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = pass_on  # noqa: N815 - the names asked for

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: rclone's own log is enough."""


def _start(folder: Path, port: int, keys: str) -> "subprocess.Popen[bytes]":
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - the program is a package's, the arguments ours
            [
                _binary(folder),
                "serve",
                "s3",
                f"--addr=127.0.0.1:{port}",
                f"--auth-key={keys}",
                "--vfs-cache-mode=off",
                # Else a part that was sent cannot be replaced, as other servers allow.
                "--disable-multipart-streaming",
                f"--config={folder / 'rclone.conf'}",
                f"--cache-dir={folder / 'cache'}",
                str(folder / "data"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C on the tests is for the tests, which then stop the server themselves.
            start_new_session=True,
        )


def _binary(folder: Path) -> str:
    """Return the wheel's program; a wheel unpacked without its mode bits is copied and mended."""
    shipped = Path(rclone_api.BINARY_PATH)
    if os.access(shipped, os.X_OK):
        return str(shipped)
    copy = folder / shipped.name
    shutil.copyfile(shipped, copy)
    copy.chmod(0o700)
    return str(copy)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(server: S3Server, port: int, log: Path) -> None:
    """Wait until the port answers, or say what the server said instead."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = f"the S3 server did not start: {log.read_text()}"
    raise RuntimeError(message)
