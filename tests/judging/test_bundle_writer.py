"""A bundle that was written is one that can be read, and its recount is what was counted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judging.bundle import (
    Choice,
    Chosen,
    CountedRound,
    Decided,
    Export,
    Fault,
    digests,
    is_empty,
    manifest,
    read_bundle,
    recount,
    write,
    write_decision,
)
from judging.bundle.decided import read_decided
from judging.ranking import (
    METHODS,
    Ballots,
    ComparisonRow,
    Comparisons,
    Given,
    Kind,
    Method,
    MethodName,
    Ranking,
    Rankings,
    RankRow,
    Rung,
    parse_rung,
    rank,
)
from judging.ranking.averages import Sheet
from judging.rubric import Criterion, Rubric

NOW = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
ENTRIES = frozenset(range(1, 8))
GONE = 9
JUDGES = ("11", "12", "13")
PSEUDONYMS = {"11": "judge-02", "12": "judge-01", "13": "judge-03"}
RUBRIC = Rubric(
    (
        Criterion("impact", "Impact", Fraction(3), 0, 40, step=Fraction(1, 4)),
        Criterion("style", "Style, or “how”", Fraction(1), 1, 10),
    )
)
OTHER = Rubric(
    (
        Criterion("impact", "Impact on people", Fraction(1), 1, 5),
        Criterion("style", "Style, or “how”", Fraction(1), 1, 10),
    )
)
LADDER = tuple(
    map(parse_rung, ("criterion:impact", "head_to_head", "chair:12", "seed:drawn, in public"))
)


def counted(
    name: str, kind: Kind, method: Method, given_: Given[int], ladder: Sequence[Rung] = LADDER
) -> CountedRound:
    """Count a round as the product does: among those who stay and were judged."""
    ranking = rank(given_, method, _judged(given_), ladder)
    return CountedRound(name, f"Round {name}", kind, method, given_, ENTRIES, ranking)


def _judged(given_: Given[int]) -> frozenset[int]:
    if isinstance(given_, Comparisons):
        return ENTRIES & {entry for row in given_.rows for entry in (row.winner, row.loser)}
    return ENTRIES & {row.entry for row in given_.rows}


def written(*rounds: CountedRound, ladder: Sequence[Rung] = LADDER) -> dict[str, bytes]:
    return write(Export(3, ladder, rounds, PSEUDONYMS))


def differences(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Recount as an auditor does; `standings.csv` is compared, and so are the digests."""
    whole = {**files, "manifest.json": manifest("A contest", files, NOW)}
    return recount(read_bundle(whole), Choice()).differences


ballots = st.dictionaries(
    st.sampled_from([*sorted(ENTRIES), GONE]),
    st.dictionaries(
        st.sampled_from(JUDGES),
        st.fixed_dictionaries({"impact": st.integers(0, 4), "style": st.integers(1, 3)}),
        min_size=1,
    ),
    min_size=1,
)


@pytest.mark.parametrize("name", METHODS[Kind.SCORE])
@settings(max_examples=40)
@given(sheet=ballots)
def test_marks_come_back_as_the_same_standings(name: MethodName, sheet: Sheet[int]) -> None:
    method = Method(name, 1 if name is MethodName.TRIMMED_MEAN else 0)
    round_ = counted("1", Kind.SCORE, method, Ballots(RUBRIC, sheet))
    files = written(round_)
    if is_empty(files):
        assert all(row.place is None for row in round_.ranking.standings)
    elif exact(name) or len({row.score for row in round_.ranking.standings}) == len(sheet):
        assert differences(files) == ()


def exact(name: MethodName) -> bool:
    return name not in {MethodName.ADJUSTED, MethodName.BRADLEY_TERRY}


orders = st.dictionaries(
    st.sampled_from(JUDGES),
    st.dictionaries(st.sampled_from([*sorted(ENTRIES), GONE]), st.integers(1, 5), min_size=1),
    min_size=1,
)


@pytest.mark.parametrize("name", METHODS[Kind.RANK])
@settings(max_examples=40)
@given(given_=orders)
def test_orders_come_back_as_the_same_standings(
    name: MethodName, given_: dict[str, dict[int, int]]
) -> None:
    rows = [RankRow(e, judge, at) for judge, own in given_.items() for e, at in own.items()]
    files = written(counted("1", Kind.RANK, Method(name), Rankings(rows)))
    assert is_empty(files) or differences(files) == ()


@settings(max_examples=40)
@given(
    pairs=st.lists(
        st.tuples(
            st.sampled_from(JUDGES), st.integers(1, 7), st.sampled_from([*range(1, 8), GONE])
        ).filter(lambda row: row[1] != row[2]),
        min_size=1,
        max_size=20,
    )
)
def test_choices_come_back_as_the_same_standings(pairs: list[tuple[str, int, int]]) -> None:
    rows = Comparisons([ComparisonRow(*row) for row in pairs])
    files = written(counted("1", Kind.PAIRWISE, Method(MethodName.BRADLEY_TERRY), rows))
    assert is_empty(files) or differences(files) == ()


def test_rounds_of_different_rubrics_share_a_bundle() -> None:
    first = Ballots(
        RUBRIC, {1: {"11": {"impact": 31, "style": 7}}, 2: {"11": {"impact": 31, "style": 7}}}
    )
    later = Ballots(
        OTHER, {1: {"12": {"impact": 3, "style": 5}}, 2: {"12": {"impact": 4, "style": 4}}}
    )
    method = Method(MethodName.MEAN)
    files = written(
        counted("1", Kind.SCORE, method, first), counted("2", Kind.SCORE, method, later)
    )
    bundle = read_bundle(files)
    assert [round_.criteria for round_ in bundle.declared.rounds] == [
        ("impact", "style"),
        ("impact@2", "style"),
    ]
    assert [rung.argument for rung in bundle.declared.ladder] == [
        "impact",
        "impact@2",
        "",
        "judge-01",
        "drawn, in public",
    ]
    assert differences(files) == ()


def test_screening_is_exported_and_not_counted() -> None:
    verdicts = Rubric((Criterion("verdict", "Verdict", Fraction(1), 0, 2, step=Fraction(1, 2)),))
    sheet: Sheet[int] = {1: {"11": {"verdict": 2}, "12": {"verdict": 1}}, 2: {"11": {"verdict": 0}}}
    screen = counted(
        "1", Kind.SCREEN, Method(MethodName.MEAN), Ballots(verdicts, {**sheet, GONE: sheet[1]})
    )
    marks = Ballots(RUBRIC, {1: {"13": {"impact": 1, "style": 2}}})
    files = written(screen, counted("2", Kind.SCORE, Method(MethodName.TRIMMED_MEAN), marks))
    assert files["screens.csv"].decode().splitlines() == [
        "round,judge,entry,verdict",
        "1,judge-01,1,maybe",
        "1,judge-02,1,in",
        "1,judge-02,2,out",
    ]
    assert differences(files) == ()


def test_a_round_without_places_is_left_out() -> None:
    marks = Ballots(RUBRIC, {1: {"13": {"impact": 1, "style": 2}}})
    thin = counted("1", Kind.SCORE, Method(MethodName.TRIMMED_MEAN, 1), marks)
    assert is_empty(written(thin))


def test_nobody_is_named() -> None:
    marks = Ballots(RUBRIC, {1: {"13": {"impact": 1, "style": 2}}})
    files = written(counted("1", Kind.SCORE, Method(MethodName.MEAN), marks))
    assert files["ballots.csv"].decode().splitlines()[1] == "1,1,judge-03,impact,1"
    assert files.keys() == {"ballots.csv", "method.json", "rubric.json", "standings.csv"}
    assert all(len(digest) == 64 for digest in digests(files).values())


def test_a_changed_place_is_found() -> None:
    sheet: Sheet[int] = {1: {"11": {"impact": 8, "style": 2}}, 2: {"11": {"impact": 9, "style": 2}}}
    round_ = counted("1", Kind.SCORE, Method(MethodName.MEAN), Ballots(RUBRIC, sheet))
    first, second = round_.ranking.standings
    swapped = (replace(first, entry=second.entry), replace(second, entry=first.entry))
    files = written(replace(round_, ranking=Ranking(swapped, (), ())))
    assert len(differences(files)) == 2


@pytest.mark.parametrize("kind", Kind)
def test_what_was_given_is_written_only_in_a_round_of_its_kind(kind: Kind) -> None:
    given_: Given[int] = (
        Comparisons([ComparisonRow("11", 1, 2)])
        if kind is not Kind.PAIRWISE
        else Rankings([RankRow(1, "11", 1)])
    )
    own, method = (
        (Kind.PAIRWISE, MethodName.BRADLEY_TERRY)
        if kind is not Kind.PAIRWISE
        else (Kind.RANK, MethodName.BORDA)
    )
    round_ = counted("1", own, Method(method), given_)
    files = written(replace(round_, kind=kind))
    assert files.keys() == {"method.json", "standings.csv"}


def test_a_decision_is_written_as_it_is_read() -> None:
    decided = Decided((Chosen(1, "3", "Braver."), Chosen(2, "1", "")), "1", commitment="a" * 64)
    places = {"1": 1, "2": 2, "3": 3, "4": None}
    written = write_decision(decided, Method(MethodName.TRIMMED_MEAN, 1), places)
    said = json.loads(written["decision.json"])
    assert said == {
        "round": "1",
        "method": {"name": "trimmed_mean", "drop": 1},
        "winners": [
            {"place": 1, "entry": "3", "stands": 3, "departs": True, "reason": "Braver."},
            {"place": 2, "entry": "1", "stands": 1, "departs": False, "reason": ""},
        ],
        "commitment": "a" * 64,
    }
    faults: list[Fault] = []
    assert (read_decided(written, faults), faults) == (decided, [])
