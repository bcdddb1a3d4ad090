"""Which entries a round judges: those that go on from the round before, or those for practice."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import ngettext

from app import clock
from app.authz import Permission, permission
from app.errors import InvalidError, NotFoundError
from app.transaction import current_session, roll_back_request
from app.web import current_actor
from contests.models import Contest
from judging.forms.rounds import ChoiceForm, PracticeForm, choice_form
from judging.models import Round
from judging.queries.progress import standing_titles
from judging.queries.rounds import (
    choice_reasons,
    chosen_numbers,
    entry_titles_for_practice,
    find_next_round,
)
from judging.ranking import Ballots, Given, Kind
from judging.rubric import IN, MAYBE, OUT, VERDICT
from judging.service import rounds as service
from judging.service.counting import given_in, ranking_of
from judging.views.counting_words import score_words, unit
from judging.views.organiser import Answer, back_to_round, blueprint, show
from judging.views.rounds.common import ROUND, found_round
from judging.views.words import digits_for


@dataclass(frozen=True, slots=True)
class Line:
    """An entry that may go on: where it stands, what the rule says, and what judges said."""

    number: int
    title: str
    place: int | None
    score: str
    by_rule: bool
    is_tied: bool
    verdicts: tuple[int, int, int] | None


@blueprint.route(f"{ROUND}/next", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
def next_entries(slug: str, round_id: int) -> Answer:
    """Let entries go on to the next round: the rule proposes, the organiser decides."""
    session = current_session()
    contest, round_ = found_round(slug, round_id)
    later = find_next_round(session, round_)
    if later is None or round_.is_practice:
        raise NotFoundError
    lines = _lines(round_) if round_.state.is_over else []
    form = _choice(later, lines)
    if lines and form.validate_on_submit():
        numbers = [line.number for line in lines]
        try:
            service.choose_next(
                session,
                contest=contest,
                round_id=round_id,
                chosen=form.chosen(numbers),
                left_out=form.left_out(numbers),
                actor=current_actor(),
                now=clock.now(),
            )
        except InvalidError as error:
            roll_back_request()
            form.blame(error)
        else:
            _tell(len(form.chosen(numbers)), later)
            return back_to_round(slug, later.id)
    return _shown(contest, found_round(slug, round_id)[1], lines, form)


def _shown(contest: Contest, round_: Round, lines: list[Line], form: ChoiceForm) -> Answer:
    return show(
        "next_entries",
        form,
        contest=contest,
        round=round_,
        later=find_next_round(current_session(), round_),
        lines=lines,
        tied=[line.number for line in lines if line.is_tied],
        unit=unit(round_.kind, round_.method),
        is_settled=round_.state.is_over,
    )


def _lines(round_: Round) -> list[Line]:
    session = current_session()
    standings = ranking_of(session, round_).standings
    proposal = service.proposal_of(round_, standings)
    goes, tied = set(proposal.entries), set(proposal.tied)
    titles, digits = dict(standing_titles(session, round_)), digits_for(standings)
    verdicts = _verdicts(given_in(session, round_)) if round_.kind is Kind.SCREEN else {}
    return [
        Line(
            number=row.entry,
            title=titles[row.entry],
            place=row.place,
            score=score_words(row, round_.method, digits),
            by_rule=row.entry in goes,
            is_tied=row.entry in tied,
            verdicts=verdicts.get(row.entry, (0, 0, 0)) if round_.kind is Kind.SCREEN else None,
        )
        for row in standings
    ]


def _verdicts(given: Given[int]) -> Mapping[int, tuple[int, int, int]]:
    """Count who said in, maybe and out of each entry."""
    said: defaultdict[int, Counter[int]] = defaultdict(Counter)
    rows = given.rows if isinstance(given, Ballots) else ()
    for row in rows:
        if row.criterion == VERDICT:
            said[row.entry][row.points] += 1
    return {entry: (each[IN], each[MAYBE], each[OUT]) for entry, each in said.items()}


def _choice(later: Round, lines: list[Line]) -> ChoiceForm:
    """Return the form with what was chosen before, else with what the rule proposes."""
    session = current_session()
    before: Collection[int] = chosen_numbers(session, later)
    return choice_form(
        [line.number for line in lines],
        goes=before or {line.number for line in lines if line.by_rule},
        reasons=choice_reasons(session, later) if before else {},
    )


def _tell(count: int, later: Round) -> None:
    flash(
        ngettext(
            "%(num)s entry goes on to “%(title)s”.",
            "%(num)s entries go on to “%(title)s”.",
            count,
            title=later.title,
        ),
        "success",
    )


@blueprint.route(f"{ROUND}/entries", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
def practice_entries(slug: str, round_id: int) -> Answer:
    """Choose the entries with which judges practise."""
    session = current_session()
    contest, round_ = found_round(slug, round_id)
    if not round_.is_practice:
        raise NotFoundError
    titles = entry_titles_for_practice(session, contest)
    form = PracticeForm(
        options=[(number, f"{number:04d} · {title}") for number, title in titles],
        chosen=list(chosen_numbers(session, round_)),
    )
    if request.method == "POST" and form.validate():
        service.choose_practice(
            session,
            contest=contest,
            round_id=round_id,
            numbers=form.entries.data or [],
            actor=current_actor(),
            now=clock.now(),
        )
        flash(_("The entries for practice are saved."), "success")
        return back_to_round(slug, round_id)
    return show("practice_entries", form, contest=contest, round=round_)
