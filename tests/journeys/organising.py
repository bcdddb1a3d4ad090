"""What organisers do: set up, invite, open and close, decide, announce."""

from collections.abc import Sequence
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from tests.journeys.people import Person, confirm, expect_flash, expect_heading, press

ZONE = "Europe/Zurich"
OPENS, CLOSES = "2025-03-01T09:00", "2025-03-14T23:00"
FORUM = "WSIS Forum 2025"


@dataclass(frozen=True)
class Prize:
    """One line of a proposal: which entry, and the jury's words."""

    title: str
    citation: str
    reason: str = ""


def name_forum(page: Page) -> None:
    """Name and date the forum."""
    page.goto("/manage/forum")
    page.get_by_label("Name").fill(FORUM)
    page.get_by_label("Tagline").fill("Information and communication technologies for all")
    page.get_by_label("First day").fill("2025-07-07")
    page.get_by_label("Last day").fill("2025-07-11")
    page.get_by_label("Time zone").select_option(ZONE)
    press(page, "Save forum")
    expect_flash(page, "The forum is saved.")


def set_up_photo_contest(page: Page, title: str, slug: str) -> None:
    """Set up a photo contest as a draft."""
    _begin_contest(page, "Photo contest", title, slug)
    page.get_by_label("Brief").fill("Show how **ICTs** help reach the *Goals*.")
    _save_contest(page)


def set_up_hackathon(page: Page, title: str, slug: str) -> None:
    """Set up a hackathon as a draft: two tracks, teams of up to three, pictures and a PDF."""
    _begin_contest(page, "Hackathon", title, slug)
    page.get_by_label("Brief").fill("Build something that brings *clean water* to more people.")
    page.get_by_label("Tracks").fill("Clean water: sensors for wells\nHealthy soil")
    page.get_by_label("Largest team").fill("3")
    page.get_by_label("Fewest pictures").fill("0")
    page.get_by_label("Most pictures").fill("4")
    page.get_by_label("Most PDF documents").fill("1")
    page.get_by_label("Fewest words of description").fill("5")
    page.get_by_label("Most words of description").fill("200")
    _save_contest(page)


def _begin_contest(page: Page, kind: str, title: str, slug: str) -> None:
    page.goto("/manage/")
    page.get_by_role("link", name="Set up a contest").first.click()
    page.get_by_role("link", name=kind).click()
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Address").fill(slug)
    page.get_by_label("Summary").fill("One line that makes people want to enter.")
    page.get_by_label("Time zone").select_option(ZONE)
    page.get_by_label("Opens", exact=True).fill(OPENS)
    page.get_by_label("Closes", exact=True).fill(CLOSES)


def _save_contest(page: Page) -> None:
    press(page, "Save contest as a draft")
    expect_flash(page, "The contest is saved.")


def publish(page: Page, title: str) -> None:
    """Publish the contest whose set-up page is open."""
    press(page, "Publish contest")
    expect_flash(page, "The contest is public.")
    expect_heading(page, title)


def find_eligible(page: Page, slug: str, numbers: Sequence[str]) -> None:
    """Find these entries eligible, in their order, led from one to the next."""
    page.goto(f"/manage/contests/{slug}/entries")
    page.get_by_role("row", name=numbers[0]).get_by_role("link").first.click()
    for number in numbers:
        page.get_by_label("Eligible", exact=True).check()
        press(page, "Keep verdict, show next")
        expect(page.get_by_text(f"Entry {number} is eligible.")).to_be_visible()
    states = page.get_by_role("table", name="Entries").locator("td .status")
    expect(states).to_have_text(["Eligible"] * len(numbers))


def invite_judges(page: Page, slug: str, judges: Sequence[Person]) -> None:
    """Invite people to the panel, one line each."""
    page.goto(f"/manage/contests/{slug}/panel")
    page.get_by_label("Judges to invite").fill(
        "\n".join(f"{judge.name} <{judge.email}>" for judge in judges)
    )
    press(page, "Invite judges")
    expect_flash(page, f"{len(judges)} invitations are on their way.")


def plan_round(page: Page, slug: str, *, judges_per_entry: int) -> None:
    """Plan the round with its defaults, but for the number of judges."""
    page.goto(f"/manage/contests/{slug}/rounds")
    press(page, "Plan: One scoring round")
    expect_flash(page, "The judging is planned.")
    go_to_round(page, slug)
    page.get_by_role("link", name="Change the round").click()
    page.get_by_label("Judges per entry", exact=True).fill(str(judges_per_entry))
    press(page, "Save the round")
    expect_flash(page, "The round is saved.")


def go_to_round(page: Page, slug: str, title: str = "Scoring") -> None:
    """Go to one round's page by way of all rounds."""
    page.goto(f"/manage/contests/{slug}/rounds")
    page.get_by_role("link", name=title, exact=True).click()


def weigh(page: Page, slug: str, criterion: str, weight: int) -> None:
    """Let one criterion of the planned round count more than the others."""
    go_to_round(page, slug)
    page.get_by_role("link", name="Change the rubric").click()
    rows = page.locator("fieldset.form-section")
    titles = [field.input_value() for field in rows.get_by_label("Title", exact=True).all()]
    rows.nth(titles.index(criterion)).get_by_label("Weight").fill(str(weight))
    press(page, "Save the rubric")
    expect_flash(page, "The rubric is saved.")


def open_round(page: Page, slug: str) -> None:
    """Open the planned round."""
    go_to_round(page, slug)
    confirm(page, "Open the round", "Open the round now")
    expect_flash(page, "The round is open, and the judges have mail.")


def close_round(page: Page, slug: str) -> None:
    """Close the round, every ballot being there."""
    go_to_round(page, slug)
    expect(page.get_by_text("Every ballot is submitted. You can close the round.")).to_be_visible()
    confirm(page, "Close the round", "Close the round now")
    expect_flash(page, "The round is closed.")


def expect_standings(page: Page, titles: Sequence[str]) -> None:
    """Expect the titles in the order of the standings on the results page."""
    table = page.get_by_role("table", name="Standings")
    expect(table.locator("tbody .work-title")).to_have_text(list(titles))


def propose(page: Page, prizes: Sequence[Prize]) -> None:
    """Propose the winners on the results page, best first."""
    fill_proposal(page, prizes)
    press(page, "Propose these winners")
    expect_flash(page, "The winners are proposed.")


def fill_proposal(page: Page, prizes: Sequence[Prize]) -> None:
    """Choose the winners and write about them, but do not propose them yet."""
    for place, prize in zip(("First", "Second", "Third"), prizes, strict=True):
        group = page.get_by_role("group", name=place, exact=True)
        choices = group.get_by_label(place)
        option = choices.locator("option", has_text=prize.title)
        choices.select_option(option.get_attribute("value"))
        group.get_by_label("Citation").fill(prize.citation)
        group.get_by_label("Reason").fill(prize.reason)


def confirm_winners(page: Page, slug: str) -> None:
    """Confirm what another organiser proposed."""
    page.goto(f"/manage/contests/{slug}/results")
    confirm(page, "Confirm the winners", "Confirm these winners")
    expect_flash(page, "The winners are confirmed. Nothing is public before you announce.")


def announce(page: Page, slug: str, winners: int) -> None:
    """Announce now."""
    page.goto(f"/manage/contests/{slug}/announce")
    confirm(page, "Announce now", f"Announce {winners} winners")
    expect_flash(page, f"{winners} winners are public.")
