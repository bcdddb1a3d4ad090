"""An upload in parts as a browser makes it, step by step, and a store that watches how."""

import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

from flask import has_request_context
from werkzeug.test import TestResponse

from app.transaction import current_session
from media.stores import Store
from tests.client import Client

SCRIPT = {"Accept": "application/json"}


def film(size: int) -> bytes:
    """Return a whole MP4 of `size` bytes: its outer boxes, and nothing within that plays."""
    head = _box(b"ftyp", b"isom\0\0\2\0isomiso2mp41") + _box(b"moov", bytes(100))
    return head + _box(b"mdat", bytes(range(256)) * (size // 256 + 1), size - len(head))


def _box(name: bytes, content: bytes, size: int | None = None) -> bytes:
    length = len(content) + 8 if size is None else size
    return length.to_bytes(4) + name + content[: length - 8]


@dataclass
class Sender:
    """Somebody's script that sends one file to one entry."""

    client: Client
    entry_id: int
    data: bytes
    name: str = "boat.jpg"
    kind: str = "picture"
    token: str = field(init=False)
    id: str = ""
    part_size: int = 0

    def __post_init__(self) -> None:
        page = self.client.page(f"/entries/{self.entry_id}/edit")
        self.token = page.partition('name="csrf_token"')[2].partition('value="')[2].split('"')[0]

    def call(self, method: str, url: str, **form: Any) -> TestResponse:
        """Do what the script does with an address of ours."""
        headers = SCRIPT | {"X-CSRFToken": self.token}
        return self.client.open(url, method=method, data=form, headers=headers)

    def begin(self, **form: Any) -> TestResponse:
        announced = {"kind": self.kind, "name": self.name, "size": len(self.data), "type": "x/y"}
        answer = self.call("POST", f"/entries/{self.entry_id}/uploads", **(announced | form))
        if answer.status_code == 201:
            assert answer.json is not None
            self.id, self.part_size = answer.json["id"], answer.json["part_size"]
        return answer

    def part(self, number: int) -> bytes:
        return self.data[(number - 1) * self.part_size : number * self.part_size]

    @property
    def numbers(self) -> range:
        return range(1, -(-len(self.data) // self.part_size) + 1)

    def address(self, number: int) -> str:
        answer = self.call("POST", f"/media/uploads/{self.id}/parts/{number}")
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        assert answer.json["expires_in"] == 3600
        return str(answer.json["url"])

    def put(self, number: int, data: bytes | None = None) -> int:
        """Send one part to where it is to go; return the status of the answer."""
        return put(self.client, self.address(number), self.part(number) if data is None else data)

    def send(self) -> None:
        for number in self.numbers:
            assert self.put(number) == 200

    def listed(self) -> TestResponse:
        return self.call("GET", f"/media/uploads/{self.id}")

    def missing(self) -> list[int]:
        """Return what is still to be sent, as a script finds it out that comes back."""
        answer = self.listed().json
        assert answer is not None
        there = {part["number"] for part in answer["parts"]}
        return [number for number in self.numbers if number not in there]

    def complete(self) -> TestResponse:
        return self.call("POST", f"/entries/{self.entry_id}/uploads/{self.id}/complete")

    def give_up(self) -> TestResponse:
        return self.call("DELETE", f"/media/uploads/{self.id}")

    def all_at_once(self) -> TestResponse:
        answer = self.begin()
        assert answer.status_code == 201, answer.text
        self.send()
        return self.complete()


def put(client: Client, url: str, data: bytes) -> int:
    """PUT to the application, or to the S3 server, as the address says."""
    if url.startswith("/"):
        return client.put(url, data=data).status_code
    request = urllib.request.Request(url, data=data, method="PUT")  # noqa: S310 - of our S3 server
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - as before
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


class Aside:
    """A store that nobody may wait for with the database in hand."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.called: list[str] = []

    def __getattr__(self, name: str) -> object:
        if has_request_context() and name != "part_url":
            self.called.append(name)
            assert not current_session().in_transaction(), f"{name} within a transaction"
        return getattr(self.store, name)
