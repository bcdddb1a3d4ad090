"""From standings to winners: ties are named, departures are defended, decisions are whole."""

import hashlib
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidError
from judging.decision import (
    DepartureCode,
    check_decision,
    commitment,
    departures,
    digest,
    propose,
    sealed_text,
)
from judging.ranking import MarkRow, Standing, standings
from judging.rubric import Criterion, Rubric

RUBRIC = Rubric((Criterion("impact", "Impact", Fraction(1), 0, 100),))


def ranked(**points: int | None) -> tuple[Standing[str], ...]:
    """Rank entries by one judge's points; None is an entry without marks."""
    marks = [
        MarkRow(entry, "ada", "impact", mark) for entry, mark in points.items() if mark is not None
    ]
    return standings(RUBRIC, marks, points)


CLEAR = ranked(a=9, b=8, c=7, d=6, e=None)
TIED_AT_CUT = ranked(a=9, b=8, c=7, d=7, e=7)
TIED_INSIDE = ranked(a=9, b=9, c=7, d=6)


def needed(rows: tuple[Standing[str], ...], chosen: str) -> list[tuple[int, str, str]]:
    return [(d.position, d.entry, d.code.value) for d in departures(rows, tuple(chosen))]


def test_clear_standings_propose_their_best() -> None:
    proposal = propose(CLEAR, 3)
    assert proposal.winners == ("a", "b", "c")
    assert proposal.unsettled == ()


def test_a_tie_across_the_cut_is_said_in_words() -> None:
    proposal = propose(TIED_AT_CUT, 3)
    (tie,) = proposal.unsettled
    assert (tie.place, tie.entries, tie.across_cut) == (3, ("c", "d", "e"), True)
    assert tie.message % tie.params == (
        "3 entries share place 3, too many to win: the chair settles which do."
    )


def test_a_tie_among_winners_leaves_their_order_open() -> None:
    (tie,) = propose(TIED_INSIDE, 3).unsettled
    assert (tie.place, tie.entries, tie.across_cut) == (1, ("a", "b"), False)
    assert tie.message % tie.params == "2 entries share place 1: the chair settles their order."


def test_a_tie_below_the_cut_is_nobodys_business() -> None:
    assert propose(TIED_AT_CUT, 2).unsettled == ()


def test_entries_without_marks_are_not_proposed() -> None:
    assert propose(ranked(a=5, b=None, c=None), 3).winners == ("a",)


@pytest.mark.parametrize(
    ("rows", "chosen", "expected"),
    [
        (CLEAR, "abc", []),
        (CLEAR, "acb", [(2, "c", "departure")]),
        (CLEAR, "abd", [(3, "d", "departure")]),
        (CLEAR, "bcd", [(1, "b", "departure"), (2, "c", "departure"), (3, "d", "departure")]),
        (CLEAR, "abe", [(3, "e", "departure")]),
        (CLEAR, "abz", [(3, "z", "departure")]),
        (CLEAR, "abcde", [(5, "e", "departure")]),
        (TIED_AT_CUT, "abd", [(3, "d", "tie")]),
        (TIED_AT_CUT, "acd", [(2, "c", "departure"), (3, "d", "departure")]),
        (TIED_INSIDE, "abc", [(1, "a", "tie")]),
        (TIED_INSIDE, "bac", [(1, "b", "tie")]),
        (TIED_INSIDE, "acb", [(1, "a", "tie"), (2, "c", "departure")]),
        (ranked(a=1), "aa", []),
    ],
)
def test_which_places_need_a_reason(
    rows: tuple[Standing[str], ...], chosen: str, expected: list[tuple[int, str, str]]
) -> None:
    assert needed(rows, chosen) == expected


@given(st.lists(st.integers(0, 4), min_size=1, max_size=8), st.integers(1, 4))
def test_what_is_proposed_needs_reasons_for_ties_only(points: list[int], places: int) -> None:
    rows = ranked(**dict(zip("abcdefgh", points, strict=False)))
    proposal = propose(rows, places)
    assert len(proposal.winners) == min(places, len(points))
    found = departures(rows, proposal.winners)
    assert all(departure.code is DepartureCode.TIE for departure in found)
    assert bool(found) is bool(proposal.unsettled)
    tied = {entry for tie in proposal.unsettled for entry in tie.entries}
    assert {departure.entry for departure in found} <= tied


def refusal(
    rows: tuple[Standing[str], ...], chosen: str, reasons: dict[str, str], eligible: str = "abcde"
) -> tuple[str, str | None]:
    with pytest.raises(InvalidError) as caught:
        check_decision(
            rows, chosen=tuple(chosen), reasons=reasons, places=3, eligible=frozenset(eligible)
        )
    assert "%(" not in caught.value.message % caught.value.params
    return caught.value.reason, caught.value.field


def test_a_decision_that_is_not_whole_is_refused() -> None:
    assert refusal(CLEAR, "ab", {}) == ("wrong-number", None)
    assert refusal(CLEAR, "abcd", {}) == ("wrong-number", None)
    assert refusal(CLEAR, "aba", {}) == ("winner-twice", "winner_3")
    assert refusal(CLEAR, "abd", {}, eligible="abc") == ("not-eligible", "winner_3")
    assert refusal(CLEAR, "acb", {}) == ("reason-missing", "reason_2")
    assert refusal(CLEAR, "acb", {"c": " \n", "b": "why"}) == ("reason-missing", "reason_2")
    assert refusal(TIED_INSIDE, "bac", {}) == ("reason-missing", "reason_1")


def test_a_whole_decision_passes() -> None:
    everyone = frozenset("abcde")
    check_decision(CLEAR, chosen="abc", reasons={}, places=3, eligible=everyone)
    check_decision(CLEAR, chosen="acb", reasons={"c": "Moved us."}, places=3, eligible=everyone)
    check_decision(CLEAR, chosen="ab", reasons={}, places=3, eligible=frozenset("ab"))


def test_the_digest_is_of_canonical_json() -> None:
    result = {"winners": [{"place": 1, "title": "Été 🌍"}], "contest": "photo"}
    text = '{"contest":"photo","winners":[{"place":1,"title":"Été 🌍"}]}'
    assert digest(result) == hashlib.sha256(text.encode()).hexdigest()
    assert digest(dict(reversed(result.items()))) == digest(result)
    assert digest(result | {"contest": "Photo"}) != digest(result)


def test_a_commitment_is_the_digest_of_salt_and_result() -> None:
    result = {"contest": "photo"}
    assert sealed_text("5a17", result) == '5a17\n{"contest":"photo"}'
    assert commitment("5a17", result) == hashlib.sha256(b'5a17\n{"contest":"photo"}').hexdigest()
    assert commitment("5a18", result) != commitment("5a17", result)


def test_the_digest_takes_nothing_that_json_does_not_know() -> None:
    with pytest.raises(TypeError):
        digest({"score": Fraction(1, 3)})
    with pytest.raises(ValueError, match="JSON"):
        digest({"score": float("nan")})
