"""`podium bundle`: a contest's result with all that it was counted from, as a file."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from app import clock
from app.authz import ANYBODY
from app.cli.current import in_words
from app.transaction import transaction
from contests.queries.contests import get_contest
from judging.service import exporting


@click.command("bundle")
@click.argument("slug")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where to write it; SLUG-bundle.zip unless given.",
)
@with_appcontext
def bundle_command(slug: str, output: Path | None) -> None:
    """Write the result bundle of the contest SLUG, for `podium recount`.

    It holds every mark, judges under pseudonyms: give it to whoever checks the result, not to all.
    """
    path = output or Path(f"{slug}-bundle.zip")
    with in_words(), transaction() as session:
        contest = get_contest(session, slug)
        data = exporting.archive(session, contest=contest, actor=ANYBODY, now=clock.now())
        path.write_bytes(data)
    click.echo(f"{path} holds the result of {contest.title}. Count it again: podium recount {path}")
