"""Several rounds in a contest: planned, moved, opened in turn, and what goes on between them."""

import threading
from collections import Counter
from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import AuditEvent
from app.authz import ANYBODY
from app.errors import (
    ClosedError,
    ConflictError,
    IllegalTransitionError,
    InvalidError,
    NotFoundError,
)
from app.mail import OutgoingMail
from app.transaction import Transactions, _commit
from contests.models import Contest
from contests.states import ContestState, Screening
from judging.models import (
    Advance,
    Ballot,
    Comparison,
    Conflict,
    ConflictGround,
    HandOut,
    Ordering,
    OrderingLine,
    Round,
)
from judging.queries.progress import progress
from judging.queries.readiness import readiness
from judging.queries.rounds import (
    choice_reasons,
    chosen_numbers,
    entry_numbers,
    find_deciding_round,
    rounds_of,
    rules_of,
)
from judging.ranking import Kind, MethodName
from judging.rubric import VERDICT
from judging.service import panel, rounds
from judging.service.rounds import CriterionValues, Cuts, Preset, RoundValues
from judging.states import BallotState, RoundState
from tests import factories
from tests.factories import NOW
from tests.judging import scenes

LATER = NOW + timedelta(days=1)
CARE = CriterionValues("", "Care", "", 1, 1, 10)


def planned(session: Session, preset: Preset, *, entries: int = 4, judges: int = 3) -> scenes.Scene:
    """Make a closed contest with a panel, and plan its rounds."""
    scene = scenes.waiting(session, entries=entries, judges=judges)
    session.delete(scene.round_)
    session.flush()
    scene.round_ = rounds.plan_rounds(
        session, contest=scene.contest, preset=preset, actor=scene.actor, now=NOW
    )[0]
    return scene


def act(session: Session, scene: scenes.Scene, name: str, round_: Round, **more: object) -> object:
    """Do something to a round as the first organiser."""
    return getattr(rounds, name)(
        session,
        contest=scene.contest,
        round_id=round_.id,
        actor=scene.actor,
        now=NOW,
        **more,
    )


def values(round_: Round, **changed: object) -> RoundValues:
    """Return what a round says, with changes."""
    said: dict[str, object] = {
        "title": round_.title,
        "briefing": round_.briefing,
        "kind": round_.kind,
        "per_entry": round_.per_entry,
        "due_at": round_.due_at,
        "hand_out": round_.hand_out,
        "first_pass": round_.first_pass,
        "advance": round_.advance,
        "advance_count": round_.advance_count,
        "advance_above": round_.advance_above,
    }
    return RoundValues(**(said | changed))  # type: ignore[arg-type]  # one dict for all fields


def judge_all(session: Session, round_: Round, points: dict[int, int]) -> None:
    """Submit every ballot of a round, with these points by entry number on each criterion."""
    for ballot in session.scalars(select(Ballot).where(Ballot.round_id == round_.id)).all():
        number = ballot.entry.number or 0
        judge, entry = ballot.judge, ballot.entry
        session.delete(ballot)
        session.flush()
        given = [points[number]] * len(round_.criteria)
        factories.ballot(session, round_, judge, entry, given)


def verbs(session: Session, round_: Round) -> list[str]:
    found = select(AuditEvent.verb).where(AuditEvent.subject == f"round:{round_.id}")
    return list(session.scalars(found.order_by(AuditEvent.id)))


def ladder(session: Session, contest: Contest) -> list[str]:
    return rules_of(session, contest).ladder


# --- presets ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preset", "kinds", "goes_on"),
    [
        (Preset.ONE, [Kind.SCORE], [Advance.CHOSEN]),
        (
            Preset.STARS,
            [Kind.SCORE, Kind.SCORE, Kind.RANK],
            [Advance.TOP, Advance.TOP, Advance.CHOSEN],
        ),
        (Preset.SCREEN, [Kind.SCREEN, Kind.SCORE], [Advance.ABOVE, Advance.CHOSEN]),
        (Preset.PRACTICE, [Kind.SCORE, Kind.SCORE], [Advance.CHOSEN, Advance.CHOSEN]),
    ],
)
def test_a_preset_plans_all_rounds_at_once(
    session: Session, preset: Preset, kinds: list[Kind], goes_on: list[Advance]
) -> None:
    scene = planned(session, preset)
    made = rounds_of(session, scene.contest)
    assert [round_.kind for round_ in made] == kinds
    assert [round_.advance for round_ in made] == goes_on
    assert [round_.position for round_ in made] == list(range(1, len(made) + 1))
    assert [round_.is_practice for round_ in made] == [
        preset is Preset.PRACTICE and not n for n in range(len(made))
    ]
    times = [round_.due_at for round_ in made if round_.due_at]
    assert sorted(set(times)) == times
    assert all(round_.title and round_.briefing for round_ in made)


@pytest.mark.parametrize(
    ("entries", "winners", "cuts", "fit"),
    [
        (150, 3, (30, 10), True),
        (15, 3, (9, 6), True),
        (12, 3, (9, 6), False),
        (8, 3, (7, 6), False),
        (5000, 3, (1000, 15), True),
        (100, 1, (20, 7), True),
        (2, 1, (1, 1), False),
        (0, 3, (1, 1), False),
    ],
)
def test_a_plan_of_three_rounds_follows_the_field(
    entries: int, winners: int, cuts: tuple[int, int], *, fit: bool
) -> None:
    found = Cuts(entries, winners, is_guess=False)
    assert ((found.shortlist, found.final), found.fit) == (cuts, fit)


def test_stars_come_before_the_rubric_and_an_order_after(session: Session) -> None:
    stars, shortlist, last = rounds_of(session, planned(session, Preset.STARS).contest)
    (criterion,) = stars.criteria
    assert (criterion.minimum, criterion.maximum, criterion.step_hundredths) == (1, 5, 100)
    assert criterion.levels["5"] == "By all means"
    # Of four entries: never all of them.
    assert (stars.advance_count, shortlist.advance_count) == (3, 2)
    assert len(shortlist.criteria) == 4
    assert (last.criteria, last.method) == ([], MethodName.RANK_SUM)


def test_the_ladder_follows_the_rubric_until_a_round_opens(session: Session) -> None:
    scene = planned(session, Preset.ONE)
    round_ = scene.round_
    text = f"seed:{scene.contest.forum.name}, {scene.contest.title}"
    keys = [row.key for row in round_.criteria]
    assert ladder(session, scene.contest) == [
        *(f"criterion:{key}" for key in keys),
        "head_to_head",
        text,
    ]
    heavy = CriterionValues(keys[2], "Originality", "", 5, 1, 10)
    light = CriterionValues(keys[0], "Relevance", "", 1, 1, 10)
    act(session, scene, "set_rubric", round_, criteria=[light, heavy])
    assert ladder(session, scene.contest)[:2] == [f"criterion:{keys[2]}", f"criterion:{keys[0]}"]
    act(session, scene, "open_round", round_)
    declared = ladder(session, scene.contest)
    act(session, scene, "set_rubric", round_, criteria=[light])
    assert ladder(session, scene.contest) == declared


def test_a_ladder_that_was_chosen_stays(session: Session) -> None:
    scene = planned(session, Preset.ONE)
    rules_of(session, scene.contest).ladder = ["head_to_head"]
    rounds.add_round(session, contest=scene.contest, kind=Kind.SCORE, actor=scene.actor, now=NOW)
    assert ladder(session, scene.contest) == ["head_to_head"]


def add_meanwhile(app: Flask, session: Session, scene: scenes.Scene) -> None:
    """Add a round from a session of its own, which has to wait for what this one has done."""
    transactions: Transactions = app.extensions["podium.transactions"]
    contest_id = scene.contest.id

    def add() -> None:
        with app.test_request_context(), transactions.open(writes=True) as other:
            contest = other.get_one(Contest, contest_id)
            rounds.add_round(other, contest=contest, kind=Kind.SCORE, actor=ANYBODY, now=NOW)
            _commit(other)

    adding = threading.Thread(target=add)
    adding.start()
    adding.join(0.5)
    assert adding.is_alive(), "the new round did not wait"
    _commit(session)
    adding.join(20)
    session.expire_all()
    assert len(rounds_of(session, scene.contest)) == 2


@pytest.mark.parametrize("backend", ["postgresql+s3"], indirect=True)
def test_a_round_added_while_the_first_one_opens_leaves_the_declared_ladder(
    app: Flask, session: Session
) -> None:
    scene = planned(session, Preset.ONE)
    # Not what a new round starts from, so that it would bring rungs of its own.
    act(session, scene, "set_rubric", scene.round_, criteria=[CARE])
    _commit(session)
    act(session, scene, "open_round", scene.round_)
    declared = list(ladder(session, scene.contest))
    add_meanwhile(app, session, scene)
    assert ladder(session, scene.contest) == declared


@pytest.mark.parametrize("backend", ["postgresql+s3"], indirect=True)
def test_the_ladder_follows_two_changes_at_once(app: Flask, session: Session) -> None:
    scene = planned(session, Preset.ONE)
    keys = [f"criterion:{row.key}" for row in scene.round_.criteria]
    _commit(session)
    act(session, scene, "set_rubric", scene.round_, criteria=[CARE])
    care = ladder(session, scene.contest)[0]
    add_meanwhile(app, session, scene)
    assert set(ladder(session, scene.contest)) >= {care, *keys}


# --- planning -----------------------------------------------------------------------------------


def test_rounds_are_added_moved_and_removed_while_planned(session: Session) -> None:
    scene = planned(session, Preset.ONE)
    for kind in (Kind.RANK, Kind.PAIRWISE, Kind.SCREEN):
        rounds.add_round(session, contest=scene.contest, kind=kind, actor=scene.actor, now=NOW)
    first, rank, pairwise, screen = rounds_of(session, scene.contest)
    assert [row.key for row in screen.criteria] == [VERDICT]
    assert pairwise.method is MethodName.BRADLEY_TERRY
    for _step in range(4):
        act(session, scene, "move_up", screen)
    assert [r.id for r in rounds_of(session, scene.contest)] == [
        screen.id,
        first.id,
        rank.id,
        pairwise.id,
    ]
    act(session, scene, "remove_round", rank)
    assert [r.id for r in rounds_of(session, scene.contest)] == [screen.id, first.id, pairwise.id]
    assert find_deciding_round(session, scene.contest) == pairwise
    removed = select(AuditEvent.details).where(AuditEvent.verb == "contest.remove-round")
    assert session.scalars(removed).all() == [{"title": "Ranking", "kind": "rank"}]
    assert verbs(session, screen) == ["round.create", *["round.move"] * 3]


def test_an_opened_round_keeps_its_place(session: Session) -> None:
    scene = planned(session, Preset.STARS)
    stars, shortlist, _last = rounds_of(session, scene.contest)
    act(session, scene, "open_round", stars)
    with pytest.raises(ClosedError):
        act(session, scene, "remove_round", stars)
    with pytest.raises(ClosedError):
        act(session, scene, "move_up", shortlist)


def add_ranking(session: Session, scene: scenes.Scene) -> Round:
    return rounds.add_round(
        session, contest=scene.contest, kind=Kind.RANK, actor=scene.actor, now=NOW
    )


def test_a_contest_has_only_so_many_rounds(session: Session) -> None:
    scene = planned(session, Preset.ONE)
    for _one in range(11):
        add_ranking(session, scene)
    with pytest.raises(ConflictError) as caught:
        add_ranking(session, scene)
    assert caught.value.reason == "too-many-rounds"


def test_no_round_comes_after_winners_are_proposed(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.proposed(session, scene)
    with pytest.raises(ConflictError) as caught:
        add_ranking(session, scene)
    assert caught.value.reason == "decided"


def test_a_round_becomes_another_kind_while_planned(session: Session) -> None:
    scene = planned(session, Preset.ONE)
    round_ = scene.round_
    round_.method, round_.drop_count = MethodName.TRIMMED_MEAN, 1
    act(session, scene, "update_round", round_, values=values(round_, kind=Kind.RANK))
    assert (round_.kind, round_.method, round_.drop_count) == (Kind.RANK, MethodName.RANK_SUM, 0)
    assert round_.criteria == []
    act(session, scene, "update_round", round_, values=values(round_, kind=Kind.SCREEN))
    assert [row.key for row in round_.criteria] == [VERDICT]
    act(session, scene, "open_round", round_)
    act(session, scene, "update_round", round_, values=values(round_, kind=Kind.SCORE))
    assert round_.kind is Kind.SCREEN


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"starts_at": LATER, "due_at": LATER}, "due_at"),
        ({"due_at": NOW}, "due_at"),
        ({"hand_out": HandOut.FOCUS, "first_pass": 3}, "first_pass"),
        ({"hand_out": HandOut.FOCUS, "first_pass": 1, "per_entry": 1}, "per_entry"),
        ({"kind": Kind.RANK, "hand_out": HandOut.FOCUS}, "hand_out"),
        ({"kind": Kind.RANK, "advance": Advance.ABOVE, "advance_above": 50}, "advance"),
    ],
)
def test_what_does_not_fit_a_round_is_refused(
    session: Session, changed: dict[str, object], field: str
) -> None:
    scene = planned(session, Preset.ONE)
    wanted = values(scene.round_, **changed)
    with pytest.raises(InvalidError) as caught:
        act(session, scene, "update_round", scene.round_, values=wanted)
    assert caught.value.field == field


def test_a_round_can_have_a_panel_of_its_own(session: Session) -> None:
    scene = planned(session, Preset.ONE, judges=4)
    chosen = {judge.id for judge in scene.judges[:3]}
    for seats in (frozenset(chosen | {scene.judges[3].id}), frozenset(chosen)):
        wanted = values(scene.round_, seats=seats)
        act(session, scene, "update_round", scene.round_, values=wanted)
    assert readiness(session, scene.round_, NOW).seated == 3
    act(session, scene, "open_round", scene.round_)
    dealt = session.scalars(select(Ballot.judge_id).where(Ballot.round_id == scene.round_.id))
    assert set(dealt) == chosen
    strange = values(scene.round_, seats=frozenset({10**6}))
    with pytest.raises(NotFoundError):
        act(session, scene, "update_round", scene.round_, values=strange)


def test_only_a_scoring_has_a_rubric_to_change(session: Session) -> None:
    scene = planned(session, Preset.SCREEN)
    with pytest.raises(ConflictError) as caught:
        act(session, scene, "set_rubric", scene.round_, criteria=[])
    assert caught.value.reason == "no-rubric"


def test_the_rubric_keeps_steps_and_levels_exactly(session: Session) -> None:
    scene = planned(session, Preset.ONE)
    row = CriterionValues("", "Style", "", 2, 4, 40, step_hundredths=25, levels={4: "Poor"})
    act(session, scene, "set_rubric", scene.round_, criteria=[row])
    session.expire_all()
    (criterion,) = scene.round_.criteria
    assert criterion.step == Fraction(1, 4)
    assert (criterion.minimum, criterion.maximum) == (4, 40)
    assert criterion.levels == {"4": "Poor"}


def test_another_contests_round_is_no_round_here(session: Session) -> None:
    scene, other = planned(session, Preset.ONE), planned(session, Preset.ONE)
    for name in ("open_round", "close_round", "remove_round", "move_up", "assign_again"):
        with pytest.raises(NotFoundError):
            act(session, scene, name, other.round_)


# --- one after the other ------------------------------------------------------------------------


def closed_stars(session: Session, points: dict[int, int]) -> tuple[scenes.Scene, Round, Round]:
    """Judge and close the first of three rounds; the best two are to go on."""
    scene = planned(session, Preset.STARS, entries=len(points))
    stars, shortlist, _last = rounds_of(session, scene.contest)
    stars.advance_count = 2
    act(session, scene, "open_round", stars)
    judge_all(session, stars, points)
    act(session, scene, "close_round", stars)
    return scene, stars, shortlist


def choose(
    session: Session,
    scene: scenes.Scene,
    round_: Round,
    chosen: dict[int, str],
    left_out: dict[int, str] | None = None,
) -> object:
    return act(session, scene, "choose_next", round_, chosen=chosen, left_out=left_out or {})


def refused(session: Session, scene: scenes.Scene, round_: Round) -> str:
    with pytest.raises(InvalidError) as caught:
        act(session, scene, "open_round", round_)
    return caught.value.reason


def test_a_round_waits_for_the_one_before_and_for_a_choice(session: Session) -> None:
    scene = planned(session, Preset.STARS)
    stars, shortlist, last = rounds_of(session, scene.contest)
    assert refused(session, scene, shortlist) == "too-early"
    act(session, scene, "open_round", stars)
    judge_all(session, stars, {1: 5, 2: 4, 3: 3, 4: 2})
    assert refused(session, scene, shortlist) == "too-early"
    with pytest.raises(ConflictError) as caught:
        choose(session, scene, stars, {1: ""})
    assert caught.value.reason == "not-closed"
    act(session, scene, "close_round", stars)
    assert scene.contest.state is ContestState.JUDGING
    assert refused(session, scene, shortlist) == "nothing-chosen"
    choose(session, scene, stars, {1: "", 2: "", 3: ""})
    act(session, scene, "open_round", shortlist)
    assert refused(session, scene, last) == "too-early"


def test_the_best_go_on_and_only_they_are_judged(session: Session) -> None:
    scene, stars, shortlist = closed_stars(session, {1: 5, 2: 3, 3: 4, 4: 1})
    assert choose(session, scene, stars, {1: "", 3: ""}) == shortlist
    assert chosen_numbers(session, shortlist) == {1: "", 3: ""}
    act(session, scene, "open_round", shortlist)
    ballots = session.scalars(select(Ballot).where(Ballot.round_id == shortlist.id)).all()
    assert Counter(ballot.entry.number for ballot in ballots) == {1: 3, 3: 3}


def test_a_departure_from_the_rule_needs_a_reason(session: Session) -> None:
    scene, stars, shortlist = closed_stars(session, {1: 5, 2: 3, 3: 4, 4: 1})
    for chosen, field in (
        ({1: ""}, "reason_3"),
        ({1: "", 3: "", 4: " "}, "reason_4"),
        ({1: "", 3: "", 4: "x" * 301}, "reason_4"),
    ):
        with pytest.raises(InvalidError) as caught:
            choose(session, scene, stars, chosen)
        assert caught.value.field == field
    with pytest.raises(InvalidError) as caught:
        choose(session, scene, stars, {1: "", 99: "Why not?"})
    assert caught.value.reason == "entry-unknown"
    choose(session, scene, stars, {1: "Not needed.", 4: "A first try."}, {3: "Withdrawn soon."})
    assert chosen_numbers(session, shortlist) == {1: "", 4: "A first try."}
    reasons = {3: "Withdrawn soon.", 4: "A first try."}
    assert choice_reasons(session, shortlist) == reasons
    choose(session, scene, stars, {1: "", 3: ""})
    assert chosen_numbers(session, shortlist) == {1: "", 3: ""}
    assert verbs(session, shortlist) == ["round.create", "round.choose", "round.choose"]


def test_by_hand_a_reason_is_welcome_and_not_needed(session: Session) -> None:
    scene, stars, shortlist = closed_stars(session, {1: 5, 2: 3, 3: 4, 4: 1})
    stars.advance, stars.advance_count = Advance.CHOSEN, None
    session.flush()
    choose(session, scene, stars, {2: "", 4: "Local knowledge."}, {1: "Seen before."})
    assert chosen_numbers(session, shortlist) == {2: "", 4: "Local knowledge."}
    assert choice_reasons(session, shortlist)[1] == "Seen before."


def test_those_above_a_score_go_on(session: Session) -> None:
    scene, stars, shortlist = closed_stars(session, {1: 5, 2: 3, 3: 4, 4: 1})
    stars.advance, stars.advance_count, stars.advance_above = Advance.ABOVE, None, 300
    session.flush()
    choose(session, scene, stars, {1: "", 2: "", 3: ""})
    assert set(chosen_numbers(session, shortlist)) == {1, 2, 3}


def test_once_the_next_round_has_begun_nothing_is_chosen_again(session: Session) -> None:
    scene, stars, shortlist = closed_stars(session, {1: 5, 2: 3, 3: 4, 4: 1})
    choose(session, scene, stars, {1: "", 3: ""})
    act(session, scene, "open_round", shortlist)
    with pytest.raises(ClosedError):
        choose(session, scene, stars, {1: "", 3: ""})
    with pytest.raises(ConflictError) as caught:
        act(session, scene, "reopen_round", stars)
    assert caught.value.reason == "gone-on"


def test_reopening_forgets_what_was_chosen(session: Session) -> None:
    scene, stars, shortlist = closed_stars(session, {1: 5, 2: 3, 3: 4, 4: 1})
    choose(session, scene, stars, {1: "", 3: ""})
    act(session, scene, "reopen_round", stars)
    assert chosen_numbers(session, shortlist) == {}
    assert verbs(session, shortlist)[-1] == "round.forget-choice"
    assert stars.state is RoundState.OPEN


def test_moving_or_removing_a_round_forgets_what_was_chosen_for_it(session: Session) -> None:
    scene, stars, shortlist = closed_stars(session, {1: 5, 2: 3, 3: 4, 4: 1})
    last = rounds_of(session, scene.contest)[2]
    choose(session, scene, stars, {1: "", 3: ""})
    act(session, scene, "move_up", last)
    assert chosen_numbers(session, shortlist) == {}
    choose(session, scene, stars, {1: "", 3: ""})
    assert set(chosen_numbers(session, last)) == {1, 3}
    act(session, scene, "remove_round", last)
    assert chosen_numbers(session, shortlist) == {}


def test_the_last_round_has_nothing_to_choose_for(session: Session) -> None:
    scene = scenes.judged(session)
    with pytest.raises(ConflictError) as caught:
        choose(session, scene, scene.round_, {1: ""})
    assert caught.value.reason == "no-next-round"


def test_an_entry_that_left_is_not_judged_further(session: Session) -> None:
    scene, stars, shortlist = closed_stars(session, {1: 5, 2: 3, 3: 4, 4: 1})
    choose(session, scene, stars, {1: "", 3: ""})
    gone = scene.entries[0]
    gone.screening, gone.screening_reason = Screening.INELIGIBLE, "A copy."
    session.flush()
    assert list(entry_numbers(session, shortlist).values()) == [3]
    assert readiness(session, shortlist, NOW).entries == 1


# --- orders and comparisons ---------------------------------------------------------------------


def test_a_ranking_asks_every_judge_and_counts_their_orders(session: Session) -> None:
    scene = planned(session, Preset.ONE)
    round_ = scene.round_
    act(session, scene, "update_round", round_, values=values(round_, kind=Kind.RANK))
    act(session, scene, "open_round", round_)
    assert {mail.recipient for mail in session.scalars(select(OutgoingMail))} == {
        judge.email for judge in scene.judges
    }
    seen = progress(session, round_)
    assert (seen.done, seen.total) == (0, 3)
    for judge, state in zip(scene.judges, (BallotState.SUBMITTED, BallotState.DRAFT), strict=False):
        session.add(
            Ordering(
                round_id=round_.id,
                judge_id=judge.id,
                state=state,
                created_at=NOW,
                saved_at=NOW,
                submitted_at=NOW if state is BallotState.SUBMITTED else None,
                lines=[OrderingLine(entry_id=scene.entries[0].id, position=1)],
            )
        )
    session.flush()
    seen = progress(session, round_)
    assert (seen.done, seen.total) == (1, 3)
    assert [(row.done, row.begun, row.missing) for row in seen.judges] == [
        (1, 0, 0),
        (0, 1, 1),
        (0, 0, 1),
    ]
    assert [row.number for row in seen.unmarked] == [2, 3, 4]
    with pytest.raises(ConflictError) as caught:
        act(session, scene, "reassign", round_, judge=scene.judges[2])
    assert caught.value.reason == "not-to-be-shared"


def test_comparisons_are_dealt_and_counted(session: Session) -> None:
    scene = planned(session, Preset.ONE)
    round_ = scene.round_
    act(session, scene, "update_round", round_, values=values(round_, kind=Kind.PAIRWISE))
    act(session, scene, "open_round", round_)
    dealt = session.scalars(select(Comparison).where(Comparison.round_id == round_.id)).all()
    assert len(dealt) == 6
    dealt[0].chosen_id, dealt[0].decided_at = dealt[0].first_id, NOW
    session.flush()
    seen = progress(session, round_)
    assert (seen.done, seen.total) == (1, 6)
    assert sum(row.total for row in seen.entries) == 12
    act(session, scene, "assign_again", round_)
    assert progress(session, round_).total == 6


# --- practice -----------------------------------------------------------------------------------


def test_everybody_practises_with_the_same_entries(session: Session) -> None:
    scene = planned(session, Preset.PRACTICE)
    practice, scoring = rounds_of(session, scene.contest)
    assert refused(session, scene, practice) == "nothing-chosen"
    act(session, scene, "choose_practice", practice, numbers=[2, 3])
    with pytest.raises(InvalidError):
        act(session, scene, "choose_practice", practice, numbers=[2, 99])
    with pytest.raises(ConflictError):
        act(session, scene, "choose_practice", scoring, numbers=[2])
    before = ladder(session, scene.contest)
    act(session, scene, "open_round", practice)
    act(session, scene, "set_rubric", scoring, criteria=[CARE])
    assert ladder(session, scene.contest) != before, "a practice does not declare the ladder"
    seen = progress(session, practice)
    assert (seen.total, [row.number for row in seen.entries]) == (6, [2, 3])
    with pytest.raises(ClosedError):
        act(session, scene, "choose_practice", practice, numbers=[1])
    with pytest.raises(ConflictError):
        act(session, scene, "reassign", practice, judge=scene.judges[0])
    act(session, scene, "open_round", scoring)
    assert readiness(session, scoring, NOW).takes_all
    act(session, scene, "close_round", practice)
    act(session, scene, "reopen_round", practice)
    assert practice.state is RoundState.OPEN
    assert find_deciding_round(session, scene.contest) == scoring


# --- late judges, conflicts ---------------------------------------------------------------------


def test_a_late_judges_open_ballots_go_to_others(session: Session) -> None:
    scene = planned(session, Preset.ONE, judges=4)
    act(session, scene, "open_round", scene.round_)
    late = scene.judges[0]
    act(session, scene, "reassign", scene.round_, judge=late)
    seen = progress(session, scene.round_)
    assert late.id not in {row.judge.id for row in seen.late}
    assert [row.total for row in seen.entries] == [3, 3, 3, 3]
    act(session, scene, "close_round", scene.round_)
    with pytest.raises(ClosedError):
        act(session, scene, "reassign", scene.round_, judge=late)


def test_unsettled_conflicts_are_counted_before_the_opening(session: Session) -> None:
    scene = planned(session, Preset.ONE)
    session.add(
        Conflict(
            judge_id=scene.judges[0].id,
            entry_id=scene.entries[0].id,
            ground=ConflictGround.DOMAIN,
            detail="example.org",
            found_at=NOW,
        )
    )
    session.flush()
    assert readiness(session, scene.round_, NOW).unsettled == 1


def test_a_removed_judge_leaves_the_round(session: Session) -> None:
    scene = planned(session, Preset.ONE, judges=4)
    act(session, scene, "open_round", scene.round_)
    panel.remove(session, judge=scene.judges[0], actor=scene.actor, now=NOW)
    assert len(progress(session, scene.round_).judges) == 3


def test_an_opened_round_does_not_open_again(session: Session) -> None:
    scene = planned(session, Preset.ONE)
    act(session, scene, "open_round", scene.round_)
    with pytest.raises(IllegalTransitionError):
        act(session, scene, "open_round", scene.round_)
