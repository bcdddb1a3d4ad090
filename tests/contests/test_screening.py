"""Checking entries: what organisers see of the findings, verdicts one by one, and many at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit
from app.accounts.queries import actor_of
from app.audit import AuditEvent
from app.authz import ANYBODY
from app.errors import ConflictError, InvalidError
from contests.findings import FindingKind
from contests.models import (
    AcceptedDeclaration,
    Contest,
    Declaration,
    Entry,
    LatePass,
    LookAlike,
    TeamMember,
    TopicScheme,
    VersionTopic,
)
from contests.queries.screening import PAGE_SIZE
from contests.service import screening
from contests.states import ContestKind, ContestState, EntryState, Screening
from media.models import Asset
from media.states import AssetState
from tests import factories as make
from tests.client import Client, find_form, parse, words
from tests.conftest import Clock
from tests.factories import NOW
from tests.queries import counted

AT = "/manage/contests/photo-2025/entries"
KEEP = "Keep verdict, show next"


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    """Let each test begin at the factories' NOW."""


@pytest.fixture
def contest(session: Session) -> Contest:
    return make.contest(session, slug="photo-2025", entries_per_person=2)


def enter(session: Session, contest: Contest, **changed: object) -> Entry:
    """Make an entry that the rules find nothing about, but for what is changed."""
    owner = changed.pop("owner", None) or make.user(session)
    values: dict[str, object] = {
        "settled_at": NOW,
        "topics": [VersionTopic(scheme=TopicScheme.SDG, code="4")],
    }
    return make.entry(session, contest, owner, **(values | changed))  # type: ignore[arg-type] # whatever a test changes


def kinds(session: Session, contest: Contest) -> dict[int, list[str]]:
    return {
        row.number: [one.kind.value for one in row.findings]
        for row in screening.findings_of(session, contest=contest)
    }


# --- what is found ----------------------------------------------------------------------------


def test_nothing_is_found_about_an_entry_that_keeps_the_rules(
    session: Session, contest: Contest
) -> None:
    enter(session, contest)
    assert kinds(session, contest) == {1: []}


def test_a_late_entry_is_covered_by_a_pass_of_any_of_its_people(
    session: Session, contest: Contest
) -> None:
    late, covered = enter(session, contest), enter(session, contest)
    on_time = enter(session, contest)
    on_time.submitted_at = NOW - timedelta(minutes=1)
    contest.closes_at = NOW
    grant(session, contest, covered.owner_id, NOW + timedelta(hours=1))
    grant(session, make.contest(session), late.owner_id, NOW + timedelta(hours=1))
    assert kinds(session, contest) == {1: ["late"], 2: [], 3: []}


def grant(session: Session, contest: Contest, user_id: int, until: object) -> None:
    organiser = make.organiser(session)
    session.add(
        LatePass(
            contest_id=contest.id,
            user_id=user_id,
            until=until,
            reason="A power cut.",
            granted_by_id=organiser.id,
        )
    )
    session.flush()


def test_one_person_has_too_many_until_some_are_out(session: Session, contest: Contest) -> None:
    owner = make.user(session)
    entries = [enter(session, contest, owner=owner) for _each in range(3)]
    enter(session, contest)
    enter(session, contest, owner=owner, state=EntryState.WITHDRAWN)
    enter(session, make.contest(session), owner=owner)
    assert kinds(session, contest) == {1: ["too-many"], 2: ["too-many"], 3: ["too-many"], 4: []}
    entries[2].screening, entries[2].screening_reason = Screening.INELIGIBLE, "One too many."
    assert kinds(session, contest) == {1: [], 2: [], 3: ["too-many"], 4: []}


def test_in_a_hackathon_a_person_is_in_one_team(session: Session) -> None:
    contest = make.contest(session, ContestKind.HACKATHON)
    captain, busy = make.user(session), make.user(session)
    for other in (captain, make.user(session)):
        team = make.team(session, contest, other)
        enter(session, contest, owner=other, team=team)
        team.members.append(TeamMember(user=busy, joined_at=NOW))
    alone = make.user(session)
    enter(session, contest, owner=alone, team=make.team(session, contest, alone))
    session.flush()
    assert kinds(session, contest) == {1: ["too-many"], 2: ["too-many"], 3: []}


def test_files_are_measured_by_what_the_contest_takes_now(
    session: Session, contest: Contest
) -> None:
    owners = [make.user(session) for _each in range(4)]
    states = (AssetState.READY, AssetState.READY, AssetState.REJECTED, AssetState.PROCESSING)
    files = [
        make.asset(session, owner, state=state) for owner, state in zip(owners, states, strict=True)
    ]
    for owner, file in zip(owners, files, strict=True):
        enter(session, contest, owner=owner, pictures=[file])
    files[1].media_type = "image/png"
    contest.formats = ["JPEG"]
    contest.max_bytes = 999
    files[0].bytes = 999
    files[3].bytes = 999
    found = kinds(session, contest)
    assert found == {1: [], 2: ["files", "files"], 3: ["files", "refused"], 4: ["waiting"]}


def test_declarations_consent_and_length(session: Session, contest: Contest) -> None:
    contest.declarations = [
        Declaration(position=place, text=text)
        for place, text in enumerate(("I am 18.", "Not staff."))
    ]
    session.flush()
    one, two = contest.declarations
    enter(session, contest, accepted=[AcceptedDeclaration(declaration=row) for row in (one, two)])
    enter(session, contest, accepted=[AcceptedDeclaration(declaration=two)], consent=False)
    enter(
        session,
        contest,
        accepted=[AcceptedDeclaration(declaration=row) for row in (one, two)],
        description="word " * 2001,
    )
    assert kinds(session, contest) == {1: [], 2: ["declaration", "consent"], 3: ["words"]}
    (row,) = screening.findings_of(
        session,
        contest=contest,
        entry=session.scalars(select(Entry).where(Entry.number == 2)).one(),
    )
    assert row.findings[0].params == {"declaration": "I am 18."}


def alike(session: Session, one: Entry, two: Entry, **columns: object) -> LookAlike:
    assert one.current is not None
    assert two.current is not None
    pair = LookAlike(
        entry=one,
        other=two,
        asset=one.current.files[0].asset,
        other_asset=two.current.files[0].asset,
        distance=3,
        found_at=NOW,
        **columns,
    )
    session.add(pair)
    session.flush()
    return pair


def test_likeness_is_found_on_both_until_it_is_dismissed(
    session: Session, contest: Contest
) -> None:
    one, two, three = (enter(session, contest) for _each in range(3))
    enter(session, contest)
    pair = alike(session, one, two)
    alike(session, two, three)
    texts = {
        row.number: [finding.params["number"] for finding in row.findings]
        for row in screening.findings_of(session, contest=contest)
    }
    assert texts == {1: ["0002"], 2: ["0001", "0003"], 3: ["0002"], 4: []}
    pair.dismissed_at, pair.dismissed_by_id = NOW, make.organiser(session).id
    assert kinds(session, contest) == {1: [], 2: ["duplicate"], 3: ["duplicate"], 4: []}


def test_one_entry_is_found_what_all_are_found(session: Session, contest: Contest) -> None:
    owner = make.user(session)
    entries = [enter(session, contest, owner=owner) for _each in range(3)]
    entries.append(enter(session, contest, consent=False, settled_at=None))
    alike(session, entries[0], entries[3])
    every = screening.findings_of(session, contest=contest)
    for entry, row in zip(entries, every, strict=True):
        assert screening.findings_of(session, contest=contest, entry=entry) == [row]
    assert all(row.findings for row in every)


# --- the list ---------------------------------------------------------------------------------


def listed(page: str) -> list[str]:
    return [words(e) for e in parse(page).iter("a") if e.get("class") == "work-title"]


def test_the_list_says_and_filters_what_was_found(
    organiser: Client, session: Session, contest: Contest
) -> None:
    enter(session, contest, title="Fine")
    enter(session, contest, title="No consent", consent=False)
    enter(session, contest, title="Accepted so", consent=False, screening=Screening.ELIGIBLE)
    enter(session, contest, title="Fine too", screening=Screening.ELIGIBLE)
    enter(session, contest, title="Gone", consent=False, state=EntryState.WITHDRAWN)
    page = organiser.page(AT)
    assert page.count("The consent of the people shown is not confirmed.") == 2
    assert "Consent missing (2)" in page
    assert "Late (" not in page
    for query, titles in (
        ("finding=consent", ["No consent", "Accepted so"]),
        ("finding=any", ["No consent", "Accepted so"]),
        ("finding=none", ["Fine", "Fine too"]),
        ("finding=late", []),
        ("finding=consent&screening=pending", ["No consent"]),
        ("finding=consent&screening=eligible", ["Accepted so"]),
        ("finding=none&screening=pending", ["Fine"]),
        ("finding=any&screening=withdrawn", []),
        ("finding=nonsense&screening=withdrawn", ["Gone"]),
    ):
        assert listed(organiser.page(f"{AT}?{query}")) == titles, query


def test_every_kind_can_be_asked_for(organiser: Client, session: Session, contest: Contest) -> None:
    enter(session, contest)
    for kind in FindingKind:
        assert "No entry stands like this." in organiser.page(f"{AT}?finding={kind.value}")


def test_a_filtered_list_has_pages(organiser: Client, session: Session, contest: Contest) -> None:
    contest.entries_per_person = 100
    owner = make.user(session)
    for number in range(2 * PAGE_SIZE + 4):
        enter(session, contest, owner=owner, consent=bool(number % 2))
    first = organiser.page(f"{AT}?finding=consent")
    assert len(listed(first)) == PAGE_SIZE
    last = 2 * PAGE_SIZE - 1
    assert f"{AT}?finding=consent&amp;after={last}" in first
    second = organiser.page(f"{AT}?finding=consent&after={last}")
    assert len(listed(second)) == 2
    assert f"{AT}?finding=consent&amp;before={last + 2}" in second


@pytest.mark.parametrize("query", ["", "?finding=any", "?finding=none&screening=pending"])
def test_the_list_asks_a_fixed_number_of_questions(
    app: Flask, organiser: Client, session: Session, contest: Contest, query: str
) -> None:
    def asked() -> int:
        organiser.page(AT + query)
        with counted(app) as statements:
            organiser.page(AT + query)
        return len(statements)

    def more() -> None:
        one, two = enter(session, contest), enter(session, contest, consent=False)
        alike(session, one, two)
        enter(session, contest)

    more()
    before = asked()
    for _each in range(3):
        more()
    assert asked() == before <= 20


# --- one by one -------------------------------------------------------------------------------


def test_an_entry_shows_its_findings(organiser: Client, session: Session, contest: Contest) -> None:
    enter(session, contest)
    enter(session, contest, consent=False)
    assert "Nothing speaks against it by the rules." in organiser.page(f"{AT}/1")
    page = organiser.page(f"{AT}/2")
    assert "The consent of the people shown is not confirmed." in page
    assert "Nothing speaks against it" not in page


def test_whoever_checks_one_kind_is_led_to_the_next_of_that_kind(
    organiser: Client, session: Session, contest: Contest
) -> None:
    for consent in (False, True, False, True, False):
        enter(session, contest, consent=consent)
    wish = "finding=consent"
    answer = organiser.submit(f"{AT}/3?{wish}", {"verdict": "eligible"}, press=KEEP)
    assert answer.location == f"{AT}/5?kept=3&{wish}"
    page = organiser.page(answer.location)
    assert "Entry 0003 is eligible." in page
    answer = organiser.submit(f"{AT}/5?{wish}", {"verdict": "eligible"}, press=KEEP)
    assert answer.location == f"{AT}/1?kept=5&{wish}"
    answer = organiser.submit(f"{AT}/1?{wish}", {"verdict": "eligible"}, press=KEEP)
    assert answer.location == f"{AT}?kept=1"
    assert "None like this waits any more." in organiser.follow(answer).text


def test_a_verdict_is_undone_from_the_page_that_follows(
    organiser: Client, session: Session, contest: Contest
) -> None:
    entry, _other = enter(session, contest), enter(session, contest)
    answer = organiser.submit(
        f"{AT}/1", {"verdict": "ineligible", "reason": "Not one's own."}, press=KEEP
    )
    page = answer.location
    assert page == f"{AT}/2?kept=1"
    assert "Entry 0001 is not eligible: Not one&#39;s own." in organiser.page(page)
    answer = organiser.submit(page, press="Undo this verdict")
    assert answer.location == f"{AT}/1"
    assert "The verdict on entry 0001 is undone." in organiser.follow(answer).text
    assert (entry.screening, entry.screening_reason) == (Screening.PENDING, None)
    # Nothing is offered to be undone twice, or of who is not there.
    for query in ("kept=1", "kept=99", "kept=x"):
        assert "Undo this verdict" not in organiser.page(f"{AT}/2?{query}")


def test_the_audit_keeps_the_reason_of_each_verdict_and_what_stood_against_it(
    organiser: Client, session: Session, contest: Contest
) -> None:
    enter(session, contest, consent=False)
    organiser.submit(
        f"{AT}/1", {"verdict": "eligible", "reason": "Nobody can be recognised."}, press=KEEP
    )
    organiser.submit(f"{AT}/1", {"verdict": "pending", "reason": ""}, press=KEEP)
    acts = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(act.verb, act.details) for act in acts] == [
        (
            "entry.screen.eligible",
            {"reason": "Nobody can be recognised.", "findings": ["consent"]},
        ),
        ("entry.screen.pending", {"reason": None, "findings": ["consent"]}),
    ]
    page = organiser.page("/manage/contests/photo-2025/audit")
    assert "Nobody can be recognised. Findings: Consent missing." in page


def test_an_undo_puts_back_the_verdict_before(
    organiser: Client, session: Session, contest: Contest
) -> None:
    entry, other = enter(session, contest), enter(session, contest)
    organiser.submit(f"{AT}/1", {"verdict": "ineligible", "reason": "A drawing."}, press=KEEP)
    organiser.submit(f"{AT}/2", {"verdict": "eligible"}, press=KEEP)
    answer = organiser.submit(f"{AT}/1", {"verdict": "eligible", "reason": ""}, press=KEEP)
    assert entry.screening is Screening.ELIGIBLE
    page = answer.location or ""
    answer = organiser.submit(page, press="Undo this verdict")
    # The verdict before is offered next: one goes back through all of one's own.
    assert answer.location == f"{AT}/1?kept=2"
    assert "it is not eligible again, for the reason before." in organiser.follow(answer).text
    assert (entry.screening, entry.screening_reason) == (Screening.INELIGIBLE, "A drawing.")
    answer = organiser.submit(answer.location, press="Undo this verdict")
    assert (other.screening, answer.location) == (Screening.PENDING, f"{AT}/2?kept=1")
    answer = organiser.submit(answer.location, press="Undo this verdict")
    assert (entry.screening, entry.screening_reason) == (Screening.PENDING, None)
    assert answer.location == f"{AT}/1"
    assert "Undo this verdict" not in organiser.page(answer.location)


def test_an_undo_stops_at_a_new_version_and_goes_back_before_many(
    session: Session, contest: Contest
) -> None:
    entry = enter(session, contest)
    who = actor_of(make.organiser(session))

    def undo() -> str:
        seen = screening.seen_of(entry)
        screening.undo_verdict(session, entry=entry, seen=seen, actor=who, now=NOW)
        return entry.screening.value

    screening.accept_clear(session, contest=contest, actor=who, now=NOW)
    session.expire_all()
    give = {"entry": entry, "actor": who, "now": NOW}
    screening.screen(session, verdict=Screening.INELIGIBLE, reason="No.", **give)  # type: ignore[arg-type] # those above
    assert [undo(), undo()] == ["eligible", "pending"]
    with pytest.raises(ConflictError) as caught:
        undo()
    assert caught.value.reason == "nothing-to-undo"
    screening.screen(session, verdict=Screening.INELIGIBLE, reason="No.", **give)  # type: ignore[arg-type] # those above
    audit.record(session, actor=who, verb="entry.submit", subject=f"entry:{entry.id}", now=NOW)
    screening.screen(session, verdict=Screening.ELIGIBLE, reason="", **give)  # type: ignore[arg-type] # those above
    assert undo() == "pending"


def test_of_two_windows_the_second_is_asked(
    organiser: Client, session: Session, contest: Contest
) -> None:
    entry = enter(session, contest)
    stale = find_form(organiser.page(f"{AT}/1"), {"verdict"})
    organiser.submit(f"{AT}/1", {"verdict": "eligible"}, press=KEEP)
    fields = stale.filled({"verdict": "ineligible", "reason": "A drawing."}, KEEP)
    refused = organiser.post(f"{AT}/1/screen", data=fields)
    assert refused.status_code == 422
    assert "Meanwhile somebody found this entry eligible." in refused.text
    assert entry.screening is Screening.ELIGIBLE
    # What was typed and chosen is there, and sent again it is meant.
    again = find_form(refused.text, {"verdict"}).filled({}, KEEP)
    assert [again["verdict"], again["reason"]] == [["ineligible"], ["A drawing."]]
    assert organiser.post(f"{AT}/1/screen", data=again).status_code == 303
    assert (entry.screening, entry.screening_reason) == (Screening.INELIGIBLE, "A drawing.")
    # The same verdict from a stale window is no fault.
    assert organiser.post(f"{AT}/1/screen", data=fields).status_code == 303


def test_a_stale_undo_of_one_changes_nothing(
    organiser: Client, session: Session, contest: Contest
) -> None:
    entry = enter(session, contest)
    answer = organiser.submit(f"{AT}/1", {"verdict": "eligible"}, press=KEEP)
    page = find_form(organiser.page(answer.location or ""), {"seen"})
    undo = page.filled({}, "Undo this verdict")
    organiser.submit(f"{AT}/1", {"verdict": "ineligible", "reason": "No."}, press=KEEP)
    answer = organiser.post(f"{AT}/1/undo", data=undo)
    assert (
        "Meanwhile somebody found this entry not eligible: “No.”" in organiser.follow(answer).text
    )
    assert entry.screening is Screening.INELIGIBLE


def test_a_reason_has_no_control_characters(
    organiser: Client, session: Session, contest: Contest
) -> None:
    entry = enter(session, contest)
    fields = {"verdict": "ineligible", "reason": "A\x00 drawing\x1b."}
    organiser.submit(f"{AT}/1", fields, press=KEEP)
    assert entry.screening_reason == "A drawing."


# --- many at once -----------------------------------------------------------------------------


def states(contest: Contest, session: Session) -> list[str]:
    session.expire_all()
    found = session.scalars(select(Entry).where(Entry.contest_id == contest.id).order_by(Entry.id))
    return [entry.screening.value for entry in found]


def several(session: Session, contest: Contest) -> None:
    enter(session, contest)
    enter(session, contest, consent=False)
    enter(session, contest, screening=Screening.INELIGIBLE)
    enter(session, contest)
    enter(session, contest, state=EntryState.WITHDRAWN)
    enter(session, contest, state=EntryState.DRAFT, settled_at=None)
    enter(session, make.contest(session))


def test_all_without_findings_are_accepted_and_taken_back_in_one_act(
    organiser: Client, session: Session, contest: Contest
) -> None:
    several(session, contest)
    before = states(contest, session)
    page = organiser.page(AT)
    assert "1 entry to check has findings." in page
    assert "2 entries to check have no findings." in page
    answer = organiser.submit(AT, press="Accept 2 entries")
    page = organiser.follow(answer).text
    assert "2 entries without findings are eligible." in page
    assert "Accept 2 entries" not in page
    assert (
        states(contest, session)
        == ["eligible", "pending", "ineligible", "eligible"] + ["pending"] * 2
    )
    answer = organiser.submit(AT, press="Undo accepting them")
    assert "2 entries wait for a verdict again." in organiser.follow(answer).text
    assert states(contest, session) == before
    acts = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [(act.verb, act.subject, act.details) for act in acts] == [
        ("contest.accept-clear", f"contest:{contest.id}", {"entries": [1, 4]}),
        ("contest.undo-accept-clear", f"contest:{contest.id}", {"entries": [1, 4]}),
    ]
    assert "Undo accepting them" not in organiser.page(AT)
    page = organiser.page("/manage/contests/photo-2025/audit")
    assert "Found all entries without findings eligible" in page
    assert "Entries: 0001, 0004." in page


def test_the_audit_says_many_numbers_in_few_words(
    organiser: Client, session: Session, contest: Contest
) -> None:
    for consent in (True, True, True, False, True):
        enter(session, contest, consent=consent)
    organiser.submit(AT, press="Accept 4 entries")
    page = organiser.page("/manage/contests/photo-2025/audit")
    assert "Entries: 0001 to 0003, 0005." in page


def test_an_undo_leaves_what_was_decided_since(
    organiser: Client, session: Session, contest: Contest
) -> None:
    for _each in range(3):
        enter(session, contest)
    organiser.submit(AT, press="Accept 3 entries")
    organiser.submit(f"{AT}/2", {"verdict": "ineligible", "reason": "No."}, press=KEEP)
    organiser.submit(f"{AT}/2", {"verdict": "pending"}, press=KEEP)
    organiser.submit(f"{AT}/2", {"verdict": "eligible"}, press=KEEP)
    organiser.submit(AT, press="Undo accepting them")
    assert states(contest, session) == ["pending", "eligible", "pending"]


def test_a_stale_undo_changes_nothing(
    organiser: Client, session: Session, contest: Contest
) -> None:
    enter(session, contest)
    organiser.submit(AT, press="Accept 1 entry")
    page = organiser.page(AT)
    stale = find_form(page, set(), "Undo accepting them")
    organiser.submit(AT, press="Undo accepting them")
    organiser.submit(AT, press="Accept 1 entry")
    answer = organiser.send(AT, stale, {}, press="Undo accepting them")
    assert "This was undone already, or done again since." in organiser.follow(answer).text
    assert states(contest, session) == ["eligible"]


def test_accepting_nothing_leaves_no_trace(session: Session, contest: Contest) -> None:
    enter(session, contest, consent=False)
    assert screening.accept_clear(session, contest=contest, actor=ANYBODY, now=NOW) == 0
    assert session.scalars(select(AuditEvent)).all() == []
    with pytest.raises(ConflictError):
        screening.undo_accepting(session, contest=contest, act_id=1, actor=ANYBODY, now=NOW)


def test_nothing_is_accepted_or_undone_once_the_winners_are_public(
    organiser: Client, session: Session, contest: Contest
) -> None:
    enter(session, contest)
    screening.accept_clear(session, contest=contest, actor=ANYBODY, now=NOW)
    act = session.scalars(select(AuditEvent)).one()
    enter(session, contest)
    contest.state = ContestState.ANNOUNCED
    with pytest.raises(InvalidError):
        screening.accept_clear(session, contest=contest, actor=ANYBODY, now=NOW)
    with pytest.raises(InvalidError):
        screening.undo_accepting(session, contest=contest, act_id=act.id, actor=ANYBODY, now=NOW)
    page = organiser.page(f"{AT}?kept=1")
    for button in ("Accept 1 entry", "Undo accepting them", "Undo this verdict"):
        assert button not in page


def test_the_bulk_acts_are_organisers_only(
    client: Client, session: Session, contest: Contest
) -> None:
    entry = enter(session, contest)
    client.sign_in(entry.owner)
    csrf = find_form(client.page("/account"), {"name"}).filled({}, None)["csrf_token"]
    for act in ("accept", "accept/1/undo"):
        assert client.post(f"{AT}/{act}", data={"csrf_token": csrf}).status_code == 403
    assert entry.screening is Screening.PENDING


def test_bulk_acts_take_as_many_statements_for_more(
    app: Flask, session: Session, contest: Contest
) -> None:
    def asked(act: Callable[[], int]) -> int:
        with counted(app) as statements:
            act()
            session.flush()
        return len(statements)

    def accept() -> int:
        return screening.accept_clear(session, contest=contest, actor=ANYBODY, now=NOW)

    enter(session, contest)
    accept()
    enter(session, contest)
    few = asked(accept)
    for _each in range(4):
        enter(session, contest)
    assert asked(accept) == few
    assert states(contest, session) == ["eligible"] * 6


def test_what_is_refused_or_waits_is_never_accepted_unseen(
    session: Session, contest: Contest
) -> None:
    owner = make.user(session)
    for state in (AssetState.REJECTED, AssetState.PROCESSING):
        file: Asset = make.asset(session, owner, state=state)
        enter(session, contest, owner=owner, pictures=[file])
    enter(session, contest, settled_at=None)
    assert screening.accept_clear(session, contest=contest, actor=ANYBODY, now=NOW) == 0
