"""Recusals: which entries a judge must not see."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Fault, FaultKind, trail
from app.audit.trail import Act
from app.errors import N_
from contests.models import Contest, Entry
from judging.models import Judge, Recusal
from judging.service.tracing.naming import numbered

VERBS = ("judge.recuse", "conflict.undo")

_JUDGES = select(Judge.id, Judge.name, Contest.title).join(Judge.contest)


def trace_recusals(session: Session) -> Iterator[Fault]:
    """Yield recusals that nobody gave, and those that are gone though nobody took them back."""
    for rows in trail.in_parts(session, _JUDGES, Judge.id):
        acts = trail.all_acts(session, "judge", [row.id for row in rows], VERBS)
        live = _live(session, rows[0].id, rows[-1].id)
        for row in rows:
            yield from _compare(row, live[row.id], _told(acts.get(row.id, ())))
    for act in trail.about_nothing(session, "judge", VERBS, Judge.id):
        message = N_("Judge %(judge)s is gone, with all that they gave.")
        yield Fault(FaultKind.REMOVED, message, {"judge": act.about})


def _live(session: Session, first: int, last: int) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(Recusal.judge_id, Entry.number)
        .join(Recusal.entry)
        .where(Recusal.judge_id.between(first, last))
    )
    for judge_id, number in rows:
        found[judge_id].add(number or 0)
    return found


def _told(acts: Sequence[Act]) -> set[int]:
    """Return the entries that the acts about a judge leave them recused from."""
    told: set[int] = set()
    for act in acts:
        if act.verb == "judge.recuse":
            told.update(act.details.get("entries", ()))
        else:
            told.difference_update(act.details.get("recusals", ()))
    return told


def _compare(row: Any, live: set[int], told: set[int]) -> Iterator[Fault]:
    for number in sorted(live ^ told):
        said = {"judge": row.name, "entry": numbered(number), "contest": row.title}
        if number in live:
            message = N_("%(judge)s is recused from entry %(entry)s of %(contest)s by no act.")
            yield Fault(FaultKind.INSERTED, message, said)
        else:
            message = N_("The recusal of %(judge)s from entry %(entry)s of %(contest)s is gone.")
            yield Fault(FaultKind.REMOVED, message, said)
