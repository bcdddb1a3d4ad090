"""A judge's own history, whose marks can be put back; and the panel's spread in practice."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from app.authz import Permission, permission
from app.errors import NotFoundError
from app.transaction import current_session
from app.web import Page, current_actor
from judging.forms.judge import mark_name
from judging.models import Ballot, Criterion
from judging.queries import desk as desk_queries
from judging.queries import history as queries
from judging.queries.desk import DeskRound
from judging.queries.history import PAGE_SIZE, Act
from judging.service import ballots
from judging.states import BallotState
from judging.views.ballots import go_on, own_ballot
from judging.views.judge import ID, blueprint, check_declared
from judging.views.scales import label_of
from judging.views.spreads import panel_spread


@blueprint.get(f"/judge/ballots/<{ID}:ballot_id>/history")
@permission(Permission.JUDGE)
def history(ballot_id: int) -> str:
    """Show what a judge saved of one entry, with what puts older marks back."""
    found = own_ballot(ballot_id)
    session = current_session()
    share = desk_queries.get_share(session, judge=found.judge, round_id=found.round_id)
    is_over = found.state is BallotState.RECUSED or not ballots.is_standing(found.entry)
    return _show(
        share,
        queries.acts_of(session, [found.id], before=_before()),
        endpoint="judge.history",
        values={"ballot_id": found.id},
        criteria=found.round.criteria,
        ballot=found,
        contest=found.judge.contest,
        now_marks={found.id: ballots.content_of(found).marks},
        is_writable=share.is_open and not is_over,
    )


@blueprint.get(f"/judge/rounds/<{ID}:round_id>/history")
@permission(Permission.JUDGE)
def round_history(round_id: int) -> str:
    """Show what a judge saved in a whole round, the newest first."""
    session = current_session()
    judge = desk_queries.get_round_seat(session, round_id=round_id, user_id=current_actor().user_id)
    check_declared(judge)
    share = desk_queries.get_share(session, judge=judge, round_id=round_id)
    acts = queries.acts_of(session, [one.id for one in share.ballots], before=_before())
    return _show(
        share,
        acts,
        endpoint="judge.round_history",
        values={"round_id": round_id},
        criteria=desk_queries.criteria_of(session, round_id),
        ballot=None,
        contest=judge.contest,
        now_marks=queries.marks_of(session, {act.ballot_id for act in acts}),
        is_writable=False,
    )


@blueprint.get(f"/judge/ballots/<{ID}:ballot_id>/spread")
@permission(Permission.JUDGE)
def spread(ballot_id: int) -> Response | str:
    """Show what the panel gave an entry of practice, once the judge has submitted theirs.

    Whoever has not, as after skipping it, is led on; once the practice is over they see it too,
    but for an entry that is not theirs to judge.
    """
    found = own_ballot(ballot_id)
    if not found.round.is_practice:
        raise NotFoundError
    if not _may_compare(found):
        return go_on(found)
    session = current_session()
    given = queries.panel_spreads(session, round_id=found.round_id)[found.entry.number or 0]
    is_mine_there = found.state is BallotState.SUBMITTED
    mine = ballots.content_of(found).marks if is_mine_there else {}
    share = desk_queries.get_share(session, judge=found.judge, round_id=found.round_id)
    return render_template(
        "judging/judge/spread.html",
        ballot=found,
        contest=found.judge.contest,
        share=share,
        onward=share.next_open(after=found.id) if share.is_open else None,
        spreads=[
            panel_spread(criterion, given[criterion.key], mine.get(criterion.key))
            for criterion in found.round.criteria
        ],
    )


def _may_compare(found: Ballot) -> bool:
    if found.state is BallotState.SUBMITTED:
        return True
    is_theirs = found.state is not BallotState.RECUSED and ballots.is_standing(found.entry)
    return is_theirs and found.round.state.is_over


def _before() -> int | None:
    return request.args.get("before", type=int)


def _standing_act(acts: Sequence[Act], now_marks: Mapping[int, Mapping[str, int]]) -> int | None:
    """Return the newest act that gave the marks there now; older ones may have given the same."""
    return next((act.id for act in acts if act.marks == now_marks.get(act.ballot_id, {})), None)


def _show(
    share: DeskRound,
    acts: Sequence[Act],
    *,
    endpoint: str,
    values: Mapping[str, Any],
    criteria: Sequence[Criterion],
    ballot: Ballot | None,
    contest: object,
    now_marks: Mapping[int, Mapping[str, int]],
    is_writable: bool,
) -> str:
    items = list(acts[:PAGE_SIZE])
    older = url_for(endpoint, before=items[-1].id, **values) if len(acts) > PAGE_SIZE else None
    newest = url_for(endpoint, **values) if _before() else None
    return render_template(
        "judging/judge/history.html",
        share=share,
        contest=contest,
        ballot=ballot,
        criteria=criteria,
        page=Page(items, prev_url=newest, next_url=older),
        now_marks=now_marks,
        now_act=None if _before() else _standing_act(items, now_marks),
        numbers={one.id: one.number for one in share.ballots},
        linked={one.id for one in share.ballots if one.counts},
        is_writable=is_writable,
        label_of=label_of,
        mark_name=mark_name,
    )
