"""Signed addresses: the same for a day, dead after two, worth nothing elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from app.errors import ForbiddenError, NotFoundError
from media import links
from media.limits import AssetKind, RenditionFormat
from media.models import Asset, Rendition
from media.states import AssetState
from tests import factories
from tests.media.conftest import Room

pytestmark = [
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
    pytest.mark.usefixtures("page"),
]

MIDNIGHT = datetime(2025, 3, 11, tzinfo=UTC)


def picture(room: Room) -> Asset:
    return factories.asset(room.session, room.owner)


def check(public_id: str, what: str, url: str) -> None:
    query = parse_qs(urlsplit(url).query)
    links.check_signature(public_id, what, query["until"][0], query["signature"][0])


def refused(public_id: str, what: str, url: str) -> bool:
    try:
        check(public_id, what, url)
    except NotFoundError:
        return True
    return False


def test_an_address_is_the_same_all_day(room: Room) -> None:
    asset = picture(room)
    room.clock.set(MIDNIGHT)
    first = links.rendition_url(asset, 800)
    room.clock.set(MIDNIGHT + timedelta(days=1, microseconds=-1))
    assert links.rendition_url(asset, 800) == first
    room.clock.set(MIDNIGHT + timedelta(days=1))
    assert links.rendition_url(asset, 800) != first


@pytest.mark.parametrize("made_after", [timedelta(), timedelta(hours=23, minutes=59)])
def test_an_address_lives_one_to_two_days(room: Room, made_after: timedelta) -> None:
    asset = picture(room)
    room.clock.set(MIDNIGHT + made_after)
    url = links.rendition_url(asset, 800)
    room.clock.set(MIDNIGHT + timedelta(days=2))
    check(asset.public_id, "800.webp", url)
    room.clock.advance(microseconds=1)
    assert refused(asset.public_id, "800.webp", url)


def test_an_address_opens_nothing_else(room: Room) -> None:
    one, other = picture(room), picture(room)
    url = links.rendition_url(one, 800)
    check(one.public_id, "800.webp", url)
    assert refused(one.public_id, "1600.webp", url)
    assert refused(one.public_id, "800.avif", url)
    assert refused(one.public_id, "document", url)
    assert refused(one.public_id, "status", url)
    assert refused(other.public_id, "800.webp", url)


EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
FORGERIES: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "later": lambda until, signature: (str(int(until) + links.DAY), signature),
    "endless": lambda _until, signature: ("9" * 30, signature),
    "a day that is none": lambda _until, signature: ("tomorrow", signature),
    "no day": lambda _until, signature: ("", signature),
    "other digits": lambda until, signature: (until.translate(EASTERN), signature),
    "a space before": lambda until, signature: (f" {until}", signature),
    "no signature": lambda until, _signature: (until, ""),
    "a changed signature": lambda until, signature: (until, signature[:-2] + "AA"),
    "a shorter signature": lambda until, signature: (until, signature[:-1]),
    "a signature not in base64": lambda until, _signature: (until, "é\x00\udcff"),
    "both in one": lambda until, signature: ("", f"{until}.{signature}"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_address_is_refused(
    room: Room, forge: Callable[[str, str], tuple[str, str]]
) -> None:
    asset = picture(room)
    query = parse_qs(urlsplit(links.rendition_url(asset, 800)).query)
    until, signature = forge(query["until"][0], query["signature"][0])
    with pytest.raises(NotFoundError):
        links.check_signature(asset.public_id, "800.webp", until, signature)


def test_another_installations_signature_is_refused(room: Room, app: Flask) -> None:
    asset = picture(room)
    app.config["SECRET_KEY"] = "somebody else's secret of forty characters"
    url = links.rendition_url(asset, 800)
    app.config["SECRET_KEY"] = "our own secret, which has forty characters too"
    assert refused(asset.public_id, "800.webp", url)


# --- what pages get -----------------------------------------------------------------------------


def test_a_ready_picture_has_its_addresses_narrow_to_wide(room: Room) -> None:
    seen = links.picture(picture(room))
    assert [width for _, width in seen.srcset] == [320, 800, 1600]
    assert (seen.state, seen.width, seen.height, seen.reason) == ("ready", 1600, 1200, None)


@pytest.mark.parametrize("state", [AssetState.RECEIVED, AssetState.PROCESSING])
def test_a_picture_that_is_not_ready_has_none_yet(room: Room, state: AssetState) -> None:
    asset = factories.asset(room.session, room.owner, state=state)
    seen = links.picture(asset)
    assert (seen.state, seen.srcset, seen.reason) == (state.value, (), None)
    check(asset.public_id, "status", seen.status_url)


def test_a_rejected_picture_has_its_reason(room: Room) -> None:
    seen = links.picture(factories.asset(room.session, room.owner, state=AssetState.REJECTED))
    assert (seen.state, seen.srcset, seen.reason) == ("rejected", (), "It is damaged.")


def test_a_reason_is_told_with_its_numbers_and_percents(room: Room) -> None:
    asset = factories.asset(room.session, room.owner, state=AssetState.REJECTED)
    asset.reason, asset.reason_params = "At most %(limit)s million.", {"limit": "100"}
    assert links.picture(asset).reason == "At most 100 million."
    # As an earlier version put it down, in words already.
    asset.reason, asset.reason_params = "It is 50% damaged.", {}
    assert links.picture(asset).reason == "It is 50% damaged."


def test_each_format_has_its_own_addresses(room: Room) -> None:
    asset = picture(room)
    for made in list(asset.renditions):
        asset.renditions.append(
            Rendition(
                name=made.name,
                format=RenditionFormat.AVIF,
                width=made.width,
                height=made.height,
                bytes=1,
            )
        )
    seen = links.picture(asset)
    for formats, ending in ((seen.srcset, "webp"), (seen.avif_srcset, "avif")):
        paths = [urlsplit(url).path.rpartition("/")[2] for url, _ in formats]
        assert paths == [f"{name}.{ending}" for name in (320, 800, 1600)]


def test_a_preview_stands_in_the_page_itself(room: Room) -> None:
    asset = picture(room)
    assert links.picture(asset).preview is None
    asset.preview = b"RIFF\x00"
    assert links.picture(asset).preview == "data:image/webp;base64,UklGRgA="


def test_the_first_page_of_a_document_has_a_size(room: Room) -> None:
    asset = factories.asset(room.session, room.owner, kind=AssetKind.DOCUMENT)
    asset.width = asset.height = None
    asset.renditions = [
        Rendition(name=320, format=RenditionFormat.WEBP, width=320, height=452, bytes=1)
    ]
    seen = links.picture(asset)
    assert ([width for _, width in seen.srcset], seen.width, seen.height) == ([320], 320, 452)


def test_an_address_tells_nothing_of_its_sender(room: Room) -> None:
    asset = factories.asset(room.session, room.owner, kind=AssetKind.DOCUMENT)
    for url in (links.document_url(asset), links.rendition_url(asset, 320)):
        assert asset.filename not in url
        assert urlsplit(url).path.split("/")[:3] == ["", "media", asset.public_id]


# --- parts of uploads ---------------------------------------------------------------------------

PART = links.PartOf("a" * 32, "an upload", 7, 5_242_880)
HOUR = timedelta(hours=1)


def query_of(part: links.PartOf) -> tuple[str, str]:
    query = parse_qs(urlsplit(links.part_url(part, expires_in=HOUR)).query)
    assert (query["upload"], query["size"]) == ([part.upload_id], [str(part.size)])
    return query["until"][0], query["signature"][0]


def test_the_address_of_a_part_lives_an_hour(room: Room) -> None:
    until, signature = query_of(PART)
    links.check_part(PART, until, signature)
    room.clock.advance(hours=1)
    links.check_part(PART, until, signature)
    room.clock.advance(seconds=1)
    with pytest.raises(ForbiddenError) as refused:
        links.check_part(PART, until, signature)
    assert refused.value.reason == "expired"


@pytest.mark.parametrize(
    "other",
    [
        replace(PART, public_id="b" * 32),
        replace(PART, upload_id="another upload"),
        replace(PART, number=8),
        replace(PART, size=5_242_881),
        # The same letters, cut elsewhere.
        replace(PART, public_id="a" * 31, upload_id="a\nan upload"),
    ],
)
@pytest.mark.usefixtures("room")
def test_the_address_of_a_part_takes_no_other(other: links.PartOf) -> None:
    with pytest.raises(ForbiddenError) as refused:
        links.check_part(other, *query_of(PART))
    assert refused.value.reason == "altered"


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
@pytest.mark.usefixtures("room")
def test_a_forged_address_takes_no_part(forge: Callable[[str, str], tuple[str, str]]) -> None:
    with pytest.raises(ForbiddenError):
        links.check_part(PART, *forge(*query_of(PART)))


def test_the_signature_of_a_picture_takes_no_part(room: Room) -> None:
    asset = picture(room)
    query = parse_qs(urlsplit(links.rendition_url(asset, 800)).query)
    with pytest.raises(ForbiddenError):
        links.check_part(PART, query["until"][0], query["signature"][0])
