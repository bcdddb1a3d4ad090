"""The `podium` commands but for the demo forum."""

import os
import sys
from collections.abc import Callable
from contextlib import closing

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from app import clock, jobs, mail
from app.accounts import service as accounts
from app.cli import demo as demo_forum
from app.cli import migrations, serve
from app.cli.audit import audit_group, faults
from app.cli.bundle import bundle_command
from app.cli.current import in_words, settings, store, transactions
from app.cli.storage import storage
from app.errors import DomainError
from app.settings import DEVELOPMENT_SECRET
from app.transaction import transaction


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--worker/--no-worker", default=True, help="Run the worker beside the web server.")
@click.option("--demo", is_flag=True, help="Migrate, and fill an empty database first.")
@with_appcontext
def serve_command(host: str, *, worker: bool, demo: bool) -> None:
    """Serve the forum on PORT, with its worker, until Ctrl-C."""
    if demo:
        _migrate()
        demo_forum.fill()
    transactions().engine.dispose()
    serve.become(port=settings().port, host=host, with_worker=worker)


@click.command("worker")
@click.option(
    "--threads",
    default=os.cpu_count() or 1,
    show_default="one per core",
    help="Jobs to run at the same time; each has a process of its own for its pictures.",
)
@with_appcontext
def worker_command(threads: int) -> None:
    """Make pictures, send mail and announce at set times, until a signal ends it."""
    jobs.queue().consume(threads)


def _migrate() -> None:
    migrations.upgrade(transactions().engine)
    with in_words():
        store().ensure()


@click.command("migrate")
@click.option(
    "--check", is_flag=True, help="Change nothing; fail where models and migrations differ."
)
@click.option("--make", metavar="MESSAGE", help="Write a migration for what the models have new.")
@with_appcontext
def migrate_command(*, check: bool, make: str | None) -> None:
    """Bring the database to this version's schema, and make the store if there is none."""
    engine = transactions().engine
    if make:
        migrations.make(engine, make)
        return
    if not check:
        _migrate()
        return
    found = migrations.differences(engine)
    if found:
        raise click.ClickException(found)
    click.echo("The models and the migrations agree.")


@click.command("user")
@click.argument("email")
@click.option("--name", default="", help="The name others see.")
@click.option("--organiser", is_flag=True, help="Let this person organise the forum.")
@click.password_option("--password", help="Asked for where it is left out.")
@with_appcontext
def user_command(email: str, name: str, password: str, *, organiser: bool) -> None:
    """Make an account for EMAIL, or give an existing one a new password and role."""
    with in_words(), transaction() as session:
        user = accounts.put_user(
            session, email=email, name=name, password=password, organiser=organiser, now=clock.now()
        )
        click.echo(f"{user.email} can sign in{' as an organiser' if organiser else ''}.")


@click.command("sweep")
@with_appcontext
def sweep_command() -> None:
    """Finish what a crash or a lost queue left behind; the worker does this every minute."""
    jobs.run_sweeps(clock.now())


@click.command("doctor")
@with_appcontext
def doctor_command() -> None:
    """Check the database, store, queue, mail and secrets, and say what to do."""
    healthy = [
        _examine("database", _check_database, "run `podium migrate`, or mend DATABASE_URL"),
        _examine(
            "audit trail",
            _check_audit,
            "run `podium audit verify`, and compare what it names with a backup",
        ),
        _examine("store", store().check, "run `podium storage setup`, or mend STORE_URL"),
        _examine("queue", jobs.queue().check, "start the queue's server, or mend JOBS_URL"),
        _examine("mail", mail.check, "start the mail server, or mend MAIL_URL"),
        _examine("secrets", _check_secrets, "set SECRET_KEY to 32 or more random characters"),
    ]
    sys.exit(0 if all(healthy) else 1)


def _examine(part: str, check: Callable[[], None], advice: str) -> bool:
    try:
        check()
    except (DomainError, click.ClickException) as error:
        # The first line names the fault; what a driver guesses below it has its place in logs.
        click.echo(f"✗ {part}: {str(error).splitlines()[0]}\n  {advice}")
        return False
    click.echo(f"✓ {part}")
    return True


def _check_database() -> None:
    try:
        found = migrations.pending(transactions().engine)
    except Exception as error:
        raise click.ClickException(str(error)) from error
    if found:
        message = "the schema is older than this version of Podium"
        raise click.ClickException(message)


def _check_audit() -> None:
    try:
        with closing(transactions().open(writes=False)) as session:
            fault = next(faults(session), None)
    except SQLAlchemyError as error:
        message = "cannot be read until the database can"
        raise click.ClickException(message) from error
    if fault is not None:
        raise click.ClickException(str(fault))


def _check_secrets() -> None:
    if settings().secret_key == DEVELOPMENT_SECRET:
        message = "the development secret is in use; fine on your own machine, nowhere else"
        raise click.ClickException(message)


COMMANDS: tuple[click.Command, ...] = (
    serve_command,
    worker_command,
    migrate_command,
    user_command,
    sweep_command,
    doctor_command,
    storage,
    audit_group,
    bundle_command,
)
