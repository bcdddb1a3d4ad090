"""Taking back ballots that their judge has not begun, so that others can have the entries."""

from collections.abc import Collection

from sqlalchemy import delete, exists
from sqlalchemy.orm import Session

from judging.models import Ballot, Judge, Mark, Round
from judging.states import BallotState


def free_untouched(
    session: Session,
    *,
    judge: Judge,
    round_: Round | None = None,
    entries: Collection[int] | None = None,
) -> list[int]:
    """Delete a judge's ballots without a mark or a word; return their entries' ids, in order.

    In one round or in all; where `entries` are given, on those only. What a judge has begun stays.
    """
    wanted = [
        Ballot.judge_id == judge.id,
        Ballot.state.in_((BallotState.ASSIGNED, BallotState.DRAFT)),
        Ballot.comment == "",
        Ballot.note == "",
        ~exists().where(Mark.ballot_id == Ballot.id),
    ]
    if round_ is not None:
        wanted.append(Ballot.round_id == round_.id)
    if entries is not None:
        wanted.append(Ballot.entry_id.in_(entries))
    session.flush()
    freed = session.scalars(
        delete(Ballot)
        .where(*wanted)
        .returning(Ballot.entry_id)
        .execution_options(synchronize_session="fetch")
    ).all()
    return sorted(freed)
