"""A judge's seat on a panel: the invitation, the briefing, what is declared."""

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app import clock
from app.accounts.service import sign_in
from app.authz import Permission, permission
from app.errors import InvalidError
from app.transaction import current_session
from app.web import current_actor, limiter, render_message
from contests.queries.entries import eligible_entries
from judging import policies
from judging.forms.panel import DeclarationForm
from judging.models import Judge
from judging.queries import desk as desk_queries
from judging.queries import panel as panel_queries
from judging.service import panel
from judging.service.panel import InvitationUsedError
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
    """Show the one page a judge reads first, and ask for conflicts of interest at its end."""
    judge = panel_queries.get_seat(current_session(), slug=slug, user_id=current_actor().user_id)
    return _show_briefing(judge, DeclarationForm())


@blueprint.post("/judge/panels/<slug>/briefing")
@permission(Permission.JUDGE)
def declare(slug: str) -> Response | str:
    """Record the declaration and open the desk."""
    session, now = current_session(), clock.now()
    judge = panel_queries.get_seat(session, slug=slug, user_id=current_actor().user_id)
    if judge.declared_at is not None:
        # A second click; what is declared later is declared on the ballot.
        return redirect(url_for("judge.desk"), 303)
    form = DeclarationForm()
    if not form.validate() or not form.agrees():
        return make_response(_show_briefing(judge, form), 422)
    try:
        panel.declare(
            session, judge=judge, conflicts=form.conflicts(), actor=current_actor(), now=now
        )
    except InvalidError as error:
        form.entries.errors = [render_message(error)]
        return make_response(_show_briefing(judge, form), 422)
    return redirect(url_for("judge.desk"), 303)


def _show_briefing(judge: Judge, form: DeclarationForm) -> str:
    session = current_session()
    frozen = panel.entries_are_frozen(session, judge.contest, clock.now())
    asked = frozen and judge.declared_at is None
    entries = eligible_entries(session, judge.contest) if asked else ()
    barred = panel.barred_pairs(session, judge.contest) if asked else set()
    return render_template(
        "judging/judge/briefing.html",
        judge=judge,
        contest=judge.contest,
        rounds=desk_queries.briefed_rounds(session, judge.contest_id),
        recusals=panel_queries.recusals_of(session, judge),
        frozen=frozen,
        form=form,
        reasons=request.form,
        entries=[
            (entry, thumbnail(entry)) for entry in entries if (judge.id, entry.id) not in barred
        ],
    )
