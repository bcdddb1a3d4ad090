"""Lists of entries page by page: what the address says, and the addresses of the neighbours."""

from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _

from app.web import Page
from contests.models import Contest
from contests.queries.paging import Position, Slice
from contests.views.cards import EntryCard, card

_DIGITS = 9  # a number of so many fits every column


def position() -> Position:
    """Return where in a list the reader is; what makes no sense is the beginning."""
    return Position(after=_number("after"), before=_number("before"))


def page_of(contest: Contest, found: Slice) -> Page[EntryCard]:
    """Return one page of cards; the way on keeps what the address says besides."""
    cards = [card(contest, entry) for entry in found.entries]
    if not cards:
        return Page(items=[])
    first, last = cards[0].number, cards[-1].number
    return Page(
        items=cards,
        prev_url=here(before=first) if found.has_previous else None,
        next_url=here(after=last) if found.has_next else None,
        label=_("Entries %(first)s to %(last)s", first=f"{first:04d}", last=f"{last:04d}"),
    )


def here(**position: int) -> str:
    """Return this page's address at another position, or, without one, at its beginning."""
    kept = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in {"after", "before"}
    ]
    query = urlencode([*kept, *position.items()])
    return f"{request.path}?{query}" if query else request.path


def _number(name: str) -> int | None:
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= _DIGITS else None
