"""Comparisons are even, lawful, linked and repeatable, on any panel hypothesis can think of."""

from collections import Counter
from collections.abc import Iterable
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from judging.pairing import Lack, Meeting, Pairing, pair_up

Bar = tuple[str, int]
Kept = tuple[str, int, int]
NO_BARS: frozenset[Bar] = frozenset()
NOTHING: frozenset[Kept] = frozenset()

JUDGES = st.sets(st.sampled_from("abcdef"), min_size=1)
ENTRIES = st.sets(st.integers(1, 12))
BARS = st.frozensets(st.tuples(st.sampled_from("abcdef"), st.integers(1, 12)), max_size=30)
KEPT = st.frozensets(
    st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 13), st.integers(1, 13)).filter(
        lambda row: row[1] < row[2]
    ),
    max_size=20,
)


def times(result: Pairing[str, int], kept: Iterable[Kept] = ()) -> Counter[int]:
    """Count in how many comparisons each entry stands."""
    rows = [*result.meetings, *kept]
    return Counter(entry for _judge, *pair in rows for entry in pair)


def pairs(result: Pairing[str, int]) -> Counter[frozenset[int]]:
    return Counter(frozenset(row[1:]) for row in result.meetings)


def loads(result: Pairing[str, int], judges: Iterable[str]) -> list[int]:
    counted = Counter(row.judge for row in result.meetings)
    return sorted(counted[judge] for judge in judges)


@given(st.sets(st.integers(1, 40), min_size=2), JUDGES, st.integers(1, 8), st.text())
def test_without_bars_everything_is_even(
    entries: set[int], judges: set[str], per_entry: int, seed: str
) -> None:
    result = pair_up(
        entries, judges, per_entry=per_entry, barred=NO_BARS, kept=NOTHING, seed=repr(seed)
    )
    each = min(per_entry, len(judges) * (len(entries) - 1))
    more = len(entries) * each % 2
    found = times(result)
    assert sorted(found[entry] for entry in entries) == sorted(
        [each] * (len(entries) - more) + [each + 1] * more
    )
    assert len(result.lacks) == (len(entries) if each < per_entry else 0)
    repeats = pairs(result)
    possible = len(entries) * (len(entries) - 1) // 2
    assert max(repeats.values()) - (min(repeats.values()) if len(repeats) == possible else 0) <= 1
    held = loads(result, judges)
    assert held[-1] - held[0] <= 1
    if each > 1 or len(entries) == 2:
        assert result.groups == (frozenset(entries),)


@given(ENTRIES, JUDGES, st.integers(1, 6), BARS, KEPT)
@settings(max_examples=300)
def test_what_is_given_is_lawful_and_what_lacks_is_told(
    entries: set[int],
    judges: set[str],
    per_entry: int,
    barred: frozenset[Bar],
    kept: frozenset[Kept],
) -> None:
    result = pair_up(entries, judges, per_entry=per_entry, barred=barred, kept=kept, seed="lawful")
    asked = [(row.judge, frozenset(row[1:])) for row in result.meetings]
    stay = {(j, frozenset(pair)) for j, *pair in kept if set(pair) <= entries}
    assert len(set(asked)) == len(asked), "no two twice for one judge"
    assert not stay & set(asked)
    assert {judge for judge, _pair in asked} <= judges
    assert all(len(pair) == 2 and pair <= entries for _judge, pair in asked)
    assert not {(judge, entry) for judge, pair in asked for entry in pair} & barred
    found = Counter(entry for _judge, pair in [*stay, *asked] for entry in pair)
    assert {lack.entry: lack.found for lack in result.lacks} == {
        entry: found[entry] for entry in entries if found[entry] < per_entry
    }
    for lack in result.lacks:
        # Whoever may compare it with anything has done so already.
        assert (
            not {
                (judge, frozenset((lack.entry, other)))
                for judge in judges
                for other in entries - {lack.entry}
                if not {(judge, lack.entry), (judge, other)} & barred
            }
            - stay
            - set(asked)
        )
    assert set().union(*result.groups) == entries
    assert sum(map(len, result.groups)) == len(entries)


@given(st.permutations(range(12)), st.permutations("abcde"), st.integers(1, 6), BARS, KEPT)
def test_the_order_of_the_input_has_no_say(
    entries: list[int],
    judges: list[str],
    per_entry: int,
    barred: frozenset[Bar],
    kept: frozenset[Kept],
) -> None:
    first, again = (
        pair_up(some, panel, per_entry=per_entry, barred=barred, kept=kept, seed="seed")
        for some, panel in ((entries, judges), (sorted(entries), sorted(judges)))
    )
    assert first == again


def test_another_seed_gives_other_pairs() -> None:
    made = {
        pair_up(
            range(20), "abc", per_entry=3, barred=NO_BARS, kept=NOTHING, seed=str(seed)
        ).meetings
        for seed in range(5)
    }
    assert len(made) == 5


def test_a_plan_stays_the_same() -> None:
    # Whoever repeats a round's pairs from its seed, in years, must find these again.
    result = pair_up(range(1, 5), "ab", per_entry=2, barred=NO_BARS, kept=NOTHING, seed="a text")
    assert result == EXPECTED


def test_entries_stand_first_about_as_often_as_second() -> None:
    result = pair_up(range(30), "abcde", per_entry=20, barred=NO_BARS, kept=NOTHING, seed="sides")
    first = Counter(row.first for row in result.meetings)
    assert all(2 <= first[entry] <= 18 for entry in range(30))
    assert 120 < sum(row.first < row.second for row in result.meetings) < 180


def test_dealing_again_fills_what_a_recusal_left_open() -> None:
    before = pair_up(range(10), "abcd", per_entry=4, barred=NO_BARS, kept=NOTHING, seed="again")
    barred = frozenset({("a", 3)})
    kept = frozenset(
        (row.judge, row.first, row.second)
        for row in before.meetings
        if row.judge != "a" or 3 not in row
    )
    after = pair_up(range(10), "abcd", per_entry=4, barred=barred, kept=kept, seed="again")
    found = times(after, kept)
    assert min(found.values()) == 4
    assert sum(found.values()) <= 42
    assert len(after.meetings) + len(kept) == sum(found.values()) // 2
    assert after.groups == (frozenset(range(10)),)


def test_nothing_changes_where_nothing_lacks() -> None:
    before = pair_up(range(10), "abcd", per_entry=4, barred=NO_BARS, kept=NOTHING, seed="again")
    kept = frozenset((row.judge, row.first, row.second) for row in before.meetings)
    after = pair_up(range(10), "abcd", per_entry=4, barred=NO_BARS, kept=kept, seed="again")
    assert after == Pairing((), (), (frozenset(range(10)),))


def test_an_entry_that_nobody_may_compare_is_told() -> None:
    barred = frozenset((judge, 1) for judge in "ab")
    result = pair_up(range(1, 5), "ab", per_entry=2, barred=barred, kept=NOTHING, seed="s")
    assert result.lacks == (Lack(1, 0),)
    assert result.groups == (frozenset({2, 3, 4}), frozenset({1}))


def test_groups_that_bars_part_are_linked_by_an_exchange() -> None:
    # Each judge may compare only half of the entries; a third one may compare all.
    low, high = range(6), range(6, 12)
    barred = frozenset([("a", entry) for entry in high] + [("b", entry) for entry in low])
    result = pair_up(range(12), "abc", per_entry=3, barred=barred, kept=NOTHING, seed="halves")
    assert result.groups == (frozenset(range(12)),)
    apart = pair_up(range(12), "ab", per_entry=3, barred=barred, kept=NOTHING, seed="halves")
    assert sorted(map(sorted, apart.groups)) == [list(low), list(high)]
    assert apart.lacks == ()


def test_groups_are_linked_wherever_one_exchange_can_do_it() -> None:
    # "a" may compare the one half, "b" the other, "c" two thirds of each.
    barred = frozenset(
        [("a", entry) for entry in range(6, 12)]
        + [("b", entry) for entry in range(6)]
        + [("c", entry) for entry in (4, 5, 10, 11)]
    )
    for seed in range(60):
        result = pair_up(range(12), "abc", per_entry=2, barred=barred, kept=NOTHING, seed=str(seed))
        assert result.groups == (frozenset(range(12)),), seed
        assert set(times(result).values()) <= {2, 3}


def test_single_comparisons_link_only_two() -> None:
    result = pair_up(range(6), "ab", per_entry=1, barred=NO_BARS, kept=NOTHING, seed="one")
    assert sorted(map(len, result.groups)) == [2, 2, 2]


def test_a_judge_with_much_already_gets_less() -> None:
    kept = frozenset(("a", one, one + 1) for one in range(0, 20, 2))
    result = pair_up(range(20), "ab", per_entry=3, barred=NO_BARS, kept=kept, seed="more")
    assert loads(result, "ab") == [5, 15]


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("abc"), st.integers(1, 4)), st.integers(1, 3), max_size=12
    ),
    st.frozensets(st.tuples(st.sampled_from("abc"), st.integers(1, 4)), max_size=3),
)
def test_nobody_could_deal_the_same_pairs_to_who_knows_more(
    prefers: dict[Bar, int], barred: frozenset[Bar]
) -> None:
    result, plain = (
        pair_up(range(1, 5), "abc", per_entry=2, barred=barred, kept=NOTHING, seed="s", prefers=fit)
        for fit in (prefers, {})
    )
    assert (result.lacks, result.groups) == (plain.lacks, plain.groups)
    asked = [frozenset(row[1:]) for row in result.meetings]
    assert Counter(asked) == pairs(plain)
    assert loads(result, "abc") == loads(plain, "abc")

    def fit(deal: Iterable[str]) -> int:
        return sum(
            prefers.get((judge, entry), 0)
            for judge, pair in zip(deal, asked, strict=True)
            for entry in pair
        )

    best = max(
        fit(deal)
        for deal in product("abc", repeat=len(asked))
        if sorted(Counter(deal)[judge] for judge in "abc") == loads(plain, "abc")
        and len(set(zip(deal, asked, strict=True))) == len(asked)
        and not {(judge, one) for judge, pair in zip(deal, asked, strict=True) for one in pair}
        & barred
    )
    assert fit(row.judge for row in result.meetings) == best


EXPECTED = Pairing(
    meetings=(
        Meeting("b", 4, 2),
        Meeting("b", 1, 2),
        Meeting("a", 4, 3),
        Meeting("a", 3, 1),
    ),
    lacks=(),
    groups=(frozenset({1, 2, 3, 4}),),
)
