"""`podium audit verify` as an operator meets it."""

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import AuditEvent, AuditHead
from app.authz import ANYBODY
from app.cli import audit as commands
from app.cli import migrations
from app.db import make_engine
from app.transaction import Transactions
from tests.database import settle
from tests.factories import NOW


def verify(app: Flask) -> Result:
    settle(app)
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def acts(session: Session, number: int) -> None:
    for _each in range(number):
        audit.record(session, actor=ANYBODY, verb="a.b", subject="c:1", now=NOW)


@pytest.mark.parametrize(("number", "counted"), [(0, "0 rows"), (1, "1 row"), (3, "3 rows")])
def test_a_whole_audit(app: Flask, session: Session, number: int, counted: str) -> None:
    acts(session, number)
    result = verify(app)
    assert result.exit_code == 0
    assert result.output == (
        f"All is as recorded: the audit, {counted}, and the marks, verdicts and decisions that it"
        " tells of.\n"
    )


def test_a_single_fault_is_one(app: Flask, session: Session) -> None:
    acts(session, 1)
    session.execute(update(AuditEvent).values(verb="x.y"))
    assert verify(app).output.splitlines()[-1].startswith("1 fault in 1 row: ")


def test_each_fault_is_a_line_and_the_end_says_what_to_do(app: Flask, session: Session) -> None:
    acts(session, 6)
    session.execute(update(AuditEvent).where(AuditEvent.id == 2).values(verb="x.y"))
    session.execute(delete(AuditEvent).where(AuditEvent.id.in_([4, 6])))
    result = verify(app)
    assert result.exit_code == 3
    *lines, end = result.output.splitlines()
    assert lines == [
        "altered   Row 2 was altered: its content and its digest differ.",
        "removed   Rows between 3 and 5 were removed: 1.",
        "removed   The newest rows were removed: those from 6 to 6.",
    ]
    assert end.startswith("3 faults in 4 rows: ")
    assert "compare these rows with a backup" in end
    doctor = app.test_cli_runner().invoke(args=["doctor"])
    assert "✗ audit trail: Row 2 was altered" in doctor.output
    assert "run `podium audit verify`" in doctor.output


def test_a_flood_of_faults_is_counted(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "MOST_TOLD", 2)
    acts(session, 5)
    session.execute(update(AuditEvent).values(verb="x.y"))
    lines = verify(app).output.splitlines()
    assert len(lines) == 4
    assert lines[2] == "… and 3 more"
    assert lines[3].startswith("5 faults in 5 rows")


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_a_database_without_the_tables_is_told_in_words(app: Flask, tmp_path: Path) -> None:
    before = app.extensions["podium.transactions"]
    engine = make_engine(f"sqlite:///{tmp_path}/empty.sqlite3")
    app.extensions["podium.transactions"] = Transactions(engine)
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    app.extensions["podium.transactions"] = before
    engine.dispose()
    assert result.exit_code == 1
    assert "The audit cannot be read: run `podium doctor`." in result.output


def test_a_migrated_record_has_its_head(tmp_path: Path) -> None:
    """What was recorded before there was a head is guarded by one from the migration on."""
    engine = make_engine(f"sqlite:///{tmp_path}/old.sqlite3")
    migrations.upgrade(engine)
    with Session(engine) as session:
        acts(session, 5)
        session.commit()
        newest = session.scalars(select(AuditHead)).one()
        before = newest.event_id, newest.digest, newest.events
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    config.attributes["engine"] = engine
    command.downgrade(config, "0002")
    migrations.upgrade(engine)
    with Session(engine) as session:
        newest = session.scalars(select(AuditHead)).one()
        assert (newest.event_id, newest.digest, newest.events) == before
        acts(session, 1)
        assert list(audit.verify(session)) == []
    engine.dispose()
