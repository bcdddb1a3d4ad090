"""The pages of judging: for judges, for organisers, and the public's results."""

from flask import Blueprint

# `audit` and `results` add their pages to the organisers' blueprint, `compare` to the judges'.
from judging.views import audit, compare, judge, organiser, results  # noqa: F401 - see above

BLUEPRINTS: tuple[Blueprint, ...] = (judge.blueprint, organiser.blueprint, results.public)
