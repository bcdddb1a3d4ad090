"""The forms with which organisers check entries."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectChoice, StringField
from wtforms.validators import DataRequired, Length

from app.web.forms import Form
from contests.models import Entry
from contests.states import Screening


class ScreenForm(Form):
    """A verdict of the eligibility check."""

    verdict = RadioField(
        _l("Verdict"),
        choices=[
            SelectChoice(Screening.ELIGIBLE.value, _l("Eligible")),
            SelectChoice(Screening.INELIGIBLE.value, _l("Not eligible")),
            SelectChoice(Screening.PENDING.value, _l("Not checked yet")),
        ],
        validators=[DataRequired(_l("Choose a verdict."))],
    )
    reason = StringField(
        _l("Reason"),
        [Length(max=300)],
        description=_l(
            "Needed for “Not eligible”; its sender will read it."
            " For “Eligible”, the audit keeps it."
        ),
    )

    seen = HiddenField()

    @classmethod
    def of(cls, entry: Entry) -> "ScreenForm":
        """Return the form with an entry's verdict so far; nothing is chosen where there is none."""
        pending = entry.screening is Screening.PENDING
        return cls(
            formdata=None,
            data={
                "verdict": None if pending else entry.screening.value,
                "reason": entry.screening_reason,
            },
        )


class DisqualifyForm(Form):
    """Why an entry leaves the contest."""

    reason = StringField(
        _l("Reason"), [DataRequired(_l("Say why; its sender will read it.")), Length(max=300)]
    )

    def __init__(self) -> None:
        """Make the form, whose page has another with its own names."""
        super().__init__(prefix="disqualify")
