"""What every act on a round shares: its line in the audit, and the refusal once it is closed."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor
from app.errors import N_, ClosedError
from judging.models import Round
from judging.states import RoundState


def record(
    session: Session,
    round_: Round,
    *,
    actor: Actor,
    verb: str,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Append what was done about a round to the audit."""
    audit.record(
        session,
        actor=actor,
        verb=f"round.{verb}",
        subject=f"round:{round_.id}",
        now=now,
        details=details,
    )


def rubric_of(round_: Round) -> dict[str, list[int]]:
    """Return what a round's marks count by, as acts keep it: each criterion's by its key."""
    return {
        row.key: [row.weight, row.minimum, row.maximum, row.step_hundredths]
        for row in round_.criteria
    }


def check_not_closed(round_: Round) -> None:
    """Raise ClosedError once a round is closed or final."""
    if round_.state in {RoundState.CLOSED, RoundState.FINAL}:
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
