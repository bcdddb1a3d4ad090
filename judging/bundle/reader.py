"""Files of a bundle → what is counted; every fault is collected before any is told.

The format is `podium-bundle/1`, described in `docs/bundle.md`. Names of rounds, entries, judges and
criteria are compared character by character: spaces, case and Unicode's ways to compose a letter
all tell names apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from judging.bundle.decided import Decided, read_decided
from judging.bundle.declared import Declared, read_declared
from judging.bundle.faults import BundleError, Fault
from judging.bundle.tables import PublishedRow, Tables
from judging.ranking import ComparisonRow, MarkRow, RankRow


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle without faults: what it declares, its rows by the round's name, what was decided."""

    declared: Declared
    marks: Mapping[str, Sequence[MarkRow[str]]]
    rankings: Mapping[str, Sequence[RankRow[str]]]
    comparisons: Mapping[str, Sequence[ComparisonRow[str]]]
    published: Mapping[tuple[str, str], PublishedRow] | None
    decided: Decided | None


def read_bundle(files: Mapping[str, bytes]) -> Bundle:
    """Return what `files` hold, by their names. Raises BundleError with every fault in them."""
    faults: list[Fault] = []
    declared = read_declared(files, faults)
    tables = Tables(files, faults, {each.name: each.kind for each in declared.rounds})
    tables.check_presence()
    bundle = Bundle(
        declared,
        tables.marks(declared.rubric),
        tables.rankings(),
        tables.comparisons(),
        tables.published(),
        read_decided(files, faults),
    )
    tables.screens()
    if faults:
        raise BundleError(sorted(faults, key=lambda fault: (fault.file, fault.line)))
    return bundle
