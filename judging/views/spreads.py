"""How marks spread over a scale: in words first, then as a small chart with its numbers."""

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from flask_babel import format_decimal, gettext, ngettext

from judging.models import Criterion
from judging.ranking import Kind
from judging.views.scales import label_of

MOST_BARS = 21
WIDTH, MOST_TRACK, MOST_BAR, HEIGHT = 288, 48, 20, 48
"""A chart's width, so that the smallest telephone need not shrink its digits; a bar's room and
breadth at most; the height of the highest: in pixels."""
DIGIT = 7
"""How wide a letter of a label is, on the safe side."""


@dataclass(frozen=True, slots=True)
class Bar:
    """How often some marks were given; `middle`, `top` and `height` are in pixels."""

    label: str
    count: int
    middle: float
    top: int
    height: int
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Spread:
    """The marks of one criterion: `words` say it all, `bars` show it."""

    title: str
    words: str
    bars: tuple[Bar, ...]

    @property
    def width(self) -> int:
        """How wide the chart is, in pixels."""
        return _track(len(self.bars)) * len(self.bars)

    @property
    def bar_width(self) -> int:
        """How wide each bar is, in pixels."""
        return min(MOST_BAR, _track(len(self.bars)) - 3)

    @property
    def has_room(self) -> bool:
        """Whether every bar can have its label below it, and not only the first and the last."""
        return max(len(bar.label) for bar in self.bars) * DIGIT <= _track(len(self.bars))


def own_spread(criterion: Criterion, given: Counter[int]) -> Spread:
    """Return how a judge has used a criterion's scale; without a mark there are no bars."""
    return Spread(criterion.title, _own_words(criterion, given), _bars(criterion, given))


def panel_spread(criterion: Criterion, given: Counter[int], mine: int | None) -> Spread:
    """Return what a panel gave one entry, `mine` among it where there is one."""
    words = (
        _all_words(criterion, given)
        if mine is None
        else _panel_words(criterion, given - Counter([mine]), mine)
    )
    return Spread(criterion.title, words, _bars(criterion, given, mine))


def whole_spread(criterion: Criterion, given: Counter[int]) -> Spread:
    """Return what a panel gave one entry, for whoever is not on it."""
    return Spread(criterion.title, _range_words(criterion, given), _bars(criterion, given))


def _own_words(criterion: Criterion, given: Counter[int]) -> str:
    count = given.total()
    if not count:
        return gettext("No mark yet.")
    if criterion.round.kind is Kind.SCREEN:
        return " · ".join(
            f"{label_of(criterion, points)}: {given[points]}" for points in sorted(given)
        )
    if len(given) == 1:
        return ngettext(
            "%(num)s mark so far: %(mark)s.",
            "%(num)s marks so far, and each of them is %(mark)s.",
            count,
            mark=label_of(criterion, next(iter(given))),
        )
    mean = Fraction(sum(points * often for points, often in given.items()), count)
    return gettext(
        "%(count)s marks so far, from %(least)s to %(most)s, on average %(mean)s;"
        " the scale goes from %(lowest)s to %(highest)s.",
        count=count,
        least=label_of(criterion, min(given)),
        most=label_of(criterion, max(given)),
        mean=_worth(criterion, mean),
        lowest=label_of(criterion, criterion.minimum),
        highest=label_of(criterion, criterion.maximum),
    )


def _panel_words(criterion: Criterion, others: Counter[int], mine: int) -> str:
    own = label_of(criterion, mine)
    if not others:
        return gettext("You gave %(own)s. Nobody else has submitted marks here yet.", own=own)
    said = (gettext("You gave %(own)s.", own=own), _other_words(criterion, others))
    return " ".join((*said, _place(others, mine))).strip()


def _other_words(criterion: Criterion, others: Counter[int]) -> str:
    count, said = others.total(), _ends(criterion, others)
    if count > 1 == len(others):
        return ngettext(
            "Each of the other %(num)s marks is %(least)s.",
            "Each of the other %(num)s marks is %(least)s.",
            count,
            **said,
        )
    return ngettext(
        "The other mark is %(least)s.",
        "The other %(num)s marks go from %(least)s to %(most)s, the middle one is %(middle)s.",
        count,
        **said,
    )


def _all_words(criterion: Criterion, given: Counter[int]) -> str:
    words = _range_words(criterion, given)
    return " ".join((gettext("You submitted no mark."), words)) if given else words


def _range_words(criterion: Criterion, given: Counter[int]) -> str:
    if not given:
        return gettext("Nobody has submitted marks here.")
    count, said = given.total(), _ends(criterion, given)
    if count > 1 == len(given):
        return ngettext(
            "Each of the %(num)s marks is %(least)s.",
            "Each of the %(num)s marks is %(least)s.",
            count,
            **said,
        )
    return ngettext(
        "The only mark is %(least)s.",
        "The %(num)s marks go from %(least)s to %(most)s, the middle one is %(middle)s.",
        count,
        **said,
    )


def _ends(criterion: Criterion, given: Counter[int]) -> dict[str, str]:
    """Return the lowest, the highest and the middle mark, as sentences name them."""
    return {
        "least": label_of(criterion, min(given)),
        "most": label_of(criterion, max(given)),
        "middle": _worth(criterion, _middle(given)),
    }


def _place(others: Counter[int], mine: int) -> str:
    if mine > max(others):
        return gettext("Yours is the highest.")
    return gettext("Yours is the lowest.") if mine < min(others) else ""


def _middle(given: Counter[int]) -> Fraction:
    marks = sorted(given.elements())
    half = len(marks) // 2
    return Fraction(marks[half] + marks[~half], 2)


def _worth(criterion: Criterion, points: Fraction) -> str:
    value = points * criterion.step
    rounded = (Decimal(value.numerator) / value.denominator).quantize(Decimal("0.01"))
    return str(format_decimal(rounded))


def _bars(criterion: Criterion, given: Counter[int], mine: int | None = None) -> tuple[Bar, ...]:
    """Return the bars from the lowest mark up; of a long scale, several marks share one."""
    scale = range(criterion.minimum, criterion.maximum + 1)
    size = -(-len(scale) // MOST_BARS)
    parts = [scale[start : start + size] for start in range(0, len(scale), size)]
    counts = [sum(given[points] for points in part) for part in parts]
    highest = max(1, *counts)
    return tuple(
        Bar(
            label=_range(criterion, part),
            count=count,
            middle=(place + 0.5) * _track(len(parts)),
            top=HEIGHT - HEIGHT * count // highest,
            height=HEIGHT * count // highest,
            is_mine=mine in part,
        )
        for place, (part, count) in enumerate(zip(parts, counts, strict=True))
    )


def _track(bars: int) -> int:
    return min(MOST_TRACK, WIDTH // bars)


def _range(criterion: Criterion, part: range) -> str:
    first, last = label_of(criterion, part[0]), label_of(criterion, part[-1])
    return first if first == last else f"{first} … {last}"
