"""A round's rubric, as its organisers write it until the first mark."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from app.authz import Actor
from app.errors import N_, ConflictError, InvalidError
from contests.models import Contest
from judging import rubric
from judging.models import Criterion
from judging.queries import progress
from judging.queries.rounds import get_round
from judging.ranking import Kind
from judging.service.acts import record, rubric_of
from judging.service.rounds.checks import check_not_closed
from judging.service.rounds.ladders import default_ladder_kept


@dataclass(frozen=True, slots=True)
class CriterionValues:
    """One row of the rubric as an organiser writes it; `key` is empty for a new one.

    `minimum`, `maximum` and the keys of `levels` are points, of `step_hundredths` each.
    """

    key: str
    title: str
    guidance: str
    weight: int
    minimum: int
    maximum: int
    step_hundredths: int = 100
    levels: Mapping[int, str] = field(default_factory=dict)


def set_rubric(
    session: Session,
    *,
    contest: Contest,
    round_id: int,
    criteria: Sequence[CriterionValues],
    actor: Actor,
    now: datetime,
) -> None:
    """Replace a round's criteria, in this order; those with a known key stay the same rows.

    Raises ConflictError "rubric-locked" once any mark exists, "no-rubric" for a round that is not
    scored, InvalidError for a rubric that the rules refuse, its field the position of the
    criterion, counted from 0.
    """
    round_ = get_round(session, contest, round_id, lock=True)
    check_not_closed(round_)
    if round_.kind is not Kind.SCORE:
        raise ConflictError(
            N_("Only a round of scoring has a rubric that can be changed."), code="no-rubric"
        )
    if progress.has_marks(session, round_):
        raise ConflictError(
            N_(
                "Judges have given marks, so the rubric stays as it is: marks would change meaning."
            ),
            code="rubric-locked",
        )
    known = {criterion.key: criterion for criterion in round_.criteria}
    rows = [_named(position, row, known) for position, row in enumerate(criteria)]
    _check_rubric(rows)
    with default_ladder_kept(session, contest):
        round_.criteria = [
            _written(known.get(row.key) or Criterion(key=row.key), position, row)
            for position, row in enumerate(rows)
        ]
        session.flush()
    record(
        session,
        round_,
        actor=actor,
        verb="rubric",
        now=now,
        details={
            "criteria": [
                [row.title, row.weight, row.minimum, row.maximum, row.step_hundredths]
                for row in rows
            ],
            "rubric": rubric_of(round_),
        },
    )


def _written(criterion: Criterion, position: int, row: CriterionValues) -> Criterion:
    criterion.position, criterion.title = position, row.title
    criterion.guidance, criterion.weight = row.guidance, row.weight
    criterion.minimum, criterion.maximum = row.minimum, row.maximum
    criterion.step_hundredths = row.step_hundredths
    criterion.levels = {str(points): words for points, words in sorted(row.levels.items())}
    return criterion


def _named(position: int, row: CriterionValues, known: dict[str, Criterion]) -> CriterionValues:
    """Give a new criterion a key; ballots name their fields after it."""
    return row if row.key in known else replace(row, key=f"c{position}-{secrets.token_hex(4)}")


def _check_rubric(rows: Sequence[CriterionValues]) -> None:
    positions = {row.key: position for position, row in enumerate(rows)}
    try:
        rubric.Rubric(tuple(_pure(row) for row in rows))
    except InvalidError as error:
        position = positions.get(error.field or "")
        raise InvalidError(
            error.message,
            field=None if position is None else str(position),
            code=error.reason,
            **error.params,
        ) from error


def _pure(row: CriterionValues) -> rubric.Criterion:
    return rubric.Criterion(
        key=row.key,
        title=row.title,
        weight=Fraction(row.weight),
        minimum=row.minimum,
        maximum=row.maximum,
        step=Fraction(row.step_hundredths, 100),
        levels=row.levels,
    )
