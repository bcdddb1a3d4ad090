"""Which entries belong to a thing: those in it by no act, and those that are gone from it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.audit import Fault, FaultKind
from judging.service.tracing.naming import numbered


@dataclass(frozen=True, slots=True)
class Words:
    """How a fault is said; both messages name the `entry` beside what else they are given."""

    inserted: str
    removed: str


def by_thing(rows: Iterable[Any]) -> defaultdict[int, set[int]]:
    """Collect (thing's id, entry's number) by thing."""
    found: defaultdict[int, set[int]] = defaultdict(set)
    for thing, number in rows:
        found[thing].add(number or 0)
    return found


def compared(
    words: Words, said: Mapping[str, object], now: Collection[int], told: Collection[int]
) -> Iterator[Fault]:
    """Yield each entry that is there and not told of, or the other way around."""
    for number in sorted({*now} ^ {*told}):
        named = {**said, "entry": numbered(number)}
        if number in now:
            yield Fault(FaultKind.INSERTED, words.inserted, named)
        else:
            yield Fault(FaultKind.REMOVED, words.removed, named)
