"""Decisions: the winners with their words, who proposed and confirmed them, what was published."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Fault, trail
from app.audit.trail import Act
from contests.models import Contest, Entry
from judging.decision import commitment, digest
from judging.models import Decision, Result, Winner
from judging.service.tracing.naming import numbered
from judging.states import DecisionState

VERBS = tuple(
    f"decision.{verb}"
    for verb in (
        *("propose", "withdraw", "confirm", "withdraw-confirmation"),
        *("commit", "withdraw-commitment", "announce"),
    )
)

_CONTESTS = (
    select(
        *(Contest.id, Contest.title, Decision.state, Decision.proposed_by_id),
        *(Decision.confirmed_by_id, Decision.commitment, Decision.commitment_salt, Decision.sealed),
        *(Decision.id.label("decision_id"), Result.snapshot, Result.digest),
    )
    .outerjoin(Decision, Decision.contest_id == Contest.id)
    .outerjoin(Result, Result.contest_id == Contest.id)
)


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a contest's decision says; `winners` are (entry, citation, reason), best first."""

    state: DecisionState
    winners: Sequence[tuple[int, str, str]]
    proposed_by: int | None
    confirmed_by: int | None = None
    commitment: str | None = None
    digest: str | None = None


def trace_decisions(session: Session) -> Iterator[Fault]:
    """Yield what of a decision, or of what was published, is not what the acts about it left."""
    for rows in trail.in_parts(session, _CONTESTS, Contest.id):
        acts = trail.all_acts(session, "decision", [row.id for row in rows], VERBS)
        winners = _winners(session, [row.decision_id for row in rows if row.decision_id])
        for row in rows:
            where = f"The decision on {row.title}"
            now, told = _live(row, winners[row.decision_id]), _told(acts.get(row.id, ()))
            yield from _compare(where, now, told)
            if now is not None and row.sealed is not None:
                kept = commitment(row.commitment_salt, row.sealed)
                yield from trail.compared(
                    where, "the digest of what is sealed", kept, row.commitment
                )


def _winners(session: Session, ids: Sequence[int]) -> defaultdict[int, list[tuple[int, str, str]]]:
    found: defaultdict[int, list[tuple[int, str, str]]] = defaultdict(list)
    rows = session.execute(
        select(Winner.decision_id, Entry.number, Winner.citation, Winner.reason)
        .join(Winner.entry)
        .where(Winner.decision_id.in_(ids))
        .order_by(Winner.place)
    )
    for decision_id, number, citation, reason in rows:
        found[decision_id].append((number or 0, citation, reason))
    return found


def _live(row: Any, winners: Sequence[tuple[int, str, str]]) -> _Standing | None:
    if row.decision_id is None:
        return None
    return _Standing(
        state=row.state,
        winners=winners,
        proposed_by=row.proposed_by_id,
        confirmed_by=row.confirmed_by_id,
        commitment=row.commitment,
        # Of what was published both its content and the digest beside it have to be as announced.
        digest=_published(row),
    )


def _published(row: Any) -> str | None:
    if row.snapshot is None:
        return None
    found = digest(row.snapshot)
    return found if found == row.digest else f"{found}, beside which stands {row.digest}"


def _told(acts: Sequence[Act]) -> _Standing | None:
    standing: _Standing | None = None
    for act in acts:
        standing = _after(standing, act)
    return standing


def _after(standing: _Standing | None, act: Act) -> _Standing | None:
    """Return what a decision says after one more act about it."""
    verb, said = act.verb.removeprefix("decision."), act.details
    if verb == "propose":
        return _Standing(DecisionState.PROPOSED, _proposed(said), act.actor_id)
    if standing is None or verb == "withdraw":
        return None
    changes: Mapping[str, Mapping[str, Any]] = {
        "confirm": {"state": DecisionState.CONFIRMED, "confirmed_by": act.actor_id},
        "withdraw-confirmation": {"state": DecisionState.PROPOSED, "confirmed_by": None},
        "commit": {"commitment": said.get("commitment")},
        "withdraw-commitment": {"commitment": None},
        "announce": {"state": DecisionState.ANNOUNCED, "digest": said.get("digest")},
    }
    return replace(standing, **changes[verb])


def _proposed(said: Mapping[str, Any]) -> list[tuple[int, str, str]]:
    rows = said.get("winners")
    if not isinstance(rows, list):
        return []
    return [(row.get("entry"), row.get("citation"), row.get("reason")) for row in rows]


def _compare(where: str, now: _Standing | None, told: _Standing | None) -> Iterator[Fault]:
    if now is None or told is None:
        yield from trail.compared(where, "its winners in order", _in_order(now), _in_order(told))
        return
    yield from trail.compared(where, "its state", now.state.value, told.state.value)
    for place in range(max(len(now.winners), len(told.winners))):
        yield from _place(f"{where}, place {place + 1}", now, told, place)
    yield from trail.compared(where, "who proposed it", now.proposed_by, told.proposed_by)
    yield from trail.compared(where, "who confirmed it", now.confirmed_by, told.confirmed_by)
    yield from trail.compared(where, "its commitment", now.commitment, told.commitment)
    yield from trail.compared(where, "the digest of what is published", now.digest, told.digest)


def _in_order(standing: _Standing | None) -> str | None:
    if standing is None:
        return None
    return ", ".join(numbered(number) for number, *_words in standing.winners)


def _place(where: str, now: _Standing, told: _Standing, place: int) -> Iterator[Fault]:
    rows = [one.winners[place] if place < len(one.winners) else (None,) * 3 for one in (now, told)]
    for what, one, other in zip(("the entry", "the citation", "the reason"), *rows, strict=True):
        yield from trail.compared(where, what, one, other)
