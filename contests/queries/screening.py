"""Entries as organisers check them: with names, files and verdicts."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import NotFoundError
from contests.models import Contest, Entry, EntryVersion, Team, TeamMember, VersionAsset
from contests.states import EntryState, Screening
from media.models import Asset

PAGE_SIZE = 50


def _submitted(contest: Contest) -> Select[Entry]:
    # Drafts stay their writers' own; organisers see how many there are, not what they say.
    return (
        select(Entry)
        .where(Entry.contest_id == contest.id, Entry.state != EntryState.DRAFT)
        .options(
            joinedload(Entry.current).options(
                selectinload(EntryVersion.files)
                .joinedload(VersionAsset.asset)
                .selectinload(Asset.renditions),
                selectinload(EntryVersion.topics),
                joinedload(EntryVersion.track),
            ),
            joinedload(Entry.owner),
            joinedload(Entry.team).selectinload(Team.members).joinedload(TeamMember.user),
        )
    )


def entries_to_screen(
    session: Session, contest: Contest, *, screening: Screening | None, after: int
) -> Sequence[Entry]:
    """Return a page of submitted entries by number, and one more if there are more."""
    wanted = _submitted(contest).where(Entry.number > after)
    if screening is not None:
        wanted = wanted.where(Entry.screening == screening)
    return session.scalars(wanted.order_by(Entry.number).limit(PAGE_SIZE + 1)).all()


def get_submitted_entry(session: Session, contest: Contest, number: int) -> Entry:
    """Return the entry with this number, whatever became of it; NotFoundError for none."""
    entry = session.scalar(_submitted(contest).where(Entry.number == number))
    if entry is None:
        raise NotFoundError
    return entry


def find_pending(session: Session, contest: Contest, *, after: int) -> Entry | None:
    """Return the next entry that nobody has checked, so that one can go from one to the next."""
    return session.scalar(
        select(Entry)
        .where(
            Entry.contest_id == contest.id,
            Entry.state == EntryState.SUBMITTED,
            Entry.screening == Screening.PENDING,
            Entry.number > after,
        )
        .order_by(Entry.number)
        .limit(1)
    )
