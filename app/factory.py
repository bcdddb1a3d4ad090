"""The composition root: the one place that knows every room and puts them together."""

import gc
import sys
from pathlib import Path

import click
from flask import Flask, url_for
from flask.cli import FlaskGroup
from flask_babel import lazy_gettext as _l
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

import contests.tasks
import contests.views
import judging.tasks
import judging.views
import media.tasks
import media.upkeep
import media.views
from app import cli, jobs, transaction, web
from app.accounts import queries as accounts_queries
from app.accounts import security
from app.accounts import views as accounts_views
from app.authz import Actor
from app.cli.recount import recount_command
from app.db import make_engine
from app.settings import Settings, SettingsError, load_settings
from app.web import NavItem
from judging.queries.results import announcement_times, commitments
from judging.queries.rubric import criteria_of
from judging.views.cards import announced_cards
from judging.views.judge import sits_on_panel
from media.stores import store_from_url

ROOT = Path(__file__).resolve().parent.parent

NAVIGATION: tuple[NavItem, ...] = (
    NavItem(_l("Contests"), "contests.forum", lambda _actor: True),
    NavItem(_l("My entries"), "entrant.my", lambda actor: actor.is_authenticated),
    NavItem(_l("Judge's desk"), "judge.desk", sits_on_panel),
    NavItem(_l("Manage"), "organiser.index", lambda actor: actor.is_organiser),
)
ACCOUNT_NAVIGATION: tuple[NavItem, ...] = (
    NavItem(_l("Your account"), "accounts.account", lambda actor: actor.is_authenticated),
)

MANAGE_TABS = (
    (_l("Set-up"), "organiser.setup"),
    (_l("Entries"), "organiser.entries"),
    (_l("Panel"), "judging_organiser.panel"),
    (_l("Rounds"), "judging_organiser.rounds"),
    (_l("Results"), "judging_organiser.results"),
    (_l("Announce"), "judging_organiser.announce"),
    (_l("Audit"), "judging_organiser.audit"),
)
"""The organiser's pages of one contest: label and endpoint, which takes its slug."""


def create_app(settings: Settings) -> Flask:
    """Return the whole application for `settings`; nothing outside the process is touched yet."""
    app = _flask(settings)
    app.extensions["podium.settings"] = settings
    app.extensions["podium.store"] = store = store_from_url(settings.store_url)
    # First, so that the commit is the last thing before an answer leaves.
    transaction.init_app(app, make_engine(settings.database_url))
    jobs.init_app(app, settings.jobs_url)
    CSRFProtect(app)
    web.init_app(
        app,
        settings,
        load_actor=accounts_queries.load_actor,
        navigation=NAVIGATION,
        account_navigation=ACCOUNT_NAVIGATION,
        sends_to=store.browser_origin(),
    )
    security.init_app(app, settings)
    # What the contests' pages show of judging, which stands above them and which they do not know.
    app.extensions["podium.manage_tabs"] = MANAGE_TABS
    app.extensions["podium.winners_of"] = announced_cards
    app.extensions["podium.announced_at"] = announcement_times
    app.extensions["podium.criteria_of"] = criteria_of
    app.extensions["podium.commitments"] = commitments
    app.extensions["podium.landing"] = _landing
    app.extensions["podium.demo_sign_ins"] = (
        cli.demo.sign_ins if settings.development else lambda _session: ()
    )
    for room in (accounts_views, media.views, contests.views, judging.views):
        for blueprint in room.BLUEPRINTS:
            app.register_blueprint(blueprint)
    cli.init_app(app)
    return app


def spare_collector() -> None:
    """Keep the garbage collector from what stays, as a server does once its application is there.

    Looking through it again and again would be half of a large page. So does a page of 10,000
    entries stay until it is made: hundreds of looks at it would find nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000)


def _landing(actor: Actor) -> str:
    """Return the page where somebody's work waits, by which they begin once signed in."""
    if actor.is_organiser:
        return url_for("organiser.index")
    return url_for("judge.desk" if sits_on_panel(actor) else "contests.forum")


def _flask(settings: Settings) -> Flask:
    app = Flask(
        "app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "app/static")
    )
    app.jinja_options = {"undefined": StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    app.config.update(
        SECRET_KEY=settings.secret_key,
        DEBUG=settings.debug,
        SESSION_COOKIE_SECURE=settings.production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.production,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        # A form may stay open for an evening; its token lives as long as the session.
        WTF_CSRF_TIME_LIMIT=None,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=365 * 24 * 3600,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "translations"),
    )
    return app


def main() -> None:
    """Run the `podium` command."""
    group = FlaskGroup(
        create_app=lambda: create_app(_settings()),
        add_default_commands=False,
        add_version_option=False,
        load_dotenv=False,
        help="Run the contests of a virtual forum.",
    )
    group.add_command(recount_command)  # to the group: it needs no application and no settings
    group()


def _settings() -> Settings:
    try:
        return load_settings()
    except SettingsError as error:
        click.echo(f"Podium cannot start with these settings:\n{error}", err=True)
        sys.exit(2)
