"""How a contest is counted: methods side by side, the tie ladder, who confirms."""

from dataclasses import dataclass
from typing import Final

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import ConflictError, InvalidError
from app.transaction import current_session, roll_back_request
from app.web import current_actor, render_message
from contests.models import Contest
from contests.queries.contests import get_contest
from judging.forms.counting import (
    LadderForm,
    MethodForm,
    TwoPeopleForm,
    posted_rungs,
)
from judging.models import Round
from judging.queries import results as queries
from judging.queries.readiness import judges_wanted
from judging.queries.rounds import get_round, is_declared, rounds_of, rules_of
from judging.ranking import Kind, Method, MethodName, Ranking, RungKind, parse_rung
from judging.service import methods as service
from judging.service.counting import Count, count
from judging.states import DecisionState, RoundState
from judging.views.board import criteria_titles, first_places
from judging.views.counting_words import doubt_words, method_name, rung_words, score_words
from judging.views.organiser import Answer, back, blueprint, show, told
from judging.views.words import digits_for

TOP: Final = 10
"""How many places a method shows."""
MOST_FOR_PATHS: Final = 400
"""With more entries the Schulze method, which takes time with their cube, is not tried here."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a method makes of the marks that there are.

    `rows` are (place, entry's number, title, score, wins), `changes` what would be otherwise than
    under the method that is declared; `says` why it cannot tell, or what to know.
    """

    method: Method
    is_declared: bool
    says: tuple[str, ...]
    rows: tuple[tuple[int, int, str, str, bool], ...] = ()
    changes: str = ""


@blueprint.route("/rounds/<int(max=2147483647):round_id>/method", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
def method(slug: str, round_id: int) -> Answer:
    """Compare the methods that fit a round on its present marks, and choose one of them."""
    session = current_session()
    contest = get_contest(session, slug)
    round_ = get_round(session, contest, round_id)
    names = {name: method_name(Method(name)) for name in service.methods_for(round_)}
    form = MethodForm(round_=round_, names=names)
    if form.validate_on_submit():
        try:
            service.change(
                session,
                contest=contest,
                round_id=round_id,
                method=form.chosen(),
                reason=form.reason.data or "",
                actor=current_actor(),
                now=clock.now(),
            )
        except InvalidError as error:
            roll_back_request()
            form.blame(error)
        except ConflictError as error:
            roll_back_request()
            flash(render_message(error), "error")
        else:
            flash(_("The round is counted this way now."), "success")
            return redirect(url_for(".method", slug=slug, round_id=round_id), 303)
    declared = Method(round_.method, round_.drop_count)
    is_planned = round_.state is RoundState.PLANNED
    places, is_last = first_places(round_, rounds_of(session, contest))
    return show(
        "methods",
        form,
        contest=contest,
        round=round_,
        names=list(names),
        declared=declared,
        trimming=_trimming(round_),
        tried=() if is_planned else _tried(contest, count(session, round_), places),
        places=places,
        is_last=is_last,
        is_settled=_is_settled(contest),
    )


def _trimming(round_: Round) -> str:
    """Return how many marks a trimmed mean needs, and how many this round gives."""
    given = judges_wanted(round_)
    needs = _(
        "To leave out 1 mark at either end an entry needs 3 marks on each criterion, for 2 it "
        "needs 5, and so on."
    )
    gets = (
        ngettext(
            "This round gives it %(num)s: leave out %(most)s at most.",
            "This round gives it %(num)s: leave out %(most)s at most.",
            given,
            most=(given - 1) // 2,
        )
        if given >= service.marks_needed(Method(MethodName.TRIMMED_MEAN, 1))
        else ngettext(
            "This round gives it %(num)s, too few to leave any out.",
            "This round gives it %(num)s, too few to leave any out.",
            given,
        )
    )
    return f"{needs} {gets}"


def _is_settled(contest: Contest) -> bool:
    decision = queries.find_decision(current_session(), contest)
    return decision is not None and decision.state is not DecisionState.PROPOSED


def _tried(contest: Contest, counted: Count, places: int) -> list[Tried]:
    """Count by every method that fits; the one declared comes first."""
    declared = counted.method
    fitting = [Method(name) for name in service.methods_for(counted.round)]
    drops = {1, declared.drop or 1}
    wanted = [
        *(each for each in fitting if each.name is not MethodName.TRIMMED_MEAN),
        *(
            Method(each.name, drop)
            for each in fitting
            if each.name is MethodName.TRIMMED_MEAN
            for drop in sorted(drops)
        ),
    ]
    reach = range(1, max(places, TOP) + 1)
    base = counted.ranking(places=reach)
    others = [each for each in wanted if each != declared]
    slow = [each for each in others if _is_too_slow(counted, each)]
    found = [
        (declared, base),
        *((each, counted.ranking(each, places=reach)) for each in others if each not in slow),
    ]
    shown = {
        row.entry for _method, ranking in found for row in ranking.standings[: max(places, TOP)]
    }
    titles = {
        number: line.title
        for number, line in queries.lines_of(current_session(), contest, shown).items()
    }
    tried = [_one(each, ranking, base, places, titles) for each, ranking in found]
    untried = (Tried(each, is_declared=False, says=(_too_slow(),)) for each in slow)
    return [*tried, *untried]


def _is_too_slow(counted: Count, method: Method) -> bool:
    return method.name is MethodName.SCHULZE and len(counted.entries) > MOST_FOR_PATHS


def _too_slow() -> str:
    return _("With more than %(most)s entries this method is not tried here.", most=MOST_FOR_PATHS)


def _one(
    method: Method, ranking: Ranking[int], base: Ranking[int], places: int, titles: dict[int, str]
) -> Tried:
    rows = [row for row in ranking.standings[: max(places, TOP)] if row.place is not None]
    digits = digits_for(rows)
    says = [doubt_words(doubt) for doubt in ranking.doubts]
    if lacking := len({gap.entry for gap in ranking.gaps}):
        says.append(
            ngettext(
                "%(num)s entry has too few marks for this method, and so no place.",
                "%(num)s entries have too few marks for this method, and so no place.",
                lacking,
            )
        )
    if not rows:
        says.append(_("Nobody has a place yet."))
    return Tried(
        method,
        ranking is base,
        tuple(says),
        tuple(
            (
                row.place or 0,
                row.entry,
                titles.get(row.entry, ""),
                score_words(row, method.name, digits),
                (row.place or 0) <= places,
            )
            for row in rows
        ),
        ""
        if ranking is base or not rows
        else _changes(_first(ranking, places), _first(base, places), places),
    )


def _first(ranking: Ranking[int], places: int) -> list[int]:
    return [row.entry for row in ranking.standings if row.place is not None and row.place <= places]


def _changes(found: list[int], base: list[int], places: int) -> str:
    """Return what a method would change about the first `places` entries, and only about them."""
    if found == base:
        return ngettext(
            "The first is the same.",
            "The first %(num)s are the same, in the same order.",
            places,
        )
    if set(found) == set(base):
        return _("The first %(places)s are the same, in another order.", places=places)
    gained = ", ".join(f"{entry:04d}" for entry in found if entry not in base)
    lost = ", ".join(f"{entry:04d}" for entry in base if entry not in found)
    if not gained:
        return _("Not among the first %(places)s: %(lost)s.", places=places, lost=lost)
    if not lost:
        return _("Also among the first %(places)s: %(gained)s.", places=places, gained=gained)
    return _(
        "Among the first %(places)s: %(gained)s instead of %(lost)s.",
        places=places,
        gained=gained,
        lost=lost,
    )


# --- the tie ladder and who confirms ------------------------------------------------------------


@blueprint.get("/results/rules")
@permission(Permission.ORGANISE)
def rules(slug: str) -> Answer:
    """Show how ties are settled, and whether a second organiser confirms."""
    session = current_session()
    contest = get_contest(session, slug)
    rungs = rules_of(session, contest).ladder
    return _rules(contest, LadderForm(rungs=rungs, offered=_offered(contest)))


@blueprint.post("/results/rules")
@permission(Permission.ORGANISE)
def set_rules(slug: str) -> Answer:
    """Save the ladder, or show the form again with a rung more, less or elsewhere."""
    session = current_session()
    contest = get_contest(session, slug)
    form = LadderForm(rungs=posted_rungs(request.form), offered=_offered(contest))
    act = request.form.get("act", "save")
    if act != "save":
        form.take() if act == "add" else form.rearrange(act)
        return _rules(contest, form, unsaved=True)
    if not form.validate():
        return _rules(contest, form, unsaved=True)
    try:
        changed = service.set_ladder(
            session,
            contest=contest,
            rungs=form.whole(),
            reason=form.reason.data or "",
            actor=current_actor(),
            now=clock.now(),
        )
    except InvalidError as error:
        roll_back_request()
        form.blame(error)
        return _rules(contest, form, unsaved=True)
    except ConflictError as error:
        roll_back_request()
        flash(render_message(error), "error")
    else:
        if changed:
            flash(_("The ladder is saved."), "success")
        else:
            flash(_("Nothing changed: the ladder was like this already."), "info")
    return back("rules", slug)


@blueprint.post("/results/rules/two-people")
@permission(Permission.ORGANISE)
def set_two_people(slug: str) -> Response:
    """Say whether a decision needs a second organiser."""
    session = current_session()
    contest = get_contest(session, slug)
    with told():
        service.set_two_people(
            session,
            contest=contest,
            wanted=TwoPeopleForm().two_people.data,
            actor=current_actor(),
            now=clock.now(),
        )
        flash(
            _("A second organiser confirms the winners.")
            if rules_of(session, contest).two_people
            else _("One organiser may confirm the winners alone."),
            "success",
        )
    return back("rules", slug)


def _rules(contest: Contest, form: LadderForm, *, unsaved: bool = False) -> Answer:
    session = current_session()
    titles = criteria_titles(rounds_of(session, contest))
    judges = queries.judge_names(session, contest)
    chair = queries.find_chair(session, contest)
    named = {rung.argument for rung in map(parse_rung, form.rungs) if rung.kind is RungKind.CHAIR}
    two_people = rules_of(session, contest).two_people
    return show(
        "counting_rules",
        form,
        contest=contest,
        rungs=[(text, rung_words(text, titles, judges)) for text in form.rungs],
        two_people=TwoPeopleForm(formdata=None, data={"two_people": two_people}),
        chair=chair,
        other_chair=bool(named) and (chair is None or named != {str(chair.id)}),
        is_declared=is_declared(session, contest),
        is_settled=_is_settled(contest),
        unsaved=unsaved,
    )


def _offered(contest: Contest) -> dict[str, str]:
    """Return the rungs that may be added, with their words."""
    session = current_session()
    rounds = rounds_of(session, contest)
    titles, judges = criteria_titles(rounds), queries.judge_names(session, contest)
    scored = [
        criterion.key
        for round_ in rounds
        if round_.kind is Kind.SCORE and not round_.is_practice
        for criterion in round_.criteria
    ]
    texts = [*(f"criterion:{key}" for key in dict.fromkeys(scored)), "head_to_head"]
    chair = queries.find_chair(session, contest)
    if chair is not None:
        texts.append(f"chair:{chair.id}")
    return {text: rung_words(text, titles, judges) for text in texts}
