"""Both sides of a comparison, without a store or a database of ours."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from media.storage import Lack, Named, comparing, strays
from media.stores.base import OpenUpload, StoredObject

NOW = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
OLD = NOW - timedelta(days=2)
DAY_AGO = NOW - timedelta(days=1)


def stored(key: str, size: int = 5, at: datetime = OLD) -> StoredObject:
    return StoredObject(key, size, at)


def test_what_agrees_is_not_mentioned() -> None:
    with comparing([stored("b"), stored("a", 7)], [Named("a", 7), Named("b", 5)]) as found:
        assert list(found.lacking()) == []
        assert list(found.orphans(before=NOW)) == []
        assert (found.named, found.stored) == (2, 2)


def test_what_is_missing_or_changed_is_lacking_by_key() -> None:
    there = [stored("changed", 4), stored("same"), stored("empty", 0)]
    named = [Named("same", 5), Named("missing", 9), Named("changed", 5), Named("empty", 0)]
    with comparing(there, named) as found:
        assert list(found.lacking()) == [Lack("changed", 5, 4), Lack("missing", 9, None)]
        assert found.count_orphans(before=NOW) == 0


def test_what_may_be_there_is_neither_lacking_nor_an_orphan() -> None:
    named = [Named("there", None), Named("not-there", None), Named("both", None), Named("both", 5)]
    with comparing([stored("there"), stored("both")], named) as found:
        assert list(found.lacking()) == []
        assert list(found.orphans(before=NOW)) == []
        assert found.named == 1


def test_an_orphan_is_older_than_the_instant() -> None:
    there = [
        stored("young", at=DAY_AGO + timedelta(microseconds=1)),
        stored("exactly", at=DAY_AGO),
        stored("older", 3, at=DAY_AGO - timedelta(seconds=1)),
        stored("named", at=OLD),
    ]
    with comparing(there, [Named("named", 5)]) as found:
        orphans = list(found.orphans(before=DAY_AGO))
        assert orphans == [stored("older", 3, DAY_AGO - timedelta(seconds=1))]
        assert found.count_orphans(before=DAY_AGO) == 1
        assert found.count_orphans(before=NOW) == 3


KEYS = st.text("abc/ü", min_size=1, max_size=2)


@given(
    st.dictionaries(KEYS, st.integers(0, 3)),
    st.dictionaries(KEYS, st.none() | st.integers(0, 3)),
)
def test_a_comparison_is_that_of_the_two_sets(
    there: dict[str, int], named: dict[str, int | None]
) -> None:
    names = [Named(key, size) for key, size in named.items()]
    with comparing((stored(key, size) for key, size in there.items()), names) as found:
        assert {lack.key for lack in found.lacking()} == {
            key for key, size in named.items() if size is not None and there.get(key) != size
        }
        assert {orphan.key for orphan in found.orphans(before=NOW)} == there.keys() - named.keys()


def test_a_hundred_thousand_objects_need_no_memory() -> None:
    count = 100_000

    def there() -> Iterator[StoredObject]:
        for number in range(count):
            yield stored(f"originals/{number % 256:02x}/{number:032x}", number)

    def named() -> Iterator[Named]:
        for number in range(count, 0, -1):
            yield Named(f"originals/{number % 256:02x}/{number:032x}", number)

    tracemalloc.start()
    try:
        with comparing(there(), named()) as found:
            lacking = list(found.lacking())
            orphans = list(found.orphans(before=NOW))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [lack.size for lack in lacking] == [count]
    assert [orphan.size for orphan in orphans] == [0]
    assert peak < 1024 * 1024


def test_a_stray_upload_is_old_and_awaited_by_nobody() -> None:
    uploads = [
        OpenUpload("a-key", "awaited", OLD),
        OpenUpload("a-key", "stray", OLD),
        OpenUpload("another-key", "awaited", OLD),
        OpenUpload("a-key", "young", DAY_AGO),
    ]
    assert list(strays(uploads, {("a-key", "awaited")}, before=DAY_AGO)) == uploads[1:3]
