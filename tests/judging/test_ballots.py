"""Ballots: marks saved and submitted, two windows told apart, a judge stepping back."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.queries import actor_of
from app.audit import AuditEvent
from app.authz import ANYBODY, Actor
from app.errors import ClosedError, ConflictError, DomainError, InvalidError, NotFoundError
from app.transaction import Transactions, _commit
from contests.models import Entry
from contests.states import ContestState, EntryState, Screening
from judging.models import Ballot, Criterion, Mark, Recusal, RecusalSource, Round
from judging.queries.desk import get_ballot, get_share
from judging.ranking import Kind
from judging.rubric import IN, OUT, VERDICT, VERDICTS
from judging.service import ballots
from judging.service.ballots import Saved, Sent, StaleBallotError
from judging.service.conflicts import recuse_judge
from judging.states import BallotState, RoundState
from media.states import AssetState
from tests import factories
from tests.factories import NOW
from tests.queries import counted

ZONE = "Europe/Zurich"
BOTH = {"relevance": 7, "originality": 9}


@dataclass
class Scene:
    ballot: Ballot
    round_: Round
    entry: Entry
    actor: Actor

    def save(
        self,
        session: Session,
        marks: Mapping[str, int | None],
        comment: str = "",
        *,
        version: int | None = None,
        submit: bool = False,
        is_shown: bool = True,
        key: str | None = None,
        note: str | None = None,
        now: datetime = NOW,
        actor: Actor | None = None,
    ) -> Saved:
        session.flush()
        sent = Sent(
            marks=marks,
            comment=comment,
            version=self.ballot.version if version is None else version,
            key=key,
            note=note,
            is_shown=is_shown,
            submit=submit,
        )
        saved = ballots.save_ballot(
            session, actor=actor or self.actor, ballot_id=self.ballot.id, sent=sent, now=now
        )
        session.expire_all()
        return saved

    def recuse(self, session: Session, reason: str = "My cousin") -> Recusal | None:
        return ballots.recuse(session, ballot=self.ballot, reason=reason, actor=self.actor, now=NOW)


@pytest.fixture
def scene(session: Session) -> Scene:
    contest = factories.contest(
        session, state=ContestState.JUDGING, closes_at=NOW - timedelta(days=1)
    )
    person = factories.user(session, "Jun Tanaka")
    round_ = factories.round_(session, contest)
    entry = factories.entry(session, contest, factories.user(session, "Secret Entrant"))
    judge = factories.judge(session, contest, person)
    ballot = factories.ballot(session, round_, judge, entry)
    return Scene(ballot, round_, entry, actor_of(person))


def marks_in(session: Session) -> dict[str, int]:
    return {mark.criterion.key: mark.points for mark in session.scalars(select(Mark))}


# --- saving -------------------------------------------------------------------------------------


def test_a_mark_is_kept_as_it_is_given(session: Session, scene: Scene) -> None:
    saved = scene.save(session, {"relevance": 7, "originality": None})
    assert saved == Saved(version=1, state=BallotState.DRAFT, saved_at=NOW, zone=ZONE)
    assert marks_in(session) == {"relevance": 7}
    saved = scene.save(session, {"relevance": 3, "originality": 9}, "Good light.")
    assert (saved.version, saved.state) == (2, BallotState.DRAFT)
    assert marks_in(session) == {"relevance": 3, "originality": 9}
    assert scene.ballot.comment == "Good light."
    assert scene.ballot.judge.seen_at == NOW


def test_a_mark_can_be_taken_away(session: Session, scene: Scene) -> None:
    scene.save(session, BOTH)
    scene.save(session, {"relevance": 7})
    assert marks_in(session) == {"relevance": 7}


def test_nothing_given_is_nothing_saved(session: Session, scene: Scene) -> None:
    saved = scene.save(session, {"relevance": None})
    assert (saved.version, saved.state) == (0, BallotState.ASSIGNED)
    assert session.scalar(select(func.count(AuditEvent.id))) == 0


def test_submitting_straight_away_is_recorded(session: Session, scene: Scene) -> None:
    saved = scene.save(session, BOTH, submit=True)
    assert (saved.version, saved.state) == (1, BallotState.SUBMITTED)
    assert scene.ballot.submitted_at == NOW
    (event,) = session.scalars(select(AuditEvent))
    assert (event.verb, event.subject) == ("ballot.submit", f"ballot:{scene.ballot.id}")
    assert event.actor_id == scene.actor.user_id
    assert event.details == {
        "round": scene.round_.id,
        "entry": scene.entry.id,
        "state": "submitted",
        "version": 1,
        "marks": BOTH,
        "comment": "",
    }


def test_a_submitted_ballot_stays_submitted_while_it_is_complete(
    session: Session, scene: Scene
) -> None:
    scene.save(session, BOTH, submit=True)
    later = NOW + timedelta(minutes=5)
    saved = scene.save(session, {**BOTH, "relevance": 1}, now=later)
    assert saved == Saved(
        version=2, state=BallotState.SUBMITTED, saved_at=later, zone="Europe/Zurich"
    )
    assert scene.ballot.submitted_at == NOW
    saved = scene.save(session, {"originality": 9}, now=later)
    assert saved.state is BallotState.DRAFT
    assert scene.ballot.submitted_at is None


@pytest.mark.parametrize(
    ("marks", "field", "code"),
    [
        ({"relevance": 7}, "originality", "mark-missing"),
        ({"relevance": 11}, "relevance", "mark-out-of-range"),
        ({"relevance": 0}, "relevance", "mark-out-of-range"),
        ({"beauty": 5}, "beauty", "criterion-unknown"),
    ],
)
def test_what_the_rubric_does_not_allow_changes_nothing(
    session: Session, scene: Scene, marks: dict[str, int], field: str, code: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        scene.save(session, marks, submit=True)
    assert (caught.value.field, caught.value.reason) == (field, code)
    assert marks_in(session) == {}
    assert scene.ballot.version == 0


def test_a_comment_has_an_end(session: Session, scene: Scene) -> None:
    scene.save(session, {}, "x" * 4000)
    with pytest.raises(InvalidError) as caught:
        scene.save(session, {}, "x" * 4001)
    assert caught.value.field == "comment"


def test_a_hostile_comment_is_kept_as_it_is(session: Session, scene: Scene) -> None:
    comment = "<script>alert('x')</script> '; DROP TABLE ballots; -- \u202e %s {{ 7*7 }} 💥"
    scene.save(session, {}, comment)
    session.expire_all()
    assert scene.ballot.comment == comment


# --- two windows, two clicks --------------------------------------------------------------------


def test_a_stale_window_changes_nothing_and_learns_what_is_there(
    session: Session, scene: Scene
) -> None:
    scene.save(session, BOTH, "From the other window.")
    with pytest.raises(StaleBallotError) as caught:
        scene.save(session, {"relevance": 1}, "From this one.", version=0)
    assert caught.value.version == 1
    assert caught.value.theirs.marks == BOTH
    assert caught.value.theirs.comment == "From the other window."
    assert marks_in(session) == BOTH


def test_the_window_that_stays_saves_over_the_other(session: Session, scene: Scene) -> None:
    scene.save(session, BOTH)
    saved = scene.save(session, {"relevance": 1}, version=1)
    assert saved.version == 2
    assert marks_in(session) == {"relevance": 1}


def test_a_second_click_is_harmless(session: Session, scene: Scene) -> None:
    first = scene.save(session, BOTH, "Good.", version=0, submit=True)
    later = NOW + timedelta(seconds=1)
    second = scene.save(session, BOTH, "Good.", version=0, submit=True, now=later)
    assert second == first
    assert session.scalar(select(func.count(AuditEvent.id))) == 1


def test_a_stale_window_that_says_the_same_may_submit(session: Session, scene: Scene) -> None:
    scene.save(session, BOTH)
    saved = scene.save(session, BOTH, version=0, submit=True)
    assert (saved.version, saved.state) == (2, BallotState.SUBMITTED)


def test_of_two_windows_at_the_same_moment_one_comes_second(
    app: Flask, session: Session, scene: Scene
) -> None:
    transactions: Transactions = app.extensions["podium.transactions"]
    _commit(session)
    outcomes: list[str] = []
    first = transactions.open(writes=True)
    mine = get_ballot(first, scene.ballot.id)
    Scene(mine, mine.round, mine.entry, scene.actor).save(first, {"relevance": 2}, version=0)

    def second() -> None:
        with app.app_context(), transactions.open(writes=True) as other:
            theirs = get_ballot(other, scene.ballot.id)
            try:
                Scene(theirs, theirs.round, theirs.entry, scene.actor).save(
                    other, {"relevance": 8}, version=0
                )
            except StaleBallotError as error:
                outcomes.append(f"stale, {error.theirs.marks['relevance']} is there")

    thread = threading.Thread(target=second)
    thread.start()
    thread.join(0.5)
    assert thread.is_alive(), "the second window did not wait"
    _commit(first)
    first.close()
    thread.join(20)
    assert outcomes == ["stale, 2 is there"]


# --- the same sent again, by its key ------------------------------------------------------------


def test_a_repeated_key_answers_as_before_and_changes_nothing(
    session: Session, scene: Scene
) -> None:
    first = scene.save(session, {"relevance": 7}, version=0, key="one", submit=False)
    scene.save(session, BOTH, "From another device.", version=1, key="two", submit=True)
    again = scene.save(session, {"relevance": 7}, version=0, key="one")
    assert (first.version, again.version) == (1, 1)
    assert again.state is BallotState.SUBMITTED
    assert marks_in(session) == BOTH
    assert scene.ballot.version == 2
    assert session.scalar(select(func.count(AuditEvent.id))) == 2


def test_a_new_key_does_not_hide_that_another_device_saved(session: Session, scene: Scene) -> None:
    scene.save(session, BOTH, version=0, key="one")
    with pytest.raises(StaleBallotError):
        scene.save(session, {"relevance": 1}, version=0, key="two")
    # Nothing came of it, so the key is free for the marks that the judge settles upon.
    assert scene.save(session, {"relevance": 1}, version=1, key="two").version == 2
    assert marks_in(session) == {"relevance": 1}


def test_what_changed_nothing_is_known_again_too(session: Session, scene: Scene) -> None:
    scene.save(session, BOTH, version=0, key="one")
    assert scene.save(session, BOTH, version=1, key="two").version == 1
    scene.save(session, {"relevance": 1}, version=1, key="three")
    assert scene.save(session, BOTH, version=1, key="two").version == 1
    assert marks_in(session) == {"relevance": 1}


def test_an_answer_that_got_lost_is_given_after_the_close(session: Session, scene: Scene) -> None:
    scene.save(session, BOTH, version=0, key="one", submit=True)
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    assert scene.save(session, BOTH, version=0, key="one", submit=True).version == 1
    with pytest.raises(ClosedError):
        scene.save(session, BOTH, version=1, key="two")


def test_the_newest_eight_keys_are_known(session: Session, scene: Scene) -> None:
    for number in range(10):
        scene.save(session, {"relevance": number % 10 + 1}, key=f"key-{number}")
    assert scene.ballot.recent == [[f"key-{number}", number + 1] for number in range(2, 10)]


# --- a note to oneself --------------------------------------------------------------------------


def test_a_note_is_kept_and_is_not_in_the_audit(session: Session, scene: Scene) -> None:
    saved = scene.save(session, {}, note="Ask the chair about the caption.")
    assert (saved.version, saved.state) == (1, BallotState.ASSIGNED)
    assert session.scalar(select(func.count(AuditEvent.id))) == 0
    scene.save(session, BOTH, note="Ask the chair about the caption.")
    assert scene.ballot.note == "Ask the chair about the caption."
    (event,) = session.scalars(select(AuditEvent))
    assert "chair" not in str(event.details)


def test_a_window_that_knows_no_note_leaves_it(session: Session, scene: Scene) -> None:
    scene.save(session, BOTH, note="Mine")
    scene.save(session, {"relevance": 2})
    assert scene.ballot.note == "Mine"
    with pytest.raises(StaleBallotError) as caught:
        scene.save(session, {"relevance": 2}, note="Another", version=1)
    assert caught.value.theirs.note == "Mine"
    scene.save(session, {}, note="x" * 4000)
    with pytest.raises(InvalidError) as refused:
        scene.save(session, {}, note="x" * 4001)
    assert refused.value.field == "note"


# --- the pictures -------------------------------------------------------------------------------


def test_marks_are_submitted_once_the_pictures_were_shown(session: Session, scene: Scene) -> None:
    assert scene.save(session, BOTH, is_shown=False).state is BallotState.DRAFT
    with pytest.raises(InvalidError) as caught:
        scene.save(session, BOTH, is_shown=False, submit=True)
    assert (caught.value.field, caught.value.reason) == ("shown", "not-shown")
    scene.save(session, BOTH, is_shown=True)
    assert (scene.ballot.shown_at, scene.ballot.version) == (NOW, 1)
    assert scene.save(session, BOTH, is_shown=False, submit=True).state is BallotState.SUBMITTED


@pytest.mark.parametrize("state", [None, AssetState.REJECTED, AssetState.PROCESSING])
def test_an_entry_without_a_picture_to_be_seen_needs_none(
    session: Session, scene: Scene, state: AssetState | None
) -> None:
    assert scene.entry.current is not None
    if state is None:
        scene.entry.current.files = []
    else:
        asset = factories.asset(session, scene.entry.owner, state=state)
        scene.entry.current.files[0].asset = asset
    assert scene.save(session, BOTH, is_shown=False, submit=True).state is BallotState.SUBMITTED


# --- screening ----------------------------------------------------------------------------------


@pytest.fixture
def screening(session: Session, scene: Scene) -> Scene:
    scene.round_.kind = Kind.SCREEN
    verdict = VERDICTS.criteria[0]
    scene.round_.criteria = [
        Criterion(
            position=0,
            key=VERDICT,
            title=verdict.title,
            minimum=OUT,
            maximum=IN,
            step_hundredths=50,
        )
    ]
    session.flush()
    return scene


def test_shutting_an_entry_out_needs_a_reason(session: Session, screening: Scene) -> None:
    assert screening.save(session, {VERDICT: OUT}).state is BallotState.DRAFT
    with pytest.raises(InvalidError) as caught:
        screening.save(session, {VERDICT: OUT}, submit=True)
    assert (caught.value.field, caught.value.reason) == ("comment", "reason-missing")
    saved = screening.save(session, {VERDICT: OUT}, "Not a photograph.", submit=True)
    assert saved.state is BallotState.SUBMITTED
    assert screening.save(session, {VERDICT: OUT}).state is BallotState.DRAFT
    assert screening.save(session, {VERDICT: IN}, submit=True).state is BallotState.SUBMITTED


# --- skipping -----------------------------------------------------------------------------------


def test_what_is_skipped_comes_back_last_and_never_at_once(session: Session, scene: Scene) -> None:
    made = [scene.ballot]
    for _ in range(3):
        entry = factories.entry(session, scene.ballot.judge.contest, scene.entry.owner)
        made.append(factories.ballot(session, scene.round_, scene.ballot.judge, entry))

    def skip(ballot: Ballot, minutes: int) -> int | None:
        now = NOW + timedelta(minutes=minutes)
        ballots.skip(session, actor=scene.actor, ballot_id=ballot.id, now=now)
        return following(ballot)

    def following(ballot: Ballot) -> int | None:
        share = get_share(session, judge=scene.ballot.judge, round_id=scene.round_.id)
        found = share.next_open(after=ballot.id)
        return made.index(next(b for b in made if b.id == found.id)) if found else None

    assert skip(made[1], 1) == 2
    assert skip(made[0], 2) == 2
    assert skip(made[2], 3) == 3
    # All others were skipped: the one longest ago comes first, whatever their order.
    assert following(made[3]) == 1
    Scene(made[3], scene.round_, made[3].entry, scene.actor).save(session, BOTH, submit=True)
    assert following(made[3]) == 1
    assert skip(made[1], 4) == 0
    assert skip(made[0], 5) == 2
    assert skip(made[2], 6) == 1
    for ballot in made[:2]:
        Scene(ballot, scene.round_, ballot.entry, scene.actor).save(session, BOTH, submit=True)
    assert skip(made[2], 7) is None
    session.expire_all()
    assert get_share(session, judge=scene.ballot.judge, round_id=scene.round_.id).next_open()


def test_a_submitted_ballot_is_not_skipped(session: Session, scene: Scene) -> None:
    scene.save(session, BOTH, submit=True)
    ballots.skip(session, actor=scene.actor, ballot_id=scene.ballot.id, now=NOW)
    session.expire_all()
    assert scene.ballot.skipped_at is None
    with pytest.raises(NotFoundError):
        ballots.skip(session, actor=ANYBODY, ballot_id=scene.ballot.id, now=NOW)
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    with pytest.raises(ClosedError):
        ballots.skip(session, actor=scene.actor, ballot_id=scene.ballot.id, now=NOW)


# --- locks and statements -----------------------------------------------------------------------


def test_a_save_asks_the_same_few_times_whatever_there_is(
    app: Flask, session: Session, scene: Scene
) -> None:
    scene.save(session, BOTH)
    counts = []
    for version, marks in ((1, {**BOTH, "relevance": 3}), (2, {"relevance": 4, "originality": 2})):
        assert scene.ballot.version == version
        with counted(app) as statements:
            scene.save(session, marks, version=version, key=f"key-{version}")
        counts.append(len(statements))
        for _ in range(5):
            entry = factories.entry(session, scene.ballot.judge.contest, scene.entry.owner)
            factories.ballot(session, scene.round_, scene.ballot.judge, entry)
    with counted(app) as statements:
        scene.save(session, BOTH, version=3, key="later", now=NOW + timedelta(minutes=1))
    # Once a minute it is noted that the judge is there; the audit takes three.
    assert [*counts, len(statements)] == [6, 6, 7]


@pytest.mark.parametrize("backend", ["postgresql+s3"], indirect=True)
def test_who_waits_for_a_round_does_not_hold_the_ballot(
    app: Flask, session: Session, scene: Scene
) -> None:
    transactions: Transactions = app.extensions["podium.transactions"]
    _commit(session)
    closing = transactions.open(writes=True)
    closing.scalar(select(Round).where(Round.id == scene.round_.id).with_for_update())

    def save() -> None:
        with app.app_context(), transactions.open(writes=True) as other:
            Scene(get_ballot(other, scene.ballot.id), scene.round_, scene.entry, scene.actor).save(
                other, BOTH
            )
            _commit(other)

    thread = threading.Thread(target=save)
    thread.start()
    thread.join(0.5)
    assert thread.is_alive(), "the save did not wait for the round"
    held = select(Ballot.id).where(Ballot.id == scene.ballot.id).with_for_update(nowait=True)
    assert closing.scalar(held) == scene.ballot.id
    _commit(closing)
    closing.close()
    thread.join(20)
    session.expire_all()
    assert marks_in(session) == BOTH


# --- when nothing may be marked -----------------------------------------------------------------


def test_a_closed_round_says_when_it_closed(session: Session, scene: Scene) -> None:
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    session.flush()
    with pytest.raises(ClosedError) as caught:
        scene.save(session, BOTH)
    assert (caught.value.reason, caught.value.params["at"]) == ("closed", NOW)
    assert caught.value.params["zone"] == "Europe/Zurich"
    with pytest.raises(ClosedError):
        scene.recuse(session)


def test_a_planned_round_is_not_open(session: Session, scene: Scene) -> None:
    scene.round_.state, scene.round_.opened_at = RoundState.PLANNED, None
    session.flush()
    with pytest.raises(ClosedError) as caught:
        scene.save(session, BOTH)
    assert caught.value.reason == "not-open"


def test_an_entry_that_left_takes_no_marks(session: Session, scene: Scene) -> None:
    scene.entry.screening, scene.entry.screening_reason = Screening.INELIGIBLE, "Late."
    with pytest.raises(ConflictError) as caught:
        scene.save(session, BOTH)
    assert caught.value.reason == "entry-left"
    scene.entry.screening, scene.entry.screening_reason = Screening.PENDING, None
    scene.entry.state, scene.entry.disqualified_reason = EntryState.DISQUALIFIED, "Copied."
    with pytest.raises(ConflictError):
        scene.save(session, BOTH)


def test_only_its_judge_marks_a_ballot(session: Session, scene: Scene) -> None:
    others = (ANYBODY, actor_of(factories.user(session)), actor_of(factories.organiser(session)))
    for other in others:
        with pytest.raises(NotFoundError):
            scene.save(session, BOTH, actor=other)


@pytest.mark.parametrize("column", ["declared_at", "removed_at"])
def test_a_judge_who_has_not_declared_or_has_left_marks_nothing(
    session: Session, scene: Scene, column: str
) -> None:
    setattr(scene.ballot.judge, column, None if column == "declared_at" else NOW)
    with pytest.raises(NotFoundError):
        scene.save(session, BOTH)
    with pytest.raises(NotFoundError):
        scene.recuse(session)


# --- stepping back ------------------------------------------------------------------------------


def test_stepping_back_leaves_no_mark(session: Session, scene: Scene) -> None:
    scene.save(session, BOTH, "Good.", submit=True)
    recusal = scene.recuse(session, "  My cousin ")
    assert recusal is not None
    assert (recusal.entry_id, recusal.reason) == (scene.entry.id, "My cousin")
    assert marks_in(session) == {}
    assert (scene.ballot.state, scene.ballot.comment) == (BallotState.RECUSED, "")
    assert scene.ballot.submitted_at is None
    assert scene.recuse(session) is None
    with pytest.raises(ConflictError) as caught:
        scene.save(session, BOTH)
    assert caught.value.reason == "recused"
    assert caught.value.message.startswith("You declared a conflict of interest")


def test_who_did_not_step_back_is_told_that_the_organisers_settled_it(
    session: Session, scene: Scene
) -> None:
    scene.save(session, BOTH, "Good.", submit=True)
    made = recuse_judge(
        session,
        judge=scene.ballot.judge,
        reasons={scene.entry.id: "Her sister"},
        source=RecusalSource.FOUND,
        actor=ANYBODY,
        now=NOW,
    )
    assert [recusal.entry_id for recusal in made] == [scene.entry.id]
    assert marks_in(session) == {}
    with pytest.raises(ConflictError) as caught:
        scene.save(session, BOTH)
    assert caught.value.reason == "recused"
    assert caught.value.message.startswith("The organisers settled")


@pytest.mark.parametrize(
    ("reason", "code"), [("  ", "reason-missing"), ("x" * 301, "reason-too-long")]
)
def test_stepping_back_needs_a_reason(
    session: Session, scene: Scene, reason: str, code: str
) -> None:
    with pytest.raises(DomainError) as caught:
        scene.recuse(session, reason)
    assert caught.value.reason == code
    assert scene.ballot.state is BallotState.ASSIGNED
