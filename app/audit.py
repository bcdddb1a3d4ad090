"""An append-only, hash-chained record of who did what; a changed or missing row breaks it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.authz import Actor
from app.db import Base

GENESIS = "0" * 64
_CHAIN_LOCK = 0x506F6469756D  # "Podium": one advisory lock orders PostgreSQL's appenders


class AuditEvent(Base):
    """One act; `digest` covers its content and the digest of the act before it."""

    __tablename__ = "audit_events"
    __table_args__ = (Index("ix_audit_events_subject", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[int | None]
    verb: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(80))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base):
    """The chain's newest act, and how many there are: without it a cut-off end would not show."""

    __tablename__ = "audit_heads"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    events: Mapped[int]


def event_digest(event: AuditEvent) -> str:
    """Return the SHA-256 over an event's canonical JSON and its predecessor's digest."""
    content = [
        event.previous,
        event.at.astimezone(UTC).isoformat(timespec="microseconds"),
        event.actor_id,
        event.verb,
        event.subject,
        event.details,
    ]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def first_break(session: Session) -> int | None:
    """Return the id of the first act that is not as it was recorded, or None where all are.

    A row that was taken out shows in the one after it; the newest rows only a copy could prove.
    """
    previous = GENESIS
    for event in session.scalars(select(AuditEvent).order_by(AuditEvent.id)).yield_per(1000):
        if event.previous != previous or event.digest != event_digest(event):
            return event.id
        previous = event.digest
    return None


def record(
    session: Session,
    *,
    actor: Actor,
    verb: str,
    subject: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Append one act to the chain; `subject` reads like `entry:42`, `verb` like `entry.submit`."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})
    newest = select(AuditEvent.digest).order_by(AuditEvent.id.desc()).limit(1)
    event = AuditEvent(
        at=now,
        actor_id=actor.user_id,
        verb=verb,
        subject=subject,
        details=dict(details or {}),
        previous=session.scalar(newest) or GENESIS,
    )
    event.digest = event_digest(event)
    session.add(event)
    session.flush()
    return event
