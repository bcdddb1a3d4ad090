"""The result bundle `podium-bundle/1`: read, checked and counted again without a database.

`docs/bundle.md` describes the format.
"""

from judging.bundle.faults import BundleError, Fault
from judging.bundle.files import read_files
from judging.bundle.reader import Bundle, read_bundle
from judging.bundle.recount import Choice, Recount, csv_text, recount
from judging.bundle.words import plain, winners

__all__ = [
    "Bundle",
    "BundleError",
    "Choice",
    "Fault",
    "Recount",
    "csv_text",
    "plain",
    "read_bundle",
    "read_files",
    "recount",
    "winners",
]
