"""A ballot: shown, kept, submitted, skipped, stepped back from; for a page and for its script.

A script asks for JSON and is told what it needs to lose nothing: the version that it has saved,
what is there instead (409), which field is at fault (422).
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from flask import jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission, require
from app.errors import ConflictError, InvalidError, NotFoundError
from app.transaction import at_once, current_session
from app.web import current_actor, render_message, wants_json
from judging import policies
from judging.forms.judge import (
    BallotForm,
    RecuseForm,
    ballot_form,
    field_name,
    mark_name,
    read_ballot,
)
from judging.models import Ballot
from judging.queries import desk as desk_queries
from judging.queries.desk import DeskBallot, DeskRound
from judging.ranking import Kind
from judging.service import ballots
from judging.service.ballots import INCOMPLETE, Content, Saved, Sent, StaleBallotError
from judging.states import BallotState, RoundState
from judging.views.judge import ID, blueprint, check_declared, clock_text
from judging.views.recusing import say_recused, stepped_back
from judging.views.scales import choices_of, control_of, keys_of, limits_of, per_row_of
from judging.views.work import work_of
from media.models import Asset
from media.service import picture


@blueprint.get(f"/judge/ballots/<{ID}:ballot_id>")
@permission(Permission.JUDGE)
def ballot(ballot_id: int) -> Response | str:
    """Show the work and the rubric, with the marks as they are kept."""
    found = own_ballot(ballot_id)
    if found.state is BallotState.RECUSED:
        say_recused(found.entry.number or 0)
        return redirect(url_for("judge.round_", round_id=found.round_id), 303)
    return _show_ballot(found, _form_of(found))


@blueprint.get(f"/judge/ballots/<{ID}:ballot_id>.json")
@permission(Permission.JUDGE)
def ballot_now(ballot_id: int) -> Response:
    """Tell a script what the ballot says now, and where it goes from here, with the pictures."""
    found = own_ballot(ballot_id)
    share = _share_of(found)
    before, after = share.beside(found.id)
    onward = share.next_open(after=found.id) or after
    beside = [one.id for one in (before, onward) if one]
    pictures = desk_queries.pictures_of(current_session(), beside) if beside else {}
    says = ballots.content_of(found)
    return jsonify(
        version=found.version,
        state=found.state.value,
        marks=_texts(says),
        comment=says.comment,
        note=says.note,
        saved_at=clock_text(found.saved_at, found.judge.contest.zone),
        at=found.saved_at.isoformat() if found.saved_at else None,
        is_shown=found.shown_at is not None,
        is_writable=(
            share.is_open
            and found.state is not BallotState.RECUSED
            and ballots.is_standing(found.entry)
        ),
        done=share.done,
        total=share.total,
        next=_beside(onward, pictures),
        previous=_beside(before, pictures),
    )


@blueprint.get("/judge/token.json")
@permission(Permission.JUDGE)
def token() -> Response:
    """Give a script the token with which this session may post, and say whose session it is now."""
    return jsonify(csrf_token=generate_csrf(), user=current_actor().user_id)


@blueprint.post(f"/judge/ballots/<{ID}:ballot_id>")
@permission(Permission.JUDGE)
def mark(ballot_id: int) -> Response | str:
    """Keep the marks; `act` "submit" submits them, "skip" leaves the entry for later."""
    try:
        with at_once():
            saved = _save(ballot_id, read_ballot(request.form))
        if request.form.get("act") == "skip":
            with at_once():
                _skip(ballot_id)
    except InvalidError as error:
        return _say_invalid(ballot_id, error)
    except StaleBallotError as error:
        return _say_stale(ballot_id, error)
    except ConflictError as error:
        return _say_closed(ballot_id, error)
    if wants_json():
        return jsonify(_told(saved))
    return _follow(ballot_id, act=request.form.get("act"))


@blueprint.post(f"/judge/ballots/<{ID}:ballot_id>/skip")
@permission(Permission.JUDGE)
def skip(ballot_id: int) -> Response | str:
    """Leave an entry for later, and go on to the next."""
    try:
        _skip(ballot_id)
    except ConflictError as error:
        return _say_closed(ballot_id, error)
    if wants_json():
        return Response(status=204)
    return go_on(own_ballot(ballot_id))


@blueprint.post(f"/judge/ballots/<{ID}:ballot_id>/recuse")
@permission(Permission.JUDGE)
def recuse(ballot_id: int) -> Response | str:
    """Step back from an entry, and go on to the next."""
    found = own_ballot(ballot_id)
    form = RecuseForm()
    act = partial(ballots.recuse, current_session(), ballot=found)
    if stepped_back(form, found.entry.number or 0, act):
        return go_on(found)
    return make_response(_show_ballot(found, _form_of(found, posted=False), recusal=form), 422)


def own_ballot(ballot_id: int) -> Ballot:
    """Return a ballot of whoever asks, once it can be judged; else NotFoundError."""
    found = desk_queries.get_ballot(current_session(), ballot_id)
    require(policies.owns_ballot, current_actor(), found)
    check_declared(found.judge)
    if found.round.state is RoundState.PLANNED:
        raise NotFoundError
    return found


# --- keeping ------------------------------------------------------------------------------------


def _save(ballot_id: int, sent: Sent) -> Saved:
    try:
        return ballots.save_ballot(
            current_session(),
            actor=current_actor(),
            ballot_id=ballot_id,
            sent=sent,
            now=clock.now(),
        )
    except NotFoundError:
        # Whoever has not declared yet is told so.
        own_ballot(ballot_id)
        raise


def _skip(ballot_id: int) -> None:
    try:
        ballots.skip(current_session(), actor=current_actor(), ballot_id=ballot_id, now=clock.now())
    except NotFoundError:
        own_ballot(ballot_id)
        raise


def _told(saved: Saved) -> dict[str, Any]:
    return {
        "version": saved.version,
        "state": saved.state.value,
        "saved_at": clock_text(saved.saved_at, saved.zone),
        "at": saved.saved_at.isoformat(),
    }


def _say_invalid(ballot_id: int, error: InvalidError) -> Response:
    saved = None
    if error.reason in INCOMPLETE:
        # What is there is kept all the same; only the submission has to wait. Not under the key,
        # with which it may be sent again.
        sent = replace(read_ballot(request.form), submit=False, key=None)
        saved = _save(ballot_id, sent)
    if wants_json():
        told = _told(saved) if saved else {}
        fault = {"code": error.reason, "field": field_name(error.field)}
        return make_response(jsonify(error=render_message(error), **fault, **told), 422)
    found = own_ballot(ballot_id)
    form = _form_of(found)
    if form.validate():
        form.blame(error)
    if saved:
        form.answer_to(saved.version)
    return make_response(_show_ballot(found, form), 422)


def _say_stale(ballot_id: int, error: StaleBallotError) -> Response:
    found = own_ballot(ballot_id)
    if wants_json():
        theirs = {"comment": error.theirs.comment, "note": error.theirs.note}
        return make_response(
            jsonify(
                error=render_message(error),
                code=error.reason,
                version=error.version,
                state=error.state.value,
                saved_at=clock_text(error.saved_at, found.judge.contest.zone),
                theirs=_texts(error.theirs) | theirs,
            ),
            409,
        )
    # The form keeps what this window says, and from now on answers what the other one saved.
    form = _form_of(found)
    form.answer_to(error.version)
    return make_response(_show_ballot(found, form, theirs=error.theirs), 409)


def _say_closed(ballot_id: int, error: ConflictError) -> Response:
    """Say that the ballot takes no marks any more; the page shows what is kept below that."""
    if wants_json():
        told = jsonify(error=render_message(error), code=error.reason, closed=True)
        return make_response(told, 409)
    found = own_ballot(ballot_id)
    form = _form_of(found, posted=False)
    return make_response(_show_ballot(found, form, refusal=render_message(error)), 409)


def _follow(ballot_id: int, *, act: str | None) -> Response:
    found = own_ballot(ballot_id)
    if act == "submit" and found.round.is_practice:
        return redirect(url_for("judge.spread", ballot_id=found.id), 303)
    if act in {"submit", "skip"}:
        return go_on(found)
    return redirect(url_for("judge.ballot", ballot_id=found.id), 303)


def go_on(found: Ballot) -> Response:
    """Lead to the next ballot not submitted; where there is none, to the round, which says so."""
    share = _share_of(found)
    following = share.next_open(after=found.id)
    if following is None:
        return redirect(url_for("judge.round_", round_id=share.id), 303)
    return redirect(url_for("judge.ballot", ballot_id=following.id), 303)


# --- showing ------------------------------------------------------------------------------------


def _form_of(found: Ballot, *, posted: bool = True) -> BallotForm:
    return ballot_form(
        found.round.criteria,
        ballots.content_of(found),
        version=found.version,
        is_shown=found.shown_at is not None,
        posted=posted,
    )


def _show_ballot(
    found: Ballot,
    form: BallotForm,
    *,
    theirs: Content | None = None,
    refusal: str | None = None,
    recusal: RecuseForm | None = None,
) -> str:
    """Render a ballot's page with all that its template is given.

    `ballot`, `contest`, `work` (the entry without its people), `share` (the judge's part of the
    round: done, total, is_open, is_practice, kind …), `before` and `after` (neighbours in the
    judge's own order), `onward` (where "submit" and "skip" lead: what is left, or None).
    `form`: `version`, a field `mark-KEY` for each criterion (points), `comment`, `note` (private),
    `shown` ("1" or "part"); its buttons are named `act`: "save", "submit", "skip" (which saves,
    too). `choices[KEY]` are (points, label, words) of each step: the label is what a point is
    worth, or a verdict's word; the words say what it means, if the rubric does. `controls[KEY]` is
    "radio" (21 choices at most), "number" (whole points) or "select"; all of them post points.
    `limits[KEY]` says which marks there are, `mark_keys` which keys give them.
    `has_pictures` is whether there is one to be seen, `is_shown` whether it was; `is_screen` is a
    round of verdicts, where 0 (out) needs a comment. `theirs` (marks by key, comment, note) is what
    another window saved, `refusal` a sentence for the top, `recusal` the form for stepping back.
    `is_writable`, `saved_at` and `submitted_at` (texts), `mark_name(KEY)`. `data_url` tells a
    script all that again, with the neighbours' pictures.
    """
    share = _share_of(found)
    before, after = share.beside(found.id)
    zone = found.judge.contest.zone
    work = work_of(found.entry)
    criteria = found.round.criteria
    return render_template(
        "judging/judge/ballot.html",
        ballot=found,
        contest=found.judge.contest,
        work=work,
        form=form,
        share=share,
        before=before,
        after=after,
        onward=share.next_open(after=found.id),
        theirs=theirs,
        refusal=refusal,
        recusal=recusal or RecuseForm(formdata=None),
        is_writable=share.is_open and ballots.is_standing(found.entry),
        is_screen=share.kind is Kind.SCREEN,
        has_pictures=any(one.srcset for one in work.pictures),
        is_shown=found.shown_at is not None,
        note=form.note.data or "",
        choices={one.key: choices_of(one) for one in criteria},
        controls={one.key: control_of(one) for one in criteria},
        limits={one.key: limits_of(one) for one in criteria},
        per_row={one.key: per_row_of(one) for one in criteria},
        mark_keys=keys_of(criteria),
        saved_at=clock_text(found.saved_at, zone),
        submitted_at=clock_text(found.submitted_at, zone),
        mark_name=mark_name,
        data_url=url_for("judge.ballot_now", ballot_id=found.id),
        skip_url=url_for("judge.skip", ballot_id=found.id),
    )


def _share_of(found: Ballot) -> DeskRound:
    return desk_queries.get_share(current_session(), judge=found.judge, round_id=found.round_id)


def _texts(says: Content) -> dict[str, str]:
    """Return marks as a form would send them."""
    return {mark_name(key): str(points) for key, points in says.marks.items()}


def _beside(
    neighbour: DeskBallot | None, pictures: dict[int, list[Asset]]
) -> dict[str, Any] | None:
    if neighbour is None:
        return None
    views = [picture(asset) for asset in pictures[neighbour.id]]
    return {
        "id": neighbour.id,
        "number": neighbour.number,
        "url": url_for("judge.ballot", ballot_id=neighbour.id),
        "pictures": [
            {
                "src": view.srcset[-1][0],
                "srcset": _srcset(view.srcset),
                "avif_srcset": _srcset(view.avif_srcset),
                "width": view.width,
                "height": view.height,
            }
            for view in views
            if view.srcset
        ],
    }


def _srcset(candidates: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{url} {width}w" for url, width in candidates)
