"""Appending to the chain; whoever does holds its head until the end of the transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Connection, Row, bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.audit.chain import GENESIS, AuditEvent, AuditHead, canonical, digest_of, moment
from app.authz import Actor
from app.db import UtcDateTime, table_of

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
    connection = session.connection()
    known = dict(details or {})
    act = {"at": now, "actor_id": actor.user_id, "verb": verb, "subject": subject, "details": known}
    if connection.dialect.name == "postgresql":
        rest = canonical([moment(now), actor.user_id, verb, subject, known])[1:]
        _append_at_once(connection, act | {"rest": rest})
        return
    newest = _lock_head(connection)
    number = newest.event_id + 1
    digest = digest_of(newest.digest, now, [actor.user_id, verb, subject, known])
    connection.execute(_APPEND, act | {"id": number, "previous": newest.digest, "digest": digest})
    connection.execute(
        _MOVE_HEAD, {"event_id": number, "digest": digest, "events": newest.events + 1}
    )


def _append_at_once(connection: Connection, act: Mapping[str, Any]) -> None:
    """Append to PostgreSQL's chain in one statement.

    All who write wait for the head, so that each turn to the server while it is held would be
    waited for by everybody; SQLite's writers are alone anyway, and no server is far.
    """
    if connection.execute(_AT_ONCE, act).first() is None:
        _lock_head(connection)  # which makes it
        connection.execute(_AT_ONCE, act)


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
# The digest is that of `digest_of`: `:rest` is its content after the one before it, which only the
# locked head knows.
_AT_ONCE = text("""
    WITH head AS MATERIALIZED (
        SELECT event_id, digest FROM audit_heads WHERE id = 1 FOR UPDATE
    ), act AS (
        INSERT INTO audit_events (id, at, actor_id, verb, subject, details, previous, digest)
        SELECT event_id + 1, CAST(:at AS timestamptz), CAST(:actor_id AS integer),
            CAST(:verb AS varchar), CAST(:subject AS varchar), CAST(:details AS json), digest,
            encode(sha256(convert_to('["' || digest || '",' || CAST(:rest AS text), 'UTF8')), 'hex')
        FROM head
        RETURNING id, digest
    )
    UPDATE audit_heads SET event_id = act.id, digest = act.digest, events = events + 1
    FROM act WHERE audit_heads.id = 1
    RETURNING audit_heads.event_id
""").bindparams(bindparam("details", type_=JSON), bindparam("at", type_=UtcDateTime))
