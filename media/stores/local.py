"""Objects in a folder: the store that needs no other service.

Under the root, `objects/` holds the bytes and `types/` the media types under the same keys;
`incoming/` holds what is being written. All three are on one file system, so a rename is atomic.
"""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import BinaryIO, cast

from typing_extensions import Buffer, override

from media.stores.base import (
    MissingObjectError,
    ObjectInfo,
    check_key,
    round_trip,
    unavailable,
)


class LocalStore:
    """A store in the folder `root`, which `ensure` makes: a disk not mounted is no empty store."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._objects = root / "objects"
        self._types = root / "types"
        self._incoming = root / "incoming"

    def ensure(self) -> None:
        """Make the folder; see `Store.ensure`."""
        try:
            for folder in (self._objects, self._types, self._incoming):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise unavailable() from error

    def check(self) -> None:
        """Prove that the folder works; see `Store.check`."""
        round_trip(self)

    def put(self, key: str, file: BinaryIO, *, media_type: str) -> None:
        """Store `file`; see `Store.put`."""
        check_key(key)
        with self._reachable():
            written = self._write(file)
            try:
                # The type first: whoever sees the object finds its type.
                _place(self._write(io.BytesIO(media_type.encode())), self._types / key)
                _place(written, self._objects / key)
            finally:
                written.unlink(missing_ok=True)

    def open(self, key: str, *, start: int = 0, length: int | None = None) -> BinaryIO:
        """Open an object or a stretch of it; see `Store.open`."""
        with self._reachable():
            file = (self._objects / check_key(key)).open("rb")
        file.seek(start)
        if length is None:
            return file
        return io.BufferedReader(_Stretch(file, length))

    def stat(self, key: str) -> ObjectInfo:
        """Return size and media type; see `Store.stat`."""
        path = self._objects / check_key(key)
        with self._reachable():
            size = path.stat().st_size
            # A key that others only begin with is a folder here, and its type cannot be read.
            return ObjectInfo(size, (self._types / key).read_text())

    def delete(self, key: str) -> None:
        """Delete an object if it is there; see `Store.delete`."""
        for tree in (self._objects, self._types):
            try:
                with self._reachable():
                    (tree / check_key(key)).unlink()
            except MissingObjectError:
                continue

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Yield keys by prefix; see `Store.keys`."""
        folder = prefix.rpartition("/")[0]
        if ".." in folder.split("/") or folder.startswith("/"):
            message = f"not a prefix: {prefix!r}"
            raise ValueError(message)
        with self._reachable():
            self._objects.stat()
        for path in (self._objects / folder).rglob("*"):
            key = path.relative_to(self._objects).as_posix()
            if key.startswith(prefix) and path.is_file():
                yield key

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        """Tell a missing object from a missing or broken folder."""
        try:
            yield
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            if self._objects.is_dir():
                raise MissingObjectError from error
            raise unavailable() from error
        except OSError as error:
            raise unavailable() from error

    def _write(self, file: BinaryIO) -> Path:
        """Write `file` beside the objects, down to the disk, and return where."""
        with NamedTemporaryFile(dir=self._incoming, delete=False) as incoming:
            try:
                copyfileobj(file, incoming, 1024 * 1024)
                incoming.flush()
                os.fsync(incoming.fileno())
            except BaseException:
                Path(incoming.name).unlink()
                raise
        return Path(incoming.name)


class _Stretch(io.RawIOBase):
    """At most `length` bytes of `file` from where it stands; closing it closes the file."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        super().__init__()
        self._file = file
        self._left = length

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = cast("memoryview", buffer)
        data = self._file.read(min(len(view), self._left))
        view[: len(data)] = data
        self._left -= len(data)
        return len(data)

    @override
    def close(self) -> None:
        self._file.close()
        super().close()


def _place(written: Path, path: Path) -> None:
    """Give a written file its name, lastingly: the folder's own entry goes to the disk too."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    written.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
