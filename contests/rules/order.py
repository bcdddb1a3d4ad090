"""The order in which a forum shows its contests."""

from datetime import datetime

from contests.rules.window import Phase, Window, phase


def order_key(window: Window, announced_at: datetime | None, now: datetime) -> tuple[int, float]:
    """Return what sorts contests by what a reader can still do about them.

    Open ones first, the soonest deadline in front; then what opens next; then what is being judged;
    then what is announced. Of the last two kinds the latest comes first.
    """
    if announced_at is not None:
        return (3, -announced_at.timestamp())
    at = phase(window, now)
    if at is Phase.OPEN:
        return (0, window.closes_at.timestamp())
    if at is Phase.UPCOMING:
        return (1, window.opens_at.timestamp())
    return (2, -window.closes_at.timestamp())
