"""The decision and its announcement: two people, once, never early, bound to its input."""

import hashlib
import io
import json
import threading
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypedDict

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import jobs
from app.audit import AuditEvent
from app.authz import ANYBODY, Actor
from app.errors import ConflictError, IllegalTransitionError, InvalidError, NotFoundError
from app.mail import OutgoingMail
from app.transaction import transaction
from contests.models import Contest
from contests.queries.contests import get_contest
from contests.service import screening
from contests.states import ContestKind, ContestState
from judging import tasks
from judging.bundle import Choice, read_bundle, recount
from judging.bundle import decision as told
from judging.decision import commitment, digest, sealed_text
from judging.models import Decision, Mark, Result, Winner
from judging.queries import results as queries
from judging.service import announcement, decisions, exporting, methods, sealing
from judging.states import DecisionState, RoundState
from tests import factories
from tests.conftest import Clock, Outbox
from tests.database import settle
from tests.factories import NOW
from tests.judging import scenes

LATER = NOW + timedelta(hours=5)


class Act(TypedDict):
    """Who does something to which contest, and when."""

    contest: Contest
    actor: Actor
    now: datetime


# --- proposing ----------------------------------------------------------------------------------


def test_the_standings_in_order_need_no_reason(session: Session) -> None:
    scene = scenes.judged(session)
    decision = scenes.proposed(session, scene, 1, 2, 3)
    assert decision.state is DecisionState.PROPOSED
    found = queries.get_decision(session, scene.contest)
    assert [(w.place, w.entry.number, w.citation) for w in found.winners] == [
        (1, 1, "Citation 1."),
        (2, 2, "Citation 2."),
        (3, 3, "Citation 3."),
    ]


def refusal(session: Session, scene: scenes.Scene, *numbers: int) -> tuple[str, str | None]:
    with pytest.raises(InvalidError) as caught:
        scenes.proposed(session, scene, *numbers)
    return caught.value.reason, caught.value.field


def test_a_proposal_that_departs_needs_a_reason_at_its_place(session: Session) -> None:
    scene = scenes.judged(session)
    assert refusal(session, scene, 1, 3, 2) == ("reason-missing", "reason_2")
    assert refusal(session, scene, 1, 2, 2) == ("winner-twice", "winner_3")
    assert refusal(session, scene, 1, 2) == ("wrong-number", None)
    assert refusal(session, scene, 1, 2, 99) == ("not-eligible", "winner_3")
    scenes.departing(session, scene)


def test_a_tie_needs_a_reason(session: Session) -> None:
    scene = scenes.judged(session, [(9, 9), (8, 8), (8, 8), (8, 8)])
    assert refusal(session, scene, 1, 2, 3) == ("reason-missing", "reason_2")


def test_a_citation_has_an_end(session: Session) -> None:
    scene = scenes.judged(session)
    chosen = scenes.choices(1, 2)
    long = decisions.Choice(entry=3, citation="x" * 2001, reason="")
    with pytest.raises(InvalidError) as caught:
        decisions.propose(
            session,
            contest=scene.contest,
            seen=scenes.seen(session, scene),
            choices=[*chosen, long],
            actor=scene.actor,
            now=NOW,
        )
    assert caught.value.field == "citation_3"


def test_an_open_round_decides_nothing(session: Session) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    with pytest.raises(ConflictError) as caught:
        scenes.proposed(session, scene)
    assert caught.value.reason == "not-closed"


def test_a_new_proposal_replaces_one_that_nobody_confirmed(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.proposed(session, scene, 1, 2, 3)
    scenes.departing(session, scene, by=scene.other)
    found = queries.get_decision(session, scene.contest)
    assert [winner.entry.number for winner in found.winners] == [1, 3, 2]
    assert found.proposed_by_id == scene.second.id


def test_a_form_that_is_older_than_the_proposal_overwrites_nothing(session: Session) -> None:
    scene = scenes.judged(session)
    opened = scenes.seen(session, scene)
    scenes.proposed(session, scene)
    other = scenes.choices(1, 3, 2, reasons={3: "Braver."})
    for seen in (opened, "0" * 64):
        with pytest.raises(ConflictError) as caught:
            decisions.propose(
                session,
                contest=scene.contest,
                choices=other,
                seen=seen,
                actor=scene.other,
                now=LATER,
            )
        assert caught.value.reason == "proposal-changed"
    # A second click says the same once more, and changes nothing.
    decisions.propose(
        session,
        contest=scene.contest,
        choices=scenes.choices(1, 2, 3),
        seen=opened,
        actor=scene.actor,
        now=LATER,
    )
    read = scenes.seen(session, scene)
    decisions.withdraw_proposal(session, contest=scene.contest, actor=scene.actor, now=LATER)
    with pytest.raises(ConflictError):
        decisions.propose(
            session, contest=scene.contest, choices=other, seen=read, actor=scene.other, now=LATER
        )


def test_the_other_organisers_are_asked_to_confirm_and_not_told_whom(
    session: Session, outbox: Outbox
) -> None:
    scene = scenes.judged(session)
    gone = factories.organiser(session, "Gone Organiser")
    gone.active = False
    for _again in range(2):
        scenes.proposed(session, scene, 1, 2, 3)
    (mail,) = outbox()
    assert mail["To"] == scene.second.email
    text = f"{mail['Subject']}\n{mail.get_content()}"
    assert scene.contest.title in text
    assert scene.organiser.name in text
    assert scene.url("results") in text
    for entry in scene.entries:
        assert entry.current is not None
        for secret in (entry.current.title, entry.label, entry.owner.name, "Citation"):
            assert secret not in text


def test_a_changed_proposal_is_told_again_and_so_is_another_proposer(
    session: Session, outbox: Outbox
) -> None:
    scene = scenes.judged(session)
    scenes.proposed(session, scene, 1, 2, 3)
    scenes.departing(session, scene)
    assert [mail["To"] for mail in outbox()] == [scene.second.email] * 2
    scenes.departing(session, scene, by=scene.other)
    assert len(outbox(scene.organiser.email)) == 1


# --- confirming ---------------------------------------------------------------------------------


def test_another_organiser_confirms(session: Session) -> None:
    scene = scenes.judged(session)
    decision = scenes.proposed(session, scene)
    seen = decisions.fingerprint(decision)
    with pytest.raises(ConflictError) as caught:
        decisions.confirm(session, contest=scene.contest, seen=seen, actor=scene.actor, now=NOW)
    assert caught.value.reason == "same-person"
    for _click in range(2):
        decisions.confirm(session, contest=scene.contest, seen=seen, actor=scene.other, now=NOW)
    assert decision.state is DecisionState.CONFIRMED
    assert scene.contest.state is ContestState.DECIDED


def test_the_database_repeats_that_two_people_decide(session: Session) -> None:
    scene = scenes.judged(session)
    decision = scenes.proposed(session, scene)
    decision.state, decision.confirmed_at = DecisionState.CONFIRMED, NOW
    decision.confirmed_by_id = decision.proposed_by_id
    with pytest.raises(IntegrityError, match="two_people"):
        session.flush()
    session.rollback()


def test_nobody_confirms_what_they_have_not_read(session: Session) -> None:
    scene = scenes.judged(session)
    seen = decisions.fingerprint(scenes.proposed(session, scene))
    scenes.departing(session, scene)
    with pytest.raises(ConflictError) as caught:
        decisions.confirm(session, contest=scene.contest, seen=seen, actor=scene.other, now=NOW)
    assert caught.value.reason == "proposal-changed"


def test_a_winner_who_left_is_not_confirmed(session: Session) -> None:
    scene = scenes.judged(session)
    seen = decisions.fingerprint(scenes.proposed(session, scene))
    screening.disqualify(
        session, entry=scene.entries[1], reason="Not one's own.", actor=scene.actor, now=NOW
    )
    with pytest.raises(InvalidError) as caught:
        decisions.confirm(session, contest=scene.contest, seen=seen, actor=scene.other, now=NOW)
    assert caught.value.reason == "not-eligible"


def test_a_confirmation_can_be_withdrawn_and_so_can_the_proposal(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    with pytest.raises(ConflictError) as caught:
        decisions.withdraw_proposal(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert caught.value.reason == "decided"
    announcement.schedule(session, contest=scene.contest, at=LATER, actor=scene.actor, now=NOW)
    decisions.withdraw_confirmation(session, contest=scene.contest, actor=scene.actor, now=NOW)
    found = queries.get_decision(session, scene.contest)
    assert (found.state, found.announce_at) == (DecisionState.PROPOSED, None)
    assert scene.contest.state is ContestState.JUDGING
    decisions.withdraw_proposal(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert queries.find_decision(session, scene.contest) is None
    assert session.scalars(select(Winner)).all() == []
    with pytest.raises(NotFoundError):
        queries.get_decision(session, scene.contest)


# --- announcing ---------------------------------------------------------------------------------


def test_announcing_publishes_one_snapshot(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    assert queries.winners_of(session, scene.contest) == ()
    result = announcement.announce(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert result.digest == digest(result.snapshot)
    assert result.snapshot.keys() == {"contest", "two_people", "winners", "withheld"}
    winners = queries.winners_of(session, scene.contest)
    assert [(w.place, w.number, w.title, w.by, w.country) for w in winners] == [
        (1, 1, "Work 1", "Entrant 1", "KE"),
        (2, 2, "Work 2", "Entrant 2", "KE"),
        (3, 3, "Work 3", "Entrant 3", "KE"),
    ]
    assert scene.contest.state is ContestState.ANNOUNCED
    assert scenes.round_of(session, scene).state is RoundState.FINAL


def withheld(session: Session, scene: scenes.Scene) -> dict[str, Any]:
    """Read what stays with the organisers, as an auditor would."""
    text = queries.get_decision(session, scene.contest).withheld
    assert text is not None
    found: dict[str, Any] = json.loads(text.partition("\n")[2])
    return found


def departing(session: Session) -> scenes.Scene:
    """Confirm winners that depart from the standings."""
    scene = scenes.judged(session)
    scenes.proposed(session, scene, 1, 2, 4, reasons={4: "Braver."})
    scenes.confirm(session, scene)
    return scene


def test_where_the_winners_stood_and_why_stays_with_the_organisers(session: Session) -> None:
    scene = departing(session)
    decision = queries.get_decision(session, scene.contest)
    who = Act(contest=scene.contest, actor=scene.actor, now=NOW)
    with pytest.raises(NotFoundError):
        sealing.withheld_of(session, **who)
    sealing.seal(session, **who)
    kept = withheld(session, scene)
    assert kept["reasons"] == {"4": "Braver."}
    assert kept["standings"][2] == {
        "place": 4,
        "number": 4,
        "score": "6",
        "tied": 1,
        "ballots": 2,
    }
    assert (kept["rubric"][0]["weight"], kept["entries"], kept["method"]["name"]) == (2, 4, "mean")
    result = announcement.announce(session, **who)
    public = sealed_text(decision.commitment_salt or "", result.snapshot)
    for secret in ("Braver", "score", "standings", "mean", '"tied"', "ballots"):
        assert secret not in public
    text = sealing.withheld_of(session, **who)
    assert result.snapshot["withheld"] == hashlib.sha256(text.encode()).hexdigest()
    salts = {text.partition("\n")[0], decision.commitment_salt}
    assert len(salts) == 2
    verbs = session.scalars(select(AuditEvent.verb)).all()
    assert verbs.count("decision.take-withheld") == 1


def test_a_bundle_holds_what_was_decided_and_a_recount_follows_the_seals(session: Session) -> None:
    scene = departing(session)
    who = Act(contest=scene.contest, actor=scene.actor, now=NOW)
    sealing.seal(session, **who)
    announcement.announce(session, **who)
    data = exporting.archive(session, **who)
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        files = {name: packed.read(name) for name in packed.namelist()}
    found = recount(read_bundle(files), Choice())
    assert found.differences == ()
    (sentence,) = told(found)
    assert sentence.startswith("The standings put “3” third; the organisers chose “4”, which")
    assert sentence.endswith("stands fourth, because: “Braver.”")
    said = json.loads(files["decision.json"])
    assert [row["departs"] for row in said["winners"]] == [False, False, True]
    listed = json.loads(files["manifest.json"])["sha256"]
    assert listed.pop("decision.json") == hashlib.sha256(files["decision.json"]).hexdigest()
    assert digest(listed) == withheld(session, scene)["bundle"]
    changed = files["decision.json"].replace(b"Braver.", b"Better.")
    broken = recount(read_bundle(files | {"decision.json": changed}), Choice()).differences
    assert len(broken) == 2


def test_a_bundle_knows_no_decision_before_it_is_confirmed(session: Session) -> None:
    scene = scenes.judged(session)
    who = Act(contest=scene.contest, actor=scene.actor, now=NOW)
    scenes.proposed(session, scene)
    assert b"decision.json" not in exporting.archive(session, **who)
    scenes.confirmed(session, scene)
    sealing.seal(session, **who)
    with zipfile.ZipFile(io.BytesIO(exporting.archive(session, **who))) as packed:
        said = json.loads(packed.read("decision.json"))
    assert "commitment" in said
    assert not {"sealed", "withheld"} & said.keys()  # the salt is nobody's before


def test_the_digest_of_the_bundle_sees_every_mark(session: Session) -> None:
    digests = []
    for points in ([(9, 9), (8, 8), (7, 7), (2, 2)], [(9, 9), (8, 8), (7, 7), (2, 1)]):
        scene = scenes.judged(session, points)
        scenes.confirmed(session, scene)
        announcement.announce(session, contest=scene.contest, actor=ANYBODY, now=NOW)
        digests.append(withheld(session, scene)["bundle"])
    assert digests[0] != digests[1]


def test_what_was_published_stays_as_it_was(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    announcement.announce(session, contest=scene.contest, actor=scene.actor, now=NOW)
    scene.entries[0].owner.name = "Another Name"
    session.scalars(select(Mark).limit(1)).one().points = 1
    session.flush()
    assert queries.winners_of(session, scene.contest)[0].by == "Entrant 1"
    who = Act(contest=scene.contest, actor=scene.actor, now=NOW)
    with pytest.raises(IllegalTransitionError):
        decisions.withdraw_confirmation(session, **who)
    with pytest.raises(IllegalTransitionError):
        announcement.schedule(session, at=LATER, **who)


def test_a_team_wins_under_its_name(session: Session) -> None:
    scene = scenes.judged(session, kind=ContestKind.HACKATHON)
    entry = scene.entries[0]
    entry.team = factories.team(
        session, scene.contest, entry.owner, factories.user(session, "Member")
    )
    scenes.confirmed(session, scene)
    announcement.announce(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert queries.winners_of(session, scene.contest)[0].by == entry.team.name


def test_everyone_behind_an_entry_gets_one_mail(session: Session) -> None:
    scene = scenes.judged(session)
    winner, loser = scene.entries[0].owner, scene.entries[3].owner
    member = factories.user(session, "Member")
    scene.entries[1].team = factories.team(session, scene.contest, scene.entries[1].owner, member)
    factories.entry(session, scene.contest, winner, title="A second one")
    stranger = factories.user(session, "Stranger")
    scenes.confirmed(session, scene)
    before = session.scalars(select(OutgoingMail)).all()
    assert [mail.recipient for mail in before] == [scene.second.email]
    announcement.announce(session, contest=scene.contest, actor=scene.actor, now=NOW)
    sent = session.scalars(select(OutgoingMail)).all()
    mails = {mail.recipient: mail for mail in sent if mail not in before}
    assert len(mails) == 5
    assert mails[winner.email].subject.startswith("Congratulations")
    assert mails[member.email].subject.startswith("Congratulations")
    assert not mails[loser.email].subject.startswith("Congratulations")
    assert stranger.email not in mails
    for mail in mails.values():
        body = mail.body or ""
        assert f"/contests/{scene.contest.slug}/winners" in body
        assert "Work" not in body
        assert "Citation" not in body


def test_nothing_is_announced_that_nobody_confirmed(session: Session) -> None:
    scene = scenes.judged(session)
    with pytest.raises(ConflictError) as caught:
        announcement.announce(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert caught.value.reason == "not-proposed"
    scenes.proposed(session, scene)
    with pytest.raises(IllegalTransitionError):
        announcement.announce(session, contest=scene.contest, actor=scene.actor, now=NOW)


def test_a_second_announcement_changes_nothing(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    first = announcement.announce(session, contest=scene.contest, actor=scene.actor, now=NOW)
    again = announcement.announce(session, contest=scene.contest, actor=scene.other, now=LATER)
    assert (again.id, again.published_at) == (first.id, NOW)
    events = session.scalars(select(AuditEvent).where(AuditEvent.verb == "decision.announce"))
    assert len(events.all()) == 1


def test_two_who_announce_at_once_publish_once(app: Flask, session: Session) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    slug = scene.contest.slug
    before = len(session.scalars(select(OutgoingMail)).all())
    settle(app)
    start = threading.Barrier(2)
    failures: list[BaseException] = []

    def act() -> None:
        try:
            with app.app_context():
                start.wait(10)
                with transaction() as own:
                    announcement.announce(
                        own, contest=get_contest(own, slug), actor=ANYBODY, now=NOW
                    )
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)

    threads = [threading.Thread(target=act) for _person in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert len(session.scalars(select(Result)).all()) == 1
    assert len(session.scalars(select(OutgoingMail)).all()) == before + 4


# --- one person, and the commitment --------------------------------------------------------------


def test_one_organiser_decides_alone_where_the_rules_let_them(
    session: Session, outbox: Outbox
) -> None:
    scene = scenes.judged(session)
    who = Act(contest=scene.contest, actor=scene.actor, now=NOW)
    methods.set_two_people(session, wanted=False, **who)
    methods.set_two_people(session, wanted=False, **who)
    decision = scenes.proposed(session, scene)
    assert outbox() == []
    decisions.confirm(session, seen=decisions.fingerprint(decision), **who)
    assert decision.two_people is False
    assert decision.confirmed_by_id == decision.proposed_by_id == scene.organiser.id
    events = session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id)).all()
    assert events.count("contest.two-people") == 1
    result = announcement.announce(session, **who)
    assert result.snapshot["two_people"] is False


def test_a_commitment_binds_what_is_announced(session: Session) -> None:
    scene = scenes.judged(session)
    who = Act(contest=scene.contest, actor=scene.actor, now=NOW)
    scenes.proposed(session, scene)
    with pytest.raises(ConflictError) as caught:
        sealing.seal(session, **who)
    assert caught.value.reason == "not-confirmed"
    decision = scenes.confirmed(session, scene)
    sealing.seal(session, **who)
    salt, digest_of, sealed = decision.commitment_salt, decision.commitment, decision.sealed
    assert salt is not None
    assert sealed is not None
    assert digest_of == commitment(salt, sealed)
    sealing.seal(session, **who)  # a second click
    assert (decision.commitment_salt, decision.commitment) == (salt, digest_of)
    scene.entries[0].owner.name = "Another Name"
    session.flush()
    session.expire_all()
    result = announcement.announce(session, **who)
    assert result.snapshot == sealed
    assert commitment(salt, result.snapshot) == digest_of
    assert result.snapshot["winners"][0]["by"] == "Entrant 1"


def test_two_commitments_to_the_same_result_differ(session: Session) -> None:
    scene = scenes.judged(session)
    who = Act(contest=scene.contest, actor=scene.actor, now=NOW)
    decision = scenes.confirmed(session, scene)
    first = sealing.seal(session, **who).commitment
    decisions.withdraw_confirmation(session, **who)
    assert (decision.commitment, decision.sealed) == (None, None)
    seen = decisions.fingerprint(decision)
    decisions.confirm(session, contest=scene.contest, seen=seen, actor=scene.other, now=LATER)
    second = sealing.seal(session, contest=scene.contest, actor=scene.actor, now=LATER).commitment
    assert first != second
    found = queries.commitments(session, scene.contest)
    assert [(each.digest, each.at, each.withdrawn_at) for each in found] == [
        (second, LATER, None),
        (first, NOW, NOW),
    ]


def test_what_was_sealed_is_not_announced_once_a_winner_left(session: Session) -> None:
    scene = scenes.judged(session)
    who = Act(contest=scene.contest, actor=scene.actor, now=NOW)
    scenes.confirmed(session, scene)
    sealing.seal(session, **who)
    screening.disqualify(
        session, entry=scene.entries[1], reason="Not one's own.", actor=scene.actor, now=NOW
    )
    with pytest.raises(InvalidError) as caught:
        announcement.announce(session, **who)
    assert caught.value.reason == "not-eligible"
    assert queries.winners_of(session, scene.contest) == ()


# --- at a set time ------------------------------------------------------------------------------


def contest_state(app: Flask, contest_id: int) -> ContestState:
    """Read it in a session of its own: the test's would keep the jobs from SQLite."""
    settle(app)
    with transaction() as session:
        return session.get_one(Contest, contest_id).state


def test_a_set_time_announces_then_and_not_before(
    app: Flask, session: Session, clock: Clock, drain: Callable[[], int]
) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    contest_id = scene.contest.id
    announcement.schedule(session, contest=scene.contest, at=LATER, actor=scene.actor, now=NOW)
    drain()
    assert contest_state(app, contest_id) is ContestState.DECIDED
    # The queue may wake too early, or twice.
    clock.set(LATER - timedelta(seconds=1))
    settle(app)
    tasks.announce(contest_id)
    jobs.run_sweeps(clock())
    assert contest_state(app, contest_id) is ContestState.DECIDED
    clock.set(LATER)
    settle(app)
    tasks.announce(contest_id)
    tasks.announce(contest_id)
    tasks.announce_due(clock())
    assert contest_state(app, contest_id) is ContestState.ANNOUNCED
    result = session.scalars(select(Result)).one()
    assert result.published_at == LATER
    event = session.scalar(select(AuditEvent).where(AuditEvent.verb == "decision.announce"))
    assert event is not None
    assert event.actor_id is None


def test_the_sweep_finds_what_the_queue_forgot(app: Flask, session: Session, clock: Clock) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    contest_id = scene.contest.id
    announcement.schedule(session, contest=scene.contest, at=LATER, actor=scene.actor, now=NOW)
    settle(app)
    clock.set(LATER + timedelta(minutes=1))
    tasks.announce_due(clock())
    assert contest_state(app, contest_id) is ContestState.ANNOUNCED


def test_a_time_can_be_moved_and_unset(app: Flask, session: Session, clock: Clock) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    contest_id = scene.contest.id
    act = Act(contest=scene.contest, actor=scene.actor, now=NOW)
    with pytest.raises(InvalidError) as caught:
        announcement.schedule(session, at=NOW, **act)
    assert caught.value.field == "announce_at"
    announcement.schedule(session, at=LATER, **act)
    announcement.schedule(session, at=LATER + timedelta(hours=1), **act)
    settle(app)
    clock.set(LATER)
    settle(app)
    tasks.announce(contest_id)
    assert contest_state(app, contest_id) is ContestState.DECIDED
    announcement.unschedule(session, **act)
    announcement.unschedule(session, **act)
    settle(app)
    clock.set(LATER + timedelta(days=1))
    tasks.announce_due(clock())
    assert contest_state(app, contest_id) is ContestState.DECIDED


def test_a_set_time_at_which_a_winner_has_left_tells_who_decided(
    app: Flask, session: Session, clock: Clock, outbox: Outbox
) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    contest_id = scene.contest.id
    announcement.schedule(session, contest=scene.contest, at=LATER, actor=scene.actor, now=NOW)
    screening.disqualify(
        session, entry=scene.entries[1], reason="Not one's own.", actor=scene.actor, now=NOW
    )
    settle(app)
    clock.set(LATER)
    settle(app)
    tasks.announce(contest_id)
    tasks.announce_due(clock())
    assert contest_state(app, contest_id) is ContestState.DECIDED
    assert session.scalars(select(Decision.announce_at)).one() is None
    mails = [mail for mail in outbox() if "was not announced" in mail["Subject"]]
    assert {mail["To"] for mail in mails} == {scene.organiser.email, scene.second.email}
    assert len(mails) == 2
    assert "may not win" in mails[0].get_content()
