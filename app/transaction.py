"""One session per request or job; it commits or rolls back here and nowhere else."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, current_app, g, request
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.db import LAST

_AFTER_COMMIT = "podium.after_commit"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Transactions:
    """Opens sessions on one engine; readers do not wait for SQLite's single writer."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reading = engine.execution_options(podium_writes=False)

    def open(self, *, writes: bool) -> Session:
        """Return a new session; `writes` decides whether SQLite's write lock is taken first."""
        return Session(self.engine if writes else self._reading, expire_on_commit=False)


def init_app(app: Flask, engine: Engine) -> None:
    """Give every request its transaction.

    Call it before any other `after_request`: Flask runs those in reverse order, so that the commit
    comes last and a failure in it still becomes an answer.
    """
    app.extensions["podium.transactions"] = Transactions(engine)
    app.after_request(_commit_request)
    app.teardown_appcontext(_close)


def _transactions() -> Transactions:
    transactions: Transactions = current_app.extensions["podium.transactions"]
    return transactions


def current_session() -> Session:
    """Return this request's session, opened at its first use."""
    if "podium_session" not in g:
        # Sign-in links are followed with GET and write the sign-in's time.
        writes = request.method not in _SAFE_METHODS or request.blueprint == "security"
        g.podium_session = _transactions().open(writes=writes)
    session: Session = g.podium_session
    return session


def roll_back_request() -> None:
    """Undo what this request did; the error handlers call it before they answer."""
    session: Session | None = g.get("podium_session")
    if session is not None:
        session.info.pop(_AFTER_COMMIT, None)
        session.rollback()


@contextmanager
def at_once() -> Iterator[None]:
    """Commit when the block ends, before the answer is made; write nothing after it.

    Whoever appends to the audit holds its head until the commit, and all who write wait for it.
    PostgreSQL is sent that act last, and it and all that `send_last` kept back together with the
    commit: between two turns to a server a busy process is kept waiting, and everybody with it.
    """
    session = current_session()
    if session.get_bind().dialect.name == "postgresql":
        session.info[LAST] = []
    try:
        yield
    finally:
        last = session.info.pop(LAST, ())
    if last:
        session.flush()
        _send_with_commit(session.connection(), last)
    _commit(session)


def _send_with_commit(connection: Connection, statements: Sequence[tuple[Any, Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    known = connection.dialect.loaded_dbapi.Error
    try:
        with driver.pipeline():
            for statement, values in statements:
                connection.execute(statement, values)
            driver.commit()
    except known as error:
        # The pipeline's end answers past SQLAlchemy: its own error is what others understand.
        raise DBAPIError.instance(None, None, error, known) from error


def step_aside(session: Session) -> None:
    """Let others write while a request does something slow, such as storing a file.

    What was read must be read again afterwards, and so must the right to act on it. Raises
    RuntimeError where there are changes, which would be lost.
    """
    if session.new or session.dirty or session.deleted:
        message = "changes would be lost: step aside before the first of them"
        raise RuntimeError(message)
    session.rollback()


@contextmanager
def transaction() -> Iterator[Session]:
    """Run one job's or command's unit of work: commit at the end, roll back on any error."""
    session = _transactions().open(writes=True)
    try:
        yield session
        _commit(session)
    finally:
        session.close()


def after_commit(session: Session, callback: Callable[[], None]) -> None:
    """Call `callback` once the session's work is durable; never if it is rolled back."""
    session.info.setdefault(_AFTER_COMMIT, []).append(callback)


def _commit(session: Session) -> None:
    session.commit()
    for callback in session.info.pop(_AFTER_COMMIT, ()):
        callback()


def _commit_request(response: Response) -> Response:
    session: Session | None = g.get("podium_session")
    if session is not None:
        _commit(session)
    return response


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop("podium_session", None)
    if session is not None:
        session.close()
