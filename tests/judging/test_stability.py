"""Stability: what is said of a decision follows from the marks, and of each judge what is so."""

from collections.abc import Sequence
from itertools import permutations, product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.belief import Floats, believe
from judging.ranking import (
    MarkRow,
    Method,
    MethodName,
    Rankings,
    RankRow,
    Rung,
    RungKind,
    Standing,
    standings,
)
from judging.ranking import rank as rank_by
from judging.stability import (
    Swing,
    Trait,
    alpha,
    holding,
    kept,
    profiles,
    redraw,
    stability,
    swings,
)
from tests.judging.test_belief import ONE, rows

Rows = Sequence[MarkRow[int]]
GAP = float("nan")


def rank(marks: Rows) -> tuple[Standing[int], ...]:
    return standings(ONE, marks, range(12))


def clear(entries: int = 8, judges: str = "abcd") -> list[MarkRow[int]]:
    """Return marks of judges who agree: entry 0 is the best."""
    return rows(*((e, j, 9 - e) for e in range(entries) for j in judges))


def test_what_all_agree_on_stands_firm() -> None:
    found = stability(ONE, clear(), range(8), field=range(8), rank=rank, places=3, seed="s")
    firsts = found.contenders[:3]
    assert [(c.entry, c.place, c.holds) for c in firsts] == [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0)]
    assert all(contender.chance > 0.9 for contender in firsts)
    assert found.doubt < 0.1
    assert (found.swings, found.agreement) == ((), 1.0)
    assert [profile.judge for profile in found.judges] == list("abcd")
    assert all(not profile.traits for profile in found.judges)


def test_an_entry_that_nobody_judged_may_still_be_the_best() -> None:
    found = stability(ONE, clear(), range(9), field=range(9), rank=rank, places=3, seed="s")
    unread = next(contender for contender in found.contenders if contender.entry == 8)
    assert (unread.place, unread.holds) == (None, 0.0)
    assert unread.chance > 0.1


def test_entries_that_nobody_judged_and_those_beyond_the_field_are_part_of_the_doubt() -> None:
    read = stability(ONE, clear(), range(8), field=range(8), rank=rank, places=3, seed="s")
    half = stability(ONE, clear(), range(16), field=range(8), rank=rank, places=3, seed="s")
    assert (half.kept, half.swings) == (read.kept, read.swings) == (1.0, ())
    assert read.doubt < 0.1
    assert half.doubt > 0.4
    best = stability(ONE, clear(), range(8), field=range(4), rank=rank, places=3, seed="s")
    assert best.doubt == read.doubt


def test_the_doubt_is_about_who_wins_and_not_about_whom_the_model_would_choose() -> None:
    def worst_first(marks: Rows) -> tuple[Standing[int], ...]:
        return standings(ONE, [row._replace(points=10 - row.points) for row in marks], range(8))

    found = stability(ONE, clear(), range(8), field=range(8), rank=worst_first, places=3, seed="s")
    assert [contender.entry for contender in found.contenders[:3]] == [7, 6, 5]
    assert found.doubt > 0.99


def test_chances_near_the_cut_are_those_of_a_close_race() -> None:
    marks = clear()
    marks += rows((8, "a", 8), (8, "b", 7), (8, "c", 6), (8, "d", 7))  # level with the third
    found = stability(ONE, marks, range(9), field=range(9), rank=rank, places=3, seed="s")
    chances = {contender.entry: contender for contender in found.contenders}
    assert chances[2].place == chances[8].place == 3
    assert chances[0].chance > chances[2].chance > chances[3].chance >= chances[7].chance
    assert 0.2 < chances[8].holds < 0.9
    assert found.doubt < 0.2  # both win
    marks[-1] = marks[-1]._replace(points=6)  # now one of them does
    assert (
        stability(ONE, marks, range(9), field=range(9), rank=rank, places=3, seed="s").doubt > 0.2
    )


def test_order_and_seed_are_all_that_chance_knows() -> None:
    random = Random(1)  # noqa: S311 - made-up marks
    marks = rows(*((e, j, random.randint(1, 10)) for e in range(9) for j in "abc"))
    once = stability(ONE, marks, range(9), field=range(9), rank=rank, places=3, seed="s")
    random.shuffle(marks)
    assert (
        stability(ONE, marks, range(8, -1, -1), field=range(9), rank=rank, places=3, seed="s")
        == once
    )
    assert stability(ONE, marks, range(9), field=range(9), rank=rank, places=3, seed="t") != once


def test_without_marks_there_is_little_to_say() -> None:
    found = stability(ONE, [], range(4), field=range(4), rank=rank, places=3, seed="s")
    assert [contender.holds for contender in found.contenders] == [0.0] * 4
    assert (found.swings, found.agreement, found.judges) == ((), None, ())
    assert redraw([], rank, places=3, seed="s") == ()
    assert (holding(()), kept((), frozenset())) == ({}, 0.0)


def test_the_judge_who_decides_alone_is_named() -> None:
    marks = clear(5, "abc")
    marks += rows((5, "a", 6), (5, "b", 6), (5, "c", 10))
    assert swings(marks, rank, places=3) == (Swing("c", (5,), (2,)),)
    assert swings(clear(), rank, places=3) == ()


def test_a_panel_drawn_anew_is_drawn_from_its_own_judges() -> None:
    marks = rows((0, "a", 9), (1, "a", 1), (0, "b", 1), (1, "b", 9))

    def only_best(given: Rows) -> tuple[Standing[int], ...]:
        assert {str(row.judge) for row in given} <= {"a", "('a', 1)", "b", "('b', 1)"}
        assert len(given) == 4
        return standings(ONE, given, range(2))

    # Twice a, twice b, or one of each and a tie: a quarter, a quarter and a half.
    panels = redraw(marks, only_best, places=1, seed="s")
    assert holding(panels) == {0: pytest.approx(0.75, abs=0.07), 1: pytest.approx(0.75, abs=0.07)}
    # Both, which is what the panel as it is says, in half of the panels.
    assert kept(panels, frozenset({0, 1})) == pytest.approx(0.5, abs=0.07)


def test_the_chair_settles_ties_of_the_panels_it_is_drawn_into() -> None:
    ranks = {"a": "136452", "b": "136452", "c": "314625", "d": "314625"}
    ladder = (Rung(RungKind.CHAIR, "a"), Rung(RungKind.SEED, "old"))

    def by_sum(some: Sequence[RankRow[int]]) -> tuple[Standing[int], ...]:
        method = Method(MethodName.RANK_SUM)
        return rank_by(Rankings(some), method, range(1, 7), ladder).standings

    def given_by(judge: str, name: str) -> list[RankRow[int]]:
        return [RankRow(at, name, int(rank)) for at, rank in enumerate(ranks[judge], 1)]

    drawn = [row for judge in ranks for row in given_by(judge, judge)]
    found = holding(redraw(drawn, by_sum, places=3, seed="s"))
    exact = dict.fromkeys(range(1, 7), 0.0)
    for panel in product(ranks, repeat=4):
        names = [
            "a" if panel.index(j) == at and j == "a" else f"copy {at}" for at, j in enumerate(panel)
        ]
        rows_of = [row for j, name in zip(panel, names, strict=True) for row in given_by(j, name)]
        for standing in by_sum(rows_of):
            if standing.place is not None and standing.place <= 3:
                exact[standing.entry] += 1 / 4**4
    assert exact[6] == 0.59375
    assert {entry: found.get(entry, 0.0) for entry in exact} == pytest.approx(exact, abs=0.08)


def by_definition(scores: Floats) -> float | None:
    """Return Krippendorff's alpha over all pairs, as the book writes it."""
    units = [line[~np.isnan(line)].tolist() for line in scores]
    units = [unit for unit in units if len(unit) > 1]
    values = [value for unit in units for value in unit]
    observed = sum(
        sum((a - b) ** 2 for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    expected = sum((a - b) ** 2 for a, b in permutations(values, 2))
    if not expected:
        return None
    return float(1 - observed / len(values) / (expected / len(values) / (len(values) - 1)))


@given(
    st.lists(
        st.lists(st.one_of(st.just(GAP), st.integers(1, 5).map(float)), min_size=3, max_size=3),
        max_size=6,
    )
)
def test_alpha_is_what_the_book_defines(table: list[list[float]]) -> None:
    scores = np.array(table).reshape(-1, 3)
    expected = by_definition(scores)
    assert alpha(scores) == (None if expected is None else pytest.approx(expected, abs=1e-9))


def test_alpha_of_the_books_example() -> None:
    # Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), example C, interval data.
    table = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, GAP, GAP, GAP],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, GAP, 3],
        [GAP, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, GAP],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, GAP],
    ]
    assert alpha(np.array(table).T) == pytest.approx(0.849, abs=0.0005)


def test_judges_are_described_as_they_are() -> None:
    random = Random(4)  # noqa: S311 - made-up marks
    truth = [random.choice((3, 4, 5, 6, 7)) for _entry in range(24)]
    wild = truth[12:] + truth[:12]
    ballots = {
        "fair": [points + random.randint(-1, 1) for points in truth],
        "good": [points + random.randint(-1, 1) for points in truth],
        "even": [points + random.randint(-1, 1) for points in truth],
        "kind": [points + 2 + random.randint(-1, 1) for points in truth],
        "hard": [points - 2 + random.randint(-1, 1) for points in truth],
        "flat": [5 + (points > 5) for points in truth],
        "wild": wild,
        "new": truth[:2],
        "same": [5] * 6,
    }
    marks = rows(
        *((e, judge, points) for judge, own in ballots.items() for e, points in enumerate(own))
    )
    found = {str(p.judge): p for p in profiles(believe(ONE, marks, range(24), ["absent"]))}
    traits = {judge: set(profile.traits) for judge, profile in found.items()}
    assert traits == {
        "fair": set(),
        "good": set(),
        "even": set(),
        "kind": {Trait.GENEROUS},
        "hard": {Trait.HARSH},
        "flat": {Trait.FLAT},
        "wild": {Trait.OUT_OF_STEP},
        "new": set(),
        "same": {Trait.FLAT},
    }
    assert found["kind"].leniency > 1.5 > -1.5 > found["hard"].leniency
    assert found["new"].ballots == 2
    assert found["new"].agreement is None
    assert found["same"].agreement is None
    agreement = found["fair"].agreement
    assert agreement is not None
    assert agreement > 0.7


def test_a_few_ballots_describe_nobody() -> None:
    marks = rows((0, "a", 1), (1, "a", 9), (0, "b", 9))
    assert [profile.traits for profile in profiles(believe(ONE, marks, range(2)))] == [
        frozenset(),
        frozenset(),
    ]
