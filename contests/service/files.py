"""The files of an entry's working copy: taking them in, putting them in order, letting them go."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from sqlalchemy.orm import Session

from app.authz import Actor
from app.errors import N_, InvalidError, NotFoundError
from contests.models import Contest, Entry, EntryVersion, VersionAsset
from contests.queries import entries as queries
from contests.service.entries import check_writable, open_working, release_unused, shown_version
from media import queries as media_queries
from media import service as media
from media.limits import (
    DOCUMENT_FORMATS,
    MAX_BYTES,
    MAX_VIDEO_BYTES,
    VIDEO_FORMATS,
    AssetKind,
    Limits,
)
from media.models import Asset
from media.service import Kept
from media.states import AssetState

_MOST_BYTES = {AssetKind.DOCUMENT: MAX_BYTES, AssetKind.VIDEO: MAX_VIDEO_BYTES}


def limits_of(contest: Contest, kind: AssetKind) -> Limits:
    """Return which files of one kind a contest takes, and how large; no kind where it takes none.

    The organiser's limit of bytes is for pictures; documents and videos have the platform's.
    """
    return Limits(
        kinds=frozenset({kind} if contest.most(kind) else ()),
        max_bytes=contest.max_bytes if kind is AssetKind.PICTURE else _MOST_BYTES[kind],
        formats=frozenset({*contest.formats, *DOCUMENT_FORMATS, *VIDEO_FORMATS}),
    )


def files_of(version: EntryVersion, kind: AssetKind) -> list[VersionAsset]:
    """Return a version's files of one kind, in the entrant's order."""
    return [file for file in version.files if file.asset.kind is kind]


def check_room(
    session: Session, *, entry: Entry, kind: AssetKind, now: datetime, coming: int = 0
) -> Limits:
    """Return what the next file of a kind may be, once `coming` others are in.

    Raises InvalidError where it is too many, ClosedError after the close. Asked before bytes are
    taken in; `attach` asks again.
    """
    check_writable(session, entry=entry, now=now)
    most = entry.contest.most(kind)
    if len(files_of(shown_version(entry), kind)) + coming >= most != 1:
        raise _too_many(kind, most)
    return limits_of(entry.contest, kind)


def attach(session: Session, *, entry: Entry, kept: Kept, actor: Actor, now: datetime) -> Asset:
    """Put a file that lies in the store last; where a contest takes one, it replaces that one.

    Raises InvalidError for a file that is too many, ClosedError after the close; then the entry is
    as it was.
    """
    queries.get_entry(session, entry.id, lock=True)
    check_room(session, entry=entry, kind=kept.kind, now=now)
    asset = media.record(session, actor=actor, kept=kept, now=now)
    _put_last(session, entry, asset, actor, now)
    return asset


def complete(session: Session, *, entry: Entry, kept: Kept, actor: Actor, now: datetime) -> Asset:
    """Put a file that came in parts last, as `attach` does; raises as that does.

    NotFoundError where its upload was given up meanwhile, or completed for another entry. A file
    that another window completed at the same moment has its place already, and keeps it.
    """
    queries.get_entry(session, entry.id, lock=True)
    asset = media_queries.get_asset(session, kept.public_id, lock=True)
    if asset.state is AssetState.AWAITING:
        check_room(session, entry=entry, kind=kept.kind, now=now)
        media.arrived(session, asset=asset, kept=kept, now=now)
        _put_last(session, entry, asset, actor, now)
    elif not holds(entry, asset):
        raise NotFoundError
    return asset


def _put_last(session: Session, entry: Entry, asset: Asset, actor: Actor, now: datetime) -> None:
    media.claim(session, actor=actor, public_ids=[asset.public_id], kind=asset.kind, now=now)
    version = open_working(session, entry=entry, now=now)
    replaced = files_of(version, asset.kind) if entry.contest.most(asset.kind) == 1 else []
    _remove(session, version, replaced, now)
    position = 1 + max((held.position for held in version.files), default=-1)
    version.files.append(VersionAsset(asset=asset, position=position))
    version.updated_at = entry.updated_at = now
    session.flush()


def holds(entry: Entry, asset: Asset) -> bool:
    """Tell whether a file is among those that the entry's form shows."""
    return any(file.asset_id == asset.id for file in shown_version(entry).files)


def remove(session: Session, *, entry: Entry, public_ids: Sequence[str], now: datetime) -> None:
    """Take files out of the working copy; ids that it does not hold are of no account."""
    queries.get_entry(session, entry.id, lock=True)
    check_writable(session, entry=entry, now=now)
    if not _named(shown_version(entry), public_ids):
        return
    version = open_working(session, entry=entry, now=now)
    _remove(session, version, _named(version, public_ids), now)
    version.updated_at = entry.updated_at = now
    session.flush()


def move_up(session: Session, *, entry: Entry, public_id: str, now: datetime) -> None:
    """Exchange a picture with the one before it; the first is the one that stands for the entry."""
    queries.get_entry(session, entry.id, lock=True)
    check_writable(session, entry=entry, now=now)
    version = open_working(session, entry=entry, now=now)
    pictures = files_of(version, AssetKind.PICTURE)
    for before, file in pairwise(pictures):
        if file.asset.public_id == public_id:
            before.position, file.position = file.position, before.position
    version.updated_at = entry.updated_at = now
    session.flush()
    session.expire(version, ["files"])


def _named(version: EntryVersion, public_ids: Sequence[str]) -> list[VersionAsset]:
    return [file for file in version.files if file.asset.public_id in public_ids]


def _remove(
    session: Session, version: EntryVersion, files: Sequence[VersionAsset], now: datetime
) -> None:
    for file in files:
        version.files.remove(file)
    release_unused(session, files=files, now=now)


_ALL_TAKEN = {
    AssetKind.PICTURE: N_(
        "There are %(most)s pictures, which is all this contest takes; remove one first."
    ),
    AssetKind.DOCUMENT: N_(
        "There are %(most)s documents, which is all this contest takes; remove one first."
    ),
    AssetKind.VIDEO: N_(
        "There are %(most)s videos, which is all this contest takes; remove one first."
    ),
}


def _too_many(kind: AssetKind, most: int) -> InvalidError:
    message = _ALL_TAKEN[kind]
    if most == 0:
        message = N_("This contest does not take files of this kind.")
    return InvalidError(message, code="too-many-files", most=most)
