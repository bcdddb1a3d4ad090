"""Reading which pictures of a contest look the same, and what they are compared by."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.accounts.models import User
from app.errors import NotFoundError
from contests.models import Contest, Entry, LookAlike, VersionAsset
from contests.states import EntryState
from media.limits import AssetKind
from media.models import Asset

BATCH = 5000
"""Fingerprints that are in memory at once, of some 650 bytes each."""


class Fingerprint(NamedTuple):
    """What one picture of an entry that is in the contest is compared by."""

    entry_id: int
    asset_id: int
    fingerprint: bytes


def fingerprints_of(session: Session, entry: Entry) -> Sequence[Fingerprint]:
    """Return the fingerprints of the pictures that an entry was submitted with."""
    rows = session.execute(_fingerprints().where(Entry.id == entry.id))
    return [Fingerprint(*row) for row in rows]


def other_fingerprints(session: Session, entry: Entry) -> Iterator[Sequence[Fingerprint]]:
    """Yield those of all other entries in the same contest, at most BATCH at a time."""
    others = _fingerprints().where(Entry.contest_id == entry.contest_id, Entry.id != entry.id)
    rows = session.execute(others, execution_options={"yield_per": BATCH})
    for part in rows.partitions():
        yield [Fingerprint(*row) for row in part]


def same_pictures(session: Session, entry: Entry) -> Sequence[tuple[int, int, int]]:
    """Return (picture, other entry, its picture) where others in the contest have the same bytes.

    Ids throughout.
    """
    own, own_file = aliased(Asset), aliased(VersionAsset)
    rows = session.execute(
        _pictures(own.id, Entry.id, Asset.id)
        .join(own, own.sha256 == Asset.sha256)
        .join(own_file, own_file.asset_id == own.id)
        .where(
            own_file.version_id == entry.current_id,
            own.kind == AssetKind.PICTURE,
            Entry.contest_id == entry.contest_id,
            Entry.id != entry.id,
        )
    )
    return [(own_id, other_id, asset_id) for own_id, other_id, asset_id in rows]


def pairs_of(session: Session, entry: Entry) -> Sequence[LookAlike]:
    """Return every pair that an entry is one of, dismissed ones too."""
    return session.scalars(select(LookAlike).where(_is_of(entry.id))).all()


def get_pair(session: Session, contest: Contest, pair_id: int) -> LookAlike:
    """Return a pair of this contest's entries; NotFoundError where there is none of this id."""
    pair = session.scalar(
        select(LookAlike)
        .join(LookAlike.entry)
        .where(LookAlike.id == pair_id, Entry.contest_id == contest.id)
    )
    if pair is None:
        raise NotFoundError
    return pair


def shown_pairs(session: Session, entry: Entry) -> Sequence[LookAlike]:
    """Return an entry's pairs with others that are in the contest, the closest first."""
    pictures = (
        joinedload(LookAlike.asset).selectinload(Asset.renditions),
        joinedload(LookAlike.other_asset).selectinload(Asset.renditions),
    )
    people = [
        joinedload(side).options(
            joinedload(Entry.owner).lazyload(User.roles),
            joinedload(Entry.team),
            joinedload(Entry.current),
        )
        for side in (LookAlike.entry, LookAlike.other)
    ]
    return session.scalars(
        select(LookAlike)
        .where(_is_of(entry.id), LookAlike.id.in_(_standing(aliased(Entry), aliased(Entry))))
        .order_by(LookAlike.distance, LookAlike.id)
        .options(*pictures, *people)
    ).all()


class PairCounts(NamedTuple):
    """How many pairs of a contest's entries look the same and nobody has dismissed yet."""

    by_two: int
    by_one: int


def count_pairs(session: Session, contest: Contest) -> PairCounts:
    """Return how many open pairs are by two people, and how many by one who sent both."""
    one, two = aliased(Entry), aliased(Entry)
    by_two, every = session.execute(
        open_pairs(one, two)
        .where(one.contest_id == contest.id)
        .with_only_columns(
            func.count(LookAlike.id).filter(one.owner_id != two.owner_id), func.count(LookAlike.id)
        )
    ).one()
    return PairCounts(by_two, every - by_two)


def _is_of(entry_id: int) -> ColumnElement[bool]:
    return or_(LookAlike.entry_id == entry_id, LookAlike.other_id == entry_id)


def open_pairs(one: type[Entry], two: type[Entry]) -> Select[int]:
    """Select the ids of the pairs that are both in the contest, and nobody has said no."""
    return _standing(one, two).where(LookAlike.dismissed_at.is_(None))


def _standing(one: type[Entry], two: type[Entry]) -> Select[int]:
    """Select the ids of the pairs whose entries are both in the contest."""
    return (
        select(LookAlike.id)
        .join(one, one.id == LookAlike.entry_id)
        .join(two, two.id == LookAlike.other_id)
        .where(one.state == EntryState.SUBMITTED, two.state == EntryState.SUBMITTED)
    )


def _fingerprints() -> Select[Any]:
    return _pictures(Entry.id, Asset.id, Asset.fingerprint).where(Asset.fingerprint.is_not(None))


def _pictures(*columns: Any) -> Select[Any]:
    """Select from the pictures of entries that are in their contests, as they were submitted.

    Whether they are ready is not asked: only such have fingerprints, and SQLite would begin at the
    index of states, which holds nearly all of them.
    """
    return (
        select(*columns)
        .select_from(Entry)
        .join(VersionAsset, VersionAsset.version_id == Entry.current_id)
        .join(Asset, Asset.id == VersionAsset.asset_id)
        .where(Entry.state == EntryState.SUBMITTED, Asset.kind == AssetKind.PICTURE)
    )
