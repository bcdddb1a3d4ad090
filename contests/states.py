"""The states of a contest, an entry and its screening, and the moves between them as tables.

A move that is not in its table does not exist; whether a move that exists may be made now (nothing
entered yet, the close not passed) is asked by the services, which know more than the state.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.transitions import move


class ContestKind(StrEnum):
    """What a contest receives: projects by teams, or photo entries by one person each."""

    HACKATHON = "hackathon"
    PHOTO = "photo"


class ContestState(StrEnum):
    """How far a contest has come; whether it takes entries is a question for the clock instead."""

    DRAFT = "draft"
    PUBLISHED = "published"
    JUDGING = "judging"
    DECIDED = "decided"
    ANNOUNCED = "announced"
    ARCHIVED = "archived"


class EntryState(StrEnum):
    """Whether an entry is still being written, stands, or has left the contest."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    DISQUALIFIED = "disqualified"


class Screening(StrEnum):
    """The outcome of the eligibility check of one entry."""

    PENDING = "pending"
    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"


# published → draft is for a contest nobody has entered; decided → judging reopens a decision
# before it is public.
CONTEST_TRANSITIONS: Final[Mapping[ContestState, frozenset[ContestState]]] = {
    ContestState.DRAFT: frozenset({ContestState.PUBLISHED}),
    ContestState.PUBLISHED: frozenset({ContestState.DRAFT, ContestState.JUDGING}),
    ContestState.JUDGING: frozenset({ContestState.DECIDED}),
    ContestState.DECIDED: frozenset({ContestState.JUDGING, ContestState.ANNOUNCED}),
    ContestState.ANNOUNCED: frozenset({ContestState.ARCHIVED}),
    ContestState.ARCHIVED: frozenset(),
}

ENTRY_TRANSITIONS: Final[Mapping[EntryState, frozenset[EntryState]]] = {
    EntryState.DRAFT: frozenset({EntryState.SUBMITTED}),
    EntryState.SUBMITTED: frozenset({EntryState.WITHDRAWN, EntryState.DISQUALIFIED}),
    EntryState.WITHDRAWN: frozenset(),
    EntryState.DISQUALIFIED: frozenset(),
}

# An outcome is undone before another is given, so that the record shows both acts.
SCREENING_TRANSITIONS: Final[Mapping[Screening, frozenset[Screening]]] = {
    Screening.PENDING: frozenset({Screening.ELIGIBLE, Screening.INELIGIBLE}),
    Screening.ELIGIBLE: frozenset({Screening.PENDING}),
    Screening.INELIGIBLE: frozenset({Screening.PENDING}),
}


def move_contest(source: ContestState, target: ContestState) -> ContestState:
    """Return `target` if a contest may go there, else raise IllegalTransitionError."""
    return move("contest", CONTEST_TRANSITIONS, source, target)


def move_entry(source: EntryState, target: EntryState) -> EntryState:
    """Return `target` if an entry may go there, else raise IllegalTransitionError."""
    return move("entry", ENTRY_TRANSITIONS, source, target)


def move_screening(source: Screening, target: Screening) -> Screening:
    """Return `target` if a screening may go there, else raise IllegalTransitionError."""
    return move("screening", SCREENING_TRANSITIONS, source, target)
