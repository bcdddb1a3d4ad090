"""Ballots: marks saved and submitted, two windows told apart, a judge stepping back.

Whoever saves holds the round (shared) and then the ballot (alone) until the commit: a round cannot
close between the question whether it is open and the mark, and of two windows one comes second.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor, require
from app.errors import N_, ClosedError, ConflictError, InvalidError
from contests.models import Entry
from contests.states import EntryState, Screening
from judging import policies, rubric
from judging.models import Ballot, Mark, Recusal, RecusalSource, Round
from judging.states import BallotState, RoundState, move_ballot

COMMENT_LENGTH = 4000
REASON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Saved:
    """What the server has now."""

    version: int
    state: BallotState
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """What a ballot says: marks by criterion key, and the comment for the panel."""

    marks: Mapping[str, int]
    comment: str


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
    return Content({keys[mark.criterion_id]: mark.points for mark in ballot.marks}, ballot.comment)


def is_standing(entry: Entry) -> bool:
    """Tell whether an entry is still in its contest, so that it can be judged."""
    return entry.state is EntryState.SUBMITTED and entry.screening is not Screening.INELIGIBLE


def save_ballot(
    session: Session,
    *,
    actor: Actor,
    ballot: Ballot,
    marks: Mapping[str, int | None],
    comment: str,
    version: int,
    now: datetime,
    submit: bool = False,
) -> Saved:
    """Keep all of a ballot's marks and its comment as they stand in the window that sends them.

    `marks` are points by criterion key, None or absent for no mark; `version` is the one this
    window read. A submitted ballot stays submitted while it is complete. Sending the same again
    changes nothing and is no fault, whatever its version.

    Raises StaleBallotError, ClosedError once the round is closed, ConflictError for an entry that
    has left, InvalidError for marks outside the rubric and, with `submit`, missing ones.
    """
    require(policies.may_mark, actor, ballot)
    _hold(session, ballot)
    _check_open(ballot)
    given = Content({key: points for key, points in marks.items() if points is not None}, comment)
    stored = content_of(ballot)
    if version != ballot.version and given != stored:
        raise StaleBallotError(theirs=stored, version=ballot.version)
    criteria = rubric_of(ballot.round)
    rubric.check_marks(criteria, given.marks, complete=submit)
    _check_comment(given.comment)
    is_submitted = ballot.state is BallotState.SUBMITTED
    if given == stored and (is_submitted or not submit):
        return Saved(ballot.version, ballot.state, ballot.saved_at or now)
    counts = submit or (is_submitted and rubric.is_complete(criteria, given.marks))
    ballot.state = _advance(ballot.state, counts=counts)
    ballot.submitted_at = (ballot.submitted_at or now) if counts else None
    ballot.comment, ballot.version, ballot.saved_at = given.comment, ballot.version + 1, now
    ballot.judge.seen_at = now
    _write_marks(session, ballot, given.marks)
    _record(session, ballot, actor=actor, verb="submit" if submit else "save", now=now)
    return Saved(ballot.version, ballot.state, now)


def recuse(
    session: Session, *, ballot: Ballot, reason: str, actor: Actor, now: datetime
) -> Recusal | None:
    """End a ballot because its judge has a conflict of interest; its marks are erased.

    Returns the recusal, or None where the ballot had ended so before (a second click). Raises
    InvalidError without a reason, ClosedError once the round is closed.
    """
    require(policies.may_mark, actor, ballot)
    _hold(session, ballot)
    if ballot.state is BallotState.RECUSED:
        return None
    _check_open(ballot)
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
    end_ballot(session, ballot=ballot, actor=actor, now=now)
    return recusal


def end_ballot(session: Session, *, ballot: Ballot, actor: Actor, now: datetime) -> None:
    """Make a ballot recused and erase what it says; the recusal itself is the caller's."""
    ballot.state = move_ballot(ballot.state, BallotState.RECUSED)
    ballot.comment, ballot.submitted_at, ballot.version = "", None, ballot.version + 1
    _write_marks(session, ballot, {})
    _record(session, ballot, actor=actor, verb="recuse", now=now)


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


def _hold(session: Session, ballot: Ballot) -> None:
    session.refresh(ballot.round, ["state", "closed_at"], with_for_update={"read": True})
    session.refresh(
        ballot,
        ["state", "version", "comment", "saved_at", "submitted_at"],
        with_for_update=True,
    )
    session.expire(ballot, ["marks"])


def _check_open(ballot: Ballot) -> None:
    if ballot.state is BallotState.RECUSED:
        raise ConflictError(
            N_("You declared a conflict of interest with this entry, so it takes no marks."),
            code="recused",
        )
    if ballot.round.state is not RoundState.OPEN:
        if ballot.round.closed_at is None:
            raise ClosedError(N_("This round is not open yet."), code="not-open")
        raise ClosedError(
            N_("This round closed on %(at)s. Your marks as they were then are kept and count."),
            at=ballot.round.closed_at,
            zone=ballot.judge.contest.zone,
        )
    if not is_standing(ballot.entry):
        raise ConflictError(
            N_("This entry has left the contest, so there is nothing left to mark."),
            code="entry-left",
        )


def _check_comment(comment: str) -> None:
    if len(comment) > COMMENT_LENGTH:
        raise InvalidError(
            N_("A comment may have %(most)s characters; this one has %(length)s."),
            field="comment",
            code="comment-too-long",
            most=COMMENT_LENGTH,
            length=len(comment),
        )


def _advance(state: BallotState, *, counts: bool) -> BallotState:
    """Return the state after a save, going through a draft where the table says so."""
    if state is BallotState.ASSIGNED:
        state = move_ballot(state, BallotState.DRAFT)
    target = BallotState.SUBMITTED if counts else BallotState.DRAFT
    return state if state is target else move_ballot(state, target)


def _write_marks(session: Session, ballot: Ballot, marks: Mapping[str, int]) -> None:
    rows = [
        {
            "ballot_id": ballot.id,
            "criterion_id": criterion.id,
            "minimum": criterion.minimum,
            "maximum": criterion.maximum,
            "points": marks[criterion.key],
        }
        for criterion in ballot.round.criteria
        if criterion.key in marks
    ]
    session.flush()
    kept = [row["criterion_id"] for row in rows]
    session.execute(delete(Mark).where(Mark.ballot_id == ballot.id, Mark.criterion_id.not_in(kept)))
    if rows:
        insert = _insert(session).values(rows)
        session.execute(
            insert.on_conflict_do_update(
                index_elements=["ballot_id", "criterion_id"],
                set_={"points": insert.excluded.points},
            )
        )
    session.expire(ballot, ["marks"])


def _insert(session: Session) -> postgresql.Insert | sqlite.Insert:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(Mark) if is_postgresql else sqlite.insert(Mark)


def _record(session: Session, ballot: Ballot, *, actor: Actor, verb: str, now: datetime) -> None:
    audit.record(
        session,
        actor=actor,
        verb=f"ballot.{verb}",
        subject=f"ballot:{ballot.id}",
        now=now,
        details={
            "entry": ballot.entry_id,
            "state": ballot.state.value,
            "version": ballot.version,
            "marks": dict(content_of(ballot).marks),
        },
    )
