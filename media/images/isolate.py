"""The wall: a picture is decoded in a process of its own, so that a bad one costs one job.

Decoders are large C programs that are fed strangers' files. The child has limits of memory and
time, none of our secrets in its environment, and hands back files and JSON, nothing that runs on
reading.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from app.errors import N_, InvalidError, UnavailableError
from media.images.child import READY, RESULT, Task
from media.images.facts import Facts
from media.images.probe import Picture
from media.images.refusals import damaged
from media.images.render import Rendered
from media.limits import AssetKind, Limits

MEMORY_BYTES = 3 * 1024**3
"""Address space; 100 megapixels took 1.8 GB as AVIF and about 1 GB in every other format."""
CPU_SECONDS = 60
WALL_SECONDS = 120

COMMAND = (sys.executable, "-m", "media.images.child")

_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = ("HOME", "LANG", "LD_LIBRARY_PATH", "PATH", "TMPDIR")
INTERRUPTED = "interrupted"
"""The reason of an UnavailableError for a child that somebody stopped, not a store that is down."""

_STOPPED = {-signal.SIGHUP, -signal.SIGINT, -signal.SIGKILL, -signal.SIGTERM}


@dataclass(frozen=True)
class Made:
    """All that is made of a file: `picture` is None for the first page of a document.

    `preview` is a WebP of at most 100 bytes, `fingerprint` what `media.images.fingerprint`
    compares; a picture without any structure has none.
    """

    picture: Picture | None
    renditions: list[Rendered]
    preview: bytes | None = None
    fingerprint: bytes | None = None
    facts: Facts = field(default_factory=Facts)


def make_renditions(source: Path, limits: Limits) -> Made:
    """Return what the file at `source` is and all that is made of it, renditions smallest first.

    Blocks, for 0.2 to a few seconds. Raises InvalidError as `probe` does, with "damaged" also if
    the decoder crashed, hung or wanted too much; UnavailableError if somebody else stopped the
    child, which says nothing about the picture; RuntimeError if the child could not even start.
    """
    with TemporaryDirectory(prefix="podium-picture-") as folder:
        _run(
            Task(
                source=str(source.resolve()),
                folder=folder,
                memory=MEMORY_BYTES,
                seconds=CPU_SECONDS,
                max_bytes=limits.max_bytes,
                max_pixels=limits.max_pixels,
                formats=[f.name for f in limits.accepted({AssetKind.PICTURE})],
            )
        )
        return _collect(Path(folder))


def _run(task: Task) -> None:
    """Run the child to its end; return if it left a result, raise if not."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program, and the task is one JSON argument
            [*COMMAND, json.dumps(asdict(task))],
            cwd=_ROOT,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=WALL_SECONDS,
            check=False,
            # Ctrl-C on the worker is for the worker: it lets a picture in hand be finished.
            start_new_session=True,
        )
    except subprocess.TimeoutExpired as error:
        raise damaged() from error
    if (Path(task.folder) / RESULT).exists():
        return
    if done.returncode in _STOPPED:
        raise UnavailableError(
            N_("The work on this picture was interrupted; it will be resumed."), code=INTERRUPTED
        )
    if not done.stdout.startswith(READY):
        message = (
            f"the picture process did not start: {done.stderr[-2000:].decode('utf-8', 'replace')}"
        )
        raise RuntimeError(message)
    raise damaged()


def _collect(folder: Path) -> Made:
    """Read what the child left, or raise the refusal that it wrote down."""
    verdict = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    if "message" in verdict:
        raise InvalidError(verdict["message"], code=verdict["code"], **verdict["params"])
    return Made(
        Picture(**verdict["picture"]),
        [
            Rendered(name, width, height, (folder / f"{name}.webp").read_bytes())
            for name, width, height in verdict["renditions"]
        ],
    )
