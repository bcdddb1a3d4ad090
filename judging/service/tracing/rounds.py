"""Rounds: which of them decides, how it is counted, its rubric and the entries it judges."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Fault, FaultKind, trail
from app.audit.trail import Act
from app.errors import N_
from contests.models import Contest, Entry
from judging.models import Criterion, Round, RoundEntry
from judging.ranking import Method
from judging.service.methods import method_in_words
from judging.service.tracing import members
from judging.states import RoundState

OPENED = "round.open"
_STATES = {
    OPENED: RoundState.OPEN,
    "round.close": RoundState.CLOSED,
    "round.reopen": RoundState.OPEN,
}
VERBS = (
    *("round.create", *_STATES, "round.rubric", "round.method"),
    *("round.choose", "round.forget-choice"),
)

_ROUNDS = select(
    *(Round.id, Round.title, Round.state, Round.method, Round.drop_count),
    *(Round.kind, Round.is_practice, Round.position, Contest.title.label("contest")),
).outerjoin(Round.contest)
_PLACE = {
    "its kind": "kind",
    "whether it is practice": "is_practice",
    "its position": "position",
}
_CHOSEN = members.Words(
    inserted=N_("Entry %(entry)s was chosen for %(round)s of %(contest)s by no act."),
    removed=N_("That entry %(entry)s was chosen for %(round)s of %(contest)s is gone."),
)

Rubric = Mapping[str, Sequence[int]]
"""By a criterion's key its weight, minimum, maximum and step, as acts keep it."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What the acts about a round leave it with; None for what they do not say.

    While a round is planned its rubric and method follow what it is, by acts of many kinds; what
    it is and where it stands among the others is told once it opens.
    """

    entries: frozenset[int] = frozenset()
    state: RoundState = RoundState.PLANNED
    place: Mapping[str, object] = field(default_factory=dict)
    method: str | None = None
    rubric: Rubric | None = None


def trace_rounds(session: Session) -> Iterator[Fault]:
    """Yield what an opened round is counted by, or judges, though no act says so."""
    for rows in trail.in_parts(session, _ROUNDS, Round.id):
        acts = trail.all_acts(session, "round", [row.id for row in rows], VERBS)
        rubrics = _rubrics(session, rows[0].id, rows[-1].id)
        entries = _entries(session, rows[0].id, rows[-1].id)
        for row in rows:
            told = _told(acts.get(row.id, ()))
            yield from _compare(row, rubrics[row.id], told)
            said = {"round": row.title, "contest": row.contest}
            yield from members.compared(_CHOSEN, said, entries[row.id], told.entries)
    for act in trail.about_nothing(session, "round", (OPENED,), Round.id):
        message = N_("Round %(round)s was opened and is gone, with all that it asked for.")
        yield Fault(FaultKind.REMOVED, message, {"round": act.about})


def _rubrics(session: Session, first: int, last: int) -> defaultdict[int, dict[str, list[int]]]:
    found: defaultdict[int, dict[str, list[int]]] = defaultdict(dict)
    rows = session.execute(
        select(
            *(Criterion.round_id, Criterion.key, Criterion.weight, Criterion.minimum),
            *(Criterion.maximum, Criterion.step_hundredths),
        ).where(Criterion.round_id.between(first, last))
    )
    for round_id, key, *asked in rows:
        found[round_id][key] = asked
    return found


def _entries(session: Session, first: int, last: int) -> defaultdict[int, set[int]]:
    return members.by_thing(
        session.execute(
            select(RoundEntry.round_id, Entry.number)
            .join(RoundEntry.entry)
            .where(RoundEntry.round_id.between(first, last))
        )
    )


def _told(acts: Sequence[Act]) -> _Told:
    told = _Told()
    for act in acts:
        told = _after(replace(told, state=_STATES.get(act.verb, told.state)), act)
    return told


def _after(told: _Told, act: Act) -> _Told:
    """Return what a round is told to be after one more act about it."""
    said = act.details
    match act.verb:
        case "round.create":
            # A number can come again, once the planned round that had it was removed.
            return _Told()
        case "round.open":
            return replace(told, place=said, method=said.get("method"), rubric=_rubric(said))
        case "round.rubric":
            return replace(told, rubric=_rubric(said) if told.rubric is not None else None)
        case "round.method":
            return replace(told, method=said.get("to") if said.get("opened") else None)
        case "round.choose" | "round.forget-choice":
            return replace(told, entries=frozenset(act.numbers("entries")))
        case _:
            return told


def _rubric(said: Mapping[str, Any]) -> Rubric | None:
    rubric = said.get("rubric")
    if not isinstance(rubric, dict):
        return None
    return {key: trail.whole_numbers(asked) for key, asked in rubric.items()}


def _compare(row: Any, rubric: Rubric, told: _Told) -> Iterator[Fault]:
    where = f"{row.title} of {row.contest}"
    # The announcement, which is traced itself, makes a closed round final.
    state = RoundState.CLOSED if row.state is RoundState.FINAL else row.state
    yield from trail.compared(where, "its state", state.value, told.state.value)
    for what, name in _PLACE.items():
        now = getattr(row, name)
        yield from trail.compared(where, what, now, told.place.get(name, now))
    if told.method is not None:
        now = method_in_words(Method(row.method, row.drop_count))
        yield from trail.compared(where, "its method", now, told.method)
    if told.rubric is not None:
        for key in sorted({*rubric, *told.rubric}):
            now_asked, asked = _asked(rubric.get(key)), _asked(told.rubric.get(key))
            yield from trail.compared(where, f"criterion {key}", now_asked, asked)


def _asked(criterion: Sequence[int] | None) -> str | None:
    match criterion:
        case [weight, minimum, maximum, step]:
            return f"weight {weight}, {minimum} to {maximum} points of {step} hundredths"
        case _:
            return None
