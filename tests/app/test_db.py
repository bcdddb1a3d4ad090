"""The database's floor: instants, enumerations, and engines that behave alike."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from app.db import UtcDateTime, make_engine

INSTANT = datetime(2025, 3, 14, 22, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def table(session: Session) -> Table:
    """Give a table with an instant, gone again with the session's work."""
    made = Table("instants", MetaData(), Column("id", Integer), Column("at", UtcDateTime()))
    made.create(session.connection())
    return made


@pytest.mark.parametrize(
    "instant",
    [INSTANT, INSTANT.astimezone(timezone(timedelta(hours=-11))), None],
    ids=["utc", "elsewhere", "none"],
)
def test_an_instant_comes_back_as_it_went_in_utc(
    session: Session, table: Table, instant: datetime | None
) -> None:
    session.execute(insert(table).values(id=1, at=instant))
    found = session.scalar(select(table.c.at))
    assert found == instant
    assert found is None or found.tzinfo is UTC
    session.rollback()


def test_a_naive_instant_is_refused(session: Session, table: Table) -> None:
    with pytest.raises(StatementError, match="naive datetime"):
        session.execute(insert(table).values(id=1, at=INSTANT.replace(tzinfo=None)))
    session.rollback()


def test_sqlite_is_set_up_for_many_readers_and_one_writer(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/new/folder/x.sqlite3")
    with engine.connect() as connection:
        asked = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    assert asked == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 30000,
        "synchronous": 1,
    }
    engine.dispose()
