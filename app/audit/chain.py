"""The chain's rows, its head, and what the digest of a row is taken over."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

GENESIS = "0" * 64


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
    return digest_of(
        event.previous, event.at, [event.actor_id, event.verb, event.subject, event.details]
    )


def digest_of(previous: str, at: datetime, rest: list[Any]) -> str:
    """Return the digest of an act: its instant and the rest of it, behind `previous`."""
    return hashlib.sha256(canonical([previous, moment(at), *rest]).encode()).hexdigest()


def canonical(content: list[Any]) -> str:
    """Return the one way to write this as JSON."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def moment(at: datetime) -> str:
    """Return the one way to write an instant."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
