"""What a choice of winners looks like beside the standings, for whoever has to confirm it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from flask_babel import gettext as _
from flask_babel import ngettext

from judging.decision import Departure, DepartureCode, departures
from judging.models import Decision
from judging.ranking import Standing
from judging.views.board import Board
from judging.views.counting_words import score_words, unit
from judging.views.words import isolated

MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a winner stands: its place and score; whom it passes over; on how few it rests."""

    stood: str
    departs: str
    thin: str


def stands_of(decision: Decision, shown: Board) -> list[Stand]:
    """Return for each winner of a decision, in its order, what the standings say of it."""
    standings = shown.ranking.standings
    chosen = [winner.entry.number or 0 for winner in decision.winners]
    rows = {row.entry: row for row in standings if row.entry in set(chosen)}
    departed = {each.entry: each for each in departures(standings, chosen)}
    return [
        Stand(
            _stood(rows.get(entry), shown),
            _departs(departed.get(entry), chosen, shown),
            thin_words([rows[entry]] if entry in rows else (), shown),
        )
        for entry in chosen
    ]


def thin_words(rows: Iterable[Standing[int]], shown: Board) -> str:
    """Say which of these entries a single judge judged; nothing where there is none."""
    thin = [row.entry for row in rows if row.judges == 1]
    if not thin:
        return ""
    return ngettext(
        "Thin evidence: %(entries)s rests on one judge alone.",
        "Thin evidence: %(entries)s rest on one judge each.",
        len(thin),
        entries=_named(thin, shown),
    )


def _stood(row: Standing[int] | None, shown: Board) -> str:
    if row is None or row.place is None:
        return _("In the standings: no place.")
    method = shown.count.method.name
    return ngettext(
        "In the standings: place %(place)s, from %(num)s judge. %(unit)s: %(score)s.",
        "In the standings: place %(place)s, from %(num)s judges. %(unit)s: %(score)s.",
        row.judges,
        place=row.place,
        unit=unit(shown.round.kind, method),
        score=score_words(row, method, shown.digits),
    )


def _departs(each: Departure[int] | None, chosen: Sequence[int], shown: Board) -> str:
    if each is None:
        return ""
    if each.code is DepartureCode.TIE:
        return _("Chosen among %(tied)s entries with the same score.", **each.params)
    place = next((r.place for r in shown.ranking.standings if r.entry == each.entry), None)
    above = set(chosen[: each.position - 1])
    better = [
        row
        for row in shown.ranking.standings
        if row.place is not None and (place is None or row.place < place) and row.entry not in above
    ]
    named = [
        _("%(entry)s (place %(place)s)", entry=_named([row.entry], shown), place=row.place)
        for row in islice(better, MOST_NAMED)
    ]
    left = len(better) - len(named)
    if left:
        named.append(ngettext("%(num)s more", "%(num)s more", left))
    return _("Departs from the standings. Passed over: %(entries)s.", entries=", ".join(named))


def _named(entries: Iterable[int], shown: Board) -> str:
    return ", ".join(
        f"{entry:04d} “{isolated(shown.lines[entry].title if entry in shown.lines else '')}”"
        for entry in entries
    )
