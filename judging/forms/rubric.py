"""The form of a rubric: criteria as plain fields, moved, added and removed without any script."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, ClassVar, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from typing_extensions import override
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.errors import DomainError
from app.web import Form, render_message
from judging import rubric
from judging.forms.numbers import check_number, exact, plain
from judging.models import Criterion
from judging.service.rounds import CriterionValues

MOST_CRITERIA = 20
MOST_LEVELS = 12
LEVELS_AT_FIRST = 3

_Row = dict[str, Any]
_COLUMNS: Final = ("key", "title", "guidance", "weight", "minimum", "maximum", "step")
_BLANK: Final[_Row] = {
    "key": "",
    "title": "",
    "guidance": "",
    "weight": 1,
    "minimum": "1",
    "maximum": "10",
    "step": "1",
    "levels": [("", "")] * LEVELS_AT_FIRST,
}


class RubricForm(Form):
    """A rubric as plain fields, `title_0`, `weight_0` and so on; made by `rubric_form`.

    `counts` says how many levels each criterion has: fields `level_0_0` and `words_0_0`.
    """

    counts: ClassVar[Sequence[int]] = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return the fields of each criterion by column, its levels as pairs, for the page."""
        return [
            {name: self[f"{name}_{n}"] for name in _COLUMNS}
            | {"levels": [(self[f"level_{n}_{k}"], self[f"words_{n}_{k}"]) for k in range(count)]}
            for n, count in enumerate(self.counts)
        ]

    @override
    def validate(self, extra_validators: Any = None) -> bool:
        """Check each number, and that each is a mark of its criterion's scale."""
        fine = bool(super().validate(extra_validators))
        scales = [_check_scale(row) for row in self.rows() if _has_numbers(row)]
        return fine and all(scales)

    def where(self) -> dict[str, str]:
        """Return in which criterion each field is, by its name: they all have one title each."""
        return {
            name: _("Criterion %(number)s", number=n + 1)
            for n, count in enumerate(self.counts)
            for name in (
                *(f"{column}_{n}" for column in _COLUMNS),
                *(f"{part}_{n}_{k}" for k in range(count) for part in ("level", "words")),
            )
        }

    def criteria(self) -> list[CriterionValues]:
        """Return what a valid form says; levels without words are left out."""
        return [_values(row) for row in self.rows()]

    def pulls(self) -> list[tuple[str, Fraction, Fraction]]:
        """Return each title, its part of the weights and of the score's range, in parts of 1.

        Nothing where all scales are as wide as each other, or where one is not there yet.
        """
        scales = [_weight_and_width(row) for row in self.rows()]
        if any(min(scale) <= 0 for scale in scales) or len({width for _w, width in scales}) == 1:
            return []
        titles = [row["title"].data or "" for row in self.rows()]
        return [(title, *parts) for title, parts in zip(titles, rubric.pulls(scales), strict=True)]

    @override
    def blame(self, error: DomainError) -> None:
        """Put a domain error's sentence at the criterion it is about, or above the form."""
        sentence = render_message(error)
        if error.field is None:
            self.form_errors.append(sentence)
        else:
            self[f"maximum_{error.field}"].errors = [sentence]


def rubric_rows(criteria: Sequence[Criterion]) -> list[_Row]:
    """Return criteria as the rows of the form, each with at least three levels to write to."""
    return [
        {
            "key": criterion.key,
            "title": criterion.title,
            "guidance": criterion.guidance,
            "weight": criterion.weight,
            "minimum": plain(criterion.minimum * criterion.step),
            "maximum": plain(criterion.maximum * criterion.step),
            "step": plain(criterion.step),
            "levels": _levels(criterion),
        }
        for criterion in criteria
    ]


def _levels(criterion: Criterion) -> list[tuple[str, str]]:
    """Return (mark, words): those there are, and where there are fewer, lowest, middle, highest."""
    said = {int(points): words for points, words in criterion.levels.items()}
    middle = (criterion.minimum + criterion.maximum) // 2
    for points in (criterion.minimum, criterion.maximum, middle):
        if len(said) < LEVELS_AT_FIRST:
            said.setdefault(points, "")
    return [(plain(points * criterion.step), words) for points, words in sorted(said.items())]


def posted_rows(posted: MultiDict[str, str]) -> list[_Row]:
    """Return the rows that a rubric form sent, as they were typed."""
    return [
        {name: posted.get(f"{name}_{n}", "") for name in _COLUMNS}
        | {
            "levels": [
                (posted.get(f"level_{n}_{k}", ""), posted.get(f"words_{n}_{k}", ""))
                for k in range(_count(posted, f"levels_{n}", MOST_LEVELS))
            ]
        }
        for n in range(_count(posted, "rows", MOST_CRITERIA))
    ]


def rearranged(rows: list[_Row], act: str) -> list[_Row]:
    """Return `rows` after a button: `add`, or one with a position: "up-1".

    Those are `up`, `down`, `remove`, and `level`, which adds a level to write words for.
    """
    verb, _dash, number = act.partition("-")
    if verb == "add":
        scale = {name: rows[-1][name] for name in ("minimum", "maximum", "step")} if rows else {}
        return [*rows, {**_BLANK, **scale}][:MOST_CRITERIA]
    position = int(number) if number.isdecimal() else len(rows)
    if position >= len(rows):
        return rows
    row, rest = rows[position], rows[:position] + rows[position + 1 :]
    if verb == "remove":
        return rest
    if verb == "level":
        more = {**row, "levels": [*row["levels"], ("", "")][:MOST_LEVELS]}
        return [*rows[:position], more, *rows[position + 1 :]]
    target = max(0, position - 1) if verb == "up" else position + 1
    return [*rest[:target], row, *rest[target:]]


def rubric_form(
    rows: Sequence[Mapping[str, Any]], *, posted: MultiDict[str, str] | None
) -> RubricForm:
    """Return a form with these rows; `posted`, if given, is what it is checked against."""
    fields: dict[str, Any] = {"counts": [len(row["levels"]) for row in rows]}
    data: dict[str, Any] = {}
    for n, row in enumerate(rows):
        fields |= _criterion_fields(n)
        data |= {f"{name}_{n}": row[name] for name in _COLUMNS}
        for k, (at, words) in enumerate(row["levels"]):
            fields[f"level_{n}_{k}"] = StringField(_l("Mark"), [Optional(), check_number])
            fields[f"words_{n}_{k}"] = StringField(
                _l("What it means"), [Optional(), Length(max=300)]
            )
            data |= {f"level_{n}_{k}": at, f"words_{n}_{k}": words}
    kind: type[RubricForm] = type("RubricFormOfRows", (RubricForm,), fields)
    return kind(formdata=posted, data=data)


def _criterion_fields(n: int) -> dict[str, Any]:
    number = [InputRequired(), check_number]
    return {
        f"key_{n}": HiddenField(),
        f"title_{n}": StringField(_l("Title"), [DataRequired(), Length(max=160)]),
        f"guidance_{n}": TextAreaField(_l("What to look for"), [Optional(), Length(max=2000)]),
        f"weight_{n}": IntegerField(_l("Weight"), [InputRequired(), NumberRange(1, 1000)]),
        f"minimum_{n}": StringField(_l("Lowest mark"), number),
        f"maximum_{n}": StringField(_l("Highest mark"), number),
        f"step_{n}": StringField(_l("Step"), number),
    }


def _weight_and_width(row: _Row) -> tuple[Fraction, Fraction]:
    weight = row["weight"].data
    width = exact(row["maximum"].data or "") - exact(row["minimum"].data or "")
    return Fraction(weight if isinstance(weight, int) else 0), width


def _has_numbers(row: _Row) -> bool:
    """Tell whether a criterion's numbers were read, so that they can be compared."""
    numbers = (row["minimum"], row["maximum"], row["step"], *(at for at, _words in row["levels"]))
    return not any(field.errors for field in numbers)


def _check_scale(row: _Row) -> bool:
    """Put a sentence at each number of a criterion that is no mark of its scale."""
    step = exact(row["step"].data)
    if not 0 < step <= rubric.MOST_STEP:
        row["step"].errors = [_("A step is from 0.01 to 100.")]
        return False
    wrong = [
        field
        for field in (row["minimum"], row["maximum"], *(at for at, words in _written(row)))
        if not _is_mark(field, step)
    ]
    if not wrong and exact(row["minimum"].data) >= exact(row["maximum"].data):
        row["maximum"].errors = [_("The highest mark must be above the lowest one.")]
        return False
    return not wrong and sum(not _check_level(row, at) for at, _words in _written(row)) == 0


def _is_mark(field: Any, step: Fraction) -> bool:
    value = exact(field.data or "")
    points = rubric.points_of(value, step)
    if points is None:
        below = value // step * step
        field.errors = [
            _(
                "With steps of %(step)s there is no mark of %(value)s: take %(below)s or "
                "%(above)s, or another step.",
                step=plain(step),
                value=plain(value),
                below=plain(below),
                above=plain(below + step),
            )
        ]
    elif points > rubric.MOST_POINTS:
        field.errors = [_("A scale may have %(most)s steps at most.", most=rubric.MOST_POINTS)]
    return not field.errors


def _check_level(row: _Row, at: Any) -> bool:
    value, least, most = (exact(field.data or "") for field in (at, row["minimum"], row["maximum"]))
    if not at.data or not least <= value <= most:
        scale = {"least": plain(least), "most": plain(most)}
        at.errors = [_("Give these words a mark from %(least)s to %(most)s.", **scale)]
    return not at.errors


def _written(row: _Row) -> list[tuple[Any, Any]]:
    return [(at, words) for at, words in row["levels"] if words.data]


def _values(row: _Row) -> CriterionValues:
    step = exact(row["step"].data)

    def points(field: Any) -> int:
        return rubric.points_of(exact(field.data), step) or 0

    return CriterionValues(
        key=row["key"].data or "",
        title=row["title"].data,
        guidance=row["guidance"].data or "",
        weight=row["weight"].data,
        minimum=points(row["minimum"]),
        maximum=points(row["maximum"]),
        step_hundredths=int(step * 100),
        levels={points(at): words.data for at, words in _written(row)},
    )


def _count(posted: MultiDict[str, str], name: str, most: int) -> int:
    said = posted.get(name, "0")
    return min(int(said), most) if said.isdecimal() and said.isascii() else 0
