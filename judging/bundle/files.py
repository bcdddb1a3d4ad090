"""The files of a bundle as bytes, from a folder or a ZIP; nothing is unpacked to disk.

Only the files that the format names are looked at, so what else a ZIP holds, or where its names
point, does no harm; and no more is read than `LARGEST`, whatever a ZIP says about its sizes.
"""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Final

from judging.bundle.faults import BundleError, Fault

NAMES: Final = (
    "manifest.json",
    "rubric.json",
    "method.json",
    "ballots.csv",
    "rankings.csv",
    "comparisons.csv",
    "screens.csv",
    "standings.csv",
    "decision.json",
)
LARGEST: Final = 256 * 1024 * 1024
"""The most bytes of one file: some five million marks."""

# What Python's reader of ZIP files ends with, where one is damaged or made to harm it.
_UNREADABLE = (
    *(OSError, EOFError, RuntimeError, ValueError, IndexError, struct.error),
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
)


def read_files(path: Path) -> dict[str, bytes]:
    """Return the files there are, by name. Raises BundleError for what cannot be read."""
    if path.is_dir():
        return _from_folder(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _from_zip(archive)
    except _UNREADABLE as error:
        reason = "This is neither a folder nor a ZIP file that can be read."
        raise BundleError([Fault(path.name, 0, reason)]) from error


def _from_folder(folder: Path) -> dict[str, bytes]:
    found = [name for name in NAMES if (folder / name).exists()]
    # A pipe would be waited for, perhaps for ever.
    faults = [Fault(name, 0, "This is no file.") for name in found if not (folder / name).is_file()]

    def opened(name: str) -> IO[bytes]:
        return (folder / name).open("rb")

    return _read_all(found, opened, "The file cannot be read.", faults)


def _from_zip(archive: zipfile.ZipFile) -> dict[str, bytes]:
    found = _members(archive)
    reason = "The ZIP holds more than one file of this name."
    faults = [Fault(name, 0, reason) for name, members in found.items() if len(members) > 1]

    def opened(name: str) -> IO[bytes]:
        return archive.open(found[name][0])

    return _read_all(found, opened, "The file is damaged, encrypted or packed unusually.", faults)


def _read_all(
    names: Iterable[str], opened: Callable[[str], IO[bytes]], broken: str, faults: list[Fault]
) -> dict[str, bytes]:
    """Read each file that is not at fault yet; raise BundleError where any is, or is `broken`."""
    files: dict[str, bytes] = {}
    at_fault = {fault.file for fault in faults}
    for name in [name for name in names if name not in at_fault]:
        try:
            with opened(name) as file:
                files[name] = _bounded(file)
        except _UNREADABLE:
            faults.append(Fault(name, 0, broken))
        except _TooLargeError:
            reason = f"The file is larger than {LARGEST // 1024**2} MiB."
            faults.append(Fault(name, 0, reason))
    if faults:
        raise BundleError(sorted(faults, key=lambda fault: NAMES.index(fault.file)))
    return files


def _members(archive: zipfile.ZipFile) -> dict[str, list[zipfile.ZipInfo]]:
    """Find the bundle's files at the top, or, where none is there, in the one folder at the top."""
    members = [info for info in archive.infolist() if not info.is_dir()]
    folders = {info.filename.partition("/")[0] for info in members} - {"__MACOSX"}
    for prefix in ("", *(f"{folder}/" for folder in folders if len(folders) == 1)):
        found = {
            name: named
            for name in NAMES
            if (named := [info for info in members if info.filename == prefix + name])
        }
        if found:
            return found
    return {}


class _TooLargeError(Exception):
    """There is more than LARGEST."""


def _bounded(file: IO[bytes]) -> bytes:
    data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise _TooLargeError
    return data
