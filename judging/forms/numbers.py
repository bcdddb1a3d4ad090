"""Numbers with up to two decimals as organisers type them, exactly."""

import re
from fractions import Fraction
from typing import Any

from flask_babel import gettext as _
from wtforms import Field
from wtforms.validators import ValidationError

# A point, a comma, or the Arabic decimal separator.
_NUMBER = re.compile(r"(?P<whole>\d{1,6})(?:[.,\u066b](?P<part>\d{1,2}))?")


def hundredths(text: str) -> int | None:
    """Read "7", "0.25" or "0,5" as hundredths; None for anything else."""
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    return int(match["whole"]) * 100 + int((match["part"] or "0").ljust(2, "0"))


def exact(text: str) -> Fraction:
    """Return the number that a field with `check_number` holds."""
    return Fraction(hundredths(text) or 0, 100)


def plain(value: Fraction) -> str:
    """Write a whole number of hundredths as a field takes it: 7, 7.5, 0.25."""
    whole, part = divmod(round(value * 100), 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".")


def check_number(_form: Any, field: Field) -> None:
    """Refuse what is no such number."""
    if hundredths(field.data or "") is None:
        raise ValidationError(_("Write a number with two decimals at most, such as 0.25."))
