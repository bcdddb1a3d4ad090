"""Run the web server, and the worker beside it, as one process in the foreground.

One command starts everything and one signal stops it: whoever runs `podium serve` never has to
look for a forgotten worker. The two differ in what their death means: without the web server there
is nothing left to serve, so the rest stops; a worker that dies is started again, because the
database remembers what it was doing.
"""

import argparse
import contextlib
import ctypes
import http.client
import math
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn

Announce = Callable[[str], None]
"""Takes one line for the person at the terminal."""

ROOT = Path(__file__).parents[2]
EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared with, never bound to
LOOPBACK = "127.0.0.1"

LOOK_EVERY = 0.1
"""Seconds between two looks at the children."""
GRACE = 7.0
"""Seconds that children have to finish what they are doing before they are killed."""
REQUEST_GRACE = 4
"""Seconds that requests have to finish; below GRACE, so that the web server ends by itself."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Seconds before a dead worker is started again: doubled each time that it dies young."""
PATIENCE = 20.0
"""Seconds without a good answer after which the person at the terminal is told."""
SETTLED = 60.0
"""Seconds after which a worker counts as healthy and its pause is forgotten."""


def become(*, port: int, host: str, with_worker: bool) -> NoReturn:
    """Go on as the supervisor, in the same process but without the application in its memory.

    This file needs the standard library alone, and so does a process that only watches others.
    """
    command = [sys.executable, "-P", __file__, f"--port={port}", f"--host={host}"]
    os.execv(sys.executable, [*command, *(["--with-worker"] if with_worker else [])])  # noqa: S606 - ourselves


def serve(
    *,
    port: int,
    host: str = LOOPBACK,
    workers: int = 2,
    threads: int = 16,
    with_worker: bool,
    announce: Announce,
) -> int:
    """Serve the application until a signal ends it, and return the exit code."""
    web = web_server("wsgi:app", host=host, port=port, workers=workers, threads=threads)
    worker = [str(Path(sysconfig.get_path("scripts"), "podium")), "worker"]
    return supervise(
        web=web, worker=worker if with_worker else None, host=host, port=port, announce=announce
    )


def web_server(app: str, *, host: str, port: int, workers: int = 2, threads: int = 16) -> list[str]:
    """Return the command that serves a WSGI application, such as `wsgi:app`."""
    return [
        *(sys.executable, "-m", "gunicorn", app),
        *("--pythonpath", str(ROOT), "--bind", f"{host}:{port}"),
        *("--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)),
        *("--graceful-timeout", str(REQUEST_GRACE), "--log-level", "warning"),
        # Loaded once and then forked: nothing of ours is connected to anything before a request.
        "--preload",
        "--no-control-socket",
    ]


def supervise(
    *,
    web: Sequence[str],
    worker: Sequence[str] | None,
    host: str,
    port: int,
    announce: Announce,
) -> int:
    """Run the commands `web` and `worker` until a signal (0) or the web server's death (1).

    The address is announced, alone on its line, once `/healthz` answers there. Nothing is started
    when the port is taken.
    """
    if fault := _why_not_bind(host, port):
        announce(fault)
        return 1
    helper = _Restarted(worker, announce) if worker else None
    with _stop_signals() as stopping:
        web_process = _start(web)
        try:
            return _watch(
                web_process,
                helper,
                address=(LOOPBACK if host == EVERYWHERE else host, port),
                stopping=stopping,
                announce=announce,
            )
        finally:
            _stop([web_process, *([helper.process] if helper and helper.process else [])])


class _Restarted:
    """A child that is started, and again whenever it dies: later each time that it dies young."""

    def __init__(self, command: Sequence[str], announce: Announce) -> None:
        self.command = command
        self.announce = announce
        self.pause = FIRST_PAUSE
        self.process: subprocess.Popen[bytes] | None = None
        self.started = self.due = time.monotonic()

    def look(self) -> None:
        """Start the child if that is due, or notice its death and plan the next start."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.process, self.started = _start(self.command), now
        elif self.process.poll() is not None:
            self._plan(now, self.process.returncode)
            self.process = None

    def _plan(self, now: float, code: int) -> None:
        if now - self.started > SETTLED:
            self.pause = FIRST_PAUSE
        self.announce(
            f"The worker stopped (exit code {code}); it starts again in {self.pause:g} s."
        )
        self.due = now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)


def _watch(
    web: subprocess.Popen[bytes],
    helper: _Restarted | None,
    *,
    address: tuple[str, int],
    stopping: threading.Event,
    announce: Announce,
) -> int:
    greeting = _Greeting(address, announce)
    while not stopping.wait(LOOK_EVERY):
        if web.poll() is not None:
            announce(f"The web server stopped (exit code {web.returncode}).")
            return 1
        if helper:
            helper.look()
        greeting.look()
    return 0


class _Greeting:
    """Says once where the site is, as soon as it is well, and once if that takes too long."""

    def __init__(self, address: tuple[str, int], announce: Announce) -> None:
        self.address = address
        self.announce = announce
        self.said = False
        self.warn_at = time.monotonic() + PATIENCE

    def look(self) -> None:
        """Ask the site how it is, until it has been well once."""
        if self.said:
            return
        found = _health(self.address)
        if found == HTTPStatus.OK:
            self.said = True
            self.announce("http://{}:{}".format(*self.address))
        elif time.monotonic() > self.warn_at:
            self.warn_at = math.inf
            answer = f"answers {found}" if found else "does not answer"
            self.announce(f"The site {answer} at /healthz; `podium doctor` may tell why.")


def _health(address: tuple[str, int]) -> int | None:
    """Return the status at `/healthz`, or None where nobody answers."""
    connection = http.client.HTTPConnection(*address, timeout=2)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _why_not_bind(host: str, port: int) -> str | None:
    """Return what keeps us from this address, in words, or None."""
    with socket.socket() as probe:
        # As gunicorn does, or the remains of connections just closed would look like a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"Port {port} cannot be used: {error.strerror}. Choose another, as in PORT=8001."
    return None


@contextlib.contextmanager
def _stop_signals() -> Iterator[threading.Event]:
    """Turn Ctrl-C and SIGTERM into an event, so that stopping happens in one place only."""
    stopping = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: stopping.set()) for number in signals]
    try:
        yield stopping
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _start(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a child in a process group of its own: Ctrl-C reaches us alone, and we end it."""
    return subprocess.Popen(  # noqa: S603 - our own commands, no shell
        command,
        process_group=0,
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads
    )


def _die_with_parent() -> None:
    """Ask Linux for a SIGTERM when the supervisor is gone, even if it was killed outright."""
    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Let the children finish, then kill whatever is left of their groups."""
    for child in children:
        child.terminate()
    deadline = time.monotonic() + GRACE
    for child in children:
        try:
            child.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", required=True)
    parser.add_argument("--with-worker", action="store_true")
    return serve(**vars(parser.parse_args()), announce=_say)


if __name__ == "__main__":
    sys.exit(_main())
