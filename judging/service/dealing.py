"""Dealing ballots: every entry its judges, every judge their share, conflicts of interest aside.

Only judges who have declared theirs are dealt any: else a ballot might be taken back once seen.
"""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit, mail
from app.authz import Actor
from app.web import absolute_url, instant_twice
from judging.assignment import Assignment, assign, order_for
from judging.models import Ballot, Judge, Round
from judging.queries import rounds
from judging.queries.progress import EntryProgress
from judging.service import panel
from judging.states import BallotState


def deal(session: Session, *, round_: Round, actor: Actor, now: datetime) -> Assignment[int, int]:
    """Make the ballots that are missing, tell their judges, and return the whole assignment."""
    seated = rounds.seated_judges(session, round_)
    for judge in seated:
        panel.find_conflicts(session, judge=judge, actor=actor, now=now)
    plan, positions = _plan(session, round_)
    ids = {number: entry_id for entry_id, number in rounds.entry_numbers(session, round_).items()}
    made = 0
    for judge in seated:
        mine = {number: at for (holder, number), at in positions.items() if holder == judge.id}
        new = [number for holder, number in plan.pairs if holder == judge.id and number not in mine]
        made += len(new)
        first = max(mine.values(), default=0) + 1
        for position, number in enumerate(order_for(judge.id, new, round_.seed), start=first):
            ballot = Ballot(round_id=round_.id, judge_id=judge.id, entry_id=ids[number])
            ballot.position, ballot.created_at = position, now
            session.add(ballot)
        if new:
            _tell(session, round_=round_, judge=judge, count=len(new), now=now)
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb="round.assign",
        subject=f"round:{round_.id}",
        now=now,
        details={
            "ballots": made,
            "short_of_judges": [row.entry for row in plan.shortfalls],
        },
    )
    return plan


def _plan(
    session: Session, round_: Round
) -> tuple[Assignment[int, int], dict[tuple[int, int], int]]:
    """Return the assignment as (judge id, entry number), and each existing ballot's position."""
    entries = rounds.entry_numbers(session, round_)
    seated = {judge.id for judge in rounds.seated_judges(session, round_)}
    ballots = session.execute(
        select(Ballot.judge_id, Ballot.entry_id, Ballot.state, Ballot.position).where(
            Ballot.round_id == round_.id, Ballot.entry_id.in_(entries)
        )
    ).all()
    # What somebody who left had only begun will not be finished, so that it covers no entry.
    taken = {
        (row.judge_id, entries[row.entry_id])
        for row in ballots
        if row.state is BallotState.SUBMITTED
        or (row.state is not BallotState.RECUSED and row.judge_id in seated)
    }
    barred = {
        (judge_id, entries[entry_id])
        for judge_id, entry_id in panel.barred_pairs(session, round_.contest)
        if entry_id in entries
    }
    plan = assign(
        entries.values(),
        seated,
        per_entry=round_.per_entry,
        barred=barred,
        taken=taken,
        seed=round_.seed,
    )
    return plan, {(row.judge_id, entries[row.entry_id]): row.position for row in ballots}


def _tell(session: Session, *, round_: Round, judge: Judge, count: int, now: datetime) -> None:
    mail.send(
        session,
        to=judge.email,
        subject=_("%(contest)s: entries wait for your marks", contest=round_.contest.title),
        template="results_ballots_waiting",
        now=now,
        name=judge.name,
        forum=round_.contest.forum,
        round=round_,
        due=instant_twice(round_.due_at, round_.contest.zone) if round_.due_at else "",
        count=count,
        url=absolute_url("judge.desk"),
    )


def can_fill(session: Session, *, round_: Round, short: Sequence[EntryProgress]) -> bool:
    """Tell whether dealing now would give any of these entries another judge."""
    if not short:
        return False
    plan = preview(session, round_=round_)
    found = {row.entry: row.found for row in plan.shortfalls}
    return any(found.get(row.number, row.wanted) > row.total for row in short)


def preview(session: Session, *, round_: Round) -> Assignment[int, int]:
    """Return what dealing ballots now would come to, and change nothing."""
    plan, _existing = _plan(session, round_)
    return plan
