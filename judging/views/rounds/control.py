"""One round's control room, and its course from opening to closing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.transaction import current_session
from judging.assignment import Assignment, components
from judging.models import HandOut, Round
from judging.queries import progress as queries
from judging.queries import results
from judging.queries.readiness import cutless_rounds, readiness
from judging.queries.rounds import chosen_numbers, find_next_round, is_running, rounds_of, rules_of
from judging.queries.untouched import are_shareable
from judging.ranking import Kind
from judging.service import dealing, pairs
from judging.service import rounds as service
from judging.service.counting import COUNTED_BY_MARKS, method_of
from judging.service.focusing import Doubt
from judging.states import RoundState
from judging.views.apart import apart_before
from judging.views.counting_words import ladder_words, method_explained, method_name, numbers
from judging.views.doubt import doubt_found, doubt_in_short, doubt_shown
from judging.views.organiser import act, back, back_to_round, blueprint, told
from judging.views.paging import page_of
from judging.views.rounds import words
from judging.views.rounds.common import ROUND, found_round
from judging.views.rounds.phases import phases

_LOOK_AT_MOST = 10_000
"""More ballots would take a second or two to weigh, on a page that is opened often."""
_ORDERED_AT_MOST = 30
"""Who orders more than so many cannot tell those in the middle apart."""


@dataclass(frozen=True, slots=True)
class LinkedGroup:
    """Judges whom shared entries link to each other, by name, and how many entries those are."""

    judges: tuple[str, ...]
    entries: int


@blueprint.get(ROUND)
@permission(Permission.ORGANISE)
def round_(slug: str, round_id: int) -> str:
    """Show a round's control room: what is late, who is late, what needs the organisers."""
    session, now = current_session(), clock.now()
    contest, found = found_round(slug, round_id)
    decision, all_rounds = results.find_decision(session, contest), rounds_of(session, contest)
    later = None if found.is_practice else find_next_round(session, found)
    common = {
        "contest": contest,
        "round": found,
        "steps": phases(contest, all_rounds, decision),
        "ready": readiness(session, found, now),
        "next_round": later,
        "decision": decision,
        "counting": _counting(found),
        "method_url": url_for("judging_organiser.method", slug=slug, round_id=round_id),
        "is_cutless": found in cutless_rounds(session, contest, all_rounds, now),
        "now": now,
    }
    if found.state is RoundState.PLANNED:
        return _planned(found, **common)
    progress = queries.progress(session, found)
    is_dealt = found.kind in COUNTED_BY_MARKS
    # What a closed round lacks is not dealt any more.
    is_lacking = is_dealt and is_running(found) and progress.short
    doubt = _doubt(found, progress, decides=later is None)
    plan = dealing.preview(session, round_=found) if is_lacking else None
    return render_template(
        "judging/organiser/round.html",
        progress=progress,
        page=page_of(progress.entries, anchor="entries"),
        is_dealt=is_dealt,
        can_share=are_shareable(found),
        can_fill=plan is not None and dealing.can_fill(plan, progress.short),
        reasons=words.shortfall_reasons(plan.shortfalls) if plan else "",
        has_marks=queries.has_marks(session, found),
        goes_on_to=len(chosen_numbers(session, later)) if later else 0,
        doubt=doubt_shown(doubt, is_open=found.state is RoundState.OPEN)
        if doubt and found.hand_out is HandOut.FOCUS
        else None,
        closing_doubt=doubt_in_short(doubt) if doubt else "",
        **common,
    )


def _doubt(found: Round, seen: queries.Progress, *, decides: bool) -> Doubt | None:
    """Return the doubt about the winners; without focus only where ballots are still to come."""
    is_focused = found.hand_out is HandOut.FOCUS
    is_closing = is_running(found) and seen.late and decides and seen.done <= _LOOK_AT_MOST
    is_asked = found.kind in COUNTED_BY_MARKS and not found.is_practice
    return doubt_found(found) if is_focused or (is_asked and is_closing) else None


@dataclass(frozen=True, slots=True)
class Counting:
    """How a round's standings come about, in words; `changed_at` after judging began."""

    method: str
    explained: str
    ladder: Sequence[str]
    changed_at: datetime | None


def _counting(found: Round) -> Counting:
    session = current_session()
    criteria = {row.key: row.title for row in found.criteria}
    judges = {str(judge.id): judge.name for judge in queries.panel(session, found.contest)}
    ladder = rules_of(session, found.contest).ladder
    return Counting(
        method_name(method_of(found)),
        method_explained(found.method),
        ladder_words(ladder, found, criteria, judges),
        results.method_changed_at(results.changes(session, found.contest, [found]), found),
    )


def _planned(found: Round, **common: Any) -> str:
    session, ready = current_session(), common["ready"]
    # Before that nothing could be handed out.
    kind = found.kind if ready.is_complete else None
    plan = dealing.preview(session, round_=found) if kind in COUNTED_BY_MARKS else None
    pairing = pairs.preview(session, round_=found) if kind is Kind.PAIRWISE else None
    return render_template(
        "judging/organiser/round_planned.html",
        plan=plan,
        groups=_linked(found, plan) if plan else (),
        pairing=pairing,
        apart=apart_before(found),
        is_long=found.kind is Kind.RANK and ready.entries > _ORDERED_AT_MOST,
        practice=chosen_numbers(session, found) if found.is_practice else {},
        **common,
    )


def _linked(found: Round, plan: Assignment[int, int]) -> tuple[LinkedGroup, ...]:
    """Return the groups of judges that the planned ballots would link; one is as it should be."""
    judges = queries.panel(current_session(), found.contest)
    return tuple(
        LinkedGroup(
            tuple(judge.name for judge in judges if judge.id in group.judges), len(group.entries)
        )
        for group in components(plan.pairs)
    )


@blueprint.post(f"{ROUND}/open")
@permission(Permission.ORGANISE)
def open_round(slug: str, round_id: int) -> Response:
    """Let the judges begin."""
    with told():
        plan = act(slug, service.open_round, round_id=round_id)
        flash(_("The round is open, and the judges have mail."), "success")
        _tell_shortfalls(plan)
    return back_to_round(slug, round_id)


@blueprint.post(f"{ROUND}/assign")
@permission(Permission.ORGANISE)
def assign(slug: str, round_id: int) -> Response:
    """Hand out the work that is missing."""
    with told():
        plan = act(slug, service.assign_again, round_id=round_id)
        flash(
            _("Every gap that could be filled is filled; ballots that were there stay."), "success"
        )
        _tell_shortfalls(plan)
    return back_to_round(slug, round_id)


@blueprint.post(f"{ROUND}/close")
@permission(Permission.ORGANISE)
def close_round(slug: str, round_id: int) -> Response:
    """End judging, with work missing or not; lead to what comes after."""
    _contest, found = found_round(slug, round_id)
    with told():
        act(slug, service.close_round, round_id=round_id)
        flash(_("The round is closed."), "success")
        if not found.is_practice and find_next_round(current_session(), found) is None:
            return back("results", slug)
    return back_to_round(slug, round_id)


@blueprint.post(f"{ROUND}/reopen")
@permission(Permission.ORGANISE)
def reopen_round(slug: str, round_id: int) -> Response:
    """Let judges go on."""
    with told():
        act(slug, service.reopen_round, round_id=round_id)
        flash(_("The round is open again. Judges can submit and change marks."), "success")
    return back_to_round(slug, round_id)


def _tell_shortfalls(plan: Assignment[int, int]) -> None:
    if plan.shortfalls:
        short = numbers([row.entry for row in plan.shortfalls])
        said = _("Too few judges may mark these entries: %(numbers)s.", numbers=short)
        flash(f"{said} {words.shortfall_reasons(plan.shortfalls)}".rstrip(), "warning")
