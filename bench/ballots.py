"""How long it takes to save a ballot: eight judges at once, over HTTP, the whole way.

Podium's own server and the least that such an application can do (`bench.minimal`) run beside each
other on the same kind of server and the same database, and are asked in turns, so that whatever
else the machine does meets both. Each of a judge's requests changes every mark of one ballot. What
counts are ratios of medians: to that least, and of a contest of 10,000 entries to one of 200.
"""

import http.client
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode

from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import Engine, insert

from app.cli import migrations
from app.cli.serve import LOOPBACK, web_server
from app.db import make_engine
from app.factory import create_app
from app.settings import Settings
from bench import gallery, minimal
from bench.gallery import NOW, Row, put
from bench.rounds import milliseconds, table
from tests.servers import postgres

SIZES = (200, 10_000)
CLIENTS = 8
PANEL = 8
PER_ENTRY = 3
STARTS = 4
"""How often the servers are started anew: of the same program one start is quicker than another."""
TURNS = 5
REQUESTS = 25
"""What each client asks in one turn."""
KEYS = ("relevance", "story", "originality", "technique", "impact")
MOST = 1.5, 1.1
CHUNK = 5_000


# --- the contest ---------------------------------------------------------------------------------


def rows(entries: int) -> Iterator[tuple[str, Row]]:
    """Yield every row of a contest in the middle of its judging, as (table, values)."""
    chance = Random(entries)  # noqa: S311 - made-up marks
    forum = {"name": "Forum", "starts_on": NOW.date(), "ends_on": NOW.date(), "zone": "UTC"}
    yield "forums", {"id": 1, **forum}
    yield "contests", gallery.contest() | {"last_number": entries}
    yield from (("users", person(number)) for number in range(1, PANEL + 2))
    yield from (("judges", judge(number)) for number in range(1, PANEL + 1))
    yield "judging_rules", {"id": 1, "contest_id": 1}
    yield "rounds", round_()
    yield from (("criteria", criterion(number)) for number in range(1, len(KEYS) + 1))
    for number in range(1, entries + 1):
        yield from entry(number)
        for turn in range(PER_ENTRY):
            yield from ballot(number, turn, chance)


def person(number: int) -> Row:
    """Return somebody: a judge each, and after them the one whose entries they are."""
    return {
        "id": number,
        "email": f"person{number}@example.org",
        "fs_uniquifier": uniquifier(number),
        "active": True,
        "name": f"Person {number}",
        "confirmed_at": NOW,
        "create_datetime": NOW,
        "update_datetime": NOW,
    }


def uniquifier(number: int) -> str:
    """Return what a person's session names them by."""
    return f"{number:064d}"


def judge(number: int) -> Row:
    """Return a person's seat on the panel."""
    return {
        "id": number,
        "contest_id": 1,
        "user_id": number,
        "email": f"person{number}@example.org",
        "name": f"Person {number}",
        "invited_at": NOW,
        "accepted_at": NOW,
        "declared_at": NOW,
    }


def round_() -> Row:
    """Return the round that is open."""
    return {
        "id": 1,
        "contest_id": 1,
        "position": 1,
        "kind": "score",
        "state": "open",
        "title": "Scoring",
        "per_entry": PER_ENTRY,
        "first_pass": PER_ENTRY,
        "method": "mean",
        "advance": "chosen",
        "seed": "a seed",
        "opened_at": NOW,
        "method_declared_at": NOW,
    }


def criterion(number: int) -> Row:
    """Return one of the rubric's criteria, from 1 to 10."""
    key = KEYS[number - 1]
    return {"id": number, "round_id": 1, "position": number, "key": key, "title": key.title()}


def entry(number: int) -> Iterator[tuple[str, Row]]:
    """Yield an entry with its words."""
    yield (
        "entries",
        {
            "id": number,
            "contest_id": 1,
            "owner_id": PANEL + 1,
            "number": number,
            "state": "submitted",
            "screening": "pending",
            "current_id": number,
            "revision": 1,
            "created_at": NOW,
            "updated_at": NOW,
            "submitted_at": NOW,
        },
    )
    yield (
        "entry_versions",
        {
            "id": number,
            "entry_id": number,
            "number": 1,
            "title": f"Work {number}",
            "country": "CH",
            "links": [],
            "created_at": NOW,
            "updated_at": NOW,
            "submitted_at": NOW,
        },
    )


def ballot(number: int, turn: int, chance: Random) -> Iterator[tuple[str, Row]]:
    """Yield one of an entry's ballots; every second is begun, as in the middle of a round."""
    ballot_id = number * PER_ENTRY + turn
    is_begun = (number + turn) % 2 == 0
    yield (
        "ballots",
        {
            "id": ballot_id,
            "round_id": 1,
            "judge_id": judge_of(ballot_id),
            "entry_id": number,
            "position": number,
            "state": "draft" if is_begun else "assigned",
            "version": int(is_begun),
            "recent": [],
            "created_at": NOW,
            "saved_at": NOW if is_begun else None,
        },
    )
    for at in range(1, len(KEYS) + 1) if is_begun else ():
        points = chance.randint(1, 10)
        mark = {"ballot_id": ballot_id, "criterion_id": at, "minimum": 1, "maximum": 10}
        yield "marks", mark | {"points": points}


def judge_of(ballot_id: int) -> int:
    """Return whose ballot it is."""
    return ballot_id % PANEL + 1


def fill(engine: Engine, entries: int) -> None:
    """Write the contest, and the table of the least application beside it."""
    migrations.upgrade(engine)
    minimal.Base.metadata.create_all(engine)
    waiting: dict[str, list[Row]] = {}
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for name, row in rows(entries):
            batch = waiting.setdefault(name, [])
            batch.append(row)
            if len(batch) == CHUNK:
                put(connection, name, batch)
        for name, batch in waiting.items():
            put(connection, name, batch)
        people = [{"id": number, "name": "A person"} for number in range(1, PANEL + 1)]
        connection.execute(insert(minimal.Person), people)
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


# --- the judges ----------------------------------------------------------------------------------


@dataclass
class Judge:
    """One client with its cookie and token; `versions` are those of the ballots that it saved."""

    number: int
    headers: Mapping[str, str]
    ballots: Sequence[int]
    chance: Random
    versions: dict[int, int] = field(default_factory=dict)

    def save(self, connection: http.client.HTTPConnection) -> float:
        """Change every mark of one ballot; return the seconds until the answer was there."""
        chosen = self.chance.choice(self.ballots)
        begun = (chosen // PER_ENTRY + chosen % PER_ENTRY) % 2 == 0
        version = self.versions.get(chosen, int(begun))
        fields = {f"mark-{key}": str(self.chance.randint(1, 10)) for key in KEYS}
        # What a script sends besides; the last makes it certain that something changes.
        fields |= {"version": str(version), "key": secrets.token_hex(16), "shown": "1"}
        fields |= {"comment": f"Seen {secrets.token_hex(4)}", "note": ""}
        seconds, told = self._post(connection, f"/judge/ballots/{chosen}", fields)
        self.versions[chosen] = told["version"]
        return seconds

    def save_least(self, connection: http.client.HTTPConnection) -> float:
        """Keep one mark with the least application."""
        chosen = self.chance.choice(self.ballots)
        points = str(self.chance.randint(1, 10))
        return self._post(connection, f"/entries/{chosen}", {"points": points})[0]

    def _post(
        self, connection: http.client.HTTPConnection, path: str, fields: Mapping[str, str]
    ) -> tuple[float, dict[str, Any]]:
        body = urlencode(fields)
        began = time.perf_counter()
        connection.request("POST", path, body, dict(self.headers))
        answer = connection.getresponse()
        told = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {told[:300]!r}")
        return seconds, json.loads(told)


def judges(app: Flask, entries: int, *, said: Callable[[int], Row]) -> list[Judge]:
    """Return the clients, signed in to `app`: `said` is what the session says of each."""
    made = []
    every = range(PER_ENTRY, (entries + 1) * PER_ENTRY)
    for number in range(1, CLIENTS + 1):
        with app.test_request_context():
            session.update(said(number))
            token = generate_csrf()
            signer: Any = app.session_interface
            cookie = signer.get_signing_serializer(app).dumps(dict(session))
        headers = {
            "Cookie": f"session={cookie}",
            "X-CSRFToken": token,
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        own = [one for one in every if judge_of(one) == number]
        made.append(Judge(number, headers, own, Random(number)))  # noqa: S311 - made-up marks
    return made


@dataclass
class Contender:
    """A server and those who use it."""

    name: str
    app: str
    environment: Mapping[str, str]
    port: int
    judges: Sequence[Judge]
    save: Callable[[Judge, http.client.HTTPConnection], float]
    medians: list[float] = field(default_factory=list)

    def turn(self) -> float:
        """Let all save at once; return the median."""
        taken: list[float] = []
        threads = [threading.Thread(target=self._run, args=(judge, taken)) for judge in self.judges]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if len(taken) < CLIENTS * REQUESTS:
            sys.exit(f"{self.name}: a client gave up")
        return statistics.median(taken)

    def _run(self, judge: Judge, taken: list[float]) -> None:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=60)
        taken.extend([self.save(judge, connection) for _ in range(REQUESTS)])
        connection.close()


# --- servers -------------------------------------------------------------------------------------


@contextmanager
def served(app: str, port: int, environment: Mapping[str, str]) -> Iterator[None]:
    """Serve an application as `podium serve` does."""
    command = web_server(app, host=LOOPBACK, port=port)
    process = subprocess.Popen(command, env=os.environ | environment)
    try:
        _wait_for(port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"the server on port {port} did not start")
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            connection.close()
    sys.exit(f"the server on port {port} does not answer")


def environment(folder: str, database_url: str) -> dict[str, str]:
    """Return the settings of a site in production."""
    return {
        "PODIUM_ENV": "production",
        "SECRET_KEY": "for-this-measurement-only-and-long-enough",
        "PUBLIC_URL": "https://podium.example",
        "MAIL_URL": "smtp://127.0.0.1:25",
        "DATA_DIR": folder,
        "DATABASE_URL": database_url,
    }


def contenders(urls: Mapping[int, str], folder: str, ports: Iterator[int]) -> list[Contender]:
    """Return who is measured: the least beside the smallest contest, and Podium for each size."""
    made = []
    for entries, url in urls.items():
        engine = make_engine(url)
        fill(engine, entries)
        engine.dispose()
        names = environment(folder, url)
        app = create_app(Settings(**{name.lower(): value for name, value in names.items()}))  # type: ignore[arg-type] # texts, as from the environment
        signed = judges(
            app,
            entries,
            said=lambda number: {"_user_id": uniquifier(number), "_fresh": True, "fs_cc": "set"},
        )
        title = f"{entries:,} entries"
        made.append(Contender(title, "wsgi:app", names, next(ports), signed, Judge.save))
    names = environment(folder, urls[SIZES[0]])
    os.environ |= {name: names[name] for name in ("SECRET_KEY", "DATABASE_URL")}
    signed = judges(minimal.create_app(), SIZES[0], said=lambda number: {"person": number})
    factory = "bench.minimal:create_app()"
    least = Contender("the least", factory, names, next(ports), signed, Judge.save_least)
    return [least, *made]


def measure(measured: Sequence[Contender]) -> None:
    """Let all contenders take turns; the first of each start, which fills caches, is left out."""
    for _ in range(STARTS):
        with ExitStack() as running:
            for one in measured:
                running.enter_context(served(one.app, one.port, one.environment))
                one.turn()
            for _ in range(TURNS):
                for one in measured:
                    one.medians.append(one.turn())


def report(title: str, measured: Sequence[Contender]) -> None:
    """Print the medians of the turns, and what they are to each other."""
    least, small, large = (statistics.median(one.medians) for one in measured)
    table(
        [title, "p50", "beside the least", "beside 200 entries"],
        [
            ["the least: session, token, read, upsert", milliseconds(least), "1.00", ""],
            [measured[1].name, milliseconds(small), ratio(small, least, MOST[0]), "1.00"],
            [
                measured[2].name,
                milliseconds(large),
                ratio(large, least, MOST[0]),
                ratio(large, small, MOST[1]),
            ],
        ],
    )


def ratio(seconds: float, others: float, most: float) -> str:
    """Return "1.23 (at most 1.5)"."""
    return f"{seconds / others:.2f} (at most {most:g})"


def main() -> None:
    """Measure both databases, one after the other."""
    ports = iter(range(18_410, 18_450))
    with tempfile.TemporaryDirectory(prefix="podium-bench-") as folder, ExitStack() as databases:
        both = {
            "SQLite": {size: f"sqlite:///{folder}/podium-{size}.sqlite3" for size in SIZES},
            "PostgreSQL": {
                size: databases.enter_context(postgres.database(durable=True)) for size in SIZES
            },
        }
        for title, urls in both.items():
            measured = contenders(urls, folder, ports)
            measure(measured)
            report(f"{title}, {CLIENTS} clients", measured)


if __name__ == "__main__":
    main()
