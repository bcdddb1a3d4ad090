"""How the organisers' results page answers for a contest of 10,000 entries.

Five judges each, five criteria, which makes 250,000 marks, on SQLite and on PostgreSQL; the page as
an organiser gets it, without a network: counted anew, the ladder asked where the page shows places.
Montage, which Wikimedia's photo contests are judged with, took 4.4 s for a round of this size.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from app.accounts.models import User
from app.cli import migrations
from app.db import make_engine
from app.factory import create_app, spare_collector
from app.settings import load_settings
from app.transaction import Transactions
from bench import gallery
from bench.gallery import NOW, SLUG, Row, put
from bench.rounds import milliseconds, table, take_turns
from judging.models import Round
from judging.service.counting import given_in, ranking_of
from tests.servers import postgres

ENTRIES = 10_000
PANEL = 40
BALLOTS = 5
KEYS = ("impact", "idea", "craft", "story", "reach")
MONTAGE = 4.4
CHUNK = 5_000
ROUNDS = 15
LADDER = [*(f"criterion:{key}" for key in KEYS), "head_to_head", "seed:drawn in public"]
ORGANISER = 20_001


def rows() -> Iterator[tuple[str, Row]]:
    """Yield every row of the contest as (table, values)."""
    chance = Random(4)  # noqa: S311 - made-up marks
    forum = {"name": "Forum", "starts_on": NOW.date(), "ends_on": NOW.date(), "zone": "UTC"}
    yield "forums", {"id": 1, **forum}
    yield "contests", gallery.contest() | {"last_number": ENTRIES}
    for person in (*range(1, ENTRIES + PANEL + 1), ORGANISER):
        yield "users", _person(person)
    yield "roles", {"id": 1, "name": "organiser", "description": ""}
    yield "role_members", {"user_id": ORGANISER, "role_id": 1}
    for judge in range(1, PANEL + 1):
        yield "judges", _judge(judge)
    yield "judging_rules", {"id": 1, "contest_id": 1, "ladder": LADDER}
    yield "rounds", _round()
    for position, key in enumerate(KEYS, start=1):
        yield (
            "criteria",
            {"id": position, "round_id": 1, "position": position, "key": key, "title": key.title()},
        )
    for entry in range(1, ENTRIES + 1):
        yield "entries", _entry(entry)
        yield "entry_versions", _version(entry)
        quality = chance.gauss(5.5, 1.5)
        for at, judge in enumerate(chance.sample(range(1, PANEL + 1), BALLOTS)):
            yield from _ballot((entry - 1) * BALLOTS + at + 1, entry, judge, quality, chance)


def _person(number: int) -> Row:
    return {
        "id": number,
        "email": f"person{number}@example.org",
        "fs_uniquifier": f"{number:064d}",
        "active": True,
        "name": f"Person {number}",
        "confirmed_at": NOW,
        "create_datetime": NOW,
        "update_datetime": NOW,
    }


def _judge(number: int) -> Row:
    return {
        "id": number,
        "contest_id": 1,
        "user_id": ENTRIES + number,
        "email": f"judge{number}@example.org",
        "name": f"Judge {number}",
        "invited_at": NOW,
        "accepted_at": NOW,
        "declared_at": NOW,
    }


def _round() -> Row:
    return {
        "id": 1,
        "contest_id": 1,
        "state": "closed",
        "title": "Scoring",
        "per_entry": BALLOTS,
        "first_pass": BALLOTS,
        "method_declared_at": NOW,
        "seed": "drawn in public",
        "opened_at": NOW,
        "closed_at": NOW,
    }


def _entry(number: int) -> Row:
    return {
        "id": number,
        "contest_id": 1,
        "owner_id": number,
        "number": number,
        "state": "submitted",
        "screening": "eligible",
        "current_id": number,
        "revision": 1,
        "created_at": NOW,
        "updated_at": NOW,
        "submitted_at": NOW,
    }


def _version(number: int) -> Row:
    return {
        "id": number,
        "entry_id": number,
        "number": 1,
        "title": f"Work {number}",
        "consent": True,
        "licence": "CC-BY-4.0",
        "links": [],
        "created_at": NOW,
        "updated_at": NOW,
        "submitted_at": NOW,
    }


def _ballot(
    number: int, entry: int, judge: int, quality: float, chance: Random
) -> Iterator[tuple[str, Row]]:
    yield (
        "ballots",
        {
            "id": number,
            "round_id": 1,
            "judge_id": judge,
            "entry_id": entry,
            "position": entry,
            "state": "submitted",
            "version": 1,
            "recent": [],
            "created_at": NOW,
            "saved_at": NOW,
            "submitted_at": NOW,
        },
    )
    for criterion in range(1, len(KEYS) + 1):
        points = min(10, max(1, round(chance.gauss(quality, 1.2))))
        mark = {"ballot_id": number, "criterion_id": criterion, "minimum": 1, "maximum": 10}
        yield "marks", {"id": (number - 1) * len(KEYS) + criterion, **mark, "points": points}


def fill(engine: Engine) -> None:
    """Write the contest in large pieces; each side of a circle of keys waits for the other."""
    waiting: dict[str, list[Row]] = {}
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for name, row in rows():
            batch = waiting.setdefault(name, [])
            batch.append(row)
            if len(batch) == CHUNK:
                put(connection, name, batch)
        for name, batch in waiting.items():
            put(connection, name, batch)
    if engine.dialect.name == "postgresql":
        # What its own housekeeping does within minutes.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


@contextmanager
def contest_in(url: str, folder: str) -> Iterator[Flask]:
    """Yield an application whose database at `url` holds the contest."""
    os.environ |= {"DATA_DIR": folder, "DATABASE_URL": url}
    engine = make_engine(url)
    migrations.upgrade(engine)
    began = time.perf_counter()
    fill(engine)
    sys.stdout.write(f"filled in {time.perf_counter() - began:.0f} s\n")
    engine.dispose()
    app = create_app(load_settings())
    # As the server that `podium serve` starts.
    spare_collector()
    yield app
    app.extensions["podium.transactions"].engine.dispose()


def contenders(title: str, app: Flask) -> dict[str, Callable[[], object]]:
    """Return the pages, and the parts of which the first is made."""
    client = app.test_client()
    transactions: Transactions = app.extensions["podium.transactions"]
    with app.app_context(), transactions.open(writes=False) as session:
        person = session.get_one(User, ORGANISER)
        _sign_in(client, person)

    def page(address: str) -> Callable[[], object]:
        def ask() -> None:
            answer = client.get(f"/manage/contests/{SLUG}/results{address}")
            if answer.status_code != 200:
                sys.exit(f"{address}: {answer.status}")

        return ask

    def part(act: Callable[..., object]) -> Callable[[], object]:
        def ask() -> None:
            with app.app_context(), transactions.open(writes=False) as session:
                act(session, session.get_one(Round, 1))

        return ask

    return {
        f"{title}: the page": page(""),
        f"{title}: its middle": page("?page=100"),
        f"{title}: marks read": part(given_in),
        f"{title}: ranked whole": part(ranking_of),
    }


def _sign_in(client: FlaskClient, person: User) -> None:
    with client.session_transaction() as cookie:
        cookie.update(_user_id=person.fs_uniquifier, _fresh=True, fs_cc="set")


def main() -> None:
    """Measure both databases in turns."""
    with tempfile.TemporaryDirectory(prefix="podium-bench-") as folder, postgres.database() as url:
        small = f"sqlite:///{folder}/podium.sqlite3"
        with contest_in(small, folder) as one, contest_in(url, folder) as other:
            asked = contenders("SQLite", one) | contenders("PostgreSQL", other)
            taken = take_turns(asked, ROUNDS)
    sys.stdout.write(f"\n{ENTRIES:,} entries, {BALLOTS} judges each, {len(KEYS)} criteria\n\n")
    # Others on the machine only ever add to a time, and no contender takes turns with Montage.
    table(
        ("", "quickest", "4.4 s of Montage over this (at least 10)", "median"),
        [
            (
                name,
                milliseconds(min(times)),
                f"{MONTAGE / min(times):.1f}" if "page" in name else "",
                milliseconds(median(times)),
            )
            for name, times in taken.items()
        ],
    )


if __name__ == "__main__":
    main()
