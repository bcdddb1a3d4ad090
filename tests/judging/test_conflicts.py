"""Conflicts of interest: found in what both sides say, settled by organisers, kept from judges."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import actor_of
from app.audit import AuditEvent
from app.authz import Actor
from app.errors import ConflictError, InvalidError
from contests.models import Contest, Entry, Team
from contests.states import ContestKind, ContestState, EntryState
from judging.models import (
    Ballot,
    Conflict,
    ConflictGround,
    ConflictVerdict,
    Judge,
    Recusal,
    RecusalSource,
    Round,
)
from judging.queries.panel import unsettled_conflicts
from judging.service import conflicts, dealing, panel
from judging.states import BallotState
from tests import factories
from tests.factories import NOW
from tests.queries import counted

# --- a panel and entries ------------------------------------------------------------------------


@dataclass
class Scene:
    contest: Contest
    round_: Round
    organiser: User

    @property
    def actor(self) -> Actor:
        return actor_of(self.organiser)


@pytest.fixture
def scene(session: Session) -> Scene:
    contest = factories.contest(
        session, state=ContestState.JUDGING, closes_at=NOW - timedelta(days=1)
    )
    round_ = factories.round_(session, contest)
    return Scene(contest, round_, factories.organiser(session))


def person(
    session: Session,
    name: str,
    *,
    organisation: str = "",
    country: str = "",
    email: str | None = None,
) -> User:
    made = factories.user(session, name, email=email)
    made.organisation, made.country = organisation, country
    session.flush()
    return made


def entry(
    session: Session,
    scene: Scene,
    owner: User,
    *,
    country: str = "",
    team: Team | None = None,
    state: EntryState = EntryState.SUBMITTED,
) -> Entry:
    return factories.entry(session, scene.contest, owner, country=country, team=team, state=state)


def seat(session: Session, scene: Scene, user: User, **said: object) -> Judge:
    judge = factories.judge(session, scene.contest, user)
    for name, value in said.items():
        setattr(judge, name, value)
    session.flush()
    return judge


def find(session: Session, scene: Scene, *judges: Judge) -> int:
    return conflicts.find_conflicts(
        session,
        contest=scene.contest,
        actor=scene.actor,
        now=NOW,
        judges=judges or None,
    )


def found(session: Session) -> list[tuple[int, int, ConflictGround, str]]:
    rows = session.scalars(select(Conflict).order_by(Conflict.judge_id, Conflict.entry_id))
    return [(row.judge_id, row.entry_id, row.ground, row.detail) for row in rows]


def settle(
    session: Session, scene: Scene, verdict: ConflictVerdict, *pairs: tuple[int, int]
) -> int:
    return conflicts.settle(
        session,
        contest=scene.contest,
        pairs=pairs,
        verdict=verdict,
        reason="Asked both",
        actor=scene.actor,
        now=NOW,
    )


# --- finding ------------------------------------------------------------------------------------


def test_one_organisation_and_one_domain_are_found(session: Session, scene: Scene) -> None:
    colleague = person(session, "Lea", organisation="université de genève", email="lea@unige.ch")
    alike = entry(session, scene, colleague)
    entry(session, scene, person(session, "Ola", organisation="UiO", email="ola@uio.no"))
    judge = seat(
        session,
        scene,
        person(session, "Nadia", email="nadia@unige.ch"),
        organisation="Université de Genève",
    )
    assert find(session, scene) == 2
    assert set(found(session)) == {
        (judge.id, alike.id, ConflictGround.ORGANISATION, "Université de Genève"),
        (judge.id, alike.id, ConflictGround.DOMAIN, "unige.ch"),
    }
    assert unsettled_conflicts(session, scene.contest) == 1
    assert panel.barred_pairs(session, scene.contest) == {(judge.id, alike.id)}


def test_what_the_judges_account_says_counts_too(session: Session, scene: Scene) -> None:
    alike = entry(session, scene, person(session, "Lea", organisation="ITU"))
    judge = seat(session, scene, person(session, "Nadia", organisation="itu"))
    find(session, scene, judge)
    assert found(session) == [(judge.id, alike.id, ConflictGround.ORGANISATION, "itu")]


def test_a_team_member_is_one_of_the_entrants(session: Session, scene: Scene) -> None:
    captain, member = person(session, "Lea"), person(session, "Per", organisation="ITU")
    scene.contest.kind = ContestKind.HACKATHON
    team = factories.team(session, scene.contest, captain, member)
    project = entry(session, scene, captain, team=team)
    judge = seat(session, scene, person(session, "Nadia"), organisation="ITU")
    assert find(session, scene) == 1
    assert found(session)[0][:2] == (judge.id, project.id)


def test_one_country_bars_only_where_the_contest_says_so(session: Session, scene: Scene) -> None:
    theirs = entry(session, scene, person(session, "Lea", country="KE"))
    taken_there = entry(session, scene, person(session, "Per", country="NO"), country="KE")
    entry(session, scene, person(session, "Ola", country="NO"))
    judge = seat(session, scene, person(session, "Nadia"), country="KE")
    assert find(session, scene) == 0
    conflicts.set_bar_country(session, contest=scene.contest, bars=True, actor=scene.actor, now=NOW)
    assert found(session) == [
        (judge.id, theirs.id, ConflictGround.COUNTRY, "KE"),
        (judge.id, taken_there.id, ConflictGround.COUNTRY, "KE"),
    ]
    settle(session, scene, ConflictVerdict.RECUSED, (judge.id, theirs.id))
    conflicts.set_bar_country(
        session, contest=scene.contest, bars=False, actor=scene.actor, now=NOW
    )
    # What an organiser has decided stands; what nobody has looked at is suggested no more.
    assert [row[1] for row in found(session)] == [theirs.id]


def test_a_contest_without_rounds_has_no_rule_about_countries(session: Session) -> None:
    contest = factories.contest(session)
    with pytest.raises(ConflictError) as refused:
        conflicts.set_bar_country(
            session,
            contest=contest,
            bars=True,
            actor=actor_of(factories.organiser(session)),
            now=NOW,
        )
    assert refused.value.reason == "no-rounds"


def test_an_earlier_team_is_found(session: Session, scene: Scene) -> None:
    nadia, lea, other = (person(session, name) for name in ("Nadia", "Lea", "Ola"))
    earlier = factories.contest(session, ContestKind.HACKATHON, title="Hackathon 2024")
    team = factories.team(session, earlier, nadia, lea)
    theirs = entry(session, scene, lea)
    entry(session, scene, other)
    judge = seat(session, scene, nadia)
    assert find(session, scene) == 1
    assert found(session) == [
        (judge.id, theirs.id, ConflictGround.COLLABORATION, f"{team.name} (Hackathon 2024)")
    ]


def test_ones_own_entry_is_recused_and_not_suggested(session: Session, scene: Scene) -> None:
    nadia = person(session, "Nadia", organisation="ITU", email="nadia@itu.int")
    own = entry(session, scene, nadia)
    judge = seat(session, scene, nadia)
    assert find(session, scene) == 0
    assert found(session) == []
    recusal = session.scalars(select(Recusal)).one()
    assert (recusal.judge_id, recusal.entry_id) == (judge.id, own.id)
    assert recusal.source is RecusalSource.FOUND


def test_whoever_is_only_invited_is_known_by_their_address(session: Session, scene: Scene) -> None:
    nadia = person(session, "Nadia", organisation="ITU", email="nadia@itu.int")
    alike = entry(session, scene, person(session, "Lea", organisation="ITU"))
    own = entry(session, scene, nadia)
    judge = panel.invite(
        session, contest=scene.contest, email=nadia.email, name="N.", actor=scene.actor, now=NOW
    )
    find(session, scene)
    assert [row[1] for row in found(session)] == [alike.id]
    assert panel.barred_pairs(session, scene.contest) == {
        (judge.id, alike.id),
        (judge.id, own.id),
    }


def test_a_withdrawn_entry_is_nobodys_conflict(session: Session, scene: Scene) -> None:
    lea = person(session, "Lea", organisation="ITU")
    entry(session, scene, lea, state=EntryState.WITHDRAWN)
    entry(session, scene, lea, state=EntryState.DRAFT)
    seat(session, scene, person(session, "Nadia"), organisation="ITU")
    assert find(session, scene) == 0


def test_looking_again_finds_nothing_new_and_drops_what_does_not_hold(
    session: Session, scene: Scene
) -> None:
    entry(session, scene, person(session, "Lea", organisation="ITU"))
    judge = seat(session, scene, person(session, "Nadia"), organisation="ITU")
    assert (find(session, scene), find(session, scene)) == (1, 0)
    verbs = select(func.count()).where(AuditEvent.verb == "conflicts.find")
    assert session.scalar(verbs) == 1
    judge.organisation = "UNESCO"
    session.flush()
    find(session, scene)
    assert found(session) == []
    assert session.scalar(verbs) == 2


def test_as_many_queries_for_many_as_for_few(app: Flask, session: Session, scene: Scene) -> None:
    asked = []
    for _turn in range(3):
        for n in range(3):
            entry(session, scene, person(session, f"Lea {n}", organisation=f"Org {n}"))
            seat(session, scene, person(session, f"Nadia {n}"), organisation=f"Org {n}")
        with counted(app) as queries:
            find(session, scene)
        asked.append(len(queries))
    assert asked[1] == asked[2]  # the first begins the audit as well


def test_ballots_not_begun_are_taken_back_and_begun_ones_stay(
    session: Session, scene: Scene
) -> None:
    lea = person(session, "Lea", organisation="ITU")
    untouched, begun = entry(session, scene, lea), entry(session, scene, lea)
    judge = seat(session, scene, person(session, "Nadia"), organisation="ITU")
    factories.ballot(session, scene.round_, judge, untouched)
    factories.ballot(session, scene.round_, judge, begun, (7, 7))
    find(session, scene)
    assert [b.entry_id for b in session.scalars(select(Ballot))] == [begun.id]


# --- settling -----------------------------------------------------------------------------------


@pytest.fixture
def alike(session: Session, scene: Scene) -> tuple[Judge, Entry]:
    """Make a judge and an entry of one organisation and one domain, and find it."""
    work = entry(session, scene, person(session, "Lea", organisation="ITU", email="lea@itu.int"))
    nadia = person(session, "Nadia", organisation="ITU", email="nadia@itu.int")
    judge = seat(session, scene, nadia)
    find(session, scene)
    return judge, work


def test_a_recusal_erases_what_the_judge_gave(
    session: Session, scene: Scene, alike: tuple[Judge, Entry]
) -> None:
    judge, work = alike
    ballot = factories.ballot(session, scene.round_, judge, work, (7, 7))
    assert settle(session, scene, ConflictVerdict.RECUSED, (judge.id, work.id)) == 1
    assert ballot.state is BallotState.RECUSED
    assert ballot.marks == []
    assert unsettled_conflicts(session, scene.contest) == 0
    assert panel.barred_pairs(session, scene.contest) == {(judge.id, work.id)}
    for conflict in session.scalars(select(Conflict)):
        assert conflict.verdict is ConflictVerdict.RECUSED
        assert (conflict.reason, conflict.settled_by_id) == ("Asked both", scene.organiser.id)


def test_what_is_no_conflict_bars_nobody_and_does_not_come_back(
    session: Session, scene: Scene, alike: tuple[Judge, Entry]
) -> None:
    judge, work = alike
    settle(session, scene, ConflictVerdict.DISMISSED, (judge.id, work.id))
    assert panel.barred_pairs(session, scene.contest) == set()
    assert find(session, scene) == 0
    assert unsettled_conflicts(session, scene.contest) == 0


def test_a_verdict_stands_until_it_is_taken_back(
    session: Session, scene: Scene, alike: tuple[Judge, Entry]
) -> None:
    judge, work = alike
    pair = (judge.id, work.id)
    settle(session, scene, ConflictVerdict.DISMISSED, pair)
    assert settle(session, scene, ConflictVerdict.RECUSED, pair) == 0
    assert panel.barred_pairs(session, scene.contest) == set()


@pytest.mark.parametrize("verdict", ConflictVerdict)
def test_undoing_leaves_it_to_be_settled_again(
    session: Session, scene: Scene, alike: tuple[Judge, Entry], verdict: ConflictVerdict
) -> None:
    judge, work = alike
    factories.ballot(session, scene.round_, judge, work, (7, 7))
    settle(session, scene, verdict, (judge.id, work.id))
    for _click in range(2):
        conflicts.undo(
            session,
            contest=scene.contest,
            judge_id=judge.id,
            entry_id=work.id,
            actor=scene.actor,
            now=NOW,
        )
    assert unsettled_conflicts(session, scene.contest) == 1
    assert session.scalars(select(Recusal)).all() == []
    assert panel.barred_pairs(session, scene.contest) == {(judge.id, work.id)}
    # What a recusal erased can be given anew.
    settle(session, scene, ConflictVerdict.DISMISSED, (judge.id, work.id))
    scene.round_.per_entry = 1
    dealing.deal(session, round_=scene.round_, actor=scene.actor, now=NOW)
    ballot = session.scalars(select(Ballot).where(Ballot.entry_id == work.id)).one()
    assert ballot.state is not BallotState.RECUSED


def test_another_contests_suggestions_are_out_of_reach(
    session: Session, scene: Scene, alike: tuple[Judge, Entry]
) -> None:
    judge, work = alike
    other = Scene(factories.contest(session), scene.round_, scene.organiser)
    assert settle(session, other, ConflictVerdict.RECUSED, (judge.id, work.id)) == 0
    assert unsettled_conflicts(session, scene.contest) == 1


def test_a_reason_has_its_length(
    session: Session, scene: Scene, alike: tuple[Judge, Entry]
) -> None:
    judge, work = alike
    with pytest.raises(InvalidError):
        conflicts.settle(
            session,
            contest=scene.contest,
            pairs=[(judge.id, work.id)],
            verdict=ConflictVerdict.RECUSED,
            reason="x" * 301,
            actor=scene.actor,
            now=NOW,
        )


def test_nobody_is_dealt_what_waits_to_be_settled(
    session: Session, scene: Scene, alike: tuple[Judge, Entry]
) -> None:
    judge, work = alike
    free = seat(session, scene, person(session, "Ola"))
    dealing.deal(session, round_=scene.round_, actor=scene.actor, now=NOW)
    holders = session.scalars(select(Ballot.judge_id).where(Ballot.entry_id == work.id)).all()
    assert holders == [free.id]
    assert judge.id not in holders
