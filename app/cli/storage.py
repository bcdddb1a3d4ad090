"""`podium storage`: make the place where files are kept, and compare it with the database."""

import sys
from collections.abc import Iterable
from urllib.parse import urlsplit

import click
from flask.cli import with_appcontext

from app import clock
from app.cli.current import in_words, settings, store
from media import upkeep
from media.storage import Lack

SHOWN = 50
"""Lines of one kind, at most: the counts follow, and a lost disk would fill the terminal."""


@click.group("storage")
def storage() -> None:
    """Look after the place where files are kept."""


@storage.command("setup")
@with_appcontext
def setup_command() -> None:
    """Make the folder or bucket, and its rules for browsers and forgotten uploads."""
    with in_words():
        page = urlsplit(settings().public_url)
        for sentence in store().set_up([f"{page.scheme}://{page.netloc}"]):
            click.echo(sentence)


@storage.command("verify")
@click.option("--delete-orphans", is_flag=True, help="Delete the objects that no row names.")
@with_appcontext
def verify_command(*, delete_orphans: bool) -> None:
    """Compare database and store both ways; fail where an object is missing or another."""
    now = clock.now()
    with in_words(), upkeep.compare(store()) as found:
        lacking = _show(map(_line, upkeep.lacking(store(), found)))
        orphans = _show(
            f"orphan   {orphan.key}  {orphan.size:,} bytes of {orphan.modified_at:%Y-%m-%d %H:%M}"
            for orphan in upkeep.orphans(found, now=now)
        )
        strays = _show(
            f"upload   {upload.key}  begun {upload.started_at:%Y-%m-%d %H:%M}"
            for upload in upkeep.stray_uploads(store(), now=now)
        )
        click.echo(f"The database names {found.named:,} objects; the store holds {found.stored:,}.")
        if delete_orphans and orphans:
            click.echo(f"{upkeep.delete_orphans(store(), found, now=now):,} orphans were deleted.")
            orphans = 0
    for sentence in _sentences(lacking, orphans, strays):
        click.echo(sentence)
    sys.exit(1 if lacking else 0)


def _line(lack: Lack) -> str:
    if lack.found is None:
        return f"missing  {lack.key}  {lack.size:,} bytes"
    return f"changed  {lack.key}  {lack.found:,} bytes instead of {lack.size:,}"


def _show(lines: Iterable[str]) -> int:
    """Print the first lines; return how many there are."""
    count = 0
    for line in lines:
        count += 1
        if count <= SHOWN:
            click.echo(line)
    if count > SHOWN:
        click.echo(f"… and {count - SHOWN:,} more")
    return count


def _sentences(lacking: int, orphans: int, strays: int) -> Iterable[str]:
    if lacking:
        yield f"Missing or changed: {lacking:,}. Restore them from a backup."
    if orphans:
        yield (
            f"Named by no row and older than a day: {orphans:,}. The worker deletes them at night;"
            " `podium storage verify --delete-orphans` does it now."
        )
    if strays:
        yield f"Open uploads that nobody goes on with: {strays:,}. The worker ends them at night."
    if not lacking and not orphans and not strays:
        yield "Both agree."
