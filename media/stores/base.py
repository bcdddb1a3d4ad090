"""What every store can do, and nothing more: whole objects in, streams out, by key.

Readers never see half an object: it appears under its key when its last byte is stored. A store
that does not answer raises UnavailableError, which is never to be mistaken for a missing object.
"""

import io
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, Protocol

from app.errors import N_, ConflictError, InvalidError, NotFoundError, UnavailableError

CHECKS = "checks/"
"""What the keys of `Store.check` begin with; one that broke off leaves its object behind."""

_KEY = re.compile(r"[^\x00-\x1f\x7f\\]{8,512}")
_NO_NAMES = frozenset({"", ".", ".."})
_PIECE = 64 * 1024


class MissingObjectError(NotFoundError):
    """The store answers, and has nothing under this key."""

    code = "missing-object"


class MissingPartError(ConflictError):
    """The upload is open and lacks a part, or has another in its place."""

    code = "parts-missing"

    def __init__(self) -> None:
        super().__init__(N_("A part of this file has not arrived; please send it again."))


@dataclass(frozen=True)
class ObjectInfo:
    """What a store knows of an object without reading it; `size` is in bytes."""

    size: int
    media_type: str


@dataclass(frozen=True)
class StoredObject:
    """One line of a store's list; `size` is in bytes, `modified_at` aware."""

    key: str
    size: int
    modified_at: datetime


@dataclass(frozen=True)
class Part:
    """One part of an upload that the store has; `number` counts from 1, `size` is in bytes."""

    number: int
    size: int
    etag: str


@dataclass(frozen=True)
class OpenUpload:
    """An upload in parts that was neither finished nor given up."""

    key: str
    upload_id: str
    started_at: datetime


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

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        """Yield the objects whose keys start with `prefix`, in no order."""

    def start_upload(self, key: str, *, media_type: str) -> str:
        """Begin an object that comes in parts; return the upload's id.

        Nobody sees the object before `finish_upload`.
        """

    def part_url(
        self, key: str, upload_id: str, number: int, *, size: int, expires_in: timedelta
    ) -> str | None:
        """Return an address where anybody may PUT this part of exactly `size` bytes, for a while.

        None where the store has no address of its own: then the application takes the part in.
        """

    def put_part(self, key: str, upload_id: str, number: int, file: BinaryIO, *, size: int) -> Part:
        """Store the next `size` bytes of `file` as a part, in place of what was there.

        Raises InvalidError("cut-short") where the file ends before that, with nothing stored, and
        MissingObjectError for an upload that is not open.
        """

    def parts(self, key: str, upload_id: str) -> list[Part]:
        """Return the parts there are, by number; raises MissingObjectError for no open upload."""

    def finish_upload(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        """Make the object of these parts, by number; afterwards the upload is open no more.

        Raises as `parts` does, and MissingPartError, with the upload still open, where one of them
        is not there as it is named, or there is none.
        """

    def abort_upload(self, key: str, upload_id: str) -> None:
        """Give an upload up, and its parts with it, if it is open."""

    def uploads(self) -> Iterator[OpenUpload]:
        """Yield the uploads that are open, in no order."""

    def set_up(self, origins: Sequence[str]) -> tuple[str, ...]:
        """Make the place, let browsers on pages of `origins` send parts, forget what was given up.

        Returns a sentence for the operator about each thing that was done, or that this kind of
        server cannot do. The only method besides `ensure` that changes the place itself.
        """

    def browser_origin(self) -> str | None:
        """Return the origin of `part_url`'s addresses, which a page must be allowed to reach."""

    def tidy(self, *, before: datetime) -> None:
        """Delete what broke off before then and left behind neither an object nor a part."""


def check_key(key: str) -> str:
    """Return `key` if every store can hold it, safely: 8 to 512 characters, no `..`, no control.

    Keys come from `media.keys`; a ValueError here is a programming error, not a user's.
    """
    if not _KEY.fullmatch(key) or not _NO_NAMES.isdisjoint(key.split("/")):
        message = f"not a key: {key!r}"
        raise ValueError(message)
    return key


def pieces(file: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield the next `size` bytes of `file`; raises InvalidError("cut-short") if it ends before."""
    while size:
        piece = file.read(min(size, _PIECE))
        if not piece:
            raise InvalidError(
                N_("The line broke before this part of the file was there; please send it again."),
                code="cut-short",
            )
        size -= len(piece)
        yield piece


def unavailable() -> UnavailableError:
    """Make the error for a store that does not answer; raise it `from` its cause, for operators."""
    return UnavailableError(
        N_("The place where files are kept does not answer; please try again in a few minutes.")
    )


def round_trip(store: Store) -> None:
    """Write, read and delete an object of a few bytes; what `Store.check` does everywhere."""
    key = f"{CHECKS}{secrets.token_hex(8)}"
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
