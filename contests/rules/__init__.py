"""What a contest asks of an entry and until when: deadlines, sizes, the checklist for submitting.

Nothing here reads a clock or a database. Services hand over frozen facts and get back a verdict, a
list of what is missing, or a domain error that says what to do. Instants are aware datetimes.
"""

from contests.rules.checklist import Missing, is_web_link, missing_for_submission
from contests.rules.entry import EntryFacts, EntryRules, check_entries_left, check_team_size
from contests.rules.gallery import gallery_is_open, is_announced
from contests.rules.order import order_key
from contests.rules.window import Phase, Window, check_open, is_midnight, is_open, phase
from contests.rules.words import count_words

__all__ = [
    "EntryFacts",
    "EntryRules",
    "Missing",
    "Phase",
    "Window",
    "check_entries_left",
    "check_open",
    "check_team_size",
    "count_words",
    "gallery_is_open",
    "is_announced",
    "is_midnight",
    "is_open",
    "is_web_link",
    "missing_for_submission",
    "order_key",
    "phase",
]
