"""Orders drawn from a recorded seed, in place of chance."""

import hashlib
from collections.abc import Hashable, Iterable
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)


def by_seed(keys: Iterable[Key], seed: str) -> list[Key]:
    """Return keys in the order that the seed draws; the order they come in has no say."""
    return sorted(keys, key=lambda key: hashlib.sha256(f"{seed}\n{key}".encode()).digest())


def order_for(judge: Hashable, entries: Iterable[Key], seed: str) -> tuple[Key, ...]:
    """Return the order in which `judge` reads: their own, so nothing comes last for everyone."""
    return tuple(by_seed(entries, f"{seed}\n{judge}"))
