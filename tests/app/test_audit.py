"""The record of who did what: append-only, and whatever is changed in it is named."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import audit
from app.audit import AuditEvent, AuditHead, verifying
from app.authz import ANYBODY, Actor
from app.transaction import at_once, current_session, roll_back_request, transaction
from tests.database import settle
from tests.factories import NOW
from tests.queries import counted


def acts(session: Session, number: int) -> None:
    for each in range(1, number + 1):
        audit.record(
            session,
            actor=Actor(user_id=each),
            verb="entry.submit",
            subject=f"entry:{each}",
            now=NOW + timedelta(seconds=each),
            details={"title": "Zoë's “harvest” 🌾", "number": each, "none": None},
        )


def faults(session: Session) -> list[tuple[str, dict[str, object]]]:
    session.flush()
    session.expire_all()
    found = list(audit.verify(session))
    assert all("%(" not in str(fault) for fault in found)
    return [(fault.kind.value, dict(fault.params)) for fault in found]


def head(session: Session) -> tuple[int, str, int]:
    session.expire_all()
    row = session.scalars(select(AuditHead)).one()
    return row.event_id, row.digest, row.events


def change(session: Session, row: int, **values: Any) -> None:
    session.execute(
        update(AuditEvent).where(AuditEvent.id == row).values(**values),
        execution_options={"synchronize_session": False},
    )


def remove(session: Session, *rows: int) -> None:
    session.execute(
        delete(AuditEvent).where(AuditEvent.id.in_(rows)),
        execution_options={"synchronize_session": False},
    )


def stored(session: Session) -> list[dict[str, Any]]:
    """Return the rows as a forger would copy them."""
    columns = AuditEvent.__table__.columns
    rows = session.execute(select(*columns).order_by(AuditEvent.id)).mappings()
    return [dict(row) for row in rows]


def write(session: Session, rows: list[dict[str, Any]]) -> None:
    """Put these rows in the place of all."""
    session.execute(delete(AuditEvent), execution_options={"synchronize_session": False})
    session.execute(insert(AuditEvent), rows)


def digested(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"digest": audit.event_digest(AuditEvent(**row))}


# --- appending --------------------------------------------------------------------------------


def test_each_act_is_chained_to_the_one_before(session: Session) -> None:
    acts(session, 3)
    first, second, third = session.scalars(select(AuditEvent).order_by(AuditEvent.id))
    assert first.previous == audit.GENESIS
    assert (second.previous, third.previous) == (first.digest, second.digest)
    assert [act.id for act in (first, second, third)] == [1, 2, 3]
    assert head(session) == (3, third.digest, 3)
    session.commit()
    assert faults(session) == []
    assert first.details == {"title": "Zoë's “harvest” 🌾", "number": 1, "none": None}


def test_an_empty_record_is_whole(session: Session) -> None:
    assert faults(session) == []


def test_what_is_rolled_back_leaves_no_gap(app: Flask, session: Session) -> None:
    acts(session, 2)
    settle(app)
    acts(session, 3)
    session.rollback()
    acts(session, 1)
    assert [row["id"] for row in stored(session)] == [1, 2, 3]
    assert faults(session) == []


def test_the_same_instant_has_one_digest_in_every_zone(session: Session) -> None:
    elsewhere = datetime(2025, 3, 10, 15, 0, tzinfo=timezone(timedelta(hours=3)))
    audit.record(session, actor=ANYBODY, verb="a.b", subject="c:1", now=elsewhere)
    session.commit()
    assert session.scalars(select(AuditEvent.at)).one() == datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
    assert faults(session) == []


@pytest.mark.parametrize("before", [0, 3])
def test_acts_at_the_same_moment_form_one_chain(app: Flask, session: Session, before: int) -> None:
    acts(session, before)
    settle(app)

    def act(number: int) -> None:
        with app.app_context(), transaction() as own:
            for _twice in range(2):
                audit.record(own, actor=ANYBODY, verb="a.b", subject=f"c:{number}", now=NOW)

    each: Callable[[int], None] = act
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(each, range(12)))
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 24 + before
    assert faults(session) == []
    assert head(session)[::2] == (24 + before, 24 + before)


@pytest.mark.parametrize("before", [0, 3])
def test_acts_that_go_with_the_commit_form_the_same_chain(
    app: Flask, session: Session, before: int
) -> None:
    acts(session, before)
    settle(app)

    def act(number: int) -> None:
        with app.test_request_context(method="POST"), at_once():
            for said in ("Zürich", 'a "word"'):
                record = partial(audit.record, current_session(), actor=ANYBODY, now=NOW)
                record(verb="a.b", subject=f"c:{number}", details={"said": said})

    act(0)
    each: Callable[[int], None] = act
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(each, range(1, 12)))
    assert faults(session) == []
    assert head(session)[::2] == (24 + before, 24 + before)


def test_an_act_that_fails_before_its_commit_is_none(app: Flask, session: Session) -> None:
    def act() -> None:
        with at_once():
            audit.record(current_session(), actor=ANYBODY, verb="a.b", subject="c:1", now=NOW)
            raise TimeoutError

    with app.test_request_context(method="POST"):
        with pytest.raises(TimeoutError):
            act()
        roll_back_request()
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 0
    assert faults(session) == []


def test_a_database_that_ends_before_the_commit_is_one_that_does_not_answer(
    app: Flask, session: Session
) -> None:
    if session.get_bind().dialect.name != "postgresql":
        pytest.skip("SQLite has no server to end")

    def act() -> None:
        with at_once():
            own = current_session()
            audit.record(own, actor=ANYBODY, verb="a.b", subject="c:1", now=NOW)
            backend = own.scalar(text("SELECT pg_backend_pid()"))
            session.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": backend})

    with app.test_request_context(method="POST"):
        with pytest.raises(OperationalError):
            act()
        roll_back_request()
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 0


def test_an_act_takes_three_statements_at_most(app: Flask, session: Session) -> None:
    acts(session, 1)
    with counted(app) as statements:
        acts(session, 1)
    assert len(statements) <= 3, "\n".join(statements)


# --- what somebody changes --------------------------------------------------------------------


@pytest.mark.parametrize("row", [1, 2, 3])
@pytest.mark.parametrize(
    "column",
    [
        {"verb": "entry.withdraw"},
        {"subject": "entry:9"},
        {"actor_id": 9},
        {"actor_id": None},
        {"at": NOW + timedelta(days=1)},
        {"details": {}},
        {"details": ["no", "object"]},
        {"digest": "f" * 64},
        {"previous": "e" * 64},
    ],
    ids=lambda column: next(iter(column)),
)
def test_an_altered_row_is_named_and_no_other(
    session: Session, column: dict[str, object], row: int
) -> None:
    acts(session, 3)
    change(session, row, **column)
    assert faults(session) == [("altered", {"row": row})]


@pytest.mark.parametrize("assignment", ["at = 'noon'", "details = '{'", "verb = X'FF00'"])
def test_what_cannot_be_read_any_more_was_altered(session: Session, assignment: str) -> None:
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes no instant that is none, and no JSON that is none")
    acts(session, 3)
    session.execute(text(f"UPDATE audit_events SET {assignment} WHERE id = 2"))  # noqa: S608 - a test's own
    assert faults(session) == [("altered", {"row": 2})]


def test_a_row_that_was_written_anew_with_its_digest_is_named(session: Session) -> None:
    acts(session, 4)
    rows = stored(session)
    rows[1] = digested(rows[1] | {"actor_id": 9})
    write(session, rows)
    assert faults(session) == [("altered", {"last": 2, "next": 3, "count": 0})]


def test_the_newest_row_written_anew_is_not_what_the_head_remembers(session: Session) -> None:
    acts(session, 3)
    rows = stored(session)
    rows[2] = digested(rows[2] | {"actor_id": 9})
    write(session, rows)
    assert faults(session) == [("rewritten", {"row": 3, "count": 3, "events": 3})]


@pytest.mark.parametrize(
    ("gone", "expected"),
    [
        ([1], {"next": 2}),
        ([1, 2], {"next": 3}),
        ([2], {"last": 1, "next": 3, "count": 1}),
        ([2, 3, 4], {"last": 1, "next": 5, "count": 3}),
    ],
)
def test_rows_that_were_taken_out_are_named(
    session: Session, gone: list[int], expected: dict[str, object]
) -> None:
    acts(session, 6)
    remove(session, *gone)
    assert faults(session) == [("removed", expected)]


def test_two_gaps_are_two_faults(session: Session) -> None:
    acts(session, 8)
    remove(session, 2, 5, 6)
    assert faults(session) == [
        ("removed", {"last": 1, "next": 3, "count": 1}),
        ("removed", {"last": 4, "next": 7, "count": 2}),
    ]


@pytest.mark.parametrize(("kept", "first"), [(4, 5), (3, 4), (0, 1)])
def test_a_cut_off_end_is_named(session: Session, kept: int, first: int) -> None:
    acts(session, 5)
    remove(session, *range(kept + 1, 6))
    assert faults(session) == [("removed", {"first": first, "last": 5})]
    # And it does not heal: what is recorded next says what it was recorded after.
    acts(session, 1)
    gap = {"last": kept, "next": 6, "count": 5 - kept} if kept else {"next": 6}
    assert faults(session) == [("removed", gap)]


def forged(after: dict[str, Any], **values: Any) -> dict[str, Any]:
    row = {"verb": "entry.forge", "details": {}, "previous": after["digest"]} | values
    return digested(after | row)


def test_rows_behind_the_newest_are_named(session: Session) -> None:
    acts(session, 3)
    rows = stored(session)
    rows.append(forged(rows[-1], id=4))
    rows.append(forged(rows[-1], id=5))
    write(session, rows)
    assert faults(session) == [("inserted", {"row": 3, "last": 5})]
    rows[3:] = [forged(rows[2], id=4, previous="a" * 64)]
    write(session, rows)
    assert faults(session) == [("inserted", {"row": 3, "last": 4})]


def made_room(rows: list[dict[str, Any]], at: int) -> list[dict[str, Any]]:
    """Return the rows with one more number before the row at `at`, which a forger fills."""
    return [row | {"id": row["id"] + (row["id"] >= at)} for row in rows]


def test_a_row_that_was_put_between_is_named(session: Session) -> None:
    acts(session, 5)
    rows = made_room(stored(session), 3)
    rows.insert(2, forged(rows[1], id=3, previous="a" * 64))
    write(session, rows)
    assert faults(session) == [("inserted", {"row": 3})]


def test_a_whole_forged_piece_is_named(session: Session) -> None:
    acts(session, 5)
    rows = made_room(made_room(made_room(stored(session), 3), 3), 3)
    piece = [forged(rows[1], id=3, previous="a" * 64)]
    piece.append(forged(piece[-1], id=4))
    piece.append(forged(piece[-1], id=5))
    rows[2:2] = piece
    write(session, rows)
    assert faults(session) == [("inserted", {"row": row}) for row in (3, 4, 5)]


def test_a_row_put_between_and_linked_is_named(session: Session) -> None:
    acts(session, 5)
    rows = made_room(stored(session), 3)
    rows.insert(2, forged(rows[1], id=3))
    rows[3]["previous"] = rows[2]["digest"]
    write(session, rows)
    assert faults(session) == [("inserted", {"row": 3, "next": 4})]


def test_a_row_put_between_and_linked_with_new_digests_shows_where_the_forger_stopped(
    session: Session,
) -> None:
    acts(session, 6)
    rows = made_room(stored(session), 3)
    rows.insert(2, forged(rows[1], id=3))
    rows[3] = digested(rows[3] | {"previous": rows[2]["digest"]})
    rows[4] = digested(rows[4] | {"previous": rows[3]["digest"]})
    write(session, rows)
    assert faults(session) == [("altered", {"last": 5, "next": 6, "count": 0})]


def test_a_chain_forged_to_its_end_is_not_the_one_the_head_remembers(session: Session) -> None:
    acts(session, 5)
    rows = made_room(stored(session), 3)
    rows.insert(2, forged(rows[1], id=3))
    for place in range(3, len(rows)):
        rows[place] = digested(rows[place] | {"previous": rows[place - 1]["digest"]})
    write(session, rows)
    assert faults(session) == [("rewritten", {"row": 6, "count": 6, "events": 5})]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (2, 3, [{"row": 2, "after": 3}]),
        (1, 2, [{"row": 1, "after": 2}]),
        (5, 6, [{"row": 5, "after": 6}]),
        (2, 5, [{"row": 5, "after": 1}, {"row": 2, "after": 4}]),
        (1, 6, [{"row": 6, "after": 0}, {"row": 1, "after": 5}]),
    ],
)
def test_exchanged_rows_are_named(
    session: Session, one: int, other: int, expected: list[dict[str, object]]
) -> None:
    acts(session, 6)
    rows = stored(session)
    rows[one - 1]["id"], rows[other - 1]["id"] = other, one
    write(session, rows)
    assert faults(session) == [("moved", params) for params in expected]


def test_several_changes_are_each_named(session: Session) -> None:
    acts(session, 12)
    change(session, 2, verb="x.y")
    remove(session, 5, 12)
    change(session, 8, details={"number": 0})
    assert faults(session) == [
        ("altered", {"row": 2}),
        ("removed", {"last": 4, "next": 6, "count": 1}),
        ("altered", {"row": 8}),
        ("removed", {"first": 12, "last": 12}),
    ]


def test_the_head_itself_is_watched(session: Session) -> None:
    acts(session, 3)
    session.execute(update(AuditHead).values(events=9))
    assert faults(session) == [("head", {"events": 9, "count": 3})]
    session.execute(update(AuditHead).values(events=3, digest="a" * 64))
    assert faults(session) == [("rewritten", {"row": 3, "count": 3, "events": 3})]
    session.execute(delete(AuditHead))
    assert faults(session) == [("head", {})]


def test_rows_are_read_a_part_at_a_time(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "_PART", 4)
    acts(session, 10)
    settle(app)
    with counted(app) as statements:
        assert faults(session) == []
    # Four parts, the head, whether there is more, and whether the chain goes on elsewhere.
    assert len(statements) == 4 + 3
    rows = stored(session)
    rows[1]["id"], rows[8]["id"] = 9, 2
    write(session, rows)
    assert faults(session) == [("moved", {"row": 9, "after": 1}), ("moved", {"row": 2, "after": 8})]


def test_what_is_recorded_during_the_walk_belongs_to_it(app: Flask, session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("SQLite's reader sees one moment")
    acts(session, 3)
    change(session, 2, verb="x.y")
    settle(app)
    walk = audit.verify(session)
    assert next(walk).params == {"row": 2}
    with app.app_context(), transaction() as own:
        audit.record(own, actor=ANYBODY, verb="a.b", subject="c:1", now=NOW)
    assert list(walk) == []


@hypothesis(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_whatever_one_row_suffers_something_near_it_is_named(
    session: Session, data: st.DataObject
) -> None:
    """Alter, remove, insert or move one row anywhere: there is a fault, and not a flood of them."""
    session.execute(delete(AuditHead))
    session.execute(delete(AuditEvent), execution_options={"synchronize_session": False})
    session.expunge_all()
    acts(session, 9)
    assert faults(session) == []
    rows = stored(session)
    at = data.draw(st.integers(0, 8))
    match data.draw(st.sampled_from(["alter", "digest", "remove", "insert", "swap"])):
        case "alter":
            rows[at]["verb"] = "x.y"
        case "digest":
            rows[at] = digested(rows[at] | {"verb": "x.y"})
        case "remove":
            del rows[at]
        case "insert":
            rows = made_room(rows, at + 1)
            rows.insert(at, forged(rows[at], id=at + 1, previous="a" * 64))
        case _:
            other = data.draw(st.integers(0, 8).filter(lambda place: place != at))
            rows[at]["id"], rows[other]["id"] = rows[other]["id"], rows[at]["id"]
    write(session, rows)
    assert 1 <= len(faults(session)) <= 2
