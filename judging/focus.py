"""Which ballot next: where it can still change who is in, instead of the same number to all.

After a first pass most entries are out of reach and a few stand so close to the cut that another
ballot decides. Each ballot goes to the judge with the most room left and to the entry where it is
expected to clear up most of the order between those who would be in (the winners, or what goes on
to another round) and those who would not: the steepness of each pair's chance to be ordered wrongly
times the part of its variance that the ballot removes (the knowledge-gradient idea of Frazier,
Powell and Dayanik, 2008, for choosing the best few, as in the optimal computing budget allocation
of Chen and others, 2008). A judge who would give full marks anyway tells less, and is asked less.

Choices follow from the ballots, the pairs and a recorded seed, so anybody can repeat them.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, Generic

import numpy as np

from judging.assignment import order_for
from judging.belief import Belief, Flags, Floats, Places, below
from judging.ranking.marks import E

CONTENDERS: Final = 20
"""How many entries about the cut are considered: those beyond can hardly change who is in."""
ALIKE: Final = 1 - 1e-9
"""Ballots worth this share of the most useful one are as useful: the last bits do not choose."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[E]):
    """A ballot to hand out; `worth` compares choices made at the same moment, nothing else."""

    judge: Hashable
    entry: E
    worth: float


def hand_out(
    belief: Belief[E],
    *,
    room: Mapping[Hashable, int],
    barred: AbstractSet[tuple[Hashable, E]],
    waiting: Collection[tuple[Hashable, E]],
    count: int,
    places: int,
    seed: str,
) -> tuple[Choice[E], ...]:
    """Choose up to `count` ballots, fewer when no judge with room may read a contender.

    `room` is how many more ballots each judge takes; they must be among the belief's judges, and
    those with the most room come first, which keeps loads even. No pair is chosen that is `barred`,
    has a ballot already, or is `waiting` for one; what waits counts as coming. For one judge who
    asks for the next entry, give `room` for that judge alone and `count` 1.
    """
    desk = _Desk(belief, places, seed)
    desk.close(barred)
    desk.expect(waiting)
    left = {judge: free for judge, free in room.items() if free > 0}
    chosen: list[Choice[E]] = []
    while left and len(chosen) < count:
        most = max(left.values())
        choice = desk.best([judge for judge, free in left.items() if free == most])
        if choice is None:
            left = {judge: free for judge, free in left.items() if free < most}
            continue
        chosen.append(choice)
        desk.expect([(choice.judge, choice.entry)])
        left[choice.judge] -= 1
        if not left[choice.judge]:
            del left[choice.judge]
    return tuple(chosen)


class _Desk(Generic[E]):
    """The contenders and how surely each is known, kept up as ballots are handed out."""

    def __init__(self, belief: Belief[E], places: int, seed: str) -> None:
        self.belief = belief
        leaders, rivals = belief.about_the_cut(places, CONTENDERS)
        chosen: Places = np.concatenate([leaders, rivals])
        self.entries = [belief.entries[at] for at in chosen.tolist()]
        self.places = len(leaders)
        self.quality: Floats = belief.quality[chosen]
        self.covariance = belief.covariance(chosen)
        self.closed: Flags = belief.given()[chosen]
        self.line_of = {entry: line for line, entry in enumerate(self.entries)}
        self.column_of = {judge: column for column, judge in enumerate(belief.judges)}
        draw = {judge: rank for rank, judge in enumerate(order_for("", belief.judges, seed))}
        self.draw = {
            (judge, entry): (rank, draw[judge])
            for judge in belief.judges
            for rank, entry in enumerate(order_for(judge, self.entries, seed))
        }

    def close(self, pairs: Iterable[tuple[Hashable, E]]) -> None:
        """Keep pairs from being chosen."""
        for judge, entry in pairs:
            if judge in self.column_of and entry in self.line_of:
                self.closed[self.line_of[entry], self.column_of[judge]] = True

    def expect(self, pairs: Collection[tuple[Hashable, E]]) -> None:
        """Count ballots that will come: what they will say is unknown, that it will help is not."""
        self.close(pairs)
        for judge, entry in sorted(pairs, key=str):
            if judge in self.column_of and entry in self.line_of:
                line, column = self.line_of[entry], self.column_of[judge]
                noise = self._noise(np.array([column]))[line, 0]
                moves = self.covariance[:, line] + self.covariance[:, len(self.entries) + column]
                whole = moves[line] + moves[len(self.entries) + column] + noise
                self.covariance = self.covariance - np.outer(moves, moves) / whole

    def best(self, judges: Collection[Hashable]) -> Choice[E] | None:
        """Return the most useful ballot for one of `judges`, or None when there is no lawful one.

        Of those that are as useful, the seed's first.
        """
        asked = list(judges)
        columns = np.array([self.column_of[judge] for judge in asked])
        worth = np.where(self.closed[:, columns], -1.0, self._worth(columns))
        most = float(worth.max(initial=-1.0))
        if most < 0:
            return None
        equals = [
            Choice(asked[column], self.entries[line], most)
            for line, column in np.argwhere(worth >= most * ALIKE).tolist()
        ]
        return min(equals, key=lambda choice: self.draw[choice.judge, choice.entry])

    def _noise(self, columns: Places) -> Floats:
        """Return a ballot's variance about the truth, larger where the scale's end is near."""
        noise = self.belief.variances.noise
        at = self.quality[:, None] + self.belief.level[columns]
        spread = np.sqrt(self._open(columns) + noise)
        lowest, highest = self.belief.ends
        inside = below((highest - at) / spread) - below((lowest - at) / spread)
        return noise / np.maximum(inside, 1e-3)

    def _open(self, columns: Places) -> Floats:
        """Return how unsure quality + level is, by entry and judge."""
        size, own = len(self.entries), np.diag(self.covariance)
        across = self.covariance[:size, size + columns]
        spread: Floats = own[:size, None] + own[size + columns] + 2 * across
        return spread

    def _worth(self, columns: Places) -> Floats:
        """Return what a ballot of each entry (line) by each of these judges (column) is worth."""
        size, first = len(self.entries), slice(0, self.places)
        among = self.covariance[:size, :size]
        own = np.diag(among)
        rest = slice(self.places, size)
        lead = self.quality[first, None] - self.quality[None, rest]
        doubt = own[first, None] + own[None, rest] - 2 * among[first, rest]
        steep = np.exp(-(lead**2) / (2 * doubt)) / doubt
        # How a ballot (third and fourth axis) moves each entry, and so each pair's difference.
        moves = among[:, :, None] + self.covariance[:size, None, size + columns]
        apart = (moves[first, None] - moves[None, rest]) ** 2
        gain = np.tensordot(steep, apart, 2)
        worth: Floats = gain / (self._open(columns) + self._noise(columns))
        return worth
