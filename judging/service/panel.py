"""Panels: judges invited, let in, asked about conflicts of interest, reminded and removed."""

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit, mail
from app.accounts.addresses import normal_address
from app.accounts.models import User
from app.accounts.queries import actor_of, find_user_by_email
from app.accounts.service import put_user
from app.authz import Actor
from app.errors import N_, ConflictError, GoneError, InvalidError, NotFoundError
from app.web import absolute_url, instant_twice
from contests.models import Contest
from contests.states import ContestState
from judging.models import Judge, RecusalSource, Round
from judging.queries.briefing import offered
from judging.queries.panel import (
    Work,
    entries_close_at,
    find_judge,
    find_judge_by_token,
    open_work,
    own_pairs,
    recused_pairs,
    suspected_pairs,
)
from judging.queries.rounds import entry_numbers, numbers_of
from judging.ranking import Kind
from judging.service.conflicts import find_conflicts, recuse_judge
from judging.service.freeing import free_untouched
from judging.service.reasons import check_reason

INVITATION_DAYS = 30
REMINDER_PAUSE = timedelta(hours=1)
TOKEN_BYTES = 32  # 256 bits: nobody guesses one, however many are out


class InvitationUsedError(GoneError):
    """The link has signed somebody in before and signs nobody in again; `judge` is who it was."""

    code = "invitation-used"

    def __init__(self, judge: Judge) -> None:
        super().__init__(N_("This invitation has been accepted already."))
        self.judge = judge


def invite(
    session: Session, *, contest: Contest, email: str, name: str, actor: Actor, now: datetime
) -> Judge:
    """Invite somebody to a panel by mail.

    Inviting the same address again renews the link, and takes back a removal. Raises InvalidError
    where `email` is no address.
    """
    address = normal_address(email)
    judge = find_judge(session, contest_id=contest.id, email=address)
    if judge is None:
        judge = Judge(contest=contest, email=address)
        session.add(judge)
    judge.name, judge.invited_at, judge.removed_at = name.strip(), now, None
    url = _renew_link(judge, now)
    session.flush()
    audit.record(session, actor=actor, verb="judge.invite", subject=f"judge:{judge.id}", now=now)
    mail.send(
        session,
        to=judge.email,
        subject=_("You are invited to judge %(contest)s", contest=contest.title),
        template="judge_invitation",
        now=now,
        name=judge.name,
        forum=contest.forum,
        judge=judge,
        inviter=actor.name,
        url=url,
        expires=instant_twice(_expiry(now), contest.zone, _own_zone(judge)),
    )
    return judge


def get_invitation(session: Session, *, token: str, now: datetime, lock: bool = False) -> Judge:
    """Return whose invitation this is, while its link can still be used.

    Raises InvitationUsedError after its first use, GoneError where it was forged, has expired or
    was taken back.
    """
    judge = find_judge_by_token(session, _digest(token), lock=lock)
    if judge is None or judge.removed_at is not None:
        raise GoneError(
            N_(
                "This invitation is not valid. If you were invited more than once, use the link in"
                " the newest mail; else ask the organisers for a new one."
            )
        )
    if judge.token_used_at is not None:
        raise InvitationUsedError(judge)
    if judge.token_expires_at is None or now >= judge.token_expires_at:
        raise GoneError(
            N_("This invitation expired on %(at)s. Ask the organisers for a new one."),
            at=judge.token_expires_at,
            zone=judge.contest.zone,
        )
    return judge


def accept(session: Session, *, token: str, now: datetime) -> tuple[Judge, User]:
    """Take a seat on the panel, with the account of the invitation's address.

    The link came to that address, so its first use also signs in. Raises what `get_invitation`
    raises, and GoneError for an account that was closed.
    """
    judge = get_invitation(session, token=token, now=now, lock=True)
    known = find_user_by_email(session, judge.email)
    user = put_user(
        session,
        email=judge.email,
        name=known.name if known else judge.name,
        password=None,
        organiser=False,
        now=now,
    )
    if not user.active:
        raise GoneError(N_("This account is closed. Please write to the organisers."))
    judge.user, judge.accepted_at = user, judge.accepted_at or now
    judge.token_used_at, judge.seen_at = now, now
    session.flush()
    actor = actor_of(user)
    audit.record(session, actor=actor, verb="judge.accept", subject=f"judge:{judge.id}", now=now)
    find_conflicts(session, contest=judge.contest, judges=[judge], actor=actor, now=now)
    return judge, user


def entries_are_frozen(session: Session, contest: Contest, now: datetime) -> bool:
    """Tell whether judges may look at the entries: they do not change any more."""
    early = {ContestState.DRAFT, ContestState.PUBLISHED}
    return contest.state not in early or now >= entries_close_at(session, contest)


def declare(
    session: Session,
    *,
    judge: Judge,
    conflicts: Mapping[int, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Record a judge's conflicts of interest (reason by entry id; may be none) and open the desk.

    Raises ConflictError while entries still come in, NotFoundError for an entry that is not in the
    contest, InvalidError for a reason missing or too long.
    """
    if not entries_are_frozen(session, judge.contest, now):
        raise ConflictError(
            N_("Entries come in until %(at)s; conflicts of interest are declared after that."),
            code="entries-open",
            at=entries_close_at(session, judge.contest),
            zone=judge.contest.zone,
        )
    find_conflicts(session, contest=judge.contest, judges=[judge], actor=actor, now=now)
    if not conflicts.keys() <= offered(session, judge.contest, conflicts.keys()):
        raise NotFoundError
    _check_all_said(session, conflicts)
    reasons = {
        entry_id: check_reason(reason, field=f"reason-{entry_id}")
        for entry_id, reason in conflicts.items()
    }
    recusals = recuse_judge(
        session,
        judge=judge,
        reasons=reasons,
        source=RecusalSource.DECLARED,
        actor=actor,
        now=now,
    )
    judge.declared_at, judge.seen_at = judge.declared_at or now, now
    audit.record(
        session,
        actor=actor,
        verb="judge.declare",
        subject=f"judge:{judge.id}",
        now=now,
        details={"entries": numbers_of(session, [recusal.entry_id for recusal in recusals])},
    )


def _check_all_said(session: Session, conflicts: Mapping[int, str]) -> None:
    """Refuse a conflict of interest of which nothing is said, naming its entry."""
    silent = [entry_id for entry_id, reason in conflicts.items() if not reason.strip()]
    if silent:
        raise InvalidError(
            N_("Say what the conflict of interest is. Not said yet: %(numbers)s."),
            field=f"reason-{silent[0]}",
            code="reason-missing",
            numbers=", ".join(f"{number:04d}" for number in numbers_of(session, silent)),
        )


def remove(session: Session, *, judge: Judge, actor: Actor, now: datetime) -> None:
    """Take a judge off the panel; what they have submitted or marked stays, the rest is freed."""
    if judge.removed_at is not None:
        return
    judge.removed_at = now
    judge.token_digest = judge.token_expires_at = judge.token_used_at = None
    session.flush()
    freed = free_untouched(session, judge=judge)
    audit.record(
        session,
        actor=actor,
        verb="judge.remove",
        subject=f"judge:{judge.id}",
        now=now,
        details={"freed_entries": freed},
    )


def remind(session: Session, *, judge: Judge, actor: Actor, now: datetime) -> None:
    """Mail a judge what is missing from them, with the link that leads there.

    Raises ConflictError "not-on-panel", "reminded-recently" (within the hour) or "nothing-missing".
    """
    _check_remindable(judge, now)
    work = open_work(session, judge) if judge.declared_at is not None else []
    if judge.declared_at is not None and not work:
        raise ConflictError(
            N_("Nothing is missing from %(name)s."), code="nothing-missing", name=judge.name
        )
    judge.reminded_at = now
    url = absolute_url("judge.desk") if judge.accepted_at else _renew_link(judge, now)
    session.flush()
    audit.record(session, actor=actor, verb="judge.remind", subject=f"judge:{judge.id}", now=now)
    mail.send(
        session,
        to=judge.email,
        subject=_("%(contest)s: the panel waits for you", contest=judge.contest.title),
        template="judge_reminder",
        now=now,
        name=judge.name,
        forum=judge.contest.forum,
        judge=judge,
        work=[_work_line(judge, one) for one in work],
        url=url,
    )


def remind_all(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> int:
    """Mail every judge of a panel who has something missing, as `remind`; return how many.

    Whoever was reminded within the hour is left alone.
    """
    reminded = 0
    seats = select(Judge).where(Judge.contest_id == contest.id, Judge.removed_at.is_(None))
    for judge in session.scalars(seats.order_by(Judge.id)).all():
        try:
            remind(session, judge=judge, actor=actor, now=now)
        except ConflictError as error:
            if error.reason not in {"reminded-recently", "nothing-missing"}:
                raise
        else:
            reminded += 1
    return reminded


def barred_pairs(session: Session, contest: Contest) -> set[tuple[int, int]]:
    """Return (judge id, entry id) for each entry a judge may not judge.

    That is their own, what they declared, and what was found until an organiser dismisses it.
    """
    return (
        recused_pairs(session, contest.id)
        | suspected_pairs(session, contest.id)
        | own_pairs(session, contest.id)
    )


def kept_apart(session: Session, round_: Round) -> dict[int, list[int]]:
    """Return the numbers of a round's entries that each judge may not judge, by the judge's id.

    Of the panel's past judges too, whose orders still count; who may judge all is not among them.
    """
    numbers = entry_numbers(session, round_)
    found: defaultdict[int, list[int]] = defaultdict(list)
    for judge_id, entry_id in barred_pairs(session, round_.contest):
        if entry_id in numbers:
            found[judge_id].append(numbers[entry_id])
    return {judge_id: sorted(apart) for judge_id, apart in found.items()}


def _check_remindable(judge: Judge, now: datetime) -> None:
    if judge.removed_at is not None:
        raise ConflictError(
            N_("%(name)s is not on the panel any more."), code="not-on-panel", name=judge.name
        )
    if judge.reminded_at is not None and now < judge.reminded_at + REMINDER_PAUSE:
        raise ConflictError(
            N_("%(name)s was reminded within the last hour. Wait a little before the next mail."),
            code="reminded-recently",
            name=judge.name,
        )


def _renew_link(judge: Judge, now: datetime) -> str:
    """Give a judge a new invitation token; return its address, which is kept nowhere."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    judge.token_digest, judge.token_used_at = _digest(token), None
    judge.token_expires_at = _expiry(now)
    return absolute_url("judge.invitation", token=token)


def _expiry(now: datetime) -> datetime:
    return now + timedelta(days=INVITATION_DAYS)


def _work_line(judge: Judge, work: Work) -> str:
    """Return one round's sentence for the reminder."""
    title, missing = work.title, work.missing
    if work.kind is Kind.RANK:
        what = _("%(title)s: your order is not submitted yet.", title=title)
    elif work.kind is Kind.PAIRWISE:
        what = ngettext(
            "%(title)s: %(num)s comparison is not decided yet.",
            "%(title)s: %(num)s comparisons are not decided yet.",
            missing,
            title=title,
        )
    else:
        what = ngettext(
            "%(title)s: %(num)s entry is not submitted yet.",
            "%(title)s: %(num)s entries are not submitted yet.",
            missing,
            title=title,
        )
    if work.due_at is None:
        return str(what)
    when = instant_twice(work.due_at, judge.contest.zone, _own_zone(judge))
    return f"{what} {_('Please finish by %(when)s.', when=when)}"


def _own_zone(judge: Judge) -> str:
    """Return the zone a mail may call theirs; the contest's, lest the sender's be taken for it."""
    return (judge.user.zone if judge.user else "") or judge.contest.zone


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
