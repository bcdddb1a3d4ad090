"""The entry form with its scripts, in a real browser."""

import re

import pytest
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy.orm import Session

from tests import factories as make
from tests.conftest import LiveServer
from tests.database import settle
from tests.factories import PASSWORD
from tests.media.pictures import encode, subject

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("clock"),
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]


def jpeg(name: str, size: int) -> FilePayload:
    content = encode(subject(size, size), "JPEG")
    return FilePayload(name=name, mimeType="image/jpeg", buffer=content)


def test_a_photo_is_sent_shown_replaced_and_taken_back_without_a_reload(
    session: Session, live_server: LiveServer, page: Page
) -> None:
    owner = make.user(session)
    contest = make.contest(session)
    slug, email = contest.slug, owner.email
    settle(live_server.app)
    page.goto(f"/login?next=/contests/{slug}/enter")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Begin your entry").click()
    field, uploads = page.locator("#pictures"), page.locator(".upload")
    checklist, card = page.locator("#checklist"), page.locator("#card-picture img")

    field.set_input_files(jpeg("first.jpg", 400))
    expect(uploads.locator("img")).to_be_visible()
    expect(card).to_be_visible()
    expect(checklist.locator(".check-done")).to_have_text(re.compile("Photograph"))

    field.set_input_files(jpeg("second.jpg", 500))
    expect(page.locator("[data-asset] .upload-name")).to_have_text("second.jpg")
    expect(uploads).to_have_count(1)

    page.get_by_label("Title").fill("Fishing by satellite")
    expect(page.locator("[data-saved]")).to_have_text(re.compile("Draft saved"))
    expect(checklist.locator(".check-done")).to_have_count(2)

    uploads.get_by_role("button", name="Remove second.jpg").click()
    expect(checklist.locator(".check-done")).to_have_count(1)
    page.reload()
    expect(uploads).to_have_count(0)
    expect(page.get_by_label("Title")).to_have_value("Fishing by satellite")
