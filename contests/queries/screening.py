"""Entries as organisers check them: with names, files and verdicts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import User
from app.errors import NotFoundError
from contests.models import (
    AcceptedDeclaration,
    Contest,
    Entry,
    EntryVersion,
    Team,
    TeamMember,
    VersionAsset,
)
from contests.queries.look_alikes import has_double
from contests.queries.paging import Position, Slice, cut
from contests.states import EntryState, Screening
from media.limits import AssetKind
from media.models import Asset
from media.states import AssetState

PAGE_SIZE = 50


class Standing(StrEnum):
    """Where an entry stands for organisers: its verdict while it is in the contest.

    The last two are what an organiser has to look at in those that are.
    """

    PENDING = "pending"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"
    ALIKE = "alike"
    REFUSED = "refused"


def entries_to_screen(
    session: Session, contest: Contest, standing: Standing | None, position: Position
) -> Slice:
    """Return a page of what was submitted, or of those entries that stand in one way."""
    wanted = _submitted(contest).options(
        joinedload(Entry.current)
        .selectinload(EntryVersion.files)
        .joinedload(VersionAsset.asset)
        .selectinload(Asset.renditions),
        joinedload(Entry.owner).lazyload(User.roles),
        joinedload(Entry.team),
    )
    if standing is not None:
        wanted = _standing(wanted, standing)
    return cut(session, wanted, position, PAGE_SIZE)


def get_submitted_entry(session: Session, contest: Contest, number: int) -> Entry:
    """Return the entry with this number, whatever became of it; NotFoundError for none."""
    entry = session.scalar(
        _submitted(contest)
        .where(Entry.number == number)
        .options(
            joinedload(Entry.current).options(
                selectinload(EntryVersion.files)
                .joinedload(VersionAsset.asset)
                .selectinload(Asset.renditions),
                selectinload(EntryVersion.topics),
                selectinload(EntryVersion.accepted).joinedload(AcceptedDeclaration.declaration),
                joinedload(EntryVersion.track),
            ),
            joinedload(Entry.owner).lazyload(User.roles),
            joinedload(Entry.team)
            .selectinload(Team.members)
            .joinedload(TeamMember.user)
            .lazyload(User.roles),
        )
    )
    if entry is None:
        raise NotFoundError
    return entry


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The numbers of the entries before and after one, whatever became of them."""

    previous: int | None
    next: int | None


def neighbours(session: Session, contest: Contest, number: int) -> Neighbours:
    """Return what to leaf to from the entry with this number."""
    numbers = select(Entry.number).where(
        Entry.contest_id == contest.id, Entry.state != EntryState.DRAFT
    )
    before = numbers.where(Entry.number < number).order_by(Entry.number.desc()).limit(1)
    after = numbers.where(Entry.number > number).order_by(Entry.number).limit(1)
    return Neighbours(session.scalar(before), session.scalar(after))


def find_pending(session: Session, contest: Contest, *, after: int) -> Entry | None:
    """Return the next entry that nobody has checked; behind the last one comes the first again."""
    pending = _standing(_submitted(contest), Standing.PENDING).limit(1)
    behind = pending.where(Entry.number > after).order_by(Entry.number)
    return session.scalar(behind) or session.scalar(pending.order_by(Entry.number))


def _submitted(contest: Contest) -> Select[Entry]:
    # Drafts stay their writers' own; organisers see how many there are, not what they say.
    return select(Entry).where(Entry.contest_id == contest.id, Entry.state != EntryState.DRAFT)


@dataclass(frozen=True, slots=True)
class Preparation:
    """How far the pictures of a contest's submitted entries are; `oldest` of those that wait."""

    ready: int = 0
    refused: int = 0
    waiting: int = 0
    oldest: datetime | None = None

    @property
    def total(self) -> int:
        """How many pictures there are."""
        return self.ready + self.refused + self.waiting


def preparation(session: Session, contest: Contest) -> Preparation:
    """Return how many pictures of what was submitted are ready, refused, and in the line."""
    rows = session.execute(
        select(Asset.state, func.count(Asset.id), func.min(Asset.updated_at))
        .select_from(Entry)
        .join(VersionAsset, VersionAsset.version_id == Entry.current_id)
        .join(Asset, Asset.id == VersionAsset.asset_id)
        .where(
            Entry.contest_id == contest.id,
            Entry.state == EntryState.SUBMITTED,
            Asset.kind == AssetKind.PICTURE,
        )
        .group_by(Asset.state)
    )
    found = {state: (number, since) for state, number, since in rows}
    waiting = [found[state] for state in _WAITING if state in found]
    return Preparation(
        ready=found.get(AssetState.READY, (0,))[0],
        refused=found.get(AssetState.REJECTED, (0,))[0],
        waiting=sum(number for number, _since in waiting),
        oldest=min((since for _number, since in waiting), default=None),
    )


_WAITING = (AssetState.RECEIVED, AssetState.PROCESSING)


def count_refused(session: Session, contest: Contest) -> int:
    """Return how many entries in the contest have a file that could not be used."""
    wanted = _standing(_submitted(contest), Standing.REFUSED)
    return session.scalar(wanted.with_only_columns(func.count(Entry.id))) or 0


def _standing(wanted: Select[Entry], standing: Standing) -> Select[Entry]:
    if standing is Standing.ALIKE:
        return wanted.where(has_double())
    if standing is Standing.REFUSED:
        return wanted.where(Entry.state == EntryState.SUBMITTED, _has_refused_file())
    if standing in {Standing.WITHDRAWN, Standing.DISQUALIFIED}:
        return wanted.where(Entry.state == EntryState(standing.value))
    return wanted.where(
        Entry.state == EntryState.SUBMITTED, Entry.screening == Screening(standing.value)
    )


def _has_refused_file() -> ColumnElement[bool]:
    return (
        select(VersionAsset.id)
        .join(VersionAsset.asset)
        .where(VersionAsset.version_id == Entry.current_id, Asset.state == AssetState.REJECTED)
        .exists()
    )
