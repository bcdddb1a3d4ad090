"""The database's floor: the declarative base, its names, its types, and engines per dialect."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import (
    DateTime,
    Dialect,
    Engine,
    Enum,
    Executable,
    MetaData,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; a naive one is a programming error and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"naive datetime {value!r}: every instant carries its zone"
            raise TypeError(message)
        return value.astimezone(UTC)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        # SQLite keeps no zone; what we stored was UTC.
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_column(kind: type[StrEnum]) -> Enum:
    """Return a column type that stores the enum's words and CHECKs them on both databases."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=24,
        name=_snake(kind.__name__),
        values_callable=lambda members: [member.value for member in members],
    )


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class Base(DeclarativeBase):
    """Every table's base; one naming convention, so that migrations can name each constraint."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy reads it once


def table_of(model: type[Base]) -> Table:
    """Return a model's table, for statements on paths where objects would cost too much."""
    return cast("Table", model.__table__)


LAST: Final = "podium.last"
"""In a session's `info`: statements, each with its values, that `transaction.at_once` sends."""


def send_last(session: Session, statement: Executable, values: Mapping[str, Any]) -> None:
    """Send what nothing reads before the commit: together with it inside `transaction.at_once`."""
    last = session.info.get(LAST)
    if last is None:
        session.connection().execute(statement, values)
    else:
        last.append((statement, values))


def make_engine(url: str) -> Engine:
    """Open the database at `url` (SQLite or PostgreSQL) with the settings that make them alike."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, pool_size=8, max_overflow=8)
    if parsed.database:
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": 30})
    event.listen(engine, "connect", _sqlite_connect)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_connect(connection: Any, _record: object) -> None:
    # The driver's own BEGIN would come too late for IMMEDIATE; we say it ourselves below.
    connection.isolation_level = None
    # Its own lower() knows A to Z only; searching without regard to case means every alphabet.
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=30000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _sqlite_begin(connection: Any) -> None:
    # A writer takes its lock at the start: a reader that turns writer half-way can only fail.
    writes = connection.get_execution_options().get("podium_writes", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
