"""The rubric as the public reads it."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from contests.models import Contest
from judging.models import Round
from judging.rubric import DEFAULT_RUBRICS


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion; `share` is its part of the whole, such as "40 %"."""

    title: str
    guidance: str
    share: str


def criteria_of(session: Session, contest: Contest) -> tuple[CriterionLine, ...]:
    """Return what a contest's last round looks at; until one is planned, what it will start from.

    Whoever enters should know from the first day what counts.
    """
    found = session.scalar(
        select(Round)
        .where(Round.contest_id == contest.id)
        .order_by(Round.position.desc())
        .limit(1)
        .options(selectinload(Round.criteria))
    )
    rows = (
        [(row.title, row.guidance, row.weight) for row in found.criteria]
        if found
        else [
            (_(row.title), _(row.guidance), int(row.weight))
            for row in DEFAULT_RUBRICS[contest.kind.value].criteria
        ]
    )
    total = sum(weight for _title, _guidance, weight in rows)
    return tuple(
        CriterionLine(title, guidance, f"{round(100 * weight / total)} %")
        for title, guidance, weight in rows
    )
