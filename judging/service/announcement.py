"""The announcement: at once or at a set time, once, and never early."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import mail
from app.accounts.models import User
from app.authz import ANYBODY, Actor
from app.errors import N_, DomainError, InvalidError
from app.jobs import enqueue
from app.web import absolute_url, render_message
from contests.models import Contest, Entry, TeamMember
from contests.service import contests
from contests.states import ContestState, EntryState
from judging.decision import digest
from judging.models import Decision, Result
from judging.queries import results as queries
from judging.service import decisions, sealing
from judging.states import DecisionState, RoundState, move_decision, move_round


def announce(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> Result:
    """Make the confirmed winners public: one snapshot, published once, and mails to all entrants.

    Where a commitment was published, the snapshot is exactly what was sealed then.
    Of two who announce at the same moment the second gets the first one's result. Raises
    IllegalTransitionError where nothing is confirmed, InvalidError where a winner has left.
    """
    round_, decision = decisions.hold(session, contest)
    if decision.state is DecisionState.ANNOUNCED:
        return queries.get_result(session, contest)
    target = move_decision(decision.state, DecisionState.ANNOUNCED)
    decisions.check_stands(session, round_=round_, decision=decision)
    if decision.sealed is None:
        decision.withheld = sealing.withhold(
            session, contest=contest, round_=round_, decision=decision
        )
    snapshot = decision.sealed or sealing.snapshot(contest, decision)
    result = Result(contest=contest, snapshot=snapshot, digest=digest(snapshot), published_at=now)
    session.add(result)
    decision.state, decision.announced_at = target, now
    round_.state = move_round(round_.state, RoundState.FINAL)
    contests.move(session, contest=contest, to=ContestState.ANNOUNCED, actor=actor, now=now)
    _tell_entrants(session, contest=contest, decision=decision, now=now)
    decisions.record(
        session,
        contest,
        actor=actor,
        verb="announce",
        now=now,
        details={
            "winners": [winner.entry.number for winner in decision.winners],
            "digest": result.digest,
        },
    )
    return result


def schedule(
    session: Session, *, contest: Contest, at: datetime, actor: Actor, now: datetime
) -> None:
    """Announce at a set time; setting another replaces it. Raises InvalidError for a past one."""
    _round, decision = decisions.hold(session, contest)
    move_decision(decision.state, DecisionState.ANNOUNCED)
    if at <= now:
        raise InvalidError(
            N_("This time has passed. Choose a later one, or announce at once."),
            field="announce_at",
            code="in-the-past",
        )
    decision.announce_at = at
    decisions.record(
        session, contest, actor=actor, verb="schedule", now=now, details={"at": at.isoformat()}
    )
    enqueue(session, "judging.announce", contest.id, at=at)


def unschedule(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> None:
    """Forget the set time; nothing happens by itself then."""
    _round, decision = decisions.hold(session, contest)
    if decision.announce_at is None or decision.state is DecisionState.ANNOUNCED:
        return
    decision.announce_at = None
    decisions.record(session, contest, actor=actor, verb="unschedule", now=now)


def due(session: Session, now: datetime) -> Sequence[int]:
    """Return the ids of the contests whose set time has come."""
    return session.scalars(
        select(Decision.contest_id).where(
            Decision.state == DecisionState.CONFIRMED, Decision.announce_at <= now
        )
    ).all()


def announce_if_due(session: Session, *, contest_id: int, now: datetime) -> None:
    """Announce a contest whose set time has come; otherwise do nothing, however often called."""
    if contest_id in due(session, now):
        contest = session.get_one(Contest, contest_id)
        _round, decision = decisions.hold(session, contest)
        # Asked again behind the lock: the time may just have been moved.
        if decision.announce_at is not None and decision.announce_at <= now:
            announce(session, contest=contest, actor=ANYBODY, now=now)


def give_up(session: Session, *, contest_id: int, error: DomainError, now: datetime) -> None:
    """Forget a set time at which the announcement was not possible, and tell who decided."""
    contest = session.get_one(Contest, contest_id)
    _round, decision = decisions.hold(session, contest)
    decision.announce_at = None
    reason = render_message(error)
    decisions.record(
        session,
        contest,
        actor=ANYBODY,
        verb="announce-refused",
        now=now,
        details={"reason": reason},
    )
    for person in (decision.proposed_by, decision.confirmed_by):
        if person is not None:
            mail.send(
                session,
                to=person.email,
                subject=_("%(contest)s was not announced", contest=contest.title),
                template="announcement_refused",
                now=now,
                name=person.name,
                forum=contest.forum,
                contest=contest,
                reason=reason,
                url=absolute_url("judging_organiser.announce", slug=contest.slug),
            )


# --- the mails ----------------------------------------------------------------------------------


def _tell_entrants(
    session: Session, *, contest: Contest, decision: Decision, now: datetime
) -> None:
    """Send everyone behind an entry to the winners' page, and congratulate those on it."""
    winning = {winner.entry_id for winner in decision.winners}
    winners = {user.id for user in _people(session, contest, winning)}
    for person in _people(session, contest, None):
        won = person.id in winners
        mail.send(
            session,
            to=person.email,
            subject=_("Congratulations: you have won in %(contest)s", contest=contest.title)
            if won
            else _("The winners of %(contest)s are announced", contest=contest.title),
            template="announcement_winner" if won else "announcement_entrant",
            now=now,
            name=person.name,
            forum=contest.forum,
            contest=contest,
            url=absolute_url("judging_results.winners", slug=contest.slug),
        )


def _people(session: Session, contest: Contest, entry_ids: set[int] | None) -> Sequence[User]:
    """Return the owners and team members of these entries, or of all that were submitted."""
    entries = select(Entry).where(
        Entry.contest_id == contest.id, Entry.state == EntryState.SUBMITTED
    )
    if entry_ids is not None:
        entries = entries.where(Entry.id.in_(entry_ids))
    members = select(TeamMember.user_id).where(
        TeamMember.team_id.in_(entries.with_only_columns(Entry.team_id))
    )
    owners = entries.with_only_columns(Entry.owner_id)
    return session.scalars(
        select(User).where(or_(User.id.in_(owners), User.id.in_(members))).order_by(User.id)
    ).all()
