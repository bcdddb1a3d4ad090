"""Reading judges' comparisons of two entries."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from app.errors import N_, NotFoundError
from contests.models import Contest, Entry, EntryVersion, VersionAsset
from judging.models import Comparison, Judge, Round
from judging.queries.rounds import standing
from judging.states import RoundState
from media.models import Asset


class NotListedError(NotFoundError):
    """The comparison is not one of this judge's, or not any more; nothing tells which."""

    code = "not-listed"

    def __init__(self) -> None:
        super().__init__(N_("This comparison is not on your list any more. Nothing was changed."))


def get_comparison(session: Session, comparison_id: int, user_id: int | None) -> Comparison:
    """Return one of a person's own comparisons with both works; NotListedError for any other."""
    comparison = session.scalar(
        select(Comparison)
        .join(Comparison.judge)
        .join(Comparison.round)
        .where(
            Comparison.id == comparison_id,
            Judge.user_id == user_id,
            Judge.removed_at.is_(None),
            Round.state != RoundState.PLANNED,
        )
        .options(
            joinedload(Comparison.judge).joinedload(Judge.contest).joinedload(Contest.forum),
            joinedload(Comparison.round).joinedload(Round.contest),
            *_with_work(joinedload(Comparison.first)),
            *_with_work(joinedload(Comparison.second)),
        )
    )
    if comparison is None:
        raise NotListedError
    return comparison


def lock_comparison(session: Session, comparison: Comparison) -> None:
    """Keep others from a comparison and read it again; NotListedError where it has gone."""
    found = session.scalar(
        select(Comparison)
        .where(Comparison.id == comparison.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotListedError


def share_of(session: Session, judge: Judge, round_: Round) -> tuple[int, int]:
    """Return how many comparisons are decided, and how many are asked of a judge in a round."""
    row = session.execute(
        _mine(judge, round_).with_only_columns(
            func.count(Comparison.chosen_id), func.count(Comparison.id)
        )
    ).one()
    return row[0], row[1]


def next_open(
    session: Session, judge: Judge, round_: Round, *, after: int = 0, limit: int = 1
) -> Sequence[Comparison]:
    """Return what to decide next, skipped pairs last, with the works for looking ahead.

    The comparison `after` is left out: it is the one that the judge has before them.
    """
    return session.scalars(
        _mine(judge, round_)
        .where(Comparison.chosen_id.is_(None), Comparison.id != after)
        .order_by(
            Comparison.skipped_at.is_not(None),
            Comparison.skipped_at,
            Comparison.position,
            Comparison.id,
        )
        .limit(limit)
        .options(
            *_with_work(joinedload(Comparison.first)), *_with_work(joinedload(Comparison.second))
        )
    ).all()


def find_last(session: Session, judge: Judge, round_: Round) -> Comparison | None:
    """Return what the judge decided last, which is what can be undone."""
    return session.scalar(
        _mine(judge, round_)
        .where(Comparison.chosen_id.is_not(None))
        .order_by(Comparison.decided_at.desc(), Comparison.id.desc())
        .limit(1)
    )


def decided(session: Session, judge: Judge, round_: Round) -> Sequence[Comparison]:
    """Return what the judge decided, the latest first, with the titles of both."""
    return session.scalars(
        _mine(judge, round_)
        .where(Comparison.chosen_id.is_not(None))
        .order_by(Comparison.decided_at.desc(), Comparison.id.desc())
        .options(
            joinedload(Comparison.first).joinedload(Entry.current),
            joinedload(Comparison.second).joinedload(Entry.current),
        )
    ).all()


def entries_of(session: Session, judge: Judge, round_: Round) -> Sequence[Entry]:
    """Return the entries that a judge compares in a round, with their titles."""
    mine = _mine(judge, round_).with_only_columns(Comparison.first_id, Comparison.second_id)
    ids = {entry_id for pair in session.execute(mine) for entry_id in pair}
    return session.scalars(
        select(Entry).where(Entry.id.in_(ids)).options(joinedload(Entry.current))
    ).all()


def _mine(judge: Judge, round_: Round) -> Select[Comparison]:
    """Select a judge's comparisons in a round between two that both still stand."""
    first, second = aliased(Entry), aliased(Entry)
    return (
        select(Comparison)
        .join(first, first.id == Comparison.first_id)
        .join(second, second.id == Comparison.second_id)
        .where(
            Comparison.round_id == round_.id,
            Comparison.judge_id == judge.id,
            standing(first),
            standing(second),
        )
    )


def _with_work(entry: Any) -> tuple[Any, ...]:  # SQLAlchemy's type for a chain is private
    version = entry.joinedload(Entry.current)
    return (
        version.joinedload(EntryVersion.track),
        version.selectinload(EntryVersion.topics),
        version.selectinload(EntryVersion.files)
        .joinedload(VersionAsset.asset)
        .selectinload(Asset.renditions),
    )
