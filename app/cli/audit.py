"""`podium audit`: whether the record of who did what is as it was written."""

import sys
from typing import Final

import click
from flask.cli import with_appcontext
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app import audit
from app.audit import AuditEvent
from app.cli.current import transactions

CHANGED: Final = 3
MOST_TOLD: Final = 1000
"""Faults that are told one by one: who finds more has one cause for most of them."""


@click.group("audit")
def audit_group() -> None:
    """Look after the record of who did what."""


@audit_group.command("verify")
@with_appcontext
def verify_command() -> None:
    """Check every row of the audit; name each that was altered, removed or inserted.

    Ends with 3 where anything is not as it was recorded.
    """
    found = 0
    session = transactions().open(writes=False)
    try:
        for fault in audit.verify(session):
            found += 1
            if found <= MOST_TOLD:
                click.echo(f"{fault.kind:<9} {fault}")
        rows = session.scalar(select(func.count(AuditEvent.id)))
    except SQLAlchemyError as error:
        message = "The audit cannot be read: run `podium doctor`."
        raise click.ClickException(message) from error
    finally:
        session.close()
    if found > MOST_TOLD:
        click.echo(f"… and {found - MOST_TOLD:,} more")
    if not found:
        click.echo(f"All {rows:,} rows are as they were recorded.")
        return
    click.echo(
        f"{found:,} faults in {rows:,} rows: somebody changed the database from outside Podium."
        " Keep it as it is, and compare these rows with a backup from before."
    )
    sys.exit(CHANGED)
