"""Every way to count, against its definition written out plainly; ties settled line by line."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise, permutations, product
from random import Random
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidError
from judging.ranking import (
    METHODS,
    Ballots,
    ComparisonRow,
    Comparisons,
    Gap,
    Given,
    Kind,
    MarkRow,
    Marks,
    Method,
    MethodName,
    Outcome,
    Ranking,
    Rankings,
    RankRow,
    Rung,
    RungKind,
    averages,
    parse_rung,
    rank,
    standings,
)
from judging.ranking.orders import Orders, positions, rank_sum
from judging.rubric import Criterion, Rubric

RUBRIC = Rubric(
    (
        Criterion("impact", "Impact", Fraction(3), 0, 40, step=Fraction(1, 4)),
        Criterion("style", "Style", Fraction("0.5"), 0, 10),
    )
)
KEYS = ("impact", "style")
EVERYONE = "abcde"
MEAN = Method(MethodName.MEAN)
MEDIAN = Method(MethodName.MEDIAN)
TRIMMED = Method(MethodName.TRIMMED_MEAN, 1)


def found(ranking: Ranking[str]) -> dict[str, tuple[int | None, Fraction | None]]:
    return {row.entry: (row.place, row.score) for row in ranking.standings}


def marks(**given_to: Sequence[tuple[int, int]]) -> Marks[str]:
    """Return each entry's ballots, by judges 0, 1, …: points of impact and of style."""
    return Marks(
        RUBRIC,
        [
            MarkRow(entry, judge, key, points)
            for entry, ballots in given_to.items()
            for judge, both in enumerate(ballots)
            for key, points in zip(KEYS, both, strict=True)
        ],
    )


def orders(*each: str) -> Rankings[str]:
    """Return each judge's order, best first: "a bc d" ties b and c."""
    return Rankings(
        [
            RankRow(entry, judge, 1 + sum(map(len, groups[:at])))
            for judge, text in enumerate(each)
            for groups in [text.split()]
            for at, group in enumerate(groups)
            for entry in group
        ]
    )


def choices(*each: str) -> Comparisons[str]:
    """Return "ada:ab" as ada's choice of a over b."""
    rows = []
    for text in each:
        judge, _colon, pair = text.partition(":")
        rows.append(ComparisonRow(judge, pair[0], pair[1]))
    return Comparisons(rows)


def places(given: Given[str], method: MethodName, entries: str = EVERYONE) -> dict[str, int | None]:
    return {row.entry: row.place for row in rank(given, Method(method), entries).standings}


# --- averages ------------------------------------------------------------------------------------


def test_quarter_points_are_exact() -> None:
    given = marks(a=[(31, 7), (30, 8)])
    # impact: (31 + 30) / 2 quarters; style: 7.5
    expected = (3 * Fraction(61, 8) + Fraction(15, 4)) / Fraction(7, 2)
    assert found(rank(given, MEAN, "a")) == {"a": (1, expected)}


def test_trimming_leaves_out_the_highest_and_lowest_of_each_criterion() -> None:
    given = marks(a=[(0, 10), (20, 5), (40, 0)], b=[(20, 6)] * 3)
    a, b = Fraction(5), (3 * Fraction(5) + Fraction(3)) / Fraction(7, 2)
    assert found(rank(given, TRIMMED, "ab")) == {"b": (1, b), "a": (2, a)}


def test_the_median_of_an_even_number_is_between_the_middle_two() -> None:
    given = marks(a=[(4, 1), (8, 2), (12, 3), (36, 10)])
    assert found(rank(given, MEDIAN, "a")) == {
        "a": (1, (3 * Fraction(5, 2) + Fraction(5, 4)) / Fraction(7, 2))
    }


def test_too_few_marks_give_no_place_and_say_so() -> None:
    given = marks(a=[(4, 1)] * 3, b=[(40, 10)] * 2)
    given = Marks(RUBRIC, [*given.rows, MarkRow("c", 0, "style", 10)])
    ranking = rank(given, TRIMMED, "abcd")
    assert [(row.entry, row.place, row.judges) for row in ranking.standings] == [
        ("a", 1, 3),
        ("b", None, 2),
        ("c", None, 1),
        ("d", None, 0),
    ]
    assert ranking.gaps == (
        Gap("b", "impact", 2, 3),
        Gap("b", "style", 2, 3),
        Gap("c", "impact", 0, 3),
        Gap("c", "style", 1, 3),
    )


def test_only_trimming_drops() -> None:
    for method, drop in ((MethodName.MEAN, 1), (MethodName.TRIMMED_MEAN, -1)):
        with pytest.raises(InvalidError) as caught:
            Method(method, drop)
        assert caught.value.reason == "drop-without-trimming"


def plainly(points: Sequence[int], method: Method) -> Fraction:
    if method == MEDIAN:
        return Fraction(median(map(Fraction, points)))
    kept = sorted(points)[method.drop : len(points) - method.drop]
    return Fraction(sum(kept), len(kept))


SHEETS = st.dictionaries(
    st.tuples(st.sampled_from(EVERYONE), st.integers(0, 5), st.sampled_from(KEYS)),
    st.integers(0, 10),
)


@given(SHEETS, st.sampled_from([MEAN, MEDIAN, TRIMMED]), st.randoms(use_true_random=False))
def test_averages_agree_with_their_definitions_whatever_marks_are_missing(
    sheet: dict[tuple[str, int, str], int], method: Method, random: Random
) -> None:
    rows = [MarkRow(entry, judge, key, points) for (entry, judge, key), points in sheet.items()]
    ranking = rank(Marks(RUBRIC, rows), method, EVERYONE)
    random.shuffle(rows)
    assert rank(Marks(RUBRIC, rows), method, EVERYONE[::-1]) == ranking

    by_cell: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        by_cell[row.entry, row.criterion].append(row.points)
    scores = {}
    for entry in EVERYONE:
        if all(len(by_cell[entry, key]) > 2 * method.drop for key in KEYS):
            parts = [
                c.weight * c.step * plainly(by_cell[entry, c.key], method) for c in RUBRIC.criteria
            ]
            scores[entry] = sum(parts, Fraction(0)) / Fraction(7, 2)
    assert {
        e: score for e, (_place, score) in found(ranking).items() if score is not None
    } == scores
    check_places(ranking)


def check_places(ranking: Ranking[str], *, lowest_first: bool = False) -> None:
    """See that places follow scores, and that sharing is counted."""
    sign = -1 if lowest_first else 1
    placed = [(row, sign * row.score) for row in ranking.standings if row.score is not None]
    for row, score in placed:
        assert row.place == 1 + sum(other > score for _row, other in placed)
        assert row.tied == sum(other == score for _row, other in placed)


@given(SHEETS)
def test_trimmed_and_untrimmed_agree_where_marks_agree(
    sheet: dict[tuple[str, int, str], int],
) -> None:
    agreed = {entry: sheet.get((entry, 0, "style"), 3) for entry in EVERYONE}
    given = marks(**{entry: [(points, points)] * 3 for entry, points in agreed.items()})
    assert rank(given, TRIMMED, EVERYONE).standings == rank(given, MEAN, EVERYONE).standings


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=5),
    st.data(),
    st.sampled_from([MEAN, MEDIAN, TRIMMED]),
)
def test_a_dominated_entry_never_beats_its_dominator(
    ballots: list[tuple[int, int]], data: st.DataObject, method: Method
) -> None:
    more = st.tuples(st.integers(0, 1), st.integers(0, 1))
    better = [(i + up[0], s + up[1]) for i, s in ballots for up in [data.draw(more)]]
    result = found(rank(marks(low=ballots, high=better), method, ("low", "high")))
    assert (result["high"][0] or 0) <= (result["low"][0] or 0)


def test_the_short_way_is_the_mean() -> None:
    given = marks(a=[(4, 1)] * 3, b=[(40, 10)] * 2)
    assert standings(RUBRIC, given.rows, "abc") == rank(given, MEAN, "abc").standings


# --- orders --------------------------------------------------------------------------------------


def test_an_unranked_entry_takes_the_mean_of_the_positions_left() -> None:
    ranking = rank(orders("a b", "b ac"), Method(MethodName.RANK_SUM), "abcd")
    assert found(ranking) == {
        "a": (1, Fraction(3)),
        "b": (1, Fraction(3)),
        "c": (3, Fraction(11, 2)),
        "d": (None, None),
    }


def test_whom_nobody_ranks_in_a_full_field_still_leaves_positions() -> None:
    # Of five, "a b" leaves 3, 4 and 5 to c, d and e.
    ranking = rank(orders("a b", "e d c b a"), Method(MethodName.RANK_SUM), EVERYONE)
    assert found(ranking)["c"] == (5, Fraction(7))


def test_positions_count_as_given_and_close_up_behind_those_who_left() -> None:
    rows = [RankRow("a", "ada", 1), RankRow("gone", "ada", 2), RankRow("b", "ada", 7)]
    ranking = rank(Rankings(rows), Method(MethodName.RANK_SUM), "ab")
    assert found(ranking) == {"a": (1, Fraction(1)), "b": (2, Fraction(6))}
    alone = [RankRow("gone", "ada", 1)]
    assert rank(Rankings(alone), Method(MethodName.RANK_SUM), "a").standings[0].place is None


def test_borda_gives_half_a_point_for_a_tie() -> None:
    ranking = rank(orders("a bc", "c b"), Method(MethodName.BORDA), "abc")
    assert found(ranking) == {
        "c": (1, Fraction(5, 2)),
        "a": (2, Fraction(2)),
        "b": (3, Fraction(3, 2)),
    }


def test_schulze_finds_what_its_author_found() -> None:
    # The example of section 3.1 of the paper: five candidates, 45 voters; E before A, C, B, D.
    groups = [
        (5, "a c b e d"),
        (5, "a d e c b"),
        (8, "b e d a c"),
        (3, "c a b e d"),
        (7, "c a e b d"),
        (2, "c b a d e"),
        (7, "d c e b a"),
        (8, "e b a d c"),
    ]
    given = orders(*(order for voters, order in groups for _voter in range(voters)))
    assert places(given, MethodName.SCHULZE) == {"e": 1, "a": 2, "c": 3, "b": 4, "d": 5}


ORDERS = st.lists(
    st.dictionaries(st.sampled_from(EVERYONE), st.integers(1, 5), min_size=1),
    min_size=1,
    max_size=5,
)


def rank_rows(each: list[dict[str, int]]) -> list[RankRow[str]]:
    return [
        RankRow(entry, judge, position)
        for judge, order in enumerate(each)
        for entry, position in order.items()
    ]


def prefers(order: dict[str, int], one: str, other: str) -> bool:
    return order.get(one, 9) < order.get(other, 9)


def borda_plainly(each: list[dict[str, int]], entries: Sequence[str]) -> dict[str, Fraction]:
    return {
        one: sum(
            (
                Fraction(prefers(order, one, other) - prefers(order, other, one) + 1, 2)
                for order, other in product(each, entries)
                if other != one
            ),
            Fraction(0),
        )
        for one in entries
    }


def schulze_plainly(each: list[dict[str, int]], entries: Sequence[str]) -> dict[str, Fraction]:
    """Try every path there is."""
    wins = {
        (one, other): sum(prefers(order, one, other) for order in each)
        for one, other in permutations(entries, 2)
    }
    link = {(a, b): wins[a, b] if wins[a, b] > wins[b, a] else 0 for a, b in wins}

    def strongest(one: str, other: str) -> int:
        between = [entry for entry in entries if entry not in (one, other)]
        return max(
            min(link[step] for step in pairwise((one, *middle, other)))
            for length in range(len(between) + 1)
            for middle in permutations(between, length)
        )

    return {
        one: Fraction(
            sum(strongest(one, other) > strongest(other, one) for other in entries if other != one)
        )
        for one in entries
    }


def rank_sum_plainly(each: list[dict[str, int]], entries: Sequence[str]) -> dict[str, Fraction]:
    def position(order: dict[str, int], entry: str) -> Fraction:
        left = range(len(order) + 1, len(entries) + 1)
        return Fraction(order[entry]) if entry in order else Fraction(sum(left), len(left))

    return {
        entry: sum((position(order, entry) for order in each), Fraction(0)) for entry in entries
    }


@given(ORDERS, st.randoms(use_true_random=False))
@pytest.mark.parametrize(
    ("method", "plainly_"),
    [
        (MethodName.RANK_SUM, rank_sum_plainly),
        (MethodName.BORDA, borda_plainly),
        (MethodName.SCHULZE, schulze_plainly),
    ],
)
def test_orders_are_counted_by_their_definitions(
    method: MethodName,
    plainly_: Callable[[list[dict[str, int]], Sequence[str]], dict[str, Fraction]],
    each: list[dict[str, int]],
    random: Random,
) -> None:
    entries = sorted({entry for order in each for entry in order})
    rows = rank_rows(each)
    ranking = rank(Rankings(rows), Method(method), entries)
    assert {row.entry: row.score for row in ranking.standings} == plainly_(each, entries)
    check_places(ranking, lowest_first=method is MethodName.RANK_SUM)
    random.shuffle(rows)
    renamed = [RankRow(entry, f"judge {judge}", position) for entry, judge, position in rows]
    assert rank(Rankings(renamed), Method(method), entries) == ranking
    for one, other in permutations(entries, 2):
        if all(prefers(order, one, other) for order in each):
            place = {row.entry: row.place or 0 for row in ranking.standings}
            assert place[one] < place[other] or method is MethodName.RANK_SUM


# --- pairwise ------------------------------------------------------------------------------------


def test_bradley_terry_of_two_is_the_odds_with_the_prior() -> None:
    given = choices(*["ada:ab"] * 3, "ada:ba")
    (first, second) = rank(given, Method(MethodName.BRADLEY_TERRY), "ab").standings
    assert (first.entry, second.entry) == ("a", "b")
    # By symmetry b is -a, and where the slope is 0: 3.1 - 4 p(2a) - 0.2 p(a) = 0.
    assert first.score == -(second.score or 0)
    value = 2.718281828459045 ** float(first.score or 0)
    assert 3.1 - 4 * value**2 / (1 + value**2) - 0.2 * value / (1 + value) == pytest.approx(
        0, abs=1e-8
    )


def test_the_never_beaten_lead_and_equals_share() -> None:
    given = choices("ada:ab", "bob:ac", "ada:bd", "bob:cd", "eve:gone".replace("gone", "ae"))
    ranking = rank(given, Method(MethodName.BRADLEY_TERRY), "abcd")
    assert {row.entry: (row.place, row.tied) for row in ranking.standings} == {
        "a": (1, 1),
        "b": (2, 2),
        "c": (2, 2),
        "d": (4, 1),
    }


@given(
    st.lists(st.permutations("abc").map(lambda order: order[:2]), max_size=12),
    st.randoms(use_true_random=False),
)
def test_choices_count_in_any_order_and_more_of_them_never_hurt(
    pairs: list[list[str]], random: Random
) -> None:
    rows = [ComparisonRow("ada", winner, loser) for winner, loser in pairs]
    method = Method(MethodName.BRADLEY_TERRY)
    ranking = rank(Comparisons(rows), method, "abc")
    random.shuffle(rows)
    assert rank(Comparisons(rows), method, "cba") == ranking
    more = rank(Comparisons([*rows, ComparisonRow("bob", "a", "b")]), method, "abc")
    before, after = found(ranking)["a"][1], found(more)["a"][1]
    assert before is None or (after is not None and after > before)


# --- the ladder ----------------------------------------------------------------------------------


def ladder(*texts: str) -> list[Rung]:
    return [parse_rung(text) for text in texts]


def told(ranking: Ranking[str]) -> list[tuple[int, str, str]]:
    assert all("%(" not in step.message % step.params for step in ranking.steps)
    return [
        (step.place, step.outcome.value, " ".join("".join(group) for group in step.groups))
        for step in ranking.steps
    ]


@pytest.mark.parametrize(
    ("text", "rung"),
    [
        ("criterion:impact", Rung(RungKind.CRITERION, "impact")),
        ("head_to_head", Rung(RungKind.HEAD_TO_HEAD)),
        ("chair:Ada: the first", Rung(RungKind.CHAIR, "Ada: the first")),
        ("seed:lottery of 3 March", Rung(RungKind.SEED, "lottery of 3 March")),
    ],
)
def test_a_rung_is_read(text: str, rung: Rung) -> None:
    assert parse_rung(text) == rung


@pytest.mark.parametrize(
    "text", ["", "toss", "seed", "seed:", "criterion", "head_to_head:x", "head_to_head:"]
)
def test_what_is_no_rung_is_refused(text: str) -> None:
    with pytest.raises(InvalidError) as caught:
        parse_rung(text)
    assert caught.value.reason == "rung-unknown"


# 14 quarters of impact weigh as much as 21 points of style: 3 times 14 / 4 is half of 21.
TIED = marks(a=[(14, 0)], b=[(12, 3)], c=[(12, 3)])


def test_the_higher_average_of_a_criterion_goes_first() -> None:
    ranking = rank(TIED, MEAN, "abc", ladder("criterion:charm", "criterion:impact"))
    assert found(ranking) == {"a": (1, Fraction(3)), "b": (2, Fraction(3)), "c": (2, Fraction(3))}
    assert [row.tied for row in ranking.standings] == [1, 2, 2]
    assert told(ranking) == [(1, "silent", "abc"), (1, "decides", "a bc")]
    assert ranking.steps[1].values == {
        "a": Fraction(7, 2),
        "b": Fraction(3),
        "c": Fraction(3),
    }


def test_a_criterion_that_is_equal_decides_nothing() -> None:
    ranking = rank(marks(a=[(4, 4)], b=[(4, 4)]), MEAN, "ab", ladder("criterion:style"))
    assert told(ranking) == [(1, Outcome.EQUAL.value, "ab")]
    assert [row.place for row in ranking.standings] == [1, 1]


def test_head_to_head_asks_again_among_those_it_left() -> None:
    points = {"a": (5, 5, 6, 2), "b": (4, 4, 3, 7), "c": (7, 7, 1, 3)}
    given = Marks(
        Rubric((Criterion("impact", "Impact", Fraction(1), 0, 10),)),
        [
            MarkRow(entry, judge, "impact", mark)
            for entry, each in points.items()
            for judge, mark in enumerate(each)
        ],
    )
    ranking = rank(given, MEAN, "abc", ladder("head_to_head"))
    assert told(ranking) == [(1, "decides", "c ab"), (2, "decides", "a b")]
    assert [step.values for step in ranking.steps] == [{"c": 2, "a": 1, "b": 1}, {"a": 3, "b": 1}]
    assert [row.entry for row in ranking.standings] == ["c", "a", "b"]


def test_head_to_head_counts_only_judges_of_all() -> None:
    given = Marks(
        RUBRIC,
        [
            MarkRow("a", "ada", "impact", 8),
            MarkRow("a", "ada", "style", 2),
            MarkRow("b", "bob", "impact", 8),
            MarkRow("b", "bob", "style", 2),
        ],
    )
    ranking = rank(given, MEAN, "ab", ladder("head_to_head", "chair:ada", "chair:eve"))
    assert told(ranking) == [(1, "silent", "ab")] * 3
    assert [row.tied for row in ranking.standings] == [2, 2]


def test_a_half_marked_ballot_compares_nothing() -> None:
    rows = [
        MarkRow(entry, judge, key, 4)
        for entry in "ab"
        for judge, key in (("x", "impact"), ("y", "style"))
    ]
    assert told(rank(Marks(RUBRIC, rows), MEAN, "ab", ladder("head_to_head"))) == [
        (1, "silent", "ab")
    ]


def test_a_judge_who_ties_for_first_puts_nobody_first() -> None:
    tied = orders("a b c", "c b a", "b a c", "b c a", "a c b", "c a b", "a bc", "bc a")
    ranking = rank(tied, Method(MethodName.BORDA), "abc", ladder("head_to_head"))
    assert [row.place for row in ranking.standings] == [1, 2, 2]
    assert told(ranking) == [(1, "decides", "a bc"), (2, "equal", "bc")]


def test_the_chair_decides_with_their_own_ballot() -> None:
    given = Marks(
        RUBRIC,
        [
            MarkRow(entry, judge, key, points)
            for entry, judge, points in (("a", 7, 3), ("a", 8, 4), ("b", 7, 4), ("b", 8, 3))
            for key in KEYS
        ],
    )
    ranking = rank(given, MEAN, "ab", ladder("head_to_head", "chair:7"))
    assert told(ranking) == [(1, "equal", "ab"), (1, "decides", "b a")]
    equal = rank(marks(a=[(4, 4)], b=[(4, 4)]), MEAN, "ab", ladder("chair:0"))
    assert told(equal) == [(1, "equal", "ab")]


def test_the_seed_orders_by_a_digest_that_anybody_can_compute() -> None:
    digests = {e: hashlib.sha256(f"3 March\n{e}".encode()).hexdigest() for e in "abc"}
    given = marks(a=[(4, 4)], b=[(4, 4)], c=[(4, 4)])
    ranking = rank(given, MEAN, "abc", ladder("seed:3 March"))
    assert [row.entry for row in ranking.standings] == sorted("abc", key=digests.__getitem__)
    assert [(row.place, row.tied) for row in ranking.standings] == [(1, 1), (2, 1), (3, 1)]
    assert ranking.steps[0].values == digests


def test_rounds_without_criteria_settle_ties_by_what_judges_chose() -> None:
    steps = ladder("criterion:impact", "head_to_head", "chair:2")
    ordered = rank(
        orders("a b", "b a", "ba", "a c b", "b c a"), Method(MethodName.BORDA), "abc", steps
    )
    assert told(ordered) == [(1, "silent", "ab"), (1, "equal", "ab"), (1, "equal", "ab")]
    chosen = choices("2:ab", "3:bc", "3:ca", "1:bc", "1:cb", "3:ba", "1:ac", "1:ca")
    compared = rank(chosen, Method(MethodName.BRADLEY_TERRY), "abc", steps)
    assert {step.outcome for step in compared.steps} <= set(Outcome)
    both = rank(choices("2:ab", "3:ba"), Method(MethodName.BRADLEY_TERRY), "ab", steps)
    assert told(both) == [(1, "silent", "ab"), (1, "equal", "ab"), (1, "decides", "a b")]


@given(SHEETS, st.sampled_from(["x", "y", "z"]))
def test_with_a_seed_nothing_stays_tied(sheet: dict[tuple[str, int, str], int], text: str) -> None:
    rows = [MarkRow(entry, judge, key, points % 2) for (entry, judge, key), points in sheet.items()]
    steps = ladder("criterion:impact", "head_to_head", "chair:1", f"seed:{text}")
    ranking = rank(Marks(RUBRIC, rows), MEAN, EVERYONE, steps)
    placed = [row for row in ranking.standings if row.place is not None]
    assert [row.place for row in placed] == list(range(1, len(placed) + 1))
    without = rank(Marks(RUBRIC, rows), MEAN, EVERYONE)
    assert {row.entry: row.score for row in without.standings} == {
        row.entry: row.score for row in ranking.standings
    }


# --- the door ------------------------------------------------------------------------------------


SMALL: dict[Kind, Given[str]] = {
    Kind.SCORE: marks(a=[(4, 4), (5, 5)], b=[(3, 3), (4, 4)]),
    Kind.RANK: orders("a b", "a b"),
    Kind.PAIRWISE: choices("ada:ab"),
}


@pytest.mark.parametrize(("kind", "name"), list(product(SMALL, MethodName)))
def test_each_kind_of_round_has_its_methods(kind: Kind, name: MethodName) -> None:
    if name in METHODS[kind]:
        assert [row.entry for row in rank(SMALL[kind], Method(name), "ab").standings] == ["a", "b"]
    else:
        with pytest.raises(InvalidError) as caught:
            rank(SMALL[kind], Method(name), "ab")
        assert caught.value.reason == "method-unfit"


@pytest.mark.parametrize("name", METHODS[Kind.RANK])
def test_nothing_given_places_nobody(name: MethodName) -> None:
    assert rank(Rankings([]), Method(name), "a").standings[0].place is None
    empty = rank(Comparisons([]), Method(MethodName.BRADLEY_TERRY), "a")
    assert empty.standings[0].place is None


# --- ballots that were put together before, ties far from the winners, averages ------------------


def test_ballots_put_together_count_as_their_marks() -> None:
    rubric = Rubric(
        (Criterion("a", "A", Fraction(1), 1, 10), Criterion("b", "B", Fraction(2), 1, 10))
    )
    rows = [MarkRow(1, "x", "a", 4), MarkRow(1, "x", "b", 5), MarkRow(2, "y", "a", 9)]
    ballots = Ballots(rubric, {1: {"x": {"a": 4, "b": 5}}, 2: {"y": {"a": 9}}})
    assert ballots.rows == rows
    for method in (Method(MethodName.MEAN), Method(MethodName.ADJUSTED)):
        assert rank(ballots, method, {1, 2}) == rank(Marks(rubric, rows), method, {1, 2})


def test_only_ties_that_reach_into_the_asked_places_are_put_to_the_ladder() -> None:
    rubric = Rubric((Criterion("a", "A", Fraction(1), 1, 10),))
    ladder = [parse_rung("seed:public")]
    rows = [MarkRow(entry, "x", "a", int(points)) for entry, points in enumerate("998877")]
    marks = Marks(rubric, rows)

    def tied(places: range | None) -> list[int]:
        found = rank(marks, Method(MethodName.MEAN), range(6), ladder, places)
        return [standing.tied for standing in found.standings]

    assert tied(None) == [1, 1, 1, 1, 1, 1]
    assert tied(range(1, 3)) == [1, 1, 2, 2, 2, 2]
    assert tied(range(4, 5)) == [2, 2, 1, 1, 2, 2]
    assert tied(range(5, 9)) == [2, 2, 2, 2, 1, 1]


def test_averages_are_those_of_the_method() -> None:
    halves = Criterion("a", "A", Fraction(1), 1, 10, step=Fraction(1, 2))
    rubric = Rubric((halves, Criterion("b", "B", Fraction(1), 1, 9)))
    rows = [MarkRow(1, judge, "a", points) for judge, points in zip("xyz", (2, 4, 9), strict=True)]
    marks = Marks(rubric, rows)
    found = {
        name: averages(marks, Method(name, drop), [1, 2])
        for name, drop in (
            (MethodName.MEAN, 0),
            (MethodName.TRIMMED_MEAN, 1),
            (MethodName.ADJUSTED, 0),
        )
    }
    assert found[MethodName.MEAN] == {1: {"a": Fraction(5, 2)}, 2: {}}
    assert found[MethodName.TRIMMED_MEAN][1] == {"a": 2}
    assert found[MethodName.ADJUSTED] == found[MethodName.MEAN]
    assert averages(Rankings([RankRow(1, "x", 1)]), Method(MethodName.BORDA), [1]) == {1: {}}


def test_positions_add_up_to_the_rank_sum_where_a_judge_left_an_entry_out() -> None:
    entries = {1, 2, 3}
    two: Orders[int] = {"a": {1: 1, 2: 2}, "b": {2: 1}}
    assert positions(two, entries, 1) == {"a": 1, "b": Fraction(5, 2)}
    counted = rank_sum(two, entries)
    for entry in (1, 2):
        added = sum(positions(two, entries, entry).values(), Fraction(0))
        assert added == Fraction(counted.numerators[entry], counted.denominator)
