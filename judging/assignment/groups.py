"""Which judges can be compared: those whom shared entries link."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

E = TypeVar("E", bound=Hashable)
J = TypeVar("J", bound=Hashable)


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
