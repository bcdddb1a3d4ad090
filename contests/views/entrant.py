"""The entrant's pages: entering, writing, submitting, receipts, and everything one entered."""

from datetime import datetime
from typing import Any, BinaryIO, cast

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission, require
from app.errors import (
    ClosedError,
    DomainError,
    InvalidError,
    NotFoundError,
    UnavailableError,
)
from app.transaction import current_session, step_aside
from app.web import current_actor, limiter, render_message, status_of, takes_files
from contests import policies
from contests.forms.entrant import (
    FILE_FIELDS,
    BeginForm,
    BeginProjectForm,
    EntryForm,
    entry_form,
    files_hint,
    words_hint,
)
from contests.models import Contest, Entry
from contests.queries import entries as queries
from contests.queries.contests import get_contest
from contests.service import entries, files, teams
from contests.service.settling import refused_files
from contests.states import ContestKind, ContestState, Screening
from contests.views.cards import pictures_of
from contests.views.draft import closed_text, draft_page, missing_text, short_time
from media import service as media
from media.limits import MAX_BYTES, MAX_VIDEO_BYTES, AssetKind
from media.service import Kept

blueprint = Blueprint("entrant", __name__)

FORM_BYTES = MAX_VIDEO_BYTES + 2 * MAX_BYTES
"""The form without scripts takes a film and two pictures at once; who has more sends it twice."""


@blueprint.route("/contests/<slug>/enter", methods=["GET", "POST"])
@permission(Permission.ENTER)
@limiter.limit("60 per hour", methods=["POST"])
def enter(slug: str) -> ResponseReturnValue:
    """Say what a contest asks and takes, and begin an entry."""
    contest = get_contest(current_session(), slug)
    form = BeginForm() if contest.kind is ContestKind.PHOTO else BeginProjectForm()
    actor, now = current_actor(), clock.now()
    try:
        entries.check_may_begin(current_session(), contest=contest, actor=actor, now=now)
        if form.validate_on_submit():
            return redirect(_edit_url(_begin(contest, form, now)), 303)
    except (ClosedError, InvalidError) as error:
        if error.field is None and request.method != "POST":
            return _enter_page(contest, form, refusal=closed_text(contest, error))
        if error.field is None:
            return _enter_page(
                contest, form, status=status_of(error), refusal=render_message(error)
            )
        form.blame(error)
    return _enter_page(contest, form, status=422 if form.errors else 200)


def _begin(contest: Contest, form: Any, now: datetime) -> Entry:
    session, actor = current_session(), current_actor()
    if contest.kind is ContestKind.PHOTO:
        return entries.begin(session, contest=contest, actor=actor, now=now)
    name = form.team_name.data
    return teams.begin_project(session, contest=contest, team_name=name, actor=actor, now=now)


def _enter_page(
    contest: Contest, form: Any, *, status: int = 200, refusal: str | None = None
) -> Response:
    page = render_template(
        "contests/entrant/enter.html",
        contest=contest,
        form=form,
        refusal=refusal,
        have=queries.count_entries(current_session(), contest, current_actor().user_id or 0),
        files=[files_hint(contest, kind) for kind in AssetKind if contest.most(kind)],
        words=words_hint(contest),
    )
    return make_response(page, status)


@blueprint.route("/entries/<int:entry_id>/edit", methods=["GET", "POST"])
@permission(Permission.ENTER)
@takes_files(FORM_BYTES)
@limiter.limit("30 per minute", methods=["POST"])
def edit(entry_id: int) -> ResponseReturnValue:
    """Write an entry, add and remove its files, submit it."""
    entry = _own_entry(entry_id)
    form = entry_form(entry)
    if request.method != "POST":
        return draft_page(entry, form)
    try:
        return _write(entry, form, clock.now())
    except ClosedError as error:
        return draft_page(entry, form, status=409, closed=render_message(error))
    except entries.StaleFormError:
        return draft_page(entry, form, status=409, stale=True)


def _write(entry: Entry, form: EntryForm, now: datetime) -> Response:
    session = current_session()
    entries.check_writable(session, entry=entry, now=now)
    form.use_date(request.form.get("use_date"))
    is_valid = form.validate()
    status = _take_files(entry, form, now)
    _sort_files(entry, now)
    if is_valid:
        _save(entry, form, now)
    if not is_valid or status:
        return draft_page(entry, form, status=status or 422)
    if request.form.get("act") == "submit":
        return _submit(entry, form, now)
    return redirect(_edit_url(entry, _anchor=_pressed_at()), 303)


def _pressed_at() -> str | None:
    """Return where in the form a button was pressed, if it was one in its midst."""
    if request.form.get("removed") or request.form.get("up"):
        return "pictures"
    return "taken_on" if request.form.get("use_date") else None


def _save(entry: Entry, form: EntryForm, now: datetime) -> None:
    # Somebody who has seen both texts and wants this one says which one it replaces.
    over = request.form.get("overwrite", type=int)
    entries.save(
        current_session(),
        entry=entry,
        words=form.words(),
        revision=form.revision if over is None else over,
        actor=current_actor(),
        now=now,
    )


def _submit(entry: Entry, form: EntryForm, now: datetime) -> Response:
    try:
        entries.submit(current_session(), entry=entry, actor=current_actor(), now=now)
    except entries.IncompleteError as error:
        form.version.data = str(entry.revision)
        form.form_errors.append(render_message(error))
        for line in error.missing:
            form.add_error(line.field, missing_text(line))
        return draft_page(entry, form, status=422)
    return redirect(url_for("entrant.receipt", entry_id=entry.id), 303)


def _take_files(entry: Entry, form: EntryForm, now: datetime) -> int | None:
    """Take in the files that came with the form; return the status of the last refusal, if any.

    First all go to the store, without the database, then all into the entry.
    """
    session, status, kept = current_session(), None, list[tuple[str, Kept]]()
    for name, kind in FILE_FIELDS.items():
        for sent in request.files.getlist(name) if name in form else ():
            if sent.filename:
                try:
                    kept.append((name, _keep(entry.id, sent, kind, now, kept)))
                except (InvalidError, UnavailableError) as error:
                    status = _refuse(form, name, sent.filename, error)
    for name, one in kept:
        try:
            files.attach(session, entry=entry, kept=one, actor=current_actor(), now=now)
        except InvalidError as error:
            status = _refuse(form, name, one.filename, error)
    return status


def _keep(
    entry_id: int, sent: FileStorage, kind: AssetKind, now: datetime, before: list[tuple[str, Kept]]
) -> Kept:
    session = current_session()
    limits = files.check_room(
        session,
        entry=_own_entry(entry_id),
        kind=kind,
        now=now,
        coming=sum(one.kind is kind for _, one in before),
    )
    step_aside(session)
    kept = media.keep(
        cast("BinaryIO", sent.stream), filename=sent.filename or "", kind=kind, limits=limits
    )
    _own_entry(entry_id)
    return kept


def _refuse(form: EntryForm, name: str, filename: str, error: DomainError) -> int:
    form.add_error(name, f"{filename}: {render_message(error)}")
    return status_of(error)


def _sort_files(entry: Entry, now: datetime) -> None:
    session = current_session()
    if removed := request.form.getlist("removed"):
        files.remove(session, entry=entry, public_ids=removed, now=now)
    if first := request.form.get("up"):
        files.move_up(session, entry=entry, public_id=first, now=now)


@blueprint.post("/entries/<int:entry_id>/autosave")
@permission(Permission.ENTER)
@limiter.limit("60 per minute")
def autosave(entry_id: int) -> ResponseReturnValue:
    """Save what is typed so far, for the script; answers with the time and the new revision."""
    entry = _own_entry(entry_id)
    form = entry_form(entry)
    now = clock.now()
    if not form.validate():
        name, errors = next(iter(form.errors.items()))
        return jsonify(error=f"{form[name].label.text}: {errors[0]}", code="invalid"), 422
    _save(entry, form, now)
    _sort_files(entry, now)
    return jsonify(saved_at=short_time(now, entry.contest), version=str(entry.revision))


@blueprint.post("/entries/<int:entry_id>/discard")
@permission(Permission.ENTER)
def discard(entry_id: int) -> ResponseReturnValue:
    """Throw away the changes since the last submission."""
    entry = _own_entry(entry_id)
    entries.discard_changes(current_session(), entry=entry, actor=current_actor(), now=clock.now())
    return redirect(_edit_url(entry), 303)


@blueprint.post("/entries/<int:entry_id>/withdraw")
@permission(Permission.ENTER)
def withdraw(entry_id: int) -> ResponseReturnValue:
    """Take a submitted entry out of the contest."""
    entry = _own_entry(entry_id)
    entries.withdraw(current_session(), entry=entry, actor=current_actor(), now=clock.now())
    return redirect(url_for("entrant.receipt", entry_id=entry.id), 303)


@blueprint.post("/entries/<int:entry_id>/delete")
@permission(Permission.ENTER)
def delete(entry_id: int) -> ResponseReturnValue:
    """Delete a draft that was never submitted."""
    entry = _own_entry(entry_id)
    entries.delete_draft(current_session(), entry=entry, actor=current_actor(), now=clock.now())
    return redirect(url_for("entrant.my"), 303)


@blueprint.get("/entries/<int:entry_id>/receipt")
@permission(Permission.ENTER)
def receipt(entry_id: int) -> str:
    """Show what was submitted, when, and the digest of each file; made for printing."""
    entry = queries.get_entry(current_session(), entry_id)
    require(policies.sees_receipt, current_actor(), entry)
    if entry.current is None:
        raise NotFoundError
    return render_template(
        "contests/entrant/receipt.html",
        entry=entry,
        contest=entry.contest,
        version=entry.current,
        refused=refused_files(entry.current),
        twins=queries.twins_of(current_session(), entry, entry.current),
        is_own=policies.edits_entry(current_actor(), entry),
    )


@blueprint.get("/my")
@permission(Permission.ENTER)
def my() -> str:
    """Show everything one entered, over all contests."""
    session, now = current_session(), clock.now()
    found = queries.entries_of(session, current_actor().user_id or 0)
    passes = queries.passes_until(session, found)
    rows = [_row(entry, passes.get(entry.id), now) for entry in found]
    return render_template("contests/entrant/my.html", rows=rows)


def _row(entry: Entry, pass_until: datetime | None, now: datetime) -> dict[str, Any]:
    contest, version = entry.contest, entries.shown_version(entry)
    pictures = pictures_of(version)
    return {
        "entry": entry,
        "version": version,
        "picture": pictures[0] if pictures else None,
        "refused": refused_files(version),
        "closes_at": max(contest.closes_at, pass_until or contest.closes_at),
        "is_open": entries.is_open(contest, now=now, pass_until=pass_until),
        # The check is the organisers' own until judging begins; then its sender learns of it.
        "ineligible": entry.screening is Screening.INELIGIBLE
        and contest.state is not ContestState.PUBLISHED,
    }


def _own_entry(entry_id: int) -> Entry:
    entry = queries.get_entry(current_session(), entry_id)
    require(policies.edits_entry, current_actor(), entry)
    return entry


def _edit_url(entry: Entry, **values: Any) -> str:
    return url_for("entrant.edit", entry_id=entry.id, **values)
