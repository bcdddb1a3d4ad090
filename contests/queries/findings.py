"""Reading what findings are derived from, of one entry or of all, in a fixed number of queries.

No objects are made of the rows: of a contest's 5,000 entries that would take a second.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select, true
from sqlalchemy.orm import Session, aliased

from contests.findings import FileFacts, Submission, Twin
from contests.models import (
    AcceptedDeclaration,
    Contest,
    Declaration,
    Entry,
    EntryVersion,
    LatePass,
    LookAlike,
    Team,
    TeamMember,
    TopicScheme,
    VersionAsset,
    VersionTopic,
)
from contests.queries.entries import latest_day
from contests.queries.look_alikes import open_pairs
from contests.rules import EntryFacts
from contests.states import EntryState, Screening
from media.limits import AssetKind
from media.models import Asset
from media.states import AssetState


@dataclass(frozen=True, slots=True)
class ToScreen:
    """One entry that is in the contest: its number, its verdict so far, and what was handed in."""

    entry_id: int
    number: int
    screening: Screening
    submission: Submission


def submissions(session: Session, contest: Contest, entry: Entry | None = None) -> list[ToScreen]:
    """Return what was handed in to a contest and stands, by number; or of one entry alone.

    The contest's declarations must be loaded.
    """
    chosen = [Entry.contest_id == contest.id, Entry.state == EntryState.SUBMITTED]
    if entry is not None:
        chosen.append(Entry.id == entry.id)
    files = _files(session, chosen)
    left_out = _left_out(session, contest, chosen)
    twins = _twins(session, contest, entry)
    people = _People.of(session, contest)
    every = {row.text for row in contest.declarations}
    found = []
    for row in _rows(session, chosen):
        own_files = tuple(files[row.version_id])
        together = people.of_entry(row)
        found.append(
            ToScreen(
                row.id,
                row.number,
                row.screening,
                Submission(
                    facts=_facts(row, own_files, every - left_out[row.version_id], len(together)),
                    submitted_at=row.submitted_at,
                    pass_until=people.pass_until(together),
                    have=people.most_entries(row, together),
                    files=own_files,
                    compared=row.settled_at is not None,
                    twins=tuple(twins[row.id]),
                ),
            )
        )
    return found


_TEXTS = (
    *("title", "summary", "description", "caption", "alt_text", "place", "country", "licence"),
    *("taken_on", "consent"),
)


def _rows(session: Session, chosen: list[ColumnElement[bool]]) -> Iterable[Any]:
    names_a_goal = exists().where(
        VersionTopic.version_id == EntryVersion.id, VersionTopic.scheme == TopicScheme.SDG
    )
    return session.execute(
        select(
            *(Entry.id, Entry.number, Entry.screening, Entry.owner_id, Entry.team_id),
            Entry.submitted_at,
            EntryVersion.id.label("version_id"),
            *(getattr(EntryVersion, name) for name in _TEXTS),
            *(EntryVersion.track_id, EntryVersion.links, EntryVersion.settled_at),
            names_a_goal.label("names_a_goal"),
        )
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .where(*chosen)
        .order_by(Entry.number)
    )


def _facts(
    row: Any, files: tuple[FileFacts, ...], accepted: set[str], team_size: int
) -> EntryFacts:
    counts = Counter((file.kind, file.state is AssetState.REJECTED) for file in files)
    return EntryFacts(
        **{name: getattr(row, name) for name in _TEXTS},
        # What was no future on the day of the submission is none.
        today=latest_day(row.submitted_at),
        track_chosen=row.track_id is not None,
        sdg_count=int(row.names_a_goal),
        links=tuple(row.links),
        accepted=frozenset(accepted),
        team_size=team_size,
        pictures=counts[AssetKind.PICTURE, False],
        pictures_rejected=counts[AssetKind.PICTURE, True],
        documents=counts[AssetKind.DOCUMENT, False],
        documents_rejected=counts[AssetKind.DOCUMENT, True],
        videos=counts[AssetKind.VIDEO, False],
        videos_rejected=counts[AssetKind.VIDEO, True],
    )


def _files(
    session: Session, chosen: list[ColumnElement[bool]]
) -> defaultdict[int, list[FileFacts]]:
    """Return the files of each version, in the entrant's order, by the versions' ids."""
    found: defaultdict[int, list[FileFacts]] = defaultdict(list)
    rows = session.execute(
        select(
            VersionAsset.version_id,
            *(Asset.filename, Asset.kind, Asset.state, Asset.media_type, Asset.bytes),
            *(Asset.width, Asset.height),
        )
        .select_from(Entry)
        .join(VersionAsset, VersionAsset.version_id == Entry.current_id)
        .join(Asset, Asset.id == VersionAsset.asset_id)
        .where(*chosen)
        .order_by(VersionAsset.version_id, VersionAsset.position)
    )
    for version_id, filename, kind, state, media_type, size, width, height in rows:
        found[version_id].append(
            FileFacts(
                filename=filename,
                kind=kind,
                state=state,
                media_type=media_type,
                bytes=size,
                pixels=(width or 0) * (height or 0),
            )
        )
    return found


def _left_out(
    session: Session, contest: Contest, chosen: list[ColumnElement[bool]]
) -> defaultdict[int, set[str]]:
    """Return the declarations that each version does not accept, by the versions' ids."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    rows = session.execute(
        select(Entry.current_id, Declaration.text)
        .select_from(Entry)
        .join(Declaration, true())
        .outerjoin(
            AcceptedDeclaration,
            and_(
                AcceptedDeclaration.version_id == Entry.current_id,
                AcceptedDeclaration.declaration_id == Declaration.id,
            ),
        )
        .where(*chosen, Declaration.contest_id == contest.id, AcceptedDeclaration.id.is_(None))
    )
    for version_id, text in rows:
        if version_id is not None:
            found[version_id].add(text)
    return found


def _twins(session: Session, contest: Contest, entry: Entry | None) -> defaultdict[int, list[Twin]]:
    """Return which others each entry looks like and nobody has said no, by the entries' ids."""
    one, two = aliased(Entry), aliased(Entry)
    picture, other_picture = aliased(Asset), aliased(Asset)
    pairs = (
        open_pairs(one, two)
        .join(picture, picture.id == LookAlike.asset_id)
        .join(other_picture, other_picture.id == LookAlike.other_asset_id)
        .where(one.contest_id == contest.id)
        .order_by(LookAlike.distance, LookAlike.id)
    )
    if entry is not None:
        pairs = pairs.where((one.id == entry.id) | (two.id == entry.id))
    rows = session.execute(
        pairs.with_only_columns(
            *(one.id, one.number, two.id, two.number),
            picture.sha256 == other_picture.sha256,
            one.owner_id == two.owner_id,
        )
    )
    found: defaultdict[int, list[Twin]] = defaultdict(list)
    # No entry is in the contest without a number.
    for one_id, one_number, two_id, two_number, same_bytes, same_sender in rows:
        found[one_id].append(Twin(two_number or 0, bool(same_bytes), bool(same_sender)))
        found[two_id].append(Twin(one_number or 0, bool(same_bytes), bool(same_sender)))
    return found


@dataclass(frozen=True, slots=True)
class _People:
    """Who is in which team of a contest, has which late pass, and how many entries that count."""

    members: Mapping[int, set[int]]
    passes: Mapping[int, datetime]
    counts: Mapping[int, int]

    @classmethod
    def of(cls, session: Session, contest: Contest) -> "_People":
        members: defaultdict[int, set[int]] = defaultdict(set)
        in_teams = (
            select(TeamMember.team_id, TeamMember.user_id)
            .join(Team, Team.id == TeamMember.team_id)
            .where(Team.contest_id == contest.id)
        )
        for team_id, user_id in session.execute(in_teams):
            members[team_id].add(user_id)
        granted = select(LatePass.user_id, LatePass.until).where(LatePass.contest_id == contest.id)
        passes = dict(session.execute(granted).all())
        counts: Counter[int] = Counter()
        people = cls(members, passes, counts)
        standing = select(Entry.owner_id, Entry.team_id).where(
            Entry.contest_id == contest.id,
            Entry.state == EntryState.SUBMITTED,
            Entry.screening != Screening.INELIGIBLE,
        )
        for row in session.execute(standing):
            counts.update(people.of_entry(row))
        return people

    def of_entry(self, row: Any) -> set[int]:
        """Return the ids of everyone an entry is by."""
        return {row.owner_id, *self.members.get(row.team_id, ())}

    def pass_until(self, people: set[int]) -> datetime | None:
        """Return the latest close that a late pass gives to one of them."""
        return max((self.passes[one] for one in people if one in self.passes), default=None)

    def most_entries(self, row: Any, people: set[int]) -> int:
        """Return the most entries that one of them has, of those that are not ineligible.

        An ineligible one is counted beside those that stand: it shows why it was one too many.
        """
        own = row.screening is Screening.INELIGIBLE
        return max(self.counts.get(one, 0) for one in people) + own
