"""Scenes that the organisers' tests begin with: a contest at some point of its judging."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import actor_of
from app.authz import Actor
from contests.models import Contest, Entry
from contests.states import ContestKind, ContestState
from judging.models import Decision, Judge, Round
from judging.queries.results import find_decision
from judging.queries.rounds import get_deciding_round
from judging.service import decisions
from judging.service.decisions import Choice
from judging.states import RoundState
from tests import factories
from tests.factories import NOW


@dataclass
class Scene:
    """A contest with its people; `entries` by number, `points` as the judges gave them."""

    contest: Contest
    round_: Round
    organiser: User
    second: User
    judges: list[Judge]
    entries: list[Entry]

    @property
    def actor(self) -> Actor:
        return actor_of(self.organiser)

    @property
    def other(self) -> Actor:
        return actor_of(self.second)

    def url(self, page: str) -> str:
        return f"/manage/contests/{self.contest.slug}/{page}"

    def round_url(self, page: str = "") -> str:
        return self.url(f"rounds/{self.round_.id}{page and '/'}{page}")


def judged(
    session: Session,
    points: Sequence[Sequence[int]] = ((9, 9), (8, 8), (7, 7), (6, 6)),
    *,
    judges: int = 2,
    state: RoundState = RoundState.CLOSED,
    kind: ContestKind = ContestKind.PHOTO,
) -> Scene:
    """Make a contest whose entries every judge has marked alike, `points` by criterion."""
    contest = factories.contest(
        session,
        kind,
        state=ContestState.JUDGING,
        closes_at=NOW - timedelta(days=1),
    )
    round_ = factories.round_(session, contest, state=state)
    panel = [
        factories.judge(session, contest, factories.user(session, f"Judge {n}"))
        for n in range(1, judges + 1)
    ]
    entries = []
    for number, given in enumerate(points, start=1):
        owner = factories.user(session, f"Entrant {number}")
        entry = factories.entry(session, contest, owner, title=f"Work {number}")
        entries.append(entry)
        for judge in panel:
            factories.ballot(session, round_, judge, entry, given)
    return Scene(
        contest=contest,
        round_=round_,
        organiser=factories.organiser(session),
        second=factories.organiser(session, "Second Organiser"),
        judges=panel,
        entries=entries,
    )


def waiting(session: Session, *, entries: int = 4, judges: int = 3) -> Scene:
    """Make a contest that has closed, with a planned round that nobody has opened."""
    contest = factories.contest(session, closes_at=NOW - timedelta(days=1))
    return Scene(
        contest=contest,
        round_=factories.round_(session, contest, state=RoundState.PLANNED),
        organiser=factories.organiser(session),
        second=factories.organiser(session, "Second Organiser"),
        judges=[
            factories.judge(session, contest, factories.user(session, f"Judge {n}"))
            for n in range(1, judges + 1)
        ],
        entries=[
            factories.entry(
                session, contest, factories.user(session, f"Entrant {n}"), title=f"Work {n}"
            )
            for n in range(1, entries + 1)
        ],
    )


def choices(*numbers: int, reasons: dict[int, str] | None = None) -> list[Choice]:
    """Choose entries by number, best first."""
    return [
        Choice(entry=number, citation=f"Citation {number}.", reason=(reasons or {}).get(number, ""))
        for number in numbers
    ]


def seen(session: Session, scene: Scene) -> str:
    """Return what a form names that was opened just now."""
    return decisions.fingerprint(find_decision(session, scene.contest))


def proposed(
    session: Session,
    scene: Scene,
    *numbers: int,
    reasons: dict[int, str] | None = None,
    by: Actor | None = None,
) -> Decision:
    """Let the first organiser, or another, propose these entries, having read what was proposed."""
    return decisions.propose(
        session,
        contest=scene.contest,
        choices=choices(*(numbers or (1, 2, 3)), reasons=reasons),
        seen=seen(session, scene),
        actor=by or scene.actor,
        now=NOW,
    )


def departing(session: Session, scene: Scene, *, by: Actor | None = None) -> Decision:
    """Let somebody propose the third entry before the second."""
    return proposed(session, scene, 1, 3, 2, reasons={3: "Braver."}, by=by)


def confirm(session: Session, scene: Scene) -> Decision:
    """Let the second organiser confirm what is proposed."""
    read = seen(session, scene)
    return decisions.confirm(session, contest=scene.contest, seen=read, actor=scene.other, now=NOW)


def confirmed(session: Session, scene: Scene, *numbers: int) -> Decision:
    """Let the second organiser confirm what the first proposed."""
    proposed(session, scene, *numbers)
    return confirm(session, scene)


def round_of(session: Session, scene: Scene) -> Round:
    """Read the round as it is now."""
    return get_deciding_round(session, scene.contest)
