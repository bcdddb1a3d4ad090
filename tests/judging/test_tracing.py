"""What judges gave and what was decided, compared with what the audit says of it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app import audit
from app.accounts.queries import actor_of
from app.audit import AuditEvent, Fault, trail
from app.authz import ANYBODY, Actor
from contests.models import Entry
from contests.states import ContestState
from judging.models import (
    Ballot,
    Comparison,
    Conflict,
    ConflictVerdict,
    Criterion,
    Decision,
    Judge,
    JudgingRules,
    Mark,
    Ordering,
    OrderingLine,
    Recusal,
    RecusalSource,
    Result,
    Round,
    RoundEntry,
    Winner,
)
from judging.queries.rounds import rules_of
from judging.ranking import Kind, Method, MethodName
from judging.service import (
    announcement,
    ballots,
    conflicts,
    decisions,
    knowledge,
    methods,
    orders,
    pairs,
    rounds,
    sealing,
)
from judging.service.ballots import Sent
from judging.service.conflicts import recuse_judge
from judging.service.pairs import Vote
from judging.service.rounds import CriterionValues, Preset
from judging.service.tracing import (
    differences,
    trace_ballots,
    trace_decisions,
    trace_orders,
    trace_pairs,
    trace_recusals,
    trace_rounds,
    trace_rules,
    trace_verdicts,
)
from judging.states import BallotState, RoundState
from tests import factories
from tests.database import settle
from tests.factories import NOW
from tests.judging import scenes
from tests.judging.asked import Asked, asked
from tests.judging.test_several_rounds import act, closed_stars, planned

BOTH = {"relevance": 7, "originality": 9}


def told(faults: Iterator[Fault]) -> list[tuple[str, str]]:
    return [(fault.kind.value, str(fault)) for fault in faults]


# --- ballots ------------------------------------------------------------------------------------


@pytest.fixture
def given(session: Session) -> list[Ballot]:
    """Three ballots: submitted with a comment, begun, and not begun."""
    contest = factories.contest(
        session, state=ContestState.JUDGING, closes_at=NOW - timedelta(days=1)
    )
    person = factories.user(session, "Jun Tanaka")
    round_ = factories.round_(session, contest)
    judge = factories.judge(session, contest, person)
    made = [
        factories.ballot(
            session, round_, judge, factories.entry(session, contest, factories.user(session))
        )
        for _each in range(3)
    ]
    save(session, made[0], BOTH, "Good light.", submit=True)
    save(session, made[1], {"relevance": 3})
    moved(session, round_, "open")
    return made


def moved(session: Session, round_: Round, *verbs: str) -> None:
    """Record what was done with a round, for the factory makes it without acts."""
    for verb in verbs:
        audit.record(
            session,
            actor=ANYBODY,
            verb=f"round.{verb}",
            subject=f"round:{round_.id}",
            now=NOW,
            details={"seed": "1"},
        )


def save(
    session: Session,
    ballot: Ballot,
    marks: dict[str, int | None] | dict[str, int],
    comment: str = "",
    *,
    submit: bool = False,
) -> None:
    sent = Sent(marks, comment, ballot.version, is_shown=True, submit=submit)
    actor = actor_of(ballot.judge.user) if ballot.judge.user else None
    assert actor is not None
    ballots.save_ballot(session, actor=actor, ballot_id=ballot.id, sent=sent, now=NOW)
    session.expire_all()


def test_ballots_are_as_they_were_saved(session: Session, given: list[Ballot]) -> None:
    assert list(differences(session)) == []
    save(session, given[1], {})
    save(session, given[0], {**BOTH, "relevance": 1}, "Better light.")
    assert list(differences(session)) == []
    round_ = given[0].round
    round_.state, round_.closed_at = RoundState.CLOSED, NOW
    moved(session, round_, "close")
    assert list(differences(session)) == []


def mark(ballot: Ballot, key: str) -> Any:
    ids = select(Criterion.id).where(Criterion.key == key, Criterion.round_id == ballot.round_id)
    return (Mark.ballot_id == ballot.id) & Mark.criterion_id.in_(ids)


def test_each_mark_that_differs_is_named(session: Session, given: list[Ballot]) -> None:
    first, _second, third = given
    begin, end = "Ballot", f"Jun Tanaka, {first.round.title})"
    session.execute(update(Mark).where(mark(first, "relevance")).values(points=1))
    session.execute(delete(Mark).where(mark(first, "originality")))
    some = session.scalars(select(Mark).where(mark(first, "relevance"))).one()
    columns = ("criterion_id", "minimum", "maximum")
    copied = {name: getattr(some, name) for name in columns}
    session.execute(insert(Mark).values(ballot_id=third.id, points=5, **copied))
    assert told(trace_ballots(session)) == [
        (
            "removed",
            f"{begin} {first.id} (entry 0001, {end}: originality is none, and the audit says 9",
        ),
        (
            "altered",
            f"{begin} {first.id} (entry 0001, {end}: relevance is 1, and the audit says 7",
        ),
        (
            "inserted",
            f"{begin} {third.id} (entry 0003, {end}: relevance is 5, and the audit says none",
        ),
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"comment": "Bad light."}, "the comment is not the one that was saved."),
        (
            {"state": BallotState.DRAFT, "submitted_at": None},
            "its state is draft, and the audit says submitted",
        ),
    ],
)
def test_words_and_state_are_compared(
    session: Session, given: list[Ballot], changed: dict[str, Any], said: str
) -> None:
    session.execute(update(Ballot).where(Ballot.id == given[0].id).values(changed))
    ((kind, text),) = told(trace_ballots(session))
    assert kind == "altered"
    assert text.endswith(said)


def test_a_ballot_stays_with_its_judge_and_its_entry(session: Session, given: list[Ballot]) -> None:
    other = factories.judge(session, given[0].round.contest, factories.user(session, "Ada"))
    entry = factories.entry(session, given[0].round.contest, factories.user(session))
    session.execute(
        update(Ballot).where(Ballot.id == given[0].id).values(judge_id=other.id, entry_id=entry.id)
    )
    texts = [text for _kind, text in told(trace_ballots(session))]
    assert [text.partition("): ")[2].partition(" is ")[0] for text in texts] == [
        "its entry",
        "its judge's account",
    ]


def test_a_ballot_stays_in_its_contest(session: Session, given: list[Ballot]) -> None:
    elsewhere = factories.contest(session, slug="another")
    person = given[0].judge.user
    assert person is not None
    seat = factories.judge(session, elsewhere, person)
    session.execute(update(Ballot).where(Ballot.id == given[0].id).values(judge_id=seat.id))
    ((kind, text),) = told(trace_ballots(session))
    assert (kind, "its judge's contest is" in text) == ("altered", True)


def test_an_entry_taken_to_another_contest_is_named(session: Session, given: list[Ballot]) -> None:
    elsewhere = factories.contest(session, slug="another")
    session.execute(
        update(Entry).where(Entry.id == given[0].entry_id).values(contest_id=elsewhere.id, number=9)
    )
    ((kind, text),) = told(trace_ballots(session))
    assert (kind, "its entry's contest is" in text) == ("altered", True)


def test_a_ballot_that_is_gone_is_named_with_what_it_gave(
    session: Session, given: list[Ballot]
) -> None:
    number = given[0].id
    session.execute(delete(Mark))
    session.execute(delete(Ballot))
    gone = told(trace_ballots(session))
    assert gone[0] == (
        "removed",
        f"Ballot {number} (entry 0001, Jun Tanaka) is gone; it gave originality 9, relevance 7.",
    )
    assert len(gone) == 2


def test_a_ballot_that_says_nothing_may_go(session: Session, given: list[Ballot]) -> None:
    save(session, given[1], {})
    session.execute(delete(Ballot).where(Ballot.id.in_([given[1].id, given[2].id])))
    assert told(trace_ballots(session)) == []


@pytest.mark.usefixtures("given")
def test_many_are_compared_a_part_at_a_time(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail, "PART", 1)
    assert told(differences(session)) == []
    session.execute(update(Mark).values(points=2))
    assert len(told(trace_ballots(session))) == 3
    session.execute(delete(Mark))
    session.execute(delete(Ballot))
    assert len(told(trace_ballots(session))) == 2


# --- orders and comparisons ---------------------------------------------------------------------


def order(session: Session, here: Asked, *groups: tuple[int, ...], version: int = 0) -> Ordering:
    orders.save_order(
        session,
        actor=here.actor,
        judge=here.judges[0],
        round_=here.round_,
        sent=orders.Sent(orders.Content(groups, "So be it."), version, submit=bool(groups)),
        now=NOW,
    )
    return session.scalars(select(Ordering)).one()


def test_an_order_is_as_it_was_saved(session: Session) -> None:
    here = asked(session, Kind.RANK)
    moved(session, here.round_, "open")
    made = order(session, here, (2,), (1, 3))
    assert told(differences(session)) == []
    recuse(session, here, 2)
    assert told(differences(session)) == []
    where = f"The order {made.id} ({here.judges[0].name}, {here.round_.title})"
    line = select(OrderingLine.id).order_by(OrderingLine.entry_id.desc()).limit(1)
    session.execute(update(OrderingLine).where(OrderingLine.id.in_(line)).values(position=2))
    session.execute(update(Ordering).values(comment=""))
    assert told(trace_orders(session)) == [
        (
            "altered",
            f"{where}: what it ranks is 1: 0001; 2: 0003, and the audit says 1: 0001, 0003",
        ),
        ("altered", f"{where}: the comment is not the one that was saved."),
    ]
    session.execute(delete(OrderingLine))
    session.execute(delete(Ordering))
    ((kind, text),) = told(trace_orders(session))
    assert (kind, "it ranked 1: 0001, 0003." in text) == ("removed", True)


def recuse(session: Session, here: Asked, number: int) -> None:
    session.expire_all()
    recuse_judge(
        session,
        judge=here.judges[0],
        reasons={here.entries[number - 1].id: "A friend"},
        source=RecusalSource.DECLARED,
        actor=here.actor,
        now=NOW,
    )
    session.expire_all()


def test_an_order_that_was_only_begun_needs_no_act(session: Session) -> None:
    here = asked(session, Kind.RANK)
    sent = orders.Sent(orders.Content(()), 0)
    orders.save_order(
        session, actor=here.actor, judge=here.judges[0], round_=here.round_, sent=sent, now=NOW
    )
    assert len(session.scalars(select(Ordering)).all()) == 1
    assert told(trace_orders(session)) == []


def choose(session: Session, here: Asked, one: Comparison) -> None:
    first, second = one.first.number or 0, one.second.number or 0
    pairs.vote(
        session, actor=here.actor, comparison=one, vote=Vote(first, second, first, 0), now=NOW
    )


def test_a_choice_is_as_it_was_made(session: Session) -> None:
    here = asked(session, Kind.PAIRWISE)
    moved(session, here.round_, "open")
    pairs.deal(session, round_=here.round_, actor=actor_of(here.organiser), now=NOW)
    mine = select(Comparison).where(Comparison.judge_id == here.judges[0].id)
    one, other = session.scalars(mine.order_by(Comparison.position)).all()[:2]
    choose(session, here, one)
    choose(session, here, other)
    pairs.undo(session, actor=here.actor, comparison=other, version=1, now=NOW)
    assert told(differences(session)) == []
    session.execute(
        update(Comparison).where(Comparison.id == one.id).values(chosen_id=one.second_id)
    )
    session.execute(
        update(Comparison)
        .where(Comparison.id == other.id)
        .values(chosen_id=other.first_id, decided_at=NOW)
    )
    first, second = sorted((one.first.number or 0, one.second.number or 0))
    faults = told(trace_pairs(session))
    assert {kind for kind, _text in faults} == {"altered", "inserted"}
    assert (
        f"Comparison {one.id} (entries {first:04d} and {second:04d}, {here.judges[0].name},"
        f" {here.round_.title}): the choice is {one.second.number},"
        f" and the audit says {one.first.number}"
    ) in [text for _kind, text in faults]
    session.execute(delete(Comparison))
    ((kind, text),) = told(trace_pairs(session))
    assert (kind, f"Comparison {one.id} " in text) == ("removed", True)


def test_choices_that_a_recusal_erased_are_not_missed(session: Session) -> None:
    here = asked(session, Kind.PAIRWISE)
    moved(session, here.round_, "open")
    pairs.deal(session, round_=here.round_, actor=actor_of(here.organiser), now=NOW)
    mine = select(Comparison).where(Comparison.judge_id == here.judges[0].id)
    one = session.scalars(mine.order_by(Comparison.position)).first()
    assert one is not None
    choose(session, here, one)
    recuse(session, here, one.first.number or 0)
    assert session.get(Comparison, one.id) is None
    assert told(differences(session)) == []


# --- recusals -----------------------------------------------------------------------------------


def test_a_recusal_is_given_and_taken_back_by_acts(session: Session, given: list[Ballot]) -> None:
    ballot = given[0]
    contest, judge = ballot.round.contest, ballot.judge
    organiser = factories.organiser(session)
    judge.organisation = "Kivu Films"
    ballot.entry.owner.organisation = "Kivu Films"
    session.flush()
    actor = actor_of(organiser)
    conflicts.find_conflicts(session, contest=contest, actor=actor, now=NOW)
    conflicts.settle(
        session,
        contest=contest,
        pairs=[(judge.id, ballot.entry_id)],
        verdict=ConflictVerdict.RECUSED,
        reason="Colleagues",
        actor=actor,
        now=NOW,
    )
    session.expire_all()
    assert len(session.scalars(select(Recusal)).all()) == 1
    assert told(differences(session)) == []
    where = f"Jun Tanaka from entry 0001 of {contest.title}"
    session.execute(delete(Recusal))
    assert told(trace_recusals(session)) == [("removed", f"The recusal of {where} is gone.")]
    session.add(
        Recusal(
            judge_id=judge.id,
            entry_id=ballot.entry_id,
            source=RecusalSource.FOUND,
            created_at=NOW,
        )
    )
    session.flush()
    conflicts.undo(
        session,
        contest=contest,
        judge_id=judge.id,
        entry_id=ballot.entry_id,
        actor=actor,
        now=NOW,
    )
    assert session.scalars(select(Recusal)).all() == []
    assert told(differences(session)) == []


def put_in(session: Session, ballot: Ballot, at: datetime) -> None:
    session.execute(
        insert(Recusal).values(
            judge_id=ballot.judge_id,
            entry_id=ballot.entry_id,
            source=RecusalSource.FOUND,
            created_at=at,
        )
    )


def step_back(session: Session, ballot: Ballot) -> None:
    recuse_judge(
        session,
        judge=ballot.judge,
        reasons={ballot.entry_id: "A friend"},
        source=RecusalSource.DECLARED,
        actor=actor_of(ballot.judge.user) if ballot.judge.user else ANYBODY,
        now=NOW,
    )
    session.expire_all()


def test_a_recusal_put_in_is_named(session: Session, given: list[Ballot]) -> None:
    step_back(session, given[0])
    put_in(session, given[2], NOW + timedelta(hours=1))
    title = given[0].round.contest.title
    assert told(differences(session)) == [
        ("inserted", f"Jun Tanaka is recused from entry 0003 of {title} by no act.")
    ]


def test_recusals_from_before_acts_tell_of_them_are_no_faults(
    session: Session, given: list[Ballot]
) -> None:
    put_in(session, given[2], NOW - timedelta(hours=1))
    title = given[0].round.contest.title
    untold = [
        (
            "older",
            (
                f"Jun Tanaka is recused from entry 0003 of {title} since before the audit tells of"
                " recusals."
            ),
        )
    ]
    assert told(differences(session)) == untold
    step_back(session, given[0])
    assert told(differences(session)) == untold


# --- verdicts on conflicts of interest ----------------------------------------------------------

JUDGED: dict[str, tuple[Callable[[Session], object], str]] = {
    "another verdict": (
        lambda session: session.execute(update(Conflict).values(verdict=ConflictVerdict.RECUSED)),
        "altered recused (Namesakes), and the audit says dismissed (Namesakes)",
    ),
    "another reason": (
        lambda session: session.execute(update(Conflict).values(reason="")),
        "altered dismissed, and the audit says dismissed (Namesakes)",
    ),
    "none": (
        lambda session: session.execute(delete(Conflict)),
        "removed none, and the audit says dismissed (Namesakes)",
    ),
}


def suspected(session: Session, ballot: Ballot) -> Actor:
    ballot.judge.organisation = ballot.entry.owner.organisation = "Kivu Films"
    session.flush()
    actor = actor_of(factories.organiser(session))
    conflicts.find_conflicts(session, contest=ballot.round.contest, actor=actor, now=NOW)
    return actor


def dismiss(session: Session, ballot: Ballot, actor: Actor) -> None:
    conflicts.settle(
        session,
        contest=ballot.round.contest,
        pairs=[(ballot.judge_id, ballot.entry_id)],
        verdict=ConflictVerdict.DISMISSED,
        reason="Namesakes",
        actor=actor,
        now=NOW,
    )
    session.expire_all()


@pytest.mark.parametrize("what", JUDGED)
def test_a_verdict_that_differs_is_named(session: Session, given: list[Ballot], what: str) -> None:
    ballot = given[2]
    dismiss(session, ballot, suspected(session, ballot))
    assert told(differences(session)) == []
    change, expected = JUDGED[what]
    change(session)
    where = (
        f"Jun Tanaka and entry 0003 of {ballot.round.contest.title}:"
        " the verdict on their conflict is"
    )
    ((kind, text),) = told(trace_verdicts(session))
    assert f"{kind} {text.removeprefix(where).strip()}" == expected


def test_a_verdict_that_nobody_gave_is_named(session: Session, given: list[Ballot]) -> None:
    ballot = given[2]
    actor = suspected(session, ballot)
    dismiss(session, ballot, actor)
    ids = {"judge_id": ballot.judge_id, "entry_id": ballot.entry_id}
    conflicts.undo(session, contest=ballot.round.contest, **ids, actor=actor, now=NOW)
    assert told(differences(session)) == []
    settled = {"settled_at": NOW, "settled_by_id": actor.user_id}
    session.execute(update(Conflict).values(verdict=ConflictVerdict.DISMISSED, **settled))
    assert [kind for kind, _text in told(trace_verdicts(session))] == ["inserted"]


# --- decisions ----------------------------------------------------------------------------------


def test_a_decision_is_what_the_acts_about_it_left(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.proposed(session, scene, 1, 2, 3)
    assert told(trace_decisions(session)) == []
    decisions.withdraw_proposal(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert told(trace_decisions(session)) == []
    scenes.confirmed(session, scene)
    sealing.seal(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert told(trace_decisions(session)) == []
    decisions.withdraw_confirmation(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert told(trace_decisions(session)) == []
    scenes.confirmed(session, scene)
    sealing.seal(session, contest=scene.contest, actor=scene.actor, now=NOW)
    announcement.announce(session, contest=scene.contest, actor=scene.actor, now=NOW)
    session.flush()
    session.expire_all()
    assert told(trace_decisions(session)) == []


def swap(session: Session) -> None:
    first, second = session.scalars(select(Winner).order_by(Winner.place).limit(2))
    ids = first.entry_id, second.entry_id
    session.execute(delete(Winner).where(Winner.id.in_([first.id, second.id])))
    for place, entry_id, row in ((1, ids[1], first), (2, ids[0], second)):
        session.execute(
            insert(Winner).values(
                decision_id=row.decision_id,
                place=place,
                entry_id=entry_id,
                citation=row.citation,
                reason=row.reason,
            )
        )


PLACE = ("the entry", "the citation", "the reason")
CHANGES: dict[str, tuple[Callable[[Session], object], list[str]]] = {
    "places": (
        swap,
        ["altered, place 1: the entry is 2", "altered, place 2: the entry is 1"],
    ),
    "words": (
        lambda session: session.execute(
            update(Winner).where(Winner.place == 3).values(citation="Mine.", reason="So.")
        ),
        ["altered, place 3: the citation is Mine.", "altered, place 3: the reason is So."],
    ),
    "a place less": (
        lambda session: session.execute(delete(Winner).where(Winner.place == 3)),
        [
            "removed, place 3: the entry is none",
            "removed, place 3: the citation is none",
            "removed, place 3: the reason is none",
        ],
    ),
    "what is published": (
        lambda session: session.execute(update(Result).values(snapshot={"winners": []})),
        ["altered: the digest of what is published is"],
    ),
    "the third place": (
        lambda session: session.execute(update(Winner).where(Winner.place == 3).values(place=4)),
        [
            *(f"removed, place 3: {what} is none" for what in PLACE),
            *(f"inserted, place 4: {what} is" for what in PLACE),
        ],
    ),
    "that two decided": (
        lambda session: session.execute(update(Decision).values(two_people=False)),
        ["altered: that two people decided is False"],
    ),
    "when": (
        lambda session: session.execute(update(Decision).values(announce_at=NOW)),
        ["inserted: when it is announced is"],
    ),
    "what is withheld": (
        lambda session: session.execute(update(Decision).values(withheld="Nothing.")),
        ["altered: the digest of what is withheld is"],
    ),
    "that anything is": (
        lambda session: session.execute(update(Decision).values(withheld=None)),
        ["altered: the digest of what is withheld is"],
    ),
    "its digest": (
        lambda session: session.execute(update(Result).values(digest="0" * 64)),
        ["altered: the digest of what is published is"],
    ),
    "what is sealed": (
        lambda session: session.execute(update(Decision).values(sealed={"winners": []})),
        ["altered: the digest of what is sealed is"],
    ),
    "the decision": (
        lambda session: [session.execute(delete(Winner)), session.execute(delete(Decision))],
        ["removed: its winners in order is none, and the audit says 0001, 0002, 0003"],
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_differs_in_a_decision_is_named(session: Session, what: str) -> None:
    change, expected = CHANGES[what]
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    sealing.seal(session, contest=scene.contest, actor=scene.actor, now=NOW)
    announcement.announce(session, contest=scene.contest, actor=scene.actor, now=NOW)
    session.flush()
    change(session)
    session.expire_all()
    where = f"The decision on {scene.contest.title}"
    found = [f"{kind}{text.removeprefix(where)}" for kind, text in told(trace_decisions(session))]
    assert len(found) == len(expected), found
    for said, begins in zip(found, expected, strict=True):
        assert said.startswith(begins)


def test_a_set_time_is_what_was_set(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    later = NOW + timedelta(days=1)
    announcement.schedule(session, contest=scene.contest, at=later, actor=scene.actor, now=NOW)
    session.flush()
    session.expire_all()
    assert told(trace_decisions(session)) == []
    session.execute(update(Decision).values(announce_at=NOW))
    assert [kind for kind, _text in told(trace_decisions(session))] == ["altered"]
    session.expire_all()
    announcement.unschedule(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert told(trace_decisions(session)) == []


def test_a_result_without_a_decision_is_named(session: Session) -> None:
    scene = scenes.judged(session)
    session.execute(
        insert(Result).values(
            contest_id=scene.contest.id, snapshot={"winners": []}, digest="", published_at=NOW
        )
    )
    ((kind, text),) = told(trace_decisions(session))
    assert (kind, ": what is published is " in text) == ("inserted", True)


def test_another_persons_confirmation_is_named(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    third = factories.organiser(session, "Mara")
    session.execute(update(Decision).values(confirmed_by_id=third.id))
    ((kind, text),) = told(trace_decisions(session))
    assert (kind, f"who confirmed it is {third.id}, " in text) == ("altered", True)


# --- what results rest on beside marks ----------------------------------------------------------


def next_round(session: Session) -> tuple[scenes.Scene, Round]:
    """Two rounds: the first opened and judged, closed, and two of its entries let into the next."""
    scene, first, second = closed_stars(session, {1: 5, 2: 4, 3: 3, 4: 2})
    go_on(session, scene, first, 1, 2)
    return scene, second


def go_on(session: Session, scene: scenes.Scene, first: Round, *numbers: int) -> None:
    chosen = dict.fromkeys(numbers, "The light.")
    left_out = {number: "Too dark." for number in range(1, 5) if number not in numbers}
    act(session, scene, "choose_next", first, chosen=chosen, left_out=left_out)


def judged_by(session: Session) -> list[tuple[str, str]]:
    session.flush()
    session.expire_all()
    return [*told(trace_rounds(session)), *told(trace_rules(session))]


def test_rounds_are_as_they_were_opened_and_changed_since(session: Session) -> None:
    scene, second = next_round(session)
    first = scene.round_
    assert judged_by(session) == []
    act(session, scene, "reopen_round", first)
    assert judged_by(session) == []
    act(session, scene, "close_round", first)
    go_on(session, scene, first, 1, 3)
    go_on(session, scene, first, 1, 2, 3)
    assert judged_by(session) == []
    change_method(session, scene, second, Method(MethodName.MEDIAN))
    act(session, scene, "open_round", second)
    rows = [
        CriterionValues(row.key, row.title, "", 3, 1, 5, 50) for row in list(second.criteria)[1:]
    ]
    act(session, scene, "set_rubric", second, criteria=[*rows, CriterionValues("", *REST)])
    assert judged_by(session) == []
    change_method(session, scene, second, Method(MethodName.TRIMMED_MEAN, 1))
    change_method(session, scene, first, Method(MethodName.MEDIAN))
    ladder = ["head_to_head", "seed:Noon"]
    methods.set_ladder(
        session, contest=scene.contest, rungs=ladder, reason="So.", actor=scene.actor, now=NOW
    )
    assert judged_by(session) == []


REST = ("Colour", "", 2, 1, 10)


def change_method(session: Session, scene: scenes.Scene, round_: Round, method: Method) -> None:
    methods.change(
        session,
        contest=scene.contest,
        round_id=round_.id,
        method=method,
        reason="Outliers.",
        actor=scene.actor,
        now=NOW,
    )


def test_a_removed_practice_leaves_nothing_to_the_round_that_gets_its_number(
    session: Session,
) -> None:
    scene = planned(session, Preset.ONE)
    practice = rounds.add_round(
        session,
        contest=scene.contest,
        kind=Kind.SCORE,
        is_practice=True,
        actor=scene.actor,
        now=NOW,
    )
    act(session, scene, "choose_practice", practice, numbers=[1, 2])
    act(session, scene, "remove_round", practice)
    rounds.add_round(session, contest=scene.contest, kind=Kind.SCORE, actor=scene.actor, now=NOW)
    assert judged_by(session) == []


BEHIND: dict[str, tuple[Callable[[Session, int, int], object], str]] = {
    "weight": (
        lambda session, first, _second: session.execute(
            update(Criterion).where(Criterion.round_id == first).values(weight=7)
        ),
        (
            "altered {first}: criterion stars is weight 7, 1 to 5 points of 100 hundredths, and the"
            " audit says weight 1, 1 to 5 points of 100 hundredths"
        ),
    ),
    "step": (
        lambda session, first, _second: session.execute(
            update(Criterion).where(Criterion.round_id == first).values(step_hundredths=50)
        ),
        (
            "altered {first}: criterion stars is weight 1, 1 to 5 points of 50 hundredths, and the"
            " audit says weight 1, 1 to 5 points of 100 hundredths"
        ),
    ),
    "a criterion more": (
        lambda session, first, _second: session.execute(
            insert(Criterion).values(round_id=first, position=9, key="mine", title="Mine")
        ),
        (
            "inserted {first}: criterion mine is weight 1, 1 to 10 points of 100 hundredths, and"
            " the audit says none"
        ),
    ),
    "method": (
        lambda session, first, _second: session.execute(
            update(Round).where(Round.id == first).values(method=MethodName.MEDIAN)
        ),
        "altered {first}: its method is median, and the audit says mean",
    ),
    "drop": (
        lambda session, first, _second: session.execute(
            update(Round)
            .where(Round.id == first)
            .values(method=MethodName.TRIMMED_MEAN, drop_count=2)
        ),
        "altered {first}: its method is trimmed_mean 2, and the audit says mean",
    ),
    "an entry less": (
        lambda session, _first, _second: session.execute(
            delete(RoundEntry).where(
                RoundEntry.entry_id.in_(select(Entry.id).where(Entry.number == 2))
            )
        ),
        "removed That entry 0002 was chosen for {second} is gone.",
    ),
    "an entry more": (
        lambda session, _first, second: session.execute(
            insert(RoundEntry).values(
                round_id=second,
                entry_id=select(Entry.id).where(Entry.number == 4).scalar_subquery(),
                created_at=NOW,
            )
        ),
        "inserted Entry 0004 was chosen for {second} by no act.",
    ),
    "state": (
        lambda session, first, _second: session.execute(
            update(Round).where(Round.id == first).values(state=RoundState.OPEN, closed_at=None)
        ),
        "altered {first}: its state is open, and the audit says closed",
    ),
    "practice": (
        lambda session, first, _second: session.execute(
            update(Round).where(Round.id == first).values(is_practice=True)
        ),
        "altered {first}: whether it is practice is True, and the audit says False",
    ),
    "position": (
        lambda session, first, _second: session.execute(
            update(Round).where(Round.id == first).values(position=9)
        ),
        "altered {first}: its position is 9, and the audit says 1",
    ),
    "a round put last": (
        lambda session, _first, second: session.execute(
            update(Round)
            .where(Round.id == second)
            .values(state=RoundState.CLOSED, opened_at=NOW, closed_at=NOW, method_declared_at=NOW)
        ),
        "altered {second}: its state is closed, and the audit says planned",
    ),
    "who decides": (
        lambda session, _first, _second: session.execute(
            update(JudgingRules).values(two_people=False)
        ),
        "altered The rules of {contest}: that two people decide is False, and the audit says True",
    ),
    "who is barred": (
        lambda session, _first, _second: session.execute(
            update(JudgingRules).values(bar_country=True)
        ),
        (
            "altered The rules of {contest}: that one's own country is barred is True,"
            " and the audit says False"
        ),
    ),
    "ladder": (
        lambda session, _first, _second: session.execute(update(JudgingRules).values(ladder=[])),
        (
            "removed The tie ladder of {contest}: its rungs in order is none, and the audit says"
            " {ladder}"
        ),
    ),
}


@pytest.mark.parametrize("what", BEHIND)
def test_what_differs_in_what_a_round_is_judged_by_is_named(session: Session, what: str) -> None:
    change, expected = BEHIND[what]
    scene, second = next_round(session)
    title = scene.contest.title
    names = {
        "first": f"{scene.round_.title} of {title}",
        "second": f"{second.title} of {title}",
        "contest": title,
        "ladder": ", ".join(rules_of(session, scene.contest).ladder),
    }
    change(session, scene.round_.id, second.id)
    assert [f"{kind} {text}" for kind, text in judged_by(session)] == [expected.format(**names)]


def test_rules_are_as_they_were_last_set(session: Session) -> None:
    scene, _second = next_round(session)
    contest, actor = scene.contest, scene.actor
    methods.set_two_people(session, contest=contest, wanted=False, actor=actor, now=NOW)
    conflicts.set_bar_country(session, contest=contest, bars=True, actor=actor, now=NOW)
    assert judged_by(session) == []
    session.execute(update(JudgingRules).values(two_people=True, bar_country=False))
    assert [kind for kind, _text in judged_by(session)] == ["altered", "altered"]


def test_the_chair_is_who_was_made_it_last(session: Session) -> None:
    scene, _second = next_round(session)
    one, other = scene.judges[:2]
    chair(session, scene, one)
    chair(session, scene, other)
    assert judged_by(session) == []
    where = f"The panel of {scene.contest.title}: its chair is"
    session.execute(update(Judge).values(is_chair=False))
    session.execute(update(Judge).where(Judge.id == one.id).values(is_chair=True))
    assert judged_by(session) == [("altered", f"{where} {one.id}, and the audit says {other.id}")]
    session.execute(update(Judge).values(is_chair=False))
    assert judged_by(session) == [("removed", f"{where} none, and the audit says {other.id}")]
    session.execute(update(Judge).where(Judge.id == other.id).values(is_chair=True))
    session.expire_all()
    chair(session, scene, other, is_chair=False)
    assert judged_by(session) == []


def chair(session: Session, scene: scenes.Scene, judge: Judge, *, is_chair: bool = True) -> None:
    knowledge.set_chair(
        session, judge=judge, is_chair=is_chair, reason="Elected.", actor=scene.actor, now=NOW
    )


def test_nothing_is_said_where_an_older_opening_kept_nothing(session: Session) -> None:
    scene = scenes.waiting(session)
    moved(session, scene.round_, "open", "close", "reopen", "close", "reopen")
    opened = {"state": RoundState.OPEN, "opened_at": NOW, "method_declared_at": NOW}
    session.execute(update(Round).values(opened))
    assert judged_by(session) == []


# --- acts that were altered ---------------------------------------------------------------------

KEYS = (
    *("entries", "recusals", "comparisons", "winners", "marks", "groups", "rubric", "ladder"),
    *("at", "to", "opened", "user", "verdict", "reason", "two_people", "bars", "commitment"),
)


@pytest.mark.parametrize("nonsense", [None, 5, "x", [1], [[["x"]]], [{"entry": []}], {"a": 1}])
def test_what_an_altered_act_says_keeps_nothing_else_from_being_named(
    session: Session, given: list[Ballot], nonsense: object
) -> None:
    dismiss(session, given[2], suspected(session, given[2]))
    step_back(session, given[1])
    scene, _second = next_round(session)
    for kind in (Kind.RANK, Kind.PAIRWISE):
        here = asked(session, kind)
        if kind is Kind.RANK:
            order(session, here, (2,), (1, 3))
        recuse(session, here, 2)
    decided = scenes.judged(session)
    scenes.confirmed(session, decided)
    later = NOW + timedelta(days=1)
    announcement.schedule(session, contest=decided.contest, at=later, actor=scene.actor, now=NOW)
    session.flush()
    session.execute(update(AuditEvent).values(details=dict.fromkeys(KEYS, nonsense)))
    session.execute(update(JudgingRules).values(bar_country=True))
    session.expire_all()
    assert any("one's own country is barred" in text for _kind, text in told(differences(session)))


# --- the command --------------------------------------------------------------------------------


def test_the_command_names_altered_marks(app: Flask, session: Session, given: list[Ballot]) -> None:
    number = given[0].id
    session.execute(update(Mark).where(mark(given[0], "relevance")).values(points=1))
    settle(app)
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 3
    line = f"altered   Ballot {number} (entry 0001, Jun Tanaka, "
    assert any(
        one.startswith(line) and one.endswith("relevance is 1, and the audit says 7")
        for one in result.output.splitlines()
    )


def test_the_command_ends_well_where_all_it_names_is_older(
    app: Flask, session: Session, given: list[Ballot]
) -> None:
    put_in(session, given[2], NOW)
    for ballot in given:
        for verb in ("entry.submit", f"entry.screen.{ballot.entry.screening.value}"):
            subject = f"entry:{ballot.entry_id}"
            audit.record(session, actor=ANYBODY, verb=verb, subject=subject, now=NOW)
    settle(app)
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 0
    first, last = result.output.splitlines()
    assert first.startswith("older     Jun Tanaka is recused")
    assert last.startswith("All is as recorded: ")
