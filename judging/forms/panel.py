"""The forms of the panel: whom to invite, and what a judge declares."""

import re

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectChoice, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from app.accounts.addresses import normal_address
from app.errors import InvalidError
from app.web import Form
from app.web.forms import clean

MOST_INVITED = 100
NONE, SOME = "none", "some"
_PERSON = re.compile(r"^(?P<name>.*?)[\s,;]*<?(?P<address>[^\s<>]+)>?$")
_NAME, _ADDRESS = 120, 260


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
        """Return the reason, which may be empty, by the id of each entry that is ticked."""
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


def _person(line: str) -> tuple[str, str]:
    """Return (name, address) of one line; raises InvalidError where there is no address."""
    # The pattern takes its time with a line that no mailbox ever had.
    match = _PERSON.match(line) if len(line) <= _NAME + _ADDRESS else None
    address = normal_address(match["address"] if match else line)
    name = match["name"].strip(' "') if match else ""
    return name or address.partition("@")[0], address


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
