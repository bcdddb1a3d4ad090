"""Reading a round as its organisers do: whether it can open, how far it is, what is missing."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFoundError
from contests.models import Contest, Entry, EntryVersion, LatePass
from contests.states import Screening
from judging.models import Ballot, Criterion, Judge, Mark, Recusal, Round
from judging.queries.rounds import judged_in
from judging.states import BallotState


def has_marks(session: Session, round_: Round) -> bool:
    """Tell whether any judge has given any mark, which fixes the rubric."""
    marked = (
        select(Mark.id)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .where(Criterion.round_id == round_.id)
        .limit(1)
    )
    return session.scalar(marked) is not None


# --- the panel ----------------------------------------------------------------------------------


def panel(session: Session, contest: Contest) -> Sequence[Judge]:
    """Return everybody who was ever invited to a contest's panel, by name."""
    return session.scalars(
        select(Judge).where(Judge.contest_id == contest.id).order_by(Judge.name, Judge.id)
    ).all()


def get_judge(session: Session, contest: Contest, judge_id: int) -> Judge:
    """Return one seat of this contest's panel; NotFoundError for any other."""
    judge = session.scalar(
        select(Judge)
        .where(Judge.id == judge_id, Judge.contest_id == contest.id)
        .options(joinedload(Judge.contest).joinedload(Contest.forum))
    )
    if judge is None:
        raise NotFoundError
    return judge


def recusals(session: Session, contest: Contest) -> dict[int, list[Recusal]]:
    """Return what each judge, by id, must not judge, by the entries' numbers."""
    found = session.scalars(
        select(Recusal)
        .join(Recusal.judge)
        .join(Recusal.entry)
        .where(Judge.contest_id == contest.id)
        .order_by(Entry.number)
        .options(joinedload(Recusal.entry).joinedload(Entry.current))
    )
    by_judge: defaultdict[int, list[Recusal]] = defaultdict(list)
    for recusal in found:
        by_judge[recusal.judge_id].append(recusal)
    return dict(by_judge)


# --- before it opens ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Readiness:
    """What opening a round depends on; `closes_at` counts the last late pass in.

    `seated` judges have declared conflicts of interest, `undeclared` have only accepted, `waiting`
    have not answered their invitation.
    """

    closes_at: datetime
    is_closed: bool
    entries: int
    unscreened: int
    seated: int
    undeclared: int
    waiting: int
    per_entry: int

    @property
    def has_judges(self) -> bool:
        """Whether enough judges can be given ballots for every entry to have its number."""
        return self.seated >= self.per_entry

    @property
    def is_complete(self) -> bool:
        """Whether the round can open."""
        return self.is_closed and self.entries > 0 and self.has_judges


def readiness(session: Session, round_: Round, now: datetime) -> Readiness:
    """Look at what opening this round depends on."""
    contest = round_.contest
    passes = session.scalar(
        select(func.max(LatePass.until)).where(LatePass.contest_id == contest.id)
    )
    closes_at = max(contest.closes_at, passes or contest.closes_at)
    screenings = Counter(session.scalars(select(Entry.screening).where(judged_in(session, round_))))
    seats = [judge for judge in panel(session, contest) if judge.removed_at is None]
    accepted = sum(judge.accepted_at is not None for judge in seats)
    declared = sum(judge.declared_at is not None for judge in seats)
    return Readiness(
        closes_at=closes_at,
        is_closed=now >= closes_at,
        entries=screenings.total(),
        unscreened=screenings[Screening.PENDING],
        seated=declared,
        undeclared=accepted - declared,
        waiting=len(seats) - accepted,
        per_entry=round_.per_entry,
    )


# --- while it runs ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JudgeProgress:
    """How far one judge is; `total` are the ballots asked of them, recusals left out."""

    judge: Judge
    total: int
    done: int
    begun: int
    recused: int

    @property
    def missing(self) -> int:
        """How many ballots are still to come."""
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class EntryProgress:
    """How far one entry is; `total` are its live ballots, `wanted` what the round asks for."""

    number: int
    title: str
    total: int
    done: int
    wanted: int

    @property
    def is_short(self) -> bool:
        """Whether fewer judges than asked for can still mark it."""
        return self.total < self.wanted


@dataclass(frozen=True, slots=True)
class Progress:
    """A round as its control room shows it."""

    judges: tuple[JudgeProgress, ...]
    entries: tuple[EntryProgress, ...]

    @property
    def total(self) -> int:
        """How many ballots are asked for."""
        return sum(entry.total for entry in self.entries)

    @property
    def done(self) -> int:
        """How many ballots are submitted."""
        return sum(entry.done for entry in self.entries)

    @property
    def late(self) -> tuple[JudgeProgress, ...]:
        """Who still owes ballots."""
        return tuple(row for row in self.judges if row.missing)

    @property
    def thin(self) -> tuple[EntryProgress, ...]:
        """Entries with some submitted ballots, but fewer than the round asks for."""
        return tuple(row for row in self.entries if 0 < row.done < row.wanted)

    @property
    def unmarked(self) -> tuple[EntryProgress, ...]:
        """Entries without any submitted ballot: they would have no place in the standings."""
        return tuple(row for row in self.entries if row.done == 0)

    @property
    def short(self) -> tuple[EntryProgress, ...]:
        """Entries that too few judges have been given."""
        return tuple(row for row in self.entries if row.is_short)


def progress(session: Session, round_: Round) -> Progress:
    """Count a round's ballots on entries that still stand, by judge and by entry."""
    counts = session.execute(
        select(Ballot.judge_id, Entry.number, Ballot.state)
        .join(Ballot.entry)
        .where(Ballot.round_id == round_.id, judged_in(session, round_))
    ).all()
    by_judge: Counter[tuple[int, BallotState]] = Counter()
    by_entry: Counter[tuple[int, BallotState]] = Counter()
    judges = {judge.id: judge for judge in panel(session, round_.contest)}
    for judge_id, number, state in counts:
        # Nobody waits for what a judge left unfinished when they left the panel.
        if judges[judge_id].removed_at is None or state is BallotState.SUBMITTED:
            by_judge[judge_id, state] += 1
            by_entry[number or 0, state] += 1
    return Progress(
        judges=tuple(
            _judge_progress(judge, by_judge)
            for judge in judges.values()
            if judge.removed_at is None or by_judge[judge.id, BallotState.SUBMITTED]
        ),
        entries=tuple(
            _entry_progress(number, title, by_entry, round_.per_entry)
            for number, title in _standing_titles(session, round_)
        ),
    )


def _standing_titles(session: Session, round_: Round) -> list[tuple[int, str]]:
    found = session.execute(
        select(Entry.number, EntryVersion.title)
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .where(judged_in(session, round_))
        .order_by(Entry.number)
    )
    return [(number or 0, title) for number, title in found]


def _judge_progress(judge: Judge, counts: Counter[tuple[int, BallotState]]) -> JudgeProgress:
    done, begun = (counts[judge.id, state] for state in (BallotState.SUBMITTED, BallotState.DRAFT))
    return JudgeProgress(
        judge=judge,
        total=done + begun + counts[judge.id, BallotState.ASSIGNED],
        done=done,
        begun=begun,
        recused=counts[judge.id, BallotState.RECUSED],
    )


def _entry_progress(
    number: int, title: str, counts: Counter[tuple[int, BallotState]], wanted: int
) -> EntryProgress:
    live = set(BallotState) - {BallotState.RECUSED}
    return EntryProgress(
        number=number,
        title=title,
        total=sum(counts[number, state] for state in live),
        done=counts[number, BallotState.SUBMITTED],
        wanted=wanted,
    )
