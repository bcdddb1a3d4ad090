"""What the tests of uploads share: a room with somebody who uploads, and a worker by hand."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import jobs
from app.accounts.models import User
from app.authz import Actor
from media import service, tasks
from media.limits import AssetKind, Limits
from media.models import Asset
from media.stores import Store, store_from_url
from tests import factories
from tests.conftest import Backend, Clock
from tests.database import settle
from tests.media.pictures import encode, subject

EVERYTHING = Limits()


def photo(width: int = 1000, height: int = 600) -> bytes:
    return encode(subject(width, height), "JPEG")


@dataclass
class Room:
    """The media room of one application, and its owner's files."""

    app: Flask
    session: Session
    clock: Clock
    drain: Callable[[], int]
    owner: User
    dead_store: Store

    @property
    def store(self) -> Store:
        found: Store = self.app.extensions["podium.store"]
        return found

    @contextmanager
    def other_store(self, store: Store) -> Iterator[None]:
        """Let the application have another store while the block runs."""
        usual = self.store
        self.app.extensions["podium.store"] = store
        try:
            yield
        finally:
            self.app.extensions["podium.store"] = usual

    def upload(
        self,
        data: bytes | None = None,
        *,
        filename: str = "photo.jpg",
        kind: AssetKind = AssetKind.PICTURE,
        limits: Limits = EVERYTHING,
        owner: User | None = None,
    ) -> Asset:
        """Take a file in, as for an entrant."""
        return service.receive(
            self.session,
            actor=Actor(user_id=(owner or self.owner).id),
            file=io.BytesIO(photo() if data is None else data),
            filename=filename,
            kind=kind,
            limits=limits,
            now=self.clock(),
        )

    def used(self, data: bytes | None = None) -> Asset:
        """Take a picture in that something uses."""
        asset = self.upload(data)
        asset.claimed_at = self.clock()
        return asset

    def process(self, asset: Asset) -> None:
        """Do what the queue's job does, and raise what it raises."""
        public_id = asset.public_id
        settle(self.app)
        self._act(lambda: tasks.process(public_id))

    def sweep(self) -> None:
        """Do what the worker does every minute."""
        settle(self.app)
        self._act(lambda: jobs.run_sweeps(self.clock()))

    def _act(self, act: Callable[[], None]) -> None:
        def run() -> None:
            with self.app.app_context():
                act()

        # As in the worker: nothing of the test's own context, nor of its session.
        Context().run(run)

    def assets(self) -> list[Asset]:
        """Return every asset there is, oldest first."""
        return list(self.session.scalars(select(Asset).order_by(Asset.id)))

    def objects(self, prefix: str = "") -> set[str]:
        """Return the keys of all that lies in the store."""
        return {found.key for found in self.store.objects(prefix)}

    def read(self, key: str) -> bytes:
        with self.store.open(key) as file:
            return file.read()


@pytest.fixture
def dead_store(backend: Backend, tmp_path: Path, free_port: int) -> Store:
    """Make a store of the backend's kind whose place does not answer."""
    if backend.name == "sqlite+folder":
        return store_from_url(f"file://{tmp_path}/not-mounted")
    return store_from_url(
        f"s3://key:secret-key@podium?endpoint=http://127.0.0.1:{free_port}&region=us-east-1"
    )


@pytest.fixture
def page(app: Flask) -> Iterator[None]:
    """Stand in a request, where addresses are made."""
    with app.test_request_context():
        yield


@pytest.fixture
def room(
    app: Flask, session: Session, clock: Clock, drain: Callable[[], int], dead_store: Store
) -> Room:
    return Room(app, session, clock, drain, factories.user(session), dead_store)
