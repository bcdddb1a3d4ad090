"""Reading forums and contests."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import User
from app.errors import NotFoundError
from contests.models import Contest, Entry, Forum, LatePass
from contests.rules import EntryRules, Window
from contests.states import ContestKind, ContestState, EntryState, Screening
from media.models import Asset


def find_forum(session: Session) -> Forum | None:
    """Return the edition that is on, or comes next, or was last: the one that starts latest."""
    return session.scalar(select(Forum).order_by(Forum.starts_on.desc(), Forum.id.desc()).limit(1))


def find_contest(session: Session, slug: str) -> Contest | None:
    """Return the contest with this slug, all that its pages show loaded."""
    return session.scalar(
        select(Contest)
        .where(Contest.slug == slug)
        .options(
            joinedload(Contest.forum),
            joinedload(Contest.cover).selectinload(Asset.renditions),
            selectinload(Contest.tracks),
            selectinload(Contest.declarations),
        )
    )


def get_contest(session: Session, slug: str) -> Contest:
    """Return the contest with this slug; NotFoundError where there is none."""
    contest = find_contest(session, slug)
    if contest is None:
        raise NotFoundError
    return contest


def contests_of(session: Session, forum: Forum, *, drafts: bool) -> Sequence[Contest]:
    """Return a forum's contests, the ones that close first in front; `drafts` for organisers."""
    wanted = select(Contest).where(Contest.forum_id == forum.id)
    if not drafts:
        wanted = wanted.where(Contest.state != ContestState.DRAFT)
    return session.scalars(
        wanted.order_by(Contest.closes_at, Contest.id).options(
            joinedload(Contest.cover).selectinload(Asset.renditions)
        )
    ).all()


def entry_counts(session: Session, contest: Contest) -> dict[tuple[EntryState, Screening], int]:
    """Return how many entries a contest has in each state and screening."""
    rows = session.execute(
        select(Entry.state, Entry.screening, func.count())
        .where(Entry.contest_id == contest.id)
        .group_by(Entry.state, Entry.screening)
    )
    return {(state, screening): count for state, screening, count in rows}


def entry_total(session: Session, contest: Contest) -> int:
    """Return how many entries stand in a contest."""
    return sum(
        count
        for (state, _screening), count in entry_counts(session, contest).items()
        if state is EntryState.SUBMITTED
    )


def late_passes(session: Session, contest: Contest) -> Sequence[tuple[LatePass, User]]:
    """Return a contest's late passes with the people they are for."""
    rows = session.execute(
        select(LatePass, User)
        .join(User, User.id == LatePass.user_id)
        .where(LatePass.contest_id == contest.id)
        .order_by(LatePass.until)
    )
    return [(late_pass, user) for late_pass, user in rows]


def window_of(contest: Contest) -> Window:
    """Return the time in which a contest takes entries."""
    return Window(contest.opens_at, contest.closes_at, contest.zone)


def entry_rules_of(contest: Contest) -> EntryRules:
    """Return what a contest asks of an entry."""
    team = contest.kind is ContestKind.HACKATHON
    return EntryRules(
        kind=contest.kind,
        entries_per_person=contest.entries_per_person,
        team_min=contest.team_min if team else 1,
        team_max=contest.team_max if team else 1,
        pictures_min=contest.pictures_min,
        pictures_max=contest.pictures_max,
        documents_max=contest.documents_max,
        description_min_words=contest.words_min,
        description_max_words=contest.words_max,
        declarations=tuple(declaration.text for declaration in contest.declarations),
        track_required=bool(contest.tracks),
    )


def find_late_pass(session: Session, contest: Contest, user_id: int) -> LatePass | None:
    """Return one person's longer deadline, if an organiser granted one."""
    return session.scalar(
        select(LatePass).where(LatePass.contest_id == contest.id, LatePass.user_id == user_id)
    )
