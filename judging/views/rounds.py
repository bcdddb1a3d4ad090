"""The organisers' pages of rounds: planned, set up, run, closed; and what goes on from each."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import InvalidError
from app.transaction import current_session, roll_back_request
from app.web import current_actor
from contests.models import Contest
from contests.queries.contests import get_contest
from judging.assignment import Assignment
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
from judging.queries.readiness import readiness
from judging.queries.results import find_decision
from judging.queries.rounds import find_next_round, get_round, is_running, rounds_of
from judging.ranking import Kind
from judging.service import dealing
from judging.service import rounds as service
from judging.service.rounds import Preset
from judging.states import RoundState
from judging.views import round_words
from judging.views.organiser import Answer, back, back_to_round, blueprint, show, told
from judging.views.phases import phases

# An id beyond this does not fit the databases' integers, and so belongs to nothing.
_ROUND = "/rounds/<int(max=2147483647):round_id>"
_DEALT = frozenset({Kind.SCREEN, Kind.SCORE})
Choice = TypeVar("Choice", bound=StrEnum)

blueprint.add_app_template_filter(round_words.kind_name, "round_kind")
blueprint.add_app_template_filter(round_words.kind_work, "round_work")
blueprint.add_app_template_filter(round_words.share_out, "round_share")
blueprint.add_app_template_filter(round_words.goes_on)
blueprint.add_app_template_filter(round_words.level_words)
blueprint.add_app_template_filter(round_words.scale_words)


def _found(slug: str, round_id: int) -> tuple[Contest, Round]:
    session = current_session()
    contest = get_contest(session, slug)
    return contest, get_round(session, contest, round_id)


# --- all of them --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round in the overview; only an opened one has got anywhere, only a planned one moves."""

    round: Round
    progress: queries.Progress | None
    can_move_up: bool


@blueprint.get("/rounds")
@permission(Permission.ORGANISE)
def rounds(slug: str) -> str:
    """Show a contest's rounds in their order, or the ways to begin with."""
    session = current_session()
    contest = get_contest(session, slug)
    found = rounds_of(session, contest)
    if not found:
        return render_template(
            "judging/organiser/no_round.html",
            contest=contest,
            presets=[(preset, *round_words.preset_words(preset)) for preset in Preset],
        )
    return render_template(
        "judging/organiser/rounds.html",
        contest=contest,
        lines=[_line(round_, found[n - 1] if n else None) for n, round_ in enumerate(found)],
        deciding=max((one for one in found if not one.is_practice), key=_position, default=None),
        steps=phases(contest, found, find_decision(session, contest)),
        now=clock.now(),
    )


def _position(round_: Round) -> int:
    return round_.position


def _line(round_: Round, above: Round | None) -> RoundLine:
    is_planned = round_.state is RoundState.PLANNED
    return RoundLine(
        round_,
        None if is_planned else queries.progress(current_session(), round_),
        is_planned and above is not None and above.state is RoundState.PLANNED,
    )


@blueprint.post("/rounds")
@permission(Permission.ORGANISE)
def plan_rounds(slug: str) -> Response:
    """Make the rounds of a preset, with defaults that need no change."""
    preset = _one_of(Preset, request.form.get("preset"))
    session = current_session()
    service.plan_rounds(
        session,
        contest=get_contest(session, slug),
        preset=preset,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(_("The judging is planned. Nobody but organisers sees it until you open it."), "success")
    return back("rounds", slug)


@blueprint.post("/rounds/add")
@permission(Permission.ORGANISE)
def add_round(slug: str) -> Response:
    """Add one more round after the others."""
    asked = request.form.get("kind")
    is_practice = asked == "practice"
    kind = Kind.SCORE if is_practice else _one_of(Kind, asked)
    session = current_session()
    with told():
        made = service.add_round(
            session,
            contest=get_contest(session, slug),
            kind=kind,
            is_practice=is_practice,
            actor=current_actor(),
            now=clock.now(),
        )
        flash(_("The round is planned."), "success")
        return back_to_round(slug, made.id)
    return back("rounds", slug)


def _one_of(kind: type[Choice], asked: str | None) -> Choice:
    """Return what a button stands for; another value was never offered."""
    if asked not in [member.value for member in kind]:
        abort(400)
    return kind(asked)


@blueprint.post(f"{_ROUND}/move-up")
@permission(Permission.ORGANISE)
def move_round_up(slug: str, round_id: int) -> Response:
    """Let a planned round come before the one above it."""
    session = current_session()
    with told():
        service.move_up(
            session,
            contest=get_contest(session, slug),
            round_id=round_id,
            actor=current_actor(),
            now=clock.now(),
        )
        flash(_("The order of the rounds is saved."), "success")
    return back("rounds", slug)


@blueprint.post(f"{_ROUND}/remove")
@permission(Permission.ORGANISE)
def remove_round(slug: str, round_id: int) -> Response:
    """Take a planned round away."""
    session = current_session()
    with told():
        service.remove_round(
            session,
            contest=get_contest(session, slug),
            round_id=round_id,
            actor=current_actor(),
            now=clock.now(),
        )
        flash(_("The round is removed."), "success")
    return back("rounds", slug)


# --- one of them --------------------------------------------------------------------------------


@blueprint.get(_ROUND)
@permission(Permission.ORGANISE)
def round_(slug: str, round_id: int) -> str:
    """Show a round's control room: what is late, who is late, what needs the organisers."""
    session, now = current_session(), clock.now()
    contest, found = _found(slug, round_id)
    decision = find_decision(session, contest)
    common = {
        "contest": contest,
        "round": found,
        "steps": phases(contest, rounds_of(session, contest), decision),
        "ready": readiness(session, found, now),
        "next_round": None if found.is_practice else find_next_round(session, found),
        "now": now,
    }
    if found.state is RoundState.PLANNED:
        return _planned(found, **common)
    progress = queries.progress(session, found)
    return render_template(
        "judging/organiser/round.html",
        progress=progress,
        # What a closed round lacks is not dealt any more.
        can_fill=found.kind in _DEALT
        and is_running(found)
        and dealing.can_fill(session, round_=found, short=progress.short),
        decision=decision,
        has_marks=queries.has_marks(session, found),
        **common,
    )


def _planned(found: Round, **common: object) -> str:
    session = current_session()
    ready = readiness(session, found, clock.now())
    is_dealt = found.kind in _DEALT and ready.is_complete
    return render_template(
        "judging/organiser/round_planned.html",
        plan=dealing.preview(session, round_=found) if is_dealt else None,
        **common,
    )


@blueprint.route(f"{_ROUND}/edit", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
def edit_round(slug: str, round_id: int) -> Answer:
    """Change what a round is, when, who judges, and what goes on from it."""
    session = current_session()
    contest, found = _found(slug, round_id)
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
            return back_to_round(slug, round_id)
    return show("round_edit", form, contest=contest, round=found)


@blueprint.get(f"{_ROUND}/rubric")
@permission(Permission.ORGANISE)
def rubric(slug: str, round_id: int) -> Answer:
    """Show the rubric as a form, or as it is once marks fix it."""
    contest, found = _found(slug, round_id)
    return _rubric(contest, found, rubric_form(rubric_rows(found.criteria), posted=None))


@blueprint.post(f"{_ROUND}/rubric")
@permission(Permission.ORGANISE)
def set_rubric(slug: str, round_id: int) -> Answer:
    """Save the rubric, or show the form again with a criterion more, less or elsewhere."""
    contest, found = _found(slug, round_id)
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
        return _rubric(*_found(slug, round_id), form)
    flash(_("The rubric is saved."), "success")
    return back_to_round(slug, round_id)


def _rubric(contest: Contest, found: Round, form: RubricForm, *, unsaved: bool = False) -> Answer:
    is_locked = queries.has_marks(current_session(), found) or found.state not in {
        RoundState.PLANNED,
        RoundState.OPEN,
    }
    return show(
        "rubric",
        form,
        contest=contest,
        round=found,
        locked=is_locked,
        unsaved=unsaved,
        full=len(form.counts) >= MOST_CRITERIA,
    )


# --- its course ---------------------------------------------------------------------------------


@blueprint.post(f"{_ROUND}/open")
@permission(Permission.ORGANISE)
def open_round(slug: str, round_id: int) -> Response:
    """Let the judges begin."""
    session = current_session()
    with told():
        plan = service.open_round(
            session,
            contest=get_contest(session, slug),
            round_id=round_id,
            actor=current_actor(),
            now=clock.now(),
        )
        flash(_("The round is open, and the judges have mail."), "success")
        _tell_shortfalls(plan)
    return back_to_round(slug, round_id)


@blueprint.post(f"{_ROUND}/assign")
@permission(Permission.ORGANISE)
def assign(slug: str, round_id: int) -> Response:
    """Hand out the work that is missing."""
    session = current_session()
    with told():
        plan = service.assign_again(
            session,
            contest=get_contest(session, slug),
            round_id=round_id,
            actor=current_actor(),
            now=clock.now(),
        )
        flash(
            _("Every gap that could be filled is filled; ballots that were there stay."), "success"
        )
        _tell_shortfalls(plan)
    return back_to_round(slug, round_id)


@blueprint.post(f"{_ROUND}/close")
@permission(Permission.ORGANISE)
def close_round(slug: str, round_id: int) -> Response:
    """End judging, with work missing or not; lead to what comes after."""
    session = current_session()
    contest, found = _found(slug, round_id)
    with told():
        service.close_round(
            session,
            contest=contest,
            round_id=round_id,
            actor=current_actor(),
            now=clock.now(),
        )
        flash(_("The round is closed."), "success")
        if not found.is_practice and find_next_round(session, found) is None:
            return back("results", slug)
    return back_to_round(slug, round_id)


@blueprint.post(f"{_ROUND}/reopen")
@permission(Permission.ORGANISE)
def reopen_round(slug: str, round_id: int) -> Response:
    """Let judges go on."""
    session = current_session()
    with told():
        service.reopen_round(
            session,
            contest=get_contest(session, slug),
            round_id=round_id,
            actor=current_actor(),
            now=clock.now(),
        )
        flash(_("The round is open again. Judges can submit and change marks."), "success")
    return back_to_round(slug, round_id)


def _tell_shortfalls(plan: Assignment[int, int]) -> None:
    if plan.shortfalls:
        numbers = ", ".join(f"{row.entry:04d}" for row in plan.shortfalls)
        flash(_("Too few judges may mark these entries: %(numbers)s.", numbers=numbers), "warning")
