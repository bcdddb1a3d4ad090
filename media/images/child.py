"""The processes in which files are decoded: `python -m media.images.child SOCKET`.

This one imports the decoders once and decodes nothing. For each task that comes through its socket
it forks a child, which sets itself limits, and in which everything happens that a crafted file can
make crash, hang or swallow memory. The child writes its verdict and what it made into the file it
was given, and this process says how it ended. It has none of our secrets in its environment, and
goes when its parent does.
"""

import json
import os
import resource
import signal
import socket
import sys
import traceback
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyvips

from app.errors import InvalidError
from media.images.decode import decode
from media.images.document import draw_first_page
from media.images.errand import MOST_MESSAGE, READY, Ended, Task
from media.images.facts import Facts
from media.images.fingerprint import fingerprint
from media.images.made import Rendered
from media.images.preview import preview
from media.images.probe import examine, probe_document
from media.images.render import cascade, encode, unreadable
from media.limits import RENDITION_WIDTHS, AssetKind, Limits, RenditionFormat

_FILES = 2
_MOST_RESULT = 256 * 1024 * 1024
"""Bytes a child may write, so that it cannot fill the disk."""


def main(parent: socket.socket) -> None:
    """Serve tasks until the parent is gone."""
    # Who stops a service may signal all of its processes at once: what is in hand is finished.
    for stopped in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stopped, signal.SIG_IGN)
    parent.sendall(READY)
    while True:
        message, files, _, _ = socket.recv_fds(parent, MOST_MESSAGE, _FILES)
        if not message:
            return
        ended = _in_child(parent, Task(**json.loads(message)), *files)
        for file in files:
            os.close(file)
        parent.sendall(json.dumps(asdict(ended)).encode() + b"\n")


def _in_child(parent: socket.socket, task: Task, source: int, result: int) -> Ended:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            parent.close()
            _restrict(task)
            _write(_verdict(task, Path(f"/dev/fd/{source}")), result)
            status = 0
        finally:
            os._exit(status)
    _, status, used = os.wait4(child, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    return Ended(
        os.waitstatus_to_exitcode(status), used.ru_maxrss * unit, used.ru_utime + used.ru_stime
    )


def _restrict(task: Task) -> None:
    """Give this process its limits, and no core dump: it would hold somebody's private picture."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (task.memory, task.memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST_RESULT, _MOST_RESULT))
    resource.setrlimit(resource.RLIMIT_CPU, (task.cpu, task.cpu + 1))
    # Ends the process by its alarm, also where a decoder waits for ever and uses no time.
    signal.setitimer(signal.ITIMER_REAL, task.wall)


Verdict = tuple[dict[str, Any], list[bytes]]
"""Plain values, and the bytes of the renditions in their order."""


def _verdict(task: Task, source: Path) -> Verdict:
    """Return all that was made of the file, the words of a refusal, or what went wrong with us."""
    try:
        return _make(task, source)
    except InvalidError as refusal:
        words = {"message": refusal.message, "code": refusal.reason, "params": refusal.params}
        return words, []
    except MemoryError:
        return {}, []
    except Exception:  # noqa: BLE001 - whatever it is belongs into the parent's log
        return {"fault": traceback.format_exc()}, []


def _make(task: Task, source: Path) -> Verdict:
    limits = Limits(
        kinds=frozenset(AssetKind),
        max_bytes=task.max_bytes,
        max_pixels=task.max_pixels,
        formats=frozenset(task.formats),
    )
    document = task.kind == AssetKind.DOCUMENT
    formats = [RenditionFormat(form) for form in task.renditions]
    words, largest = (_page if document else _picture)(source, limits)
    pictures = cascade(largest)
    del largest
    made: list[Rendered] = []
    for name, image in pictures:
        made = [*encode(image, name, formats), *made]
    mark = None if document else fingerprint(image.numpy())
    return words | {
        "renditions": [
            [one.width_name, one.width, one.height, one.format, len(one.data)] for one in made
        ],
        "preview": preview(image).hex(),
        "fingerprint": mark and mark.hex(),
    }, [one.data for one in made]


def _picture(source: Path, limits: Limits) -> tuple[dict[str, Any], pyvips.Image]:
    with source.open("rb") as file:
        picture, facts = examine(file, limits)
    said = asdict(facts) | {"taken_at": facts.taken_at and facts.taken_at.isoformat()}
    with unreadable():
        largest = decode(source, picture, RENDITION_WIDTHS[-1])
    return {"picture": asdict(picture), "facts": said}, largest


def _page(source: Path, limits: Limits) -> tuple[dict[str, Any], pyvips.Image]:
    with source.open("rb") as file:
        probe_document(file, limits)
    largest = draw_first_page(source, RENDITION_WIDTHS[-1])
    return {"picture": None, "facts": asdict(Facts())}, largest


def _write(verdict: Verdict, result: int) -> None:
    """Write a line of JSON and then the renditions."""
    words, data = verdict
    with os.fdopen(result, "wb") as file:
        file.write(json.dumps(words).encode() + b"\n")
        file.writelines(data)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
