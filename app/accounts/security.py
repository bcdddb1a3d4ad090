"""Flask-Security, fitted to our session, our mail and our templates."""

from typing import Any

from flask import Flask
from flask_security import Security, SQLAlchemySessionUserDatastore
from typing_extensions import override
from werkzeug.local import LocalProxy

from app.accounts.models import Role, User
from app.settings import Settings
from app.transaction import current_session


class Datastore(SQLAlchemySessionUserDatastore):
    """Flask-Security's store on the request's session; the request's edge is what commits."""

    @override
    def commit(self) -> None:
        """Flush only: the transaction belongs to the request."""
        self.db.session.flush()


def init_app(app: Flask, settings: Settings) -> None:
    """Set up registration, confirmation, sign-in and recovery."""
    app.config.update(
        SECURITY_PASSWORD_HASH="argon2",
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_REGISTERABLE=True,
        SECURITY_SEND_REGISTER_EMAIL=False,
    )
    session: Any = LocalProxy(current_session)
    app.extensions["podium.users"] = Datastore(session, User, Role)
    Security(app, app.extensions["podium.users"])
