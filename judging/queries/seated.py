"""The round a judge works in, where whole orders or comparisons are asked of them."""

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFoundError
from contests.models import Contest, Entry, EntryVersion, VersionAsset
from judging.models import Judge, Round, RoundSeat
from judging.queries.rounds import judged_in
from judging.ranking import Kind
from judging.states import RoundState
from media.models import Asset


def get_seat(session: Session, *, round_id: int, kind: Kind, user_id: int | None) -> Judge:
    """Return a person's seat in a round of this kind; NotFoundError for everybody else.

    That is also where the round has not opened yet, and where others of the panel judge in it.
    """
    seats = RoundSeat.round_id == Round.id
    judge = session.scalar(
        select(Judge)
        .join(Round, Round.contest_id == Judge.contest_id)
        .where(
            Round.id == round_id,
            Round.kind == kind,
            Round.state != RoundState.PLANNED,
            Judge.user_id == user_id,
            Judge.removed_at.is_(None),
            or_(~exists().where(seats), exists().where(seats, RoundSeat.judge_id == Judge.id)),
        )
        .options(joinedload(Judge.contest).joinedload(Contest.forum))
    )
    if judge is None:
        raise NotFoundError
    return judge


def get_round(session: Session, *, round_id: int) -> Round:
    """Return a round with its contest."""
    wanted = select(Round).where(Round.id == round_id).options(joinedload(Round.contest))
    return session.scalars(wanted).one()


def works(session: Session, round_: Round, *, barred: set[int]) -> list[Entry]:
    """Return what is judged in a round, by number, with all that a page of it shows.

    `barred` are the ids of entries that this judge must not see.
    """
    wanted = _work().where(judged_in(session, round_), Entry.id.not_in(barred))
    return list(session.scalars(wanted.order_by(Entry.number)))


def get_work(session: Session, *, contest_id: int, number: int) -> Entry:
    """Return one of a contest's entries with all that a judge sees of it."""
    wanted = _work().where(Entry.contest_id == contest_id, Entry.number == number)
    return session.scalars(wanted).one()


def _work() -> Select[Entry]:
    version = joinedload(Entry.current)
    return select(Entry).options(
        version.joinedload(EntryVersion.track),
        version.selectinload(EntryVersion.topics),
        version.selectinload(EntryVersion.files)
        .joinedload(VersionAsset.asset)
        .selectinload(Asset.renditions),
    )
