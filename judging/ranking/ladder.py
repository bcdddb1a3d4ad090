"""The tie ladder: how entries with the same score are told apart, rung by rung, with reasons.

The ladder is declared in advance. What none of its rungs tells apart stays tied and shares its
place; the order of rows, ids and names never decide.
"""

import hashlib
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from typing import Final, Generic, Protocol

from app.errors import N_, InvalidError
from judging.ranking.marks import E

Value = Fraction | int


class RungKind(StrEnum):
    """What a rung of the ladder looks at."""

    CRITERION = "criterion"
    HEAD_TO_HEAD = "head_to_head"
    CHAIR = "chair"
    SEED = "seed"


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung; `argument` names the criterion or the judge, or is the public text."""

    kind: RungKind
    argument: str = ""


def parse_rung(text: str) -> Rung:
    """Read "criterion:<key>", "head_to_head", "chair:<judge>" or "seed:<text>".

    Raises InvalidError "rung-unknown" for anything else.
    """
    name, colon, argument = text.partition(":")
    kind = {kind.value: kind for kind in RungKind}.get(name)
    takes_argument = kind is not RungKind.HEAD_TO_HEAD
    if kind is None or bool(colon) is not takes_argument or bool(argument) is not takes_argument:
        raise InvalidError(
            N_("“%(rung)s” is no rung of a tie ladder."), code="rung-unknown", rung=text
        )
    return Rung(kind, argument)


class Evidence(Protocol[E]):
    """What the judges of a round gave, as far as it can tell tied entries apart."""

    def averages(self, criterion: str, entries: Sequence[E]) -> Mapping[E, Fraction] | None:
        """Return the criterion's average of each of `entries`; None where there is no such one."""

    def views(self, entries: Sequence[E]) -> Mapping[Hashable, Mapping[E, Value]]:
        """Return how each judge values those of `entries` they judged, among one another."""


class Outcome(StrEnum):
    """What a rung did to entries that were tied."""

    DECIDES = "decides"
    EQUAL = "equal"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Step(Generic[E]):
    """One line of the explanation: what a rung said of entries sharing `place`.

    `groups` are the entries as this rung leaves them, best first; `values` what it compared (an
    average, a number of judges, the chair's valuation, a digest), empty where it could not tell.
    `message` with `params` is the sentence.
    """

    place: int
    rung: Rung
    outcome: Outcome
    groups: tuple[tuple[E, ...], ...]
    values: Mapping[E, Value | str]
    message: str
    params: Mapping[str, object]


WORDS: Final[Mapping[tuple[RungKind, Outcome], str]] = {
    (RungKind.CRITERION, Outcome.DECIDES): N_("The higher average of “%(argument)s” goes first."),
    (RungKind.CRITERION, Outcome.EQUAL): N_("Their averages of “%(argument)s” are equal."),
    (RungKind.CRITERION, Outcome.SILENT): N_("This round has no criterion “%(argument)s”."),
    (RungKind.HEAD_TO_HEAD, Outcome.DECIDES): N_("The one that more judges put first goes first."),
    (RungKind.HEAD_TO_HEAD, Outcome.EQUAL): N_("As many judges put each of them first."),
    (RungKind.HEAD_TO_HEAD, Outcome.SILENT): N_("No judge judged all of them."),
    (RungKind.CHAIR, Outcome.DECIDES): N_("The one that the chair holds better goes first."),
    (RungKind.CHAIR, Outcome.EQUAL): N_("The chair holds them equal."),
    (RungKind.CHAIR, Outcome.SILENT): N_("The chair did not judge all of them."),
    (RungKind.SEED, Outcome.DECIDES): N_(
        "The public text “%(argument)s” settles the order: by SHA-256 of it and the entry."
    ),
}


def settle(
    place: int, entries: Sequence[E], ladder: Sequence[Rung], evidence: Evidence[E]
) -> tuple[list[tuple[E, ...]], list[Step[E]]]:
    """Tell `entries` sharing `place` apart: groups, best first, and the steps that led there.

    Whom a rung leaves tied goes on to the next one. Only head to head is asked again of a smaller
    group: among fewer entries, other judges can compare them all, and other entries come first.
    """
    settled: list[tuple[E, ...]] = []
    steps: list[Step[E]] = []
    waiting = [(place, tuple(entries), 0)]
    while waiting:
        at, group, height = waiting.pop()
        if len(group) == 1 or height == len(ladder):
            settled.append(group)
            continue
        step = _ask(at, group, ladder[height], evidence)
        steps.append(step)
        again = step.rung.kind is RungKind.HEAD_TO_HEAD and step.outcome is Outcome.DECIDES
        parts = []
        for part in step.groups:
            parts.append((at, part, height if again else height + 1))
            at += len(part)
        waiting += reversed(parts)
    return settled, steps


def _ask(place: int, entries: tuple[E, ...], rung: Rung, evidence: Evidence[E]) -> Step[E]:
    compared = _values(entries, rung, evidence)
    groups: tuple[tuple[E, ...], ...] = (entries,)
    outcome = Outcome.SILENT
    values: dict[E, Value | str] = {}
    if compared:
        groups = _grouped(entries, compared, lowest_first=rung.kind is RungKind.SEED)
        outcome = Outcome.DECIDES if len(groups) > 1 else Outcome.EQUAL
        values = {entry: compared[entry] for group in groups for entry in group}
    message = WORDS[rung.kind, outcome]
    return Step(place, rung, outcome, groups, values, message, {"argument": rung.argument})


def _values(
    entries: Sequence[E], rung: Rung, evidence: Evidence[E]
) -> Mapping[E, Value] | Mapping[E, str]:
    """Return what the rung compares, or nothing where it cannot compare them all."""
    if rung.kind is RungKind.SEED:
        return {entry: draw(rung.argument, entry) for entry in entries}
    if rung.kind is RungKind.CRITERION:
        return evidence.averages(rung.argument, entries) or {}
    if rung.kind is RungKind.HEAD_TO_HEAD:
        return _firsts(entries, evidence)
    views = evidence.views(entries)
    chair = {str(judge): view for judge, view in views.items()}.get(rung.argument, {})
    return chair if len(chair) == len(entries) else {}


def draw(seed: str, entry: object) -> str:
    """Return the SHA-256, in hexadecimal, of the public text, a line feed and the entry."""
    return hashlib.sha256(f"{seed}\n{entry}".encode()).hexdigest()


def _firsts(entries: Sequence[E], evidence: Evidence[E]) -> Mapping[E, int]:
    """Count the judges who put each entry before all others; those who judged them all count."""
    whole = [view for view in evidence.views(entries).values() if len(view) == len(entries)]
    if not whole:
        return {}
    firsts: Counter[E] = Counter()
    for view in whole:
        best = max(view.values())
        first, *others = (entry for entry, value in view.items() if value == best)
        if not others:
            firsts[first] += 1
    return {entry: firsts[entry] for entry in entries}


def _grouped(
    entries: Sequence[E],
    values: Mapping[E, Value] | Mapping[E, str],
    *,
    lowest_first: bool,
) -> tuple[tuple[E, ...], ...]:
    ordered = sorted(entries, key=values.__getitem__, reverse=not lowest_first)
    return tuple(tuple(group) for _value, group in groupby(ordered, key=values.__getitem__))
