"""The forms with which organisers gather a panel, set up a round, and decide."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import (
    DateTimeLocalField,
    HiddenField,
    IntegerField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
)

from app.errors import InvalidError
from app.web import Form, local_instant, render_message
from app.web.wall_times import WALL_CLOCK, check_wall_time, wall_time
from judging.models import Criterion, Decision, Round
from judging.service.decisions import CITATION_LENGTH, Choice
from judging.service.rounds import CriterionValues, RoundValues

MOST_CRITERIA = 20


class RoundForm(Form):
    """A round's title, briefing and dates; the time is the wall clock of the contest's zone."""

    title = StringField(_l("Title"), [DataRequired(), Length(max=160)])
    briefing = TextAreaField(
        _l("Briefing"),
        [Optional(), Length(max=20000)],
        description=_l("The one page every judge reads before the first ballot. Markdown."),
    )
    per_entry = IntegerField(
        _l("Judges per entry"),
        [InputRequired(), NumberRange(1, 50)],
        description=_l("Three or more let one mark be outweighed by the others."),
    )
    due_at = DateTimeLocalField(_l("Due"), [Optional()], format=WALL_CLOCK)

    def __init__(self, *, round_: Round, zone: str) -> None:
        """Hold what is posted, else what the round says; times are those of `zone`."""
        super().__init__(
            data={
                "title": round_.title,
                "briefing": round_.briefing,
                "per_entry": round_.per_entry,
                "due_at": round_.due_at and wall_time(round_.due_at, zone),
            }
        )
        self._zone = zone

    def validate_due_at(self, field: DateTimeLocalField) -> None:
        """Refuse a time that no clock shows."""
        check_wall_time(field.data, self._zone)

    def values(self) -> RoundValues:
        """Return what a valid form says."""
        due = self.due_at.data
        return RoundValues(
            title=self.title.data,
            briefing=self.briefing.data or "",
            per_entry=self.per_entry.data,
            due_at=local_instant(due, self._zone) if due else None,
        )


# --- the rubric ---------------------------------------------------------------------------------

_Row = dict[str, Any]
_COLUMNS: Final = ("key", "title", "guidance", "weight", "minimum", "maximum")
_BLANK: Final[_Row] = {"key": "", "title": "", "guidance": "", "weight": 1, "minimum": 1}


class RubricForm(Form):
    """A rubric as plain fields, `title_0`, `weight_0` and so on; made by `rubric_form`."""

    positions: ClassVar[range] = range(0)

    def rows(self) -> list[dict[str, Any]]:
        """Return the fields of each criterion by column, for the page."""
        return [{name: self[f"{name}_{n}"] for name in _COLUMNS} for n in self.positions]

    def criteria(self) -> list[CriterionValues]:
        """Return what a valid form says."""
        return [
            CriterionValues(
                key=row["key"].data or "",
                title=row["title"].data,
                guidance=row["guidance"].data or "",
                weight=row["weight"].data,
                minimum=row["minimum"].data,
                maximum=row["maximum"].data,
            )
            for row in self.rows()
        ]

    def blame(self, error: InvalidError) -> None:
        """Put a domain error's sentence at the criterion it is about, or above the form."""
        sentence = render_message(error)
        if error.field is None:
            self.form_errors.append(sentence)
        else:
            self[f"maximum_{error.field}"].errors = [sentence]


def rubric_rows(criteria: Sequence[Criterion]) -> list[_Row]:
    """Return criteria as the rows of the form."""
    return [{name: getattr(criterion, name) for name in _COLUMNS} for criterion in criteria]


def posted_rows(posted: MultiDict[str, str]) -> list[_Row]:
    """Return the rows that a rubric form sent, as they were typed."""
    count = int(posted.get("rows", "0")) if posted.get("rows", "").isdecimal() else 0
    return [
        {name: posted.get(f"{name}_{n}", "") for name in _COLUMNS}
        for n in range(min(count, MOST_CRITERIA))
    ]


def rearranged(rows: list[_Row], act: str) -> list[_Row]:
    """Return `rows` after a button: `add`, or `up`, `down`, `remove` with a position, "up-1"."""
    verb, _dash, number = act.partition("-")
    if verb == "add":
        return [*rows, {**_BLANK, "maximum": rows[-1]["maximum"] if rows else 10}][:MOST_CRITERIA]
    position = int(number) if number.isdecimal() else len(rows)
    if position >= len(rows):
        return rows
    rest = rows[:position] + rows[position + 1 :]
    if verb == "remove":
        return rest
    target = max(0, position - 1) if verb == "up" else position + 1
    return [*rest[:target], rows[position], *rest[target:]]


def rubric_form(
    rows: Sequence[Mapping[str, Any]], *, posted: MultiDict[str, str] | None
) -> RubricForm:
    """Return a form with these rows; `posted`, if given, is what it is checked against."""
    fields: dict[str, Any] = {"positions": range(len(rows))}
    for n in range(len(rows)):
        fields |= {
            f"key_{n}": HiddenField(),
            f"title_{n}": StringField(_l("Title"), [DataRequired(), Length(max=160)]),
            f"guidance_{n}": TextAreaField(
                _l("What to look for"),
                [Optional(), Length(max=2000)],
                description=_l("Say what the lowest, a middle and the highest mark mean."),
            ),
            f"weight_{n}": IntegerField(_l("Weight"), [InputRequired(), NumberRange(1, 1000)]),
            f"minimum_{n}": IntegerField(_l("Lowest mark"), [InputRequired(), NumberRange(0, 99)]),
            f"maximum_{n}": IntegerField(
                _l("Highest mark"), [InputRequired(), NumberRange(1, 100)]
            ),
        }
    kind: type[RubricForm] = type("RubricFormOfRows", (RubricForm,), fields)
    data = {f"{name}_{n}": row[name] for n, row in enumerate(rows) for name in _COLUMNS}
    return kind(formdata=posted, data=data)


# --- the decision -------------------------------------------------------------------------------


class ProposalForm(Form):
    """The winners in their order: `winner_1`, `citation_1`, `reason_1` and so on."""

    places: ClassVar[range] = range(0)

    def choices(self) -> list[Choice]:
        """Return what a valid form says, best first."""
        return [
            Choice(
                entry=self[f"winner_{place}"].data,
                citation=self[f"citation_{place}"].data or "",
                reason=self[f"reason_{place}"].data or "",
            )
            for place in self.places
        ]

    def blame(self, error: InvalidError) -> None:
        """Put a domain error's sentence on the field it is about, or above the form."""
        if error.field in self:
            self[error.field].errors = [render_message(error)]
        else:
            self.form_errors.append(render_message(error))


def proposal_form(
    *,
    labels: Sequence[str],
    options: Sequence[tuple[int, str]],
    preset: Sequence[int],
    decision: Decision | None,
) -> ProposalForm:
    """Return a form with one group of fields for each of `labels` ("First", "Second" …).

    `options` are (entry number, words). It shows what `decision` says, else the entries `preset`.
    """
    fields: dict[str, Any] = {"places": range(1, len(labels) + 1)}
    for place, label in enumerate(labels, start=1):
        fields |= {
            f"winner_{place}": SelectField(
                label,
                [InputRequired(_l("Choose an entry."))],
                choices=[
                    SelectChoice("", _l("Choose an entry")),
                    *(SelectChoice(number, words) for number, words in options),
                ],
                coerce=_number,
            ),
            f"citation_{place}": TextAreaField(
                _l("Citation"),
                [Optional(), Length(max=CITATION_LENGTH)],
                description=_l("The jury's words, for the public."),
            ),
            f"reason_{place}": TextAreaField(
                _l("Reason"),
                [Optional(), Length(max=2000)],
                description=_l("Needed where the choice departs from the standings. Not public."),
            ),
        }
    kind: type[ProposalForm] = type("ProposalFormOfPlaces", (ProposalForm,), fields)
    if decision is None:
        return kind(data={f"winner_{place}": entry for place, entry in enumerate(preset, start=1)})
    said: dict[str, Any] = {}
    for winner in decision.winners:
        said[f"winner_{winner.place}"] = winner.entry.number
        said[f"citation_{winner.place}"] = winner.citation
        said[f"reason_{winner.place}"] = winner.reason
    return kind(data=said)


class ScheduleForm(Form):
    """When to announce, by the wall clock of the contest's zone."""

    announce_at = DateTimeLocalField(
        _l("Time of the announcement"),
        [InputRequired(_l("Choose a day and a time."))],
        format=WALL_CLOCK,
    )

    def __init__(self, *, zone: str, announce_at: datetime | None = None) -> None:
        """Hold what is posted, else the time that is set; both are those of `zone`."""
        super().__init__(data={"announce_at": announce_at and wall_time(announce_at, zone)})
        self._zone = zone

    def validate_announce_at(self, field: DateTimeLocalField) -> None:
        """Refuse a time that no clock shows."""
        check_wall_time(field.data, self._zone)


def _number(value: Any) -> int | str:
    return int(value) if str(value).isdecimal() else ""
