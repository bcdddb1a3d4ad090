"""Walking along the chain, and telling what was done to it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, String, select, type_coerce
from sqlalchemy.orm import Session
from typing_extensions import override

from app.audit.chain import GENESIS, AuditEvent, AuditHead, digest_of
from app.errors import N_

AnyRow = Row[*tuple[Any, ...]]


class FaultKind(StrEnum):
    """How a row, or the place where one should be, differs from what was recorded.

    What is older than the acts that would tell of it is no fault: nobody can say whether it is.
    """

    ALTERED = "altered"
    REMOVED = "removed"
    INSERTED = "inserted"
    MOVED = "moved"
    REWRITTEN = "rewritten"
    HEAD = "head"
    OLDER = "older"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was recorded, as a sentence with its parameters."""

    kind: FaultKind
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    @override
    def __str__(self) -> str:
        return self.message % self.params


def verify(session: Session) -> Iterator[Fault]:
    """Walk the whole chain, and name every row that was altered, removed, inserted or moved.

    Faults come as they are found, and rows are read a part at a time, so that a million of them
    need no more memory than a thousand. Acts that are recorded meanwhile are walked too. What was
    written anew from some row to the end, head included, only a copy from before can tell.
    """
    walk = _Walk(session)
    while True:
        yield from walk.on()
        head = walk.head()
        # What was recorded since the last part was read belongs before that head.
        if not walk.has_more():
            break
    yield from walk.end(head)


_PART = 2000
_RAW = (
    AuditEvent.id,
    # As the driver gives them: what somebody wrote there may be no instant, and no JSON.
    type_coerce(AuditEvent.at, String).label("at"),
    *(AuditEvent.actor_id, AuditEvent.verb, AuditEvent.subject),
    type_coerce(AuditEvent.details, String).label("details"),
    *(AuditEvent.previous, AuditEvent.digest),
)
_UNREADABLE = "unreadable"


def _computed(row: AnyRow, previous: str) -> str:
    """Return the digest that a row's content has behind `previous`."""
    at, details = row.at, row.details
    try:
        if isinstance(at, str):  # SQLite, which keeps no zone: what we stored was UTC
            at = datetime.fromisoformat(at).replace(tzinfo=UTC)
        if isinstance(details, str):
            details = json.loads(details)
        return digest_of(previous, at, [row.actor_id, row.verb, row.subject, details])
    except (AttributeError, TypeError, ValueError):
        return _UNREADABLE


class _Walk:
    """The way along the chain.

    `expected` is the digest that the next row was recorded after, `before` the one before that;
    `last` is the row of `expected`, and `computed` what its content says instead. Rows are met in
    the order of their ids. Of those that do not belong where they stand, `aside` are not reached
    yet by the chain, `taken` are already; `forged` holds the digests of those it never reaches.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.expected = self.computed = self.before = GENESIS
        self.last = self.met = self.count = self.faults = 0
        self.aside: set[int] = set()
        self.taken: set[int] = set()
        self.forged: set[str] = set()

    def on(self) -> Iterator[Fault]:
        """Walk to the last row there is."""
        while part := self._rows(AuditEvent.id > self.met, limit=_PART):
            for row in part:
                self.met = row.id
                self.count += 1
                for fault in self._meet(row):
                    self.faults += 1
                    yield fault

    def has_more(self) -> bool:
        """Tell whether there are rows behind the last one that was met."""
        return bool(self._rows(AuditEvent.id > self.met, limit=1))

    def _meet(self, row: AnyRow) -> Iterator[Fault]:
        if row.id in self.taken:
            self.taken.discard(row.id)
            return
        while not self._follows(row):
            follower = self._follower()
            if follower is None:
                yield from self._break(row)
                break
            if follower.id in self.aside:
                self.aside.discard(follower.id)
                yield from self._step(follower)
                continue
            fault, is_aside = self._out_of_place(row, follower)
            yield fault
            if is_aside:
                return
            self.taken.add(follower.id)
            yield from self._step(follower)
        yield from self._step(row)

    def _follows(self, row: AnyRow) -> bool:
        """Tell whether a row was recorded after the last one, whatever it says by now."""
        return bool(row.previous == self.expected or _computed(row, self.expected) == row.digest)

    def _step(self, row: AnyRow) -> Iterator[Fault]:
        """Go on to a row that is the next, and say whether it is as it was recorded."""
        digest, self.computed = row.digest, _computed(row, row.previous)
        if self.computed != digest:
            if _computed(row, self.before) == digest and self.last:
                yield Fault(
                    FaultKind.INSERTED,
                    N_("Row %(row)s was inserted: row %(next)s was recorded without it."),
                    {"row": self.last, "next": row.id},
                )
            else:
                yield Fault(
                    FaultKind.ALTERED,
                    N_("Row %(row)s was altered: its content and its digest differ."),
                    {"row": row.id},
                )
            # Where its digest was altered, the next row still holds the true one.
            if self._find(AuditEvent.previous == self.computed) is not None:
                digest = self.computed
        self.before, self.expected, self.last = self.expected, digest, row.id

    def _follower(self) -> AnyRow | None:
        """Return the row that was recorded after the last one and stands elsewhere, if any."""
        found = self._find(AuditEvent.previous == self.expected)
        ahead = found is not None and found.id > self.met and found.id not in self.taken
        return found if found is not None and (ahead or found.id in self.aside) else None

    def _out_of_place(self, row: AnyRow, follower: AnyRow) -> tuple[Fault, bool]:
        """Say which does not belong here, the row that is met, or the one that should be.

        True with it where it is the row, which is then left aside.
        """
        before = self._find(AuditEvent.digest == row.previous)
        if before is None or row.previous in self.forged:
            self.forged.add(row.digest)
            message = N_("Row %(row)s was inserted: the chain leads past it.")
            return Fault(FaultKind.INSERTED, message, {"row": row.id}), True
        message = N_("Row %(row)s was moved: it was recorded right after row %(after)s.")
        following = self._rows(AuditEvent.id > row.id, limit=1)
        if following and following[0].id == follower.id:
            self.aside.add(row.id)
            return Fault(FaultKind.MOVED, message, {"row": row.id, "after": before.id}), True
        return Fault(FaultKind.MOVED, message, {"row": follower.id, "after": self.last}), False

    def _break(self, row: AnyRow) -> Iterator[Fault]:
        """Say what became of what should stand between the last row and this one."""
        head = self.head()
        if head is None or head.digest not in {self.expected, self.computed}:
            yield self._gap(row)
        # Behind the newest row nothing is missing; the end tells what is too much.
        self.before, self.expected = self.expected, row.previous

    def _gap(self, row: AnyRow) -> Fault:
        before = self._find(AuditEvent.digest == row.previous)
        if before is not None and before.id < self.last:
            message = N_("Rows %(first)s to %(last)s were inserted: row %(next)s leaves them out.")
            between = {"first": before.id + 1, "last": self.last, "next": row.id}
            return Fault(FaultKind.INSERTED, message, between)
        if not self.last:
            message = N_("Every row before row %(next)s was removed.")
            return Fault(FaultKind.REMOVED, message, {"next": row.id})
        missing = row.id - self.last - 1
        between = {"last": self.last, "next": row.id, "count": missing}
        if missing:
            message = N_("Rows between %(last)s and %(next)s were removed: %(count)s.")
            return Fault(FaultKind.REMOVED, message, between)
        message = N_(
            "Row %(last)s was written anew, or a row between %(last)s and %(next)s was removed."
        )
        return Fault(FaultKind.ALTERED, message, between)

    def end(self, head: AnyRow | None) -> Iterator[Fault]:
        """Compare what was met with what the head remembers, which nobody reaches by accident."""
        while (follower := self._follower()) is not None:
            self.aside.discard(follower.id)
            yield from self._step(follower)
        yield from self._end(head)

    def _end(self, head: AnyRow | None) -> Iterator[Fault]:
        if head is None:
            if self.count:
                message = N_("The head is gone, which remembers the newest row.")
                yield Fault(FaultKind.HEAD, message)
        elif head.digest not in {self.expected, self.computed}:
            yield self._at_the_end(head)
        elif head.events != self.count and not self.faults:
            message = N_(
                "The head was altered: it counts %(events)s rows, and there are %(count)s."
            )
            yield Fault(FaultKind.HEAD, message, {"events": head.events, "count": self.count})

    def _at_the_end(self, head: AnyRow) -> Fault:
        newest = self._find(AuditEvent.digest == head.digest)
        if newest is not None:
            message = N_("Rows after %(row)s were inserted, up to row %(last)s.")
            return Fault(FaultKind.INSERTED, message, {"row": newest.id, "last": self.met})
        if self.met < head.event_id:
            message = N_("The newest rows were removed: those from %(first)s to %(last)s.")
            cut = {"first": self.met + 1, "last": head.event_id}
            return Fault(FaultKind.REMOVED, message, cut)
        message = N_(
            "Rows up to the newest, %(row)s, or the head were written anew; a backup tells from"
            " which one on. There are %(count)s rows, and %(events)s were recorded."
        )
        told = {"row": self.met, "count": self.count, "events": head.events}
        return Fault(FaultKind.REWRITTEN, message, told)

    def head(self) -> AnyRow | None:
        """Return what the head remembers by now."""
        columns = (AuditHead.event_id, AuditHead.digest, AuditHead.events)
        return self.session.execute(select(*columns)).one_or_none()

    def _find(self, condition: ColumnElement[bool]) -> AnyRow | None:
        found = self._rows(condition, limit=1)
        return found[0] if found else None

    def _rows(self, condition: ColumnElement[bool], *, limit: int) -> list[AnyRow]:
        wanted = select(*_RAW).where(condition)
        return list(self.session.execute(wanted.order_by(AuditEvent.id).limit(limit)).all())
