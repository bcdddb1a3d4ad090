"""Fields that several forms share."""

from collections.abc import Iterable
from datetime import UTC, datetime

from babel import Locale
from flask_babel import get_locale, gettext
from wtforms import SelectMultipleField, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from app.web import in_zone, known_zones, local_instant
from contests.vocabulary import ACTION_LINES, SDGS


class Checkboxes(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def sdg_choices(numbers: Iterable[int] = SDGS) -> list[tuple[str, str]]:
    """Return SDGs as choices of a field, in their order."""
    return [(str(number), gettext(SDGS[number].title)) for number in sorted(numbers)]


def action_line_choices(codes: Iterable[str] = ACTION_LINES) -> list[tuple[str, str]]:
    """Return Action Lines as choices of a field, in their order."""
    offered = set(codes)
    return [
        (code, f"{code.partition('-')[0]} {gettext(title)}")
        for code, title in ACTION_LINES.items()
        if code in offered
    ]


def country_name(code: str) -> str:
    """Return a country's name in the reader's language."""
    return _territories().get(code, code)


def country_choices(codes: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """Return countries as choices, sorted by their names in the reader's language."""
    names = _territories()
    wanted = codes if codes is not None else (c for c in names if _is_country(c))
    return sorted(((code, names.get(code, code)) for code in wanted), key=lambda item: item[1])


# CLDR's own codes for places that are no country of ISO 3166.
_NO_COUNTRY = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "TA", "UN", "XA", "XB", "ZZ"}
)


def _is_country(code: str) -> bool:
    return code.isalpha() and len(code) == 2 and code not in _NO_COUNTRY  # noqa: PLR2004 - alpha-2


def _territories() -> dict[str, str]:
    locale = get_locale() or Locale("en")
    return dict(locale.territories)


def wall_time(instant: datetime, zone: str) -> datetime:
    """Return what the clocks of `zone` show, as a datetime-local field takes it."""
    return in_zone(instant, zone).replace(tzinfo=None, second=0, microsecond=0)


_YEARS = range(2000, 2100)


def check_wall_time(wall: datetime | None, zone: str) -> None:
    """Raise ValidationError for a time that clocks of `zone` never show: summer time skips some."""
    if wall is None or zone not in known_zones():
        return  # said elsewhere, at its own field
    if wall.year not in _YEARS:
        raise ValidationError(gettext("Choose a year from 2000 to 2099."))
    if wall_time(local_instant(wall, zone).astimezone(UTC), zone) != wall:
        raise ValidationError(
            gettext("The clocks of this zone skip this hour when summer time begins.")
        )
