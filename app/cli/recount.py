"""`podium recount`: a result computed once more from its bundle, with no database or settings."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click

from judging import bundle as bundles
from judging.bundle import BundleError, Choice, Fault
from judging.ranking import MethodName

UNUSABLE: Final = 2
DIFFERENT: Final = 3
MOST_TOLD: Final = 1000
"""How many faults or differences are told; who has more has one cause for most of them."""


@click.command("recount")
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--method",
    type=click.Choice([name.value for name in MethodName]),
    help="Count by this method where it fits, whatever the bundle declares.",
)
@click.option(
    "--drop", type=click.IntRange(min=0), help="Marks that a trimmed mean drops at either end."
)
@click.option("--round", "round_", help="Count this round only.")
def recount_command(bundle: Path, method: str | None, drop: int | None, round_: str | None) -> None:
    """Count the result in BUNDLE, a folder or a ZIP, once more, and print it as CSV.

    The winners of the last round are told on standard error, and where the organisers decided
    otherwise than the standings, and why. Ends with 3 where the result is not
    what was published, or a file not what the manifest says, and with 2 where BUNDLE is unusable.
    """
    choice = Choice(MethodName(method) if method else None, drop, round_)
    try:
        found = bundles.recount(bundles.read_bundle(bundles.read_files(bundle)), choice)
    except BundleError as error:
        _tell(_fault(fault) for fault in error.faults)
        sys.exit(UNUSABLE)
    # Bytes, because the output is UTF-8 with LF whatever the terminal and its system prefer.
    sys.stdout.buffer.write(bundles.csv_text(found.rounds).encode())
    sys.stdout.flush()
    _tell((*found.notes, *bundles.winners(found), *bundles.decision(found), *found.differences))
    sys.exit(DIFFERENT if found.differences else 0)


def _fault(fault: Fault) -> str:
    where = f"{fault.file}, line {fault.line}" if fault.line else fault.file
    return f"{where}: {fault.reason}"


def _tell(sentences: Iterable[str]) -> None:
    told = list(sentences)
    shown = [bundles.plain(sentence) for sentence in told[:MOST_TOLD]]
    if len(told) > MOST_TOLD:
        shown.append(f"… and {len(told) - MOST_TOLD} more.")
    sys.stderr.buffer.write("".join(f"{sentence}\n" for sentence in shown).encode())
    sys.stderr.flush()
