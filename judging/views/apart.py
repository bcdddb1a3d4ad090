"""Who is kept apart from what in a ranking round, and where each order has an entry, in words."""

from fractions import Fraction

from flask_babel import gettext as _

from app.transaction import current_session
from judging.models import Round
from judging.queries.readiness import who_may_come
from judging.ranking import Kind, MethodName
from judging.ranking.orders import positions
from judging.service.counting import Count
from judging.service.panel import kept_apart
from judging.views.board import Board
from judging.views.counting_words import points_words

Apart = list[tuple[str, list[int]]]
"""Judges by name, with the numbers of the entries that count as left out in their orders."""


def apart_before(round_: Round) -> Apart:
    """Return whom a planned ranking would keep apart from which entries; none in other rounds."""
    if round_.kind is not Kind.RANK:
        return []
    session = current_session()
    found = kept_apart(session, round_)
    return [
        (judge.name, found[judge.id])
        for judge in who_may_come(session, round_)
        if judge.id in found
    ]


def apart_in(shown: Board) -> Apart:
    """Return whose order leaves out which entries for a conflict of interest, as it counts."""
    if shown.round.kind is not Kind.RANK:
        return []
    found = _left_apart(shown.count)
    return sorted((shown.judges[judge], numbers) for judge, numbers in found.items() if numbers)


def positions_in(shown: Board, number: int) -> list[tuple[str, str]]:
    """Return (judge's name, position in words) of an entry in every order, the best first.

    By rank sum they add up to its score. Empty where nobody ranked it.
    """
    counted = shown.count
    if number not in counted.ranked:
        return []
    orders, apart = counted.orders, _left_apart(counted)
    found = positions(orders, counted.ranked, number)
    rows = sorted(
        (position, shown.judges[str(judge)], str(judge)) for judge, position in found.items()
    )
    return [
        (
            name,
            points_words(position, MethodName.RANK_SUM, 0)
            if number in orders[judge]
            else _left_out(counted, position, is_apart=number in apart.get(judge, ())),
        )
        for position, name, judge in rows
    ]


def _left_out(counted: Count, position: Fraction, *, is_apart: bool) -> str:
    why = _("conflict of interest") if is_apart else _("left out")
    if counted.method.name is not MethodName.RANK_SUM:
        return _("%(why)s: behind all that are ranked", why=why)
    words = points_words(position, MethodName.RANK_SUM, 0)
    return _("%(why)s: counts as %(position)s", why=why, position=words)


def _left_apart(counted: Count) -> dict[str, list[int]]:
    """Return the entries that a conflict of interest keeps out of each order, by judge as text."""
    found, standing = kept_apart(current_session(), counted.round), counted.ranked
    return {
        str(judge): [
            number
            for number in found.get(int(str(judge)), ())
            if number in standing and number not in ranked
        ]
        for judge, ranked in counted.orders.items()
    }
