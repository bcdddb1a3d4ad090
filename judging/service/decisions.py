"""The decision: winners proposed by one organiser, confirmed by another, until they are public.

Whoever proposes holds the round, whoever moves a decision holds its row, until the commit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import audit, mail
from app.accounts.queries import organisers
from app.authz import Actor
from app.errors import N_, ConflictError, InvalidError
from app.web import absolute_url
from contests.models import Contest
from contests.service import contests
from contests.states import ContestState
from judging.decision import check_decision, digest
from judging.models import Decision, Round, Winner
from judging.queries import results as queries
from judging.queries.rounds import get_deciding_round, rules_of
from judging.service.counting import count
from judging.states import DecisionState, RoundState, move_decision

CITATION_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Choice:
    """One place as an organiser fills it; `entry` is the entry's number."""

    entry: int
    citation: str
    reason: str


def propose(
    session: Session,
    *,
    contest: Contest,
    choices: Sequence[Choice],
    seen: str,
    actor: Actor,
    now: datetime,
) -> Decision:
    """Propose the winners, best first; replaces a proposal that nobody has confirmed yet.

    `seen` is the fingerprint of the proposal that the proposer read, empty where there was none:
    what changed meanwhile is not overwritten unread. The other organisers get mail, unless the same
    person proposed the very same before. Raises ConflictError "not-closed", "decided" or
    "proposal-changed", and InvalidError with the field `winner_N`,
    `reason_N` or `citation_N` for the place N that is not right.
    """
    round_ = get_deciding_round(session, contest, lock=True)
    if round_.state is not RoundState.CLOSED:
        raise ConflictError(
            N_("Close the round first; winners are proposed from settled standings."),
            code="not-closed",
        )
    earlier = queries.find_decision(session, contest, lock=True)
    if earlier is not None:
        _check_proposed(earlier)
    if fingerprint(earlier) not in (seen, digest(_words(choices))):
        raise ConflictError(
            N_(
                "Somebody changed the proposal since you opened this form. Nothing of yours is "
                "lost: compare both, then propose again."
            ),
            code="proposal-changed",
        )
    _check(session, round_=round_, choices=choices)
    told = earlier is not None and (earlier.proposed_by_id, fingerprint(earlier)) == (
        actor.user_id,
        digest(_words(choices)),
    )
    if earlier is not None:
        session.delete(earlier)
        session.flush()
    by_number = queries.entries_of(session, contest, [choice.entry for choice in choices])
    made = Decision(
        contest=contest,
        round=round_,
        proposed_by_id=actor.user_id,
        proposed_at=now,
        winners=[
            Winner(
                place=place,
                entry=by_number[choice.entry],
                citation=choice.citation,
                reason=choice.reason,
            )
            for place, choice in enumerate(choices, start=1)
        ],
    )
    session.add(made)
    session.flush()
    record(session, contest, actor=actor, verb="propose", now=now, details=_words(choices))
    if not told and rules_of(session, contest).two_people:
        _tell_organisers(session, contest=contest, actor=actor, now=now)
    return made


def confirm(
    session: Session, *, contest: Contest, seen: str, actor: Actor, now: datetime
) -> Decision:
    """Confirm a proposal; the contest is decided.

    It takes another person than its proposer, unless the contest's rules let one decide alone.
    `seen` is the fingerprint of the proposal that was on the page: one that changed meanwhile is
    not confirmed unread. Raises ConflictError "same-person", "proposal-changed", and InvalidError
    where the proposal no longer fits the standings.
    """
    round_, decision = hold(session, contest)
    if decision.confirmed_by_id == actor.user_id:
        return decision  # a second click
    two_people = rules_of(session, contest).two_people
    if two_people and decision.proposed_by_id == actor.user_id:
        raise ConflictError(
            N_("You proposed these winners, so that another organiser has to confirm them."),
            code="same-person",
        )
    if fingerprint(decision) != seen:
        raise ConflictError(
            N_("The proposal was changed since you opened the page. Read it again, then confirm."),
            code="proposal-changed",
        )
    target = move_decision(decision.state, DecisionState.CONFIRMED)
    check_stands(session, round_=round_, decision=decision)
    decision.state, decision.two_people = target, two_people
    decision.confirmed_by_id, decision.confirmed_at = actor.user_id, now
    contests.move(session, contest=contest, to=ContestState.DECIDED, actor=actor, now=now)
    record(
        session,
        contest,
        actor=actor,
        verb="confirm",
        now=now,
        details={
            "winners": [winner.entry.number for winner in decision.winners],
            "two_people": two_people,
        },
    )
    session.refresh(decision, ["confirmed_by"])
    return decision


def withdraw_confirmation(
    session: Session, *, contest: Contest, actor: Actor, now: datetime
) -> None:
    """Turn a confirmed decision into a proposal again; a set time is forgotten.

    A commitment is withdrawn with it, which its public page goes on to say.
    """
    _round, decision = hold(session, contest)
    decision.state = move_decision(decision.state, DecisionState.PROPOSED)
    decision.confirmed_by_id = decision.confirmed_at = decision.announce_at = None
    decision.two_people = True
    if withdrawn := decision.commitment:
        decision.commitment = decision.commitment_salt = decision.withheld = None
        decision.sealed = decision.committed_at = None
        details = {"commitment": withdrawn}
        record(session, contest, actor=actor, verb="withdraw-commitment", now=now, details=details)
    contests.move(session, contest=contest, to=ContestState.JUDGING, actor=actor, now=now)
    record(session, contest, actor=actor, verb="withdraw-confirmation", now=now)


def withdraw_proposal(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> None:
    """Take a proposal back; the audit keeps what it said. Raises ConflictError once confirmed."""
    _round, decision = hold(session, contest)
    _check_proposed(decision)
    session.delete(decision)
    session.flush()
    record(session, contest, actor=actor, verb="withdraw", now=now)


def drop_for_reopening(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> None:
    """Withdraw the proposal, if there is one, because its standings are about to change."""
    if queries.find_decision(session, contest) is not None:
        withdraw_proposal(session, contest=contest, actor=actor, now=now)


def hold(session: Session, contest: Contest) -> tuple[Round, Decision]:
    """Return the round and the decision, locked, and the contest's state as it is behind the lock.

    Raises ConflictError "not-proposed" where nothing is proposed, or not any more.
    """
    round_ = get_deciding_round(session, contest, lock=True)
    decision = queries.find_decision(session, contest, lock=True)
    if decision is None:
        raise ConflictError(
            N_("No winners are proposed. Somebody may have withdrawn them."), code="not-proposed"
        )
    session.refresh(contest, ["state"])
    return round_, decision


def fingerprint(decision: Decision | None) -> str:
    """Return a digest of what a decision says, by which a form names what its sender read.

    It is empty where nothing is proposed.
    """
    return "" if decision is None else digest(_words(_choices(decision)))


def check_stands(session: Session, *, round_: Round, decision: Decision) -> None:
    """Raise InvalidError unless a decision still is whole: entries can be disqualified later."""
    _check(session, round_=round_, choices=_choices(decision))


def _tell_organisers(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> None:
    """Ask the others to confirm; who is to win stands on the page alone, and in no mailbox."""
    for person in organisers(session):
        if person.id != actor.user_id:
            mail.send(
                session,
                to=person.email,
                subject=_("%(contest)s: winners wait for you to confirm", contest=contest.title),
                template="decision_proposed",
                now=now,
                name=person.name,
                forum=contest.forum,
                contest=contest,
                proposer=actor.name,
                url=absolute_url("judging_organiser.results", slug=contest.slug),
            )


def _check(session: Session, *, round_: Round, choices: Sequence[Choice]) -> None:
    for place, choice in enumerate(choices, start=1):
        if len(choice.citation) > CITATION_LENGTH:
            raise InvalidError(
                N_("A citation may have %(most)s characters."),
                field=f"citation_{place}",
                code="citation-too-long",
                most=CITATION_LENGTH,
            )
    counted = count(session, round_)
    check_decision(
        counted.ranking().standings,
        chosen=[choice.entry for choice in choices],
        reasons={choice.entry: choice.reason for choice in choices},
        places=round_.contest.winners,
        eligible=counted.entries,
    )


def _check_proposed(decision: Decision) -> None:
    if decision.state is not DecisionState.PROPOSED:
        raise ConflictError(
            N_("The winners are confirmed. Withdraw the confirmation before you change them."),
            code="decided",
        )


def _choices(decision: Decision) -> list[Choice]:
    return [
        Choice(entry=winner.entry.number or 0, citation=winner.citation, reason=winner.reason)
        for winner in decision.winners
    ]


def _words(choices: Sequence[Choice]) -> dict[str, Any]:
    return {
        "winners": [
            {"entry": choice.entry, "citation": choice.citation, "reason": choice.reason}
            for choice in choices
        ]
    }


def record(
    session: Session,
    contest: Contest,
    *,
    actor: Actor,
    verb: str,
    now: datetime,
    details: dict[str, Any] | None = None,
) -> None:
    """Append what was done about a contest's decision to the audit."""
    # By contest: a proposal that is withdrawn takes its own number with it.
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb=f"decision.{verb}",
        subject=f"decision:{contest.id}",
        now=now,
        details=details,
    )
