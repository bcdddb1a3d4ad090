"""Standings as a page shows them: a page of rows in words, and why each tie is as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flask import url_for
from flask_babel import gettext as _

from app.transaction import current_session
from app.web import Page
from contests.models import Contest
from judging.models import Round
from judging.queries import results as queries
from judging.queries.results import EntryLine
from judging.queries.rounds import rounds_of
from judging.ranking import Ranking, Standing, averages
from judging.service.counting import Count, count
from judging.views.counting_words import (
    can_apply,
    doubt_words,
    score_words,
    step_words,
    unplaced_words,
)
from judging.views.words import digits_for

PAGE_SIZE: Final = 50
CHOICES: Final = 100
"""How many entries, the best placed, the form for proposing winners offers."""


@dataclass(frozen=True, slots=True)
class Board:
    """One page of a round's standings, and all that stands beside it.

    `shown` are the page's rows, `scores` and `averages` what they say by entry; `chosen_from` are
    those that a form offers. `steps` explain, line by line, the ties that reach into the page.
    `rounds` are the contest's; `titles` of criteria go by key, names of `judges` by id as text.
    """

    count: Count
    ranking: Ranking[int]
    shown: Sequence[Standing[int]]
    scores: Mapping[int, str]
    averages: Mapping[int, Mapping[str, Fraction]]
    lines: Mapping[int, EntryLine]
    digits: int
    steps: Sequence[str]
    notes: Sequence[str]
    page: Page[int]
    rounds: Sequence[Round]
    titles: Mapping[str, str]
    judges: Mapping[str, str]

    @property
    def round(self) -> Round:
        """Return the round that was counted."""
        return self.count.round

    @property
    def choices(self) -> Sequence[Standing[int]]:
        """Return the entries that a form offers as winners."""
        return self.ranking.standings[:CHOICES]


def board(contest: Contest, round_: Round, number: int, also: Sequence[int] = ()) -> Board:
    """Count a round and lay out page `number` of its standings; `also` names more entries."""
    session = current_session()
    counted = count(session, round_)
    last = max(1, -(-len(counted.entries) // PAGE_SIZE))
    number = min(number, last)
    first = (number - 1) * PAGE_SIZE
    # On the first page the form settles ties, too.
    end = max(first + PAGE_SIZE, CHOICES if number == 1 else 0, contest.winners)
    ranking = counted.ranking(places=range(first + 1, end + 1))
    shown = ranking.standings[first : first + PAGE_SIZE]
    entries = [row.entry for row in shown]
    offered = [row.entry for row in ranking.standings[:CHOICES]] if number == 1 else []
    digits = digits_for(shown)
    reach = range(first + 1, first + PAGE_SIZE + 1)
    rounds = rounds_of(session, contest)
    titles = criteria_titles(rounds)
    judges = queries.judge_names(session, contest)
    return Board(
        counted,
        ranking,
        shown,
        {row.entry: score_words(row, counted.method.name, digits) for row in shown},
        averages(counted.given, counted.method, entries),
        queries.lines_of(session, contest, [*entries, *offered, *also]),
        digits,
        [
            step_words(step, titles, judges, digits)
            for step in ranking.steps
            if step.place in reach and can_apply(step.rung, round_)
        ],
        [
            *(doubt_words(doubt) for doubt in ranking.doubts),
            *unplaced_words(ranking, titles, [each.key for each in round_.criteria]),
        ],
        _page(contest, round_, number, len(counted.entries)),
        rounds,
        titles,
        judges,
    )


def first_places(round_: Round, rounds: Sequence[Round]) -> tuple[int, bool]:
    """Return how many of a round's entries come first, and whether they win by that."""
    later = (each for each in rounds if each.position > round_.position and not each.is_practice)
    is_last = next(later, None) is None
    goes_on = None if is_last else round_.advance_count
    return goes_on or round_.contest.winners, is_last


def criteria_titles(rounds: Sequence[Round]) -> dict[str, str]:
    """Return the titles of all criteria of a contest's rounds, by key."""
    return {criterion.key: criterion.title for round_ in rounds for criterion in round_.criteria}


def _page(contest: Contest, round_: Round, number: int, total: int) -> Page[int]:
    def url(wanted: int) -> str:
        return url_for(
            "judging_organiser.round_results", slug=contest.slug, round_id=round_.id, page=wanted
        )

    first, last = (number - 1) * PAGE_SIZE + 1, min(number * PAGE_SIZE, total)
    return Page(
        [number],
        url(number - 1) if number > 1 else None,
        url(number + 1) if last < total else None,
        _("%(first)s to %(last)s of %(total)s", first=first, last=last, total=total),
    )
