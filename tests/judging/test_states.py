"""Every pair of states: the moves that exist and, by exhaustion, those that do not."""

from itertools import product

import pytest

from app.errors import IllegalTransitionError
from contests.states import EntryState, Screening
from judging.states import (
    BallotState,
    DecisionState,
    RoundState,
    move_ballot,
    move_decision,
    move_round,
    stands,
)

ROUND = {("planned", "open"), ("open", "closed"), ("closed", "open"), ("closed", "final")}
BALLOT = {
    ("assigned", "draft"),
    ("draft", "submitted"),
    ("submitted", "draft"),
    ("assigned", "recused"),
    ("draft", "recused"),
    ("submitted", "recused"),
}
DECISION = {("proposed", "confirmed"), ("confirmed", "proposed"), ("confirmed", "announced")}


@pytest.mark.parametrize(("source", "target"), list(product(RoundState, repeat=2)))
def test_round(source: RoundState, target: RoundState) -> None:
    if (source, target) in ROUND:
        assert move_round(source, target) is target
    else:
        with pytest.raises(IllegalTransitionError) as caught:
            move_round(source, target)
        assert caught.value.params == {"thing": "round", "source": source, "target": target}


@pytest.mark.parametrize(("source", "target"), list(product(BallotState, repeat=2)))
def test_ballot(source: BallotState, target: BallotState) -> None:
    if (source, target) in BALLOT:
        assert move_ballot(source, target) is target
    else:
        with pytest.raises(IllegalTransitionError):
            move_ballot(source, target)


@pytest.mark.parametrize(("source", "target"), list(product(DecisionState, repeat=2)))
def test_decision(source: DecisionState, target: DecisionState) -> None:
    if (source, target) in DECISION:
        assert move_decision(source, target) is target
    else:
        with pytest.raises(IllegalTransitionError):
            move_decision(source, target)


def test_what_stands_is_submitted_and_not_refused() -> None:
    standing = {pair for pair in product(EntryState, Screening) if stands(*pair)}
    assert standing == {
        (EntryState.SUBMITTED, Screening.PENDING),
        (EntryState.SUBMITTED, Screening.ELIGIBLE),
    }


def test_nothing_is_given_any_more_once_a_round_is_closed() -> None:
    over = [state for state in RoundState if state.is_over]
    assert over == [RoundState.CLOSED, RoundState.FINAL]
