"""The public pages: the forum, its contests, galleries and entries."""

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, current_app, g, render_template, request, url_for
from flask_babel import gettext as _

from app import clock
from app.authz import Permission, permission, require
from app.errors import NotFoundError
from app.transaction import current_session
from app.web import Page, current_actor
from contests import policies
from contests.forms.fields import country_name
from contests.forms.public import GalleryForm
from contests.models import Contest, Entry, Forum, GalleryOpens, TopicScheme
from contests.queries import contests as queries
from contests.queries import gallery as gallery_queries
from contests.queries.contests import window_of
from contests.rules import Phase, gallery_is_open, is_announced, phase
from contests.views.cards import EntryCard, assets_of, by_line, card, pictures_of
from contests.vocabulary import ACTION_LINES, LICENCES, SDGS
from media.limits import AssetKind
from media.service import document_url, picture

blueprint = Blueprint("contests", __name__)


@blueprint.app_context_processor
def _forum_context() -> dict[str, Forum | None]:
    """Give every page the forum it belongs to, looked up once."""
    if "podium_forum" not in g:
        g.podium_forum = queries.find_forum(current_session())
    return {"forum": g.podium_forum}


blueprint.add_app_template_filter(country_name)


def winners_of(contest: Contest) -> tuple[Any, ...]:
    """Return the announced winners' cards, which judging knows; empty before the announcement."""
    find = current_app.extensions["podium.winners_of"]
    found: tuple[Any, ...] = find(current_session(), contest)
    return found


def get_visible_contest(slug: str) -> Contest:
    """Return a contest that this reader may see; organisers see drafts as the public will."""
    contest = queries.get_contest(current_session(), slug)
    require(policies.may_see_contest, current_actor(), contest)
    return contest


def gallery_visible(contest: Contest) -> bool:
    """Tell whether this reader may see a contest's entries; organisers always may."""
    return current_actor().is_organiser or gallery_is_open(
        state=contest.state,
        window=window_of(contest),
        at_announcement=contest.gallery_opens is GalleryOpens.AT_ANNOUNCEMENT,
        now=clock.now(),
    )


@blueprint.get("/")
@permission(Permission.READ_PUBLIC)
def forum() -> str:
    """Show the forum and its contests; announced winners lead."""
    found = queries.find_forum(current_session())
    contests = queries.contests_of(current_session(), found, drafts=False) if found else []
    return render_template(
        "contests/public/forum.html",
        bands=[_band(contest) for contest in contests],
        winners=[(contest, winners_of(contest)) for contest in contests if _announced(contest)],
        demo=current_app.extensions["podium.demo_sign_ins"](current_session()),
    )


@blueprint.get("/contests/<slug>")
@permission(Permission.READ_PUBLIC)
def contest(slug: str) -> str:
    """Show what a contest asks, until when, and how it is judged."""
    found = get_visible_contest(slug)
    return render_template(
        "contests/public/contest.html",
        contest=found,
        window_phase=phase(window_of(found), clock.now()).value,
        cover=picture(found.cover) if found.cover else None,
        announced=_announced(found),
        gallery_open=gallery_visible(found),
        criteria=current_app.extensions["podium.criteria_of"](current_session(), found),
        sdgs=[SDGS[number] for number in found.sdgs],
        steps=_steps(found),
    )


@blueprint.get("/contests/<slug>/gallery")
@permission(Permission.READ_PUBLIC)
def gallery(slug: str) -> str:
    """Show a contest's entries once they are public."""
    found = get_visible_contest(slug)
    if not gallery_visible(found):
        return render_template("contests/public/gallery_closed.html", contest=found)
    session = current_session()
    form = GalleryForm(
        request.args, contest=found, countries=gallery_queries.countries(session, found)
    )
    filters = form.filters()
    after, before = _position("after"), _position("before")
    entries = gallery_queries.gallery(session, found, filters, after=after or 0, before=before)
    return render_template(
        "contests/public/gallery.html",
        contest=found,
        form=form,
        total=gallery_queries.count(session, found, filters),
        filtered=filters != gallery_queries.Filters(),
        page=_page(found, list(entries), backwards=before is not None, first=after is None),
    )


@blueprint.get("/contests/<slug>/entries/<int:number>")
@permission(Permission.READ_PUBLIC)
def entry(slug: str, number: int) -> str:
    """Show one public entry."""
    found = get_visible_contest(slug)
    if not gallery_visible(found):
        raise NotFoundError
    shown = gallery_queries.get_public_entry(current_session(), found, number)
    version = shown.current
    if version is None:
        raise NotFoundError
    places = {winner.entry.id: winner for winner in winners_of(found)} if _announced(found) else {}
    return render_template(
        "contests/public/entry.html",
        contest=found,
        entry=shown,
        version=version,
        by=by_line(shown),
        pictures=pictures_of(version),
        documents=[document_url(file) for file in assets_of(version, AssetKind.DOCUMENT)],
        sdgs=[SDGS[int(code)] for code in version.codes(TopicScheme.SDG)],
        action_lines=[
            (code, _(ACTION_LINES[code])) for code in version.codes(TopicScheme.ACTION_LINE)
        ],
        licence=LICENCES.get(version.licence),
        award=places.get(shown.id),
    )


def _announced(contest: Contest) -> bool:
    return is_announced(contest.state)


def _band(contest: Contest) -> dict[str, Any]:
    return {
        "contest": contest,
        "url": url_for("contests.contest", slug=contest.slug),
        "picture": picture(contest.cover) if contest.cover else None,
        "phase": phase(window_of(contest), clock.now()).value,
        "announced": _announced(contest),
    }


def _steps(contest: Contest) -> list[dict[str, Any]]:
    """Return the contest's phases for the timeline; only what is public marks them."""
    now_phase = phase(window_of(contest), clock.now())
    announced = _announced(contest)
    order = {Phase.UPCOMING: 0, Phase.OPEN: 1, Phase.CLOSED: 2}[now_phase] + announced
    labels = (
        (_("Opens"), contest.opens_at),
        (_("Closes"), contest.closes_at),
        (_("Judging"), None),
        (_("Winners"), None),
    )
    states = ["done" if i < order else "now" if i == order else "next" for i in range(4)]
    if announced:
        states = ["done"] * 4
    return [
        {"label": label, "detail": instant, "state": state}
        for (label, instant), state in zip(labels, states, strict=True)
    ]


def _position(name: str) -> int | None:
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None  # noqa: PLR2004 - a number fits a column


def _page(
    contest: Contest, entries: list[Entry], *, backwards: bool, first: bool
) -> Page[EntryCard]:
    more = len(entries) > gallery_queries.PAGE_SIZE
    if more:
        entries = entries[1:] if backwards else entries[:-1]
    has_previous = more if backwards else not first
    has_next = True if backwards else more
    cards = [card(contest, entry) for entry in entries]
    return Page(
        items=cards,
        prev_url=_link(contest, before=cards[0].number) if has_previous and cards else None,
        next_url=_link(contest, after=cards[-1].number) if has_next and cards else None,
        label=_("Entries %(first)s to %(last)s", first=cards[0].number, last=cards[-1].number)
        if cards
        else "",
    )


def _link(contest: Contest, **position: int) -> str:
    kept = [
        (name, value)
        for name, value in request.args.items(multi=True)
        if name not in {"after", "before"}
    ]
    query = urlencode([*kept, *position.items()])
    return f"{url_for('contests.gallery', slug=contest.slug)}?{query}"
