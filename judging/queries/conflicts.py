"""Reading what conflicts of interest are found from, and those that were found."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select, union
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from app.accounts.models import User
from contests.models import Contest, Entry, EntryVersion, Team, TeamMember
from contests.states import EntryState
from judging.models import (
    Ballot,
    Conflict,
    ConflictGround,
    Judge,
    JudgingRules,
    Mark,
    Recusal,
    RecusalSource,
)

SAME_PERSON: ColumnElement[bool] = or_(
    User.id == Judge.user_id, and_(Judge.user_id.is_(None), User.email == Judge.email)
)
"""A judge's account; one who was invited and has not answered yet is known by their address."""


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody says of themselves; `holder` is the id of their seat, or of their entry."""

    holder: int
    user_id: int | None
    email: str
    organisations: tuple[str, ...]
    countries: tuple[str, ...]


def judges(session: Session, contest_id: int, only: Collection[int] | None) -> list[Person]:
    """Return a panel's judges, or some of them by id, with what they and their accounts say."""
    wanted = (
        select(
            Judge.id,
            User.id.label("user_id"),
            Judge.email,
            Judge.organisation,
            Judge.country,
            User.organisation.label("other_organisation"),
            User.country.label("other_country"),
        )
        .outerjoin(User, SAME_PERSON)
        .where(Judge.contest_id == contest_id, Judge.removed_at.is_(None))
        .order_by(Judge.id)
    )
    if only is not None:
        wanted = wanted.where(Judge.id.in_(only))
    return [
        Person(
            row.id,
            row.user_id,
            row.email,
            # What was said of this seat comes first: it is how a conflict is then put into words.
            tuple(filter(None, (row.organisation, row.other_organisation))),
            tuple(filter(None, {row.country, row.other_country})),
        )
        for row in session.execute(wanted)
    ]


def people(session: Session, contest_id: int) -> list[Person]:
    """Return who stands behind each submitted entry of a contest: owners and teams' members.

    An entry's own country is among its people's.
    """
    of_contest = (Entry.contest_id == contest_id, Entry.state == EntryState.SUBMITTED)
    owners = select(Entry.id.label("entry_id"), Entry.owner_id.label("user_id")).where(*of_contest)
    members = (
        select(Entry.id, TeamMember.user_id)
        .join(TeamMember, TeamMember.team_id == Entry.team_id)
        .where(*of_contest)
    )
    behind = union(owners, members).subquery()
    found = session.execute(
        select(
            behind.c.entry_id,
            User.id,
            User.email,
            User.organisation,
            User.country,
            EntryVersion.country.label("entry_country"),
        )
        .join(User, User.id == behind.c.user_id)
        .join(Entry, Entry.id == behind.c.entry_id)
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .order_by(behind.c.entry_id, User.id)
    )
    return [
        Person(
            row.entry_id,
            row.id,
            row.email,
            (row.organisation,) if row.organisation else (),
            tuple(filter(None, {row.country, row.entry_country})),
        )
        for row in found
    ]


def earlier_teams(
    session: Session, contest_id: int, user_ids: Collection[int]
) -> Sequence[Row[int, int, str, str]]:
    """Return (user, other, team, contest) for those who were in a team with one of these people.

    In other contests than this one; teams and contests by name.
    """
    mine, theirs = aliased(TeamMember), aliased(TeamMember)
    return session.execute(
        select(mine.user_id, theirs.user_id, Team.name, Contest.title)
        .join(theirs, theirs.team_id == mine.team_id)
        .join(Team, Team.id == mine.team_id)
        .join(Contest, Contest.id == Team.contest_id)
        .where(
            mine.user_id.in_(user_ids),
            theirs.user_id != mine.user_id,
            Team.contest_id != contest_id,
        )
        .order_by(Contest.closes_at, Team.id)
    ).all()


def known(
    session: Session, judge_ids: Collection[int]
) -> dict[tuple[int, int, ConflictGround], tuple[int, bool]]:
    """Return (id, whether it is settled) of what was found before, by judge, entry and ground."""
    found = session.execute(
        select(
            Conflict.id, Conflict.judge_id, Conflict.entry_id, Conflict.ground, Conflict.verdict
        ).where(Conflict.judge_id.in_(judge_ids))
    )
    return {
        (row.judge_id, row.entry_id, row.ground): (row.id, row.verdict is not None) for row in found
    }


def waiting(
    session: Session, contest: Contest, pairs: Collection[tuple[int, int]]
) -> list[Conflict]:
    """Return the suggestions of these (judge id, entry id) that nobody has settled, to settle."""
    found = session.scalars(
        _wished(contest, Wish())
        .where(Conflict.judge_id.in_({judge_id for judge_id, _entry_id in pairs}))
        .order_by(Conflict.judge_id, Conflict.entry_id, Conflict.id)
        .options(contains_eager(Conflict.judge).joinedload(Judge.contest))
        .with_for_update(of=Conflict)
    )
    return [conflict for conflict in found if (conflict.judge_id, conflict.entry_id) in pairs]


def settled(
    session: Session, contest: Contest, *, judge_id: int, entry_id: int
) -> Sequence[Conflict]:
    """Return what was settled between a judge and an entry, to take it back."""
    return session.scalars(
        _wished(contest, Wish(is_settled=True, judge_id=judge_id))
        .where(Conflict.entry_id == entry_id)
        .with_for_update(of=Conflict)
    ).all()


def bars_country(session: Session, contest: Contest) -> bool:
    """Tell whether judges must not judge entries of their own country."""
    wanted = select(JudgingRules.bar_country).where(JudgingRules.contest_id == contest.id)
    return bool(session.scalar(wanted))


# --- what an organiser looks through ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wish:
    """Which suggestions: settled or waiting, of one judge, on one ground."""

    is_settled: bool = False
    judge_id: int | None = None
    ground: ConflictGround | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A judge and an entry, on what grounds they are too close, and the marks given already."""

    judge: Judge
    entry: Entry
    conflicts: tuple[Conflict, ...]
    has_marks: bool

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.judge.id}-{self.entry.id}"

    @property
    def settled(self) -> Conflict:
        """The suggestion that tells who settled it, when, how and why."""
        return self.conflicts[0]


def pairs(session: Session, contest: Contest, wish: Wish) -> list[tuple[int, int]]:
    """Return (judge id, entry id) of the suggestions that are wished for, by judge and number."""
    found = session.execute(
        _wished(contest, wish)
        .with_only_columns(Conflict.judge_id, Conflict.entry_id)
        .group_by(Conflict.judge_id, Conflict.entry_id, Judge.name, Entry.number)
        .order_by(Judge.name, Conflict.judge_id, Entry.number)
    )
    return [(judge_id, entry_id) for judge_id, entry_id in found]


def suggestions(
    session: Session, contest: Contest, wish: Wish, chosen: Sequence[tuple[int, int]]
) -> list[Suggestion]:
    """Return the suggestions of these pairs in their order."""
    found = session.scalars(
        _wished(contest, Wish(wish.is_settled))
        .where(
            Conflict.judge_id.in_({judge_id for judge_id, _entry_id in chosen}),
            Conflict.entry_id.in_({entry_id for _judge_id, entry_id in chosen}),
        )
        .order_by(Conflict.id)
        .options(
            contains_eager(Conflict.judge),
            contains_eager(Conflict.entry).joinedload(Entry.current),
            joinedload(Conflict.settled_by),
        )
    )
    by_pair: defaultdict[tuple[int, int], list[Conflict]] = defaultdict(list)
    for conflict in found:
        by_pair[conflict.judge_id, conflict.entry_id].append(conflict)
    marked = _marked(session, contest, chosen)
    return [
        Suggestion(rows[0].judge, rows[0].entry, tuple(rows), pair in marked)
        for pair in chosen
        if (rows := by_pair[pair])
    ]


def count_by_judge(session: Session, contest: Contest) -> Counter[int]:
    """Count the entries on which each judge, by id, has a suggestion that waits to be settled."""
    return Counter(judge_id for judge_id, _entry_id in pairs(session, contest, Wish()))


def declared(session: Session, contest: Contest) -> Sequence[Recusal]:
    """Return what the judges of a panel declared themselves, by judge and number."""
    return session.scalars(
        select(Recusal)
        .join(Recusal.judge)
        .join(Recusal.entry)
        .where(
            Judge.contest_id == contest.id,
            Judge.removed_at.is_(None),
            Recusal.source == RecusalSource.DECLARED,
        )
        .order_by(Judge.name, Judge.id, Entry.number)
        .options(
            contains_eager(Recusal.judge), contains_eager(Recusal.entry).joinedload(Entry.current)
        )
    ).all()


def _wished(contest: Contest, wish: Wish) -> Select[Conflict]:
    wanted = (
        select(Conflict)
        .join(Conflict.judge)
        .join(Conflict.entry)
        .where(
            Judge.contest_id == contest.id,
            Judge.removed_at.is_(None),
            Conflict.verdict.is_not(None) if wish.is_settled else Conflict.verdict.is_(None),
        )
    )
    if wish.judge_id is not None:
        wanted = wanted.where(Conflict.judge_id == wish.judge_id)
    if wish.ground is not None:
        wanted = wanted.where(Conflict.ground == wish.ground)
    return wanted


def _marked(
    session: Session, contest: Contest, chosen: Sequence[tuple[int, int]]
) -> set[tuple[int, int]]:
    found = session.execute(
        select(Ballot.judge_id, Ballot.entry_id)
        .join(Ballot.judge)
        .where(
            Judge.contest_id == contest.id,
            Ballot.entry_id.in_({entry_id for _judge_id, entry_id in chosen}),
            exists().where(Mark.ballot_id == Ballot.id),
        )
    )
    return {(judge_id, entry_id) for judge_id, entry_id in found}
