"""One page of a long list, as the address asks for it."""

from collections.abc import Sequence
from typing import Final, TypeVar
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _

from app.web import Page

Row = TypeVar("Row")

ROWS: Final = 100
_DIGITS: Final = 9


def page_of(rows: Sequence[Row], *, anchor: str = "") -> Page[Row]:
    """Return the rows on the page that `page` in the address names, beyond the last one the last.

    Its links keep the rest of the address and lead to `anchor`, an element's id.
    """
    last = max(1, -(-len(rows) // ROWS))
    number = min(asked_number("page") or 1, last)
    shown = list(rows[(number - 1) * ROWS : number * ROWS])
    first = (number - 1) * ROWS + 1
    return Page(
        shown,
        _here(number - 1, anchor) if number > 1 else None,
        _here(number + 1, anchor) if number < last else None,
        _(
            "%(first)s to %(last)s of %(total)s",
            first=first,
            last=first + len(shown) - 1,
            total=len(rows),
        ),
    )


def asked_number(name: str) -> int | None:
    """Return a number of the address that counts from one; None where there is none."""
    value = request.args.get(name, "")
    is_number = value.isascii() and value.isdigit() and len(value) <= _DIGITS
    return int(value) or None if is_number else None


def _here(number: int, anchor: str) -> str:
    kept = [(name, value) for name, value in request.args.items() if name != "page"]
    return f"{request.path}?{urlencode([*kept, ('page', number)])}{anchor and f'#{anchor}'}"
