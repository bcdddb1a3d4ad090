"""The organiser's pages: setting up the forum and its contests."""

from datetime import datetime
from typing import BinaryIO, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import ClosedError, DomainError
from app.transaction import current_session, step_aside
from app.web import browser_zone, current_actor, render_message, takes_files
from app.web.forms import Form
from contests.forms.organiser import (
    ContestForm,
    ForumForm,
    LatePassForm,
    contest_data,
    default_data,
)
from contests.models import Contest
from contests.queries import contests as queries
from contests.rules import is_midnight
from contests.service import contests as service
from contests.states import ContestKind, ContestState
from contests.views.public import current_forum
from media import service as media
from media.limits import MAX_BYTES, MEBIBYTE, AssetKind, Limits

blueprint = Blueprint("organiser", __name__, url_prefix="/manage")

Answer = str | Response | tuple[str, int]
INVALID = 422
_COVER_BYTES = MAX_BYTES + MEBIBYTE
_ZONE = "Europe/Zurich"


@blueprint.app_template_global()
def manage_tabs(contest: Contest) -> list[tuple[str, str]]:
    """Return the tabs over an organiser's pages of one contest; the rooms above add theirs."""
    tabs = current_app.extensions["podium.manage_tabs"]
    return [(str(label), url_for(endpoint, slug=contest.slug)) for label, endpoint in tabs]


@blueprint.get("/")
@permission(Permission.ORGANISE)
def index() -> str:
    """List the forum's contests, drafts too."""
    session, forum = current_session(), current_forum()
    contests = queries.contests_of(session, forum, drafts=True) if forum else []
    tallies = queries.tallies(session, contests)
    return render_template(
        "contests/organiser/index.html",
        rows=[(contest, tallies[contest.id]) for contest in contests],
    )


@blueprint.route("/forum", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
def forum() -> Answer:
    """Name and date the forum."""
    found = current_forum()
    form = ForumForm(obj=found, data=None if found else {"zone": browser_zone() or _ZONE})
    if form.validate_on_submit():
        service.put_forum(
            current_session(), forum=found, actor=current_actor(), now=clock.now(), **form.data
        )
        flash(_("The forum is saved."), "success")
        return redirect(url_for(".index"), 303)
    return _answer(render_template("contests/organiser/forum.html", form=form), form)


@blueprint.get("/contests/new")
@permission(Permission.ORGANISE)
def new() -> Answer:
    """Ask which kind of contest it shall be; that never changes."""
    if current_forum() is None:
        flash(_("First name the forum that the contest belongs to."), "info")
        return redirect(url_for(".forum"))
    return render_template("contests/organiser/new.html")


@blueprint.route("/contests/new/<any(photo, hackathon):kind>", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
@takes_files(_COVER_BYTES)
def create(kind: str) -> Answer:
    """Set up a contest as a draft."""
    found, now = current_forum(), clock.now()
    if found is None:
        return redirect(url_for(".new"))
    kind = ContestKind(kind)
    form = ContestForm(kind=kind, data=default_data(kind, found.zone, now))
    if form.validate_on_submit():
        cover = _keep_cover(form)
        try:
            contest = service.create_contest(
                current_session(),
                forum=found,
                kind=kind,
                values=form.values(),
                actor=current_actor(),
                now=now,
            )
            return _saved(contest, form, cover)
        except DomainError as error:
            form.blame(error)
    page = render_template("contests/organiser/create.html", form=form, kind=kind)
    return _answer(page, form)


@blueprint.route("/contests/<slug>", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
@takes_files(_COVER_BYTES)
def setup(slug: str) -> Answer:
    """Change what a contest asks, and publish it."""
    contest = queries.get_contest(current_session(), slug)
    form = ContestForm(kind=contest.kind, data=contest_data(contest))
    if form.validate_on_submit():
        cover = _keep_cover(form)
        contest = queries.get_contest(current_session(), slug)
        try:
            return _change(contest, form, cover)
        except DomainError as error:
            form.blame(error)
    return _setup_page(contest, form, LatePassForm(contest.zone))


def _change(contest: Contest, form: ContestForm, cover: media.Kept | None) -> Response:
    session, actor, now = current_session(), current_actor(), clock.now()
    closed_at = contest.closes_at
    service.update_contest(session, contest=contest, values=form.values(), actor=actor, now=now)
    _say_consequences(contest, closed_at)
    saved = _saved(contest, form, cover)
    if request.form.get("act") != "publish":
        return saved
    # What was typed stays saved also where it is not yet enough.
    service.check_ready_to_publish(contest, now)
    service.move(session, contest=contest, to=ContestState.PUBLISHED, actor=actor, now=now)
    flash(_("The contest is public."), "success")
    return redirect(url_for("contests.contest", slug=contest.slug), 303)


@blueprint.post("/contests/<slug>/unpublish")
@permission(Permission.ORGANISE)
def unpublish(slug: str) -> Response:
    """Take a contest that nobody has entered back to a draft."""
    contest = queries.get_contest(current_session(), slug)
    actor, now = current_actor(), clock.now()
    try:
        service.move(
            current_session(), contest=contest, to=ContestState.DRAFT, actor=actor, now=now
        )
        flash(_("The contest is a draft again; only organisers see it."), "success")
    except DomainError as error:
        flash(render_message(error), "error")
    return redirect(url_for(".setup", slug=slug), 303)


@blueprint.post("/contests/<slug>/late-passes")
@permission(Permission.ORGANISE)
def late_pass(slug: str) -> Answer:
    """Give one person a later deadline."""
    contest = queries.get_contest(current_session(), slug)
    form = LatePassForm(contest.zone)
    if form.validate():
        try:
            service.grant_late_pass(
                current_session(),
                contest=contest,
                email=form.email.data,
                until=form.until_instant,
                reason=form.reason.data,
                actor=current_actor(),
                now=clock.now(),
            )
            flash(_("The late pass is granted."), "success")
            return redirect(url_for(".setup", slug=slug, _anchor="late-passes"), 303)
        except DomainError as error:
            form.blame(error)
    unsent = ContestForm(kind=contest.kind, data=contest_data(contest), formdata=None)
    return _setup_page(contest, unsent, form)


@blueprint.post("/contests/<slug>/late-passes/<int(max=999999999):user_id>/revoke")
@permission(Permission.ORGANISE)
def revoke_late_pass(slug: str, user_id: int) -> Response:
    """Take one person's later deadline back."""
    session, actor = current_session(), current_actor()
    contest = queries.get_contest(session, slug)
    try:
        service.revoke_late_pass(
            session, contest=contest, user_id=user_id, actor=actor, now=clock.now()
        )
        flash(_("The late pass is revoked."), "success")
    except ClosedError as error:
        flash(render_message(error), "error")
    return redirect(url_for(".setup", slug=slug, _anchor="late-passes"), 303)


def _setup_page(contest: Contest, form: ContestForm, pass_form: LatePassForm) -> Answer:
    session = current_session()
    page = render_template(
        "contests/organiser/setup.html",
        contest=contest,
        cover=media.picture(contest.cover) if contest.cover else None,
        form=form,
        tally=queries.tallies(session, [contest])[contest.id],
        late_passes=queries.late_passes(session, contest),
        now=clock.now(),
        pass_form=pass_form,
    )
    return _answer(page, form, pass_form)


def _answer(page: str, *forms: Form) -> Answer:
    return (page, INVALID) if any(form.errors for form in forms) else page


def _saved(contest: Contest, form: ContestForm, cover: media.Kept | None) -> Response:
    actor, now = current_actor(), clock.now()
    if form.drop_cover.data:
        service.set_cover(current_session(), contest=contest, asset=None, actor=actor, now=now)
    if cover is not None:
        _put_cover(contest, cover, now)
    flash(_("The contest is saved."), "success")
    if is_midnight(contest.closes_at, ZoneInfo(contest.zone)):
        flash(
            _(
                "It closes at midnight, which people read as the wrong day."
                " 23:00 the day before is clear."
            ),
            "warning",
        )
    return redirect(url_for(".setup", slug=contest.slug), 303)


def _say_consequences(contest: Contest, closed_at: datetime) -> None:
    """Warn of what the organiser may not have thought of; nothing of it is forbidden."""
    if contest.state is not ContestState.DRAFT and contest.closes_at < closed_at:
        flash(
            _("The close now comes earlier than was announced; nobody is told but by the page."),
            "warning",
        )
    beyond = queries.count_beyond_limits(current_session(), contest)
    if beyond:
        flash(
            ngettext(
                "%(num)s entry has more files than the contest now takes. What was submitted"
                " stands; to submit it again, its sender must take files away.",
                "%(num)s entries have more files than the contest now takes. What was submitted"
                " stands; to submit one again, its sender must take files away.",
                beyond,
            ),
            "warning",
        )


def _keep_cover(form: ContestForm) -> media.Kept | None:
    """Put an uploaded cover into the store, before anything is changed, and outside the database.

    A refused one is said, and the rest of the form is saved all the same.
    """
    sent: FileStorage | None = form.cover.data
    if not sent:
        return None
    step_aside(current_session())
    try:
        return media.keep(
            cast("BinaryIO", sent.stream),
            filename=sent.filename or "",
            kind=AssetKind.PICTURE,
            limits=Limits(kinds=frozenset({AssetKind.PICTURE})),
        )
    except DomainError as error:
        flash(_("The cover was not kept. %(reason)s", reason=render_message(error)), "error")
        return None


def _put_cover(contest: Contest, cover: media.Kept, now: datetime) -> None:
    session, actor = current_session(), current_actor()
    asset = media.record(session, actor=actor, kept=cover, now=now)
    media.claim(session, actor=actor, public_ids=[asset.public_id], kind=AssetKind.PICTURE, now=now)
    service.set_cover(session, contest=contest, asset=asset, actor=actor, now=now)
