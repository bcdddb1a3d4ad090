"""What a late judge has not begun, given to others: who would get how many is said before."""

from flask import flash, render_template
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.authz import Permission, permission
from app.transaction import current_session
from judging.models import Judge
from judging.queries import progress as queries
from judging.service import rounds as service
from judging.service.dealing import Handover
from judging.views.counting_words import numbers
from judging.views.organiser import Answer, act, back_to_round, blueprint, told
from judging.views.rounds.common import ROUND, found_round

JUDGE = f"{ROUND}/judges/<int(max=2147483647):judge_id>/reassign"


@blueprint.get(JUDGE)
@permission(Permission.ORGANISE)
def handover(slug: str, round_id: int, judge_id: int) -> Answer:
    """Show who would get how many of a late judge's ballots."""
    session = current_session()
    contest, found = found_round(slug, round_id)
    judge = queries.get_judge(session, contest, judge_id)
    with told():
        planned = service.handover(session, contest=contest, round_id=round_id, judge=judge)
        missing = {row.judge.id: row.missing for row in queries.progress(session, found).judges}
        return render_template(
            "judging/organiser/handover.html",
            contest=contest,
            round=found,
            judge=judge,
            handover=planned,
            missing=missing,
            begun=missing[judge.id] - len(planned.untouched),
        )
    return back_to_round(slug, round_id)


@blueprint.post(JUDGE)
@permission(Permission.ORGANISE)
def reassign(slug: str, round_id: int, judge_id: int) -> Response:
    """Give a late judge's open ballots to others."""
    contest, _found = found_round(slug, round_id)
    judge = queries.get_judge(current_session(), contest, judge_id)
    with told():
        _tell(judge, act(slug, service.reassign, round_id=round_id, judge=judge))
    return back_to_round(slug, round_id)


def _tell(judge: Judge, done: Handover) -> None:
    if done.given:
        flash(
            ngettext(
                "%(num)s ballot of %(name)s is with others, who have mail: %(gains)s. What was "
                "begun stays.",
                "%(num)s ballots of %(name)s are with others, who have mail: %(gains)s. What was "
                "begun stays.",
                len(done.given),
                name=judge.name,
                gains=", ".join(f"{other.name} +{count}" for other, count in done.gains),
            ),
            "success",
        )
    if done.left and done.has_focus:
        flash(
            ngettext(
                "%(num)s ballot of %(name)s went back: the round hands it out as others go on.",
                "%(num)s ballots of %(name)s went back: the round hands them out as others go on.",
                len(done.left),
                name=judge.name,
            ),
            "success",
        )
    elif done.kept:
        flash(
            ngettext(
                "%(num)s entry stays with %(name)s, because nobody else is free: %(numbers)s.",
                "%(num)s entries stay with %(name)s, because nobody else is free: %(numbers)s.",
                len(done.kept),
                name=judge.name,
                numbers=numbers(done.kept),
            ),
            "warning",
        )
