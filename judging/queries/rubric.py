"""Rubrics as people read them: the public before it enters, judges before they mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from flask_babel import format_decimal
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from contests.models import Contest
from judging.models import Criterion, Round
from judging.ranking import Kind
from judging.rubric import DEFAULT_RUBRICS

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class CriterionLine:
    """One criterion; `share` is its part of the whole, such as "40 %"; `levels` are mark, words."""

    title: str
    guidance: str
    share: str
    levels: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class RoundLines:
    """What one round looks at; `work` says what judges do, where there is more than one round."""

    title: str
    work: str
    criteria: tuple[CriterionLine, ...]


def criteria_of(session: Session, contest: Contest) -> tuple[RoundLines, ...]:
    """Return what each round that counts looks at; until one is planned, what it will start from.

    Whoever enters should know from the first day what counts.
    """
    found = session.scalars(
        select(Round)
        .where(Round.contest_id == contest.id, Round.is_practice.is_(False))
        .order_by(Round.position)
        .options(selectinload(Round.criteria))
    ).all()
    if not found:
        return (RoundLines("", "", _default_lines(contest)),)
    if len(found) == 1:
        return (RoundLines("", work_of(found[0].kind), _lines(found[0])),)
    return tuple(RoundLines(round_.title, work_of(round_.kind), _lines(round_)) for round_ in found)


def work_of(kind: Kind) -> str:
    """Return what each judge does in a round of this kind."""
    return {
        Kind.SCREEN: _("Judges say in, maybe or out, with a reason for “out”."),
        Kind.SCORE: _("Judges mark entries by the rubric."),
        Kind.RANK: _("Every judge puts all entries in order."),
        Kind.PAIRWISE: _("Judges choose the better of two entries, again and again."),
    }[kind]


def points_value(criterion: Criterion, points: int) -> str:
    """Return what so many points of a criterion are worth, with no more decimals than they need."""
    return str(format_decimal(Decimal(points * criterion.step_hundredths) / _WHOLE))


def scale_words(criterion: Criterion) -> str:
    """Return a criterion's scale: from where to where, and by which step if it is not 1."""
    ends = {
        "least": points_value(criterion, criterion.minimum),
        "most": points_value(criterion, criterion.maximum),
    }
    if criterion.step_hundredths == _WHOLE:
        return _("%(least)s to %(most)s points.", **ends)
    return _(
        "%(least)s to %(most)s points, in steps of %(step)s.",
        step=points_value(criterion, 1),
        **ends,
    )


def level_words(criterion: Criterion) -> list[tuple[str, str]]:
    """Return (mark, what it means) from the lowest mark to the highest."""
    levels = sorted((int(points), words) for points, words in criterion.levels.items())
    return [(points_value(criterion, points), words) for points, words in levels]


def _lines(round_: Round) -> tuple[CriterionLine, ...]:
    if round_.kind is not Kind.SCORE:
        return ()
    total = sum(row.weight for row in round_.criteria)
    return tuple(
        CriterionLine(
            row.title, row.guidance, _share(Fraction(row.weight, total)), level_words(row)
        )
        for row in round_.criteria
    )


def _default_lines(contest: Contest) -> tuple[CriterionLine, ...]:
    rows = DEFAULT_RUBRICS[contest.kind.value].criteria
    total = sum(row.weight for row in rows)
    return tuple(
        CriterionLine(_(row.title), _(row.guidance), _share(row.weight / total)) for row in rows
    )


def _share(part: Fraction) -> str:
    return f"{round(100 * part)} %"
