"""What results rest on beside marks: how a round is counted, its rubric and entries; the ladder."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Fault, FaultKind, trail
from app.audit.trail import Act
from app.errors import N_
from contests.models import Contest, Entry
from judging.models import Criterion, JudgingRules, Round, RoundEntry
from judging.ranking import Method
from judging.service.methods import method_in_words
from judging.service.tracing.naming import numbered

OPENED = "round.open"
LADDER = "contest.ladder"
VERBS = (
    *("round.create", OPENED, "round.rubric", "round.method"),
    *("round.choose", "round.forget-choice"),
)

_ROUNDS = select(
    *(Round.id, Round.title, Round.method, Round.drop_count, Contest.title.label("contest"))
).join(Round.contest)
_LADDERS = select(Contest.id, Contest.title, JudgingRules.ladder).outerjoin(
    JudgingRules, JudgingRules.contest_id == Contest.id
)

Rubric = Mapping[str, Sequence[int]]
"""By a criterion's key its weight, minimum, maximum and step, as acts keep it."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What the acts about a round leave it with; None for what they do not say.

    While a round is planned its rubric and method follow what it is, by acts of many kinds.
    """

    entries: frozenset[int] = frozenset()
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
            yield from _chosen(row, entries[row.id], told.entries)
    for act in trail.about_nothing(session, "round", (OPENED,), Round.id):
        message = N_("Round %(round)s was opened and is gone, with all that it asked for.")
        yield Fault(FaultKind.REMOVED, message, {"round": act.about})


def trace_ladders(session: Session) -> Iterator[Fault]:
    """Yield tie ladders that are not as declared when judging began, or as changed since."""
    for rows in trail.in_parts(session, _LADDERS, Contest.id):
        acts = _about_ladders(session, rows)
        for row in rows:
            told = _ladder(sorted(acts[row.id], key=lambda act: act.id))
            if told is not None:
                where = f"The tie ladder of {row.title}"
                now = ", ".join(row.ladder or ())
                yield from trail.compared(where, "its rungs in order", now or None, told)


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
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = session.execute(
        select(RoundEntry.round_id, Entry.number)
        .join(RoundEntry.entry)
        .where(RoundEntry.round_id.between(first, last))
    )
    for round_id, number in rows:
        found[round_id].add(number or 0)
    return found


def _told(acts: Sequence[Act]) -> _Told:
    told = _Told()
    for act in acts:
        told = _after(told, act)
    return told


def _after(told: _Told, act: Act) -> _Told:
    """Return what a round is told to be after one more act about it."""
    said = act.details
    match act.verb:
        case "round.create":
            # A number can come again, once the planned round that had it was removed.
            return _Told()
        case "round.open":
            return replace(told, method=said.get("method"), rubric=said.get("rubric"))
        case "round.rubric":
            return replace(told, rubric=said.get("rubric") if told.rubric is not None else None)
        case "round.method":
            return replace(told, method=said.get("to") if said.get("opened") else None)
        case _:
            return replace(told, entries=frozenset(said.get("entries", ())))


def _compare(row: Any, rubric: Rubric, told: _Told) -> Iterator[Fault]:
    where = f"{row.title} of {row.contest}"
    if told.method is not None:
        now = method_in_words(Method(row.method, row.drop_count))
        yield from trail.compared(where, "its method", now, told.method)
    if told.rubric is not None:
        for key in sorted({*rubric, *told.rubric}):
            now_asked, asked = _asked(rubric.get(key)), _asked(told.rubric.get(key))
            yield from trail.compared(where, f"criterion {key}", now_asked, asked)


def _asked(criterion: Sequence[int] | None) -> str | None:
    if criterion is None:
        return None
    weight, minimum, maximum, step = criterion
    return f"weight {weight}, {minimum} to {maximum} points of {step} hundredths"


def _chosen(row: Any, now: set[int], told: frozenset[int]) -> Iterator[Fault]:
    for number in sorted(now ^ told):
        said = {"entry": numbered(number), "round": row.title, "contest": row.contest}
        if number in now:
            message = N_("Entry %(entry)s was chosen for %(round)s of %(contest)s by no act.")
            yield Fault(FaultKind.INSERTED, message, said)
        else:
            message = N_("That entry %(entry)s was chosen for %(round)s of %(contest)s is gone.")
            yield Fault(FaultKind.REMOVED, message, said)


def _about_ladders(session: Session, contests: Sequence[Any]) -> defaultdict[int, list[Act]]:
    found: defaultdict[int, list[Act]] = defaultdict(list)
    ids = [contest.id for contest in contests]
    found.update(trail.all_acts(session, "contest", ids, (LADDER,)))
    of = select(Round.id, Round.contest_id).where(Round.contest_id.between(ids[0], ids[-1]))
    rounds = dict(session.execute(of).all())
    for number, acts in trail.all_acts(session, "round", rounds, (OPENED,)).items():
        found[rounds[number]].extend(acts)
    return found


def _ladder(acts: Sequence[Act]) -> str | None:
    """Return the rungs that were declared when a round first opened, or chosen after that."""
    told: Sequence[str] | None = None
    for act in acts:
        if act.verb == OPENED:
            told = act.details.get("ladder") if told is None else told
        elif told is not None or act.details.get("opened"):
            told = act.details.get("to")
    return None if told is None else ", ".join(told)
