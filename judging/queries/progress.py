"""Reading a round as its organisers do: who sits on the panel, how far it is, what is missing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFoundError
from contests.models import Contest, Entry, EntryVersion
from judging.models import (
    Ballot,
    Comparison,
    Criterion,
    HandOut,
    Judge,
    Mark,
    Ordering,
    OrderingLine,
    Recusal,
    Round,
)
from judging.queries.rounds import entry_numbers, judged_in, seated_judges
from judging.ranking import Kind
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


# --- while it runs ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class JudgeProgress:
    """How far one judge is; `total` is what is asked of them, recusals left out."""

    judge: Judge
    total: int
    done: int
    begun: int
    recused: int

    @property
    def missing(self) -> int:
        """How much is still to come."""
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class EntryProgress:
    """How far one entry is; `total` is what was given out, `wanted` what the round asks for."""

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
    """A round as its control room shows it.

    Judges count in ballots, in comparisons, or in the one order that a ranking asks of each;
    entries in the judges who gave theirs on it. `budget` are the ballots that a round with focus
    has to give.
    """

    judges: tuple[JudgeProgress, ...]
    entries: tuple[EntryProgress, ...]
    budget: int | None = None

    @property
    def total(self) -> int:
        """How much is asked for."""
        return sum(row.total for row in self.judges)

    @property
    def done(self) -> int:
        """How much is submitted."""
        return sum(row.done for row in self.judges)

    @property
    def late(self) -> tuple[JudgeProgress, ...]:
        """Who still owes something."""
        return tuple(row for row in self.judges if row.missing)

    @property
    def behind(self) -> tuple[EntryProgress, ...]:
        """Entries of which something that was given out is still to come."""
        return tuple(row for row in self.entries if row.done < row.total)

    @property
    def thin(self) -> tuple[EntryProgress, ...]:
        """Entries that somebody judged, but fewer than the round asks for."""
        return tuple(row for row in self.entries if 0 < row.done < row.wanted)

    @property
    def single(self) -> tuple[EntryProgress, ...]:
        """Entries that one judge alone decides on, of several who were asked for."""
        return tuple(row for row in self.thin if row.done == 1)

    @property
    def unmarked(self) -> tuple[EntryProgress, ...]:
        """Entries that nobody judged: they would have no place in the standings."""
        return tuple(row for row in self.entries if row.done == 0)

    @property
    def short(self) -> tuple[EntryProgress, ...]:
        """Entries that too few judges have been given."""
        return tuple(row for row in self.entries if row.is_short)


_ByJudge = Counter[tuple[int, BallotState]]
_ByEntry = Counter[tuple[int, BallotState]]


@dataclass(frozen=True, slots=True)
class _Counts:
    """How much there is in which state, by judge and by the entry's number."""

    by_judge: _ByJudge
    by_entry: _ByEntry

    def add(self, judge: Judge, numbers: Iterable[int | None], state: BallotState) -> None:
        # Nobody waits for what a judge left unfinished when they left the panel.
        if judge.removed_at is None or state is BallotState.SUBMITTED:
            self.by_judge[judge.id, state] += 1
            self.by_entry.update((number or 0, state) for number in numbers)


def progress(session: Session, round_: Round) -> Progress:
    """Count what a round has of what it asks for, on entries that still stand."""
    judges = {judge.id: judge for judge in panel(session, round_.contest)}
    count = {Kind.RANK: _orders, Kind.PAIRWISE: _comparisons}.get(round_.kind, _ballots)
    counts = _Counts(Counter(), Counter())
    count(session, round_, judges, counts)
    titles = standing_titles(session, round_)
    wanted = _wanted(session, round_)
    return Progress(
        judges=tuple(
            _judge_progress(judge, counts.by_judge)
            for judge in judges.values()
            if judge.removed_at is None or counts.by_judge[judge.id, BallotState.SUBMITTED]
        ),
        entries=tuple(
            _entry_progress(number, title, counts.by_entry, wanted) for number, title in titles
        ),
        budget=round_.per_entry * len(titles) if round_.hand_out is HandOut.FOCUS else None,
    )


def _ballots(session: Session, round_: Round, judges: Mapping[int, Judge], counts: _Counts) -> None:
    found = session.execute(
        select(Ballot.judge_id, Entry.number, Ballot.state)
        .join(Ballot.entry)
        .where(Ballot.round_id == round_.id, judged_in(session, round_))
    )
    for judge_id, number, state in found:
        counts.add(judges[judge_id], [number], state)


def _orders(session: Session, round_: Round, judges: Mapping[int, Judge], counts: _Counts) -> None:
    """Count one order of each judge, begun or not, and the entries in it."""
    orders = {
        judge_id: (order_id, state)
        for order_id, judge_id, state in session.execute(
            select(Ordering.id, Ordering.judge_id, Ordering.state).where(
                Ordering.round_id == round_.id
            )
        )
    }
    entries = defaultdict(list)
    for order_id, number in session.execute(
        select(OrderingLine.ordering_id, Entry.number)
        .join(OrderingLine.ordering)
        .join(OrderingLine.entry)
        .where(Ordering.round_id == round_.id, judged_in(session, round_))
    ):
        entries[order_id].append(number)
    for judge_id in (judge.id for judge in seated_judges(session, round_)):
        if judge_id not in orders:
            counts.add(judges[judge_id], (), BallotState.ASSIGNED)
    for judge_id, (order_id, state) in orders.items():
        counts.add(judges[judge_id], entries[order_id], state)


def _comparisons(
    session: Session, round_: Round, judges: Mapping[int, Judge], counts: _Counts
) -> None:
    numbers = entry_numbers(session, round_)
    found = session.execute(
        select(
            Comparison.judge_id,
            Comparison.first_id,
            Comparison.second_id,
            Comparison.chosen_id.is_not(None),
        ).where(Comparison.round_id == round_.id)
    )
    for judge_id, first_id, second_id, is_decided in found:
        if first_id in numbers and second_id in numbers:
            state = BallotState.SUBMITTED if is_decided else BallotState.ASSIGNED
            counts.add(judges[judge_id], [numbers[first_id], numbers[second_id]], state)


def _wanted(session: Session, round_: Round) -> int:
    """Return how many judges, or comparisons, each entry is to have."""
    if round_.is_practice or round_.kind is Kind.RANK:
        return len(seated_judges(session, round_))
    return round_.dealt_at_first


def standing_titles(session: Session, round_: Round) -> list[tuple[int, str]]:
    """Return (number, title) of each entry that is judged in a round, by number."""
    found = session.execute(
        select(Entry.number, EntryVersion.title)
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .where(judged_in(session, round_))
        .order_by(Entry.number)
    )
    return [(number or 0, title) for number, title in found]


def _judge_progress(judge: Judge, counts: _ByJudge) -> JudgeProgress:
    done, begun = (counts[judge.id, state] for state in (BallotState.SUBMITTED, BallotState.DRAFT))
    return JudgeProgress(
        judge=judge,
        total=done + begun + counts[judge.id, BallotState.ASSIGNED],
        done=done,
        begun=begun,
        recused=counts[judge.id, BallotState.RECUSED],
    )


def _entry_progress(number: int, title: str, counts: _ByEntry, wanted: int) -> EntryProgress:
    live = set(BallotState) - {BallotState.RECUSED}
    return EntryProgress(
        number=number,
        title=title,
        total=sum(counts[number, state] for state in live),
        done=counts[number, BallotState.SUBMITTED],
        wanted=wanted,
    )
