"""A criterion's scale in words: what each point is worth, and what it means."""

from decimal import Decimal
from typing import NamedTuple

from flask_babel import format_decimal, gettext

from judging.models import Criterion
from judging.ranking import Kind
from judging.rubric import VERDICTS

MOST_RADIOS = 21
"""Beyond this a row of buttons is no help any more."""


class Choice(NamedTuple):
    """One step of a scale: `points` are what a form posts, `label` what people see."""

    points: int
    label: str
    words: str


def choices_of(criterion: Criterion) -> list[Choice]:
    """Return a criterion's steps from the lowest to the highest."""
    return [
        Choice(points, label_of(criterion, points), words_of(criterion, points))
        for points in range(criterion.minimum, criterion.maximum + 1)
    ]


def label_of(criterion: Criterion, points: int) -> str:
    """Return what a mark says: a verdict's word, or what the points are worth."""
    if criterion.round.kind is Kind.SCREEN:
        return gettext(VERDICTS.criteria[0].levels[points])
    return str(format_decimal(Decimal(points * criterion.step_hundredths) / 100))


def words_of(criterion: Criterion, points: int) -> str:
    """Return what a mark means, if the rubric says so; a verdict says it by itself."""
    return "" if criterion.round.kind is Kind.SCREEN else criterion.levels.get(str(points), "")


def control_of(criterion: Criterion) -> str:
    """Return how a mark is chosen: "radio", "number" (for whole points) or "select"."""
    if criterion.maximum - criterion.minimum < MOST_RADIOS:
        return "radio"
    return "number" if criterion.step == 1 else "select"
