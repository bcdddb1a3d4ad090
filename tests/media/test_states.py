"""The life of an asset."""

from itertools import product

import pytest

from app.errors import IllegalTransitionError
from media.states import TRANSITIONS, AssetState, move

ALLOWED = {
    ("awaiting", "received"),
    ("awaiting", "discarded"),
    ("received", "processing"),
    ("received", "rejected"),
    ("received", "discarded"),
    ("processing", "ready"),
    ("processing", "rejected"),
    ("processing", "received"),
    ("processing", "discarded"),
    ("ready", "discarded"),
    ("rejected", "discarded"),
}


@pytest.mark.parametrize(("source", "target"), list(product(AssetState, AssetState)))
def test_every_move_is_allowed_or_raises(source: AssetState, target: AssetState) -> None:
    if (source.value, target.value) in ALLOWED:
        assert move(source, target) is target
    else:
        with pytest.raises(IllegalTransitionError) as caught:
            move(source, target)
        assert caught.value.params == {"thing": "asset", "source": source, "target": target}


def test_the_table_names_every_state_and_cannot_be_changed() -> None:
    assert set(TRANSITIONS) == set(AssetState)
    with pytest.raises(TypeError):
        TRANSITIONS[AssetState.READY] = frozenset()  # type: ignore[index]  # that is the point


def test_every_state_but_the_last_can_be_discarded() -> None:
    assert {s for s in AssetState if AssetState.DISCARDED in TRANSITIONS[s]} == set(AssetState) - {
        AssetState.DISCARDED
    }
