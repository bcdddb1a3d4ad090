"""The eligibility check: what the rules find, and verdicts with their reasons, one or many."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import audit
from app.audit.trail import fingerprint
from app.authz import Actor
from app.errors import N_, ConflictError, InvalidError
from contests.findings import Asked, Finding, findings
from contests.models import Contest, Entry
from contests.queries import screening as queries
from contests.queries.contests import entry_rules_of, window_of
from contests.queries.findings import submissions
from contests.queries.verdicts import standing_verdicts
from contests.rules import is_announced
from contests.service.files import limits_of
from contests.states import EntryState, Screening, move_entry, move_screening
from media.limits import AssetKind

ACCEPT, UNDO = queries.ACCEPT, queries.UNDO
_AT_ONCE = 1000
"""Ids in one statement: every database takes so many."""


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that is in the contest: its verdict so far, and what the rules find about it."""

    entry_id: int
    number: int
    screening: Screening
    findings: tuple[Finding, ...]


def findings_of(session: Session, *, contest: Contest, entry: Entry | None = None) -> list[Found]:
    """Return what the rules find about every entry in a contest, by number, or about one alone.

    They are derived anew each time, in a fixed number of queries.
    """
    asked = Asked(
        rules=entry_rules_of(contest),
        window=window_of(contest),
        limits={kind: limits_of(contest, kind) for kind in AssetKind},
    )
    return [
        Found(row.entry_id, row.number, row.screening, findings(asked, row.submission))
        for row in submissions(session, contest, entry)
    ]


class StaleVerdictError(ConflictError):
    """The entry has another verdict than on the page that sends this one; nothing was kept."""

    code = "stale-verdict"

    def __init__(self, entry: Entry) -> None:
        super().__init__(_NOW_IS[entry.screening], reason=entry.screening_reason or "")


_NOW_IS = {
    Screening.PENDING: N_(
        "Meanwhile somebody undid the verdict, or the entry was sent anew: it is to check. Should"
        " yours stand?"
    ),
    Screening.ELIGIBLE: N_(
        "Meanwhile somebody found this entry eligible. Should your verdict replace that?"
    ),
    Screening.INELIGIBLE: N_(
        "Meanwhile somebody found this entry not eligible: “%(reason)s” Should your verdict"
        " replace that?"
    ),
}


def seen_of(entry: Entry) -> str:
    """Return by what a form says which verdict, on which version, its sender has seen."""
    return fingerprint(f"{entry.screening.value} {entry.current_id} {entry.screening_reason}")[:16]


def screen(
    session: Session,
    *,
    entry: Entry,
    verdict: Screening,
    reason: str,
    seen: str | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Give a verdict of the eligibility check; `seen` is `seen_of` what the page showed.

    An ineligible entry needs a reason; its sender reads it once judging has begun. Of any verdict
    the audit keeps the reason, and which findings stood against it. Raises StaleVerdictError where
    the entry stands otherwise by now.
    """
    reason = reason.strip()[:300]
    if verdict is Screening.INELIGIBLE and not reason:
        raise InvalidError(
            N_("Say why this entry is not eligible; its sender will read it."),
            field="reason",
            code="reason-missing",
        )
    _hold(session, entry)
    kept = reason if verdict is Screening.INELIGIBLE else None
    if (entry.screening, entry.screening_reason) == (verdict, kept):
        return
    if seen not in {None, seen_of(entry)}:
        raise StaleVerdictError(entry)
    _give(session, entry, verdict, {"reason": reason or None}, actor=actor, now=now)


def undo_verdict(session: Session, *, entry: Entry, seen: str, actor: Actor, now: datetime) -> int:
    """Put back the verdict before the last one, with its reason; return the act that was undone.

    Raises StaleVerdictError where the entry stands otherwise than `seen`, ConflictError where it
    has no verdict to undo.
    """
    _hold(session, entry)
    if seen != seen_of(entry):
        raise StaleVerdictError(entry)
    given = standing_verdicts(session, entry)
    if not given and entry.screening is Screening.PENDING:
        raise ConflictError(N_("This entry has no verdict to undo."), code="nothing-to-undo")
    back = given[-2] if len(given) > 1 else None
    verdict, reason = (back.screening, back.reason) if back else (Screening.PENDING, None)
    _give(session, entry, verdict, {"reason": reason, "undo": True}, actor=actor, now=now)
    return given[-1].act_id if given else 0


def _hold(session: Session, entry: Entry) -> None:
    """Keep others from this entry until the commit; raise InvalidError where nothing can change."""
    columns = ["state", "screening", "screening_reason", "current_id"]
    session.refresh(entry, columns, with_for_update={"key_share": True})
    _check_not_announced(entry.contest)
    if entry.state is not EntryState.SUBMITTED:
        raise InvalidError(N_("This entry is no longer in the contest."), code="not-submitted")


def _give(
    session: Session,
    entry: Entry,
    verdict: Screening,
    said: dict[str, Any],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    before = entry.screening
    if Screening.PENDING not in {before, verdict}:
        before = move_screening(before, Screening.PENDING)
    known = [row.findings for row in findings_of(session, contest=entry.contest, entry=entry)]
    entry.screening = verdict if before is verdict else move_screening(before, verdict)
    entry.screening_reason = said["reason"] if verdict is Screening.INELIGIBLE else None
    entry.updated_at = now
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb=f"entry.screen.{verdict.value}",
        subject=f"entry:{entry.id}",
        now=now,
        details={
            **said,
            "findings": list(dict.fromkeys(one.kind.value for row in known for one in row)),
        },
    )


def clear_of(rows: Iterable[Found]) -> list[Found]:
    """Return those that have no verdict and no findings."""
    return [row for row in rows if row.screening is Screening.PENDING and not row.findings]


def seen_clear(rows: Iterable[Found]) -> str:
    """Return by what a form says which entries without findings its sender has seen."""
    return fingerprint(" ".join(str(row.number) for row in rows))[:16]


def accept_clear(
    session: Session, *, contest: Contest, actor: Actor, now: datetime, seen: str | None = None
) -> int:
    """Find every entry eligible that has no verdict and no findings; return how many there were.

    One act, and one row in the audit, which names them. What is sent meanwhile waits. Raises
    ConflictError where they are others than `seen`, which is `seen_clear` of the page's.
    """
    _check_not_announced(contest)
    queries.lock_pending(session, contest)
    clear = clear_of(findings_of(session, contest=contest))
    if seen not in {None, seen_clear(clear)}:
        raise ConflictError(
            N_(
                "Meanwhile other entries came to be without findings, or got a verdict: there are"
                " %(count)s now. Look again, then accept them."
            ),
            code="stale-clear",
            count=len(clear),
        )
    if clear:
        _move(session, [row.entry_id for row in clear], Screening.ELIGIBLE, now)
        _audit(session, contest, ACCEPT, [row.number for row in clear], actor=actor, now=now)
    return len(clear)


def undo_accepting(
    session: Session, *, contest: Contest, act_id: int, actor: Actor, now: datetime
) -> int:
    """Take back the last act that accepted many at once; return how many wait for a verdict again.

    Whoever got a verdict of their own since keeps it. ConflictError where another such act came
    after it, or it was undone already.
    """
    _check_not_announced(contest)
    act = queries.find_accepting(session, contest)
    if act is None or act.id != act_id:
        raise ConflictError(N_("This was undone already, or done again since."))
    back = queries.lock_accepted(session, contest, act)
    _move(session, [entry_id for entry_id, _number in back], Screening.PENDING, now)
    _audit(session, contest, UNDO, [number for _id, number in back], actor=actor, now=now)
    return len(back)


def disqualify(session: Session, *, entry: Entry, reason: str, actor: Actor, now: datetime) -> None:
    """Take an entry out of the contest for good, with the reason; before the announcement only."""
    if not reason.strip():
        raise InvalidError(
            N_("Say why this entry is disqualified; its sender will read it."),
            field="reason",
            code="reason-missing",
        )
    _check_not_announced(entry.contest)
    entry.state = move_entry(entry.state, EntryState.DISQUALIFIED)
    entry.disqualified_reason, entry.updated_at = reason.strip()[:300], now
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb="entry.disqualify",
        subject=f"entry:{entry.id}",
        now=now,
        details={"reason": entry.disqualified_reason},
    )


def _move(session: Session, ids: Sequence[int], to: Screening, now: datetime) -> None:
    # Both moves are in the table of states, and who is moved was locked in the state before.
    for part in _parts(ids):
        session.execute(
            update(Entry).where(Entry.id.in_(part)).values(screening=to, updated_at=now)
        )


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _audit(
    session: Session,
    contest: Contest,
    verb: str,
    numbers: Sequence[int],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    audit.record(
        session,
        actor=actor,
        verb=verb,
        subject=f"contest:{contest.id}",
        now=now,
        details={"entries": list(numbers)},
    )


def _check_not_announced(contest: Contest) -> None:
    if is_announced(contest.state):
        raise InvalidError(
            N_("The winners are announced, so this can no longer change."), code="announced"
        )
