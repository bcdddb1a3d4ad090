"""How the gallery of a contest with 100,000 entries answers, on SQLite and on PostgreSQL.

Builds the contest, then asks in turns, so that whatever else the machine does meets every question
alike: the first page and the two-thousandth, filtered and not, as a reader gets them, and the
statement that finds the two-thousandth, as it is and as it would be with OFFSET. Prints medians.
"""

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine, Select, Table, insert, select
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app.cli import migrations
from app.db import Base, make_engine
from app.factory import create_app
from app.settings import load_settings
from contests.models import Entry, EntryVersion
from contests.queries import gallery
from contests.vocabulary import ACTION_LINES, REGION_OF_COUNTRY
from tests.servers import postgres

ENTRIES = 100_000
PEOPLE = 30_000
ROUNDS = 9
PAGE = 2000
SLUG = "photo-contest"
CHUNK = 5_000
NOW = datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
RENDITIONS = (320, 800, 1600, 2560)

Row = dict[str, Any]


# --- the contest ---------------------------------------------------------------------------------


class Writer:
    """Makes words that look like a language: few of them often, many of them seldom."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - a repeatable text, no secret
        letters = "aeiou", "bcdfghklmnprstvw"
        self.words = sorted(
            {
                "".join(self.random.choice(letters[place % 2]) for place in range(size))
                for size in range(3, 12)
                for _ in range(600)
            }
        )
        self.random.shuffle(self.words)
        self.weights = [1 / (place + 3) for place in range(len(self.words))]

        self.sentences = [self.text(self.random.randint(15, 20)) for _ in range(CHUNK)]

    def text(self, count: int) -> str:
        """Return a sentence of `count` words."""
        return " ".join(self.random.choices(self.words, self.weights, k=count)).capitalize()

    def description(self) -> str:
        """Return 150 to 200 words."""
        return ". ".join(self.random.choices(self.sentences, k=10))


def rows(writer: Writer) -> Iterator[tuple[str, Row]]:
    """Yield every row of the contest as (table, values)."""
    chance = writer.random
    yield (
        "forums",
        {
            "id": 1,
            "name": "WSIS Forum",
            "starts_on": NOW.date(),
            "ends_on": NOW.date(),
            "zone": "Europe/Zurich",
        },
    )
    yield "contests", contest()
    yield from (
        ("tracks", {"id": number, "contest_id": 1, "position": number, "title": f"Track {number}"})
        for number in (1, 2, 3)
    )
    yield from (("users", person(number, writer)) for number in range(1, PEOPLE + 1))
    # As in life: some countries send a lot, most a little.
    countries = sorted(REGION_OF_COUNTRY)
    chance.shuffle(countries)
    weights = [1 / (place + 1) for place in range(len(countries))]
    for number in range(1, ENTRIES + 1):
        country = chance.choices(countries, weights)[0]
        yield from entry(number, country, writer)


def contest() -> Row:
    """Return a photo contest that has closed, so that its gallery is public."""
    return {
        "id": 1,
        "forum_id": 1,
        "slug": SLUG,
        "kind": "photo",
        "state": "judging",
        "title": "Photo Contest",
        "zone": "Europe/Zurich",
        "opens_at": NOW - timedelta(days=60),
        "closes_at": NOW - timedelta(days=1),
        "formats": ["JPEG"],
        "sdgs": list(range(1, 18)),
        "action_lines": list(ACTION_LINES),
        "last_number": ENTRIES,
        "created_at": NOW,
        "updated_at": NOW,
    }


def person(number: int, writer: Writer) -> Row:
    """Return somebody who enters."""
    return {
        "id": number,
        "email": f"person{number}@example.org",
        "fs_uniquifier": f"{number:064d}",
        "active": True,
        "name": writer.text(2).title(),
        "create_datetime": NOW,
        "update_datetime": NOW,
    }


def entry(number: int, country: str, writer: Writer) -> Iterator[tuple[str, Row]]:
    """Yield an entry with its words, topics and picture; two in a hundred are not eligible."""
    chance = writer.random
    out = number % 50 == 0
    yield (
        "entries",
        {
            "id": number,
            "contest_id": 1,
            "owner_id": chance.randint(1, PEOPLE),
            "number": number,
            "state": "submitted",
            "screening": "ineligible" if out else "pending",
            "screening_reason": "Outside the brief." if out else None,
            "current_id": number,
            "revision": 1,
            "created_at": NOW,
            "updated_at": NOW,
            "submitted_at": NOW,
        },
    )
    yield "entry_versions", version(number, country, writer)
    for code in chance.sample(range(1, 18), chance.randint(1, 3)):
        yield "version_topics", {"version_id": number, "scheme": "sdg", "code": str(code)}
    for line in chance.sample(sorted(ACTION_LINES), chance.randint(0, 2)):
        yield "version_topics", {"version_id": number, "scheme": "action-line", "code": line}
    yield "assets", asset(number)
    yield "version_assets", {"version_id": number, "asset_id": number, "position": 0}
    for name in RENDITIONS:
        yield (
            "renditions",
            {
                "asset_id": number,
                "name": name,
                "format": "webp",
                "width": name,
                "height": name * 3 // 4,
                "bytes": name * 100,
            },
        )


def version(number: int, country: str, writer: Writer) -> Row:
    """Return an entry's words."""
    return {
        "id": number,
        "entry_id": number,
        "number": 1,
        "title": writer.text(4),
        "summary": "",
        "caption": writer.text(14),
        "description": writer.description(),
        "alt_text": writer.text(12),
        "place": writer.text(1),
        "country": country,
        "track_id": writer.random.randint(1, 3),
        "consent": True,
        "licence": "CC-BY-4.0",
        "links": [],
        "created_at": NOW,
        "updated_at": NOW,
        "submitted_at": NOW,
    }


def asset(number: int) -> Row:
    """Return the row of a picture; nothing lies in the store under its keys."""
    return {
        "id": number,
        "public_id": f"{number:032x}",
        "owner_id": 1,
        "kind": "picture",
        "state": "ready",
        "reason_params": {},
        "filename": f"{number}.jpg",
        "media_type": "image/jpeg",
        "bytes": 10_000_000,
        "sha256": f"{number:064x}",
        "width": 6000,
        "height": 4000,
        "preview": bytes(100),
        "attempts": 1,
        "created_at": NOW,
        "updated_at": NOW,
        "claimed_at": NOW,
    }


def fill(engine: Engine) -> None:
    """Write the contest in large pieces; each side of a circle of keys waits for the other."""
    waiting: dict[str, list[Row]] = {}
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table, row in rows(Writer(seed=2025)):
            batch = waiting.setdefault(table, [])
            batch.append(row)
            if len(batch) == CHUNK:
                put(connection, table, batch)
        for table, batch in waiting.items():
            put(connection, table, batch)
    if engine.dialect.name == "postgresql":
        # What its own housekeeping does within minutes.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def put(connection: Connection, name: str, batch: list[Row]) -> None:
    """Insert rows of one table with the defaults its model gives."""
    table: Table = Base.metadata.tables[name]
    if not batch:
        return
    if connection.dialect.name == "postgresql" and len(batch) == CHUNK:
        copy(connection, table, batch)
    else:
        connection.execute(insert(table), batch)
    batch.clear()


def copy(connection: Connection, table: Table, batch: list[Row]) -> None:
    """Insert rows into PostgreSQL the quick way, which knows neither defaults nor JSON."""
    defaults = {
        column.name: column.default.arg
        for column in table.columns
        if isinstance(column.default, ScalarElementColumnDefault)
    }
    names = sorted({name for row in batch for name in row} | defaults.keys())
    driver: Any = connection.connection.driver_connection
    target = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    with driver.cursor() as cursor, cursor.copy(target) as copying:
        for row in batch:
            whole = defaults | row
            copying.write_row([plain(whole.get(name)) for name in names])


def plain(value: object) -> object:
    """Return a value as COPY takes it."""
    return json.dumps(value) if isinstance(value, list | dict) else value


# --- the questions -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """Something to be asked again and again; calling it asks once."""

    name: str
    ask: Callable[[], object]


def pages(app: Flask) -> list[Question]:
    """Return the pages to be asked for, as a reader gets them, without a network."""
    client = app.test_client()
    last = gallery.PAGE_SIZE * (PAGE - 1)
    # Every fiftieth entry is not shown, so that this many numbers pass before the page.
    after = last * 50 // 49

    def page(name: str, **query: object) -> Question:
        def ask() -> None:
            answer = client.get(f"/contests/{SLUG}/gallery", query_string=query)
            if answer.status_code != 200:
                sys.exit(f"{name}: {answer.status}")

        return Question(name, ask)

    return [
        page("page 1"),
        page(f"page {PAGE:,}", after=after),
        page(f"page {PAGE:,}, backwards", before=after),
        page("one goal", sdg="4"),
        page("one goal, far on", sdg="4", after=after),
        page("a country with few", country="TV"),
        page("a region and a goal", region="europe", sdg="13"),
        page("words that many have", q="ba"),
        page("two words, some have", q="ba kefo"),
        page("words that nobody has", q="xyzzy"),
    ]


def statements(engine: Engine) -> list[Question]:
    """Return the statement that finds a page's entries: by number, and by counting rows off."""
    found = (
        select(Entry.id, Entry.number)
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .where(Entry.contest_id == 1, Entry.state == "submitted", Entry.screening != "ineligible")
        .order_by(Entry.number)
        .limit(gallery.PAGE_SIZE + 1)
    )
    skipped = gallery.PAGE_SIZE * (PAGE - 1)

    def statement(name: str, query: Select[*tuple[Any, ...]]) -> Question:
        def ask() -> None:
            with engine.connect() as connection:
                rows = connection.execute(query).all()
            if len(rows) <= gallery.PAGE_SIZE:
                sys.exit(f"{name}: only {len(rows)} rows")

        return Question(name, ask)

    return [
        statement("rows of page 1", found),
        statement(f"rows of page {PAGE:,}", found.where(Entry.number > skipped * 50 // 49)),
        statement(f"rows of page {PAGE:,}, by OFFSET", found.offset(skipped)),
    ]


def measure(questions: Sequence[Question]) -> Mapping[str, float]:
    """Return medians in milliseconds by name; the first round, which fills caches, is left out."""
    taken: dict[str, list[float]] = {question.name: [] for question in questions}
    for turn in range(ROUNDS + 1):
        for question in questions:
            began = time.perf_counter()
            question.ask()
            if turn:
                taken[question.name].append((time.perf_counter() - began) * 1000)
    return {name: statistics.median(times) for name, times in taken.items()}


def report(title: str, medians: Mapping[str, float]) -> None:
    """Print the medians, and the two ratios that must hold."""
    sys.stdout.write(f"\n{title}, {ENTRIES:,} entries, median of {ROUNDS} rounds\n")
    for name, milliseconds in medians.items():
        sys.stdout.write(f"{milliseconds:9.2f} ms  {name}\n")
    deep = medians[f"page {PAGE:,}"] / medians["page 1"]
    offset = medians[f"rows of page {PAGE:,}, by OFFSET"] / medians[f"rows of page {PAGE:,}"]
    sys.stdout.write(f"{deep:9.2f} x   page {PAGE:,} beside page 1 (at most 1.3)\n")
    sys.stdout.write(f"{offset:9.1f} x   OFFSET beside the number (at least 40)\n")


# --- both databases ------------------------------------------------------------------------------


@contextmanager
def contest_in(url: str, folder: str) -> Iterator[Flask]:
    """Yield an application whose database at `url` holds the contest."""
    os.environ |= {"DATA_DIR": folder, "DATABASE_URL": url}
    engine = make_engine(url)
    migrations.upgrade(engine)
    began = time.perf_counter()
    fill(engine)
    sys.stdout.write(f"filled in {time.perf_counter() - began:.0f} s\n")
    yield create_app(load_settings())
    engine.dispose()


def main() -> None:
    """Measure both databases, one after the other."""
    with tempfile.TemporaryDirectory(prefix="podium-bench-") as folder, postgres.database() as url:
        for title, address in (
            ("SQLite", f"sqlite:///{folder}/podium.sqlite3"),
            ("PostgreSQL", url),
        ):
            with contest_in(address, folder) as app:
                engine = make_engine(address)
                report(title, measure([*pages(app), *statements(engine)]))
                engine.dispose()
                app.extensions["podium.transactions"].engine.dispose()


if __name__ == "__main__":
    main()
