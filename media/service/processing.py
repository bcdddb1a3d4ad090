"""What the worker does to an asset's row: take it in hand, finish it, reject it, give it back."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.errors import N_, InvalidError
from media.images.isolate import WALL_SECONDS
from media.images.made import Made
from media.images.refusals import altered
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


def check_digest(asset: Asset, sha256: str) -> None:
    """Refuse an original whose bytes are not those that were taken in."""
    if asset.sha256 is not None and asset.sha256 != sha256:
        raise altered()


def finish(
    session: Session, *, public_id: str, sha256: str, made: Made | None, now: datetime
) -> None:
    """Record the original's digest and what was `made` of it, whose renditions are in the store.

    Of a video nothing is made; of a document the picture of its first page, if it has one.
    """
    asset = _in_hand(session, public_id)
    if asset is None:
        return
    asset.sha256 = sha256
    if made is not None:
        _describe(asset, made)
    asset.state, asset.updated_at = move(asset.state, AssetState.READY), now
    session.flush()


def _describe(asset: Asset, made: Made) -> None:
    asset.renditions = [
        Rendition(
            name=one.width_name,
            format=one.format,
            width=one.width,
            height=one.height,
            bytes=len(one.data),
        )
        for one in made.renditions
    ]
    if made.picture is not None:
        asset.width, asset.height = made.picture.width, made.picture.height
    asset.preview, asset.fingerprint = made.preview, made.fingerprint
    asset.camera, asset.taken_at = made.facts.camera, made.facts.taken_at
    asset.latitude, asset.longitude = made.facts.latitude, made.facts.longitude


def reject(session: Session, *, public_id: str, refusal: InvalidError, now: datetime) -> None:
    """Record why an asset was refused, as a message that is put into words when it is read."""
    asset = _in_hand(session, public_id)
    if asset is None:
        return
    asset.state, asset.updated_at = move(asset.state, AssetState.REJECTED), now
    asset.reason, asset.reason_params = refusal.message, refusal.params
    session.flush()


def _in_hand(session: Session, public_id: str) -> Asset | None:
    asset = find_asset(session, public_id, lock=True)
    return asset if asset is not None and asset.state is AssetState.PROCESSING else None
