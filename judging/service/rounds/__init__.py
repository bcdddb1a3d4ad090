"""Rounds: planned, set up, opened with work for every judge, closed; and what goes on to the next.

Whoever changes a round's state or rubric holds it alone; judges hold it shared while they save.
"""

from judging.service.rounds.criteria import CriterionValues, set_rubric
from judging.service.rounds.going_on import (
    choose_next,
    choose_practice,
    forget_choice,
    proposal_of,
)
from judging.service.rounds.planning import (
    RoundValues,
    add_round,
    move_up,
    remove_round,
    update_round,
)
from judging.service.rounds.presets import Cuts, Preset, cuts_of, plan_rounds
from judging.service.rounds.running import (
    assign_again,
    check_ready,
    close_round,
    handover,
    open_round,
    reassign,
    reopen_round,
)

__all__ = [
    "CriterionValues",
    "Cuts",
    "Preset",
    "RoundValues",
    "add_round",
    "assign_again",
    "check_ready",
    "choose_next",
    "choose_practice",
    "close_round",
    "cuts_of",
    "forget_choice",
    "handover",
    "move_up",
    "open_round",
    "plan_rounds",
    "proposal_of",
    "reassign",
    "remove_round",
    "reopen_round",
    "set_rubric",
    "update_round",
]
