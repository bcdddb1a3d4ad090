"""The wall: a file is decoded in a process of its own, so that a bad one costs one job.

Decoders are large C programs that are fed strangers' files. The process has limits of memory and
time, none of our secrets in its environment, and hands back a file of JSON and bytes, nothing that
runs on reading. Originals and results lie in files without a name: whoever dies leaves none behind.
"""

import json
import logging
import signal
from collections.abc import Sequence
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from app.errors import N_, InvalidError, UnavailableError
from media.images.errand import Ended, Task
from media.images.facts import Facts
from media.images.made import Made, Rendered
from media.images.nursery import GoneError, run
from media.images.probe import Picture
from media.images.refusals import damaged, damaged_document
from media.limits import AssetKind, Limits, RenditionFormat

log = logging.getLogger(__name__)

MEMORY_BYTES = 480 * 1024**2
"""Private memory; what `weight` lets through needs less, beside the 50 MB of programs it shares."""
CPU_SECONDS = 10
WALL_SECONDS = 120.0

INTERRUPTED = "interrupted"
"""The reason of an UnavailableError for a child that somebody stopped, not a store that is down."""


def make_renditions(
    source: BinaryIO,
    limits: Limits,
    *,
    kind: AssetKind = AssetKind.PICTURE,
    formats: Sequence[RenditionFormat] = (RenditionFormat.WEBP,),
) -> Made:
    """Return what the file `source` is and all that is made of it, renditions smallest first.

    `source` is a file of the operating system's, with a name or without; `kind` is a picture or a
    document. Blocks, for 0.1 to a few seconds. Raises InvalidError as `probe` does, with "damaged"
    also if the decoder crashed, hung or wanted too much; UnavailableError if somebody else stopped
    the child, which says nothing about the file; RuntimeError if children cannot even start.
    """
    with TemporaryFile(prefix="podium-") as result:
        ended = attempt(source, result, limits, kind=kind, formats=formats)
        if ended.status in {-signal.SIGHUP, -signal.SIGINT, -signal.SIGKILL, -signal.SIGTERM}:
            raise _interrupted()
        result.seek(0)
        if ended.status != 0:
            raise _broken(kind)
        return _collect(result, kind)


def attempt(
    source: BinaryIO,
    result: BinaryIO,
    limits: Limits,
    *,
    kind: AssetKind = AssetKind.PICTURE,
    formats: Sequence[RenditionFormat] = (RenditionFormat.WEBP,),
) -> Ended:
    """Let a child write into `result` what it makes of `source`; return how it ended."""
    task = Task(
        kind=kind,
        memory=MEMORY_BYTES,
        cpu=CPU_SECONDS,
        wall=WALL_SECONDS,
        max_bytes=limits.max_bytes,
        max_pixels=limits.max_pixels,
        formats=sorted(limits.formats),
        renditions=list(formats),
    )
    try:
        ended = run(task, source.fileno(), result.fileno())
    except GoneError as error:
        raise _interrupted() from error
    log.debug("status %d, %d bytes, %.2f CPU seconds", ended.status, ended.peak, ended.cpu)
    return ended


def _interrupted() -> UnavailableError:
    return UnavailableError(
        N_("The work on this picture was interrupted; it will be resumed."), code=INTERRUPTED
    )


def _broken(kind: AssetKind) -> InvalidError:
    return damaged_document() if kind is AssetKind.DOCUMENT else damaged()


def _collect(result: BinaryIO, kind: AssetKind) -> Made:
    """Read what the child left, or raise the refusal that it wrote down."""
    words = json.loads(result.readline())
    if "message" in words:
        raise InvalidError(words["message"], code=words["code"], **words["params"])
    if "renditions" not in words:
        # Not said by a picture that wanted more memory than there is; anything else is our fault.
        if "fault" in words:
            log.error("a picture could not be made:\n%s", words["fault"])
        raise _broken(kind)
    return Made(
        picture=Picture(**words["picture"]) if words["picture"] else None,
        renditions=[
            Rendered(name, width, height, result.read(size), RenditionFormat(form))
            for name, width, height, form, size in words["renditions"]
        ],
        preview=bytes.fromhex(words["preview"]),
        fingerprint=bytes.fromhex(words["fingerprint"]) if words["fingerprint"] else None,
        facts=_facts(words["facts"]),
    )


def _facts(said: dict[str, Any]) -> Facts:
    taken_at = said["taken_at"]
    return Facts(**said | {"taken_at": taken_at and datetime.fromisoformat(taken_at)})
