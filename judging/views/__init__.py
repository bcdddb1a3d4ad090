"""The pages of judging: for judges, for organisers, and the public's results."""

from flask import Blueprint

# `audit`, `conflicts`, `panel`, `results`, `rounds` and others add their pages to the organisers'
# blueprint; `ballots`, `compare`, `history` and `seats` to the judges'.
from judging.views import (  # noqa: F401 - see above
    announcing,
    audit,
    ballots,
    compare,
    conflicts,
    history,
    judge,
    methods,
    orders,
    organiser,
    pairs,
    panel,
    results,
    rounds,
    seats,
    stability,
    winners,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    judge.blueprint,
    orders.blueprint,
    pairs.blueprint,
    organiser.blueprint,
    winners.public,
)
