"""Who compares what: every entry in about as many pairs, each with another, the same from its seed.

First the pairs are drawn: every entry stands in a ring shuffled by the seed and meets the one after
it, then the one some steps further, and so on, so that one way leads from each to each. What bars
and odd numbers leave open is mended by breaking pairs open. Then the pairs are dealt to the judges.
Choices among equals are settled by SHA-256 of the seed, as in `judging.assignment`.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from judging.assignment.assigning import NOTHING, bits
from judging.assignment.draw import by_seed
from judging.assignment.plan import Plan

E = TypeVar("E", bound=Hashable)
J = TypeVar("J", bound=Hashable)

Edge = tuple[int, int]


class Meeting(NamedTuple, Generic[J, E]):
    """Two entries between which a judge is asked to choose; `first` is shown first."""

    judge: J
    first: E
    second: E


@dataclass(frozen=True, slots=True)
class Lack(Generic[E]):
    """An entry that stands in only `found` comparisons, fewer than were asked for."""

    entry: E
    found: int


@dataclass(frozen=True, slots=True)
class Pairing(Generic[J, E]):
    """The comparisons to add to those kept, what could not be had, and how entries are linked.

    `groups` are the entries that comparisons link, each to each, the largest group first; between
    two groups nothing can be compared, so that there should be one.
    """

    meetings: tuple[Meeting[J, E], ...]
    lacks: tuple[Lack[E], ...]
    groups: tuple[frozenset[E], ...]


def pair_up(
    entries: Iterable[E],
    judges: Iterable[J],
    *,
    per_entry: int,
    barred: AbstractSet[tuple[J, E]],
    kept: AbstractSet[tuple[J, E, E]],
    seed: str,
    prefers: Mapping[tuple[J, E], int] = NOTHING,
) -> Pairing[J, E]:
    """Let every entry stand in `per_entry` comparisons, and share those out among the judges.

    No judge gets the same two twice, and none an entry they are barred from. `kept` comparisons
    stay and count, also of judges who have left. Pairs repeat only where there are no new ones.
    An entry stands in one comparison more where numbers are odd, and in more where another one
    cannot do without it. The judges' loads are as even as bars and kept comparisons allow; then
    `prefers`, how well a judge's knowledge fits an entry, decides who gets which of the pairs.
    """
    ring, active = by_seed(set(entries), seed), set(judges)
    places = {entry: place for place, entry in enumerate(ring)}
    panel = by_seed(active | {judge for judge, _one, _other in kept}, seed)
    seats = {judge: seat for seat, judge in enumerate(panel)}
    had: defaultdict[Edge, int] = defaultdict(int)
    for judge, one, other in kept:
        if one in places and other in places:
            had[_edge(places[one], places[other])] |= 1 << seats[judge]
    may = [
        bits(judge in active and (judge, entry) not in barred for judge in panel) for entry in ring
    ]
    graph = _Graph(may=may, had=had, wanted=per_entry, steps=_steps(len(ring), seed))
    graph.draw(len(panel))
    knows = [
        {place: prefers.get((judge, entry), 0) for place, entry in enumerate(ring)}
        for judge in panel
    ]
    meetings = [
        Meeting(panel[judge], *_sides(ring[one], ring[other], f"{seed}\n{panel[judge]}"))
        for judge, (one, other) in _dealt(graph, knows, seed)
    ]
    return Pairing(
        meetings=tuple(meetings),
        lacks=tuple(
            Lack(entry, found)
            for entry, found in zip(ring, graph.degree, strict=True)
            if found < per_entry
        ),
        groups=tuple(frozenset(ring[place] for place in group) for group in graph.groups()),
    )


def _sides(one: E, other: E, seed: str) -> tuple[E, E]:
    """Return both as they are shown: by the seed, so that no entry always has the same side."""
    first, second = by_seed((one, other), f"{seed}\n{'|'.join(sorted((str(one), str(other))))}")
    return first, second


def _steps(entries: int, seed: str) -> list[int]:
    """Return how far apart those stand in the ring who meet: neighbours first, then as drawn."""
    return [1, *by_seed(range(2, entries // 2 + 1), seed)]


def _edge(one: int, other: int) -> Edge:
    return min(one, other), max(one, other)


class _Graph:
    """Which entries meet how often, by their places in the ring.

    `may[entry]` are the judges who may judge an entry and `had[edge]` those who have the pair
    already, as the bits of an integer; `new[edge]` is how many comparisons of a pair come to it.
    """

    def __init__(
        self, *, may: Sequence[int], had: Mapping[Edge, int], wanted: int, steps: Sequence[int]
    ) -> None:
        self.may = may
        self.had = had
        self.wanted = wanted
        self.steps = steps
        self.new: dict[Edge, int] = {}
        self.degree = [0] * len(may)
        for edge, judges in had.items():
            for entry in edge:
                self.degree[entry] += judges.bit_count()

    def draw(self, judges: int) -> None:
        """Draw all pairs: each once before any comes twice, at most once for each judge."""
        for most in range(1, judges + 1):
            self._go_round(most)
            self._break_open(most)
        for entry in range(len(self.may)):
            self._join_others(entry)
        self._connect()

    def free(self, edge: Edge) -> int:
        """Return the judges, as bits, who may compare these two and have not."""
        one, other = edge
        return self.may[one] & self.may[other] & ~self.had.get(edge, 0)

    def groups(self) -> list[set[int]]:
        """Return the entries that comparisons link, the largest group first."""
        unseen, groups = dict.fromkeys(range(len(self.may))), []
        while unseen:
            found = self._reach(next(iter(unseen)))
            groups.append(found)
            for entry in found:
                del unseen[entry]
        return sorted(groups, key=len, reverse=True)

    def _go_round(self, most: int) -> None:
        """Let those that still lack comparisons meet, one distance in the ring after the other."""
        for step in self.steps:
            for one in self._short():
                other = (one + step) % len(self.may)
                if self._lacks(one) and self._lacks(other) and self._has_room(one, other, most):
                    self._change(_edge(one, other), 1)

    def _break_open(self, most: int) -> None:
        """Let entries that lack comparisons, and cannot meet, each meet one of a pair instead."""
        while found := self._opening(most):
            edge, first, second = found
            self._change(edge, -1)
            self._change(first, 1)
            self._change(second, 1)

    def _opening(self, most: int) -> tuple[Edge, Edge, Edge] | None:
        for one, other in combinations_with_replacement(self._short(), 2):
            if one == other and self._lacks(one) == 1:
                continue
            for edge in self.new:
                if found := self._crossing(edge, (one, other), most):
                    return edge, *found
        return None

    def _crossing(self, edge: Edge, others: Edge, most: int) -> tuple[Edge, Edge] | None:
        """Return two pairs of one from each side that may be had instead, if there are such."""
        if set(edge) & set(others):
            return None
        one, other = others
        for left, right in (edge, edge[::-1]):
            if self._has_room(one, left, most) and self._has_room(other, right, most):
                return _edge(one, left), _edge(other, right)
        return None

    def _join_others(self, entry: int) -> None:
        """Let an entry that lacks comparisons meet others that do not, the rarest pairs first."""
        while self._lacks(entry):
            open_to = [other for other in range(len(self.may)) if self._is_open(entry, other)]
            if not open_to:
                return
            chosen = min(
                open_to,
                key=lambda other: (self._times(_edge(entry, other)), self.degree[other], other),
            )
            self._change(_edge(entry, chosen), 1)

    def _connect(self) -> None:
        """Link groups by exchanging a pair on a circle with one of another group, while any can."""
        while found := self._link():
            for edge, change in zip(found, (-1, -1, 1, 1), strict=True):
                self._change(edge, change)

    def _link(self) -> tuple[Edge, ...] | None:
        main, *others = self.groups() or [set()]
        for group in others:
            inside = [edge for edge in self.new if edge[0] in group]
            outside = [edge for edge in self.new if edge[0] in main]
            for edge in inside:
                for far in outside:
                    found = self._crossing(edge, far, 1)
                    if found and (self._is_on_circle(edge) or self._is_on_circle(far)):
                        return edge, far, *found
        return None

    def _is_on_circle(self, edge: Edge) -> bool:
        """Tell whether its two entries stay linked without this comparison."""
        one, other = edge
        return self._times(edge) > 1 or other in self._reach(one, without=edge)

    def _reach(self, start: int, *, without: Edge | None = None) -> set[int]:
        beside: defaultdict[int, list[int]] = defaultdict(list)
        for one, other in (edge for edge in {**self.had, **self.new} if edge != without):
            beside[one].append(other)
            beside[other].append(one)
        found, waiting = {start}, [start]
        while waiting:
            fresh = [entry for entry in beside[waiting.pop()] if entry not in found]
            found.update(fresh)
            waiting.extend(fresh)
        return found

    def _short(self) -> list[int]:
        return [entry for entry in range(len(self.may)) if self._lacks(entry)]

    def _lacks(self, entry: int) -> int:
        return max(self.wanted - self.degree[entry], 0)

    def _has_room(self, one: int, other: int, most: int) -> bool:
        return self._is_open(one, other) and self._times(_edge(one, other)) < most

    def _is_open(self, one: int, other: int) -> bool:
        """Tell whether some judge can still be given these two."""
        edge = _edge(one, other)
        return one != other and self.new.get(edge, 0) < self.free(edge).bit_count()

    def _times(self, edge: Edge) -> int:
        return self.had.get(edge, 0).bit_count() + self.new.get(edge, 0)

    def _change(self, edge: Edge, by: int) -> None:
        self.new[edge] = self.new.get(edge, 0) + by
        if not self.new[edge]:
            del self.new[edge]
        for entry in edge:
            self.degree[entry] += by


def _dealt(
    graph: _Graph, knows: Sequence[Mapping[int, int]], seed: str
) -> Iterator[tuple[int, Edge]]:
    """Deal the pairs, as `judging.assignment` does entries, and yield each judge's.

    `knows` are each judge's fits by entry: of two entries, both count.
    """
    edges, panel = list(graph.new), range(len(knows))
    plan = Plan(
        may=[bits(graph.free(edge) >> judge & 1 for edge in edges) for judge in panel],
        # What judges have from before lies behind the new pairs: it only counts as their load.
        kept=[
            bits(had >> judge & 1 for had in graph.had.values()) << len(edges) for judge in panel
        ],
        limits=[None for _judge in panel],
        fits=np.array(
            [
                [
                    *(sum(fit.get(entry, 0) for entry in edge) for edge in edges),
                    *(0 for _edge in graph.had),
                ]
                for fit in knows
            ],
            dtype=np.int64,
        ).reshape(len(panel), len(edges) + len(graph.had)),
    )
    for place, edge in enumerate(edges):
        plan.fill(place, graph.new[edge], by_seed(panel, f"{seed}\n{place}"))
    plan.even_out()
    plan.suit()
    for judge in panel:
        for place, edge in enumerate(edges):
            if plan.held[judge] >> place & 1:
                yield judge, edge
