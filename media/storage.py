"""What the database names beside what the store holds, both of any number.

Neither side fits into memory, and they come in different orders: they are put side by side in a
scratch database that lives in a temporary file and ends with its comparison.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from media.stores.base import OpenUpload, StoredObject

_SCHEMA = """
CREATE TABLE named (key TEXT NOT NULL, size INTEGER);
CREATE TABLE stored (key TEXT NOT NULL, size INTEGER NOT NULL, modified REAL NOT NULL);
"""
_INDEXES = """
CREATE INDEX named_key ON named (key);
CREATE INDEX stored_key ON stored (key);
"""
_LACKING = """
SELECT named.key, named.size, stored.size FROM named LEFT JOIN stored USING (key)
WHERE named.size IS NOT NULL AND stored.size IS NOT named.size ORDER BY key
"""
_ORPHANS = """
FROM stored WHERE modified < ? AND NOT EXISTS (SELECT 1 FROM named WHERE named.key = stored.key)
"""


@dataclass(frozen=True)
class Named:
    """An object that a row names; without a `size` (bytes) it may be there and need not."""

    key: str
    size: int | None


@dataclass(frozen=True)
class Lack:
    """An object that is missing (`found` is None) or has another size than its row says."""

    key: str
    size: int
    found: int | None


class Comparison:
    """Both sides, side by side in `scratch`; see `comparing`."""

    def __init__(self, scratch: sqlite3.Connection) -> None:
        self._scratch = scratch

    @property
    def named(self) -> int:
        """How many objects must be there."""
        return self._number("SELECT count(*) FROM named WHERE size IS NOT NULL")

    @property
    def stored(self) -> int:
        """How many objects are there."""
        return self._number("SELECT count(*) FROM stored")

    def lacking(self) -> Iterator[Lack]:
        """Yield what is not there as its row says, by key."""
        for key, size, found in self._scratch.execute(_LACKING):
            yield Lack(key, size, found)

    def orphans(self, *, before: datetime) -> Iterator[StoredObject]:
        """Yield what no row names and was stored before then, by key."""
        rows = self._scratch.execute(
            f"SELECT key, size, modified {_ORPHANS} ORDER BY key",
            (before.timestamp(),),
        )
        for key, size, modified in rows:
            yield StoredObject(key, size, datetime.fromtimestamp(modified, UTC))

    def count_orphans(self, *, before: datetime) -> int:
        """Return how many `orphans` there are."""
        return self._number(f"SELECT count(*) {_ORPHANS}", before.timestamp())

    def _number(self, query: str, *values: float) -> int:
        number: int = self._scratch.execute(query, values).fetchone()[0]
        return number


@contextmanager
def comparing(stored: Iterable[StoredObject], named: Iterable[Named]) -> Iterator[Comparison]:
    """Read both sides once: the store first, as a row is made after its object."""
    with closing(sqlite3.connect("")) as scratch:
        scratch.executescript(_SCHEMA)
        scratch.executemany(
            "INSERT INTO stored VALUES (?, ?, ?)",
            ((found.key, found.size, found.modified_at.timestamp()) for found in stored),
        )
        scratch.executemany(
            "INSERT INTO named VALUES (?, ?)", ((name.key, name.size) for name in named)
        )
        scratch.executescript(_INDEXES)
        yield Comparison(scratch)


def strays(
    uploads: Iterable[OpenUpload], awaited: Collection[tuple[str, str]], *, before: datetime
) -> Iterator[OpenUpload]:
    """Yield the open uploads begun before then whose key and id nobody awaits."""
    for upload in uploads:
        if upload.started_at < before and (upload.key, upload.upload_id) not in awaited:
            yield upload
