"""The organiser's pages: the forum, a contest from its draft on, checking what came in."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import AuditEvent
from contests.models import Contest, Declaration, Entry, Forum, GalleryOpens, LatePass, Track
from contests.queries.contests import find_contest
from contests.queries.screening import PAGE_SIZE
from contests.states import ContestKind, ContestState, EntryState, Screening
from media.states import AssetState
from tests import factories as make
from tests.client import Client, File, Value, find_form, parse, words
from tests.conftest import Clock
from tests.contests import hostile
from tests.factories import NOW
from tests.queries import counted

NEW = "/manage/contests/new/photo"
BASICS: dict[str, Value] = {
    "title": "Photo Contest 2025",
    "slug": "photo-2025",
    "summary": "One line.",
    "brief": "Show how **ICTs** help.",
}


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    """Let each test begin at the factories' NOW."""


@pytest.fixture
def contest(session: Session) -> Contest:
    return make.contest(session, slug="photo-2025")


def setup_of(contest: Contest) -> str:
    return f"/manage/contests/{contest.slug}"


def filled(page: str) -> dict[str, list[Any]]:
    """Return what the contest's form would send, as it stands in the page."""
    sent = find_form(page, {"title", "winners"}).filled({}, None)
    return {name: values for name, values in sent.items() if name != "csrf_token"}


# --- who may ----------------------------------------------------------------------------------


def test_these_pages_are_organisers_only(
    client: Client, session: Session, contest: Contest
) -> None:
    entry = make.entry(session, contest, make.user(session))
    at = setup_of(contest)
    pages = ("/manage/", "/manage/forum", NEW, at, f"{at}/entries", f"{at}/entries/{entry.number}")
    acts = (
        *(
            "/manage/forum",
            NEW,
            at,
            f"{at}/unpublish",
            f"{at}/late-passes",
            f"{at}/late-passes/1/revoke",
        ),
        *(f"{at}/entries/{entry.number}/{act}" for act in ("screen", "disqualify")),
    )
    assert all(client.get(page).status_code == 302 for page in pages)
    client.sign_in(entry.owner)
    assert all(client.get(page).status_code == 403 for page in pages)
    csrf = find_form(client.page("/account"), {"name"}).filled({}, None)["csrf_token"]
    for act in acts:
        assert client.post(act, data={"csrf_token": csrf}).status_code == 403


# --- the forum --------------------------------------------------------------------------------

FORUM: dict[str, Value] = {
    "name": "WSIS Forum 2025",
    "tagline": "Information for all",
    "starts_on": "2025-07-07",
    "ends_on": "2025-07-11",
    "zone": "Europe/Zurich",
}


def test_the_forum_is_named_before_its_contests(organiser: Client, session: Session) -> None:
    assert "No contest yet" in organiser.page("/manage/")
    asked = organiser.follow(organiser.get("/manage/contests/new"))
    assert asked.request.path == "/manage/forum"
    assert organiser.get(NEW).status_code == 302
    assert organiser.submit("/manage/forum", FORUM).status_code == 303
    organiser.submit("/manage/forum", {"name": "WSIS Forum 2026"})
    (forum,) = session.scalars(select(Forum)).all()
    assert (forum.name, forum.tagline) == ("WSIS Forum 2026", "Information for all")
    assert organiser.get("/manage/contests/new").status_code == 200


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 161}, "longer than 160"),
        ({"ends_on": "2025-07-06"}, "The last day must not come before the first."),
        ({"ends_on": "11/07/2025"}, "Not a valid date value."),
    ],
)
def test_a_forum_that_cannot_be_is_asked_for_again(
    organiser: Client, session: Session, changed: dict[str, Value], message: str
) -> None:
    answer = organiser.submit("/manage/forum", FORUM | changed)
    assert answer.status_code == 422
    assert message in answer.text
    assert "Information for all" in answer.text
    assert session.scalars(select(Forum)).all() == []


# --- a new contest ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "asked", "left_out"),
    [
        (
            "photo",
            {"entries_per_person": "5", "words_min": "0"},
            {"team_min", "pictures_min", "documents_max", "videos_max"},
        ),
        (
            "hackathon",
            {
                "team_min": "1",
                "team_max": "5",
                "pictures_min": "1",
                "pictures_max": "6",
                "documents_max": "2",
                "videos_max": "1",
                "words_min": "50",
                "words_max": "1000",
            },
            {"entries_per_person"},
        ),
    ],
)
def test_each_kind_begins_with_what_suits_it(
    organiser: Client, session: Session, kind: str, asked: dict[str, str], left_out: set[str]
) -> None:
    make.forum(session)
    assert f"/manage/contests/new/{kind}" in organiser.page("/manage/contests/new")
    begun = filled(organiser.page(f"/manage/contests/new/{kind}"))
    common = {
        "winners": "3",
        "zone": "Europe/Zurich",
        "max_megabytes": "50",
        "opens_at": "2025-03-11T09:00",
        "closes_at": "2025-04-10T23:00",
        "gallery_opens": "at-close",
    }
    for name, value in (common | asked).items():
        assert begun[name] == [value]
    assert len(begun["sdgs"]) == 17
    assert len(begun["formats"]) == 6
    assert left_out.isdisjoint(begun)


def test_a_contest_is_set_up_with_all_it_asks(organiser: Client, session: Session) -> None:
    make.forum(session)
    fields: dict[str, Value] = BASICS | {
        "zone": "Africa/Nairobi",
        "opens_at": "2025-03-11T09:00",
        "closes_at": "2025-04-10T23:00",
        "gallery_opens": "at-announcement",
        "entries_per_person": "3",
        "words_min": "150",
        "words_max": "200",
        "max_megabytes": "20",
        "formats": ["JPEG", "HEIF"],
        "sdgs": ["1", "4"],
        "action_lines": ["C3"],
        "winners": "10",
        "tracks": "Water: wells\r\n\r\n  Light\u0020\uff1a lamps: many\nAir",
        "declarations": "I am 15 to 57.\nI am 15 to 57.\n  \nNot staff.",
    }
    answer = organiser.submit(NEW, fields)
    assert (answer.status_code, answer.location) == (303, "/manage/contests/photo-2025")
    found = find_contest(session, "photo-2025")
    assert found is not None
    assert (found.kind, found.state) == (ContestKind.PHOTO, ContestState.DRAFT)
    assert found.opens_at == datetime(2025, 3, 11, 6, tzinfo=UTC)
    assert found.closes_at == datetime(2025, 4, 10, 20, tzinfo=UTC)
    assert found.gallery_opens is GalleryOpens.AT_ANNOUNCEMENT
    assert (found.sdgs, found.formats, found.action_lines) == ([1, 4], ["JPEG", "HEIF"], ["C3"])
    assert (found.max_bytes, found.winners) == (20 * 1024 * 1024, 10)
    assert (found.pictures_min, found.pictures_max, found.documents_max) == (1, 1, 0)
    assert [(track.title, track.description) for track in found.tracks] == [
        ("Water", "wells"),
        ("Light", "lamps: many"),
        ("Air", ""),
    ]
    assert [row.text for row in found.declarations] == ["I am 15 to 57.", "Not staff."]


def test_what_was_saved_comes_back_unchanged(organiser: Client, session: Session) -> None:
    make.forum(session)
    for kind in ContestKind:
        slug = f"{kind.value}-2025"
        organiser.submit(f"/manage/contests/new/{kind.value}", BASICS | {"slug": slug})
        organiser.submit(f"/manage/contests/{slug}", {"tracks": "Water: wells\nAir"})
        before = filled(organiser.page(f"/manage/contests/{slug}"))
        assert organiser.submit(f"/manage/contests/{slug}", {"title": "Else"}).status_code == 303
        after = filled(organiser.page(f"/manage/contests/{slug}"))
        assert after.pop("title") == ["Else"]
        assert before.pop("title") == ["Photo Contest 2025"]
        assert after == before
    changes = select(AuditEvent).where(AuditEvent.verb == "contest.change")
    assert {key for event in session.scalars(changes) for key in event.details} == {
        "title",
        "tracks",
    }


REFUSED: list[tuple[dict[str, Value], str, str]] = [
    ({"title": ""}, "title", "This field is required."),
    ({"title": "x" * 161}, "title", "longer than 160"),
    ({"slug": "Photo 2025"}, "slug", "small letters"),
    ({"slug": "-photo"}, "slug", "small letters"),
    ({"slug": "photo--x"}, "slug", "small letters"),
    ({"slug": "фото"}, "slug", "small letters"),
    ({"slug": "new"}, "slug", "Podium itself uses this address"),
    ({"slug": "taken"}, "slug", "Another contest has this address"),
    ({"opens_at": "soon"}, "opens_at", "Not a valid datetime value."),
    ({"opens_at": "0001-01-01T00:00"}, "opens_at", "Choose a year from 2000 to 2099."),
    ({"closes_at": "9999-12-31T23:59"}, "closes_at", "Choose a year from 2000 to 2099."),
    ({"closes_at": "2025-03-11T09:00"}, "closes_at", "must come after the opening"),
    ({"opens_at": "2025-03-30T02:30"}, "opens_at", "The clocks of this zone skip this hour"),
    ({"closes_at": "2026-03-29T02:00"}, "closes_at", "The clocks of this zone skip this hour"),
    ({"entries_per_person": "0"}, "entries_per_person", "between 1 and 100"),
    ({"entries_per_person": "many"}, "entries_per_person", "Not a valid integer value."),
    ({"entries_per_person": "9" * 30}, "entries_per_person", "between 1 and 100"),
    ({"words_min": "300"}, "words_max", "must not be below the smallest"),
    ({"max_megabytes": "51"}, "max_megabytes", "between 1 and 50"),
    ({"winners": "0"}, "winners", "between 1 and 100"),
    ({"formats": []}, "formats", "Take at least one format."),
    ({"sdgs": []}, "sdgs", "Offer at least one Goal."),
    ({"tracks": "x" * 161}, "tracks", "160 characters"),
    ({"tracks": ": no title"}, "tracks", "needs a title"),
    ({"declarations": "x" * 301}, "declarations", "300 characters"),
]


def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    organiser: Client, session: Session
) -> None:
    make.contest(session, slug="taken")
    for changed, field, message in REFUSED:
        answer = organiser.submit(NEW, BASICS | changed)
        assert answer.status_code == 422, changed
        page = parse(answer.text)
        (error,) = [e for e in page.iter() if e.get("id") == f"{field}-error"]
        assert message in words(error), changed
        # What was typed stands in the form again, wrong or not.
        for name, value in (BASICS | changed).items():
            kept = filled(answer.text).get(name, [])
            assert kept == (value if isinstance(value, list) else [value]), name
    assert len(session.scalars(select(Contest)).all()) == 1


def test_a_time_that_clocks_show_in_another_zone_is_fine(
    organiser: Client, session: Session
) -> None:
    make.forum(session)
    times: dict[str, Value] = {"zone": "Africa/Nairobi", "opens_at": "2025-03-30T02:30"}
    assert organiser.submit(NEW, BASICS | times).status_code == 303


def test_a_zone_that_nobody_knows_breaks_nothing(organiser: Client, session: Session) -> None:
    make.forum(session)
    sent = find_form(organiser.page(NEW), {"title"}).filled({}, None) | {
        name: [text] for name, text in BASICS.items()
    }
    for zone in ("Mars/Olympus", "", "../../etc/passwd", "\x00"):
        answer = organiser.post(NEW, data=sent | {"zone": [zone]})
        assert answer.status_code == 422
        assert 'id="zone-error"' in answer.text


@pytest.mark.parametrize("hour", ["00:00", "23:59"])
def test_midnight_is_warned_of(organiser: Client, session: Session, hour: str) -> None:
    make.forum(session)
    answer = organiser.submit(NEW, BASICS | {"closes_at": f"2025-04-10T{hour}"})
    assert ("closes at midnight" in organiser.follow(answer).text) is (hour == "00:00")


# --- changing and publishing ------------------------------------------------------------------


def test_what_is_typed_is_saved_and_published_at_once(
    organiser: Client, session: Session, new_client: Any
) -> None:
    contest = make.contest(session, state=ContestState.DRAFT, brief="", slug="photo-2025")
    public = "/contests/photo-2025"
    refused = organiser.submit(setup_of(contest), {"title": "Kept"}, press="Publish contest")
    assert refused.status_code == 422
    assert "Write a brief first" in refused.text
    assert (contest.title, contest.state) == ("Kept", ContestState.DRAFT)
    new_client().page(public, 404)
    answer = organiser.submit(setup_of(contest), {"brief": "Show us."}, press="Publish contest")
    assert answer.location == public
    assert "The contest is public." in organiser.follow(answer).text
    assert "Show us." in new_client().page(public)


def test_a_contest_that_nobody_could_enter_is_not_published(
    organiser: Client, session: Session
) -> None:
    contest = make.contest(
        session, state=ContestState.DRAFT, closes_at=NOW - timedelta(days=1), slug="late"
    )
    answer = organiser.submit(setup_of(contest), press="Publish contest")
    assert "The close lies in the past" in answer.text
    assert contest.state is ContestState.DRAFT


def test_it_goes_back_to_a_draft_while_nobody_has_begun(
    organiser: Client, session: Session, contest: Contest
) -> None:
    organiser.submit(setup_of(contest), press="Make it a draft again")
    assert "Publish contest" in organiser.page(setup_of(contest))
    organiser.submit(setup_of(contest), press="Publish contest")
    page = organiser.page(setup_of(contest))
    stale = find_form(page, set(), "Make it a draft again")
    make.entry(session, contest, make.user(session), state=EntryState.DRAFT)
    answer = organiser.send(setup_of(contest), stale, {}, press="Make it a draft again")
    assert "People have begun entries" in organiser.follow(answer).text
    assert contest.state is ContestState.PUBLISHED
    assert "Make it a draft again" not in organiser.page(setup_of(contest))


def test_dangerous_changes_are_made_and_said(
    organiser: Client, session: Session, contest: Contest
) -> None:
    contest.kind = ContestKind.HACKATHON
    owner = make.user(session)
    make.entry(session, contest, owner, pictures=[make.asset(session, owner)])
    contest.pictures_max = 3
    pictures = [make.asset(session, owner) for _each in range(3)]
    make.entry(session, contest, owner, pictures=pictures)
    answer = organiser.submit(
        setup_of(contest), {"pictures_max": "2", "closes_at": "2025-03-12T20:00"}
    )
    text = organiser.follow(answer).text
    assert "1 entry has more files than the contest now takes." in text
    assert "The close now comes earlier than was announced" in text
    assert contest.pictures_max == 2
    (event,) = session.scalars(select(AuditEvent).where(AuditEvent.verb == "contest.change"))
    assert event.details["closes_at"][1] == "2025-03-12T19:00:00+00:00"
    assert event.details["pictures_max"] == [3, 2]


def test_a_track_in_use_cannot_go(organiser: Client, session: Session, contest: Contest) -> None:
    contest.tracks = [Track(position=0, title="Clean <b>water</b>")]
    contest.declarations = [Declaration(position=0, text="I am 18.")]
    session.flush()
    make.entry(session, contest, make.user(session), track=contest.tracks[0])
    answer = organiser.submit(setup_of(contest), {"tracks": "", "title": "Typed meanwhile"})
    assert answer.status_code == 422
    assert "Entries have chosen the track" in answer.text
    assert "Typed meanwhile" in answer.text
    assert contest.title == "Photo Contest 2025"


def test_a_cover_is_taken_shown_and_dropped(
    organiser: Client, contest: Contest, jpeg: bytes
) -> None:
    organiser.submit(setup_of(contest), {"cover": File(jpeg, "cover.jpg")})
    assert contest.cover is not None
    assert contest.cover.state is AssetState.RECEIVED
    assert "The cover picture as it is" in organiser.page(setup_of(contest))
    organiser.submit(setup_of(contest), {"drop_cover": True})
    assert contest.cover is None


def test_a_cover_that_is_no_picture_costs_nothing_else(organiser: Client, contest: Contest) -> None:
    fields: dict[str, Value] = {"title": "Kept", "cover": File(b"%PDF-1.7", "cover.jpg")}
    answer = organiser.submit(setup_of(contest), fields)
    assert "The cover was not kept." in organiser.follow(answer).text
    assert (contest.title, contest.cover) == ("Kept", None)


# --- late passes ------------------------------------------------------------------------------


def test_a_late_pass_is_granted_and_listed(
    organiser: Client, session: Session, contest: Contest
) -> None:
    make.user(session, "Amina Diallo", email="amina@example.org")
    answer = organiser.submit(
        setup_of(contest),
        {
            "pass-email": "Amina@example.org",
            "pass-until": "2025-03-15T12:00",
            "pass-reason": "A power cut.",
        },
    )
    page = organiser.follow(answer).text
    assert "The late pass is granted." in page
    (row,) = [e for e in parse(page).iter("tr") if "amina@example.org" in words(e)]
    assert "A power cut." in words(row)
    (late_pass,) = session.scalars(select(LatePass)).all()
    assert late_pass.until == datetime(2025, 3, 15, 11, tzinfo=UTC)


def test_a_late_pass_is_revoked(
    organiser: Client, session: Session, contest: Contest, clock: Clock
) -> None:
    person, url = make.user(session), setup_of(contest)
    until = contest.closes_at + timedelta(days=1)
    granted = {"until": until, "reason": "A power cut.", "granted_by_id": person.id}
    session.add(LatePass(contest_id=contest.id, user_id=person.id, **granted))
    session.flush()
    form = find_form(organiser.page(url), set(), "Revoke the late pass")
    page = organiser.follow(organiser.send(url, form, {}, press="Revoke the late pass")).text
    assert "The late pass is revoked." in page
    assert session.scalars(select(LatePass)).all() == []
    assert organiser.send(url, form, {}, press="Revoke the late pass").status_code == 404

    session.add(LatePass(contest_id=contest.id, user_id=person.id, **granted))
    session.flush()
    clock.set(until)
    page = organiser.follow(organiser.send(url, form, {}, press="Revoke the late pass")).text
    assert "This late pass has ended" in page
    assert "Revoke the late pass" not in page
    assert session.scalars(select(LatePass)).all() != []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"pass-email": "nobody@example.org"}, "pass-email"),
        ({"pass-email": ""}, "pass-email"),
        ({"pass-until": "2025-03-14T12:00"}, "pass-until"),
        ({"pass-until": "2025-03-30T02:30"}, "pass-until"),
        ({"pass-until": "9999-12-31T23:59"}, "pass-until"),
        ({"pass-reason": ""}, "pass-reason"),
    ],
)
def test_a_late_pass_that_cannot_be_is_asked_for_again(
    organiser: Client, session: Session, contest: Contest, changed: dict[str, Value], field: str
) -> None:
    make.user(session, email="amina@example.org")
    good: dict[str, Value] = {
        "pass-email": "amina@example.org",
        "pass-until": "2025-03-15T12:00",
        "pass-reason": "A power cut.",
    }
    answer = organiser.submit(setup_of(contest), good | changed)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    form = find_form(answer.text, {"pass-email"}).filled({}, None)
    assert {name: form[name] for name in good} == {
        name: [value] for name, value in (good | changed).items()
    }
    # The other form of the page stands as it was.
    assert filled(answer.text)["title"] == ["Photo Contest 2025"]
    assert session.scalars(select(LatePass)).all() == []


# --- the list of entries ----------------------------------------------------------------------


def every_standing(session: Session, contest: Contest) -> list[Entry]:
    owner = make.user(session)
    return [
        make.entry(session, contest, owner, title="To check"),
        make.entry(session, contest, owner, screening=Screening.ELIGIBLE, title="Good one"),
        make.entry(session, contest, owner, screening=Screening.INELIGIBLE, title="Bad one"),
        make.entry(session, contest, owner, state=EntryState.WITHDRAWN, title="Taken back"),
        make.entry(session, contest, owner, state=EntryState.DISQUALIFIED, title="Thrown out"),
        make.entry(session, contest, owner, state=EntryState.DRAFT, title="Secret draft"),
    ]


def listed(page: str) -> list[str]:
    return [words(e) for e in parse(page).iter("a") if e.get("class") == "work-title"]


def test_entries_are_listed_by_where_they_stand(
    organiser: Client, session: Session, contest: Contest
) -> None:
    every_standing(session, contest)
    at = f"{setup_of(contest)}/entries"
    page = organiser.page(at)
    assert listed(page) == ["To check", "Good one", "Bad one", "Taken back", "Thrown out"]
    assert "1 to check · 1 eligible · 1 not eligible · 1 withdrawn · 1 disqualified" in page
    assert "Secret draft" not in page
    for standing, title in (
        *(("pending", "To check"), ("eligible", "Good one"), ("ineligible", "Bad one")),
        *(("withdrawn", "Taken back"), ("disqualified", "Thrown out")),
    ):
        assert listed(organiser.page(f"{at}?screening={standing}")) == [title]
    assert len(listed(organiser.page(f"{at}?screening=nonsense&after=abc&before=%00"))) == 5


def test_an_empty_list_says_what_will_be_here(organiser: Client, contest: Contest) -> None:
    at = f"{setup_of(contest)}/entries"
    assert "What people submit appears here at once" in organiser.page(at)
    assert "No entry stands like this." in organiser.page(f"{at}?screening=eligible")


def test_long_lists_have_pages(organiser: Client, session: Session, contest: Contest) -> None:
    owner = make.user(session)
    for _each in range(PAGE_SIZE + 2):
        make.entry(session, contest, owner)
    at = f"{setup_of(contest)}/entries"
    first = organiser.page(f"{at}?screening=pending")
    assert f"{at}?screening=pending&amp;after={PAGE_SIZE}" in first
    second = organiser.page(f"{at}?screening=pending&after={PAGE_SIZE}")
    assert len(listed(second)) == 2
    assert f"{at}?screening=pending&amp;before={PAGE_SIZE + 1}" in second
    assert len(listed(organiser.page(f"{at}?before={PAGE_SIZE + 1}"))) == PAGE_SIZE
    assert organiser.get(f"{at}?after=99999999").location == at


@pytest.mark.parametrize("number", [1, 3])
def test_lists_ask_as_much_for_many(
    app: Flask, organiser: Client, session: Session, number: int
) -> None:
    contests = [make.contest(session) for _each in range(number)]
    for contest in contests:
        for _entry in range(number):
            captain = make.user(session)
            team = make.team(session, contest, captain)
            make.entry(session, contest, captain, team=team)
    setup = setup_of(contests[0])
    at = f"{setup}/entries"
    for page, most in (("/manage/", 5), (at, 20), (setup, 8), (f"{at}/1", 24)):
        organiser.page(page)
        with counted(app) as statements:
            organiser.page(page)
        assert len(statements) <= most, f"{page}: {len(statements)}\n" + "\n\n".join(statements)


def test_the_first_page_counts_what_waits(
    organiser: Client, session: Session, contest: Contest
) -> None:
    every_standing(session, contest)
    page = organiser.page("/manage/")
    (row,) = [e for e in parse(page).iter("tr") if contest.title in words(e)]
    numbers = [words(cell) for cell in row.iter("td") if cell.get("class") == "number"]
    assert [number.split()[0] for number in numbers] == ["1", "3", "1"]
    assert f"/manage/contests/{contest.slug}/entries?screening=pending" in page


# --- checking one -----------------------------------------------------------------------------


def test_an_entry_is_shown_with_what_a_verdict_needs(
    organiser: Client, session: Session, contest: Contest
) -> None:
    contest.declarations = [Declaration(position=0, text="I am 18 or older.")]
    owner = make.user(session, "Wanjiru Kamau")
    entry = make.entry(session, contest, owner, links=["https://example.org", "javascript:1"])
    page = organiser.page(f"{setup_of(contest)}/entries/{entry.number}")
    file = entry.versions[0].files[0].asset
    for part in (owner.email, "Wanjiru Kamau, Kenya", file.filename, file.sha256 or "-", "CC BY"):
        assert part in page
    assert "https://example.org" in page
    assert "javascript:" not in page


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999", "x"])
def test_no_such_entry(organiser: Client, session: Session, contest: Contest, number: str) -> None:
    make.entry(session, contest, make.user(session))
    make.entry(session, contest, make.user(session), state=EntryState.DRAFT)
    organiser.page(f"{setup_of(contest)}/entries/{number}", 404)
    organiser.page(f"/manage/contests/nothing/entries/{number}", 404)
    organiser.page("/manage/contests/a%00b", 404)


def test_verdicts_lead_from_one_entry_to_the_next(
    organiser: Client, session: Session, contest: Contest
) -> None:
    first, second, third = [make.entry(session, contest, make.user(session)) for _each in range(3)]
    at = f"{setup_of(contest)}/entries"
    keep = "Keep verdict, show next"
    answer = organiser.submit(f"{at}/2", {"verdict": "eligible"}, press=keep)
    assert (answer.status_code, answer.location) == (303, f"{at}/3?kept=2")
    bad: dict[str, Value] = {"verdict": "ineligible", "reason": "Outside the brief."}
    # Behind the last comes what was passed over.
    assert organiser.submit(f"{at}/3", bad, press=keep).location == f"{at}/1?kept=3"
    answer = organiser.submit(f"{at}/1", {"verdict": "eligible"}, press=keep)
    assert "Every entry has a verdict." in organiser.follow(answer).text
    assert [entry.screening for entry in (first, second, third)] == [
        *(Screening.ELIGIBLE, Screening.ELIGIBLE, Screening.INELIGIBLE)
    ]
    assert 'value="Outside the brief."' in organiser.page(f"{at}/3")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"verdict": "ineligible"}, "Say why this entry is not eligible"),
        ({"reason": "Without a verdict."}, "Choose a verdict."),
        ({"verdict": "ineligible", "reason": "x" * 301}, "longer than 300"),
    ],
)
def test_half_a_verdict_is_none(
    organiser: Client, session: Session, contest: Contest, fields: dict[str, Value], message: str
) -> None:
    entry = make.entry(session, contest, make.user(session))
    address = f"{setup_of(contest)}/entries/{entry.number}"
    answer = organiser.submit(address, fields, press="Keep verdict, show next")
    assert answer.status_code == 422
    assert message in answer.text
    kept = find_form(answer.text, {"verdict"}).filled({}, None)
    assert {name: kept[name] for name in fields} == {n: [value] for n, value in fields.items()}
    assert entry.screening is Screening.PENDING


def test_an_entry_is_disqualified_with_a_reason(
    organiser: Client, session: Session, contest: Contest
) -> None:
    entry = make.entry(session, contest, make.user(session))
    address = f"{setup_of(contest)}/entries/{entry.number}"
    answer = organiser.submit(address, press="Disqualify entry")
    assert answer.status_code == 422
    assert "Say why; its sender will read it." in answer.text
    fields: dict[str, Value] = {"disqualify-reason": "Not one's <own>."}
    answer = organiser.submit(address, fields, press="Disqualify entry")
    page = organiser.follow(answer).text
    assert "Entry 0001 is disqualified." in page
    assert "Not one&#39;s &lt;own&gt;." in page
    assert "Keep verdict" not in page
    assert entry.state is EntryState.DISQUALIFIED


def test_verdicts_end_with_the_announcement(
    organiser: Client, session: Session, contest: Contest
) -> None:
    entry = make.entry(session, contest, make.user(session))
    address = f"{setup_of(contest)}/entries/{entry.number}"
    form = find_form(organiser.page(address), {"verdict"})
    contest.state = ContestState.ANNOUNCED
    fields: dict[str, Value] = {"verdict": "ineligible", "reason": "Too late."}
    answer = organiser.send(address, form, fields)
    assert answer.status_code == 422
    assert "The winners are announced" in answer.text
    assert entry.screening is Screening.PENDING


# --- hostile words ----------------------------------------------------------------------------


def test_hostile_words_in_every_field_are_only_words(organiser: Client, session: Session) -> None:
    make.forum(session)
    texts = [*hostile.TEXTS, *hostile.corpus()[::50]]
    slug = "hostile"
    organiser.submit(NEW, BASICS | {"slug": slug})
    at = f"/manage/contests/{slug}"
    texted = ("title", "summary", "brief", "rules", "tracks", "declarations")
    for text in texts:
        answer = organiser.submit(at, dict.fromkeys(texted, text))
        assert answer.status_code in {303, 422}, text
        if answer.status_code == 303:
            for page in (at, f"/contests/{slug}", "/manage/"):
                shown = organiser.page(page)
                if page != "/manage/":
                    typed = " ".join(hostile.typed(text).split())
                    assert typed in words(parse(shown)), text
    for text in texts:
        assert organiser.submit(NEW, BASICS | {"slug": text}).status_code in {303, 422}
        assert organiser.submit("/manage/forum", {"name": text}).status_code in {303, 422}
        passing: dict[str, Value] = {"pass-email": text, "pass-until": text, "pass-reason": text}
        assert organiser.submit(at, passing).status_code == 422
