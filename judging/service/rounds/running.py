"""Rounds opened with work for every judge, closed with or without all of it, and opened again."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.authz import Actor
from app.errors import N_, ClosedError, ConflictError, InvalidError
from contests.models import Contest
from contests.service import contests
from contests.states import ContestState
from judging.assignment import Assignment
from judging.models import Judge, Round
from judging.queries.progress import progress
from judging.queries.readiness import Readiness, readiness
from judging.queries.rounds import find_next_round, get_round, is_running, rules_of
from judging.queries.untouched import are_shareable
from judging.ranking import Kind, Method
from judging.service import dealing, decisions, orders, pairs
from judging.service.acts import record, rubric_of
from judging.service.dealing import Handover
from judging.service.methods import method_in_words
from judging.service.rounds.going_on import forget_choice
from judging.states import RoundState, move_round


def open_round(
    session: Session, *, contest: Contest, round_id: int, actor: Actor, now: datetime
) -> Assignment[int, int]:
    """Let the judges begin: work handed out, the contest in judging, mails queued.

    Entries that nobody has screened count as eligible. Returns the assignment (judge id, entry
    number), whose shortfalls say which entries too few may judge; it is empty where judges order
    entries or compare them. Raises InvalidError "not-closed", "no-entries", "too-few-judges",
    "too-early" or "nothing-chosen" where the round is not ready.
    """
    round_ = get_round(session, contest, round_id, lock=True)
    target = move_round(round_.state, RoundState.OPEN)
    check_ready(readiness(session, round_, now), zone=contest.zone)
    round_.state, round_.opened_at = target, now
    round_.method_declared_at = now
    if contest.state is not ContestState.JUDGING:
        contests.move(session, contest=contest, to=ContestState.JUDGING, actor=actor, now=now)
    session.flush()
    details = {"seed": round_.seed, **_declared(session, round_)}
    record(session, round_, actor=actor, verb="open", now=now, details=details)
    return _hand_out(session, round_, actor, now)


def assign_again(
    session: Session, *, contest: Contest, round_id: int, actor: Actor, now: datetime
) -> Assignment[int, int]:
    """Hand out work where it is missing: for new judges, after recusals and removals.

    Only judges who have declared conflicts of interest are given any. What exists stays as it is.
    Raises ClosedError where the round is not open.
    """
    round_ = get_round(session, contest, round_id, lock=True)
    _check_running(round_)
    return _hand_out(session, round_, actor, now)


def handover(session: Session, *, contest: Contest, round_id: int, judge: Judge) -> Handover:
    """Return what `reassign` would come to, and change nothing; raises what that raises."""
    round_ = get_round(session, contest, round_id)
    _check_shareable(round_)
    return dealing.handover(session, round_=round_, judge=judge)


def reassign(
    session: Session,
    *,
    contest: Contest,
    round_id: int,
    judge: Judge,
    actor: Actor,
    now: datetime,
) -> Handover:
    """Give the ballots that a late judge has not begun to others; see `dealing.reassign`.

    Raises ClosedError where the round is not open, ConflictError where it deals no ballots or each
    judge is to have them all.
    """
    round_ = get_round(session, contest, round_id, lock=True)
    _check_shareable(round_)
    return dealing.reassign(session, round_=round_, judge=judge, actor=actor, now=now)


def close_round(
    session: Session, *, contest: Contest, round_id: int, actor: Actor, now: datetime
) -> None:
    """End judging, also with work missing; only what was submitted counts."""
    round_ = get_round(session, contest, round_id, lock=True)
    seen = progress(session, round_)
    round_.state, round_.closed_at = move_round(round_.state, RoundState.CLOSED), now
    session.flush()
    record(
        session,
        round_,
        actor=actor,
        verb="close",
        now=now,
        details={"submitted": seen.done, "missing": seen.total - seen.done},
    )


def reopen_round(
    session: Session, *, contest: Contest, round_id: int, actor: Actor, now: datetime
) -> None:
    """Let judges go on; a proposal or a choice that rests on the old standings is withdrawn.

    Raises ConflictError "decided" once a second organiser has confirmed the winners, "gone-on" once
    the round after this one was opened.
    """
    round_ = get_round(session, contest, round_id, lock=True)
    target = move_round(round_.state, RoundState.OPEN)
    if not round_.is_practice:
        _take_back(session, contest, round_, actor, now)
    round_.state, round_.closed_at = target, None
    session.flush()
    record(session, round_, actor=actor, verb="reopen", now=now)


def _declared(session: Session, round_: Round) -> dict[str, Any]:
    """Return what results will rest on, for `podium audit verify` to compare.

    No result rests on a practice, so that the ladder can still follow what is learned in it.
    """
    declared = {
        "kind": round_.kind.value,
        "is_practice": round_.is_practice,
        "position": round_.position,
        "method": method_in_words(Method(round_.method, round_.drop_count)),
        "rubric": rubric_of(round_),
    }
    if round_.is_practice:
        return declared
    # Held, so that nobody changes it between here and the act.
    ladder = rules_of(session, round_.contest, lock=True).ladder
    return {**declared, "ladder": list(ladder)}


def _take_back(
    session: Session, contest: Contest, round_: Round, actor: Actor, now: datetime
) -> None:
    later = find_next_round(session, round_)
    if later is None:
        decisions.drop_for_reopening(session, contest=contest, actor=actor, now=now)
        return
    later = get_round(session, contest, later.id, lock=True)
    if later.state is not RoundState.PLANNED:
        raise ConflictError(
            N_("“%(title)s” has begun with the entries that went on from here."),
            code="gone-on",
            title=later.title,
        )
    forget_choice(session, round_=later, actor=actor, now=now)


def _check_running(round_: Round) -> None:
    if not is_running(round_):
        raise ClosedError(N_("Ballots are assigned while the round is open."), code="not-open")


def _check_shareable(round_: Round) -> None:
    _check_running(round_)
    if not are_shareable(round_):
        raise ConflictError(
            N_("What is asked of each judge here cannot be given to others."),
            code="not-to-be-shared",
        )


def check_ready(ready: Readiness, *, zone: str) -> None:
    """Raise InvalidError with the first thing that keeps a round from opening."""
    if not ready.is_closed:
        raise InvalidError(
            N_("Entries can still change until %(closes_at)s. Open the round after that."),
            code="not-closed",
            closes_at=ready.closes_at,
            zone=zone,
        )
    if not ready.has_turn:
        raise InvalidError(
            N_("Close “%(title)s” first: what goes on from there is judged here."),
            code="too-early",
            title=ready.before.title if ready.before else "",
        )
    if ready.entries == 0:
        raise _no_entries(ready)
    if not ready.has_judges:
        raise InvalidError(
            N_(
                "Each entry is to have %(wanted)s judges, and %(seated)s have declared conflicts "
                "of interest. Invite or remind more, or ask for fewer judges per entry."
            ),
            code="too-few-judges",
            wanted=ready.wanted,
            seated=ready.seated,
        )


def _no_entries(ready: Readiness) -> InvalidError:
    if ready.takes_all:
        return InvalidError(
            N_("There is no eligible entry, so there is nothing to judge."), code="no-entries"
        )
    return InvalidError(N_("Choose first which entries this round judges."), code="nothing-chosen")


def _hand_out(session: Session, round_: Round, actor: Actor, now: datetime) -> Assignment[int, int]:
    if round_.kind is Kind.RANK:
        orders.tell(session, round_=round_, actor=actor, now=now)
    elif round_.kind is Kind.PAIRWISE:
        pairs.deal(session, round_=round_, actor=actor, now=now)
    else:
        return dealing.deal(session, round_=round_, actor=actor, now=now)
    return Assignment((), ())
