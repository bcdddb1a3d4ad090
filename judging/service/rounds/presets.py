"""What rounds start from: ways to judge a contest that need one click, and each kind's defaults."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.authz import Actor
from app.errors import N_
from app.web import in_zone, local_instant
from contests.models import Contest
from judging import rubric
from judging.models import Advance, Criterion, Round
from judging.queries.panel import entries_close_at
from judging.queries.rounds import count_standing, rounds_of
from judging.ranking import Kind, MethodName
from judging.service.acts import record
from judging.service.rounds.ladders import begin_rules

JUDGING_DAYS = 14
LATER_DAYS = 7
FIRST_PASS = 2
"""With focus every entry gets so many first: with one nothing would link the judges."""
USUAL_FIELD = 150
"""How many entries to plan for while nobody can know."""
SHORTLIST_SHARE, SHORTLIST_EACH = 5, 3
FINAL_SHARE, FINAL_EACH = 3, 2
MOST_TO_ORDER = 15
_EVENING = time(18)


class Preset(StrEnum):
    """Ways to judge a contest that an organiser can start from."""

    ONE = "one"
    STARS = "stars"
    SCREEN = "screen"
    PRACTICE = "practice"


DEFAULT_METHODS: Final[Mapping[Kind, MethodName]] = {
    Kind.SCREEN: MethodName.MEAN,
    Kind.SCORE: MethodName.MEAN,
    Kind.RANK: MethodName.RANK_SUM,
    Kind.PAIRWISE: MethodName.BRADLEY_TERRY,
}

TITLES: Final[Mapping[Kind, str]] = {
    Kind.SCREEN: N_("Screening"),
    Kind.SCORE: N_("Scoring"),
    Kind.RANK: N_("Ranking"),
    Kind.PAIRWISE: N_("Comparing"),
}

BRIEFINGS: Final[Mapping[Kind, str]] = {
    Kind.SCREEN: N_(
        "Say of each entry whether it goes on: in, maybe, or out. “Out” needs a reason that you "
        "would give the entrant. You will not see who entered, nor what other judges think. Every "
        "change is saved; you can come back until the round closes."
    ),
    Kind.SCORE: N_(
        "Mark each entry on its own, against the words beside each criterion, and use the "
        "whole scale. You will not see who entered, nor what other judges think. Every change "
        "is saved; you can come back to a ballot until the round closes."
    ),
    Kind.RANK: N_(
        "Put the entries in your order, the best first. Two that you cannot tell apart may share a "
        "place. You will not see who entered, nor what other judges think. Every change is saved; "
        "you can come back until the round closes."
    ),
    Kind.PAIRWISE: N_(
        "You see two entries at a time: choose the better one. Trust your first careful look; "
        "nobody sees all pairs. You will not see who entered, nor what other judges chose. You "
        "can come back to a pair until the round closes."
    ),
}

_PRACTICE_BRIEFING = N_(
    "These entries are for practice: every judge marks the same few, nothing counts, and once you "
    "have submitted one you see how the panel's marks lie. Use it to find the scale together."
)
_STARS: Final = rubric.Rubric(
    (
        rubric.Criterion(
            "stars",
            N_("Stars"),
            rubric.WHOLE,
            1,
            5,
            N_("Should it go on? Look once, honestly; the next round looks closely."),
            levels={1: N_("No"), 3: N_("Perhaps"), 5: N_("By all means")},
        ),
    )
)
_PLANS: Final[Mapping[Preset, Sequence[Mapping[str, Any]]]] = {
    Preset.ONE: ({"kind": Kind.SCORE},),
    Preset.STARS: (
        {
            "kind": Kind.SCORE,
            "title": N_("Stars"),
            "criteria": _STARS,
            "advance": Advance.TOP,
        },
        {
            "kind": Kind.SCORE,
            "title": N_("Shortlist"),
            "advance": Advance.TOP,
        },
        {"kind": Kind.RANK},
    ),
    Preset.SCREEN: (
        {"kind": Kind.SCREEN, "advance": Advance.ABOVE, "advance_above": 50},
        {"kind": Kind.SCORE},
    ),
    Preset.PRACTICE: (
        {"kind": Kind.SCORE, "is_practice": True},
        {"kind": Kind.SCORE},
    ),
}


@dataclass(frozen=True, slots=True)
class Cuts:
    """How many go on in a plan of three rounds, of so many entries; where the field is known.

    While entries still come in, `entries` is what a contest has on average, and all is a guess.
    """

    entries: int
    winners: int
    is_guess: bool

    @property
    def shortlist(self) -> int:
        """How many go on from the first round: a fifth, and three for each winner at least."""
        wanted = max(SHORTLIST_EACH * self.winners, round(self.entries / SHORTLIST_SHARE))
        return max(1, min(wanted, self.entries - 1))

    @property
    def final(self) -> int:
        """How many of those are put in order: a third, as many as a judge can order."""
        most = max(MOST_TO_ORDER, FINAL_EACH * self.winners)
        wanted = max(FINAL_EACH * self.winners, round(self.shortlist / FINAL_SHARE))
        return max(1, min(wanted, most, self.shortlist - 1))

    @property
    def fit(self) -> bool:
        """Whether each of three rounds leaves more than win, and fewer than it got."""
        is_large = self.entries >= SHORTLIST_SHARE * self.winners
        return is_large and self.entries > self.shortlist > self.final > self.winners


def cuts_of(session: Session, contest: Contest, now: datetime) -> Cuts:
    """Return how many would go on in a plan of three rounds, as entries are now."""
    found = count_standing(session, contest)
    is_guess = now < entries_close_at(session, contest)
    return Cuts(max(found, USUAL_FIELD) if is_guess else found, contest.winners, is_guess)


def plan_rounds(
    session: Session, *, contest: Contest, preset: Preset, actor: Actor, now: datetime
) -> Sequence[Round]:
    """Make a contest's rounds with defaults that need no change; a second click makes no more."""
    found = rounds_of(session, contest)
    if found:
        return found
    cuts = cuts_of(session, contest, now)
    counts = iter((cuts.shortlist, cuts.final))
    made = [
        new_round(
            contest,
            position=position,
            now=now,
            advance_count=next(counts) if plan.get("advance") is Advance.TOP else None,
            **plan,
        )
        for position, plan in enumerate(_PLANS[preset], start=1)
    ]
    session.add_all(made)
    begin_rules(session, contest, made)
    session.flush()
    for round_ in made:
        record(
            session,
            round_,
            actor=actor,
            verb="create",
            now=now,
            details={"title": round_.title, "kind": round_.kind.value, "preset": preset.value},
        )
    return made


def new_round(
    contest: Contest,
    *,
    position: int,
    kind: Kind,
    now: datetime,
    title: str = "",
    is_practice: bool = False,
    criteria: rubric.Rubric | None = None,
    **columns: Any,
) -> Round:
    """Return a round of a kind with that kind's defaults, not yet in the session."""
    briefing = _PRACTICE_BRIEFING if is_practice else BRIEFINGS[kind]
    return Round(
        contest=contest,
        position=position,
        kind=kind,
        is_practice=is_practice,
        title=_(title) if title else _("Practice") if is_practice else _(TITLES[kind]),
        briefing=_(briefing),
        method=DEFAULT_METHODS[kind],
        due_at=_due(contest, now, position),
        first_pass=FIRST_PASS,
        seed=secrets.token_hex(16),
        criteria=criteria_for(contest, kind, criteria),
        **columns,
    )


def criteria_for(
    contest: Contest, kind: Kind, wanted: rubric.Rubric | None = None
) -> list[Criterion]:
    """Return the criteria that a round of this kind starts from; orders and pairs have none."""
    rows = {
        Kind.SCREEN: rubric.VERDICTS.criteria,
        Kind.SCORE: (wanted or rubric.DEFAULT_RUBRICS[contest.kind.value]).criteria,
    }.get(kind, ())
    return [
        Criterion(
            position=position,
            key=row.key,
            title=_(row.title),
            guidance=_(row.guidance) if row.guidance else "",
            # A verdict's words are the reader's, whoever planned the round.
            levels={
                str(points): words if kind is Kind.SCREEN else _(words)
                for points, words in row.levels.items()
            },
            weight=int(row.weight),
            minimum=row.minimum,
            maximum=row.maximum,
            step_hundredths=int(row.step * 100),
        )
        for position, row in enumerate(rows)
    ]


def _due(contest: Contest, now: datetime, position: int) -> datetime:
    """Return an evening two weeks after the close, or after today; a week more for each round."""
    days = timedelta(days=JUDGING_DAYS + LATER_DAYS * (position - 1))
    day = in_zone(max(contest.closes_at, now) + days, contest.zone).date()
    return local_instant(datetime.combine(day, _EVENING), contest.zone)
