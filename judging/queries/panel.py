"""Reading panels: who sits on one, and whose entries they must not judge."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.accounts.models import User
from app.authz import Actor
from app.errors import NotFoundError
from contests.models import Contest, Entry, LatePass, TeamMember
from contests.states import EntryState
from judging.models import (
    Ballot,
    Conflict,
    ConflictVerdict,
    Judge,
    Recusal,
    RecusalSource,
    Round,
)
from judging.queries import orders, pairs
from judging.queries.rounds import judged_in, seated_judges
from judging.ranking import Kind
from judging.states import BallotState, RoundState


def is_judge(session: Session, actor: Actor) -> bool:
    """Tell whether somebody sits on any panel, which is what shows them the desk."""
    seat = exists().where(Judge.user_id == actor.user_id, Judge.removed_at.is_(None))
    return actor.is_authenticated and bool(session.scalar(select(seat)))


def find_judge(session: Session, *, contest_id: int, email: str) -> Judge | None:
    """Return who was invited to a contest's panel at this address, also if removed since."""
    return session.scalar(select(Judge).where(Judge.contest_id == contest_id, Judge.email == email))


def find_judge_by_token(session: Session, digest: str, *, lock: bool) -> Judge | None:
    """Return whose invitation has this digest; with `lock`, a second click waits for the first."""
    wanted = (
        select(Judge)
        .where(Judge.token_digest == digest)
        .options(selectinload(Judge.contest).selectinload(Contest.forum))
    )
    return session.scalar(wanted.with_for_update(of=Judge) if lock else wanted)


def get_seat(session: Session, *, slug: str, user_id: int | None) -> Judge:
    """Return a person's seat on a contest's panel; NotFoundError for everybody else."""
    judge = session.scalar(
        select(Judge)
        .join(Judge.contest)
        .where(Contest.slug == slug, Judge.user_id == user_id, Judge.removed_at.is_(None))
        .options(joinedload(Judge.contest).joinedload(Contest.forum))
    )
    if judge is None:
        raise NotFoundError
    return judge


def own_pairs(session: Session, contest_id: int) -> set[tuple[int, int]]:
    """Return (judge id, entry id) for each entry that is a judge's own or their team's.

    Somebody who was invited and has not answered yet is known by their address.
    """
    is_person = or_(
        User.id == Judge.user_id, and_(Judge.user_id.is_(None), User.email == Judge.email)
    )
    in_team = exists().where(TeamMember.team_id == Entry.team_id, TeamMember.user_id == User.id)
    found = session.execute(
        select(Judge.id, Entry.id)
        .join(Entry, Entry.contest_id == Judge.contest_id)
        .join(User, is_person)
        .where(
            Judge.contest_id == contest_id,
            Entry.state == EntryState.SUBMITTED,
            or_(Entry.owner_id == User.id, in_team),
        )
    )
    return {(judge_id, entry_id) for judge_id, entry_id in found}


def entries_close_at(session: Session, contest: Contest) -> datetime:
    """Return when the last entry can come in, late passes included."""
    latest = session.scalar(
        select(func.max(LatePass.until)).where(LatePass.contest_id == contest.id)
    )
    return max(contest.closes_at, latest or contest.closes_at)


def recused_pairs(session: Session, contest_id: int) -> set[tuple[int, int]]:
    """Return (judge id, entry id) for each recusal of a contest, declared or found."""
    found = session.execute(
        select(Recusal.judge_id, Recusal.entry_id)
        .join(Recusal.judge)
        .where(Judge.contest_id == contest_id)
    )
    return {(judge_id, entry_id) for judge_id, entry_id in found}


def suspected_pairs(session: Session, contest_id: int) -> set[tuple[int, int]]:
    """Return (judge id, entry id) for each suggested conflict that nobody has settled."""
    found = session.execute(
        select(Conflict.judge_id, Conflict.entry_id)
        .join(Conflict.judge)
        .where(Judge.contest_id == contest_id, Conflict.verdict.is_(None))
    )
    return {(judge_id, entry_id) for judge_id, entry_id in found}


def unsettled_conflicts(session: Session, contest: Contest) -> int:
    """Count the suggested conflicts that an organiser has still to settle, by judge and entry."""
    pairs = (
        select(Conflict.judge_id, Conflict.entry_id)
        .join(Conflict.judge)
        .where(
            Judge.contest_id == contest.id,
            Judge.removed_at.is_(None),
            Conflict.verdict.is_(None),
        )
        .distinct()
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(pairs)) or 0


def recusals_of(session: Session, judge: Judge) -> list[Recusal]:
    """Return what a judge knows they must not judge, by the entries' numbers, the entries loaded.

    What organisers decided on is left out: judges are not told of suggestions.
    """
    was_settled = exists().where(
        Conflict.judge_id == Recusal.judge_id,
        Conflict.entry_id == Recusal.entry_id,
        Conflict.verdict == ConflictVerdict.RECUSED,
    )
    return list(
        session.scalars(
            select(Recusal)
            .join(Recusal.entry)
            .where(
                Recusal.judge_id == judge.id,
                or_(Recusal.source == RecusalSource.DECLARED, ~was_settled),
            )
            .order_by(Entry.number)
            .options(joinedload(Recusal.entry))
        )
    )


def live_ballots(session: Session, *, judge: Judge, entry_ids: set[int]) -> list[Ballot]:
    """Return a judge's ballots on these entries that a recusal has to end, and hold them."""
    return list(
        session.scalars(
            select(Ballot)
            .join(Ballot.round)
            .where(
                Ballot.judge_id == judge.id,
                Ballot.entry_id.in_(entry_ids),
                Ballot.state != BallotState.RECUSED,
                Round.state.in_((RoundState.PLANNED, RoundState.OPEN)),
            )
            .order_by(Ballot.id)
            .with_for_update(of=Ballot)
            .execution_options(populate_existing=True)
        )
    )


@dataclass(frozen=True, slots=True)
class Work:
    """What an open round waits for from one judge: so many ballots, comparisons, or their order."""

    title: str
    kind: Kind
    due_at: datetime | None
    missing: int


def open_work(session: Session, judge: Judge) -> list[Work]:
    """Return what each open round waits for from this judge, in the rounds' order."""
    rounds = session.scalars(
        select(Round)
        .where(Round.contest_id == judge.contest_id, Round.state == RoundState.OPEN)
        .order_by(Round.position)
        .options(joinedload(Round.contest))
    ).all()
    work = [
        Work(round_.title, round_.kind, round_.due_at, _missing(session, judge, round_))
        for round_ in rounds
    ]
    return [one for one in work if one.missing]


def _missing(session: Session, judge: Judge, round_: Round) -> int:
    if round_.kind in {Kind.SCREEN, Kind.SCORE}:
        return open_ballots(session, judge, round_)
    if judge.id not in {seated.id for seated in seated_judges(session, round_)}:
        return 0
    share_of = orders.share_of if round_.kind is Kind.RANK else pairs.share_of
    done, total = share_of(session, judge, round_)
    # An order is one piece of work, however many entries it has.
    return (done < total) if round_.kind is Kind.RANK else total - done


def open_ballots(session: Session, judge: Judge, round_: Round) -> int:
    """Return how many ballots of a round a judge has still to submit."""
    waiting = (
        select(func.count())
        .select_from(Ballot)
        .join(Ballot.entry)
        .where(
            Ballot.judge_id == judge.id,
            Ballot.round_id == round_.id,
            Ballot.state.in_((BallotState.ASSIGNED, BallotState.DRAFT)),
            judged_in(session, round_),
        )
    )
    return session.scalar(waiting) or 0
