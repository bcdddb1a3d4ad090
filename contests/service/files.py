"""The files of an entry's working copy: taking them in, putting them in order, letting them go."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import BinaryIO

from sqlalchemy.orm import Session

from app.authz import Actor
from app.errors import N_, InvalidError
from contests.models import Contest, Entry, EntryVersion, VersionAsset
from contests.queries import entries as queries
from contests.service.entries import check_writable, open_working, release_unused, shown_version
from media import service as media
from media.limits import DOCUMENT_FORMATS, AssetKind, Limits
from media.models import Asset


def limits_of(contest: Contest) -> Limits:
    """Return which files a contest takes, and how large."""
    kinds = {AssetKind.PICTURE} if contest.pictures_max else set()
    formats = set(contest.formats)
    if contest.documents_max:
        kinds.add(AssetKind.DOCUMENT)
        formats.update(DOCUMENT_FORMATS)
    return Limits(kinds=frozenset(kinds), max_bytes=contest.max_bytes, formats=frozenset(formats))


def files_of(version: EntryVersion, kind: AssetKind) -> list[VersionAsset]:
    """Return a version's files of one kind, in the entrant's order."""
    return [file for file in version.files if file.asset.kind is kind]


def attach(
    session: Session,
    *,
    entry: Entry,
    file: BinaryIO,
    filename: str,
    kind: AssetKind,
    actor: Actor,
    now: datetime,
) -> Asset:
    """Take a file in and put it last; where a contest takes one, it replaces the one there was.

    Raises InvalidError for a file that is too many or refused, UnavailableError where the store
    does not answer, ClosedError after the close; then the entry is as it was.
    """
    queries.get_entry(session, entry.id, lock=True)
    check_writable(session, entry=entry, now=now)
    contest = entry.contest
    most = contest.pictures_max if kind is AssetKind.PICTURE else contest.documents_max
    before = files_of(shown_version(entry), kind)
    if len(before) >= most != 1:
        raise _too_many(kind, most)
    asset = media.receive(
        session,
        actor=actor,
        file=file,
        filename=filename,
        kind=kind,
        limits=limits_of(contest),
        now=now,
    )
    media.claim(session, actor=actor, public_ids=[asset.public_id], kind=kind, now=now)
    version = open_working(session, entry=entry, now=now)
    replaced = files_of(version, kind) if most == 1 else []
    _remove(session, version, replaced, now)
    position = 1 + max((held.position for held in version.files), default=-1)
    version.files.append(VersionAsset(asset=asset, position=position))
    version.updated_at = entry.updated_at = now
    session.flush()
    return asset


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


def _too_many(kind: AssetKind, most: int) -> InvalidError:
    message = (
        N_("There are %(most)s pictures, which is all this contest takes; remove one first.")
        if kind is AssetKind.PICTURE
        else N_("There are %(most)s documents, which is all this contest takes; remove one first.")
    )
    if most == 0:
        message = N_("This contest does not take files of this kind.")
    return InvalidError(message, code="too-many-files", most=most)
