"""Signing in by an e-mailed link, and one's own account; the other pages are Flask-Security's."""

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock
from app.accounts import queries, service
from app.accounts.forms import AccountForm, LinkForm
from app.accounts.limits import limit_guesses, limit_mails
from app.accounts.onward import wish
from app.authz import Permission, permission
from app.errors import GoneError
from app.transaction import current_session
from app.web import (
    current_actor,
    remember_language,
    render_message,
)

blueprint = Blueprint("accounts", __name__)
BLUEPRINTS: tuple[Blueprint, ...] = (blueprint,)


@blueprint.route("/login/link", methods=["GET", "POST"])
@permission(Permission.READ_PUBLIC)
@limit_mails
def send_link() -> Response:
    """Mail a sign-in link to whoever asks for one to their own address."""
    form = LinkForm()
    if form.validate_on_submit():
        service.send_sign_in_link(
            current_session(), email=form.email.data, destination=form.next.data
        )
        flash(
            _(
                "If %(email)s has an account here, a sign-in link is on its way. It works once,"
                " within an hour.",
                email=form.email.data,
            ),
            "info",
        )
        return redirect(url_for("security.login", next=form.next.data or None), 303)
    return _ask_for_link(form, 422 if form.errors else 200)


@blueprint.get("/login/link/<token>")
@permission(Permission.READ_PUBLIC)
def open_link(token: str) -> Response:
    """Ask before the link is used up: mail servers look into links too, and press no button."""
    try:
        owner = service.get_link_owner(current_session(), token=token)
    except GoneError as error:
        return _ask_for_link(LinkForm(), 410, render_message(error))
    return make_response(render_template("accounts/open_link.html", owner=owner, token=token))


@blueprint.post("/login/link/<token>")
@permission(Permission.READ_PUBLIC)
@limit_guesses
def use_link(token: str) -> Response:
    """Sign the link's owner in; the link is worth nothing afterwards."""
    try:
        destination = service.use_sign_in_link(
            current_session(), token=token, remember="remember" in request.form
        )
    except GoneError as error:
        return _ask_for_link(LinkForm(formdata=None), 410, render_message(error))
    return redirect(wish(destination) or url_for(".land"), 303)


@blueprint.get("/login/onward")
@permission(Permission.READ_PUBLIC)
def land() -> Response:
    """Lead whoever signed in without saying where to to the page where their work waits."""
    # Only now, a request later, is the actor the one who signed in.
    return redirect(current_app.extensions["podium.landing"](current_actor()), 303)


def _ask_for_link(form: LinkForm, status: int, fault: str | None = None) -> Response:
    page = render_template("accounts/send_link.html", form=form, fault=fault)
    return make_response(page, status)


@blueprint.route("/account", methods=["GET", "POST"])
@permission(Permission.ENTER)
def account() -> Response:
    """Show and keep what one says of oneself."""
    user = queries.get_user(current_session(), current_actor().user_id or 0)
    form = AccountForm(user)
    if not form.validate_on_submit():
        page = render_template("accounts/account.html", form=form, user=user)
        return make_response(page, 422 if form.errors else 200)
    locale = form.locale.data if form.locale else user.locale
    service.update_profile(
        current_session(),
        user=user,
        name=form.name.data,
        organisation=form.organisation.data or "",
        country=form.country.data,
        zone=form.zone.data,
        locale=locale,
        now=clock.now(),
    )
    flash(_("Your account is saved."), "success")
    response = redirect(url_for("accounts.account"), 303)
    if locale:
        remember_language(response, locale)
    return response
