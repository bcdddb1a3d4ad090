"""Pictures, documents and originals over HTTP: who gets them, and with which headers."""

import io
import re
from collections.abc import Callable
from typing import BinaryIO
from urllib.parse import urlsplit

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from media import keys, links
from media.limits import AssetKind
from media.models import Asset
from media.states import AssetState
from tests import factories
from tests.client import Client
from tests.media.conftest import Room, photo
from tests.media.pictures import encode, exif, pdf, subject
from tests.uploads import film

pytestmark = pytest.mark.usefixtures("page")

NewClient = Callable[[], Client]
SANDBOX = "default-src 'none'; sandbox"


@pytest.fixture
def asset(room: Room) -> Asset:
    made = room.upload(filename="Amina's photo.jpg")
    room.drain()
    assert made.state is AssetState.READY
    return made


@pytest.fixture
def document(room: Room) -> Asset:
    made = room.upload(pdf(), kind=AssetKind.DOCUMENT, filename="Our plan.pdf")
    room.drain()
    return made


# --- renditions ---------------------------------------------------------------------------------


def test_a_rendition_is_a_picture_and_nothing_else(client: Client, asset: Asset) -> None:
    response = client.get(links.picture(asset).srcset[0][0])
    assert response.status_code == 200
    assert response.content_type == "image/webp"
    assert response.content_length == len(response.data)
    assert Image.open(io.BytesIO(response.data)).size == (320, 192)
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, max-age=86400, immutable"
    assert "Content-Disposition" not in response.headers
    assert "Set-Cookie" not in response.headers


def test_what_the_browser_has_is_not_sent_again(room: Room, client: Client, asset: Asset) -> None:
    url = links.picture(asset).srcset[0][0]
    tag = client.get(url).headers["ETag"]
    # Not even the store is asked.
    with room.other_store(room.dead_store):
        again = client.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    other = client.get(links.picture(asset).srcset[1][0], headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_a_tag_opens_no_door(client: Client, asset: Asset) -> None:
    url = links.picture(asset).srcset[0][0]
    tag = client.get(url).headers["ETag"]
    forged = client.get(urlsplit(url).path, headers={"If-None-Match": tag})
    assert forged.status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url[:-1] + ("A" if url[-1] != "A" else "B") * 2,
        lambda url: re.sub(r"until=\d", "until=9", url),
        lambda url: url.replace("/320.webp", "/800.webp"),
        lambda url: url.replace("/320.webp", "/320.avif"),
        lambda url: urlsplit(url).path,
    ],
    ids=["signature", "until", "width", "format", "none"],
)
def test_an_altered_address_leads_nowhere(
    client: Client, asset: Asset, change: Callable[[str], str]
) -> None:
    assert client.get(change(links.picture(asset).srcset[0][0])).status_code == 404


def test_an_old_address_leads_nowhere(room: Room, client: Client, asset: Asset) -> None:
    url = links.picture(asset).srcset[0][0]
    room.clock.advance(hours=24)
    assert client.get(url).status_code == 200
    room.clock.advance(hours=24)
    assert client.get(url).status_code == 404


def test_a_rendition_that_was_never_made(client: Client, asset: Asset) -> None:
    assert client.get(links.rendition_url(asset, 2560)).status_code == 404


def test_a_store_that_does_not_answer_says_so(room: Room, client: Client, asset: Asset) -> None:
    url = links.picture(asset).srcset[0][0]
    with room.other_store(room.dead_store):
        assert client.get(url).status_code == 503


# --- documents and originals --------------------------------------------------------------------


def check_attachment(response: TestResponse, media_type: str, name: str) -> None:
    assert response.status_code == 200
    assert response.content_type == media_type
    assert response.content_length == len(response.data)
    assert response.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert response.headers["Content-Security-Policy"] == SANDBOX
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_document_is_handed_out_without_its_senders_name(client: Client, document: Asset) -> None:
    response = client.get(links.document_url(document))
    check_attachment(response, "application/pdf", "document.pdf")
    assert response.data == pdf()


def test_a_document_that_is_not_ready_or_none(room: Room, client: Client) -> None:
    waiting = room.upload(pdf(), kind=AssetKind.DOCUMENT)
    picture = room.upload()
    for asset in (waiting, picture):
        assert client.get(links.document_url(asset)).status_code == 404
    room.drain()
    assert client.get(links.document_url(picture)).status_code == 404
    assert client.get(links.document_url(waiting)).status_code == 200


def test_an_original_goes_to_its_owner_and_to_organisers(
    room: Room, new_client: NewClient, asset: Asset
) -> None:
    for person in (room.owner, factories.organiser(room.session)):
        client = new_client()
        client.sign_in(person)
        response = client.get(links.original_url(asset))
        check_attachment(response, "image/jpeg", '"Amina\'s photo.jpg"')
        assert response.data == photo()


def test_an_original_is_nobody_elses(room: Room, client: Client, asset: Asset) -> None:
    url = links.original_url(asset)
    nobody = client.get(url)
    assert nobody.status_code == 302
    assert urlsplit(nobody.headers["Location"]).path == "/login"
    client.sign_in(factories.user(room.session, "Somebody else"))
    assert client.get(url).status_code == 404
    # An address that was signed for something is no ticket to the original.
    signed = urlsplit(links.picture(asset).srcset[0][0]).query
    assert client.get(f"{url}?{signed}").status_code == 404


@pytest.mark.parametrize("public_id", ["0" * 32, "x", "..", "%00", "a" * 3000, "%ED%A0%80", "é"])
def test_an_original_that_never_was(room: Room, client: Client, public_id: str) -> None:
    client.sign_in(room.owner)
    # What PostgreSQL cannot even be asked for is no valid request.
    expected = {404, 422} if "%00" in public_id else {404}
    assert client.get(f"/media/{public_id}/original").status_code in expected


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("photo.html", "photo.html.jpg"),
        ("photo.svg", "photo.svg.jpg"),
        ("photo.JPEG", "photo.JPEG"),
        ("photo", "photo.jpg"),
        ('a";evil="b.jpg', r'"a\";evil=\"b.jpg"'),
    ],
)
def test_an_originals_name_ends_as_its_content_is(
    room: Room, client: Client, name: str, told: str
) -> None:
    made = room.upload(photo() + b"<html><script>1</script></html>", filename=name)
    client.sign_in(room.owner)
    response = client.get(links.original_url(made))
    check_attachment(response, "image/jpeg", told)


def test_an_originals_name_may_be_in_any_script(room: Room, client: Client) -> None:
    made = room.upload(filename="صورة.jpg")
    client.sign_in(room.owner)
    said = client.get(links.original_url(made)).headers["Content-Disposition"]
    assert said.endswith("filename*=UTF-8''%D8%B5%D9%88%D8%B1%D8%A9.jpg")


def test_an_original_that_the_store_lost(room: Room, client: Client, asset: Asset) -> None:
    room.store.delete(keys.original(asset.public_id))
    client.sign_in(room.owner)
    assert client.get(links.original_url(asset)).status_code == 404


def test_whoever_goes_away_leaves_no_file_open(room: Room, client: Client, asset: Asset) -> None:
    opened = []
    usual = room.store.open

    class Watched:
        def open(self, key: str, **stretch: int) -> BinaryIO:
            opened.append(usual(key, **stretch))
            return opened[-1]

    client.sign_in(room.owner)
    with room.other_store(Watched()):  # type: ignore[arg-type] # the one method that is asked for
        # Before the first byte, in the middle, and with no body asked for at all.
        client.get(links.original_url(asset), buffered=False).close()
        halfway = client.get(links.original_url(asset), buffered=False)
        next(halfway.iter_encoded())
        halfway.close()
        client.head(links.original_url(asset)).close()
    assert [file.closed for file in opened] == [True, True, True]


# --- stretches ----------------------------------------------------------------------------------

FILM = film(100_000)


@pytest.fixture
def video(room: Room) -> Asset:
    made = room.upload(FILM, kind=AssetKind.VIDEO, filename="Market <b>.html")
    room.drain()
    assert made.state is AssetState.READY
    return made


def test_a_video_plays_in_the_page_and_runs_nothing(client: Client, video: Asset) -> None:
    url = links.video_url(video)
    assert urlsplit(url).path == f"/media/{video.public_id}/video.mp4"
    response = client.get(url)
    assert (response.status_code, response.content_type) == (200, "video/mp4")
    assert (response.content_length, response.data) == (len(FILM), FILM)
    assert response.headers["Content-Disposition"] == "inline; filename=video.mp4"
    assert response.headers["Content-Security-Policy"] == SANDBOX
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Cache-Control"] == "private, max-age=86400, immutable"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-", 0, 100_000),
        ("bytes=0-0", 0, 1),
        ("bytes=5-9", 5, 10),
        ("bytes=99990-", 99_990, 100_000),
        ("bytes=99990-200000", 99_990, 100_000),
        ("bytes=-10", 99_990, 100_000),
        ("bytes=-200000", 0, 100_000),
    ],
)
def test_a_stretch_of_a_video(
    client: Client, video: Asset, asked: str, start: int, stop: int
) -> None:
    response = client.get(links.video_url(video), headers={"Range": asked})
    assert (response.status_code, response.data) == (206, FILM[start:stop])
    assert response.headers["Content-Range"] == f"bytes {start}-{stop - 1}/100000"
    assert (response.content_length, response.content_type) == (stop - start, "video/mp4")
    assert response.headers["Content-Security-Policy"] == SANDBOX


@pytest.mark.parametrize("asked", ["bytes=0-5,10-20", "pages=1-2", "bytes=9-5", "bytes=x", "5-9"])
def test_what_is_no_single_stretch_is_the_whole(client: Client, video: Asset, asked: str) -> None:
    response = client.get(links.video_url(video), headers={"Range": asked})
    assert (response.status_code, response.data) == (200, FILM)
    assert "Content-Range" not in response.headers


@pytest.mark.parametrize("asked", ["bytes=100000-", "bytes=100001-200000"])
def test_behind_the_end_there_is_nothing(client: Client, video: Asset, asked: str) -> None:
    response = client.get(links.video_url(video), headers={"Range": asked})
    assert response.status_code == 416
    assert response.headers["Content-Range"] == "bytes */100000"


def test_documents_and_originals_come_in_stretches_too(
    room: Room, client: Client, document: Asset
) -> None:
    client.sign_in(room.owner)
    for url in (links.document_url(document), links.original_url(document)):
        response = client.get(url, headers={"Range": "bytes=2-5"})
        assert (response.status_code, response.data) == (206, pdf()[2:6])
        assert response.headers["Content-Disposition"].startswith("attachment")


def test_a_video_is_no_document_and_no_other_way_round(
    room: Room, client: Client, video: Asset, document: Asset
) -> None:
    waiting = room.upload(FILM, kind=AssetKind.VIDEO)
    for url in (
        links.video_url(waiting),
        links.video_url(video).replace("/video.mp4", "/document.pdf"),
        links.document_url(document).replace("/document.pdf", "/video.mp4"),
        links.document_url(video),
        urlsplit(links.video_url(video)).path,
    ):
        assert client.get(url).status_code == 404


def test_an_original_that_has_not_come_is_nowhere(room: Room, client: Client) -> None:
    waiting = factories.asset(room.session, room.owner, state=AssetState.AWAITING)
    client.sign_in(room.owner)
    assert client.get(links.original_url(waiting)).status_code == 404


# --- where an asset stands ----------------------------------------------------------------------


def test_the_waiting_page_learns_that_its_picture_is_ready(room: Room, client: Client) -> None:
    made = room.upload(encode(subject(400, 300), "JPEG", exif=exif(6)))
    url = links.picture(made).status_url
    before = client.get(url)
    assert before.json == {
        "state": "received",
        "srcset": [],
        "avif_srcset": [],
        "preview": None,
        "width": 300,
        "height": 400,
        "reason": None,
    }
    assert before.headers["Cache-Control"] == "private, no-store"

    room.drain()

    after = client.get(url).json
    assert after is not None
    ((address, width),) = after["srcset"]
    assert (after["state"], after["width"], after["height"], width) == ("ready", 300, 400, 300)
    assert client.get(address).status_code == 200


def test_the_waiting_page_learns_why_there_is_no_picture(room: Room, client: Client) -> None:
    made = room.upload(photo()[:-2000])
    room.drain()
    seen = client.get(links.picture(made).status_url).json
    assert seen is not None
    assert (seen["state"], seen["srcset"]) == ("rejected", [])
    assert seen["reason"] == links.reason_of(made)
    assert seen["reason"].endswith("save it again, for instance as JPEG, and upload that.")


def test_where_a_strangers_asset_stands_is_secret(client: Client, asset: Asset) -> None:
    url = links.picture(asset).status_url
    assert client.get(urlsplit(url).path).status_code == 404
    assert (
        client.get(links.document_url(asset).replace("document.pdf", "status")).status_code == 404
    )


def test_a_discarded_asset_is_nowhere(room: Room, client: Client, asset: Asset) -> None:
    picture, original = links.picture(asset), links.original_url(asset)
    room.clock.advance(days=1, seconds=1)
    fresh = links.picture(asset)
    room.sweep()
    client.sign_in(room.owner)
    for url in (picture.status_url, fresh.status_url, fresh.srcset[0][0], original):
        assert client.get(url).status_code == 404
