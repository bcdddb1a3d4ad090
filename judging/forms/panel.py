"""The forms of the panel: whom to invite, and what a judge declares."""

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

from flask import request
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    ValidationError,
)

from app.accounts.addresses import normal_address
from app.errors import InvalidError
from app.web import Form
from app.web.forms import clean
from contests.forms.fields import (
    Checkboxes,
    action_line_choices,
    country_choices,
    language_choices,
    sdg_choices,
)
from judging.models import ConflictVerdict, Judge
from judging.service.knowledge import Knowledge, knowledge_of
from judging.service.reasons import REASON_LENGTH

MOST_INVITED = 100
NONE, SOME = "none", "some"
_PERSON = re.compile(r"^(?P<name>.*?)[\s,;]*<?(?P<address>[^\s<>]+)>?$")
_NAME, _ADDRESS = 120, 260
_PAIR = re.compile(r"(?P<judge>\d{1,9})-(?P<entry>\d{1,9})", re.ASCII)


class InviteForm(Form):
    """Whom to invite to the panel, one person a line."""

    people = TextAreaField(
        _l("Judges to invite"),
        [DataRequired(_l("Write at least one name and address.")), Length(max=20000)],
        description=_l("One a line, name and address: Amina Diallo, amina@example.org"),
    )

    def validate_people(self, field: TextAreaField) -> None:
        """Refuse the first line that names nobody, so that no invitation is lost."""
        lines = _lines(field.data)
        if len(lines) > MOST_INVITED:
            raise ValidationError(_("Invite %(most)s people at a time.", most=MOST_INVITED))
        for line in lines:
            try:
                name, _address = _person(line)
            except InvalidError:
                raise ValidationError(
                    _(
                        "“%(line)s” has no e-mail address. Write it as: Amina Diallo, "
                        "amina@example.org",
                        line=line[:80],
                    )
                ) from None
            if len(name) > _NAME:
                raise ValidationError(_("“%(line)s” is too long.", line=line[:80]))

    def invited(self) -> list[tuple[str, str]]:
        """Return (name, address) of everybody, each address once."""
        people = {address: name for name, address in map(_person, _lines(self.people.data))}
        return [(name, address) for address, name in people.items()]


class DeclarationForm(Form):
    """Which entries a judge must not judge, or that there are none."""

    answer = RadioField(
        _l("Your declaration"),
        [InputRequired(_l("Choose one of the two answers."))],
        choices=[
            SelectChoice(NONE, _l("I have no conflict of interest with any of these entries.")),
            SelectChoice(SOME, _l("I have one with the entries I have ticked.")),
        ],
    )
    entries = SelectMultipleField(
        _l("Entries"),
        coerce=int,
        validate_choice=False,  # the service knows the contest's entries, and refuses others
    )

    def conflicts(self) -> dict[int, str]:
        """Return the reason, empty where none was given, by the id of each entry ticked."""
        return {
            entry_id: clean(request.form.get(f"reason-{entry_id}", "")) or ""
            for entry_id in self.entries.data or ()
        }

    def agrees(self) -> bool:
        """Tell whether answer and ticks say the same; else put the sentence on the answer."""
        ticked = bool(self.entries.data)
        if ticked == (self.answer.data == SOME):
            return True
        self.answer.errors = [
            _("You ticked an entry and said that there is none. Which is right?")
            if ticked
            else _("Tick the entries with which you have a conflict of interest.")
        ]
        return False


class KnowledgeForm(Form):
    """What a judge knows, so that entries suit them, and what they take on."""

    organisation = StringField(_l("Organisation"), [Optional(), Length(max=160)])
    country = SelectField(_l("Country"), [Optional()])
    languages = Checkboxes(
        _l("Languages you read"),
        description=_l("Entries in other languages go to others. None ticked: any language."),
    )
    tracks = Checkboxes(_l("Tracks you know"), coerce=int)
    sdgs = Checkboxes(_l("Sustainable Development Goals you know"), coerce=int)
    action_lines = Checkboxes(_l("WSIS Action Lines you know"))
    most_ballots = IntegerField(
        _l("Most entries you take in a round"),
        [Optional(), NumberRange(1, 10_000)],
        description=_l("Leave it empty to share evenly with the others."),
    )

    def __init__(self, *, judge: Judge) -> None:
        """Hold what is posted, else what the judge has said, with the choices of the contest."""
        contest = judge.contest
        super().__init__(data=asdict(knowledge_of(judge)))
        self.country.choices = [("", _("Not said")), *country_choices()]
        self.languages.choices = language_choices()
        self.tracks.choices = [(track.id, track.title) for track in contest.tracks]
        self.sdgs.choices = [(int(number), name) for number, name in sdg_choices(contest.sdgs)]
        self.action_lines.choices = action_line_choices(contest.action_lines)
        for name in ("tracks", "sdgs", "action_lines"):
            if not self[name].choices:
                del self[name]

    def knowledge(self) -> Knowledge:
        """Return what a valid form says."""
        said = self.data
        return Knowledge(
            organisation=said["organisation"] or "",
            country=said["country"] or "",
            languages=tuple(said["languages"] or ()),
            sdgs=tuple(said.get("sdgs") or ()),
            action_lines=tuple(said.get("action_lines") or ()),
            tracks=tuple(said.get("tracks") or ()),
            most_ballots=said["most_ballots"],
        )


_OF_SOMEBODY_ELSE: Final[Mapping[str, LazyString]] = {
    "languages": _l("Languages they read"),
    "tracks": _l("Tracks they know"),
    "sdgs": _l("Sustainable Development Goals they know"),
    "action_lines": _l("WSIS Action Lines they know"),
    "most_ballots": _l("Most entries they take in a round"),
}


class SeatForm(KnowledgeForm):
    """The same as an organiser fills it in, and who chairs the panel."""

    is_chair = BooleanField(
        _l("Chairs the panel"),
        description=_l("Settles what the rules leave open. There is one chair at most."),
    )
    reason = StringField(
        _l("Reason for another chair"),
        [Optional(), Length(max=REASON_LENGTH)],
        description=_l(
            "Judging has begun: say it where you change who chairs. The audit keeps it."
        ),
    )

    def __init__(self, *, judge: Judge) -> None:
        """Hold what is posted, else what is known of this judge."""
        super().__init__(judge=judge)
        for name, label in _OF_SOMEBODY_ELSE.items():
            if name in self:
                self[name].label.text = label
        if not self.is_submitted():
            self.is_chair.data = judge.is_chair


class SettleForm(Form):
    """Which suggested conflicts of interest to settle, and how."""

    pairs = SelectMultipleField(_l("Suggestions"), validate_choice=False)
    reason = StringField(_l("Reason"), [Optional(), Length(max=300)])
    act = SelectField(choices=[verdict.value for verdict in ConflictVerdict])

    def chosen(self) -> list[tuple[int, int]]:
        """Return (judge id, entry id) of what is ticked; what names nothing is left out."""
        found = (_PAIR.fullmatch(text) for text in self.pairs.data or ())
        return [(int(match["judge"]), int(match["entry"])) for match in found if match]


def _person(line: str) -> tuple[str, str]:
    """Return (name, address) of one line; raises InvalidError where there is no address."""
    # The pattern takes its time with a line that no mailbox ever had.
    match = _PERSON.match(line) if len(line) <= _NAME + _ADDRESS else None
    address = normal_address(match["address"] if match else line)
    name = match["name"].strip(' "') if match else ""
    return name or address.partition("@")[0], address


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
