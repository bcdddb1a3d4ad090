"""A look into an object in the store without fetching all of it."""

import io
from typing import BinaryIO

from typing_extensions import Buffer, override

from media.stores.base import Store, unavailable


class Ranges(io.RawIOBase):
    """An object as a file that can be sought in: each read fetches only what it asks for."""

    _BUFFER = 64 * 1024
    _BUFFER_OF_VIDEO = 4 * 1024
    """Of a film the gate reads a few bytes at each of many places."""

    def __init__(self, store: Store, key: str, size: int) -> None:
        super().__init__()
        self._store, self._key, self._size = store, key, size
        self._at = 0

    @classmethod
    def of(cls, store: Store, key: str, size: int, *, is_video: bool) -> BinaryIO:
        """Return the object at `key`, of `size` bytes, buffered as suits what will be read."""
        raw = cls(store, key, size)
        return io.BufferedReader(raw, cls._BUFFER_OF_VIDEO if is_video else cls._BUFFER)

    @override
    def readable(self) -> bool:
        return True

    @override
    def seekable(self) -> bool:
        return True

    @override
    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if start + offset < 0:
            message = "before the first byte"
            raise ValueError(message)
        self._at = start + offset
        return self._at

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        data = self._fetch(len(view))
        view[: len(data)] = data
        return len(data)

    @override
    def readall(self) -> bytes:
        # In one request: what Python does otherwise asks for a few kilobytes each time.
        return self._fetch(self._size - self._at)

    def _fetch(self, length: int) -> bytes:
        length = min(length, self._size - self._at)
        if length <= 0:
            return b""
        with self._store.open(self._key, start=self._at, length=length) as stretch:
            data = stretch.read()
        if len(data) < length:
            # A line that broke must not look like a file that does.
            raise unavailable()
        self._at += length
        return data
