"""Instants in words: always in the contest's zone, and in the reader's own where it is known."""

from datetime import datetime
from functools import cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import format_skeleton, format_timedelta, get_timezone_location
from flask import Flask, has_request_context, request
from flask_babel import get_locale, gettext

from app import clock
from app.web.gate import current_actor

COOKIE = "tz"


def init_app(app: Flask) -> None:
    """Give templates the time filters and the reader's zone."""
    app.jinja_env.filters.update(
        in_zone=in_zone,
        format_instant=format_instant,
        format_clock=format_clock,
        zone_city=zone_city,
        relative_time=relative_time,
    )
    app.context_processor(lambda: {"reader_zone": reader_zone(), "now": clock.now()})


@cache
def known_zones() -> frozenset[str]:
    """Return the names of all zones, for validating cookies and forms."""
    return frozenset(available_timezones())


def reader_zone() -> str | None:
    """Return the reader's zone: from their account, else from the browser's cookie."""
    chosen = current_actor().zone or browser_zone()
    return chosen if chosen in known_zones() else None


def browser_zone() -> str | None:
    """Return the zone that the browser says it is in."""
    chosen = unquote(request.cookies.get(COOKIE, ""))
    return chosen if chosen in known_zones() else None


def in_zone(instant: datetime, zone: str) -> datetime:
    """Return `instant` as the clocks of `zone` show it."""
    return instant.astimezone(ZoneInfo(zone))


def local_instant(wall: datetime, zone: str) -> datetime:
    """Return the instant at which the clocks of `zone` show the naive time `wall`."""
    return wall.replace(tzinfo=ZoneInfo(zone))


def format_instant(instant: datetime, zone: str = "UTC") -> str:
    """Return "Fri, 14 Mar 2025, 23:00" in the reader's language and the clocks of `zone`."""
    locale = get_locale()
    there = in_zone(instant, zone)
    # `there` is aware: Babel would turn it back to UTC, so it gets the wall's own reading.
    day = format_skeleton("yMMMEd", there.replace(tzinfo=None), locale=locale)
    return f"{day}, {format_clock(instant, zone)}" + (" UTC" if zone == "UTC" else "")


def format_clock(instant: datetime, zone: str) -> str:
    """Return "23:00"."""
    return f"{in_zone(instant, zone):%H:%M}"


def zone_city(zone: str) -> str:
    """Return the city a zone is named after, in the reader's language; nothing for UTC."""
    if zone == "UTC":
        return ""
    city: str = get_timezone_location(zone, locale=get_locale(), return_city=True)
    return city


def instant_twice(instant: datetime, zone: str, own_zone: str | None = None) -> str:
    """Return "Fri, 14 Mar 2025, 23:00 Zurich (19:00 your time)", as plain text.

    `own_zone` is whose time "your time" is; without it, the reader's, where somebody reads.
    """
    own = own_zone or (reader_zone() if has_request_context() else None)
    there = f"{format_instant(instant, zone)} {zone_city(zone)}".rstrip()
    if own is None or own == zone:
        return there
    same_day = in_zone(instant, own).date() == in_zone(instant, zone).date()
    here = format_clock(instant, own) if same_day else format_instant(instant, own)
    both: str = gettext("%(there)s (%(here)s your time)", there=there, here=here)
    return both


def relative_time(instant: datetime) -> str:
    """Return "in 3 days" or "2 hours ago"."""
    return format_timedelta(
        instant - clock.now(), add_direction=True, threshold=1.2, locale=get_locale()
    )
