"""A judge's comparisons: one after the other, each to be changed until the round closes."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import ConflictError, InvalidError
from app.transaction import current_session
from app.web import current_actor, render_message, wants_json
from judging.forms.answers import read_version, read_vote
from judging.forms.judge import StepBackForm
from judging.models import Comparison, Judge, Round
from judging.queries import pairs as queries
from judging.queries import seated
from judging.queries.rounds import is_running
from judging.ranking import Kind
from judging.service import pairs as service
from judging.service.pairs import StaleComparisonError, chosen_number
from judging.views.judge import ID, check_declared, clock_text
from judging.views.recusing import step_back_form, stepped_back
from judging.views.work import Work, work_of

blueprint = Blueprint("pairs", __name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of what the judge has decided: numbers and titles of the better and of the other."""

    id: int
    better: tuple[int, str]
    other: tuple[int, str]
    decided_at: datetime


@blueprint.get(f"/judge/rounds/<{ID}:round_id>/pairs")
@permission(Permission.JUDGE)
def pairs(round_id: int) -> Response:
    """Lead to the next comparison, or to the list of all where there is none."""
    judge, round_ = _own_round(round_id)
    return redirect(_next_url(judge, round_), 303)


@blueprint.get(f"/judge/rounds/<{ID}:round_id>/pairs/chosen")
@permission(Permission.JUDGE)
def history(round_id: int) -> str:
    """Show what the judge has decided, the latest first, and how much is left."""
    session = current_session()
    judge, round_ = _own_round(round_id)
    done, total = queries.share_of(session, judge, round_)
    return render_template(
        "judging/judge/pairs.html",
        round=round_,
        contest=judge.contest,
        done=done,
        total=total,
        choices=[_choice(one) for one in queries.decided(session, judge, round_)],
        is_open=is_running(round_),
    )


@blueprint.get(f"/judge/comparisons/<{ID}:comparison_id>")
@permission(Permission.JUDGE)
def comparison(comparison_id: int) -> str:
    """Show two works side by side, and which was chosen if one was."""
    return _show(_own(comparison_id))


@blueprint.post(f"/judge/comparisons/<{ID}:comparison_id>")
@permission(Permission.JUDGE)
def vote(comparison_id: int) -> Response | str:
    """Choose the better one, and go on to the next comparison."""
    found = _own(comparison_id)
    try:
        service.vote(
            current_session(),
            actor=current_actor(),
            comparison=found,
            vote=read_vote(request.form),
            now=clock.now(),
        )
    except InvalidError as error:
        return _refuse(found, error, 422)
    except ConflictError as error:
        return _refuse(found, error, 409)
    if wants_json():
        return jsonify(_told(found))
    return redirect(_next_url(found.judge, found.round), 303)


@blueprint.post(f"/judge/comparisons/<{ID}:comparison_id>/skip")
@permission(Permission.JUDGE)
def skip(comparison_id: int) -> Response | str:
    """Leave a comparison for later, and go on to the next."""
    found = _own(comparison_id)
    try:
        service.skip(current_session(), actor=current_actor(), comparison=found, now=clock.now())
    except ConflictError as error:
        return _refuse(found, error, 409)
    return redirect(_next_url(found.judge, found.round), 303)


@blueprint.post(f"/judge/comparisons/<{ID}:comparison_id>/undo")
@permission(Permission.JUDGE)
def undo(comparison_id: int) -> Response | str:
    """Take a choice back, and show the two again."""
    found = _own(comparison_id)
    try:
        service.undo(
            current_session(),
            actor=current_actor(),
            comparison=found,
            version=read_version(request.form),
            now=clock.now(),
        )
    except InvalidError as error:
        return _refuse(found, error, 422)
    except ConflictError as error:
        return _refuse(found, error, 409)
    return redirect(url_for("pairs.comparison", comparison_id=comparison_id), 303)


@blueprint.post(f"/judge/comparisons/<{ID}:comparison_id>/recuse")
@permission(Permission.JUDGE)
def recuse(comparison_id: int) -> Response | str:
    """Step back from one of the two, and go on to the next comparison."""
    found = _own(comparison_id)
    round_, judge = found.round, found.judge
    form = step_back_form(_sides(found))
    act = partial(service.recuse, current_session(), comparison=found, number=form.number)
    if stepped_back(form, form.number, act):
        return redirect(_next_url(judge, round_), 303)
    return make_response(_show(found, recusal=form), 422)


def _own(comparison_id: int) -> Comparison:
    """Return a comparison of whoever asks; NotListedError for everybody else's, and for none."""
    found = queries.get_comparison(current_session(), comparison_id, current_actor().user_id)
    check_declared(found.judge)
    return found


def _own_round(round_id: int) -> tuple[Judge, Round]:
    session = current_session()
    judge = seated.get_seat(
        session, round_id=round_id, kind=Kind.PAIRWISE, user_id=current_actor().user_id
    )
    check_declared(judge)
    return judge, seated.get_round(session, round_id=round_id)


def _next_url(judge: Judge, round_: Round) -> str:
    following = queries.next_open(current_session(), judge, round_) if is_running(round_) else ()
    if not following:
        return url_for("pairs.history", round_id=round_.id)
    return url_for("pairs.comparison", comparison_id=following[0].id)


def _told(found: Comparison) -> dict[str, Any]:
    at = found.decided_at
    return {
        "version": found.version,
        "state": "decided" if found.chosen_id else "open",
        "saved_at": clock_text(at, found.judge.contest.zone),
        "at": at.isoformat() if at else None,
    }


def _refuse(found: Comparison, error: InvalidError | ConflictError, status: int) -> Response:
    """Say why nothing was changed, and show what stands."""
    if wants_json():
        told: dict[str, Any] = {"error": render_message(error), "code": error.reason}
        if isinstance(error, StaleComparisonError):
            chosen = "" if error.chosen is None else str(error.chosen)
            told |= _told(found) | {"theirs": {"chosen": chosen}}
        return make_response(jsonify(told), status)
    return make_response(_show(found, refusal=render_message(error)), status)


# --- showing ------------------------------------------------------------------------------------


def _show(
    found: Comparison, *, refusal: str | None = None, recusal: StepBackForm | None = None
) -> str:
    session = current_session()
    judge, round_, sides = found.judge, found.round, _sides(found)
    done, total = queries.share_of(session, judge, round_)
    ahead = queries.next_open(session, judge, round_, after=found.id)
    last = queries.find_last(session, judge, round_)
    return render_template(
        "judging/judge/pair.html",
        comparison=found,
        round=round_,
        contest=judge.contest,
        sides=sides,
        ahead=[work for one in ahead for work in _sides(one)],
        chosen=chosen_number(found),
        last=last if last and last.id != found.id else None,
        done=done,
        total=total,
        refusal=refusal,
        recusal=recusal or step_back_form(sides, posted=False),
        is_writable=is_running(round_) and service.stands(found),
        is_open=is_running(round_),
        decided_at=clock_text(found.decided_at, judge.contest.zone),
        next_url=url_for("pairs.pairs", round_id=round_.id),
    )


def _sides(found: Comparison) -> tuple[Work, Work]:
    """Return both works as they are shown, the first on the side where reading begins."""
    first, second = work_of(found.first), work_of(found.second)
    return (second, first) if found.is_swapped else (first, second)


def _choice(found: Comparison) -> Choice:
    first, second = (
        (entry.number or 0, entry.current.title if entry.current else "")
        for entry in (found.first, found.second)
    )
    is_first = found.chosen_id == found.first_id
    return Choice(
        id=found.id,
        better=first if is_first else second,
        other=second if is_first else first,
        decided_at=found.decided_at or found.created_at,
    )
