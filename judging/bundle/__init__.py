"""The result bundle `podium-bundle/1`: written, read, checked and counted again.

`docs/bundle.md` describes the format.
"""

from judging.bundle.decided import Chosen, Decided
from judging.bundle.faults import BundleError, Fault
from judging.bundle.files import read_files
from judging.bundle.reader import Bundle, read_bundle
from judging.bundle.recount import Choice, Recount, csv_text, recount
from judging.bundle.words import decision, plain, winners
from judging.bundle.writer import (
    CountedRound,
    Export,
    digests,
    is_empty,
    manifest,
    write,
    write_decision,
)

__all__ = [
    "Bundle",
    "BundleError",
    "Choice",
    "Chosen",
    "CountedRound",
    "Decided",
    "Export",
    "Fault",
    "Recount",
    "csv_text",
    "decision",
    "digests",
    "is_empty",
    "manifest",
    "plain",
    "read_bundle",
    "read_files",
    "recount",
    "winners",
    "write",
    "write_decision",
]
