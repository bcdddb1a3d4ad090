"""Orders: one judge's ranking of all entries of a round, kept and sent as a whole.

An order may leave entries out, which then count as tied behind all that it ranks, and it may tie
entries. Two windows are told apart by the version, a repeated save is known by its key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit
from app.audit.trail import fingerprint
from app.authz import Actor
from app.errors import N_, InvalidError, NotFoundError
from contests.models import Entry
from judging.assignment import order_for
from judging.models import Judge, Ordering, OrderingLine, Recusal, Round
from judging.queries import rounds
from judging.queries.orders import Groups, find_order, groups_of
from judging.queries.seated import works
from judging.service import panel, shares
from judging.service.conflicts import find_conflicts
from judging.service.reasons import check_comment
from judging.service.telling import tell_judge
from judging.states import BallotState, move_ballot

REMEMBERED = 8
"""How many saves an order remembers by their keys, so that a repeated one is known."""


@dataclass(frozen=True, slots=True)
class Content:
    """What an order says: entry numbers in groups, best first, and a comment for the panel."""

    groups: Groups
    comment: str = ""

    @property
    def ranked(self) -> frozenset[int]:
        """The entries that have a place."""
        return frozenset(chain.from_iterable(self.groups))


@dataclass(frozen=True, slots=True)
class Sent:
    """All of an order as it stands in the window that sends it.

    `version` is the one that this window read, 0 where there was none; `key` is the same when the
    same is sent again because no answer came.
    """

    content: Content
    version: int
    key: str | None = None
    submit: bool = False


@dataclass(frozen=True, slots=True)
class Saved:
    """What the server has now; `left_out` entries have no place in it."""

    version: int
    state: BallotState
    saved_at: datetime
    left_out: int


class StaleOrderError(shares.StaleError[Content]):
    """The order was changed in another window since this one read it; nothing was saved."""

    code = "stale-order"
    question = N_("You changed this order in another window. Which order should stand?")


def entries_for(session: Session, *, judge: Judge, round_: Round) -> Sequence[Entry]:
    """Return the entries that a judge orders in a round, in an order of the judge's own.

    Entries with a conflict of interest, declared, found or suspected, are not among them.
    """
    found = {
        entry.number or 0: entry for entry in works(session, round_, barred=_barred(session, judge))
    }
    return [found[number] for number in order_for(judge.id, found, round_.seed)]


def content_of(ordering: Ordering | None) -> Content:
    """Return what an order says; nothing where none was begun."""
    if ordering is None:
        return Content(())
    return Content(groups_of(ordering.lines), ordering.comment)


def save_order(
    session: Session, *, actor: Actor, judge: Judge, round_: Round, sent: Sent, now: datetime
) -> Saved:
    """Keep a judge's whole order as one window sends it.

    Entries that have left the contest, or this judge's list, lose their place. A submitted order
    stays submitted while it ranks any entry. Sending the same again changes nothing and is no
    fault, whatever its version; with the same key it also answers as before.

    Raises StaleOrderError, ClosedError once the round is closed, InvalidError for an entry that
    comes twice, a comment too long and, with `submit`, an order that ranks nothing.
    """
    shares.hold_round(session, round_=round_, judge=judge, actor=actor)
    numbers = _numbers(session, judge, round_)
    ordering = find_order(session, judge=judge, round_=round_)
    known = _version_of(ordering, sent.key)
    if ordering is not None and known is not None:
        return _saved(ordering, numbers, known, now)
    given, stored = _checked(sent.content, numbers), content_of(ordering)
    read = ordering.version if ordering else 0
    if sent.version != read and given != stored:
        raise StaleOrderError(
            theirs=stored,
            version=read,
            state=ordering.state if ordering else BallotState.ASSIGNED,
            saved_at=ordering.saved_at if ordering else None,
        )
    if sent.submit and not given.groups:
        raise InvalidError(
            N_("Give at least one entry a place before you submit the order."),
            code="nothing-ranked",
        )
    ordering = ordering or _begin(session, judge, round_, now)
    is_submitted = ordering.state is BallotState.SUBMITTED
    is_moved = _move(ordering, counts=sent.submit or is_submitted, given=given, now=now)
    if given == stored and not is_moved:
        return _saved(ordering, numbers, ordering.version, now)
    ordering.comment, ordering.version, ordering.saved_at = given.comment, read + 1, now
    if sent.key:
        ordering.recent = [*ordering.recent, [sent.key, ordering.version]][-REMEMBERED:]
    judge.seen_at = now
    _write(session, ordering, given.groups, numbers)
    _record(session, ordering, actor=actor, verb="submit" if sent.submit else "save", now=now)
    return _saved(ordering, numbers, ordering.version, now)


def recuse(
    session: Session,
    *,
    judge: Judge,
    round_: Round,
    number: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Recusal | None:
    """Take an entry out of a judge's order, and off their list for good: a conflict of interest.

    Returns the recusal, or None where there was one before. Raises InvalidError without a reason,
    NotFoundError for an entry that is not in the round, ClosedError once the round is closed.
    """
    shares.hold_round(session, round_=round_, judge=judge, actor=actor)
    ids = {known: entry_id for entry_id, known in rounds.entry_numbers(session, round_).items()}
    entry = session.get(Entry, ids.get(number, 0))
    if entry is None:
        raise NotFoundError
    return shares.recuse(session, judge=judge, entry=entry, reason=reason, actor=actor, now=now)


def tell(session: Session, *, round_: Round, actor: Actor, now: datetime) -> None:
    """Mail the judges of a round who have not begun that an order is asked of them.

    Their own entries and their teams' are found first, so that nobody is asked to order those.
    """
    begun = set(session.scalars(select(Ordering.judge_id).where(Ordering.round_id == round_.id)))
    find_conflicts(session, contest=round_.contest, actor=actor, now=now)
    for judge in rounds.seated_judges(session, round_):
        count = len(_numbers(session, judge, round_))
        if judge.id in begun or not count:
            continue
        tell_judge(session, round_=round_, judge=judge, count=count, now=now)


def _barred(session: Session, judge: Judge) -> set[int]:
    return {
        entry_id
        for judge_id, entry_id in panel.barred_pairs(session, judge.contest)
        if judge_id == judge.id
    }


def _numbers(session: Session, judge: Judge, round_: Round) -> dict[int, int]:
    """Return the ids of what this judge orders, by number."""
    barred = _barred(session, judge)
    found = rounds.entry_numbers(session, round_)
    return {number: entry_id for entry_id, number in found.items() if entry_id not in barred}


def _checked(content: Content, numbers: dict[int, int]) -> Content:
    """Return an order without the entries that are not, or no more, on this judge's list."""
    if len(content.ranked) < sum(map(len, content.groups)):
        raise InvalidError(N_("An entry has two places in this order."), code="entry-twice")
    check_comment(content.comment, field="comment")
    staying = (
        tuple(sorted(number for number in group if number in numbers)) for group in content.groups
    )
    return Content(tuple(group for group in staying if group), content.comment)


def _begin(session: Session, judge: Judge, round_: Round, now: datetime) -> Ordering:
    ordering = Ordering(
        round_id=round_.id,
        judge_id=judge.id,
        state=BallotState.DRAFT,
        version=0,
        recent=[],
        created_at=now,
    )
    session.add(ordering)
    session.flush()
    return ordering


def _version_of(ordering: Ordering | None, key: str | None) -> int | None:
    """Return the version that a save with this key made, if it was one of late."""
    recent = ordering.recent if ordering else []
    return next((version for known, version in recent if known == key), None)


def _move(ordering: Ordering, *, counts: bool, given: Content, now: datetime) -> bool:
    """Submit an order, or make it a draft again where it ranks nothing; tell whether it moved."""
    target = BallotState.SUBMITTED if counts and given.groups else BallotState.DRAFT
    if ordering.state is target:
        return False
    ordering.state = move_ballot(ordering.state, target)
    ordering.submitted_at = now if target is BallotState.SUBMITTED else None
    return True


def _write(session: Session, ordering: Ordering, groups: Groups, numbers: dict[int, int]) -> None:
    """Write the lines: those tied share a position, and the next one is behind all of them."""
    wanted: dict[int, int] = {}
    for group in groups:
        position = len(wanted) + 1
        wanted |= {numbers[number]: position for number in group}
    for line in list(ordering.lines):
        position = wanted.pop(line.entry_id, 0)
        if position:
            line.position = position
        else:
            ordering.lines.remove(line)
    for entry_id, position in wanted.items():
        ordering.lines.append(OrderingLine(entry_id=entry_id, position=position))
    session.flush()


def _saved(ordering: Ordering, numbers: dict[int, int], version: int, now: datetime) -> Saved:
    ranked = {line.entry_id for line in ordering.lines}
    return Saved(
        version=version,
        state=ordering.state,
        saved_at=ordering.saved_at or now,
        left_out=len(set(numbers.values()) - ranked),
    )


def _record(
    session: Session, ordering: Ordering, *, actor: Actor, verb: str, now: datetime
) -> None:
    session.expire(ordering, ["lines"])
    audit.record(
        session,
        actor=actor,
        verb=f"order.{verb}",
        subject=f"ordering:{ordering.id}",
        now=now,
        details={
            "groups": [list(group) for group in groups_of(ordering.lines)],
            "round": ordering.round_id,
            "state": ordering.state.value,
            "version": ordering.version,
            "comment": fingerprint(ordering.comment),
        },
    )
