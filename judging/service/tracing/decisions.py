"""Decisions: the winners with their words, who proposed and confirmed them, what was published."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
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
        *("commit", "withdraw-commitment", "schedule", "unschedule"),
        *("announce-refused", "announce"),
    )
)

_CONTESTS = (
    select(
        *(Contest.id, Contest.title, Decision.state, Decision.proposed_by_id),
        *(Decision.confirmed_by_id, Decision.commitment, Decision.commitment_salt, Decision.sealed),
        *(Decision.id.label("decision_id"), Decision.two_people, Decision.announce_at),
        *(Decision.withheld, Result.snapshot, Result.digest),
    )
    .outerjoin(Decision, Decision.contest_id == Contest.id)
    .outerjoin(Result, Result.contest_id == Contest.id)
)


Winners = Mapping[int, tuple[int, str, str]]
"""By place the entry's number, the citation and the reason."""


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a contest's decision says; `two_people` is None where an older act does not say."""

    state: DecisionState
    winners: Winners
    proposed_by: int | None
    confirmed_by: int | None = None
    two_people: bool | None = True
    announce_at: datetime | None = None
    commitment: str | None = None
    digest: str | None = None


_ALIKE = {
    "who proposed it": "proposed_by",
    "who confirmed it": "confirmed_by",
    "when it is announced": "announce_at",
    "its commitment": "commitment",
    "the digest of what is published": "digest",
}


def trace_decisions(session: Session) -> Iterator[Fault]:
    """Yield what of a decision, or of what was published, is not what the acts about it left."""
    for rows in trail.in_parts(session, _CONTESTS, Contest.id):
        acts = trail.all_acts(session, "decision", [row.id for row in rows], VERBS)
        winners = _winners(session, [row.decision_id for row in rows if row.decision_id])
        for row in rows:
            where = f"The decision on {row.title}"
            now, told = _live(row, winners[row.decision_id]), _told(acts.get(row.id, ()))
            yield from _compare(where, now, told)
            if now is not None:
                yield from _kept(where, row)
            elif told is None:
                yield from trail.compared(where, "what is published", _published(row), None)


def _winners(
    session: Session, ids: Sequence[int]
) -> defaultdict[int, dict[int, tuple[int, str, str]]]:
    found: defaultdict[int, dict[int, tuple[int, str, str]]] = defaultdict(dict)
    rows = session.execute(
        select(Winner.decision_id, Winner.place, Entry.number, Winner.citation, Winner.reason)
        .join(Winner.entry)
        .where(Winner.decision_id.in_(ids))
        .order_by(Winner.place)
    )
    for decision_id, place, number, citation, reason in rows:
        found[decision_id][place] = (number or 0, citation, reason)
    return found


def _live(row: Any, winners: Winners) -> _Standing | None:
    if row.decision_id is None:
        return None
    return _Standing(
        state=row.state,
        winners=winners,
        proposed_by=row.proposed_by_id,
        confirmed_by=row.confirmed_by_id,
        two_people=row.two_people,
        announce_at=row.announce_at,
        commitment=row.commitment,
        # Of what was published both its content and the digest beside it have to be as announced.
        digest=_published(row),
    )


def _published(row: Any) -> str | None:
    if row.snapshot is None:
        return None
    found = digest(row.snapshot)
    return found if found == row.digest else f"{found}, beside which stands {row.digest}"


def _kept(where: str, row: Any) -> Iterator[Fault]:
    """Compare what is kept of a decision with the digests that are held elsewhere."""
    if row.sealed is not None:
        kept = commitment(row.commitment_salt, row.sealed)
        yield from trail.compared(where, "the digest of what is sealed", kept, row.commitment)
    held = (row.sealed or row.snapshot or {}).get("withheld")
    if held is not None:
        withheld = hashlib.sha256((row.withheld or "").encode()).hexdigest()
        yield from trail.compared(where, "the digest of what is withheld", withheld, held)


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
        "confirm": {
            "state": DecisionState.CONFIRMED,
            "confirmed_by": act.actor_id,
            "two_people": said.get("two_people"),
        },
        "withdraw-confirmation": {
            "state": DecisionState.PROPOSED,
            "confirmed_by": None,
            "two_people": True,
            "announce_at": None,
        },
        "schedule": {"announce_at": _instant(said.get("at"))},
        "unschedule": {"announce_at": None},
        "announce-refused": {"announce_at": None},
        "commit": {"commitment": said.get("commitment")},
        "withdraw-commitment": {"commitment": None},
        "announce": {"state": DecisionState.ANNOUNCED, "digest": said.get("digest")},
    }
    return replace(standing, **changes[verb])


def _proposed(said: Mapping[str, Any]) -> dict[int, tuple[int, str, str]]:
    rows = said.get("winners")
    if not isinstance(rows, list):
        return {}
    chosen = [row for row in rows if isinstance(row, dict)]
    return {place: _winner(row) for place, row in enumerate(chosen, start=1)}


def _winner(row: Mapping[str, Any]) -> tuple[int, str, str]:
    number = row.get("entry")
    words = str(row.get("citation")), str(row.get("reason"))
    return number if isinstance(number, int) else 0, *words


def _instant(said: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(said))
    except ValueError:
        return None


def _compare(where: str, now: _Standing | None, told: _Standing | None) -> Iterator[Fault]:
    if now is None or told is None:
        yield from trail.compared(where, "its winners in order", _in_order(now), _in_order(told))
        return
    yield from trail.compared(where, "its state", now.state.value, told.state.value)
    for place in sorted({*now.winners, *told.winners}):
        yield from _place(f"{where}, place {place}", now, told, place)
    if told.two_people is not None:
        two_people = now.two_people, told.two_people
        yield from trail.compared(where, "that two people decided", *two_people)
    for what, name in _ALIKE.items():
        yield from trail.compared(where, what, getattr(now, name), getattr(told, name))


def _in_order(standing: _Standing | None) -> str | None:
    if standing is None:
        return None
    return ", ".join(numbered(number) for number, *_words in standing.winners.values())


def _place(where: str, now: _Standing, told: _Standing, place: int) -> Iterator[Fault]:
    rows = [one.winners.get(place, (None,) * 3) for one in (now, told)]
    for what, one, other in zip(("the entry", "the citation", "the reason"), *rows, strict=True):
        yield from trail.compared(where, what, one, other)
