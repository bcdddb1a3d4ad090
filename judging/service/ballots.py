"""Ballots: marks saved and submitted, two windows told apart, a judge stepping back.

Whoever saves holds the round (shared) and then the ballot (alone) until the commit: a round cannot
close between the question whether it is open and the mark, and of two windows one comes second.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from sqlalchemy.orm import Session

from app import audit
from app.audit.trail import fingerprint
from app.authz import Actor, require
from app.errors import N_, ConflictError, InvalidError
from app.jobs import enqueue
from contests.models import Entry
from judging import policies, rubric
from judging.models import Ballot, HandOut, Recusal, RecusalSource, Round
from judging.queries.held import Held, find_recusal_source, has_pictures, hold
from judging.ranking import Kind
from judging.service import keeping, shares
from judging.service.reasons import check_comment
from judging.states import BallotState, move_ballot, stands

REMEMBERED: Final = 8
"""How many saves a ballot remembers by their keys, so that a repeated one is known."""
INCOMPLETE: Final = frozenset({"mark-missing", "reason-missing", "not-shown"})
"""Why a ballot cannot be submitted yet, though it can be kept as a draft."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What the server has now; `zone` is the contest's, whose clocks tell the time."""

    version: int
    state: BallotState
    saved_at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a ballot says: marks by criterion key, the comment for the panel, a note to oneself."""

    marks: Mapping[str, int]
    comment: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """All of a ballot as it stands in the window that sends it.

    `marks` are points by criterion key, None or absent for no mark; `version` is the one that this
    window read. `key` is the same when the same is sent again because no answer came. `is_shown`
    says that the pictures were on the screen. Without a `note` the one there is stays.
    """

    marks: Mapping[str, int | None]
    comment: str
    version: int
    note: str | None = None
    key: str | None = None
    is_shown: bool = False
    submit: bool = False


class StaleBallotError(shares.StaleError[Content]):
    """The ballot was changed in another window since this one read it; nothing was saved."""

    code = "stale-ballot"
    question = N_("You changed this ballot in another window. Which marks should stand?")


def rubric_of(round_: Round) -> rubric.Rubric:
    """Return a round's criteria as the pure rules know them."""
    return rubric.Rubric(
        tuple(
            rubric.Criterion(
                key=criterion.key,
                title=criterion.title,
                weight=Fraction(criterion.weight),
                minimum=criterion.minimum,
                maximum=criterion.maximum,
                guidance=criterion.guidance,
                step=criterion.step,
            )
            for criterion in round_.criteria
        )
    )


def content_of(ballot: Ballot) -> Content:
    """Return what a ballot says."""
    keys = {criterion.id: criterion.key for criterion in ballot.round.criteria}
    marks = {keys[mark.criterion_id]: mark.points for mark in ballot.marks}
    return Content(marks, ballot.comment, ballot.note)


def is_standing(entry: Entry) -> bool:
    """Tell whether an entry is still in its contest, so that it can be judged."""
    return stands(entry.state, entry.screening)


def save_ballot(
    session: Session, *, actor: Actor, ballot_id: int, sent: Sent, now: datetime
) -> Saved:
    """Keep all of a ballot as one window sends it, in a fixed number of statements.

    A submitted ballot stays submitted while it is complete. Sending the same again changes nothing
    and is no fault, whatever its version; with the same key it also answers as before. Ballots
    that the session loaded as objects are to be refreshed after this.

    Raises StaleBallotError, ClosedError once the round is closed, ConflictError for an entry that
    has left, InvalidError for marks outside the rubric and, with `submit`, what is INCOMPLETE.
    """
    held = hold(session, ballot_id)
    require(policies.may_mark, actor, held)
    known = held.version_of(sent.key)
    if known is not None:
        return Saved(known, held.state, held.saved_at or now, held.zone)
    _check_open(session, held)
    given, stored = _given(held, sent), _stored(held)
    if sent.version != held.version and given != stored:
        raise StaleBallotError(
            theirs=stored, version=held.version, state=held.state, saved_at=held.saved_at
        )
    _check(session, held, sent, given)
    state = _state_after(held, sent, given)
    is_new = given != stored or state is not held.state
    changed = _changes(held, sent, given=given, state=state, now=now)
    keeping.keep(session, held, marks=given.marks, changed=changed, now=now)
    if sent.submit and held.hand_out is HandOut.FOCUS:
        enqueue(session, "judging.hand_out", held.round_id)
    if (given.marks, given.comment) != (stored.marks, stored.comment) or state is not held.state:
        _record(
            session,
            actor=actor,
            verb="submit" if sent.submit else "save",
            ballot_id=held.id,
            details=_details(held, state, given),
            now=now,
        )
    return Saved(held.version + is_new, state, now if is_new else held.saved_at or now, held.zone)


def skip(session: Session, *, actor: Actor, ballot_id: int, now: datetime) -> None:
    """Put a ballot to the end of what its judge has left; a submitted one has nowhere to go.

    Raises ClosedError and ConflictError as `save_ballot`.
    """
    held = hold(session, ballot_id)
    require(policies.may_mark, actor, held)
    _check_open(session, held)
    if held.state is not BallotState.SUBMITTED:
        keeping.postpone(session, held, now)


def recuse(
    session: Session, *, ballot: Ballot, reason: str, actor: Actor, now: datetime
) -> Recusal | None:
    """End a ballot because its judge has a conflict of interest; its marks are erased.

    Returns the recusal, or None where the ballot had ended so before (a second click). Raises
    InvalidError without a reason, ClosedError once the round is closed.
    """
    held = hold(session, ballot.id)
    require(policies.may_mark, actor, held)
    if held.state is BallotState.RECUSED:
        return None
    _check_open(session, held)
    return shares.recuse(
        session, judge=ballot.judge, entry=ballot.entry, reason=reason, actor=actor, now=now
    )


# --- what a ballot may say ----------------------------------------------------------------------


def _given(held: Held, sent: Sent) -> Content:
    marks = {key: points for key, points in sent.marks.items() if points is not None}
    return Content(marks, sent.comment, held.note if sent.note is None else sent.note)


def _stored(held: Held) -> Content:
    return Content(held.marks, held.comment, held.note)


def _check_open(session: Session, held: Held) -> None:
    if held.state is BallotState.RECUSED:
        raise ConflictError(_why_recused(session, held), code="recused")
    shares.check_open(held.round_state, closed_at=held.closed_at, zone=held.zone)
    if not held.stands:
        raise ConflictError(
            N_("This entry has left the contest, so there is nothing left to mark."),
            code="entry-left",
        )


def _why_recused(session: Session, held: Held) -> str:
    source = find_recusal_source(session, judge_id=held.judge_id, entry_id=held.entry_id)
    if source is RecusalSource.DECLARED:
        return N_("You declared a conflict of interest with this entry, so it takes no marks.")
    return N_(
        "The organisers settled that you have a conflict of interest with this entry, so it takes"
        " no marks. Ask them if that is wrong."
    )


def _check(session: Session, held: Held, sent: Sent, given: Content) -> None:
    rubric.check_marks(held.rubric, given.marks, complete=sent.submit)
    check_comment(given.comment, field="comment")
    check_comment(given.note, field="note")
    if not sent.submit:
        return
    if not _gives_reason(held, given):
        raise InvalidError(
            N_("Say in the comment why this entry should be out."),
            field="comment",
            code="reason-missing",
        )
    is_shown = held.shown_at is not None or sent.is_shown
    if not is_shown and has_pictures(session, held.current_id):
        raise InvalidError(
            N_("Look at the pictures before you submit your marks, or say that one does not load."),
            field="shown",
            code="not-shown",
        )


def _gives_reason(held: Held, given: Content) -> bool:
    """Tell whether a screening that says "out" says why."""
    is_out = held.kind is Kind.SCREEN and rubric.OUT in given.marks.values()
    return not is_out or bool(given.comment)


def _state_after(held: Held, sent: Sent, given: Content) -> BallotState:
    """Return the state after a save, going through a draft where the table says so.

    A note alone begins nothing: it is the judge's own.
    """
    if held.state is BallotState.SUBMITTED:
        counts = sent.submit or (
            rubric.is_complete(held.rubric, given.marks) and _gives_reason(held, given)
        )
        return held.state if counts else move_ballot(held.state, BallotState.DRAFT)
    begun: BallotState = held.state
    if begun is BallotState.ASSIGNED and (given.marks or given.comment):
        begun = move_ballot(begun, BallotState.DRAFT)
    return move_ballot(begun, BallotState.SUBMITTED) if sent.submit else begun


# --- what a save changes -----------------------------------------------------------------------


def _changes(
    held: Held, sent: Sent, *, given: Content, state: BallotState, now: datetime
) -> dict[str, Any]:
    """Return the ballot's columns that a save changes, with their new values."""
    changed: dict[str, Any] = {}
    version = held.version
    if given != _stored(held) or state is not held.state:
        version += 1
        submitted_at = (held.submitted_at or now) if state is BallotState.SUBMITTED else None
        changed |= {"state": state, "version": version, "saved_at": now}
        changed |= {"comment": given.comment, "note": given.note, "submitted_at": submitted_at}
    if sent.key is not None:
        changed["recent"] = [*held.recent, [sent.key, version]][-REMEMBERED:]
    if sent.is_shown and held.shown_at is None:
        changed["shown_at"] = now
    return changed


def _details(held: Held, state: BallotState, given: Content) -> dict[str, Any]:
    """Return what the audit keeps of a save: of the comment the fingerprint, of the note nothing.

    The note is the judge's own.
    """
    return {
        "round": held.round_id,
        "entry": held.entry_id,
        "state": state.value,
        "version": held.version + 1,
        "marks": dict(given.marks),
        "comment": fingerprint(given.comment),
    }


def _record(
    session: Session,
    *,
    actor: Actor,
    verb: str,
    ballot_id: int,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    audit.record(
        session,
        actor=actor,
        verb=f"ballot.{verb}",
        subject=f"ballot:{ballot_id}",
        now=now,
        details=details,
    )
