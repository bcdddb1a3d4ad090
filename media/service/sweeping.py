"""Letting go of what nobody uses any more: first the use, then the objects, then the row."""

from datetime import datetime, timedelta
from itertools import product

from sqlalchemy import delete
from sqlalchemy.orm import Session

from media import keys
from media.limits import RENDITION_WIDTHS, RenditionFormat
from media.models import Asset
from media.queries import unclaimed_assets
from media.service.store import store
from media.states import AssetState, move

UNUSED_AFTER = timedelta(days=1)


def discard_unclaimed(session: Session, *, now: datetime) -> None:
    """Let nobody use any more what nobody has used for a day; its objects are still there."""
    for asset in unclaimed_assets(session, before=now - UNUSED_AFTER):
        asset.state, asset.updated_at = move(asset.state, AssetState.DISCARDED), now
        asset.reason = None
    session.flush()


def delete_objects(public_id: str, upload_id: str | None) -> None:
    """Delete all that may lie in the store of an asset, also of one whose processing broke off."""
    if upload_id is not None:
        store().abort_upload(keys.original(public_id), upload_id)
    for key in (keys.original(public_id), *rendition_keys(public_id)):
        store().delete(key)


def rendition_keys(public_id: str) -> list[str]:
    """Return the keys of all renditions that there may be of an asset."""
    return [
        keys.rendition(public_id, width, form)
        for width, form in product(RENDITION_WIDTHS, RenditionFormat)
    ]


def forget(session: Session, *, public_id: str) -> None:
    """Drop the row of a discarded asset; its objects must already be gone."""
    session.execute(
        delete(Asset).where(Asset.public_id == public_id, Asset.state == AssetState.DISCARDED)
    )
