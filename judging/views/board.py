"""Standings as a page shows them: a page of rows in words, and why each tie is as it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
    tie_words,
    unplaced_words,
)
from judging.views.words import digits_for

PAGE_SIZE: Final = 50
CHOICES: Final = 100
"""How many entries, the best placed, the form for proposing winners offers."""


@dataclass(frozen=True, slots=True)
class Board:
    """Rows of a round's standings, a page or a few, and all that stands beside them.

    `shown` are the rows, `scores` and `averages` what they say by entry. `ties` explain
    those that are of interest here, `notes` why entries have no place. `rounds` are the
    contest's; `titles` of criteria go by key, names of `judges` by id as text.
    """

    count: Count
    ranking: Ranking[int]
    shown: Sequence[Standing[int]]
    scores: Mapping[int, str]
    averages: Mapping[int, Mapping[str, Fraction]]
    lines: Mapping[int, EntryLine]
    digits: int
    ties: Sequence[str]
    notes: Sequence[str]
    page: Page[int] | None
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
    offered = [row.entry for row in ranking.standings[:CHOICES]] if number == 1 else []
    reach = range(first + 1, first + PAGE_SIZE + 1)
    return _laid_out(
        counted,
        ranking,
        ranking.standings[first : first + PAGE_SIZE],
        also=[*offered, *also],
        told=replace(ranking, steps=tuple(step for step in ranking.steps if step.place in reach)),
        page=_page(contest, round_, number, len(counted.entries)),
    )


def beside_the_line(round_: Round, number: int, places: int) -> Board | None:
    """Lay out how one entry stands: with the last of the first `places`, and the one after it.

    Told is what concerns it alone. None where it is not among those that stand in the round.
    """
    session = current_session()
    counted = count(session, round_)
    if number not in counted.entries:
        return None
    ranking = counted.ranking()
    above = sum(row.place is not None and row.place <= places for row in ranking.standings)
    about = ranking.standings[max(above - 1, 0) : above + 1]
    own = tuple(row for row in ranking.standings if row.entry == number)
    return _laid_out(
        counted,
        ranking,
        [row for row in ranking.standings if row in about or row in own],
        told=Ranking(
            own,
            tuple(step for step in ranking.steps if any(number in group for group in step.groups)),
            tuple(gap for gap in ranking.gaps if gap.entry == number),
            (),
        ),
    )


def _laid_out(
    counted: Count,
    ranking: Ranking[int],
    shown: Sequence[Standing[int]],
    *,
    told: Ranking[int],
    also: Sequence[int] = (),
    page: Page[int] | None = None,
) -> Board:
    """Put these rows into words, and of what was `told` apart from them each step and note."""
    session = current_session()
    contest = counted.round.contest
    rounds = rounds_of(session, contest)
    titles = criteria_titles(rounds)
    judges = queries.judge_names(session, contest)
    digits = digits_for(shown)
    entries = [row.entry for row in shown]
    return Board(
        counted,
        ranking,
        shown,
        {row.entry: score_words(row, counted.method.name, digits) for row in shown},
        averages(counted.given, counted.method, entries),
        queries.lines_of(session, contest, [*entries, *also]),
        digits,
        tie_words(
            (step for step in told.steps if can_apply(step.rung, counted.round)),
            titles,
            judges,
            digits,
        ),
        [
            *(doubt_words(doubt) for doubt in told.doubts),
            *unplaced_words(told, titles, [each.key for each in counted.round.criteria]),
        ],
        page,
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
