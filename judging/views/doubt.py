"""The doubt about who wins a round or goes on from it, in words and as a line that falls."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from flask_babel import gettext as _
from flask_babel import ngettext

from app.transaction import current_session
from judging.models import HandOut, Round
from judging.service.focusing import Doubt, doubt_of
from judging.views.charts import MOST_DOTS, Line, line
from judging.views.words import percent

FEW: Final = 3
"""Of so many leading entries all can well be the right ones; of more it matters how many are."""


@dataclass(frozen=True, slots=True)
class DoubtShown:
    """What the control room shows of the doubt; `label` tells the chart to who cannot see it."""

    sentences: tuple[str, ...]
    line: Line
    label: str


def doubt_found(round_: Round) -> Doubt | None:
    """Return the doubt about who comes first: how it fell with focus, else how it is now."""
    points = MOST_DOTS if round_.hand_out is HandOut.FOCUS else 1
    return doubt_of(current_session(), round_, points=points)


def doubt_in_short(doubt: Doubt) -> str:
    """Return how sure the leading entries are, and which they are."""
    return " ".join(_sure(doubt))


def doubt_shown(doubt: Doubt, *, is_open: bool) -> DoubtShown:
    """Return the doubt of a round with focus, with the chart of how it fell.

    Where the round is not open, nothing more is to come.
    """
    shares = [share for _count, share in doubt.fall]
    # As far as the chart shows it.
    rose = any(round(100 * after) > round(100 * before) for before, after in pairwise(shares))
    surprise = _(
        "Doubt can rise for a while: a ballot that surprises shows that less was sure than it "
        "seemed."
    )
    return DoubtShown(
        sentences=(*_sure(doubt), *_left(doubt, is_open=is_open), *([surprise] if rose else [])),
        line=line(doubt.fall),
        label=_(
            "The doubt went from %(before)s to %(now)s.",
            before=percent(shares[0]),
            now=percent(doubt.now),
        ),
    )


def _sure(doubt: Doubt) -> list[str]:
    return [
        _settled(doubt),
        *_right(doubt),
        _numbers(doubt),
    ]


def _settled(doubt: Doubt) -> str:
    chance, count = percent(1 - doubt.now), len(doubt.leading)
    if not doubt.goes_on:
        text: str = ngettext(
            "The one entry that leads is the right one with %(chance)s probability.",
            "The %(num)s entries that lead are the right ones with %(chance)s probability.",
            count,
            chance=chance,
        )
        return text
    going: str = ngettext(
        "The one entry that would go on is the right one with %(chance)s probability.",
        "The %(num)s entries that would go on are all the right ones with %(chance)s probability.",
        count,
        chance=chance,
    )
    return going


def _right(doubt: Doubt) -> list[str]:
    """Return how many are the right ones, where that says more than that all of them are."""
    right = round(doubt.right)
    if right == len(doubt.leading) or len(doubt.leading) <= FEW:
        return []
    text: str = ngettext(
        "About %(num)s of them is expected to be right.",
        "About %(num)s of them are expected to be right.",
        right,
    )
    return [text]


def _numbers(doubt: Doubt) -> str:
    numbers = ", ".join(f"{number:04d}" for number in sorted(doubt.leading))
    return str(_("They are, in no order: %(numbers)s.", numbers=numbers))


def _left(doubt: Doubt, *, is_open: bool) -> list[str]:
    if not doubt.left:
        return [_("Every ballot of the round is submitted.")]
    if not is_open:
        return []
    text: str = ngettext(
        "%(num)s ballot more is to come, and goes where it can still change that.",
        "%(num)s ballots more are to come, and go where they can still change that.",
        doubt.left,
    )
    return [text]
