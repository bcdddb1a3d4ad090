"""Adjusting for leniency: what it must leave alone, what it must put right, what it cannot tell."""

from collections.abc import Sequence
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.ranking import MarkRow
from judging.ranking.adjusted import RUNGS, Adjusted, DoubtCode, adjusted
from judging.ranking.marks import Gap, placed
from judging.rubric import Criterion, Rubric

ONE = Rubric((Criterion("impact", "Impact", Fraction(1), 1, 10),))
TWO = Rubric(
    (
        Criterion("impact", "Impact", Fraction(3), 1, 5),
        Criterion("style", "Style", Fraction("0.5"), 0, 20, step=Fraction("0.25")),
    )
)
Row = MarkRow[int]

BALLOTS = st.dictionaries(
    st.tuples(st.integers(0, 6), st.sampled_from("abcd")),
    st.tuples(st.integers(1, 5), st.integers(0, 20)),
)


def rows(*marks: tuple[int, str, int]) -> list[Row]:
    return [MarkRow(entry, judge, "impact", points) for entry, judge, points in marks]


def both(ballots: dict[tuple[int, str], tuple[int, int]]) -> list[Row]:
    return [
        MarkRow(entry, judge, key, points)
        for (entry, judge), pair in ballots.items()
        for key, points in zip(("impact", "style"), pair, strict=True)
    ]


def codes(result: Adjusted[int]) -> set[DoubtCode]:
    return {doubt.code for doubt in result.doubts}


def order(result: Adjusted[int]) -> list[int]:
    return [standing.entry for standing in placed(result.scores, ()) if standing.tied == 1]


@given(BALLOTS, st.sampled_from("abcd"), st.integers(-1000, 1000))
def test_a_constant_on_one_judges_marks_changes_nothing(
    ballots: dict[tuple[int, str], tuple[int, int]], judge: str, constant: int
) -> None:
    marks = both(ballots)
    moved = [
        row._replace(points=row.points + constant)
        if (row.judge, row.criterion) == (judge, "style")
        else row
        for row in marks
    ]
    before, after = adjusted(TWO, marks, range(7)), adjusted(TWO, moved, range(7))
    assert after.scores == before.scores
    assert (after.ratio, after.doubts) == (before.ratio, before.doubts)


@given(BALLOTS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_entries_have_no_say(
    ballots: dict[tuple[int, str], tuple[int, int]], random: Random
) -> None:
    marks = both(ballots)
    result = adjusted(TWO, marks, range(7))
    random.shuffle(marks)
    assert adjusted(TWO, marks, range(6, -1, -1)) == result
    turned = [row._replace(entry=6 - row.entry) for row in marks]
    renamed = adjusted(TWO, turned, range(7)).scores.numerators
    # Sums run in another order, so the last of nine digits may differ.
    assert {6 - e: n for e, n in renamed.items()} == pytest.approx(result.scores.numerators, abs=2)


@given(
    st.lists(st.lists(st.integers(1, 9), min_size=3, max_size=3), min_size=2, max_size=6),
    st.data(),
)
def test_a_dominated_entry_never_beats_its_dominator(
    table: list[list[int]], data: st.DataObject
) -> None:
    more = data.draw(st.lists(st.integers(0, 1), min_size=3, max_size=3))
    table.append([points + extra for points, extra in zip(table[0], more, strict=True)])
    marks = rows(
        *((e, "abc"[j], points) for e, line in enumerate(table) for j, points in enumerate(line))
    )
    found = adjusted(ONE, marks, range(len(table))).scores.numerators
    assert found[len(table) - 1] >= found[0]


def test_a_strict_judge_does_not_sink_the_entries_of_their_batch() -> None:
    # Entry 3 has the best mark of the strict judge; the plain mean puts it last.
    marks = rows(
        (1, "kind", 9), (2, "kind", 8), (4, "kind", 7),
        (1, "strict", 4), (3, "strict", 5), (4, "strict", 2),
        (1, "third", 7), (2, "third", 6), (4, "third", 5),
    )  # fmt: skip
    result = adjusted(ONE, marks, range(1, 5))
    assert order(result) == [3, 1, 2, 4]
    assert result.told
    points = {leniency.judge: leniency.points for leniency in result.leniency}
    assert points["kind"] > points["third"] > points["strict"]
    assert sum(points.values()) == pytest.approx(0, abs=1e-8)
    assert [leniency.entries for leniency in result.leniency] == [3, 3, 3]
    assert result.level == pytest.approx(53 / 9)


def test_one_high_mark_does_not_beat_many() -> None:
    random = Random(7)  # noqa: S311 - made-up marks
    table = [[5 + entry % 5 + random.randint(-1, 1) for _judge in "abcde"] for entry in range(20)]
    marks = rows(
        *((e, "abcde"[j], points) for e, line in enumerate(table) for j, points in enumerate(line)),
        *((20, judge, 10) for judge in "abcde"),
        (21, "a", 10),
    )
    found = adjusted(ONE, marks, range(22)).scores.numerators
    assert found[20] > found[21] > 0


def dense(marks: Sequence[Row], entries: int, judges: str, ratio: float) -> list[float]:
    """Solve the whole of Henderson's equations at once, as a textbook would."""
    size = entries + len(judges)
    matrix, right = np.zeros((size, size)), np.zeros(size)
    matrix[range(entries), range(entries)] = ratio
    for entry, judge, _criterion, points in marks:
        pair = [entry, entries + judges.index(str(judge))]
        matrix[np.ix_(pair, pair)] += 1
        right[pair] += points
    return [float(value) for value in np.linalg.solve(matrix, right)[:entries]]


def restricted(marks: Sequence[Row], entries: int, judges: str, ratio: float) -> float:
    """Return the restricted likelihood by its definition, with the full covariance matrix."""
    z = np.array([[float(row.entry == entry) for entry in range(entries)] for row in marks])
    x = np.array([[float(row.judge == judge) for judge in judges] for row in marks])
    y = np.array([float(row.points) for row in marks])
    v = np.eye(len(y)) + z @ z.T / ratio
    w = np.linalg.inv(v)
    middle = x.T @ w @ x
    rest = w - w @ x @ np.linalg.inv(middle) @ x.T @ w
    freedom = len(y) - len(judges)
    return -float(
        freedom * np.log(y @ rest @ y) + np.linalg.slogdet(v)[1] + np.linalg.slogdet(middle)[1]
    )


def test_the_fast_path_agrees_with_the_textbook() -> None:
    for seed in range(5):
        random = Random(seed)  # noqa: S311 - made-up marks
        marks = rows(
            *(
                (entry, judge, min(10, max(1, entry + random.randint(-2, 3) - "abcd".index(judge))))
                for entry in range(9)
                for judge in random.sample("abcd", random.randint(2, 4))
            )
        )
        result = adjusted(ONE, marks, range(9))
        assert result.ratio == max(RUNGS, key=lambda rung: restricted(marks, 9, "abcd", rung))
        scores = [result.scores.numerators[entry] / 1e9 for entry in range(9)]
        assert scores == pytest.approx(dense(marks, 9, "abcd", result.ratio), abs=2e-9)


def test_criterion_by_criterion_is_the_weighted_score_at_once() -> None:
    random = Random(3)  # noqa: S311 - made-up marks
    ballots = {
        (entry, judge): (random.randint(1, 5), random.randint(0, 20))
        for entry in range(7)
        for judge in random.sample("abcd", 3)
    }
    # Seven times the weighted mean of 3 x impact and 0.5 x a quarter of style, in eighths.
    at_once = [MarkRow(e, j, "impact", 24 * a + b) for (e, j), (a, b) in ballots.items()]
    whole = adjusted(ONE, at_once, range(7))
    apart = adjusted(TWO, both(ballots), range(7))
    assert apart.ratio == whole.ratio
    expected = {entry: n / 28 for entry, n in whole.scores.numerators.items()}
    assert apart.scores.numerators == pytest.approx(expected, abs=2)


def test_missing_marks_leave_a_gap_or_are_done_without() -> None:
    marks = both({(e, j): (e % 5 + 1, 3 * e) for e in range(5) for j in "abc"})
    gone = {(0, "a", "style"), *((1, judge, "style") for judge in "abc")}
    some = [row for row in marks if (row.entry, row.judge, row.criterion) not in gone]
    result = adjusted(TWO, some, range(5))
    assert result.scores.gaps == (Gap(1, "style", 0, 1),)
    assert set(result.scores.numerators) == {0, 2, 3, 4}
    assert result.scores.judges == dict.fromkeys(range(5), 3)


def test_a_criterion_that_nobody_marked_leaves_gaps_only() -> None:
    marks = rows(*((e, j, e + 1) for e in range(3) for j in "ab"))
    result = adjusted(TWO, marks, range(3))
    assert not result.scores.numerators
    assert [gap.entry for gap in result.scores.gaps] == [0, 1, 2]
    assert (result.ratio, result.level) == (1.0, 2.0)


def test_without_marks_there_is_nothing_to_say() -> None:
    result = adjusted(ONE, rows((9, "a", 4)), range(3))
    assert (result.scores.numerators, result.leniency, result.doubts) == ({}, (), ())
    assert result.level == 0.0


def test_groups_that_no_judge_links_cannot_be_compared() -> None:
    marks = rows(
        *((e, j, 9 - e) for e in range(3) for j in "ab"),
        *((e, j, e) for e in range(3, 6) for j in "cd"),
    )
    result = adjusted(ONE, marks, range(6))
    assert not result.told
    assert codes(result) == {DoubtCode.GROUPS}
    assert result.doubts[0].params == {"groups": 2}
    found = result.scores.numerators
    assert found[0] + found[1] + found[2] == pytest.approx(0, abs=3)
    assert found[3] + found[4] + found[5] == pytest.approx(0, abs=3)


def test_a_chain_of_ballots_is_too_thin_to_tell() -> None:
    result = adjusted(ONE, rows((1, "a", 3), (2, "a", 9), (2, "b", 4), (3, "b", 5)), range(1, 4))
    assert codes(result) == {DoubtCode.THIN, DoubtCode.ENTRY_ONCE}
    assert not result.told
    assert result.doubts[-1].subjects == (1, 3)


def test_a_judge_with_one_entry_says_nothing_and_is_named() -> None:
    marks = rows(*((e, j, e + 1 + (j == "b")) for e in range(4) for j in "ab"))
    without, guest = (
        adjusted(ONE, marks, range(4)),
        adjusted(ONE, [*marks, *rows((0, "guest", 10))], range(4)),
    )
    assert codes(guest) == {DoubtCode.JUDGE_ALONE}
    assert guest.doubts[0].subjects == ("guest",)
    assert guest.told
    assert order(guest) == order(without) == [3, 2, 1, 0]


def test_entries_that_only_noise_sets_apart_are_said_to_be_alike() -> None:
    marks = rows(*((e, j, 5 + (e + k) % 3) for e in range(6) for k, j in enumerate("abc")))
    result = adjusted(ONE, marks, range(6))
    assert codes(result) == {DoubtCode.ALIKE}
    assert result.told
    assert set(result.scores.numerators.values()) == {0}


def test_judges_who_never_differ_leave_everybody_average() -> None:
    result = adjusted(ONE, rows(*((e, j, 5) for e in range(4) for j in "ab")), range(4))
    assert set(result.scores.numerators.values()) == {0}
