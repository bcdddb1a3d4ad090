"""A photo contest from its set-up to its winners on the stage, as its people live it."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.conftest import Clock, LiveServer, Outbox
from tests.journeys import entering, judging, organising, watching
from tests.journeys.conftest import NewPerson
from tests.journeys.entering import Photo
from tests.journeys.organising import Prize
from tests.journeys.people import (
    Person,
    expect_heading,
    mailed_link,
    press,
    register,
    sign_in,
)
from tests.journeys.pictures import telephone_picture, world_pictures

pytestmark = [pytest.mark.browser, entering.ON_BOTH_STORES]

TITLE, SLUG = "Photo Contest 2025", "photo-2025"
AFTER_THE_CLOSE = datetime(2025, 3, 14, 22, 5, tzinfo=UTC)

GATE, EVENING, FALCON, ROCKS = "The garden gate", "End of the day", "The watcher", "High ground"

# By judge and work, one mark for each of the four criteria.
MARKS: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "Nnedi Okorafor": {
        GATE: (7, 6, 7, 6),
        EVENING: (9, 9, 8, 10),
        FALCON: (8, 7, 8, 8),
        ROCKS: (3, 4, 3, 3),
    },
    "Lars Berg": {
        GATE: (6, 6, 6, 6),
        EVENING: (8, 9, 9, 9),
        FALCON: (7, 8, 8, 7),
        ROCKS: (4, 3, 3, 4),
    },
}
PRIZES = (
    Prize(EVENING, "The light tells it all."),
    Prize(FALCON, "Patience, and an eye for the moment."),
    Prize(GATE, "A gate that opens on a whole life."),
)


@dataclass(frozen=True)
class Cast:
    """Everybody of the journey, each with a browser."""

    organiser: Person
    second: Person
    amina: Person
    bruno: Person
    chen: Person
    judges: tuple[Person, ...]
    outsider: Person


@pytest.fixture
def cast(new_organiser: NewPerson, new_person: NewPerson) -> Cast:
    return Cast(
        organiser=new_organiser("Gitanjali Sah"),
        second=new_organiser("Vladimir Stankovic"),
        amina=new_person("Amina Diallo"),
        bruno=new_person("Bruno Silva"),
        chen=new_person("Chen Wei"),
        judges=tuple(new_person(name) for name in MARKS),
        outsider=new_person("Nobody in Particular"),
    )


def test_from_the_set_up_to_the_stage(
    cast: Cast, clock: Clock, outbox: Outbox, tmp_path: Path, live_server: LiveServer
) -> None:
    set_up(cast.organiser)
    numbers = enter(cast, outbox, tmp_path)
    old_form = leave_a_form_open(cast.amina)
    clock.set(AFTER_THE_CLOSE)
    the_old_form_is_refused_kindly(old_form)
    open_the_round(cast, outbox, numbers)
    score(cast)
    change_a_mark(cast.judges[0].page, numbers[ROCKS])
    decide_in_secret(cast, numbers)
    announce(cast, outbox)
    verified = live_server.app.test_cli_runner().invoke(args=["audit", "verify"])
    assert verified.exit_code == 0, verified.output


def set_up(organiser: Person) -> None:
    page = organiser.page
    sign_in(organiser)
    organising.name_forum(page)
    organising.set_up_photo_contest(page, TITLE, SLUG)
    organising.publish(page, TITLE)


def enter(cast: Cast, outbox: Outbox, folder: Path) -> dict[str, str]:
    """Let three people enter four photographs; return the entries' numbers by their titles."""
    gate = Photo(telephone_picture(folder), GATE, "She reads the weather before she waters.")
    evening, falcon, rocks = (
        Photo(file, title, "Somebody, somewhere, with a telephone.")
        for file, title in zip(world_pictures(folder), (EVENING, FALCON, ROCKS), strict=True)
    )
    for person in (cast.amina, cast.bruno, cast.chen):
        come_to_the_contest(person.page)
        register(person, outbox)
        expect_heading(person.page, f"Enter {TITLE}")
    numbers = {GATE: enter_watching_closely(cast.amina.page, gate)}
    for person, photo in ((cast.bruno, evening), (cast.chen, falcon), (cast.chen, rocks)):
        numbers[photo.title] = entering.enter_photo(person.page, TITLE, photo)
    return numbers


def come_to_the_contest(page: Page) -> None:
    """Find the contest on the first page, wish to enter, and be asked to sign in first."""
    page.goto("/")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="Enter the photo contest").click()
    page.get_by_role("link", name="Make an account").click()


def enter_watching_closely(page: Page, photo: Photo) -> str:
    """Enter a photograph and look at everything that is promised on the way."""
    entering.begin_photo(page, TITLE)
    picture = entering.upload_photo(page, photo)
    holds_no_trace_of_its_camera(picture)
    entering.write_photo(page, photo)
    entering.expect_complete(page)
    expect(page.locator(".live-card .work-title")).to_have_text(photo.title)
    page.reload()
    expect(page.get_by_label("Caption")).to_have_value(photo.caption)
    number = entering.submit(page)
    entering.expect_receipt(page, [photo.file])
    return number


def holds_no_trace_of_its_camera(picture: Locator) -> None:
    address = picture.evaluate("picture => picture.currentSrc || picture.src")
    content = picture.page.request.get(address).body()
    with Image.open(io.BytesIO(content)) as seen:
        assert seen.format == "WEBP"
        assert seen.height > seen.width, "it does not stand upright"
        assert not seen.getexif()
        assert {"exif", "xmp", "icc_profile"}.isdisjoint(seen.info)
    assert b"garden gate" not in content


def leave_a_form_open(person: Person) -> Page:
    """Open a submitted entry's form in a second tab, and go away."""
    page = person.page.context.new_page()
    page.goto("/my")
    page.get_by_role("link", name="Change").click()
    expect(page.get_by_role("button", name="Submit the changes")).to_be_visible()
    return page


def the_old_form_is_refused_kindly(page: Page) -> None:
    late = "A better caption, five minutes late."
    page.get_by_label("Caption").fill(late)
    press(page, "Submit the changes")
    notice = page.locator(".notice", has_text="Below is everything you typed")
    expect(notice).to_contain_text("closed")
    expect(page.get_by_label("Caption")).to_have_value(late)
    notice.get_by_role("link", name="See your receipt").click()
    expect(page.get_by_text("Contest closed")).to_be_visible()


def open_the_round(cast: Cast, outbox: Outbox, numbers: Mapping[str, str]) -> None:
    """Screen, invite two judges by mail, who accept and declare, and let them begin."""
    page = cast.organiser.page
    organising.find_eligible(page, SLUG, sorted(numbers.values()))
    organising.invite_judges(page, SLUG, cast.judges)
    for judge in cast.judges:
        link = mailed_link(outbox, judge.email, "You are invited to judge")
        judging.accept_invitation(judge.page, link, TITLE)
        judging.declare_no_conflict(judge.page)
    organising.plan_round(page, SLUG, judges_per_entry=2)
    organising.open_round(page, SLUG)


def score(cast: Cast) -> None:
    for judge in cast.judges:
        judging.score_all(judge.page, MARKS[judge.name])


def change_a_mark(page: Page, number: str) -> None:
    """Come back to a submitted ballot, change its first mark, and walk over all entries."""
    judging.open_from_list(page, number)
    judging.mark_with_keys(page, [2])
    page.reload()
    judging.expect_ready(page)
    first = page.locator(".criterion").first
    expect(first.locator("input:checked")).to_have_value("2")
    judging.walk(page, 4)


def decide_in_secret(cast: Cast, numbers: Mapping[str, str]) -> None:
    """Close, propose, confirm; and let nobody outside see that anything happened."""
    page = cast.organiser.page
    organising.close_round(page, SLUG)
    organising.expect_standings(page, [EVENING, FALCON, GATE, ROCKS])
    paths = watching.public_paths(SLUG, numbers.values())
    watchers = {
        cast.outsider: paths,
        cast.bruno: [*paths, "/my"],
        cast.judges[0]: [*paths, "/judge"],
    }
    before = {who: watching.sources(who.page, paths) for who, paths in watchers.items()}
    for path, source in before[cast.outsider].items():
        assert source[:3] == ("404" if path.endswith(watching.WINNERS) else "200"), path
    organising.propose(page, PRIZES)
    expect(page.get_by_text("The proposal waits for another organiser")).to_be_visible()
    sign_in(cast.second)
    organising.confirm_winners(cast.second.page, SLUG)
    for who, paths in watchers.items():
        assert watching.sources(who.page, paths) == before[who], who.name


def announce(cast: Cast, outbox: Outbox) -> None:
    organising.announce(cast.organiser.page, SLUG, winners=3)
    titles, citations = zip(*((prize.title, prize.citation) for prize in PRIZES), strict=True)
    watching.expect_winners(cast.outsider.page, titles, citations)
    link = mailed_link(outbox, cast.bruno.email, "Congratulations: you have won")
    cast.bruno.page.goto(link)
    expect(cast.bruno.page.locator(".winner .work-title").first).to_have_text(EVENING)
