"""Orders: which entries in which groups, their state and comment, and whose they are."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Fault, FaultKind, trail
from app.audit.trail import Act
from app.errors import N_
from contests.models import Entry
from judging.models import Judge, Ordering, OrderingLine, Round
from judging.service.tracing.naming import belongs, person
from judging.states import BallotState

VERBS = ("order.save", "order.submit", "order.recuse")

_ORDERS = (
    select(
        *(Ordering.id, Ordering.round_id, Ordering.state, Ordering.comment),
        *(Judge.name, Judge.user_id, Round.title),
    )
    .join(Ordering.judge)
    .join(Ordering.round)
)


def trace_orders(session: Session) -> Iterator[Fault]:
    """Yield what is not as it was last saved, and orders that are gone: none ever goes."""
    for rows in trail.in_parts(session, _ORDERS, Ordering.id):
        acts = trail.last_acts(session, "ordering", [row.id for row in rows], VERBS)
        groups = _groups(session, rows[0].id, rows[-1].id)
        for row in rows:
            yield from _compare(row, groups.get(row.id, []), acts.get(row.id))
    for act in trail.about_nothing(session, "ordering", VERBS, Ordering.id):
        message = N_("The order %(order)s (%(judge)s) is gone; it ranked %(groups)s.")
        said = {"order": act.about, "judge": person(session, act.actor_id)}
        yield Fault(FaultKind.REMOVED, message, said | {"groups": act.details.get("groups")})


def _groups(session: Session, first: int, last: int) -> dict[int, list[list[int]]]:
    found: defaultdict[int, list[list[int]]] = defaultdict(list)
    lines = session.execute(
        select(OrderingLine.ordering_id, OrderingLine.position, Entry.number)
        .join(OrderingLine.entry)
        .where(OrderingLine.ordering_id.between(first, last))
        .order_by(OrderingLine.ordering_id, OrderingLine.position, Entry.number)
    )
    for (ordering_id, _position), tied in groupby(lines, key=lambda line: (line[0], line[1])):
        found[ordering_id].append([number or 0 for _id, _place, number in tied])
    return found


def _compare(row: Any, groups: list[list[int]], act: Act | None) -> Iterator[Fault]:
    where = f"The order {row.id} ({row.name}, {row.title})"
    # An order that says nothing yet was begun without an act.
    said = act.details if act else {"groups": [], "state": BallotState.DRAFT.value}
    yield from trail.compared(where, "what it ranks", groups, said.get("groups"))
    yield from trail.compared(where, "its state", row.state.value, said.get("state"))
    yield from trail.words_compared(where, "comment", row.comment, act)
    if act is None:
        return
    yield from trail.kept(where, "its round", row.round_id, act, "round")
    if act.verb != "order.recuse":
        yield from belongs(where, row.user_id, act)
