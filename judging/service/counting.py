"""Counting a round: what its judges gave, by the method and the tie ladder that were declared."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from judging.models import Round
from judging.queries import given
from judging.queries.rounds import entry_numbers, rules_of
from judging.ranking import (
    Ballots,
    Comparisons,
    Given,
    Kind,
    Method,
    Ranking,
    Rankings,
    Rung,
    Standing,
    parse_rung,
    rank,
)
from judging.ranking.orders import Orders, orders
from judging.service.ballots import rubric_of

COUNTED_BY_MARKS: Final = frozenset({Kind.SCREEN, Kind.SCORE})
"""A verdict of screening is a mark, too: out 0, maybe 1, in 2, of half a point each."""


@dataclass(frozen=True, slots=True)
class Count:
    """All that a round's standings are made of: read once, counted by any method.

    `entries` are the numbers of those judged in the round that still stand.
    """

    round: Round
    given: Given[int]
    entries: frozenset[int]
    ladder: tuple[Rung, ...]

    @property
    def method(self) -> Method:
        """Return how the round is counted, as it is set now."""
        return method_of(self.round)

    def ranking(self, method: Method | None = None, *, places: range | None = None) -> Ranking[int]:
        """Rank the entries as declared, or by another `method`.

        With `places`, only ties that reach into them are settled, as `rank` says.
        """
        named = self.ranked
        found = rank(self.given, method or self.method, named, self.ladder, places)
        unseen = (Standing(None, entry, None, 0, 0) for entry in sorted(self.entries - named))
        return Ranking((*found.standings, *unseen), found.steps, found.gaps, found.doubts)

    @property
    def orders(self) -> Orders[int]:
        """Return each judge's order as it counts, by their id as text; none in other rounds."""
        if not isinstance(self.given, Rankings):
            return {}
        return orders(self.given.rows, self.ranked)

    @property
    def ranked(self) -> frozenset[int]:
        """Return the entries that stand and that anybody judged."""
        return _named(self.given) & self.entries


def count(session: Session, round_: Round) -> Count:
    """Read what was given in a round, and by which rules it counts."""
    return Count(
        round_,
        given_in(session, round_),
        frozenset(entry_numbers(session, round_).values()),
        ladder_of(session, round_),
    )


def method_of(round_: Round) -> Method:
    """Return how a round is counted, as it is set now."""
    return Method(round_.method, round_.drop_count)


def ladder_of(session: Session, round_: Round) -> tuple[Rung, ...]:
    """Return the contest's tie ladder; a chair is named as `given` names judges."""
    return tuple(parse_rung(text) for text in rules_of(session, round_.contest).ladder)


def given_in(session: Session, round_: Round) -> Given[int]:
    """Return what was submitted in a round, entries by number, judges by their id as text."""
    if round_.kind in COUNTED_BY_MARKS:
        return Ballots(rubric_of(round_), given.ballots(session, round_))
    if round_.kind is Kind.RANK:
        return Rankings(given.rankings(session, round_))
    return Comparisons(given.comparisons(session, round_))


def ranking_of(
    session: Session,
    round_: Round,
    *,
    entries: Collection[int] | None = None,
    method: Method | None = None,
) -> Ranking[int]:
    """Rank a round's entries, by number, as declared, or by another `method` to compare with."""
    whole = count(session, round_)
    if entries is not None:
        whole = Count(round_, whole.given, frozenset(entries), whole.ladder)
    return whole.ranking(method)


def _named(given_: Given[int]) -> frozenset[int]:
    """Return the entries that anybody judged.

    One that no judge put into their order is no part of the order that the others are counted in,
    as in a result bundle, whose rows name a round's entries.
    """
    if isinstance(given_, Comparisons):
        return frozenset(entry for row in given_.rows for entry in (row.winner, row.loser))
    if isinstance(given_, Ballots):
        return frozenset(given_.ballots)
    return frozenset(row.entry for row in given_.rows)
