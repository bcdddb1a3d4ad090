"""Orders: which entries in which groups, their state and comment, and whose they are."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Fault, FaultKind, trail
from app.audit.trail import Act
from app.errors import N_
from contests.models import Entry
from judging.models import Judge, Ordering, OrderingLine, Round
from judging.service.tracing.naming import given_compared, numbered, person
from judging.states import BallotState

VERBS = ("order.save", "order.submit", "order.recuse")

Positions = dict[int, list[int]]
"""The numbers of the entries that share a position, by position."""

_ORDERS = (
    select(
        *(Ordering.id, Ordering.round_id, Ordering.state, Ordering.comment),
        *(Judge.name, Judge.user_id, Round.title),
        *(Judge.contest_id.label("seat_contest"), Round.contest_id),
    )
    .outerjoin(Ordering.judge)
    .outerjoin(Ordering.round)
)


def trace_orders(session: Session) -> Iterator[Fault]:
    """Yield what is not as it was last saved, and orders that are gone: none ever goes."""
    for rows in trail.in_parts(session, _ORDERS, Ordering.id):
        acts = trail.last_acts(session, "ordering", [row.id for row in rows], VERBS)
        positions = _positions(session, rows[0].id, rows[-1].id)
        for row in rows:
            yield from _compare(row, positions[row.id], acts.get(row.id))
    for act in trail.about_nothing(session, "ordering", VERBS, Ordering.id):
        message = N_("The order %(order)s (%(judge)s) is gone; it ranked %(entries)s.")
        said = {"order": act.about, "judge": person(session, act.actor_id)}
        yield Fault(FaultKind.REMOVED, message, said | {"entries": _said(_told(act)) or "none"})


def _positions(session: Session, first: int, last: int) -> defaultdict[int, Positions]:
    found: defaultdict[int, Positions] = defaultdict(lambda: defaultdict(list))
    lines = session.execute(
        select(OrderingLine.ordering_id, OrderingLine.position, Entry.number)
        .join(OrderingLine.entry)
        .where(OrderingLine.ordering_id.between(first, last))
        .order_by(OrderingLine.ordering_id, OrderingLine.position, Entry.number)
    )
    for ordering_id, position, number in lines:
        found[ordering_id][position].append(number or 0)
    return found


def _told(act: Act | None) -> Positions:
    """Return what an act says was ranked: those tied share a position, the next is behind all."""
    told: Positions = {}
    before = 0
    groups = act.details.get("groups") if act else None
    for group in groups if isinstance(groups, list) else ():
        told[before + 1] = trail.whole_numbers(group)
        before += len(told[before + 1])
    return told


def _said(positions: Positions) -> str | None:
    """Return each position with the entries that share it, "1: 0005; 2: 0003, 0004"."""
    return (
        "; ".join(f"{at}: {', '.join(map(numbered, tied))}" for at, tied in positions.items())
        or None
    )


def _compare(row: Any, positions: Positions, act: Act | None) -> Iterator[Fault]:
    where = f"The order {row.id} ({row.name}, {row.title})"
    yield from trail.compared(where, "what it ranks", _said(positions), _said(_told(act)))
    # An order that says nothing yet was begun without an act.
    yield from given_compared(where, row, act, unsaid=BallotState.DRAFT)
