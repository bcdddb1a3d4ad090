"""Marks, rankings and comparisons → standings: exact wherever that is promised, and explained.

`rank` is the one door: pages, decisions and the recount of a bundle all come through it.
`standings` is its weighted mean alone. `docs/methods.md` says what each method means and where it
comes from.
"""

from judging.ranking.averages import standings
from judging.ranking.ladder import Outcome, Rung, RungKind, Step, parse_rung
from judging.ranking.marks import (
    ComparisonRow,
    E,
    EntryKey,
    Gap,
    MarkRow,
    RankRow,
    Scores,
    Standing,
)
from judging.ranking.methods import (
    EXACT,
    METHODS,
    Ballots,
    Comparisons,
    Given,
    Kind,
    Marks,
    Method,
    MethodName,
    Ranking,
    Rankings,
    averages,
    rank,
)

__all__ = [
    "EXACT",
    "METHODS",
    "Ballots",
    "ComparisonRow",
    "Comparisons",
    "E",
    "EntryKey",
    "Gap",
    "Given",
    "Kind",
    "MarkRow",
    "Marks",
    "Method",
    "MethodName",
    "Outcome",
    "RankRow",
    "Ranking",
    "Rankings",
    "Rung",
    "RungKind",
    "Scores",
    "Standing",
    "Step",
    "averages",
    "parse_rung",
    "rank",
    "standings",
]
