"""Alembic's entry: the engine comes from the command that called, never from a file."""

from alembic import context
from flask_security import AsaList
from sqlalchemy import Connection, Engine

import judging.models  # noqa: F401 - knows every other room's tables too
from app import audit, mail  # noqa: F401 - their tables as well
from app.db import Base, UtcDateTime


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column types as what they are in the database: a migration never changes."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AsaList):
        return "sa.UnicodeText()"
    return False


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave the queue's tables alone, which may share our database and are its own to make."""
    return kind != "table" or not (name or "").startswith("huey_")


engine: Engine = context.config.attributes["engine"]


def set_foreign_keys(connection: Connection, *, on: bool) -> None:
    """Switch SQLite's foreign keys: dropping a copied table would delete what refers to it."""
    if connection.dialect.name == "sqlite":
        # Below SQLAlchemy, as the switch does nothing inside a transaction.
        driver = connection.connection.driver_connection
        if driver is not None:
            driver.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")


with engine.connect() as connection:
    set_foreign_keys(connection, on=False)
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        include_name=include_name,
        render_item=render_item,
        # SQLite changes a table by copying it.
        render_as_batch=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
    set_foreign_keys(connection, on=True)
