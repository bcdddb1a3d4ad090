"""What goes on from a closed round to the next: the rule proposes, the organiser decides."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.authz import Actor
from app.errors import N_, ConflictError, InvalidError
from contests.models import Contest
from judging.advance import Proposal, above, best
from judging.models import Advance, Round, RoundEntry
from judging.queries.rounds import (
    entries_for_practice,
    entry_numbers,
    find_next_round,
    get_round,
)
from judging.ranking import Standing
from judging.service.acts import record
from judging.service.counting import ranking_of
from judging.service.reasons import check_reason
from judging.service.rounds.checks import check_planned


def proposal_of(round_: Round, standings: Sequence[Standing[int]]) -> Proposal[int]:
    """Return what a round's rule lets go on; nothing where the organisers choose by hand."""
    if round_.advance is Advance.TOP:
        return best(standings, round_.advance_count or 1)
    if round_.advance is Advance.ABOVE:
        return above(standings, Fraction(round_.advance_above or 0, 100))
    return Proposal(())


def choose_next(
    session: Session,
    *,
    contest: Contest,
    round_id: int,
    chosen: Mapping[int, str],
    left_out: Mapping[int, str],
    actor: Actor,
    now: datetime,
) -> Round:
    """Let entries go on from a closed round to the next; replaces an earlier choice.

    `chosen` and `left_out` give a reason by entry number. One is needed wherever the choice departs
    from the round's rule; those left out keep theirs in the audit. Returns the next round. Raises
    ConflictError "not-closed" or "no-next-round", ClosedError once the next round was opened, and
    InvalidError "reason-needed" or "entry-unknown", its field `reason_N` of entry N.
    """
    round_ = get_round(session, contest, round_id, lock=True)
    later = find_next_round(session, round_)
    if later is None or round_.is_practice:
        raise ConflictError(N_("No round comes after this one."), code="no-next-round")
    later = get_round(session, contest, later.id, lock=True)
    if not round_.state.is_over:
        raise ConflictError(
            N_("Close the round first; entries go on from settled standings."), code="not-closed"
        )
    check_planned(later)
    reasons = _checked(session, round_, chosen=chosen, left_out=left_out)
    ids = {number: entry_id for entry_id, number in entry_numbers(session, round_).items()}
    _replace(session, later, {ids[n]: reasons.get(n, "") for n in sorted(chosen)}, now)
    record(
        session,
        later,
        actor=actor,
        verb="choose",
        now=now,
        details={
            "entries": sorted(chosen),
            "reasons": {str(number): reason for number, reason in sorted(reasons.items())},
        },
    )
    return later


def choose_practice(
    session: Session,
    *,
    contest: Contest,
    round_id: int,
    numbers: Sequence[int],
    actor: Actor,
    now: datetime,
) -> None:
    """Choose the entries with which judges practise; raises ClosedError once it was opened."""
    round_ = get_round(session, contest, round_id, lock=True)
    if not round_.is_practice:
        raise ConflictError(N_("Only a practice has entries of its own."), code="no-practice")
    check_planned(round_)
    ids = entries_for_practice(session, contest)
    if not set(numbers) <= ids.keys():
        raise _unknown(min(set(numbers) - ids.keys()))
    _replace(session, round_, {ids[number]: "" for number in sorted(numbers)}, now)
    details = {"entries": sorted(numbers)}
    record(session, round_, actor=actor, verb="choose", now=now, details=details)


def forget_choice(session: Session, *, round_: Round, actor: Actor, now: datetime) -> None:
    """Forget which entries were to go on to this round, because that is no longer true."""
    if session.scalar(select(RoundEntry.id).where(RoundEntry.round_id == round_.id).limit(1)):
        _replace(session, round_, {}, now)
        record(session, round_, actor=actor, verb="forget-choice", now=now)


def _checked(
    session: Session, round_: Round, *, chosen: Mapping[int, str], left_out: Mapping[int, str]
) -> dict[int, str]:
    """Return the reasons that were given, by entry number, none of those needed missing."""
    standings = ranking_of(session, round_).standings
    known = {row.entry for row in standings}
    strange = (chosen.keys() | left_out.keys()) - known
    if strange:
        raise _unknown(min(strange))
    proposed = set(proposal_of(round_, standings).entries)
    by_rule = round_.advance is not Advance.CHOSEN
    said = {**left_out, **chosen}
    for number in sorted(proposed ^ chosen.keys()):
        if by_rule and not said.get(number, "").strip():
            raise InvalidError(
                N_("Say why entry %(number)s is treated otherwise than the rule says."),
                field=f"reason_{number}",
                code="reason-needed",
                number=f"{number:04d}",
            )
    return {
        number: check_reason(reason, field=f"reason_{number}")
        for number, reason in said.items()
        if reason.strip() and (not by_rule or number in proposed ^ chosen.keys())
    }


def _replace(session: Session, round_: Round, reasons: Mapping[int, str], now: datetime) -> None:
    session.execute(delete(RoundEntry).where(RoundEntry.round_id == round_.id))
    session.add_all(
        RoundEntry(round_id=round_.id, entry_id=entry_id, reason=reason, created_at=now)
        for entry_id, reason in reasons.items()
    )
    session.flush()


def _unknown(number: int) -> InvalidError:
    return InvalidError(
        N_("Entry %(number)s is not among those that can be chosen."),
        code="entry-unknown",
        number=f"{number:04d}",
    )
