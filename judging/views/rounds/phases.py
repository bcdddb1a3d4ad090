"""The line of phases from the close to the announcement, and which of them is now."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from app import clock
from app.web import instant_twice
from contests.models import Contest
from judging.models import Decision, Round
from judging.states import DecisionState


def phases(
    contest: Contest, rounds: Sequence[Round], decision: Decision | None
) -> list[dict[str, object]]:
    """Return the phases of a contest: entries, preparation, each round that counts, the end."""
    counting = [round_ for round_ in rounds if not round_.is_practice]
    state = decision.state if decision else None
    line: list[tuple[str, datetime | None, bool]] = [
        (_("Entries"), contest.closes_at, clock.now() >= contest.closes_at),
        (_("Preparation"), None, any(one.opened_at for one in counting)),
        *((one.title, one.closed_at or one.due_at, one.state.is_over) for one in counting),
        (_("Decision"), None, state in {DecisionState.CONFIRMED, DecisionState.ANNOUNCED}),
        (_("Announcement"), None, state is DecisionState.ANNOUNCED),
    ]
    today = next((n for n, (_label, _at, is_done) in enumerate(line) if not is_done), len(line))
    return [
        {
            "label": label,
            "detail": instant_twice(at, contest.zone) if at else None,
            "state": "done" if n < today else "now" if n == today else "next",
        }
        for n, (label, at, _is_done) in enumerate(line)
    ]
