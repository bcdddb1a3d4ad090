"""Rounds with focus: ballots go where they still tell something, within limits, once each."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries import actor_of
from app.audit import AuditEvent
from app.jobs import run_sweeps
from app.transaction import Transactions, _commit
from judging.models import Advance, Ballot, Conflict, ConflictGround, HandOut, Judge, Round
from judging.queries.rounds import entry_numbers
from judging.ranking import Kind
from judging.service import ballots, dealing, focusing, rounds
from judging.service.ballots import Sent
from judging.states import BallotState, RoundState
from tests.conftest import Clock, Outbox
from tests.factories import NOW
from tests.judging.scenes import Scene, waiting
from tests.queries import counted

QUALITY = (9, 9, 8, 8, 7, 5, 4, 4, 3, 3, 2, 2)
"""What each entry is worth, the first the best; the cut for three winners lies among the eights."""


def focused(
    session: Session, *, entries: int = 12, judges: int = 4, per_entry: int = 3, first_pass: int = 1
) -> Scene:
    """Make a planned round with focus."""
    scene = waiting(session, entries=entries, judges=judges)
    scene.round_.hand_out = HandOut.FOCUS
    scene.round_.per_entry, scene.round_.first_pass = per_entry, first_pass
    session.flush()
    return scene


def opened(session: Session, scene: Scene) -> Scene:
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    return scene


def open_ballots(session: Session, judge: Judge) -> Sequence[Ballot]:
    return session.scalars(
        select(Ballot)
        .where(
            Ballot.judge_id == judge.id,
            Ballot.state.in_((BallotState.ASSIGNED, BallotState.DRAFT)),
        )
        .order_by(Ballot.position)
    ).all()


def submit(session: Session, scene: Scene, ballot: Ballot) -> None:
    """Give what the entry is worth, as a judge who is a little stricter than the one before."""
    worth = QUALITY[(ballot.entry.number or 1) - 1]
    points = max(1, min(10, worth - scene.judges.index(ballot.judge) % 2))
    assert ballot.judge.user is not None
    ballots.save_ballot(
        session,
        actor=actor_of(ballot.judge.user),
        ballot_id=ballot.id,
        sent=Sent(
            marks={"relevance": points, "originality": points},
            comment="",
            version=ballot.version,
            key=None,
            note=None,
            is_shown=True,
            submit=True,
        ),
        now=NOW,
    )
    session.expire_all()


def judge_all(session: Session, scene: Scene, drain: Callable[[], int]) -> None:
    """Let every judge submit whatever lies before them until nothing does."""
    while any(waiting := [open_ballots(session, judge) for judge in scene.judges]):
        for first, *_rest in filter(None, waiting):
            submit(session, scene, first)
        drain()
        session.expire_all()


def counts(session: Session, round_: Round) -> Counter[int]:
    numbers = entry_numbers(session, round_)
    found = session.scalars(select(Ballot.entry_id).where(Ballot.round_id == round_.id))
    return Counter(numbers[entry_id] for entry_id in found)


def next_(session: Session, scene: Scene) -> int:
    session.flush()
    return focusing.hand_out_next(session, round_id=scene.round_.id, now=NOW)


# --- from the opening to the last ballot --------------------------------------------------------


def test_a_round_goes_from_its_first_pass_to_the_cut_and_keeps_its_budget(
    session: Session, drain: Callable[[], int]
) -> None:
    scene = opened(session, focused(session))
    assert counts(session, scene.round_) == dict.fromkeys(range(1, 13), 1)
    judge_all(session, scene, drain)
    had = counts(session, scene.round_)
    assert had.total() == 36  # three for each entry on average, and no more
    near, far = ([had[number] for number in some] for some in (range(1, 6), range(8, 13)))
    assert near == [4] * 5  # the whole panel read those
    assert max(far) < 4
    loads = Counter(session.scalars(select(Ballot.judge_id)).all())
    assert set(loads.values()) == {9}  # nobody decides alone
    (*_earlier, last) = session.scalars(
        select(AuditEvent).where(AuditEvent.verb == "round.focus").order_by(AuditEvent.id)
    )
    assert last.details["why"] == "near the cut"
    assert last.details["left"] == 0
    doubt = focusing.doubt_of(session, scene.round_, points=8)
    assert doubt is not None
    assert (doubt.submitted, doubt.left) == (36, 0)
    assert len(doubt.fall) <= 8
    assert doubt.fall[0][0] == 12
    assert doubt.now < doubt.fall[0][1]
    assert set(doubt.leading) <= {1, 2, 3, 4}


@pytest.mark.parametrize(
    "rule",
    [
        {"advance": Advance.TOP, "advance_count": 6},
        {"advance": Advance.ABOVE, "advance_above": 450},
    ],
)
def test_an_earlier_round_looks_at_its_own_cut(
    session: Session, drain: Callable[[], int], rule: dict[str, object]
) -> None:
    scene = focused(session)
    for name, value in rule.items():
        setattr(scene.round_, name, value)
    rounds.add_round(session, contest=scene.contest, kind=Kind.RANK, actor=scene.actor, now=NOW)
    opened(session, scene)
    judge_all(session, scene, drain)
    had = counts(session, scene.round_)
    # The best three are far above this cut, and the last ones far below.
    near, far = ([had[number] for number in some] for some in ((5, 6, 7, 8), (1, 2, 11, 12)))
    assert sum(near) > sum(far)
    doubt = focusing.doubt_of(session, scene.round_, points=8)
    assert doubt is not None
    assert sorted(doubt.leading) == [1, 2, 3, 4, 5, 6]


def test_the_last_round_looks_at_the_winners_whatever_its_rule_says(
    session: Session, drain: Callable[[], int]
) -> None:
    scene = focused(session)
    scene.round_.advance, scene.round_.advance_count = Advance.TOP, 6
    opened(session, scene)
    judge_all(session, scene, drain)
    doubt = focusing.doubt_of(session, scene.round_, points=8)
    assert doubt is not None
    assert len(doubt.leading) == scene.contest.winners == 3


def test_what_is_handed_out_can_be_repeated(app: Flask, session: Session) -> None:
    scene = opened(session, focused(session))
    for judge in scene.judges:
        for ballot in open_ballots(session, judge)[:2]:
            submit(session, scene, ballot)
    transactions: Transactions = app.extensions["podium.transactions"]
    round_id, chosen = scene.round_.id, []
    _commit(session)
    for _turn in range(2):
        with transactions.open(writes=True) as other:
            focusing.hand_out_next(other, round_id=round_id, now=NOW)
            chosen.append(
                other.execute(
                    select(Ballot.judge_id, Ballot.entry_id, Ballot.position).order_by(Ballot.id)
                ).all()
            )
            other.rollback()
    assert chosen[0] == chosen[1]
    assert len(chosen[0]) > 12


def test_two_at_once_give_nothing_twice(app: Flask, session: Session) -> None:
    scene = opened(session, focused(session))
    for judge in scene.judges:
        for ballot in open_ballots(session, judge)[:2]:
            submit(session, scene, ballot)
    transactions: Transactions = app.extensions["podium.transactions"]
    round_id, made = scene.round_.id, list[int]()
    _commit(session)

    def hand_out() -> None:
        with app.app_context(), transactions.open(writes=True) as other:
            made.append(focusing.hand_out_next(other, round_id=round_id, now=NOW))
            _commit(other)

    threads = [threading.Thread(target=hand_out) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(made) == [0, 8]
    session.expire_all()
    assert {len(open_ballots(session, judge)) for judge in scene.judges} == {3}


# --- to whom, and what --------------------------------------------------------------------------


def test_before_anything_is_submitted_everybody_gets_as_many(session: Session) -> None:
    scene = opened(session, focused(session, entries=6, judges=6, per_entry=2))
    assert next_(session, scene) == 6
    assert set(counts(session, scene.round_).values()) == {2}
    assert next_(session, scene) == 0


def test_nobody_gets_what_bars_them_or_what_they_cannot_read(session: Session) -> None:
    scene = focused(session, entries=4, judges=2, per_entry=2)
    close, strange = scene.entries[:2]
    judge, other = scene.judges
    session.add(
        Conflict(
            judge_id=judge.id,
            entry_id=close.id,
            ground=ConflictGround.ORGANISATION,
            detail="ITU",
            found_at=NOW,
        )
    )
    scene.entries[0].owner.organisation = judge.organisation = "ITU"
    assert strange.current is not None
    strange.current.language, judge.languages = "zh", ["fr", "en"]
    opened(session, scene)
    for one in scene.judges:
        for ballot in open_ballots(session, one):
            submit(session, scene, ballot)
    while next_(session, scene):
        pass
    held = set(session.scalars(select(Ballot.entry_id).where(Ballot.judge_id == judge.id)).all())
    assert held.isdisjoint({close.id, strange.id})
    theirs = session.scalars(select(Ballot.entry_id).where(Ballot.judge_id == other.id)).all()
    assert {close.id, strange.id} <= set(theirs)


def test_a_limit_is_kept_and_the_rest_falls_to_the_others(
    session: Session, drain: Callable[[], int]
) -> None:
    scene = focused(session)
    scene.judges[0].most_ballots = 4
    opened(session, scene)
    judge_all(session, scene, drain)
    loads = Counter(session.scalars(select(Ballot.judge_id)).all())
    assert loads[scene.judges[0].id] == 4
    assert loads.total() == 36
    assert {loads[judge.id] for judge in scene.judges[1:]} <= {10, 11, 12}


def test_who_was_passed_over_gets_nothing_until_they_submit(session: Session) -> None:
    scene = opened(session, focused(session))
    late, *others = scene.judges
    kept = open_ballots(session, late)[0]
    kept.state, kept.comment, kept.saved_at = BallotState.DRAFT, "I began", NOW
    session.flush()
    dealing.reassign(
        session, round_=scene.round_, judge=late, actor=scene.actor, now=NOW - timedelta(hours=1)
    )
    assert [ballot.id for ballot in open_ballots(session, late)] == [kept.id]
    for judge in others:
        for ballot in open_ballots(session, judge):
            submit(session, scene, ballot)
    assert next_(session, scene) > 0
    assert len(open_ballots(session, late)) == 1
    submit(session, scene, kept)
    assert next_(session, scene) > 0
    assert len(open_ballots(session, late)) == 3


@pytest.mark.parametrize("hand_out", HandOut)
def test_only_a_running_round_with_focus_hands_out(session: Session, hand_out: HandOut) -> None:
    scene = focused(session)
    scene.round_.hand_out = hand_out
    if hand_out is HandOut.EVEN:
        opened(session, scene)
    before = counts(session, scene.round_)
    assert next_(session, scene) == 0
    assert counts(session, scene.round_) == before


# --- telling ------------------------------------------------------------------------------------


def test_a_judge_without_anything_left_gets_one_mail_a_day(
    session: Session, clock: Clock, outbox: Outbox
) -> None:
    scene = opened(session, focused(session, entries=12, judges=4, per_entry=5))
    judge = scene.judges[0]

    def mails() -> int:
        return len(outbox(judge.email))

    assert mails() == 1  # the first pass
    expected = {0: 2, 12: 2, 25: 3}
    for hours, count in expected.items():
        clock.set(NOW + timedelta(hours=hours))
        for ballot in open_ballots(session, judge):
            # Behind the hook's back, so that nothing is handed out in between.
            ballot.state, ballot.saved_at = BallotState.SUBMITTED, NOW
            ballot.submitted_at = NOW
        session.flush()
        _commit(session)
        run_sweeps(clock())
        session.expire_all()
        assert len(open_ballots(session, judge)) > 0
        assert mails() == count


# --- the doubt ----------------------------------------------------------------------------------


def test_there_is_no_doubt_before_every_entry_could_have_a_ballot(session: Session) -> None:
    scene = opened(session, focused(session))
    assert focusing.doubt_of(session, scene.round_, points=8) is None


def test_there_is_no_doubt_where_everybody_wins(session: Session, drain: Callable[[], int]) -> None:
    scene = opened(session, focused(session, entries=3, judges=2, per_entry=2))
    judge_all(session, scene, drain)
    assert focusing.doubt_of(session, scene.round_, points=8) is None


def test_very_many_ballots_are_looked_at_less_often() -> None:
    assert focusing.when_to_look(12, 36, 8) == [12, 15, 18, 22, 25, 29, 32, 36]
    assert focusing.when_to_look(5000, 15_000, 8) == [15_000]
    assert focusing.when_to_look(3000, 8000, 8) == [3000, 5500, 8000]
    assert focusing.when_to_look(12, 12, 8) == [12]
    assert focusing.when_to_look(12, 36, 1) == [36]


def test_handing_out_asks_as_much_of_many_entries_as_of_few(app: Flask, session: Session) -> None:
    asked = []
    for entries in (6, 12):
        scene = opened(session, focused(session, entries=entries))
        for judge in scene.judges:
            for ballot in open_ballots(session, judge):
                submit(session, scene, ballot)
        with counted(app) as queries:
            assert next_(session, scene) > 0
        asked.append(len([one for one in queries if not one.startswith("INSERT")]))
    assert asked[0] == asked[1]


def test_a_closed_round_takes_no_more(session: Session) -> None:
    scene = opened(session, focused(session))
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    assert next_(session, scene) == 0
    assert next_(session, scene) == 0
