"""`podium audit`: whether the record of who did what is as it was written, and still true."""

import sys
from collections.abc import Iterator
from typing import Final

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import audit
from app.audit import AuditEvent, Fault, FaultKind
from app.cli.current import transactions
from contests.service import tracing as contests
from judging.service import tracing as judging

CHANGED: Final = 3
MOST_TOLD: Final = 1000
"""Faults that are told one by one: who finds more has one cause for most of them."""


@click.group("audit")
def audit_group() -> None:
    """Look after the record of who did what."""


@audit_group.command("verify")
@with_appcontext
def verify_command() -> None:
    """Check every row of the audit, and what it says against the marks and decisions there are.

    Names each that was altered, removed or inserted, and ends with 3 if there is any. What is older
    than the acts that would tell of it is named, too, and is no fault.
    """
    told = found = 0
    session = transactions().open(writes=False)
    try:
        for told, fault in enumerate(faults(session), start=1):
            found += fault.kind is not FaultKind.OLDER
            if told <= MOST_TOLD:
                click.echo(f"{fault.kind:<9} {fault}")
        rows = session.scalar(select(func.count(AuditEvent.id)))
    except SQLAlchemyError as error:
        message = "The audit cannot be read: run `podium doctor`."
        raise click.ClickException(message) from error
    finally:
        session.close()
    if told > MOST_TOLD:
        click.echo(f"… and {told - MOST_TOLD:,} more")
    if not found:
        click.echo(
            f"All is as recorded: the audit, {_counted(rows, 'row')}, and the marks, verdicts and"
            " decisions that it tells of."
        )
        return
    click.echo(
        f"{_counted(found, 'fault')} in {_counted(rows, 'row')}: somebody changed the database from"
        " outside Podium. Keep it as it is, and compare these rows with a backup from before."
    )
    sys.exit(CHANGED)


def _counted(number: int | None, what: str) -> str:
    return f"{number or 0:,} {what}{'' if number == 1 else 's'}"


def faults(session: Session) -> Iterator[Fault]:
    """Yield what is wrong with the audit's chain, then what is not as the chain says.

    The session must not have been used yet: the second part is read as of one moment, for what
    is saved meanwhile not to look as if it had no act.
    """
    yield from audit.verify(session)
    session.rollback()
    if session.get_bind().dialect.name == "postgresql":
        # SQLite's transactions see one moment anyway.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    yield from contests.differences(session)
    yield from judging.differences(session)
