"""The forms a judge fills in: a ballot, stepping back from an entry."""

import re
from collections.abc import Sequence

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from typing_extensions import override
from werkzeug.datastructures import MultiDict
from wtforms import (
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from app.errors import N_, DomainError, InvalidError
from app.web import Form, render_message
from app.web.forms import clean
from judging.models import Criterion
from judging.service.ballots import Content, Sent
from judging.service.reasons import COMMENT_LENGTH

_MARK = "mark-"
_POINTS = re.compile(r"[0-9]{1,9}")
_KEY = re.compile(r"[0-9A-Za-z_-]{1,64}")


class RecuseForm(Form):
    """Why a judge steps back from an entry."""

    reason = StringField(
        _l("What is the conflict?"),
        [InputRequired(_l("Say in a few words what the conflict is."))],
        render_kw={"maxlength": 300},
    )


class StepBackForm(RecuseForm):
    """From which of several works a judge steps back, and why; the view knows the choices."""

    entry = SelectField(_l("Entry"), [InputRequired(_l("Choose the entry."))])

    @property
    def number(self) -> int:
        """The number of the entry that was chosen; 0 for none."""
        chosen = self.entry.data or ""
        return int(chosen) if chosen.isdecimal() else 0


class BallotForm(Form):
    """One ballot; `ballot_form` adds a field for each criterion of its rubric."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    comment = TextAreaField(_l("Comment for the panel"), [Optional()])
    note = TextAreaField(
        _l("Note to yourself"), [Optional()], render_kw={"maxlength": COMMENT_LENGTH}
    )
    shown = RadioField(
        _l("The pictures"),
        [Optional()],
        choices=[
            SelectChoice("1", _l("I have seen the pictures.")),
            SelectChoice("part", _l("A picture does not load; I judge what I can see.")),
        ],
    )

    def answer_to(self, version: int) -> None:
        """Make the form, when it is sent again, an answer to this version of the ballot."""
        # What was posted would be shown again before any data.
        self.version.data, self.version.raw_data = version, None

    @override
    def blame(self, error: DomainError) -> None:
        """Put a domain error's sentence on the field it is about; missing marks all at once."""
        if error.reason == "mark-missing":
            for field in self:
                if field.name.startswith(_MARK) and field.data is None:
                    field.errors = [gettext("Choose a mark.")]
            return
        name = field_name(error.field)
        field = next((field for field in self if field.name == name), self.comment)
        field.errors = [*field.errors, render_message(error)]


def read_ballot(posted: MultiDict[str, str]) -> Sent:
    """Return what a window sent of a ballot, without the rubric, which the service knows.

    Raises InvalidError where a number or the key is none.
    """
    return Sent(
        marks={
            name.removeprefix(_MARK): _points(text, field=name.removeprefix(_MARK))
            for name, text in posted.items()
            if name.startswith(_MARK)
        },
        comment=clean(posted.get("comment")) or "",
        note=clean(posted.get("note")),
        version=_version(posted.get("version", "")),
        key=_key(posted.get("key")),
        is_shown=bool(posted.get("shown")),
        submit=posted.get("act") == "submit",
    )


def _points(text: str, *, field: str) -> int | None:
    if not text:
        return None
    if _POINTS.fullmatch(text) is None:
        raise InvalidError(N_("That is not a mark."), field=field, code="mark-unreadable")
    return int(text)


def _version(text: str) -> int:
    if _POINTS.fullmatch(text) is None:
        raise InvalidError(
            N_("The form does not say what it changes. Reload the page."),
            field="version",
            code="version-missing",
        )
    return int(text)


def _key(text: str | None) -> str | None:
    if text and _KEY.fullmatch(text) is None:
        raise InvalidError(
            N_("The form's key is none. Reload the page."), field="key", code="key-unreadable"
        )
    return text or None


def ballot_form(
    criteria: Sequence[Criterion],
    says: Content,
    *,
    version: int,
    is_shown: bool,
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
    kept = {mark_name(key): points for key, points in says.marks.items()}
    wanted = {} if posted else {"formdata": None}
    return kind(
        data={
            "comment": says.comment,
            "note": says.note,
            "version": version,
            "shown": "1" if is_shown else None,
            **kept,
        },
        **wanted,
    )


def mark_name(key: str) -> str:
    """Return the name of the field that holds a criterion's mark."""
    return _MARK + key


def field_name(field: str | None) -> str:
    """Return the name of the form's field that an error of the service is about."""
    return field if field in _OWN_FIELDS else mark_name(field or "")


_OWN_FIELDS = frozenset({"comment", "note", "shown", "version", "key"})
