"""A round that asks judges for an order, or for choices between two; with its people."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Flask
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import User
from app.accounts.queries import actor_of
from app.authz import Actor
from contests.models import Contest, Entry
from contests.states import ContestKind, ContestState
from judging.models import Comparison, Judge, Round
from judging.ranking import Kind, MethodName
from judging.states import RoundState
from tests import factories
from tests.media.shelves import shelved

METHODS = {Kind.RANK: MethodName.RANK_SUM, Kind.PAIRWISE: MethodName.BRADLEY_TERRY}


@dataclass
class Asked:
    """An open round, its judges with their accounts, and its entries by number."""

    contest: Contest
    round_: Round
    judges: list[Judge]
    people: list[User]
    entries: list[Entry]
    organiser: User

    @property
    def actor(self) -> Actor:
        """The first judge."""
        return actor_of(self.people[0])

    @property
    def judge(self) -> Judge:
        return self.judges[0]


def asked(
    session: Session,
    kind: Kind,
    *,
    entries: int = 4,
    judges: int = 2,
    app: Flask | None = None,
    contest_kind: ContestKind = ContestKind.PHOTO,
) -> Asked:
    """Make the round; with `app`, each entry has a picture that a browser can show."""
    now = clock.now()
    contest = factories.contest(
        session,
        contest_kind,
        state=ContestState.JUDGING,
        opens_at=now - timedelta(days=9),
        closes_at=now - timedelta(days=1),
    )
    round_ = factories.round_(session, contest)
    round_.kind, round_.method, round_.criteria = kind, METHODS[kind], []
    round_.title, round_.due_at = "Final", now + timedelta(days=3)
    people = [factories.user(session, f"Judge {n}") for n in range(1, judges + 1)]
    panel = [factories.judge(session, contest, person) for person in people]
    made = []
    for number in range(1, entries + 1):
        owner = factories.user(session, f"Secret Entrant {number}")
        pictures = [shelved(app, session, owner, ratio=1.5, widths=(320, 800))] if app else None
        made.append(
            factories.entry(session, contest, owner, title=f"Work {number}", pictures=pictures)
        )
    session.flush()
    return Asked(contest, round_, panel, people, made, factories.organiser(session))


def close(session: Session, round_: Round) -> None:
    """Close a round, whoever is late."""
    round_.state, round_.closed_at = RoundState.CLOSED, clock.now()
    session.flush()


def compare(
    session: Session, here: Asked, *, first: int, second: int, judge: int = 0, position: int = 1
) -> Comparison:
    """Ask a judge to choose between two entries; `first` is shown first."""
    shown = [here.entries[number - 1].id for number in (first, second)]
    low, high = sorted(shown)
    made = Comparison(
        round=here.round_,
        judge=here.judges[judge],
        position=position,
        first_id=low,
        second_id=high,
        is_swapped=shown != [low, high],
        created_at=clock.now(),
    )
    session.add(made)
    session.flush()
    session.refresh(made)
    return made
