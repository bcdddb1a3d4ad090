"""The gallery: found by words, filtered, page by page."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from contests.models import Contest, Entry, TopicScheme, Track, VersionTopic
from contests.queries import gallery
from contests.queries.gallery import PAGE_SIZE
from contests.states import ContestKind
from contests.vocabulary import REGION_OF_COUNTRY
from media.models import Rendition
from media.states import AssetState
from tests import factories as make
from tests.client import Client, find_form, parse, words
from tests.conftest import Clock
from tests.contests import hostile
from tests.factories import NOW
from tests.queries import counted


@pytest.fixture(autouse=True)
def _today(clock: Clock) -> None:
    """Let each test begin at the factories' NOW."""


@pytest.fixture
def contest(session: Session) -> Contest:
    return make.contest(
        session, closes_at=NOW - timedelta(days=1), action_lines=["C3", "C7-e-health"]
    )


def entries(session: Session, contest: Contest, number: int) -> list[Entry]:
    owner = make.user(session)
    return [
        make.entry(session, contest, owner, title=f"Work {place:03d}")
        for place in range(1, number + 1)
    ]


def described(
    session: Session, contest: Contest, title: str, *topics: tuple[TopicScheme, str], **columns: Any
) -> Entry:
    entry = make.entry(session, contest, make.user(session), title=title, **columns)
    if entry.current:
        entry.current.topics = [VersionTopic(scheme=scheme, code=code) for scheme, code in topics]
    return entry


def batched(items: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(items), size):
        yield tuple(items[start : start + size])


def titles(page: str) -> list[str]:
    return [
        words(element)
        for element in parse(page).iter()
        if element.get("class") == "work-title" and element.tag in {"span", "h2"}
    ]


def link(page: str, rel: str) -> str | None:
    found = [element for element in parse(page).iter("a") if element.get("rel") == rel]
    return found[0].get("href") if found else None


# --- states of the page -----------------------------------------------------------------------


def test_an_empty_gallery_says_so(client: Client, contest: Contest) -> None:
    page = client.page(f"/contests/{contest.slug}/gallery")
    assert "Nothing was entered in this contest." in page
    assert "0 photographs" in page


def test_projects_are_cards(client: Client, session: Session, contest: Contest) -> None:
    contest.kind = ContestKind.HACKATHON
    make.entry(session, contest, make.user(session), pictures=[], title="A project without picture")
    page = client.page(f"/contests/{contest.slug}/gallery")
    assert titles(page) == ["A project without picture"]
    assert "1 project" in page


@pytest.mark.parametrize("number", [1, 3, 60])
def test_a_gallery_asks_as_much_for_many_entries(
    app: Flask, client: Client, session: Session, contest: Contest, number: int
) -> None:
    entries(session, contest, number)
    address = f"/contests/{contest.slug}/gallery"
    for query in ("", "?after=0", "?before=2", "?q=Work", "?q=w&country=KE&after=0"):
        client.page(address + query)
        with counted(app) as statements:
            client.page(address + query)
        # The contest with its tracks and declarations, countries, entries, files, renditions, the
        # count (or what a filter lets through), the forum.
        assert len(statements) == 9, "\n\n".join(statements)


BUDGET = 60_000
"""Bytes of HTML and script before pictures."""
_PARTS = re.compile(r"""(?:from|import)\s*["']\./([^"']+)["']""")


def scripts(folder: Path, name: str, seen: set[str]) -> set[str]:
    """Return the scripts that a browser loads with this one; what it may load later is not."""
    if name not in seen:
        seen.add(name)
        for part in _PARTS.findall((folder / name).read_text()):
            scripts(folder, part, seen)
    return seen


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_a_gallery_is_light(app: Flask, client: Client, session: Session, contest: Contest) -> None:
    names = ("Amina Diallo", "María Fernanda Castillo", "Nguyễn Thị Minh Khai", "Bob Li")
    countries = sorted(REGION_OF_COUNTRY)[:60]
    for place in range(PAGE_SIZE + 20):
        owner = make.user(session, names[place % 4])
        picture = make.asset(session, owner)
        picture.public_id = uuid4().hex
        picture.preview = bytes(100)
        picture.width, picture.height = ((6000, 4000), (4000, 6000), (5000, 4000))[place % 3]
        picture.renditions += [Rendition(name=2560, width=2560, height=1707, bytes=500)]
        make.entry(
            session,
            contest,
            owner,
            pictures=[picture],
            title=f"A photograph with a usual title {place}",
            country=countries[place % 60],
        )
    page = client.page(f"/contests/{contest.slug}/gallery")
    folder = Path(app.static_folder or "")
    loaded: set[str] = set()
    for element in parse(page).iter("script"):
        scripts(folder, (element.get("src") or "").split("?")[0].rpartition("/")[2], loaded)
    weights = {name: (folder / name).stat().st_size for name in loaded}
    weight = len(page.encode()) + sum(weights.values())
    assert titles(page)[-1].endswith(" 47")
    assert weight < BUDGET, (len(page.encode()), weights)


def test_the_lightbox_learns_every_size(client: Client, session: Session, contest: Contest) -> None:
    described(session, contest, "With a picture", place="Kisumu")
    make.entry(session, contest, make.user(session), pictures=[], title="Without one")
    waiting = make.asset(session, make.user(session), state=AssetState.PROCESSING)
    make.entry(session, contest, make.user(session), pictures=[waiting], title="In the making")
    address = f"/contests/{contest.slug}/gallery?q=with"
    answer = client.get(address, headers={"Accept": "application/json"})
    [picture] = answer.get_json()["pictures"]
    assert [width for _url, width in picture.pop("srcset")] == [320, 800, 1600]
    assert picture == {
        "url": f"/contests/{contest.slug}/entries/1",
        "width": 1600,
        "height": 1200,
        "alt": "A woman beside a loaded cart looks at a phone.",
        "title": "With a picture",
        "by": "Amina Diallo, Kenya",
        "place": "Kisumu",
    }


# --- filters ----------------------------------------------------------------------------------


@pytest.fixture
def works(session: Session, contest: Contest) -> None:
    contest.tracks = [Track(position=0, title="Water"), Track(position=1, title="Light")]
    session.flush()
    sdg, line = TopicScheme.SDG, TopicScheme.ACTION_LINE
    water, light = contest.tracks
    described(session, contest, "Éclair", (sdg, "1"), (line, "C3"), country="FR", track=light)
    described(
        session, contest, "Well", (sdg, "1"), (sdg, "6"), country="KE", track=water, place="ÑANDÚ"
    )
    described(session, contest, "Market", (sdg, "11"), (line, "C7-e-health"), country="PE")
    described(session, contest, "Under_score 100%", country="", caption="Nothing else", place="")


FOUND: list[tuple[dict[str, str], list[str]]] = [
    ({"sdg": "1"}, ["Éclair", "Well"]),
    ({"sdg": "6"}, ["Well"]),
    ({"sdg": "11"}, ["Market"]),
    ({"line": "C7-e-health"}, ["Market"]),
    ({"region": "africa"}, ["Well"]),
    ({"region": "cis"}, []),
    ({"country": "PE"}, ["Market"]),
    ({"q": "éCLAIR"}, ["Éclair"]),
    ({"q": "ñandú"}, ["Well"]),
    ({"q": "  well   farmer "}, ["Well"]),
    ({"q": "well market's", "sdg": "6"}, ["Well"]),
    ({"q": "nowhere"}, []),
    ({"q": "_"}, ["Under_score 100%"]),
    ({"q": "%"}, ["Under_score 100%"]),
    ({"q": "\\"}, []),
    ({"q": "Diallo"}, ["Éclair", "Well", "Market", "Under_score 100%"]),
    ({"sdg": "1", "country": "KE"}, ["Well"]),
    ({"sdg": "11", "country": "KE"}, []),
]


@pytest.mark.usefixtures("works")
def test_filters_find_what_they_say(client: Client, contest: Contest) -> None:
    address = f"/contests/{contest.slug}/gallery"
    for query, expected in FOUND:
        page = client.page(f"{address}?{urlencode(query)}")
        assert titles(page) == expected, query
        assert f"{len(expected)} photograph" in page
        assert "field-error" not in page
        assert ("Nothing matches these filters" in page) is (expected == [])


@pytest.mark.usefixtures("works")
def test_a_track_can_be_chosen(client: Client, session: Session, contest: Contest) -> None:
    session.commit()
    address = f"/contests/{contest.slug}/gallery"
    answer = client.submit(address, {"track": str(contest.tracks[0].id)}, press="Show")
    assert titles(answer.text) == ["Well"]


@pytest.mark.usefixtures("works")
def test_filters_offer_only_what_there_is(client: Client, contest: Contest) -> None:
    contest.sdgs, contest.tracks = [1, 6], contest.tracks
    form = find_form(client.page(f"/contests/{contest.slug}/gallery"), {"sdg"}, "Show")
    offered = {name: form._choices(name) for name in form.names}  # noqa: SLF001 - the suite's own
    assert offered["sdg"] == ["", "1", "6"]
    assert offered["country"] == ["", "FR", "KE", "PE"]
    assert offered["line"] == ["", "C3", "C7-e-health"]


def test_what_can_not_be_chosen_is_not_asked(client: Client, contest: Contest) -> None:
    contest.sdgs, contest.action_lines = [], []
    form = find_form(client.page(f"/contests/{contest.slug}/gallery"), {"q"}, "Show")
    assert form.names == {"q", "region"}


def test_a_team_is_found_by_its_name_and_not_by_its_captain(
    client: Client, session: Session, contest: Contest
) -> None:
    captain = make.user(session, "Zebedee Captain")
    team = make.team(session, contest, captain)
    make.entry(session, contest, captain, team=team, title="The project")
    address = f"/contests/{contest.slug}/gallery"
    assert titles(client.page(f"{address}?{urlencode({'q': team.name})}")) == ["The project"]
    assert titles(client.page(f"{address}?q=Zebedee")) == []


# --- pages ------------------------------------------------------------------------------------


def walk(client: Client, address: str, rel: str) -> Iterator[list[str]]:
    page = client.page(address)
    yield titles(page)
    while (following := link(page, rel)) is not None:
        page = client.page(following)
        yield titles(page)


def test_pages_lead_there_and_back(client: Client, session: Session, contest: Contest) -> None:
    every = [entry.current.title for entry in entries(session, contest, 100) if entry.current]
    address = f"/contests/{contest.slug}/gallery"
    pages = list(walk(client, address, "next"))
    assert pages == [list(page) for page in batched(every, PAGE_SIZE)]
    last = f"{address}?after={2 * PAGE_SIZE}"
    assert list(walk(client, last, "prev")) == pages[::-1]


@pytest.mark.parametrize("counted_to", [40, 60, 96, 143, 144])
def test_filtered_pages_lead_there_and_back_beyond_what_is_counted(
    client: Client,
    session: Session,
    contest: Contest,
    monkeypatch: pytest.MonkeyPatch,
    counted_to: int,
) -> None:
    monkeypatch.setattr(gallery, "MOST_COUNTED", counted_to)
    every = [entry.current.title for entry in entries(session, contest, 145) if entry.current]
    address = f"/contests/{contest.slug}/gallery?q=work"
    pages = list(walk(client, address, "next"))
    assert pages == [list(page) for page in batched(every, PAGE_SIZE)]
    assert list(walk(client, f"{address}&after={3 * PAGE_SIZE}", "prev")) == pages[::-1]
    assert f"More than {counted_to} photographs" in client.page(address)


def test_what_is_counted_whole_is_said_exactly(
    client: Client, session: Session, contest: Contest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "MOST_COUNTED", 3)
    entries(session, contest, 3)
    address = f"/contests/{contest.slug}/gallery"
    assert "3 photographs" in words(parse(client.page(f"{address}?q=work")))
    entries(session, contest, 1)
    assert "More than 3 photographs" in client.page(f"{address}?q=work")
    # All of them are counted, however many.
    assert "4 photographs" in client.page(address)


def test_the_way_on_keeps_the_filters(client: Client, session: Session, contest: Contest) -> None:
    entries(session, contest, 60)
    query = "q=Work&region=africa&country=KE&lang=en"
    following = link(client.page(f"/contests/{contest.slug}/gallery?{query}"), "next")
    assert following is not None
    assert following.endswith(f"/gallery?{query}&after=48")
    back = link(client.page(following), "prev")
    assert back is not None
    assert back.endswith(f"/gallery?{query}&before=49")


@pytest.mark.parametrize("position", ["after=999", "before=1", "before=0"])
def test_beyond_the_last_page_lies_the_first(
    client: Client, session: Session, contest: Contest, position: str
) -> None:
    entries(session, contest, 2)
    address = f"/contests/{contest.slug}/gallery"
    answer = client.get(f"{address}?q=Work&{position}")
    assert client.follow(answer).request.full_path == f"{address}?q=Work"


SENSELESS = (
    *("after=abc", "after=-1", "before=1e9", "after=99999999999999999999", "after=٣"),
    *("sdg=999", "sdg=x", "line=C99", "region=x", "country=XX", "country=kenya"),
    *("track=9999999999999", "track=x", "track=-1", "track=1.5"),
    *("q=%00", "q=a%00b", "region=%00", "country=%00", "after=%00", "track=%00", "q=%ff%fe"),
    *(f"q={'x' * 101}", f"q={'a+' * 50}", "sdg=1&sdg=2", "q[]=x", "_external=1&_scheme=x"),
)


def test_a_query_that_makes_no_sense_hides_nothing(
    client: Client, session: Session, contest: Contest
) -> None:
    described(session, contest, "x ab %ff%fe", (TopicScheme.SDG, "1"))
    address = f"/contests/{contest.slug}/gallery"
    for query in SENSELESS:
        assert titles(client.page(f"{address}?{query}")) == ["x ab %ff%fe"], query


# --- hostile words ----------------------------------------------------------------------------


def hang(session: Session, contest: Contest, texts: tuple[str, ...]) -> Entry:
    """Make an entry whose every text is hostile; its caption and description hold all of them."""
    every = "\n\n".join(hostile.typed(text) for text in texts)
    short = hostile.typed(texts[0])
    owner = make.user(session, short[:120])
    return make.entry(
        session,
        contest,
        owner,
        title=short[:160],
        summary=short[:300],
        caption=every,
        description=every,
        alt_text=every,
        place=short[:160],
    )


def check_words(client: Client, contest: Contest, texts: list[str]) -> None:
    """Read every page about these entries, as valid HTML and as words."""
    gallery = f"/contests/{contest.slug}/gallery"
    list(walk(client, gallery, "next"))
    for number, group in enumerate(batched(texts, 20), start=1):
        page = client.page(f"/contests/{contest.slug}/entries/{number}")
        read = words(parse(page))
        for text in group:
            assert " ".join(hostile.typed(text).split()) in read, text
    for text in texts:
        answer = client.get(gallery, query_string={"q": text[:100], "region": text[:100]})
        assert answer.status_code == 200, text


def test_hostile_words_are_only_words(client: Client, session: Session, contest: Contest) -> None:
    texts = list(hostile.TEXTS)
    for group in batched(texts, 20):
        hang(session, contest, group)
    check_words(client, contest, texts)


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_every_hostile_text_is_only_words(
    client: Client, session: Session, contest: Contest
) -> None:
    texts = hostile.corpus()
    if not texts:
        pytest.skip("PODIUM_CORPUS names no folder with hostile texts")
    for group in batched(texts, 20):
        hang(session, contest, group)
    check_words(client, contest, texts)
