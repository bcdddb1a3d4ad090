"""Pictures of one contest's entries that look the same: finding them, and what organisers say.

Nothing is decided here: a resemblance is shown to organisers, who judge it. A pair of entries is
one row, whichever of the two was compared last.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor
from contests.models import Contest, Entry, LookAlike
from contests.queries import look_alikes as queries
from media.service import likeness


@dataclass(frozen=True, slots=True)
class Resemblance:
    """How much a picture of one entry is like a picture of another entry."""

    distance: int
    asset_id: int
    other_asset_id: int


def compare(session: Session, *, entry: Entry, now: datetime) -> None:
    """Note which other entries have pictures like this one's, and forget what no longer holds."""
    found = _resemblances(session, entry)
    # Two workers that compare two like entries at once meet here, and the second sees the first's.
    session.execute(
        select(Entry.id)
        .where(Entry.id.in_([entry.id, *found]))
        .order_by(Entry.id)
        .with_for_update(key_share=True)
    )
    for known in queries.pairs_of(session, entry):
        other_id = known.other_id if known.entry_id == entry.id else known.entry_id
        resemblance = found.pop(other_id, None)
        if resemblance is None:
            session.delete(known)
        else:
            _renew(known, entry, resemblance, now)
    for other_id, resemblance in found.items():
        pair = LookAlike(entry_id=min(entry.id, other_id), other_id=max(entry.id, other_id))
        _renew(pair, entry, resemblance, now)
        session.add(pair)
    session.flush()


def dismiss(
    session: Session, *, contest: Contest, pair_id: int, actor: Actor, now: datetime
) -> LookAlike:
    """Keep an organiser's word that two entries do not show the same; can be taken back."""
    pair = queries.get_pair(session, contest, pair_id)
    if pair.dismissed_at is None:
        pair.dismissed_at, pair.dismissed_by_id = now, actor.user_id
        session.flush()
        _audit(session, "entry.unlike", pair, actor, now)
    return pair


def restore(
    session: Session, *, contest: Contest, pair_id: int, actor: Actor, now: datetime
) -> LookAlike:
    """Take back that two entries do not show the same."""
    pair = queries.get_pair(session, contest, pair_id)
    if pair.dismissed_at is not None:
        pair.dismissed_at, pair.dismissed_by_id = None, None
        session.flush()
        _audit(session, "entry.alike", pair, actor, now)
    return pair


def _resemblances(session: Session, entry: Entry) -> dict[int, Resemblance]:
    """Return the closest resemblance to each other entry in the contest, by that entry's id."""
    ours = queries.fingerprints_of(session, entry)
    found = _same_bytes(session, entry)
    # A part of the others at a time: a large contest's fingerprints would fill the memory.
    for theirs in queries.other_fingerprints(session, entry) if ours else ():
        haystack = [one.fingerprint for one in theirs]
        for needle in ours:
            for place, distance in likeness.nearest(needle.fingerprint, haystack):
                other = theirs[place]
                _keep_closest(
                    found, other.entry_id, Resemblance(distance, needle.asset_id, other.asset_id)
                )
    return found


def _same_bytes(session: Session, entry: Entry) -> dict[int, Resemblance]:
    # The very same file is the same picture, also one too plain to have a fingerprint.
    found: dict[int, Resemblance] = {}
    for asset_id, other_id, other_asset_id in queries.same_pictures(session, entry):
        _keep_closest(found, other_id, Resemblance(0, asset_id, other_asset_id))
    return found


def _keep_closest(found: dict[int, Resemblance], other_id: int, new: Resemblance) -> None:
    best = found.get(other_id)
    if best is None or new.distance < best.distance:
        found[other_id] = new


def _renew(pair: LookAlike, entry: Entry, found: Resemblance, now: datetime) -> None:
    assets = (found.asset_id, found.other_asset_id)
    if pair.entry_id != entry.id:
        assets = assets[::-1]
    if (pair.asset_id, pair.other_asset_id) == assets:
        return
    # Other pictures: what an organiser said was of those that were there before.
    pair.asset_id, pair.other_asset_id = assets
    pair.distance, pair.found_at = found.distance, now
    pair.dismissed_at, pair.dismissed_by_id = None, None


def _audit(session: Session, verb: str, pair: LookAlike, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        verb=verb,
        subject=f"entry:{pair.entry_id}",
        now=now,
        details={"other": pair.other.label, "distance": pair.distance},
    )
