"""Taking files in; the bytes go to the store, the row says where they stand.

A file comes whole, with a form, or in parts that a script sends straight to the store. What talks
to the store has no session: nobody waits for the database while bytes travel.
"""

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import PurePath
from time import sleep
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.authz import Actor, require
from app.errors import N_, InvalidError, NotFoundError, UnavailableError
from app.jobs import enqueue
from media import keys, links
from media.images.probe import probe, probe_document, probe_video
from media.limits import MEBIBYTE, AssetKind, Limits, check_size
from media.models import Asset
from media.policies import owns
from media.queries import count_awaiting, find_asset, get_asset
from media.service.ranges import Ranges
from media.service.store import store
from media.states import AssetState, move
from media.stores.base import MissingObjectError, MissingPartError, Part

PART_SIZE = 5 * MEBIBYTE
"""S3's least for all parts but the last; the largest file we take has a hundred of them."""
MOST_OPEN = 20
PART_ADDRESS_LIVES = timedelta(hours=1)

_PAUSES = (0.1, 0.4, 1.0)
"""Seconds between looks at a file that another window may be putting together at this moment: not
every server keeps it from sight until it is whole."""

_CHUNK = MEBIBYTE
_UNKNOWN = "application/octet-stream"
"""What a file in parts is until its content was seen; the row's type is the one it is served as."""


class _TornError(InvalidError):
    """A file in the store has another size than its parts had."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in the store, looked at; `sha256` is None where only a worker will read it.

    `bytes` is its size; `width` and `height` are those of a picture.
    """

    public_id: str
    kind: AssetKind
    filename: str
    media_type: str
    bytes: int
    sha256: str | None
    width: int | None
    height: int | None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is coming in parts; `upload_id` is the store's name for it, `size` in bytes."""

    public_id: str
    upload_id: str
    kind: AssetKind
    filename: str
    size: int

    @property
    def key(self) -> str:
        """Where its object will lie."""
        return keys.original(self.public_id)

    @property
    def part_sizes(self) -> list[int]:
        """The size of each part, in bytes and in order."""
        return part_sizes(self.size)


@dataclass(frozen=True, slots=True)
class PartAddress:
    """Where one part is to be sent, and for how many seconds one may begin to."""

    url: str
    expires_in: int


def part_sizes(size: int) -> list[int]:
    """Return how a file of `size` bytes is cut: the size of each part, in bytes and in order."""
    whole, rest = divmod(size, PART_SIZE)
    return [PART_SIZE] * whole + ([rest] if rest else [])


def receive(
    session: Session,
    *,
    actor: Actor,
    file: BinaryIO,
    filename: str,
    kind: AssetKind,
    limits: Limits,
    now: datetime,
) -> Asset:
    """Take a file in, all in one: `keep` it and `record` it, for who holds nobody up."""
    kept = keep(file, filename=filename, kind=kind, limits=limits)
    return record(session, actor=actor, kept=kept, now=now)


# --- whole --------------------------------------------------------------------------------------


def keep(file: BinaryIO, *, filename: str, kind: AssetKind, limits: Limits) -> Kept:
    """Look at a file's content and put it into the store as it came.

    `file` is seekable. Raises InvalidError with a sentence for its sender, UnavailableError where
    the store does not answer; then nothing is kept. What is never recorded is swept.
    """
    media_type, width, height = _look(file, kind, limits)
    size, digest = _measure(file)
    public_id = secrets.token_hex(16)
    store().put(keys.original(public_id), file, media_type=media_type)
    return Kept(public_id, kind, _plain_name(filename), media_type, size, digest, width, height)


def record(session: Session, *, actor: Actor, kept: Kept, now: datetime) -> Asset:
    """Make the row of a file that lies in the store, and have its renditions made."""
    asset = Asset(
        public_id=kept.public_id,
        owner_id=actor.user_id,
        kind=kept.kind,
        filename=kept.filename,
        state=AssetState.AWAITING,
        created_at=now,
    )
    session.add(asset)
    _receive(session, asset, kept, now)
    return asset


# --- in parts -----------------------------------------------------------------------------------


def open_upload(*, filename: str, size: int, kind: AssetKind, limits: Limits) -> Upload:
    """Begin a file of `size` bytes in the store; raises InvalidError if that is none or too many.

    What is never awaited is swept.
    """
    check_size(size, limits)
    public_id = secrets.token_hex(16)
    upload_id = store().start_upload(keys.original(public_id), media_type=_UNKNOWN)
    return Upload(public_id, upload_id, kind, _plain_name(filename), size)


def check_open_uploads(session: Session, *, actor: Actor) -> None:
    """Refuse one more upload to somebody who leaves many unfinished."""
    if count_awaiting(session, actor=actor) >= MOST_OPEN:
        raise InvalidError(
            N_(
                "%(most)s of your uploads are unfinished. Finish or remove some of them first;"
                " those that rest for a day are removed by themselves."
            ),
            code="too-many-uploads",
            most=MOST_OPEN,
        )


def await_bytes(session: Session, *, actor: Actor, upload: Upload, now: datetime) -> Asset:
    """Make the row of a file whose parts will come."""
    asset = Asset(
        public_id=upload.public_id,
        owner_id=actor.user_id,
        kind=upload.kind,
        state=AssetState.AWAITING,
        upload_id=upload.upload_id,
        filename=upload.filename,
        media_type=_UNKNOWN,
        bytes=upload.size,
        created_at=now,
        updated_at=now,
    )
    session.add(asset)
    session.flush()
    return asset


def own_asset(session: Session, *, actor: Actor, public_id: str) -> Asset:
    """Return the actor's own asset; NotFoundError where there is none."""
    asset = get_asset(session, public_id)
    require(owns, actor, asset)
    return asset


def upload_of(asset: Asset) -> Upload:
    """Return the upload that an asset waits for; NotFoundError where its bytes are there."""
    if asset.state is not AssetState.AWAITING or asset.upload_id is None:
        raise NotFoundError
    return Upload(asset.public_id, asset.upload_id, asset.kind, asset.filename, asset.bytes)


def touch(session: Session, *, asset: Asset, now: datetime) -> None:
    """Note that somebody is still at an upload, however slow: it is not swept yet."""
    asset.updated_at = now
    session.flush()


def part_address(upload: Upload, number: int) -> PartAddress:
    """Return where part `number`, counted from 1, is to be sent; NotFoundError for no such part."""
    if not 1 <= number <= len(upload.part_sizes):
        raise NotFoundError
    size = upload.part_sizes[number - 1]
    url = store().part_url(
        upload.key, upload.upload_id, number, size=size, expires_in=PART_ADDRESS_LIVES
    ) or links.part_url(
        links.PartOf(upload.public_id, upload.upload_id, number, size),
        expires_in=PART_ADDRESS_LIVES,
    )
    return PartAddress(url, int(PART_ADDRESS_LIVES.total_seconds()))


def put_part(part: links.PartOf, file: BinaryIO) -> Part:
    """Take in a part whose address was signed, for a store that has no addresses of its own."""
    return store().put_part(
        keys.original(part.public_id), part.upload_id, part.number, file, size=part.size
    )


def parts_of(upload: Upload) -> list[Part]:
    """Return the parts that are there and have the right size.

    All of them where the object is made of them already, and nobody was told; raises NotFoundError
    where the store has neither.
    """
    try:
        return _whole_parts(upload, store().parts(upload.key, upload.upload_id))
    except MissingObjectError:
        store().stat(upload.key)
        return all_parts(upload.size)


def all_parts(size: int) -> list[Part]:
    """Return the list of parts of a file of `size` bytes of which nothing lacks any more."""
    return [Part(number, part, etag="") for number, part in enumerate(part_sizes(size), start=1)]


def assemble(upload: Upload, limits: Limits) -> Kept:
    """Make the file of its parts, and look at what it is; safe to repeat, also at once.

    Raises MissingPartError where it is not all there, NotFoundError where it is gone, and
    InvalidError with a sentence for its sender where it is not taken.
    """
    _finish(upload)
    for pause in _PAUSES:
        with suppress(UnavailableError, _TornError):
            return _inspect(upload, limits)
        sleep(pause)
    return _inspect(upload, limits)


def _inspect(upload: Upload, limits: Limits) -> Kept:
    if store().stat(upload.key).size != upload.size:
        raise _TornError(
            N_("This file did not arrive as it was sent; please upload it again."), code="altered"
        )
    with Ranges.of(
        store(), upload.key, upload.size, is_video=upload.kind is AssetKind.VIDEO
    ) as file:
        media_type, width, height = _look(file, upload.kind, limits)
    return Kept(
        upload.public_id,
        upload.kind,
        upload.filename,
        media_type,
        upload.size,
        None,
        width,
        height,
    )


def arrived(session: Session, *, asset: Asset, kept: Kept, now: datetime) -> Asset:
    """Record that the bytes an asset waited for are in the store, and have its renditions made."""
    _receive(session, asset, kept, now)
    return asset


def abort_upload(session: Session, *, public_id: str, now: datetime) -> None:
    """Give up an asset whose bytes have not all come; what is in the store of it is deleted soon.

    Nothing happens to one that has arrived meanwhile, in another window.
    """
    asset = find_asset(session, public_id, lock=True)
    if asset is None or asset.state is not AssetState.AWAITING:
        return
    asset.state, asset.updated_at = move(asset.state, AssetState.DISCARDED), now
    session.flush()
    enqueue(session, "media.remove", public_id)


def _receive(session: Session, asset: Asset, kept: Kept, now: datetime) -> None:
    asset.state = move(asset.state, AssetState.RECEIVED)
    asset.upload_id = None
    asset.media_type, asset.bytes, asset.sha256 = kept.media_type, kept.bytes, kept.sha256
    asset.width, asset.height = kept.width, kept.height
    asset.updated_at = now
    session.flush()
    enqueue(session, "media.process", asset.public_id)


def _finish(upload: Upload) -> None:
    try:
        parts = _whole_parts(upload, store().parts(upload.key, upload.upload_id))
        if len(parts) < len(upload.part_sizes):
            raise MissingPartError
        store().finish_upload(upload.key, upload.upload_id, parts)
    except MissingObjectError:
        # Finished before, by another window or by somebody who died before saying so: the object
        # itself tells.
        return


def _whole_parts(upload: Upload, parts: Sequence[Part]) -> list[Part]:
    sizes = dict(enumerate(upload.part_sizes, start=1))
    return [part for part in parts if sizes.get(part.number) == part.size]


def _look(file: BinaryIO, kind: AssetKind, limits: Limits) -> tuple[str, int | None, int | None]:
    """Return media type, width and height by a file's content, or refuse it."""
    match kind:
        case AssetKind.PICTURE:
            seen = probe(file, limits)
            return seen.media_type, seen.width, seen.height
        case AssetKind.DOCUMENT:
            return probe_document(file, limits).media_type, None, None
        case AssetKind.VIDEO:
            return probe_video(file, limits).media_type, None, None


def _measure(file: BinaryIO) -> tuple[int, str]:
    """Return size and SHA-256 of `file`, and leave it at its start."""
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return size, digest.hexdigest()


def _plain_name(filename: str) -> str:
    """Return the last part of the name the sender's device gave the file, where printable."""
    name = PurePath(filename.replace("\\", "/")).name
    return "".join(c for c in name if c.isprintable()).strip(". ")[-255:] or "file"
