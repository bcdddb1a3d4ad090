"""What can be done with assets; the bytes go to the store, the row says where they stand."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import PurePath
from typing import BinaryIO

from flask import current_app
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.authz import Actor
from app.errors import N_, InvalidError
from app.jobs import enqueue
from media import keys
from media.images.isolate import WALL_SECONDS
from media.images.probe import Picture, probe, probe_document
from media.images.render import Rendered
from media.limits import RENDITION_WIDTHS, AssetKind, Limits
from media.links import PictureView, document_url, original_url, picture
from media.models import Asset, Rendition
from media.queries import find_asset, own_assets, unclaimed_assets
from media.states import AssetState, move
from media.stores.base import Store

__all__ = ["PictureView", "claim", "document_url", "original_url", "picture", "receive", "release"]

ATTEMPTS = 3
"""How often an asset may take its worker down, or never come back, before it is rejected."""
LOST_AFTER = timedelta(seconds=WALL_SECONDS + 30)
"""Longer than any picture takes: who has not ended by then is dead."""
UNUSED_AFTER = timedelta(days=1)
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


def begin(session: Session, *, public_id: str, now: datetime) -> Asset | None:
    """Take an asset in hand for processing; None where it is done, gone, or in other hands.

    The row is locked, so of two workers one gets it. Hands that have held it for LOST_AFTER are
    taken for dead; should they come back, whoever ends first has ended it, and the other's
    `finish`, `reject` or `give_back` does nothing: both make the same renditions of the same bytes.
    """
    asset = find_asset(session, public_id, lock=True)
    if asset is None:
        return None
    if asset.state is AssetState.PROCESSING and asset.updated_at < now - LOST_AFTER:
        asset.state = move(asset.state, AssetState.RECEIVED)
    if asset.state is not AssetState.RECEIVED:
        return None
    asset.state, asset.updated_at = move(asset.state, AssetState.PROCESSING), now
    asset.attempts += 1
    session.flush()
    return asset


def check_attempts(asset: Asset) -> None:
    """Refuse an asset whose processing ended without an end each time, by a crash or a kill."""
    if asset.attempts > ATTEMPTS:
        raise InvalidError(
            N_(
                "No picture could be made of this file;"
                " please save it again as JPEG and upload that."
            ),
            code="damaged",
        )


def give_back(session: Session, *, public_id: str, counts: bool, now: datetime) -> None:
    """Put an asset back in the line; `counts` unless the asset itself cannot be the cause."""
    asset = _in_hand(session, public_id)
    if asset is None:
        return
    asset.state, asset.updated_at = move(asset.state, AssetState.RECEIVED), now
    asset.attempts -= not counts
    session.flush()


def finish(
    session: Session,
    *,
    public_id: str,
    picture: Picture | None,
    renditions: Sequence[Rendered],
    now: datetime,
) -> None:
    """Record that the renditions are in the store; a document has neither them nor a `picture`."""
    asset = _in_hand(session, public_id)
    if asset is None:
        return
    asset.renditions = [
        Rendition(name=made.width_name, width=made.width, height=made.height, bytes=len(made.data))
        for made in renditions
    ]
    if picture is not None:
        asset.width, asset.height = picture.width, picture.height
    asset.state, asset.updated_at = move(asset.state, AssetState.READY), now
    session.flush()


def reject(session: Session, *, public_id: str, reason: str, now: datetime) -> None:
    """Record why no picture could be made of an asset, in a sentence for its sender."""
    asset = _in_hand(session, public_id)
    if asset is None:
        return
    asset.state, asset.updated_at = move(asset.state, AssetState.REJECTED), now
    asset.reason = reason[:300]
    session.flush()


def _in_hand(session: Session, public_id: str) -> Asset | None:
    asset = find_asset(session, public_id, lock=True)
    return asset if asset is not None and asset.state is AssetState.PROCESSING else None


def discard_unclaimed(session: Session, *, now: datetime) -> None:
    """Let nobody use any more what nobody has used for a day; its objects are still there."""
    for asset in unclaimed_assets(session, before=now - UNUSED_AFTER):
        asset.state, asset.updated_at = move(asset.state, AssetState.DISCARDED), now
        asset.reason = None
    session.flush()


def delete_objects(public_id: str) -> None:
    """Delete all that may lie in the store of an asset, also of one whose processing broke off."""
    store().delete(keys.original(public_id))
    for width in RENDITION_WIDTHS:
        store().delete(keys.rendition(public_id, width))


def forget(session: Session, *, public_id: str) -> None:
    """Drop the row of a discarded asset; its objects must already be gone."""
    session.execute(
        delete(Asset).where(Asset.public_id == public_id, Asset.state == AssetState.DISCARDED)
    )


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
