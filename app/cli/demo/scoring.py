"""The demo's marks and orders: as judges give them, harsher or kinder, the same every time."""

import hashlib
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.accounts.queries import actor_of
from app.cli.demo.stage import Stage
from contests.models import Entry
from judging.models import Ballot, Criterion, Judge, Round
from judging.queries.rounds import seated_judges
from judging.service import ballots, orders
from judging.service.ballots import Sent

FAVOURITES: Mapping[str, float] = {
    "Weather by text message": 0.97,
    "Kilometre 212": 0.9,
    "Two skies": 0.84,
    "Twelve Seconds": 0.9,
    "Read Aloud": 0.86,
}
_COMMENTS = (
    "Strong. I would like to see it large.",
    "Honest and well seen; the caption could be shorter.",
    "The link to the Goal is clear at once.",
    "",
    "",
)


def score_all(stage: Stage, round_: Round, *, shares: Mapping[str, float]) -> None:
    """Fill and submit a round's ballots; `shares` says by address how much of theirs is done.

    A judge who is not named has done all.
    """
    for judge in seated_judges(stage.session, round_):
        own = _ballots(stage, round_, judge)
        for ballot in own[: round(len(own) * shares.get(judge.email, 1.0))]:
            _fill(stage, ballot)


def order_all(stage: Stage, round_: Round) -> None:
    """Let every judge put the entries of a ranking round in order, and submit it."""
    for judge in seated_judges(stage.session, round_):
        entries = orders.entries_for(stage.session, judge=judge, round_=round_)
        ranked = sorted(entries, key=lambda entry: _liking(entry, judge), reverse=True)
        groups = tuple((entry.number or 0,) for entry in ranked)
        if judge.user is not None:
            orders.save_order(
                stage.session,
                actor=actor_of(judge.user),
                judge=judge,
                round_=round_,
                sent=orders.Sent(orders.Content(groups), version=0, submit=True),
                now=stage.now,
            )


def _liking(entry: Entry, judge: Judge) -> float:
    title = entry.current.title if entry.current else ""
    return _quality(title) + 0.1 * _chance(title, judge.email, "order")


def _ballots(stage: Stage, round_: Round, judge: Judge) -> list[Ballot]:
    return list(
        stage.session.scalars(
            select(Ballot)
            .where(Ballot.round_id == round_.id, Ballot.judge_id == judge.id)
            .order_by(Ballot.position)
            .options(
                selectinload(Ballot.round).selectinload(Round.criteria),
                selectinload(Ballot.entry).selectinload(Entry.current),
                selectinload(Ballot.marks),
            )
        )
    )


def _fill(stage: Stage, ballot: Ballot) -> None:
    title = ballot.entry.current.title if ballot.entry.current else ""
    person = ballot.judge.user
    if person is None:
        return
    ballots.save_ballot(
        stage.session,
        actor=actor_of(person),
        ballot_id=ballot.id,
        sent=Sent(
            marks={
                criterion.key: _points(title, ballot.judge.email, criterion)
                for criterion in ballot.round.criteria
            },
            comment=_COMMENTS[int(5 * _chance(title, ballot.judge.email))],
            version=ballot.version,
            is_shown=True,
            submit=True,
        ),
        now=stage.now,
    )


def _points(title: str, judge: str, criterion: Criterion) -> int:
    severity = 0.12 * (_chance(judge) - 0.5)
    noise = 0.16 * (_chance(title, judge, criterion.key) - 0.5)
    share = min(1.0, max(0.0, _quality(title) + severity + noise))
    return criterion.minimum + round(share * (criterion.maximum - criterion.minimum))


def _quality(title: str) -> float:
    return FAVOURITES.get(title, 0.35 + 0.4 * _chance(title))


def _chance(*words: str) -> float:
    """Return a number from 0 up to 1 that depends on the words alone."""
    digest = hashlib.sha256("\n".join(words).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
