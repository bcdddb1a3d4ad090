"""A bundle → its standings once more, and where they differ from what was published."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from judging.bundle.decided import Decided, broken_seals
from judging.bundle.declared import BundleRound
from judging.bundle.faults import BundleError, Fault
from judging.bundle.reader import Bundle
from judging.bundle.tables import PublishedRow
from judging.ranking import (
    EXACT,
    METHODS,
    Comparisons,
    Gap,
    Given,
    Kind,
    Marks,
    Method,
    MethodName,
    Ranking,
    Rankings,
    rank,
)
from judging.rubric import Rubric

DIGITS: Final = 9
COLUMNS: Final = ("round", "place", "entry", "score", "tied")


@dataclass(frozen=True, slots=True)
class Choice:
    """What the one who recounts asks for instead of what the bundle declares."""

    method: MethodName | None = None
    drop: int | None = None
    round: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A round, how it was counted, and what came of it."""

    name: str
    method: Method
    ranking: Ranking[str]


@dataclass(frozen=True, slots=True)
class Recount:
    """Every round counted, what to know about them, and what differs from what was published.

    `decided` is what the organisers made of the standings, where the bundle says it.
    """

    rounds: tuple[Counted, ...]
    places: int
    notes: tuple[str, ...]
    differences: tuple[str, ...]
    decided: Decided | None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the output."""

    round: str
    place: int
    entry: str
    score: str
    tied: int
    slack: Fraction
    """How far a published score may be from this one: nothing, unless it had to be rounded."""


def recount(bundle: Bundle, choice: Choice) -> Recount:
    """Count the bundle's rounds as declared, or as chosen.

    Raises BundleError when the choice fits no round, and when a round places nobody.
    """
    chosen = _chosen(bundle, choice)
    faults: list[Fault] = []
    rounds: list[Counted] = []
    for each in chosen:
        counted = _count(bundle, each, choice)
        if isinstance(counted, Fault):
            faults.append(counted)
        else:
            rounds.append(counted)
    if faults:
        raise BundleError(faults)
    notes = [note for counted in rounds for note in _notes(counted)]
    names = {line.entry for counted in rounds for line in lines(counted)}
    return Recount(
        tuple(rounds),
        bundle.declared.places,
        (*notes, *_look_alikes(names)),
        (
            *_changed_files(bundle),
            *_changed_standings(bundle, rounds, choice),
            *(broken_seals(bundle.decided) if bundle.decided else ()),
        ),
        bundle.decided,
    )


def lines(counted: Counted) -> Iterator[Line]:
    """Yield the rows of a round as they are printed, in order of place and entry."""
    exact = counted.method.name in EXACT
    for standing in counted.ranking.standings:
        if standing.place is not None and standing.score is not None:
            score = score_text(standing.score, exact=exact)
            rounded = not exact or Fraction(score) != standing.score
            slack = Fraction(rounded, 10**DIGITS)
            yield Line(counted.name, standing.place, standing.entry, score, standing.tied, slack)


def score_text(score: Fraction, *, exact: bool) -> str:
    """Write a score in full where it is exact and has an end, else rounded to nine digits."""
    digits = _digits(score) if exact else None
    if digits is None:
        digits = DIGITS
    scaled = round(score * 10**digits)
    whole, part = divmod(abs(scaled), 10**digits)
    sign = "-" if scaled < 0 else ""
    return f"{sign}{whole}.{part:0{digits}}" if digits else f"{sign}{whole}"


def _digits(score: Fraction) -> int | None:
    """Return how many decimals write a number in full; None where no number of them does."""
    left, powers = score.denominator, [0, 0]
    for at, prime in enumerate((2, 5)):
        while left % prime == 0:
            left //= prime
            powers[at] += 1
    return max(powers) if left == 1 else None


def csv_text(rounds: Iterable[Counted]) -> str:
    """Return the whole output, header first, lines ending in LF."""
    rows = [",".join(COLUMNS)]
    for counted in rounds:
        for line in lines(counted):
            fields = (line.round, str(line.place), line.entry, line.score, str(line.tied))
            rows.append(",".join(map(_quoted, fields)))
    return "".join(f"{row}\n" for row in rows)


def _quoted(text: str) -> str:
    """Quote what needs it; Python's own writer forgets a lone carriage return."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


# --- counting ------------------------------------------------------------------------------------


def _chosen(bundle: Bundle, choice: Choice) -> list[BundleRound]:
    """Return the rounds to count; screening places nobody, so it is not among them."""
    named = [each for each in bundle.declared.rounds if choice.round in (None, each.name)]
    counted = [each for each in named if each.kind is not Kind.SCREEN]
    methods = [_method(each, choice) for each in counted]
    reason = ""
    if not named:
        reason = f"There is no round “{choice.round}”."
    elif not counted:
        reason = "Only screening was asked for, and screening places nobody."
    elif choice.method and choice.method not in methods:
        reason = f"No round that was asked for can be counted by {choice.method}."
    elif choice.drop is not None and MethodName.TRIMMED_MEAN not in methods:
        reason = "No round that was asked for is counted by trimmed_mean, which drops marks."
    if reason:
        raise BundleError([Fault("method.json", 0, reason)])
    return counted


def _method(each: BundleRound, choice: Choice) -> MethodName | None:
    """Return how to count a round: as chosen where that fits its kind, else as declared."""
    return choice.method if choice.method in METHODS[each.kind] else each.method


def _count(bundle: Bundle, each: BundleRound, choice: Choice) -> Counted | Fault:
    name = _method(each, choice)
    given = _given(bundle, each)
    if given is None or name is None:
        return Fault("method.json", each.line, f"The round “{each.name}” has no rows to count.")
    drop = each.drop if choice.drop is None else choice.drop
    if name is MethodName.TRIMMED_MEAN and drop is None:
        reason = f"The round “{each.name}” says no “drop”; give one with --drop."
        return Fault("method.json", each.line, reason)
    method = Method(name, (drop or 0) if name is MethodName.TRIMMED_MEAN else 0)
    ranking = rank(given, method, _entries(given), bundle.declared.ladder)
    if all(standing.place is None for standing in ranking.standings):
        reason = f"The round “{each.name}” has too few marks to place anybody: "
        return Fault("ballots.csv", 0, reason + _lack(ranking.gaps[0]))
    return Counted(each.name, method, ranking)


def _given(bundle: Bundle, each: BundleRound) -> Given[str] | None:
    """Return what a round collected, if anything."""
    if ranked := bundle.rankings.get(each.name):
        return Rankings(ranked)
    if chosen := bundle.comparisons.get(each.name):
        return Comparisons(chosen)
    if marks := bundle.marks.get(each.name):
        # One rubric serves all rounds of a bundle: where a round does not say which criteria are
        # its own, it has those that it has marks on.
        used = set(each.criteria or {row.criterion for row in marks})
        return Marks(
            Rubric(tuple(each for each in bundle.declared.criteria if each.key in used)), marks
        )
    return None


def _entries(given: Given[str]) -> frozenset[str]:
    """Return a round's entries: all that its rows name."""
    if isinstance(given, Comparisons):
        return frozenset(entry for row in given.rows for entry in (row.winner, row.loser))
    return frozenset(row.entry for row in given.rows)


def _lack(gap: Gap[str]) -> str:
    return f"“{gap.entry}” has {gap.found} on “{gap.criterion}”, and {gap.needed} are needed."


# --- telling -------------------------------------------------------------------------------------


def _notes(counted: Counted) -> Iterator[str]:
    """Say who has no place, and what adjusting cannot tell."""
    for gap in counted.ranking.gaps:
        yield f"Round “{counted.name}” places “{gap.entry}” nowhere for want of marks: {_lack(gap)}"
    for doubt in counted.ranking.doubts:
        yield f"Round “{counted.name}”: {doubt.message % doubt.params}"


def _look_alikes(names: Iterable[str]) -> Iterator[str]:
    """Name entries that Unicode composes differently: they count apart, and hardly by intent."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(names):
        alike[unicodedata.normalize("NFC", name)].append(name)
    for composed, same in alike.items():
        if len(same) > 1:
            yield (
                f"“{composed}” is spelt with {len(same)} different sequences of characters, which "
                "count as different entries."
            )


def _changed_files(bundle: Bundle) -> Iterator[str]:
    for name, digest in bundle.declared.digests.items():
        if digest is None:
            yield f"{name} is in the manifest and not in the bundle."
        else:
            yield f"{name} is not what the manifest says: its SHA-256 is {digest}."


def _changed_standings(bundle: Bundle, rounds: Sequence[Counted], choice: Choice) -> Iterator[str]:
    if bundle.published is None:
        return
    left = {key: row for key, row in bundle.published.items() if choice.round in (None, key[0])}
    for counted in rounds:
        for line in lines(counted):
            row = left.pop((line.round, line.entry), None)
            if row is None:
                yield f"standings.csv lacks “{line.entry}” of round “{line.round}”."
            elif not _same(row, line):
                published = score_text(row.score, exact=True)
                yield (
                    f"standings.csv, line {row.line}: “{line.entry}” of round “{line.round}” has "
                    f"place {row.place}, score {published}, tied {row.tied}; recounted: "
                    f"place {line.place}, score {line.score}, tied {line.tied}."
                )
    for (round_, entry), row in left.items():
        yield f"standings.csv, line {row.line}: “{entry}” of round “{round_}” has no place."


def _same(row: PublishedRow, line: Line) -> bool:
    """Compare numbers, not their spelling."""
    near = abs(row.score - Fraction(line.score)) <= line.slack
    return near and (row.place, row.tied) == (line.place, line.tied)
