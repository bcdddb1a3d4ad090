"""The organiser's pages: setting up the forum and its contests, and checking entries."""

from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import DomainError
from app.transaction import current_session
from app.web import current_actor, in_zone, local_instant, render_message
from app.web.forms import Form
from contests.forms.organiser import (
    ContestForm,
    DisqualifyForm,
    ForumForm,
    LatePassForm,
    NewContestForm,
    ScreenForm,
)
from contests.models import Contest, Entry
from contests.queries import contests as queries
from contests.queries import screening
from contests.rules import is_midnight
from contests.service import contests as service
from contests.states import ContestKind, ContestState, EntryState, Screening
from contests.views.cards import assets_of, by_line, card, pictures_of
from media import service as media
from media.limits import AssetKind, Limits

blueprint = Blueprint("organiser", __name__, url_prefix="/manage")

Answer = str | Response | tuple[str, int]
_INVALID = 422


@blueprint.app_template_global()
def manage_tabs(contest: Contest) -> list[tuple[str, str]]:
    """Return the tabs over an organiser's pages of one contest; the rooms above add theirs."""
    tabs = current_app.extensions["podium.manage_tabs"]
    return [(str(label), url_for(endpoint, slug=contest.slug)) for label, endpoint in tabs]


@blueprint.get("/")
@permission(Permission.ORGANISE)
def index() -> str:
    """List the forum's contests, drafts too."""
    session = current_session()
    forum = queries.find_forum(session)
    contests = queries.contests_of(session, forum, drafts=True) if forum else []
    return render_template(
        "contests/organiser/index.html",
        rows=[(contest, queries.entry_total(session, contest)) for contest in contests],
    )


@blueprint.route("/forum", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
def forum() -> Answer:
    """Name and date the forum."""
    session = current_session()
    found = queries.find_forum(session)
    form = ForumForm(obj=found)
    if form.validate_on_submit():
        service.put_forum(session, forum=found, actor=current_actor(), now=clock.now(), **form.data)
        flash(_("The forum is saved."), "success")
        return redirect(url_for(".index"))
    return _page("contests/organiser/forum.html", form)


@blueprint.route("/contests/new", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
def new() -> Answer:
    """Set up a contest as a draft."""
    found = queries.find_forum(current_session())
    if found is None:
        flash(_("First name the forum that the contest belongs to."), "info")
        return redirect(url_for(".forum"))
    form = NewContestForm(data={"zone": found.zone})
    if form.validate_on_submit():
        try:
            contest = service.create_contest(
                current_session(),
                forum=found,
                kind=ContestKind(form.kind.data),
                values=form.values(),
                actor=current_actor(),
                now=clock.now(),
            )
            return _saved(contest, form)
        except DomainError as error:
            _show(form, error)
    return _page("contests/organiser/new.html", form)


@blueprint.route("/contests/<slug>", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
def setup(slug: str) -> Answer:
    """Change what a contest asks, and publish it."""
    contest = queries.get_contest(current_session(), slug)
    form = ContestForm(contest=contest)
    if form.validate_on_submit():
        try:
            service.update_contest(
                current_session(),
                contest=contest,
                values=form.values(),
                actor=current_actor(),
                now=clock.now(),
            )
            return _saved(contest, form)
        except DomainError as error:
            _show(form, error)
    return _page(
        "contests/organiser/setup.html",
        form,
        contest=contest,
        late_passes=queries.late_passes(current_session(), contest),
        pass_form=LatePassForm(formdata=None),
    )


def _saved(contest: Contest, form: ContestForm) -> Response:
    _take_cover(contest, form.cover.data)
    flash(_("The contest is saved."), "success")
    zone = contest.zone
    if is_midnight(contest.closes_at, ZoneInfo(zone)):
        flash(
            _(
                "It closes at midnight, which people read as the wrong day."
                " 23:00 the day before is clear."
            ),
            "warning",
        )
    return redirect(url_for(".setup", slug=contest.slug))


def _take_cover(contest: Contest, file: FileStorage | None) -> None:
    """Keep an uploaded cover; a refused one is said, and the rest of the form stays saved."""
    if not file:
        return
    session, actor, now = current_session(), current_actor(), clock.now()
    try:
        asset = media.receive(
            session,
            actor=actor,
            file=file.stream,  # type: ignore[arg-type] # werkzeug's stream is a binary file
            filename=file.filename or "",
            kind=AssetKind.PICTURE,
            limits=Limits(kinds=frozenset({AssetKind.PICTURE})),
            now=now,
        )
    except DomainError as error:
        flash(_("The cover was not kept. %(reason)s", reason=render_message(error)), "error")
        return
    media.claim(session, actor=actor, public_ids=[asset.public_id], kind=AssetKind.PICTURE, now=now)
    service.set_cover(session, contest=contest, asset=asset, now=now)


@blueprint.post("/contests/<slug>/publish")
@permission(Permission.ORGANISE)
def publish(slug: str) -> Response:
    """Make a draft public."""
    contest = queries.get_contest(current_session(), slug)
    now = clock.now()
    try:
        service.check_ready_to_publish(contest, now)
    except DomainError as error:
        flash(render_message(error), "error")
        return redirect(url_for(".setup", slug=slug))
    service.move(
        current_session(),
        contest=contest,
        to=ContestState.PUBLISHED,
        actor=current_actor(),
        now=now,
    )
    flash(_("The contest is public."), "success")
    return redirect(url_for("contests.contest", slug=slug))


@blueprint.post("/contests/<slug>/unpublish")
@permission(Permission.ORGANISE)
def unpublish(slug: str) -> Response:
    """Take a contest that nobody has entered back to a draft."""
    contest = queries.get_contest(current_session(), slug)
    service.move(
        current_session(),
        contest=contest,
        to=ContestState.DRAFT,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(_("The contest is a draft again; only organisers see it."), "success")
    return redirect(url_for(".setup", slug=slug))


@blueprint.post("/contests/<slug>/late-passes")
@permission(Permission.ORGANISE)
def late_pass(slug: str) -> Response:
    """Give one person a later deadline."""
    contest = queries.get_contest(current_session(), slug)
    form = LatePassForm()
    if not form.validate():
        flash(_("A late pass needs an address, a time and a reason."), "error")
        return redirect(url_for(".setup", slug=slug, _anchor="late-passes"))
    try:
        service.grant_late_pass(
            current_session(),
            contest=contest,
            email=form.email.data,
            until=local_instant(form.until.data, contest.zone),
            reason=form.reason.data,
            actor=current_actor(),
            now=clock.now(),
        )
        flash(_("The late pass is granted."), "success")
    except DomainError as error:
        flash(render_message(error), "error")
    return redirect(url_for(".setup", slug=slug, _anchor="late-passes"))


@blueprint.get("/contests/<slug>/entries")
@permission(Permission.ORGANISE)
def entries(slug: str) -> str:
    """List what was submitted, to be checked one by one."""
    session = current_session()
    contest = queries.get_contest(session, slug)
    chosen = request.args.get("screening", "")
    wanted = Screening(chosen) if chosen in set(Screening) else None
    after = request.args.get("after", 0, type=int)
    found = list(screening.entries_to_screen(session, contest, screening=wanted, after=after))
    more = len(found) > screening.PAGE_SIZE
    found = found[: screening.PAGE_SIZE]
    next_url = (
        url_for(".entries", slug=slug, screening=chosen, after=found[-1].number) if more else None
    )
    return render_template(
        "contests/organiser/entries.html",
        contest=contest,
        rows=[(entry, card(contest, entry)) for entry in found],
        counts=_counts(contest),
        chosen=chosen,
        next_url=next_url,
    )


@blueprint.get("/contests/<slug>/entries/<int:number>")
@permission(Permission.ORGANISE)
def entry(slug: str, number: int) -> str:
    """Show one entry with all an organiser needs to judge its eligibility."""
    contest = queries.get_contest(current_session(), slug)
    found = screening.get_submitted_entry(current_session(), contest, number)
    return _entry_page(contest, found, ScreenForm(obj=None, data=_verdict(found)))


@blueprint.post("/contests/<slug>/entries/<int:number>/screen")
@permission(Permission.ORGANISE)
def screen(slug: str, number: int) -> Answer:
    """Give a verdict, then go on to the next entry that has none."""
    session = current_session()
    contest = queries.get_contest(session, slug)
    found = screening.get_submitted_entry(session, contest, number)
    form = ScreenForm()
    if form.validate():
        try:
            service.screen(
                session,
                entry=found,
                verdict=Screening(form.verdict.data),
                reason=form.reason.data or "",
                actor=current_actor(),
                now=clock.now(),
            )
        except DomainError as error:
            _show(form, error)
        else:
            return _next_to_screen(contest, number)
    return _entry_page(contest, found, form), _INVALID


@blueprint.post("/contests/<slug>/entries/<int:number>/disqualify")
@permission(Permission.ORGANISE)
def disqualify(slug: str, number: int) -> Response:
    """Take an entry out of the contest, with the reason."""
    contest = queries.get_contest(current_session(), slug)
    found = screening.get_submitted_entry(current_session(), contest, number)
    form = DisqualifyForm()
    reason = form.reason.data or "" if form.validate() else ""
    try:
        service.disqualify(
            current_session(), entry=found, reason=reason, actor=current_actor(), now=clock.now()
        )
        flash(_("Entry %(number)s is disqualified.", number=f"{number:04d}"), "success")
    except DomainError as error:
        flash(render_message(error), "error")
    return redirect(url_for(".entry", slug=slug, number=number))


def _next_to_screen(contest: Contest, number: int) -> Response:
    flash(_("The verdict on entry %(number)s is kept.", number=f"{number:04d}"), "success")
    coming = screening.find_pending(current_session(), contest, after=number)
    if coming is None:
        return redirect(url_for(".entries", slug=contest.slug))
    return redirect(url_for(".entry", slug=contest.slug, number=coming.number))


def _entry_page(contest: Contest, found: Entry, form: Form) -> str:
    version = found.current
    files = [file.asset for file in version.files] if version else []
    return render_template(
        "contests/organiser/entry.html",
        contest=contest,
        entry=found,
        version=version,
        by=by_line(found),
        pictures=pictures_of(version) if version else [],
        documents=assets_of(version, AssetKind.DOCUMENT) if version else [],
        originals=[(asset, media.original_url(asset)) for asset in files],
        form=form,
        submitted=in_zone(found.submitted_at, contest.zone) if found.submitted_at else None,
    )


def _verdict(entry: Entry) -> dict[str, str]:
    return {"verdict": entry.screening.value, "reason": entry.screening_reason or ""}


def _counts(contest: Contest) -> dict[str, int]:
    """Return how many entries wait for a verdict, have one, were withdrawn, are still drafts."""
    counts = dict.fromkeys((*(s.value for s in Screening), *(s.value for s in EntryState)), 0)
    for (state, verdict), number in queries.entry_counts(current_session(), contest).items():
        counts[state.value] += number
        if state is EntryState.SUBMITTED:
            counts[verdict.value] += number
    return counts


def _show(form: Form, error: DomainError) -> None:
    """Put a service's refusal where its reader will mend it."""
    field = getattr(error, "field", None)
    if field in form:
        form[field].errors = [*form[field].errors, render_message(error)]
    else:
        form.form_errors.append(render_message(error))


def _page(template: str, form: Form, **context: object) -> Answer:
    page = render_template(template, form=form, **context)
    return (page, _INVALID) if form.errors else page
