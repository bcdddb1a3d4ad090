"""Work of the contests room that runs in the worker."""

import logging
from datetime import datetime

from app import clock
from app.jobs import job, sweep
from app.transaction import transaction
from contests.queries import entries as queries
from contests.service import settling

log = logging.getLogger(__name__)

MINUTES_WORTH = 60
"""Entries that one sweep takes on: it shares the worker with mails, and the next one follows."""


@job("contests.settle")
def settle(entry_id: int) -> None:
    """Do what follows when all files of a submitted entry are prepared; safe early, late, twice.

    In two transactions, so that no lock on the entry is held while others' are waited for.
    """
    now = clock.now()
    with transaction() as session:
        version_id = settling.compare(session, entry_id=entry_id, now=now)
    if version_id is not None:
        with transaction() as session:
            settling.finish(session, entry_id=entry_id, version_id=version_id, now=now)


@sweep
def settle_waiting(_now: datetime) -> None:
    """Do it for entries whose files took longer than their submission, or whose job was lost.

    One that fails is logged and does not stop the others.
    """
    with transaction() as session:
        waiting = queries.unsettled_entries(session, MINUTES_WORTH)
    for entry_id in waiting:
        try:
            settle(entry_id)
        except Exception:
            log.exception("entry %s could not be settled", entry_id)
