"""What can be done with assets; the bytes go to the store, the row says where they stand."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from flask import current_app
from sqlalchemy.orm import Session

from app.authz import Actor
from app.errors import N_, InvalidError
from app.jobs import enqueue
from media import keys
from media.images.probe import Picture, probe, probe_document
from media.images.render import Rendered
from media.limits import AssetKind, Limits
from media.links import PictureView, document_url, original_url, picture
from media.models import Asset, Rendition
from media.queries import own_assets
from media.states import AssetState, move
from media.stores.base import Store

__all__ = [
    "PictureView",
    "claim",
    "document_url",
    "original_url",
    "picture",
    "receive",
    "release",
    "store",
]

ATTEMPTS = 3
_CHUNK = 1024 * 1024


def store() -> Store:
    """Return the application's store."""
    found: Store = current_app.extensions["podium.store"]
    return found


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


def claim(
    session: Session, *, actor: Actor, public_ids: Sequence[str], kind: AssetKind, now: datetime
) -> list[Asset]:
    """Keep the actor's own assets from being swept, because something uses them now."""
    assets = own_assets(session, actor=actor, public_ids=public_ids, kind=kind)
    for asset in assets:
        asset.claimed_at = now
    session.flush()
    return assets


def release(session: Session, *, assets: Sequence[Asset], now: datetime) -> None:
    """Say that nothing uses these assets any more; the sweep discards them a day later."""
    for asset in assets:
        asset.claimed_at, asset.updated_at = None, now
    session.flush()


def begin(session: Session, *, asset: Asset, now: datetime) -> bool:
    """Take an asset in hand for processing; False where another worker has it or it is done."""
    if asset.state is AssetState.PROCESSING:
        # Whoever had it is gone; the caller has waited long enough to know.
        asset.state = move(asset.state, AssetState.RECEIVED)
    if asset.state is not AssetState.RECEIVED:
        return False
    asset.state, asset.updated_at = move(asset.state, AssetState.PROCESSING), now
    asset.attempts += 1
    session.flush()
    return True


def give_back(session: Session, *, asset: Asset, now: datetime) -> None:
    """Put an asset back in the line, for when a part we depend on does not answer."""
    asset.state, asset.updated_at = move(asset.state, AssetState.RECEIVED), now
    asset.attempts -= 1
    session.flush()


def finish(
    session: Session,
    *,
    asset: Asset,
    picture: Picture | None,
    renditions: Sequence[Rendered],
    now: datetime,
) -> None:
    """Record that the renditions are in the store."""
    asset.renditions = [
        Rendition(name=made.width_name, width=made.width, height=made.height, bytes=len(made.data))
        for made in renditions
    ]
    if picture is not None:
        asset.width, asset.height = picture.width, picture.height
    asset.state, asset.updated_at = move(asset.state, AssetState.READY), now
    session.flush()


def reject(session: Session, *, asset: Asset, reason: str, now: datetime) -> None:
    """Record why no picture could be made of an asset, in a sentence for its sender."""
    asset.state, asset.updated_at = move(asset.state, AssetState.REJECTED), now
    asset.reason = reason[:300]
    session.flush()


def discard(session: Session, *, asset: Asset, now: datetime) -> None:
    """Forget an asset; its objects must already be gone from the store."""
    asset.state, asset.updated_at, asset.reason = move(asset.state, AssetState.DISCARDED), now, None
    asset.renditions = []
    session.flush()


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
    return "".join(c for c in name if c.isprintable())[-255:] or "file"


def too_often() -> InvalidError:
    """Make the refusal of a file that took its worker down each time."""
    return InvalidError(
        N_("No picture could be made of this file; please save it again as JPEG and upload that."),
        code="damaged",
    )
