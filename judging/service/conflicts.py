"""Conflicts of interest: recusals, and what is found alike in judges and entrants and settled.

What is found is a suggestion: it bars the judge until an organiser has said that it is none.
Judges are not told of it, lest a wrong one be an accusation.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor
from app.errors import N_, ConflictError
from contests.models import Contest
from judging.closeness import organisation_key, own_domain
from judging.models import (
    Ballot,
    Conflict,
    ConflictGround,
    ConflictVerdict,
    Judge,
    JudgingRules,
    Recusal,
    RecusalSource,
)
from judging.queries import conflicts as queries
from judging.queries.conflicts import Person
from judging.queries.panel import own_pairs, recused_pairs
from judging.queries.rounds import numbers_of
from judging.service.freeing import free_suspected
from judging.service.reasons import check_reason
from judging.service.striking import strike
from judging.states import BallotState

Key = tuple[int, int, ConflictGround]


def find_conflicts(
    session: Session,
    *,
    contest: Contest,
    actor: Actor,
    now: datetime,
    judges: Collection[Judge] | None = None,
) -> int:
    """Look for conflicts of a whole panel, or of these judges; return how many are new.

    Their own entries and their teams' are recused at once; the rest waits for an organiser, one
    for each ground. What was settled is not suggested again, and what does not hold any more is
    taken back. As many queries, however many judges and entries.
    """
    recused = _recuse_own(session, contest, judges, actor=actor, now=now)
    seats = queries.judges(session, contest.id, None if judges is None else [j.id for j in judges])
    known = queries.known(session, [seat.holder for seat in seats])
    barred = recused_pairs(session, contest.id)
    found = {
        (judge, entry, ground): detail
        for judge, entry, ground, detail in _alike(session, contest, seats)
        if (judge, entry) not in barred
    }
    new = [(key, detail) for key, detail in found.items() if key not in known]
    gone = [
        conflict
        for key, (conflict, is_settled) in known.items()
        if not is_settled and key not in found
    ]
    _write(session, new, gone, now)
    freed = free_suspected(session, contest=contest) if new else []
    if new or gone or recused:
        audit.record(
            session,
            actor=actor,
            verb="conflicts.find",
            subject=f"contest:{contest.id}",
            now=now,
            details={
                "found": len(new),
                "gone": len(gone),
                "own": recused,
                "freed_entries": freed,
            },
        )
    return len(new)


def settle(
    session: Session,
    *,
    contest: Contest,
    pairs: Iterable[tuple[int, int]],
    verdict: ConflictVerdict,
    reason: str,
    actor: Actor,
    now: datetime,
) -> int:
    """Say of suggestions, as (judge id, entry id), whether they are conflicts; return how many.

    A recusal ends the judge's ballots on the entry and erases their marks. Those that somebody
    settled meanwhile stay as they are. Raises InvalidError for a reason too long.
    """
    said = check_reason(reason, field="reason")
    waiting = queries.waiting(session, contest, set(pairs))
    entries: defaultdict[Judge, list[int]] = defaultdict(list)
    for conflict in waiting:
        conflict.verdict, conflict.reason = verdict, said
        conflict.settled_at, conflict.settled_by_id = now, actor.user_id
        if conflict.entry_id not in entries[conflict.judge]:
            entries[conflict.judge].append(conflict.entry_id)
    session.flush()
    for judge, ids in entries.items():
        if verdict is ConflictVerdict.RECUSED:
            recuse_judge(
                session,
                judge=judge,
                reasons=dict.fromkeys(ids, said),
                source=RecusalSource.FOUND,
                actor=actor,
                now=now,
            )
        audit.record(
            session,
            actor=actor,
            verb="conflict.settle",
            subject=f"judge:{judge.id}",
            now=now,
            details={
                "entries": numbers_of(session, ids),
                "verdict": verdict.value,
                "reason": said,
            },
        )
    return sum(map(len, entries.values()))


def undo(
    session: Session,
    *,
    contest: Contest,
    judge_id: int,
    entry_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a verdict back: the suggestion waits again, and bars the judge until it is settled.

    Marks that a recusal erased do not come back; the judge can be given the entry anew.
    """
    settled = queries.settled(session, contest, judge_id=judge_id, entry_id=entry_id)
    if not settled:
        return
    taken_back: list[int] = []
    if any(conflict.verdict is ConflictVerdict.RECUSED for conflict in settled):
        pair = (Recusal.judge_id == judge_id, Recusal.entry_id == entry_id)
        found = delete(Recusal).where(*pair, Recusal.source == RecusalSource.FOUND)
        taken_back = list(session.scalars(found.returning(Recusal.entry_id)))
        # An empty ballot that says "recused" would keep the place of the one to come.
        session.execute(
            delete(Ballot).where(
                Ballot.judge_id == judge_id,
                Ballot.entry_id == entry_id,
                Ballot.state == BallotState.RECUSED,
            )
        )
    for conflict in settled:
        conflict.verdict = conflict.settled_at = conflict.settled_by_id = None
        conflict.reason = ""
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb="conflict.undo",
        subject=f"judge:{judge_id}",
        now=now,
        details={
            "entries": numbers_of(session, [entry_id]),
            "recusals": numbers_of(session, taken_back),
        },
    )


def set_bar_country(
    session: Session, *, contest: Contest, bars: bool, actor: Actor, now: datetime
) -> None:
    """Say whether judges may judge entries of their own country, and look again at once.

    Raises ConflictError "no-rounds" before a contest has any rules of judging.
    """
    rules = session.scalar(
        select(JudgingRules).where(JudgingRules.contest_id == contest.id).with_for_update()
    )
    if rules is None:
        raise ConflictError(
            N_("Plan the rounds first: what bars a judge holds for all of them."), code="no-rounds"
        )
    if rules.bar_country is not bars:
        rules.bar_country = bars
        session.flush()
        audit.record(
            session,
            actor=actor,
            verb="conflicts.country",
            subject=f"contest:{contest.id}",
            now=now,
            details={"bars": bars},
        )
    find_conflicts(session, contest=contest, actor=actor, now=now)


def recuse_judge(
    session: Session,
    *,
    judge: Judge,
    reasons: Mapping[int, str],
    source: RecusalSource,
    actor: Actor,
    now: datetime,
) -> list[Recusal]:
    """Bar a judge from entries (reason by id) not barred yet, and erase what they gave.

    Return the recusals that are new.
    """
    barred = {entry for seat, entry in recused_pairs(session, judge.contest_id) if seat == judge.id}
    made = [
        Recusal(judge_id=judge.id, entry_id=entry_id, source=source, reason=reason, created_at=now)
        for entry_id, reason in reasons.items()
        if entry_id not in barred
    ]
    session.add_all(made)
    session.flush()
    if made:
        struck = {recusal.entry_id for recusal in made}
        audit.record(
            session,
            actor=actor,
            verb="judge.recuse",
            subject=f"judge:{judge.id}",
            now=now,
            details={"entries": numbers_of(session, struck), "source": source.value},
        )
        strike(session, judge=judge, entry_ids=struck, actor=actor, now=now)
    return made


# --- what is alike ------------------------------------------------------------------------------


def _alike(
    session: Session, contest: Contest, seats: Collection[Person]
) -> Iterator[tuple[int, int, ConflictGround, str]]:
    """Yield (judge, entry, ground, what is alike) for each pair that has something in common."""
    people = queries.people(session, contest.id)
    bars_country = queries.bars_country(session, contest)
    domains = _by((own_domain(person.email), person.holder) for person in people)
    organisations = _by(
        (organisation_key(name), person.holder)
        for person in people
        for name in person.organisations
    )
    countries = _by(
        (code, person.holder) for person in people for code in person.countries if bars_country
    )
    teams = _collaborations(session, contest, seats, people)
    for seat in seats:
        for name in seat.organisations:
            for entry in organisations[organisation_key(name)]:
                yield seat.holder, entry, ConflictGround.ORGANISATION, name
        for entry in domains[own_domain(seat.email)]:
            yield seat.holder, entry, ConflictGround.DOMAIN, own_domain(seat.email)
        for code in seat.countries:
            for entry in countries[code]:
                yield seat.holder, entry, ConflictGround.COUNTRY, code
        for entry, team in teams[seat.user_id]:
            yield seat.holder, entry, ConflictGround.COLLABORATION, team


def _by(said: Iterable[tuple[str, int]]) -> defaultdict[str, set[int]]:
    """Collect entries by what their people said; nothing said is nothing in common."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for what, entry in said:
        if what:
            found[what].add(entry)
    return found


def _collaborations(
    session: Session, contest: Contest, seats: Collection[Person], people: Collection[Person]
) -> defaultdict[int | None, set[tuple[int, str]]]:
    """Return (entry, team) by the account of a judge who was in that team with somebody of it."""
    entered: defaultdict[int | None, set[int]] = defaultdict(set)
    for person in people:
        entered[person.user_id].add(person.holder)
    users = {seat.user_id for seat in seats if seat.user_id is not None}
    together: defaultdict[int | None, set[tuple[int, str]]] = defaultdict(set)
    for user, other, team, title in queries.earlier_teams(session, contest.id, users):
        together[user] |= {(entry, f"{team} ({title})") for entry in entered[other]}
    return together


def _recuse_own(
    session: Session,
    contest: Contest,
    judges: Collection[Judge] | None,
    *,
    actor: Actor,
    now: datetime,
) -> int:
    """Recuse judges from their own entries and their teams'; return how many are new."""
    new = own_pairs(session, contest.id) - recused_pairs(session, contest.id)
    asked = {judge.id: judge for judge in judges} if judges is not None else None
    own: defaultdict[int, dict[int, str]] = defaultdict(dict)
    for judge_id, entry_id in sorted(new):
        if asked is None or judge_id in asked:
            own[judge_id][entry_id] = ""
    for judge_id, reasons in own.items():
        recuse_judge(
            session,
            judge=session.get_one(Judge, judge_id),
            reasons=reasons,
            source=RecusalSource.FOUND,
            actor=actor,
            now=now,
        )
    return sum(map(len, own.values()))


def _write(
    session: Session, new: Collection[tuple[Key, str]], gone: Collection[int], now: datetime
) -> None:
    if new:
        session.execute(
            insert(Conflict),
            [
                {
                    "judge_id": judge,
                    "entry_id": entry,
                    "ground": ground,
                    "detail": detail[:300],
                    "found_at": now,
                }
                for (judge, entry, ground), detail in new
            ],
        )
    if gone:
        # One statement for each, sent together: there may be more than an IN has room for.
        session.connection().execute(
            delete(Conflict).where(Conflict.id == bindparam("which")),
            [{"which": conflict} for conflict in gone],
        )
