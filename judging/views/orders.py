"""A judge's order of a round's entries: shown, kept, submitted; for a page and for its script."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from flask import (
    Blueprint,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import ConflictError, InvalidError
from app.transaction import current_session
from app.web import current_actor, render_message, wants_json
from judging.forms.answers import place_name, read_order
from judging.forms.judge import StepBackForm
from judging.models import Judge, Round
from judging.queries import seated
from judging.queries.orders import Groups, find_order
from judging.queries.rounds import is_running
from judging.ranking import Kind
from judging.service import orders
from judging.service.orders import Content, Saved, Sent, StaleOrderError
from judging.states import BallotState
from judging.views.judge import ID, check_declared, clock_text
from judging.views.recusing import step_back_form, stepped_back
from judging.views.work import Work, work_of

blueprint = Blueprint("orders", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """An entry and its place in the order, None where it has none; `tied` with the one above."""

    work: Work
    place: int | None
    tied: bool = False


@blueprint.get(f"/judge/rounds/<{ID}:round_id>/order")
@permission(Permission.JUDGE)
def order(round_id: int) -> str:
    """Show a round's entries in the order that the judge gave them so far."""
    return _show(*_own(round_id))


@blueprint.post(f"/judge/rounds/<{ID}:round_id>/order")
@permission(Permission.JUDGE)
def save_order(round_id: int) -> Response | str:
    """Keep the order; `act` "submit" submits it."""
    judge, round_ = _own(round_id)
    try:
        saved = _save(judge, round_, read_order(request.form))
    except InvalidError as error:
        return _say_invalid(judge, round_, error)
    except StaleOrderError as error:
        return _say_stale(judge, round_, error)
    except ConflictError as error:
        if wants_json():
            told = jsonify(error=render_message(error), code=error.reason, closed=True)
            return make_response(told, 409)
        return make_response(_show(judge, round_, refusal=render_message(error)), 409)
    if wants_json():
        return jsonify(_told(saved, judge))
    return redirect(url_for("orders.order", round_id=round_id), 303)


@blueprint.post(f"/judge/rounds/<{ID}:round_id>/order/recuse")
@permission(Permission.JUDGE)
def recuse(round_id: int) -> Response | str:
    """Step back from one of the entries, which then leaves the order."""
    judge, round_ = _own(round_id)
    form = step_back_form(_works(judge, round_).values())
    act = partial(orders.recuse, current_session(), judge=judge, round_=round_, number=form.number)
    if stepped_back(form, form.number, act):
        return redirect(url_for("orders.order", round_id=round_id), 303)
    return make_response(_show(judge, round_, recusal=form), 422)


def _own(round_id: int) -> tuple[Judge, Round]:
    """Return the seat of whoever asks and the round; NotFoundError for everybody else."""
    session = current_session()
    judge = seated.get_seat(
        session, round_id=round_id, kind=Kind.RANK, user_id=current_actor().user_id
    )
    check_declared(judge)
    return judge, seated.get_round(session, round_id=round_id)


# --- keeping ------------------------------------------------------------------------------------


def _save(judge: Judge, round_: Round, sent: Sent) -> Saved:
    return orders.save_order(
        current_session(),
        actor=current_actor(),
        judge=judge,
        round_=round_,
        sent=sent,
        now=clock.now(),
    )


def _told(saved: Saved, judge: Judge) -> dict[str, Any]:
    return {
        "version": saved.version,
        "state": saved.state.value,
        "saved_at": clock_text(saved.saved_at, judge.contest.zone),
        "at": saved.saved_at.isoformat(),
        "left_out": saved.left_out,
    }


def _say_invalid(judge: Judge, round_: Round, error: InvalidError) -> Response:
    if error.reason == "nothing-ranked":
        # What is there, if only words, is kept all the same; and not under the key, with which it
        # may be sent again.
        _save(judge, round_, replace(read_order(request.form), submit=False, key=None))
    if wants_json():
        told = jsonify(error=render_message(error), code=error.reason, field=error.field)
        return make_response(told, 422)
    try:
        mine = read_order(request.form).content
    except InvalidError:
        mine = None
    return make_response(_show(judge, round_, mine=mine, refusal=render_message(error)), 422)


def _say_stale(judge: Judge, round_: Round, error: StaleOrderError) -> Response:
    if wants_json():
        return make_response(
            jsonify(
                error=render_message(error),
                code=error.reason,
                version=error.version,
                state=error.state.value,
                saved_at=clock_text(error.saved_at, judge.contest.zone),
                theirs={**_places(error.theirs.groups), "comment": error.theirs.comment},
            ),
            409,
        )
    # The form keeps what this window says, and from now on answers what the other one saved.
    mine = read_order(request.form).content
    return make_response(_show(judge, round_, mine=mine, theirs=error.theirs), 409)


def _places(groups: Groups) -> dict[str, str]:
    """Return an order as a form would send it: tied entries share a place."""
    return {place_name(number): str(place) for number, place in _numbered(groups).items()}


def _numbered(groups: Groups) -> dict[int, int]:
    places: dict[int, int] = {}
    for group in groups:
        place = len(places) + 1
        places |= dict.fromkeys(group, place)
    return places


# --- showing ------------------------------------------------------------------------------------


def _show(
    judge: Judge,
    round_: Round,
    *,
    mine: Content | None = None,
    theirs: Content | None = None,
    refusal: str | None = None,
    recusal: StepBackForm | None = None,
) -> str:
    """Render the order: as it is kept, or as `mine` says, which a window sent and was not kept."""
    kept = find_order(current_session(), judge=judge, round_=round_)
    works = _works(judge, round_)
    says = mine if mine is not None else orders.content_of(kept)
    rows = _rows(works, says.groups)
    return render_template(
        "judging/judge/order.html",
        round=round_,
        contest=judge.contest,
        rows=rows,
        ranked=[row for row in rows if row.place],
        pile=[row for row in rows if not row.place],
        comment=says.comment,
        version=kept.version if kept else 0,
        theirs=_both_sides(works, says, theirs) if theirs else None,
        refusal=refusal,
        recusal=recusal or step_back_form(works.values(), posted=False),
        is_open=is_running(round_),
        is_submitted=kept is not None and kept.state is BallotState.SUBMITTED,
        saved_at=clock_text(kept.saved_at, judge.contest.zone) if kept else None,
        submitted_at=clock_text(kept.submitted_at, judge.contest.zone) if kept else None,
        place_name=place_name,
    )


def _works(judge: Judge, round_: Round) -> dict[int, Work]:
    found = orders.entries_for(current_session(), judge=judge, round_=round_)
    return {entry.number or 0: work_of(entry) for entry in found}


def _rows(works: dict[int, Work], groups: Groups) -> list[Row]:
    """Return the entries in their order, then those without a place in the judge's own order."""
    staying = tuple(tuple(number for number in group if number in works) for group in groups)
    places = _numbered(tuple(group for group in staying if group))
    ranked = list(places.items())
    before = [0, *(place for _number, place in ranked)]
    return [
        Row(works[number], place, tied=place == above)
        for (number, place), above in zip(ranked, before, strict=False)
    ] + [Row(work, None) for number, work in works.items() if number not in places]


def _both_sides(
    works: dict[int, Work], mine: Content, theirs: Content
) -> list[tuple[Work, int | None, int | None]]:
    """Return each entry with its place in this window and in the other one."""
    here, there = _numbered(mine.groups), _numbered(theirs.groups)
    numbers = sorted(works, key=lambda number: (here.get(number, len(works) + 1), number))
    return [(works[number], here.get(number), there.get(number)) for number in numbers]
