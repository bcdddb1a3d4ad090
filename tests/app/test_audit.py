"""The record of who did what: append-only, and a change in it shows."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app import audit
from app.audit import AuditEvent
from app.authz import ANYBODY, Actor
from app.transaction import transaction
from tests.factories import NOW


def three(session: Session) -> list[AuditEvent]:
    return [
        audit.record(
            session,
            actor=Actor(user_id=number),
            verb="entry.submit",
            subject=f"entry:{number}",
            now=NOW,
            details={"title": "Zoë's “harvest” 🌾", "number": number, "none": None},
        )
        for number in (1, 2, 3)
    ]


def test_each_act_is_chained_to_the_one_before(session: Session) -> None:
    first, second, third = three(session)
    assert first.previous == audit.GENESIS
    assert (second.previous, third.previous) == (first.digest, second.digest)
    session.commit()
    session.expire_all()
    assert audit.first_break(session) is None
    assert first.details == {"title": "Zoë's “harvest” 🌾", "number": 1, "none": None}


def test_an_empty_record_is_whole(session: Session) -> None:
    assert audit.first_break(session) is None


@pytest.mark.parametrize(
    "column",
    [
        {"verb": "entry.withdraw"},
        {"subject": "entry:9"},
        {"actor_id": 9},
        {"at": NOW + timedelta(seconds=1)},
        {"details": {}},
        {"digest": "f" * 64},
    ],
    ids=lambda column: next(iter(column)),
)
def test_a_changed_act_breaks_the_chain_there(session: Session, column: dict[str, object]) -> None:
    _first, second, _third = three(session)
    session.execute(update(AuditEvent).where(AuditEvent.id == second.id).values(**column))
    session.expire_all()
    assert audit.first_break(session) == second.id


def test_a_missing_act_breaks_the_chain_at_the_next(session: Session) -> None:
    _first, second, third = three(session)
    session.execute(delete(AuditEvent).where(AuditEvent.id == second.id))
    session.expire_all()
    assert audit.first_break(session) == third.id


def test_the_same_instant_has_one_digest_in_every_zone(session: Session) -> None:
    elsewhere = datetime(2025, 3, 10, 15, 0, tzinfo=timezone(timedelta(hours=3)))
    act = audit.record(session, actor=ANYBODY, verb="a.b", subject="c:1", now=elsewhere)
    session.commit()
    session.expire_all()
    assert act.at == datetime(2025, 3, 10, 12, 0, tzinfo=UTC)
    assert audit.first_break(session) is None


def test_acts_at_the_same_moment_form_one_chain(app: Flask, session: Session) -> None:
    def act(number: int) -> None:
        with app.app_context(), transaction() as own:
            audit.record(own, actor=ANYBODY, verb="a.b", subject=f"c:{number}", now=NOW)

    acts: Callable[[int], None] = act
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(acts, range(12)))
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 12
    assert audit.first_break(session) is None
