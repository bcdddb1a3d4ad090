"""Rounds: set up, opened only when ready, dealt evenly, closed with ballots missing, reopened."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import AuditEvent
from app.errors import (
    ClosedError,
    ConflictError,
    IllegalTransitionError,
    InvalidError,
    NotFoundError,
)
from app.mail import OutgoingMail
from contests.models import LatePass
from contests.states import ContestKind, ContestState, Screening
from judging.models import Ballot, Mark
from judging.queries import progress as queries
from judging.queries.readiness import readiness
from judging.queries.rounds import get_deciding_round
from judging.service import dealing, panel, rounds
from judging.service.rounds import CriterionValues, Preset, RoundValues
from judging.states import BallotState, RoundState
from tests import factories
from tests.factories import NOW
from tests.judging import scenes

LATER = NOW + timedelta(days=1)


def ballots_of(session: Session, scene: scenes.Scene) -> list[Ballot]:
    return list(
        session.scalars(
            select(Ballot)
            .where(Ballot.round_id == scene.round_.id)
            .order_by(Ballot.judge_id, Ballot.position)
        )
    )


def criteria(*titles: str, **changed: int) -> list[CriterionValues]:
    scale = {"weight": 1, "minimum": 1, "maximum": 10} | changed
    return [
        CriterionValues("", title, "", scale["weight"], scale["minimum"], scale["maximum"])
        for title in titles
    ]


# --- setting up ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "count", "most"), [("photo", 4, 10), ("hackathon", 5, 5)])
def test_a_round_starts_from_its_kinds_rubric(
    session: Session, kind: str, count: int, most: int
) -> None:
    contest = factories.contest(session, ContestKind(kind), closes_at=NOW + timedelta(days=4))
    actor = scenes.waiting(session).actor
    (made,) = rounds.plan_rounds(session, contest=contest, preset=Preset.ONE, actor=actor, now=NOW)
    assert len(made.criteria) >= count
    assert {criterion.maximum for criterion in made.criteria} == {most}
    assert made.per_entry == 3
    assert made.due_at is not None
    assert made.due_at.isoformat() == "2025-03-28T18:00:00+01:00"
    again = rounds.plan_rounds(
        session, contest=contest, preset=Preset.STARS, actor=actor, now=LATER
    )
    assert [round_.id for round_ in again] == [made.id]


def test_a_round_takes_changes_until_it_closes(session: Session) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    values = RoundValues(title="Last look", briefing="Be **fair**.", per_entry=2, due_at=LATER)
    rounds.update_round(
        session,
        contest=scene.contest,
        round_id=scene.round_.id,
        values=values,
        actor=scene.actor,
        now=NOW,
    )
    assert (scene.round_.title, scene.round_.due_at) == ("Last look", LATER)
    rounds.close_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    with pytest.raises(ClosedError):
        rounds.update_round(
            session,
            contest=scene.contest,
            round_id=scene.round_.id,
            values=values,
            actor=scene.actor,
            now=NOW,
        )


def test_the_rubric_keeps_known_rows_and_their_order(session: Session) -> None:
    scene = scenes.waiting(session)
    first, second = scene.round_.criteria
    new = [
        CriterionValues("originality", "Originality, renamed", "New eyes", 3, 0, 5),
        *criteria("Technique"),
    ]
    rounds.set_rubric(
        session,
        contest=scene.contest,
        round_id=scene.round_.id,
        criteria=new,
        actor=scene.actor,
        now=NOW,
    )
    session.expire_all()
    found = scenes.round_of(session, scene).criteria
    assert [c.title for c in found] == ["Originality, renamed", "Technique"]
    assert found[0].id == second.id
    assert (found[0].weight, found[0].minimum, found[0].maximum) == (3, 0, 5)
    assert found[1].key not in {"", first.key}


def test_the_rubric_is_locked_once_a_mark_exists(session: Session) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    with pytest.raises(ConflictError) as caught:
        rounds.set_rubric(
            session,
            contest=scene.contest,
            round_id=scene.round_.id,
            criteria=criteria("Other"),
            actor=scene.actor,
            now=NOW,
        )
    assert caught.value.reason == "rubric-locked"


def test_a_rubric_that_cannot_be_is_refused_at_its_row(session: Session) -> None:
    scene = scenes.waiting(session)
    for rows, field in (
        ([], None),
        ([*criteria("Fine"), *criteria("Flat", minimum=5, maximum=5)], "1"),
    ):
        with pytest.raises(InvalidError) as caught:
            rounds.set_rubric(
                session,
                contest=scene.contest,
                round_id=scene.round_.id,
                criteria=rows,
                actor=scene.actor,
                now=NOW,
            )
        assert caught.value.field == field


# --- opening ------------------------------------------------------------------------------------


def test_opening_deals_evenly_and_tells_the_judges(session: Session) -> None:
    scene = scenes.waiting(session, entries=6, judges=4)
    plan = rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    ballots = ballots_of(session, scene)
    assert plan.shortfalls == ()
    assert Counter(ballot.entry_id for ballot in ballots) == {e.id: 2 for e in scene.entries}
    assert Counter(ballot.judge_id for ballot in ballots) == {j.id: 3 for j in scene.judges}
    assert scene.contest.state is ContestState.JUDGING
    assert scenes.round_of(session, scene).opened_at == NOW
    mails = session.scalars(select(OutgoingMail)).all()
    assert {mail.recipient for mail in mails} == {judge.email for judge in scene.judges}
    assert "3 entries" in (mails[0].body or "")
    assert "/judge" in (mails[0].body or "")


def test_the_dealing_can_be_repeated_from_the_recorded_seed(session: Session) -> None:
    scene = scenes.waiting(session, entries=6, judges=4)
    expected = dealing.preview(session, round_=scene.round_)
    plan = rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    assert set(plan.pairs) == set(expected.pairs)
    event = session.scalar(select(AuditEvent).where(AuditEvent.verb == "round.open"))
    assert event is not None
    assert event.details["seed"] == scene.round_.seed


def test_nobody_is_dealt_their_own_entry(session: Session) -> None:
    scene = scenes.waiting(session, entries=2, judges=2)
    own = factories.entry(session, scene.contest, scene.judges[0].user or scene.organiser)
    plan = rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    assert [(short.entry, short.found) for short in plan.shortfalls] == [(own.number, 1)]
    assert (scene.judges[0].id, own.id) not in {
        (ballot.judge_id, ballot.entry_id) for ballot in ballots_of(session, scene)
    }
    assert [
        (recusal.entry_id)
        for recusal in queries.recusals(session, scene.contest)[scene.judges[0].id]
    ] == [own.id]


@pytest.mark.parametrize("screening", list(Screening))
def test_unscreened_entries_count_as_eligible(session: Session, screening: Screening) -> None:
    scene = scenes.waiting(session, entries=1)
    extra = factories.entry(session, scene.contest, factories.user(session), screening=screening)
    ready = readiness(session, scene.round_, NOW)
    assert ready.unscreened == 1 + (screening is Screening.PENDING)
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    dealt = {ballot.entry_id for ballot in ballots_of(session, scene)}
    assert (extra.id in dealt) is (screening is not Screening.INELIGIBLE)


def refused(session: Session, scene: scenes.Scene) -> str:
    with pytest.raises(InvalidError) as caught:
        rounds.open_round(
            session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
        )
    assert scene.round_.state is RoundState.PLANNED
    return caught.value.reason


def test_a_round_opens_after_the_close_and_the_last_late_pass(session: Session) -> None:
    scene = scenes.waiting(session)
    scene.contest.closes_at = NOW + timedelta(seconds=1)
    assert refused(session, scene) == "not-closed"
    scene.contest.closes_at = NOW
    session.add(
        LatePass(
            contest_id=scene.contest.id,
            user_id=scene.entries[0].owner_id,
            until=LATER,
            reason="The power failed.",
            granted_by_id=scene.organiser.id,
        )
    )
    assert refused(session, scene) == "not-closed"
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=LATER
    )


def test_a_round_needs_entries_and_judges(session: Session) -> None:
    assert refused(session, scenes.waiting(session, entries=0)) == "no-entries"
    assert refused(session, scenes.waiting(session, judges=1)) == "too-few-judges"


def test_removed_and_silent_judges_do_not_count(session: Session) -> None:
    scene = scenes.waiting(session, judges=2)
    panel.remove(session, judge=scene.judges[0], actor=scene.actor, now=NOW)
    panel.invite(
        session,
        contest=scene.contest,
        email="silent@example.org",
        name="Silent",
        actor=scene.actor,
        now=NOW,
    )
    ready = readiness(session, scene.round_, NOW)
    assert (ready.seated, ready.waiting) == (1, 1)
    assert refused(session, scene) == "too-few-judges"


def test_a_round_opens_with_judges_who_have_declared(session: Session) -> None:
    scene = scenes.waiting(session, entries=3, judges=3)
    hasty = scene.judges[0]
    hasty.declared_at = None
    ready = readiness(session, scene.round_, NOW)
    assert (ready.seated, ready.undeclared, ready.waiting) == (2, 1, 0)
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    assert hasty.id not in {ballot.judge_id for ballot in ballots_of(session, scene)}


def test_a_round_waits_until_enough_judges_have_declared(session: Session) -> None:
    scene = scenes.waiting(session, judges=2)
    scene.judges[0].declared_at = None
    assert refused(session, scene) == "too-few-judges"


def test_opening_twice_is_refused(session: Session) -> None:
    scene = scenes.waiting(session)
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    with pytest.raises(IllegalTransitionError):
        rounds.open_round(
            session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
        )


# --- assigning again ----------------------------------------------------------------------------


def test_assigning_again_fills_gaps_and_keeps_what_is_there(session: Session) -> None:
    scene = scenes.waiting(session, entries=4, judges=2)
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    before = {ballot.id for ballot in ballots_of(session, scene)}
    gone = scene.judges[0]
    panel.remove(session, judge=gone, actor=scene.actor, now=NOW)
    new = factories.judge(session, scene.contest, factories.user(session, "Late Joiner"))
    plan = rounds.assign_again(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=LATER
    )
    assert plan.shortfalls == ()
    after = ballots_of(session, scene)
    assert {ballot.id for ballot in after if ballot.judge_id == scene.judges[1].id} <= before
    assert Counter(ballot.judge_id for ballot in after) == {scene.judges[1].id: 4, new.id: 4}
    rounds.assign_again(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=LATER
    )
    assert len(ballots_of(session, scene)) == len(after)


def test_a_gap_is_filled_by_a_judge_who_has_declared(session: Session) -> None:
    scene = scenes.waiting(session, entries=3, judges=2)
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    panel.remove(session, judge=scene.judges[0], actor=scene.actor, now=NOW)
    hasty, free = (
        factories.judge(session, scene.contest, factories.user(session), declared=declared)
        for declared in (False, True)
    )
    plan = rounds.assign_again(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=LATER
    )
    assert plan.shortfalls == ()
    dealt = Counter(ballot.judge_id for ballot in ballots_of(session, scene))
    assert (dealt[hasty.id], dealt[free.id]) == (0, 3)


def test_new_ballots_come_after_those_a_judge_has(session: Session) -> None:
    scene = scenes.waiting(session, entries=3, judges=3)
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    panel.remove(session, judge=scene.judges[0], actor=scene.actor, now=NOW)
    rounds.assign_again(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=LATER
    )
    for judge in scene.judges[1:]:
        mine = [b for b in ballots_of(session, scene) if b.judge_id == judge.id]
        assert [b.position for b in mine] == [1, 2, 3]
        assert mine[-1].created_at == LATER


def test_what_a_removed_judge_only_began_covers_no_entry(session: Session) -> None:
    scene = scenes.waiting(session, entries=1, judges=3)
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    begun = ballots_of(session, scene)[0]
    criterion = scene.round_.criteria[0]
    begun.state, begun.saved_at = BallotState.DRAFT, NOW
    session.add(Mark(ballot=begun, criterion=criterion, minimum=1, maximum=10, points=5))
    session.flush()
    panel.remove(session, judge=begun.judge, actor=scene.actor, now=NOW)
    rounds.assign_again(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    seen = queries.progress(session, scene.round_)
    assert [(row.total, row.is_short) for row in seen.entries] == [(2, False)]
    assert begun.judge_id not in {row.judge.id for row in seen.judges}


def test_ballots_are_assigned_while_the_round_is_open_only(session: Session) -> None:
    scene = scenes.judged(session, state=RoundState.CLOSED)
    with pytest.raises(ClosedError):
        rounds.assign_again(
            session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
        )


# --- progress, closing, reopening ---------------------------------------------------------------


def test_progress_counts_by_judge_and_by_entry(session: Session) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    first = scene.judges[0]
    extra = factories.entry(session, scene.contest, factories.user(session), title="Unread")
    factories.ballot(session, scene.round_, first, extra)
    seen = queries.progress(session, scene.round_)
    assert [(row.done, row.total, row.missing) for row in seen.judges] == [(4, 5, 1), (4, 4, 0)]
    assert [row.judge.id for row in seen.late] == [first.id]
    assert [row.number for row in seen.unmarked] == [extra.number]
    assert [row.number for row in seen.short] == [extra.number]
    assert (seen.done, seen.total) == (8, 9)


def test_an_entry_that_left_is_not_counted(session: Session) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    entry = scene.entries[0]
    entry.screening, entry.screening_reason = Screening.INELIGIBLE, "Outside the brief."
    seen = queries.progress(session, scene.round_)
    assert (seen.done, [row.number for row in seen.entries]) == (6, [2, 3, 4])


def test_a_round_closes_with_ballots_missing(session: Session) -> None:
    scene = scenes.waiting(session)
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    rounds.close_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=LATER
    )
    assert scenes.round_of(session, scene).closed_at == LATER
    event = session.scalar(select(AuditEvent).where(AuditEvent.verb == "round.close"))
    assert event is not None
    assert event.details == {"submitted": 0, "missing": 8}


def test_reopening_withdraws_a_proposal_but_not_a_decision(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.proposed(session, scene)
    rounds.reopen_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    assert scenes.round_of(session, scene).state is RoundState.OPEN
    rounds.close_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    scenes.confirmed(session, scene)
    with pytest.raises(ConflictError) as caught:
        rounds.reopen_round(
            session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
        )
    assert caught.value.reason == "decided"


def test_a_contest_without_a_round_has_none(session: Session) -> None:
    contest = factories.contest(session)
    with pytest.raises(NotFoundError):
        get_deciding_round(session, contest)
