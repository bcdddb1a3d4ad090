"""Reading entries and teams."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from app.errors import NotFoundError
from contests.models import (
    Contest,
    Entry,
    EntryVersion,
    LatePass,
    Team,
    TeamMember,
    TopicScheme,
    VersionAsset,
)
from contests.rules import EntryFacts
from contests.states import EntryState, Screening
from media.limits import AssetKind
from media.models import Asset
from media.states import AssetState

_EASTERNMOST = timedelta(hours=14)
_GONE = (EntryState.WITHDRAWN,)


def get_entry(session: Session, entry_id: int, *, lock: bool = False) -> Entry:
    """Return an entry with its words, files and team; NotFoundError where there is none.

    With `lock` nobody else can change it before this transaction ends, and all that was loaded
    earlier is read again.
    """
    wanted = select(Entry).where(Entry.id == entry_id).options(*_everything())
    if lock:
        wanted = wanted.with_for_update(of=Entry).execution_options(populate_existing=True)
    entry = session.scalar(wanted)
    if entry is None:
        raise NotFoundError
    return entry


def _everything() -> tuple[ORMOption, ...]:
    # Separate SELECTs throughout: PostgreSQL cannot lock what an outer join may leave empty.
    return (
        selectinload(Entry.contest).options(
            selectinload(Contest.forum),
            selectinload(Contest.tracks),
            selectinload(Contest.declarations),
        ),
        selectinload(Entry.owner),
        selectinload(Entry.team).selectinload(Team.members).joinedload(TeamMember.user),
        *(
            selectinload(version).options(
                _files(),
                selectinload(EntryVersion.topics),
                selectinload(EntryVersion.accepted),
                selectinload(EntryVersion.track),
            )
            for version in (Entry.current, Entry.working)
        ),
    )


def _files() -> Any:  # SQLAlchemy's type for a chain of options is private
    return (
        selectinload(EntryVersion.files)
        .joinedload(VersionAsset.asset)
        .selectinload(Asset.renditions)
    )


def entries_of(session: Session, user_id: int) -> Sequence[Entry]:
    """Return what a person entered, alone or in a team, the latest change first."""
    return session.scalars(
        select(Entry)
        .where(or_(Entry.owner_id == user_id, _has_member(user_id)))
        .order_by(Entry.updated_at.desc(), Entry.id.desc())
        .options(
            joinedload(Entry.contest).joinedload(Contest.forum),
            joinedload(Entry.team).selectinload(Team.members),
            selectinload(Entry.current).options(_files()),
            selectinload(Entry.working).options(_files()),
        )
    ).all()


def _has_member(user_id: int) -> ColumnElement[bool]:
    return exists().where(TeamMember.team_id == Entry.team_id, TeamMember.user_id == user_id)


def count_entries(session: Session, contest: Contest, owner_id: int) -> int:
    """Return how many entries of a contest one person owns; withdrawn ones do not count."""
    found = session.scalar(
        select(func.count(Entry.id)).where(
            Entry.contest_id == contest.id,
            Entry.owner_id == owner_id,
            Entry.state.not_in(_GONE),
        )
    )
    return found or 0


def find_untouched(session: Session, contest: Contest, owner_id: int) -> Entry | None:
    """Return a draft that its owner began and never wrote in."""
    return session.scalar(
        select(Entry)
        .join(Entry.versions)
        .where(
            Entry.contest_id == contest.id,
            Entry.owner_id == owner_id,
            Entry.state == EntryState.DRAFT,
            Entry.revision == 0,
            ~EntryVersion.files.any(),
        )
        .limit(1)
    )


def eligible_entries(session: Session, contest: Contest) -> Sequence[Entry]:
    """Return the entries that judges judge, by number, each with its frozen version."""
    return session.scalars(
        select(Entry)
        .where(
            Entry.contest_id == contest.id,
            Entry.state == EntryState.SUBMITTED,
            Entry.screening != Screening.INELIGIBLE,
        )
        .order_by(Entry.number)
        .options(
            joinedload(Entry.current).options(_files()),
            joinedload(Entry.team).selectinload(Team.members),
        )
    ).all()


def people_of(entry: Entry) -> set[int]:
    """Return the ids of everyone an entry is by: its owner and its team's members."""
    members = entry.team.members if entry.team else []
    return {entry.owner_id, *(member.user_id for member in members)}


def pass_until(session: Session, entry: Entry) -> datetime | None:
    """Return the latest close that a late pass gives to any of the people an entry is by."""
    return session.scalar(
        select(func.max(LatePass.until)).where(
            LatePass.contest_id == entry.contest_id, LatePass.user_id.in_(people_of(entry))
        )
    )


def passes_until(session: Session, entries: Sequence[Entry]) -> dict[int, datetime]:
    """Return `pass_until` for many entries at once, by their ids; those without one are left out.

    Their teams' members must be loaded.
    """
    people = set().union(*(people_of(entry) for entry in entries))
    granted = session.scalars(select(LatePass).where(LatePass.user_id.in_(people))).all()
    found: dict[int, datetime] = {}
    for entry in entries:
        ends = [
            late.until
            for late in granted
            if late.contest_id == entry.contest_id and late.user_id in people_of(entry)
        ]
        if ends:
            found[entry.id] = max(ends)
    return found


def is_used(session: Session, asset: Asset) -> bool:
    """Tell whether any version of any entry holds this file."""
    return bool(session.scalar(select(exists().where(VersionAsset.asset_id == asset.id))))


def latest_day(now: datetime) -> date:
    """Return the latest date that anyone on earth may call today."""
    return (now + _EASTERNMOST).date()


def facts_of(entry: Entry, version: EntryVersion, now: datetime) -> EntryFacts:
    """Return what the rules ask about one version of an entry."""
    usable: Counter[AssetKind] = Counter()
    rejected: Counter[AssetKind] = Counter()
    for file in version.files:
        counts = rejected if file.asset.state is AssetState.REJECTED else usable
        counts[file.asset.kind] += 1
    accepted = {one.declaration_id for one in version.accepted}
    return EntryFacts(
        today=latest_day(now),
        title=version.title,
        summary=version.summary,
        description=version.description,
        caption=version.caption,
        alt_text=version.alt_text,
        place=version.place,
        country=version.country,
        licence=version.licence,
        taken_on=version.taken_on,
        consent=version.consent,
        track_chosen=version.track_id is not None,
        sdg_count=len(version.codes(TopicScheme.SDG)),
        links=tuple(version.links),
        accepted=frozenset(d.text for d in entry.contest.declarations if d.id in accepted),
        team_size=len(entry.team.members) if entry.team else 1,
        pictures=usable[AssetKind.PICTURE],
        pictures_rejected=rejected[AssetKind.PICTURE],
        documents=usable[AssetKind.DOCUMENT],
        documents_rejected=rejected[AssetKind.DOCUMENT],
        videos=usable[AssetKind.VIDEO],
        videos_rejected=rejected[AssetKind.VIDEO],
    )


def get_team(session: Session, team_id: int) -> Team:
    """Return a team with its members; NotFoundError where there is none."""
    team = session.scalar(
        select(Team)
        .where(Team.id == team_id)
        .options(
            selectinload(Team.contest).selectinload(Contest.forum),
            selectinload(Team.members).joinedload(TeamMember.user),
        )
    )
    if team is None:
        raise NotFoundError
    return team


def entry_of_team(session: Session, team: Team) -> Entry:
    """Return the entry that a team writes; each team is made for one."""
    return session.scalars(select(Entry).where(Entry.team_id == team.id)).one()


def find_team_of(session: Session, contest: Contest, user_id: int) -> Team | None:
    """Return the team somebody takes part in; one whose entry is withdrawn holds nobody back."""
    return session.scalar(
        select(Team)
        .join(TeamMember, TeamMember.team_id == Team.id)
        .join(Entry, Entry.team_id == Team.id)
        .where(
            Team.contest_id == contest.id,
            TeamMember.user_id == user_id,
            Entry.state.not_in(_GONE),
        )
    )


def name_is_taken(session: Session, contest: Contest, name: str) -> bool:
    """Tell whether a team of this contest has this name already."""
    return bool(
        session.scalar(select(exists().where(Team.contest_id == contest.id, Team.name == name)))
    )


def unsettled_entries(session: Session, most: int) -> Sequence[int]:
    """Return the ids of entries whose files are all prepared, and what follows is still to do."""
    return session.scalars(
        _unsettled().with_only_columns(Entry.id).order_by(EntryVersion.submitted_at).limit(most)
    ).all()


def find_unsettled(session: Session, entry_id: int, *, lock: bool = False) -> Entry | None:
    """Return an entry if it is one of `unsettled_entries`, with its people and files."""
    wanted = _unsettled().where(Entry.id == entry_id).options(*_everything())
    if lock:
        wanted = wanted.with_for_update(of=Entry).execution_options(populate_existing=True)
    return session.scalar(wanted)


def _unsettled() -> Select[Entry]:
    waiting = (
        select(VersionAsset.id)
        .join(VersionAsset.asset)
        .where(
            VersionAsset.version_id == EntryVersion.id,
            Asset.state.in_([AssetState.RECEIVED, AssetState.PROCESSING]),
        )
    )
    return (
        select(Entry)
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .where(
            Entry.state == EntryState.SUBMITTED,
            EntryVersion.submitted_at.is_not(None),
            EntryVersion.settled_at.is_(None),
            ~waiting.exists(),
        )
    )


@dataclass(frozen=True, slots=True)
class Twin:
    """Another place where somebody entered the same file; `entry` may be the one it is twin to."""

    filename: str
    entry: Entry


def twins_of(session: Session, entry: Entry, version: EntryVersion) -> Sequence[Twin]:
    """Return where the pictures of a version were entered before: same bytes, person, contest."""
    mine, other_file = aliased(Asset), aliased(VersionAsset)
    other = aliased(EntryVersion)
    rows = session.execute(
        select(mine.filename, Entry)
        .select_from(VersionAsset)
        .join(mine, mine.id == VersionAsset.asset_id)
        .join(Asset, and_(Asset.sha256 == mine.sha256, Asset.id != mine.id))
        .join(other_file, other_file.asset_id == Asset.id)
        .join(other, other.id == other_file.version_id)
        .join(Entry, Entry.id == other.entry_id)
        .where(
            VersionAsset.version_id == version.id,
            mine.kind == AssetKind.PICTURE,
            Entry.contest_id == entry.contest_id,
            Entry.owner_id == entry.owner_id,
            Entry.state.in_([EntryState.DRAFT, EntryState.SUBMITTED]),
            # What stands or what its form edits; of this entry, only what is looked at.
            or_(
                other.id == version.id,
                and_(
                    Entry.id != entry.id,
                    or_(other.id == Entry.current_id, other.submitted_at.is_(None)),
                ),
            ),
        )
        .order_by(Entry.number, Entry.id)
    )
    return list(dict.fromkeys(Twin(filename, found) for filename, found in rows))
