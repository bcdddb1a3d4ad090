"""Two photographs of a judge's own side by side, pixel for pixel."""

from dataclasses import dataclass

from flask import render_template, request

from app.authz import Permission, permission
from app.errors import NotFoundError
from app.transaction import current_session
from app.web import current_actor
from contests.states import ContestKind
from judging.queries import desk as desk_queries
from judging.queries.desk import DeskBallot, DeskRound
from judging.views.judge import ID, blueprint, check_declared
from judging.views.work import Work, work_of
from media.service import PictureView


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: `url` and the size in pixels are those of the largest rendition."""

    ballot: DeskBallot
    work: Work
    url: str | None = None
    width: int = 0
    height: int = 0


@blueprint.get(f"/judge/rounds/<{ID}:round_id>/compare")
@permission(Permission.JUDGE)
def compare(round_id: int) -> str:
    """Show two photographs that this judge marks in this round, or one and the choice of another.

    `left` and `right` in the address are ballots; what is not this judge's to mark is not found.
    """
    session = current_session()
    judge = desk_queries.get_round_seat(session, round_id=round_id, user_id=current_actor().user_id)
    check_declared(judge)
    if judge.contest.kind is not ContestKind.PHOTO:
        raise NotFoundError
    share = desk_queries.get_share(session, judge=judge, round_id=round_id)
    left, right = _chosen(share, "left"), _chosen(share, "right")
    if right == left:
        # Nothing is compared with itself: the other is still to be chosen.
        right = None
    return render_template(
        "judging/judge/compare.html",
        contest=judge.contest,
        share=share,
        choices=[ballot for ballot in share.ballots if ballot.counts],
        left=left,
        right=right,
        sides=[_side(ballot) for ballot in (left, right) if ballot],
    )


def _chosen(share: DeskRound, name: str) -> DeskBallot | None:
    wished = request.args.get(name)
    if not wished:
        return None
    for ballot in share.ballots:
        if ballot.counts and str(ballot.id) == wished:
            return ballot
    raise NotFoundError


def _side(chosen: DeskBallot) -> Side:
    work = work_of(desk_queries.get_ballot(current_session(), chosen.id).entry)
    picture = work.pictures[0] if work.pictures else None
    if picture is None or not picture.srcset:
        return Side(chosen, work)
    url, width = picture.srcset[-1]
    return Side(chosen, work, url, width, _height(picture, width))


def _height(picture: PictureView, width: int) -> int:
    if not (picture.width and picture.height):
        return width
    return round(width * picture.height / picture.width)
