"""Whether what judges gave, and what was decided, is what the audit says it was.

Every act of judging names what it came to. A row that was changed, taken out or put in from outside
Podium says something else than the newest act about it, and is named here. Rows are read with what
they refer to where that is there: to refer to nothing would take one out of the count, too.
"""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from app.audit import Fault
from judging.service.tracing.ballots import trace_ballots
from judging.service.tracing.decisions import trace_decisions
from judging.service.tracing.orders import trace_orders
from judging.service.tracing.pairs import trace_pairs
from judging.service.tracing.recusals import trace_recusals, trace_verdicts
from judging.service.tracing.rounds import trace_rounds
from judging.service.tracing.rules import trace_rules

__all__ = [
    "differences",
    "trace_ballots",
    "trace_decisions",
    "trace_orders",
    "trace_pairs",
    "trace_recusals",
    "trace_rounds",
    "trace_rules",
    "trace_verdicts",
]


def differences(session: Session) -> Iterator[Fault]:
    """Yield each difference between judging's rows and the audit, in a reader's own snapshot.

    Ballots, orders, comparisons, recusals, decisions and what results rest on beside them, a part
    at a time.
    """
    yield from trace_ballots(session)
    yield from trace_orders(session)
    yield from trace_pairs(session)
    yield from trace_recusals(session)
    yield from trace_verdicts(session)
    yield from trace_decisions(session)
    yield from trace_rounds(session)
    yield from trace_rules(session)
