"""A hackathon from its set-up to its winners: teams, Markdown, documents, a conflict, a tie."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import Clock, Outbox
from tests.journeys import entering, judging, organising, watching
from tests.journeys.conftest import NewPerson
from tests.journeys.entering import Project
from tests.journeys.organising import Prize
from tests.journeys.people import (
    Person,
    expect_heading,
    mailed_link,
    press,
    register,
    sign_in,
)
from tests.journeys.pictures import plan, world_pictures

pytestmark = [pytest.mark.browser, entering.ON_BOTH_STORES]

TITLE, SLUG = "Hackathon 2025", "hackathon-2025"
AFTER_THE_CLOSE = datetime(2025, 3, 14, 22, 5, tzinfo=UTC)
WELL, SOIL, PUMP = "The Talking Well", "Soil by SMS", "Pump Watch"
DEMO = "https://example.org/the-talking-well"
BETTER_WORDS = "It **calls** the village at night."
PRIZES = (
    Prize(WELL, "It speaks for those who were never asked."),
    Prize(PUMP, "It works today, and tomorrow."),
    Prize(SOIL, "Small, cheap, and true."),
)


@dataclass(frozen=True)
class Cast:
    """Everybody of the journey, each with a browser."""

    organiser: Person
    second: Person
    captain: Person
    member: Person
    soil: Person
    pump: Person
    judges: tuple[Person, Person]
    outsider: Person


@pytest.fixture
def cast(new_organiser: NewPerson, new_person: NewPerson) -> Cast:
    return Cast(
        organiser=new_organiser("Gitanjali Sah"),
        second=new_organiser("Vladimir Stankovic"),
        captain=new_person("Wanjiru Kamau"),
        member=new_person("Otieno Odhiambo"),
        soil=new_person("Lucía Ramos"),
        pump=new_person("Farid Haddad"),
        judges=(new_person("Nnedi Okorafor"), new_person("Lars Berg")),
        outsider=new_person("Nobody in Particular"),
    )


def test_from_the_set_up_to_the_winners(
    cast: Cast, clock: Clock, outbox: Outbox, tmp_path: Path
) -> None:
    set_up(cast.organiser)
    numbers = {WELL: enter_as_a_team(cast, outbox, tmp_path)}
    numbers |= enter_alone(cast.soil, SOIL, outbox) | enter_alone(cast.pump, PUMP, outbox)
    clock.set(AFTER_THE_CLOSE)
    open_the_round(cast, outbox, numbers)
    score(cast, numbers)
    decide_against_the_standings(cast, numbers)
    organising.announce(cast.organiser.page, SLUG, winners=3)
    titles, citations = zip(*((prize.title, prize.citation) for prize in PRIZES), strict=True)
    watching.expect_winners(cast.outsider.page, titles, citations)
    link = mailed_link(outbox, cast.member.email, "Congratulations: you have won")
    assert link == mailed_link(outbox, cast.captain.email, "Congratulations: you have won")


def set_up(organiser: Person) -> None:
    page = organiser.page
    sign_in(organiser)
    organising.name_forum(page)
    organising.set_up_hackathon(page, TITLE, SLUG)
    organising.publish(page, TITLE)


def enter_as_a_team(cast: Cast, outbox: Outbox, folder: Path) -> str:
    """Let a captain begin, a member join by the link and write; the captain submits."""
    page = cast.captain.page
    page.goto("/register")
    register(cast.captain, outbox)
    entering.begin_project(page, TITLE, "Kisumu Wells")
    files = {"pictures": world_pictures(folder)[:2], "documents": [plan(folder)]}
    project = Project(
        title=WELL,
        summary="A well that calls when its water turns bad.",
        description="## What it does\nA *sensor* listens to the water.",
        track="Clean water",
        link=DEMO,
        **files,
    )
    entering.write_project(page, project)
    join_and_write(cast, outbox)
    page.reload()
    expect(page.get_by_label("Description", exact=True)).to_have_value(
        "It **calls** the village at night."
    )
    number = entering.submit(page)
    entering.expect_receipt(page, [*files["pictures"], *files["documents"]])
    return number


def join_and_write(cast: Cast, outbox: Outbox) -> None:
    """Let a second person join by the invitation link, and change the captain's words."""
    captain, page = cast.captain.page.context.new_page(), cast.member.page
    captain.goto("/my")
    captain.get_by_role("link", name="Kisumu Wells").click()
    invitation = captain.get_by_label("Invitation link").input_value()
    captain.close()
    page.goto(invitation)
    page.get_by_role("link", name="Make an account").click()
    register(cast.member, outbox)
    expect_heading(page, "Join the team Kisumu Wells")
    press(page, "Join this team")
    page.get_by_role("link", name="Go to your project").click()
    expect(page.get_by_text("Only the captain submits:")).to_be_visible()
    expect(page.get_by_label("Title", exact=True)).to_have_value(WELL)
    page.get_by_label("Description", exact=True).fill(BETTER_WORDS)
    press(page, "Save draft")
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")


def enter_alone(person: Person, title: str, outbox: Outbox) -> dict[str, str]:
    """Enter a small project; return its number by its title."""
    page = person.page
    page.goto("/register")
    register(person, outbox)
    entering.begin_project(page, TITLE, f"Team of {person.name}")
    project = Project(
        title=title,
        summary="One sentence says it.",
        description="A few words are enough here.",
        track="Healthy soil",
        link="https://example.org/",
    )
    entering.write_project(page, project)
    return {title: entering.submit(page)}


def open_the_round(cast: Cast, outbox: Outbox, numbers: Mapping[str, str]) -> None:
    """Let one judge declare a conflict, one criterion weigh more, and the round open."""
    page, (nnedi, lars) = cast.organiser.page, cast.judges
    organising.invite_judges(page, SLUG, cast.judges)
    for judge in cast.judges:
        link = mailed_link(outbox, judge.email, "You are invited to judge")
        judging.accept_invitation(judge.page, link, TITLE)
    judging.declare_no_conflict(nnedi.page)
    judging.declare_conflict(lars.page, numbers[PUMP], "Farid is my cousin.")
    organising.plan_round(page, SLUG, judges_per_entry=2)
    organising.weigh(page, SLUG, "Impact", 2)
    shortfall = f"Entry {numbers[PUMP]}: 1 judge instead of 2"
    expect(page.get_by_text(shortfall)).to_be_visible()
    organising.open_round(page, SLUG)


def score(cast: Cast, numbers: Mapping[str, str]) -> None:
    nnedi, lars = cast.judges
    look_closely(nnedi.page, numbers[WELL])
    judging.score_all(nnedi.page, {WELL: [5] * 5, SOIL: [4] * 5, PUMP: [4] * 5})
    # Lars never sees the entry of his cousin.
    judging.score_all(lars.page, {WELL: [5] * 5, SOIL: [4, 4, 4, 4, 5]})


def look_closely(page: Page, number: str) -> None:
    """Read the team's work on its ballot: its Markdown, its links, its document; and no name."""
    page.goto("/judge")
    judging.open_from_list(page, number)
    expect(page.locator(".ballot-about .prose strong")).to_have_text("calls")
    expect(page.get_by_role("link", name=DEMO)).to_have_attribute("href", DEMO)
    expect(page.locator(".ballot-picture img")).to_have_count(2)
    address = page.get_by_role("link", name="Document 1 (PDF)").get_attribute("href")
    document = page.request.get(address or "")
    assert document.body().startswith(b"%PDF")
    assert document.headers["content-disposition"].startswith("attachment")
    for name in ("Kamau", "Odhiambo", "Kisumu Wells"):
        assert name not in page.content()


def decide_against_the_standings(cast: Cast, numbers: Mapping[str, str]) -> None:
    """Pass over an entry, which takes a reason; and let nobody outside see that it happened."""
    page = cast.organiser.page
    organising.close_round(page, SLUG)
    organising.expect_standings(page, [WELL, SOIL, PUMP])
    paths = watching.public_paths(SLUG, numbers.values())
    before = watching.sources(cast.outsider.page, paths)
    organising.fill_proposal(page, PRIZES)
    press(page, "Propose these winners")
    expect(page.locator(".error-summary")).to_contain_text(
        "Place 2 passes over an entry that stands better. Say why."
    )
    first, second, third = PRIZES
    settled = Prize(second.title, second.citation, "It runs already.")
    organising.propose(page, (first, settled, third))
    sign_in(cast.second)
    organising.confirm_winners(cast.second.page, SLUG)
    assert watching.sources(cast.outsider.page, paths) == before
