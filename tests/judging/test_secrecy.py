"""Before the announcement nothing tells who wins: not a word, not a state, not a file's address.

Everything that an outsider, an entrant and a judge can fetch is fetched before anything is decided
and again once the winners are confirmed and a time is set. The answers must be the same, byte for
byte, and none may hold the words that only the organisers know.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from app.accounts.models import User
from app.authz import ANYBODY
from app.mail import OutgoingMail
from judging.models import Ballot
from judging.queries import results as queries
from judging.service import announcement, decisions
from judging.service.decisions import Choice
from tests import factories
from tests.client import Client, elements, parse
from tests.conftest import Outbox
from tests.factories import NOW
from tests.judging import scenes

pytestmark = [
    pytest.mark.usefixtures("clock"),
    # What is compared is what pages say; the engines below them have tests of their own.
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]

CITATION, REASON, COMMENT = "quasar-citation", "quasar-reason", "quasar-comment"
SCORE = "8.67"  # of the winner: no other number on any page looks like it
UNASKED = {"security.logout", "static"}
_TOKEN = re.compile(r'(name="csrf(?:_|-)token" (?:content|value)=")[^"]*')

Answers = dict[str, tuple[int, str]]


def scene_of(session: Session) -> scenes.Scene:
    scene = scenes.judged(session, [(9, 8), (8, 8), (7, 7), (6, 6)])
    for ballot in session.scalars(select(Ballot)):
        ballot.comment = COMMENT
    session.flush()
    return scene


def decide(session: Session, scene: scenes.Scene) -> None:
    """Choose the last by the standings as the first winner, so that nothing is as expected."""
    decision = decisions.propose(
        session,
        contest=scene.contest,
        choices=[Choice(number, CITATION, REASON) for number in (4, 1, 2)],
        actor=scene.actor,
        now=NOW,
    )
    seen = decisions.fingerprint(decision)
    decisions.confirm(session, contest=scene.contest, seen=seen, actor=scene.other, now=NOW)
    announcement.schedule(
        session,
        contest=scene.contest,
        at=NOW + timedelta(days=1),
        actor=scene.actor,
        now=NOW,
    )


# --- fetching everything ------------------------------------------------------------------------


def candidates(session: Session, scene: scenes.Scene) -> dict[str, list[Any]]:
    """Return what stands in for each variable part of an address."""
    entries = scene.entries
    return {
        "slug": [scene.contest.slug],
        "number": [entry.number for entry in entries],
        "entry_id": [entry.id for entry in entries],
        "judge_id": [judge.id for judge in scene.judges],
        "round_id": [scene.round_.id],
        "ballot_id": list(session.scalars(select(Ballot.id))),
        "public_id": [asset.public_id for asset in map(queries.first_picture, entries) if asset],
        "kind": ["photo"],
        "name": [320, 1600],
        "ending": ["webp", "mp4"],
    }


def addresses(app: Flask, known: dict[str, list[Any]]) -> Iterator[str]:
    """Yield every address that can be fetched, each variable part filled in."""
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if "GET" in (rule.methods or ()) and rule.endpoint not in UNASKED:
                yield from _filled(app, rule, known)


def _filled(app: Flask, rule: Rule, known: dict[str, list[Any]]) -> Iterator[str]:
    parts = sorted(rule.arguments)
    for values in product(*(known.get(part, [1]) for part in parts)):
        # Not every ending is one of every file.
        with suppress(ValueError):
            yield app.url_for(rule.endpoint, **dict(zip(parts, values, strict=True)))


def crawl(client: Client, first: list[str]) -> Answers:
    """Fetch these addresses and every path that the pages behind them lead to.

    Of a path with many queries (filters, "where to go after signing in") one is enough.
    """
    waiting, found, paths = list(first), Answers(), set[str]()
    while waiting:
        url = waiting.pop()
        if urlsplit(url).path in paths or url.startswith(("/logout", "/static")):
            continue
        paths.add(urlsplit(url).path)
        answer = client.get(url)
        is_text = (answer.mimetype or "").startswith(("text/", "application/json"))
        text = _TOKEN.sub(r"\1", answer.text) if is_text else ""
        found[url] = answer.status_code, text + answer.headers.get("Location", "")
        if answer.mimetype == "text/html" and answer.status_code == 200:
            waiting.extend(links(text))
    return found


def links(text: str) -> Iterator[str]:
    """Yield the addresses of this site that a page names, pictures among them."""
    for element in elements(parse(text)):
        named = [element.get("href", ""), element.get("src", "")]
        named += [part.split()[0] for part in element.get("srcset", "").split(",") if part.strip()]
        for url in named:
            parts = urlsplit(url)
            if not parts.netloc and parts.path.startswith("/"):
                yield parts.path + (f"?{parts.query}" if parts.query else "")


def people(scene: scenes.Scene) -> dict[str, User | None]:
    return {
        "outsider": None,
        "winner": scene.entries[3].owner,
        "entrant": scene.entries[2].owner,
        "judge": scene.judges[0].user,
    }


def browser_of(person: User | None, client: Client) -> Client:
    """Return a fresh browser, so that no message of an earlier page turns up in a later one."""
    if person is not None:
        client.sign_in(person)
    return client


# --- the promise --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["outsider", "winner", "entrant", "judge"])
def test_a_decision_changes_nothing_that_anybody_sees(
    app: Flask, session: Session, new_client: Callable[[], Client], who: str
) -> None:
    scene = scene_of(session)
    every = list(addresses(app, candidates(session, scene)))
    assert len(every) > 60
    before = crawl(browser_of(people(scene)[who], new_client()), every)
    decide(session, scene)
    after = crawl(browser_of(people(scene)[who], new_client()), every)
    assert before.keys() == after.keys()
    for url, answer in after.items():
        assert answer == before[url], url
    assert f"/contests/{scene.contest.slug}/winners" in after
    assert {status for status, _text in after.values()} >= {200, 302, 404}
    for url, (_status, text) in after.items():
        # Their own comment a judge may read.
        secrets = {CITATION, REASON, SCORE, COMMENT} - ({COMMENT} if who == "judge" else set())
        assert [word for word in secrets if word in text] == [], url


def test_the_words_that_are_looked_for_are_there_to_be_found(
    app: Flask, session: Session, client: Client
) -> None:
    scene = scene_of(session)
    decide(session, scene)
    client.sign_in(scene.organiser)
    every = list(addresses(app, candidates(session, scene)))
    text = "".join(text for _status, text in crawl(client, every).values())
    for word in (CITATION, REASON, SCORE, COMMENT):
        assert word in text


def test_no_mail_tells_before_the_announcement(session: Session, outbox: Outbox) -> None:
    scene = scene_of(session)
    decide(session, scene)
    # The other organisers hear that there is something to confirm, and not what.
    before = session.scalars(select(OutgoingMail.recipient)).all()
    assert before == [scene.second.email]
    announcement.announce(session, contest=scene.contest, actor=ANYBODY, now=NOW)
    for mail in outbox():
        said = mail["Subject"] + mail.get_content()
        assert [word for word in (CITATION, REASON, SCORE, "Work 4") if word in said] == []


@pytest.mark.parametrize("page", ["winners", "winners.json", "present"])
def test_the_winners_are_nowhere_until_they_are_announced(
    session: Session, new_client: Callable[[], Client], page: str
) -> None:
    scene = scene_of(session)
    url = f"/contests/{scene.contest.slug}/{page}"
    missing = f"/contests/no-such-contest/{page}"

    def answer(url: str) -> tuple[int, str]:
        found = new_client().get(url)
        return found.status_code, _TOKEN.sub(r"\1", found.text).replace(url, "")

    assert answer(url) == answer(missing)
    assert answer(url)[0] == 404
    decide(session, scene)
    assert answer(url) == answer(missing)
    announcement.announce(session, contest=scene.contest, actor=ANYBODY, now=NOW)
    assert queries.winners_of(session, scene.contest)[0].number == 4
    assert answer(url)[0] == 200
    for word in (REASON, SCORE, COMMENT):
        assert word not in answer(url)[1]


def test_a_draft_of_a_contest_has_no_winners_page(session: Session, client: Client) -> None:
    contest = factories.contest(session)
    assert client.get(f"/contests/{contest.slug}/winners").status_code == 404
