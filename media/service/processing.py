"""What the worker does to an asset's row: take it in hand, finish it, reject it, give it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.errors import N_, InvalidError
from media.images.isolate import WALL_SECONDS
from media.images.probe import Picture
from media.images.render import Rendered
from media.models import Asset, Rendition
from media.queries import find_asset
from media.states import AssetState, move

ATTEMPTS = 3
"""How often an asset may take its worker down, or never come back, before it is rejected."""
LOST_AFTER = timedelta(seconds=WALL_SECONDS + 30)
"""Longer than any picture takes: who has not ended by then is dead."""


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
