"""How firmly a round's winners stand: the stability card, by the round's own method."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from sqlalchemy.orm import Session

from judging import stability
from judging.models import Round
from judging.ranking import (
    Ballots,
    Comparisons,
    Given,
    Marks,
    Rankings,
    Standing,
    rank,
)
from judging.service.counting import Count, count
from judging.stability import Stability, Swing

FIELD: Final = 200
"""How many entries, the best placed, are looked at: those far from the cut cannot come near it."""
NEAR: Final = 12
"""How many entries about the cut are listed, the winners included."""
UNLIKELY: Final = 0.005
"""Chances below are shown as none."""


@dataclass(frozen=True, slots=True)
class Held:
    """An entry near the cut, and how often it wins when the panel is drawn anew.

    `chance` is that of being truly among the best, None in rounds that marks say nothing of.
    """

    entry: int
    place: int | None
    holds: float
    chance: float | None = None


@dataclass(frozen=True, slots=True)
class Firmness:
    """What is known of how firmly the winners stand; `winners` are those of the standings.

    `near` are the winners and who else has a chance, best first; besides them `rarely` more win now
    and then. `kept` is the share of panels drawn anew that let exactly these win. `alone` are
    winners whom one judge alone judged. Of all `entries`, `looked_at` were counted again, and of
    `unseen` nobody has said anything. `marks` is what only marks can tell, None in rounds of
    another kind. `last` and `following` are the last winner and the entry after it.
    """

    winners: tuple[int, ...]
    near: tuple[Held, ...]
    rarely: int
    kept: float
    alone: tuple[int, ...]
    swings: tuple[Swing[int], ...]
    judges: int
    last: Standing[int] | None
    following: Standing[int] | None
    marks: Stability[int] | None
    looked_at: int
    entries: int
    unseen: int

    @property
    def gap(self) -> Fraction | None:
        """Return how far the last winner's score is from the next one's."""
        scores = [row.score for row in (self.last, self.following) if row is not None]
        match scores:
            case [Fraction() as last, Fraction() as following]:
                return abs(last - following)
            case _:
                return None


def firmness_of(session: Session, round_: Round, places: int) -> Firmness | None:
    """Return the stability card of a round of which `places` entries win; None without winners."""
    counted = count(session, round_)
    ranking = counted.ranking(places=range(1, FIELD + 1))
    placed = [row for row in ranking.standings if row.place is not None]
    if not placed:
        return None
    field = frozenset(row.entry for row in placed[:FIELD])
    winners = tuple(row.entry for row in placed if (row.place or 0) <= places)
    given: Sequence[Any] = counted.given.rows
    rows, ranked, judges = _field(counted, given, field)
    marks = None
    if isinstance(counted.given, Ballots):
        marks = stability.stability(
            counted.given.rubric,
            given,
            counted.entries,
            field=field,
            rank=ranked,
            places=places,
            seed=round_.seed,
        )
        held = [Held(each.entry, each.place, each.holds, each.chance) for each in marks.contenders]
        kept = marks.kept
    else:
        panels = _panels(placed, rows, ranked, places, round_.seed)
        kept = stability.kept(panels, frozenset(winners))
        held = _held(placed, panels)
    near = _near(held, places)
    return Firmness(
        winners,
        near,
        sum(row.holds > 0 for row in held) - sum(row.holds > 0 for row in near),
        kept,
        tuple(row.entry for row in placed[: len(winners)] if row.judges == 1),
        marks.swings if marks else stability.swings(rows, ranked, places=places),
        judges,
        placed[len(winners) - 1],
        placed[len(winners)] if len(winners) < len(placed) else None,
        marks,
        len(field),
        len(counted.entries),
        sum(not row.judges for row in ranking.standings),
    )


def _near(held: Sequence[Held], places: int) -> tuple[Held, ...]:
    """Return the winners, and of those with a chance the ones that win oftenest."""
    first = [row for row in held if row.place is not None and row.place <= places]
    others = [row for row in held if row not in first and (row.holds or _is_likely(row))]
    others.sort(key=lambda row: (-row.holds, -(row.chance or 0), row.entry))
    return (*first, *others[: max(0, NEAR - len(first))])


def _is_likely(row: Held) -> bool:
    return row.chance is not None and row.chance >= UNLIKELY


def _panels(
    placed: Sequence[Standing[int]],
    rows: Sequence[Any],
    ranked: Callable[[Sequence[Any]], Sequence[Standing[int]]],
    places: int,
    seed: str,
) -> Sequence[frozenset[int]]:
    """Return who of the best placed wins in each panel drawn anew."""
    among = {row.entry for row in placed[: stability.FIELD]}
    chosen = [row for row in rows if _names(row) <= among]
    return stability.redraw(chosen, ranked, places=places, seed=seed)


def _held(placed: Sequence[Standing[int]], panels: Sequence[frozenset[int]]) -> list[Held]:
    held = stability.holding(panels)
    drawn = placed[: stability.FIELD]
    return [Held(row.entry, row.place, held.get(row.entry, 0.0)) for row in drawn]


def _names(row: Any) -> set[int]:
    return {row.entry} if hasattr(row, "entry") else {row.winner, row.loser}


def _field(
    counted: Count, given: Iterable[Any], field: frozenset[int]
) -> tuple[list[Any], Callable[[Sequence[Any]], Sequence[Standing[int]]], int]:
    """Return what was given within the field, how to rank such rows, and how many gave it."""
    rows: list[Any] = [row for row in given if _names(row) <= field]

    def ranked(some: Sequence[Any]) -> Sequence[Standing[int]]:
        return rank(_given(counted.given, some), counted.method, field, counted.ladder).standings

    return rows, ranked, len({row.judge for row in rows})


def _given(given: Given[int], rows: Sequence[Any]) -> Given[int]:
    if isinstance(given, Marks | Ballots):
        return Marks(given.rubric, rows)
    return Rankings(rows) if isinstance(given, Rankings) else Comparisons(rows)
