"""Who uses an asset: what an entry has claimed is kept, the rest is swept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.authz import Actor
from media.limits import AssetKind
from media.models import Asset
from media.queries import own_assets


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
