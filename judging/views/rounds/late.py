"""What a late judge has not begun, given to others: who would get how many is said before."""

from flask import flash, render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.authz import Permission, permission
from app.transaction import current_session
from judging.models import HandOut, Judge, Round
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
            kept=missing[judge.id] - len(planned.freed),
        )
    return back_to_round(slug, round_id)


@blueprint.post(JUDGE)
@permission(Permission.ORGANISE)
def reassign(slug: str, round_id: int, judge_id: int) -> Response:
    """Give a late judge's open ballots to others."""
    contest, found = found_round(slug, round_id)
    judge = queries.get_judge(current_session(), contest, judge_id)
    with told():
        _tell(judge, found, act(slug, service.reassign, round_id=round_id, judge=judge))
    return back_to_round(slug, round_id)


def _tell(judge: Judge, round_: Round, done: Handover) -> None:
    if done.gains:
        flash(
            _(
                "What %(name)s had not begun is with others, who have mail: %(gains)s. What was "
                "begun stays.",
                name=judge.name,
                gains=", ".join(f"{other.name} +{count}" for other, count in done.gains),
            ),
            "success",
        )
    if done.left and round_.hand_out is HandOut.FOCUS:
        flash(
            ngettext(
                "%(num)s ballot of %(name)s went back: the round hands it out as others go on.",
                "%(num)s ballots of %(name)s went back: the round hands them out as others go on.",
                len(done.left),
                name=judge.name,
            ),
            "success",
        )
    elif done.left:
        flash(
            ngettext(
                "%(num)s entry has a judge less, because nobody else is free: %(numbers)s.",
                "%(num)s entries have a judge less, because nobody else is free: %(numbers)s.",
                len(done.left),
                numbers=numbers(done.left),
            ),
            "warning",
        )
