"""Assignments are balanced, lawful and repeatable, on any panel hypothesis can think of."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import partial
from itertools import combinations, product
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.assignment import Assignment, Shortfall, assign, components, order_for
from judging.assignment.plan import Plan

Pair = tuple[str, int]
NOBODY: frozenset[Pair] = frozenset()

JUDGES = st.sets(st.sampled_from("abcdef"), min_size=1)
ENTRIES = st.sets(st.integers(1, 12))
PAIRS = st.frozensets(st.tuples(st.sampled_from("abcdef"), st.integers(1, 12)), max_size=30)


def loads(result: Assignment[str, int], judges: AbstractSet[str]) -> list[int]:
    counted = Counter(judge for judge, _entry in result.pairs)
    return sorted(counted[judge] for judge in judges)


def judges_per_entry(result: Assignment[str, int]) -> Counter[int]:
    return Counter(entry for _judge, entry in result.pairs)


@pytest.mark.parametrize(
    ("entries", "judges"), [(8, 5), (4, 5), (12, 9), (60, 12), (25, 24), (3, 2), (7, 8)]
)
def test_two_judges_for_each_entry_link_all_judges_wherever_that_can_be(
    entries: int, judges: int
) -> None:
    result = assign(
        range(entries), range(judges), per_entry=2, barred=NOBODY, taken=NOBODY, seed="s"
    )
    assert len(components(result.pairs)) == 1


@given(ENTRIES, JUDGES, st.integers(1, 7), st.text())
def test_without_bars_everything_is_even(
    entries: set[int], judges: set[str], per_entry: int, seed: str
) -> None:
    result = assign(
        entries, judges, per_entry=per_entry, barred=NOBODY, taken=NOBODY, seed=f"{seed!r}"
    )
    each = min(per_entry, len(judges))
    assert judges_per_entry(result) == dict.fromkeys(entries, each)
    spread = loads(result, judges)
    assert spread[-1] - spread[0] <= 1
    assert {s.entry for s in result.shortfalls} == (entries if each < per_entry else set())


@given(ENTRIES, JUDGES, st.integers(1, 4), PAIRS, PAIRS)
def test_bars_and_taken_pairs_are_kept(
    entries: set[int],
    judges: set[str],
    per_entry: int,
    barred: frozenset[Pair],
    taken: frozenset[Pair],
) -> None:
    result = assign(entries, judges, per_entry=per_entry, barred=barred, taken=taken, seed="s")
    pairs = set(result.pairs)
    assert len(pairs) == len(result.pairs)
    assert not pairs & barred
    kept = {(judge, entry) for judge, entry in taken - barred if entry in entries}
    assert kept <= pairs
    assert {judge for judge, _entry in pairs - kept} <= judges
    counted = judges_per_entry(result)
    for entry in entries:
        able = {j for j in judges if (j, entry) not in barred} | {j for j, e in kept if e == entry}
        had = sum(e == entry for _judge, e in kept)
        assert counted[entry] == max(had, min(per_entry, len(able)))
        short = Shortfall(entry, counted[entry])
        assert (short in result.shortfalls) is (counted[entry] < per_entry)


@given(
    st.frozensets(st.tuples(st.sampled_from("abcd"), st.integers(1, 4)), max_size=10),
    st.frozensets(st.tuples(st.sampled_from("abcd"), st.integers(1, 4)), max_size=2),
)
def test_loads_are_as_even_as_any_lawful_assignment(
    barred: frozenset[Pair], taken: frozenset[Pair]
) -> None:
    result = assign(range(1, 5), "abcd", per_entry=2, barred=barred, taken=taken - barred, seed="s")
    choices = []
    for entry in range(1, 5):
        free = [judge for judge in "abcd" if (judge, entry) not in barred]
        held = {judge for judge, e in taken - barred if e == entry}
        size = max(len(held), min(2, len(free)))
        choices.append([team for team in combinations(free, size) if held <= set(team)])
    best = min(
        sum(n * n for n in Counter(judge for team in teams for judge in team).values())
        for teams in product(*choices)
    )
    assert sum(n * n for n in loads(result, set("abcd"))) == best


@given(
    st.frozensets(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), max_size=6),
    st.frozensets(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), max_size=2),
    st.dictionaries(st.sampled_from("abc"), st.integers(1, 4)),
    st.dictionaries(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), st.integers(0, 3)),
    st.integers(1, 2),
)
def test_no_lawful_assignment_deals_more_is_more_even_or_fits_better(
    unread: frozenset[Pair],
    taken: frozenset[Pair],
    limits: dict[str, int],
    prefers: dict[Pair, int],
    per_entry: int,
) -> None:
    result = assign(
        range(1, 5),
        "abc",
        per_entry=per_entry,
        barred=NOBODY,
        taken=taken,
        seed="s",
        unread=unread,
        prefers=prefers,
        limits=limits,
    )
    found = judges_per_entry(result)
    lawful = list(_lawful(unread, taken, limits, per_entry))
    assert frozenset(result.pairs) in lawful
    assert len(result.pairs) == max(map(len, lawful))
    as_found = [pairs for pairs in lawful if Counter(entry for _judge, entry in pairs) == found]
    evenness = min(map(_unevenness, as_found))
    assert _unevenness(result.pairs) == evenness
    fit = _fit(result.pairs, prefers)
    best = max(_fit(p, prefers) for p in as_found if _unevenness(p) == evenness)
    # Linking comes last and may cost some; with a judge for each entry there is nothing to link.
    assert fit == best if per_entry == 1 else fit <= best
    for short in result.shortfalls:
        able = {judge for judge in "abc" if (judge, short.entry) not in result.pairs}
        unable = {judge for judge in able if (judge, short.entry) in unread}
        assert (short.unread, short.full) == (len(unable), len(able - unable))


def _lawful(
    unread: frozenset[Pair], taken: frozenset[Pair], limits: dict[str, int], per_entry: int
) -> Iterator[frozenset[Pair]]:
    choices = []
    for entry in range(1, 5):
        held = {judge for judge, e in taken if e == entry}
        able = held | {judge for judge in "abc" if (judge, entry) not in unread}
        sizes = range(len(held), max(len(held), min(per_entry, len(able))) + 1)
        choices.append(
            [
                [(judge, entry) for judge in team]
                for size in sizes
                for team in combinations(sorted(able), size)
                if held <= set(team)
            ]
        )
    had = Counter(judge for judge, _entry in taken)
    for teams in product(*choices):
        pairs = frozenset(pair for team in teams for pair in team)
        load = Counter(judge for judge, _entry in pairs)
        if all(load[judge] <= max(most, had[judge]) for judge, most in limits.items()):
            yield pairs


def _unevenness(pairs: Iterable[Pair]) -> int:
    return sum(n * n for n in Counter(judge for judge, _entry in pairs).values())


def _fit(pairs: Iterable[Pair], prefers: dict[Pair, int]) -> int:
    return sum(prefers.get(pair, 0) for pair in pairs)


@given(ENTRIES, JUDGES, PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_the_input_has_no_say(
    entries: set[int], judges: set[str], barred: frozenset[Pair], random: Random
) -> None:
    def once() -> Assignment[str, int]:
        some, few = list(entries), list(judges)
        random.shuffle(some)
        random.shuffle(few)
        return assign(some, few, per_entry=2, barred=barred, taken=NOBODY, seed="2020")

    assert once() == once()


def test_another_seed_is_another_assignment() -> None:
    seeds = {
        assign(range(12), "abcd", per_entry=2, barred=NOBODY, taken=NOBODY, seed=str(n)).pairs
        for n in range(5)
    }
    assert len(seeds) == 5


def test_an_assignment_stays_as_it_was_published() -> None:
    # Rounds keep their seed so that anybody can repeat the draw: this must never change.
    result = assign((1, 2, 3), "abc", per_entry=2, barred={("a", 1)}, taken=NOBODY, seed="geneva")
    assert result.pairs == (("a", 2), ("b", 2), ("a", 3), ("c", 3), ("c", 1), ("b", 1))


def test_who_is_kept_from_one_entry_gets_another() -> None:
    barred = {("a", entry) for entry in range(9)}
    result = assign(range(12), "abc", per_entry=1, barred=barred, taken=NOBODY, seed="s")
    assert loads(result, {"a"}) == [3]
    assert loads(result, {"b", "c"}) == [4, 5]


def test_a_full_judge_hands_an_entry_on_to_make_room_for_one_that_nobody_else_can_read() -> None:
    # "b", who alone reads 1, is given 2 first.
    result = assign(
        (1, 2),
        "ab",
        per_entry=1,
        barred=NOBODY,
        taken=NOBODY,
        seed="s",
        unread=frozenset({("a", 1)}),
        limits={"a": 1, "b": 1},
    )
    assert set(result.pairs) == {("a", 2), ("b", 1)}
    assert not result.shortfalls


def test_a_newcomer_takes_the_new_entries() -> None:
    first = assign(range(8), "ab", per_entry=1, barred=NOBODY, taken=NOBODY, seed="s")
    taken = frozenset(first.pairs)
    second = assign(range(12), "abc", per_entry=1, barred=NOBODY, taken=taken, seed="s")
    assert taken <= set(second.pairs)
    assert {judge for judge, entry in second.pairs if entry >= 8} == {"c"}


def test_the_work_of_a_judge_who_left_still_counts() -> None:
    result = assign({1}, "b", per_entry=1, barred=NOBODY, taken={("a", 1)}, seed="s")
    assert result == Assignment((("a", 1),), ())


@pytest.mark.parametrize(("entries", "judges", "per_entry"), [(12, 4, 2), (15, 10, 2), (30, 10, 2)])
def test_marks_can_be_compared_across_the_whole_panel(
    entries: int, judges: int, per_entry: int
) -> None:
    panel = "abcdefghij"[:judges]
    result = assign(
        range(entries), panel, per_entry=per_entry, barred=NOBODY, taken=NOBODY, seed="s"
    )
    teams = [{j for j, e in result.pairs if e == entry} for entry in range(entries)]
    reached = {"a"}
    for _step in panel:
        reached = reached.union(*(team for team in teams if team & reached))
    assert reached == set(panel)


def test_a_large_contest_takes_about_a_second() -> None:
    panel = [f"judge {n}" for n in range(30)]
    barred = {(judge, entry) for n, judge in enumerate(panel) for entry in range(n, 2000, n + 2)}
    started = time.process_time()
    result = assign(range(2000), panel, per_entry=5, barred=barred, taken=frozenset(), seed="s")
    assert time.process_time() - started < 5  # a slow machine's allowance
    assert len(result.pairs) == 10_000


def test_knowledge_is_honoured_in_about_a_second_too() -> None:
    panel = [f"judge {n}" for n in range(30)]
    # Each entry is about one of 17 Goals, and each judge knows three of them.
    goals = {judge: {(7 * n + k) % 17 for k in (0, 3, 8)} for n, judge in enumerate(panel)}
    about = {entry: entry * entry % 17 for entry in range(2000)}
    prefers = {(j, e): int(about[e] in goals[j]) for j in panel for e in about}
    ask = partial(assign, about, panel, per_entry=3, barred=NOBODY, taken=NOBODY, seed="s")
    started = time.process_time()
    result = ask(prefers=prefers)
    assert time.process_time() - started < 5  # a slow machine's allowance
    assert loads(result, set(panel)) == [200] * 30
    assert len(components(result.pairs)) == 1
    # Goals that nobody knows, and those that are asked for more than their judges can read, aside.
    assert _fit(result.pairs, prefers) > 2 * _fit(ask().pairs, prefers)


def test_every_judge_reads_in_an_order_of_their_own() -> None:
    entries = list(range(20))
    orders = {order_for(judge, entries, "s") for judge in "abcd"}
    assert len(orders) == 4
    assert all(sorted(order) == entries for order in orders)
    assert order_for("a", entries, "s") == order_for("a", reversed(entries), "s")
    assert order_for("a", entries, "s") != order_for("a", entries, "t")


@given(PAIRS)
def test_groups_are_those_that_steps_from_judge_to_entry_reach(pairs: frozenset[Pair]) -> None:
    groups = components(pairs)
    assert sorted(judge for group in groups for judge in group.judges) == sorted(
        {judge for judge, _entry in pairs}
    )
    for group in groups:
        judges, entries = {min(group.judges)}, set[int]()
        for _step in range(6):
            entries |= {entry for judge, entry in pairs if judge in judges}
            judges |= {judge for judge, entry in pairs if entry in entries}
        assert judges == set(group.judges)
        assert entries == set(group.entries)
    sizes = [len(group.entries) for group in groups]
    assert sizes == sorted(sizes, reverse=True)
    assert components(sorted(pairs, reverse=True)) == groups


@pytest.mark.parametrize(("entries", "judges"), [(6, 6), (12, 10), (12, 12), (20, 20)])
def test_groups_are_linked_by_swaps_where_there_are_ballots_to_spare(
    entries: int, judges: int
) -> None:
    for seed in map(str, range(20)):
        result = assign(
            range(entries),
            range(judges),
            per_entry=2,
            barred=frozenset(),
            taken=frozenset(),
            seed=seed,
        )
        assert len(components(result.pairs)) == 1
        assert len(set(result.pairs)) == 2 * entries
        each = Counter(judge for judge, _entry in result.pairs)
        assert max(each.values()) - min(each.values()) <= 1


def test_what_bars_or_taken_pairs_keep_apart_stays_apart() -> None:
    halves = [("ab", range(4)), ("cd", range(4, 8))]
    apart = frozenset((judge, e) for panel, part in halves for judge in panel for e in part)
    barred = frozenset((judge, e) for judge in "abcd" for e in range(8)) - apart
    for bars, taken in ((barred, NOBODY), (NOBODY, apart)):
        result = assign(range(8), "abcd", per_entry=2, barred=bars, taken=taken, seed="s")
        assert set(result.pairs) == apart
        assert len(components(result.pairs)) == 2


@pytest.mark.parametrize(
    ("held", "linked"),
    [
        ([0b0111, 0b0001, 0b0110, 0b1000, 0b1000], [0b1101, 0b0001, 0b0110, 0b0010, 0b1000]),
        ([0b0001, 0b0111, 0b0110, 0b1000, 0b1000], [0b0001, 0b1101, 0b0110, 0b0010, 0b1000]),
    ],
)
def test_a_pair_that_alone_holds_its_group_together_is_not_swapped_away(
    held: list[int], linked: list[int]
) -> None:
    # Entry 0 alone links judges 0 and 1; entries 1 and 2 close a circle with judge 2.
    plan = Plan(
        may=[0b1111] * 5,
        kept=[0] * 5,
        limits=[None] * 5,
        fits=np.zeros((5, 4), dtype=np.int64),
    )
    plan.held = held
    plan.link()
    assert plan.held == linked
    pairs = [(judge, e) for judge, bits in enumerate(linked) for e in range(4) if bits >> e & 1]
    assert len(components(pairs)) == 1
