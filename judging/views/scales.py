"""A criterion's scale in words: what each point is worth, what it means, which keys give it."""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import NamedTuple

from flask_babel import gettext

from judging.models import Criterion
from judging.queries.rubric import points_value
from judging.ranking import Kind
from judging.rubric import VERDICTS

MOST_RADIOS = 21
"""Beyond this a row of buttons is no help any more."""

MOST_IN_A_ROW = 11
"""Beyond this, each button would be too narrow for a thumb."""


class Choice(NamedTuple):
    """One step of a scale: `points` are what a form posts, `label` what people see.

    `typed` is what whoever types the step writes, in digits with a point.
    """

    points: int
    label: str
    words: str
    typed: str


def choices_of(criterion: Criterion) -> list[Choice]:
    """Return a criterion's steps from the lowest to the highest."""
    return [
        Choice(
            points,
            label_of(criterion, points),
            words_of(criterion, points),
            _typed(criterion, points),
        )
        for points in range(criterion.minimum, criterion.maximum + 1)
    ]


def label_of(criterion: Criterion, points: int) -> str:
    """Return what a mark says: a verdict's word, or what the points are worth."""
    if criterion.round.kind is Kind.SCREEN:
        return gettext(VERDICTS.criteria[0].levels[points])
    return points_value(criterion, points)


def words_of(criterion: Criterion, points: int) -> str:
    """Return what a mark means, if the rubric says so; a verdict says it by itself."""
    return "" if criterion.round.kind is Kind.SCREEN else criterion.levels.get(str(points), "")


def control_of(criterion: Criterion) -> str:
    """Return how a mark is chosen: "radio", "number" (for whole points) or "select"."""
    if criterion.maximum - criterion.minimum < MOST_RADIOS:
        return "radio"
    return "number" if criterion.step == 1 else "select"


def per_row_of(criterion: Criterion) -> int | None:
    """Return how many steps of a scale of several rows stand in each, so that they begin evenly.

    None where the scale fits one row, or has no such rows.
    """
    step = criterion.step_hundredths
    is_long = criterion.maximum - criterion.minimum >= MOST_IN_A_ROW
    if not is_long or criterion.minimum * step % _WHOLE:
        return None
    return _PER_ROW.get(step)


def limits_of(criterion: Criterion) -> str:
    """Return what is said to whoever writes a mark that the scale does not have."""
    choices = choices_of(criterion)
    if criterion.round.kind is Kind.SCREEN:
        pairs = " · ".join(f"{choice.typed} {choice.label}" for choice in choices)
        return gettext("The keys here: %(keys)s.", keys=pairs)
    ends = {"least": choices[0].label, "most": choices[-1].label}
    if criterion.step_hundredths == _WHOLE:
        return gettext("This scale goes from %(least)s to %(most)s.", **ends)
    step = points_value(criterion, 1)
    return gettext("Marks go in steps of %(step)s from %(least)s to %(most)s.", step=step, **ends)


def keys_of(criteria: Sequence[Criterion]) -> list[tuple[str, str]]:
    """Return the keys that mark, with what they do on these scales."""
    scales = [choices_of(one) for one in criteria if control_of(one) == "radio"]
    keys = []
    if scales and criteria[0].round.kind is Kind.SCREEN:
        keys += [(choice.typed, choice.label) for choice in scales[0]]
    elif scales:
        marks = [choice.typed for scale in scales for choice in scale]
        keys.append(_digits({int(mark) for mark in marks if mark.isdecimal()}))
        if not all(map(str.isdecimal, marks)):
            keys.append((". 5", gettext("what follows the point, quickly")))
            keys.append(("← →", gettext("a step less, a step more")))
    if len(scales) < len(criteria):
        keys.append(("0 … 9", gettext("begin to write the mark of a long scale; Enter leads on")))
    return keys


_WHOLE = 100
_PER_ROW = {50: 6, 25: 4, 20: 5, 10: 5}
"""By the hundredths of a step: as many as make one whole number, or several, or a half."""


def _typed(criterion: Criterion, points: int) -> str:
    if criterion.round.kind is Kind.SCREEN:
        return str(points)
    return f"{Decimal(points * criterion.step_hundredths) / _WHOLE:f}"


def _digits(marks: Collection[int]) -> tuple[str, str]:
    least, most = min(marks), max(marks)
    words = gettext("the mark of the current criterion")
    if most < 10:  # noqa: PLR2004 - one key has one digit
        return f"{least} … {most}", words
    if most == 10 and least > 0:  # noqa: PLR2004 - ten, which is on the nought
        return f"{least} … 9 0", gettext("the mark of the current criterion, 0 for ten")
    return "0 … 9", gettext("the mark of the current criterion; two digits quickly from 10 on")
