"""What people tell of themselves, and the forms of Flask-Security that we changed."""

import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_security import (
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    RegisterFormV2,
    SendConfirmationForm,
)
from typing_extensions import override
from wtforms import (
    EmailField,
    Field,
    HiddenField,
    PasswordField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, Optional

from app.accounts.addresses import normal_address
from app.accounts.models import User
from app.accounts.onward import remembered
from app.errors import InvalidError
from app.web import Form, browser_zone, languages, render_message, zone_city
from app.web.forms import Cleaned, clean

# What CLDR lists beside countries: unions, pseudo-places, and islands that share a country's code.
_NOT_COUNTRIES = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ")
)
_CODE_LENGTH = 2


def one_line(text: str | None) -> str | None:
    """Fold white space and line breaks, which a field of one line cannot show."""
    kept = clean(text)
    return None if kept is None else " ".join(kept.split())


class Onward:
    """Where to go afterwards: an address elsewhere is forgotten, and no reason to refuse a form.

    One that was asked for before, by another of these forms, is still good.
    """

    next: Field

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.next.data = remembered(self.next.data)


class SignInForm(Onward, Cleaned, LoginForm):
    """Flask-Security's, which says what is missing to somebody who knows the password."""

    @override
    def validate(self, **kwargs: object) -> bool:
        """Check the address and the password, then whether the address is confirmed."""
        if super().validate(**kwargs):
            return True
        if self.user_authenticated and self.requires_confirmation:
            # On the form, where the answer that gives nothing away does not replace it.
            self.email.errors = []
            self.form_errors.append(
                _(
                    "This e-mail address is not confirmed yet. Follow the link in the mail we"
                    " sent you, or have it sent again."
                )
            )
        return False


class RegisterForm(Onward, Cleaned, RegisterFormV2):
    """Flask-Security's, and the name others see."""

    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Enter your name.")),
            Length(max=120, message=_l("A name has 120 characters at most.")),
        ],
        render_kw={"autocomplete": "name"},
        description=_l("As it should stand beside your entry."),
    )


class ForgotForm(Cleaned, ForgotPasswordForm):
    """Flask-Security's, cleaned."""


class ConfirmForm(Cleaned, SendConfirmationForm):
    """Flask-Security's, cleaned."""


class ChangeForm(ChangePasswordForm):
    """Flask-Security's, whose first field is required of whoever has a password."""

    password = PasswordField(
        _l("Your password now"), render_kw={"autocomplete": "current-password"}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if current_user.password:
            self.password.flags.required = True


def address(_form: Form, field: Field) -> None:
    """Bring an address into its one spelling, or say that it is none."""
    try:
        field.data = normal_address(field.data)
    except InvalidError as error:
        raise ValidationError(render_message(error)) from error


class LinkForm(Onward, Form):
    """Asking for a sign-in link."""

    email = EmailField(
        _l("E-mail address"),
        validators=[DataRequired(_l("Enter your e-mail address.")), address],
        render_kw={"autocomplete": "email"},
    )
    next = HiddenField()


class AccountForm(Form):
    """What a person says of themselves."""

    name = StringField(
        _l("Name"),
        filters=[one_line],
        validators=[
            DataRequired(_l("Enter your name.")),
            Length(max=120, message=_l("A name has 120 characters at most.")),
        ],
        render_kw={"autocomplete": "name"},
        description=_l("As it should stand beside your entry."),
    )
    organisation = StringField(
        _l("Organisation"),
        filters=[one_line],
        validators=[
            Optional(),
            Length(max=160, message=_l("An organisation has 160 characters at most.")),
        ],
        render_kw={"autocomplete": "organization"},
    )
    country = SelectField(_l("Country"), render_kw={"autocomplete": "country"})
    zone = SelectField(_l("Time zone"), description=_l("Deadlines are told in it too."))
    locale = SelectField(_l("Language"))

    def __init__(self, user: User) -> None:
        super().__init__(obj=user)
        self.country.choices = [("", _("Not said")), *_countries(get_locale())]
        self.zone.choices = _zone_choices(user.zone)
        self.locale.choices = [("", _("As my browser wishes")), *_languages()]
        if len(languages()) == 1:
            del self.locale


def _countries(locale: Locale) -> list[tuple[str, str]]:
    named = [
        (code, name)
        for code, name in locale.territories.items()
        if len(code) == _CODE_LENGTH and code.isalpha() and code not in _NOT_COUNTRIES
    ]
    return sorted(named, key=_alphabetical)


def _languages() -> list[tuple[str, str]]:
    return [(code, Locale.parse(code, sep="-").display_name or code) for code in languages()]


def _zone_choices(chosen: str) -> dict[str, list[tuple[str, str]]]:
    """Return one group for no choice, then one for each part of the world."""
    here = browser_zone()
    unsaid = _("Not said")
    if here:
        unsaid = _("As my browser says: %(city)s", city=zone_city(here) or here)
    groups = {_("Automatic"): [("", unsaid)]}
    for area, name in _areas().items():
        zones = [zone for zone in _zones() if zone.startswith(f"{area}/")]
        groups[name] = sorted(((zone, zone_city(zone)) for zone in zones), key=_alphabetical)
    other = {"UTC", chosen} - {"", *_zones()}
    groups[_("Other")] = [(zone, zone) for zone in sorted(other)]
    return groups


def _areas() -> dict[str, str]:
    return {
        "Africa": _("Africa"),
        "America": _("Americas"),
        "Antarctica": _("Antarctica"),
        "Arctic": _("Arctic"),
        "Asia": _("Asia"),
        "Atlantic": _("Atlantic Ocean"),
        "Australia": _("Australia"),
        "Europe": _("Europe"),
        "Indian": _("Indian Ocean"),
        "Pacific": _("Pacific Ocean"),
    }


@cache
def _zones() -> tuple[str, ...]:
    """Return each country's zones, without the old names that zoneinfo knows them by as well."""
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text()
    lines: Iterable[str] = (line for line in table.splitlines() if not line.startswith("#"))
    return tuple(line.split("\t")[2] for line in lines)


def _alphabetical(choice: tuple[str, str]) -> str:
    """Sort by the name as it is read: Åland among the A's."""
    return unicodedata.normalize("NFKD", choice[1]).casefold()
