"""The gallery's filters."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.validators import Length

from app.web.forms import Form
from contests.forms.fields import action_line_choices, country_choices, sdg_choices
from contests.models import Contest
from contests.queries.gallery import Filters
from contests.vocabulary import REGIONS


class GalleryForm(Form):
    """Filters of a gallery, sent with GET; each offers only what this contest knows."""

    q = StringField(_l("Words"), [Length(max=100)])
    sdg = SelectField(_l("Goal"), default="")
    line = SelectField(_l("Action Line"), default="")
    region = SelectField(_l("Region"), default="")
    country = SelectField(_l("Country"), default="")
    track = SelectField(_l("Track"), default="")

    def __init__(
        self, *args: Any, contest: Contest, countries: Sequence[str], **options: Any
    ) -> None:
        """Offer what `contest` and its entries have; drop a filter that has nothing to choose."""
        super().__init__(*args, **options)
        regions = [(region.value, _(name)) for region, name in REGIONS.items()]
        for field, choices in (
            (self.sdg, sdg_choices(contest.sdgs)),
            (self.line, action_line_choices(contest.action_lines)),
            (self.region, regions),
            (self.country, country_choices(countries)),
            (self.track, [(str(track.id), track.title) for track in contest.tracks]),
        ):
            if choices:
                field.choices = [("", _("All")), *choices]
            else:
                del self[field.name]

    def filters(self) -> Filters:
        """Return what is asked for; a choice that nobody offered filters nothing."""
        self.validate()
        chosen = {
            name: field.data
            for name, field in self._fields.items()
            if field.data and not field.errors
        }
        return Filters(
            words=chosen.get("q", ""),
            sdg=chosen.get("sdg", ""),
            action_line=chosen.get("line", ""),
            region=chosen.get("region", ""),
            country=chosen.get("country", ""),
            track=int(chosen["track"]) if "track" in chosen else None,
        )
