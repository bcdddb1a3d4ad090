"""The organisers' pages of rounds: planned, set up, run, closed; and what goes on from each."""

# Each adds its pages to the organisers' blueprint.
from judging.views.rounds import (  # noqa: F401 - see above
    control,
    going_on,
    late,
    overview,
    practising,
    setting,
)
