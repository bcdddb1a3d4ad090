"""What judges gave in a round, as the rules of ranking take it; only what was submitted.

Entries are named by number, judges by their id as text, as in a result bundle.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from contests.models import Entry
from judging.models import Ballot, Comparison, Criterion, Mark, Ordering, OrderingLine, Round
from judging.ranking import ComparisonRow, MarkRow, RankRow
from judging.states import BallotState


def marks(session: Session, round_: Round) -> list[MarkRow[int]]:
    """Return the marks of submitted ballots."""
    found = session.execute(
        select(Entry.number, Ballot.judge_id, Criterion.key, Mark.points)
        .join(Ballot, Ballot.id == Mark.ballot_id)
        .join(Entry, Entry.id == Ballot.entry_id)
        .join(Criterion, Criterion.id == Mark.criterion_id)
        .where(Ballot.round_id == round_.id, Ballot.state == BallotState.SUBMITTED)
        .order_by(Entry.number, Ballot.judge_id, Criterion.position)
    )
    return [MarkRow(number or 0, str(judge), key, points) for number, judge, key, points in found]


def rankings(session: Session, round_: Round) -> list[RankRow[int]]:
    """Return the positions of submitted orders."""
    found = session.execute(
        select(Entry.number, Ordering.judge_id, OrderingLine.position)
        .join(Ordering, Ordering.id == OrderingLine.ordering_id)
        .join(Entry, Entry.id == OrderingLine.entry_id)
        .where(Ordering.round_id == round_.id, Ordering.state == BallotState.SUBMITTED)
        .order_by(Ordering.judge_id, OrderingLine.position, Entry.number)
    )
    return [RankRow(number or 0, str(judge), position) for number, judge, position in found]


def comparisons(session: Session, round_: Round) -> list[ComparisonRow[int]]:
    """Return each choice between two."""
    first, second = aliased(Entry), aliased(Entry)
    found = session.execute(
        select(Comparison.judge_id, Comparison.chosen_id, first.id, first.number, second.number)
        .join(first, first.id == Comparison.first_id)
        .join(second, second.id == Comparison.second_id)
        .where(Comparison.round_id == round_.id, Comparison.chosen_id.is_not(None))
        .order_by(Comparison.judge_id, first.number, second.number)
    )
    return [
        ComparisonRow(str(judge), one or 0, other or 0)
        if chosen == one_id
        else ComparisonRow(str(judge), other or 0, one or 0)
        for judge, chosen, one_id, one, other in found
    ]
