"""What entrants do: enter a photograph or a project, write, upload, submit."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.people import press

ON_BOTH_STORES = pytest.mark.parametrize(
    "backend", ["sqlite+folder", "postgresql+s3 for browsers"], indirect=True
)
"""For tests in which a page sends files straight to the store."""

DECLARATIONS = (
    "I am 18 or older.",
    "I am neither on the staff of the organisers nor of their household.",
    "The work is mine, and I may let the forum show it.",
)


@dataclass(frozen=True)
class Photo:
    """A photograph and what its maker says of it."""

    file: Path
    title: str
    caption: str
    alt_text: str = "A person outdoors looks at a telephone held in both hands."
    place: str = "Kisumu"
    country: str = "Kenya"
    goal: str = "Quality Education"


@dataclass(frozen=True)
class Project:
    """A project and what its team says of it."""

    title: str
    summary: str
    description: str
    track: str
    link: str
    pictures: Sequence[Path] = ()
    documents: Sequence[Path] = ()


def begin_photo(page: Page, contest: str) -> None:
    """Go from the forum's first page to the form of a new entry."""
    page.goto("/")
    page.get_by_role("link", name=contest).click()
    page.get_by_role("link", name="Enter the photo contest").click()
    press(page, "Begin your entry")
    expect(page.get_by_text("As the public will see it")).to_be_visible()


def upload_photo(page: Page, photo: Photo) -> Locator:
    """Choose the file, and watch it become a picture without a reload; return the picture."""
    page.evaluate("window.sameDocument = true")
    page.get_by_label("Photograph", exact=True).set_input_files(photo.file)
    picture = picture_of(page, photo.file)
    expect(picture).to_be_visible()
    assert page.evaluate("window.sameDocument")
    return picture


def picture_of(page: Page, file: Path) -> Locator:
    """Find the picture the server has made of a file; before it there is the browser's own."""
    return page.locator("[data-asset]", has_text=file.name).locator("img[srcset]")


def write_photo(page: Page, photo: Photo) -> None:
    """Fill in the form."""
    page.get_by_label("Title", exact=True).fill(photo.title)
    page.get_by_label("Caption").fill(photo.caption)
    page.get_by_label("Description for people who cannot see it").fill(photo.alt_text)
    page.get_by_label("Place", exact=True).fill(photo.place)
    page.get_by_label("Country").select_option(label=photo.country)
    page.get_by_label("Date taken").fill("2024-11-02")
    page.get_by_label(photo.goal).check()
    page.get_by_label("Everyone who can be recognised").check()
    page.get_by_label("Licence").select_option("CC-BY-4.0")
    declare(page)


def declare(page: Page) -> None:
    """Tick every declaration."""
    for declaration in DECLARATIONS:
        page.get_by_label(declaration).check()


def submit(page: Page) -> str:
    """Submit the entry; return its number, as the receipt says."""
    press(page, "Submit entry")
    expect(page.get_by_text("Your entry has arrived and is safe.")).to_be_visible()
    return page.get_by_role("heading", level=1).inner_text().removeprefix("Entry ")


def enter_photo(page: Page, contest: str, photo: Photo) -> str:
    """Enter a photograph from the first page to the receipt; return the entry's number."""
    begin_photo(page, contest)
    upload_photo(page, photo)
    write_photo(page, photo)
    return submit(page)


def begin_project(page: Page, contest: str, team: str) -> None:
    """Go from the forum's first page to the form of a new project."""
    page.goto("/")
    page.get_by_role("link", name=contest).click()
    page.get_by_role("link", name="Enter the hackathon").click()
    page.get_by_label("Name of your team").fill(team)
    press(page, "Begin with your team")
    expect(page.get_by_text("Written by the team")).to_be_visible()


def write_project(page: Page, project: Project) -> None:
    """Fill in the form, send the files, and wait until the server has everything."""
    page.get_by_label("Title", exact=True).fill(project.title)
    page.get_by_label("Summary").fill(project.summary)
    page.get_by_label("Description", exact=True).fill(project.description)
    page.get_by_label("Track").select_option(label=project.track)
    page.get_by_label("Links").fill(project.link)
    page.locator("input[name=pictures]").set_input_files(project.pictures)
    for file in project.pictures:
        expect(picture_of(page, file)).to_be_visible()
    page.locator("input[name=documents]").set_input_files(project.documents)
    for file in project.documents:
        # Its name leads to it when it is safe to open.
        expect(page.locator("[data-asset]").get_by_role("link", name=file.name)).to_be_visible()
    declare(page)
    expect_complete(page)


def expect_complete(page: Page) -> None:
    """Expect that what is typed is saved, and that nothing is missing."""
    expect(page.locator("#checklist .check-open")).to_have_count(0)
    expect(page.locator("[data-saved]")).to_contain_text("Draft saved")


def expect_receipt(page: Page, files: Sequence[Path]) -> None:
    """Expect the receipt that is open to name these files, each with its own checksum."""
    region = page.get_by_role("region", name="Files")
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    expect(region.get_by_role("listitem")).to_contain_text([file.name for file in files])
    expect(region.locator("code")).to_have_text(digests)
