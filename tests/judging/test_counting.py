"""How a contest is counted: every kind of round, the method chosen and changed, the ladder."""

from datetime import timedelta
from fractions import Fraction

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import AuditEvent
from app.errors import ConflictError, InvalidError
from contests.service import screening
from judging import bundle as bundles
from judging.bundle import Choice, manifest, read_bundle, recount
from judging.models import (
    Ballot,
    Comparison,
    Criterion,
    Mark,
    Ordering,
    OrderingLine,
    RoundEntry,
)
from judging.queries import given
from judging.queries import results as queries
from judging.queries.rounds import rules_of
from judging.ranking import Kind, MarkRow, Method, MethodName
from judging.service import exporting, methods
from judging.service.counting import count, ranking_of
from judging.service.firmness import firmness_of
from judging.states import BallotState, RoundState
from tests import factories
from tests.factories import NOW
from tests.judging import scenes

LATER = NOW + timedelta(hours=1)
MEDIAN = Method(MethodName.MEDIAN)


def ranked(session: Session, orders: list[list[int]]) -> scenes.Scene:
    """Make a closed round in which judges ordered entries; 0 leaves one out."""
    scene = scenes.judged(session, [(9, 9), (8, 8), (7, 7), (6, 6)], judges=len(orders))
    scene.round_.position = 0
    last = factories.round_(session, scene.contest, state=RoundState.CLOSED)
    last.kind, last.method, last.criteria, last.position = Kind.RANK, MethodName.RANK_SUM, [], 2
    for entry in scene.entries:
        session.add(RoundEntry(round_id=last.id, entry=entry, created_at=NOW))
    for judge, positions in zip(scene.judges, orders, strict=True):
        session.add(
            Ordering(
                round=last,
                judge=judge,
                state=BallotState.SUBMITTED,
                created_at=NOW,
                saved_at=NOW,
                submitted_at=NOW,
                lines=[
                    OrderingLine(entry=entry, position=position)
                    for entry, position in zip(scene.entries, positions, strict=True)
                    if position
                ],
            )
        )
    session.flush()
    scene.round_ = last
    return scene


def compared(session: Session, choices: list[tuple[int, int, int]]) -> scenes.Scene:
    """Make a closed round of comparisons: (judge, winner, loser), from 0."""
    scene = ranked(session, [[1, 2, 3, 4], [1, 2, 3, 4]])
    scene.round_.kind, scene.round_.method = Kind.PAIRWISE, MethodName.BRADLEY_TERRY
    for at, (judge, winner, loser) in enumerate(choices):
        first, second = sorted((scene.entries[winner], scene.entries[loser]), key=lambda e: e.id)
        session.add(
            Comparison(
                round=scene.round_,
                judge=scene.judges[judge],
                position=at,
                first=first,
                second=second,
                is_swapped=False,
                chosen=scene.entries[winner],
                created_at=NOW,
                decided_at=NOW,
            )
        )
    session.flush()
    return scene


def places(session: Session, scene: scenes.Scene) -> dict[int, int | None]:
    return {row.entry: row.place for row in ranking_of(session, scene.round_).standings}


# --- what was given -----------------------------------------------------------------------------


def test_marks_come_packed_and_whole(session: Session) -> None:
    scene = scenes.judged(session, [(9, 3), (8, 10)], judges=2)
    judges = [str(judge.id) for judge in scene.judges]
    assert given.ballots(session, scene.round_) == {
        1: {judge: {"relevance": 9, "originality": 3} for judge in judges},
        2: {judge: {"relevance": 8, "originality": 10} for judge in judges},
    }
    assert MarkRow(2, judges[1], "originality", 10) in given.marks(session, scene.round_)
    assert len(given.marks(session, scene.round_)) == 8


def test_many_criteria_and_the_largest_points_come_whole(session: Session) -> None:
    scene = scenes.waiting(session, entries=1, judges=1)
    scene.round_.criteria = [
        Criterion(position=at, key=f"c{at}", title="C", minimum=0, maximum=1000) for at in range(20)
    ]
    session.flush()
    points = [0, 1000, *range(1, 19)]
    factories.ballot(session, scene.round_, scene.judges[0], scene.entries[0], points)
    (ballot,) = given.ballots(session, scene.round_)[1].values()
    assert ballot == {f"c{at}": point for at, point in enumerate(points)}


def test_a_mark_that_went_missing_leaves_the_others(session: Session) -> None:
    scene = scenes.judged(session, [(9, 3), (8, 10)], judges=1)
    session.delete(session.scalars(select(Mark).order_by(Mark.id).limit(1)).one())
    session.flush()
    (ballot,) = given.ballots(session, scene.round_)[1].values()
    assert ballot == {"originality": 3}
    assert places(session, scene) == {2: 1, 1: None}


def test_a_round_without_criteria_has_no_ballots(session: Session) -> None:
    scene = scenes.waiting(session)
    scene.round_.criteria = []
    session.flush()
    assert given.ballots(session, scene.round_) == {}


def test_orders_and_choices_are_counted_by_their_methods(session: Session) -> None:
    scene = ranked(session, [[1, 2, 3, 0], [2, 1, 3, 0]])
    rules_of(session, scene.contest).ladder = ["head_to_head", "seed:public"]
    found = ranking_of(session, scene.round_)
    assert [row.score for row in found.standings[:2]] == [3, 3]
    assert {row.entry: row.tied for row in found.standings} == {1: 1, 2: 1, 3: 1, 4: 0}
    assert [step.rung.kind.value for step in found.steps] == ["head_to_head", "seed"]
    pairs = compared(session, [(0, 1, 0), (1, 1, 2), (0, 0, 2)])
    assert places(session, pairs) == {2: 1, 1: 2, 3: 3, 4: None}


# --- choosing how to count ----------------------------------------------------------------------


def change(session: Session, scene: scenes.Scene, method: Method, reason: str = "") -> None:
    methods.change(
        session,
        contest=scene.contest,
        round_id=scene.round_.id,
        method=method,
        reason=reason,
        actor=scene.actor,
        now=LATER,
    )


def test_a_planned_round_is_counted_as_organisers_like(session: Session) -> None:
    scene = scenes.waiting(session)
    change(session, scene, Method(MethodName.TRIMMED_MEAN, 2))
    assert (scene.round_.method, scene.round_.drop_count) == (MethodName.TRIMMED_MEAN, 2)
    assert queries.changes(session, scene.contest, [scene.round_]) == []
    change(session, scene, MEDIAN)
    assert (scene.round_.method, scene.round_.drop_count) == (MethodName.MEDIAN, 0)


@pytest.mark.parametrize(
    ("method", "code"),
    [
        (Method(MethodName.BORDA), "method-unfit"),
        (Method(MethodName.TRIMMED_MEAN, 0), "drop-too-large"),
        (Method(MethodName.TRIMMED_MEAN, 11), "drop-too-large"),
        (MEDIAN, "reason-missing"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_a_method_has_to_fit_and_a_late_change_a_reason(
    session: Session, method: Method, code: str
) -> None:
    scene = scenes.judged(session)
    with pytest.raises(InvalidError) as caught:
        change(session, scene, method, " ")
    assert caught.value.reason == code


def test_a_late_change_is_recorded_and_withdraws_the_proposal(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.proposed(session, scene)
    change(session, scene, Method(MethodName.MEAN))  # nothing changes
    assert queries.find_decision(session, scene.contest) is not None
    change(session, scene, MEDIAN, "One judge marked from a broken screen.")
    assert queries.find_decision(session, scene.contest) is None
    (found,) = queries.changes(session, scene.contest, [scene.round_])
    assert (found.round, found.before, found.after) == ("Scoring", "mean", "median")
    assert (found.reason, found.at) == ("One judge marked from a broken screen.", LATER)
    assert found.by == scene.organiser.name
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "round.method")).one()
    assert event.subject == f"round:{scene.round_.id}"


def ladder(session: Session, scene: scenes.Scene, *rungs: str, reason: str = "") -> None:
    methods.set_ladder(
        session,
        contest=scene.contest,
        rungs=rungs,
        reason=reason,
        actor=scene.actor,
        now=LATER,
    )


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_a_ladder_is_checked(session: Session) -> None:
    scene = scenes.judged(session)
    for rungs, code in (
        ((), "ladder-empty"),
        (("by-name",), "rung-unknown"),
        (("head_to_head", "head_to_head"), "rung-twice"),
        (("chair:999999",), "chair-unknown"),
        ((f"seed:{'x' * 201}",), "seed-too-long"),
        (("head_to_head",), "reason-missing"),
    ):
        with pytest.raises(InvalidError) as caught:
            ladder(session, scene, *rungs)
        assert caught.value.reason == code
    ladder(session, scene, f"chair:{scene.judges[0].id}", "seed:public", reason="Agreed by all.")
    (found,) = queries.changes(session, scene.contest, [])
    assert (found.round, found.before) == ("", [])
    ladder(session, scene, f"chair:{scene.judges[0].id}", "seed:public")  # nothing changes
    assert len(queries.changes(session, scene.contest, [])) == 1


def test_once_confirmed_nothing_changes_about_the_count(session: Session) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)

    def two_people() -> None:
        methods.set_two_people(
            session, contest=scene.contest, wanted=False, actor=scene.actor, now=LATER
        )

    def method() -> None:
        change(session, scene, MEDIAN, "Why not.")

    def ties() -> None:
        ladder(session, scene, "seed:other", reason="Why not.")

    for act in (method, ties, two_people):
        with pytest.raises(ConflictError) as caught:
            act()
        assert caught.value.reason == "decided"


# --- the bundle ---------------------------------------------------------------------------------


def differences(session: Session, scene: scenes.Scene) -> tuple[str, ...]:
    files = exporting.files_of(session, scene.contest)
    whole = {**files, "manifest.json": manifest("A contest", files, NOW)}
    return recount(read_bundle(whole), Choice()).differences


def test_a_bundle_holds_every_round_and_recounts_to_what_is_shown(session: Session) -> None:
    scene = ranked(session, [[1, 2, 3, 0], [2, 1, 0, 3]])
    chair = scene.judges[1]
    rules_of(session, scene.contest).ladder = [
        "criterion:relevance",
        f"chair:{chair.id}",
        "seed:public",
    ]
    session.flush()
    files = exporting.files_of(session, scene.contest)
    assert set(files) == {
        "ballots.csv",
        "method.json",
        "rankings.csv",
        "rubric.json",
        "standings.csv",
    }
    name = exporting.pseudonyms(session, scene.contest)[str(chair.id)]
    assert f"chair:{name}" in files["method.json"].decode()
    assert differences(session, scene) == ()
    # Who leaves takes along what was given to them, and others move up.
    screening.disqualify(
        session, entry=scene.entries[0], reason="Not one's own.", actor=scene.actor, now=NOW
    )
    assert differences(session, scene) == ()
    left = exporting.files_of(session, scene.contest)["rankings.csv"].decode().splitlines()[1:]
    assert {line.split(",")[2] for line in left} == {"2", "3", "4"}
    pairs = compared(session, [(0, 1, 0), (1, 1, 2), (0, 0, 2)])
    assert differences(session, pairs) == ()


def test_a_bundle_is_the_same_to_the_byte_and_names_nobody(session: Session) -> None:
    scene = scenes.judged(session)
    for ballot in session.scalars(select(Ballot)):
        ballot.comment, ballot.note = "A secret comment.", "A secret note."
    session.flush()
    files = exporting.files_of(session, scene.contest)
    assert exporting.files_of(session, scene.contest) == files
    text = b"".join(files.values()).decode()
    for name in (*(judge.name for judge in scene.judges), "Entrant", "secret", "Work"):
        assert name not in text
    data = exporting.archive(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert data[:2] == b"PK"
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "decision.export")).one()
    assert event.details["sha256"] == bundles.digests(files)


def test_nothing_is_exported_before_there_are_standings(session: Session) -> None:
    scene = scenes.waiting(session)
    with pytest.raises(ConflictError) as caught:
        exporting.archive(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert caught.value.reason == "nothing-to-export"


# --- how firmly they stand ----------------------------------------------------------------------


def test_the_card_tells_of_marks_what_only_marks_can(session: Session) -> None:
    scene = scenes.judged(session, [(9, 9), (8, 8), (7, 7), (6, 6), (5, 4)], judges=3)
    card = firmness_of(session, scene.round_, 3)
    assert card is not None
    assert card.winners == (1, 2, 3)
    assert (card.gap, card.judges, card.swings) == (Fraction(1), 3, ())
    assert card.marks is not None
    assert card.marks.agreement == pytest.approx(1)
    assert {row.entry: row.holds for row in card.near}[1] == 1.0


def test_the_card_of_orders_and_choices_holds_no_belief(session: Session) -> None:
    scene = ranked(session, [[1, 2, 3, 4], [1, 2, 4, 3], [1, 3, 2, 4]])
    card = firmness_of(session, scene.round_, 3)
    assert card is not None
    assert card.marks is None
    assert card.winners == (1, 2, 3)
    assert 0 < {row.entry: row.holds for row in card.near}[4] < 1
    assert len(card.swings) > 0
    pairs = compared(session, [(0, 1, 0), (1, 1, 2), (0, 0, 2)])
    found = firmness_of(session, pairs.round_, 1)
    assert found is not None
    assert found.winners == (2,)


def test_there_is_no_card_without_places(session: Session) -> None:
    scene = scenes.waiting(session)
    assert firmness_of(session, scene.round_, 3) is None
    assert count(session, scene.round_).ranking().standings[0].place is None
