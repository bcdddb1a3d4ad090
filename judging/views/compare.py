"""Two photographs of a judge's own side by side, pixel for pixel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for

from app.authz import Permission, permission
from app.errors import NotFoundError
from app.transaction import current_session
from app.web import current_actor
from contests.models import Entry
from contests.states import ContestKind
from judging.models import Judge, Round
from judging.queries import desk as desk_queries
from judging.queries import pairs as pair_queries
from judging.queries import seated
from judging.ranking import Kind
from judging.service import orders
from judging.views.judge import ID, blueprint, check_declared
from judging.views.work import Work, work_of
from media.service import PictureView


@dataclass(frozen=True, slots=True)
class Choice:
    """An entry that can be compared: how the address names it, and the page it is judged on."""

    value: str
    number: int
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: `url` and the size in pixels are those of the largest rendition."""

    choice: Choice
    work: Work
    url: str | None = None
    width: int = 0
    height: int = 0


@blueprint.get(f"/judge/rounds/<{ID}:round_id>/compare")
@permission(Permission.JUDGE)
def compare(round_id: int) -> str:
    """Show two photographs that this judge judges in this round, or one and the choice of another.

    `left` and `right` in the address are ballots where entries are marked, and else the numbers of
    entries; what is not this judge's to judge is not found. `back` is the comparison in whose place
    two are looked at.
    """
    session = current_session()
    judge = desk_queries.get_round_seat(session, round_id=round_id, user_id=current_actor().user_id)
    check_declared(judge)
    if judge.contest.kind is not ContestKind.PHOTO:
        raise NotFoundError
    round_ = seated.get_round(session, round_id=round_id)
    choices = _choices(judge, round_)
    left, right = _chosen(choices, "left"), _chosen(choices, "right")
    if right == left:
        # Nothing is compared with itself: the other is still to be chosen.
        right = None
    return render_template(
        "judging/judge/compare.html",
        contest=judge.contest,
        choices=choices,
        left=left,
        right=right,
        sides=[_side(judge, choice) for choice in (left, right) if choice],
        list_url=_list_url(round_),
        back=request.args.get("back", type=int),
    )


def _choices(judge: Judge, round_: Round) -> list[Choice]:
    session = current_session()
    if round_.kind in {Kind.SCREEN, Kind.SCORE}:
        share = desk_queries.get_share(session, judge=judge, round_id=round_.id)
        return [
            Choice(str(one.id), one.number, one.title, url_for("judge.ballot", ballot_id=one.id))
            for one in share.ballots
            if one.counts
        ]
    seated.get_seat(session, round_id=round_.id, kind=round_.kind, user_id=judge.user_id)
    if round_.kind is Kind.RANK:
        return _numbered(orders.entries_for(session, judge=judge, round_=round_), _list_url(round_))
    return _numbered(pair_queries.entries_of(session, judge, round_), _list_url(round_))


def _numbered(entries: Iterable[Entry], url: str) -> list[Choice]:
    return sorted(
        (
            Choice(
                str(entry.number),
                entry.number or 0,
                entry.current.title if entry.current else "",
                url,
            )
            for entry in entries
        ),
        key=lambda choice: choice.number,
    )


def _list_url(round_: Round) -> str:
    endpoints = {Kind.RANK: "orders.order", Kind.PAIRWISE: "pairs.history"}
    return url_for(endpoints.get(round_.kind, "judge.round_"), round_id=round_.id)


def _chosen(choices: Sequence[Choice], name: str) -> Choice | None:
    wished = request.args.get(name)
    if not wished:
        return None
    for choice in choices:
        if choice.value == wished:
            return choice
    raise NotFoundError


def _side(judge: Judge, chosen: Choice) -> Side:
    work = work_of(
        seated.get_work(current_session(), contest_id=judge.contest_id, number=chosen.number)
    )
    picture = work.pictures[0] if work.pictures else None
    if picture is None or not picture.srcset:
        return Side(chosen, work)
    url, width = picture.srcset[-1]
    return Side(chosen, work, url, width, _height(picture, width))


def _height(picture: PictureView, width: int) -> int:
    if not (picture.width and picture.height):
        return width
    return round(width * picture.height / picture.width)
