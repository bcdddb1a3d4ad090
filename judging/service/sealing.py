"""The sealed result: what the announcement publishes, and the commitment to it beforehand.

Whoever keeps the digest that was public before the ceremony can tell afterwards that the result was
not changed in between; before it, the digest says nothing, as nobody knows the salt.

What was announced holds the digest of what was not: where the winners stood, how it was counted and
why a choice departs from the standings. An organiser can hand that text to whoever audits.
"""

import hashlib
import secrets
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from app.authz import Actor
from app.errors import N_, ConflictError, NotFoundError
from contests.models import Contest
from judging.bundle import digests
from judging.decision import commitment, digest, sealed_text
from judging.models import Decision, Round, Winner
from judging.queries import results as queries
from judging.ranking import RungKind, Step
from judging.service import decisions
from judging.service.counting import Count, count
from judging.service.exporting import files_of, pseudonyms
from judging.states import DecisionState

SALT_BYTES: Final = 32


def seal(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> Decision:
    """Seal the confirmed result as it is now, and make its digest public; a second time, nothing.

    Raises ConflictError "not-confirmed", InvalidError where the decision no longer is whole.
    """
    round_, decision = decisions.hold(session, contest)
    if decision.commitment is not None:
        return decision
    if decision.state is not DecisionState.CONFIRMED:
        raise ConflictError(
            N_("Only winners that are confirmed, and not announced yet, can be committed to."),
            code="not-confirmed",
        )
    decisions.check_stands(session, round_=round_, decision=decision)
    decision.withheld = withhold(session, contest=contest, round_=round_, decision=decision)
    sealed = snapshot(contest, decision)
    salt = secrets.token_hex(SALT_BYTES)
    decision.sealed, decision.commitment_salt = sealed, salt
    decision.commitment, decision.committed_at = commitment(salt, sealed), now
    details = {"commitment": decision.commitment}
    decisions.record(session, contest, actor=actor, verb="commit", now=now, details=details)
    return decision


def snapshot(contest: Contest, decision: Decision) -> dict[str, Any]:
    """Return all that is published of a result: what the winners' page says, and no standings.

    `withheld` is the digest of what stays with the organisers.
    """
    return {
        "contest": {"slug": contest.slug, "title": contest.title, "kind": contest.kind.value},
        "two_people": decision.two_people,
        "winners": [_published(winner) for winner in decision.winners],
        "withheld": hashlib.sha256((decision.withheld or "").encode()).hexdigest(),
    }


def withhold(session: Session, *, contest: Contest, round_: Round, decision: Decision) -> str:
    """Return what a result rests on: a salt of its own, a line feed, canonical JSON.

    Exact numbers are text. `bundle` is the digest of all that was counted: that of the canonical
    JSON of the bundle's digests by file, without the manifest and the decision.
    """
    counted = count(session, round_)
    names = pseudonyms(session, contest)
    resting = {
        "method": {
            "kind": round_.kind.value,
            "name": round_.method.value,
            "drop": round_.drop_count,
            "places": contest.winners,
            "ladder": [
                f"chair:{names.get(rung.argument, '')}"
                if rung.kind is RungKind.CHAIR
                else f"{rung.kind}:{rung.argument}".rstrip(":")
                for rung in counted.ladder
            ],
        },
        "rubric": [
            {
                "key": criterion.key,
                "title": criterion.title,
                "weight": criterion.weight,
                "minimum": criterion.minimum,
                "maximum": criterion.maximum,
                "step": str(criterion.step),
            }
            for criterion in round_.criteria
        ],
        "reasons": {str(w.entry.number): w.reason for w in decision.winners if w.reason},
        **_standings(counted, {winner.entry.number for winner in decision.winners}),
        "entries": len(counted.entries),
        "bundle": digest(digests(files_of(session, contest))),
    }
    return sealed_text(secrets.token_hex(SALT_BYTES), resting)


def withheld_of(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> str:
    """Return the withheld text for an auditor, and note who took it; NotFoundError without one."""
    text = queries.get_decision(session, contest).withheld
    if text is None:
        raise NotFoundError
    decisions.record(session, contest, actor=actor, verb="take-withheld", now=now)
    return text


def _published(winner: Winner) -> dict[str, Any]:
    said = queries.published(winner.entry, winner.place, winner.citation)
    return {
        "place": said.place,
        "entry_id": winner.entry_id,
        "number": said.number,
        "title": said.title,
        "by": said.by,
        "country": said.country,
        "alt": said.alt,
        "citation": said.citation,
    }


def _standings(counted: Count, winners: set[int | None]) -> dict[str, Any]:
    """Return where the winners stand, and which rungs told them from one another."""
    ranking = counted.ranking()
    return {
        "standings": [
            {
                "place": row.place,
                "number": row.entry,
                "score": None if row.score is None else str(row.score),
                "tied": row.tied,
                "ballots": row.judges,
            }
            for row in ranking.standings
            if row.entry in winners
        ],
        "steps": [_step(step) for step in ranking.steps if _among(step) <= winners],
    }


def _among(step: Step[int]) -> set[int]:
    return {entry for group in step.groups for entry in group}


def _step(step: Step[int]) -> dict[str, Any]:
    return {
        "place": step.place,
        "rung": step.rung.kind.value,
        "outcome": step.outcome.value,
        "groups": [list(group) for group in step.groups],
        "values": {str(entry): str(value) for entry, value in step.values.items()},
    }
