"""Reading a contest's rounds: which there are, which one decides, and what each of them judges."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, selectinload

from app.audit import AuditEvent
from app.errors import NotFoundError
from contests.models import Contest, Entry, EntryVersion
from contests.states import EntryState, Screening
from judging.models import Judge, JudgingRules, Round, RoundEntry, RoundSeat
from judging.states import RoundState


def standing(entry: type[Entry]) -> ColumnElement[bool]:
    """Return the condition, on Entry or an alias of it, of `judging.states.stands`."""
    return (entry.state == EntryState.SUBMITTED) & (entry.screening != Screening.INELIGIBLE)


STANDS: ColumnElement[bool] = standing(Entry)
"""An entry that is still in its contest."""


def rounds_of(session: Session, contest: Contest, *, anew: bool = False) -> Sequence[Round]:
    """Return a contest's rounds in their order, practice included, with their rubrics.

    With `anew` as they are now, though this session has read them before.
    """
    return session.scalars(_rounds(contest).execution_options(populate_existing=anew)).all()


def get_round(session: Session, contest: Contest, round_id: int, *, lock: bool = False) -> Round:
    """Return one of a contest's rounds; `lock` keeps everybody else from it."""
    return _one(session, _rounds(contest).where(Round.id == round_id), lock=lock)


def find_deciding_round(session: Session, contest: Contest, *, lock: bool = False) -> Round | None:
    """Return the round from which winners are chosen, which is the last one that counts."""
    wanted = (
        _rounds(contest)
        .where(Round.is_practice.is_(False))
        .order_by(None)
        .order_by(Round.position.desc())
        .limit(1)
    )
    return session.scalar(_locked(wanted) if lock else wanted)


def get_deciding_round(session: Session, contest: Contest, *, lock: bool = False) -> Round:
    """Return the round from which winners are chosen; NotFoundError where there is none yet."""
    found = find_deciding_round(session, contest, lock=lock)
    if found is None:
        raise NotFoundError
    return found


def find_next_round(session: Session, round_: Round) -> Round | None:
    """Return the counting round after this one, which takes what goes on from here."""
    later = Round.position > round_.position
    return session.scalar(
        _rounds(round_.contest).where(later, Round.is_practice.is_(False)).limit(1)
    )


def find_round_before(session: Session, round_: Round) -> Round | None:
    """Return the counting round before this one, from which entries go on to it."""
    return session.scalar(
        _rounds(round_.contest)
        .where(Round.position < round_.position, Round.is_practice.is_(False))
        .order_by(None)
        .order_by(Round.position.desc())
        .limit(1)
    )


def count_standing(session: Session, contest: Contest) -> int:
    """Return how many entries are still in a contest."""
    wanted = select(func.count(Entry.id)).where(Entry.contest_id == contest.id, STANDS)
    return session.scalar(wanted) or 0


def takes_all(session: Session, round_: Round) -> bool:
    """Tell whether a round judges every eligible entry, as a contest's first one does."""
    earlier = exists().where(
        Round.contest_id == round_.contest_id,
        Round.is_practice.is_(False),
        Round.position < round_.position,
    )
    return not round_.is_practice and not session.scalar(select(earlier))


def judged_in(session: Session, round_: Round) -> ColumnElement[bool]:
    """Return the condition on Entry that it still stands and is judged in this round.

    A practice judges what was chosen for it, whatever became of that in the contest.
    """
    of_contest = Entry.contest_id == round_.contest_id
    if takes_all(session, round_):
        return of_contest & STANDS
    chosen = exists().where(RoundEntry.round_id == round_.id, RoundEntry.entry_id == Entry.id)
    return (
        of_contest
        & chosen
        & (Entry.state == EntryState.SUBMITTED if round_.is_practice else STANDS)
    )


def entry_numbers(session: Session, round_: Round) -> dict[int, int]:
    """Return the numbers of the entries that judges judge in this round, by id."""
    wanted = select(Entry.id, Entry.number).where(judged_in(session, round_)).order_by(Entry.number)
    # By the connection: the session would look at each of the rows.
    session.flush()
    return {entry_id: number or 0 for entry_id, number in session.connection().execute(wanted)}


def numbers_of(session: Session, entry_ids: Collection[int]) -> list[int]:
    """Return the numbers by which the audit names these entries, in their order."""
    found = session.scalars(select(Entry.number).where(Entry.id.in_(entry_ids)))
    return sorted(number or 0 for number in found)


def entries_for_practice(session: Session, contest: Contest) -> dict[int, int]:
    """Return the ids of the entries with which judges can practise, by number."""
    found = session.execute(
        select(Entry.number, Entry.id)
        .where(Entry.contest_id == contest.id, Entry.state == EntryState.SUBMITTED)
        .order_by(Entry.number)
    )
    return {number or 0: entry_id for number, entry_id in found}


def entry_titles_for_practice(session: Session, contest: Contest) -> list[tuple[int, str]]:
    """Return (number, title) of the entries with which judges can practise, by number."""
    found = session.execute(
        select(Entry.number, EntryVersion.title)
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .where(Entry.contest_id == contest.id, Entry.state == EntryState.SUBMITTED)
        .order_by(Entry.number)
    )
    return [(number or 0, title) for number, title in found]


def chosen_numbers(session: Session, round_: Round) -> dict[int, str]:
    """Return the entries chosen for a round, by number, with the reason of each that has one."""
    found = session.execute(
        select(Entry.number, RoundEntry.reason)
        .join(RoundEntry.entry)
        .where(RoundEntry.round_id == round_.id)
        .order_by(Entry.number)
    )
    return {number or 0: reason for number, reason in found}


def choice_reasons(session: Session, round_: Round) -> dict[int, str]:
    """Return why the last choice for a round departed from the rule, by the entries' numbers.

    Only the audit knows it of those that were left out.
    """
    details = session.scalar(
        select(AuditEvent.details)
        .where(AuditEvent.subject == f"round:{round_.id}", AuditEvent.verb == "round.choose")
        .order_by(AuditEvent.id.desc())
        .limit(1)
    )
    return {int(number): why for number, why in (details or {}).get("reasons", {}).items()}


def seated_judges(session: Session, round_: Round) -> Sequence[Judge]:
    """Return who can be given work in this round: conflicts of interest declared, not removed.

    Where the round has seats of its own, only those; else the contest's whole panel.
    """
    seats = select(RoundSeat.judge_id).where(RoundSeat.round_id == round_.id)
    has_seats = session.scalar(seats.limit(1)) is not None
    wanted = (
        select(Judge)
        .where(
            Judge.contest_id == round_.contest_id,
            Judge.declared_at.is_not(None),
            Judge.removed_at.is_(None),
        )
        .order_by(Judge.id)
    )
    return session.scalars(wanted.where(Judge.id.in_(seats)) if has_seats else wanted).all()


def is_running(round_: Round) -> bool:
    """Tell whether judges may judge now."""
    return round_.state is RoundState.OPEN


def is_declared(session: Session, contest: Contest) -> bool:
    """Tell whether any round that counts was opened: what holds for all is declared with it."""
    opened = exists().where(
        Round.contest_id == contest.id,
        Round.is_practice.is_(False),
        Round.method_declared_at.is_not(None),
    )
    return bool(session.scalar(select(opened)))


def rules_of(session: Session, contest: Contest, *, lock: bool = False) -> JudgingRules:
    """Return what holds for all rounds of a contest that has any; `lock` keeps others from it."""
    wanted = select(JudgingRules).where(JudgingRules.contest_id == contest.id)
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return session.scalars(wanted).one()


def _rounds(contest: Contest) -> Select[Round]:
    return (
        select(Round)
        .where(Round.contest_id == contest.id)
        .order_by(Round.position)
        .options(selectinload(Round.criteria))
    )


def _one(session: Session, wanted: Select[Round], *, lock: bool) -> Round:
    found = session.scalar(_locked(wanted) if lock else wanted)
    if found is None:
        raise NotFoundError
    return found


def _locked(wanted: Select[Round]) -> Select[Round]:
    return wanted.with_for_update(of=Round).execution_options(populate_existing=True)
