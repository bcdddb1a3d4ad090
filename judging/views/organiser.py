"""The organisers' judging room: the round, from its rubric to its close."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import ConflictError, InvalidError
from app.transaction import current_session, roll_back_request
from app.web import Form, current_actor, instant_twice, render_message
from contests.models import Contest
from contests.queries.contests import get_contest
from judging.assignment import Assignment
from judging.forms.organiser import (
    MOST_CRITERIA,
    RoundForm,
    RubricForm,
    posted_rows,
    rearranged,
    rubric_form,
    rubric_rows,
)
from judging.models import Round
from judging.queries import progress as queries
from judging.queries.results import find_decision
from judging.queries.rounds import find_deciding_round, get_deciding_round, is_running
from judging.service import dealing
from judging.service import rounds as service
from judging.states import DecisionState, RoundState
from judging.views import words

blueprint = Blueprint("judging_organiser", __name__, url_prefix="/manage/contests/<slug>")
for _filter in (
    words.place_name,
    words.decimal,
    words.judge_state,
    words.round_state,
    words.ballot_state,
    words.decision_state,
):
    blueprint.add_app_template_filter(_filter)

Answer = str | Response | tuple[str, int]
INVALID = 422


@contextmanager
def told() -> Iterator[None]:
    """Say why an act of one button was refused on the page it came from; nothing is changed."""
    try:
        yield
    except (ConflictError, InvalidError) as error:
        roll_back_request()
        flash(render_message(error), "error")


def back(page: str, slug: str) -> Response:
    """Lead back to one of the contest's pages."""
    return redirect(url_for(f"judging_organiser.{page}", slug=slug), 303)


def show(template: str, form: Form, **context: object) -> Answer:
    """Show a page with a form, and with its faults if it has any."""
    page = render_template(f"judging/organiser/{template}.html", form=form, **context)
    return (page, INVALID) if form.errors else page


# --- the round ----------------------------------------------------------------------------------


@blueprint.get("/rounds")
@permission(Permission.ORGANISE)
def rounds(slug: str) -> str:
    """Show the control room: what is late, who is late, what needs the organisers."""
    session, now = current_session(), clock.now()
    contest = get_contest(session, slug)
    round_ = find_deciding_round(session, contest)
    if round_ is None:
        return render_template("judging/organiser/no_round.html", contest=contest)
    decision = find_decision(session, contest)
    ready = queries.readiness(session, round_, now)
    is_planned = round_.state is RoundState.PLANNED
    progress = None if is_planned else queries.progress(session, round_)
    return render_template(
        f"judging/organiser/{'round_planned' if is_planned else 'round'}.html",
        contest=contest,
        round=round_,
        steps=_steps(contest, round_, decision.state if decision else None),
        ready=ready,
        plan=dealing.preview(session, round_=round_) if is_planned and ready.is_complete else None,
        progress=progress,
        # What a closed round lacks is not dealt any more.
        can_fill=progress is not None
        and is_running(round_)
        and dealing.can_fill(session, round_=round_, short=progress.short),
        decision=decision,
        has_marks=queries.has_marks(session, round_),
        now=now,
    )


@blueprint.post("/rounds/create")
@permission(Permission.ORGANISE)
def create_round(slug: str) -> Response:
    """Make the round, with defaults that need no change."""
    session = current_session()
    service.create_round(
        session, contest=get_contest(session, slug), actor=current_actor(), now=clock.now()
    )
    flash(_("The round is planned. Nobody but organisers sees it until you open it."), "success")
    return back("rounds", slug)


@blueprint.route("/rounds/edit", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
def edit_round(slug: str) -> Answer:
    """Change a round's title, briefing, due time and number of judges."""
    session = current_session()
    contest = get_contest(session, slug)
    form = RoundForm(round_=get_deciding_round(session, contest), zone=contest.zone)
    if form.validate_on_submit():
        with told():
            service.update_round(
                session,
                contest=contest,
                values=form.values(),
                actor=current_actor(),
                now=clock.now(),
            )
            flash(_("The round is saved."), "success")
        return back("rounds", slug)
    return show("round_edit", form, contest=contest)


@blueprint.get("/rounds/rubric")
@permission(Permission.ORGANISE)
def rubric(slug: str) -> Answer:
    """Show the rubric as a form, or as it is once marks fix it."""
    session = current_session()
    contest = get_contest(session, slug)
    round_ = get_deciding_round(session, contest)
    return _rubric(contest, round_, rubric_form(rubric_rows(round_.criteria), posted=None))


@blueprint.post("/rounds/rubric")
@permission(Permission.ORGANISE)
def set_rubric(slug: str) -> Answer:
    """Save the rubric, or show the form again with a criterion more, less or elsewhere."""
    session = current_session()
    contest = get_contest(session, slug)
    rows, act = posted_rows(request.form), request.form.get("act", "save")
    if act != "save":
        form = rubric_form(rearranged(rows, act), posted=None)
        return _rubric(contest, get_deciding_round(session, contest), form, unsaved=True)
    form = rubric_form(rows, posted=request.form)
    if not form.validate():
        return _rubric(contest, get_deciding_round(session, contest), form)
    try:
        service.set_rubric(
            session,
            contest=contest,
            criteria=form.criteria(),
            actor=current_actor(),
            now=clock.now(),
        )
    except InvalidError as error:
        roll_back_request()
        form.blame(error)
        return _rubric(contest, get_deciding_round(session, contest), form)
    flash(_("The rubric is saved."), "success")
    return back("rounds", slug)


def _rubric(contest: Contest, round_: Round, form: RubricForm, *, unsaved: bool = False) -> Answer:
    is_locked = queries.has_marks(current_session(), round_) or round_.state not in {
        RoundState.PLANNED,
        RoundState.OPEN,
    }
    return show(
        "rubric",
        form,
        contest=contest,
        round=round_,
        locked=is_locked,
        unsaved=unsaved,
        full=len(form.positions) >= MOST_CRITERIA,
    )


@blueprint.post("/rounds/open")
@permission(Permission.ORGANISE)
def open_round(slug: str) -> Response:
    """Let the judges begin."""
    session = current_session()
    with told():
        plan = service.open_round(
            session, contest=get_contest(session, slug), actor=current_actor(), now=clock.now()
        )
        flash(_("The round is open, and the judges have mail."), "success")
        _tell_shortfalls(plan)
    return back("rounds", slug)


@blueprint.post("/rounds/assign")
@permission(Permission.ORGANISE)
def assign(slug: str) -> Response:
    """Deal the ballots that are missing."""
    session = current_session()
    with told():
        plan = service.assign_again(
            session, contest=get_contest(session, slug), actor=current_actor(), now=clock.now()
        )
        flash(
            _("Every gap that could be filled is filled; ballots that were there stay."), "success"
        )
        _tell_shortfalls(plan)
    return back("rounds", slug)


@blueprint.post("/rounds/close")
@permission(Permission.ORGANISE)
def close_round(slug: str) -> Response:
    """End judging, with ballots missing or not."""
    session = current_session()
    with told():
        service.close_round(
            session, contest=get_contest(session, slug), actor=current_actor(), now=clock.now()
        )
        flash(_("The round is closed. The standings below are settled."), "success")
        return back("results", slug)
    return back("rounds", slug)


@blueprint.post("/rounds/reopen")
@permission(Permission.ORGANISE)
def reopen_round(slug: str) -> Response:
    """Let judges go on."""
    session = current_session()
    with told():
        service.reopen_round(
            session, contest=get_contest(session, slug), actor=current_actor(), now=clock.now()
        )
        flash(_("The round is open again. Judges can submit and change marks."), "success")
    return back("rounds", slug)


def _tell_shortfalls(plan: Assignment[int, int]) -> None:
    if plan.shortfalls:
        numbers = ", ".join(f"{row.entry:04d}" for row in plan.shortfalls)
        flash(_("Too few judges may mark these entries: %(numbers)s.", numbers=numbers), "warning")


def _steps(
    contest: Contest, round_: Round, decision: DecisionState | None
) -> list[dict[str, object]]:
    """Return the phases from the close to the announcement, and which of them is now."""
    order = {
        RoundState.PLANNED: 0 if clock.now() < contest.closes_at else 1,
        RoundState.OPEN: 2,
        RoundState.CLOSED: 4 if decision is DecisionState.CONFIRMED else 3,
        RoundState.FINAL: 5,
    }[round_.state]
    due = instant_twice(round_.due_at, contest.zone) if round_.due_at else None
    phases = (
        (_("Entries"), instant_twice(contest.closes_at, contest.zone)),
        (_("Preparation"), None),
        (_("Judging"), due),
        (_("Decision"), None),
        (_("Announcement"), None),
    )
    return [
        {
            "label": label,
            "detail": detail,
            "state": "done" if n < order else "now" if n == order else "next",
        }
        for n, (label, detail) in enumerate(phases)
    ]
