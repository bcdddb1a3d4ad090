"""The process in which one picture is decoded: `python -m media.images.child TASK`.

Everything that a crafted file can make crash, hang or swallow memory happens here, under limits
that the process sets itself. It says READY once it could start, and leaves its verdict and the
renditions in the task's folder, where `isolate` reads them.
"""

import json
import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from app.errors import InvalidError
from media.images.probe import probe
from media.images.render import render
from media.limits import AssetKind, Limits

READY = b"ready"
RESULT = "result.json"


@dataclass(frozen=True)
class Task:
    """What the parent asks for: a file, a folder for the result, and how much may be spent.

    `memory` is bytes of address space, `seconds` CPU time; `max_bytes`, `max_pixels` and `formats`
    are those of `Limits`.
    """

    source: str
    folder: str
    memory: int
    seconds: int
    max_bytes: int
    max_pixels: int
    formats: list[str]


def main(task: Task) -> None:
    """Probe and render the task's file."""
    _restrict(task)
    sys.stdout.buffer.write(READY)
    sys.stdout.flush()
    draft = Path(task.folder) / "draft.json"
    draft.write_text(json.dumps(_judge(task)), encoding="utf-8")
    draft.replace(Path(task.folder) / RESULT)


def _restrict(task: Task) -> None:
    """Give this process its limits, and no core dump: it would hold somebody's private picture."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (task.memory, task.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (task.seconds, task.seconds + 1))


def _judge(task: Task) -> dict[str, object]:
    """Return either a picture and its renditions, or the words and code of a refusal."""
    source = Path(task.source)
    limits = Limits(
        kinds=frozenset({AssetKind.PICTURE}),
        max_bytes=task.max_bytes,
        max_pixels=task.max_pixels,
        formats=frozenset(task.formats),
    )
    try:
        with source.open("rb") as file:
            picture = probe(file, limits)
        renditions = []
        for made in render(source, picture):
            (Path(task.folder) / f"{made.width_name}.webp").write_bytes(made.data)
            renditions.append([made.width_name, made.width, made.height])
    except InvalidError as refusal:
        return {"message": refusal.message, "code": refusal.reason, "params": refusal.params}
    return {"picture": asdict(picture), "renditions": renditions}


if __name__ == "__main__":
    main(Task(**json.loads(sys.argv[1])))
