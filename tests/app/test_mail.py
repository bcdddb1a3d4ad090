"""Mails: kept with the work that caused them, delivered after it, tried again, then forgotten."""

import re
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import ChainableUndefined
from sqlalchemy import select
from sqlalchemy.orm import Session
from typing_extensions import override

from app import mail
from app.errors import UnavailableError
from app.jobs import run_sweeps
from app.mail import ATTEMPTS, MailState, OutgoingMail
from app.settings import Settings
from app.transaction import transaction
from app.web import absolute_url
from tests.conftest import Clock, Outbox
from tests.factories import NOW

TO = "amina@example.org"


def write(session: Session, subject: str = "Hello", body: str = "Good day.") -> OutgoingMail:
    mail.send_text(session, to=TO, subject=subject, body=body, now=NOW)
    return session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc())).first()  # type: ignore[return-value]


@contextmanager
def transport(app: Flask, url: str) -> Iterator[None]:
    before: Settings = app.extensions["podium.settings"]
    app.extensions["podium.settings"] = before.model_copy(update={"mail_url": url})
    yield
    app.extensions["podium.settings"] = before


def test_a_mail_is_delivered_and_its_text_forgotten(session: Session, outbox: Outbox) -> None:
    row = write(session, "Grüße 🌾", "Ein Link: http://127.0.0.1/x\n" + "long " * 500)
    [delivered] = outbox(TO)
    assert delivered["Subject"] == "Grüße 🌾"
    assert "long " * 500 in delivered.get_content().replace("\n", " ")
    assert delivered["From"] == "Podium <podium@localhost>"
    assert delivered["Message-ID"]
    assert (row.state, row.body, row.attempts) == (MailState.SENT, None, 1)
    assert row.sent_at is not None


def test_mails_of_one_instant_are_all_kept_in_their_order(
    session: Session, outbox: Outbox, clock: Clock
) -> None:
    del clock
    for number in range(5):
        write(session, f"Number {number}")
    assert [one["Subject"] for one in outbox()] == [f"Number {number}" for number in range(5)]


def test_what_is_rolled_back_is_not_mailed(app: Flask, outbox: Outbox) -> None:
    def fail() -> None:
        with app.app_context(), transaction() as own:
            write(own)
            message = "a bug"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError):
        fail()
    assert outbox() == []


@pytest.mark.parametrize(
    "subject", ["one\r\nBcc: everybody@example.org", "one\nBcc: x", "\tone\x0b two  ", "x" * 1000]
)
def test_a_subject_is_one_header(session: Session, outbox: Outbox, subject: str) -> None:
    write(session, subject)
    [delivered] = outbox()
    assert delivered["Bcc"] is None
    assert len(delivered.get_all("Subject") or []) == 1


def test_a_header_that_no_mail_may_have_ends_as_failed(
    app: Flask, session: Session, clock: Clock, outbox: Outbox
) -> None:
    mail.send_text(
        session, to="x@example.org\r\nBcc: y@example.org", subject="x", body="x", now=NOW
    )
    write(session, "A good one")
    for _try in range(ATTEMPTS):
        assert [one["Subject"] for one in outbox()] == ["A good one"]
        clock.advance(days=1)
        run_sweeps(clock())
    states = session.scalars(select(OutgoingMail.state).order_by(OutgoingMail.id)).all()
    assert states == [MailState.FAILED, MailState.SENT]
    assert app.extensions["podium.settings"].mail_url.startswith("folder:")


def test_a_server_that_is_away_is_tried_later_and_later(
    app: Flask, session: Session, clock: Clock, drain: Callable[[], int]
) -> None:
    row = write(session)
    with transport(app, "smtp://127.0.0.1:1"):
        drain()
        waits: list[timedelta] = []
        while row.state is MailState.QUEUED and len(waits) < 2 * ATTEMPTS:
            assert row.retry_at is not None
            waits.append(row.retry_at - clock())
            # Nothing happens before it is due.
            due, attempts = row.retry_at, row.attempts
            clock.advance(seconds=1)
            session.commit()
            mail.deliver(row.id)
            session.refresh(row)
            assert row.attempts == attempts
            clock.set(due)
            session.commit()
            run_sweeps(clock())
            session.refresh(row)
    assert row.state is MailState.FAILED
    assert row.attempts == ATTEMPTS
    assert waits == [timedelta(minutes=2**n) for n in range(1, ATTEMPTS)]
    assert row.body == "Good day."


def test_the_sweep_finds_what_the_queue_forgot(
    app: Flask, session: Session, clock: Clock, settings: Settings
) -> None:
    write(session)
    session.commit()
    app.extensions["podium.queue"].huey.flush()
    run_sweeps(clock.advance(seconds=30))
    folder = settings.data_dir / "mail"
    assert not list(folder.glob("*.eml"))
    run_sweeps(clock.advance(minutes=2))
    assert len(list(folder.glob("*.eml"))) == 1
    run_sweeps(clock.advance(minutes=2))
    assert len(list(folder.glob("*.eml"))) == 1


class _Server(socketserver.StreamRequestHandler):
    """A mail server that takes everything, one line at a time."""

    received: list[str]

    @override
    def handle(self) -> None:
        """Speak SMTP."""
        self._say("220 ready")
        data = False
        for raw in self.rfile:
            line = raw.decode().rstrip("\r\n")
            self.received.append(line)
            if data:
                data = line != "."
                if not data:
                    self._say("250 taken")
            elif line.upper().startswith("EHLO"):
                self._say("250-mail.example\r\n250 AUTH PLAIN")
            elif line.upper() == "DATA":
                data = True
                self._say("354 go on")
            elif line.upper() == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("235 known" if line.startswith("AUTH") else "250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


def test_a_mail_server_is_spoken_to(app: Flask, session: Session, drain: Callable[[], int]) -> None:
    received: list[str] = []
    handler = type("Handler", (_Server,), {"received": received})
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        with transport(app, f"smtp://us%40er:pass@127.0.0.1:{server.server_address[1]}"):
            mail.check()
            row = write(session)
            drain()
        server.shutdown()
        thread.join()
    assert row.state is MailState.SENT
    assert f"rcpt TO:<{TO}>" in received
    assert "Subject: Hello" in received
    assert any(line.startswith("AUTH PLAIN") for line in received)


def test_the_check_says_whether_mail_can_leave(
    app: Flask, session: Session, tmp_path: Path
) -> None:
    del session
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        nobody = f"smtp://127.0.0.1:{probe.getsockname()[1]}"
    for url in (nobody, "smtps://127.0.0.1:1", "folder:///proc/nowhere"):
        with transport(app, url), pytest.raises(UnavailableError):
            mail.check()
    with transport(app, f"folder://{tmp_path}/new%20folder"):
        mail.check()
    assert (tmp_path / "new folder").is_dir()


def test_a_mail_is_written_without_a_request(app: Flask, session: Session, outbox: Outbox) -> None:
    mail.send(session, to=TO, subject="Signed", template="base", now=NOW, name="Amina")
    text = outbox(TO)[0].get_content()
    assert text.lstrip().startswith("Dear Amina,")
    assert "\nPodium\n" in text
    assert absolute_url("security.login") == (
        app.extensions["podium.settings"].public_url + "/login"
    )


TEMPLATES = Path(__file__).parents[2] / "templates"
MAILS = [
    path.relative_to(TEMPLATES).as_posix()
    for folder in ("email", "security/email")
    for path in sorted((TEMPLATES / folder).glob("*.txt"))
    if path.name != "base.txt"
]


@pytest.mark.parametrize("name", MAILS)
def test_one_blank_line_parts_a_mail_from_its_closing(app: Flask, name: str) -> None:
    environment = app.jinja_env.overlay(undefined=ChainableUndefined)
    with app.app_context():
        text = environment.get_template(name).render(
            count=1, waiting=1, url="https://x", forum=None, absolute_url=absolute_url
        )
    assert re.search(r"[^\n]\n\n(With kind regards,|Podium)\n", text), text
