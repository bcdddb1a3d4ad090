"""Quick, clean databases: the schema is made once, and each test starts with empty tables."""

import shutil
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy.orm import Session

from app.cli import migrations
from app.db import make_engine
from app.transaction import _commit

SESSION = "podium.tests.session"

# As a replica PostgreSQL checks no foreign key, so that tables can be emptied in any order; DELETE
# beats TRUNCATE by far where there are a few rows in many tables.
LIST = """
    SELECT string_agg(format('DELETE FROM %I', tablename), '; ') FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""


def make_schema(url: str) -> None:
    """Run the migrations on the empty database at `url`, as an operator would."""
    engine = make_engine(url)
    migrations.upgrade(engine)
    engine.dispose()


def copy_sqlite(template: Path, target: Path) -> str:
    """Copy a closed SQLite database over what was at `target`; return the copy's address."""
    for leftover in target.parent.glob(f"{target.name}*"):
        leftover.unlink()
    shutil.copyfile(template, target)
    return f"sqlite:///{target}"


class PostgresDatabase:
    """A database that is kept for the whole run and emptied for each test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.libpq = url.replace("postgresql+psycopg:", "postgresql:")
        make_schema(url)
        self._connection = psycopg.connect(self.libpq, autocommit=True)
        # A session that some test forgot to close shall be an error, not a wait.
        self._connection.execute("SET lock_timeout = '10s'")
        self._connection.execute("SET session_replication_role = replica")

    def empty(self) -> None:
        """Delete all rows, the queue's too."""
        row = self._connection.execute(LIST).fetchone()
        if row and row[0]:
            self._connection.execute(row[0])

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()


def settle(app: Flask) -> None:
    """Commit what the test wrote through its `session`, and let it read anew what others write.

    Requests and jobs have sessions of their own, as in life: they see what is committed, and on
    SQLite they could not write while the test's session holds the lock.
    """
    session: Session | None = app.extensions.get(SESSION)
    if session is not None:
        _commit(session)
        session.expire_all()
