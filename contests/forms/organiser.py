"""The forms with which organisers set up contests and check entries."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    DateField,
    DateTimeLocalField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Regexp,
    ValidationError,
)

from app.web import in_zone, known_zones, local_instant
from app.web.forms import Form
from contests.forms.fields import (
    Checkboxes,
    action_line_choices,
    sdg_choices,
    wall_time,
)
from contests.models import Contest, GalleryOpens
from contests.rules import Window
from contests.service.contests import ContestValues
from contests.states import ContestKind, Screening
from contests.vocabulary import ACTION_LINES, SDGS
from media.limits import MEBIBYTE, PICTURE_FORMATS

_TITLE = 160
_DEFAULT_DECLARATIONS = (
    _l("I am 18 or older."),
    _l("I am neither on the staff of the organisers nor of their household."),
    _l("The work is mine, and I may let the forum show it."),
)


def _whole(label: Any, least: int, most: int, default: int, **options: Any) -> IntegerField:
    return IntegerField(
        label, [InputRequired(), NumberRange(least, most)], default=default, **options
    )


class ContestForm(Form):
    """Everything an organiser decides about a contest; times are the wall clock of `zone`."""

    title = StringField(_l("Title"), [DataRequired(), Length(max=_TITLE)])
    slug = StringField(
        _l("Address"),
        [
            DataRequired(),
            Length(max=60),
            Regexp(
                r"^[a-z0-9]+(-[a-z0-9]+)*$",
                message=_l("Use small letters a to z, digits and single hyphens."),
            ),
        ],
        description=_l("The last part of the contest's web address, such as photo-2025."),
    )
    summary = StringField(
        _l("Summary"),
        [DataRequired(), Length(max=300)],
        description=_l("One sentence, for the forum's first page."),
    )
    brief = TextAreaField(
        _l("Brief"),
        [Length(max=20000)],
        description=_l("What is asked, and why. Markdown; it must be there before you publish."),
    )
    rules = TextAreaField(
        _l("Rules"), [Length(max=40000)], description=_l("Who may enter, and how. Markdown.")
    )
    zone = SelectField(
        _l("Time zone"),
        [DataRequired()],
        description=_l("The clock in which the two times below are meant and announced."),
    )
    opens_at = DateTimeLocalField(_l("Opens"), [InputRequired()], format="%Y-%m-%dT%H:%M")
    closes_at = DateTimeLocalField(
        _l("Closes"),
        [InputRequired()],
        format="%Y-%m-%dT%H:%M",
        description=_l("Avoid midnight: people read it as the wrong day. 23:00 is clear."),
    )
    entries_per_person = _whole(_l("Entries per person"), 1, 100, 5)
    team_min = _whole(_l("Smallest team"), 1, 50, 1)
    team_max = _whole(_l("Largest team"), 1, 50, 5)
    pictures_min = _whole(_l("Fewest pictures"), 0, 20, 1)
    pictures_max = _whole(_l("Most pictures"), 1, 20, 1)
    documents_max = _whole(_l("Most PDF documents"), 0, 10, 0)
    words_min = _whole(_l("Fewest words of description"), 0, 5000, 0)
    words_max = _whole(_l("Most words of description"), 1, 5000, 1000)
    max_megabytes = _whole(_l("Largest file, in MB"), 1, 50, 50)
    formats = Checkboxes(
        _l("Picture formats"),
        [DataRequired(_l("Take at least one format."))],
        choices=[(name, known.label) for name, known in PICTURE_FORMATS.items()],
        default=list(PICTURE_FORMATS),
    )
    sdgs = Checkboxes(_l("Sustainable Development Goals to choose from"), default=list(SDGS))
    action_lines = Checkboxes(_l("WSIS Action Lines to choose from"), default=list(ACTION_LINES))
    tracks = TextAreaField(
        _l("Tracks"),
        [Length(max=10000)],
        description=_l("One a line, such as “Clean water: sensors for wells”. None is fine."),
    )
    declarations = TextAreaField(
        _l("Declarations"),
        [Length(max=5000)],
        description=_l("What everybody who enters confirms; one a line."),
    )
    winners = _whole(_l("Number of winners"), 1, 100, 3)
    gallery_opens = RadioField(
        _l("The public sees the entries"),
        choices=[
            (GalleryOpens.AT_CLOSE.value, _l("once the contest has closed")),
            (GalleryOpens.AT_ANNOUNCEMENT.value, _l("with the announcement of the winners")),
        ],
        default=GalleryOpens.AT_CLOSE.value,
    )
    cover = FileField(
        _l("Cover picture"),
        description=_l("Shown on the first page and behind the title. At most 50 MB."),
    )

    def __init__(self, *args: Any, contest: Contest | None = None, **options: Any) -> None:
        """Fill the form from `contest` where there is one, from good defaults otherwise."""
        data = _contest_data(contest) if contest else {"declarations": _default_declarations()}
        super().__init__(*args, data=data | options.pop("data", {}), **options)
        self.zone.choices = zone_choices()
        self.sdgs.choices = sdg_choices()
        self.action_lines.choices = action_line_choices()

    def validate_closes_at(self, field: DateTimeLocalField) -> None:
        """Refuse a close that does not come after the opening."""
        if self.opens_at.data and field.data and field.data <= self.opens_at.data:
            raise ValidationError(_("The close must come after the opening."))

    def validate_zone(self, field: SelectField) -> None:
        """Refuse a zone nobody knows, which would break every time below."""
        if field.data not in known_zones():
            raise ValidationError(_("Choose a time zone from the list."))

    def validate_team_max(self, field: IntegerField) -> None:
        """Refuse a largest team below the smallest."""
        _check_order(self.team_min.data, field.data)

    def validate_pictures_max(self, field: IntegerField) -> None:
        """Refuse fewer pictures at most than at least."""
        _check_order(self.pictures_min.data, field.data)

    def validate_words_max(self, field: IntegerField) -> None:
        """Refuse fewer words at most than at least."""
        _check_order(self.words_min.data, field.data)

    def validate_declarations(self, field: TextAreaField) -> None:
        """Refuse a declaration that no checkbox can carry."""
        if any(len(line) > 300 for line in _lines(field.data)):  # noqa: PLR2004 - the column's
            raise ValidationError(_("A declaration may have 300 characters at most."))

    def validate_tracks(self, field: TextAreaField) -> None:
        """Refuse a track's title that does not fit."""
        if any(len(title) > _TITLE for title, _description in _tracks(field.data)):
            raise ValidationError(_("A track's title may have 160 characters at most."))

    def values(self) -> ContestValues:
        """Return what a valid form says."""
        zone = self.zone.data
        window = Window(
            local_instant(self.opens_at.data, zone), local_instant(self.closes_at.data, zone)
        )
        return ContestValues(
            **{name: self[name].data for name in _SAME},
            opens_at=window.opens_at,
            closes_at=window.closes_at,
            max_bytes=self.max_megabytes.data * MEBIBYTE,
            sdgs=[int(number) for number in self.sdgs.data],
            gallery_opens=GalleryOpens(self.gallery_opens.data),
            tracks=_tracks(self.tracks.data),
            declarations=tuple(dict.fromkeys(_lines(self.declarations.data))),
        )


_SAME = (
    *("slug", "title", "summary", "brief", "rules", "zone", "formats", "action_lines", "winners"),
    *("entries_per_person", "team_min", "team_max", "pictures_min", "pictures_max"),
    *("documents_max", "words_min", "words_max"),
)


class NewContestForm(ContestForm):
    """A contest that is not there yet also needs its kind, which never changes."""

    kind = RadioField(
        _l("Kind"),
        choices=[
            (ContestKind.PHOTO.value, _l("Photo contest: photographers enter photographs")),
            (ContestKind.HACKATHON.value, _l("Hackathon: teams enter projects")),
        ],
        validators=[DataRequired(_l("Choose what people will enter."))],
    )


class ForumForm(Form):
    """The forum itself: its name, its line, its dates."""

    name = StringField(_l("Name"), [DataRequired(), Length(max=160)])
    tagline = StringField(
        _l("Tagline"), [Length(max=300)], description=_l("One line under the name.")
    )
    starts_on = DateField(_l("First day"), [InputRequired()])
    ends_on = DateField(_l("Last day"), [InputRequired()])
    zone = SelectField(
        _l("Time zone"), [DataRequired()], description=_l("Where the forum is held.")
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer every zone."""
        super().__init__(*args, **options)
        self.zone.choices = zone_choices()

    def validate_ends_on(self, field: DateField) -> None:
        """Refuse a last day before the first."""
        if self.starts_on.data and field.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day must not come before the first."))


class ScreenForm(Form):
    """A verdict of the eligibility check."""

    verdict = RadioField(
        _l("Verdict"),
        choices=[
            (Screening.ELIGIBLE.value, _l("Eligible")),
            (Screening.INELIGIBLE.value, _l("Not eligible")),
            (Screening.PENDING.value, _l("Not checked yet")),
        ],
        validators=[DataRequired()],
    )
    reason = StringField(_l("Reason"), [Length(max=300)])


class DisqualifyForm(Form):
    """Why an entry leaves the contest."""

    reason = StringField(_l("Reason"), [DataRequired(), Length(max=300)])


class LatePassForm(Form):
    """A later deadline for one person; the time is the wall clock of the contest's zone."""

    email = StringField(_l("E-mail address of the entrant"), [DataRequired(), Length(max=255)])
    until = DateTimeLocalField(_l("Until"), [InputRequired()], format="%Y-%m-%dT%H:%M")
    reason = StringField(_l("Reason"), [DataRequired(), Length(max=300)])


def zone_choices() -> list[tuple[str, str]]:
    """Return every time zone as a choice."""
    return [(name, name.replace("_", " ")) for name in sorted(known_zones())]


def _check_order(least: int | None, most: int | None) -> None:
    if least is not None and most is not None and most < least:
        raise ValidationError(_("The largest number must not be below the smallest."))


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _tracks(text: str | None) -> tuple[tuple[str, str], ...]:
    parts = (re.split(r"\s*[:：]\s*", line, maxsplit=1) for line in _lines(text))  # noqa: RUF001
    found = {part[0]: part[1] if len(part) > 1 else "" for part in parts}
    return tuple(found.items())


def _default_declarations() -> str:
    return "\n".join(str(text) for text in _DEFAULT_DECLARATIONS)


def _contest_data(contest: Contest) -> dict[str, Any]:
    zone = contest.zone
    return {name: getattr(contest, name) for name in _SAME} | {
        "opens_at": wall_time(in_zone(contest.opens_at, zone)),
        "closes_at": wall_time(in_zone(contest.closes_at, zone)),
        "max_megabytes": contest.max_bytes // MEBIBYTE,
        "sdgs": [str(number) for number in contest.sdgs],
        "gallery_opens": contest.gallery_opens.value,
        "tracks": "\n".join(
            f"{track.title}: {track.description}" if track.description else track.title
            for track in contest.tracks
        ),
        "declarations": "\n".join(declaration.text for declaration in contest.declarations),
    }
