"""Fetching everything that somebody can fetch: each route, and each path that a page leads to.

Routes are taken from the application itself, so that a new one cannot be forgotten; a variable part
of an address that nothing here stands in for is an error.
"""

import html
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from contextvars import Context
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.accounts.models import User
from judging.models import Ballot, Comparison, Round
from judging.queries import results as queries
from tests.client import Client
from tests.database import settle
from tests.judging.scenes import Scene

# Signing out ends the crawl, and what is static is the same for everybody.
UNASKED = {"security.logout", "static"}
_TOKEN = re.compile(r'(name="csrf(?:_|-)token" (?:content|value)=|"csrf_token": ?)"[^"]*')
_LINK = re.compile(r'(?:href|src|srcset|action|data-[a-z-]*url)="([^"]*)"')

Known = Mapping[str, list[Any]]


class Answer(NamedTuple):
    """What came back: status, and all that it says, its headers that name something included."""

    status: int
    text: str


Answers = dict[tuple[str, str], Answer]
"""By how it was asked for (a page, JSON, the head alone) and the address."""

WAYS = {
    "page": {"method": "GET", "headers": {"Accept": "text/html"}},
    "json": {"method": "GET", "headers": {"Accept": "application/json"}},
    "head": {"method": "HEAD", "headers": {}},
}


def candidates(session: Session, scene: Scene) -> dict[str, list[Any]]:
    """Return what stands in for each variable part of an address.

    Of what there are many, the first winner's, another entrant's, and one of each judge's.
    """
    entries = [scene.entries[-1], scene.entries[1]]
    rounds = session.scalars(select(Round).where(Round.contest_id == scene.contest.id)).all()
    ballots = select(Ballot.id).where(Ballot.entry_id.in_([entry.id for entry in entries]))
    return {
        "slug": [scene.contest.slug],
        "number": [entry.number for entry in entries],
        "entry_id": [entry.id for entry in entries],
        "round_id": [round_.id for round_ in rounds],
        "judge_id": [judge.id for judge in scene.judges],
        "ballot_id": list(session.scalars(ballots)),
        "comparison_id": list(session.scalars(select(Comparison.id))),
        "public_id": [asset.public_id for asset in map(queries.first_picture, entries) if asset],
        "team_id": [1],
        "token": ["no-such-token"],
        "kind": ["photo"],
        "name": [320],
        "ending": ["webp", "mp4"],
    }


def addresses(app: Flask, known: Known) -> list[str]:
    """Return every address that can be fetched, each variable part filled in."""
    with app.test_request_context():
        return [
            url
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.endpoint not in UNASKED
            for url in _filled(app, rule, known)
        ]


def _filled(app: Flask, rule: Rule, known: Known) -> Iterator[str]:
    parts = sorted(rule.arguments)
    assert set(parts) <= set(known), f"{rule} has a part that nothing stands in for"
    for values in product(*(known[part] for part in parts)):
        # Not every ending is one of every file.
        with suppress(ValueError):
            yield app.url_for(rule.endpoint, **dict(zip(parts, values, strict=True)))


def crawl(client: Client, first: list[str], ways: Collection[str] = ("page",)) -> Answers:
    """Fetch these addresses in some ways, and every path that the pages behind them lead to.

    Pages are always among the ways. Of a path with many queries (filters, "where to go after
    signing in") one is enough.
    """
    settle(client.application)
    waiting, found, paths = list(first), Answers(), set[str]()
    while waiting:
        url = waiting.pop()
        if urlsplit(url).path in paths or url.startswith(("/logout", "/static")):
            continue
        paths.add(urlsplit(url).path)
        for way in ways:
            answer = _ask(client, url, WAYS[way])
            found[way, url] = answer
            if way == "page" and answer.status == 200:
                waiting.extend(links(answer.text))
    return found


def _ask(client: Client, url: str, asked: dict[str, Any]) -> Answer:
    # Not through the strict client: that parses each page, and here there are thousands.
    answer = Context().run(FlaskClient.open, client, url, buffered=True, **asked)
    is_text = (answer.mimetype or "").startswith(("text/", "application/json"))
    said = [answer.text if is_text else ""]
    said += [answer.headers.get(name, "") for name in ("Location", "ETag", "Content-Disposition")]
    return Answer(answer.status_code, _TOKEN.sub(r"\1", "\n".join(said)))


def links(text: str) -> Iterator[str]:
    """Yield the addresses of this site that a page names, pictures among them."""
    for value in _LINK.findall(text):
        for part in html.unescape(value).split(","):
            parts = urlsplit(part.strip().split(" ")[0])
            if not parts.netloc and parts.path.startswith("/"):
                yield parts.path + (f"?{parts.query}" if parts.query else "")


def browser_of(person: User | None, client: Client) -> Client:
    """Return a fresh browser, so that no message of an earlier page turns up in a later one."""
    if person is not None:
        client.sign_in(person)
    return client
