"""Objects in a folder: the store that needs no other service.

Under the root, `objects/` holds the bytes and `types/` the media types under the same keys;
`incoming/` holds what is being written and what is being deleted. `uploads/<id>/` holds an open
upload: `about`, and each part under its number with the 16 bytes of its MD5 behind its own. All are
on one file system, so a rename is atomic.
"""

import hashlib
import io
import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copyfileobj, rmtree
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO, cast

from typing_extensions import Buffer, override

from media.stores.base import (
    MissingObjectError,
    MissingPartError,
    ObjectInfo,
    OpenUpload,
    Part,
    StoredObject,
    check_key,
    pieces,
    round_trip,
    unavailable,
)

_UPLOAD_ID = re.compile(r"[0-9a-f]{32}")
_ABOUT = "about"
_DIGEST = 16
_CHUNK = 1024 * 1024


class LocalStore:
    """A store in the folder `root`, which `ensure` makes: a disk not mounted is no empty store."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._objects = root / "objects"
        self._types = root / "types"
        self._incoming = root / "incoming"
        self._uploads = root / "uploads"

    def ensure(self) -> None:
        """Make the folder; see `Store.ensure`."""
        try:
            for folder in (self._objects, self._types, self._incoming, self._uploads):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise unavailable() from error

    def check(self) -> None:
        """Prove that the folder works; see `Store.check`."""
        round_trip(self)

    def put(self, key: str, file: BinaryIO, *, media_type: str) -> None:
        """Store `file`; see `Store.put`."""
        check_key(key)
        with self._reachable(), self._writing() as written:
            copyfileobj(file, written, _CHUNK)
            self._keep(written, key, media_type)

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

    def objects(self, prefix: str = "") -> Iterator[StoredObject]:
        """Yield objects by prefix; see `Store.objects`."""
        folder = prefix.rpartition("/")[0]
        if ".." in folder.split("/") or folder.startswith("/"):
            message = f"not a prefix: {prefix!r}"
            raise ValueError(message)
        with self._reachable():
            self._objects.stat()
        for path in (self._objects / folder).rglob("*"):
            key = path.relative_to(self._objects).as_posix()
            if key.startswith(prefix) and path.is_file():
                # One that is deleted at this moment is listed no more.
                with suppress(FileNotFoundError):
                    found = path.stat()
                    yield StoredObject(key, found.st_size, _instant(found))

    def start_upload(self, key: str, *, media_type: str) -> str:
        """Begin an upload; see `Store.start_upload`."""
        about = json.dumps({"key": check_key(key), "media_type": media_type}).encode()
        upload_id = secrets.token_hex(16)
        begun = self._incoming / upload_id
        with self._reachable():
            # A store that an earlier version made has no such folder.
            self._uploads.mkdir(mode=0o700, exist_ok=True)
            begun.mkdir(mode=0o700)
            with self._writing() as written:
                written.write(about)
                _place(written, begun / _ABOUT)
            begun.rename(self._uploads / upload_id)
            _sync(self._uploads)
        return upload_id

    def part_url(
        self, key: str, upload_id: str, number: int, *, size: int, expires_in: timedelta
    ) -> str | None:
        """Return None: a folder has no address; see `Store.part_url`."""

    def put_part(self, key: str, upload_id: str, number: int, file: BinaryIO, *, size: int) -> Part:
        """Store a part; see `Store.put_part`."""
        digest = hashlib.md5(usedforsecurity=False)
        with self._reachable():
            folder, _ = self._open_upload(key, upload_id)
            with self._writing() as written:
                for piece in pieces(file, size):
                    digest.update(piece)
                    written.write(piece)
                written.write(digest.digest())
                _place(written, folder / _part_name(number))
        return Part(number, size, digest.hexdigest())

    def parts(self, key: str, upload_id: str) -> list[Part]:
        """Return the parts there are; see `Store.parts`."""
        found = []
        with self._reachable():
            folder, _ = self._open_upload(key, upload_id)
            for path in sorted(folder.iterdir()):
                if path.name != _ABOUT:
                    with path.open("rb") as file:
                        found.append(_part(int(path.name), file))
        return found

    def finish_upload(self, key: str, upload_id: str, parts: Sequence[Part]) -> None:
        """Put the parts together; see `Store.finish_upload`.

        Whoever is stopped in the middle can be called again: the parts go last, all at once.
        """
        with self._reachable():
            folder, media_type = self._open_upload(key, upload_id)
            if not parts:
                raise MissingPartError
            with self._writing() as written:
                for part in parts:
                    _append(folder, part, written)
                self._keep(written, key, media_type)
            self._drop(folder)

    def abort_upload(self, key: str, upload_id: str) -> None:
        """Give an upload up; see `Store.abort_upload`."""
        try:
            with self._reachable():
                self._drop(self._open_upload(key, upload_id)[0])
        except MissingObjectError:
            return

    def uploads(self) -> Iterator[OpenUpload]:
        """Yield the open uploads; see `Store.uploads`."""
        with self._reachable():
            self._objects.stat()
        for path in self._uploads.glob(f"*/{_ABOUT}"):
            # One that is finished at this moment is open no more.
            with suppress(FileNotFoundError):
                key = json.loads(path.read_text())["key"]
                yield OpenUpload(key, path.parent.name, _instant(path.stat()))

    def set_up(self, origins: Sequence[str]) -> tuple[str, ...]:  # noqa: ARG002 - the same for all
        """Make the folder; see `Store.set_up`."""
        self.ensure()
        return (f"The folder {self._root} is there; it needs no rules for browsers.",)

    def browser_origin(self) -> str | None:
        """Return None: browsers send parts to the application; see `Store.browser_origin`."""

    def tidy(self, *, before: datetime) -> None:
        """Delete what was written and never got its name; see `Store.tidy`."""
        with self._reachable():
            for path in self._incoming.iterdir():
                # One that gets its name at this moment is no leftover.
                with suppress(FileNotFoundError):
                    if _instant(path.stat()) < before:
                        _remove(path)

    def _open_upload(self, key: str, upload_id: str) -> tuple[Path, str]:
        """Return an open upload's folder and media type."""
        check_key(key)
        if not _UPLOAD_ID.fullmatch(upload_id):
            raise MissingObjectError
        folder = self._uploads / upload_id
        about = json.loads((folder / _ABOUT).read_text())
        if about["key"] != key:
            raise MissingObjectError
        return folder, about["media_type"]

    def _keep(self, written: IO[bytes], key: str, media_type: str) -> None:
        """Make an object of a written file; the type first: who sees the object finds its type."""
        for tree in (self._types, self._objects):
            (tree / key).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._writing() as typed:
            typed.write(media_type.encode())
            _place(typed, self._types / key)
        _place(written, self._objects / key)

    def _drop(self, folder: Path) -> None:
        """Delete an upload: open no more at once, its bytes next, or with `tidy`."""
        gone = self._incoming / folder.name
        folder.rename(gone)
        _remove(gone)

    @contextmanager
    def _writing(self) -> Iterator[IO[bytes]]:
        """Open a new file beside the objects, which goes unless it is placed."""
        with NamedTemporaryFile(dir=self._incoming, delete=False) as file:
            try:
                yield file
            finally:
                Path(file.name).unlink(missing_ok=True)

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


def _part_name(number: int) -> str:
    return f"{number:05}"


def _part(number: int, file: BinaryIO) -> Part:
    """Describe the part in `file`, and leave it at its start."""
    size = file.seek(-_DIGEST, os.SEEK_END)
    etag = file.read().hex()
    file.seek(0)
    return Part(number, size, etag)


def _append(folder: Path, part: Part, target: IO[bytes]) -> None:
    """Write one part of the upload in `folder` behind the others, if it is as it is named."""
    try:
        file = (folder / _part_name(part.number)).open("rb")
    except FileNotFoundError:
        if folder.is_dir():
            raise MissingPartError from None
        raise
    with file:
        if _part(part.number, file) != part:
            raise MissingPartError
        copyfileobj(_Stretch(file, part.size), target, _CHUNK)


def _place(written: IO[bytes], path: Path) -> None:
    """Give a written file its name, lastingly: the folder's own entry goes to the disk too."""
    written.flush()
    os.fsync(written.fileno())
    Path(written.name).replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _remove(path: Path) -> None:
    if path.is_dir():
        rmtree(path, ignore_errors=True)
    else:
        path.unlink()


def _instant(found: os.stat_result) -> datetime:
    return datetime.fromtimestamp(found.st_mtime, UTC)
