"""Ballots: marks saved and submitted, two windows told apart, a judge stepping back.

Whoever saves holds the round (shared) and then the ballot (alone) until the commit: a round cannot
close between the question whether it is open and the mark, and of two windows one comes second.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Connection,
    Integer,
    bindparam,
    cast,
    delete,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor, require
from app.db import table_of
from app.errors import N_, ClosedError, ConflictError, InvalidError
from app.jobs import enqueue
from contests.models import Entry
from contests.states import EntryState, Screening
from judging import policies, rubric
from judging.models import Ballot, Criterion, HandOut, Judge, Mark, Recusal, RecusalSource, Round
from judging.queries.held import Held, has_pictures, hold
from judging.ranking import Kind
from judging.service.striking import strike
from judging.states import BallotState, RoundState, move_ballot

COMMENT_LENGTH = 4000
NOTE_LENGTH = 4000
REASON_LENGTH = 300
REMEMBERED: Final = 8
"""How many saves a ballot remembers by their keys, so that a repeated one is known."""
SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly it is known when a judge was last there: not every mark has to write it."""
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


class StaleBallotError(ConflictError):
    """The ballot was changed in another window since this one read it; nothing was saved.

    `theirs` is what the ballot says now, as its version `version`.
    """

    code = "stale-ballot"

    def __init__(self, *, theirs: Content, version: int) -> None:
        super().__init__(N_("You changed this ballot in another window. Which marks should stand?"))
        self.theirs = theirs
        self.version = version


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
    return entry.state is EntryState.SUBMITTED and entry.screening is not Screening.INELIGIBLE


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
    _check_open(held)
    given, stored = _given(held, sent), _stored(held)
    if sent.version != held.version and given != stored:
        raise StaleBallotError(theirs=stored, version=held.version)
    _check(session, held, sent, given)
    state = _state_after(held, sent, given)
    is_new = given != stored or state is not held.state
    _write(session, held, sent, given=given, state=state, now=now)
    if sent.submit and held.hand_out is HandOut.FOCUS:
        enqueue(session, "judging.hand_out", held.round_id)
    if (given.marks, given.comment) != (stored.marks, stored.comment) or state is not held.state:
        _record(
            session,
            actor=actor,
            verb="submit" if sent.submit else "save",
            ballot_id=held.id,
            details=_details(held.entry_id, state, held.version + 1, given.marks),
            now=now,
        )
    return Saved(held.version + is_new, state, now if is_new else held.saved_at or now, held.zone)


def skip(session: Session, *, actor: Actor, ballot_id: int, now: datetime) -> None:
    """Put a ballot to the end of what its judge has left; a submitted one has nowhere to go.

    Raises ClosedError and ConflictError as `save_ballot`.
    """
    held = hold(session, ballot_id)
    require(policies.may_mark, actor, held)
    _check_open(held)
    if held.state is not BallotState.SUBMITTED:
        session.connection().execute(_UPDATE_BALLOT, {"ballot": held.id, "skipped_at": now})


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
    _check_open(held)
    said = check_reason(reason, field="reason")
    if not said:
        raise InvalidError(
            N_("Say in a few words what the conflict is."), field="reason", code="reason-missing"
        )
    recusal = Recusal(
        judge_id=ballot.judge_id,
        entry_id=ballot.entry_id,
        source=RecusalSource.DECLARED,
        reason=said,
        created_at=now,
    )
    session.add(recusal)
    ballot.judge.seen_at = now
    session.refresh(ballot, ["state", "version"])
    end_ballot(session, ballot=ballot, actor=actor, now=now)
    strike(session, judge=ballot.judge, entry_ids={ballot.entry_id}, actor=actor, now=now)
    return recusal


def end_ballot(session: Session, *, ballot: Ballot, actor: Actor, now: datetime) -> None:
    """Make a ballot recused and erase what it says; the recusal itself is the caller's."""
    ballot.state = move_ballot(ballot.state, BallotState.RECUSED)
    ballot.comment, ballot.note, ballot.recent = "", "", []
    ballot.submitted_at, ballot.version = None, ballot.version + 1
    session.flush()
    session.execute(delete(Mark).where(Mark.ballot_id == ballot.id))
    session.expire(ballot, ["marks"])
    _record(
        session,
        actor=actor,
        verb="recuse",
        ballot_id=ballot.id,
        details=_details(ballot.entry_id, ballot.state, ballot.version, {}),
        now=now,
    )


def check_reason(reason: str, *, field: str) -> str:
    """Return the reason without blank ends; raise InvalidError where it is too long."""
    said = reason.strip()
    if len(said) > REASON_LENGTH:
        raise InvalidError(
            N_("Say it in %(most)s characters at most."),
            field=field,
            code="reason-too-long",
            most=REASON_LENGTH,
        )
    return said


# --- what a ballot may say ----------------------------------------------------------------------


def _given(held: Held, sent: Sent) -> Content:
    marks = {key: points for key, points in sent.marks.items() if points is not None}
    return Content(marks, sent.comment, held.note if sent.note is None else sent.note)


def _stored(held: Held) -> Content:
    return Content(held.marks, held.comment, held.note)


def _check_open(held: Held) -> None:
    if held.state is BallotState.RECUSED:
        raise ConflictError(
            N_("You declared a conflict of interest with this entry, so it takes no marks."),
            code="recused",
        )
    if held.round_state is not RoundState.OPEN:
        if held.closed_at is None:
            raise ClosedError(N_("This round is not open yet."), code="not-open")
        raise ClosedError(
            N_("This round closed on %(at)s. Your marks as they were then are kept and count."),
            at=held.closed_at,
            zone=held.zone,
        )
    if not held.stands:
        raise ConflictError(
            N_("This entry has left the contest, so there is nothing left to mark."),
            code="entry-left",
        )


def _check(session: Session, held: Held, sent: Sent, given: Content) -> None:
    rubric.check_marks(held.rubric, given.marks, complete=sent.submit)
    _check_length(given.comment, COMMENT_LENGTH, field="comment")
    _check_length(given.note, NOTE_LENGTH, field="note")
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


def _check_length(text: str, most: int, *, field: str) -> None:
    if len(text) > most:
        raise InvalidError(
            N_("A comment may have %(most)s characters; this one has %(length)s."),
            field=field,
            code="comment-too-long",
            most=most,
            length=len(text),
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


# --- what a save writes -------------------------------------------------------------------------


_BALLOTS, _JUDGES = table_of(Ballot), table_of(Judge)
_MARKS, _CRITERIA = table_of(Mark), table_of(Criterion)
_UPDATE_BALLOT = update(_BALLOTS).where(_BALLOTS.c.id == bindparam("ballot"))
_SEE_JUDGE = update(_JUDGES).where(_JUDGES.c.id == bindparam("judge"))
_ERASE_MARKS = delete(_MARKS).where(
    _MARKS.c.ballot_id == bindparam("ballot"),
    _MARKS.c.criterion_id.in_(bindparam("criteria", expanding=True)),
)


def _keeping(insert: Any, each: Any) -> Any:
    """Return the statement that keeps marks, whether or not there were any: in either's words.

    They come as one object, points by the criterion's id, which `each` takes apart.
    """
    given = each(bindparam("points", type_=JSON)).table_valued("key", "value")
    rows = (
        select(
            bindparam("ballot", type_=Integer),
            *(_CRITERIA.c.id, _CRITERIA.c.minimum, _CRITERIA.c.maximum),
            cast(given.c.value, Integer),
        )
        .join_from(given, _CRITERIA, _CRITERIA.c.id == cast(given.c.key, Integer))
        .where(true())  # without it SQLite would read the conflict as part of the join
    )
    names = ["ballot_id", "criterion_id", "minimum", "maximum", "points"]
    keep = insert(_MARKS).from_select(names, rows)
    return keep.on_conflict_do_update(
        index_elements=["ballot_id", "criterion_id"], set_={"points": keep.excluded.points}
    )


_KEEP_MARKS: Final[Mapping[str, Any]] = {
    "postgresql": _keeping(postgresql.insert, func.json_each_text),
    "sqlite": _keeping(sqlite.insert, func.json_each),
}


def _write(
    session: Session,
    held: Held,
    sent: Sent,
    *,
    given: Content,
    state: BallotState,
    now: datetime,
) -> None:
    connection = session.connection()
    _write_marks(connection, held, given.marks)
    changed = _changes(held, sent, given=given, state=state, now=now)
    if changed:
        connection.execute(_UPDATE_BALLOT, {"ballot": held.id, **changed})
    if held.seen_at is None or now - held.seen_at >= SEEN_EVERY:
        connection.execute(_SEE_JUDGE, {"judge": held.judge_id, "seen_at": now})


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


def _write_marks(connection: Connection, held: Held, marks: Mapping[str, int]) -> None:
    points = {
        str(one.id): marks[one.key]
        for one in held.criteria
        if one.key in marks and marks[one.key] != one.points
    }
    if points:
        keep = _KEEP_MARKS[connection.dialect.name]
        connection.execute(keep, {"ballot": held.id, "points": points})
    gone = [one.id for one in held.criteria if one.points is not None and one.key not in marks]
    if gone:
        connection.execute(_ERASE_MARKS, {"ballot": held.id, "criteria": gone})


def _details(
    entry_id: int, state: BallotState, version: int, marks: Mapping[str, int]
) -> dict[str, Any]:
    """Return what the audit keeps of a ballot; the note is the judge's own and not in it."""
    return {"entry": entry_id, "state": state.value, "version": version, "marks": dict(marks)}


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
