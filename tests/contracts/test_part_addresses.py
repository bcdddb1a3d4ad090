"""Addresses where a browser PUTs a part: what rclone's server and every other S3 server check.

Amazon's signature (version 4) covers method, path, query and the headers it names; a server that
knows it refuses whatever differs, and this one does. The application's own addresses, for the
folder, are tested with its views.
"""

import http.client
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from app.errors import UnavailableError
from media.stores import LocalStore, S3Store, Store, store_from_url
from media.stores.base import Part
from tests.contracts.conftest import KEY, MEBIBYTE, empty
from tests.contracts.test_parts import md5, send, start
from tests.servers.s3 import S3Server, for_browsers

DATA = b"the bytes of a part"
SOON = timedelta(minutes=5)


@pytest.fixture
def s3(server: S3Server) -> Iterator[Store]:
    store = store_from_url(server.url)
    yield store
    empty(store)


@pytest.fixture
def upload_id(s3: Store) -> str:
    return start(s3)


def address(store: Store, upload_id: str, *, expires_in: timedelta = SOON, number: int = 1) -> str:
    url = store.part_url(KEY, upload_id, number, size=len(DATA), expires_in=expires_in)
    assert url is not None
    return url


def ask(
    url: str, body: bytes, *, method: str = "PUT", headers: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    line = http.client.HTTPConnection(parts.netloc, timeout=20)
    line.request(method, f"{parts.path}?{parts.query}", body, headers or {})
    answer = line.getresponse()
    answer.read()
    line.close()
    return answer


def test_anybody_with_the_address_may_put_the_part(s3: Store, upload_id: str) -> None:
    answer = ask(address(s3, upload_id), DATA, headers={"Content-Type": "image/jpeg"})
    assert answer.status == 200
    assert answer.headers["ETag"] == f'"{md5(DATA)}"'
    assert s3.parts(KEY, upload_id) == [Part(1, len(DATA), md5(DATA))]
    assert ask(address(s3, upload_id), DATA).status == 200


@pytest.mark.parametrize("body", [DATA + b"!", DATA[:-1], b""])
def test_a_part_of_another_length_is_refused(s3: Store, upload_id: str, body: bytes) -> None:
    assert ask(address(s3, upload_id), body).status == 403
    assert s3.parts(KEY, upload_id) == []


def test_a_part_without_a_length_is_refused(s3: Store, upload_id: str) -> None:
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(DATA), DATA)
    headers = {"Transfer-Encoding": "chunked"}
    assert ask(address(s3, upload_id), chunked, headers=headers).status in {400, 403, 411}
    assert s3.parts(KEY, upload_id) == []


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("partNumber=1", "partNumber=2"),
        ("some-object", "some-0bject"),
        ("X-Amz-Expires=300", "X-Amz-Expires=3000"),
        ("uploadId=", "uploadId=1"),
        ("content-length%3Bhost", "host"),
        ("X-Amz-Signature=", "X-Amz-Signature=0"),
    ],
)
def test_an_altered_address_is_refused(s3: Store, upload_id: str, what: str, instead: str) -> None:
    url = address(s3, upload_id)
    assert what in url
    assert ask(url.replace(what, instead), DATA).status in {400, 403}
    assert s3.parts(KEY, upload_id) == []


def test_an_address_is_for_one_method(s3: Store, upload_id: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        assert ask(address(s3, upload_id), DATA, method=method).status == 403
    assert s3.parts(KEY, upload_id) == []


def test_an_expired_address_is_refused(s3: Store, upload_id: str) -> None:
    url = address(s3, upload_id, expires_in=timedelta(seconds=1))
    # The second in which it was made counts, and the server's clock has whole ones.
    time.sleep(2.1)
    assert ask(url, DATA).status in {400, 403}
    assert s3.parts(KEY, upload_id) == []


def test_an_address_of_an_upload_that_was_given_up_is_refused(s3: Store, upload_id: str) -> None:
    url = address(s3, upload_id)
    s3.abort_upload(KEY, upload_id)
    assert ask(url, DATA).status == 404
    assert all(upload.upload_id != upload_id for upload in s3.uploads())


def test_a_part_whose_sender_is_cut_off_is_no_part(s3: Store) -> None:
    upload_id = start(s3)
    before = send(s3, upload_id, 1, b"x" * 5 * MEBIBYTE)
    url = s3.part_url(KEY, upload_id, 2, size=5 * MEBIBYTE, expires_in=SOON)
    parts = urlsplit(str(url))
    line = http.client.HTTPConnection(parts.netloc, timeout=20)
    line.putrequest("PUT", f"{parts.path}?{parts.query}")
    line.putheader("Content-Length", str(5 * MEBIBYTE))
    line.endheaders()
    line.send(bytes(2 * MEBIBYTE))
    line.close()
    time.sleep(0.2)
    assert s3.parts(KEY, upload_id) == [before]


def test_length_host_and_expiry_are_signed_and_no_secret_is_told(
    s3: Store, upload_id: str, server: S3Server
) -> None:
    url = address(s3, upload_id, number=7)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert query["X-Amz-SignedHeaders"] == "content-length;host"
    assert query["X-Amz-Expires"] == "300"
    assert (query["uploadId"], query["partNumber"]) == (upload_id, "7")
    assert server.secret_key not in url
    assert url.startswith(f"{server.endpoint}/{server.bucket}/{KEY}?")


def test_a_page_may_ask_before_it_sends(s3: Store, server: S3Server) -> None:
    """The suite's own door stands for the bucket's CORS rules, which rclone does not keep."""
    with for_browsers(server) as door:
        store = store_from_url(door.url)
        url = address(store, start(s3))
        headers = {"Origin": "http://podium.test", "Access-Control-Request-Method": "PUT"}
        asked = ask(url, b"", method="OPTIONS", headers=headers)
        assert asked.headers["Access-Control-Allow-Methods"] == "PUT"
        answer = ask(url, DATA, headers={"Origin": "http://podium.test"})
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert answer.headers["Access-Control-Expose-Headers"] == "ETag"
        assert store.browser_origin() == door.endpoint


@pytest.mark.parametrize(
    ("place", "origin"),
    [
        (
            "s3://bucket?endpoint=https://s3.example.org:9000/&region=us-east-1",
            "https://s3.example.org:9000",
        ),
        ("s3://bucket?region=eu-central-1", "https://s3.eu-central-1.amazonaws.com"),
        ("s3://bucket?region=us-east-1", "https://s3.us-east-1.amazonaws.com"),
        ("s3://bucket?region=cn-north-1", "https://s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_the_origin_is_where_the_addresses_lead(
    place: str, origin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "with-a-secret")
    store = store_from_url(place)
    assert store.browser_origin() == origin
    assert address(store, "an-upload").startswith(f"{origin}/bucket/")


def test_a_folder_has_no_addresses(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = LocalStore(tmp_path_factory.mktemp("store"))
    assert store.part_url(KEY, "0" * 32, 1, size=1, expires_in=SOON) is None
    assert store.browser_origin() is None


def test_a_server_without_credentials_gives_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a machine has lost its role, pages say that the store does not answer."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    store = S3Store("bucket", endpoint="http://127.0.0.1:9", region="us-east-1")
    with pytest.raises(UnavailableError):
        address(store, "an-upload")
