"""Standings → winners: what the standings propose, and where a choice needs a reason.

Standings here are those of the entries that may win. A place of the decision *departs* from them
when some entry that is not placed above it stands better: that takes a reason. Choosing among
entries with exactly the same score departs from nothing, yet somebody chose: the chair, who gives a
reason too, under a code of its own. An entry without any mark has no standing, so choosing it
always departs.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, takewhile
from typing import Any, Generic

from app.errors import N_, InvalidError
from judging.ranking import E, Standing


@dataclass(frozen=True, slots=True)
class Tie(Generic[E]):
    """Entries sharing a place that wins: the chair settles their order, or which of them win.

    `across_cut` says that there are more of them than places left. `message` with `params` is the
    sentence for the organiser.
    """

    place: int
    entries: tuple[E, ...]
    across_cut: bool
    message: str
    params: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Proposal(Generic[E]):
    """The winners that the standings suggest, in order, and the ties that nobody settled yet.

    Within a tie, and at the cut, the suggestion follows the entries' own order and means nothing.
    """

    winners: tuple[E, ...]
    unsettled: tuple[Tie[E], ...]


class DepartureCode(StrEnum):
    """Why a place needs a reason: the standings say otherwise, or leave it open."""

    DEPARTURE = "departure"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Departure(Generic[E]):
    """A place of the decision, counted from 1, that needs a reason, and the words to ask for it."""

    position: int
    entry: E
    code: DepartureCode
    message: str
    params: Mapping[str, object]


def propose(standings: Sequence[Standing[E]], places: int) -> Proposal[E]:
    """Suggest the best `places` marked entries, fewer if there are fewer, and name every tie."""
    ranked = [(row.place, row.entry) for row in standings if row.place is not None]
    winning = takewhile(lambda row: row[0] <= places, ranked)
    ties = []
    for place, group in groupby(winning, key=lambda row: row[0]):
        sharing = tuple(entry for _place, entry in group)
        if len(sharing) > 1:
            ties.append(_tie(place, sharing, places))
    return Proposal(tuple(entry for _place, entry in ranked[:places]), tuple(ties))


def departures(standings: Sequence[Standing[E]], chosen: Sequence[E]) -> tuple[Departure[E], ...]:
    """List the places of `chosen` (best first) that need a reason, in order."""
    place_of = {row.entry: row.place for row in standings}
    left = Counter(place for place in place_of.values() if place is not None)
    found = []
    for position, entry in enumerate(chosen, start=1):
        place = place_of.get(entry)
        if place is None or place > min(left, default=place):
            found.append(_departure(position, entry))
        elif left[place] > 1:
            found.append(_settled_tie(position, entry, left[place]))
        if place is not None:
            left -= Counter((place,))  # forgets a place on which nobody is left
    return tuple(found)


def check_decision(
    standings: Sequence[Standing[E]],
    *,
    chosen: Sequence[E],
    reasons: Mapping[E, str],
    places: int,
    eligible: Collection[E],
) -> None:
    """Refuse a decision that is not whole: every place filled, by an entry that may win, defended.

    There are `places` winners, or as many as there are eligible entries when those are fewer.
    Raises InvalidError "wrong-number", or for place N "winner-twice" and "not-eligible" (field
    `winner_N`) and "reason-missing" (field `reason_N`).
    """
    expected = min(places, len(eligible))
    if len(chosen) != expected:
        raise InvalidError(
            N_("Choose %(expected)s winners; there are %(chosen)s."),
            code="wrong-number",
            expected=expected,
            chosen=len(chosen),
        )
    for position, entry in enumerate(chosen, start=1):
        _check_winner(position, twice=entry in chosen[: position - 1], may_win=entry in eligible)
    for departure in departures(standings, chosen):
        if not reasons.get(departure.entry, "").strip():
            raise InvalidError(
                departure.message,
                field=f"reason_{departure.position}",
                code="reason-missing",
                **departure.params,
            )


def canonical(result: Mapping[str, Any]) -> str:
    """Return a result as canonical JSON: without spaces, keys sorted, no letter escaped.

    Values are what JSON knows: exact numbers go in as integers or text. Raises TypeError for
    anything else, ValueError for NaN and infinities.
    """
    return json.dumps(
        result, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(result: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of a result's canonical JSON in UTF-8."""
    return hashlib.sha256(canonical(result).encode()).hexdigest()


def sealed_text(salt: str, result: Mapping[str, Any]) -> str:
    """Return what a commitment is the digest of: the salt, a line feed, the canonical JSON.

    Without the salt, which is secret until the announcement, whoever guesses the winners could
    check the guess against the digest.
    """
    return f"{salt}\n{canonical(result)}"


def commitment(salt: str, result: Mapping[str, Any]) -> str:
    """Return the SHA-256, in hexadecimal, of the sealed text in UTF-8."""
    return hashlib.sha256(sealed_text(salt, result).encode()).hexdigest()


def _check_winner(position: int, *, twice: bool, may_win: bool) -> None:
    if twice:
        raise InvalidError(
            N_("Place %(position)s repeats an entry that has a better place already."),
            field=f"winner_{position}",
            code="winner-twice",
            position=position,
        )
    if not may_win:
        raise InvalidError(
            N_("The entry on place %(position)s may not win: it is not eligible."),
            field=f"winner_{position}",
            code="not-eligible",
            position=position,
        )


def _tie(place: int, sharing: tuple[E, ...], places: int) -> Tie[E]:
    across_cut = place + len(sharing) - 1 > places
    message = (
        N_("%(tied)s entries share place %(place)s, too many to win: the chair settles which do.")
        if across_cut
        else N_("%(tied)s entries share place %(place)s: the chair settles their order.")
    )
    return Tie(place, sharing, across_cut, message, {"tied": len(sharing), "place": place})


def _departure(position: int, entry: E) -> Departure[E]:
    return Departure(
        position,
        entry,
        DepartureCode.DEPARTURE,
        N_("Place %(position)s passes over an entry that stands better. Say why."),
        {"position": position},
    )


def _settled_tie(position: int, entry: E, tied: int) -> Departure[E]:
    return Departure(
        position,
        entry,
        DepartureCode.TIE,
        N_("Place %(position)s was chosen among %(tied)s entries with the same score. Say why."),
        {"position": position, "tied": tied},
    )
