"""Entries as organisers check them: with names, files and verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import User
from app.audit import AuditEvent
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
from contests.queries.paging import Position, Slice, cut, pick
from contests.states import EntryState, Screening
from media.limits import AssetKind
from media.models import Asset
from media.states import AssetState

PAGE_SIZE = 50


class Standing(StrEnum):
    """Where an entry stands for organisers: its verdict while it is in the contest."""

    PENDING = "pending"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"


def entries_to_screen(
    session: Session,
    contest: Contest,
    standing: Standing | None,
    position: Position,
    numbers: Sequence[int] | None = None,
) -> Slice:
    """Return a page of what was submitted, or of those entries that stand in one way.

    With `numbers`, which are sorted, a page of these entries instead.
    """
    wanted = _submitted(contest).options(
        joinedload(Entry.current)
        .selectinload(EntryVersion.files)
        .joinedload(VersionAsset.asset)
        .selectinload(Asset.renditions),
        joinedload(Entry.owner).lazyload(User.roles),
        joinedload(Entry.team),
    )
    page = None if numbers is None else pick(numbers, position, PAGE_SIZE, is_all=True)
    if page is not None:
        these = wanted.where(Entry.number.in_(page.items)).order_by(Entry.number)
        return page.of(session.scalars(these).all())
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


def find_judged(session: Session, contest: Contest, number: int) -> Entry | None:
    """Return the entry with this number if it is in the contest and has a verdict."""
    return session.scalar(
        _submitted(contest).where(
            Entry.number == number,
            Entry.state == EntryState.SUBMITTED,
            Entry.screening != Screening.PENDING,
        )
    )


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


def _standing(wanted: Select[Entry], standing: Standing) -> Select[Entry]:
    if standing in {Standing.WITHDRAWN, Standing.DISQUALIFIED}:
        return wanted.where(Entry.state == EntryState(standing.value))
    return wanted.where(
        Entry.state == EntryState.SUBMITTED, Entry.screening == Screening(standing.value)
    )


ACCEPT, UNDO = "contest.accept-clear", "contest.undo-accept-clear"
"""The acts by which entries without findings are found eligible at once, and wait again."""


def find_accepting(session: Session, contest: Contest) -> AuditEvent | None:
    """Return the last act that accepted many entries at once, unless it was undone."""
    last = session.scalar(
        select(AuditEvent)
        .where(AuditEvent.subject == f"contest:{contest.id}", AuditEvent.verb.in_([ACCEPT, UNDO]))
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    return last if last is not None and last.verb == ACCEPT else None


def lock_pending(session: Session, contest: Contest) -> None:
    """Let nobody give a verdict on the contest's entries, or replace one, in this transaction."""
    pending = _standing(_submitted(contest), Standing.PENDING).with_only_columns(Entry.id)
    session.execute(pending.order_by(Entry.id).with_for_update()).all()


def lock_accepted(session: Session, contest: Contest, act: AuditEvent) -> list[tuple[int, int]]:
    """Return (id, number) of the entries that still stand as that act left them, locked."""
    eligible = _standing(_submitted(contest), Standing.ELIGIBLE)
    rows = session.execute(
        eligible.with_only_columns(Entry.id, Entry.number).order_by(Entry.id).with_for_update()
    ).all()
    numbers = set(act.details["entries"])
    since = session.scalars(
        select(AuditEvent.subject).where(
            AuditEvent.id > act.id, AuditEvent.verb.startswith("entry.screen.")
        )
    )
    judged = {int(subject.removeprefix("entry:")) for subject in since}
    return [
        (entry_id, number)
        for entry_id, number in rows
        if number is not None and number in numbers and entry_id not in judged
    ]
