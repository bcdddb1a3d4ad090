"""Where an object lies."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media import keys

IDS = st.text(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", min_size=8, max_size=64
)


@given(IDS)
def test_keys_are_sharded_and_stable(public_id: str) -> None:
    assert re.fullmatch(rf"originals/[0-9a-f]{{2}}/{public_id}", keys.original(public_id))
    assert re.fullmatch(
        rf"renditions/[0-9a-f]{{2}}/{public_id}-800\.webp", keys.rendition(public_id, 800)
    )
    assert keys.original(public_id) == keys.original(public_id)


def test_a_shard_depends_on_the_whole_id() -> None:
    shards = {keys.original(f"asset-{n:08}").split("/")[1] for n in range(2000)}
    assert len(shards) == 256


@pytest.mark.parametrize(
    "public_id",
    [
        "",
        "short",
        "../../etc/passwd",
        "a/b/c/d/e",
        "abcdefgh\n",
        "ünïcödé-id",
        "x" * 65,
        "a b c d e",
    ],
)
def test_what_is_no_public_id_gets_no_key(public_id: str) -> None:
    with pytest.raises(ValueError, match="not a public id"):
        keys.original(public_id)
    with pytest.raises(ValueError, match="not a public id"):
        keys.rendition(public_id, 320)
