"""What judges gave in a round, as the rules of ranking take it; only what was submitted.

Entries are named by number, judges by their id as text, as in a result bundle.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session, aliased

from app.db import table_of
from contests.models import Entry
from judging.models import Ballot, Comparison, Mark, Ordering, OrderingLine, Round
from judging.ranking import ComparisonRow, MarkRow, RankRow
from judging.ranking.averages import Sheet
from judging.states import BallotState

_BITS: Final = 10
"""Points are at most 1,000, so that one more than they are fits into so many bits; 0 is no mark."""
_LARGEST: Final = (1 << _BITS) - 1
_DIGITS: Final = 6
"""So many of them fit into the databases' largest integers."""

_ENTRIES, _BALLOTS, _MARKS = table_of(Entry), table_of(Ballot), table_of(Mark)


def ballots(session: Session, round_: Round) -> Sheet[int]:
    """Return the submitted ballots: the database packs the marks of each into a few integers.

    A result of 50,000 rows is read several times as fast as one of 250,000.
    """
    places = [
        (criterion.key, at // _DIGITS, at % _DIGITS * _BITS)
        for at, criterion in enumerate(round_.criteria)
    ]
    names: dict[int, str] = {}
    # Ballots that say the same share one, which nobody changes.
    alike: dict[tuple[int, ...], dict[str, int]] = {}
    sheet: defaultdict[int, dict[Hashable, dict[str, int]]] = defaultdict(dict)
    for row in _packed(session, round_) if places else ():
        number, judge, said = row[0], row[1], row[2:]
        ballot = alike.get(said)
        if ballot is None:
            ballot = alike[said] = _unpacked(said, places)
        sheet[number][names.get(judge) or names.setdefault(judge, str(judge))] = ballot
    return sheet


def marks(session: Session, round_: Round) -> list[MarkRow[int]]:
    """Return the marks of submitted ballots, one by one, by entry, judge and criterion."""
    return sorted(
        MarkRow(entry, judge, criterion, points)
        for entry, by_judge in ballots(session, round_).items()
        for judge, ballot in by_judge.items()
        for criterion, points in ballot.items()
    )


def _unpacked(said: Sequence[int], places: Iterable[tuple[str, int, int]]) -> dict[str, int]:
    ballot = {key: (said[part] >> shift & _LARGEST) - 1 for key, part, shift in places}
    # A submitted ballot is whole, but for what somebody changed behind Podium's back.
    return {k: p for k, p in ballot.items() if p >= 0} if -1 in ballot.values() else ballot


def _packed(session: Session, round_: Round) -> Sequence[tuple[Any, ...]]:
    """Return (entry's number, judge's id, packed points …) for each ballot."""
    session.flush()
    # By the connection: the session would look at each of the rows.
    connection = session.connection()
    # No two marks share a bit, so that their sum is also all their bits. PostgreSQL adds up large
    # integers as numerics, at twice the cost; SQLite knows the sum alone.
    together = func.bit_or if connection.dialect.name == "postgresql" else func.sum
    ids = [criterion.id for criterion in round_.criteria]
    parts = [ids[at : at + _DIGITS] for at in range(0, len(ids), _DIGITS)]
    # Grouped by themselves: neither database sorts the marks for that.
    of_ballot = (
        select(
            _MARKS.c.ballot_id,
            *(together(_digit(part)).label(f"part_{at}") for at, part in enumerate(parts)),
        )
        # A mark between these of another round counts 0 here, and its ballot is left out below.
        .where(_MARKS.c.criterion_id.between(min(ids), max(ids)))
        .group_by(_MARKS.c.ballot_id)
        .subquery()
    )
    return connection.execute(
        select(_ENTRIES.c.number, _BALLOTS.c.judge_id, *list(of_ballot.c)[1:])
        .join_from(_ENTRIES, _BALLOTS, _BALLOTS.c.entry_id == _ENTRIES.c.id)
        .join(of_ballot, of_ballot.c.ballot_id == _BALLOTS.c.id)
        .where(_BALLOTS.c.round_id == round_.id, _BALLOTS.c.state == BallotState.SUBMITTED)
    ).all()


def _digit(criteria: Sequence[int]) -> ColumnElement[int]:
    """Return a mark's points at the place of its criterion; 0 for those of others."""
    place = case(
        {criterion: literal(1 << at * _BITS, BigInteger) for at, criterion in enumerate(criteria)},
        value=_MARKS.c.criterion_id,
        else_=literal(0, BigInteger),
    )
    return (_MARKS.c.points + 1) * place


def rankings(session: Session, round_: Round) -> list[RankRow[int]]:
    """Return the positions of submitted orders."""
    found = session.execute(
        select(Entry.number, Ordering.judge_id, OrderingLine.position)
        .join(Ordering, Ordering.id == OrderingLine.ordering_id)
        .join(Entry, Entry.id == OrderingLine.entry_id)
        .where(Ordering.round_id == round_.id, Ordering.state == BallotState.SUBMITTED)
        .order_by(Ordering.judge_id, OrderingLine.position, Entry.number)
    )
    return [RankRow(number or 0, str(judge), position) for number, judge, position in found]


def comparisons(session: Session, round_: Round) -> list[ComparisonRow[int]]:
    """Return each choice between two."""
    first, second = aliased(Entry), aliased(Entry)
    found = session.execute(
        select(Comparison.judge_id, Comparison.chosen_id, first.id, first.number, second.number)
        .join(first, first.id == Comparison.first_id)
        .join(second, second.id == Comparison.second_id)
        .where(Comparison.round_id == round_.id, Comparison.chosen_id.is_not(None))
        .order_by(Comparison.judge_id, first.number, second.number)
    )
    return [
        ComparisonRow(str(judge), one or 0, other or 0)
        if chosen == one_id
        else ComparisonRow(str(judge), other or 0, one or 0)
        for judge, chosen, one_id, one, other in found
    ]
