"""Telling a judge by mail that a round waits for their work."""

from datetime import datetime
from typing import Final

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import mail
from app.errors import N_
from app.web import absolute_url, instant_twice
from judging.models import Ballot, Judge, Round
from judging.queries.rounds import judged_in
from judging.ranking import Kind
from judging.states import BallotState

_BALLOTS: Final = (
    N_("%(contest)s: entries wait for your marks"),
    "results_ballots_waiting",
    "judge.desk",
)
_WORK: Final = {
    Kind.RANK: (
        N_("%(contest)s: your order is asked for"),
        "results_order_waiting",
        "orders.order",
    ),
    Kind.PAIRWISE: (
        N_("%(contest)s: comparisons wait for you"),
        "results_pairs_waiting",
        "pairs.pairs",
    ),
}


def tell_judge(session: Session, *, round_: Round, judge: Judge, count: int, now: datetime) -> None:
    """Mail a judge that so many ballots, entries to order or comparisons wait for them.

    Of ballots it also says how many wait in all, where some did before.
    """
    contest = round_.contest
    subject, template, endpoint = _WORK.get(round_.kind, _BALLOTS)
    page = {} if endpoint == "judge.desk" else {"round_id": round_.id}
    mail.send(
        session,
        to=judge.email,
        subject=_(subject, contest=contest.title),
        template=template,
        now=now,
        name=judge.name,
        forum=contest.forum,
        round=round_,
        due=instant_twice(round_.due_at, contest.zone) if round_.due_at else "",
        count=count,
        waiting=_open_ballots(session, round_, judge),
        url=absolute_url(endpoint, **page),
    )


def _open_ballots(session: Session, round_: Round, judge: Judge) -> int:
    found = session.scalar(
        select(func.count())
        .select_from(Ballot)
        .join(Ballot.entry)
        .where(
            Ballot.round_id == round_.id,
            Ballot.judge_id == judge.id,
            Ballot.state.in_((BallotState.ASSIGNED, BallotState.DRAFT)),
            judged_in(session, round_),
        )
    )
    return found or 0
