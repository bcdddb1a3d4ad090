"""The edge: HTTP in and out. Permissions, answers to errors, headers, language and zone, pages."""

from collections.abc import Callable

from flask import Flask

from app.authz import Actor
from app.settings import Settings
from app.web import answers, bodies, gate, headers, language, limits, mailbox, pages, probes, zones
from app.web.answers import status_of
from app.web.bodies import takes_files
from app.web.forms import Form
from app.web.gate import current_actor
from app.web.language import languages, remember_language, render_message
from app.web.limits import limiter
from app.web.pages import NavItem, Page, absolute_url, local_path, wants_json
from app.web.text import markdown
from app.web.zones import (
    browser_zone,
    format_clock,
    format_instant,
    in_zone,
    instant_twice,
    known_zones,
    local_instant,
    reader_zone,
    zone_city,
)

__all__ = [
    "Form",
    "NavItem",
    "Page",
    "absolute_url",
    "browser_zone",
    "current_actor",
    "format_clock",
    "format_instant",
    "in_zone",
    "init_app",
    "instant_twice",
    "known_zones",
    "languages",
    "limiter",
    "local_instant",
    "local_path",
    "markdown",
    "reader_zone",
    "remember_language",
    "render_message",
    "status_of",
    "takes_files",
    "wants_json",
    "zone_city",
]


def init_app(
    app: Flask,
    settings: Settings,
    *,
    load_actor: Callable[[], Actor],
    navigation: tuple[NavItem, ...],
    account_navigation: tuple[NavItem, ...],
    sends_to: str | None,
) -> None:
    """Put the edge round an application.

    The composition root says who asks, what it links, and where its pages send files, if not here.
    """
    bodies.init_app(app)
    language.init_app(app)
    zones.init_app(app)
    headers.init_app(app, settings, sends_to=sends_to)
    limits.init_app(app, settings)
    gate.init_app(app, load_actor)
    answers.init_app(app)
    pages.init_app(app, navigation, account_navigation)
    probes.init_app(app)
    mailbox.init_app(app, settings)
