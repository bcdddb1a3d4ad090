"""The winners as the public meets them, and the proof that they are those who were sealed."""

from flask import Blueprint, jsonify, render_template, url_for
from werkzeug.wrappers import Response

from app.authz import Permission, permission
from app.errors import NotFoundError
from app.transaction import current_session
from contests.models import Contest
from contests.queries.contests import get_contest
from judging.decision import sealed_text
from judging.models import Decision
from judging.queries import results as queries
from judging.queries.results import Commitment
from judging.views.cards import announced_cards

public = Blueprint("judging_results", __name__)


@public.get("/contests/<slug>/winners")
@permission(Permission.READ_PUBLIC)
def winners(slug: str) -> str:
    """Show the winners; until the announcement there is nothing here, whatever was decided."""
    session = current_session()
    contest = get_contest(session, slug)
    result = queries.get_result(session, contest)
    return render_template(
        "judging/results/winners.html",
        contest=contest,
        cards=announced_cards(session, contest),
        result=result,
        is_committed=bool(queries.commitments(session, contest)),
    )


@public.get("/contests/<slug>/winners.json")
@permission(Permission.READ_PUBLIC)
def winners_json(slug: str) -> Response:
    """Give the winners to programs, under the same rule as the page."""
    session = current_session()
    contest = get_contest(session, slug)
    result = queries.get_result(session, contest)
    return jsonify(
        contest=contest.title,
        announced_at=result.published_at.isoformat(),
        winners=[
            {
                "place": card.place,
                "entry": card.number,
                "title": card.title,
                "by": card.by,
                "country": card.country,
                "citation": card.citation,
                "url": card.url,
            }
            for card in announced_cards(session, contest)
        ],
    )


@public.get("/contests/<slug>/present")
@permission(Permission.READ_PUBLIC)
def present(slug: str) -> str:
    """Show the winners on a stage, the last place first."""
    session = current_session()
    contest = get_contest(session, slug)
    queries.get_result(session, contest)
    return render_template(
        "judging/results/present.html",
        contest=contest,
        cards=announced_cards(session, contest),
        leave=url_for(".winners", slug=slug),
    )


# --- the commitment -----------------------------------------------------------------------------


@public.get("/contests/<slug>/commitment")
@permission(Permission.READ_PUBLIC)
def commitment(slug: str) -> str:
    """Show the digest of the sealed result; after the announcement, how to check it."""
    contest, found = _commitments(slug)
    sealed = _announced(contest)
    return render_template(
        "judging/results/commitment.html",
        contest=contest,
        commitments=found,
        announced=queries.find_result(current_session(), contest) is not None,
        sealed=sealed,
        text=_text(sealed) if sealed else "",
    )


@public.get("/contests/<slug>/commitment.json")
@permission(Permission.READ_PUBLIC)
def commitment_json(slug: str) -> Response:
    """Give the commitments to programs, and the salt once the result is announced."""
    contest, found = _commitments(slug)
    sealed = _announced(contest)
    said: dict[str, object] = {
        "contest": contest.title,
        "commitments": [
            {
                "sha256": each.digest,
                "at": each.at.isoformat(),
                "withdrawn_at": each.withdrawn_at and each.withdrawn_at.isoformat(),
            }
            for each in found
        ],
    }
    if sealed:
        said |= {"salt": sealed.commitment_salt, "sealed": sealed.sealed}
    return jsonify(said)


@public.get("/contests/<slug>/commitment.txt")
@permission(Permission.READ_PUBLIC)
def commitment_text(slug: str) -> Response:
    """Give the exact bytes of which the commitment is the digest; not before the announcement."""
    contest, _found = _commitments(slug)
    sealed = _announced(contest)
    if sealed is None:
        raise NotFoundError
    answer = Response(_text(sealed).encode(), content_type="text/plain; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{contest.slug}-sealed.txt"'
    return answer


def _commitments(slug: str) -> tuple[Contest, list[Commitment]]:
    """Return a contest and its commitments, the newest first; NotFoundError where it has none."""
    session = current_session()
    contest = get_contest(session, slug)
    found = queries.commitments(session, contest)
    if not found:
        raise NotFoundError
    return contest, found


def _announced(contest: Contest) -> Decision | None:
    """Return the decision that was sealed, once it is announced."""
    session = current_session()
    if queries.find_result(session, contest) is None:
        return None
    decision = queries.get_decision(session, contest)
    return decision if decision.sealed else None


def _text(decision: Decision) -> str:
    return sealed_text(decision.commitment_salt or "", decision.sealed or {})
