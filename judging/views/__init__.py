"""The pages of judging: for judges, for organisers, and the public's results."""

from flask import Blueprint

# `audit`, `panel` and `results` add their pages to the organisers' blueprint, `compare` and `seats`
# to the judges'.
from judging.views import (  # noqa: F401 - see above
    audit,
    compare,
    judge,
    organiser,
    panel,
    results,
    seats,
)

BLUEPRINTS: tuple[Blueprint, ...] = (judge.blueprint, organiser.blueprint, results.public)
