"""Which entries go on by rule: nobody is stopped by a tie that their marks do not settle."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from judging.advance import Proposal, above, best
from judging.ranking import Scores, Standing
from judging.ranking.marks import placed


def standings(*scores: int, unplaced: int = 0) -> tuple[Standing[int], ...]:
    numbered = dict(enumerate(scores, start=1))
    extra = range(len(scores) + 1, len(scores) + unplaced + 1)
    return placed(Scores(numbered, 10, dict.fromkeys(numbered, 1)), [*numbered, *extra])


def test_the_best_go_on() -> None:
    assert best(standings(90, 80, 70), 2) == Proposal((1, 2))
    assert best(standings(90, 80, 70), 3) == Proposal((1, 2, 3))
    assert best(standings(90, 80), 30) == Proposal((1, 2))
    assert best((), 3) == Proposal(())


def test_a_tie_at_the_cut_takes_all_of_them() -> None:
    assert best(standings(90, 80, 80, 70), 2) == Proposal((1, 2, 3), tied=(2, 3))
    assert best(standings(90, 80, 80, 70), 3) == Proposal((1, 2, 3))


def test_a_ladder_that_gave_each_its_place_stops_nobody() -> None:
    given_places = (
        Standing(1, 7, Fraction(9), 1, 3),
        Standing(2, 5, Fraction(8), 1, 3),
        Standing(3, 6, Fraction(8), 1, 3),
    )
    assert best(given_places, 2) == Proposal((7, 5, 6), tied=(5, 6))


def test_an_entry_without_marks_does_not_go_on() -> None:
    assert best(standings(90, unplaced=2), 3) == Proposal((1,))
    assert above(standings(90, 75, 74, unplaced=1), Fraction("7.5")) == Proposal((1, 2))


@given(st.lists(st.integers(0, 8), max_size=12), st.integers(1, 12))
def test_whoever_goes_on_scores_at_least_as_much_as_who_does_not(
    scores: list[int], count: int
) -> None:
    rows = standings(*scores)
    going = set(best(rows, count).entries)
    inside = [row.score for row in rows if row.entry in going]
    outside = [row.score for row in rows if row.entry not in going]
    assert len(going) >= min(count, len(scores))
    assert not inside or not outside or min(map(float, inside)) > max(map(float, outside))  # type: ignore[arg-type]  # every row here has a score
