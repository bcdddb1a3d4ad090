"""What everybody may read of a contest, and when; what nobody may."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from contests.models import Contest, Declaration, Entry, GalleryOpens, Track
from contests.states import ContestKind, ContestState, EntryState, Screening
from media.limits import AssetKind
from media.states import AssetState
from tests import factories as make
from tests.client import Client, parse, words
from tests.conftest import Clock
from tests.factories import NOW
from tests.queries import counted


def closed(session: Session, **columns: Any) -> Contest:
    return make.contest(session, closes_at=NOW - timedelta(days=1), **columns)


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    """Let each test begin at the factories' NOW."""


def links(page: str) -> set[str]:
    return {element.get("href", "") for element in parse(page).iter("a")}


def headings(page: str) -> list[int]:
    return [
        int(element.tag[1])
        for element in parse(page).iter()
        if element.tag in {"h1", "h2", "h3", "h4", "h5"}
    ]


# --- the forum --------------------------------------------------------------------------------


def test_a_new_installation_says_what_will_be_here(client: Client) -> None:
    page = client.page("/")
    assert "No contest is public yet" in page
    assert "/manage/" not in links(page)


def test_an_organiser_is_shown_where_to_begin(client: Client, session: Session) -> None:
    client.sign_in(make.organiser(session))
    assert "/manage/" in links(client.page("/"))


def test_the_forum_shows_its_contests_but_no_draft(client: Client, session: Session) -> None:
    opened = make.contest(session, title="The open one")
    make.contest(session, title="The later one", opens_at=NOW + timedelta(days=1))
    closed(session, title="The closed one")
    make.contest(session, title="The draft", state=ContestState.DRAFT)
    page = client.page("/")
    assert "WSIS Forum 2025" in page
    titles = ["The open one", "The later one", "The closed one"]
    assert sorted(titles, key=page.index) == titles
    assert "The draft" not in page
    assert f"/contests/{opened.slug}/enter" in links(page)


def test_the_newest_forum_stands_on_the_first_page(client: Client, session: Session) -> None:
    make.contest(session, title="Of this year")
    older = make.contest(session, title="Of last year")
    older.forum = make.forum(session, "WSIS Forum 2024")
    older.forum.starts_on -= timedelta(days=365)
    page = client.page("/")
    assert "Of this year" in page
    assert "Of last year" not in page
    assert "Of last year" in client.page(f"/contests/{older.slug}")


def test_a_cover_is_shown_once_it_is_a_picture(client: Client, session: Session) -> None:
    contest = make.contest(session)
    contest.cover = make.asset(session, make.user(session), state=AssetState.REJECTED)
    address = f"/contests/{contest.slug}"
    assert "It is damaged." not in client.page("/") + client.page(address)
    contest.cover = make.asset(session, make.user(session))
    assert contest.cover.public_id in client.page("/")
    assert contest.cover.public_id in client.page(address)


@pytest.mark.parametrize("number", [1, 3])
def test_the_first_page_asks_as_much_for_many_contests(
    app: Flask, client: Client, session: Session, number: int
) -> None:
    for _each in range(number):
        make.contest(session, cover=make.asset(session, make.user(session)))
    client.page("/")
    with counted(app) as statements:
        client.page("/")
    assert len(statements) <= 4, statements


# --- a contest --------------------------------------------------------------------------------


def test_a_contest_says_all_that_it_asks(client: Client, session: Session) -> None:
    contest = make.contest(
        session,
        ContestKind.HACKATHON,
        brief="# Why\n\nBuild for the **last mile**.",
        rules="## Who\n\nTeams.",
        words_min=50,
        words_max=900,
    )
    contest.tracks = [Track(position=0, title="Clean water", description="Sensors for wells.")]
    contest.declarations = [Declaration(position=0, text="I am 18 or older.")]
    page = client.page(f"/contests/{contest.slug}")
    text = words(parse(page))
    for part in (
        *("The brief", "last mile", "Clean water", "Sensors for wells.", "I am 18 or older."),
        *("1 to 4 people", "Up to 6 pictures: JPEG", "at most 50 MB each", "50 to 900 words"),
        *("13:00 Zurich", "Enter the hackathon"),
    ):
        assert part in text
    levels = headings(page)
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


@pytest.mark.parametrize(
    ("days", "act", "today"),
    [(-31, False, []), (0, True, ["Entries"]), (5, False, ["Judging"])],
)
def test_the_act_is_offered_while_it_is_possible(  # noqa: PLR0917 - fixtures and a table
    client: Client,
    session: Session,
    clock: Clock,
    days: int,
    act: bool,  # noqa: FBT001 - a table
    today: list[str],
) -> None:
    contest = make.contest(session)
    clock.set(NOW + timedelta(days=days))
    page = client.page(f"/contests/{contest.slug}")
    assert (f"/contests/{contest.slug}/enter" in links(page)) is act
    steps = [e for e in parse(page).iter("li") if e.get("aria-current") == "step"]
    assert [words(step).removesuffix(" today") for step in steps] == today


def test_a_draft_exists_for_organisers_only(client: Client, session: Session) -> None:
    contest = make.contest(session, state=ContestState.DRAFT)
    addresses = [f"/contests/{contest.slug}{rest}" for rest in ("", "/gallery", "/entries/1")]
    for address in addresses:
        client.page(address, 404)
    client.sign_in(make.user(session))
    for address in addresses:
        client.page(address, 404)
    client.sign_in(make.organiser(session))
    page = client.page(addresses[0])
    assert "This is a draft" in page
    assert f"{addresses[0]}/enter" not in links(page)
    client.page(addresses[1])


@pytest.mark.parametrize("slug", ["nothing-here", "a%00b", "%ff", "../etc", "A", "x" * 300, "-"])
def test_an_address_that_names_no_contest_is_a_404(client: Client, slug: str) -> None:
    for rest in ("", "/gallery", "/entries/1", "/enter"):
        assert client.get(f"/contests/{slug}{rest}").status_code in {302, 404}


# --- one entry --------------------------------------------------------------------------------


def address_of(entry: Entry) -> str:
    return f"/contests/{entry.contest.slug}/entries/{entry.number}"


def test_an_entry_is_shown_with_everything_its_sender_wrote(
    client: Client, session: Session
) -> None:
    entry = make.entry(session, closed(session), make.user(session, "Wanjiru Kamau"))
    page = client.page(address_of(entry))
    text = words(parse(page))
    for part in (
        *("Entry 0001", "Harvest by handset", "Wanjiru Kamau, Kenya", "A farmer checks"),
        *("Kisumu, Kenya", "22 August 2024", "CC BY 4.0"),
    ):
        assert part in text
    assert 'alt="A woman beside a loaded cart looks at a phone."' in page
    assert entry.owner.email not in page


def test_a_project_shows_its_team_links_and_documents(client: Client, session: Session) -> None:
    captain = make.user(session, "Captain Nobody")
    contest = closed(session)
    contest.kind = ContestKind.HACKATHON
    contest.tracks = [Track(position=0, title="Clean water")]
    team = make.team(session, contest, captain)
    entry = make.entry(
        session,
        contest,
        captain,
        team=team,
        pictures=[
            make.asset(session, captain),
            make.asset(session, captain),
            make.asset(session, captain, kind=AssetKind.DOCUMENT),
        ],
        links=["https://example.org/code", "javascript:alert(1)", "ftp://example.org"],
        track=contest.tracks[0],
    )
    page = client.page(address_of(entry))
    text = words(parse(page))
    assert team.name in text
    assert "Captain Nobody" not in text
    assert "https://example.org/code" in links(page)
    assert not any(link.startswith(("javascript:", "ftp:")) for link in links(page))
    assert "Document 1 (PDF)" in text
    assert "Clean water" in text
    assert page.count("<figure") == 2


UNSEEN: list[Callable[[Session, Contest], Entry]] = [
    lambda s, c: make.entry(s, c, make.user(s), state=EntryState.WITHDRAWN, title="Unseen"),
    lambda s, c: make.entry(s, c, make.user(s), state=EntryState.DISQUALIFIED, title="Unseen"),
    lambda s, c: make.entry(s, c, make.user(s), screening=Screening.INELIGIBLE, title="Unseen"),
]


@pytest.mark.parametrize("unseen", UNSEEN, ids=["withdrawn", "disqualified", "ineligible"])
def test_what_left_the_contest_is_never_shown(
    client: Client, session: Session, unseen: Callable[[Session, Contest], Entry]
) -> None:
    contest = closed(session, state=ContestState.ANNOUNCED)
    entry = unseen(session, contest)
    draft = make.entry(session, contest, make.user(session), state=EntryState.DRAFT, title="Unseen")
    client.page(address_of(entry), 404)
    gallery = client.page(f"/contests/{contest.slug}/gallery")
    assert "Unseen" not in gallery
    assert draft.number is None
    assert "0 photographs" in gallery
    assert f"/entries/{entry.number}" not in client.get("/sitemap.xml").text


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999999", "1%00", "-1", "one"])
def test_a_number_that_names_no_entry_is_a_404(
    client: Client, session: Session, number: str
) -> None:
    entry = make.entry(session, closed(session), make.user(session))
    client.page(address_of(entry))
    client.page(f"/contests/{entry.contest.slug}/entries/{number}", 404)


# --- when the gallery opens -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "state", "days", "is_public"),
    [
        (GalleryOpens.AT_CLOSE, ContestState.PUBLISHED, 3, False),
        (GalleryOpens.AT_CLOSE, ContestState.PUBLISHED, 4, True),
        (GalleryOpens.AT_CLOSE, ContestState.JUDGING, 5, True),
        (GalleryOpens.AT_ANNOUNCEMENT, ContestState.PUBLISHED, 5, False),
        (GalleryOpens.AT_ANNOUNCEMENT, ContestState.JUDGING, 5, False),
        (GalleryOpens.AT_ANNOUNCEMENT, ContestState.DECIDED, 5, False),
        (GalleryOpens.AT_ANNOUNCEMENT, ContestState.ANNOUNCED, 5, True),
        (GalleryOpens.AT_ANNOUNCEMENT, ContestState.ARCHIVED, 5, True),
    ],
)
def test_nobody_sees_entries_before_they_are_public(  # noqa: PLR0917 - fixtures and a table
    client: Client,
    session: Session,
    clock: Clock,
    opens: GalleryOpens,
    state: ContestState,
    days: int,
    is_public: bool,  # noqa: FBT001 - a table
) -> None:
    contest = make.contest(session, state=state, gallery_opens=opens)
    entry = make.entry(session, contest, make.user(session), title="The secret harvest")
    clock.set(NOW + timedelta(days=days))
    gallery = client.page(f"/contests/{contest.slug}/gallery")
    assert ("The secret harvest" in gallery) is is_public
    assert ("The entries are not public yet" in gallery) is not is_public
    client.page(address_of(entry), 200 if is_public else 404)
    found = client.get("/sitemap.xml").text
    assert (f"/entries/{entry.number}" in found) is is_public
    client.sign_in(make.organiser(session))
    for address in (f"/contests/{contest.slug}/gallery", address_of(entry)):
        page = client.page(address)
        assert "The secret harvest" in page
        assert ("Only organisers see this" in page) is not is_public


def test_the_sitemap_lists_what_is_public(client: Client, session: Session, app: Flask) -> None:
    entry = make.entry(session, closed(session), make.user(session))
    draft = make.contest(session, state=ContestState.DRAFT)
    response = client.get("/sitemap.xml")
    assert response.mimetype == "application/xml"
    public_url = app.extensions["podium.settings"].public_url
    tree = ET.fromstring(response.text)  # noqa: S314 - our own
    listed = {element.text for element in tree.iter() if element.tag.endswith("loc")}
    contest = f"{public_url}/contests/{entry.contest.slug}"
    assert listed == {f"{public_url}/", contest, f"{contest}/gallery", f"{contest}/entries/1"}
    assert draft.slug not in response.text
