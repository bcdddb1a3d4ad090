"""Times as a clock on the wall shows them, which is how forms take them, checked for their zone."""

from datetime import UTC, datetime

from flask_babel import gettext as _
from wtforms.validators import ValidationError

from app.web.zones import in_zone, known_zones, local_instant

WALL_CLOCK = "%Y-%m-%dT%H:%M"
"""The format of a datetime-local field."""

_YEARS = range(2000, 2100)


def wall_time(instant: datetime, zone: str) -> datetime:
    """Return what the clocks of `zone` show, as a datetime-local field takes it."""
    return in_zone(instant, zone).replace(tzinfo=None, second=0, microsecond=0)


def check_wall_time(wall: datetime | None, zone: str) -> None:
    """Raise ValidationError for a time that clocks of `zone` never show: summer time skips some."""
    if wall is None or zone not in known_zones():
        return  # said elsewhere, at its own field
    if wall.year not in _YEARS:
        raise ValidationError(_("Choose a year from 2000 to 2099."))
    if wall_time(local_instant(wall, zone).astimezone(UTC), zone) != wall:
        raise ValidationError(_("The clocks of this zone skip this hour when summer time begins."))
