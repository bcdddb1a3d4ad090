"""Standings: the bundle's weighted mean, shared places, and no influence of the rows' order."""

from collections import defaultdict
from fractions import Fraction
from itertools import product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidError
from judging.ranking import MarkRow, Standing, standings
from judging.rubric import Criterion, Rubric, weighted

KEYS = ("impact", "style")
RUBRIC = Rubric(
    (
        Criterion("impact", "Impact", Fraction(3), 1, 5),
        Criterion("style", "Style", Fraction("0.5"), 1, 5),
    )
)
ONE = Rubric((Criterion("impact", "Impact", Fraction(1), 1, 10),))


def row(entry: int, judge: str, points: int) -> MarkRow[int]:
    return MarkRow(entry, judge, "impact", points)


def places(*points: int) -> list[int | None]:
    marks = [row(entry, "ada", mark) for entry, mark in enumerate(points)]
    return [standing.place for standing in standings(ONE, marks, range(len(points)))]


def test_ties_share_the_place_and_the_next_place_is_skipped() -> None:
    assert places(9, 7, 7, 3) == [1, 2, 2, 4]
    assert places(5, 5, 5) == [1, 1, 1]
    assert places(1, 3, 3) == [1, 1, 3]


def test_a_standing_says_how_many_share_it_and_how_many_judged() -> None:
    marks = [
        row(7, "ada", 6),
        row(7, "bob", 7),
        row(3, "ada", 6),
        row(3, "cy", 7),
        row(5, "ada", 2),
    ]
    assert standings(ONE, marks, {3, 5, 7, 9, 8}) == (
        Standing(1, 3, Fraction(13, 2), 2, 2),
        Standing(1, 7, Fraction(13, 2), 2, 2),
        Standing(3, 5, Fraction(2), 1, 1),
        Standing(None, 8, None, 0, 0),
        Standing(None, 9, None, 0, 0),
    )


def test_thirds_are_equal_whoever_adds_them_up() -> None:
    # 1/3 six times over in floats is not the same as 2/6: exact scores must not tell them apart.
    marks = [row(1, f"judge {n}", points) for n, points in enumerate((1, 1, 2))]
    marks += [row(2, f"judge {n}", points) for n, points in enumerate((1, 1, 1, 1, 2, 2))]
    first, second = standings(ONE, marks, {1, 2})
    assert first.score == second.score == Fraction(4, 3)
    assert (first.place, second.place) == (1, 1)


def test_a_large_weight_decides_and_a_small_one_settles() -> None:
    marks = [
        MarkRow("a", "ada", "impact", 4),
        MarkRow("a", "ada", "style", 1),
        MarkRow("b", "ada", "impact", 3),
        MarkRow("b", "ada", "style", 5),
    ]
    first, second = standings(RUBRIC, marks, {"a", "b"})
    assert (first.entry, first.score) == ("a", Fraction(25, 7))
    assert (second.entry, second.score) == ("b", Fraction(23, 7))


def test_marks_of_entries_that_left_the_contest_change_nothing() -> None:
    assert standings(ONE, [row(1, "ada", 4), row(2, "ada", 9)], {1}) == (
        Standing(1, 1, Fraction(4), 1, 1),
    )
    assert standings(ONE, [], ()) == ()


def test_half_a_ballot_is_refused() -> None:
    with pytest.raises(InvalidError) as caught:
        standings(RUBRIC, [MarkRow(1, "ada", "style", 4)], {1})
    assert caught.value.params == {"entry": 1, "criterion": "impact"}


BALLOTS = st.dictionaries(
    st.tuples(st.integers(0, 5), st.sampled_from("abcd")),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
)


@given(BALLOTS, st.randoms(use_true_random=False))
def test_standings_agree_with_the_definition_in_any_order(
    ballots: dict[tuple[int, str], tuple[int, int]], random: Random
) -> None:
    marks = [
        MarkRow(entry, judge, key, points)
        for (entry, judge), both in ballots.items()
        for key, points in zip(KEYS, both, strict=True)
    ]
    result = standings(RUBRIC, marks, range(6))
    random.shuffle(marks)
    assert standings(RUBRIC, marks, range(5, -1, -1)) == result

    given_to: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for mark in marks:
        given_to[mark.entry, mark.criterion].append(mark.points)
    scores = {
        entry: weighted(
            RUBRIC,
            {key: Fraction(sum(given_to[entry, key]), len(given_to[entry, key])) for key in KEYS},
        )
        for entry in {entry for entry, _judge in ballots}
    }
    assert {s.entry: s.score for s in result if s.score is not None} == scores
    for standing, other in product(result, result):
        if standing.place is not None and other.place is not None:
            better = scores[standing.entry] > scores[other.entry]
            assert (standing.place < other.place) is better
    for standing in result:
        assert standing.tied == sum(o.place == standing.place for o in result if o.place)
