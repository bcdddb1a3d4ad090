"""Reading assets."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, load_only, selectinload

from app.authz import Actor
from app.errors import NotFoundError
from media.limits import AssetKind
from media.models import Asset
from media.states import AssetState

MINUTES_WORTH = 20
"""Pictures that one sweep takes on: it shares the worker with mails, and the next one follows."""


def find_asset(session: Session, public_id: str, *, lock: bool = False) -> Asset | None:
    """Return the asset with this public id that still exists, its renditions loaded.

    With `lock` nobody else can change it before this transaction ends.
    """
    wanted = (
        select(Asset)
        .where(Asset.public_id == public_id, Asset.state != AssetState.DISCARDED)
        .options(selectinload(Asset.renditions))
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalar(wanted)


def get_asset(session: Session, public_id: str, *, lock: bool = False) -> Asset:
    """Return the asset as `find_asset` does; NotFoundError where there is none."""
    asset = find_asset(session, public_id, lock=lock)
    if asset is None:
        raise NotFoundError
    return asset


def count_awaiting(session: Session, *, actor: Actor) -> int:
    """Return how many of the actor's uploads have not come to their end."""
    found = session.scalar(
        select(func.count(Asset.id)).where(
            Asset.owner_id == actor.user_id, Asset.state == AssetState.AWAITING
        )
    )
    return found or 0


def own_assets(
    session: Session, *, actor: Actor, public_ids: Sequence[str], kind: AssetKind
) -> list[Asset]:
    """Return the actor's assets with these public ids, in that order; NotFoundError for others.

    They are locked: a sweep that finds them unclaimed at this moment waits, and then does not.
    """
    found = {
        asset.public_id: asset
        for asset in session.scalars(
            select(Asset)
            .where(
                Asset.public_id.in_(public_ids),
                Asset.owner_id == actor.user_id,
                Asset.kind == kind,
                Asset.state != AssetState.DISCARDED,
            )
            .order_by(Asset.id)
            .options(selectinload(Asset.renditions))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    }
    if len(found) != len(set(public_ids)):
        raise NotFoundError
    return [found[public_id] for public_id in public_ids]


def stuck_assets(
    session: Session, *, received_before: datetime, lost_before: datetime
) -> list[str]:
    """Return the public ids of what the queue forgot, or what died in a worker's hands."""
    stale = (Asset.state == AssetState.RECEIVED) & (Asset.updated_at < received_before)
    lost = (Asset.state == AssetState.PROCESSING) & (Asset.updated_at < lost_before)
    return list(
        session.scalars(
            select(Asset.public_id)
            .where(stale | lost)
            .order_by(Asset.updated_at)
            .limit(MINUTES_WORTH)
        )
    )


def unclaimed_assets(session: Session, *, before: datetime) -> list[Asset]:
    """Return assets that nothing has used, and no worker touched, since `before`; locked."""
    return list(
        session.scalars(
            select(Asset)
            .where(
                Asset.claimed_at.is_(None),
                Asset.updated_at < before,
                Asset.state != AssetState.DISCARDED,
            )
            .limit(200)
            .with_for_update(skip_locked=True)
        )
    )


def discarded_assets(session: Session) -> list[str]:
    """Return the public ids of assets whose objects and row are still to go.

    In no order, so that one that cannot be deleted holds up the others only at times.
    """
    return list(
        session.scalars(
            select(Asset.public_id)
            .where(Asset.state == AssetState.DISCARDED)
            .order_by(func.random())
            .limit(200)
        )
    )


def find_discarded(session: Session, public_id: str) -> Asset | None:
    """Return a discarded asset whose objects and row are still to go."""
    return session.scalar(
        select(Asset).where(Asset.public_id == public_id, Asset.state == AssetState.DISCARDED)
    )


def assets_after(session: Session, asset_id: int, *, limit: int) -> list[Asset]:
    """Return the next assets by id, discarded ones too, with what tells their objects."""
    return list(
        session.scalars(
            select(Asset)
            .where(Asset.id > asset_id)
            .order_by(Asset.id)
            .limit(limit)
            .options(
                load_only(Asset.public_id, Asset.state, Asset.bytes),
                selectinload(Asset.renditions),
            )
        )
    )


def open_uploads(session: Session) -> list[tuple[str, str]]:
    """Return public id and upload id of every asset whose parts still come in or are to go."""
    found = session.execute(
        select(Asset.public_id, Asset.upload_id).where(Asset.upload_id.is_not(None))
    )
    return [(public_id, upload_id) for public_id, upload_id in found if upload_id is not None]
