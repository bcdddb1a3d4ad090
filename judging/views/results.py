"""Results: the organisers' standings, decision and announcement, and the public's winners."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import InvalidError
from app.transaction import current_session, roll_back_request
from app.web import current_actor, local_instant, render_message
from contests.models import Contest, Entry
from contests.queries.contests import get_contest
from judging.decision import propose as suggest
from judging.forms.organiser import ProposalForm, ScheduleForm, proposal_form
from judging.models import Decision, Round
from judging.queries import progress
from judging.queries import results as queries
from judging.queries.rounds import find_deciding_round, get_deciding_round
from judging.ranking import MarkRow, Standing
from judging.service import announcement, decisions
from judging.states import BallotState, DecisionState, RoundState
from judging.views.cards import announced_cards, decided_cards
from judging.views.organiser import INVALID, Answer, back, blueprint, show, told
from judging.views.words import decimal, digits_for, place_name

public = Blueprint("judging_results", __name__)


@dataclass(frozen=True, slots=True)
class Board:
    """What organisers decide from: the entries that may win, their marks and standings."""

    round: Round
    entries: Sequence[Entry]
    marks: Sequence[MarkRow[int]]
    standings: tuple[Standing[int], ...]


def _board(round_: Round) -> Board:
    session = current_session()
    entries, marks = queries.candidates(session, round_), queries.marks(session, round_)
    return Board(round_, entries, marks, decisions.standings_of(round_, marks, entries))


# --- standings ----------------------------------------------------------------------------------


@blueprint.get("/results")
@permission(Permission.ORGANISE)
def results(slug: str) -> Answer:
    """Show the standings, and what is decided or still to be decided from them."""
    contest = get_contest(current_session(), slug)
    return _results(contest, None)


@blueprint.post("/results")
@permission(Permission.ORGANISE)
def propose(slug: str) -> Answer:
    """Propose the winners in their order."""
    session = current_session()
    contest = get_contest(session, slug)
    board = _board(get_deciding_round(session, contest))
    form = _proposal(contest, board, queries.find_decision(session, contest))
    if not form.validate():
        return _results(contest, form)
    try:
        decisions.propose(
            session,
            contest=contest,
            choices=form.choices(),
            actor=current_actor(),
            now=clock.now(),
        )
    except InvalidError as error:
        roll_back_request()
        form.blame(error)
        return _results(contest, form)
    flash(_("The winners are proposed. Another organiser confirms them."), "success")
    return back("results", slug)


@blueprint.get("/results/propose")
@permission(Permission.ORGANISE)
def change_proposal(slug: str) -> Answer:
    """Show the form of a proposal again, with what it says."""
    session = current_session()
    contest = get_contest(session, slug)
    board = _board(get_deciding_round(session, contest))
    return _results(contest, _proposal(contest, board, queries.get_decision(session, contest)))


def _results(contest: Contest, form: ProposalForm | None) -> Answer:
    session = current_session()
    round_ = find_deciding_round(session, contest)
    if round_ is None or round_.state is RoundState.PLANNED:
        return render_template("judging/organiser/no_results.html", contest=contest)
    decision = queries.find_decision(session, contest)
    board = _board(round_)
    if form is None and decision is None and round_.state is RoundState.CLOSED:
        form = _proposal(contest, board, None)
    page = render_template(
        "judging/organiser/results.html",
        contest=contest,
        round=round_,
        progress=progress.progress(session, round_),
        standings=board.standings,
        cut=_cut(board.standings, contest.winners),
        digits=digits_for(board.standings),
        entries={entry.number: entry for entry in board.entries},
        averages=queries.averages(board.marks),
        unsettled=[
            _(tie.message) % tie.params
            for tie in suggest(board.standings, contest.winners).unsettled
        ],
        form=form,
        decision=decision,
        cards=decided_cards(contest, decision) if decision else (),
        fingerprint=decisions.fingerprint(decision) if decision else "",
        may_confirm=decision is not None and decision.proposed_by_id != current_actor().user_id,
    )
    return (page, INVALID) if form and form.errors else page


def _cut(standings: Sequence[Standing[int]], winners: int) -> int | None:
    """Return the number of the last entry that wins by the standings."""
    winning = [row.entry for row in standings if row.place is not None and row.place <= winners]
    return winning[-1] if winning else None


def _proposal(contest: Contest, board: Board, decision: Decision | None) -> ProposalForm:
    titles = {entry.number: entry.current.title for entry in board.entries if entry.current}
    digits = digits_for(board.standings)
    places = min(contest.winners, len(board.entries))
    return proposal_form(
        labels=[place_name(place) for place in range(1, places + 1)],
        options=[(row.entry, _option(row, titles[row.entry], digits)) for row in board.standings],
        preset=suggest(board.standings, contest.winners).winners,
        decision=decision,
    )


def _option(row: Standing[int], title: str, digits: int) -> str:
    named = f"{row.entry:04d} · {title}"
    if row.place is None:
        return _("%(entry)s · no marks", entry=named)
    score = decimal(row.score, digits)
    if row.tied > 1:
        return _(
            "%(place)s, tied: %(entry)s · %(score)s", place=row.place, entry=named, score=score
        )
    return _("%(place)s: %(entry)s · %(score)s", place=row.place, entry=named, score=score)


@blueprint.get("/results/entries/<int(max=2147483647):number>")
@permission(Permission.ORGANISE)
def entry_ballots(slug: str, number: int) -> str:
    """Show what each judge said about one entry; judges and entrants never see this page."""
    session = current_session()
    contest = get_contest(session, slug)
    round_ = get_deciding_round(session, contest)
    entry = queries.get_judged_entry(session, contest, number)
    ballots = queries.ballots_on(session, round_, entry)
    return render_template(
        "judging/organiser/entry_ballots.html",
        contest=contest,
        round=round_,
        entry=entry,
        published=queries.published(entry, 0, ""),
        ballots=ballots,
        points={
            ballot.id: {mark.criterion_id: mark.points for mark in ballot.marks}
            for ballot in ballots
        },
        submitted=[b for b in ballots if b.state is BallotState.SUBMITTED],
    )


# --- the decision -------------------------------------------------------------------------------


@blueprint.post("/results/confirm")
@permission(Permission.ORGANISE)
def confirm(slug: str) -> Response:
    """Confirm what somebody else proposed."""
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


# --- the announcement ---------------------------------------------------------------------------


@blueprint.get("/announce")
@permission(Permission.ORGANISE)
def announce(slug: str) -> Answer:
    """Show what the announcement will do, or has done."""
    contest = get_contest(current_session(), slug)
    return _announce(contest, None)


@blueprint.post("/announce/now")
@permission(Permission.ORGANISE)
def announce_now(slug: str) -> Response:
    """Make the winners public."""
    session = current_session()
    contest = get_contest(session, slug)
    with told():
        announcement.announce(session, contest=contest, actor=current_actor(), now=clock.now())
        flash(
            ngettext("%(num)s winner is public.", "%(num)s winners are public.", contest.winners),
            "success",
        )
    return back("announce", slug)


@blueprint.post("/announce/schedule")
@permission(Permission.ORGANISE)
def schedule(slug: str) -> Answer:
    """Set the time of the announcement."""
    session = current_session()
    contest = get_contest(session, slug)
    form = ScheduleForm(zone=contest.zone)
    if not form.validate():
        return _announce(contest, form)
    try:
        announcement.schedule(
            session,
            contest=contest,
            at=local_instant(form.announce_at.data, contest.zone),
            actor=current_actor(),
            now=clock.now(),
        )
    except InvalidError as error:
        roll_back_request()
        form.announce_at.errors = [render_message(error)]
        return _announce(contest, form)
    flash(_("The time is set. Podium announces then by itself."), "success")
    return back("announce", slug)


@blueprint.post("/announce/unschedule")
@permission(Permission.ORGANISE)
def unschedule(slug: str) -> Response:
    """Forget the set time."""
    session = current_session()
    with told():
        announcement.unschedule(
            session, contest=get_contest(session, slug), actor=current_actor(), now=clock.now()
        )
        flash(_("No time is set any more."), "success")
    return back("announce", slug)


def _announce(contest: Contest, form: ScheduleForm | None) -> Answer:
    session = current_session()
    decision = queries.find_decision(session, contest)
    if decision is None or decision.state is DecisionState.PROPOSED:
        return render_template(
            "judging/organiser/no_announcement.html", contest=contest, decision=decision
        )
    return show(
        "announce",
        form or ScheduleForm(zone=contest.zone, announce_at=decision.announce_at),
        contest=contest,
        decision=decision,
        cards=announced_cards(session, contest) or decided_cards(contest, decision),
        result=queries.find_result(session, contest),
    )


@blueprint.get("/present")
@permission(Permission.ORGANISE)
def rehearse(slug: str) -> str:
    """Show the stage to organisers, before the announcement too."""
    session = current_session()
    contest = get_contest(session, slug)
    cards = announced_cards(session, contest) or decided_cards(
        contest, queries.get_decision(session, contest)
    )
    return render_template(
        "judging/results/present.html",
        contest=contest,
        cards=cards,
        leave=url_for(".announce", slug=slug),
    )


# --- the public's -------------------------------------------------------------------------------


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
