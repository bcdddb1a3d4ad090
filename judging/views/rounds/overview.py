"""All rounds of a contest: planned from a preset, added, moved, removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from flask import abort, flash, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.transaction import current_session
from contests.queries.contests import get_contest
from judging.models import Round
from judging.queries import progress as queries
from judging.queries.readiness import cutless_rounds
from judging.queries.results import find_decision
from judging.queries.rounds import rounds_of
from judging.ranking import Kind
from judging.service import rounds as service
from judging.service.rounds import Preset
from judging.states import RoundState
from judging.views.organiser import act, back, back_to_round, blueprint, told
from judging.views.rounds import words
from judging.views.rounds.common import ROUND
from judging.views.rounds.phases import phases

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class RoundLine:
    """A round in the overview; only an opened one has got anywhere, only a planned one moves."""

    round: Round
    progress: queries.Progress | None
    can_move_up: bool
    is_cutless: bool
    due_early: str


@blueprint.get("/rounds")
@permission(Permission.ORGANISE)
def rounds(slug: str) -> str:
    """Show a contest's rounds in their order, or the ways to begin with."""
    session = current_session()
    contest = get_contest(session, slug)
    found = rounds_of(session, contest)
    if not found:
        cuts = service.cuts_of(session, contest, clock.now())
        return render_template(
            "judging/organiser/no_round.html",
            contest=contest,
            presets=[
                (
                    preset,
                    *words.preset_words(preset, cuts),
                    words.cuts_note(cuts) if preset is Preset.STARS else "",
                )
                for preset in Preset
            ],
        )
    decision, now = find_decision(session, contest), clock.now()
    cutless = cutless_rounds(session, contest, found, now)
    return render_template(
        "judging/organiser/rounds.html",
        contest=contest,
        lines=[_line(n, found, is_cutless=one in cutless) for n, one in enumerate(found)],
        deciding=next((one for one in reversed(found) if not one.is_practice), None),
        current=next((one for one in found if not one.state.is_over), None),
        steps=phases(contest, found, decision),
        can_add=decision is None,
        now=now,
    )


def _line(n: int, found: Sequence[Round], *, is_cutless: bool) -> RoundLine:
    round_, above = found[n], found[n - 1] if n else None
    is_planned = round_.state is RoundState.PLANNED
    return RoundLine(
        round_,
        None if is_planned else queries.progress(current_session(), round_),
        is_planned and above is not None and above.state is RoundState.PLANNED,
        is_cutless,
        words.due_early(round_, found),
    )


@blueprint.post("/rounds")
@permission(Permission.ORGANISE)
def plan_rounds(slug: str) -> Response:
    """Make the rounds of a preset, with defaults that need no change."""
    preset = _one_of(Preset, request.form.get("preset"))
    act(slug, service.plan_rounds, preset=preset)
    flash(_("The judging is planned. Nobody judges until you open a round."), "success")
    return back("rounds", slug)


@blueprint.post("/rounds/add")
@permission(Permission.ORGANISE)
def add_round(slug: str) -> Response:
    """Add one more round after the others."""
    asked = request.form.get("kind")
    is_practice = asked == "practice"
    kind = Kind.SCORE if is_practice else _one_of(Kind, asked)
    with told():
        made = act(slug, service.add_round, kind=kind, is_practice=is_practice)
        flash(_("The round is planned."), "success")
        return back_to_round(slug, made.id)
    return back("rounds", slug)


def _one_of(kind: type[Choice], asked: str | None) -> Choice:
    """Return what a button stands for; another value was never offered."""
    if asked not in [member.value for member in kind]:
        abort(400)
    return kind(asked)


@blueprint.post(f"{ROUND}/move-up")
@permission(Permission.ORGANISE)
def move_round_up(slug: str, round_id: int) -> Response:
    """Let a planned round come before the one above it."""
    with told():
        act(slug, service.move_up, round_id=round_id)
        flash(_("The order of the rounds is saved."), "success")
    return back("rounds", slug)


@blueprint.post(f"{ROUND}/remove")
@permission(Permission.ORGANISE)
def remove_round(slug: str, round_id: int) -> Response:
    """Take a planned round away."""
    with told():
        act(slug, service.remove_round, round_id=round_id)
        flash(_("The round is removed."), "success")
    return back("rounds", slug)
