"""Reading judges' orders of a ranking round."""

from collections.abc import Sequence
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from contests.models import Entry
from judging.models import Judge, Ordering, OrderingLine, Round
from judging.queries.rounds import judged_in
from judging.states import BallotState

Groups = tuple[tuple[int, ...], ...]
"""Entry numbers, best first; those in one group are tied."""


def find_order(session: Session, *, judge: Judge, round_: Round) -> Ordering | None:
    """Return a judge's order with its lines and their entries, as it is in the database now."""
    return session.scalar(
        select(Ordering)
        .where(Ordering.round_id == round_.id, Ordering.judge_id == judge.id)
        .options(selectinload(Ordering.lines).joinedload(OrderingLine.entry))
        .execution_options(populate_existing=True)
    )


def groups_of(lines: Sequence[OrderingLine]) -> Groups:
    """Return an order's lines as groups of entry numbers, each group in the order of numbers."""
    ranked = sorted((line.position, line.entry.number or 0) for line in lines)
    return tuple(
        tuple(number for _position, number in tied)
        for _position, tied in groupby(ranked, key=lambda row: row[0])
    )


def share_of(session: Session, judge: Judge, round_: Round) -> tuple[int, int]:
    """Return (done, total): one order is asked for, and it is done once it was submitted.

    Nothing is asked where no entry of the round is left.
    """
    state = session.scalar(
        select(Ordering.state).where(Ordering.round_id == round_.id, Ordering.judge_id == judge.id)
    )
    if state is not None:
        return int(state is BallotState.SUBMITTED), 1
    has_entries = session.scalar(select(Entry.id).where(judged_in(session, round_)).limit(1))
    return 0, int(has_entries is not None)


def orders_on(session: Session, *, judge: Judge, entry_ids: set[int]) -> list[Ordering]:
    """Return a judge's orders, with their rounds and lines, that rank any of these entries."""
    ranks = select(OrderingLine.ordering_id).where(OrderingLine.entry_id.in_(entry_ids))
    return list(
        session.scalars(
            select(Ordering)
            .where(Ordering.judge_id == judge.id, Ordering.id.in_(ranks))
            .options(
                joinedload(Ordering.round),
                selectinload(Ordering.lines).joinedload(OrderingLine.entry),
            )
            .execution_options(populate_existing=True)
        )
    )
