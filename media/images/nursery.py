"""Starting the processes that `child` runs in, and keeping them for the next file.

Each thread that has a file in hand has one to itself: they are started when they are first needed,
and end with this process, also where that is killed, as their socket closes.
"""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryFile

from media.images.errand import MOST_MESSAGE, READY, Ended, Task

COMMAND = (sys.executable, "-m", "media.images.child")
START_SECONDS = 60.0
_GRACE_SECONDS = 30.0
"""How much longer than its wall time a child may take to be told of."""

_ROOT = Path(__file__).resolve().parents[2]
_INHERITED = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR")
_OWN = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2", "VIPS_CONCURRENCY": "1"}
"""One thread: what forks must not have others, and one process per core is the measure of work."""


class GoneError(Exception):
    """The process that children are forked from is gone, and the child's end unknown."""


class Parent:
    """A process that forks a child for each task; for one thread at a time."""

    def __init__(self) -> None:
        """Start it; raise RuntimeError with what it said if it does not come up."""
        ours, theirs = socket.socketpair()
        self._socket = ours
        with theirs, TemporaryFile(prefix="podium-") as said:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [*COMMAND, str(theirs.fileno())],
                cwd=_ROOT,
                env={n: os.environ[n] for n in _INHERITED if n in os.environ} | _OWN,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                pass_fds=(theirs.fileno(),),
                # Ctrl-C on the worker is for the worker: it lets a file in hand be finished.
                start_new_session=True,
            )
            theirs.close()
            if self._hear(START_SECONDS) != READY:
                self.close()
                said.seek(0)
                message = f"pictures cannot be made: {said.read()[-2000:].decode(errors='replace')}"
                raise RuntimeError(message)

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def run(self, task: Task, source: int, result: int) -> Ended:
        """Run `task` to its end on two open files; raise GoneError if that is not heard of."""
        try:
            socket.send_fds(self._socket, [json.dumps(asdict(task)).encode()], [source, result])
            return Ended(**json.loads(self._hear(task.wall + _GRACE_SECONDS)))
        except (OSError, ValueError) as error:
            raise GoneError from error

    def _hear(self, patience: float) -> bytes:
        """Return the next line; what there is of it if no more comes."""
        self._socket.settimeout(patience)
        line = b""
        while not line.endswith(b"\n"):
            heard = self._socket.recv(MOST_MESSAGE)
            if not heard:
                break
            line += heard
        return line

    def close(self) -> None:
        """End the process, with what it has in hand."""
        self._socket.close()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


_idle: list[Parent] = []
_lock = threading.Lock()


def run(task: Task, source: int, result: int) -> Ended:
    """Run `task` in a child of its own on two open files; as many at once as there are threads."""
    parent = _take() or Parent()
    try:
        ended = parent.run(task, source, result)
    except BaseException:
        parent.close()
        raise
    with _lock:
        _idle.append(parent)
    return ended


def _take() -> Parent | None:
    """Return a process that waits; those that somebody killed meanwhile are let go."""
    while True:
        with _lock:
            if not _idle:
                return None
            parent = _idle.pop()
        if parent.alive:
            return parent
        parent.close()


@atexit.register
def close() -> None:
    """End the processes that wait; the next file starts one anew."""
    with _lock:
        while _idle:
            _idle.pop().close()
