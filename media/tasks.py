"""What the worker does with assets: renditions, and sweeping what is stuck or unused.

A picture takes three steps with the work between two short transactions, so that nobody waits for a
lock while pixels are made, and a worker that dies leaves a row that the sweep finds.
"""

import logging
import shutil
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from app import clock
from app.errors import InvalidError, UnavailableError
from app.jobs import job, sweep
from app.transaction import transaction
from app.web import render_message
from media import keys, queries, service
from media.images.isolate import WALL_SECONDS, make_renditions
from media.images.probe import Picture
from media.images.render import Rendered
from media.limits import AssetKind, Limits

log = logging.getLogger(__name__)

FORGOTTEN_AFTER = timedelta(minutes=1)
LOST_AFTER = timedelta(seconds=WALL_SECONDS + 30)
UNUSED_AFTER = timedelta(days=1)


@job("media.process")
def process(public_id: str) -> None:
    """Make one asset's renditions; safe to run twice."""
    with transaction() as session:
        asset = queries.find_asset(session, public_id)
        if asset is None or not service.begin(session, asset=asset, now=clock.now()):
            return
        kind, attempts = asset.kind, asset.attempts
    try:
        if attempts > service.ATTEMPTS:
            raise service.too_often()
        picture, renditions = _render(public_id) if kind is AssetKind.PICTURE else (None, [])
        for made in renditions:
            key = keys.rendition(public_id, made.width_name)
            service.store().put(key, BytesIO(made.data), media_type="image/webp")
    except InvalidError as refusal:
        _reject(public_id, refusal)
    except UnavailableError:
        log.warning("asset %s goes back in the line", public_id, exc_info=True)
        _give_back(public_id)
    else:
        _finish(public_id, picture, renditions)


def _render(public_id: str) -> tuple[Picture, list[Rendered]]:
    with TemporaryDirectory(prefix="podium-original-") as folder:
        path = Path(folder) / "original"
        with service.store().open(keys.original(public_id)) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target)
        return make_renditions(path, Limits())


def _finish(public_id: str, picture: Picture | None, renditions: list[Rendered]) -> None:
    with transaction() as session:
        asset = queries.get_asset(session, public_id)
        service.finish(
            session, asset=asset, picture=picture, renditions=renditions, now=clock.now()
        )


def _reject(public_id: str, refusal: InvalidError) -> None:
    with transaction() as session:
        asset = queries.get_asset(session, public_id)
        service.reject(session, asset=asset, reason=render_message(refusal), now=clock.now())


def _give_back(public_id: str) -> None:
    with transaction() as session:
        asset = queries.get_asset(session, public_id)
        service.give_back(session, asset=asset, now=clock.now())


@sweep
def resume_stuck(now: datetime) -> None:
    """Process what the queue forgot or what died with its worker."""
    with transaction() as session:
        stuck = queries.stuck_assets(
            session, received_before=now - FORGOTTEN_AFTER, lost_before=now - LOST_AFTER
        )
    for public_id in stuck:
        process(public_id)


@sweep
def discard_unclaimed(now: datetime) -> None:
    """Remove files that nothing has used for a day, objects first."""
    with transaction() as session:
        for asset in queries.unclaimed_assets(session, before=now - UNUSED_AFTER):
            store = service.store()
            store.delete(keys.original(asset.public_id))
            for made in asset.renditions:
                store.delete(keys.rendition(asset.public_id, made.name))
            service.discard(session, asset=asset, now=now)
