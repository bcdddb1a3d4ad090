"""Telling a judge by mail that a round waits for their work."""

from datetime import datetime
from typing import Final

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import mail
from app.errors import N_
from app.web import absolute_url, instant_twice
from judging.models import Judge, Round
from judging.queries.panel import open_ballots
from judging.ranking import Kind

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
        waiting=open_ballots(session, judge, round_),
        url=absolute_url(endpoint, **page),
    )
