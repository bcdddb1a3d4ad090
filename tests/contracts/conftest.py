"""What the contracts share: each kind of store, empty, and a way to talk to it."""

import io
from collections.abc import Iterator

import pytest
from typing_extensions import Buffer, override

from media.stores import Store, store_from_url
from tests.servers.s3 import S3Server, s3_server

KEY = "originals/ab/some-object"
MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="package")
def server() -> Iterator[S3Server]:
    with s3_server() as running:
        yield running


@pytest.fixture(scope="package", params=["local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Store:
    if request.param == "local":
        made = store_from_url(f"file://{tmp_path_factory.mktemp('store')}")
    else:
        made = store_from_url(request.getfixturevalue("server").url)
    made.ensure()
    return made


@pytest.fixture
def store(place: Store) -> Iterator[Store]:
    yield place
    empty(place)


def put(store: Store, key: str, data: bytes, media_type: str = "image/webp") -> None:
    store.put(key, io.BytesIO(data), media_type=media_type)


def keys(store: Store, prefix: str = "") -> set[str]:
    return {found.key for found in store.objects(prefix)}


def empty(store: Store) -> None:
    for key in keys(store):
        store.delete(key)
    for upload in list(store.uploads()):
        store.abort_upload(upload.key, upload.upload_id)


def read(store: Store, key: str, start: int = 0, length: int | None = None) -> bytes:
    with store.open(key, start=start, length=length) as file:
        return file.read()


class Broken(io.RawIOBase):
    """A file whose line breaks after `good` bytes."""

    def __init__(self, good: int) -> None:
        super().__init__()
        self._left = good

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        if not self._left:
            message = "the line broke"
            raise RuntimeError(message)
        size = min(len(view), self._left)
        view[:size] = b"x" * size
        self._left -= size
        return size
