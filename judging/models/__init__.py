"""Panels, rounds, ballots, and what comes of them."""

from judging.models.ballots import Ballot, Comparison, Mark, Ordering, OrderingLine
from judging.models.decisions import Decision, Result, Winner
from judging.models.panels import (
    Conflict,
    ConflictGround,
    ConflictVerdict,
    Judge,
    Recusal,
    RecusalSource,
)
from judging.models.rounds import (
    Advance,
    Criterion,
    HandOut,
    JudgingRules,
    Round,
    RoundEntry,
    RoundSeat,
)

__all__ = [
    "Advance",
    "Ballot",
    "Comparison",
    "Conflict",
    "ConflictGround",
    "ConflictVerdict",
    "Criterion",
    "Decision",
    "HandOut",
    "Judge",
    "JudgingRules",
    "Mark",
    "Ordering",
    "OrderingLine",
    "Recusal",
    "RecusalSource",
    "Result",
    "Round",
    "RoundEntry",
    "RoundSeat",
    "Winner",
]
