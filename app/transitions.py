"""Moves between states, by each room's own table (pure)."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from app.errors import IllegalTransitionError

State = TypeVar("State", bound=StrEnum)


def move(
    thing: str, table: Mapping[State, frozenset[State]], source: State, target: State
) -> State:
    """Return `target` if `table` lets `thing` go there, else raise IllegalTransitionError."""
    if target not in table[source]:
        raise IllegalTransitionError(thing, source, target)
    return target
