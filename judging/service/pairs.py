"""Comparisons: dealt to judges at the opening and where some are missing, decided one by one.

A vote names both entries and the version of the comparison that its page showed, so that a click
on a page that is out of date changes nothing.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor
from app.errors import N_, ConflictError, InvalidError
from judging.assignment import order_for
from judging.models import Comparison, Judge, Recusal, Round
from judging.pairing import Pairing, pair_up
from judging.queries import knowledge, rounds
from judging.queries.pairs import lock_comparison
from judging.service import panel, shares
from judging.service.acts import record
from judging.service.ballots import is_standing
from judging.service.conflicts import find_conflicts
from judging.service.dealing import barred_numbers
from judging.service.telling import tell_judge


@dataclass(frozen=True, slots=True)
class Vote:
    """A choice as the page sends it: the numbers of the two it showed, and of the better one."""

    first: int
    second: int
    chosen: int
    version: int


class StaleComparisonError(ConflictError):
    """The comparison was decided or changed elsewhere since the page read it; nothing was saved.

    `chosen` is the number of the entry that stands as chosen now, None where none is.
    """

    code = "stale-comparison"

    def __init__(self, *, chosen: int | None, version: int) -> None:
        super().__init__(
            N_("You changed this comparison in another window. Which choice should stand?")
        )
        self.chosen = chosen
        self.version = version


def chosen_number(comparison: Comparison) -> int | None:
    """Return the number of the entry that was chosen, if one was."""
    both = (comparison.first, comparison.second)
    return next((entry.number for entry in both if entry.id == comparison.chosen_id), None)


def stands(comparison: Comparison) -> bool:
    """Tell whether both entries are still in their contest."""
    return is_standing(comparison.first) and is_standing(comparison.second)


# --- dealing ------------------------------------------------------------------------------------


def deal(session: Session, *, round_: Round, actor: Actor, now: datetime) -> int:
    """Make the comparisons that are missing, and tell judges who had none left to decide.

    What was decided stays. What was not, and cannot be any more (its judge has left or has a
    conflict of interest, an entry has left), goes first. Returns how many comparisons are new.
    """
    session.flush()
    session.refresh(round_, ["state"], with_for_update=True)
    seated = rounds.seated_judges(session, round_)
    find_conflicts(session, contest=round_.contest, actor=actor, now=now)
    gone = _drop_hopeless(session, round_, {judge.id for judge in seated})
    waiting = _count_open(session, round_)
    plan = preview(session, round_=round_)
    ids = {number: entry_id for entry_id, number in rounds.entry_numbers(session, round_).items()}
    for judge in seated:
        mine = [(row.first, row.second) for row in plan.meetings if row.judge == judge.id]
        _add(session, round_, judge, order_for(judge.id, mine, round_.seed), ids=ids, now=now)
        if mine and not waiting[judge.id]:
            tell_judge(session, round_=round_, judge=judge, count=len(mine), now=now)
    record(
        session,
        round_,
        actor=actor,
        verb="assign",
        now=now,
        details={
            "comparisons": len(plan.meetings),
            "removed": gone,
            "short_of_comparisons": sorted(lack.entry for lack in plan.lacks),
            "groups": len(plan.groups),
        },
    )
    return len(plan.meetings)


def preview(session: Session, *, round_: Round) -> Pairing[int, int]:
    """Return what dealing comparisons now would come to, and change nothing.

    Entries are named by number. More than one group means that nothing links some entries to the
    others, so that no ranking could tell how they compare.
    """
    entries = rounds.entry_numbers(session, round_)
    seated = rounds.seated_judges(session, round_)
    said = knowledge.traits(session, round_)
    kept = session.execute(
        select(Comparison.judge_id, Comparison.first_id, Comparison.second_id).where(
            Comparison.round_id == round_.id,
            Comparison.first_id.in_(entries),
            Comparison.second_id.in_(entries),
        )
    )
    return pair_up(
        entries.values(),
        [judge.id for judge in seated],
        per_entry=round_.per_entry,
        # Nobody is asked about an entry in a language that they do not read.
        barred=barred_numbers(session, round_, entries) | knowledge.unread(seated, said),
        kept={(judge, entries[one], entries[other]) for judge, one, other in kept},
        seed=round_.seed,
        prefers=knowledge.fits(seated, said),
    )


def _drop_hopeless(session: Session, round_: Round, seated: set[int]) -> int:
    """Delete open comparisons that nobody can decide any more; return how many they were."""
    entries = set(rounds.entry_numbers(session, round_))
    barred = panel.barred_pairs(session, round_.contest)
    gone = [
        row
        for row in _open(session, round_)
        if row.judge_id not in seated
        or not {row.first_id, row.second_id} <= entries
        or {(row.judge_id, row.first_id), (row.judge_id, row.second_id)} & barred
    ]
    for row in gone:
        session.delete(row)
    session.flush()
    return len(gone)


def _count_open(session: Session, round_: Round) -> Counter[int]:
    return Counter(row.judge_id for row in _open(session, round_))


def _open(session: Session, round_: Round) -> Iterable[Comparison]:
    wanted = select(Comparison).where(
        Comparison.round_id == round_.id, Comparison.chosen_id.is_(None)
    )
    return session.scalars(wanted).all()


def _add(
    session: Session,
    round_: Round,
    judge: Judge,
    pairs: Iterable[tuple[int, int]],
    *,
    ids: dict[int, int],
    now: datetime,
) -> None:
    """Put comparisons behind those a judge has; of each pair, the first is shown first."""
    positions = session.scalars(
        select(Comparison.position).where(
            Comparison.round_id == round_.id, Comparison.judge_id == judge.id
        )
    )
    for position, pair in enumerate(pairs, start=max(positions, default=0) + 1):
        shown = [ids[number] for number in pair]
        first, second = sorted(shown)
        session.add(
            Comparison(
                round_id=round_.id,
                judge_id=judge.id,
                position=position,
                first_id=first,
                second_id=second,
                is_swapped=shown != [first, second],
                created_at=now,
            )
        )
    session.flush()


# --- deciding -----------------------------------------------------------------------------------


def vote(
    session: Session, *, actor: Actor, comparison: Comparison, vote: Vote, now: datetime
) -> Comparison:
    """Choose the better of two, or change the choice.

    Sending the same again changes nothing and is no fault. Raises StaleComparisonError,
    ConflictError for another pair than the comparison's or an entry that has left, InvalidError
    for a choice that is neither, ClosedError once the round is closed.
    """
    _hold(session, comparison, actor)
    both = {entry.number: entry.id for entry in (comparison.first, comparison.second)}
    if {vote.first, vote.second} != both.keys():
        raise ConflictError(
            N_("This page showed another pair than the one you were to decide. Nothing was saved."),
            code="other-pair",
        )
    if vote.chosen not in both:
        raise InvalidError(N_("Choose one of the two entries."), field="chosen", code="neither")
    if comparison.chosen_id == both[vote.chosen]:
        return comparison
    _check_version(comparison, vote.version)
    comparison.chosen_id, comparison.decided_at = both[vote.chosen], now
    _note(session, comparison, actor=actor, verb="vote", now=now)
    return comparison


def undo(
    session: Session, *, actor: Actor, comparison: Comparison, version: int, now: datetime
) -> Comparison:
    """Take a choice back, so that the comparison is to be decided again.

    Raises what `vote` raises; a second click changes nothing.
    """
    _hold(session, comparison, actor)
    if comparison.chosen_id is None:
        return comparison
    _check_version(comparison, version)
    comparison.chosen_id = comparison.decided_at = comparison.skipped_at = None
    _note(session, comparison, actor=actor, verb="undo", now=now)
    return comparison


def skip(session: Session, *, actor: Actor, comparison: Comparison, now: datetime) -> None:
    """Put a comparison to the end of the judge's list; one that is decided stays where it is."""
    _hold(session, comparison, actor)
    if comparison.chosen_id is None:
        comparison.skipped_at = now
        _record(session, comparison, actor=actor, verb="skip", now=now)


def recuse(
    session: Session,
    *,
    actor: Actor,
    comparison: Comparison,
    number: int,
    reason: str,
    now: datetime,
) -> Recusal | None:
    """Step back from one of the two: all the judge's comparisons with it go, and others are dealt.

    Raises InvalidError without a reason or for an entry that is neither, ClosedError once the
    round is closed.
    """
    round_, judge = comparison.round, comparison.judge
    shares.hold_round(session, round_=round_, judge=judge, actor=actor, alone=True)
    both = {entry.number: entry for entry in (comparison.first, comparison.second)}
    if number not in both:
        raise InvalidError(N_("Choose one of the two entries."), field="entry", code="neither")
    recusal = shares.recuse(
        session, judge=judge, entry=both[number], reason=reason, actor=actor, now=now
    )
    if recusal is not None:
        deal(session, round_=round_, actor=actor, now=now)
    return recusal


def _hold(session: Session, comparison: Comparison, actor: Actor) -> None:
    shares.hold_round(session, round_=comparison.round, judge=comparison.judge, actor=actor)
    lock_comparison(session, comparison)
    if not stands(comparison):
        raise ConflictError(
            N_("One of these entries has left the contest, so there is nothing to compare."),
            code="entry-left",
        )


def _check_version(comparison: Comparison, version: int) -> None:
    if version != comparison.version:
        raise StaleComparisonError(chosen=chosen_number(comparison), version=comparison.version)


def _note(
    session: Session, comparison: Comparison, *, actor: Actor, verb: str, now: datetime
) -> None:
    comparison.version += 1
    comparison.judge.seen_at = now
    _record(session, comparison, actor=actor, verb=verb, now=now)


def _record(
    session: Session, comparison: Comparison, *, actor: Actor, verb: str, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        verb=f"comparison.{verb}",
        subject=f"comparison:{comparison.id}",
        now=now,
        details={
            "round": comparison.round_id,
            "entries": sorted((comparison.first.number or 0, comparison.second.number or 0)),
            "chosen": chosen_number(comparison),
            "version": comparison.version,
        },
    )
