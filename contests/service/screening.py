"""The eligibility check: what the rules find, and verdicts with their reasons, one or many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor
from app.errors import N_, ConflictError, InvalidError
from contests.findings import Asked, Finding, findings
from contests.models import Contest, Entry
from contests.queries import screening as queries
from contests.queries.contests import entry_rules_of, window_of
from contests.queries.findings import submissions
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


def screen(
    session: Session,
    *,
    entry: Entry,
    verdict: Screening,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Give, or with `pending` undo, the verdict of the eligibility check.

    An ineligible entry needs a reason; its sender reads it once judging has begun. Of any verdict
    the audit keeps the reason, and which findings stood against it.
    """
    reason = reason.strip()[:300]
    if verdict is Screening.INELIGIBLE and not reason:
        raise InvalidError(
            N_("Say why this entry is not eligible; its sender will read it."),
            field="reason",
            code="reason-missing",
        )
    _check_not_announced(entry.contest)
    if entry.state is not EntryState.SUBMITTED:
        raise InvalidError(N_("This entry is no longer in the contest."), code="not-submitted")
    kept = reason if verdict is Screening.INELIGIBLE else None
    if (entry.screening, entry.screening_reason) == (verdict, kept):
        return
    before = entry.screening
    if Screening.PENDING not in {before, verdict}:
        before = move_screening(before, Screening.PENDING)
    known = [row.findings for row in findings_of(session, contest=entry.contest, entry=entry)]
    entry.screening = verdict if before is verdict else move_screening(before, verdict)
    entry.screening_reason, entry.updated_at = kept, now
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb=f"entry.screen.{verdict.value}",
        subject=f"entry:{entry.id}",
        now=now,
        details={
            "reason": reason or None,
            "findings": list(dict.fromkeys(one.kind.value for row in known for one in row)),
        },
    )


def accept_clear(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> int:
    """Find every entry eligible that has no verdict and no findings; return how many there were.

    One act, and one row in the audit, which names them. What is sent meanwhile waits.
    """
    _check_not_announced(contest)
    queries.lock_pending(session, contest)
    clear = [
        row
        for row in findings_of(session, contest=contest)
        if row.screening is Screening.PENDING and not row.findings
    ]
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
