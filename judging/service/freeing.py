"""Taking back ballots that their judge has not begun, so that others can have the entries."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from contests.models import Contest, Entry
from judging.models import Ballot, Conflict, Judge, Round
from judging.queries.rounds import numbers_of
from judging.queries.untouched import UNTOUCHED


def free_untouched(
    session: Session, *, judge: Judge, round_: Round | None = None, kept: Collection[int] = ()
) -> list[int]:
    """Delete a judge's ballots without a mark or a word; return their entries' numbers, in order.

    In one round or in all, but for the entries `kept`, by number. What a judge has begun stays.
    """
    wanted = Ballot.judge_id == judge.id
    if round_ is not None:
        wanted &= Ballot.round_id == round_.id
    if kept:
        entries = select(Entry.id).where(
            Entry.contest_id == judge.contest_id, Entry.number.in_(kept)
        )
        wanted &= Ballot.entry_id.not_in(entries)
    return _free(session, wanted)


def free_suspected(session: Session, *, contest: Contest) -> list[int]:
    """Delete ballots not begun by judges for whom a conflict with the entry waits to be settled.

    Return their entries' numbers, in order. What a judge has begun stays until somebody decides.
    """
    is_suspected = exists().where(
        Conflict.judge_id == Ballot.judge_id,
        Conflict.entry_id == Ballot.entry_id,
        Conflict.verdict.is_(None),
    )
    seats = select(Judge.id).where(Judge.contest_id == contest.id)
    return _free(session, Ballot.judge_id.in_(seats) & is_suspected)


def _free(session: Session, wanted: ColumnElement[bool]) -> list[int]:
    session.flush()
    freed = session.scalars(
        delete(Ballot)
        .where(
            wanted,
            UNTOUCHED,
        )
        .returning(Ballot.entry_id)
        .execution_options(synchronize_session="fetch")
    )
    return numbers_of(session, set(freed))
