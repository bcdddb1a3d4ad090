"""What acts on a round refuse: once it was opened, and once it is closed."""

from app.errors import N_, ClosedError
from judging.models import Round
from judging.states import RoundState


def check_not_closed(round_: Round) -> None:
    """Raise ClosedError once a round is closed or final."""
    if round_.state.is_over:
        raise ClosedError(
            N_("This round is closed, so that what was asked of the judges stays as it was."),
            code="round-closed",
        )


def check_planned(round_: Round) -> None:
    """Raise ClosedError once a round was opened."""
    if round_.state is not RoundState.PLANNED:
        raise ClosedError(
            N_("This round was opened, so that its place and its entries stay as they were."),
            code="round-opened",
        )
