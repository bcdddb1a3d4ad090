"""Ballots that their judge has not begun, so that others can have the entries instead."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from contests.models import Contest, Entry
from judging.models import Ballot, Judge, Mark, Round
from judging.queries.rounds import judged_in
from judging.ranking import Kind
from judging.states import BallotState, RoundState

_DEALT = (Kind.SCREEN, Kind.SCORE)

UNTOUCHED: ColumnElement[bool] = (
    Ballot.state.in_((BallotState.ASSIGNED, BallotState.DRAFT))
    & (Ballot.comment == "")
    & (Ballot.note == "")
    & ~exists().where(Mark.ballot_id == Ballot.id)
)
"""A ballot without a mark or a word."""


@dataclass(frozen=True, slots=True)
class Untouched:
    """How many ballots a judge has not begun in a round, which can go to others."""

    round_id: int
    title: str
    count: int


def are_shareable(round_: Round) -> bool:
    """Tell whether ballots of one judge can go to others: not where each judge has them all."""
    return round_.state is RoundState.OPEN and round_.kind in _DEALT and not round_.is_practice


def untouched_numbers(session: Session, *, judge: Judge, round_: Round) -> Sequence[int]:
    """Return the entries in a round that a judge has not begun, by number."""
    found = session.scalars(
        select(Entry.number)
        .join(Ballot, Ballot.entry_id == Entry.id)
        .where(
            Ballot.judge_id == judge.id,
            Ballot.round_id == round_.id,
            UNTOUCHED,
            judged_in(session, round_),
        )
        .order_by(Entry.number)
    )
    return [number or 0 for number in found]


def untouched_by_judge(session: Session, contest: Contest) -> dict[int, list[Untouched]]:
    """Return what judges, by id, have not begun in each round where others could have it."""
    found = session.execute(
        select(Ballot.judge_id, Round.id, Round.title, func.count())
        .join(Ballot.round)
        .where(
            Round.contest_id == contest.id,
            Round.state == RoundState.OPEN,
            Round.kind.in_(_DEALT),
            Round.is_practice.is_(False),
            UNTOUCHED,
        )
        .group_by(Ballot.judge_id, Round.id, Round.title, Round.position)
        .order_by(Round.position)
    )
    by_judge: defaultdict[int, list[Untouched]] = defaultdict(list)
    for judge_id, round_id, title, count in found:
        by_judge[judge_id].append(Untouched(round_id, title, count))
    return dict(by_judge)
