"""Files on their way from a browser: several at once, cut off, paused, refused, found again."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Locator, Page, Route, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from contests.states import ContestKind, EntryState
from media import keys
from media.models import Asset
from media.states import AssetState
from tests import axe, factories
from tests.conftest import Clock, LiveServer
from tests.database import settle
from tests.journeys.entering import ON_BOTH_STORES
from tests.journeys.people import be, press, wait_for
from tests.media.pictures import encode, subject

FOLDER = pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clock")]

HOSTILE = b"<!doctype html><script>alert(document.domain)</script>"


@dataclass
class Requests:
    """What the server was asked, in order, as "POST /path"."""

    lines: list[str] = field(default_factory=list)

    def parts_asked_for(self) -> list[int]:
        """Return the number of each part somebody wanted to send: without asking, none is sent."""
        found = (re.fullmatch(r"POST /media/uploads/\w+/parts/(\d+)", one) for one in self.lines)
        return [int(match[1]) for match in found if match]

    def uploads_begun(self) -> int:
        return sum(bool(re.fullmatch(r"POST /entries/\d+/uploads", one)) for one in self.lines)


@pytest.fixture
def requests(app: Flask) -> Requests:
    """Write down every request the application gets from now on."""
    log, inner = Requests(), app.wsgi_app

    def noting(environ: dict[str, Any], start_response: Any) -> Any:
        log.lines.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        return inner(environ, start_response)

    app.wsgi_app = noting  # type: ignore[method-assign] # Flask documents this assignment
    return log


class Desk(NamedTuple):
    """An entrant before the form of a draft that has no files yet."""

    page: Page
    address: str
    email: str
    closes_at: datetime


Sit = Callable[..., Desk]


@pytest.fixture
def sit(session: Session, live_server: LiveServer, new_page: Callable[..., Page]) -> Sit:
    """Bring an entrant to the form of a new entry; `device` is for playwright's contexts."""

    def down(
        kind: ContestKind = ContestKind.HACKATHON, device: Mapping[str, Any] = {}, **columns: Any
    ) -> Desk:
        owner = factories.user(session)
        contest = factories.contest(session, kind, **columns)
        state = EntryState.DRAFT
        entry = factories.entry(session, contest, owner, state=state, pictures=[])
        page = new_page(**device)
        be(page, live_server, owner)
        desk = Desk(page, f"/entries/{entry.id}/edit", owner.email, contest.closes_at)
        settle(live_server.app)
        page.goto(desk.address)
        return desk

    return down


class File(NamedTuple):
    """What the database has of a file."""

    public_id: str
    state: AssetState
    sha256: str | None


@pytest.fixture
def files(app: Flask) -> Callable[[], list[File]]:
    """Look at every file there is, without holding up whoever writes."""

    def look() -> list[File]:
        with app.extensions["podium.transactions"].open(writes=False) as session:
            columns = (Asset.public_id, Asset.state, Asset.sha256)
            return [File(*row) for row in session.execute(select(*columns).order_by(Asset.id))]

    return look


Files = Callable[[], list[File]]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw a picture of 26 MB, which travels in five parts."""
    file = tmp_path_factory.mktemp("large") / "harvest.png"
    file.write_bytes(encode(subject(3000, 2900), "PNG", compress_level=0))
    return file


@pytest.fixture(scope="module")
def middling(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Draw a picture of 12 MB, which travels in three parts."""
    file = tmp_path_factory.mktemp("middling") / "market.png"
    file.write_bytes(encode(subject(2000, 2000), "PNG", compress_level=0))
    return file


Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Lay a file with this content, or a small picture, on the entrant's desk."""

    def down(name: str, content: bytes | None = None, *, width: int = 400) -> Path:
        file = tmp_path / name
        file.write_bytes(encode(subject(width, 300), "JPEG") if content is None else content)
        return file

    return down


def choose(page: Page, *files: Path) -> None:
    page.locator("#pictures").set_input_files(files)


def tile(page: Page, name: str) -> Locator:
    return page.locator(".upload").filter(has_text=name)


def there(page: Page, name: str) -> Locator:
    """Find the server's own picture of a file that has arrived."""
    return page.locator("[data-asset]").filter(has_text=name).locator("img[srcset]")


def is_part(number: int) -> re.Pattern[str]:
    """Match the address a part is sent to, on either store."""
    return re.compile(rf"/media/parts/\w+/{number}\?|[?&]partNumber={number}(&|$)")


@dataclass
class Held:
    """A part that the network swallowed: it neither arrives nor fails until it is let go."""

    page: Page
    routes: list[Route] = field(default_factory=list)

    def swallow(self, route: Route) -> None:
        self.routes.append(route)

    def wait(self) -> None:
        """Wait until the part is on its way."""

        def look() -> bool | None:
            self.page.wait_for_timeout(20)
            return bool(self.routes) or None

        wait_for(look, "the part")

    def let_go(self) -> None:
        while self.routes:
            self.routes.pop().continue_()


Hold = Callable[[Page, int], Held]


@pytest.fixture
def hold(sit: Sit) -> Iterator[Hold]:
    """Swallow the next part of this number; what nobody has let go breaks off in the end."""
    del sit
    every: list[Held] = []

    def begin(page: Page, number: int) -> Held:
        held = Held(page)
        every.append(held)
        page.route(is_part(number), held.swallow, times=1)
        return held

    yield begin
    for route in (route for held in every for route in held.routes):
        # Its page may be closed, and the part with it.
        with suppress(PlaywrightError):
            route.abort()


# --- arriving -----------------------------------------------------------------------------------


@ON_BOTH_STORES
def test_several_files_arrive_in_the_order_they_were_chosen_in(
    sit: Sit, put: Put, middling: Path, files: Files
) -> None:
    desk = sit()
    page = desk.page
    page.evaluate(
        """() => {
          window.sameDocument = true;
          window.said = [];
          new MutationObserver(() => {
            const line = document.querySelector("[data-state=sending] .upload-line");
            if (line) window.said.push(line.textContent);
          }).observe(document.body, {subtree: true, childList: true, characterData: true});
        }"""
    )
    choose(page, middling, put("boat.jpg"), put("quay.jpg", width=500))
    expect(tile(page, "quay.jpg").locator("img.upload-preview")).to_be_visible()
    for name in (middling.name, "boat.jpg", "quay.jpg"):
        expect(there(page, name)).to_be_visible()
    expect(page.locator(".upload-name")).to_have_text([middling.name, "boat.jpg", "quay.jpg"])
    assert any(re.match(r"Sending: [\d.]+ MB of 11.4 MB, [1-9]\d%", line) for line in said(page))
    assert page.evaluate("window.sameDocument")
    assert [file.state for file in files()] == [AssetState.READY] * 3


def said(page: Page) -> list[str]:
    lines: list[str] = page.evaluate("window.said")
    return lines


@FOLDER
def test_files_may_be_dropped_onto_their_section(sit: Sit) -> None:
    page = sit().page
    dropped = page.evaluate_handle(
        """bytes => {
          const transfer = new DataTransfer();
          for (const name of ["one.jpg", "two.jpg"])
            transfer.items.add(new File([new Uint8Array(bytes)], name, {type: "image/jpeg"}));
          return transfer;
        }""",
        list(encode(subject(), "JPEG")),
    )
    section = page.get_by_role("region", name="Pictures")
    section.dispatch_event("dragover", {"dataTransfer": dropped})
    expect(section).to_have_class(re.compile("drop-over"))
    section.dispatch_event("drop", {"dataTransfer": dropped})
    for name in ("one.jpg", "two.jpg"):
        expect(there(page, name)).to_be_visible()


@FOLDER
def test_a_telephone_offers_its_camera(sit: Sit, put: Put) -> None:
    page = sit(device={"has_touch": True, "is_mobile": True}).page
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Take a photograph").tap()
    chooser.value.set_files(put("IMG_0001.jpg"))
    expect(there(page, "IMG_0001.jpg")).to_be_visible()


@FOLDER
def test_files_on_their_way_suit_everybody(sit: Sit, hold: Hold, put: Put) -> None:
    page = sit().page
    choose(page, put("sunset.jpg", HOSTILE))
    expect(page.locator("[data-state=refused]")).to_be_visible()
    held = hold(page, 1)
    choose(page, put("boat.jpg"), put("quay.jpg"), put("notes.txt", b"Notes"))
    held.wait()
    page.get_by_role("button", name="Pause quay.jpg").press("Enter")
    expect(page.locator("[data-state=paused]")).to_be_visible()
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert list(axe.faults(page)) == []
        assert not axe.sideways(page)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert not axe.sideways(page)


@FOLDER
def test_a_new_photograph_replaces_the_old_one_only_when_it_is_there(
    sit: Sit, hold: Hold, put: Put
) -> None:
    desk = sit(ContestKind.PHOTO)
    page = desk.page
    choose(page, put("first.jpg"))
    expect(there(page, "first.jpg")).to_be_visible()
    held = hold(page, 1)
    choose(page, put("second.jpg", width=500))
    held.wait()
    expect(there(page, "first.jpg")).to_be_visible()
    held.let_go()
    expect(there(page, "second.jpg")).to_be_visible()
    expect(page.locator(".upload")).to_have_count(1)


@FOLDER
def test_the_form_waits_for_its_files(sit: Sit, hold: Hold, put: Put) -> None:
    page = sit().page
    held = hold(page, 1)
    choose(page, put("boat.jpg"))
    held.wait()
    press(page, "Save draft")
    expect(page.locator("[data-saved]")).to_have_text("It goes as soon as its files have arrived.")
    with page.expect_navigation():
        held.let_go()
    expect(there(page, "boat.jpg")).to_be_visible()


# --- cut off ------------------------------------------------------------------------------------


@ON_BOTH_STORES
def test_an_upload_goes_on_after_a_lost_network_and_a_closed_page(
    sit: Sit, large: Path, requests: Requests, live_server: LiveServer, files: Files
) -> None:
    desk = sit()
    page, context = desk.page, desk.page.context
    # Two parts of five are there when the line breaks.
    page.route(is_part(3), lambda route: route.abort("internetdisconnected"))
    choose(page, large)
    expect(page.locator("[data-state=busy]")).to_be_visible()
    context.set_offline(True)
    expect(page.locator(".upload-line")).to_contain_text("No connection. It goes on by itself")
    expect(page.locator(".upload-line")).to_contain_text("10 MB of 24.9 MB")
    page.close()
    asked_before = len(requests.lines)
    assert sorted(set(requests.parts_asked_for())) == [1, 2, 3]

    context.set_offline(False)
    page = context.new_page()
    page.goto(desk.address)
    expect(tile(page, large.name).locator("img")).to_be_visible()
    expect(there(page, large.name)).to_be_visible()
    after = Requests(requests.lines[asked_before:])
    assert after.parts_asked_for() == [3, 4, 5]
    assert requests.uploads_begun() == 1
    (asset,) = files()
    digest = hashlib.sha256(large.read_bytes()).hexdigest()
    with live_server.app.extensions["podium.store"].open(keys.original(asset.public_id)) as file:
        assert hashlib.sha256(file.read()).hexdigest() == digest
    assert asset.sha256 == digest
    page.reload()
    expect(page.locator(".upload")).to_have_count(1)


@ON_BOTH_STORES
def test_pause_and_go_on(sit: Sit, hold: Hold, middling: Path, requests: Requests) -> None:
    desk = sit()
    page = desk.page
    held = hold(page, 2)
    choose(page, middling)
    held.wait()
    page.get_by_role("button", name=f"Pause {middling.name}").press("Enter")
    line = tile(page, middling.name).locator(".upload-line")
    expect(line).to_have_text(re.compile("Paused at [5-9].* MB of 11.4 MB"))
    go_on = page.get_by_role("button", name=f"Go on with {middling.name}")
    expect(go_on).to_be_focused()
    press(page, "Submit entry")
    expect(page.locator("[data-saved]")).to_have_text("Not sent yet: one of the files needs you.")
    go_on.press("Enter")
    expect(there(page, middling.name)).to_be_visible()
    assert requests.parts_asked_for() == [1, 2, 2, 3]


@FOLDER
def test_a_server_that_was_restarted_in_between(
    sit: Sit, hold: Hold, middling: Path, requests: Requests, live_server: LiveServer
) -> None:
    page = sit().page
    held = hold(page, 2)
    choose(page, middling)
    held.wait()
    live_server.stop()
    held.let_go()
    expect(page.locator(":is([data-state=busy], [data-state=offline])")).to_be_visible()
    live_server.start()
    expect(there(page, middling.name)).to_be_visible()
    asked = requests.parts_asked_for()
    assert (asked.count(1), asked.count(3)) == (1, 1)
    assert requests.uploads_begun() == 1


@FOLDER
def test_two_windows_send_a_file_once(
    sit: Sit, hold: Hold, middling: Path, requests: Requests, files: Files
) -> None:
    desk = sit()
    page, other = desk.page, desk.page.context.new_page()
    held = hold(page, 2)
    choose(page, middling)
    held.wait()
    other.goto(desk.address)
    expect(tile(other, middling.name)).to_contain_text("Is being sent in another window.")
    choose(other, middling)
    expect(tile(other, middling.name)).to_have_count(1)
    # The first window is closed: the other one takes over.
    page.close()
    expect(there(other, middling.name)).to_be_visible()
    assert requests.uploads_begun() == 1
    asked = requests.parts_asked_for()
    assert (asked.count(1), asked.count(3)) == (1, 1)
    assert len(files()) == 1


@FOLDER
def test_a_file_that_was_not_kept_is_chosen_again(
    sit: Sit, hold: Hold, middling: Path, requests: Requests
) -> None:
    page = sit().page
    held = hold(page, 2)
    choose(page, middling)
    held.wait()
    # As a browser does that has no room for it.
    page.evaluate(
        """() => new Promise((done) => {
          indexedDB.open("podium-uploads").onsuccess = ({target}) => {
            const transaction = target.result.transaction("files", "readwrite");
            transaction.objectStore("files").clear();
            transaction.oncomplete = done;
          };
        })"""
    )
    page.reload()
    expect(tile(page, middling.name)).to_contain_text("Choose the same file again")
    choose(page, middling)
    expect(there(page, middling.name)).to_be_visible()
    assert requests.parts_asked_for() == [1, 2, 2, 3]
    assert requests.uploads_begun() == 1


@FOLDER
def test_who_is_signed_out_signs_in_again_and_loses_nothing(
    sit: Sit, hold: Hold, middling: Path, requests: Requests
) -> None:
    desk = sit()
    page = desk.page
    held = hold(page, 2)
    choose(page, middling)
    held.wait()
    page.context.clear_cookies()
    held.let_go()
    expect(tile(page, middling.name)).to_contain_text("You are signed out. The file is kept here")
    page.get_by_role("link", name="Sign in again").click()
    page.locator("[name=email]").fill(desk.email)
    page.locator("[name=password]").fill(factories.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(there(page, middling.name)).to_be_visible()
    assert requests.parts_asked_for().count(1) == 1
    assert requests.uploads_begun() == 1


@FOLDER
def test_a_contest_that_closed_meanwhile(
    sit: Sit, hold: Hold, middling: Path, clock: Clock, files: Files
) -> None:
    desk = sit()
    page = desk.page
    held = hold(page, 3)
    choose(page, middling)
    held.wait()
    clock.set(desk.closes_at + timedelta(minutes=10))
    held.let_go()
    refused = tile(page, middling.name)
    expect(refused).to_contain_text("closed")
    with page.expect_download() as download:
        refused.get_by_role("link", name="Save the file on this device").click()
    assert download.value.path().read_bytes() == middling.read_bytes()
    assert [file.state for file in files()] == [AssetState.AWAITING]


# --- refused ------------------------------------------------------------------------------------


@FOLDER
def test_what_cannot_be_taken_is_said_before_a_byte_is_sent(
    sit: Sit, put: Put, middling: Path, requests: Requests
) -> None:
    page = sit(max_bytes=10 * 1024 * 1024).page
    choose(page, put("notes.txt", b"Notes"), put("nothing.jpg", b""))
    said = page.locator(".upload-refusals li")
    expect(said).to_contain_text(["notes.txt cannot be sent here", "nothing.jpg is empty."])
    expect(said.first).to_contain_text(".jpg, .jpeg, .png")
    choose(page, middling)
    expect(said).to_have_text(re.compile("market.png has 11.4 MB, and the limit is 10 MB"))
    expect(page.locator(".upload")).to_have_count(0)
    assert requests.uploads_begun() == 0


@FOLDER
def test_a_refusal_stays_when_the_other_files_arrive(sit: Sit, put: Put) -> None:
    page = sit().page
    choose(page, put("notes.txt", b"Notes"), put("DSC0001.HIF"), put("scan"))
    # Names that tell nothing are no reason to refuse: the server looks at the content.
    for name in ("DSC0001.HIF", "scan"):
        expect(there(page, name)).to_be_visible()
    expect(page.locator(".upload-refusals li")).to_contain_text(["notes.txt cannot be sent here"])


@ON_BOTH_STORES
def test_a_hostile_file_is_refused_with_a_sentence_and_can_be_removed(
    sit: Sit, put: Put, live_server: LiveServer, files: Files
) -> None:
    desk = sit()
    page = desk.page
    choose(page, put("sunset.jpg", HOSTILE))
    refused = page.locator("[data-state=refused]")
    expect(refused.get_by_role("alert")).not_to_be_empty()
    choose(page, put("boat.jpg"))
    expect(there(page, "boat.jpg")).to_be_visible()
    page.get_by_role("button", name="Remove sunset.jpg").click()
    expect(page.locator(".upload-name")).to_have_text(["boat.jpg"])
    page.reload()
    expect(page.locator(".upload-name")).to_have_text(["boat.jpg"])
    # Nothing is left of the other: neither its row nor its bytes.
    store = live_server.app.extensions["podium.store"]
    wait_for(lambda: len(files()) == 1 or None, "the end of the other")
    (asset,) = files()
    originals = [found.key for found in store.objects() if found.key.startswith("originals/")]
    assert originals == [keys.original(asset.public_id)]


# --- without a script ---------------------------------------------------------------------------


@ON_BOTH_STORES
def test_without_a_script_files_travel_with_the_form(
    sit: Sit, new_page: Callable[..., Page], middling: Path, files: Files
) -> None:
    desk = sit()
    page = new_page(java_script_enabled=False)
    page.context.add_cookies(desk.page.context.cookies())  # type: ignore[arg-type] # what it says
    page.goto(desk.address)
    choose(page, middling)
    press(page, "Save draft")
    expect(page.locator(".upload-name")).to_have_text([middling.name])

    def ready() -> bool | None:
        page.reload()
        return page.locator(".upload img").is_visible() or None

    wait_for(ready, "the picture")
    (asset,) = files()
    assert asset.sha256 == hashlib.sha256(middling.read_bytes()).hexdigest()
