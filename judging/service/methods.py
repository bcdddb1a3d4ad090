"""How a contest is counted: the method of each round, the tie ladder, and who confirms.

All of it is declared before judging begins. What changes later says why, and is in the audit.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor
from app.errors import N_, ConflictError, InvalidError
from contests.models import Contest
from judging.models import Round
from judging.queries import results as queries
from judging.queries.rounds import get_round, is_declared, rules_of
from judging.ranking import METHODS, Kind, Method, MethodName, RungKind, parse_rung
from judging.ranking.averages import trimmed
from judging.service import decisions
from judging.service.acts import record
from judging.service.reasons import check_reason
from judging.states import DecisionState, RoundState

MOST_DROPPED: Final = 10
SEED_LENGTH: Final = 200


def methods_for(round_: Round) -> tuple[MethodName, ...]:
    """Return the methods that fit a round; verdicts of screening are averaged, and that is all."""
    return (MethodName.MEAN,) if round_.kind is Kind.SCREEN else METHODS[round_.kind]


def marks_needed(method: Method) -> int:
    """Return how many marks on each criterion an entry needs to be placed by a method."""
    return trimmed(method.drop).needed


def reason_for_change(reason: str, *, needed: bool) -> str:
    """Return why a rule of judging changes; InvalidError "reason-missing" where it is needed."""
    if needed and not reason.strip():
        raise InvalidError(
            N_("Judging has begun: say why this changes."), field="reason", code="reason-missing"
        )
    return check_reason(reason, field="reason") if reason.strip() else ""


def change(
    session: Session,
    *,
    contest: Contest,
    round_id: int,
    method: Method,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Count a round by another method; after it was opened, only with a reason.

    A proposal that rested on the standings before is withdrawn. Raises ConflictError "decided" once
    winners are confirmed, InvalidError "method-unfit", "drop-too-large" and "reason-missing".
    """
    round_ = get_round(session, contest, round_id, lock=True)
    _check_undecided(session, contest)
    _check_fits(round_, method)
    before = Method(round_.method, round_.drop_count)
    if before == method:
        return
    is_open = round_.state is not RoundState.PLANNED
    said = reason_for_change(reason, needed=is_open)
    round_.method, round_.drop_count = method.name, method.drop
    if is_open:
        decisions.drop_for_reopening(session, contest=contest, actor=actor, now=now)
    details = {
        "from": method_in_words(before),
        "to": method_in_words(method),
        "reason": said,
        "opened": is_open,
    }
    record(session, round_, actor=actor, verb="method", now=now, details=details)


def set_ladder(
    session: Session,
    *,
    contest: Contest,
    rungs: Sequence[str],
    reason: str,
    actor: Actor,
    now: datetime,
) -> bool:
    """Settle ties by other rungs, in this order; after a round was opened, only with a reason.

    Return whether that changed anything. Raises ConflictError "decided" once winners are confirmed,
    InvalidError "ladder-empty", "rung-unknown", "rung-twice", "seed-too-long" and "reason-missing".
    """
    rules = rules_of(session, contest, lock=True)
    _check_undecided(session, contest)
    _check_rungs(rungs, queries.judge_names(session, contest))
    before = list(rules.ladder)
    if before == list(rungs):
        return False
    is_open = is_declared(session, contest)
    said = reason_for_change(reason, needed=is_open)
    rules.ladder = list(rungs)
    if is_open:
        decisions.drop_for_reopening(session, contest=contest, actor=actor, now=now)
    details = {"from": before, "to": list(rungs), "reason": said, "opened": is_open}
    _record(session, contest, actor=actor, verb="ladder", now=now, details=details)
    return True


def set_two_people(
    session: Session, *, contest: Contest, wanted: bool, actor: Actor, now: datetime
) -> None:
    """Let a decision need a second organiser, or not; raises ConflictError "decided" after it."""
    rules = rules_of(session, contest, lock=True)
    _check_undecided(session, contest)
    if rules.two_people is not wanted:
        rules.two_people = wanted
        _record(
            session,
            contest,
            actor=actor,
            verb="two-people",
            now=now,
            details={"two_people": wanted},
        )


def _check_undecided(session: Session, contest: Contest) -> None:
    decision = queries.find_decision(session, contest, lock=True)
    if decision is not None and decision.state is not DecisionState.PROPOSED:
        raise ConflictError(
            N_("The winners are confirmed, so that how they were found stays as it was."),
            code="decided",
        )


def _check_fits(round_: Round, method: Method) -> None:
    if method.name not in methods_for(round_):
        raise InvalidError(
            N_("A round of this kind cannot be counted by %(method)s."),
            field="method",
            code="method-unfit",
            method=method.name.value,
        )
    if method.name is MethodName.TRIMMED_MEAN and not 1 <= method.drop <= MOST_DROPPED:
        raise InvalidError(
            N_("Leave out from 1 to %(most)s marks at either end."),
            field="drop",
            code="drop-too-large",
            most=MOST_DROPPED,
        )


def _check_rungs(rungs: Sequence[str], judges: Collection[str]) -> None:
    if not rungs:
        raise InvalidError(
            N_("Keep one rung at least: otherwise nothing settles a tie."), code="ladder-empty"
        )
    for rung in map(parse_rung, rungs):
        if rung.kind is RungKind.CHAIR and rung.argument not in judges:
            raise InvalidError(N_("The chair is none of the judges."), code="chair-unknown")
        if len(rung.argument) > SEED_LENGTH:
            raise InvalidError(
                N_("The public text may have %(most)s characters."),
                field="seed",
                code="seed-too-long",
                most=SEED_LENGTH,
            )
    if len(set(rungs)) < len(rungs):
        raise InvalidError(N_("The same rung is there twice."), code="rung-twice")


def method_in_words(method: Method) -> str:
    """Return a method as acts keep it, how many marks it drops behind it."""
    return f"{method.name} {method.drop}" if method.drop else method.name.value


def _record(
    session: Session,
    contest: Contest,
    *,
    actor: Actor,
    verb: str,
    now: datetime,
    details: dict[str, Any],
) -> None:
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb=f"contest.{verb}",
        subject=f"contest:{contest.id}",
        now=now,
        details=details,
    )
