"""Recusals: which entries a judge must not see; and what was made of suspected conflicts."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session

from app.audit import AuditEvent, Fault, FaultKind, trail
from app.audit.trail import Act
from app.errors import N_
from contests.models import Contest, Entry
from judging.models import Conflict, Judge, Recusal
from judging.service.tracing import members
from judging.service.tracing.naming import numbered

RECUSE, SETTLE, UNDO = "judge.recuse", "conflict.settle", "conflict.undo"

_JUDGES = select(Judge.id, Judge.name, Contest.title).outerjoin(Judge.contest)
_FIRST_TOLD = select(func.min(AuditEvent.at)).where(AuditEvent.verb == RECUSE).scalar_subquery()
_RECUSALS = select(
    *(Recusal.judge_id, Entry.number),
    # Podium has not always told of recusals.
    func.coalesce(Recusal.created_at < _FIRST_TOLD, true()).label("is_older"),
).join(Recusal.entry)
_VERDICTS = (
    select(Conflict.judge_id, Entry.number, Conflict.verdict, Conflict.reason)
    .join(Conflict.entry)
    .where(Conflict.verdict.is_not(None))
)
_WORDS = members.Words(
    inserted=N_("%(judge)s is recused from entry %(entry)s of %(contest)s by no act."),
    removed=N_("The recusal of %(judge)s from entry %(entry)s of %(contest)s is gone."),
)

Verdicts = defaultdict[int, set[str]]
"""By an entry's number how its conflicts were settled: as a rule all of them alike."""


def trace_recusals(session: Session) -> Iterator[Fault]:
    """Yield recusals that nobody gave, and those that are gone though nobody took them back.

    Those from before the chain tells of any are named apart.
    """
    for rows in trail.in_parts(session, _JUDGES, Judge.id):
        acts = trail.all_acts(session, "judge", [row.id for row in rows], (RECUSE, UNDO))
        within = Recusal.judge_id.between(rows[0].id, rows[-1].id)
        recused = session.execute(_RECUSALS.where(within)).all()
        live = members.by_thing((judge, number) for judge, number, _old in recused)
        old = members.by_thing((judge, number) for judge, number, is_old in recused if is_old)
        for row in rows:
            told = _recused(acts.get(row.id, ()))
            said = {"judge": row.name, "contest": row.title}
            untold = old[row.id] - told
            yield from _older(said, untold)
            yield from members.compared(_WORDS, said, live[row.id] - untold, told)
    for act in trail.about_nothing(session, "judge", (RECUSE, SETTLE, UNDO), Judge.id):
        message = N_("Judge %(judge)s is gone, with all that they gave.")
        yield Fault(FaultKind.REMOVED, message, {"judge": act.about})


def trace_verdicts(session: Session) -> Iterator[Fault]:
    """Yield suspected conflicts of interest that are settled otherwise than organisers said."""
    for rows in trail.in_parts(session, _JUDGES, Judge.id):
        acts = trail.all_acts(session, "judge", [row.id for row in rows], (SETTLE, UNDO))
        live = _verdicts(session, rows[0].id, rows[-1].id)
        for row in rows:
            now, told = live[row.id], _settled(acts.get(row.id, ()))
            for number in sorted({*now, *told}):
                where = f"{row.name} and entry {numbered(number)} of {row.title}"
                yield from trail.compared(
                    where, "the verdict on their conflict", _said(now[number]), _said(told[number])
                )


def _recused(acts: Sequence[Act]) -> set[int]:
    """Return the entries that the acts about a judge leave them recused from."""
    told: set[int] = set()
    for act in acts:
        if act.verb == RECUSE:
            told.update(act.numbers("entries"))
        else:
            told.difference_update(act.numbers("recusals"))
    return told


def _older(said: dict[str, object], entries: set[int]) -> Iterator[Fault]:
    message = N_(
        "%(judge)s is recused from entry %(entry)s of %(contest)s since before the audit tells of"
        " recusals."
    )
    for number in sorted(entries):
        yield Fault(FaultKind.OLDER, message, {**said, "entry": numbered(number)})


def _verdicts(session: Session, first: int, last: int) -> defaultdict[int, Verdicts]:
    found: defaultdict[int, Verdicts] = defaultdict(lambda: defaultdict(set))
    rows = session.execute(_VERDICTS.where(Conflict.judge_id.between(first, last)))
    for judge_id, number, verdict, reason in rows:
        found[judge_id][number or 0].add(_verdict(verdict, reason))
    return found


def _settled(acts: Sequence[Act]) -> Verdicts:
    """Return the verdicts that the acts about a judge leave standing."""
    told: Verdicts = defaultdict(set)
    for act in acts:
        for number in act.numbers("entries"):
            if act.verb == SETTLE:
                told[number].add(
                    _verdict(act.details.get("verdict"), act.details.get("reason", ""))
                )
            else:
                told.pop(number, None)
    return told


def _verdict(verdict: object, reason: str) -> str:
    return f"{verdict} ({reason})" if reason else f"{verdict}"


def _said(verdicts: set[str]) -> str | None:
    return " and ".join(sorted(verdicts)) or None
