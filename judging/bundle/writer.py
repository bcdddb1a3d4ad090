"""Rounds that were counted → the files of a bundle, from which anybody counts them again.

No person is named: judges go by pseudonyms, which the ladder's chair goes by too, and entries by
their numbers. What changes nothing is left out, so that nothing else is needed to recount: marks on
entries that left the contest, positions behind which others moved up.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from judging.bundle.decided import FILE, Decided
from judging.bundle.declared import FORMAT
from judging.bundle.recount import Counted, csv_text, score_text
from judging.decision import departures
from judging.ranking import (
    Ballots,
    Comparisons,
    Given,
    Kind,
    Method,
    MethodName,
    Ranking,
    Rankings,
    Rung,
    RungKind,
    Standing,
)
from judging.ranking.orders import orders
from judging.rubric import Criterion

OUT_TO_IN: Final = ("out", "maybe", "in")
"""The verdicts of screening, by the points of the mark as which they are kept."""

Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CountedRound:
    """A round as it was counted: what was given, among which entries, and what came of it.

    `name` is unique in the bundle, `title` for people. Marks come put together to ballots.
    """

    name: str
    title: str
    kind: Kind
    method: Method
    given: Given[int]
    entries: frozenset[int]
    ranking: Ranking[int]


@dataclass(frozen=True, slots=True)
class Export:
    """What a bundle is written from; `pseudonyms` are the judges', by the name in `given`."""

    places: int
    ladder: Sequence[Rung]
    rounds: Sequence[CountedRound]
    pseudonyms: Mapping[str, str]


def write(export: Export) -> dict[str, bytes]:
    """Return the bundle's files by name, but for the manifest; the same export, the same bytes.

    Rounds in which nobody has a place are left out, as nobody could count them.
    """
    rounds = [each for each in export.rounds if _is_countable(each)]
    names = _Names(export, rounds)
    files = {"method.json": _json(_method(export, rounds, names))}
    if criteria := names.criteria():
        files["rubric.json"] = _json({"criteria": [_criterion(*each) for each in criteria]})
    for kind, (file, columns, rows_of) in _TABLES.items():
        rows = [
            (each.name, *row)
            for each in rounds
            if each.kind is kind
            for row in sorted(rows_of(each, names))
        ]
        if rows:
            files[file] = _csv(("round", *columns), rows)
    published = csv_text(_published(each) for each in rounds if each.kind is not Kind.SCREEN)
    files["standings.csv"] = published.encode()
    return files


def write_decision(
    decided: Decided, method: Method, places: Mapping[str, int | None]
) -> dict[str, bytes]:
    """Return decision.json: the winners, where each stands, the reasons, and what was sealed."""
    departed = {each.position for each in departures(_by_place(places), _entries(decided))}
    said: dict[str, Any] = {
        "round": decided.round,
        "method": {"name": method.name.value, "drop": method.drop},
        "winners": [
            {
                "place": winner.place,
                "entry": winner.entry,
                "stands": places.get(winner.entry),
                "departs": position in departed,
                "reason": winner.reason,
            }
            for position, winner in enumerate(decided.winners, start=1)
        ],
    }
    sealed = {
        "commitment": decided.commitment,
        "sealed": decided.sealed,
        "withheld": decided.withheld,
    }
    return {FILE: _json(said | {name: text for name, text in sealed.items() if text})}


def _by_place(places: Mapping[str, int | None]) -> list[Standing[str]]:
    return [Standing(place, entry, None, 1, 0) for entry, place in places.items()]


def _entries(decided: Decided) -> list[str]:
    return [winner.entry for winner in decided.winners]


def is_empty(files: Mapping[str, bytes]) -> bool:
    """Tell whether there was nothing to export."""
    return files.keys() == {"method.json", "standings.csv"}


def manifest(contest: str, files: Mapping[str, bytes], at: datetime) -> bytes:
    """Return manifest.json: the digests of the other files, and when they were written."""
    return _json(
        {
            "format": FORMAT,
            "contest": contest,
            "exported_at": at.isoformat(timespec="seconds"),
            "sha256": digests(files),
        }
    )


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file, in hexadecimal, by name."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}


# --- what is declared ----------------------------------------------------------------------------


class _Names:
    """What criteria and judges are called in the bundle.

    Rounds whose rubrics have a criterion in common share its row; where only the key is the same,
    the later one gets a key of its own.
    """

    def __init__(self, export: Export, rounds: Iterable[CountedRound]) -> None:
        self._pseudonyms = export.pseudonyms
        self._criteria: dict[str, Criterion] = {}
        self.keys: dict[str, dict[str, str]] = {}
        for each in rounds:
            if each.kind is Kind.SCORE and isinstance(each.given, Ballots):
                self.keys[each.name] = {
                    criterion.key: self._key(criterion, each.name)
                    for criterion in each.given.rubric.criteria
                }

    def _key(self, criterion: Criterion, round_: str) -> str:
        key = criterion.key
        while not _alike(self._criteria.setdefault(key, criterion), criterion):
            key = f"{key}@{round_}"
        return key

    def criteria(self) -> list[tuple[str, Criterion]]:
        """Return all criteria with their keys."""
        return list(self._criteria.items())

    def every(self, key: str) -> list[str]:
        """Return the keys that a criterion's key has become, in the order of the rounds."""
        found = (keys[key] for keys in self.keys.values() if key in keys)
        return list(dict.fromkeys(found))

    def judge(self, judge: object) -> str:
        """Return a judge's pseudonym."""
        return self._pseudonyms[str(judge)]


def _alike(one: Criterion, other: Criterion) -> bool:
    def scale(each: Criterion) -> tuple[object, ...]:
        return (each.title, each.weight, each.minimum, each.maximum, each.step)

    return scale(one) == scale(other)


def _method(export: Export, rounds: Sequence[CountedRound], names: _Names) -> dict[str, Any]:
    return {
        "rounds": [_round(each, names) for each in rounds],
        "places": export.places,
        "ties": [text for rung in export.ladder for text in _rung(rung, names)],
    }


def _round(each: CountedRound, names: _Names) -> dict[str, Any]:
    said: dict[str, Any] = {"round": each.name, "title": each.title, "kind": each.kind.value}
    if each.kind is not Kind.SCREEN:
        said["method"] = each.method.name.value
    if each.method.name is MethodName.TRIMMED_MEAN:
        said["drop"] = each.method.drop
    if each.name in names.keys:
        said["criteria"] = list(names.keys[each.name].values())
    return said


def _rung(rung: Rung, names: _Names) -> list[str]:
    """Return a rung in the bundle's words: a criterion may have become several, or none."""
    if rung.kind is RungKind.CRITERION:
        return [f"criterion:{key}" for key in names.every(rung.argument)]
    if rung.kind is RungKind.CHAIR:
        return [f"chair:{names.judge(rung.argument)}"]
    return [f"seed:{rung.argument}"] if rung.argument else [rung.kind.value]


def _criterion(key: str, criterion: Criterion) -> dict[str, Any]:
    return {
        "key": key,
        "title": criterion.title,
        "weight": _number(criterion.weight),
        "min": _number(criterion.minimum * criterion.step),
        "max": _number(criterion.maximum * criterion.step),
        "step": _number(criterion.step),
    }


def _number(value: Fraction) -> int | str:
    return value.numerator if value.denominator == 1 else score_text(value, exact=True)


# --- what was given ------------------------------------------------------------------------------


def _is_countable(each: CountedRound) -> bool:
    return each.kind is Kind.SCREEN or any(row.place for row in each.ranking.standings)


def _marks(each: CountedRound, names: _Names) -> Iterator[Row]:
    if isinstance(each.given, Ballots):
        keys = names.keys.get(each.name, {})
        for entry, judge, criterion, points in each.given.rows:
            if entry in each.entries:
                yield str(entry), names.judge(judge), keys[criterion], str(points)


def _positions(each: CountedRound, names: _Names) -> Iterator[Row]:
    if isinstance(each.given, Rankings):
        for judge, ranked in orders(each.given.rows, each.entries).items():
            for entry, position in ranked.items():
                yield names.judge(judge), str(entry), str(position)


def _choices(each: CountedRound, names: _Names) -> Iterator[Row]:
    if isinstance(each.given, Comparisons):
        for judge, winner, loser in each.given.rows:
            if winner in each.entries and loser in each.entries:
                yield names.judge(judge), str(winner), str(loser)


def _verdicts(each: CountedRound, names: _Names) -> Iterator[Row]:
    if isinstance(each.given, Ballots):
        for entry, judge, _criterion, points in each.given.rows:
            if entry in each.entries:
                yield names.judge(judge), str(entry), OUT_TO_IN[points]


_TABLES: Final[Mapping[Kind, tuple[str, Row, Callable[[CountedRound, _Names], Iterable[Row]]]]] = {
    Kind.SCORE: ("ballots.csv", ("entry", "judge", "criterion", "points"), _marks),
    Kind.RANK: ("rankings.csv", ("judge", "entry", "position"), _positions),
    Kind.PAIRWISE: ("comparisons.csv", ("judge", "winner", "loser"), _choices),
    Kind.SCREEN: ("screens.csv", ("judge", "entry", "verdict"), _verdicts),
}


def _published(each: CountedRound) -> Counted:
    """Return the standings with entries as the bundle names them, in their order within a place."""
    placed = [
        Standing(row.place, str(row.entry), row.score, row.tied, row.judges)
        for row in each.ranking.standings
        if row.place is not None
    ]
    placed.sort(key=lambda row: (row.place or 0, row.entry))
    return Counted(each.name, each.method, Ranking(tuple(placed), (), ()))


# --- files ---------------------------------------------------------------------------------------


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _csv(columns: Row, rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
