"""Rounds added, changed, moved and removed while nobody judges in them yet."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor
from app.errors import N_, ConflictError, InvalidError, NotFoundError
from contests.models import Contest
from judging.models import Advance, HandOut, Judge, Round, RoundSeat
from judging.queries.results import find_decision
from judging.queries.rounds import get_round, rounds_of
from judging.ranking import METHODS, Kind
from judging.service.acts import record
from judging.service.counting import COUNTED_BY_MARKS
from judging.service.rounds.checks import check_not_closed, check_planned
from judging.service.rounds.going_on import forget_choice
from judging.service.rounds.ladders import begin_rules, default_ladder_kept
from judging.service.rounds.presets import DEFAULT_METHODS, FIRST_PASS, criteria_for, new_round
from judging.states import RoundState

MOST_ROUNDS = 12


@dataclass(frozen=True, slots=True)
class RoundValues:
    """What an organiser sets about a round; `kind` and how it is handed out while it is planned.

    `seats` are ids of judges, empty for the whole panel; `advance_above` is in hundredths.
    """

    title: str
    briefing: str
    per_entry: int
    due_at: datetime | None
    starts_at: datetime | None = None
    kind: Kind = Kind.SCORE
    hand_out: HandOut = HandOut.EVEN
    first_pass: int = FIRST_PASS
    advance: Advance = Advance.CHOSEN
    advance_count: int | None = None
    advance_above: int | None = None
    seats: frozenset[int] = frozenset()


def add_round(
    session: Session,
    *,
    contest: Contest,
    kind: Kind,
    actor: Actor,
    now: datetime,
    is_practice: bool = False,
) -> Round:
    """Add a round after the others, with its kind's defaults; a practice is one of scoring.

    Raises ConflictError "decided" where winners are proposed: the last round decides them.
    """
    earlier = rounds_of(session, contest)
    if not is_practice:
        _check_undecided(session, contest)
    if len(earlier) >= MOST_ROUNDS:
        raise ConflictError(
            N_("A contest has %(most)s rounds at most."), code="too-many-rounds", most=MOST_ROUNDS
        )
    position = max((round_.position for round_ in earlier), default=0) + 1
    made = new_round(
        contest,
        position=position,
        kind=Kind.SCORE if is_practice else kind,
        now=now,
        is_practice=is_practice,
    )
    if not earlier:
        begin_rules(session, contest, [made])
    with default_ladder_kept(session, contest):
        session.add(made)
    session.flush()
    details = {"title": made.title, "kind": made.kind.value}
    record(session, made, actor=actor, verb="create", now=now, details=details)
    return made


def update_round(
    session: Session,
    *,
    contest: Contest,
    round_id: int,
    values: RoundValues,
    actor: Actor,
    now: datetime,
) -> None:
    """Change a round that is not closed yet; what it is and how it is handed out while planned.

    Raises ClosedError once it is closed, InvalidError with the field that is not right, and
    NotFoundError for a seat that is not on the contest's panel.
    """
    round_ = get_round(session, contest, round_id, lock=True)
    check_not_closed(round_)
    _check_due(round_, values, now)
    _check_values(round_, values)
    round_.title, round_.briefing = values.title, values.briefing
    round_.per_entry = values.per_entry
    round_.starts_at, round_.due_at = values.starts_at, values.due_at
    round_.advance = values.advance
    round_.advance_count, round_.advance_above = values.advance_count, values.advance_above
    if round_.state is RoundState.PLANNED:
        round_.hand_out = values.hand_out
        # Handed out evenly there is no first pass; it stays within what the round may ask for.
        round_.first_pass = min(values.first_pass, values.per_entry)
        _become(session, round_, values.kind)
    _seat(session, round_, values.seats)
    session.flush()
    record(session, round_, actor=actor, verb="change", now=now, details=_details(values))


def remove_round(
    session: Session, *, contest: Contest, round_id: int, actor: Actor, now: datetime
) -> None:
    """Take a planned round away; raises ClosedError once it was opened."""
    round_ = get_round(session, contest, round_id, lock=True)
    check_planned(round_)
    details = {"title": round_.title, "kind": round_.kind.value}
    with default_ladder_kept(session, contest):
        _forget_from(session, contest, round_.position, actor, now)
        session.delete(round_)
    session.flush()
    # About the contest: what is recorded of a round that is gone is found by nobody.
    audit.record(
        session,
        actor=actor,
        verb="contest.remove-round",
        subject=f"contest:{contest.id}",
        now=now,
        details=details,
    )


def move_up(
    session: Session, *, contest: Contest, round_id: int, actor: Actor, now: datetime
) -> None:
    """Let a planned round come before the planned one above it; the first one stays.

    What was chosen to go on to either of them, or to a later one, is forgotten. Raises ClosedError
    where either was opened.
    """
    round_ = get_round(session, contest, round_id, lock=True)
    above = [other for other in rounds_of(session, contest) if other.position < round_.position]
    if not above:
        return
    other = get_round(session, contest, above[-1].id, lock=True)
    check_planned(round_)
    check_planned(other)
    with default_ladder_kept(session, contest):
        _forget_from(session, contest, other.position, actor, now)
        here, there = round_.position, other.position
        round_.position = 0  # no two rounds share a position, not even in between
        session.flush()
        other.position = here
        session.flush()
        round_.position = there
        session.flush()
    details = {"before": other.title}
    record(session, round_, actor=actor, verb="move", now=now, details=details)


def _forget_from(
    session: Session, contest: Contest, position: int, actor: Actor, now: datetime
) -> None:
    """Forget what was chosen for rounds from here on: it went on from another round."""
    for later in rounds_of(session, contest):
        if later.position >= position and not later.is_practice:
            forget_choice(session, round_=later, actor=actor, now=now)


def _become(session: Session, round_: Round, kind: Kind) -> None:
    if kind is round_.kind or round_.is_practice:
        return
    round_.kind = kind
    if round_.method not in METHODS[kind]:
        round_.method, round_.drop_count = DEFAULT_METHODS[kind], 0
    with default_ladder_kept(session, round_.contest):
        round_.criteria = []
        session.flush()
        round_.criteria = criteria_for(round_.contest, kind)


def _seat(session: Session, round_: Round, wanted: Collection[int]) -> None:
    panel = select(Judge.id).where(Judge.contest_id == round_.contest_id)
    if not set(wanted) <= set(session.scalars(panel)):
        raise NotFoundError
    kept = [seat for seat in round_.seats if seat.judge_id in wanted]
    known = {seat.judge_id for seat in kept}
    new = [RoundSeat(judge_id=judge_id) for judge_id in sorted(wanted) if judge_id not in known]
    round_.seats = [*kept, *new]


def _check_values(round_: Round, values: RoundValues) -> None:
    kind = values.kind if round_.state is RoundState.PLANNED else round_.kind
    _check_focus(round_, values, kind)
    if values.advance is Advance.ABOVE and kind not in COUNTED_BY_MARKS:
        raise InvalidError(
            N_("Only marks can be above a mark. Let the best go on, or choose by hand."),
            field="advance",
            code="advance-unfit",
        )


def _check_focus(round_: Round, values: RoundValues, kind: Kind) -> None:
    """Refuse focus where nothing would be left to hand out after the first pass."""
    is_planned = round_.state is RoundState.PLANNED
    if (values.hand_out if is_planned else round_.hand_out) is HandOut.EVEN:
        return
    if kind is not Kind.SCORE or round_.is_practice:
        raise InvalidError(
            N_("Only a round of scoring can focus: the others have nothing to look closer at."),
            field="hand_out",
            code="focus-unfit",
        )
    if values.per_entry == 1:
        raise InvalidError(
            N_("With one judge per entry nothing is left to focus with: take more, or go even."),
            field="per_entry",
            code="focus-of-one",
        )
    if (values.first_pass if is_planned else round_.first_pass) >= values.per_entry:
        raise InvalidError(
            N_(
                "The first pass takes fewer judges per entry than the whole round, here %(most)s "
                "at most; else focus has nothing left to hand out."
            ),
            field="first_pass" if is_planned else "per_entry",
            code="first-pass-too-long",
            most=values.per_entry - 1,
        )


def _check_due(round_: Round, values: RoundValues, now: datetime) -> None:
    if values.starts_at and values.due_at and values.starts_at >= values.due_at:
        raise InvalidError(
            N_("A round is due after it begins."), field="due_at", code="due-before-start"
        )
    if round_.state is RoundState.PLANNED and values.due_at and values.due_at <= now:
        raise InvalidError(
            N_("This time is past already; judges need time after the round opens."),
            field="due_at",
            code="due-past",
        )


def _check_undecided(session: Session, contest: Contest) -> None:
    if find_decision(session, contest) is not None:
        raise ConflictError(
            N_("Winners are proposed from the last round. Withdraw the proposal first."),
            code="decided",
        )


def _details(values: RoundValues) -> dict[str, object]:
    return {
        "title": values.title,
        "kind": values.kind.value,
        "per_entry": values.per_entry,
        "hand_out": values.hand_out.value,
        "first_pass": values.first_pass,
        "advance": values.advance.value,
        "advance_count": values.advance_count,
        "advance_above": values.advance_above,
        "seats": sorted(values.seats),
        "starts_at": values.starts_at.isoformat() if values.starts_at else None,
        "due_at": values.due_at.isoformat() if values.due_at else None,
    }
