"""The forms with which organisers set up the forum and its contests."""

import re
from datetime import datetime, time, timedelta
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    IntegerField,
    RadioField,
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
    ValidationError,
)

from app.web import known_zones, local_instant
from app.web.forms import Form
from app.web.wall_times import check_wall_time, wall_time
from contests.forms.fields import (
    Checkboxes,
    action_line_choices,
    sdg_choices,
)
from contests.models import Contest, Declaration, GalleryOpens, Track
from contests.queries.contests import SLUG
from contests.service.contests import ContestValues
from contests.states import ContestKind
from contests.vocabulary import ACTION_LINES, SDGS
from media.limits import MEBIBYTE, PICTURE_FORMATS

_TITLE = Track.title.type.length
_DECLARATION = Declaration.text.type.length
_RESERVED = frozenset({"new"})  # /manage/contests/new is a page of its own
_DEFAULT_DECLARATIONS = (
    _l("I am 18 or older."),
    _l("I am neither on the staff of the organisers nor of their household."),
    _l("The work is mine, and I may let the forum show it."),
)


def _whole(label: Any, least: int, most: int, **options: Any) -> IntegerField:
    return IntegerField(label, [InputRequired(), NumberRange(least, most)], **options)


def _local_time(label: Any, **options: Any) -> DateTimeLocalField:
    return DateTimeLocalField(label, [InputRequired()], format="%Y-%m-%dT%H:%M", **options)


class ContestForm(Form):
    """Everything an organiser decides about a contest; times are the wall clock of `zone`."""

    title = StringField(_l("Title"), [DataRequired(), Length(max=160)])
    slug = StringField(
        _l("Address"),
        [DataRequired(), Length(max=60)],
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
    cover = FileField(
        _l("Cover picture"),
        description=_l("Shown on the first page and above the title. At most 50 MB."),
    )
    drop_cover = BooleanField(_l("Show no cover picture"))
    zone = SelectField(
        _l("Time zone"),
        [DataRequired()],
        description=_l("The clock in which the two times below are meant and announced."),
    )
    opens_at = _local_time(_l("Opens"))
    closes_at = _local_time(
        _l("Closes"),
        description=_l("Avoid midnight: people read it as the wrong day. 23:00 is clear."),
    )
    gallery_opens = RadioField(
        _l("The public sees the entries"),
        [InputRequired()],
        choices=[
            SelectChoice(GalleryOpens.AT_CLOSE.value, _l("once the contest has closed")),
            SelectChoice(
                GalleryOpens.AT_ANNOUNCEMENT.value, _l("with the announcement of the winners")
            ),
        ],
    )
    entries_per_person = _whole(_l("Entries per person"), 1, 100)
    team_min = _whole(_l("Smallest team"), 1, 50)
    team_max = _whole(_l("Largest team"), 1, 50)
    pictures_min = _whole(_l("Fewest pictures"), 0, 20)
    pictures_max = _whole(_l("Most pictures"), 1, 20)
    documents_max = _whole(_l("Most PDF documents"), 0, 10)
    videos_max = _whole(
        _l("Most videos"),
        0,
        5,
        description=_l(
            "MP4 or WebM, up to 500 MB each. Shown as they are sent, so with all that their"
            " files say of place and time."
        ),
    )
    words_min = _whole(
        _l("Fewest words of description"),
        0,
        5000,
        description=_l("With 0, a photographer is asked for a caption and no longer text."),
    )
    words_max = _whole(_l("Most words of description"), 1, 5000)
    max_megabytes = _whole(_l("Largest picture, in MB"), 1, 50)
    formats = Checkboxes(
        _l("Picture formats"),
        [DataRequired(_l("Take at least one format."))],
        choices=[SelectChoice(name, known.label) for name, known in PICTURE_FORMATS.items()],
    )
    tracks = TextAreaField(
        _l("Tracks"),
        [Length(max=10000)],
        description=_l("One a line, such as “Clean water: sensors for wells”. None is fine."),
    )
    sdgs = Checkboxes(_l("Sustainable Development Goals to choose from"))
    action_lines = Checkboxes(_l("WSIS Action Lines to choose from"))
    declarations = TextAreaField(
        _l("Declarations"),
        [Length(max=5000)],
        description=_l("What everybody who enters confirms; one a line."),
    )
    winners = _whole(_l("Number of winners"), 1, 100)

    def __init__(self, *, kind: ContestKind, data: dict[str, Any], **options: Any) -> None:
        """Fill the form from `contest_data` or `default_data`, and ask what this kind needs."""
        super().__init__(data=data, **options)
        self.zone.choices = zone_choices()
        self.sdgs.choices = sdg_choices()
        self.action_lines.choices = action_line_choices()
        self._kept = {name: data[name] for name in _NOT_ASKED[kind]}
        for name in self._kept:
            del self[name]
        if kind is ContestKind.PHOTO:
            # A photograph is entered under a Goal, so there must be one to choose.
            self.sdgs.validators = [DataRequired(_l("Offer at least one Goal."))]
            self.sdgs.flags.required = True
        else:
            self.words_min.description = ""

    def validate_slug(self, field: StringField) -> None:
        """Refuse what is no part of an address, or already another page's."""
        if SLUG.fullmatch(field.data) is None:
            raise ValidationError(_("Use small letters a to z, digits and single hyphens."))
        if field.data in _RESERVED:
            raise ValidationError(_("Podium itself uses this address; choose another."))

    def validate_opens_at(self, field: DateTimeLocalField) -> None:
        """Refuse an hour that does not exist."""
        check_wall_time(field.data, self.zone.data)

    def validate_closes_at(self, field: DateTimeLocalField) -> None:
        """Refuse an hour that does not exist, and a close that does not come after the opening."""
        check_wall_time(field.data, self.zone.data)
        if self.opens_at.data and field.data and field.data <= self.opens_at.data:
            raise ValidationError(_("The close must come after the opening."))

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
        """Refuse a declaration that does not fit beside its checkbox."""
        if any(len(line) > _DECLARATION for line in _lines(field.data)):
            raise ValidationError(
                _("A declaration may have %(most)s characters at most.", most=_DECLARATION)
            )

    def validate_tracks(self, field: TextAreaField) -> None:
        """Refuse a track's title that is missing or does not fit."""
        titles = [title for title, _description in _tracks(field.data)]
        if not all(titles):
            raise ValidationError(_("A track needs a title before its colon."))
        if any(len(title) > _TITLE for title in titles):
            raise ValidationError(
                _("A track's title may have %(most)s characters at most.", most=_TITLE)
            )

    def values(self) -> ContestValues:
        """Return what a valid form says; what it did not ask stays as it was."""
        said = self._kept | self.data
        zone = said["zone"]
        return ContestValues(
            **{name: said[name] for name in _SAME},
            opens_at=local_instant(said["opens_at"], zone),
            closes_at=local_instant(said["closes_at"], zone),
            max_bytes=said["max_megabytes"] * MEBIBYTE,
            sdgs=[int(number) for number in said["sdgs"]],
            gallery_opens=GalleryOpens(said["gallery_opens"]),
            tracks=_tracks(said["tracks"]),
            declarations=tuple(dict.fromkeys(_lines(said["declarations"]))),
        )


_SAME: Final = (
    *("slug", "title", "summary", "brief", "rules", "zone", "formats", "action_lines", "winners"),
    *("entries_per_person", "team_min", "team_max", "pictures_min", "pictures_max"),
    *("documents_max", "videos_max", "words_min", "words_max"),
)

# A photo entry is one person's one picture; one person takes part in one team.
_NOT_ASKED: Final = {
    ContestKind.PHOTO: (
        *("team_min", "team_max", "pictures_min", "pictures_max", "documents_max", "videos_max"),
    ),
    ContestKind.HACKATHON: ("entries_per_person",),
}
_DEFAULTS: Final = {
    ContestKind.PHOTO: {
        "entries_per_person": 5,
        "team_min": 1,
        "team_max": 1,
        "pictures_min": 1,
        "pictures_max": 1,
        "documents_max": 0,
        "videos_max": 0,
        "words_min": 0,
        "words_max": 200,
    },
    ContestKind.HACKATHON: {
        "entries_per_person": 1,
        "team_min": 1,
        "team_max": 5,
        "pictures_min": 1,
        "pictures_max": 6,
        "documents_max": 2,
        "videos_max": 1,
        "words_min": 50,
        "words_max": 1000,
    },
}


def default_data(kind: ContestKind, zone: str, now: datetime) -> dict[str, Any]:
    """Return what a new contest begins with: a month from tomorrow on, in the forum's zone."""
    tomorrow = wall_time(now, zone).date() + timedelta(days=1)
    return _DEFAULTS[kind] | {
        "zone": zone,
        "opens_at": datetime.combine(tomorrow, time(9)),
        "closes_at": datetime.combine(tomorrow + timedelta(days=30), time(23)),
        "max_megabytes": 50,
        "formats": list(PICTURE_FORMATS),
        "sdgs": [str(number) for number in SDGS],
        "action_lines": list(ACTION_LINES),
        "declarations": "\n".join(str(text) for text in _DEFAULT_DECLARATIONS),
        "winners": 3,
        "gallery_opens": GalleryOpens.AT_CLOSE.value,
    }


def contest_data(contest: Contest) -> dict[str, Any]:
    """Return a contest as its form shows it."""
    return {name: getattr(contest, name) for name in _SAME} | {
        "opens_at": wall_time(contest.opens_at, contest.zone),
        "closes_at": wall_time(contest.closes_at, contest.zone),
        "max_megabytes": contest.max_bytes // MEBIBYTE,
        "sdgs": [str(number) for number in contest.sdgs],
        "gallery_opens": contest.gallery_opens.value,
        "tracks": "\n".join(
            f"{track.title}: {track.description}" if track.description else track.title
            for track in contest.tracks
        ),
        "declarations": "\n".join(declaration.text for declaration in contest.declarations),
    }


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


class LatePassForm(Form):
    """A later deadline for one person; the time is the wall clock of the contest's zone."""

    email = StringField(_l("E-mail address of the entrant"), [DataRequired(), Length(max=255)])
    until = _local_time(_l("Until"))
    reason = StringField(_l("Reason"), [DataRequired(), Length(max=300)])

    def __init__(self, zone: str) -> None:
        """Make the form of a contest whose times are those of `zone`."""
        # The page has another form with its own names.
        super().__init__(prefix="pass")
        self._zone = zone

    def validate_until(self, field: DateTimeLocalField) -> None:
        """Refuse an hour that does not exist."""
        check_wall_time(field.data, self._zone)

    @property
    def until_instant(self) -> datetime:
        """The instant that a valid form names."""
        return local_instant(self.until.data, self._zone)


def zone_choices() -> list[tuple[str, str]]:
    """Return every time zone as a choice."""
    return [(name, name.replace("_", " ")) for name in sorted(known_zones())]


def _check_order(least: int | None, most: int | None) -> None:
    if least is not None and most is not None and most < least:
        raise ValidationError(_("The largest number must not be below the smallest."))


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _tracks(text: str | None) -> tuple[tuple[str, str], ...]:
    parts = (re.split(r"\s*[:：]\s*", line, maxsplit=1) for line in _lines(text))  # noqa: RUF001 - the colon of Chinese
    found = {part[0]: part[1] if len(part) > 1 else "" for part in parts}
    return tuple(found.items())
