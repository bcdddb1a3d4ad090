"""Keeping database and store together: looking for what differs, and clearing what nobody names.

Nothing younger than a day is touched: a request in progress stores the object before its row.
"""

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, time, timedelta

from app.jobs import sweep
from app.transaction import transaction
from media import keys, queries, service
from media.models import Asset
from media.service.sweeping import rendition_keys
from media.states import AssetState
from media.storage import Comparison, Lack, Named, comparing, strays
from media.stores.base import CHECKS, MissingObjectError, OpenUpload, Store, StoredObject

log = logging.getLogger(__name__)

YOUNG = timedelta(days=1)
NIGHT = time(3, 17)
"""When the worker clears up, in UTC: not on the full hour, when everybody's machines do."""
TOO_MANY = 100
"""More orphans than this, and than one object in ten, are no leftovers but a wrong database."""

_PAGE = 500
_ROOTS = (*keys.ROOTS, CHECKS)
_WITHOUT_OBJECTS = frozenset({AssetState.AWAITING, AssetState.DISCARDED})
_CHANGING = frozenset({*_WITHOUT_OBJECTS, AssetState.RECEIVED, AssetState.PROCESSING})


@sweep
def clear_up(now: datetime) -> None:
    """Once a night, delete what no row names and give up what nobody awaits."""
    if (now.hour, now.minute) != (NIGHT.hour, NIGHT.minute):
        return
    store = service.store()
    store.tidy(before=now - YOUNG)
    for upload in stray_uploads(store, now=now):
        store.abort_upload(upload.key, upload.upload_id)
    with compare(store) as found:
        orphans = found.count_orphans(before=now - YOUNG)
        if orphans > max(TOO_MANY, found.stored // 10):
            log.error(
                "%d of %d stored objects are named by nothing in the database, which may be the"
                " wrong one; nothing was deleted: see `podium storage verify`",
                orphans,
                found.stored,
            )
            return
        delete_orphans(store, found, now=now)


def compare(store: Store) -> AbstractContextManager[Comparison]:
    """Read all of the store that is ours, and then all that the database names."""
    return comparing(_stored(store), _named())


def lacking(store: Store, found: Comparison) -> Iterator[Lack]:
    """Yield what the store lacks, asking it again: the object may have come in the meantime."""
    for lack in found.lacking():
        try:
            size = store.stat(lack.key).size
        except MissingObjectError:
            size = None
        if size != lack.size:
            yield Lack(lack.key, lack.size, size)


def orphans(found: Comparison, *, now: datetime) -> Iterator[StoredObject]:
    """Yield the objects older than a day that no row names."""
    return found.orphans(before=now - YOUNG)


def delete_orphans(store: Store, found: Comparison, *, now: datetime) -> int:
    """Delete the orphans; return how many."""
    count = 0
    for orphan in orphans(found, now=now):
        log.info("deleting %s, which no row names", orphan.key)
        store.delete(orphan.key)
        count += 1
    return count


def stray_uploads(store: Store, *, now: datetime) -> list[OpenUpload]:
    """Return the open uploads older than a day that no asset has."""
    ours = [upload for upload in store.uploads() if upload.key.startswith(keys.ROOTS)]
    with transaction() as session:
        awaited = {(keys.original(name), upload) for name, upload in queries.open_uploads(session)}
    return list(strays(ours, awaited, before=now - YOUNG))


def _stored(store: Store) -> Iterator[StoredObject]:
    for root in _ROOTS:
        yield from store.objects(root)


def _named() -> Iterator[Named]:
    """Yield what the rows name, a page to a transaction, so that nobody waits for the whole."""
    last = 0
    while True:
        with transaction() as session:
            page = queries.assets_after(session, last, limit=_PAGE)
        if not page:
            return
        for asset in page:
            yield from _objects_of(asset)
        last = page[-1].id


def _objects_of(asset: Asset) -> Iterator[Named]:
    """Yield the objects that an asset must have, and those that it may have just now."""
    name = asset.public_id
    has_objects = asset.state not in _WITHOUT_OBJECTS
    yield Named(keys.original(name), asset.bytes if has_objects else None)
    if has_objects:
        for made in asset.renditions:
            yield Named(keys.rendition(name, made.name, made.format), made.bytes)
    if asset.state in _CHANGING:
        for key in rendition_keys(name):
            yield Named(key, None)
