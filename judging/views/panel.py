"""The organisers' page of the panel: who judges, what they know, what they must not judge."""

from typing import Any

from flask import flash, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import InvalidError
from app.transaction import current_session
from app.web import current_actor, limiter
from contests.models import Contest
from contests.queries.contests import get_contest
from judging.forms.panel import InviteForm, SeatForm
from judging.models import Judge
from judging.queries import conflicts
from judging.queries import progress as queries
from judging.queries.rounds import is_declared
from judging.queries.untouched import untouched_by_judge
from judging.service import knowledge as knowledge_service
from judging.service import panel as service
from judging.views.organiser import Answer, act, back, back_to_round, blueprint, show, told

# An id beyond this does not fit the databases' integers, and so belongs to nothing.
JUDGE = "<int(max=2147483647):judge_id>"


@blueprint.get("/panel")
@permission(Permission.ORGANISE)
def panel(slug: str) -> Answer:
    """Show who judges: invited, accepted, declared, what they must not judge."""
    return _panel(get_contest(current_session(), slug), InviteForm())


@blueprint.post("/panel")
@permission(Permission.ORGANISE)
@limiter.limit("30 per minute")
def invite(slug: str) -> Answer:
    """Invite people by mail; an address invited before gets a new link."""
    session = current_session()
    contest = get_contest(session, slug)
    form = InviteForm()
    if not form.validate():
        return _panel(contest, form)
    people = form.invited()
    for name, email in people:
        service.invite(
            session,
            contest=contest,
            email=email,
            name=name,
            actor=current_actor(),
            now=clock.now(),
        )
    flash(
        ngettext(
            "%(num)s invitation is on its way.",
            "%(num)s invitations are on their way.",
            len(people),
        ),
        "success",
    )
    return back("panel", slug)


def _panel(contest: Contest, form: InviteForm) -> Answer:
    session = current_session()
    judges = queries.panel(session, contest)
    return show(
        "panel",
        form,
        contest=contest,
        judges=[judge for judge in judges if judge.removed_at is None],
        removed=[judge for judge in judges if judge.removed_at is not None],
        recusals=queries.recusals(session, contest),
        unsettled=conflicts.count_by_judge(session, contest),
        untouched=untouched_by_judge(session, contest),
        now=clock.now(),
    )


@blueprint.post("/panel/remind")
@permission(Permission.ORGANISE)
def remind_all(slug: str) -> Response:
    """Mail everybody from whom something is missing."""
    count = act(slug, service.remind_all)
    flash(
        ngettext("%(num)s reminder is on its way.", "%(num)s reminders are on their way.", count)
        if count
        else _("Nothing is missing from anybody who was not reminded within the last hour."),
        "success",
    )
    return back("panel", slug)


@blueprint.route(f"/panel/{JUDGE}", methods=["GET", "POST"])
@permission(Permission.ORGANISE)
def seat(slug: str, judge_id: int) -> Answer:
    """Change what is known of a judge, and who chairs the panel."""
    judge = _judge(slug, judge_id)
    form = SeatForm(judge=judge)
    if form.validate_on_submit():
        session = current_session()
        by: dict[str, Any] = {"actor": current_actor(), "now": clock.now()}
        try:
            knowledge_service.set_chair(
                session,
                judge=judge,
                is_chair=form.is_chair.data,
                reason=form.reason.data or "",
                **by,
            )
        except InvalidError as error:
            form.blame(error)
        else:
            knowledge_service.set_knowledge(session, judge=judge, knowledge=form.knowledge(), **by)
            flash(_("What %(name)s knows is saved.", name=judge.name), "success")
            return back("panel", slug)
    return show(
        "seat",
        form,
        contest=judge.contest,
        judge=judge,
        begun=is_declared(current_session(), judge.contest),
    )


@blueprint.post(f"/panel/{JUDGE}/remind")
@permission(Permission.ORGANISE)
def remind(slug: str, judge_id: int) -> Response:
    """Mail a judge what is missing from them."""
    judge = _judge(slug, judge_id)
    with told():
        service.remind(current_session(), judge=judge, actor=current_actor(), now=clock.now())
        flash(_("A reminder to %(name)s is on its way.", name=judge.name), "success")
    round_id = request.args.get("round", type=int)
    return back("panel", slug) if round_id is None else back_to_round(slug, round_id)


@blueprint.post(f"/panel/{JUDGE}/resend")
@permission(Permission.ORGANISE)
def resend(slug: str, judge_id: int) -> Response:
    """Invite a judge again; the link sent before no longer works. Takes back a removal."""
    judge = _judge(slug, judge_id)
    service.invite(
        current_session(),
        contest=judge.contest,
        email=judge.email,
        name=judge.name,
        actor=current_actor(),
        now=clock.now(),
    )
    flash(_("A new invitation to %(name)s is on its way.", name=judge.name), "success")
    return back("panel", slug)


@blueprint.post(f"/panel/{JUDGE}/remove")
@permission(Permission.ORGANISE)
def remove(slug: str, judge_id: int) -> Response:
    """Take a judge off the panel."""
    judge = _judge(slug, judge_id)
    service.remove(current_session(), judge=judge, actor=current_actor(), now=clock.now())
    flash(_("%(name)s is not on the panel any more.", name=judge.name), "success")
    return back("panel", slug)


def _judge(slug: str, judge_id: int) -> Judge:
    session = current_session()
    return queries.get_judge(session, get_contest(session, slug), judge_id)
