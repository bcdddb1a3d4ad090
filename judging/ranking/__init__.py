"""Marks, rankings and comparisons → standings: exact wherever that is promised, and explained.

`rank` is the one door: pages, decisions and the recount of a bundle all come through it.
`docs/methods.md` says what each method means and where it comes from.
"""

from judging.ranking.averages import standings
from judging.ranking.marks import E, EntryKey, MarkRow, Standing

__all__ = ["E", "EntryKey", "MarkRow", "Standing", "standings"]
