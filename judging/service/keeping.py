"""What a save of a ballot writes, in plain statements: marks, the ballot's row, who was there."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Integer,
    bindparam,
    cast,
    delete,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db import send_last, table_of
from judging.models import Ballot, Criterion, Judge, Mark
from judging.queries.held import Held

SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly it is known when a judge was last there: not every mark has to write it."""


def keep(
    session: Session,
    held: Held,
    *,
    marks: Mapping[str, int],
    changed: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write a ballot's marks, by criterion key, and the columns of its row that change."""
    _write_marks(session, held, marks)
    if changed:
        send_last(session, _UPDATE_BALLOT, {"ballot": held.id, **changed})
    if held.seen_at is None or now - held.seen_at >= SEEN_EVERY:
        send_last(session, _SEE_JUDGE, {"judge": held.judge_id, "seen_at": now})


def postpone(session: Session, held: Held, now: datetime) -> None:
    """Write that the ballot was left for later."""
    send_last(session, _UPDATE_BALLOT, {"ballot": held.id, "skipped_at": now})


def _write_marks(session: Session, held: Held, marks: Mapping[str, int]) -> None:
    points = {
        str(one.id): marks[one.key]
        for one in held.criteria
        if one.key in marks and marks[one.key] != one.points
    }
    if points:
        keep = _KEEP_MARKS[session.get_bind().dialect.name]
        send_last(session, keep, {"ballot": held.id, "points": points})
    gone = [one.id for one in held.criteria if one.points is not None and one.key not in marks]
    if gone:
        send_last(session, _ERASE_MARKS, {"ballot": held.id, "criteria": gone})


_BALLOTS, _JUDGES = table_of(Ballot), table_of(Judge)
_MARKS, _CRITERIA = table_of(Mark), table_of(Criterion)
_UPDATE_BALLOT = update(_BALLOTS).where(_BALLOTS.c.id == bindparam("ballot"))
_SEE_JUDGE = update(_JUDGES).where(_JUDGES.c.id == bindparam("judge"))
_ERASE_MARKS = delete(_MARKS).where(
    _MARKS.c.ballot_id == bindparam("ballot"),
    _MARKS.c.criterion_id.in_(bindparam("criteria", expanding=True)),
)


def _keeping(insert: Any, each: Any) -> Any:
    """Return the statement that keeps marks, whether or not there were any: in either's words.

    They come as one object, points by the criterion's id, which `each` takes apart.
    """
    given = each(bindparam("points", type_=JSON)).table_valued("key", "value")
    rows = (
        select(
            bindparam("ballot", type_=Integer),
            *(_CRITERIA.c.id, _CRITERIA.c.minimum, _CRITERIA.c.maximum),
            cast(given.c.value, Integer),
        )
        .join_from(given, _CRITERIA, _CRITERIA.c.id == cast(given.c.key, Integer))
        .where(true())  # without it SQLite would read the conflict as part of the join
    )
    names = ["ballot_id", "criterion_id", "minimum", "maximum", "points"]
    keep = insert(_MARKS).from_select(names, rows)
    return keep.on_conflict_do_update(
        index_elements=["ballot_id", "criterion_id"], set_={"points": keep.excluded.points}
    )


_KEEP_MARKS: Final[Mapping[str, Any]] = {
    "postgresql": _keeping(postgresql.insert, func.json_each_text),
    "sqlite": _keeping(sqlite.insert, func.json_each),
}
