"""Entries moved to the judges who know most of them, every judge's load and every team as it was.

Moving an entry from one judge to another changes how well the assignment fits. Moves along a circle
of judges leave all loads as they are; one that is left open, from a judge to another with one entry
less, only swaps who has the odd one. While some circle fits better, its moves are made; once none
does, no assignment with such loads fits better (Klein, 1967: a flow without a negative cycle in its
residual graph costs least). Everything is counted in whole numbers, so this ends, and the same way
everywhere.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Fits = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NEVER = -(10**9)
"""The gain of a move that nobody can make."""


def suited(fits: Fits, *, held: Flags, kept: Flags, may: Flags, room: Sequence[int]) -> Flags:
    """Return who holds what once no circle of moves fits better; all have a line for each judge.

    `kept` pairs stay, `may` tells who can be given what, and `room` how many more ballots each
    judge takes.
    """
    work = _Suiting(fits, held.copy(), kept, may, np.array(room, dtype=np.int64))
    while circle := work.better_circle():
        work.go_round(circle)
    return work.held


class _Suiting:
    """Who holds what, and the best `gain` of a move from each judge (line) to each other."""

    def __init__(self, fits: Fits, held: Flags, kept: Flags, may: Flags, room: Fits) -> None:
        self.fits, self.held, self.kept, self.may, self.room = fits, held, kept, may, room
        self.gain = np.full((len(held), len(held)), _NEVER, dtype=np.int64)
        for judge in range(len(held)):
            self._look(judge)

    def _look(self, judge: int) -> None:
        """Find anew what is gained by moves from and to this judge."""
        # Of all pairs few are held: looking at those alone is what makes large contests quick.
        mine = np.flatnonzero(self._movable(judge))
        give = self.may[:, mine] & ~self.held[:, mine]
        gains = np.where(give, self.fits[:, mine] - self.fits[judge, mine], _NEVER)
        self.gain[judge] = gains.max(1, initial=_NEVER)
        open_ = self.may[judge] & ~self.held[judge]
        givers, entries = np.nonzero(self.held & ~self.kept & open_)
        taken = np.full(len(self.held), _NEVER, dtype=np.int64)
        np.maximum.at(taken, givers, self.fits[judge, entries] - self.fits[givers, entries])
        self.gain[:, judge] = taken

    def _movable(self, giver: int) -> Flags:
        movable: Flags = self.held[giver] & ~self.kept[giver]
        return movable

    def better_circle(self) -> list[int]:
        """Return judges, each of whom hands on to the next and the last to the first, or nobody.

        Bellman's and Ford's: longest walks, until some walk comes back to where it was.
        """
        gain = self._gain_or_swap()
        best = np.zeros(len(gain), dtype=np.int64)
        before = np.full(len(gain), -1, dtype=np.int64)
        while True:
            reached = best[:, None] + gain
            found = reached.max(0)
            better = found > best
            if not better.any():
                return []
            before = np.where(better, reached.argmax(0), before)
            best = np.maximum(best, found)
            if circle := _circle(before.tolist()):
                return circle

    def _gain_or_swap(self) -> Fits:
        """Return the gains; closing a circle costs nothing where only the odd entry changes hands.

        That is from a judge with room back to one with an entry more.
        """
        loads = self.held.sum(1)
        odd = (loads[None, :] - loads[:, None] == 1) & (self.room > 0)[:, None]
        return np.where(odd, np.maximum(self.gain, 0), self.gain)

    def go_round(self, circle: Sequence[int]) -> None:
        """Make the best moves of a circle, and the next best as long as they fit better."""
        arcs = list(zip(circle, [*circle[1:], circle[0]], strict=True))
        moves = [self._moves(giver, taker) for giver, taker in arcs if self._is_move(giver, taker)]
        times = min(map(len, moves)) if len(moves) == len(arcs) else 1
        for turn in range(times):
            if turn and sum(move[turn][0] for move in moves) <= 0:
                break
            for move in moves:
                _gain, entry, giver, taker = move[turn]
                self.held[giver, entry], self.held[taker, entry] = False, True
                self.room[giver] += 1
                self.room[taker] -= 1
        for judge in circle:
            self._look(judge)

    def _is_move(self, giver: int, taker: int) -> bool:
        loads = self.held.sum(1)
        is_odd = loads[taker] - loads[giver] == 1 and self.room[giver] > 0
        return bool(self.gain[giver, taker] > 0 or not is_odd)

    def _moves(self, giver: int, taker: int) -> list[tuple[int, int, int, int]]:
        """Return (gain, entry, giver, taker) of every move between two, the best first."""
        entries = np.flatnonzero(self._movable(giver) & self.may[taker] & ~self.held[taker])
        gains = (self.fits[taker] - self.fits[giver])[entries]
        order = np.argsort(-gains, kind="stable")
        return [(int(gains[at]), int(entries[at]), giver, taker) for at in order]


def _circle(before: Sequence[int]) -> list[int]:
    """Return a circle among steps that each lead back to another, in walking order, or nothing."""
    seen: dict[int, int] = {}
    for start in range(len(before)):
        at = start
        while at >= 0 and at not in seen:
            seen[at] = start
            at = before[at]
        if at >= 0 and seen[at] == start:
            circle = [at]
            while before[circle[-1]] != at:
                circle.append(before[circle[-1]])
            return circle[::-1]
    return []
