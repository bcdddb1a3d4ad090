"""The time in which entries are accepted, and what an instant means against it."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from app.errors import N_, ClosedError, InvalidError


class Phase(StrEnum):
    """Where an instant lies relative to a window."""

    UPCOMING = "upcoming"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Window:
    """The time in which entries are accepted: from `opens_at` on, and before `closes_at`.

    `zone` is the one in which its instants are told to people.
    Raises InvalidError when it would close before it opens, ValueError for a naive instant.
    """

    opens_at: datetime
    closes_at: datetime
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.opens_at.tzinfo is None or self.closes_at.tzinfo is None:
            message = "a window's instants carry their zone"
            raise ValueError(message)
        if self.opens_at >= self.closes_at:
            raise InvalidError(
                N_("The closing time must come after the opening time."),
                field="closes_at",
                code="closes-before-it-opens",
            )


def is_open(window: Window, now: datetime, pass_until: datetime | None = None) -> bool:
    """Tell whether an entry may be written at `now`; a late pass moves one person's close.

    A pass never opens a contest early, and one that ends before the close takes nothing away.
    """
    return window.opens_at <= now < _close(window, pass_until)


def phase(window: Window, now: datetime) -> Phase:
    """Tell where `now` lies for the public, who know of no late passes."""
    if now < window.opens_at:
        return Phase.UPCOMING
    return Phase.OPEN if now < window.closes_at else Phase.CLOSED


def check_open(window: Window, now: datetime, pass_until: datetime | None = None) -> None:
    """Refuse a write outside the window, kindly and exactly.

    Raises ClosedError "not-open-yet" or "closed"; its parameters `opens_at` and `closes_at` are
    datetimes for the edge to format in the window's `zone`, `closes_at` with the late pass taken
    into account.
    """
    if is_open(window, now, pass_until):
        return
    params: dict[str, object] = {
        "opens_at": window.opens_at,
        "closes_at": _close(window, pass_until),
        "zone": window.zone,
    }
    if now < window.opens_at:
        raise ClosedError(
            N_("This contest takes entries from %(opens_at)s on. Please come back then."),
            code="not-open-yet",
            **params,
        )
    raise ClosedError(
        N_(
            "This contest closed at %(closes_at)s, so this change was not made. "
            "What you submitted before then is safe and stands as it was."
        ),
        code="closed",
        **params,
    )


def is_midnight(closes_at: datetime, zone: tzinfo) -> bool:
    """Tell whether people in `zone` would read this deadline as midnight, and so as the wrong day.

    The nearest minute decides: 00:00 and 23:59:59 ("24:00") are midnight, 23:59 is not.
    """
    local = (closes_at + timedelta(seconds=30)).astimezone(zone)
    return (local.hour, local.minute) == (0, 0)


def _close(window: Window, pass_until: datetime | None) -> datetime:
    return window.closes_at if pass_until is None else max(window.closes_at, pass_until)
