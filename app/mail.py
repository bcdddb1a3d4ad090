"""Mail: rendered at once, kept in an outbox row, delivered by the worker.

The row is written in the transaction that caused the mail, so that nobody is told of what was
rolled back. Its text is erased once delivered: sign-in links do not stay in the database.
"""

import logging
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app
from sqlalchemy import CheckConstraint, String, Text, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base, enum_column
from app.errors import UnavailableError
from app.jobs import enqueue, job, sweep
from app.settings import Settings
from app.transaction import transaction

log = logging.getLogger(__name__)

ATTEMPTS = 8
SMTP_SECONDS = 20


class MailState(StrEnum):
    """Where an outgoing mail stands."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class OutgoingMail(Base):
    """One mail to one person."""

    __tablename__ = "outgoing_mails"
    __table_args__ = (
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
        CheckConstraint("(state = 'sent') = (body IS NULL)", name="sent_has_no_body"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str | None] = mapped_column(Text)
    state: Mapped[MailState] = mapped_column(enum_column(MailState), default=MailState.QUEUED)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    retry_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]


def send(
    session: Session, *, to: str, subject: str, template: str, now: datetime, **context: Any
) -> None:
    """Queue `email/<template>.txt`, rendered with `context`, for delivery after the commit.

    Templates extend `email/base.txt`, which greets `name` and signs for `forum` where given.
    """
    # Not `render_template`: a mail has no request, and nothing of the sender's page belongs in it.
    body = current_app.jinja_env.get_template(f"email/{template}.txt").render(
        {"forum": None, "name": ""} | context
    )
    send_text(session, to=to, subject=subject, body=body, now=now)


def send_text(session: Session, *, to: str, subject: str, body: str, now: datetime) -> None:
    """Queue a mail whose text is already written."""
    # A line break in a title must not become a second header.
    mail = OutgoingMail(
        recipient=to, subject=" ".join(subject.split())[:300], body=body, created_at=now
    )
    session.add(mail)
    session.flush()
    enqueue(session, "mail.deliver", mail.id)


@job("mail.deliver")
def deliver(mail_id: int) -> None:
    """Hand one queued mail to the transport; a failure is tried again, later and later.

    No transaction is open meanwhile: a slow mail server must not hold up SQLite's other writers.
    """
    now = clock.now()
    mail = _take(mail_id, now)
    if mail is None:
        return
    try:
        _transmit(_message(mail, now), f"{now:%Y%m%dT%H%M%S%f}-{mail.id:09d}")
    # ValueError: a header that no mail may have; later attempts end in `failed`, as they should.
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("mail %s: attempt %s failed: %s", mail.id, mail.attempts, error)
        if mail.attempts >= ATTEMPTS:
            _settle(mail_id, state=MailState.FAILED)
    else:
        _settle(mail_id, state=MailState.SENT, sent_at=now, body=None)


def _take(mail_id: int, now: datetime) -> OutgoingMail | None:
    """Return a mail that is due, and keep everybody else from it until its next attempt."""
    with transaction() as session:
        mail = session.get(OutgoingMail, mail_id, with_for_update=True)
        if mail is None or mail.state is not MailState.QUEUED:
            return None
        if mail.retry_at is not None and mail.retry_at > now:
            return None
        mail.attempts += 1
        mail.retry_at = now + timedelta(minutes=2**mail.attempts)
        return mail


def _settle(mail_id: int, **columns: Any) -> None:
    with transaction() as session:
        session.execute(update(OutgoingMail).where(OutgoingMail.id == mail_id).values(**columns))


@sweep
def deliver_waiting(now: datetime) -> None:
    """Try again what is still queued after a minute, or whose next attempt is due."""
    with transaction() as session:
        due = or_(
            OutgoingMail.retry_at <= now,
            OutgoingMail.retry_at.is_(None)
            & (OutgoingMail.created_at < now - timedelta(minutes=1)),
        )
        waiting = session.scalars(
            select(OutgoingMail.id).where(OutgoingMail.state == MailState.QUEUED, due).limit(500)
        ).all()
    for mail_id in waiting:
        deliver(mail_id)


def _message(mail: OutgoingMail, now: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"] = _settings().mail_from
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=urlsplit(_settings().public_url).hostname)
    message.set_content(mail.body or "")
    return message


def _settings() -> Settings:
    settings: Settings = current_app.extensions["podium.settings"]
    return settings


def folder() -> Path | None:
    """Return the folder that mails are written to, or None where they are sent."""
    url = urlsplit(_settings().mail_url)
    return Path(unquote(url.path)) if url.scheme == "folder" else None


def _transmit(message: EmailMessage, name: str) -> None:
    place = folder()
    if place is not None:
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{name}.eml").write_bytes(message.as_bytes())
        return
    with _smtp() as server:
        server.send_message(message)


@contextmanager
def _smtp() -> Iterator[smtplib.SMTP]:
    url = urlsplit(_settings().mail_url)
    host = url.hostname or "localhost"
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=SMTP_SECONDS)
    else:
        server = smtplib.SMTP(host, url.port or 25, timeout=SMTP_SECONDS)
    with server:
        server.ehlo()
        if url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls()
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
        yield server


def check() -> None:
    """Raise UnavailableError unless the transport answers."""
    place = folder()
    try:
        if place is not None:
            place.mkdir(parents=True, exist_ok=True)
        else:
            with _smtp():
                pass
    except (OSError, smtplib.SMTPException) as error:
        raise UnavailableError(str(error)) from error
