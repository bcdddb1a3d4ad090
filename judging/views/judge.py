"""The judge's desk and its rounds."""

from datetime import datetime

from flask import Blueprint, abort, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.authz import Actor, Permission, permission
from app.errors import N_, ForbiddenError
from app.transaction import current_session
from app.web import current_actor, format_clock, reader_zone, wants_json
from judging.models import Judge
from judging.queries import desk as desk_queries
from judging.queries import history
from judging.queries import panel as panel_queries
from judging.views.spreads import own_spread

blueprint = Blueprint("judge", __name__)

# An id beyond this does not fit the databases' integers, and so belongs to nothing.
ID = "int(max=2147483647)"


def sits_on_panel(actor: Actor) -> bool:
    """Tell whether the navigation offers the desk; asked once in a request."""
    if "podium_is_judge" not in g:
        g.podium_is_judge = actor.is_authenticated and panel_queries.is_judge(
            current_session(), actor
        )
    is_judge: bool = g.podium_is_judge
    return is_judge


def to_briefing(judge: Judge) -> Response:
    """Lead a judge to the briefing of their panel."""
    return redirect(url_for("judge.briefing", slug=judge.contest.slug), 303)


def check_declared(judge: Judge) -> None:
    """Lead whoever has not declared to the briefing; a script gets the sentence instead."""
    if judge.declared_at is not None:
        return
    if wants_json():
        raise ForbiddenError(N_("Read the briefing and declare conflicts of interest first."))
    abort(to_briefing(judge))


def clock_text(instant: datetime | None, zone: str) -> str | None:
    """Return when something was saved, "14:02", by the reader's clock or else the forum's."""
    return format_clock(instant, reader_zone() or zone) if instant else None


# --- the desk -----------------------------------------------------------------------------------


@blueprint.get("/judge")
@permission(Permission.JUDGE)
def desk() -> str:
    """Show every panel of this person: what is done, what is next."""
    user_id = current_actor().user_id or 0
    return render_template(
        "judging/judge/desk.html", panels=desk_queries.desk(current_session(), user_id)
    )


@blueprint.get(f"/judge/rounds/<{ID}:round_id>")
@permission(Permission.JUDGE)
def round_(round_id: int) -> str:
    """Show one round: its briefing and this judge's entries in their own order."""
    session = current_session()
    judge = desk_queries.get_round_seat(session, round_id=round_id, user_id=current_actor().user_id)
    check_declared(judge)
    given = history.own_spread(session, judge_id=judge.id, round_id=round_id)
    return render_template(
        "judging/judge/round.html",
        contest=judge.contest,
        share=desk_queries.get_share(session, judge=judge, round_id=round_id),
        has_marks=bool(given),
        spreads=[
            own_spread(criterion, given[criterion.key])
            for criterion in desk_queries.criteria_of(session, round_id)
        ],
    )
