"""What organisers do to contests and to entries, and what the record says of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.accounts.queries import actor_of
from app.audit import AuditEvent
from app.authz import Actor
from app.errors import (
    ClosedError,
    DomainError,
    IllegalTransitionError,
    InvalidError,
    NotFoundError,
)
from contests.models import AcceptedDeclaration, Contest, GalleryOpens, LatePass
from contests.queries import contests as queries
from contests.service import contests as service
from contests.service import entries, screening
from contests.service.contests import ContestValues
from contests.states import ContestKind, ContestState, EntryState, Screening
from media.limits import AssetKind
from tests import factories as make
from tests.factories import NOW

VALUES = ContestValues(
    slug="photo-2025",
    title="Photo Contest 2025",
    summary="One line.",
    brief="Show how ICTs help.",
    rules="Be fair.",
    zone="Europe/Zurich",
    opens_at=NOW,
    closes_at=NOW + timedelta(days=4),
    entries_per_person=5,
    team_min=1,
    team_max=1,
    pictures_min=1,
    pictures_max=1,
    documents_max=0,
    videos_max=0,
    words_min=0,
    words_max=200,
    max_bytes=50 * 1024 * 1024,
    formats=["JPEG"],
    sdgs=[1, 4],
    action_lines=["C1"],
    winners=3,
    gallery_opens=GalleryOpens.AT_CLOSE,
    tracks=(("Water", "Wells."), ("Light", "")),
    declarations=("I am 18 or older.", "The work is mine."),
)


@pytest.fixture
def actor(session: Session) -> Actor:
    return actor_of(make.organiser(session))


@pytest.fixture
def contest(session: Session, actor: Actor) -> Contest:
    return service.create_contest(
        session,
        forum=make.forum(session),
        kind=ContestKind.PHOTO,
        values=VALUES,
        actor=actor,
        now=NOW,
    )


def change(session: Session, contest: Contest, actor: Actor, **changed: Any) -> None:
    values = replace(VALUES, **changed)
    service.update_contest(session, contest=contest, values=values, actor=actor, now=NOW)


def recorded(session: Session, verb: str) -> list[AuditEvent]:
    wanted = select(AuditEvent).where(AuditEvent.verb == verb).order_by(AuditEvent.id)
    return list(session.scalars(wanted))


def refused(reason: str, error: type[DomainError] = InvalidError) -> Any:
    return pytest.raises(error, check=lambda raised: raised.reason == reason)


# --- setting up -------------------------------------------------------------------------------


def test_a_contest_begins_as_a_draft(session: Session, contest: Contest, actor: Actor) -> None:
    assert contest.state is ContestState.DRAFT
    assert [(track.title, track.description) for track in contest.tracks] == list(VALUES.tracks)
    assert [row.text for row in contest.declarations] == list(VALUES.declarations)
    (event,) = recorded(session, "contest.create")
    assert (event.subject, event.actor_id) == (f"contest:{contest.id}", actor.user_id)


def test_an_address_belongs_to_one_contest(
    session: Session, contest: Contest, actor: Actor
) -> None:
    other = make.contest(session, slug="other")
    with refused("slug-taken"):
        change(session, contest, actor, slug="other")
    assert contest.slug == "photo-2025"
    change(session, contest, actor, slug="photo-2025")
    assert other.slug == "other"


def test_the_record_says_what_changed_and_nothing_else(
    session: Session, contest: Contest, actor: Actor
) -> None:
    change(session, contest, actor)
    assert recorded(session, "contest.change") == []
    later = VALUES.closes_at + timedelta(hours=1)
    change(session, contest, actor, closes_at=later, tracks=(("Water", "Wells."),))
    (event,) = recorded(session, "contest.change")
    assert event.details == {
        "closes_at": [VALUES.closes_at.isoformat(), later.isoformat()],
        "tracks": [[["Water", "Wells."], ["Light", ""]], [["Water", "Wells."]]],
    }


def test_tracks_and_declarations_keep_who_chose_them(
    session: Session, contest: Contest, actor: Actor
) -> None:
    water, light = contest.tracks
    adult, _own = contest.declarations
    entry = make.entry(session, contest, make.user(session), track=water)
    entry.versions[0].accepted = [AcceptedDeclaration(declaration=adult)]
    session.flush()
    with refused("track-in-use"):
        change(session, contest, actor, tracks=(("Waters", ""), ("Light", "")))
    with refused("declaration-in-use"):
        change(session, contest, actor, declarations=("I am 21 or older.",))
    assert contest.tracks == [water, light]
    # Whatever nobody chose may go, and what was chosen may move.
    change(
        session,
        contest,
        actor,
        tracks=(("Air", ""), ("Water", "Deep wells.")),
        declarations=("New.", "I am 18 or older."),
    )
    session.expire_all()
    assert [track.title for track in contest.tracks] == ["Air", "Water"]
    assert contest.tracks[1].id == water.id
    assert entry.versions[0].track is contest.tracks[1]
    assert [row.text for row in contest.declarations] == ["New.", "I am 18 or older."]


def test_a_new_cover_lets_the_old_one_go_and_is_recorded(
    session: Session, contest: Contest, actor: Actor
) -> None:
    owner = make.user(session)
    first, second = make.asset(session, owner), make.asset(session, owner)
    for asset in (first, second):
        service.set_cover(session, contest=contest, asset=asset, actor=actor, now=NOW)
    assert (first.claimed_at, second.claimed_at) == (None, NOW)
    for _time in range(2):
        service.set_cover(session, contest=contest, asset=None, actor=actor, now=NOW)
    assert (contest.cover, second.claimed_at) == (None, None)
    shown = recorded(session, "contest.cover")
    assert [event.details["picture"] for event in shown] == [first.public_id, second.public_id]
    assert len(recorded(session, "contest.no-cover")) == 1


# --- moving -----------------------------------------------------------------------------------


def test_a_contest_needs_a_brief_and_time_before_it_is_public(contest: Contest) -> None:
    service.check_ready_to_publish(contest, NOW)
    with refused("closes-in-the-past"):
        service.check_ready_to_publish(contest, contest.closes_at)
    contest.brief = " \n"
    with refused("brief-missing"):
        service.check_ready_to_publish(contest, NOW)


def test_moves_are_recorded_and_only_those_of_the_table_exist(
    session: Session, contest: Contest, actor: Actor
) -> None:
    def move(to: ContestState) -> None:
        service.move(session, contest=contest, to=to, actor=actor, now=NOW)

    with refused("illegal-transition", IllegalTransitionError):
        move(ContestState.JUDGING)
    move(ContestState.PUBLISHED)
    move(ContestState.DRAFT)
    move(ContestState.PUBLISHED)
    assert [event.details for event in recorded(session, "contest.published")] == [
        {"from": "draft"},
        {"from": "draft"},
    ]


@pytest.mark.parametrize("state", list(EntryState))
def test_what_somebody_entered_stays_public(
    session: Session, actor: Actor, state: EntryState
) -> None:
    contest = make.contest(session)
    make.entry(session, contest, make.user(session), state=state)
    with refused("has-entries"):
        service.move(session, contest=contest, to=ContestState.DRAFT, actor=actor, now=NOW)
    assert contest.state is ContestState.PUBLISHED


# --- late passes ------------------------------------------------------------------------------


@pytest.fixture
def late(session: Session) -> User:
    return make.user(session, email="late@example.org")


def grant(
    session: Session, contest: Contest, actor: Actor, email: str = "late@example.org", **until: int
) -> LatePass:
    return service.grant_late_pass(
        session,
        contest=contest,
        email=email,
        until=contest.closes_at + timedelta(**until),
        reason="A power cut.",
        actor=actor,
        now=NOW,
    )


def test_a_late_pass_is_one_persons_and_recorded(
    session: Session, contest: Contest, actor: Actor, late: User
) -> None:
    first = grant(session, contest, actor, email=" LATE@Example.ORG ", hours=1)
    assert grant(session, contest, actor, hours=5) is first
    found = queries.find_late_pass(session, contest, late.id)
    assert found is not None
    assert found.until == contest.closes_at + timedelta(hours=5)
    _first, event = recorded(session, "contest.late-pass")
    assert event.details["user"] == late.id
    assert event.details["reason"] == "A power cut."


def test_a_late_pass_is_revoked_while_it_runs(
    session: Session, contest: Contest, actor: Actor, late: User
) -> None:
    until = grant(session, contest, actor, hours=1).until

    def revoke(now: datetime) -> None:
        service.revoke_late_pass(session, contest=contest, user_id=late.id, actor=actor, now=now)

    with refused("pass-ended", ClosedError):
        revoke(until)
    revoke(until - timedelta(seconds=1))
    assert queries.late_passes(session, contest) == []
    (event,) = recorded(session, "contest.revoke-late-pass")
    assert event.details == {"user": late.id, "until": until.isoformat()}
    with pytest.raises(NotFoundError):
        revoke(NOW)


@pytest.mark.usefixtures("late")
@pytest.mark.parametrize(
    ("email", "hours", "field"),
    [
        ("nobody@example.org", 1, "email"),
        ("no address", 1, "email"),
        ("late@example.org", 0, "until"),
        ("late@example.org", -1, "until"),
    ],
)
def test_a_late_pass_needs_a_person_and_a_later_time(  # noqa: PLR0917 - fixtures and a table
    session: Session, contest: Contest, actor: Actor, email: str, hours: int, field: str
) -> None:
    with pytest.raises(InvalidError, check=lambda raised: raised.field == field):
        grant(session, contest, actor, email=email, hours=hours)
    assert queries.late_passes(session, contest) == []


# --- screening --------------------------------------------------------------------------------


def screen(
    session: Session, entry: Any, actor: Actor, verdict: Screening, reason: str = ""
) -> None:
    screening.screen(session, entry=entry, verdict=verdict, reason=reason, actor=actor, now=NOW)


def test_a_verdict_is_kept_changed_and_undone(session: Session, actor: Actor) -> None:
    entry = make.entry(session, make.contest(session), make.user(session))
    screen(session, entry, actor, Screening.ELIGIBLE, "Kept in the audit.")
    assert (entry.screening, entry.screening_reason) == (Screening.ELIGIBLE, None)
    with refused("reason-missing"):
        screen(session, entry, actor, Screening.INELIGIBLE, "  ")
    screen(session, entry, actor, Screening.INELIGIBLE, " Outside the brief. ")
    screen(session, entry, actor, Screening.INELIGIBLE, "Outside the brief.")
    screen(session, entry, actor, Screening.INELIGIBLE, "Not a photograph.")
    assert entry.screening_reason == "Not a photograph."
    screen(session, entry, actor, Screening.PENDING)
    session.expire_all()
    assert entry.screening is Screening.PENDING
    assert entry.screening_reason is None
    reasons = [event.details["reason"] for event in recorded(session, "entry.screen.ineligible")]
    assert reasons == ["Outside the brief.", "Not a photograph."]
    assert len(recorded(session, "entry.screen.pending")) == 1


def test_a_new_version_is_checked_anew(session: Session) -> None:
    owner = make.user(session)
    entry = make.entry(session, make.contest(session), owner, screening=Screening.INELIGIBLE)
    writer = actor_of(owner)
    words = replace(entries.words_of(entry.versions[0]), title="Mended", sdgs=frozenset({"4"}))
    entries.save(session, entry=entry, words=words, revision=0, actor=writer, now=NOW)
    assert entry.screening is Screening.INELIGIBLE
    entries.submit(session, entry=entry, actor=writer, now=NOW)
    assert (entry.screening, entry.screening_reason) == (Screening.PENDING, None)


def test_an_entry_is_disqualified_for_a_reason_and_for_good(session: Session, actor: Actor) -> None:
    entry = make.entry(session, make.contest(session), make.user(session))

    def disqualify(reason: str) -> None:
        screening.disqualify(session, entry=entry, reason=reason, actor=actor, now=NOW)

    with refused("reason-missing"):
        disqualify(" ")
    disqualify(" Not one's own. ")
    assert (entry.state, entry.disqualified_reason) == (EntryState.DISQUALIFIED, "Not one's own.")
    with refused("illegal-transition", IllegalTransitionError):
        disqualify("Again.")
    with refused("not-submitted"):
        screen(session, entry, actor, Screening.ELIGIBLE)
    (event,) = recorded(session, "entry.disqualify")
    assert event.details == {"reason": "Not one's own."}


@pytest.mark.parametrize("state", [ContestState.ANNOUNCED, ContestState.ARCHIVED])
def test_the_announcement_ends_all_verdicts(
    session: Session, actor: Actor, state: ContestState
) -> None:
    entry = make.entry(session, make.contest(session, state=state), make.user(session))
    with refused("announced"):
        screening.disqualify(session, entry=entry, reason="Late.", actor=actor, now=NOW)
    with refused("announced"):
        screen(session, entry, actor, Screening.INELIGIBLE, "Late.")
    assert entry.state is EntryState.SUBMITTED


# --- counting ---------------------------------------------------------------------------------


def test_tallies_count_each_contests_own(session: Session) -> None:
    owner, one, other = make.user(session), make.contest(session), make.contest(session)
    make.entry(session, one, owner, state=EntryState.DRAFT)
    make.entry(session, one, owner)
    make.entry(session, one, owner, screening=Screening.ELIGIBLE)
    make.entry(session, one, owner, screening=Screening.INELIGIBLE)
    make.entry(session, one, owner, state=EntryState.WITHDRAWN, screening=Screening.ELIGIBLE)
    make.entry(session, one, owner, state=EntryState.DISQUALIFIED)
    found = queries.tallies(session, [one, other])
    assert found[one.id] == queries.Tally(1, 1, 1, 1, 1, 1)
    assert (found[one.id].submitted, found[one.id].begun) == (3, 6)
    assert found[other.id] == queries.Tally()


def test_entries_beyond_new_limits_are_counted(session: Session) -> None:
    owner = make.user(session)
    contest = make.contest(session, ContestKind.HACKATHON)

    def enter(pictures: int, documents: int, state: EntryState) -> None:
        files = [make.asset(session, owner) for _each in range(pictures)]
        files += [make.asset(session, owner, kind=AssetKind.DOCUMENT) for _each in range(documents)]
        make.entry(session, contest, owner, state=state, pictures=files)

    enter(3, 2, EntryState.SUBMITTED)
    enter(3, 0, EntryState.DRAFT)
    enter(1, 2, EntryState.SUBMITTED)
    enter(6, 0, EntryState.WITHDRAWN)
    assert queries.count_beyond_limits(session, contest) == 0
    contest.pictures_max = 2
    assert queries.count_beyond_limits(session, contest) == 2
    contest.documents_max = 1
    assert queries.count_beyond_limits(session, contest) == 3
