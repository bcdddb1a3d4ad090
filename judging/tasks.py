"""Work of the judging room that runs in the worker."""

from datetime import datetime

from app import clock
from app.errors import DomainError
from app.jobs import job, sweep
from app.transaction import transaction
from judging.service import announcement, focusing


@job("judging.announce")
def announce(contest_id: int) -> None:
    """Announce a contest if its set time has come; safe to run early, late and twice."""
    now = clock.now()
    try:
        with transaction() as session:
            announcement.announce_if_due(session, contest_id=contest_id, now=now)
    except DomainError as error:
        # Said once to who decided, instead of every minute to nobody.
        with transaction() as session:
            announcement.give_up(session, contest_id=contest_id, error=error, now=now)


@sweep
def announce_due(now: datetime) -> None:
    """Announce what is due, whatever became of the job that should have done it."""
    with transaction() as session:
        waiting = announcement.due(session, now)
    for contest_id in waiting:
        announce(contest_id)


@job("judging.hand_out")
def hand_out(round_id: int) -> None:
    """Give the judges of a round with focus their next ballots; safe to run at any time."""
    with transaction() as session:
        focusing.hand_out_next(session, round_id=round_id, now=clock.now())


@sweep
def hand_out_everywhere(_now: datetime) -> None:
    """Give out what a lost job has not, and what came free since: a seat, a ballot, a conflict."""
    with transaction() as session:
        running = focusing.running_ids(session)
    for round_id in running:
        hand_out(round_id)
