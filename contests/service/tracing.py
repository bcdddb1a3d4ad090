"""Whether entries stand as the audit says: in the contest or out, eligible or not, whose; and why.

And whether their contest is where it was moved.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Fault, FaultKind, trail
from app.audit.trail import Act
from app.errors import N_
from contests.models import Contest, Entry
from contests.queries.screening import ACCEPT, UNDO
from contests.states import ContestState, EntryState, Screening

_SCREENED = {f"entry.screen.{verdict.value}": verdict for verdict in Screening}
# A new version waits for a verdict of its own.
_JUDGED = _SCREENED | {"entry.submit": Screening.PENDING}
_MOVED = {
    "entry.submit": EntryState.SUBMITTED,
    "entry.withdraw": EntryState.WITHDRAWN,
    "entry.disqualify": EntryState.DISQUALIFIED,
}
_AT_ONCE = {ACCEPT: Screening.ELIGIBLE, UNDO: Screening.PENDING}
_CONTEST_MOVED = {f"contest.{state.value}": state.value for state in ContestState}
BEGIN, HAND_OVER = "entry.begin", "team.hand-over"

_ENTRIES = select(
    *(Entry.id, Entry.number, Entry.state, Entry.screening, Entry.screening_reason),
    *(Entry.disqualified_reason, Entry.owner_id, Entry.team_id),
)

Latest = Mapping[int, tuple[int, Screening]]
"""By entry number, the newest act that was about many entries at once, and its verdict."""


def differences(session: Session) -> Iterator[Fault]:
    """Yield each difference between entries' standing and the audit, in a reader's own snapshot."""
    wanted = select(Contest.id, Contest.title, Contest.state)
    for contests in trail.in_parts(session, wanted, Contest.id):
        moved = trail.last_acts(session, "contest", [row.id for row in contests], [*_CONTEST_MOVED])
        for contest in contests:
            if act := moved.get(contest.id):
                said = _CONTEST_MOVED[act.verb]
                yield from trail.compared(contest.title, "its state", contest.state.value, said)
            yield from _entries(session, contest)
    for act in trail.about_nothing(session, "entry", [*_MOVED], Entry.id):
        message = N_("Entry %(entry)s, by its number in the database, is gone.")
        yield Fault(FaultKind.REMOVED, message, {"entry": act.about})


def _entries(session: Session, contest: Any) -> Iterator[Fault]:
    at_once = _latest_at_once(session, contest.id)
    wanted = _ENTRIES.where(Entry.contest_id == contest.id)
    for rows in trail.in_parts(session, wanted, Entry.id):
        ids = [row.id for row in rows]
        judged = trail.last_acts(session, "entry", ids, [*_JUDGED])
        moved = trail.last_acts(session, "entry", ids, [*_MOVED])
        begun = trail.last_acts(session, "entry", ids, [BEGIN])
        owners = _owners(session, rows, begun)
        for row in rows:
            name = f"Entry {row.number:04d}" if row.number else f"Draft {row.id}"
            where = f"{name} of {contest.title}"
            yield from _state(where, row, moved.get(row.id))
            yield from _verdict(where, row, judged.get(row.id), at_once)
            owner = owners.get(row.id, row.owner_id)
            yield from trail.compared(where, "its owner's account", row.owner_id, owner)
            if act := begun.get(row.id):
                yield from trail.kept(where, "its contest", contest.id, act, "contest")


def _owners(session: Session, rows: Sequence[Any], begun: Mapping[int, Act]) -> dict[int, object]:
    """Return, by entry, who began it, or leads its team since the captain handed it over."""
    teams = [row.team_id for row in rows if row.team_id is not None]
    handed = trail.last_acts(session, "team", teams, [HAND_OVER])
    return {number: act.actor_id for number, act in begun.items()} | {
        row.id: handed[row.team_id].details.get("user") for row in rows if row.team_id in handed
    }


def _latest_at_once(session: Session, contest_id: int) -> Latest:
    acts = trail.all_acts(session, "contest", [contest_id], [*_AT_ONCE]).get(contest_id, [])
    return {
        number: (act.id, _AT_ONCE[act.verb]) for act in acts for number in act.numbers("entries")
    }


def _state(where: str, row: Any, act: Act | None) -> Iterator[Fault]:
    # A draft needs no act.
    unsaid = row.state.value if row.state is EntryState.DRAFT else None
    said = _MOVED[act.verb].value if act else unsaid
    yield from trail.compared(where, "its state", row.state.value, said)
    reason = act.details.get("reason") if act and act.verb == "entry.disqualify" else None
    yield from trail.compared(where, "why it is disqualified", row.disqualified_reason, reason)


def _verdict(where: str, row: Any, act: Act | None, at_once: Latest) -> Iterator[Fault]:
    own = act.id if act else 0
    told = _JUDGED[act.verb] if act else Screening.PENDING
    reason = act.details.get("reason") if act and told is Screening.INELIGIBLE else None
    newer, verdict = at_once.get(row.number, (0, told))
    if newer > own:
        told, reason = verdict, None
    yield from trail.compared(where, "its verdict", row.screening.value, told.value)
    yield from trail.compared(where, "why it is not eligible", row.screening_reason, reason)
