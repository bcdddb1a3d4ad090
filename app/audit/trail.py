"""What the chain said last about a thing, for comparing it with the rows that say what it is now.

The chain proves that its own rows are whole. Each room compares its tables with it: a row that
somebody changed from outside Podium says something else than the act by which it came about.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, String, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.audit.chain import AuditEvent
from app.audit.verifying import Fault, FaultKind
from app.errors import N_

PART: Final = 1000
"""Rows that are read and compared at once: a million need no more memory than these."""


@dataclass(frozen=True, slots=True)
class Act:
    """One row of the chain; without `details` where somebody made them unreadable."""

    id: int
    actor_id: int | None
    verb: str
    subject: str
    details: Mapping[str, Any]

    @property
    def about(self) -> int:
        """The number of what the act is about."""
        return _number(self.subject)

    def numbers(self, key: str) -> list[int]:
        """Return the numbers that the act keeps under `key`, such as entries'.

        There are none where it keeps nothing, or what Podium never writes: that an act was altered
        is said of the chain, and must not hide what else was.
        """
        return whole_numbers(self.details.get(key))


def whole_numbers(said: object) -> list[int]:
    """Return the numbers in what an act says."""
    return [one for one in said if isinstance(one, int)] if isinstance(said, list) else []


def in_parts(
    session: Session, wanted: Select[*tuple[Any, ...]], key: InstrumentedAttribute[int]
) -> Iterator[Sequence[Any]]:
    """Yield a statement's rows in the order of `key`, their first column, a part at a time."""
    last = 0
    while rows := session.execute(wanted.where(key > last).order_by(key).limit(PART)).all():
        yield rows
        last = rows[-1][0]


def last_acts(
    session: Session, kind: str, ids: Collection[int], verbs: Collection[str]
) -> dict[int, Act]:
    """Return the newest act with one of these verbs about each of these things, such as ballots."""
    about = [f"{kind}:{number}" for number in ids]
    newest = (
        select(func.max(AuditEvent.id))
        .where(AuditEvent.subject.in_(about), AuditEvent.verb.in_(verbs))
        .group_by(AuditEvent.subject)
    )
    return {act.about: act for act in _acts(session, AuditEvent.id.in_(newest))}


def all_acts(
    session: Session, kind: str, ids: Collection[int], verbs: Collection[str]
) -> dict[int, list[Act]]:
    """Return every act with one of these verbs about each of these things, the oldest first."""
    about = [f"{kind}:{number}" for number in ids]
    found: defaultdict[int, list[Act]] = defaultdict(list)
    for act in _acts(session, AuditEvent.subject.in_(about), AuditEvent.verb.in_(verbs)):
        found[act.about].append(act)
    return found


def acts_of(session: Session, verb: str) -> Iterator[Act]:
    """Return every act with this verb, the oldest first."""
    return _acts(session, AuditEvent.verb == verb)


def about_nothing(
    session: Session, kind: str, verbs: Collection[str], key: InstrumentedAttribute[int]
) -> Iterator[Act]:
    """Yield the newest act about each thing that has no row, by `key`, any more."""
    gone: set[int] = set()
    told = select(AuditEvent.id, AuditEvent.subject).where(AuditEvent.verb.in_(verbs))
    for rows in in_parts(session, told, AuditEvent.id):
        ids = {_number(subject) for _id, subject in rows} - gone - {0}
        gone |= ids - set(session.scalars(select(key).where(key.in_(ids))))
    lost = sorted(gone)
    for start in range(0, len(lost), PART):
        yield from last_acts(session, kind, lost[start : start + PART], verbs).values()


def compared(where: str, what: str, now: object, said: object) -> Iterator[Fault]:
    """Yield how a value is not the one that the chain says, if so; None is for no value."""
    if now == said:
        return
    kind = FaultKind.ALTERED
    if said is None or now is None:
        kind = FaultKind.INSERTED if said is None else FaultKind.REMOVED
    yield Fault(
        kind,
        N_("%(where)s: %(what)s is %(now)s, and the audit says %(said)s"),
        {"where": where, "what": what, "now": _shown(now), "said": _shown(said)},
    )


def kept(where: str, what: str, now: object, act: Act, key: str) -> Iterator[Fault]:
    """Yield how a value is not the one that an act keeps under `key`; some older acts keep none."""
    yield from compared(where, what, now, act.details.get(key, now))


def words_compared(where: str, what: str, now: str, act: Act | None) -> Iterator[Fault]:
    """Yield that somebody's words are not those whose fingerprint an act keeps as `what`, if so."""
    said = act.details.get(what, fingerprint(now)) if act else ""
    if fingerprint(now) != said:
        message = N_("%(where)s: the %(what)s is not the one that was saved.")
        yield Fault(FaultKind.ALTERED, message, {"where": where, "what": what})


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a text, nothing for none: what the chain keeps of private words."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _acts(session: Session, *conditions: Any) -> Iterator[Act]:
    columns = (AuditEvent.id, AuditEvent.actor_id, AuditEvent.verb, AuditEvent.subject)
    # As the driver gives them: what somebody wrote there may be no JSON.
    details = type_coerce(AuditEvent.details, String)
    wanted = select(*columns, details).where(*conditions).order_by(AuditEvent.id)
    for number, actor_id, verb, subject, said in session.execute(wanted):
        yield Act(number, actor_id, verb, subject, _read(said))


def _read(details: object) -> Mapping[str, Any]:
    try:
        read = json.loads(details) if isinstance(details, str) else details
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _number(subject: str) -> int:
    number = subject.partition(":")[2]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0  # noqa: PLR2004 - fits a column


def _shown(value: object) -> str:
    return "none" if value is None else str(value)
