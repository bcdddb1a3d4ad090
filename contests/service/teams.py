"""Teams: made with their entry, joined by the captain's link, left, handed over."""

import secrets
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from app import audit, mail
from app.accounts.models import User
from app.authz import Actor
from app.errors import N_, ConflictError, GoneError, InvalidError, NotFoundError
from app.web import absolute_url
from contests.models import Contest, Entry, Team, TeamMember
from contests.queries import entries as queries
from contests.queries.contests import entry_rules_of
from contests.rules import check_team_size
from contests.service.entries import begin, check_writable, lock_person

_SALT = "podium.team-invitation"


def begin_project(
    session: Session, *, contest: Contest, team_name: str, actor: Actor, now: datetime
) -> Entry:
    """Make a team with the actor as its captain, and the draft it will write together."""
    if queries.name_is_taken(session, contest, team_name):
        raise InvalidError(
            N_("Another team of this contest has this name; choose another."),
            field="team_name",
            code="name-taken",
        )
    entry = begin(session, contest=contest, actor=actor, now=now)
    entry.team = Team(
        contest=contest,
        name=team_name,
        captain_id=entry.owner_id,
        invite_nonce=_nonce(),
        created_at=now,
        members=[TeamMember(user_id=entry.owner_id, joined_at=now)],
    )
    session.flush()
    _audit(session, entry.team, "team.begin", actor, now)
    return entry


def invitation_token(team: Team) -> str:
    """Return what the captain's link carries; it holds until the captain renews it."""
    return str(_serializer().dumps([team.id, team.invite_nonce]))


def get_invited_team(session: Session, token: str) -> Team:
    """Return the team a link leads to; GoneError for one that is forged, damaged or renewed."""
    try:
        team_id, nonce = _serializer().loads(token)
        team = queries.get_team(session, team_id)
    except (BadSignature, ValueError, TypeError, NotFoundError):
        raise GoneError(
            N_(
                "This invitation link is damaged or no longer leads to a team. "
                "Ask the team's captain for it again."
            ),
            code="invitation-damaged",
        ) from None
    if not secrets.compare_digest(nonce, team.invite_nonce):
        raise GoneError(
            N_("The team's captain has renewed this link. Ask for the new one."),
            code="invitation-renewed",
        )
    return team


def check_may_join(session: Session, *, team: Team, actor: Actor, now: datetime) -> None:
    """Refuse somebody for whom there is no place, or who takes part with another team."""
    entry = queries.entry_of_team(session, team)
    check_writable(session, entry=entry, now=now)
    if actor.user_id is None:
        raise NotFoundError
    other = queries.find_team_of(session, team.contest, actor.user_id)
    if other is not None:
        raise InvalidError(
            N_("You are in the team “%(team)s” of this contest; leave it before you join another."),
            code="in-a-team",
            team=other.name,
        )
    check_team_size(entry_rules_of(team.contest), len(team.members) + 1)


def join(session: Session, *, token: str, actor: Actor, now: datetime) -> Team:
    """Make the actor a member; joining the same team twice changes nothing."""
    team = get_invited_team(session, token)
    # The person first, then the entry: whoever begins or joins takes the locks in this order.
    person = lock_person(session, actor)
    _lock(session, team)
    if any(member.user_id == person.id for member in team.members):
        return team
    check_may_join(session, team=team, actor=actor, now=now)
    team.members.append(TeamMember(user=person, joined_at=now))
    session.flush()
    _audit(session, team, "team.join", actor, now)
    _send(
        session,
        team=team,
        to=team.captain,
        template="team_joined",
        subject=_("%(name)s joined your team", name=person.name or person.email),
        now=now,
        person=person,
    )
    return team


def renew_invitation(session: Session, *, team: Team, actor: Actor, now: datetime) -> None:
    """Make a new link, so that the old one leads nowhere."""
    check_writable(session, entry=_lock(session, team), now=now)
    team.invite_nonce = _nonce()
    session.flush()
    _audit(session, team, "team.renew-invitation", actor, now)


def remove_member(
    session: Session, *, team: Team, user_id: int, actor: Actor, now: datetime
) -> None:
    """Take somebody out of a team, who is told unless they left by themselves."""
    check_writable(session, entry=_lock(session, team), now=now)
    member = _member(team, user_id)
    if user_id == team.captain_id:
        raise ConflictError(
            N_("The captain cannot leave the team; make somebody else captain first."),
            code="captain-stays",
        )
    person = member.user
    team.members.remove(member)
    session.flush()
    _audit(session, team, "team.leave", actor, now, user=user_id)
    if actor.user_id != user_id:
        subject = _("You are no longer in the team %(team)s", team=team.name)
        _send(session, team=team, to=person, template="team_removed", subject=subject, now=now)


def hand_over(session: Session, *, team: Team, user_id: int, actor: Actor, now: datetime) -> None:
    """Make another member the captain, who answers for the entry from now on."""
    check_writable(session, entry=_lock(session, team), now=now)
    member = _member(team, user_id)
    team.captain = member.user
    queries.entry_of_team(session, team).owner = member.user
    session.flush()
    _audit(session, team, "team.hand-over", actor, now, user=user_id)
    if actor.user_id != user_id:
        subject = _("You are the captain of %(team)s", team=team.name)
        _send(session, team=team, to=member.user, template="team_captain", subject=subject, now=now)


def accepts_people(session: Session, team: Team, now: datetime) -> bool:
    """Tell whether a team can still change: before the close, while its entry is in the contest."""
    try:
        check_writable(session, entry=queries.entry_of_team(session, team), now=now)
    except ConflictError:
        return False
    return True


def _lock(session: Session, team: Team) -> Entry:
    """Lock a team by its entry, of which it is a part, and read both anew."""
    return queries.get_entry(session, queries.entry_of_team(session, team).id, lock=True)


def _member(team: Team, user_id: int) -> TeamMember:
    for member in team.members:
        if member.user_id == user_id:
            return member
    raise NotFoundError


def _nonce() -> str:
    return secrets.token_urlsafe(24)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=_SALT)


def _audit(
    session: Session, team: Team, verb: str, actor: Actor, now: datetime, **details: object
) -> None:
    audit.record(
        session, actor=actor, verb=verb, subject=f"team:{team.id}", now=now, details=details
    )


def _send(
    session: Session,
    *,
    team: Team,
    to: User,
    template: str,
    subject: str,
    now: datetime,
    **context: object,
) -> None:
    mail.send(
        session,
        to=to.email,
        subject=subject,
        template=template,
        now=now,
        name=to.name,
        forum=team.contest.forum,
        team=team,
        contest=team.contest,
        url=absolute_url("teams.show", team_id=team.id),
        **context,
    )
