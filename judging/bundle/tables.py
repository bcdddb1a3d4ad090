"""The rows of a bundle's tables, each checked against what the bundle declares."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from judging.bundle import parsing
from judging.bundle.faults import Fault
from judging.ranking import ComparisonRow, Kind, MarkRow, RankRow
from judging.rubric import Criterion, Rubric

VERDICTS: Final = ("in", "maybe", "out")
TABLES: Final[Mapping[Kind, str]] = {
    Kind.SCORE: "ballots.csv",
    Kind.RANK: "rankings.csv",
    Kind.PAIRWISE: "comparisons.csv",
    Kind.SCREEN: "screens.csv",
}


@dataclass(frozen=True, slots=True)
class PublishedRow:
    """A row of standings.csv."""

    line: int
    place: int
    score: Fraction
    tied: int


@dataclass(frozen=True, slots=True)
class Tables:
    """Reads the tables; what is wrong with them is added to `faults`.

    `kinds` are the rounds' by name; empty where a fault hides them, and then no row is blamed.
    """

    files: Mapping[str, bytes]
    faults: list[Fault]
    kinds: Mapping[str, Kind]
    names: dict[str, str] = field(default_factory=dict)
    """One object for each name, however many rows repeat it."""

    def check_presence(self) -> None:
        """Report tables that the rounds need and the bundle lacks."""
        for kind in set(self.kinds.values()):
            if TABLES[kind] not in self.files:
                self._fault(TABLES[kind], 0, "The file is missing.")

    def _fault(self, file: str, line: int, reason: str) -> None:
        self.faults.append(Fault(file, line, reason))

    def _rows(self, kind: Kind, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows of a kind's table that name everything and belong to a round of it.

        `columns` begin with the round; the last is no name where it is points, a position or a
        verdict, and may be anything here.
        """
        file = TABLES[kind]
        known = {name for name, each in self.kinds.items() if each is kind}
        share = self.names.setdefault
        for line, values in self._values(file, columns):
            row = [share(value, value) for value in values]
            if not all(row):
                self._fault(file, line, f"“{columns[row.index('')]}” is empty.")
            elif self.kinds and row[0] not in known:
                self._fault(file, line, f"method.json has no {kind} round “{row[0]}”.")
            else:
                yield line, row

    def _values(self, file: str, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
        if file not in self.files:
            return iter(())
        return parsing.csv_rows(self.files[file], file, columns, self.faults)

    def marks(self, rubric: Rubric | None) -> dict[str, list[MarkRow[str]]]:
        """Read marks, each in its criterion's range; no mark is blamed for want of a rubric."""
        columns = ("round", "entry", "judge", "criterion", "points")
        criteria = {criterion.key: criterion for criterion in rubric.criteria} if rubric else None
        once = _Once(self.faults, "ballots.csv")
        marks: defaultdict[str, list[MarkRow[str]]] = defaultdict(list)
        for line, (round_, entry, judge, key, text) in self._rows(Kind.SCORE, columns):
            points = parsing.integer(text)
            reason = _mark_fault(points, text, criteria, key)
            if reason or points is None:
                self._fault("ballots.csv", line, reason)
            elif once.first((round_, entry, judge, key), line):
                marks[round_].append(MarkRow(entry, judge, key, points))
        return marks

    def rankings(self) -> dict[str, list[RankRow[str]]]:
        """Read positions; judges may leave numbers out, and give one number twice."""
        columns = ("round", "judge", "entry", "position")
        once = _Once(self.faults, "rankings.csv")
        rankings: defaultdict[str, list[RankRow[str]]] = defaultdict(list)
        for line, (round_, judge, entry, text) in self._rows(Kind.RANK, columns):
            position = parsing.integer(text)
            if position is None or position < 1:
                reason = f"“position” must be a whole number from 1, not “{text}”."
                self._fault("rankings.csv", line, reason)
            elif once.first((round_, judge, entry), line):
                rankings[round_].append(RankRow(entry, judge, position))
        return rankings

    def comparisons(self) -> dict[str, list[ComparisonRow[str]]]:
        """Read choices; a judge may be shown the same two again, and each choice counts."""
        columns = ("round", "judge", "winner", "loser")
        comparisons: defaultdict[str, list[ComparisonRow[str]]] = defaultdict(list)
        for line, (round_, judge, winner, loser) in self._rows(Kind.PAIRWISE, columns):
            if winner == loser:
                self._fault("comparisons.csv", line, f"“{winner}” is compared with itself.")
            else:
                comparisons[round_].append(ComparisonRow(judge, winner, loser))
        return comparisons

    def screens(self) -> None:
        """Look for faults only: screening places nobody."""
        columns = ("round", "judge", "entry", "verdict")
        once = _Once(self.faults, "screens.csv")
        for line, (round_, judge, entry, verdict) in self._rows(Kind.SCREEN, columns):
            if verdict not in VERDICTS:
                reason = f"“verdict” must be one of {', '.join(VERDICTS)}, not “{verdict}”."
                self._fault("screens.csv", line, reason)
            once.first((round_, judge, entry), line)

    def published(self) -> dict[tuple[str, str], PublishedRow] | None:
        """Read what was published, if the bundle says."""
        file = "standings.csv"
        if file not in self.files:
            return None
        once = _Once(self.faults, file)
        published: dict[tuple[str, str], PublishedRow] = {}
        columns = ("round", "place", "entry", "score", "tied")
        for line, (round_, place_text, entry, score_text, tied_text) in self._values(file, columns):
            place, tied = parsing.integer(place_text), parsing.integer(tied_text)
            score = parsing.decimal(score_text)
            if self.kinds and round_ not in self.kinds:
                self._fault(file, line, f"method.json has no round “{round_}”.")
            elif place is None or tied is None or score is None or not entry:
                reason = "The row needs an entry, whole numbers as place and tied, a decimal score."
                self._fault(file, line, reason)
            elif once.first((round_, entry), line):
                published[round_, entry] = PublishedRow(line, place, score, tied)
        return published


@dataclass(slots=True)
class _Once:
    """Finds rows that say again what a row before them said."""

    faults: list[Fault]
    file: str
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)

    def first(self, key: tuple[str, ...], line: int) -> bool:
        before = self.lines.setdefault(key, line)
        if before == line:
            return True
        names = ", ".join(f"“{name}”" for name in key)
        self.faults.append(Fault(self.file, line, f"The row repeats line {before}: {names}."))
        return False


def _mark_fault(
    points: int | None, text: str, criteria: Mapping[str, Criterion] | None, key: str
) -> str:
    """Say what is wrong with a mark; nothing is blamed on a rubric that could not be read."""
    if points is None:
        return f"“points” must be a whole number, not “{text}”."
    if criteria is None:
        return ""
    criterion = criteria.get(key)
    if criterion is None:
        return f"rubric.json has no criterion “{key}”."
    if not criterion.minimum <= points <= criterion.maximum:
        allowed = f"{criterion.minimum} to {criterion.maximum}"
        return f"“points” on “{key}” must be from {allowed}, not {points}."
    return ""
