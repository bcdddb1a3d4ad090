"""Comparisons: which of the two was chosen, and by whom."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.audit import Fault, FaultKind, trail
from app.audit.trail import Act
from app.errors import N_
from contests.models import Entry
from judging.models import Comparison, Judge, Round
from judging.service.tracing.naming import belongs, numbered, person

VERBS = ("comparison.vote", "comparison.undo", "comparison.skip")
STRUCK = "comparison.recuse"

_first, _second = aliased(Entry), aliased(Entry)
_PAIRS = (
    select(
        *(Comparison.id, Comparison.round_id, Comparison.first_id, Comparison.chosen_id),
        *(_first.number.label("first"), _second.number.label("second")),
        *(Judge.name, Judge.user_id, Round.title),
        *(Judge.contest_id.label("seat_contest"), Round.contest_id),
    )
    .outerjoin(_first, _first.id == Comparison.first_id)
    .outerjoin(_second, _second.id == Comparison.second_id)
    .outerjoin(Comparison.judge)
    .outerjoin(Comparison.round)
)


def trace_pairs(session: Session) -> Iterator[Fault]:
    """Yield choices that are not those made, and choices that are gone without a recusal."""
    for rows in trail.in_parts(session, _PAIRS, Comparison.id):
        acts = trail.last_acts(session, "comparison", [row.id for row in rows], VERBS)
        for row in rows:
            yield from _compare(row, acts.get(row.id))
    struck = _struck(session)
    for act in trail.about_nothing(session, "comparison", VERBS, Comparison.id):
        if act.details.get("chosen") is not None and act.about not in struck:
            yield _removed(session, act)


def _compare(row: Any, act: Act | None) -> Iterator[Fault]:
    both = sorted((row.first or 0, row.second or 0))
    named = " and ".join(map(numbered, both))
    where = f"Comparison {row.id} (entries {named}, {row.name}, {row.title})"
    chosen = None
    if row.chosen_id is not None:
        chosen = row.first if row.chosen_id == row.first_id else row.second
    said = act.details.get("chosen") if act else None
    yield from trail.compared(where, "the choice", chosen, said)
    if act is not None:
        yield from trail.kept(where, "the pair", both, act, "entries")
        yield from trail.kept(where, "its round", row.round_id, act, "round")
        yield from belongs(where, row, act)


def _struck(session: Session) -> set[int]:
    """Return the comparisons that were erased because their judge had a conflict of interest."""
    return {pair for act in trail.acts_of(session, STRUCK) for pair in act.numbers("comparisons")}


def _removed(session: Session, act: Act) -> Fault:
    return Fault(
        FaultKind.REMOVED,
        N_("Comparison %(pair)s (%(judge)s) is gone; it chose %(chosen)s of %(entries)s."),
        {
            "pair": act.about,
            "judge": person(session, act.actor_id),
            "chosen": act.details.get("chosen"),
            "entries": act.details.get("entries"),
        },
    )
