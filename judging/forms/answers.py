"""What windows send of orders and comparisons, read without trust."""

import re
from collections import defaultdict

from werkzeug.datastructures import MultiDict

from app.errors import N_, InvalidError
from app.web.forms import clean
from judging.service.orders import Content, Sent
from judging.service.pairs import Vote

_NUMBER = re.compile(r"[0-9]{1,9}")
_KEY = re.compile(r"[0-9A-Za-z_-]{1,64}")
_PLACE = "place-"


def read_order(posted: MultiDict[str, str]) -> Sent:
    """Return what a window sent of an order: `place-NUMBER` says where an entry stands.

    Entries with the same place are tied, one without a place is left out; places need not follow
    each other. Raises InvalidError where a number or the key is none.
    """
    at: defaultdict[int, list[int]] = defaultdict(list)
    for name, text in posted.items():
        if name.startswith(_PLACE) and text.strip():
            at[_place(text.strip(), field=name)].append(_number(name.removeprefix(_PLACE)))
    groups = tuple(tuple(sorted(at[place])) for place in sorted(at))
    return Sent(
        content=Content(groups, clean(posted.get("comment")) or ""),
        version=_number(posted.get("version", "")),
        key=_key(posted.get("key")),
        submit=posted.get("act") == "submit",
    )


def read_vote(posted: MultiDict[str, str]) -> Vote:
    """Return what a window sent of a comparison; InvalidError where a number is none."""
    if not posted.get("chosen"):
        raise InvalidError(N_("Choose one of the two entries."), field="chosen", code="neither")
    return Vote(
        first=_number(posted.get("first", "")),
        second=_number(posted.get("second", "")),
        chosen=_number(posted["chosen"]),
        version=read_version(posted),
    )


def read_version(posted: MultiDict[str, str]) -> int:
    """Return the version that a page showed; InvalidError where it is no number."""
    return _number(posted.get("version", ""))


def place_name(number: int) -> str:
    """Return the name of the field that says where an entry stands."""
    return f"{_PLACE}{number}"


def _place(text: str, *, field: str) -> int:
    if _NUMBER.fullmatch(text) is None or not int(text):
        raise InvalidError(
            N_("A place is a whole number, 1 for the best."), field=field, code="place-unreadable"
        )
    return int(text)


def _number(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise InvalidError(
            N_("The form does not say what it changes. Reload the page."), code="unreadable"
        )
    return int(text)


def _key(text: str | None) -> str | None:
    if text and _KEY.fullmatch(text) is None:
        raise InvalidError(N_("The form's key is none. Reload the page."), code="key-unreadable")
    return text or None
