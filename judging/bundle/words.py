"""A recount in words, for the one who ran it."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from judging.bundle.decided import Chosen
from judging.bundle.recount import Counted, Line, Recount, lines, score_text
from judging.decision import Departure, DepartureCode, departures
from judging.ranking import METHODS, Kind, Outcome, RungKind, Standing, Step

SHOWN: Final = 16
"""How many digits of a digest are told: enough to see which comes first."""
NTH: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


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
            yield _step(step, counted)


def decision(found: Recount) -> Iterator[str]:
    """Say where the organisers decided otherwise than the standings, and why; nothing is wrong."""
    if found.decided is None:
        return
    decided = found.decided
    asked = [each for each in found.rounds if each.name == decided.round]
    counted = asked[0] if asked else found.rounds[-1]
    if decided.round and not asked:
        return  # another round was asked for
    standings = counted.ranking.standings
    chosen = [winner.entry for winner in decided.winners]
    departed = departures(standings, chosen)
    if not departed:
        yield "The organisers decided as the standings say."
    for each in departed:
        winner = decided.winners[each.position - 1]
        yield f"{_departed(each, winner, standings, chosen)}, {_because(winner)}"


def _departed(
    each: Departure[str], winner: Chosen, standings: Sequence[Standing[str]], chosen: Sequence[str]
) -> str:
    if each.code is DepartureCode.TIE:
        tied = each.params["tied"]
        return f"The organisers chose “{winner.entry}” among {tied} entries that stand equal"
    place = next((row.place for row in standings if row.entry == winner.entry), None)
    better = [
        row
        for row in standings
        if row.place is not None
        and (place is None or row.place < place)
        and row.entry not in chosen[: each.position - 1]
    ]
    own = "which has no place" if place is None else f"which stands {_nth(place)}"
    best = [row for row in better if row.place == better[0].place]
    names = ", ".join(f"“{row.entry}”" for row in best)
    nth = _nth(best[0].place or 0)
    return f"The standings put {names} {nth}; the organisers chose “{winner.entry}”, {own}"


def _because(winner: Chosen) -> str:
    return f"because: “{winner.reason}”" if winner.reason.strip() else "and give no reason."


def _nth(place: int) -> str:
    return NTH[place - 1] if place <= len(NTH) else f"on place {place}"


def _method(counted: Counted) -> str:
    drop = counted.method.drop
    return f"{counted.method.name}, dropping {drop}" if drop else str(counted.method.name)


def _shared(line: Line) -> str:
    return f", a place shared by {line.tied}" if line.tied > 1 else ""


def _step(step: Step[str], counted: Counted) -> str:
    tied = [f"“{entry}”" for group in step.groups for entry in group]
    told = f"Place {step.place}, {', '.join(tied)}: {step.message % step.params}"
    if step.outcome is not Outcome.DECIDES:
        return told
    if step.rung.kind is RungKind.CHAIR and counted.method.name not in METHODS[Kind.SCORE]:
        # Without marks what a chair holds of entries is an order, and no number.
        groups = (", ".join(f"“{entry}”" for entry in group) for group in step.groups)
        return f"{told} ({' before '.join(groups)})"
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
