"""Marks against their scales, and the weighted mean as an exact fraction."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import InvalidError
from judging.rubric import (
    DEFAULT_RUBRICS,
    IN,
    MAYBE,
    OUT,
    VERDICTS,
    Criterion,
    Rubric,
    check_marks,
    is_complete,
    points_of,
    pulls,
    weighted,
)

RUBRIC = Rubric(
    (
        Criterion("impact", "Impact", Fraction(3), 1, 5),
        Criterion("style", "Style", Fraction("0.5"), 0, 10),
    )
)


@pytest.mark.parametrize(
    ("marks", "complete", "field", "code"),
    [
        ({"impact": 0}, False, "impact", "mark-out-of-range"),
        ({"impact": 6}, False, "impact", "mark-out-of-range"),
        ({"impact": True}, False, "impact", "mark-out-of-range"),
        ({"impact": 3, "charm": 3}, False, "charm", "criterion-unknown"),
        ({"impact": 3}, True, "style", "mark-missing"),
    ],
)
def test_a_mark_that_cannot_stand_names_its_criterion(
    marks: dict[str, int],
    complete: bool,  # noqa: FBT001 - a table's column
    field: str,
    code: str,
) -> None:
    with pytest.raises(InvalidError) as caught:
        check_marks(RUBRIC, marks, complete=complete)
    assert (caught.value.field, caught.value.reason) == (field, code)
    assert "%(" not in caught.value.message % caught.value.params


def test_drafts_may_have_gaps_and_whole_ballots_may_not() -> None:
    check_marks(RUBRIC, {}, complete=False)
    check_marks(RUBRIC, {"impact": 1, "style": 0}, complete=True)
    check_marks(RUBRIC, {"impact": 5, "style": 10}, complete=True)
    assert is_complete(RUBRIC, {"impact": 1, "style": 0})
    assert not is_complete(RUBRIC, {"style": 0})


def test_the_weighted_mean_is_exact() -> None:
    averages = {"impact": Fraction(10, 3), "style": Fraction(7)}
    assert weighted(RUBRIC, averages) == Fraction(27, 7)
    with pytest.raises(InvalidError) as caught:
        weighted(RUBRIC, {"impact": Fraction(1)})
    assert caught.value.field == "style"


@given(st.fractions(min_value=Fraction(1, 100), max_value=100), st.fractions(), st.fractions())
def test_only_the_proportions_of_weights_matter(
    factor: Fraction, impact: Fraction, style: Fraction
) -> None:
    averages = {"impact": impact, "style": style}
    scaled = Rubric(
        tuple(Criterion(c.key, c.title, c.weight * factor, 0, 1) for c in RUBRIC.criteria)
    )
    assert weighted(scaled, averages) == weighted(RUBRIC, averages)
    assert min(averages.values()) <= weighted(RUBRIC, averages) <= max(averages.values())


def test_a_rubric_must_make_sense() -> None:
    with pytest.raises(InvalidError) as weightless:
        Criterion("impact", "Impact", Fraction(0), 1, 5)
    with pytest.raises(InvalidError) as stepless:
        Criterion("impact", "Impact", Fraction(1), 1, 5, step=Fraction(0))
    with pytest.raises(InvalidError) as flat:
        Criterion("impact", "Impact", Fraction(1), 5, 5)
    with pytest.raises(InvalidError) as empty:
        Rubric(())
    with pytest.raises(InvalidError) as twice:
        Rubric((RUBRIC.criteria[0], RUBRIC.criteria[0]))
    with pytest.raises(InvalidError) as beyond:
        Criterion("impact", "Impact", Fraction(1), 1, 5, levels={6: "Beyond praise"})
    assert beyond.value.reason == "level-off-scale"
    reasons = [caught.value.reason for caught in (weightless, stepless, flat, empty, twice)]
    assert reasons == [
        "weight-not-positive",
        "step-not-positive",
        "scale-empty",
        "rubric-empty",
        "criterion-twice",
    ]


def test_a_mark_is_worth_its_points_times_the_step() -> None:
    quarters = Criterion("style", "Style", Fraction(1), 4, 40, step=Fraction(1, 4))
    assert quarters.worth(29) == Fraction(29, 4)
    assert points_of(Fraction("7.25"), quarters.step) == 29
    assert points_of(Fraction("7.3"), quarters.step) is None


def test_a_verdict_counts_as_the_share_of_judges_who_let_an_entry_in() -> None:
    (verdict,) = VERDICTS.criteria
    assert [verdict.worth(points) for points in (OUT, MAYBE, IN)] == [0, Fraction(1, 2), 1]
    assert set(verdict.levels) == {OUT, MAYBE, IN}


def test_each_kind_of_contest_has_a_rubric_to_start_from() -> None:
    assert [c.key for c in DEFAULT_RUBRICS["photo"].criteria] == [
        "relevance",
        "storytelling",
        "originality",
        "technique",
    ]
    assert len(DEFAULT_RUBRICS["hackathon"].criteria) == 5
    assert all(c.guidance for rubric in DEFAULT_RUBRICS.values() for c in rubric.criteria)


def test_a_wide_scale_pulls_further_than_its_weight_says() -> None:
    stars, truth = (Fraction(2), Fraction(4)), (Fraction(1), Fraction(10))
    assert pulls([stars, truth]) == [
        (Fraction(2, 3), Fraction(8, 18)),
        (Fraction(1, 3), Fraction(10, 18)),
    ]
