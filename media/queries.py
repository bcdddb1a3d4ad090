"""Reading assets."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.authz import Actor
from app.errors import NotFoundError
from media.limits import AssetKind
from media.models import Asset
from media.states import AssetState


def find_asset(session: Session, public_id: str) -> Asset | None:
    """Return the asset with this public id that still exists, its renditions loaded."""
    return session.scalar(
        select(Asset)
        .where(Asset.public_id == public_id, Asset.state != AssetState.DISCARDED)
        .options(selectinload(Asset.renditions))
    )


def get_asset(session: Session, public_id: str) -> Asset:
    """Return the asset with this public id; NotFoundError where there is none."""
    asset = find_asset(session, public_id)
    if asset is None:
        raise NotFoundError
    return asset


def own_assets(
    session: Session, *, actor: Actor, public_ids: Sequence[str], kind: AssetKind
) -> list[Asset]:
    """Return the actor's assets with these public ids, in that order; NotFoundError for others."""
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
            .options(selectinload(Asset.renditions))
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
    return list(session.scalars(select(Asset.public_id).where(stale | lost).limit(200)))


def unclaimed_assets(session: Session, *, before: datetime) -> list[Asset]:
    """Return assets that nothing has used since `before`."""
    return list(
        session.scalars(
            select(Asset)
            .where(
                Asset.claimed_at.is_(None),
                Asset.updated_at < before,
                Asset.state != AssetState.DISCARDED,
            )
            .limit(200)
        )
    )
