"""The life of an asset, as a table (pure).

An asset waits for its bytes, is received, processed into renditions, and ends ready or rejected;
whatever nobody claims any more is discarded.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from app import transitions


class AssetState(StrEnum):
    """Where an asset stands between the entrant's device and the gallery."""

    AWAITING = "awaiting"
    RECEIVED = "received"
    PROCESSING = "processing"
    READY = "ready"
    REJECTED = "rejected"
    DISCARDED = "discarded"


TRANSITIONS: Mapping[AssetState, frozenset[AssetState]] = MappingProxyType(
    {
        AssetState.AWAITING: frozenset({AssetState.RECEIVED, AssetState.DISCARDED}),
        AssetState.RECEIVED: frozenset(
            {AssetState.PROCESSING, AssetState.REJECTED, AssetState.DISCARDED}
        ),
        # Back to received is how a sweep returns an asset whose worker died in the middle of it.
        AssetState.PROCESSING: frozenset(
            {
                AssetState.READY,
                AssetState.REJECTED,
                AssetState.RECEIVED,
                AssetState.DISCARDED,
            }
        ),
        AssetState.READY: frozenset({AssetState.DISCARDED}),
        AssetState.REJECTED: frozenset({AssetState.DISCARDED}),
        AssetState.DISCARDED: frozenset(),
    }
)


def move(source: AssetState, target: AssetState) -> AssetState:
    """Return `target` if an asset may go there, else raise IllegalTransitionError."""
    return transitions.move("asset", TRANSITIONS, source, target)
