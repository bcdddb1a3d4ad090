"""`podium storage` as an operator meets it."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from media import keys
from media.models import Asset
from media.states import AssetState
from media.stores import Store, store_from_url
from tests import factories
from tests.conftest import Backend, Clock
from tests.database import settle

FORGOTTEN = "0f" * 16


def podium(app: Flask, *args: str) -> Result:
    settle(app)
    result = app.test_cli_runner().invoke(args=["storage", *args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


@pytest.fixture
def store(app: Flask, clock: Clock) -> Store:
    # Stores have clocks of their own: by the application's, what they hold is two days old.
    clock.set(datetime.now(UTC) + timedelta(days=2))
    found: Store = app.extensions["podium.store"]
    return found


def put(store: Store, key: str, size: int) -> None:
    store.put(key, io.BytesIO(bytes(size)), media_type="image/webp")


def kept(session: Session, store: Store) -> Asset:
    """Return an asset with all that it names in the store."""
    asset = factories.asset(session, factories.user(session), state=AssetState.READY)
    session.flush()
    put(store, keys.original(asset.public_id), asset.bytes)
    for made in asset.renditions:
        put(store, keys.rendition(asset.public_id, made.name, made.format), made.bytes)
    return asset


def test_setting_up_makes_the_place_and_says_what_it_did(app: Flask, backend: Backend) -> None:
    for _ in range(2):
        result = podium(app, "setup")
        assert result.exit_code == 0
        if backend.name == "sqlite+folder":
            assert result.output.endswith("/store is there; it needs no rules for browsers.\n")
        else:
            bucket, pages, uploads = result.output.splitlines()
            assert bucket == "The bucket podium is there."
            assert pages.startswith("The server took no CORS rule (")
            assert "let pages of http://127.0.0.1:" in pages
            assert uploads.startswith("The server took no life-cycle rule (")


@pytest.mark.parametrize("command", ["setup", "verify"])
def test_a_store_that_does_not_answer_is_a_sentence(
    app: Flask, free_port: int, command: str
) -> None:
    app.extensions["podium.store"] = store_from_url(
        f"s3://key:secret-key@podium?endpoint=http://127.0.0.1:{free_port}&region=us-east-1"
    )
    result = podium(app, command)
    assert result.exit_code == 1
    assert result.output.startswith("Error: The place where files are kept does not answer")


def test_where_both_agree(app: Flask, session: Session, store: Store) -> None:
    asset = kept(session, store)
    result = podium(app, "verify")
    assert result.exit_code == 0
    number = 1 + len(asset.renditions)
    assert result.output.splitlines() == [
        f"The database names {number} objects; the store holds {number}.",
        "Both agree.",
    ]


def test_what_is_missing_or_changed_fails(app: Flask, session: Session, store: Store) -> None:
    missing, changed = kept(session, store), kept(session, store)
    store.delete(keys.original(missing.public_id))
    put(store, keys.original(changed.public_id), changed.bytes + 1)
    result = podium(app, "verify")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    size = changed.bytes
    assert set(lines[:2]) == {
        f"missing  {keys.original(missing.public_id)}  {missing.bytes:,} bytes",
        f"changed  {keys.original(changed.public_id)}  {size + 1:,} bytes instead of {size:,}",
    }
    assert lines[-1] == "Missing or changed: 2. Restore them from a backup."


def test_orphans_are_told_and_deleted_when_asked(
    app: Flask, session: Session, store: Store
) -> None:
    asset = kept(session, store)
    before = {found.key for found in store.objects()}
    put(store, keys.original(FORGOTTEN), 1234)
    upload_id = store.start_upload(keys.original(FORGOTTEN), media_type="image/jpeg")

    told = podium(app, "verify")
    assert told.exit_code == 0
    orphan, upload, counts, *sentences = told.output.splitlines()
    assert orphan.startswith(f"orphan   {keys.original(FORGOTTEN)}  1,234 bytes of 2")
    assert upload.startswith(f"upload   {keys.original(FORGOTTEN)}  begun 2")
    assert counts.startswith(f"The database names {len(before)} objects;")
    assert sentences[0].startswith("Named by no row and older than a day: 1.")
    assert sentences[1].startswith("Open uploads that nobody goes on with: 1.")
    assert {found.key for found in store.objects()} == before | {keys.original(FORGOTTEN)}

    deleted = podium(app, "verify", "--delete-orphans")
    assert deleted.exit_code == 0
    assert "1 orphans were deleted." in deleted.output
    assert {found.key for found in store.objects()} == before
    assert [upload.upload_id for upload in store.uploads()] == [upload_id]
    assert store.stat(keys.original(asset.public_id)).size == asset.bytes


def test_young_objects_are_nobodys_business(app: Flask, store: Store, clock: Clock) -> None:
    put(store, keys.original(FORGOTTEN), 5)
    clock.set(datetime.now(UTC) + timedelta(hours=23))
    result = podium(app, "verify", "--delete-orphans")
    assert result.output.endswith("Both agree.\n")
    assert len(list(store.objects())) == 1


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_a_lost_disk_does_not_fill_the_terminal(app: Flask, store: Store) -> None:
    for number in range(60):
        put(store, f"originals/ab/object-{number:02}", 1)
    lines = podium(app, "verify").output.splitlines()
    assert sum(line.startswith("orphan") for line in lines) == 50
    assert lines[50] == "… and 10 more"
