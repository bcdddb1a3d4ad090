"""Rows for tests: each function makes one thing with sensible defaults and flushes it."""

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role, User
from app.authz import ORGANISER
from contests.models import Contest, Entry, EntryVersion, Forum, Team, TeamMember, VersionAsset
from contests.states import ContestKind, ContestState, EntryState, Screening
from judging.models import Ballot, Criterion, Judge, JudgingRules, Mark, Round
from judging.states import BallotState, RoundState
from media.limits import AssetKind
from media.models import Asset, Rendition
from media.states import AssetState

NOW = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
_hashed: list[str] = []
_count = itertools.count(1)


def _password_hash() -> str:
    # argon2 is slow on purpose; once is enough for a suite.
    if not _hashed:
        _hashed.append(hash_password(PASSWORD))
    return _hashed[0]


def user(session: Session, name: str = "Amina Diallo", *, email: str | None = None) -> User:
    made = User(
        email=email or f"person{next(_count)}@example.org",
        password=_password_hash(),
        fs_uniquifier=f"{next(_count):064d}",
        active=True,
        name=name,
        confirmed_at=NOW,
        create_datetime=NOW,
        update_datetime=NOW,
    )
    session.add(made)
    session.flush()
    return made


def organiser(session: Session, name: str = "Gitanjali Sah") -> User:
    made = user(session, name)
    role = session.scalar(select(Role).where(Role.name == ORGANISER)) or Role(name=ORGANISER)
    made.roles.append(role)
    session.flush()
    return made


def forum(session: Session, name: str = "WSIS Forum 2025") -> Forum:
    found = session.scalar(select(Forum).where(Forum.name == name))
    if found is not None:
        return found
    made = Forum(
        name=name,
        tagline="Information and communication technologies for development",
        starts_on=datetime(2025, 7, 7, tzinfo=UTC).date(),
        ends_on=datetime(2025, 7, 11, tzinfo=UTC).date(),
        zone="Europe/Zurich",
    )
    session.add(made)
    session.flush()
    return made


def contest(
    session: Session,
    kind: ContestKind = ContestKind.PHOTO,
    *,
    state: ContestState = ContestState.PUBLISHED,
    opens_at: datetime = NOW - timedelta(days=30),
    closes_at: datetime = NOW + timedelta(days=4),
    **columns: object,
) -> Contest:
    hackathon = kind is ContestKind.HACKATHON
    values: dict[str, object] = {
        "slug": f"{kind.value}-{next(_count)}",
        "title": "Hackathon 2025" if hackathon else "Photo Contest 2025",
        "summary": "One line about it.",
        "brief": "Show how **ICTs** enable the Goals.",
        "rules": "Be fair.",
        "zone": "Europe/Zurich",
        "team_max": 4,
        "pictures_max": 6 if hackathon else 1,
        "documents_max": 2 if hackathon else 0,
        "formats": ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"],
        "sdgs": list(range(1, 18)),
        "action_lines": [],
    }
    made = Contest(
        forum=forum(session),
        kind=kind,
        state=state,
        opens_at=opens_at,
        closes_at=closes_at,
        created_at=NOW,
        updated_at=NOW,
        **(values | columns),
    )
    session.add(made)
    session.flush()
    return made


def asset(
    session: Session,
    owner: User,
    *,
    kind: AssetKind = AssetKind.PICTURE,
    state: AssetState = AssetState.READY,
) -> Asset:
    # A row only: nothing lies in the store under its keys.
    number = next(_count)
    made = Asset(
        public_id=f"{number:032x}",
        owner_id=owner.id,
        kind=kind,
        state=state,
        reason="It is damaged." if state is AssetState.REJECTED else None,
        upload_id=f"upload-{number}" if state is AssetState.AWAITING else None,
        filename=f"picture-{number}.jpg",
        media_type="image/jpeg" if kind is AssetKind.PICTURE else "application/pdf",
        bytes=1000,
        sha256=f"{number:064x}",
        width=1600,
        height=1200,
        created_at=NOW,
        updated_at=NOW,
        claimed_at=NOW,
    )
    if state is AssetState.READY and kind is AssetKind.PICTURE:
        made.renditions = [
            Rendition(name=name, width=name, height=name * 3 // 4, bytes=500)
            for name in (320, 800, 1600)
        ]
    session.add(made)
    session.flush()
    return made


def team(session: Session, contest: Contest, captain: User, *members: User) -> Team:
    made = Team(
        contest=contest,
        name=f"Team {next(_count)}",
        captain=captain,
        invite_nonce=f"{next(_count):032x}",
        created_at=NOW,
        members=[TeamMember(user=person, joined_at=NOW) for person in (captain, *members)],
    )
    session.add(made)
    session.flush()
    return made


def entry(
    session: Session,
    contest: Contest,
    owner: User,
    *,
    state: EntryState = EntryState.SUBMITTED,
    screening: Screening = Screening.PENDING,
    pictures: Sequence[Asset] | None = None,
    team: Team | None = None,
    title: str = "Harvest by handset",
    **columns: object,
) -> Entry:
    """Make an entry with one version; a draft's version is its working copy."""
    submitted = NOW if state is not EntryState.DRAFT else None
    made = Entry(
        contest=contest,
        owner=owner,
        team=team,
        screening=screening,
        screening_reason="Outside the brief." if screening is Screening.INELIGIBLE else None,
        created_at=NOW,
        updated_at=NOW,
    )
    version = EntryVersion(
        entry=made,
        number=1,
        title=title,
        created_at=NOW,
        updated_at=NOW,
        submitted_at=submitted,
        **(_words() | columns),
    )
    for position, file in enumerate(pictures if pictures is not None else [asset(session, owner)]):
        version.files.append(VersionAsset(asset=file, position=position))
    session.add(made)
    session.flush()
    if submitted:
        contest.last_number += 1
        made.number = contest.last_number
        made.state, made.submitted_at, made.current = state, submitted, version
        made.withdrawn_at = NOW if state is EntryState.WITHDRAWN else None
        made.disqualified_reason = "Not one's own." if state is EntryState.DISQUALIFIED else None
        session.flush()
    return made


def _words() -> dict[str, object]:
    return {
        "summary": "Prices by text message.",
        "description": "Farmers read market prices before they travel.",
        "caption": "A farmer checks the market's price before loading her cart.",
        "alt_text": "A woman beside a loaded cart looks at a phone.",
        "place": "Kisumu",
        "country": "KE",
        "taken_on": NOW.date() - timedelta(days=200),
        "consent": True,
        "licence": "CC-BY-4.0",
        "links": [],
    }


def judge(session: Session, contest: Contest, person: User, *, declared: bool = True) -> Judge:
    made = Judge(
        contest=contest,
        user=person,
        email=person.email,
        name=person.name,
        invited_at=NOW,
        accepted_at=NOW,
        declared_at=NOW if declared else None,
    )
    session.add(made)
    session.flush()
    return made


def round_(
    session: Session,
    contest: Contest,
    *,
    state: RoundState = RoundState.OPEN,
    position: int = 1,
) -> Round:
    made = Round(
        contest=contest,
        position=position,
        state=state,
        title="Scoring",
        briefing="Read this first.",
        per_entry=2,
        first_pass=1,
        due_at=NOW + timedelta(days=10),
        seed="a public text",
        opened_at=None if state is RoundState.PLANNED else NOW,
        method_declared_at=None if state is RoundState.PLANNED else NOW,
        closed_at=NOW if state in {RoundState.CLOSED, RoundState.FINAL} else None,
        criteria=[
            Criterion(
                position=0, key="relevance", title="Relevance", guidance="Clear link", weight=2
            ),
            Criterion(position=1, key="originality", title="Originality", guidance="New eyes"),
        ],
    )
    session.add(made)
    if session.scalar(select(JudgingRules).where(JudgingRules.contest == contest)) is None:
        session.add(JudgingRules(contest=contest))
    session.flush()
    return made


def ballot(
    session: Session, round_: Round, judge: Judge, entry: Entry, points: Sequence[int] | None = None
) -> Ballot:
    """Make an assigned ballot, or a submitted one with these points in the criteria's order."""
    made = Ballot(
        round=round_,
        judge=judge,
        entry=entry,
        position=next(_count),
        state=BallotState.SUBMITTED if points else BallotState.ASSIGNED,
        created_at=NOW,
        saved_at=NOW if points else None,
        submitted_at=NOW if points else None,
    )
    for criterion, given in zip(round_.criteria, points or (), strict=False):
        made.marks.append(
            Mark(
                criterion=criterion,
                minimum=criterion.minimum,
                maximum=criterion.maximum,
                points=given,
            )
        )
    session.add(made)
    session.flush()
    return made
