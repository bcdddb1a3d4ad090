"""The judge's pages: desk, rounds and ballots."""

from datetime import datetime

from flask import (
    Blueprint,
    abort,
    flash,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock
from app.authz import Actor, Permission, permission, require
from app.errors import (
    N_,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
)
from app.transaction import current_session
from app.web import (
    current_actor,
    format_clock,
    reader_zone,
    render_message,
    wants_json,
)
from judging import policies
from judging.forms.judge import (
    BallotForm,
    RecuseForm,
    ballot_form,
    mark_name,
)
from judging.models import Ballot, Judge
from judging.queries import desk as desk_queries
from judging.queries import panel as panel_queries
from judging.service import ballots
from judging.service.ballots import Content, Saved, StaleBallotError
from judging.states import BallotState, RoundState
from judging.views.work import work_of

blueprint = Blueprint("judge", __name__)

# An id beyond this does not fit the databases' integers, and so belongs to nothing.
ID = "int(max=2147483647)"


def sits_on_panel(actor: Actor) -> bool:
    """Tell whether the navigation offers the desk; asked once in a request."""
    if "podium_is_judge" not in g:
        g.podium_is_judge = actor.is_authenticated and panel_queries.is_judge(
            current_session(), actor
        )
    is_judge: bool = g.podium_is_judge
    return is_judge


def to_briefing(judge: Judge) -> Response:
    """Lead a judge to the briefing of their panel."""
    return redirect(url_for("judge.briefing", slug=judge.contest.slug), 303)


def check_declared(judge: Judge) -> None:
    """Lead whoever has not declared to the briefing; a script gets the sentence instead."""
    if judge.declared_at is not None:
        return
    if wants_json():
        raise ForbiddenError(N_("Read the briefing and declare conflicts of interest first."))
    abort(to_briefing(judge))


# --- the desk -----------------------------------------------------------------------------------


@blueprint.get("/judge")
@permission(Permission.JUDGE)
def desk() -> str:
    """Show every panel of this person: what is done, what is next."""
    user_id = current_actor().user_id or 0
    return render_template(
        "judging/judge/desk.html", panels=desk_queries.desk(current_session(), user_id)
    )


@blueprint.get(f"/judge/rounds/<{ID}:round_id>")
@permission(Permission.JUDGE)
def round_(round_id: int) -> str:
    """Show one round: its briefing and this judge's entries in their own order."""
    session = current_session()
    judge = desk_queries.get_round_seat(session, round_id=round_id, user_id=current_actor().user_id)
    check_declared(judge)
    return render_template(
        "judging/judge/round.html",
        contest=judge.contest,
        share=desk_queries.get_share(session, judge=judge, round_id=round_id),
    )


# --- the ballot ---------------------------------------------------------------------------------


@blueprint.get(f"/judge/ballots/<{ID}:ballot_id>")
@permission(Permission.JUDGE)
def ballot(ballot_id: int) -> Response | str:
    """Show the work and the rubric, with the marks as they are kept."""
    found = _own_ballot(ballot_id)
    if found.state is BallotState.RECUSED:
        _say_recused(found)
        return redirect(url_for("judge.round_", round_id=found.round_id), 303)
    return _show_ballot(found, _form_of(found))


@blueprint.post(f"/judge/ballots/<{ID}:ballot_id>")
@permission(Permission.JUDGE)
def mark(ballot_id: int) -> Response | str:
    """Keep the marks; with the button of that name, submit them and go on to the next entry."""
    found = _own_ballot(ballot_id)
    form = _form_of(found)
    try:
        return _mark(found, form, submit=request.form.get("act") == "submit")
    except StaleBallotError as error:
        return _say_stale(found, form, error)
    except ConflictError as error:
        # Closed, or the entry has left: the page shows what is kept, and this sentence above it.
        if wants_json():
            raise
        return make_response(
            _show_ballot(found, _form_of(found, posted=False), refusal=render_message(error)), 409
        )


@blueprint.post(f"/judge/ballots/<{ID}:ballot_id>/recuse")
@permission(Permission.JUDGE)
def recuse(ballot_id: int) -> Response | str:
    """Step back from an entry, and go on to the next."""
    found = _own_ballot(ballot_id)
    form = RecuseForm()
    if form.validate():
        try:
            ballots.recuse(
                current_session(),
                ballot=found,
                reason=form.reason.data,
                actor=current_actor(),
                now=clock.now(),
            )
        except InvalidError as error:
            form.reason.errors = [render_message(error)]
        else:
            _say_recused(found)
            return _go_on(found)
    return make_response(_show_ballot(found, _form_of(found, posted=False), recusal=form), 422)


def _say_recused(found: Ballot) -> None:
    number = f"{found.entry.number:04}"
    flash(_("You stepped back from entry %(number)s. It is not shown to you again.", number=number))


def _own_ballot(ballot_id: int) -> Ballot:
    found = desk_queries.get_ballot(current_session(), ballot_id)
    require(policies.owns_ballot, current_actor(), found)
    check_declared(found.judge)
    if found.round.state is RoundState.PLANNED:
        raise NotFoundError
    return found


def _form_of(found: Ballot, *, posted: bool = True) -> BallotForm:
    says = ballots.content_of(found)
    return ballot_form(
        found.round.criteria,
        marks=says.marks,
        comment=says.comment,
        version=found.version,
        posted=posted,
    )


def _mark(found: Ballot, form: BallotForm, *, submit: bool) -> Response | str:
    if not form.validate():
        return _say_invalid(found, form)
    try:
        saved = _save(found, form, submit=submit)
    except InvalidError as error:
        form.blame(error)
        if error.reason == "mark-missing":
            # What is there is kept all the same; only the submission has to wait.
            form.answer_to(_save(found, form, submit=False).version)
        return _say_invalid(found, form)
    if wants_json():
        return jsonify(
            version=saved.version, state=saved.state.value, saved_at=_clock(found, saved.saved_at)
        )
    if submit:
        return _go_on(found)
    return redirect(url_for("judge.ballot", ballot_id=found.id), 303)


def _save(found: Ballot, form: BallotForm, *, submit: bool) -> Saved:
    return ballots.save_ballot(
        current_session(),
        actor=current_actor(),
        ballot=found,
        marks=form.marks(),
        comment=form.comment.data or "",
        version=form.version.data,
        now=clock.now(),
        submit=submit,
    )


def _say_invalid(found: Ballot, form: BallotForm) -> Response:
    if wants_json():
        faults = (str(fault) for field in form for fault in field.errors)
        return make_response(jsonify(error=" ".join(faults)), 422)
    return make_response(_show_ballot(found, form), 422)


def _say_stale(found: Ballot, form: BallotForm, error: StaleBallotError) -> Response:
    theirs = {mark_name(key): points for key, points in error.theirs.marks.items()}
    if wants_json():
        return make_response(
            jsonify(
                error=render_message(error),
                version=error.version,
                theirs={name: str(points) for name, points in theirs.items()}
                | {"comment": error.theirs.comment},
            ),
            409,
        )
    # The form keeps what this window says, and from now on answers what the other one saved.
    form.answer_to(error.version)
    return make_response(_show_ballot(found, form, theirs=error.theirs), 409)


def _show_ballot(
    found: Ballot,
    form: BallotForm,
    *,
    theirs: Content | None = None,
    refusal: str | None = None,
    recusal: RecuseForm | None = None,
) -> str:
    share = desk_queries.get_share(current_session(), judge=found.judge, round_id=found.round_id)
    before, after = share.beside(found.id)
    return render_template(
        "judging/judge/ballot.html",
        ballot=found,
        contest=found.judge.contest,
        work=work_of(found.entry),
        form=form,
        share=share,
        before=before,
        after=after,
        theirs=theirs,
        refusal=refusal,
        recusal=recusal or RecuseForm(formdata=None),
        is_writable=share.is_open and ballots.is_standing(found.entry),
        saved_at=_clock(found, found.saved_at) if found.saved_at else None,
        submitted_at=_clock(found, found.submitted_at) if found.submitted_at else None,
        mark_name=mark_name,
    )


def _go_on(found: Ballot) -> Response:
    """Lead to the next ballot not submitted; where there is none, to the round, which says so."""
    share = desk_queries.get_share(current_session(), judge=found.judge, round_id=found.round_id)
    following = share.next_open(after=found.id)
    if following is None:
        return redirect(url_for("judge.round_", round_id=share.id), 303)
    return redirect(url_for("judge.ballot", ballot_id=following.id), 303)


def _clock(found: Ballot, instant: datetime) -> str:
    return format_clock(instant, reader_zone() or found.judge.contest.zone)
