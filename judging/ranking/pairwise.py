"""Choices between two entries → scores: the Bradley-Terry model.

The odds that an entry is chosen over another are the quotient of their strengths (Bradley and
Terry, Biometrika 39, 1952). Each entry also gets a few choices for and against it, opposite an
entry of average strength, so that one never beaten, or never compared with some others, still has
a finite strength, and the only one there is (Davidson and Solomon, Biometrika 60, 1973; Caron and
Doucet, Journal of Computational and Graphical Statistics 21, 2012).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from judging.ranking.marks import ComparisonRow, E, Scores

PRIOR: Final = 0.1
"""How many choices for, and as many against, each entry gets opposite the average."""
DIGITS: Final = 9
CLOSE: Final = 1e-8
"""Where to stop: each step squares the error, so after one this short nine digits are right."""

Floats = NDArray[np.float64]


def bradley_terry(rows: Iterable[ComparisonRow[E]], entries: Collection[E]) -> Scores[E]:
    """Score the compared among `entries` by the logarithm of their strength.

    Scores are rounded to nine digits, and equal then is equal. Comparisons with other entries are
    left aside. Takes time with the cube of the entries: 1,000 of them a few seconds.
    """
    staying = set(entries)
    chosen: Counter[tuple[E, E]] = Counter()
    judges: defaultdict[E, set[Hashable]] = defaultdict(set)
    for judge, winner, loser in rows:
        if winner in staying and loser in staying:
            chosen[winner, loser] += 1
            judges[winner].add(judge)
            judges[loser].add(judge)
    listed = sorted(judges)
    position = {entry: at for at, entry in enumerate(listed)}
    wins = np.zeros((len(listed), len(listed)))
    for (winner, loser), count in chosen.items():
        wins[position[winner], position[loser]] = count
    rounded = (round(strength * 10**DIGITS) for strength in _strengths(wins).tolist())
    return Scores(
        dict(zip(listed, rounded, strict=True)),
        10**DIGITS,
        {entry: len(who) for entry, who in judges.items()},
    )


def _strengths(wins: Floats) -> Floats:
    """Return the logarithms of strength that make these choices likeliest, by Newton's method.

    The likelihood is strictly concave, and no strength moves by more than 1/2 in a step: that much
    each step is sure to improve it (Bach, "Self-concordant analysis for logistic regression",
    Electronic Journal of Statistics 4, 2010, proposition 1), so this ends.
    """
    games = wins + wins.T
    won = wins.sum(axis=1) + PRIOR
    found = np.zeros(len(wins))
    longest = np.inf
    while longest > CLOSE:
        expected = games / (1 + np.exp(found[None, :] - found[:, None]))
        opposite_average = 1 / (1 + np.exp(-found))
        slope = won - expected.sum(axis=1) - 2 * PRIOR * opposite_average
        spread = expected * expected.T / np.where(games > 0, games, 1)
        bend = np.diag(spread.sum(axis=1) + 2 * PRIOR * opposite_average * (1 - opposite_average))
        move = np.linalg.solve(bend - spread, slope)
        longest = float(np.abs(move).max(initial=0))
        found += move / max(1, 2 * longest)
    return found
