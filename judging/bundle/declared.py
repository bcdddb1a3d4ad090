"""What a bundle declares: the manifest's digests, the rounds with their methods, the rubric."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from math import ceil, floor
from typing import Any, Final

from app.errors import InvalidError
from judging.bundle import parsing
from judging.bundle.faults import Fault
from judging.bundle.files import NAMES
from judging.bundle.parsing import Record
from judging.ranking import METHODS, Kind, MethodName, Rung, RungKind, parse_rung
from judging.rubric import Criterion, Rubric

FORMAT: Final = "podium-bundle/1"
PLACES: Final = 3
_DIGEST: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class BundleRound:
    """A round as method.json declares it; `line` is where. Screening has no method.

    `criteria` are the keys of its own, where it says which: they matter when rounds of different
    rubrics share a bundle.
    """

    name: str
    kind: Kind
    method: MethodName | None
    drop: int | None
    line: int
    criteria: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Declared:
    """What is declared; `rounds` are empty and `rubric` is None where a fault hides them.

    `digests` are those of the manifest that are not so, by file: the one found, None for no file.
    """

    digests: Mapping[str, str | None]
    rounds: tuple[BundleRound, ...]
    places: int
    rubric: Rubric | None
    ladder: tuple[Rung, ...]

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Return the rubric's criteria; there are none without rounds that score."""
        return self.rubric.criteria if self.rubric else ()


def read_declared(files: Mapping[str, bytes], faults: list[Fault]) -> Declared:
    """Read the JSON files; what is wrong with them is added to `faults`."""
    return _Declarations(files, faults).read()


@dataclass(frozen=True, slots=True)
class _Declarations:
    files: Mapping[str, bytes]
    faults: list[Fault]

    def read(self) -> Declared:
        digests = self._manifest()
        method = self._json("method.json")
        rounds = self._rounds(method)
        places = self._places(method)
        rubric = self._rubric(needed=any(each.kind is Kind.SCORE for each in rounds))
        self._check_criteria(rounds, rubric)
        return Declared(digests, rounds, places, rubric, self._ladder(method, rubric))

    def _fault(self, file: str, line: int, reason: str) -> None:
        self.faults.append(Fault(file, line, reason))

    def _json(self, file: str) -> Record | None:
        if file not in self.files:
            self._fault(file, 0, "The file is missing.")
            return None
        return parsing.json_object(self.files[file], file, self.faults)

    def _manifest(self) -> dict[str, str | None]:
        file = "manifest.json"
        found = self._json(file) if file in self.files else None
        if found is None:
            return {}
        if found.get("format") != FORMAT:
            self._fault(file, found.line, f"“format” must be “{FORMAT}”.")
        if "exported_at" in found and not _is_instant(found["exported_at"]):
            self._fault(file, found.line, "“exported_at” must be a time as in RFC 3339.")
        listed = found.get("sha256")
        if not isinstance(listed, Record):
            self._fault(file, found.line, "“sha256” must hold a digest for each file.")
            return {}
        return self._digests(listed)

    def _digests(self, listed: Record) -> dict[str, str | None]:
        wrong: dict[str, str | None] = {}
        for name, digest in listed.items():
            if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
                reason = f"The digest of “{name}” must be 64 hexadecimal digits."
                self._fault("manifest.json", listed.line, reason)
            elif name in NAMES:  # what else a bundle carries has no part in the count
                data = self.files.get(name)
                real = None if data is None else hashlib.sha256(data).hexdigest()
                if real != digest.lower():
                    wrong[name] = real
        return wrong

    def _rounds(self, method: Record | None) -> tuple[BundleRound, ...]:
        """Read the rounds; none where one is not known, so that rows are not blamed for it."""
        if method is None:
            return ()
        listed = method.get("rounds")
        if not isinstance(listed, list) or not listed:
            self._fault("method.json", method.line, "“rounds” must list at least one round.")
            return ()
        found = [self._round(item, method.line) for item in listed]
        rounds = [each for each in found if each is not None]
        seen: set[str] = set()
        for each in rounds:
            if each.name in seen:
                self._fault("method.json", each.line, f"The round “{each.name}” is there twice.")
            seen.add(each.name)
        return tuple(rounds) if len(rounds) == len(found) else ()

    def _round(self, item: object, line: int) -> BundleRound | None:
        if not isinstance(item, Record):
            self._fault("method.json", line, "A round must be an object.")
            return None
        name = parsing.name(item.get("round"))
        kind = {each.value: each for each in Kind}.get(_word(item, "kind"))
        if name is None:
            self._fault("method.json", item.line, "“round” must name the round.")
        if kind is None:
            kinds = ", ".join(Kind)
            self._fault("method.json", item.line, f"“kind” must be one of {kinds}.")
        if name is None or kind is None:
            return None
        return self._counted(item, name, kind)

    def _counted(self, item: Record, name: str, kind: Kind) -> BundleRound:
        method = {each.value: each for each in METHODS[kind]}.get(_word(item, "method"))
        if method is None and METHODS[kind]:
            reason = f"“method” of a {kind} round must be one of {', '.join(METHODS[kind])}."
            self._fault("method.json", item.line, reason)
        drop = parsing.integer(item.get("drop"))
        if method is MethodName.TRIMMED_MEAN and (drop is None or drop < 0):
            reason = "“drop” must be a whole number of marks to leave out at either end."
            self._fault("method.json", item.line, reason)
        return BundleRound(name, kind, method, drop, item.line, self._own_criteria(item))

    def _own_criteria(self, item: Record) -> tuple[str, ...] | None:
        if "criteria" not in item:
            return None
        listed = item["criteria"]
        names = [parsing.name(key) for key in listed] if isinstance(listed, list) else []
        if not names or None in names:
            reason = "“criteria” of a round must list the keys of at least one criterion."
            self._fault("method.json", item.line, reason)
        return tuple(name for name in names if name is not None)

    def _check_criteria(self, rounds: Iterable[BundleRound], rubric: Rubric | None) -> None:
        known = {criterion.key for criterion in rubric.criteria} if rubric else set()
        for each in rounds if rubric else ():
            for key in each.criteria or ():
                if key not in known:
                    reason = f"“criteria” names “{key}”, which rubric.json lacks."
                    self._fault("method.json", each.line, reason)

    def _places(self, method: Record | None) -> int:
        if method is None or "places" not in method:
            return PLACES
        places = parsing.integer(method["places"])
        if places is None or places < 1:
            self._fault("method.json", method.line, "“places” must be a whole number from 1.")
            return PLACES
        return places

    def _ladder(self, method: Record | None, rubric: Rubric | None) -> tuple[Rung, ...]:
        listed = method.get("ties", []) if method else []
        if method is not None and not isinstance(listed, list):
            self._fault("method.json", method.line, "“ties” must list the rungs of the ladder.")
            return ()
        line = method.line if method else 0
        rungs = [self._rung(item, rubric, line) for item in listed]
        return tuple(rung for rung in rungs if rung is not None)

    def _rung(self, item: object, rubric: Rubric | None, line: int) -> Rung | None:
        try:
            rung = parse_rung(parsing.name(item) or "")
        except InvalidError:
            self._fault("method.json", line, f"“ties” holds “{item}”, which is no rung.")
            return None
        if rung.kind is RungKind.CRITERION and rubric is not None:
            keys = [criterion.key for criterion in rubric.criteria]
            if rung.argument not in keys:
                reason = f"“ties” names the criterion “{rung.argument}”, which rubric.json lacks."
                self._fault("method.json", line, reason)
        return rung

    def _rubric(self, *, needed: bool) -> Rubric | None:
        if not needed and "rubric.json" not in self.files:
            return None
        found = self._json("rubric.json")
        if found is None:
            return None
        listed = found.get("criteria")
        if not isinstance(listed, list) or not listed:
            self._fault("rubric.json", found.line, "“criteria” must list at least one criterion.")
            return None
        read = [self._criterion(item, found.line) for item in listed]
        criteria = tuple(criterion for criterion in read if criterion is not None)
        if len(criteria) < len(read):
            return None
        try:
            return Rubric(criteria)
        except InvalidError as error:
            self._fault("rubric.json", found.line, error.message)
            return None

    def _criterion(self, item: object, line: int) -> Criterion | None:
        """Read a criterion; its scale is in values, a mark's is in points of the step."""
        if not isinstance(item, Record):
            self._fault("rubric.json", line, "A criterion must be an object.")
            return None
        key = parsing.name(item.get("key"))
        if key is None:
            self._fault("rubric.json", item.line, "“key” must name the criterion.")
        numbers = {}
        for name in ("weight", "min", "max", "step"):
            number = parsing.decimal(item.get(name))
            if number is None:
                reason = f'“{name}” must be a whole number or a decimal text such as "0.25".'
                self._fault("rubric.json", item.line, reason)
            else:
                numbers[name] = number
        if key is None or len(numbers) < 4:  # noqa: PLR2004 - the four above
            return None
        try:
            return _criterion(key, parsing.name(item.get("title")) or key, numbers)
        except InvalidError as error:
            self._fault("rubric.json", item.line, error.message % error.params)
            return None


def _criterion(key: str, title: str, numbers: Mapping[str, Fraction]) -> Criterion:
    step = numbers["step"]
    unit = step if step > 0 else Fraction(1)
    return Criterion(
        key,
        title,
        numbers["weight"],
        ceil(numbers["min"] / unit),
        floor(numbers["max"] / unit),
        step=step,
    )


def _word(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _is_instant(value: object) -> bool:
    try:
        return datetime.fromisoformat(str(value)).tzinfo is not None
    except ValueError:
        return False
