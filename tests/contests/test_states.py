"""Every pair of states: the moves that exist and, by exhaustion, those that do not."""

from itertools import product

import pytest

from app.errors import IllegalTransitionError
from contests.states import (
    ContestState,
    EntryState,
    Screening,
    move_contest,
    move_entry,
    move_screening,
)

CONTEST = {
    ("draft", "published"),
    ("published", "draft"),
    ("published", "judging"),
    ("judging", "decided"),
    ("decided", "judging"),
    ("decided", "announced"),
    ("announced", "archived"),
}
ENTRY = {("draft", "submitted"), ("submitted", "withdrawn"), ("submitted", "disqualified")}
SCREENING = {
    ("pending", "eligible"),
    ("pending", "ineligible"),
    ("eligible", "pending"),
    ("ineligible", "pending"),
}


@pytest.mark.parametrize(("source", "target"), list(product(ContestState, repeat=2)))
def test_contest(source: ContestState, target: ContestState) -> None:
    if (source, target) in CONTEST:
        assert move_contest(source, target) is target
    else:
        with pytest.raises(IllegalTransitionError) as caught:
            move_contest(source, target)
        assert caught.value.params == {"thing": "contest", "source": source, "target": target}


@pytest.mark.parametrize(("source", "target"), list(product(EntryState, repeat=2)))
def test_entry(source: EntryState, target: EntryState) -> None:
    if (source, target) in ENTRY:
        assert move_entry(source, target) is target
    else:
        with pytest.raises(IllegalTransitionError):
            move_entry(source, target)


@pytest.mark.parametrize(("source", "target"), list(product(Screening, repeat=2)))
def test_screening(source: Screening, target: Screening) -> None:
    if (source, target) in SCREENING:
        assert move_screening(source, target) is target
    else:
        with pytest.raises(IllegalTransitionError):
            move_screening(source, target)
