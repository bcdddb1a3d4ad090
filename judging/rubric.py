"""What is scored and how: criteria with weights and scales, marks checked against them.

Marks are whole points; weights and averages are exact fractions, so that nothing here rounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from app.errors import N_, InvalidError

WHOLE: Final = Fraction(1)
MOST_POINTS: Final = 1000
MOST_STEP: Final = 100


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of a rubric: whole points from `minimum` to `maximum`, counted with `weight`.

    `key` is stable and names the form field. A mark is worth its points times `step`, so that a
    scale of quarter points is as exact as one of whole points. `levels` say by points what a mark
    means, for as many of them as need words. Raises InvalidError for a weight or a step that is not
    positive, a scale without at least two steps, or a level beyond the scale.
    """

    key: str
    title: str
    weight: Fraction
    minimum: int
    maximum: int
    guidance: str = ""
    step: Fraction = WHOLE
    levels: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.weight <= 0:
            raise InvalidError(
                N_("Give %(title)s a weight above zero."),
                field=self.key,
                code="weight-not-positive",
                title=self.title,
            )
        if self.step <= 0:
            raise InvalidError(
                N_("Give %(title)s a step above zero."),
                field=self.key,
                code="step-not-positive",
                title=self.title,
            )
        if self.minimum >= self.maximum:
            raise InvalidError(
                N_("The scale of %(title)s must rise from its lowest to its highest mark."),
                field=self.key,
                code="scale-empty",
                title=self.title,
            )
        if any(not self.minimum <= points <= self.maximum for points in self.levels):
            raise InvalidError(
                N_("%(title)s explains a mark that is not on its scale."),
                field=self.key,
                code="level-off-scale",
                title=self.title,
            )

    def worth(self, points: int) -> Fraction:
        """Return what a mark of so many points is worth."""
        return points * self.step


@dataclass(frozen=True, slots=True)
class Rubric:
    """The criteria of a round in the order of the ballot; at least one, no key twice."""

    criteria: tuple[Criterion, ...]

    def __post_init__(self) -> None:
        if not self.criteria:
            raise InvalidError(N_("Add at least one criterion."), code="rubric-empty")
        if len({criterion.key for criterion in self.criteria}) < len(self.criteria):
            raise InvalidError(N_("Each criterion needs a key of its own."), code="criterion-twice")


def check_marks(rubric: Rubric, marks: Mapping[str, int], *, complete: bool) -> None:
    """Refuse marks that the rubric does not know or allow; with `complete`, missing ones too.

    Raises InvalidError, its field the criterion's key: "criterion-unknown", "mark-out-of-range" or
    "mark-missing". The first fault in the order of the ballot is the one reported.
    """
    known = {criterion.key for criterion in rubric.criteria}
    for key in marks:
        if key not in known:
            raise InvalidError(
                N_("This ballot has no criterion “%(criterion)s”. Reload the page."),
                field=key,
                code="criterion-unknown",
                criterion=key,
            )
    for criterion in rubric.criteria:
        if criterion.key in marks:
            _check_mark(criterion, marks[criterion.key])
        elif complete:
            raise _mark_missing(criterion)


def is_complete(rubric: Rubric, marks: Mapping[str, int]) -> bool:
    """Tell whether every criterion has a mark, so that the ballot may be submitted."""
    return all(criterion.key in marks for criterion in rubric.criteria)


def weighted(rubric: Rubric, averages: Mapping[str, Fraction]) -> Fraction:
    """Return the weighted mean: the sum of weight times average, divided by the sum of weights.

    Raises InvalidError "mark-missing" when a criterion has no average: half a score is none.
    """
    total = Fraction(0)
    for criterion in rubric.criteria:
        if criterion.key not in averages:
            raise _mark_missing(criterion)
        total += criterion.weight * averages[criterion.key]
    return total / sum(criterion.weight for criterion in rubric.criteria)


def pulls(scales: Sequence[tuple[Fraction, Fraction]]) -> list[tuple[Fraction, Fraction]]:
    """Return what each criterion has of the weights, and of the score's range: parts of 1.

    `scales` are weight and width, both above zero. A mean of raw marks moves further by a wide
    scale, so that the two differ wherever the widths do.
    """
    weights = sum(weight for weight, _width in scales)
    whole = sum(weight * width for weight, width in scales)
    return [(weight / weights, weight * width / whole) for weight, width in scales]


def points_of(value: Fraction, step: Fraction) -> int | None:
    """Return how many steps a mark of this value is, or None where it lies between two."""
    points = value / step
    return int(points) if points.denominator == 1 else None


def _check_mark(criterion: Criterion, points: int) -> None:
    # True is an int to Python; as a mark it would be a fault of ours, so it counts as out of range.
    if isinstance(points, bool) or not criterion.minimum <= points <= criterion.maximum:
        raise InvalidError(
            N_("Mark %(title)s with a whole number from %(minimum)s to %(maximum)s."),
            field=criterion.key,
            code="mark-out-of-range",
            title=criterion.title,
            minimum=criterion.minimum,
            maximum=criterion.maximum,
        )


def _mark_missing(criterion: Criterion) -> InvalidError:
    return InvalidError(
        N_("%(title)s has no mark yet: choose one from %(minimum)s to %(maximum)s."),
        field=criterion.key,
        code="mark-missing",
        title=criterion.title,
        minimum=criterion.minimum,
        maximum=criterion.maximum,
    )


VERDICT: Final = "verdict"
OUT, MAYBE, IN = 0, 1, 2

# A round of screening has this one criterion: a verdict counts as a mark of 0, a half or 1, so that
# the mean says which share of the judges would let an entry in.
VERDICTS: Final = Rubric(
    (
        Criterion(
            VERDICT,
            N_("Verdict"),
            WHOLE,
            OUT,
            IN,
            step=Fraction(1, 2),
            levels={OUT: N_("Out"), MAYBE: N_("Maybe"), IN: N_("In")},
        ),
    )
)

# Where an organiser starts from, by the kind of the contest; every round has a copy of its own.
DEFAULT_RUBRICS: Final[Mapping[str, Rubric]] = {
    "photo": Rubric(
        tuple(
            Criterion(key, title, WHOLE, 1, 10, guidance)
            for key, title, guidance in (
                (
                    "relevance",
                    N_("Relevance to the SDGs"),
                    N_(
                        "Does the picture show how ICTs help reach a Sustainable Development "
                        "Goal? 1: no visible link. 5: the link needs the caption. "
                        "10: clear at first sight."
                    ),
                ),
                (
                    "storytelling",
                    N_("Storytelling"),
                    N_(
                        "Does it tell of people, a place and a change? 1: nothing happens. "
                        "5: one can guess a story. 10: it stays in the mind without words."
                    ),
                ),
                (
                    "originality",
                    N_("Originality"),
                    N_(
                        "Is the idea or the point of view its own? 1: seen many times. "
                        "5: a known subject with a fresh touch. 10: never seen like this."
                    ),
                ),
                (
                    "technique",
                    N_("Technical quality"),
                    N_(
                        "Light, focus, composition and processing. 1: faults hide the subject. "
                        "5: sound. 10: every choice serves the picture."
                    ),
                ),
            )
        )
    ),
    "hackathon": Rubric(
        tuple(
            Criterion(key, title, WHOLE, 1, 5, guidance)
            for key, title, guidance in (
                (
                    "impact",
                    N_("Impact"),
                    N_(
                        "Who would be better off, how many, how much? 1: nobody is named. "
                        "3: a clear group, a plausible benefit. 5: a great need, shown to be met."
                    ),
                ),
                (
                    "innovation",
                    N_("Innovation"),
                    N_(
                        "What is new, here or anywhere? 1: it exists already. "
                        "3: a known idea in a new place. 5: a new answer to the challenge."
                    ),
                ),
                (
                    "feasibility",
                    N_("Feasibility"),
                    N_(
                        "Could it run with the means there are? 1: steps are missing. "
                        "3: a working sketch and a plan. 5: it works and can be kept going."
                    ),
                ),
                (
                    "ict",
                    N_("Use of ICTs"),
                    N_(
                        "Does technology carry the solution, safely and for everyone? "
                        "1: added on. 3: fitting. 5: well chosen, open and accessible."
                    ),
                ),
                (
                    "presentation",
                    N_("Presentation"),
                    N_(
                        "Can an outsider follow it? 1: unclear what it does. "
                        "3: clear after reading twice. 5: clear, honest and complete."
                    ),
                ),
            )
        )
    ),
}
