"""The `podium` commands as an operator meets them."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import ANY

import pytest
from click.testing import Result
from flask import Flask
from flask_security import verify_password
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.factory import create_app
from app.jobs import Queue
from app.settings import Settings
from app.transaction import Transactions
from media.models import Asset
from media.states import AssetState
from media.stores import Store
from tests import factories
from tests.conftest import Backend, Clock
from tests.database import settle
from tests.servers.s3 import S3Server

SECRET = "forty characters that nobody could guess"
ONE = pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)

Make = Callable[..., Flask]


@pytest.fixture
def make_app(settings: Settings) -> Iterator[Make]:
    """Make applications that nobody has set up yet, with other settings if need be."""
    made: list[Flask] = []

    def make(**changed: object) -> Flask:
        app = create_app(settings.model_copy(update={"secret_key": SECRET} | changed))
        made.append(app)
        return app

    yield make
    for app in made:
        transactions: Transactions = app.extensions["podium.transactions"]
        transactions.engine.dispose()
        queue: Queue = app.extensions["podium.queue"]
        if "_opened" in vars(queue):
            queue.huey.storage.close()


def podium(app: Flask, *args: str) -> Result:
    result = app.test_cli_runner().invoke(args=args)
    # Whatever was wrong, the operator reads a sentence.
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def people(app: Flask) -> list[User]:
    transactions: Transactions = app.extensions["podium.transactions"]
    with transactions.open(writes=False) as session:
        return list(session.scalars(select(User)).unique())


def opens(app: Flask, person: User, password: str) -> bool:
    with app.app_context():
        return verify_password(password, person.password or "")


# --- migrate ------------------------------------------------------------------------------------


@pytest.fixture
def unmade(backend: Backend, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Name a store of the backend's kind that nobody has made yet."""
    if backend.name == "sqlite+folder":
        return f"file://{tmp_path}/unmade"
    server: S3Server = request.getfixturevalue("s3")
    return server.url_of("unmade")


def test_migrate_makes_the_store_and_may_be_run_again(make_app: Make, unmade: str) -> None:
    app = make_app(store_url=unmade)
    store: Store = app.extensions["podium.store"]
    assert "✗ store" in podium(app, "doctor").output
    for _ in range(2):
        assert podium(app, "migrate").exit_code == 0
        store.check()
    assert podium(app, "migrate", "--check").exit_code == 0


@ONE
def test_migrate_sets_an_empty_place_up(make_app: Make, tmp_path: Path) -> None:
    place = tmp_path / "new"
    app = make_app(database_url=f"sqlite:///{place}/podium.db", store_url=f"file://{place}/store")

    assert podium(app, "migrate").exit_code == 0

    with sqlite3.connect(place / "podium.db") as database:
        assert database.execute("SELECT count(*) FROM users").fetchone() == (0,)
    database.close()
    assert "✗" not in podium(app, "doctor").output


@ONE
def test_migrate_says_that_the_store_cannot_be_made(make_app: Make, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = podium(make_app(store_url=f"file://{tmp_path}/file/store"), "migrate")
    assert result.exit_code == 1
    assert result.output.startswith("Error: The place where files are kept does not answer;")


@ONE
def test_migrate_check_makes_nothing(make_app: Make, tmp_path: Path) -> None:
    app = make_app(store_url=f"file://{tmp_path}/never")
    assert "The models and the migrations agree." in podium(app, "migrate", "--check").output
    assert not (tmp_path / "never").exists()


# --- doctor -------------------------------------------------------------------------------------


def test_the_doctor_is_content_with_a_whole_installation(make_app: Make) -> None:
    app = make_app()
    podium(app, "migrate")
    result = podium(app, "doctor")
    parts = ["database", "audit trail", "store", "queue", "mail", "secrets"]
    assert result.output.splitlines() == [f"✓ {part}" for part in parts]
    assert result.exit_code == 0


@ONE
@pytest.mark.parametrize(
    ("changed", "complaint", "advice"),
    [
        (
            {"database_url": "sqlite:///{}/empty.db"},
            "✗ database: the schema is older than this version of Podium",
            "run `podium migrate`, or mend DATABASE_URL",
        ),
        (
            {"database_url": "postgresql+psycopg://podium@127.0.0.1:{}/podium"},
            "✗ database: (psycopg.OperationalError) connection failed",
            "run `podium migrate`, or mend DATABASE_URL",
        ),
        (
            {"store_url": "file://{}/missing"},
            "✗ store: The place where files are kept does not answer",
            "run `podium storage setup`, or mend STORE_URL",
        ),
        (
            {"store_url": "s3://key:secret-key@podium?endpoint=http://127.0.0.1:{}&region=eu-1"},
            "✗ store: The place where files are kept does not answer",
            "run `podium storage setup`, or mend STORE_URL",
        ),
        (
            {"jobs_url": "postgresql://podium@127.0.0.1:{}/podium"},
            "✗ queue: ",
            "start the queue's server, or mend JOBS_URL",
        ),
        (
            {"jobs_url": "sqlite:///{}/missing/jobs.db"},
            "✗ queue: ",
            "start the queue's server, or mend JOBS_URL",
        ),
        (
            {"mail_url": "smtp://127.0.0.1:{}"},
            "✗ mail: ",
            "start the mail server, or mend MAIL_URL",
        ),
        (
            {"secret_key": Settings.model_fields["secret_key"].default},
            "✗ secrets: the development secret is in use; fine on your own machine, nowhere else",
            "set SECRET_KEY to 32 or more random characters",
        ),
    ],
)
def test_the_doctor_says_what_is_wrong_and_what_to_do(  # noqa: PLR0917 - a table's columns
    make_app: Make,
    tmp_path: Path,
    free_port: int,
    changed: dict[str, str],
    complaint: str,
    advice: str,
) -> None:
    podium(make_app(), "migrate")
    filled = {
        name: url.format(free_port if "127.0.0.1" in url else tmp_path)
        for name, url in changed.items()
    }

    result = podium(make_app(**filled), "doctor")

    assert result.exit_code == 1
    lines = result.output.splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(complaint))
    assert lines[at + 1] == f"  {advice}"
    # And the rest is looked at all the same.
    assert "✓ mail" in lines or "mail_url" in changed
    assert not any(SECRET in line or "secret-key" in line for line in lines)


def test_the_doctor_changes_nothing(make_app: Make, session: Session) -> None:
    app = make_app()
    podium(app, "migrate")
    podium(app, "doctor")
    assert session.execute(text("SELECT count(*) FROM users")).scalar() == 0
    assert list(app.extensions["podium.store"].objects()) == []


# --- user ---------------------------------------------------------------------------------------


def test_a_first_organiser_is_made_from_the_terminal(app: Flask) -> None:
    result = podium(
        app, "user", "Ada@Example.org", "--name", "Ada", "--organiser", "--password", "a long one"
    )

    assert (result.exit_code, result.output) == (
        0,
        "ada@example.org can sign in as an organiser.\n",
    )
    (ada,) = people(app)
    assert (ada.email, ada.name, [role.name for role in ada.roles]) == (
        "ada@example.org",
        "Ada",
        ["organiser"],
    )
    assert opens(app, ada, "a long one")


@ONE
def test_a_password_that_is_left_out_is_asked_for_twice(app: Flask) -> None:
    runner = app.test_cli_runner()
    result = runner.invoke(args=["user", "ada@example.org"], input="one word\nanother word\n" * 2)
    assert result.exit_code != 0
    assert people(app) == []
    result = runner.invoke(args=["user", "ada@example.org"], input="one word\none word\n")
    assert "ada@example.org can sign in.\n" in result.output
    assert "one word" not in result.output


def test_an_account_gets_a_new_password_and_keeps_its_name(app: Flask) -> None:
    for password in ("the first one", "the second one"):
        podium(app, "user", "ada@example.org", "--name", "Ada", "--password", password)
    podium(app, "user", "ada@example.org", "--password", "the third one")
    (ada,) = people(app)
    assert (ada.name, ada.roles) == ("Ada", [])
    assert opens(app, ada, "the third one")
    assert not opens(app, ada, "the first one")


@ONE
def test_what_is_no_address_is_refused_in_words(app: Flask) -> None:
    result = podium(app, "user", "ada at example", "--password", "a long one")
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert people(app) == []


# --- sweep --------------------------------------------------------------------------------------


def test_sweep_does_what_a_worker_would(app: Flask, session: Session, clock: Clock) -> None:
    owner = factories.user(session)
    used = factories.asset(session, owner)
    unused = factories.asset(session, owner, state=AssetState.REJECTED)
    unused.claimed_at = None
    clock.advance(days=2)
    settle(app)

    result = podium(app, "sweep")

    assert (result.exit_code, result.output) == (0, ANY)
    assert session.scalars(select(Asset)).all() == [used]


@ONE
def test_the_commands_are_listed(app: Flask) -> None:
    listed = podium(app, "--help").output
    for command in ("demo", "doctor", "migrate", "serve", "sweep", "user", "worker"):
        assert f"\n  {command} " in listed
