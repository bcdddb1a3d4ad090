"""Whether a round can open: the entries, the judges, and the rounds before it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from contests.models import Contest, Entry
from contests.states import Screening
from judging.models import Judge, Round
from judging.queries.panel import entries_close_at, unsettled_conflicts
from judging.queries.progress import panel
from judging.queries.rounds import count_standing, find_round_before, judged_in
from judging.ranking import Kind
from judging.states import RoundState


@dataclass(frozen=True, slots=True)
class Readiness:
    """What opening a round depends on; `closes_at` counts the last late pass in.

    `seated` judges have declared conflicts of interest, `undeclared` have only accepted, `waiting`
    have not answered their invitation. `wanted` judges are needed for each entry. `before` is the
    counting round from which entries go on to this one; `unsettled` suggested conflicts of interest
    keep their pairs apart until an organiser settles them.
    """

    closes_at: datetime
    is_closed: bool
    entries: int
    unscreened: int
    seated: int
    undeclared: int
    waiting: int
    wanted: int
    takes_all: bool
    before: Round | None
    unsettled: int

    @property
    def has_turn(self) -> bool:
        """Whether the round before this one is over."""
        return self.before is None or self.before.state.is_over

    @property
    def has_judges(self) -> bool:
        """Whether enough judges can be given work for every entry to have its number."""
        return self.seated >= self.wanted

    @property
    def is_complete(self) -> bool:
        """Whether the round can open."""
        return self.is_closed and self.has_turn and self.entries > 0 and self.has_judges


def readiness(session: Session, round_: Round, now: datetime) -> Readiness:
    """Look at what opening this round depends on."""
    closes_at = entries_close_at(session, round_.contest)
    screenings = Counter(session.scalars(select(Entry.screening).where(judged_in(session, round_))))
    seats = who_may_come(session, round_)
    accepted = sum(judge.accepted_at is not None for judge in seats)
    declared = sum(judge.declared_at is not None for judge in seats)
    before = None if round_.is_practice else find_round_before(session, round_)
    return Readiness(
        closes_at=closes_at,
        is_closed=now >= closes_at,
        entries=screenings.total(),
        unscreened=screenings[Screening.PENDING],
        seated=declared,
        undeclared=accepted - declared,
        waiting=len(seats) - accepted,
        wanted=judges_wanted(round_),
        takes_all=not round_.is_practice and before is None,
        before=before,
        unsettled=unsettled_conflicts(session, round_.contest),
    )


def cutless_rounds(
    session: Session, contest: Contest, rounds: Sequence[Round], now: datetime
) -> list[Round]:
    """Return the planned rounds from which so many go on that nobody is left out.

    How many come to a round follows from the rounds before it, as far as these fix a number.
    """
    is_known = now >= entries_close_at(session, contest)
    field = count_standing(session, contest) if is_known else None
    counting = [round_ for round_ in rounds if not round_.is_practice]
    found = []
    for round_ in counting[:-1]:
        count = round_.advance_count
        if count and field is not None and count >= field and round_.state is RoundState.PLANNED:
            found.append(round_)
        field = count if field is None or count is None else min(count, field)
    return found


def judges_wanted(round_: Round) -> int:
    """Return how many judges an entry needs before the round can open."""
    if round_.is_practice or round_.kind in {Kind.RANK, Kind.PAIRWISE}:
        return 1
    return round_.dealt_at_first


def who_may_come(session: Session, round_: Round) -> list[Judge]:
    """Return who may come to judge here, by name, whether they have answered or not."""
    chosen = {seat.judge_id for seat in round_.seats}
    return [
        judge
        for judge in panel(session, round_.contest)
        if judge.removed_at is None and (not chosen or judge.id in chosen)
    ]
