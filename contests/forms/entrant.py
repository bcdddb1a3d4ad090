"""The forms an entry is written with; a draft may be incomplete, so little here is refused."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import FileInput

from app.errors import N_
from app.web.forms import Form
from contests.forms.fields import (
    Checkboxes,
    action_line_choices,
    country_choices,
    language_choices,
    sdg_choices,
)
from contests.models import Contest, Entry
from contests.service.entries import EntryWords, shown_version, words_of
from contests.service.files import limits_of
from contests.states import ContestKind
from contests.vocabulary import LICENCES, OTHER_LANGUAGE
from media.limits import MEBIBYTE, AssetKind, accept, names

FILE_FIELDS: Final = {
    "pictures": AssetKind.PICTURE,
    "documents": AssetKind.DOCUMENT,
    "videos": AssetKind.VIDEO,
}
"""The fields that take files, in the order of the form, and what each is for."""
MOST_LINKS = 10
LONGEST_LINK = 500


class Asked:
    """Marks what submitting needs; a draft is kept without it, so nothing is refused here."""

    field_flags = {"required": True}  # noqa: RUF012 - WTForms reads it so

    def __call__(self, _form: Form, _field: Any) -> None:
        """Let everything through."""


ASKED = Asked()


def _choice(first: str, choices: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", first), *choices]


class BeginForm(Form):
    """Starting a photo entry: nothing to fill in."""


class BeginProjectForm(Form):
    """Starting a project: its team needs a name."""

    team_name = StringField(
        _l("Name of your team"),
        [DataRequired(_l("Give your team a name.")), Length(max=120)],
        description=_l("You are its captain: you invite the others and submit the entry."),
    )


class EntryForm(Form):
    """What both kinds of entry share."""

    version = HiddenField()

    @property
    def revision(self) -> int:
        """The revision of the words this form was opened with; -1 where it does not say."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1  # noqa: PLR2004 - digits of a 32-bit number

    def words(self) -> EntryWords:
        """Return what was typed and ticked."""
        own = self.data
        values = {name: own[name] or "" for name in _TEXTS if name in own}
        return EntryWords(
            **values,
            taken_on=own.get("taken_on"),
            consent=bool(own.get("consent")),
            track_id=int(own["track"]) if own.get("track") else None,
            links=tuple(_lines(own.get("links"))),
            sdgs=frozenset(own.get("sdgs") or ()),
            action_lines=frozenset(own.get("action_lines") or ()),
            declarations=frozenset(own.get("declarations") or ()),
        )

    def use_date(self, text: str | None) -> None:
        """Put the date that a file says it was taken on in place of what was typed."""
        if text and "taken_on" in self:
            with suppress(ValueError):
                self.taken_on.process(None, date.fromisoformat(text))
                self.taken_on.raw_data = None

    def add_error(self, name: str, message: str) -> None:
        """Say what is wrong at the field `name`, or above the form where there is no such field."""
        if name in self:
            self[name].errors = [*self[name].errors, message]
        else:
            self.form_errors.append(message)


_TEXTS = (
    *("title", "summary", "description", "caption", "alt_text"),
    *("place", "country", "licence", "language"),
)


# Each form lists its fields in the order of its page, so that its errors come in that order too.


def _title() -> StringField:
    return StringField(_l("Title"), [ASKED, Length(max=160)], render_kw={"dir": "auto"})


def _track() -> SelectField:
    return SelectField(_l("Track"), [ASKED])


def _action_lines() -> Checkboxes:
    return Checkboxes(_l("WSIS Action Lines"))


def _declarations() -> Checkboxes:
    return Checkboxes(_l("Declarations"), [ASKED], coerce=int)


def _description() -> TextAreaField:
    return TextAreaField(
        _l("Description"), [ASKED, Length(max=40_000)], render_kw={"rows": 14, "dir": "auto"}
    )


def _language() -> SelectField:
    return SelectField(
        _l("Language of the text"),
        [Optional()],
        description=_l("Judges are chosen who read it."),
    )


class PhotoForm(EntryForm):
    """A photo entry."""

    pictures = FileField(_l("Photograph"), [ASKED])
    title = _title()
    caption = TextAreaField(
        _l("Caption"),
        [ASKED, Length(max=1000)],
        description=_l("What does the picture show, and what has it to do with the Goals?"),
        render_kw={"rows": 4, "dir": "auto"},
    )
    alt_text = TextAreaField(
        _l("Description for people who cannot see it"),
        [ASKED, Length(max=500)],
        description=_l(
            "Say in a sentence or two what is in the picture: who, doing what, where. "
            "Screen readers read it aloud in place of the picture."
        ),
        render_kw={"rows": 3, "dir": "auto"},
    )
    description = _description()
    language = _language()
    place = StringField(_l("Place"), [ASKED, Length(max=160)], render_kw={"dir": "auto"})
    country = SelectField(_l("Country"), [ASKED])
    taken_on = DateField(_l("Date taken"), [ASKED, Optional()])
    track = _track()
    sdgs = Checkboxes(
        _l("Sustainable Development Goals"),
        [ASKED],
        description=_l("Which of the Goals does the picture show? Choose at least one."),
    )
    action_lines = _action_lines()
    consent = BooleanField(
        _l(
            "Everyone who can be recognised in this picture agreed that it may be taken and shown, "
            "for children a parent or guardian did; or nobody can be recognised."
        ),
        [ASKED],
    )
    licence = SelectField(
        _l("Licence"), [ASKED], description=_l("On what terms may the forum show the picture?")
    )
    declarations = _declarations()


class ProjectForm(EntryForm):
    """A project."""

    title = _title()
    summary = TextAreaField(
        _l("Summary"),
        [ASKED, Length(max=300)],
        description=_l("One or two sentences, as they stand on the project's card."),
        render_kw={"rows": 2, "dir": "auto"},
    )
    description = _description()
    language = _language()
    track = _track()
    links = TextAreaField(
        _l("Links"),
        description=_l(
            "One on each line, beginning with https://: a demonstration, the code, a video."
        ),
        render_kw={"rows": 3, "dir": "ltr"},
    )
    pictures = MultipleFileField(_l("Pictures"))
    documents = MultipleFileField(_l("Documents"))
    videos = MultipleFileField(_l("Videos"))
    sdgs = Checkboxes(_l("Sustainable Development Goals"))
    action_lines = _action_lines()
    declarations = _declarations()

    def validate_links(self, field: TextAreaField) -> None:
        """Keep the list to a length that a page can show."""
        lines = _lines(field.data)
        if len(lines) > MOST_LINKS:
            raise ValidationError(_("At most %(most)s links.", most=MOST_LINKS))
        if any(len(line) > LONGEST_LINK for line in lines):
            raise ValidationError(
                _("A link may have at most %(most)s characters.", most=LONGEST_LINK)
            )


def entry_form(entry: Entry, *, saved: bool = False) -> EntryForm:
    """Return the form of an entry, filled from the request or else from what is saved.

    With `saved` the request is left alone: the form shows what another window saved.
    """
    kind = PhotoForm if entry.contest.kind is ContestKind.PHOTO else ProjectForm
    options: dict[str, Any] = {"formdata": None} if saved else {}
    words = words_of(shown_version(entry))
    form = kind(data=_data(words), **options)
    _fit(form, entry.contest)
    if saved or not form.is_submitted():
        form.version.data = str(entry.revision)
    return form


def differences(form: EntryForm, other: EntryForm) -> list[tuple[str, str]]:
    """Return the label and the other form's words, for each field that two forms do not share."""
    return [
        (str(field.label.text), _readable(other[field.name]))
        for field in form
        if not isinstance(field, (HiddenField, FileField, MultipleFileField))
        and _value(field) != _value(other[field.name])
    ]


def _value(field: Any) -> object:
    # What is ticked has no order; each form lists it in its own.
    return set(field.data or ()) if isinstance(field, SelectMultipleField) else field.data


def _data(words: EntryWords) -> dict[str, Any]:
    return {
        **{name: getattr(words, name) for name in _TEXTS},
        "taken_on": words.taken_on,
        "consent": words.consent,
        "track": str(words.track_id or ""),
        "links": "\n".join(words.links),
        "sdgs": sorted(words.sdgs),
        "action_lines": sorted(words.action_lines),
        "declarations": sorted(words.declarations),
    }


def _fit(form: EntryForm, contest: Contest) -> None:
    """Leave in the form what this contest asks, with its choices and limits."""
    offered: dict[str, list[Any]] = {
        "track": [(str(track.id), track.title) for track in contest.tracks],
        "sdgs": sdg_choices(contest.sdgs),
        "action_lines": action_line_choices(contest.action_lines),
        "declarations": [(one.id, one.text) for one in contest.declarations],
    }
    for name, choices in offered.items():
        form[name].choices = choices
        if not choices:
            del form[name]
    if "track" in form:
        form.track.choices = _choice(_("Choose a track"), offered["track"])
    form.language.choices = [
        *_choice(_("Not said"), language_choices()),
        (OTHER_LANGUAGE, _("Another language")),
    ]
    if isinstance(form, PhotoForm):
        form.country.choices = _choice(_("Choose a country"), country_choices())
        form.licence.choices = _choice(
            _("Choose a licence"), ((key, _(one.title)) for key, one in LICENCES.items())
        )
        if not contest.words_min:
            del form.description
    _say_limits(form, contest)


def _say_limits(form: EntryForm, contest: Contest) -> None:
    """Say before anything is chosen or typed what will be taken."""
    if "description" in form:
        form.description.description = words_hint(contest)
    if contest.pictures_min:
        form.pictures.flags.required = True
    for name, kind in FILE_FIELDS.items():
        if name in form and contest.most(kind):
            form[name].description = files_hint(contest, kind)
            limits = limits_of(contest, kind)
            form[name].render_kw = {
                "accept": accept(limits.accepted()),
                "data-max-bytes": limits.max_bytes,
            }
            form[name].widget = FileInput(multiple=contest.most(kind) > 1)
        elif name in form:
            del form[name]


def words_hint(contest: Contest) -> str:
    """Say how many words a description may have, and that it is Markdown."""
    least, most = contest.words_min, contest.words_max
    length = (
        _("%(least)s to %(most)s words.", least=least, most=most)
        if least
        else _("At most %(most)s words.", most=most)
    )
    return f"{length} {_('Write plain text, or Markdown for headings, lists and links.')}"


def files_hint(contest: Contest, kind: AssetKind) -> str:
    """Say how many files of a kind a contest takes, in which formats, and how large."""
    limits, most = limits_of(contest, kind), contest.most(kind)
    facts = {
        "formats": names(limits.accepted()),
        "size": f"{limits.max_bytes / MEBIBYTE:g}",
        "most": most,
    }
    one, several = _FILES[kind]
    sentence: str = _(one if most == 1 else several, **facts)
    warning = _PUBLISHED_AS_SENT.get(kind)
    return f"{sentence} {_(warning)}" if warning else sentence


_PUBLISHED_AS_SENT = {
    AssetKind.DOCUMENT: N_(
        "A document is published as you send it, with all that its file says of its author, and"
        " pictures in it of place and time."
    ),
    AssetKind.VIDEO: N_(
        "A video is published as you send it, with all that its file says of place and time."
    ),
}


_FILES = {
    AssetKind.PICTURE: (
        N_("One picture: %(formats)s, at most %(size)s MB."),
        N_("Up to %(most)s pictures: %(formats)s, at most %(size)s MB each."),
    ),
    AssetKind.DOCUMENT: (
        N_("One document: %(formats)s, at most %(size)s MB."),
        N_("Up to %(most)s documents: %(formats)s, at most %(size)s MB each."),
    ),
    AssetKind.VIDEO: (
        N_("One video: %(formats)s, at most %(size)s MB."),
        N_("Up to %(most)s videos: %(formats)s, at most %(size)s MB each."),
    ),
}


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]


def _readable(field: Any) -> str:
    if isinstance(field, BooleanField):
        return str(_("yes") if field.data else _("no"))
    if isinstance(field, SelectField | SelectMultipleField):
        chosen = field.data if isinstance(field.data, list) else [field.data]
        return ", ".join(str(label) for value, label in field.choices if value in chosen)
    return str(field.data or "")
