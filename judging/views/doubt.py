"""The doubt about a round's winners, in words and as a line that falls."""

from dataclasses import dataclass
from typing import Final

from flask_babel import gettext as _
from flask_babel import ngettext

from app.transaction import current_session
from judging.models import HandOut, Round
from judging.service.focusing import Doubt, doubt_of

WIDTH: Final = 320
HEIGHT: Final = 120
LEFT: Final = 18
TOP: Final = 20
BOTTOM: Final = 96


@dataclass(frozen=True, slots=True)
class Dot:
    """One point of the line: the doubt in words, and after how many ballots."""

    x: float
    y: float
    words: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """A chart of at most eight points, in units that a telephone shows whole."""

    dots: tuple[Dot, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - LEFT
    bottom: int = BOTTOM

    @property
    def points(self) -> str:
        """The line as SVG writes it."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots)


@dataclass(frozen=True, slots=True)
class DoubtShown:
    """What the control room shows of the doubt; `label` tells the chart to who cannot see it."""

    sentences: tuple[str, ...]
    line: Line
    label: str


def doubt_shown(round_: Round) -> DoubtShown | None:
    """Return the doubt of a round with focus; None while nothing can be said of it."""
    doubt = doubt_of(current_session(), round_) if round_.hand_out is HandOut.FOCUS else None
    if doubt is None:
        return None
    return DoubtShown(
        sentences=tuple(filter(None, (_settled(doubt), _numbers(doubt), _left(doubt)))),
        line=_line(doubt),
        label=_(
            "The doubt fell from %(before)s to %(now)s.",
            before=_percent(doubt.fall[0][1]),
            now=_percent(doubt.now),
        ),
    )


def _percent(share: float) -> str:
    """Write a share in whole per cent; the rounding is honest about neither end being certain."""
    whole = round(100 * share)
    if whole == 0 and share > 0:
        return str(_("less than 1 %%"))
    if whole == 100 and share < 1:  # noqa: PLR2004 - per cent
        return str(_("more than 99 %%"))
    return str(_("%(share)s %%", share=whole))


def _settled(doubt: Doubt) -> str:
    text: str = ngettext(
        "The one entry that leads is the right one with %(chance)s probability.",
        "The %(num)s entries that lead are the right ones with %(chance)s probability.",
        len(doubt.leading),
        chance=_percent(1 - doubt.now),
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


def _line(doubt: Doubt) -> Line:
    first, last = doubt.fall[0][0], doubt.fall[-1][0]
    breadth = max(last - first, 1)
    return Line(
        tuple(
            Dot(
                x=round(LEFT + (WIDTH - 2 * LEFT) * (count - first) / breadth, 1),
                y=round(BOTTOM - (BOTTOM - TOP) * share, 1),
                words=str(_("%(share)s %%", share=round(100 * share))),
                label=str(count),
            )
            for count, share in doubt.fall
        )
    )
