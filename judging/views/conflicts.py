"""The organisers' page of conflicts of interest: what was found, declared and settled."""

from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app.authz import Permission, permission
from app.transaction import current_session
from contests.queries.contests import get_contest
from judging.forms.panel import SettleForm
from judging.models import ConflictGround, ConflictVerdict
from judging.queries import conflicts as queries
from judging.queries import progress
from judging.queries.conflicts import Wish
from judging.queries.rounds import rounds_of
from judging.service import conflicts as service
from judging.views import words
from judging.views.organiser import act, blueprint, told
from judging.views.paging import asked_number, page_of

_FILTERS = frozenset({"show", "judge", "ground"})

blueprint.add_app_template_filter(words.ground_name)
blueprint.add_app_template_filter(words.judge_knowledge)


@blueprint.get("/conflicts")
@permission(Permission.ORGANISE)
def conflicts(slug: str) -> str:
    """Show what was found and waits, or what was settled, and what judges declared."""
    session = current_session()
    contest = get_contest(session, slug)
    wish = _wish()
    pairs = queries.pairs(session, contest, wish)
    page = page_of(pairs)
    judges = [judge for judge in progress.panel(session, contest) if judge.removed_at is None]
    return render_template(
        "judging/organiser/conflicts.html",
        contest=contest,
        wish=wish,
        total=len(pairs),
        suggestions=queries.suggestions(session, contest, wish, page.items) if pairs else [],
        page=page,
        judges=judges,
        waiting=queries.count_by_judge(session, contest),
        grounds=list(ConflictGround),
        declared=queries.declared(session, contest),
        bars_country=queries.bars_country(session, contest),
        has_rounds=bool(rounds_of(session, contest)),
    )


@blueprint.post("/conflicts")
@permission(Permission.ORGANISE)
def settle_conflicts(slug: str) -> Response:
    """Settle what is ticked, or all that the filter shows."""
    session = current_session()
    contest = get_contest(session, slug)
    form = SettleForm()
    if not form.validate():
        flash(_("Nothing was settled: choose what to say, in 300 characters at most."), "error")
        return _back(slug)
    is_every = "every" in request.form
    chosen = queries.pairs(session, contest, _wish()) if is_every else form.chosen()
    with told():
        verdict = ConflictVerdict(form.act.data)
        reason = form.reason.data or ""
        count = act(slug, service.settle, pairs=chosen, verdict=verdict, reason=reason)
        if count:
            flash(
                ngettext(
                    "%(num)s suggestion is settled.", "%(num)s suggestions are settled.", count
                ),
                "success",
            )
        else:
            flash(_("Tick the suggestions that you want to settle."), "error")
    return _back(slug)


@blueprint.post("/conflicts/undo")
@permission(Permission.ORGANISE)
def undo_conflict(slug: str) -> Response:
    """Take a verdict back."""
    form = SettleForm(data={"act": ConflictVerdict.DISMISSED.value})
    for judge_id, entry_id in form.chosen():
        act(slug, service.undo, judge_id=judge_id, entry_id=entry_id)
        flash(_("It waits to be settled again."), "success")
    return _back(slug)


@blueprint.post("/conflicts/find")
@permission(Permission.ORGANISE)
def find_conflicts(slug: str) -> Response:
    """Look for conflicts of interest again."""
    count = act(slug, service.find_conflicts)
    flash(
        ngettext("%(num)s suggestion is new.", "%(num)s suggestions are new.", count)
        if count
        else _("Nothing new was found."),
        "success",
    )
    return _back(slug)


@blueprint.post("/conflicts/country")
@permission(Permission.ORGANISE)
def bar_country(slug: str) -> Response:
    """Say whether judges may judge entries of their own country."""
    with told():
        act(slug, service.set_bar_country, bars=request.form.get("bars") == "yes")
        flash(_("The rule is saved, and the panel was looked through."), "success")
    return _back(slug)


def _wish() -> Wish:
    """Return which suggestions the address asks for; what makes no sense is left out."""
    ground = request.args.get("ground", "")
    return Wish(
        is_settled=request.args.get("show") == "settled",
        judge_id=asked_number("judge"),
        ground=ConflictGround(ground) if ground in set(ConflictGround) else None,
    )


def _back(slug: str) -> Response:
    """Lead back to the list as it was filtered."""
    kept = {name: value for name, value in request.args.items() if name in _FILTERS}
    address = url_for("judging_organiser.conflicts", slug=slug)
    return redirect(f"{address}?{urlencode(kept)}" if kept else address, 303)
