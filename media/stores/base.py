"""What every store can do, and nothing more: whole objects in, streams out, by key.

Readers never see half an object: it appears under its key when its last byte is stored. A store
that does not answer raises UnavailableError, which is never to be mistaken for a missing object.
"""

import io
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from app.errors import N_, NotFoundError, UnavailableError

_KEY = re.compile(r"[^\x00-\x1f\x7f\\]{8,512}")
_NO_NAMES = frozenset({"", ".", ".."})


class MissingObjectError(NotFoundError):
    """The store answers, and has nothing under this key."""

    code = "missing-object"


@dataclass(frozen=True)
class ObjectInfo:
    """What a store knows of an object without reading it; `size` is in bytes."""

    size: int
    media_type: str


class Store(Protocol):
    """A place for objects; every implementation passes the same contract tests.

    Each method raises UnavailableError if the place does not answer, and ValueError for a key that
    `check_key` refuses.
    """

    def ensure(self) -> None:
        """Make the place itself (folder, bucket) if it is not there; the only method that does."""

    def check(self) -> None:
        """Write an object, read it back and delete it, so that an operator knows it works."""

    def put(self, key: str, file: BinaryIO, *, media_type: str) -> None:
        """Store `file`, from its position to its end, replacing what was there; it stays open."""

    def open(self, key: str, *, start: int = 0, length: int | None = None) -> BinaryIO:
        """Open an object for reading, to be closed by the caller; raises MissingObjectError.

        With `start` and `length` (bytes), only that stretch of it; past its end there is nothing.
        The stream cannot seek.
        """

    def stat(self, key: str) -> ObjectInfo:
        """Return size and media type of an object; raises MissingObjectError."""

    def delete(self, key: str) -> None:
        """Delete an object if it is there."""

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield the keys that start with `prefix`, in no order."""


def check_key(key: str) -> str:
    """Return `key` if every store can hold it, safely: 8 to 512 characters, no `..`, no control.

    Keys come from `media.keys`; a ValueError here is a programming error, not a user's.
    """
    if not _KEY.fullmatch(key) or not _NO_NAMES.isdisjoint(key.split("/")):
        message = f"not a key: {key!r}"
        raise ValueError(message)
    return key


def unavailable() -> UnavailableError:
    """Make the error for a store that does not answer; raise it `from` its cause, for operators."""
    return UnavailableError(
        N_("The place where files are kept does not answer; please try again in a few minutes.")
    )


def round_trip(store: Store) -> None:
    """Write, read and delete an object of a few bytes; what `Store.check` does everywhere."""
    key = f"checks/{secrets.token_hex(8)}"
    said = secrets.token_bytes(32)
    store.put(key, io.BytesIO(said), media_type="application/octet-stream")
    try:
        with store.open(key) as file:
            heard = file.read()
    except MissingObjectError as error:
        raise unavailable() from error
    finally:
        store.delete(key)
    if heard != said:
        raise unavailable()
