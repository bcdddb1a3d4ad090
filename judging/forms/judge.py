"""The forms a judge fills in: conflicts of interest, a ballot, stepping back from an entry."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    IntegerField,
    RadioField,
    SelectChoice,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from app.errors import InvalidError
from app.web import Form, render_message
from judging.models import Criterion

_MARK = "mark-"


class RecuseForm(Form):
    """Why a judge steps back from an entry."""

    reason = StringField(
        _l("What is the conflict?"),
        [InputRequired(_l("Say in a few words what the conflict is."))],
        render_kw={"maxlength": 300},
    )


class BallotForm(Form):
    """One ballot; `ballot_form` adds a field for each criterion of its rubric."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    comment = TextAreaField(_l("Comment for the panel"), [Optional()])

    def marks(self) -> dict[str, int | None]:
        """Return the points chosen, by criterion key; None where nothing is chosen."""
        return {
            field.name.removeprefix(_MARK): field.data
            for field in self
            if field.name.startswith(_MARK)
        }

    def answer_to(self, version: int) -> None:
        """Make the form, when it is sent again, an answer to this version of the ballot."""
        # What was posted would be shown again before any data.
        self.version.data, self.version.raw_data = version, None

    def blame(self, error: InvalidError) -> None:
        """Put a domain error's sentence on the field it is about; missing marks all at once."""
        if error.reason == "mark-missing":
            for field in self:
                if field.name.startswith(_MARK) and field.data is None:
                    field.errors = [gettext("Choose a mark.")]
            return
        name = mark_name(error.field or "")
        field = next((field for field in self if field.name == name), self.comment)
        field.errors = [*field.errors, render_message(error)]


def ballot_form(
    criteria: Sequence[Criterion],
    *,
    marks: Mapping[str, int],
    comment: str,
    version: int,
    posted: bool = True,
) -> BallotForm:
    """Return the form of a rubric: with what is posted, if that is wanted, else what is kept."""
    fields = {
        mark_name(criterion.key): RadioField(
            criterion.title,
            [Optional()],
            coerce=int,
            choices=[SelectChoice(p) for p in range(criterion.minimum, criterion.maximum + 1)],
        )
        for criterion in criteria
    }
    kind: type[BallotForm] = type("RubricForm", (BallotForm,), fields)
    said = {mark_name(key): points for key, points in marks.items()}
    wanted = {} if posted else {"formdata": None}
    return kind(data={"comment": comment, "version": version, **said}, **wanted)


def mark_name(key: str) -> str:
    """Return the name of the field that holds a criterion's mark."""
    return _MARK + key
