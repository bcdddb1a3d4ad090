"""From entries, judges and what bars them to (judge, entry) pairs."""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar

import numpy as np

from judging.assignment.draw import by_seed
from judging.assignment.plan import Plan

E = TypeVar("E", bound=Hashable)
J = TypeVar("J", bound=Hashable)

NOTHING: Final[Mapping[Any, int]] = MappingProxyType({})
"""What nobody prefers, and no limits."""


@dataclass(frozen=True, slots=True)
class Shortfall(Generic[E]):
    """An entry that only `found` judges get, fewer than were asked for.

    Of those who have no conflict of interest, `unread` do not read its language, and `full` have
    as many ballots as they take.
    """

    entry: E
    found: int
    unread: int = 0
    full: int = 0


@dataclass(frozen=True, slots=True)
class Assignment(Generic[J, E]):
    """All (judge, entry) pairs, those kept from before included, and what could not be had."""

    pairs: tuple[tuple[J, E], ...]
    shortfalls: tuple[Shortfall[E], ...]


def assign(
    entries: Iterable[E],
    judges: Iterable[J],
    *,
    per_entry: int,
    barred: AbstractSet[tuple[J, E]],
    taken: AbstractSet[tuple[J, E]],
    seed: str,
    unread: AbstractSet[tuple[J, E]] = frozenset(),
    prefers: Mapping[tuple[J, E], int] = NOTHING,
    limits: Mapping[J, int] = NOTHING,
) -> Assignment[J, E]:
    """Give every entry `per_entry` judges, and every judge about as many entries as the others.

    `barred` pairs never judge, even when taken. `taken` pairs stay; one whose judge has left the
    panel still counts for its entry. No new ballot is `unread`, in a language its judge does not
    know, or beyond a judge's `limits`. As many ballots are dealt as any assignment could deal, and
    an entry that has too few is reported as a shortfall. Loads differ by at most one where that can
    be had, and are as even as can be elsewhere. Then `prefers`, small whole numbers for how well a
    judge's knowledge fits an entry, sum to the most that any assignment with such loads has. Judges
    meet in varied pairs, and groups that no entry links are linked where a swap can do it, so that
    marks can be compared across the panel. 2,000 entries and 30 judges take about a second.
    """
    active = set(judges)
    panel = by_seed(active | {judge for judge, _entry in taken}, seed)
    queue = by_seed(set(entries), seed)
    rows = [[(judge, entry) for entry in queue] for judge in panel]
    kept = [[pair in taken and pair not in barred for pair in row] for row in rows]
    able = [[pair[0] in active and pair not in barred for pair in row] for row in rows]
    may = [
        [can and pair not in unread for can, pair in zip(line, row, strict=True)]
        for line, row in zip(able, rows, strict=True)
    ]
    plan = Plan(
        may=[bits(line) for line in may],
        kept=[bits(line) for line in kept],
        limits=[limits.get(judge) for judge in panel],
        fits=np.array(
            [[prefers.get(pair, 0) for pair in row] for row in rows],
            dtype=np.int64,
        ).reshape(len(panel), len(queue)),
    )
    for position, entry in enumerate(queue):
        # Drawn anew for each entry, so that among equals nobody always comes last together.
        plan.fill(position, per_entry, by_seed(range(len(panel)), f"{seed}\n{entry}"))
    plan.settle(per_entry)
    teams = [(entry, plan.judges_of(position)) for position, entry in enumerate(queue)]
    short = [
        _shortfall(entry, team, [line[at] for line in able], [line[at] for line in may])
        for at, (entry, team) in enumerate(teams)
        if len(team) < per_entry
    ]
    pairs = [(panel[judge], entry) for entry, team in teams for judge in team]
    return Assignment(tuple(pairs), tuple(short))


def _shortfall(
    entry: E, team: Collection[int], able: Sequence[bool], may: Sequence[bool]
) -> Shortfall[E]:
    """Say who else could have had an entry, and why they have it not."""
    others = [judge for judge in range(len(able)) if judge not in team]
    return Shortfall(
        entry,
        found=len(team),
        unread=sum(able[judge] and not may[judge] for judge in others),
        full=sum(may[judge] for judge in others),
    )


def bits(flags: Iterable[int]) -> int:
    """Pack flags into an integer, the first into its lowest bit."""
    return sum(1 << position for position, flag in enumerate(flags) if flag)
