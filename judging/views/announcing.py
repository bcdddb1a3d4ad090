"""The announcement: at once or at a set time, with a commitment before it, and its rehearsal."""

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import ConflictError, InvalidError
from app.transaction import current_session, roll_back_request
from app.web import current_actor, local_instant, render_message
from contests.models import Contest
from contests.queries.contests import get_contest
from judging.forms.decision import ScheduleForm
from judging.queries import results as queries
from judging.service import announcement, sealing
from judging.states import DecisionState
from judging.views.cards import announced_cards, decided_cards
from judging.views.organiser import Answer, back, blueprint, show, told


@blueprint.get("/announce")
@permission(Permission.ORGANISE)
def announce(slug: str) -> Answer:
    """Show what the announcement will do, or has done."""
    contest = get_contest(current_session(), slug)
    return _announce(contest, None)


@blueprint.post("/announce/now")
@permission(Permission.ORGANISE)
def announce_now(slug: str) -> Response:
    """Make the winners public."""
    session = current_session()
    contest = get_contest(session, slug)
    with told():
        announcement.announce(session, contest=contest, actor=current_actor(), now=clock.now())
        flash(
            ngettext("%(num)s winner is public.", "%(num)s winners are public.", contest.winners),
            "success",
        )
    return back("announce", slug)


@blueprint.post("/announce/schedule")
@permission(Permission.ORGANISE)
def schedule(slug: str) -> Answer:
    """Set the time of the announcement."""
    session = current_session()
    contest = get_contest(session, slug)
    form = ScheduleForm(zone=contest.zone)
    if not form.validate():
        return _announce(contest, form)
    try:
        announcement.schedule(
            session,
            contest=contest,
            at=local_instant(form.announce_at.data, contest.zone),
            actor=current_actor(),
            now=clock.now(),
        )
    except InvalidError as error:
        roll_back_request()
        form.announce_at.errors = [render_message(error)]
        return _announce(contest, form)
    except ConflictError as error:
        roll_back_request()
        flash(render_message(error), "error")
        return back("announce", slug)
    flash(_("The time is set. Podium announces then by itself."), "success")
    return back("announce", slug)


@blueprint.post("/announce/unschedule")
@permission(Permission.ORGANISE)
def unschedule(slug: str) -> Response:
    """Forget the set time."""
    session = current_session()
    with told():
        announcement.unschedule(
            session, contest=get_contest(session, slug), actor=current_actor(), now=clock.now()
        )
        flash(_("No time is set any more."), "success")
    return back("announce", slug)


@blueprint.post("/announce/commit")
@permission(Permission.ORGANISE)
def commit(slug: str) -> Response:
    """Make the digest of the sealed result public."""
    session = current_session()
    with told():
        sealing.seal(
            session, contest=get_contest(session, slug), actor=current_actor(), now=clock.now()
        )
        flash(_("The commitment is public. Nobody can tell from it who wins."), "success")
    return back("announce", slug)


@blueprint.post("/announce/withheld.txt")
@permission(Permission.ORGANISE)
def withheld(slug: str) -> Response:
    """Give what the result rests on and the public never reads, for an auditor; audited."""
    session = current_session()
    contest = get_contest(session, slug)
    text = sealing.withheld_of(session, contest=contest, actor=current_actor(), now=clock.now())
    answer = Response(text.encode(), content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{contest.slug}-withheld.txt"'
    return answer


def _announce(contest: Contest, form: ScheduleForm | None) -> Answer:
    session = current_session()
    decision = queries.find_decision(session, contest)
    if decision is None or decision.state is DecisionState.PROPOSED:
        return render_template(
            "judging/organiser/no_announcement.html", contest=contest, decision=decision
        )
    return show(
        "announce",
        form or ScheduleForm(zone=contest.zone, announce_at=decision.announce_at),
        contest=contest,
        decision=decision,
        cards=announced_cards(session, contest) or decided_cards(contest, decision),
        result=queries.find_result(session, contest),
    )


@blueprint.get("/present")
@permission(Permission.ORGANISE)
def rehearse(slug: str) -> str:
    """Show the stage to organisers, before the announcement too."""
    session = current_session()
    contest = get_contest(session, slug)
    cards = announced_cards(session, contest) or decided_cards(
        contest, queries.get_decision(session, contest)
    )
    return render_template(
        "judging/results/present.html",
        contest=contest,
        cards=cards,
        leave=url_for(".announce", slug=slug),
    )
