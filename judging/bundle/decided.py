"""What was decided from the standings: decision.json, and whether it is what was sealed."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from judging.bundle import parsing
from judging.bundle.faults import Fault
from judging.bundle.parsing import Record

FILE: Final = "decision.json"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A winner as decided; `reason` is empty where the standings say the same."""

    place: int
    entry: str
    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    """Who won in the end, best first, decided from `round`, the last one where that is empty.

    `commitment` is the SHA-256 of the text `sealed`, in which that of `withheld` stands; each is
    empty where the bundle does not say.
    """

    winners: tuple[Chosen, ...]
    round: str = ""
    commitment: str = ""
    sealed: str = ""
    withheld: str = ""


def read_decided(files: Mapping[str, bytes], faults: list[Fault]) -> Decided | None:
    """Read decision.json where there is one; what is wrong with it is added to `faults`."""
    found = parsing.json_object(files[FILE], FILE, faults) if FILE in files else None
    if found is None:
        return None
    listed = found.get("winners")
    if not isinstance(listed, list) or not listed:
        faults.append(Fault(FILE, found.line, "“winners” must list at least one winner."))
        return None
    winners = [each for item in listed if (each := _winner(item, found.line, faults))]
    winners.sort(key=lambda winner: winner.place)
    for what, values in (
        ("place", [winner.place for winner in winners]),
        ("entry", [winner.entry for winner in winners]),
    ):
        if len(set(values)) < len(values):
            faults.append(Fault(FILE, found.line, f"Two winners have the same “{what}”."))
    words = {name: _text(found, name, faults) for name in ("commitment", "sealed", "withheld")}
    if words["commitment"] and not _DIGEST.fullmatch(words["commitment"]):
        faults.append(Fault(FILE, found.line, "“commitment” must be 64 hexadecimal digits."))
    return Decided(tuple(winners), parsing.name(found.get("round")) or "", **words)


def _winner(item: object, line: int, faults: list[Fault]) -> Chosen | None:
    if not isinstance(item, Record):
        faults.append(Fault(FILE, line, "A winner must be an object."))
        return None
    place, entry = parsing.integer(item.get("place")), parsing.name(item.get("entry"))
    if place is None or place < 1:
        faults.append(Fault(FILE, item.line, "“place” must be a whole number from 1."))
    if entry is None:
        faults.append(Fault(FILE, item.line, "“entry” must name the entry."))
    reason = _text(item, "reason", faults)
    return None if place is None or entry is None else Chosen(place, entry, reason)


def _text(item: Record, name: str, faults: list[Fault]) -> str:
    value = item.get(name)
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or parsing.name(value) is None:
        faults.append(Fault(FILE, item.line, f"“{name}” must be a text."))
        return ""
    return value


def broken_seals(decided: Decided) -> Iterator[str]:
    """Say where what was sealed is not what the commitment, or the decision, says."""
    if not decided.sealed:
        return
    if decided.commitment and _sha256(decided.sealed) != decided.commitment:
        yield f"{FILE}: the sealed text is not the one that the commitment is of."
    said = _sealed(decided.sealed)
    if decided.withheld and said.get("withheld") != _sha256(decided.withheld):
        yield f"{FILE}: the withheld text is not the one that the sealed text names."
    winners = {(str(row.get("place")), str(row.get("number"))) for row in _rows(said)}
    if winners != {(str(winner.place), winner.entry) for winner in decided.winners}:
        yield f"{FILE}: the winners are not those of the sealed text."


def _sealed(text: str) -> dict[str, Any]:
    """Return the JSON behind the salt's line; nothing where there is none."""
    try:
        found = json.loads(text.partition("\n")[2])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _rows(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    listed = said.get("winners")
    return [row for row in listed if isinstance(row, dict)] if isinstance(listed, list) else []


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
