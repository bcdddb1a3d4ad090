"""What was done about a round, as the audit keeps it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor
from judging.models import Round


def record(
    session: Session,
    round_: Round,
    *,
    actor: Actor,
    verb: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
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
