"""The forms with which organisers settle how a contest is counted, and who wins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from wtforms import (
    DateTimeLocalField,
    SelectChoice,
    SelectField,
    TextAreaField,
)
from wtforms.validators import (
    InputRequired,
    Length,
    Optional,
)

from app.web import Form
from app.web.wall_times import WALL_CLOCK, check_wall_time, wall_time
from judging.models import Decision
from judging.service.decisions import CITATION_LENGTH, Choice

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
