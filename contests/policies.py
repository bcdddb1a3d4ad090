"""Who may see and change what in the contests room."""

from app.authz import Actor, either, organises
from contests.models import Contest, Entry, Team
from contests.states import ContestState


def owns_entry(actor: Actor, entry: Entry) -> bool:
    """Hold for whoever answers for an entry: its photographer, or its team's captain."""
    return entry.owner_id == actor.user_id


def in_team(actor: Actor, team: Team) -> bool:
    """Hold for a team's members, its captain among them."""
    return any(member.user_id == actor.user_id for member in team.members)


def captains(actor: Actor, team: Team) -> bool:
    """Hold for a team's captain."""
    return team.captain_id == actor.user_id


def edits_entry(actor: Actor, entry: Entry) -> bool:
    """Hold for an entry's owner and for the members of its team, who write it together."""
    return owns_entry(actor, entry) or (entry.team is not None and in_team(actor, entry.team))


sees_receipt = either(edits_entry, organises)
sees_team = either(in_team, organises)


def is_published(_actor: Actor, contest: Contest) -> bool:
    """Hold for contests that are public."""
    return contest.state is not ContestState.DRAFT


may_see_contest = either(is_published, organises)
