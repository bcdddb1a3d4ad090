"""Dealing ballots: every entry its judges, every judge their share, conflicts of interest aside.

Only judges who have declared theirs are dealt any: else a ballot might be taken back once seen.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.authz import Actor
from app.errors import N_, ConflictError
from judging.assignment import Assignment, assign, order_for
from judging.models import Ballot, HandOut, Judge, Round
from judging.queries import knowledge, rounds
from judging.queries.progress import EntryProgress
from judging.queries.untouched import untouched_numbers
from judging.service import panel
from judging.service.acts import record
from judging.service.conflicts import find_conflicts
from judging.service.freeing import free_untouched
from judging.service.telling import tell_judge
from judging.states import BallotState


def deal(session: Session, *, round_: Round, actor: Actor, now: datetime) -> Assignment[int, int]:
    """Make the ballots that are missing, tell their judges, and return the whole assignment.

    With focus that is the first pass; in a practice round every judge gets every entry.
    """
    find_conflicts(session, contest=round_.contest, actor=actor, now=now)
    judges = rounds.seated_judges(session, round_)
    plan = _plan(session, round_, judges)
    made = _hand_out(session, round_, judges, plan, now=now)
    details = {"ballots": made, "short_of_judges": plan.short}
    record(session, round_, actor=actor, verb="assign", now=now, details=details)
    return plan.assignment


@dataclass(frozen=True, slots=True)
class Plan:
    """An assignment as (judge id, entry number), and those of its entries new to each judge."""

    assignment: Assignment[int, int]
    new: Mapping[int, Sequence[int]]

    @property
    def short(self) -> list[int]:
        """The entries that too few judges may judge."""
        return [row.entry for row in self.assignment.shortfalls]


@dataclass(frozen=True, slots=True)
class Handover:
    """What a late judge has not begun, by number, and how the others would have it.

    With focus all of it goes back to the round; else what nobody else can have is `kept`.
    """

    untouched: Sequence[int]
    others: Sequence[Judge]
    plan: Plan
    has_focus: bool

    @property
    def gains(self) -> list[tuple[Judge, int]]:
        """Who would have how many ballots more."""
        return [(judge, len(new)) for judge in self.others if (new := self.plan.new.get(judge.id))]

    @property
    def left(self) -> list[int]:
        """Entries that nobody would have instead; with focus, the round may hand them out later."""
        new = set(chain.from_iterable(self.plan.new.values()))
        return [number for number in self.untouched if number not in new]

    @property
    def given(self) -> list[int]:
        """Entries that somebody would have instead."""
        left = set(self.left)
        return [number for number in self.untouched if number not in left]

    @property
    def kept(self) -> list[int]:
        """Entries that stay with the late judge: taking them would only cost each a judge."""
        return [] if self.has_focus else self.left

    @property
    def freed(self) -> Sequence[int]:
        """Entries that the late judge has no more."""
        return self.untouched if self.has_focus else self.given

    def short(self, wanted: int) -> list[int]:
        """Return the entries that fewer judges than wanted would have, with what is kept."""
        kept = set(self.kept)
        shortfalls = self.plan.assignment.shortfalls
        return [row.entry for row in shortfalls if row.found + (row.entry in kept) < wanted]


def handover(session: Session, *, round_: Round, judge: Judge) -> Handover:
    """Return what giving a late judge's ballots to the others would come to; change nothing.

    Raises ConflictError "nothing-to-give" where everything was begun, and "nobody-free" where that
    would only take judges from entries.
    """
    untouched = untouched_numbers(session, judge=judge, round_=round_)
    others = [one for one in rounds.seated_judges(session, round_) if one.id != judge.id]
    freed = {(judge.id, number) for number in untouched}
    plan = _plan(session, round_, others, staying=judge, freed=freed)
    found = Handover(untouched, others, plan, round_.hand_out is HandOut.FOCUS)
    if not untouched:
        raise ConflictError(
            N_("%(name)s has begun all that is left, and what was begun stays."),
            code="nothing-to-give",
            name=judge.name,
        )
    if not found.freed:
        raise ConflictError(
            N_("Nobody is free for what %(name)s has not begun. Invite somebody first."),
            code="nobody-free",
            name=judge.name,
        )
    return found


def reassign(
    session: Session, *, round_: Round, judge: Judge, actor: Actor, now: datetime
) -> Handover:
    """Give what a late judge has not begun to the others, and tell those.

    Ballots with marks or words stay with their judge, and without focus those that nobody else can
    have. With focus, no more are handed to this judge until they submit again. Raises what
    `handover` raises.
    """
    found = handover(session, round_=round_, judge=judge)
    freed = free_untouched(session, judge=judge, round_=round_, kept=found.kept)
    made = _hand_out(session, round_, found.others, found.plan, now=now)
    details = {
        "judge": judge.id,
        "freed_entries": freed,
        "ballots": made,
        "short_of_judges": found.short(round_.dealt_at_first),
    }
    record(session, round_, actor=actor, verb="reassign", now=now, details=details)
    return found


def preview(session: Session, *, round_: Round) -> Assignment[int, int]:
    """Return what dealing ballots now would come to, and change nothing."""
    return _plan(session, round_, rounds.seated_judges(session, round_)).assignment


def can_fill(plan: Assignment[int, int], short: Iterable[EntryProgress]) -> bool:
    """Tell whether a plan gives any of these entries another judge."""
    teams = Counter(number for _judge, number in plan.pairs)
    return any(teams[row.number] > row.total for row in short)


def add_ballots(
    session: Session, *, round_: Round, judge: Judge, entries: Sequence[int], now: datetime
) -> None:
    """Put entries, by id and in this order, at the end of a judge's list."""
    last = session.scalar(
        select(Ballot.position)
        .where(Ballot.round_id == round_.id, Ballot.judge_id == judge.id)
        .order_by(Ballot.position.desc())
        .limit(1)
    )
    session.execute(
        insert(Ballot),
        [
            {
                "round_id": round_.id,
                "judge_id": judge.id,
                "entry_id": entry_id,
                "position": position,
                "created_at": now,
            }
            for position, entry_id in enumerate(entries, start=(last or 0) + 1)
        ],
    )


def _hand_out(
    session: Session, round_: Round, judges: Iterable[Judge], plan: Plan, *, now: datetime
) -> int:
    """Make what is new in a plan, and tell those judges; return how many ballots that is."""
    ids = {number: entry_id for entry_id, number in rounds.entry_numbers(session, round_).items()}
    for judge in judges:
        if new := plan.new.get(judge.id):
            turn = [ids[number] for number in order_for(judge.id, new, round_.seed)]
            add_ballots(session, round_=round_, judge=judge, entries=turn, now=now)
            tell_judge(session, round_=round_, judge=judge, count=len(new), now=now)
    return sum(map(len, plan.new.values()))


def _plan(
    session: Session,
    round_: Round,
    judges: Sequence[Judge],
    *,
    staying: Judge | None = None,
    freed: Collection[tuple[int, int]] = (),
) -> Plan:
    """Plan all ballots, as if those `freed` were gone; `staying` only finishes what they have."""
    entries = rounds.entry_numbers(session, round_)
    here = {judge.id for judge in judges} | ({staying.id} if staying else set())
    ballots = session.execute(
        select(Ballot.judge_id, Ballot.entry_id, Ballot.state).where(
            Ballot.round_id == round_.id, Ballot.entry_id.in_(entries)
        )
    )
    existing = {
        pair: row.state
        for row in ballots
        if (pair := (row.judge_id, entries[row.entry_id])) not in freed
    }
    # What somebody who left had only begun will not be finished, so that it covers no entry.
    taken = {
        (judge_id, number)
        for (judge_id, number), state in existing.items()
        if state is BallotState.SUBMITTED or (state is not BallotState.RECUSED and judge_id in here)
    }
    barred = barred_numbers(session, round_, entries)
    said = knowledge.traits(session, round_)
    # In a practice everybody is to have the same entries before them.
    is_shared = round_.is_practice
    assignment = assign(
        entries.values(),
        [judge.id for judge in judges],
        per_entry=len(judges) if is_shared else round_.dealt_at_first,
        barred=barred,
        taken=taken,
        seed=round_.seed,
        unread=frozenset() if is_shared else knowledge.unread(judges, said),
        prefers={} if is_shared else knowledge.fits(judges, said),
        limits={} if is_shared else limits_of(judges),
    )
    if is_shared:
        # Nobody is missed there for having a conflict of interest; only an entry without anybody.
        without = tuple(row for row in assignment.shortfalls if not row.found)
        assignment = replace(assignment, shortfalls=without)
    new: defaultdict[int, list[int]] = defaultdict(list)
    for judge_id, number in assignment.pairs:
        if (judge_id, number) not in existing:
            new[judge_id].append(number)
    return Plan(assignment, new)


def barred_numbers(
    session: Session, round_: Round, entries: Mapping[int, int]
) -> set[tuple[int, int]]:
    """Return (judge id, entry number) for each of these entries that a judge may not judge."""
    return {
        (judge_id, entries[entry_id])
        for judge_id, entry_id in panel.barred_pairs(session, round_.contest)
        if entry_id in entries
    }


def limits_of(judges: Iterable[Judge]) -> dict[int, int]:
    """Return the most ballots each of these judges takes, by id, where they have said so."""
    return {judge.id: judge.most_ballots for judge in judges if judge.most_ballots is not None}
