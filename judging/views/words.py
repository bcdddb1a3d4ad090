"""Places, scores and states in words, for every page of judging."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from flask_babel import format_decimal
from flask_babel import gettext as _

from contests.forms.fields import country_name, language_name
from judging.models import ConflictGround, Judge, Round
from judging.ranking import Standing
from judging.states import BallotState, DecisionState, RoundState

_FEW, _MANY = 2, 3
_HUNDRED = 100


def place_name(place: int) -> str:
    """Return "First" for 1, and so on; from the fourth on "Place 4"."""
    names = {1: _("First"), 2: _("Second"), 3: _("Third")}
    return names.get(place) or _("Place %(place)s", place=place)


def decimal(number: Fraction | None, digits: int = _FEW) -> str:
    """Return an exact number with a fixed count of decimals, in the reader's notation.

    Half goes to the even digit; the number itself is never rounded before.
    """
    if number is None:
        return ""
    shown = round(number * 10**digits)
    pattern = f"0.{'0' * digits}" if digits else "0"
    text: str = format_decimal(Decimal(shown).scaleb(-digits), format=pattern)
    return text


def isolated(text: str) -> str:
    """Return somebody's words for the middle of a sentence, whichever way they are written."""
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def hundredths(share: float) -> str:
    """Return how many in a hundred a share is; what is neither all nor none does not read so."""
    whole = round(_HUNDRED * share)
    if whole == 0 and share > 0:
        return _("less than 1")
    if whole == _HUNDRED and share < 1:
        return _("more than 99")
    return str(whole)


def percent(share: float) -> str:
    """Return a share in whole per cent; see `hundredths`."""
    return _("%(share)s %%", share=hundredths(share))


def percent_in_short(share: float) -> str:
    """Return a share as `percent` does, where there is no room for words."""
    whole = round(_HUNDRED * share)
    if whole == 0 and share > 0:
        return _("<1 %")
    return _(">99 %") if whole == _HUNDRED and share < 1 else percent(share)


def digits_for(standings: Iterable[Standing[int]]) -> int:
    """Return how many decimals tell different scores apart: two, or three where two do not."""
    scores = {row.score for row in standings if row.score is not None}
    shown = {round(score * 10**_FEW) for score in scores}
    return _FEW if len(shown) == len(scores) else _MANY


def judge_state(judge: Judge, now: datetime) -> tuple[str, str]:
    """Return how far a judge has come, in words and as a kind of status."""
    if judge.removed_at is not None:
        return _("Removed"), "bad"
    if judge.declared_at is not None:
        return _("Ready to judge"), "good"
    if judge.accepted_at is not None:
        return _("Accepted"), "active"
    if judge.token_expires_at is not None and judge.token_expires_at <= now:
        return _("Invitation expired"), "bad"
    return _("Invited"), "waiting"


def ground_name(ground: ConflictGround) -> str:
    """Return what two people have in common, in words."""
    return {
        ConflictGround.ORGANISATION: _("Same organisation"),
        ConflictGround.DOMAIN: _("Same e-mail domain"),
        ConflictGround.COUNTRY: _("Same country"),
        ConflictGround.COLLABORATION: _("Were in one team"),
    }[ground]


def judge_knowledge(judge: Judge) -> str:
    """Return what is known of a judge in one line; "" where nothing is."""
    tracks = {track.id: track.title for track in judge.contest.tracks}
    most = judge.most_ballots
    said = (
        judge.organisation,
        country_name(judge.country) if judge.country else "",
        ", ".join(map(language_name, judge.languages)),
        ", ".join(_("SDG %(number)s", number=number) for number in judge.sdgs),
        ", ".join(code.partition("-")[0] for code in judge.action_lines),
        ", ".join(tracks[track] for track in judge.tracks if track in tracks),
        _("at most %(most)s entries", most=most) if most else "",
    )
    return " · ".join(filter(None, said))


def round_state(round_: Round) -> tuple[str, str]:
    """Return a round's state, in words and as a kind of status."""
    return {
        RoundState.PLANNED: (_("Planned"), "waiting"),
        RoundState.OPEN: (_("Open"), "active"),
        RoundState.CLOSED: (_("Closed"), "neutral"),
        RoundState.FINAL: (_("Final"), "good"),
    }[round_.state]


def ballot_state(state: BallotState) -> tuple[str, str]:
    """Return a ballot's state, in words and as a kind of status."""
    return {
        BallotState.ASSIGNED: (_("Not begun"), "neutral"),
        BallotState.DRAFT: (_("Begun"), "waiting"),
        BallotState.SUBMITTED: (_("Submitted"), "good"),
        BallotState.RECUSED: (_("Recused"), "bad"),
    }[state]


def decision_state(state: DecisionState) -> tuple[str, str]:
    """Return a decision's state, in words and as a kind of status."""
    return {
        DecisionState.PROPOSED: (_("Proposed"), "waiting"),
        DecisionState.CONFIRMED: (_("Confirmed"), "active"),
        DecisionState.ANNOUNCED: (_("Announced"), "good"),
    }[state]
