"""What the worker does with assets: renditions, and sweeping what is stuck or unused.

The work lies between short transactions, so that nobody waits for a lock while pixels are made or
a store is slow. A worker may die at any point: what it held is taken up again after LOST_AFTER,
what it had discarded is deleted by the next sweep.
"""

import hashlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from tempfile import TemporaryFile
from typing import BinaryIO

from flask import current_app

from app import clock
from app.errors import InvalidError, UnavailableError
from app.jobs import job, sweep
from app.settings import Settings
from app.transaction import transaction
from media import keys, queries, service
from media.images.isolate import INTERRUPTED, make_renditions
from media.images.made import Made
from media.limits import AssetKind, Limits, RenditionFormat
from media.models import Asset
from media.service import processing, sweeping

log = logging.getLogger(__name__)

FORGOTTEN_AFTER = timedelta(minutes=1)

_CHUNK = 1024 * 1024


@job("media.process")
def process(public_id: str) -> None:
    """Make one asset's renditions; safe to run twice, also at once.

    Raises UnavailableError where the store does not answer, with the asset back in the line.
    """
    with transaction() as session:
        asset = processing.begin(session, public_id=public_id, now=clock.now())
    if asset is None:
        return
    try:
        sha256, made = _make(asset)
    except InvalidError as refusal:
        _end(partial(processing.reject, refusal=refusal), public_id)
    except UnavailableError as error:
        # A child that is stopped each time may be what the machine has no memory for.
        _end(partial(processing.give_back, counts=error.reason == INTERRUPTED), public_id)
        raise
    else:
        _end(partial(processing.finish, sha256=sha256, made=made), public_id)


def _make(asset: Asset) -> tuple[str, Made | None]:
    """Read the original, make its renditions and store them; return its digest and what was made.

    A document's are those of its first page; nothing is made of a video.
    """
    processing.check_attempts(asset)
    # Without a name, so that a worker that is killed leaves nothing behind.
    with TemporaryFile(prefix="podium-") as original:
        sha256 = _fetch(asset, original)
        processing.check_digest(asset, sha256)
        if asset.kind is AssetKind.VIDEO:
            return sha256, None
        made = make_renditions(original, Limits(), kind=asset.kind, formats=_formats())
    for one in made.renditions:
        key = keys.rendition(asset.public_id, one.width_name, one.format)
        service.store().put(key, BytesIO(one.data), media_type=f"image/{one.format}")
    return sha256, made


def _fetch(asset: Asset, target: BinaryIO) -> str:
    """Copy the original to `target` and return its SHA-256; a video is only read, being large."""
    digest = hashlib.sha256()
    with service.store().open(keys.original(asset.public_id)) as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            if asset.kind is not AssetKind.VIDEO:
                target.write(chunk)
    target.flush()
    return digest.hexdigest()


def _formats() -> list[RenditionFormat]:
    settings: Settings = current_app.extensions["podium.settings"]
    return list(RenditionFormat) if settings.renditions_avif else [RenditionFormat.WEBP]


def _end(act: Callable[..., None], public_id: str) -> None:
    with transaction() as session:
        act(session, public_id=public_id, now=clock.now())


@sweep
def resume_stuck(now: datetime) -> None:
    """Process what the queue forgot or what died with its worker, oldest first."""
    with transaction() as session:
        stuck = queries.stuck_assets(
            session, received_before=now - FORGOTTEN_AFTER, lost_before=now - processing.LOST_AFTER
        )
    _each(stuck, process)


@sweep
def discard_unclaimed(now: datetime) -> None:
    """Remove what nothing has used for a day: first from use, then the objects, then the row."""
    with transaction() as session:
        sweeping.discard_unclaimed(session, now=now)
    with transaction() as session:
        discarded = queries.discarded_assets(session)
    _each(discarded, remove)


@job("media.remove")
def remove(public_id: str) -> None:
    """Delete a discarded asset's objects, and then its row; does nothing to any other."""
    with transaction() as session:
        asset = queries.find_discarded(session, public_id)
    if asset is None:
        return
    sweeping.delete_objects(public_id, asset.upload_id)
    with transaction() as session:
        sweeping.forget(session, public_id=public_id)


def _each(public_ids: Sequence[str], act: Callable[[str], None]) -> None:
    """Act on each asset; one that fails does not stop the others, a store that is down does."""
    for public_id in public_ids:
        try:
            act(public_id)
        except UnavailableError:
            raise
        except Exception:
            log.exception("asset %s could not be swept", public_id)
