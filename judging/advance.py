"""Which entries go on to the next round, by the rule that the round was planned with."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic

from judging.ranking.marks import E, Standing


@dataclass(frozen=True, slots=True)
class Proposal(Generic[E]):
    """The entries that the rule lets go on, best first.

    `tied` are those with the score of the last that goes on, where that makes them more than were
    asked for: the rule takes them all, because their marks do not tell them apart.
    """

    entries: tuple[E, ...]
    tied: tuple[E, ...] = ()


def best(standings: Sequence[Standing[E]], count: int) -> Proposal[E]:
    """Let the first `count` (at least 1) go on, and all whose score equals that of the last one.

    Also where a tie ladder gave them places of their own: a public draw should not end anybody's
    way before the last round.
    """
    placed = [row for row in standings if row.place is not None]
    if len(placed) <= count:
        return Proposal(tuple(row.entry for row in placed))
    last = placed[count - 1].score
    also = [row for row in placed[count:] if row.score == last]
    going = tuple(row.entry for row in [*placed[:count], *also])
    return Proposal(going, tuple(row.entry for row in placed if also and row.score == last))


def above(standings: Sequence[Standing[E]], least: Fraction) -> Proposal[E]:
    """Let everybody with a score of `least` or more go on."""
    return Proposal(
        tuple(row.entry for row in standings if row.score is not None and row.score >= least)
    )
