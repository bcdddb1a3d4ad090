"""Results as organisers read them: standings that explain themselves, and the decision."""

import re
from collections.abc import Mapping, Sequence
from io import BytesIO

from flask import flash, render_template, request, send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import ConflictError, InvalidError
from app.transaction import current_session, roll_back_request
from app.web import current_actor, render_message
from contests.models import Contest
from contests.queries.contests import get_contest
from judging.decision import propose as suggest
from judging.forms.decision import ProposalForm, proposal_form
from judging.models import Decision, Round
from judging.queries import results as queries
from judging.queries.rounds import (
    find_deciding_round,
    get_deciding_round,
    get_round,
    rounds_of,
    rules_of,
)
from judging.ranking import Kind, Method, Standing
from judging.service import decisions, exporting
from judging.service.counting import COUNTED_BY_MARKS, method_of
from judging.states import BallotState, DecisionState, RoundState
from judging.views import counting_words
from judging.views.apart import apart_in, positions_in
from judging.views.board import Board, beside_the_line, board, first_places
from judging.views.cards import decided_cards
from judging.views.deciding import stands_of, thin_words
from judging.views.organiser import INVALID, Answer, back, blueprint, told
from judging.views.words import isolated, place_name

for _filter in (
    counting_words.method_name,
    counting_words.method_title,
    counting_words.method_explained,
    counting_words.method_source,
    counting_words.named_method,
    counting_words.lacking_places,
):
    blueprint.add_app_template_filter(_filter)

_NUMBERED = re.compile(r"[0-9]{1,9}", re.ASCII)
_NUMBER = "<int(max=2147483647):number>"
_ROUND = "<int(max=2147483647):round_id>"


# --- standings ----------------------------------------------------------------------------------


@blueprint.get("/results")
@permission(Permission.ORGANISE)
def results(slug: str) -> Answer:
    """Show the standings, and what is decided or still to be decided from them."""
    session = current_session()
    contest = get_contest(session, slug)
    round_ = find_deciding_round(session, contest)
    if round_ is None or round_.state is RoundState.PLANNED:
        return _nothing(contest)
    decision = queries.find_decision(session, contest)
    shown = board(contest, round_, 1, _wanted(contest, decision))
    is_waiting = decision is None and round_.state is RoundState.CLOSED
    return _page(contest, shown, _proposal(contest, shown, None) if is_waiting else None, decision)


@blueprint.get(f"/results/rounds/{_ROUND}")
@permission(Permission.ORGANISE)
def round_results(slug: str, round_id: int) -> Answer:
    """Show the standings of one round, page by page; an earlier one decides nothing any more."""
    session = current_session()
    contest = get_contest(session, slug)
    round_ = get_round(session, contest, round_id)
    if round_.is_practice or round_.state is RoundState.PLANNED:
        return _nothing(contest)
    number = request.args.get("page", 1, int)
    shown = board(contest, round_, max(1, number))
    return render_template("judging/organiser/results_round.html", **_standings(contest, shown))


def _nothing(contest: Contest) -> str:
    session = current_session()
    return render_template(
        "judging/organiser/no_results.html",
        contest=contest,
        last=find_deciding_round(session, contest),
        earlier=_counted(rounds_of(session, contest)),
    )


def _page(
    contest: Contest,
    shown: Board,
    form: ProposalForm | None,
    decision: Decision | None,
    *,
    seen: str | None = None,
    stale: bool = False,
) -> Answer:
    """Show the results; `seen` names the proposal that the form's sender read, if not this one.

    What another proposed meanwhile stands beside a form that is `stale`.
    """
    session = current_session()
    done, total = queries.handed_in(session, shown.round)
    two_people = rules_of(session, contest).two_people
    page = render_template(
        "judging/organiser/results.html",
        **_standings(contest, shown),
        done=done,
        total=total,
        unsettled=[
            _(tie.message) % tie.params
            for tie in suggest(shown.ranking.standings, contest.winners).unsettled
        ],
        form=form,
        decision=decision,
        cards=decided_cards(contest, decision) if decision else (),
        stands=stands_of(decision, shown) if decision else (),
        thin=_thin(form, shown) if form else "",
        fingerprint=decisions.fingerprint(decision) if seen is None else seen,
        stale=stale,
        two_people=two_people,
        may_confirm=decision is not None
        and not (two_people and decision.proposed_by_id == current_actor().user_id),
    )
    return (page, INVALID) if form and form.errors else page


def _standings(contest: Contest, shown: Board) -> dict[str, object]:
    """Return what the table of standings needs."""
    session = current_session()
    method = method_of(shown.round)
    titles, judges = shown.titles, shown.judges
    rungs = rules_of(session, contest).ladder
    ladder = counting_words.ladder_words(rungs, shown.round, titles, judges)
    changes = queries.changes(session, contest, shown.rounds)
    return {
        "contest": contest,
        "board": shown,
        "round": shown.round,
        "rounds": _counted(shown.rounds),
        "method": method,
        "unit": counting_words.unit(shown.round.kind, method.name),
        "ladder": ladder,
        "other_rungs": len(rungs) - len(ladder),
        "changes": [
            (change, *(_changed(said, titles, judges) for said in (change.before, change.after)))
            for change in changes
        ],
        "changed_at": queries.method_changed_at(changes, shown.round),
        "apart": apart_in(shown),
        "cut": _cut(shown.ranking.standings, first_places(shown.round, shown.rounds)[0]),
    }


def _counted(rounds: Sequence[Round]) -> list[Round]:
    """Return the rounds that have standings."""
    return [
        round_
        for round_ in rounds
        if not round_.is_practice and round_.state is not RoundState.PLANNED
    ]


def _changed(said: str | list[str], titles: Mapping[str, str], judges: Mapping[str, str]) -> str:
    if isinstance(said, str):
        return counting_words.named_method(said)
    return " → ".join(counting_words.rung_words(text, titles, judges) for text in said)


def _cut(standings: Sequence[Standing[int]], places: int) -> int | None:
    """Return the number of the last entry that comes first by the standings, ties included."""
    first = [row.entry for row in standings if row.place is not None and row.place <= places]
    return first[-1] if first else None


# --- the decision -------------------------------------------------------------------------------


@blueprint.post("/results")
@permission(Permission.ORGANISE)
def propose(slug: str) -> Answer:
    """Propose the winners in their order."""
    session = current_session()
    contest = get_contest(session, slug)
    decision = queries.find_decision(session, contest)
    shown = board(contest, get_deciding_round(session, contest), 1, _wanted(contest, decision))
    form = _proposal(contest, shown, decision)
    seen = request.form.get("seen", "")
    if not form.validate():
        return _page(contest, shown, form, decision, seen=seen)
    try:
        decisions.propose(
            session,
            contest=contest,
            choices=form.choices(),
            seen=seen,
            actor=current_actor(),
            now=clock.now(),
        )
    except InvalidError as error:
        roll_back_request()
        form.blame(error)
        return _page(contest, shown, form, decision, seen=seen)
    except ConflictError as error:  # what was typed stays there to be copied
        roll_back_request()
        form.form_errors.append(render_message(error))
        return _page(contest, shown, form, decision, stale=error.reason == "proposal-changed")
    flash(
        _("The winners are proposed. Another organiser confirms them.")
        if rules_of(session, contest).two_people
        else _("The winners are proposed. Read them once more, then confirm them."),
        "success",
    )
    return back("results", slug)


@blueprint.get("/results/propose")
@permission(Permission.ORGANISE)
def change_proposal(slug: str) -> Answer:
    """Show the form of a proposal, with what it says, and with an entry that was asked for."""
    session = current_session()
    contest = get_contest(session, slug)
    decision = queries.find_decision(session, contest)
    round_ = find_deciding_round(session, contest)
    if refused := _refused(round_, decision):
        flash(refused, "info")
    if refused or round_ is None:
        return back("results", slug)
    shown = board(contest, round_, 1, _wanted(contest, decision))
    return _page(contest, shown, _proposal(contest, shown, decision), decision)


def _refused(round_: Round | None, decision: Decision | None) -> str:
    """Return why winners cannot be proposed, or proposed anew, as things are; else nothing."""
    if decision is None and "entry" not in request.args:
        return _("Nothing is proposed yet.")
    if decision is not None and decision.state is not DecisionState.PROPOSED:
        return _("The winners are confirmed. Only once the confirmation is withdrawn they change.")
    if round_ is None or round_.state is not RoundState.CLOSED:
        return _("Close the round first; winners are proposed from settled standings.")
    return ""


def _wanted(contest: Contest, decision: Decision | None) -> list[int]:
    """Return entries that the form has to offer wherever they stand."""
    posted = [request.values.get(f"winner_{place}") for place in range(1, contest.winners + 1)]
    asked = [*posted, *request.args.getlist("entry")]
    named = [winner.entry.number or 0 for winner in decision.winners] if decision else []
    return [*named, *(int(text) for text in asked if text and _NUMBERED.fullmatch(text))]


def _proposal(contest: Contest, shown: Board, decision: Decision | None) -> ProposalForm:
    wanted = set(_wanted(contest, decision)) & shown.count.entries
    offered = {row.entry for row in shown.choices}
    rows = [
        *shown.choices,
        *(row for row in shown.ranking.standings if row.entry in wanted - offered),
    ]
    places = min(contest.winners, len(shown.count.entries))
    method = method_of(shown.round)
    return proposal_form(
        labels=[place_name(place) for place in range(1, places + 1)],
        options=[(row.entry, _option(row, shown, method)) for row in rows],
        preset=suggest(shown.ranking.standings, contest.winners).winners,
        decision=decision,
    )


def _thin(form: ProposalForm, shown: Board) -> str:
    """Say which of the entries that the form names a single judge judged."""
    named = {form[f"winner_{place}"].data for place in form.places}
    return thin_words((row for row in shown.ranking.standings if row.entry in named), shown)


def _option(row: Standing[int], shown: Board, method: Method) -> str:
    named = f"{row.entry:04d} · {isolated(shown.lines[row.entry].title)}"
    score = counting_words.score_words(row, method.name, shown.digits)
    if row.judges == 1:
        score = _("%(score)s, one judge alone", score=score)
    if row.place is None:
        return _("%(entry)s · %(score)s", entry=named, score=score)
    if row.tied > 1:
        return _(
            "%(place)s, tied: %(entry)s · %(score)s", place=row.place, entry=named, score=score
        )
    return _("%(place)s: %(entry)s · %(score)s", place=row.place, entry=named, score=score)


@blueprint.post("/results/confirm")
@permission(Permission.ORGANISE)
def confirm(slug: str) -> Response:
    """Confirm what somebody proposed."""
    session = current_session()
    with told():
        decisions.confirm(
            session,
            contest=get_contest(session, slug),
            seen=request.form.get("seen", ""),
            actor=current_actor(),
            now=clock.now(),
        )
        flash(_("The winners are confirmed. Nothing is public before you announce."), "success")
        return back("announce", slug)
    return back("results", slug)


@blueprint.post("/results/withdraw")
@permission(Permission.ORGANISE)
def withdraw(slug: str) -> Response:
    """Take a proposal back."""
    session = current_session()
    with told():
        decisions.withdraw_proposal(
            session, contest=get_contest(session, slug), actor=current_actor(), now=clock.now()
        )
        flash(_("The proposal is withdrawn."), "success")
    return back("results", slug)


@blueprint.post("/results/unconfirm")
@permission(Permission.ORGANISE)
def withdraw_confirmation(slug: str) -> Response:
    """Make a confirmed decision a proposal again."""
    session = current_session()
    with told():
        decisions.withdraw_confirmation(
            session, contest=get_contest(session, slug), actor=current_actor(), now=clock.now()
        )
        flash(_("The confirmation is withdrawn, and no announcement is set."), "success")
    return back("results", slug)


# --- what it rests on ---------------------------------------------------------------------------


@blueprint.get(f"/results/entries/{_NUMBER}")
@permission(Permission.ORGANISE)
def entry_ballots(slug: str, number: int) -> str:
    """Show what each judge gave to one entry; judges and entrants never see this page."""
    session = current_session()
    contest = get_contest(session, slug)
    wanted = request.args.get("round", 0, int)
    round_ = get_round(session, contest, wanted) if wanted else get_deciding_round(session, contest)
    entry = queries.get_judged_entry(session, contest, number)
    places, is_last = first_places(round_, rounds_of(session, contest))
    standing = beside_the_line(round_, number, places)
    shown = {
        "contest": contest,
        "round": round_,
        "is_last": is_last,
        "entry": entry,
        "published": queries.published(entry, 0, ""),
        **_beside(round_, standing, places),
    }
    if round_.kind is Kind.RANK:
        placed = (
            positions_in(standing, number)
            if standing
            # What does not stand counts nowhere: its positions are shown as they were given.
            else queries.positions_of(session, round_, entry)
        )
        return render_template("judging/organiser/entry_given.html", **shown, given=placed)
    if round_.kind not in COUNTED_BY_MARKS:
        chosen = queries.choices_about(session, round_, entry)
        return render_template("judging/organiser/entry_given.html", **shown, given=chosen)
    ballots = queries.ballots_on(session, round_, entry)
    return render_template(
        "judging/organiser/entry_ballots.html",
        **shown,
        ballots=ballots,
        points={
            ballot.id: {mark.criterion_id: mark.points for mark in ballot.marks}
            for ballot in ballots
        },
        submitted=[b for b in ballots if b.state is BallotState.SUBMITTED],
    )


def _beside(round_: Round, shown: Board | None, places: int) -> dict[str, object]:
    """Return how an entry stands, for the page that says what it rests on."""
    return {
        "board": shown,
        "unit": counting_words.unit(round_.kind, round_.method),
        "cut": _cut(shown.ranking.standings, places) if shown else None,
    }


@blueprint.post("/results/bundle.zip")
@permission(Permission.ORGANISE)
def bundle(slug: str) -> Response:
    """Give all that the result was counted from, for `podium recount`; the audit notes it."""
    session = current_session()
    contest = get_contest(session, slug)
    with told():
        data = exporting.archive(session, contest=contest, actor=current_actor(), now=clock.now())
        return send_file(
            BytesIO(data),
            "application/zip",
            as_attachment=True,
            download_name=f"{contest.slug}-bundle.zip",
        )
    return back("results", slug)
