"""The states of a round, a ballot and a decision, and the moves between them as tables."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.transitions import move
from contests.states import EntryState, Screening


class RoundState(StrEnum):
    """Whether judges may mark in a round, and whether its standings are settled."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    FINAL = "final"

    @property
    def is_over(self) -> bool:
        """Whether nothing is given in the round any more, so that its standings are settled."""
        return self in {RoundState.CLOSED, RoundState.FINAL}


class BallotState(StrEnum):
    """How far one judge has come with one entry in one round; only submitted ballots count."""

    ASSIGNED = "assigned"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RECUSED = "recused"


class DecisionState(StrEnum):
    """Whether the winners are one organiser's proposal, confirmed by a second one, or public."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    ANNOUNCED = "announced"


def stands(state: EntryState, screening: Screening) -> bool:
    """Tell whether an entry is still in its contest, so that it can be judged."""
    return state is EntryState.SUBMITTED and screening is not Screening.INELIGIBLE


# closed → open lets a late judge finish; a final round has been decided upon and stays as it is.
ROUND_TRANSITIONS: Final[Mapping[RoundState, frozenset[RoundState]]] = {
    RoundState.PLANNED: frozenset({RoundState.OPEN}),
    RoundState.OPEN: frozenset({RoundState.CLOSED}),
    RoundState.CLOSED: frozenset({RoundState.OPEN, RoundState.FINAL}),
    RoundState.FINAL: frozenset(),
}

# A submitted ballot stays submitted when a mark changes, and is a draft again when a mark is taken
# away: what counts is complete. A recusal is for good: a declared conflict cannot be unseen.
BALLOT_TRANSITIONS: Final[Mapping[BallotState, frozenset[BallotState]]] = {
    BallotState.ASSIGNED: frozenset({BallotState.DRAFT, BallotState.RECUSED}),
    BallotState.DRAFT: frozenset({BallotState.SUBMITTED, BallotState.RECUSED}),
    BallotState.SUBMITTED: frozenset({BallotState.DRAFT, BallotState.RECUSED}),
    BallotState.RECUSED: frozenset(),
}

# confirmed → proposed withdraws a confirmation, which is possible until the announcement.
DECISION_TRANSITIONS: Final[Mapping[DecisionState, frozenset[DecisionState]]] = {
    DecisionState.PROPOSED: frozenset({DecisionState.CONFIRMED}),
    DecisionState.CONFIRMED: frozenset({DecisionState.PROPOSED, DecisionState.ANNOUNCED}),
    DecisionState.ANNOUNCED: frozenset(),
}


def move_round(source: RoundState, target: RoundState) -> RoundState:
    """Return `target` if a round may go there, else raise IllegalTransitionError."""
    return move("round", ROUND_TRANSITIONS, source, target)


def move_ballot(source: BallotState, target: BallotState) -> BallotState:
    """Return `target` if a ballot may go there, else raise IllegalTransitionError."""
    return move("ballot", BALLOT_TRANSITIONS, source, target)


def move_decision(source: DecisionState, target: DecisionState) -> DecisionState:
    """Return `target` if a decision may go there, else raise IllegalTransitionError."""
    return move("decision", DECISION_TRANSITIONS, source, target)
