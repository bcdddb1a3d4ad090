"""How a practice went, for the organisers: whether the panel means the same by its scale."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from app.authz import Permission, permission
from app.errors import NotFoundError
from app.transaction import current_session
from judging.queries import progress as queries
from judging.queries.history import panel_spreads
from judging.states import RoundState
from judging.views.organiser import blueprint
from judging.views.rounds.common import ROUND, found_round
from judging.views.spreads import Spread, whole_spread


@dataclass(frozen=True, slots=True)
class Practised:
    """An entry of a practice, with the marks of each criterion where there are any."""

    number: int
    title: str
    spreads: Sequence[Spread]


@blueprint.get(f"{ROUND}/panel")
@permission(Permission.ORGANISE)
def practice_panel(slug: str, round_id: int) -> str:
    """Show what the panel gave the entries of a practice, as its judges see it: without names."""
    contest, found = found_round(slug, round_id)
    if not found.is_practice or found.state is RoundState.PLANNED:
        raise NotFoundError
    session = current_session()
    given = panel_spreads(session, round_id=found.id)
    return render_template(
        "judging/organiser/practice_panel.html",
        contest=contest,
        round=found,
        entries=[
            Practised(
                entry.number,
                entry.title,
                [
                    whole_spread(criterion, given[entry.number][criterion.key])
                    for criterion in found.criteria
                    if entry.number in given
                ],
            )
            for entry in queries.progress(session, found).entries
        ],
    )
