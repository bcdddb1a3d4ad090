"""Counting a round: what its judges gave, by the method and the tie ladder that were declared."""

from collections.abc import Collection
from typing import Final

from sqlalchemy.orm import Session

from judging.models import Round
from judging.queries import given
from judging.queries.rounds import entry_numbers, rules_of
from judging.ranking import (
    Comparisons,
    Given,
    Kind,
    Marks,
    Method,
    Ranking,
    Rankings,
    Rung,
    parse_rung,
    rank,
)
from judging.service.ballots import rubric_of

COUNTED_BY_MARKS: Final = frozenset({Kind.SCREEN, Kind.SCORE})
"""A verdict of screening is a mark, too: out 0, maybe 1, in 2, of half a point each."""


def method_of(round_: Round) -> Method:
    """Return how a round is counted, as it is set now."""
    return Method(round_.method, round_.drop_count)


def ladder_of(session: Session, round_: Round) -> tuple[Rung, ...]:
    """Return the contest's tie ladder; a chair is named as `given` names judges."""
    return tuple(parse_rung(text) for text in rules_of(session, round_.contest).ladder)


def given_in(session: Session, round_: Round) -> Given[int]:
    """Return what was submitted in a round, entries by number, judges by their id as text."""
    if round_.kind in COUNTED_BY_MARKS:
        return Marks(rubric_of(round_), given.marks(session, round_))
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
    among = entry_numbers(session, round_).values() if entries is None else entries
    return rank(
        given_in(session, round_), method or method_of(round_), among, ladder_of(session, round_)
    )
