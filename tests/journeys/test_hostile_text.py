"""Words that try to break a form, a page or a browser: in every field, and on every page."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Dialog, Page, expect
from sqlalchemy import String, cast, literal, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.accounts.models import User
from app.accounts.queries import actor_of
from contests.models import (
    Contest,
    Declaration,
    Entry,
    EntryVersion,
    Forum,
    LatePass,
    Team,
    Track,
)
from judging.models import Ballot, Criterion, Judge, Recusal, Round, Winner
from judging.service import announcement
from media.models import Asset
from tests import factories
from tests.client import Client, elements, parse
from tests.conftest import LiveServer
from tests.contests.hostile import TEXTS, corpus, typed
from tests.database import settle
from tests.factories import NOW
from tests.journeys.people import be
from tests.journeys.town import Town
from tests.journeys.visits import VISITS, address_of
from tests.media.pictures import encode, subject

pytestmark = pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)


# --- in every field -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Act:
    """A form, whose it is, and its fields of free words with the most characters each takes."""

    who: str
    url: Callable[[Town], str]
    fields: Mapping[str, int]
    press: str | None = None
    other: Mapping[str, str] = field(default_factory=dict)


def manage(name: str, page: str) -> Callable[[Town], str]:
    return lambda town: f"/manage/contests/{town.contests[name].slug}{page}"


def in_round(name: str, page: str) -> Callable[[Town], str]:
    return lambda town: manage(name, f"/rounds/{town.rounds[name]}{page}")(town)


def edit(name: str) -> Callable[[Town], str]:
    return lambda town: f"/entries/{town.entries[name].id}/edit"


ACTS: Sequence[Act] = (
    Act("entrant", lambda _town: "/account", {"name": 120, "organisation": 160}),
    Act(
        "entrant",
        edit("draft"),
        {"title": 160, "caption": 1000, "alt_text": 500, "place": 160},
        press="Save draft",
    ),
    Act(
        "entrant",
        edit("project"),
        {"title": 160, "summary": 300, "description": 40_000, "links": 500},
        press="Save draft",
    ),
    Act(
        "judge",
        lambda town: f"/judge/ballots/{town.ballots['assigned'].id}",
        {"comment": 2000},
        press="Save",
    ),
    Act("organiser", lambda _town: "/manage/forum", {"name": 160, "tagline": 300}),
    Act(
        "organiser",
        manage("photo", ""),
        {"title": 160, "summary": 300, "brief": 20_000, "rules": 40_000},
        press="Save contest",
    ),
    Act("organiser", in_round("waiting", "/edit"), {"title": 160, "briefing": 20_000}),
    Act(
        "organiser",
        in_round("waiting", "/rubric"),
        {"title_0": 160, "guidance_0": 2000},
        press="Save the rubric",
    ),
    Act(
        "organiser",
        manage("photo", ""),
        {"pass-reason": 300},
        other={"pass-email": "amina@example.org", "pass-until": "2025-03-20T12:00"},
        press="Grant late pass",
    ),
    Act(
        "organiser",
        manage("proposed", "/results/propose"),
        {f"{word}_{place}": 500 for word in ("citation", "reason") for place in (1, 2)},
    ),
)


@pytest.mark.parametrize("who", ["entrant", "judge", "organiser"])
def test_every_field_gives_back_what_was_typed(who: str, client: Client, town: Town) -> None:
    town.entrant.email = "amina@example.org"
    client.sign_in(getattr(town, who))
    for act in ACTS:
        if act.who == who:
            gives_back(client, act, act.url(town))


def gives_back(client: Client, act: Act, url: str) -> None:
    """Fill the form in with one text after the other; each is kept, or shown with its fault."""
    for batch in batches([*TEXTS, *corpus()[::50]], len(act.fields)):
        wanted = {
            name: typed(text)[:limit].strip()
            for (name, limit), text in zip(act.fields.items(), batch, strict=False)
        }
        answer = client.submit(url, {**act.other, **wanted}, press=act.press)
        assert answer.status_code in {302, 303, 422}, wanted
        page = answer.text if answer.status_code == 422 else client.page(url)
        lost = [value for value in wanted.values() if squeezed(value) not in said(page)]
        assert not lost, url


def batches(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (texts[start : start + size] for start in range(0, len(texts), size))


def said(page: str) -> str:
    """Return all that a page says, in its text and in its fields, without any white space."""
    parsed = parse(page)
    values = (element.get("value", "") for element in elements(parsed))
    return squeezed("".join([*parsed.itertext(), *values]))


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_a_team_may_be_called_anything(client: Client, session: Session, town: Town) -> None:
    slug = town.contests["hackathon"].slug
    for text in TEXTS:
        client.sign_in(factories.user(session, typed(text)[:120]))
        answer = client.submit(f"/contests/{slug}/enter", {"team_name": typed(text)[:120]})
        page = answer.text if answer.status_code == 422 else client.follow(answer).text
        assert squeezed(typed(text)[:120]) in said(page)


def test_whole_corpora_are_read_as_markdown(client: Client, town: Town) -> None:
    everything = "\n\n".join(map(typed, (*TEXTS, *corpus())))
    contest = town.contests["announced"]
    contest.brief = contest.rules = everything
    version = town.ballots["long"].entry.current
    assert version is not None
    version.description = version.caption = everything
    version.links = everything.split("\n")[:200]
    slug, ballot = town.contests["judging"].slug, town.ballots["long"].id
    client.page(f"/contests/{contest.slug}")
    client.page(f"/contests/{slug}/entries/{town.ballots['long'].entry.number}")
    client.sign_in(town.judge)
    client.page(f"/judge/ballots/{ballot}")


# --- on every page ------------------------------------------------------------------------------

MARK = "window.hacked = true"
PAYLOADS = (
    f"\"'><img src=x onerror='{MARK}'><script>{MARK}</script>",
    f"</title></textarea><svg onload='{MARK}'><a href='javascript:{MARK}'>",
    f"<https://x.org/\"onclick='{MARK}'> [a](javascript:{MARK}) ![b](x\"onerror='{MARK}')",
)
COLUMNS: Sequence[InstrumentedAttribute[str] | InstrumentedAttribute[str | None]] = (
    *(User.name, User.organisation, Forum.name, Forum.tagline),
    *(Contest.title, Contest.summary, Contest.brief, Contest.rules),
    *(Track.title, Track.description, Declaration.text, LatePass.reason, Team.name),
    *(EntryVersion.title, EntryVersion.summary, EntryVersion.description, EntryVersion.caption),
    *(EntryVersion.alt_text, EntryVersion.place, Asset.filename),
    *(Judge.name, Round.title, Round.briefing, Criterion.title, Criterion.guidance),
    *(Entry.screening_reason, Entry.disqualified_reason, Asset.reason),
    *(Ballot.comment, Recusal.reason, Winner.citation, Winner.reason),
)


@pytest.mark.browser
def test_nothing_is_run_on_any_page(
    session: Session,
    town: Town,
    live_server: LiveServer,
    new_page: Callable[..., Page],
) -> None:
    poison(session, town)
    announced = town.contests["confirmed"].slug
    for who, visits in VISITS.items():
        page = new_page()
        be(page, live_server, town.people[who])
        addresses = [address_of(live_server.app, town, visit) for visit in visits]
        settle(live_server.app)
        page.on("dialog", refuse)
        for address in (*addresses, f"/contests/{announced}/winners"):
            page.goto(address)
            assert page.evaluate("window.hacked") is None, address
            assert page.locator(TRACES).count() == 0, address


TRACES = "img[src=x], svg[onload], [onclick], [onerror], a[href^='javascript:' i]"


def refuse(dialog: Dialog) -> None:
    pytest.fail(f"a dialog says {dialog.message}")


def poison(session: Session, town: Town) -> None:
    """Write the payloads wherever somebody's words are kept, and announce winners with them."""
    for column in COLUMNS:
        # The number behind them keeps apart what must differ.
        words = literal(" ".join(PAYLOADS)) + cast(column.class_.id, String)
        there = column.is_not(None)
        session.execute(update(column.class_).where(there).values({column.key: words}))
    session.expire_all()
    actor = actor_of(town.organiser)
    announcement.announce(session, contest=town.contests["confirmed"], actor=actor, now=NOW)


@pytest.mark.browser
def test_a_file_may_be_called_anything(town: Town, live_server: LiveServer, page: Page) -> None:
    be(page, live_server, town.entrant)
    address = edit("draft")(town)
    settle(live_server.app)
    page.goto(address)
    name = PAYLOADS[0].replace("/", "") + ".jpg"
    picture = encode(subject(), "JPEG")
    chosen = page.get_by_label("Photograph", exact=True)
    chosen.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": picture})
    expect(page.locator(".upload-name").last).to_contain_text(name)
    sent = page.locator("[data-asset]", has_text=name)
    expect(sent.locator("img[srcset]")).to_be_visible()
    page.reload()
    expect(page.locator(".upload-name")).to_have_text(name)
    assert page.evaluate("window.hacked") is None
    assert page.locator(TRACES).count() == 0
