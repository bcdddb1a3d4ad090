"""The rubric as the public reads it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from contests.models import Contest
from judging.models import Round


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion; `share` is its part of the whole, such as "40 %"."""

    title: str
    guidance: str
    share: str


def criteria_of(session: Session, contest: Contest) -> tuple[CriterionLine, ...]:
    """Return what a contest's last round looks at; empty until an organiser has planned one."""
    found = session.scalar(
        select(Round)
        .where(Round.contest_id == contest.id)
        .order_by(Round.position.desc())
        .limit(1)
        .options(selectinload(Round.criteria))
    )
    if found is None:
        return ()
    total = sum(criterion.weight for criterion in found.criteria)
    return tuple(
        CriterionLine(
            title=criterion.title,
            guidance=criterion.guidance,
            share=f"{round(100 * criterion.weight / total)} %",
        )
        for criterion in found.criteria
    )
