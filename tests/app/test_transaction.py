"""One session per request or job, committed or rolled back at the edge."""

from collections.abc import Callable

import pytest
from flask import Flask, current_app, g
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.models import Role
from app.authz import Permission, permission
from app.errors import ConflictError
from app.transaction import Transactions, after_commit, current_session, transaction
from tests.client import Client

View = Callable[[], str | tuple[str, int]]


@pytest.fixture
def route(app: Flask) -> Callable[[View], None]:
    """Put a view at `/try`."""

    def put(view: View) -> None:
        declared = permission(Permission.READ_PUBLIC)(view)
        app.add_url_rule("/try", "try", declared)

    # A GET, so that no form's token is needed; these views write all the same.
    app.before_request(write)
    return put


def write() -> None:
    transactions: Transactions = current_app.extensions["podium.transactions"]
    g.podium_session = transactions.open(writes=True)


def roles(session: Session) -> list[str]:
    return list(session.scalars(select(Role.name).order_by(Role.name)))


def add(name: str) -> Role:
    role = Role(name=name)
    current_session().add(role)
    return role


def test_a_request_commits_what_it_wrote(
    route: Callable[[View], None], client: Client, session: Session
) -> None:
    said: list[str] = []

    def view() -> str:
        add("one")
        after_commit(current_session(), lambda: said.append("committed"))
        assert said == []
        return "done"

    route(view)
    assert client.get("/try").text == "done"
    assert said == ["committed"]
    assert roles(session) == ["one"]


@pytest.mark.parametrize("status", [404, 422])
def test_an_answer_that_a_view_returns_itself_is_committed(
    route: Callable[[View], None], client: Client, session: Session, status: int
) -> None:
    def view() -> tuple[str, int]:
        add("one")
        return "answered", status

    route(view)
    assert client.get("/try").status_code == status
    assert roles(session) == ["one"]


def test_an_error_undoes_everything_and_calls_nobody_back(
    route: Callable[[View], None], client: Client, session: Session
) -> None:
    said: list[str] = []

    def view() -> str:
        add("one")
        current_session().flush()
        after_commit(current_session(), lambda: said.append("committed"))
        message = "Somebody was first."
        raise ConflictError(message)

    route(view)
    assert client.get("/try").status_code == 409
    assert (said, roles(session)) == ([], [])


def test_a_fault_undoes_everything_too(
    app: Flask, route: Callable[[View], None], client: Client, session: Session
) -> None:
    app.testing = False

    def view() -> str:
        add("one")
        current_session().flush()
        message = "a bug"
        raise RuntimeError(message)

    route(view)
    answer = client.get("/try")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "a bug" not in answer.text
    assert roles(session) == []


def test_what_the_database_refuses_at_the_end_is_a_conflict(
    app: Flask, route: Callable[[View], None], client: Client, session: Session
) -> None:
    app.testing = False
    session.add(Role(name="one"))

    def view() -> str:
        add("one")
        return "done"

    route(view)
    answer = client.get("/try")
    assert answer.status_code == 409
    assert "This changed in the meantime" in answer.text
    assert roles(session) == ["one"]


def test_what_the_database_cannot_keep_is_mended_by_its_sender(
    route: Callable[[View], None], client: Client, session: Session
) -> None:
    def view() -> str:
        add("x" * 5_000 + "\x00")
        current_session().flush()
        return "done"

    route(view)
    # SQLite takes anything.
    expected = 422 if session.get_bind().dialect.name == "postgresql" else 200
    assert client.get("/try").status_code == expected


def test_a_jobs_work_is_one_transaction(session: Session) -> None:
    said: list[str] = []

    def half() -> None:
        with transaction() as own:
            own.add(Role(name="half"))
            own.flush()
            after_commit(own, lambda: said.append("half"))
            message = "a bug"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        half()
    with transaction() as own:
        own.add(Role(name="whole"))
        after_commit(own, lambda: said.append("whole"))
    assert said == ["whole"]
    assert roles(session) == ["whole"]
    session.commit()
    with pytest.raises(IntegrityError), transaction() as own:
        own.add(Role(name="whole"))


def test_readers_do_not_wait_for_a_writer(app: Flask, client: Client) -> None:
    with app.app_context(), transaction() as writer:
        writer.add(Role(name="being written"))
        writer.flush()
        assert client.get("/healthz").status_code == 200
