"""When the public may see a contest and its entries."""

from datetime import datetime

from contests.rules.window import Phase, Window, phase
from contests.states import ContestState

_OVER = frozenset({ContestState.ANNOUNCED, ContestState.ARCHIVED})


def is_announced(state: ContestState) -> bool:
    """Tell whether the winners are public."""
    return state in _OVER


def gallery_is_open(
    *, state: ContestState, window: Window, at_announcement: bool, now: datetime
) -> bool:
    """Tell whether the entries are public.

    Never while entries may still change: what others sent would steer the later ones. After the
    close at once, or with the announcement where `at_announcement` says so.
    """
    if is_announced(state):
        return True
    if state is ContestState.DRAFT or at_announcement:
        return False
    return phase(window, now) is Phase.CLOSED
