"""A judge's seat on a panel: the invitation, the briefing, what is declared."""

from collections.abc import Mapping

from flask import flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock
from app.accounts.service import sign_in
from app.authz import Permission, permission
from app.errors import InvalidError
from app.transaction import current_session, roll_back_request
from app.web import current_actor, limiter, render_message
from app.web.forms import clean
from judging import policies
from judging.forms.panel import DeclarationForm, KnowledgeForm
from judging.models import Judge
from judging.queries import briefing as briefing_queries
from judging.queries import desk as desk_queries
from judging.queries import panel as panel_queries
from judging.service import panel
from judging.service.counting import method_of
from judging.service.knowledge import set_knowledge
from judging.service.panel import InvitationUsedError
from judging.views.counting_words import method_explained, method_name
from judging.views.judge import blueprint, to_briefing
from judging.views.work import thumbnail


@blueprint.get("/invitations/<token>")
@permission(Permission.READ_PUBLIC)  # the token is the permission
@limiter.limit("30 per minute")
def invitation(token: str) -> Response | str:
    """Say who invites to what; programs that follow links in mails change nothing by it."""
    try:
        judge = panel.get_invitation(current_session(), token=token, now=clock.now())
    except InvitationUsedError as error:
        return _used(error)
    return render_template("judging/judge/invitation.html", judge=judge)


@blueprint.post("/invitations/<token>")
@permission(Permission.READ_PUBLIC)  # the token is the permission
@limiter.limit("30 per minute")
def accept_invitation(token: str) -> Response | str:
    """Take the seat, sign in as the one invited, and go on to the briefing."""
    try:
        judge, user = panel.accept(current_session(), token=token, now=clock.now())
    except InvitationUsedError as error:
        return _used(error)
    sign_in(user)
    return to_briefing(judge)


def _used(error: InvitationUsedError) -> Response | str:
    if policies.holds_seat(current_actor(), error.judge):
        return redirect(url_for("judge.desk"), 303)
    return make_response(
        render_template("judging/judge/invitation_used.html", judge=error.judge), 410
    )


# --- the briefing -------------------------------------------------------------------------------


@blueprint.get("/judge/panels/<slug>/briefing")
@permission(Permission.JUDGE)
def briefing(slug: str) -> str:
    """Show the one page a judge reads first, and ask for conflicts of interest at its end.

    `q` and `page` in the address choose which entries are listed.
    """
    return _show_briefing(_seat(slug), DeclarationForm(), request.args)


@blueprint.post("/judge/panels/<slug>/briefing")
@permission(Permission.JUDGE)
def declare(slug: str) -> Response | str:
    """Record the declaration and open the desk; or show other entries, and keep what is ticked."""
    judge = _seat(slug)
    if judge.declared_at is not None:
        # A second click; what is declared later is declared on the ballot.
        return redirect(url_for("judge.desk"), 303)
    form, known = DeclarationForm(), KnowledgeForm(judge=judge)
    if "show" in request.form:
        return _show_briefing(judge, form, request.form)
    if not (form.validate() & known.validate()) or not form.agrees():
        return make_response(_show_briefing(judge, form, request.form, known), 422)
    try:
        _declare(judge, form, known)
    except InvalidError as error:
        roll_back_request()
        form.entries.errors = [render_message(error)]
        return make_response(_show_briefing(_seat(slug), form, request.form, known), 422)
    return redirect(url_for("judge.desk"), 303)


@blueprint.route("/judge/panels/<slug>/knowledge", methods=["GET", "POST"])
@permission(Permission.JUDGE)
def knowledge(slug: str) -> Response | str:
    """Let a judge say what they know, read and take on."""
    judge = _seat(slug)
    form = KnowledgeForm(judge=judge)
    if form.validate_on_submit():
        _set_knowledge(judge, form)
        flash(
            _("What you know is saved. It holds for entries given to you from now on."), "success"
        )
        return redirect(url_for("judge.briefing", slug=slug), 303)
    page = render_template(
        "judging/judge/knowledge.html", judge=judge, contest=judge.contest, form=form
    )
    return make_response(page, 422) if form.errors else page


def _seat(slug: str) -> Judge:
    return panel_queries.get_seat(current_session(), slug=slug, user_id=current_actor().user_id)


def _declare(judge: Judge, form: DeclarationForm, known: KnowledgeForm) -> None:
    panel.declare(
        current_session(),
        judge=judge,
        conflicts=form.conflicts(),
        actor=current_actor(),
        now=clock.now(),
    )
    _set_knowledge(judge, known)


def _set_knowledge(judge: Judge, form: KnowledgeForm) -> None:
    set_knowledge(
        current_session(),
        judge=judge,
        knowledge=form.knowledge(),
        actor=current_actor(),
        now=clock.now(),
    )


def _show_briefing(
    judge: Judge,
    form: DeclarationForm,
    wish: Mapping[str, str],
    known: KnowledgeForm | None = None,
) -> str:
    session = current_session()
    frozen = panel.entries_are_frozen(session, judge.contest, clock.now())
    asked = frozen and judge.declared_at is None
    return render_template(
        "judging/judge/briefing.html",
        judge=judge,
        contest=judge.contest,
        rounds=[
            (one, method_name(method_of(one)), method_explained(one.method))
            for one in desk_queries.briefed_rounds(session, judge.contest_id)
        ],
        recusals=panel_queries.recusals_of(session, judge),
        frozen=frozen,
        asked=asked,
        form=form,
        knowledge_form=known or KnowledgeForm(judge=judge),
        reasons=request.form,
        **(_listed(judge, form, wish) if asked else {}),
    )


def _listed(judge: Judge, form: DeclarationForm, wish: Mapping[str, str]) -> dict[str, object]:
    """Return the entries to choose among: those searched for, and those ticked on other pages."""
    session, contest = current_session(), judge.contest
    barred = {
        entry_id
        for judge_id, entry_id in panel.barred_pairs(session, contest)
        if judge_id == judge.id
    }
    words = (clean(wish.get("q")) or "")[:100]
    page = wish.get("show") if wish.get("show") in {"previous", "next"} else None
    step = {"previous": -1, "next": 1}.get(page or "", 0)
    # A new search begins at its first page.
    at = _page_number(wish) + step if wish.get("q", "") == wish.get("searched", "") else 1
    shown = briefing_queries.search(session, contest, words=words, page=at, barred=barred)
    here = {entry.id for entry in shown.entries}
    ticked = {entry_id for entry_id in form.entries.data or () if entry_id not in here | barred}
    return {
        "words": words,
        "shown": shown,
        "entries": [(entry, thumbnail(entry)) for entry in shown.entries],
        "ticked": briefing_queries.chosen(session, contest, ticked) if ticked else (),
    }


def _page_number(wish: Mapping[str, str]) -> int:
    said = wish.get("page", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 1  # noqa: PLR2004 - no list is longer
