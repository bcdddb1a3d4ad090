"""How one round is set up: what it is, when, who judges, and its rubric."""

from flask import flash, request
from flask_babel import gettext as _

from app import clock
from app.authz import Permission, permission
from app.errors import InvalidError
from app.transaction import current_session, roll_back_request
from app.web import current_actor
from contests.models import Contest
from judging.forms.rounds import RoundForm
from judging.forms.rubric import (
    MOST_CRITERIA,
    RubricForm,
    posted_rows,
    rearranged,
    rubric_form,
    rubric_rows,
)
from judging.models import Round
from judging.queries import progress as queries
from judging.queries.rounds import rounds_of
from judging.service import rounds as service
from judging.views.organiser import Answer, back_to_round, blueprint, show
from judging.views.rounds import words
from judging.views.rounds.common import ROUND, found_round


@blueprint.route(f"{ROUND}/edit", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
def edit_round(slug: str, round_id: int) -> Answer:
    """Change what a round is, when, who judges, and what goes on from it."""
    session = current_session()
    contest, found = found_round(slug, round_id)
    judges = [judge for judge in queries.panel(session, contest) if judge.removed_at is None]
    form = RoundForm(round_=found, zone=contest.zone, panel=judges)
    if form.validate_on_submit():
        try:
            service.update_round(
                session,
                contest=contest,
                round_id=round_id,
                values=form.values(),
                actor=current_actor(),
                now=clock.now(),
            )
        except InvalidError as error:
            roll_back_request()
            form.blame(error)
        else:
            flash(_("The round is saved."), "success")
            if form.at_midnight():
                flash(_("A time at midnight is read as the wrong day by many."), "warning")
            _warn_of_order(contest, found)
            return back_to_round(slug, round_id)
    return show("round_edit", form, contest=contest, round=found)


def _warn_of_order(contest: Contest, round_: Round) -> None:
    """Say where this round is due before an earlier one, or a later one before this."""
    found = rounds_of(current_session(), contest)
    for later in found:
        pair = [round_] if later.position > round_.position else found
        if later.position >= round_.position and (said := words.due_early(later, pair)):
            flash(said, "warning")


@blueprint.get(f"{ROUND}/rubric")
@permission(Permission.ORGANISE)
def rubric(slug: str, round_id: int) -> Answer:
    """Show the rubric as a form, or as it is once marks fix it."""
    contest, found = found_round(slug, round_id)
    return _rubric(contest, found, rubric_form(rubric_rows(found.criteria), posted=None))


@blueprint.post(f"{ROUND}/rubric")
@permission(Permission.ORGANISE)
def set_rubric(slug: str, round_id: int) -> Answer:
    """Save the rubric, or show the form again with a criterion more, less or elsewhere."""
    contest, found = found_round(slug, round_id)
    rows, act = posted_rows(request.form), request.form.get("act", "save")
    if act != "save":
        form = rubric_form(rearranged(rows, act), posted=None)
        return _rubric(contest, found, form, unsaved=True)
    form = rubric_form(rows, posted=request.form)
    if not form.validate():
        return _rubric(contest, found, form)
    try:
        service.set_rubric(
            current_session(),
            contest=contest,
            round_id=round_id,
            criteria=form.criteria(),
            actor=current_actor(),
            now=clock.now(),
        )
    except InvalidError as error:
        roll_back_request()
        form.blame(error)
        return _rubric(*found_round(slug, round_id), form)
    flash(_("The rubric is saved."), "success")
    if uneven := words.uneven_scales(form.pulls()):
        flash(uneven, "warning")
    return back_to_round(slug, round_id)


def _rubric(contest: Contest, found: Round, form: RubricForm, *, unsaved: bool = False) -> Answer:
    is_locked = found.state.is_over or queries.has_marks(current_session(), found)
    return show(
        "rubric",
        form,
        contest=contest,
        round=found,
        locked=is_locked,
        unsaved=unsaved,
        uneven="" if is_locked else words.uneven_scales(form.pulls()),
        full=len(form.counts) >= MOST_CRITERIA,
    )
