"""The public pages: the forum, its contests, galleries and entries."""

from collections.abc import Sequence
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app import clock
from app.authz import Permission, permission, require
from app.errors import NotFoundError
from app.transaction import current_session
from app.web import Page, absolute_url, current_actor, wants_json
from contests import policies
from contests.forms.entrant import files_hint
from contests.forms.fields import country_name
from contests.forms.public import GalleryForm
from contests.models import Contest, Forum, GalleryOpens, TopicScheme
from contests.queries import contests as queries
from contests.queries import gallery as gallery_queries
from contests.queries.contests import window_of
from contests.rules import Phase, gallery_is_open, is_announced, is_web_link, order_key, phase
from contests.states import ContestKind
from contests.views.cards import EntryCard, by_line, pictures_of, public_cover
from contests.views.files import documents_of, videos_of
from contests.views.paging import here, page_of, position
from contests.vocabulary import ACTION_LINES, LICENCES, SDGS
from media.limits import AssetKind

blueprint = Blueprint("contests", __name__)
blueprint.add_app_template_filter(country_name)


def current_forum() -> Forum | None:
    """Return the forum this request is about, looked up once."""
    if "podium_forum" not in g:
        g.podium_forum = queries.find_forum(current_session())
    forum: Forum | None = g.podium_forum
    return forum


@blueprint.app_context_processor
def _forum_context() -> dict[str, Forum | None]:
    return {"forum": current_forum()}


def winners_of(contest: Contest) -> tuple[Any, ...]:
    """Return the announced winners' cards, which judging makes; empty before the announcement."""
    find = current_app.extensions["podium.winners_of"]
    found: tuple[Any, ...] = find(current_session(), contest)
    return found


def get_visible_contest(slug: str) -> Contest:
    """Return a contest that this reader may see; organisers see drafts as the public will."""
    contest = queries.get_contest(current_session(), slug)
    require(policies.may_see_contest, current_actor(), contest)
    return contest


def gallery_public(contest: Contest) -> bool:
    """Tell whether everybody may see a contest's entries; organisers always may."""
    return gallery_is_open(
        state=contest.state,
        window=window_of(contest),
        at_announcement=contest.gallery_opens is GalleryOpens.AT_ANNOUNCEMENT,
        now=clock.now(),
    )


@blueprint.get("/")
@permission(Permission.READ_PUBLIC)
def forum() -> str:
    """Show the forum and its contests, what is open in front; announced winners lead."""
    session, found = current_session(), current_forum()
    contests = _in_order(queries.contests_of(session, found, drafts=False)) if found else []
    return render_template(
        "contests/public/forum.html",
        bands=[_band(contest) for contest in contests],
        winners=[
            (contest, winners_of(contest)) for contest in contests if is_announced(contest.state)
        ],
        demo=current_app.extensions["podium.demo_sign_ins"](session),
    )


def _in_order(contests: Sequence[Contest]) -> list[Contest]:
    announced = [contest for contest in contests if is_announced(contest.state)]
    # Asked of judging only where there is something to ask.
    times = (
        current_app.extensions["podium.announced_at"](current_session(), announced)
        if announced
        else {}
    )
    now = clock.now()
    return sorted(
        contests, key=lambda contest: order_key(window_of(contest), times.get(contest.id), now)
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
        cover=public_cover(found),
        announced=is_announced(found.state),
        gallery_public=gallery_public(found),
        criteria=current_app.extensions["podium.criteria_of"](current_session(), found),
        is_committed=bool(current_app.extensions["podium.commitments"](current_session(), found)),
        sdgs=[SDGS[number] for number in sorted(found.sdgs)],
        facts=_facts(found),
        steps=_steps(found),
    )


@blueprint.get("/contests/<slug>/gallery")
@permission(Permission.READ_PUBLIC)
def gallery(slug: str) -> str | BaseResponse:
    """Show a contest's entries once they are public."""
    found = get_visible_contest(slug)
    is_public = gallery_public(found)
    if not is_public and not current_actor().is_organiser:
        return render_template("contests/public/gallery_closed.html", contest=found)
    session = current_session()
    form = GalleryForm(
        request.args, contest=found, countries=gallery_queries.countries(session, found)
    )
    filters = form.filters()
    entries, total = gallery_queries.gallery(session, found, filters, position())
    page = page_of(found, entries)
    if total.number and not page.items:
        # Whoever was on that page stands behind the last entry now, or before the first.
        return redirect(here())
    if wants_json():
        return jsonify(pictures=_large_pictures(page))
    return render_template(
        "contests/public/gallery.html",
        contest=found,
        form=form,
        is_public=is_public,
        total=total,
        filtered=filters != gallery_queries.Filters(),
        page=page,
    )


def _large_pictures(page: Page[EntryCard]) -> list[dict[str, Any]]:
    """Return what the lightbox shows of a page: every size, which the page itself leaves out."""
    return [
        {
            "url": card.url,
            "srcset": card.picture.srcset,
            "width": card.picture.width,
            "height": card.picture.height,
            "alt": card.alt,
            "title": card.title,
            "by": card.by,
            "place": card.place,
        }
        for card in page.items
        if card.picture and card.picture.srcset
    ]


@blueprint.get("/contests/<slug>/entries/<int(max=999999999):number>")
@permission(Permission.READ_PUBLIC)
def entry(slug: str, number: int) -> str:
    """Show one public entry."""
    found = get_visible_contest(slug)
    is_public = gallery_public(found)
    if not is_public and not current_actor().is_organiser:
        raise NotFoundError
    shown = gallery_queries.get_public_entry(current_session(), found, number)
    version = shown.current
    if version is None:
        raise NotFoundError
    winners = winners_of(found) if is_announced(found.state) else ()
    return render_template(
        "contests/public/entry.html",
        contest=found,
        entry=shown,
        version=version,
        is_public=is_public,
        by=by_line(shown),
        pictures=pictures_of(version),
        documents=documents_of(version),
        videos=videos_of(version),
        links=[link for link in version.links if is_web_link(link)],
        sdgs=[SDGS[number] for number in sorted(map(int, version.codes(TopicScheme.SDG)))],
        action_lines=[
            (code, _(ACTION_LINES[code])) for code in version.codes(TopicScheme.ACTION_LINE)
        ],
        licence=LICENCES.get(version.licence),
        award=next((winner for winner in winners if winner.number == number), None),
    )


@blueprint.get("/sitemap.xml")
@permission(Permission.READ_PUBLIC)
def sitemap() -> Response:
    """List what search engines may find: public contests, and entries once they are public."""
    session = current_session()
    contests = queries.public_contests(session)
    galleries = [contest for contest in contests if gallery_public(contest)]
    urls = [
        absolute_url("contests.forum"),
        *(absolute_url("contests.contest", slug=contest.slug) for contest in contests),
        *(absolute_url("contests.gallery", slug=contest.slug) for contest in galleries),
        *(
            absolute_url("contests.entry", slug=slug, number=number)
            for slug, number in gallery_queries.public_numbers(session, galleries)
        ),
    ]
    page = render_template("contests/public/sitemap.xml", urls=urls)
    return Response(page, mimetype="application/xml")


def _band(contest: Contest) -> dict[str, Any]:
    return {
        "contest": contest,
        "url": url_for("contests.contest", slug=contest.slug),
        "picture": public_cover(contest),
        "phase": phase(window_of(contest), clock.now()).value,
        "announced": is_announced(contest.state),
    }


def _facts(contest: Contest) -> list[tuple[str, object]]:
    """Return what a contest asks in numbers, before anybody begins to write or to upload."""
    words = _("%(least)s to %(most)s words", least=contest.words_min, most=contest.words_max)
    pictures = files_hint(contest, AssetKind.PICTURE)
    winners = (_("Winners"), contest.winners)
    if contest.kind is ContestKind.PHOTO:
        return [
            winners,
            (_("Entries"), _("at most %(most)s per person", most=contest.entries_per_person)),
            (_("Photograph"), pictures),
            (_("Description"), words if contest.words_min else None),
        ]
    return [
        winners,
        (
            _("Team"),
            _("%(least)s to %(most)s people", least=contest.team_min, most=contest.team_max),
        ),
        (_("Pictures"), pictures),
        (
            _("Documents"),
            files_hint(contest, AssetKind.DOCUMENT) if contest.documents_max else None,
        ),
        (_("Videos"), files_hint(contest, AssetKind.VIDEO) if contest.videos_max else None),
        (_("Description"), words),
    ]


_ALL_DONE = 5
# Before the opening nothing has happened: no step is done, and none is today's.
_TODAY = {Phase.UPCOMING: -1, Phase.OPEN: 1, Phase.CLOSED: 3}


def _steps(contest: Contest) -> list[dict[str, Any]]:
    """Return the contest's phases for the timeline; only what is public marks them."""
    at = phase(window_of(contest), clock.now())
    today = _ALL_DONE if is_announced(contest.state) else _TODAY[at]
    return [
        {
            "label": label,
            "detail": instant,
            "state": "done" if place < today else "now" if place == today else "next",
        }
        for place, (label, instant) in enumerate(
            (
                (_("Opens"), contest.opens_at),
                (_("Entries"), None),
                (_("Closes"), contest.closes_at),
                (_("Judging"), None),
                (_("Winners"), None),
            )
        )
    ]
