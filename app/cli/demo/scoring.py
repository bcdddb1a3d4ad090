"""The demo's marks: as judges give them, some harsher, some kinder, and the same every time."""

import hashlib
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.accounts.queries import actor_of
from app.cli.demo.stage import Stage
from contests.models import Contest, Entry
from judging.models import Ballot, Criterion, Judge, Round
from judging.service import ballots
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


def score_all(stage: Stage, contest: Contest, *, shares: Mapping[str, float]) -> None:
    """Fill and submit ballots; `shares` says by address how much of theirs a judge has done.

    A judge who is not named has done all.
    """
    found = select(Judge).where(Judge.contest_id == contest.id).order_by(Judge.id)
    for judge in stage.session.scalars(found).all():
        own = _ballots(stage, judge)
        for ballot in own[: round(len(own) * shares.get(judge.email, 1.0))]:
            _fill(stage, ballot)


def _ballots(stage: Stage, judge: Judge) -> list[Ballot]:
    return list(
        stage.session.scalars(
            select(Ballot)
            .where(Ballot.judge_id == judge.id)
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
    quality = FAVOURITES.get(title, 0.35 + 0.4 * _chance(title))
    severity = 0.12 * (_chance(judge) - 0.5)
    noise = 0.16 * (_chance(title, judge, criterion.key) - 0.5)
    share = min(1.0, max(0.0, quality + severity + noise))
    return criterion.minimum + round(share * (criterion.maximum - criterion.minimum))


def _chance(*words: str) -> float:
    """Return a number from 0 up to 1 that depends on the words alone."""
    digest = hashlib.sha256("\n".join(words).encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
