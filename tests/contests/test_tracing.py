"""How entries stand, compared with what the audit says of it."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.accounts.queries import actor_of
from app.audit import trail
from app.authz import Actor
from contests.models import Contest, Entry, EntryVersion, VersionTopic
from contests.queries.screening import find_accepting
from contests.service import contests, entries, screening, teams
from contests.service.tracing import differences
from contests.states import ContestKind, ContestState, EntryState, Screening
from tests import factories as make
from tests.contests.test_screening import enter
from tests.factories import NOW

LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def organiser(session: Session) -> Actor:
    return actor_of(make.organiser(session))


@pytest.fixture
def contest(session: Session, organiser: Actor) -> Contest:
    """Make five entries: accepted at once, found eligible or not, withdrawn, disqualified."""
    made = make.contest(session, slug="photo-2025")
    for number in range(1, 6):
        entry = enter(session, made, owner=make.user(session, f"Person {number}"))
        submitted(session, entry)
    judge(session, made, 2, Screening.ELIGIBLE, organiser)
    judge(session, made, 3, Screening.INELIGIBLE, organiser, reason="A drawing.")
    gone = entry_of(session, made, 4)
    entries.withdraw(session, entry=gone, actor=actor_of(gone.owner), now=LATER)
    out = entry_of(session, made, 5)
    screening.disqualify(session, entry=out, reason="Bought.", actor=organiser, now=LATER)
    screening.accept_clear(session, contest=made, actor=organiser, now=LATER)
    session.flush()
    return made


def submitted(session: Session, entry: Entry) -> None:
    """Record that an entry was submitted, as the act itself does."""
    entries._audit(  # noqa: SLF001 - the factory makes the rows without the act
        session, entry, "entry.submit", actor_of(entry.owner), NOW, version=1
    )


def entry_of(session: Session, contest: Contest, number: int) -> Entry:
    wanted = select(Entry).where(Entry.contest_id == contest.id, Entry.number == number)
    return session.scalars(wanted).one()


def judge(
    session: Session,
    contest: Contest,
    number: int,
    verdict: Screening,
    actor: Actor,
    *,
    reason: str = "",
) -> None:
    entry = entry_of(session, contest, number)
    screening.screen(session, entry=entry, verdict=verdict, reason=reason, actor=actor, now=LATER)


def told(session: Session) -> list[str]:
    session.flush()
    session.expire_all()
    return [str(fault) for fault in differences(session)]


def test_entries_stand_as_they_were_judged(
    session: Session, contest: Contest, organiser: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(session) == []
    act = find_accepting(session, contest)
    assert act is not None
    screening.undo_accepting(session, contest=contest, act_id=act.id, actor=organiser, now=LATER)
    assert told(session) == []
    judge(session, contest, 1, Screening.INELIGIBLE, organiser, reason="A drawing, too.")
    judge(session, contest, 3, Screening.PENDING, organiser)
    monkeypatch.setattr(trail, "PART", 2)
    assert told(session) == []


def test_a_changed_verdict_is_named(session: Session, contest: Contest) -> None:
    session.execute(
        update(Entry)
        .where(Entry.number == 1)
        .values(screening=Screening.INELIGIBLE, screening_reason="Bribed.")
    )
    session.execute(update(Entry).where(Entry.number == 3).values(screening_reason="A photo."))
    title = contest.title
    assert told(session) == [
        f"Entry 0001 of {title}: its verdict is ineligible, and the audit says eligible",
        f"Entry 0001 of {title}: why it is not eligible is Bribed., and the audit says none",
        f"Entry 0003 of {title}: why it is not eligible is A photo., and the audit says A drawing.",
    ]


def test_an_entry_put_back_is_named(session: Session, contest: Contest) -> None:
    session.execute(
        update(Entry)
        .where(Entry.number == 5)
        .values(state=EntryState.SUBMITTED, disqualified_reason=None)
    )
    title = contest.title
    assert told(session) == [
        f"Entry 0005 of {title}: its state is submitted, and the audit says disqualified",
        f"Entry 0005 of {title}: why it is disqualified is none, and the audit says Bought.",
    ]


def test_an_entry_put_in_is_named(session: Session, contest: Contest) -> None:
    enter(session, contest)
    assert told(session) == [
        f"Entry 0006 of {contest.title}: its state is submitted, and the audit says none"
    ]


def test_an_entry_made_a_draft_again_is_named(session: Session, contest: Contest) -> None:
    number = entry_of(session, contest, 1).id
    columns = {"current_id": None, "number": None, "submitted_at": None}
    draft = {"state": EntryState.DRAFT, "screening": Screening.PENDING, **columns}
    session.execute(update(Entry).where(Entry.id == number).values(draft))
    assert told(session)[:1] == [
        f"Draft {number} of {contest.title}: its state is draft, and the audit says submitted"
    ]


def test_drafts_need_no_act(session: Session, contest: Contest) -> None:
    entries.begin(session, contest=contest, actor=actor_of(make.user(session)), now=NOW)
    assert told(session) == []


def test_whose_an_entry_is_is_compared(session: Session, contest: Contest) -> None:
    photo, other = make.user(session), make.user(session)
    entry = entries.begin(session, contest=contest, actor=actor_of(photo), now=NOW)
    session.execute(update(Entry).where(Entry.id == entry.id).values(owner_id=other.id))
    where = f"Draft {entry.id} of {contest.title}: its owner's account is"
    assert told(session) == [f"{where} {other.id}, and the audit says {photo.id}"]


def test_which_contest_an_entry_is_in_is_compared(session: Session, contest: Contest) -> None:
    person, other = make.user(session), make.contest(session, slug="another")
    entry = entries.begin(session, contest=contest, actor=actor_of(person), now=NOW)
    session.execute(update(Entry).where(Entry.id == entry.id).values(contest_id=other.id))
    where = f"Draft {entry.id} of {other.title}: its contest is"
    assert told(session) == [f"{where} {other.id}, and the audit says {contest.id}"]


def test_a_team_that_was_handed_over_is_its_captains(session: Session) -> None:
    hackathon = make.contest(session, ContestKind.HACKATHON)
    captain, member = make.user(session), make.user(session)
    entry = teams.begin_project(
        session, contest=hackathon, team_name="Kivu", actor=actor_of(captain), now=NOW
    )
    assert entry.team is not None
    token = teams.invitation_token(entry.team)
    teams.join(session, token=token, actor=actor_of(member), now=NOW)
    to = member.id
    teams.hand_over(session, team=entry.team, user_id=to, actor=actor_of(captain), now=NOW)
    assert told(session) == []
    session.execute(update(Entry).where(Entry.id == entry.id).values(owner_id=captain.id))
    assert len(told(session)) == 1


def test_where_a_contest_was_moved_is_compared(
    session: Session, contest: Contest, organiser: Actor
) -> None:
    contests.move(session, contest=contest, to=ContestState.JUDGING, actor=organiser, now=LATER)
    assert told(session) == []
    announced = {"state": ContestState.ANNOUNCED}
    session.execute(update(Contest).where(Contest.id == contest.id).values(announced))
    assert told(session) == [f"{contest.title}: its state is announced, and the audit says judging"]


def test_an_entry_taken_out_is_named(session: Session, contest: Contest) -> None:
    number = entry_of(session, contest, 2).id
    session.execute(
        update(Entry)
        .where(Entry.id == number)
        .values(
            current_id=None,
            number=None,
            state=EntryState.DRAFT,
            submitted_at=None,
            screening=Screening.PENDING,
        )
    )
    versions = select(EntryVersion.id).where(EntryVersion.entry_id == number)
    session.execute(delete(VersionTopic).where(VersionTopic.version_id.in_(versions)))
    session.execute(delete(EntryVersion).where(EntryVersion.entry_id == number))
    session.execute(delete(Entry).where(Entry.id == number))
    assert told(session) == [f"Entry {number}, by its number in the database, is gone."]
