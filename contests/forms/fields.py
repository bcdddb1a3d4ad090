"""Fields that several forms share."""

from collections.abc import Iterable

from babel import Locale
from flask_babel import get_locale, gettext
from wtforms import SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from contests.vocabulary import ACTION_LINES, SDGS, UN_LANGUAGES


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


def language_choices() -> list[tuple[str, str]]:
    """Return the UN's languages as choices, sorted by their names in the reader's language."""
    return sorted(((code, language_name(code)) for code in UN_LANGUAGES), key=lambda item: item[1])


def language_name(code: str) -> str:
    """Return a language's name in the reader's language, with a capital as in a list."""
    locale = get_locale() or Locale("en")
    name: str = locale.languages.get(code, code)
    return name[:1].upper() + name[1:]


def _territories() -> dict[str, str]:
    locale = get_locale() or Locale("en")
    return dict(locale.territories)
