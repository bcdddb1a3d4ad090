"""Bytes → JSON values and CSV rows that know their lines, and numbers read exactly."""

import csv
import io
import json
import re
from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from json.decoder import JSONObject  # type: ignore[attr-defined] # exists, though stubs omit it
from json.scanner import py_make_scanner  # type: ignore[attr-defined] # likewise
from typing import Any, Final

from judging.bundle.faults import Fault

INTEGER: Final = re.compile(r"-?[0-9]{1,18}", re.ASCII)
DECIMAL: Final = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,40})?", re.ASCII)


class Record(dict[str, Any]):
    """A JSON object that knows the line on which it begins."""

    line = 0


def text_of(data: bytes, file: str, faults: list[Fault]) -> str | None:
    """Decode UTF-8, with or without a byte order mark; None, and a fault, for anything else."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(Fault(file, line, "This is not UTF-8; save the file in that encoding."))
        return None


def json_object(data: bytes, file: str, faults: list[Fault]) -> Record | None:
    """Read a JSON object whose objects know their lines; None, and a fault, for anything else."""
    text = text_of(data, file, faults)
    if text is None:
        return None
    line, reason = 1, "The file holds no JSON object."
    try:
        found = _Decoder(text).decode(text)
    except json.JSONDecodeError as error:
        line, reason = error.lineno, f"This is not JSON: {error.msg}."
    except _KeyTwiceError as error:
        line, reason = error.line, f"The key “{error.key}” is there twice in one object."
    except (ValueError, RecursionError):
        reason = "This is not JSON: it holds a number too long or objects too deep."
    else:
        if isinstance(found, Record):
            return found
    faults.append(Fault(file, line, reason))
    return None


class _KeyTwiceError(Exception):
    """An object has two values of one key: which of them holds, every program may see otherwise."""

    def __init__(self, key: str, line: int) -> None:
        super().__init__(key)
        self.key = key
        self.line = line


class _Decoder(json.JSONDecoder):
    """The standard decoder, in its Python form, with objects that remember where they begin."""

    def __init__(self, text: str) -> None:
        super().__init__(object_pairs_hook=list)
        ends = [found.start() for found in re.finditer("\n", text)]

        def parse_object(state: tuple[str, int], *rest: Any) -> tuple[Record, int]:
            found, end = JSONObject(state, *rest)
            record = Record()
            record.line = bisect(ends, state[1] - 1) + 1
            for key, value in found:
                if key in record:
                    raise _KeyTwiceError(key, record.line)
                record[key] = value
            return record, end

        self.parse_object = parse_object
        self.scan_once = py_make_scanner(self)


def csv_rows(
    data: bytes, file: str, columns: Sequence[str], faults: list[Fault]
) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield each row's line and its values of `columns`; unknown columns are left out.

    Rows that cannot be read become faults, and so do columns that are missing or there twice.
    """
    text = text_of(data, file, faults)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        chosen = _chooser(header, columns, file, faults)
        if chosen is None:
            return
        before = reader.line_num
        for row in reader:
            line, before = before + 1, reader.line_num
            if len(row) == len(header):
                yield line, chosen(row)
            elif row:
                reason = f"The row has {len(row)} values, and the header {len(header)}."
                faults.append(Fault(file, line, reason))
    except csv.Error as error:
        faults.append(Fault(file, reader.line_num, f"This is not CSV: {error}."))


def _chooser(
    header: Sequence[str], columns: Sequence[str], file: str, faults: list[Fault]
) -> Callable[[Sequence[str]], Sequence[str]] | None:
    wrong = [
        Fault(file, 1, f"The column “{column}” is {'missing' if times == 0 else 'there twice'}.")
        for column in columns
        if (times := header.count(column)) != 1
    ]
    faults += wrong
    if wrong:
        return None
    places = [header.index(column) for column in columns]
    return lambda row: [row[place] for place in places]


def integer(value: object) -> int | None:
    """Return a whole number given as an integer or as its decimal text; None for anything else."""
    if isinstance(value, str):
        return int(value) if INTEGER.fullmatch(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def decimal(value: object) -> Fraction | None:
    """Return a number given as an integer or as a decimal text, exactly; None for others."""
    if isinstance(value, str):
        return Fraction(value) if DECIMAL.fullmatch(value) else None
    whole = integer(value)
    return None if whole is None else Fraction(whole)


def name(value: object) -> str | None:
    """Return what names something: a text that is not empty, or a whole number in digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        return None
    # JSON can spell halves of a character; no UTF-8 file, and no output, can hold one.
    return None if any("\ud800" <= letter <= "\udfff" for letter in value) else value
