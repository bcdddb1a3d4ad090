"""A recount in words, for the one who ran it."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from judging.bundle.recount import Counted, Line, Recount, lines, score_text
from judging.ranking import Outcome, Step

SHOWN: Final = 16
"""How many digits of a digest are told: enough to see which comes first."""


def winners(found: Recount) -> Iterator[str]:
    """Say who won the last round, and how ties among the winners were settled, line by line."""
    counted = found.rounds[-1]
    ordered = list(lines(counted))
    won = [line for line in ordered if line.place <= found.places]
    yield f"Winners of round “{counted.name}”, by {_method(counted)}:"
    for line in won:
        yield f"  {line.place}. “{line.entry}” with {line.score}{_shared(line)}"
    if len(won) > found.places:
        yield f"There are {found.places} places, and the ladder leaves the last of them shared."
    for step in counted.ranking.steps:
        if step.place <= found.places:
            yield _step(step)


def _method(counted: Counted) -> str:
    drop = counted.method.drop
    return f"{counted.method.name}, dropping {drop}" if drop else str(counted.method.name)


def _shared(line: Line) -> str:
    return f", a place shared by {line.tied}" if line.tied > 1 else ""


def _step(step: Step[str]) -> str:
    tied = [f"“{entry}”" for group in step.groups for entry in group]
    told = f"Place {step.place}, {', '.join(tied)}: {step.message % step.params}"
    if step.outcome is not Outcome.DECIDES:
        return told
    values = (f"“{entry}” {_value(value)}" for entry, value in step.values.items())
    return f"{told} ({'; '.join(values)})"


def _value(value: Fraction | int | str) -> str:
    return value[:SHOWN] if isinstance(value, str) else score_text(Fraction(value), exact=True)


def plain(text: str) -> str:
    """Return text that is safe to show in a terminal: what would steer it is spelt out."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
