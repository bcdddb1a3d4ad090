"""The doubt about a round's winners, in words and as a line that falls."""

from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from flask_babel import ngettext

from app.transaction import current_session
from judging.models import HandOut, Round
from judging.service.focusing import Doubt, doubt_of
from judging.views.charts import Line, line
from judging.views.words import percent

POINTS: Final = 8


@dataclass(frozen=True, slots=True)
class DoubtShown:
    """What the control room shows of the doubt; `label` tells the chart to who cannot see it."""

    sentences: tuple[str, ...]
    line: Line
    label: str


def doubt_found(round_: Round) -> Doubt | None:
    """Return the doubt about a round's winners: how it fell with focus, else how it is now."""
    points = POINTS if round_.hand_out is HandOut.FOCUS else 1
    return doubt_of(current_session(), round_, points=points)


def doubt_in_short(doubt: Doubt) -> str:
    """Return how sure the leading entries are, and which they are."""
    return f"{_settled(doubt)} {_numbers(doubt)}"


def doubt_shown(doubt: Doubt) -> DoubtShown:
    """Return the doubt of a round with focus, with the chart of how it fell."""
    return DoubtShown(
        sentences=tuple(filter(None, (_settled(doubt), _numbers(doubt), _left(doubt)))),
        line=line(doubt.fall),
        label=_(
            "The doubt fell from %(before)s to %(now)s.",
            before=percent(doubt.fall[0][1]),
            now=percent(doubt.now),
        ),
    )


def _settled(doubt: Doubt) -> str:
    text: str = ngettext(
        "The one entry that leads is the right one with %(chance)s probability.",
        "The %(num)s entries that lead are the right ones with %(chance)s probability.",
        len(doubt.leading),
        chance=percent(1 - doubt.now),
    )
    return text


def _numbers(doubt: Doubt) -> str:
    numbers = ", ".join(f"{number:04d}" for number in sorted(doubt.leading))
    return str(_("They are, in no order: %(numbers)s.", numbers=numbers))


def _left(doubt: Doubt) -> str:
    if not doubt.left:
        return str(_("Every ballot of the round is submitted."))
    text: str = ngettext(
        "%(num)s ballot more is to come, and goes where it can still change that.",
        "%(num)s ballots more are to come, and go where they can still change that.",
        doubt.left,
    )
    return text
