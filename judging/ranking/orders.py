"""Each judge's order of the entries → scores: rank sum, Borda, Schulze; exactly.

Judges may tie entries and leave entries out; those left out are tied behind all they ranked.
Sources: Borda, "Mémoire sur les élections au scrutin" (1781), with half a point for a tie; Schulze,
"A new monotonic, clone-independent, reversal symmetric, and Condorcet-consistent single-winner
election method", Social Choice and Welfare 36 (2011), with winning votes as strength.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping
from fractions import Fraction
from itertools import groupby

import numpy as np

from judging.ranking.marks import E, RankRow, Scores

Orders = Mapping[Hashable, Mapping[E, int]]
"""Each judge's positions by entry, from 1."""


def orders(rows: Iterable[RankRow[E]], entries: Collection[E]) -> Orders[E]:
    """Return each judge's positions of `entries`; others leave, and those behind them move up."""
    every: defaultdict[Hashable, dict[E, int]] = defaultdict(dict)
    for entry, judge, position in rows:
        every[judge][entry] = position
    staying = set(entries)
    return {judge: kept for judge, ranked in every.items() if (kept := _closed_up(ranked, staying))}


def _closed_up(ranked: Mapping[E, int], staying: Collection[E]) -> dict[E, int]:
    left = [position for entry, position in ranked.items() if entry not in staying]
    return {
        entry: position - sum(gone < position for gone in left)
        for entry, position in ranked.items()
        if entry in staying
    }


def rank_sum(given: Orders[E], entries: Collection[E]) -> Scores[E]:
    """Add up positions as they were given; the lowest sum is best.

    An entry that a judge left out takes the mean of the positions left, (ranked + 1 + all) / 2.
    """
    doubled = dict.fromkeys(_ranked(given), 0)
    for ranked in given.values():
        left = _twice_left(ranked, entries)
        for entry in doubled:
            doubled[entry] += 2 * ranked[entry] if entry in ranked else left
    return Scores(doubled, 2, _ranked(given), lowest_first=True)


def positions(given: Orders[E], entries: Collection[E], entry: E) -> dict[Hashable, Fraction]:
    """Return what each judge's order adds to the rank sum of one of the `entries`, by judge."""
    return {
        judge: Fraction(ranked[entry])
        if entry in ranked
        else Fraction(_twice_left(ranked, entries), 2)
        for judge, ranked in given.items()
    }


def _twice_left(ranked: Mapping[E, int], entries: Collection[E]) -> int:
    """Return twice the mean of the positions that an order leaves."""
    return len(ranked) + 1 + len(set(entries))


def borda(given: Orders[E], entries: Collection[E]) -> Scores[E]:
    """Give a point for every entry that a judge puts behind this one, half a point for a tie.

    Only the order counts here, not how a judge numbered it.
    """
    everyone = len(set(entries))
    doubled = dict.fromkeys(_ranked(given), 0)
    for ranked in given.values():
        behind = everyone
        for _position, group in groupby(sorted(ranked, key=ranked.__getitem__), ranked.__getitem__):
            tied = list(group)
            behind -= len(tied)
            for entry in tied:
                doubled[entry] += 2 * behind + len(tied) - 1
        for entry in doubled.keys() - ranked.keys():
            doubled[entry] += behind - 1
    return Scores(doubled, 2, _ranked(given))


def schulze(given: Orders[E]) -> Scores[E]:
    """Count the entries that each beats: by a stronger path of majorities than leads back.

    Takes time with the cube of the entries: 500 of them about a second. Beating is transitive, so
    whoever beats another is placed before it.
    """
    judges = _ranked(given)
    listed = sorted(judges)
    prefer = np.zeros((len(listed), len(listed)), dtype=np.int64)
    for ranked in given.values():
        behind = 1 + max(ranked.values())
        position = np.array([ranked.get(entry, behind) for entry in listed])
        prefer += position[:, None] < position[None, :]
    strength = np.where(prefer > prefer.T, prefer, 0)
    for via in range(len(listed)):
        path = np.minimum(strength[:, via, None], strength[None, via, :])
        np.maximum(strength, path, out=strength)
    beaten = (strength > strength.T).sum(axis=1).tolist()
    return Scores(dict(zip(listed, beaten, strict=True)), 1, judges)


def _ranked(given: Orders[E]) -> dict[E, int]:
    """Count the judges who ranked each entry that anybody ranked."""
    return dict(Counter(entry for ranked in given.values() for entry in ranked))
