"""The verdicts that were given on an entry, as the audit keeps them: what an undo goes back to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import String, cast, literal, select
from sqlalchemy.orm import Session

from app.audit import AuditEvent
from app.audit.trail import Act, all_acts
from contests.models import Contest, Entry
from contests.queries.screening import ACCEPT, UNDO
from contests.states import EntryState, Screening

GIVEN = {f"entry.screen.{verdict.value}": verdict for verdict in Screening}
"""The acts that give one entry a verdict; `undo` in their details says that they take one back."""
_LATEST = 50


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict by the number of the act that gave it; a reason where the entry is not eligible."""

    act_id: int
    screening: Screening
    reason: str | None


def standing_verdicts(session: Session, entry: Entry) -> Sequence[Verdict]:
    """Return the verdicts on the version that was submitted last, without those undone."""
    own = all_acts(session, "entry", [entry.id], [*GIVEN, "entry.submit"]).get(entry.id, [])
    many = all_acts(session, "contest", [entry.contest_id], [ACCEPT, UNDO]).get(
        entry.contest_id, []
    )
    about = [act for act in many if entry.number in act.details.get("entries", ())]
    standing: list[Verdict] = []
    for act in sorted([*own, *about], key=lambda act: act.id):
        standing = _after(standing, act)
    return standing


def _after(standing: list[Verdict], act: Act) -> list[Verdict]:
    if act.verb == "entry.submit":
        return []
    if act.verb == UNDO or act.details.get("undo"):
        return standing[:-1]
    screening = GIVEN.get(act.verb, Screening.ELIGIBLE)
    reason = act.details.get("reason") if screening is Screening.INELIGIBLE else None
    return [*standing, Verdict(act.id, screening, reason)]


def find_last_judged(
    session: Session, contest: Contest, actor_id: int | None, *, before: int
) -> Entry | None:
    """Return the entry to which a person gave their newest verdict that stands, before an act."""
    rows = session.execute(
        select(AuditEvent.id, Entry)
        .join(Entry, AuditEvent.subject == literal("entry:").concat(cast(Entry.id, String)))
        .where(
            Entry.contest_id == contest.id,
            Entry.state == EntryState.SUBMITTED,
            Entry.screening != Screening.PENDING,
            AuditEvent.actor_id == actor_id,
            AuditEvent.verb.in_(GIVEN),
            AuditEvent.id < before,
        )
        .order_by(AuditEvent.id.desc())
        .limit(_LATEST)
    )
    for act_id, entry in rows:
        verdicts = standing_verdicts(session, entry)
        if verdicts and verdicts[-1].act_id == act_id:
            return entry
    return None
