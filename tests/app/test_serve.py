"""The supervisor, with real processes and real signals; only the two commands are stand-ins."""

import os
import select
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.database import copy_sqlite

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0

WEB = """
def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"well"]

def ill(environ, start_response):
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b"ill"]
"""

# Each stand-in worker leaves its pid, so that a test can see it live, die and return.
WORKER = """
import os, signal, sys, time
{prelude}
with open({pids!r}, "a") as pids:
    pids.write(f"{{os.getpid()}}\\n")
{body}
"""
SLEEPS = "time.sleep(600)"
DIES = "sys.exit(3)"
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"

RUNNER = """
import sys
import sysconfig
from app.cli import serve
serve.GRACE, serve.FIRST_PAUSE, serve.PATIENCE = {grace}, 0.2, {patience}
sys.exit(serve.supervise(
    web={web!r}, worker={worker!r}, host="127.0.0.1", port={port},
    announce=lambda line: print(line, flush=True),
))
"""


@dataclass
class Stage:
    """A folder with the stand-ins, and the supervisors started in it."""

    folder: Path
    port: int
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def gunicorn(self, app: str = "app") -> list[str]:
        return [
            *(sys.executable, "-m", "gunicorn", f"web:{app}", "--bind", f"127.0.0.1:{self.port}"),
            *("--pythonpath", str(self.folder), "--log-level", "error", "--no-control-socket"),
        ]

    def worker(self, body: str, prelude: str = "") -> list[str]:
        pids = str(self.folder / "pids")
        return [sys.executable, "-c", WORKER.format(prelude=prelude, pids=pids, body=body)]

    def worker_pids(self) -> list[int]:
        pids = self.folder / "pids"
        return [int(pid) for pid in pids.read_text().split()] if pids.exists() else []

    def supervise(
        self,
        worker: list[str] | None,
        *,
        web: list[str] | None = None,
        grace: float = 7.0,
        patience: float = 60.0,
    ) -> subprocess.Popen[str]:
        code = RUNNER.format(
            web=web or self.gunicorn(),
            worker=worker,
            port=self.port,
            grace=grace,
            patience=patience,
        )
        process = subprocess.Popen(  # noqa: S603 - the stand-ins above
            [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        self.started.append(process)
        return process


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    (tmp_path / "web.py").write_text(WEB)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stage = Stage(tmp_path, port)
    yield stage
    for process in stage.started:
        with process:
            process.kill()


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE:g} s in vain: {what}"
        time.sleep(0.05)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
    assert ready, f"waited {PATIENCE:g} s in vain for a line"
    return process.stdout.readline().rstrip("\n")


def alive(pid: int) -> bool:
    """Tell whether the process runs; one that only waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state not in "ZX"


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_everything_cleanly(stage: Stage, number: signal.Signals) -> None:
    supervisor = stage.supervise(stage.worker(SLEEPS))
    assert first_line(supervisor) == stage.url
    wait_for(lambda: len(stage.worker_pids()) == 1, "the worker starts")
    family = children(supervisor.pid)
    assert len(family) == 2

    began = time.monotonic()
    supervisor.send_signal(number)

    assert supervisor.wait(PATIENCE) == 0
    assert time.monotonic() - began < 10
    assert not any(alive(pid) for pid in family)
    assert not taken(stage.port)


def test_the_terminals_interrupt_reaches_only_the_supervisor(stage: Stage) -> None:
    supervisor = stage.supervise(stage.worker(SLEEPS))
    assert first_line(supervisor) == stage.url

    groups = {os.getpgid(pid) for pid in children(supervisor.pid)}

    assert os.getpgid(supervisor.pid) not in groups
    assert len(groups) == 2


def test_the_address_comes_only_once_it_answers(stage: Stage) -> None:
    web = [sys.executable, "-c", f"import time; {SLEEPS}"]
    supervisor = stage.supervise(stage.worker(SLEEPS), web=web)
    wait_for(lambda: len(stage.worker_pids()) == 1, "the worker starts")

    supervisor.terminate()

    assert supervisor.communicate()[0] == ""
    assert supervisor.returncode == 0


def test_a_site_that_is_not_well_says_so_once(stage: Stage) -> None:
    supervisor = stage.supervise(None, web=stage.gunicorn("ill"), patience=0.5)
    told = first_line(supervisor)
    time.sleep(0.5)
    supervisor.terminate()

    # It may not even answer yet: a start takes its time on a busy machine.
    assert told.endswith("at /healthz; `podium doctor` may tell why.")
    assert supervisor.communicate()[0] == ""


def test_a_dead_worker_is_started_again_and_later_each_time(stage: Stage) -> None:
    supervisor = stage.supervise(stage.worker(DIES))
    wait_for(lambda: len(stage.worker_pids()) == 3, "the worker is started three times")

    supervisor.terminate()
    told = supervisor.communicate()[0]

    assert "The worker stopped (exit code 3); it starts again in 0.2 s." in told
    assert "it starts again in 0.4 s." in told
    assert supervisor.returncode == 0


def test_a_killed_worker_comes_back(stage: Stage) -> None:
    stage.supervise(stage.worker(SLEEPS))
    wait_for(lambda: len(stage.worker_pids()) == 1, "the worker starts")

    os.kill(stage.worker_pids()[0], signal.SIGKILL)

    wait_for(lambda: len(stage.worker_pids()) == 2, "the worker comes back")
    assert alive(stage.worker_pids()[1])


def test_without_the_web_server_the_rest_stops(stage: Stage) -> None:
    supervisor = stage.supervise(stage.worker(SLEEPS), web=[sys.executable, "-c", "exit(4)"])

    told = supervisor.communicate(timeout=PATIENCE)[0]

    assert told == "The web server stopped (exit code 4).\n"
    assert supervisor.returncode == 1
    assert not any(alive(pid) for pid in stage.worker_pids())


def test_who_ignores_the_request_to_stop_is_killed(stage: Stage) -> None:
    supervisor = stage.supervise(stage.worker(SLEEPS, prelude=DEAF), grace=0.5)
    assert first_line(supervisor) == stage.url
    wait_for(lambda: len(stage.worker_pids()) == 1, "the worker starts")

    supervisor.terminate()

    assert supervisor.wait(PATIENCE) == 0
    assert not alive(stage.worker_pids()[0])


def test_a_taken_port_is_told_before_anything_starts(stage: Stage) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", stage.port))
        other.listen()
        supervisor = stage.supervise(stage.worker(SLEEPS))
        told = supervisor.communicate(timeout=PATIENCE)[0]

    assert told.startswith(f"Port {stage.port} cannot be used: Address already in use.")
    assert supervisor.returncode == 1
    assert stage.worker_pids() == []


def test_the_web_server_alone_when_the_worker_runs_elsewhere(stage: Stage) -> None:
    supervisor = stage.supervise(None)

    assert first_line(supervisor) == stage.url
    assert len(children(supervisor.pid)) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of such a death")
def test_a_killed_supervisor_takes_its_children_along(stage: Stage) -> None:
    supervisor = stage.supervise(stage.worker(SLEEPS))
    assert first_line(supervisor) == stage.url
    family = children(supervisor.pid)

    supervisor.kill()

    wait_for(lambda: not any(alive(pid) for pid in family), "the children end")
    wait_for(lambda: not taken(stage.port), "the port is free again")


def test_the_podium_command_serves_with_its_worker(stage: Stage, sqlite_template: Path) -> None:
    copy_sqlite(sqlite_template, stage.folder / "podium.sqlite3")
    podium = Path(sysconfig.get_path("scripts"), "podium")
    ours = {"DATA_DIR": str(stage.folder), "PORT": str(stage.port), "PODIUM_ENV": "test"}
    supervisor = subprocess.Popen(  # noqa: S603 - our own command
        [podium, "serve"],
        cwd=stage.folder,
        env={"PATH": os.environ["PATH"], "HOME": str(stage.folder), **ours},
        stdout=subprocess.PIPE,
        text=True,
    )
    stage.started.append(supervisor)

    assert first_line(supervisor) == stage.url
    family = children(supervisor.pid)
    assert len(family) == 2
    if sys.platform == "linux":
        # Who only watches the others keeps none of the application, whose libraries these are.
        assert "site-packages" not in Path(f"/proc/{supervisor.pid}/maps").read_text()
    supervisor.terminate()

    assert supervisor.wait(PATIENCE) == 0
    assert not any(alive(pid) for pid in family)
