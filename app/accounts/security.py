"""Flask-Security, fitted to our session, our mail, our words and our templates."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask, flash, render_template
from flask_babel import gettext as _
from flask_login.utils import _user_context_processor
from flask_security import MailUtil, Security, SQLAlchemySessionUserDatastore, logout_user
from flask_security.mail_util import EmailValidateException
from flask_wtf import FlaskForm
from typing_extensions import override
from werkzeug.local import LocalProxy
from werkzeug.wrappers import Response

from app import clock
from app.accounts import limits, onward
from app.accounts.addresses import normal_address
from app.accounts.forms import ChangeForm, ConfirmForm, ForgotForm, RegisterForm, SignInForm
from app.accounts.models import Role, User
from app.accounts.words import Words
from app.errors import InvalidError, SignInRequiredError
from app.mail import send_text
from app.settings import Settings
from app.transaction import current_session
from app.web import absolute_url, render_message


class Datastore(SQLAlchemySessionUserDatastore):
    """Flask-Security's store on the request's session; the request's edge is what commits."""

    @override
    def commit(self) -> None:
        """Flush only: the transaction belongs to the request."""
        self.db.session.flush()

    @override
    def put(self, model: Any) -> Any:
        """Keep a person or role, and when that was."""
        if isinstance(model, User):
            model.update_datetime = clock.now()
            model.create_datetime = model.create_datetime or model.update_datetime
        return super().put(model)  # type: ignore[no-untyped-call] # its own has no types


class Mail(MailUtil):
    """Flask-Security's mails go the way of all others: through the outbox."""

    @override
    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Queue a rendered mail in this request's transaction."""
        send_text(
            current_session(),
            to=str(recipient),
            subject=str(subject),
            body=body or "",
            now=clock.now(),
        )

    @override
    def normalize(self, email: str) -> str:
        """Return an address in its one spelling."""
        try:
            return normal_address(email)
        except InvalidError as error:
            raise EmailValidateException(render_message(error)) from error

    @override
    def validate(self, email: str) -> str:
        """Return an address in its one spelling; whether it exists, the mail to it will show."""
        return self.normalize(email)


def init_app(app: Flask, settings: Settings) -> None:
    """Set up registration, confirmation, sign-in and recovery."""
    app.config.update(
        REMEMBER_COOKIE_DURATION=timedelta(days=30),
        SECURITY_PASSWORD_SALT=settings.secret_key,
        SECURITY_PASSWORD_LENGTH_MIN=10,
        SECURITY_PASSWORD_CONFIRM_REQUIRED=False,
        SECURITY_REGISTERABLE=True,
        SECURITY_CONFIRMABLE=True,
        SECURITY_RECOVERABLE=True,
        SECURITY_CHANGEABLE=True,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_CONFIRM_EMAIL_WITHIN=timedelta(days=5),
        SECURITY_RESET_PASSWORD_WITHIN=timedelta(hours=4),
        # Who has no password yet proves again who they are before they choose one.
        SECURITY_FRESHNESS=timedelta(hours=1),
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_POST_LOGIN_VIEW="accounts.land",
        SECURITY_POST_REGISTER_VIEW=".login",
        SECURITY_POST_CHANGE_VIEW="accounts.account",
        SECURITY_EMAIL_HTML=False,
        SECURITY_DATETIME_FACTORY=_now,
        # The command for people is `podium user`.
        SECURITY_CLI_USERS_NAME="",
        SECURITY_CLI_ROLES_NAME="",
        SECURITY_STATIC_FOLDER=None,
    )
    session: Any = LocalProxy(current_session)
    security = Security(
        app,
        Datastore(session, User, Role),
        login_form=SignInForm,
        register_form=RegisterForm,
        forgot_password_form=ForgotForm,
        send_confirmation_form=ConfirmForm,
        change_password_form=ChangeForm,
        mail_util_cls=Mail,
        render_template=_render,
    )
    # Pages show the `actor`; Flask-Login would load the person once more for every template.
    app.template_context_processors[None].remove(_user_context_processor)
    # We ask no one's permissions there, and a picture or a part of an upload must ask no database.
    security.principal.identity_loaders.clear()
    security.i18n_domain = Words(app)  # type: ignore[no-untyped-call] # its own has no types
    security.want_json(lambda _request: False)
    security.unauthn_handler(_ask_to_sign_in)
    security.reauthn_handler(_ask_to_sign_in_again)
    security.mail_context_processor(lambda: {"absolute_url": absolute_url})
    limits.init_app(app)
    onward.init_app(app)


def _now() -> datetime:
    return clock.now()


def _render(template: str, **context: Any) -> Any:
    """Render one of Flask-Security's pages; a form that was refused is a 422, as everywhere."""
    page = render_template(template, **context)
    refused = any(isinstance(form, FlaskForm) and form.errors for form in context.values())
    return (page, 422) if refused else page


def _ask_to_sign_in(*_args: object, **_kwargs: object) -> Response:
    raise SignInRequiredError


def _ask_to_sign_in_again(*_limits: object) -> Response:
    logout_user()
    flash(_("Sign in once more first: this page wants to be sure that it is you."), "info")
    raise SignInRequiredError
