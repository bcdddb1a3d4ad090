"""Teams: begun with a project, joined by link, left, handed over."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import actor_of
from app.errors import ClosedError, ConflictError, GoneError, InvalidError, NotFoundError
from contests.models import Contest, Entry, Team, TeamMember
from contests.queries import entries as queries
from contests.service import entries, teams
from contests.states import ContestKind
from tests import factories as make
from tests.conftest import Outbox
from tests.factories import NOW


@pytest.fixture
def contest(session: Session) -> Contest:
    return make.contest(session, ContestKind.HACKATHON, team_max=3)


@pytest.fixture
def captain(session: Session) -> User:
    return make.user(session, "Amina")


@pytest.fixture
def team(session: Session, contest: Contest, captain: User) -> Team:
    return begin(session, contest, captain, "Rain gauge")


def begin(session: Session, contest: Contest, captain: User, name: str) -> Team:
    entry = teams.begin_project(
        session, contest=contest, team_name=name, actor=actor_of(captain), now=NOW
    )
    assert entry.team is not None
    return entry.team


def join(session: Session, team: Team, person: User) -> Team:
    token = teams.invitation_token(team)
    return teams.join(session, token=token, actor=actor_of(person), now=NOW)


def names(team: Team) -> list[str]:
    return sorted(member.user.name for member in team.members)


def test_a_project_begins_with_its_team(session: Session, team: Team, captain: User) -> None:
    entry = queries.entry_of_team(session, team)
    assert (entry.owner, entry.state, names(team)) == (captain, "draft", ["Amina"])
    assert queries.people_of(entry) == {captain.id}


def test_a_name_is_given_once_in_a_contest(session: Session, contest: Contest, team: Team) -> None:
    other = make.user(session)
    with pytest.raises(InvalidError) as refused:
        begin(session, contest, other, team.name)
    assert (refused.value.reason, refused.value.field) == ("name-taken", "team_name")
    begin(session, make.contest(session, ContestKind.HACKATHON), other, team.name)


def test_one_person_takes_part_in_one_team(
    session: Session, contest: Contest, team: Team, captain: User
) -> None:
    with pytest.raises(InvalidError) as refused:
        begin(session, contest, captain, "A second team")
    assert refused.value.reason == "in-a-team"
    other = begin(session, contest, make.user(session), "Others")
    with pytest.raises(InvalidError) as refused:
        join(session, other, captain)
    assert refused.value.reason == "in-a-team"
    assert refused.value.params["team"] == team.name


def test_a_member_joins_and_the_captain_is_told(
    session: Session, team: Team, captain: User, outbox: Outbox
) -> None:
    person = make.user(session, "Boubacar")
    joined = join(session, team, person)
    assert names(joined) == ["Amina", "Boubacar"]
    join(session, team, person)
    (mail,) = outbox()
    assert mail["To"] == captain.email
    assert mail["Subject"] == "Boubacar joined your team"
    assert person.email not in mail.get_content()


def test_a_full_team_takes_nobody(session: Session, team: Team) -> None:
    for _ in range(2):
        join(session, team, make.user(session))
    with pytest.raises(InvalidError) as refused:
        join(session, team, make.user(session))
    assert refused.value.reason == "team-full"


@pytest.mark.parametrize("days", [-40, 5])
def test_nobody_joins_outside_the_contest_s_time(session: Session, team: Team, days: int) -> None:
    with pytest.raises(ClosedError):
        teams.join(
            session,
            token=teams.invitation_token(team),
            actor=actor_of(make.user(session)),
            now=NOW + timedelta(days=days),
        )


def test_a_renewed_link_replaces_the_old_one(session: Session, team: Team, captain: User) -> None:
    old = teams.invitation_token(team)
    teams.renew_invitation(session, team=team, actor=actor_of(captain), now=NOW)
    with pytest.raises(GoneError) as refused:
        teams.get_invited_team(session, old)
    assert refused.value.reason == "invitation-renewed"
    assert teams.get_invited_team(session, teams.invitation_token(team)) is team


@pytest.mark.parametrize("token", ["", "x", "WzEsIngiXQ.x", "null.é"])
def test_a_forged_link_leads_nowhere(session: Session, team: Team, token: str) -> None:
    with pytest.raises(GoneError) as refused:
        teams.get_invited_team(session, token)
    assert refused.value.reason == "invitation-damaged"
    assert len(teams.invitation_token(team)) > 60


def test_a_link_to_a_deleted_team_leads_nowhere(
    session: Session, team: Team, captain: User
) -> None:
    token = teams.invitation_token(team)
    entry = queries.entry_of_team(session, team)
    entries.delete_draft(session, entry=entry, actor=actor_of(captain), now=NOW)
    assert session.scalar(select(func.count(Team.id))) == 0
    assert session.scalar(select(func.count(TeamMember.id))) == 0
    with pytest.raises(GoneError):
        teams.get_invited_team(session, token)


def test_a_removed_member_is_told_and_one_who_leaves_is_not(
    session: Session, team: Team, captain: User, outbox: Outbox
) -> None:
    removed, left = make.user(session, "Removed"), make.user(session, "Left")
    for person in (removed, left):
        join(session, team, person)
    for person, actor in ((removed, captain), (left, left)):
        teams.remove_member(session, team=team, user_id=person.id, actor=actor_of(actor), now=NOW)
    assert names(team) == ["Amina"]
    assert len(outbox(removed.email)) == 1
    assert outbox(left.email) == []


def test_the_captain_hands_over_before_leaving(
    session: Session, team: Team, captain: User, outbox: Outbox
) -> None:
    person = make.user(session, "Boubacar")
    join(session, team, person)
    leave = {"session": session, "team": team, "user_id": captain.id, "now": NOW}
    with pytest.raises(ConflictError):
        teams.remove_member(**leave, actor=actor_of(captain))  # type: ignore[arg-type]
    teams.hand_over(session, team=team, user_id=person.id, actor=actor_of(captain), now=NOW)
    assert (team.captain, queries.entry_of_team(session, team).owner) == (person, person)
    teams.remove_member(**leave, actor=actor_of(captain))  # type: ignore[arg-type]
    assert names(team) == ["Boubacar"]
    assert "captain" in outbox(person.email)[-1]["Subject"]


def test_nobody_hands_over_to_a_stranger(session: Session, team: Team, captain: User) -> None:
    stranger = make.user(session)
    with pytest.raises(NotFoundError):
        teams.hand_over(session, team=team, user_id=stranger.id, actor=actor_of(captain), now=NOW)


def test_after_the_close_a_team_stays_as_it_is(session: Session, team: Team, captain: User) -> None:
    later = NOW + timedelta(days=5)
    assert teams.accepts_people(session, team, NOW)
    assert not teams.accepts_people(session, team, later)
    with pytest.raises(ClosedError):
        teams.renew_invitation(session, team=team, actor=actor_of(captain), now=later)


def test_a_withdrawn_project_sets_its_people_free(
    session: Session, contest: Contest, captain: User
) -> None:
    team = make.team(session, contest, captain)
    entry = make.entry(session, contest, captain, team=team)
    entries.withdraw(session, entry=entry, actor=actor_of(captain), now=NOW)
    assert begin(session, contest, captain, "Another try").id != team.id
    assert session.scalar(select(func.count(Entry.id))) == 2
