"""A forum with something of everything, so that every page has something to show."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.links import write_token
from app.accounts.models import User
from app.accounts.queries import actor_of
from app.mail import OutgoingMail
from contests.models import Contest, Declaration, Entry, LatePass, TopicScheme, Track, VersionTopic
from contests.service import teams
from contests.states import ContestKind, ContestState, EntryState, Screening
from judging.models import Advance, Ballot, Judge, Recusal, RecusalSource, RoundEntry
from judging.queries.rounds import rounds_of
from judging.ranking import Kind
from judging.service import announcement, panel, rounds, sealing
from judging.states import BallotState, RoundState
from media import keys
from media.limits import AssetKind
from media.models import Asset
from media.states import AssetState
from media.stores import Store
from tests import factories
from tests.factories import NOW
from tests.judging import scenes
from tests.judging.asked import asked, compare
from tests.judging.scenes import Scene
from tests.media.pictures import encode, pdf, subject

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
WORDS = f"""## What it does

A [well](https://example.org) that *calls*. {LONG}

| Month | Litres | Calls | People | Villages | Sensors | Batteries |
| --- | --- | --- | --- | --- | --- | --- |
| January | 120000 | 34 | 1200 | 14 | 28 | 56 |

    a_line_of_code = "which is longer than any telephone is wide, and must not push the page out"

1. One
2. Two

> Somebody said so.
"""


@dataclass
class Town:
    """Its people, its contests by what they are at, and the tokens of what is in the mail.

    `rounds` are ids: each contest's first by the contest's name, and those planned in "several".
    """

    entrant: User
    member: User
    judge: User
    organiser: User
    contests: dict[str, Contest] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    ballots: dict[str, Ballot] = field(default_factory=dict)
    rounds: dict[str, int] = field(default_factory=dict)
    comparisons: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def people(self) -> Mapping[str, User | None]:
        """Whoever looks at pages, by the name of their part; nobody is the outsider."""
        return {
            "outsider": None,
            "entrant": self.entrant,
            "judge": self.judge,
            "organiser": self.organiser,
        }


def build(app: Flask, session: Session) -> Town:
    """Make all of it, with a real picture behind every address of one."""
    town = Town(
        entrant=factories.user(session, "Amina Diallo"),
        member=factories.user(session, f"Ṣọlá {LONG[:60]}"),
        judge=factories.user(session, "Nnedi Okorafor"),
        organiser=factories.organiser(session),
    )
    _before_the_opening(session, town)
    _while_it_is_open(session, town)
    _after_the_close(session, town)
    _judging(session, town)
    _after_the_decision(session, town)
    _between_rounds(session, town)
    _asked_otherwise(session, town)
    _mailed(session, town)
    _fill_store(app.extensions["podium.store"], session)
    return town


def _before_the_opening(session: Session, town: Town) -> None:
    town.contests["draft"] = factories.contest(session, state=ContestState.DRAFT)
    town.contests["upcoming"] = factories.contest(
        session, opens_at=NOW + timedelta(days=1), title=LONG
    )


def _while_it_is_open(session: Session, town: Town) -> None:
    photo = factories.contest(session, entries_per_person=9, action_lines=["C3", "C7-e-health"])
    hack = factories.contest(session, ContestKind.HACKATHON, brief=WORDS, rules=WORDS)
    hack.tracks = [
        Track(position=0, title="Clean water", description="Sensors for wells."),
        Track(position=1, title=LONG),
    ]
    hack.declarations = [Declaration(position=0, text="I am 18 or older.")]
    town.contests |= {"photo": photo, "hackathon": hack}
    for name, state in (
        ("draft", AssetState.READY),
        ("waiting", AssetState.PROCESSING),
        ("refused", AssetState.REJECTED),
    ):
        picture = factories.asset(session, town.entrant, state=state)
        town.entries[name] = factories.entry(
            session, photo, town.entrant, state=EntryState.DRAFT, pictures=[picture], title=LONG
        )
    for left in (EntryState.SUBMITTED, EntryState.WITHDRAWN, EntryState.DISQUALIFIED):
        town.entries[left.value] = factories.entry(session, photo, town.entrant, state=left)
    team = factories.team(session, hack, town.entrant, town.member)
    town.tokens["team"] = teams.invitation_token(team)
    town.entries["project"] = factories.entry(
        session,
        hack,
        town.entrant,
        state=EntryState.DRAFT,
        team=team,
        pictures=[
            *(factories.asset(session, town.entrant) for _ in range(2)),
            factories.asset(session, town.entrant, kind=AssetKind.DOCUMENT),
        ],
        description=WORDS,
        links=["https://example.org/" + "a-long-address/" * 12],
    )
    session.add(
        LatePass(
            contest_id=photo.id,
            user_id=town.entrant.id,
            until=NOW + timedelta(days=6),
            reason="The network of her town was down.",
            granted_by_id=town.organiser.id,
        )
    )


def _after_the_close(session: Session, town: Town) -> None:
    waiting = scenes.waiting(session)
    town.contests["waiting"] = waiting.contest
    waiting.contest.tracks = [Track(position=0, title="People")]
    town.entries["closed"] = factories.entry(
        session, waiting.contest, town.entrant, state=EntryState.DRAFT
    )
    factories.entry(
        session, waiting.contest, town.entrant, screening=Screening.INELIGIBLE, title=LONG
    )
    # She has accepted, and has yet to declare; and two are on their way.
    factories.judge(session, waiting.contest, town.judge, declared=False)
    for name in ("Lars Berg", LONG[:60]):
        _invite(session, town, waiting.contest, name)
    town.contests["bare"] = factories.contest(session, closes_at=NOW - timedelta(days=2))


def _invite(session: Session, town: Town, contest: Contest, name: str) -> Judge:
    email = f"{name[:20].replace(' ', '.')}@example.org"
    actor = actor_of(town.organiser)
    return panel.invite(session, contest=contest, email=email, name=name, actor=actor, now=NOW)


def _judging(session: Session, town: Town) -> None:
    hack = scenes.judged(session, state=RoundState.OPEN, kind=ContestKind.HACKATHON)
    town.contests["judging"] = hack.contest
    seat = factories.judge(session, hack.contest, town.judge)
    for name, entry in zip(("assigned", "submitted", "recused"), hack.entries, strict=False):
        given = (7, 8) if name == "submitted" else None
        town.ballots[name] = factories.ballot(session, hack.round_, seat, entry, given)
    long = factories.entry(
        session,
        hack.contest,
        town.entrant,
        title=LONG,
        description=WORDS,
        links=["https://example.org/" + "a" * 200],
        pictures=[
            *(factories.asset(session, town.entrant) for _ in range(2)),
            factories.asset(session, town.entrant, kind=AssetKind.DOCUMENT),
        ],
    )
    town.ballots["long"] = factories.ballot(session, hack.round_, seat, long)
    town.ballots["submitted"].comment = f"A comment. {LONG}"
    practice = factories.round_(session, hack.contest, position=2)
    practice.is_practice, practice.title = True, "Practice"
    chosen = RoundEntry(round_id=practice.id, entry_id=hack.entries[0].id, created_at=NOW)
    session.add(chosen)
    town.ballots["practice"] = factories.ballot(session, practice, seat, hack.entries[0], (5, 9))
    factories.ballot(session, practice, hack.judges[0], hack.entries[0], (6, 7))
    recused = town.ballots["recused"]
    recused.state = BallotState.RECUSED
    session.add(
        Recusal(
            judge_id=seat.id,
            entry_id=recused.entry_id,
            source=RecusalSource.DECLARED,
            reason=f"My cousin. {LONG}",
            created_at=NOW,
        )
    )
    session.flush()


def _after_the_decision(session: Session, town: Town) -> None:
    closed = scenes.judged(session, ((9, 9), (8, 8), (8, 8), (6, 6)))
    proposed, confirmed, announced = (_long(session, scenes.judged(session)) for _ in range(3))
    scenes.proposed(session, proposed)
    scenes.confirmed(session, confirmed)
    sealing.seal(session, contest=confirmed.contest, actor=confirmed.actor, now=NOW)
    scenes.confirmed(session, announced)
    announcement.announce(session, contest=announced.contest, actor=announced.actor, now=NOW)
    for version in (entry.current for entry in announced.entries):
        if version is not None:
            version.topics = [VersionTopic(scheme=TopicScheme.SDG, code="4")]
    town.contests |= {
        "closed": closed.contest,
        "proposed": proposed.contest,
        "confirmed": confirmed.contest,
        "announced": announced.contest,
    }
    seat = factories.judge(session, closed.contest, town.judge)
    town.ballots["closed"] = factories.ballot(session, closed.round_, seat, closed.entries[0])
    town.ballots["beside"] = factories.ballot(session, closed.round_, seat, closed.entries[1])


def _between_rounds(session: Session, town: Town) -> None:
    """Close the first of three rounds, before anything goes on; and remember each last round."""
    scene = scenes.judged(session, ((9, 9), (8, 8), (8, 8), (6, 6)))
    scene.round_.title, scene.round_.advance = "Stars", Advance.TOP
    scene.round_.advance_count = 2
    for name, kind in (("shortlist", Kind.SCORE), ("last", Kind.RANK), ("pairs", Kind.PAIRWISE)):
        town.rounds[name] = rounds.add_round(
            session, contest=scene.contest, kind=kind, actor=scene.actor, now=NOW
        ).id
    town.rounds["practice"] = rounds.add_round(
        session,
        contest=scene.contest,
        kind=Kind.SCORE,
        is_practice=True,
        actor=scene.actor,
        now=NOW,
    ).id
    town.contests["several"] = scene.contest
    for name, contest in town.contests.items():
        found = rounds_of(session, contest)
        if found:
            town.rounds[name] = found[0].id


def _asked_otherwise(session: Session, town: Town) -> None:
    """Ask the judge for an order, and for choices between two: one made, one to be made."""
    for name, kind in (("ordered", Kind.RANK), ("compared", Kind.PAIRWISE)):
        scene = asked(session, kind, entries=3, judges=0)
        scene.judges.append(factories.judge(session, scene.contest, town.judge))
        version = scene.entries[1].current
        if version is not None:
            version.title = LONG
        town.rounds[name] = scene.round_.id
        if kind is Kind.PAIRWISE:
            made, open_ = (
                compare(session, scene, first=1, second=second, position=second)
                for second in (2, 3)
            )
            made.chosen_id, made.decided_at = made.first_id, NOW
            town.comparisons |= {"made": made.id, "open": open_.id}
    session.flush()


def _long(session: Session, scene: Scene) -> Scene:
    """Give one entry a title that no line of a telephone holds."""
    version = scene.entries[1].current
    if version is not None:
        version.title = LONG
    session.flush()
    return scene


def _mailed(session: Session, town: Town) -> None:
    body = session.scalar(
        select(OutgoingMail.body).where(OutgoingMail.recipient == "lars.berg@example.org")
    )
    links = [word for word in (body or "").split() if "/invitations/" in word]
    town.tokens |= {
        "judge": links[0].rpartition("/")[2],
        "link": write_token(town.entrant, "/my"),
        "reset": generate_reset_password_token(town.entrant),  # type: ignore[no-untyped-call] # Flask-Security has no types
    }


def _fill_store(store: Store, session: Session) -> None:
    """Put real files where the rows of the town say that there are some."""
    files: Mapping[int, bytes] = {
        width: encode(subject(width, width * 3 // 4), "WEBP", quality=20)
        for width in (320, 800, 1600)
    }
    for asset in session.scalars(select(Asset)):
        if asset.kind is AssetKind.DOCUMENT:
            store.put(keys.original(asset.public_id), io.BytesIO(pdf()), media_type="pdf")
        for rendition in asset.renditions:
            key = keys.rendition(asset.public_id, rendition.name)
            store.put(key, io.BytesIO(files[rendition.name]), media_type="image/webp")
