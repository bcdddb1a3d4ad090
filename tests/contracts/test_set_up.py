"""What `Store.set_up` does to a place: moto's server checks the rules as Amazon's does."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar

import boto3
import pytest
from moto.server import ThreadedMotoServer
from typing_extensions import override

from app.errors import UnavailableError
from media.stores import LocalStore, Store, store_from_url
from tests.servers.s3 import S3Server

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PAGES = "https://contests.example.org"
NO_CORS = "The server took no CORS rule"
NO_LIFE_CYCLE = "The server took no life-cycle rule"
DONE = (
    "The bucket bucket is there.",
    f"Pages of {PAGES} may send parts of files to the bucket.",
    "The server gives up unfinished uploads after 7 days.",
)
CORS_RULE = {
    "ID": "podium-uploads",
    "AllowedOrigins": [PAGES],
    "AllowedMethods": ["PUT"],
    "AllowedHeaders": ["*"],
    "ExposeHeaders": ["ETag"],
    "MaxAgeSeconds": 3600,
}


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def client(moto: str) -> Iterator["S3Client"]:
    client = boto3.client(
        "s3",
        endpoint_url=moto,
        region_name="us-east-1",
        aws_access_key_id="anybody",
        aws_secret_access_key="any-secret",
    )
    yield client
    client.delete_bucket(Bucket="bucket")


def store_at(endpoint: str) -> Store:
    return store_from_url(f"s3://anybody:any-secret@bucket?endpoint={endpoint}&region=us-east-1")


def cors(client: "S3Client") -> list[Any]:
    return list(client.get_bucket_cors(Bucket="bucket")["CORSRules"])


def life_cycle(client: "S3Client") -> list[Any]:
    return list(client.get_bucket_lifecycle_configuration(Bucket="bucket")["Rules"])


def test_a_bucket_gets_its_rules_once(moto: str, client: "S3Client") -> None:
    for _ in range(3):
        assert store_at(moto).set_up([PAGES]) == DONE
        assert cors(client) == [CORS_RULE]
        (rule,) = life_cycle(client)
        assert rule["ID"] == "podium-unfinished-uploads"
        assert rule["Status"] == "Enabled"
        assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
        assert not {"Expiration", "Transitions"} & rule.keys()


def test_the_rules_of_others_stay(moto: str, client: "S3Client") -> None:
    client.create_bucket(Bucket="bucket")
    theirs = {"AllowedOrigins": ["https://elsewhere.example"], "AllowedMethods": ["GET", "HEAD"]}
    client.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": [theirs]})  # type: ignore[list-item] # lists of str, which mypy widens
    client.put_bucket_lifecycle_configuration(
        Bucket="bucket",
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "theirs",
                    "Status": "Enabled",
                    "Filter": {"Prefix": "backups/"},
                    "Expiration": {"Days": 365},
                }
            ]
        },
    )
    before = life_cycle(client)

    for _ in range(2):
        assert store_at(moto).set_up([PAGES]) == DONE

    assert cors(client) == [theirs, CORS_RULE]
    assert [rule["ID"] for rule in life_cycle(client)] == ["theirs", "podium-unfinished-uploads"]
    assert life_cycle(client)[0] == before[0]


def test_a_new_address_takes_the_place_of_the_old_one(moto: str, client: "S3Client") -> None:
    store_at(moto).set_up(["https://old.example.org"])
    store_at(moto).set_up([PAGES])
    assert cors(client) == [CORS_RULE]
    assert len(life_cycle(client)) == 1


def test_a_rule_that_already_says_so_is_left_alone(moto: str, client: "S3Client") -> None:
    client.create_bucket(Bucket="bucket")
    same = {**CORS_RULE, "ID": "made-by-hand"}
    client.put_bucket_cors(Bucket="bucket", CORSConfiguration={"CORSRules": [same]})  # type: ignore[list-item] # lists of str, which mypy widens
    assert store_at(moto).set_up([PAGES]) == DONE
    assert cors(client) == [same]


def test_a_server_without_rules_says_what_follows(server: S3Server) -> None:
    """Its own words are rclone's: it takes the rules for a bucket to be made."""
    store = store_from_url(server.url)
    for _ in range(2):
        bucket, pages, uploads = store.set_up([PAGES])
        assert bucket == "The bucket podium is there."
        assert pages.startswith(f"{NO_CORS} (")
        assert f"let pages of {PAGES} use the method PUT" in pages
        assert uploads.startswith(f"{NO_LIFE_CYCLE} (")
        assert "Nothing is to be done" in uploads
    store.check()


class Answering(BaseHTTPRequestHandler):
    """A server that has every bucket, and one answer to every question about rules."""

    status: ClassVar[int]
    body: ClassVar[bytes]

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        is_rule = "?cors" in self.path or "?lifecycle" in self.path
        body = self.body if is_rule else b""
        self.send_response(self.status if is_rule else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = answer  # noqa: N815 - the names asked for

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def answering(status: int, code: str) -> Iterator[str]:
    class Handler(Answering):
        pass

    Handler.status = status
    Handler.body = f"<Error><Code>{code}</Code></Error>".encode() if code else b""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (501, "NotImplemented", "NotImplemented"),
        (403, "AccessDenied", "AccessDenied"),
        (200, "", "it kept none"),
    ],
)
def test_a_refusal_is_a_sentence(status: int, code: str, said: str) -> None:
    with answering(status, code) as endpoint:
        _, pages, uploads = store_at(endpoint).set_up([PAGES])
    assert pages.startswith(f"{NO_CORS} ({said})")
    assert uploads.startswith(f"{NO_LIFE_CYCLE} ({said})")


def test_a_server_that_cannot_answer_now_is_unavailable() -> None:
    with answering(503, "SlowDown") as endpoint:
        store = store_at(endpoint)
        with pytest.raises(UnavailableError):
            store.set_up([PAGES])
    with pytest.raises(UnavailableError):
        store.set_up([PAGES])


def test_a_folder_is_made_and_needs_no_rules(tmp_path: Path) -> None:
    store = LocalStore(tmp_path / "store")
    for _ in range(2):
        assert store.set_up([PAGES]) == (
            f"The folder {tmp_path}/store is there; it needs no rules for browsers.",
        )
    store.check()
