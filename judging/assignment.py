"""Who judges what: balanced, never against a conflict of interest, the same again from its seed.

Everything that has to be chosen among equals is settled by SHA-256 of a seed that the round keeps,
so that anybody can repeat an assignment; the order of the input and Python's version have no say.
"""

import hashlib
from collections import defaultdict, deque
from collections.abc import Hashable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
E = TypeVar("E", bound=Hashable)
J = TypeVar("J", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Shortfall(Generic[E]):
    """An entry that only `found` judges may judge, fewer than were asked for."""

    entry: E
    found: int


@dataclass(frozen=True, slots=True)
class Assignment(Generic[J, E]):
    """All (judge, entry) pairs, those kept from before included, and what could not be had."""

    pairs: tuple[tuple[J, E], ...]
    shortfalls: tuple[Shortfall[E], ...]


@dataclass(frozen=True, slots=True)
class Group(Generic[J, E]):
    """Judges and entries that shared entries link, each to each, however long the way."""

    judges: frozenset[J]
    entries: frozenset[E]


def components(pairs: Iterable[tuple[J, E]]) -> tuple[Group[J, E], ...]:
    """Return the groups that (judge, entry) pairs fall into, the one with most entries first.

    With a single group every judge is linked to every other, so that a strict judge can be told
    from a weak batch. Between groups nothing can be compared.
    """
    read: defaultdict[J, set[E]] = defaultdict(set)
    panel: defaultdict[E, set[J]] = defaultdict(set)
    for judge, entry in pairs:
        read[judge].add(entry)
        panel[entry].add(judge)
    groups = []
    unseen = set(read)
    while unseen:
        judges: set[J] = set()
        entries: set[E] = set()
        fresh = {unseen.pop()}
        while fresh:
            judges |= fresh
            found = set().union(*(read[judge] for judge in fresh)) - entries
            entries |= found
            fresh = set().union(*(panel[entry] for entry in found)) - judges
        unseen -= judges
        groups.append(Group(frozenset(judges), frozenset(entries)))
    return tuple(
        sorted(groups, key=lambda group: (-len(group.entries), min(map(str, group.judges))))
    )


def assign(
    entries: Iterable[E],
    judges: Iterable[J],
    *,
    per_entry: int,
    barred: AbstractSet[tuple[J, E]],
    taken: AbstractSet[tuple[J, E]],
    seed: str,
) -> Assignment[J, E]:
    """Give every entry `per_entry` judges, and every judge about as many entries as the others.

    `barred` pairs never judge, even when taken. `taken` pairs stay; one whose judge has left the
    panel still counts for its entry. An entry that too few may judge gets all of those and is
    reported as a shortfall. Loads differ by at most one wherever bars and taken pairs allow it, and
    are as even as can be elsewhere. Judges meet in varied pairs, and groups that no entry links are
    linked where a swap can do it, so that marks can be compared across the panel. 2,000 entries
    and 30 judges take about a second.
    """
    active = set(judges)
    panel = _by_seed(active | {judge for judge, _entry in taken}, seed)
    queue = _by_seed(set(entries), seed)
    plan = _Plan(
        may=[
            _bits((judge, entry) not in barred for entry in queue) if judge in active else 0
            for judge in panel
        ],
        kept=[
            _bits((judge, entry) in taken and (judge, entry) not in barred for entry in queue)
            for judge in panel
        ],
    )
    for position, entry in enumerate(queue):
        # Drawn anew for each entry, so that among equals nobody always comes last together.
        draw = _by_seed(range(len(panel)), f"{seed}\n{entry}")
        plan.fill(position, per_entry, draw)
    plan.even_out()
    plan.link()
    teams = [(entry, plan.judges_of(position)) for position, entry in enumerate(queue)]
    short = [Shortfall(entry, len(team)) for entry, team in teams if len(team) < per_entry]
    pairs = [(panel[judge], entry) for entry, team in teams for judge in team]
    return Assignment(tuple(pairs), tuple(short))


def order_for(judge: Hashable, entries: Iterable[E], seed: str) -> tuple[E, ...]:
    """Return the order in which `judge` reads: their own, so nothing comes last for everyone."""
    return tuple(_by_seed(entries, f"{seed}\n{judge}"))


def _by_seed(keys: Iterable[Key], seed: str) -> list[Key]:
    return sorted(keys, key=lambda key: hashlib.sha256(f"{seed}\n{key}".encode()).digest())


def _bits(flags: Iterable[bool]) -> int:
    """Pack flags into an integer, the first into its lowest bit."""
    return sum(1 << position for position, flag in enumerate(flags) if flag)


class _Plan:
    """An assignment in the making, by positions; each judge's entries are the bits of an integer.

    `may[judge]` are the entries a judge may be given, `kept[judge]` those that stay with them,
    `held[judge]` those they have now. Bits make "what could this judge hand to that one" a single
    operation, which is what evening out asks all the time.
    """

    def __init__(self, *, may: Sequence[int], kept: Sequence[int]) -> None:
        self.may = may
        self.kept = kept
        self.held = list(kept)
        self.met = [[0] * len(may) for _judge in may]

    def judges_of(self, entry: int) -> list[int]:
        return [judge for judge, held in enumerate(self.held) if held >> entry & 1]

    def fill(self, entry: int, wanted: int, draw: Sequence[int]) -> None:
        """Add judges: the least loaded first, of them who met the team least, then as drawn."""
        team = self.judges_of(entry)
        open_to = [judge for judge in draw if self.may[judge] >> entry & 1]
        free = [judge for judge in open_to if judge not in team]
        while free and len(team) < wanted:
            chosen = min(free, key=lambda judge: (self._load(judge), self._meetings(judge, team)))
            free.remove(chosen)
            self.held[chosen] |= 1 << entry
            for other in team:
                self.met[chosen][other] += 1
                self.met[other][chosen] += 1
            team.append(chosen)

    def even_out(self) -> None:
        """Hand entries on along chains of judges until no chain makes two loads more alike.

        Every chain lowers the sum of squared loads, so this ends; where no chain is left, loads are
        as even as they can be (Harvey, Ladner, Lovász, Tamir: semi-matchings, 2006, theorem 3.1).
        """
        while chain := self._chain():
            for giver, taker in pairwise(chain):
                movable = self._movable(giver, taker)
                entry = movable & -movable  # the lowest bit: any would do, this one is repeatable
                self.held[giver] ^= entry
                self.held[taker] ^= entry

    def _chain(self) -> list[int]:
        """Find judges, from a loaded one to one with two entries less, who can each hand one on."""
        for source in sorted(range(len(self.held)), key=self._load, reverse=True):
            if chain := self._chain_from(source):
                return chain
        return []

    def _chain_from(self, source: int) -> list[int]:
        # Breadth first: on a shortest chain no entry can be handed on twice.
        found_by = {source: source}
        waiting = deque([source])
        while waiting:
            giver = waiting.popleft()
            for taker in range(len(self.held)):
                if taker in found_by or not self._movable(giver, taker):
                    continue
                found_by[taker] = giver
                if self._load(taker) <= self._load(source) - 2:
                    return _walk_back(found_by, taker)
                waiting.append(taker)
        return []

    def link(self) -> None:
        """Swap entries between groups that no entry links until one group is left, or none can.

        A pair that lies on a circle is handed across for a pair of another group: what the circle
        held together stays together, and the two groups become one. Loads stay as they are.
        """
        while swap := self._swap():
            for judge, entry in swap:
                self.held[judge] ^= entry

    def _swap(self) -> tuple[tuple[int, int], ...]:
        """Find an entry on a circle and one of another group that two judges can exchange."""
        for giver, held in enumerate(self.held):
            judges, entries = self._reach(giver, held)
            others = [j for j, theirs in enumerate(self.held) if theirs and j not in judges]
            ties = sum(self._load(judge) for judge in judges)
            if not others or ties < len(judges) + entries.bit_count():
                continue  # alone, or without a circle
            for taker in others:
                back = self._movable(taker, giver)
                entry = self._on_a_circle(giver, self._movable(giver, taker)) if back else 0
                if entry:
                    back &= -back
                    return (giver, entry | back), (taker, entry | back)
        return ()

    def _on_a_circle(self, judge: int, choice: int) -> int:
        """Return a bit of `choice` whose entry and `judge` stay linked without each other, or 0."""
        while choice:
            entry = choice & -choice
            if self._reach(judge, self.held[judge] ^ entry)[1] & entry:
                return entry
            choice ^= entry
        return 0

    def _reach(self, judge: int, entries: int) -> tuple[set[int], int]:
        """Return the judges and entries linked to `judge`, who counts as holding `entries` only."""
        judges, waiting = {judge}, set(range(len(self.held))) - {judge}
        while found := {other for other in waiting if self.held[other] & entries}:
            waiting -= found
            judges |= found
            for other in found:
                entries |= self.held[other]
        return judges, entries

    def _movable(self, giver: int, taker: int) -> int:
        return self.held[giver] & ~self.kept[giver] & self.may[taker] & ~self.held[taker]

    def _load(self, judge: int) -> int:
        return self.held[judge].bit_count()

    def _meetings(self, judge: int, team: Sequence[int]) -> int:
        return sum(self.met[judge][other] for other in team)


def _walk_back(found_by: dict[int, int], end: int) -> list[int]:
    chain = [end]
    while found_by[chain[-1]] != chain[-1]:
        chain.append(found_by[chain[-1]])
    return chain[::-1]
