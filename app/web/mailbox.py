"""The mails this server wrote into its folder, to be read in the browser; in development only."""

import email.policy
import re
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Flask, render_template, url_for

from app import mail
from app.authz import Permission, permission
from app.errors import NotFoundError
from app.settings import Settings

blueprint = Blueprint("mailbox", __name__, url_prefix="/dev/mail")

NEWEST = 200
_LINK = re.compile(r"(https?://[^\s<>\"]+)")


class Letter(NamedTuple):
    """One mail as the page shows it; `parts` are its text's pieces, every second one a link."""

    name: str
    subject: str
    to: str
    at: datetime
    parts: list[str]


def init_app(app: Flask, settings: Settings) -> None:
    """Show the mails where this is a developer's server, and tell every page where."""
    app.context_processor(
        lambda: {"dev_mail_url": url_for("mailbox.index") if settings.development else None}
    )
    if settings.development:
        app.register_blueprint(blueprint)


@blueprint.get("")
@permission(Permission.DEVELOP)
def index() -> str:
    """List the mails, newest first."""
    folder = mail.folder()
    found = sorted(folder.glob("*.eml"), reverse=True)[:NEWEST] if folder else []
    return render_template("dev/mails.html", letters=[_read(path) for path in found])


@blueprint.get("/<name>")
@permission(Permission.DEVELOP)
def letter(name: str) -> str:
    """Show one mail, its links as links."""
    folder = mail.folder()
    path = folder / name if folder else None
    # The route takes no slash, and a name that is no mail's is nothing.
    if path is None or path.suffix != ".eml" or not path.is_file():
        raise NotFoundError
    return render_template("dev/mail.html", letter=_read(path))


def _read(path: Path) -> Letter:
    parsed = BytesParser(EmailMessage, policy=email.policy.default).parsebytes(path.read_bytes())
    return Letter(
        name=path.name,
        subject=str(parsed["Subject"]),
        to=str(parsed["To"]),
        at=parsed["Date"].datetime,
        parts=_LINK.split(parsed.get_content()),
    )
