"""A team's page, and the invitation by which people join it."""

from flask import Blueprint, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.authz import Permission, permission, require
from app.errors import ClosedError, InvalidError
from app.transaction import current_session
from app.web import absolute_url, current_actor, limiter, render_message, status_of
from contests import policies
from contests.models import Team
from contests.queries import entries as queries
from contests.service import teams

blueprint = Blueprint("teams", __name__)


@blueprint.get("/teams/<int:team_id>")
@permission(Permission.ENTER)
def show(team_id: int) -> str:
    """Show a team to its members; the captain also sees the invitation link."""
    team = queries.get_team(current_session(), team_id)
    require(policies.sees_team, current_actor(), team)
    return render_template(
        "contests/entrant/team.html",
        team=team,
        contest=team.contest,
        entry=queries.entry_of_team(current_session(), team),
        is_captain=policies.captains(current_actor(), team),
        is_member=policies.in_team(current_actor(), team),
        is_open=teams.accepts_people(current_session(), team, clock.now()),
        invitation=absolute_url("teams.join", token=teams.invitation_token(team)),
    )


@blueprint.post("/teams/<int:team_id>/invite")
@permission(Permission.ENTER)
def invite(team_id: int) -> ResponseReturnValue:
    """Renew the invitation link; the old one leads nowhere from now on."""
    team = _captained(team_id)
    teams.renew_invitation(current_session(), team=team, actor=current_actor(), now=clock.now())
    return redirect(url_for("teams.show", team_id=team.id, _anchor="invitation"), 303)


@blueprint.post("/teams/<int:team_id>/members/<int:user_id>/remove")
@permission(Permission.ENTER)
def remove(team_id: int, user_id: int) -> ResponseReturnValue:
    """Take somebody out of the team."""
    team = _captained(team_id)
    teams.remove_member(
        current_session(), team=team, user_id=user_id, actor=current_actor(), now=clock.now()
    )
    return redirect(url_for("teams.show", team_id=team.id), 303)


@blueprint.post("/teams/<int:team_id>/members/<int:user_id>/captain")
@permission(Permission.ENTER)
def hand_over(team_id: int, user_id: int) -> ResponseReturnValue:
    """Make another member the captain."""
    team = _captained(team_id)
    teams.hand_over(
        current_session(), team=team, user_id=user_id, actor=current_actor(), now=clock.now()
    )
    return redirect(url_for("teams.show", team_id=team.id), 303)


@blueprint.post("/teams/<int:team_id>/leave")
@permission(Permission.ENTER)
def leave(team_id: int) -> ResponseReturnValue:
    """Leave a team."""
    team = queries.get_team(current_session(), team_id)
    actor = current_actor()
    require(policies.in_team, actor, team)
    teams.remove_member(
        current_session(), team=team, user_id=actor.user_id or 0, actor=actor, now=clock.now()
    )
    return redirect(url_for("entrant.my"), 303)


@blueprint.get("/join/<token>")
@permission(Permission.ENTER)
@limiter.limit("30 per minute")
def join(token: str) -> ResponseReturnValue:
    """Show whose invitation this is, and whether it can be taken."""
    team = teams.get_invited_team(current_session(), token)
    if policies.in_team(current_actor(), team):
        return redirect(url_for("teams.show", team_id=team.id), 303)
    refusal = None
    try:
        teams.check_may_join(current_session(), team=team, actor=current_actor(), now=clock.now())
    except (ClosedError, InvalidError) as error:
        refusal = render_message(error)
    return _join_page(team, token, refusal, 200)


@blueprint.post("/join/<token>")
@permission(Permission.ENTER)
@limiter.limit("30 per minute")
def accept(token: str) -> ResponseReturnValue:
    """Join the team."""
    try:
        team = teams.join(current_session(), token=token, actor=current_actor(), now=clock.now())
    except (ClosedError, InvalidError) as error:
        team = teams.get_invited_team(current_session(), token)
        return _join_page(team, token, render_message(error), status_of(error))
    return redirect(url_for("teams.show", team_id=team.id), 303)


def _join_page(team: Team, token: str, refusal: str | None, status: int) -> ResponseReturnValue:
    page = render_template(
        "contests/entrant/join.html",
        team=team,
        contest=team.contest,
        refusal=refusal,
        accept_url=url_for("teams.accept", token=token),
    )
    return make_response(page, status)


def _captained(team_id: int) -> Team:
    team = queries.get_team(current_session(), team_id)
    require(policies.captains, current_actor(), team)
    return team
