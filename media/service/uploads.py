"""Taking files in; the bytes go to the store, the row says where they stand."""

import hashlib
import secrets
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.authz import Actor
from app.jobs import enqueue
from media import keys
from media.images.probe import probe, probe_document
from media.limits import AssetKind, Limits
from media.models import Asset
from media.service.store import store
from media.states import AssetState, move

_CHUNK = 1024 * 1024


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
    """Take a file in: look at its header, keep its bytes as they are, have its renditions made.

    `file` is seekable. Raises InvalidError with a sentence for its sender, UnavailableError where
    the store does not answer; then nothing is kept.
    """
    width, height = None, None
    if kind is AssetKind.PICTURE:
        seen = probe(file, limits)
        media_type, width, height = seen.media_type, seen.width, seen.height
    else:
        media_type = probe_document(file, limits).media_type
    size, digest = _measure(file)
    public_id = secrets.token_hex(16)
    # The object first: a row that names bytes nobody has would be a lie.
    store().put(keys.original(public_id), file, media_type=media_type)
    asset = Asset(
        public_id=public_id,
        owner_id=actor.user_id,
        kind=kind,
        state=move(AssetState.AWAITING, AssetState.RECEIVED),
        filename=_plain_name(filename),
        media_type=media_type,
        bytes=size,
        sha256=digest,
        width=width,
        height=height,
        created_at=now,
        updated_at=now,
    )
    session.add(asset)
    session.flush()
    enqueue(session, "media.process", public_id)
    return asset


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
