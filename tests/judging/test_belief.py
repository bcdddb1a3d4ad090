"""Beliefs: sure where there are ballots, careful at the ends of the scale, in any order."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging.belief import Belief, believe, outlook
from judging.ranking import MarkRow
from judging.rubric import Criterion, Rubric

ONE = Rubric((Criterion("mark", "Mark", Fraction(1), 1, 10),))
TWO = Rubric(
    (
        Criterion("mark", "Mark", Fraction(3), 1, 10),
        Criterion("style", "Style", Fraction(1), 0, 20, step=Fraction("0.5")),
    )
)
PAIRS = st.dictionaries(
    st.tuples(st.integers(0, 6), st.sampled_from("abcd")), st.integers(1, 10), max_size=20
)


def rows(*marks: tuple[int, str, int]) -> list[MarkRow[int]]:
    return [MarkRow(entry, judge, "mark", points) for entry, judge, points in marks]


def made_up(seed: int, entries: int = 30, judges: int = 8) -> list[MarkRow[int]]:
    draw = np.random.default_rng(seed)
    quality, severity = draw.normal(0, 1, entries), draw.normal(0, 0.5, judges)
    exact = 5.5 + quality[:, None] + severity + draw.normal(0, 0.7, (entries, judges))
    points = np.clip(np.rint(exact), 1, 10).astype(int)
    return rows(
        *((e, "abcdefgh"[j], int(points[e, j])) for e in range(entries) for j in range(judges))
    )


def quality(belief: Belief[int]) -> dict[int, float]:
    return dict(zip(belief.entries, belief.quality.tolist(), strict=True))


def same(one: Belief[int], other: Belief[int]) -> None:
    assert (one.entries, one.judges, one.variances) == (
        other.entries,
        other.judges,
        other.variances,
    )
    np.testing.assert_array_equal(one.quality, other.quality)
    np.testing.assert_array_equal(one.levels, other.levels)


@settings(max_examples=30)
@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_rows_has_no_say(ballots: dict[tuple[int, str], int], random: Random) -> None:
    marks = rows(*((e, j, points) for (e, j), points in ballots.items()))
    once = believe(ONE, marks, range(7), "abcd")
    random.shuffle(marks)
    again = believe(ONE, marks, range(6, -1, -1), "dcba")
    same(once, again)
    assert outlook(once, places=3, seed="s") == outlook(again, places=3, seed="s")


@settings(max_examples=30)
@given(PAIRS)
def test_chances_add_up_to_the_places_and_variances_stay_positive(
    ballots: dict[tuple[int, str], int],
) -> None:
    marks = rows(*((e, j, points) for (e, j), points in ballots.items()))
    belief = believe(ONE, marks, range(7), "abcd")
    assert min(belief.variances.quality, belief.variances.level, belief.variances.noise) > 0
    assert (belief.sureness() > 0).all()
    view = outlook(belief, places=3, seed="s")
    assert sum(view.chances.values()) == pytest.approx(3)
    assert 0 <= view.doubt <= 1
    assert len(view.leading) == 3


def test_variances_are_found_again() -> None:
    found = [believe(ONE, made_up(seed), range(30)).variances for seed in range(8)]
    assert np.mean([v.quality for v in found]) == pytest.approx(1, rel=0.25)
    assert np.mean([v.level for v in found]) == pytest.approx(0.25, rel=0.4)
    # Rounding to whole points adds a twelfth.
    assert np.mean([v.noise for v in found]) == pytest.approx(0.49 + 1 / 12, rel=0.1)


def test_without_ballots_all_are_equal_and_nothing_is_sure() -> None:
    belief = believe(ONE, [], range(6), "ab")
    assert set(belief.quality) == {0.0}
    assert belief.level.tolist() == [5.5, 5.5]
    view = outlook(belief, places=3, seed="s")
    assert view.leading == (0, 1, 2)
    assert view.doubt == pytest.approx(1 - 1 / 20, abs=0.02)
    assert all(chance == pytest.approx(0.5, abs=0.05) for chance in view.chances.values())


def test_fewer_entries_than_places_leave_no_doubt() -> None:
    assert outlook(believe(ONE, [], (), ()), places=3, seed="s").doubt == 0
    for count in (1, 2, 3):
        view = outlook(believe(ONE, rows((0, "a", 4)), range(count)), places=3, seed="s")
        assert (view.doubt, sorted(view.leading)) == (0, list(range(count)))


def test_more_ballots_make_it_surer() -> None:
    marks = made_up(1)
    spreads = [
        believe(ONE, [row for row in marks if str(row.judge) < last], range(30), "abcdefgh")
        .sureness()
        .mean()
        for last in "ceg"
    ]
    assert spreads == sorted(spreads, reverse=True)


def test_full_marks_say_at_least_this_much() -> None:
    # The kind judge gives full marks to all but one; only the strict judge tells them apart.
    marks = rows(
        *((e, "kind", 10) for e in range(5)),
        (5, "kind", 9),
        *((e, "strict", 8 - e) for e in range(6)),
        *((e, "third", 9 - e) for e in range(6)),
    )
    open_end = Rubric((Criterion("mark", "Mark", Fraction(1), 1, 12),))
    ended, endless = believe(ONE, marks, range(6)), believe(open_end, marks, range(6))

    def spread(belief: Belief[int]) -> float:
        return quality(belief)[0] - quality(belief)[4]

    assert spread(ended) > spread(endless)
    assert ended.ends == (1.5, 9.5)


def test_no_marks_at_all_but_the_lowest_do_not_break_it() -> None:
    belief = believe(ONE, rows(*((e, j, 1) for e in range(5) for j in "abc")), range(5))
    assert np.isfinite(belief.quality).all()
    assert belief.level.max() < 5.5


def test_half_a_ballot_is_left_aside_and_a_whole_one_is_weighted() -> None:
    marks = [*rows((0, "a", 8), (1, "a", 9)), MarkRow(0, "a", "style", 7)]
    belief = believe(TWO, [*marks, MarkRow(9, "z", "mark", 3)], range(2))
    assert belief.judges == ("a",)
    assert belief.scores[0, 0] == pytest.approx((3 * 8 + 3.5) / 4)
    assert belief.given().tolist() == [[True], [False]]


def test_the_covariance_is_that_of_the_whole_system() -> None:
    marks = [row for row in made_up(2, 6, 4) if (row.entry + "abcd".index(str(row.judge))) % 3]
    belief = believe(ONE, marks, range(6))
    variances = belief.variances
    assert not (np.abs(belief.scores[belief.given()] - 5.5) > 4).any()  # no ends: plain normal
    precision = np.zeros((10, 10))
    precision[:6, :6] = np.eye(6) / variances.quality
    precision[6:, 6:] = (np.eye(4) - 1 / 4) / variances.level + 1 / (4 * 9) ** 2
    for line, column in np.argwhere(belief.given()).tolist():
        pair = [line, 6 + column]
        precision[np.ix_(pair, pair)] += belief_noise(belief)
    expected = np.linalg.inv(precision)
    order = np.array([3, 0, 5, 1, 2, 4])
    whole = [*order.tolist(), 6, 7, 8, 9]
    found = belief.covariance(order)
    # The variances have settled, so that those of the last pass are those it was made with.
    np.testing.assert_allclose(found, expected[np.ix_(whole, whole)], rtol=0.05, atol=0.01)
    np.testing.assert_allclose(belief.sureness()[order], np.sqrt(np.diag(found)[:6]))


def belief_noise(belief: Belief[int]) -> float:
    return 1 / belief.variances.noise


def about(belief: Belief[int], places: int, count: int) -> list[list[int]]:
    return [each.tolist() for each in belief.about_the_cut(places, count)]


def test_about_the_cut_are_the_leading_and_then_the_likeliest_rivals() -> None:
    marks = rows(
        *((e, j, 9 - e) for e in range(7) for j in "abcd"),
        (7, "a", 6),  # below entry 3 by quality, but nobody is sure of it
    )
    belief = believe(ONE, marks, range(8))
    assert sorted(quality(belief), key=lambda e: -quality(belief)[e])[:4] == [0, 1, 2, 3]
    assert about(belief, 3, 6) == [[0, 1, 2], [7, 3, 4]]
    # Of many places those next to the cut: what leads by far needs no look, nor what is far below.
    assert about(belief, 5, 4) == [[3, 7], [4, 5]]
    assert about(belief, 3, 100) == [[0, 1, 2], [7, 3, 4, 5, 6]]


def test_so_many_places_as_there_are_to_draw_for_leave_doubt() -> None:
    belief = believe(ONE, made_up(1), range(30))
    many = believe(ONE, rows(*((e, "a", 9 - e // 100) for e in range(500))), range(500))
    view = outlook(many, places=250, seed="s")
    assert len(view.leading) == 250
    assert view.doubt > 0.9
    assert sum(view.chances.values()) == pytest.approx(250)
    assert outlook(belief, places=15, seed="s").doubt > 0


def test_how_many_are_above_a_mark_is_what_is_expected() -> None:
    belief = believe(ONE, rows(*((e, j, 9 - e) for e in range(7) for j in "abcd")), range(7))
    assert [belief.above(mark) for mark in (2, 5.5, 7.5, 10)] == [7, 4, 2, 0]
