"""Reading forums and contests."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import User
from app.errors import NotFoundError
from contests.models import (
    AcceptedDeclaration,
    Contest,
    Declaration,
    Entry,
    EntryVersion,
    Forum,
    LatePass,
    Track,
    VersionAsset,
)
from contests.rules import EntryRules, Window
from contests.states import ContestKind, ContestState, EntryState
from media.limits import AssetKind
from media.models import Asset

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""What the last part of a contest's address looks like."""


def find_forum(session: Session) -> Forum | None:
    """Return the edition that is on, or comes next, or was last: the one that starts latest."""
    return session.scalar(select(Forum).order_by(Forum.starts_on.desc(), Forum.id.desc()).limit(1))


def find_contest(session: Session, slug: str) -> Contest | None:
    """Return the contest with this slug, all that its pages show loaded."""
    if SLUG.fullmatch(slug) is None:
        return None  # PostgreSQL would stumble over a NUL in it
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


def public_contests(session: Session) -> Sequence[Contest]:
    """Return every contest of every forum that the public may see."""
    wanted = select(Contest).where(Contest.state != ContestState.DRAFT).order_by(Contest.id)
    return session.scalars(wanted).all()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries of a contest stand where; the first three are in the contest."""

    pending: int = 0
    eligible: int = 0
    ineligible: int = 0
    withdrawn: int = 0
    disqualified: int = 0
    draft: int = 0

    @property
    def submitted(self) -> int:
        """How many are in the contest, checked or not."""
        return self.pending + self.eligible + self.ineligible

    @property
    def begun(self) -> int:
        """How many there are, whatever became of them."""
        return self.submitted + self.withdrawn + self.disqualified + self.draft


def tallies(session: Session, contests: Iterable[Contest]) -> dict[int, Tally]:
    """Return how many entries these contests have, by the contests' ids."""
    ids = [contest.id for contest in contests]
    rows = session.execute(
        select(Entry.contest_id, Entry.state, Entry.screening, func.count())
        .where(Entry.contest_id.in_(ids))
        .group_by(Entry.contest_id, Entry.state, Entry.screening)
    )
    counts: dict[int, Counter[str]] = {contest_id: Counter() for contest_id in ids}
    for contest_id, state, screening, number in rows:
        word = screening if state is EntryState.SUBMITTED else state
        counts[contest_id][word.value] += number
    return {contest_id: Tally(**found) for contest_id, found in counts.items()}


def count_beyond_limits(session: Session, contest: Contest) -> int:
    """Return how many entries have more files than the contest takes, which was changed since."""
    most = case({kind: contest.most(kind) for kind in AssetKind}, value=Asset.kind)
    beyond = (
        select(EntryVersion.entry_id)
        .join(Entry, Entry.id == EntryVersion.entry_id)
        .join(EntryVersion.files)
        .join(VersionAsset.asset)
        .where(
            Entry.contest_id == contest.id,
            Entry.state.in_([EntryState.DRAFT, EntryState.SUBMITTED]),
            # What stands, or what its form edits; not what was replaced long ago.
            or_(EntryVersion.id == Entry.current_id, EntryVersion.submitted_at.is_(None)),
        )
        .group_by(EntryVersion.id, EntryVersion.entry_id, Asset.kind)
        .having(func.count() > most)
        .subquery()
    )
    return session.scalar(select(func.count(beyond.c.entry_id.distinct()))) or 0


def tracks_in_use(session: Session, contest: Contest) -> set[int]:
    """Return the ids of those tracks that some entry, old versions too, has chosen."""
    found = session.scalars(
        select(EntryVersion.track_id)
        .join(Track, Track.id == EntryVersion.track_id)
        .where(Track.contest_id == contest.id)
        .distinct()
    )
    return {track_id for track_id in found if track_id is not None}


def declarations_in_use(session: Session, contest: Contest) -> set[int]:
    """Return the ids of those declarations that somebody has accepted."""
    return set(
        session.scalars(
            select(AcceptedDeclaration.declaration_id)
            .join(AcceptedDeclaration.declaration)
            .where(Declaration.contest_id == contest.id)
            .distinct()
        )
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
        videos_max=contest.videos_max,
        description_min_words=contest.words_min,
        description_max_words=contest.words_max,
        declarations=tuple(declaration.text for declaration in contest.declarations),
        track_required=bool(contest.tracks),
        sdgs_offered=bool(contest.sdgs),
    )


def find_late_pass(session: Session, contest: Contest, user_id: int) -> LatePass | None:
    """Return one person's longer deadline, if an organiser granted one."""
    return session.scalar(
        select(LatePass).where(LatePass.contest_id == contest.id, LatePass.user_id == user_id)
    )
