"""Appending to the chain; whoever does holds its head until the end of the transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Connection, Row, String, bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.audit.chain import GENESIS, AuditEvent, AuditHead, canonical, digest_of, moment
from app.authz import Actor
from app.db import LAST, UtcDateTime, table_of

_HEAD = 1


def record(
    session: Session,
    *,
    actor: Actor,
    verb: str,
    subject: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append one act to the chain; `subject` reads like `entry:42`, `verb` like `entry.submit`."""
    # What the act is about has its number before the act; rows and not objects, for speed.
    session.flush()
    known = dict(details or {})
    act = {"at": now, "actor_id": actor.user_id, "verb": verb, "subject": subject, "details": known}
    said = [actor.user_id, verb, subject, known]
    last = session.info.get(LAST)
    if last is not None:
        last.append((_AT_ONCE, act | {"rest": canonical([moment(now), *said])[1:]}))
        return
    connection = session.connection()
    newest = _lock_head(connection)
    number = newest.event_id + 1
    digest = digest_of(newest.digest, now, said)
    connection.execute(_APPEND, act | {"id": number, "previous": newest.digest, "digest": digest})
    connection.execute(
        _MOVE_HEAD, {"event_id": number, "digest": digest, "events": newest.events + 1}
    )


def _lock_head(connection: Connection) -> Row[int, str, int]:
    """Return the newest act's id and digest; nobody else appends before this transaction ends."""
    head = connection.execute(_LOCK_HEAD).one_or_none()
    if head is None:
        # The very first act; of two at the same moment the second waits here for the first.
        is_postgres = connection.dialect.name == "postgresql"
        begin = postgresql.insert if is_postgres else sqlite.insert
        none_yet = {"id": _HEAD, "event_id": 0, "digest": GENESIS, "events": 0}
        connection.execute(begin(AuditHead).values(none_yet).on_conflict_do_nothing())
        head = connection.execute(_LOCK_HEAD).one()
    return head


_HEADS = table_of(AuditHead)
_LOCK_HEAD = (
    select(_HEADS.c.event_id, _HEADS.c.digest, _HEADS.c.events)
    .where(_HEADS.c.id == _HEAD)
    .with_for_update()
)
_MOVE_HEAD = update(_HEADS).where(_HEADS.c.id == _HEAD)
_APPEND = insert(table_of(AuditEvent))
# PostgreSQL's way in one statement. The digest is that of `digest_of`: `:rest` is its content after
# the one before it, which only the locked head knows.
_AT_ONCE = text("""
    WITH head AS MATERIALIZED (
        SELECT event_id, digest, events FROM audit_heads WHERE id = 1 FOR UPDATE
    ), newest AS (
        SELECT * FROM head
        UNION ALL SELECT 0, CAST(:genesis AS varchar), 0 WHERE NOT EXISTS (SELECT FROM head)
    ), act AS (
        INSERT INTO audit_events (id, at, actor_id, verb, subject, details, previous, digest)
        SELECT event_id + 1, CAST(:at AS timestamptz), CAST(:actor_id AS integer),
            CAST(:verb AS varchar), CAST(:subject AS varchar), CAST(:details AS json), digest,
            encode(sha256(convert_to('["' || digest || '",' || CAST(:rest AS text), 'UTF8')), 'hex')
        FROM newest
        RETURNING id, digest
    )
    INSERT INTO audit_heads (id, event_id, digest, events)
    SELECT 1, act.id, act.digest, newest.events + 1 FROM act, newest
    ON CONFLICT (id) DO UPDATE
    SET event_id = excluded.event_id, digest = excluded.digest, events = excluded.events
""").bindparams(
    bindparam("details", type_=JSON),
    bindparam("at", type_=UtcDateTime),
    bindparam("genesis", value=GENESIS, type_=String),
)
