"""Judges invited, let in, asked about conflicts of interest, reminded and removed."""

import hashlib
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import actor_of
from app.audit import AuditEvent
from app.authz import Actor
from app.errors import ConflictError, GoneError, InvalidError, NotFoundError
from contests.models import Contest, LatePass
from contests.states import ContestState, EntryState, Screening
from judging.models import Ballot, Judge, Recusal, RecusalSource
from judging.service import panel
from judging.service.conflicts import find_conflicts
from judging.service.panel import InvitationUsedError
from judging.states import BallotState, RoundState
from tests import factories
from tests.conftest import Outbox
from tests.factories import NOW


@dataclass
class Scene:
    contest: Contest
    organiser: User

    @property
    def actor(self) -> Actor:
        return actor_of(self.organiser)


@pytest.fixture
def scene(session: Session) -> Scene:
    contest = factories.contest(
        session, state=ContestState.JUDGING, closes_at=NOW - timedelta(days=1)
    )
    return Scene(contest, factories.organiser(session))


def invite(session: Session, scene: Scene, email: str = "Nadia@Example.org") -> Judge:
    return panel.invite(
        session, contest=scene.contest, email=email, name="Nadia", actor=scene.actor, now=NOW
    )


def token_in(outbox: Outbox, to: str = "nadia@example.org") -> str:
    found = re.search(r"/invitations/(\S+)", outbox(to)[-1].get_content())
    assert found is not None
    return found[1]


def verbs(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id)))


# --- inviting -----------------------------------------------------------------------------------


def test_only_the_digest_of_a_long_token_is_kept(
    session: Session, scene: Scene, outbox: Outbox
) -> None:
    judge = invite(session, scene)
    token = token_in(outbox)
    assert len(token) >= 43  # 256 bits in base 64
    assert judge.token_digest == hashlib.sha256(token.encode()).hexdigest()
    assert judge.token_expires_at == NOW + timedelta(days=30)
    assert verbs(session) == ["judge.invite"]


def test_the_mail_says_who_invites_to_what_and_until_when(
    session: Session, scene: Scene, outbox: Outbox
) -> None:
    invite(session, scene)
    (mail,) = outbox("nadia@example.org")
    text = mail.get_content()
    assert "Gitanjali Sah invites you to join the panel of Photo Contest 2025" in text
    assert "9 Apr 2025, 14:00 Zurich" in text or "Apr 9, 2025, 14:00 Zurich" in text
    assert "Photo Contest 2025" in mail["Subject"]


def test_inviting_again_renews_the_link_and_takes_back_a_removal(
    session: Session, scene: Scene, outbox: Outbox
) -> None:
    first = invite(session, scene)
    old = token_in(outbox)
    panel.remove(session, judge=first, actor=scene.actor, now=NOW)
    again = invite(session, scene, "nadia@example.org")
    assert again is first
    assert again.removed_at is None
    with pytest.raises(GoneError):
        panel.get_invitation(session, token=old, now=NOW)
    assert panel.get_invitation(session, token=token_in(outbox), now=NOW) is again


def test_what_is_no_address_is_refused(session: Session, scene: Scene) -> None:
    with pytest.raises(InvalidError):
        invite(session, scene, "nadia")


# --- accepting ----------------------------------------------------------------------------------


def test_accepting_makes_the_account_and_takes_the_seat(
    session: Session, scene: Scene, outbox: Outbox
) -> None:
    invite(session, scene)
    judge, user = panel.accept(session, token=token_in(outbox), now=NOW)
    assert (user.email, user.name, user.password) == ("nadia@example.org", "Nadia", None)
    assert (judge.user, judge.accepted_at, judge.declared_at) == (user, NOW, None)
    assert verbs(session)[-1] == "judge.accept"


def test_accepting_finds_the_account_there_is_and_keeps_its_name(
    session: Session, scene: Scene, outbox: Outbox
) -> None:
    known = factories.user(session, "Dr Nadia Haddad", email="nadia@example.org")
    invite(session, scene)
    _judge, user = panel.accept(session, token=token_in(outbox), now=NOW)
    assert user is known
    assert user.name == "Dr Nadia Haddad"


def test_a_token_signs_in_once(session: Session, scene: Scene, outbox: Outbox) -> None:
    invite(session, scene)
    token = token_in(outbox)
    judge, _user = panel.accept(session, token=token, now=NOW)
    with pytest.raises(InvitationUsedError) as caught:
        panel.accept(session, token=token, now=NOW)
    assert caught.value.judge is judge


def test_a_new_invitation_of_an_accepted_judge_signs_in_again(
    session: Session, scene: Scene, outbox: Outbox
) -> None:
    invite(session, scene)
    judge, user = panel.accept(session, token=token_in(outbox), now=NOW)
    invite(session, scene)
    later = NOW + timedelta(days=1)
    again, same = panel.accept(session, token=token_in(outbox), now=later)
    assert (again, same, again.accepted_at) == (judge, user, NOW)


def test_a_token_expires_after_thirty_days(session: Session, scene: Scene, outbox: Outbox) -> None:
    invite(session, scene)
    token, end = token_in(outbox), NOW + timedelta(days=30)
    assert panel.get_invitation(session, token=token, now=end - timedelta(seconds=1))
    with pytest.raises(GoneError, match="expired"):
        panel.accept(session, token=token, now=end)


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "\x00", "💥" * 50])
def test_a_forged_token_opens_nothing(session: Session, scene: Scene, token: str) -> None:
    invite(session, scene)
    with pytest.raises(GoneError):
        panel.accept(session, token=token, now=NOW)


def test_a_closed_account_stays_closed(session: Session, scene: Scene, outbox: Outbox) -> None:
    factories.user(session, email="nadia@example.org").active = False
    invite(session, scene)
    with pytest.raises(GoneError, match="closed"):
        panel.accept(session, token=token_in(outbox), now=NOW)


# --- conflicts of interest ----------------------------------------------------------------------


def test_ones_own_and_ones_teams_entries_are_found(session: Session, scene: Scene) -> None:
    person, captain = factories.user(session), factories.user(session)
    own = factories.entry(session, scene.contest, person)
    team = factories.team(session, scene.contest, captain, person)
    teams = factories.entry(session, scene.contest, captain, team=team)
    factories.entry(session, scene.contest, captain)
    judge = factories.judge(session, scene.contest, person, declared=False)
    for _again in range(2):
        find_conflicts(session, contest=scene.contest, judges=[judge], actor=scene.actor, now=NOW)
    found = session.scalars(select(Recusal)).all()
    assert {(r.entry_id, r.source) for r in found} == {
        (own.id, RecusalSource.FOUND),
        (teams.id, RecusalSource.FOUND),
    }
    assert len(found) == 2


def test_pairs_are_barred_by_declaration_and_by_kinship_even_before_an_answer(
    session: Session, scene: Scene
) -> None:
    person = factories.user(session, email="nadia@example.org")
    own = factories.entry(session, scene.contest, person)
    other = factories.entry(session, scene.contest, factories.user(session))
    elsewhere = factories.contest(session, state=ContestState.JUDGING)
    factories.judge(session, elsewhere, person)
    factories.entry(session, elsewhere, person)
    invited = invite(session, scene)
    seated = factories.judge(session, scene.contest, factories.user(session), declared=False)
    panel.declare(
        session, judge=seated, conflicts={other.id: "My pupil"}, actor=scene.actor, now=NOW
    )
    assert panel.barred_pairs(session, scene.contest) == {
        (invited.id, own.id),
        (seated.id, other.id),
    }


def test_declaring_bars_ends_ballots_and_opens_the_desk(session: Session, scene: Scene) -> None:
    owner = factories.user(session)
    known, unknown = (factories.entry(session, scene.contest, owner) for _ in range(2))
    judge = factories.judge(session, scene.contest, factories.user(session), declared=False)
    round_ = factories.round_(session, scene.contest)
    ended, kept = (factories.ballot(session, round_, judge, e) for e in (known, unknown))
    panel.declare(
        session, judge=judge, conflicts={known.id: " My pupil "}, actor=scene.actor, now=NOW
    )
    (recusal,) = session.scalars(select(Recusal))
    assert (recusal.entry_id, recusal.reason) == (known.id, "My pupil")
    assert (ended.state, kept.state) == (BallotState.RECUSED, BallotState.ASSIGNED)
    assert judge.declared_at == NOW
    assert verbs(session) == ["judge.recuse", "ballot.recuse", "judge.declare"]


def test_a_declaration_of_none_opens_the_desk(session: Session, scene: Scene) -> None:
    judge = factories.judge(session, scene.contest, factories.user(session), declared=False)
    panel.declare(session, judge=judge, conflicts={}, actor=scene.actor, now=NOW)
    assert judge.declared_at == NOW
    assert session.scalars(select(Recusal)).all() == []


def test_an_entry_that_is_not_judged_here_cannot_be_declared(
    session: Session, scene: Scene
) -> None:
    owner = factories.user(session)
    strangers = [
        factories.entry(session, factories.contest(session), owner),
        factories.entry(session, scene.contest, owner, state=EntryState.DRAFT),
        factories.entry(session, scene.contest, owner, screening=Screening.INELIGIBLE),
    ]
    judge = factories.judge(session, scene.contest, factories.user(session), declared=False)
    for entry in strangers:
        with pytest.raises(NotFoundError):
            panel.declare(
                session, judge=judge, conflicts={entry.id: "Why"}, actor=scene.actor, now=NOW
            )


def test_a_conflict_needs_its_reason(session: Session, scene: Scene) -> None:
    owner = factories.user(session)
    said, silent = (factories.entry(session, scene.contest, owner) for _ in range(2))
    judge = factories.judge(session, scene.contest, factories.user(session), declared=False)
    reasons = {said.id: "My pupil", silent.id: " \n"}
    with pytest.raises(InvalidError) as caught:
        panel.declare(session, judge=judge, conflicts=reasons, actor=scene.actor, now=NOW)
    assert (caught.value.reason, caught.value.field) == ("reason-missing", f"reason-{silent.id}")
    assert caught.value.params["numbers"] == f"{silent.number:04d}"
    assert judge.declared_at is None


def test_a_reason_too_long_names_its_field(session: Session, scene: Scene) -> None:
    entry = factories.entry(session, scene.contest, factories.user(session))
    judge = factories.judge(session, scene.contest, factories.user(session), declared=False)
    with pytest.raises(InvalidError) as caught:
        panel.declare(
            session, judge=judge, conflicts={entry.id: "x" * 301}, actor=scene.actor, now=NOW
        )
    assert caught.value.field == f"reason-{entry.id}"
    assert judge.declared_at is None


def test_conflicts_are_declared_once_the_entries_are_frozen(session: Session) -> None:
    contest = factories.contest(session, closes_at=NOW + timedelta(hours=1))
    organiser = factories.organiser(session)
    judge = factories.judge(session, contest, factories.user(session), declared=False)

    def declare(hours: float) -> None:
        now = NOW + timedelta(hours=hours)
        panel.declare(session, judge=judge, conflicts={}, actor=actor_of(organiser), now=now)

    with pytest.raises(ConflictError):
        declare(0.9)
    late = LatePass(
        contest_id=contest.id,
        user_id=organiser.id,
        until=NOW + timedelta(hours=3),
        reason="The line was down.",
        granted_by_id=organiser.id,
    )
    session.add(late)
    session.flush()
    with pytest.raises(ConflictError):
        declare(2.9)
    declare(3)
    assert judge.declared_at == NOW + timedelta(hours=3)


# --- removing and reminding ---------------------------------------------------------------------


def test_removing_frees_what_is_untouched_and_keeps_what_is_marked(
    session: Session, scene: Scene
) -> None:
    owner = factories.user(session)
    entries = [factories.entry(session, scene.contest, owner) for _ in range(4)]
    judge = factories.judge(session, scene.contest, factories.user(session))
    round_ = factories.round_(session, scene.contest)
    submitted, begun = (factories.ballot(session, round_, judge, e, [5, 5]) for e in entries[:2])
    begun.state, begun.submitted_at = BallotState.DRAFT, None
    empty = factories.ballot(session, round_, judge, entries[2])
    empty.state, empty.saved_at = BallotState.DRAFT, NOW
    factories.ballot(session, round_, judge, entries[3])
    panel.remove(session, judge=judge, actor=scene.actor, now=NOW)
    panel.remove(session, judge=judge, actor=scene.actor, now=NOW)
    assert set(session.scalars(select(Ballot))) == {submitted, begun}
    assert judge.removed_at == NOW
    assert verbs(session) == ["judge.remove"]


def test_a_removed_judges_link_is_dead(session: Session, scene: Scene, outbox: Outbox) -> None:
    judge = invite(session, scene)
    token = token_in(outbox)
    panel.remove(session, judge=judge, actor=scene.actor, now=NOW)
    with pytest.raises(GoneError):
        panel.accept(session, token=token, now=NOW)


def remind(session: Session, scene: Scene, judge: Judge, minutes: int = 0) -> None:
    now = NOW + timedelta(minutes=minutes)
    panel.remind(session, judge=judge, actor=scene.actor, now=now)


def test_a_reminder_says_what_is_missing(session: Session, scene: Scene, outbox: Outbox) -> None:
    person = factories.user(session)
    judge = factories.judge(session, scene.contest, person)
    round_ = factories.round_(session, scene.contest)
    entries = [factories.entry(session, scene.contest, scene.organiser) for _ in range(4)]
    factories.ballot(session, round_, judge, entries[0], [5, 5])
    for entry in entries[1:]:
        factories.ballot(session, round_, judge, entry)
    entries[3].state, entries[3].withdrawn_at = EntryState.WITHDRAWN, NOW
    remind(session, scene, judge)
    text = outbox(person.email)[-1].get_content()
    assert "Scoring: 2 entries are not submitted yet. Please finish by" in text
    assert text.count("/judge\n") == 1


def test_a_reminder_asks_for_the_declaration(
    session: Session, scene: Scene, outbox: Outbox
) -> None:
    person = factories.user(session)
    remind(session, scene, factories.judge(session, scene.contest, person, declared=False))
    assert "declare conflicts of interest" in outbox(person.email)[-1].get_content()


def test_a_reminder_renews_an_unanswered_invitation(
    session: Session, scene: Scene, outbox: Outbox
) -> None:
    judge = invite(session, scene)
    old = token_in(outbox)
    remind(session, scene, judge)
    new = token_in(outbox)
    assert new != old
    assert panel.get_invitation(session, token=new, now=NOW) is judge


def test_nobody_is_reminded_twice_in_an_hour(session: Session, scene: Scene) -> None:
    judge = invite(session, scene)
    remind(session, scene, judge)
    with pytest.raises(ConflictError) as caught:
        remind(session, scene, judge, minutes=59)
    assert caught.value.reason == "reminded-recently"
    remind(session, scene, judge, minutes=60)


@pytest.mark.parametrize("state", [RoundState.OPEN, RoundState.CLOSED])
def test_whoever_owes_nothing_is_not_reminded(
    session: Session, scene: Scene, state: RoundState
) -> None:
    judge = factories.judge(session, scene.contest, factories.user(session))
    round_ = factories.round_(session, scene.contest, state=state)
    done, missing = (factories.entry(session, scene.contest, scene.organiser) for _ in range(2))
    factories.ballot(session, round_, judge, done, [5, 5])
    if state is RoundState.CLOSED:
        factories.ballot(session, round_, judge, missing)
    with pytest.raises(ConflictError) as caught:
        remind(session, scene, judge)
    assert caught.value.reason == "nothing-missing"


def test_whoever_left_is_not_reminded(session: Session, scene: Scene) -> None:
    judge = invite(session, scene)
    panel.remove(session, judge=judge, actor=scene.actor, now=NOW)
    with pytest.raises(ConflictError) as caught:
        remind(session, scene, judge)
    assert caught.value.reason == "not-on-panel"
