"""Rounds: made, set up, opened with ballots for every judge, closed, and opened again.

Whoever changes a round's state or rubric holds it alone; judges hold it shared while they save.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from fractions import Fraction

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor
from app.errors import N_, ClosedError, ConflictError, InvalidError
from app.web import in_zone, local_instant
from contests.models import Contest
from contests.service import contests
from contests.states import ContestState
from judging import rubric
from judging.assignment import Assignment
from judging.models import Criterion, JudgingRules, Round
from judging.queries import progress as queries
from judging.queries.rounds import find_deciding_round, get_deciding_round, is_running
from judging.service import decisions
from judging.service.dealing import deal
from judging.states import RoundState, move_round

JUDGING_DAYS = 14
_EVENING = time(18)


@dataclass(frozen=True, slots=True)
class RoundValues:
    """What an organiser sets about a round at any time before it closes."""

    title: str
    briefing: str
    per_entry: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class CriterionValues:
    """One row of the rubric as an organiser writes it; `key` is empty for a new one."""

    key: str
    title: str
    guidance: str
    weight: int
    minimum: int
    maximum: int


def create_round(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> Round:
    """Make a contest's round with defaults that need no change; a second click makes no second."""
    found = find_deciding_round(session, contest)
    if found is not None:
        return found
    made = Round(
        contest=contest,
        title=_("Scoring"),
        briefing=_(
            "Mark each entry on its own, against the words beside each criterion, and use the "
            "whole scale. You will not see who entered, nor what other judges think. Every change "
            "is saved; you can come back to a ballot until the round closes."
        ),
        due_at=_default_due(contest, now),
        seed=secrets.token_hex(16),
        criteria=[
            Criterion(
                position=position,
                key=row.key,
                title=_(row.title),
                guidance=_(row.guidance),
                weight=int(row.weight),
                minimum=row.minimum,
                maximum=row.maximum,
            )
            for position, row in enumerate(rubric.DEFAULT_RUBRICS[contest.kind.value].criteria)
        ],
    )
    session.add_all((made, JudgingRules(contest=contest)))
    session.flush()
    _record(session, made, actor=actor, verb="create", now=now)
    return made


def update_round(
    session: Session, *, contest: Contest, values: RoundValues, actor: Actor, now: datetime
) -> None:
    """Change a round that is not closed yet; raises ClosedError afterwards."""
    round_ = get_deciding_round(session, contest, lock=True)
    _check_not_closed(round_)
    round_.title, round_.briefing = values.title, values.briefing
    round_.per_entry, round_.due_at = values.per_entry, values.due_at
    session.flush()
    _record(
        session,
        round_,
        actor=actor,
        verb="change",
        now=now,
        details={
            "title": values.title,
            "per_entry": values.per_entry,
            "due_at": values.due_at.isoformat() if values.due_at else None,
        },
    )


def set_rubric(
    session: Session,
    *,
    contest: Contest,
    criteria: Sequence[CriterionValues],
    actor: Actor,
    now: datetime,
) -> None:
    """Replace a round's criteria, in this order; those with a known key stay the same rows.

    Raises ConflictError "rubric-locked" once any mark exists, InvalidError for a rubric that the
    rules refuse, its field the position of the criterion, counted from 0.
    """
    round_ = get_deciding_round(session, contest, lock=True)
    _check_not_closed(round_)
    if queries.has_marks(session, round_):
        raise ConflictError(
            N_(
                "Judges have given marks, so the rubric stays as it is: marks would change meaning."
            ),
            code="rubric-locked",
        )
    known = {criterion.key: criterion for criterion in round_.criteria}
    rows = [_named(position, row, known) for position, row in enumerate(criteria)]
    _check_rubric(rows)
    round_.criteria = []
    for position, row in enumerate(rows):
        criterion = known.get(row.key) or Criterion(key=row.key)
        criterion.position, criterion.title = position, row.title
        criterion.guidance, criterion.weight = row.guidance, row.weight
        criterion.minimum, criterion.maximum = row.minimum, row.maximum
        round_.criteria.append(criterion)
    session.flush()
    _record(
        session,
        round_,
        actor=actor,
        verb="rubric",
        now=now,
        details={"criteria": [[r.title, r.weight, r.minimum, r.maximum] for r in rows]},
    )


def open_round(
    session: Session, *, contest: Contest, actor: Actor, now: datetime
) -> Assignment[int, int]:
    """Let the judges begin: conflicts found, ballots dealt, the contest in judging, mails queued.

    Entries that nobody has screened count as eligible. Returns the assignment (judge id, entry
    number), whose shortfalls say which entries too few may judge. Raises InvalidError
    "not-closed", "no-entries" or "too-few-judges" where the round is not ready.
    """
    round_ = get_deciding_round(session, contest, lock=True)
    target = move_round(round_.state, RoundState.OPEN)
    check_ready(queries.readiness(session, round_, now), zone=contest.zone)
    round_.state, round_.opened_at = target, now
    round_.method_declared_at = now
    if contest.state is not ContestState.JUDGING:
        contests.move(session, contest=contest, to=ContestState.JUDGING, actor=actor, now=now)
    session.flush()
    _record(session, round_, actor=actor, verb="open", now=now, details={"seed": round_.seed})
    return deal(session, round_=round_, actor=actor, now=now)


def assign_again(
    session: Session, *, contest: Contest, actor: Actor, now: datetime
) -> Assignment[int, int]:
    """Deal ballots where they are missing: for new judges, after recusals and removals.

    Only judges who have declared conflicts of interest are dealt any. Ballots that exist stay as
    they are. Raises ClosedError where the round is not open.
    """
    round_ = get_deciding_round(session, contest, lock=True)
    if not is_running(round_):
        raise ClosedError(N_("Ballots are assigned while the round is open."), code="not-open")
    return deal(session, round_=round_, actor=actor, now=now)


def close_round(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> None:
    """End judging, also with ballots missing; only those submitted count."""
    round_ = get_deciding_round(session, contest, lock=True)
    seen = queries.progress(session, round_)
    round_.state, round_.closed_at = move_round(round_.state, RoundState.CLOSED), now
    session.flush()
    _record(
        session,
        round_,
        actor=actor,
        verb="close",
        now=now,
        details={"submitted": seen.done, "missing": seen.total - seen.done},
    )


def reopen_round(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> None:
    """Let judges go on; a proposal that rests on the old standings is withdrawn.

    Raises ConflictError "decided" once a second organiser has confirmed the winners.
    """
    round_ = get_deciding_round(session, contest, lock=True)
    target = move_round(round_.state, RoundState.OPEN)
    decisions.drop_for_reopening(session, contest=contest, actor=actor, now=now)
    round_.state, round_.closed_at = target, None
    session.flush()
    _record(session, round_, actor=actor, verb="reopen", now=now)


def check_ready(ready: queries.Readiness, *, zone: str) -> None:
    """Raise InvalidError with the first thing that keeps a round from opening."""
    if not ready.is_closed:
        raise InvalidError(
            N_("Entries can still change until %(closes_at)s. Open the round after that."),
            code="not-closed",
            closes_at=ready.closes_at,
            zone=zone,
        )
    if ready.entries == 0:
        raise InvalidError(
            N_("There is no eligible entry, so there is nothing to judge."), code="no-entries"
        )
    if not ready.has_judges:
        raise InvalidError(
            N_(
                "Each entry is to have %(wanted)s judges, and %(seated)s have declared conflicts "
                "of interest. Invite or remind more, or ask for fewer judges per entry."
            ),
            code="too-few-judges",
            wanted=ready.per_entry,
            seated=ready.seated,
        )


# --- small things -------------------------------------------------------------------------------


def _default_due(contest: Contest, now: datetime) -> datetime:
    """Return an evening two weeks after the close, or after today where that has passed."""
    day = in_zone(max(contest.closes_at, now) + timedelta(days=JUDGING_DAYS), contest.zone).date()
    return local_instant(datetime.combine(day, _EVENING), contest.zone)


def _check_not_closed(round_: Round) -> None:
    if round_.state in {RoundState.CLOSED, RoundState.FINAL}:
        raise ClosedError(
            N_("This round is closed, so that what was asked of the judges stays as it was."),
            code="round-closed",
        )


def _named(position: int, row: CriterionValues, known: dict[str, Criterion]) -> CriterionValues:
    """Give a new criterion a key; ballots name their fields after it."""
    if row.key in known:
        return row
    key = f"c{position}-{secrets.token_hex(4)}"
    return CriterionValues(key, row.title, row.guidance, row.weight, row.minimum, row.maximum)


def _check_rubric(rows: Sequence[CriterionValues]) -> None:
    positions = {row.key: position for position, row in enumerate(rows)}
    try:
        rubric.Rubric(
            tuple(
                rubric.Criterion(row.key, row.title, Fraction(row.weight), row.minimum, row.maximum)
                for row in rows
            )
        )
    except InvalidError as error:
        position = positions.get(error.field or "")
        raise InvalidError(
            error.message,
            field=None if position is None else str(position),
            code=error.reason,
            **error.params,
        ) from error


def _record(
    session: Session,
    round_: Round,
    *,
    actor: Actor,
    verb: str,
    now: datetime,
    details: dict[str, object] | None = None,
) -> None:
    audit.record(
        session,
        actor=actor,
        verb=f"round.{verb}",
        subject=f"round:{round_.id}",
        now=now,
        details=details,
    )
