"""An append-only, hash-chained record of who did what; a changed or missing row breaks it.

Each act holds the digest of the act before it, and one row, the head, remembers the newest. Whoever
appends holds the head's lock until the end of the transaction, so that there is one chain, and the
numbers of its rows have no gaps. `trail` reads it back, so that what it says can be compared with
the rows that it is about.
"""

from app.audit.chain import GENESIS, AuditEvent, AuditHead, event_digest
from app.audit.recording import record
from app.audit.verifying import Fault, FaultKind, verify

__all__ = [
    "GENESIS",
    "AuditEvent",
    "AuditHead",
    "Fault",
    "FaultKind",
    "event_digest",
    "record",
    "verify",
]
