"""The organiser's pages about entries: listing them, checking them, taking one out."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import DomainError
from app.transaction import current_session
from app.web import current_actor
from contests.forms.screening import DisqualifyForm, ScreenForm
from contests.models import Contest, Entry, LookAlike, TopicScheme
from contests.queries import contests as queries
from contests.queries import look_alikes, screening
from contests.queries.paging import Position
from contests.queries.screening import Standing
from contests.rules import is_announced, is_web_link
from contests.service import contests as service
from contests.service import look_alikes as doubles
from contests.service.settling import refused_files
from contests.states import Screening
from contests.views.cards import by_line, pictures_of
from contests.views.files import documents_of, videos_of
from contests.views.organiser import INVALID, Answer, blueprint, show_refusal
from contests.views.paging import here, page_of, position
from contests.vocabulary import ACTION_LINES, LICENCES, SDGS
from media import service as media
from media.service import PictureView

_ENTRIES = "/contests/<slug>/entries"
_ENTRY = f"{_ENTRIES}/<int(max=999999999):number>"
_PAIR = "/contests/<slug>/look-alikes/<int(max=999999999):pair_id>"


@blueprint.get(_ENTRIES)
@permission(Permission.ORGANISE)
def entries(slug: str) -> str | Response:
    """List what was submitted, to be checked one by one."""
    session = current_session()
    contest = queries.get_contest(session, slug)
    asked = request.args.get("screening", "")
    standing = Standing(asked) if asked in set(Standing) else None
    found = screening.entries_to_screen(session, contest, standing, position())
    if not found.entries and position() != Position():
        return redirect(here())
    page = page_of(contest, found)
    return render_template(
        "contests/organiser/entries.html",
        contest=contest,
        rows=[
            (one, shown, refused_files(one.current) if one.current else [])
            for one, shown in zip(found.entries, page.items, strict=True)
        ],
        prepared=screening.preparation(session, contest),
        refused=screening.count_refused(session, contest),
        alike=look_alikes.count_pairs(session, contest),
        page=page,
        tally=queries.tallies(session, [contest])[contest.id],
        standing=standing,
        pending=screening.find_pending(session, contest, after=0),
    )


@blueprint.get(_ENTRY)
@permission(Permission.ORGANISE)
def entry(slug: str, number: int) -> Answer:
    """Show one entry with all an organiser needs to judge its eligibility."""
    contest, found = _load(slug, number)
    return _entry_page(contest, found, ScreenForm.of(found), DisqualifyForm())


@blueprint.post(f"{_ENTRY}/screen")
@permission(Permission.ORGANISE)
def screen(slug: str, number: int) -> Answer:
    """Give a verdict, then go on to the next entry that has none."""
    contest, found = _load(slug, number)
    form = ScreenForm()
    if form.validate():
        try:
            service.screen(
                current_session(),
                entry=found,
                verdict=Screening(form.verdict.data),
                reason=form.reason.data or "",
                actor=current_actor(),
                now=clock.now(),
            )
            return _next_to_screen(contest, found)
        except DomainError as error:
            show_refusal(form, error)
    return _entry_page(contest, found, form, DisqualifyForm())


@blueprint.post(f"{_ENTRY}/disqualify")
@permission(Permission.ORGANISE)
def disqualify(slug: str, number: int) -> Answer:
    """Take an entry out of the contest, with the reason."""
    contest, found = _load(slug, number)
    form = DisqualifyForm()
    if form.validate():
        try:
            service.disqualify(
                current_session(),
                entry=found,
                reason=form.reason.data,
                actor=current_actor(),
                now=clock.now(),
            )
            flash(_("Entry %(number)s is disqualified.", number=found.label), "success")
            return redirect(url_for(".entry", slug=slug, number=number), 303)
        except DomainError as error:
            show_refusal(form, error)
    return _entry_page(contest, found, ScreenForm.of(found), form)


@blueprint.post(f"{_PAIR}/<any(dismiss, restore):act>")
@permission(Permission.ORGANISE)
def look_alike(slug: str, pair_id: int, act: str) -> Response:
    """Keep that two entries do not show the same, or take that back."""
    session = current_session()
    contest = queries.get_contest(session, slug)
    change = doubles.dismiss if act == "dismiss" else doubles.restore
    change(session, contest=contest, pair_id=pair_id, actor=current_actor(), now=clock.now())
    number = request.form.get("entry", type=int)
    if number is None:
        return redirect(url_for(".entries", slug=slug, screening="alike"), 303)
    return redirect(url_for(".entry", slug=slug, number=number, _anchor="look-alikes"), 303)


def _load(slug: str, number: int) -> tuple[Contest, Entry]:
    contest = queries.get_contest(current_session(), slug)
    return contest, screening.get_submitted_entry(current_session(), contest, number)


def _next_to_screen(contest: Contest, entry: Entry) -> Response:
    flash(_("The verdict on entry %(number)s is kept.", number=entry.label), "success")
    coming = screening.find_pending(current_session(), contest, after=entry.number or 0)
    if coming is None:
        flash(_("Every entry has a verdict."), "info")
        return redirect(url_for(".entries", slug=contest.slug), 303)
    return redirect(url_for(".entry", slug=contest.slug, number=coming.number), 303)


def _entry_page(
    contest: Contest, entry: Entry, form: ScreenForm, disqualify_form: DisqualifyForm
) -> Answer:
    version = entry.current
    if version is None:
        message = f"entry {entry.id} was never submitted"
        raise ValueError(message)
    page = render_template(
        "contests/organiser/entry.html",
        contest=contest,
        entry=entry,
        version=version,
        by=by_line(entry),
        pictures=pictures_of(version),
        videos=videos_of(version),
        documents=documents_of(version),
        originals=[(file.asset, media.original_url(file.asset)) for file in version.files],
        refused=refused_files(version),
        alike=_pairs(entry),
        links=[link for link in version.links if is_web_link(link)],
        sdgs=[SDGS[number] for number in sorted(map(int, version.codes(TopicScheme.SDG)))],
        action_lines=[_(ACTION_LINES[code]) for code in version.codes(TopicScheme.ACTION_LINE)],
        licence=LICENCES.get(version.licence),
        neighbours=screening.neighbours(current_session(), contest, entry.number or 0),
        announced=is_announced(contest.state),
        form=form,
        disqualify_form=disqualify_form,
    )
    return (page, INVALID) if form.errors or disqualify_form.errors else page


@dataclass(frozen=True, slots=True)
class AlikeView:
    """A pair as the page of one of its entries shows it: that entry's picture, the other's."""

    id: int
    other: Entry
    by: str
    own_picture: PictureView
    other_picture: PictureView
    likeness: str
    same_sender: bool
    dismissed: bool


def _pairs(entry: Entry) -> list[AlikeView]:
    """Return an entry's pairs, those that need an organiser most in front."""
    found = [_alike(entry, pair) for pair in look_alikes.shown_pairs(current_session(), entry)]
    return sorted(found, key=lambda pair: (pair.dismissed, pair.same_sender))


def _alike(entry: Entry, pair: LookAlike) -> AlikeView:
    first = pair.entry_id == entry.id
    own, other_asset = (pair.asset, pair.other_asset)[:: 1 if first else -1]
    other = pair.other if first else pair.entry
    return AlikeView(
        id=pair.id,
        other=other,
        by=by_line(other),
        own_picture=media.picture(own),
        other_picture=media.picture(other_asset),
        likeness=_likeness(pair.distance, same_bytes=own.sha256 == other_asset.sha256),
        same_sender=other.owner_id == entry.owner_id,
        dismissed=pair.dismissed_at is not None,
    )


_NEARLY = 4
"""Bits of 64: a copy of another size or compression stays within, mostly."""


def _likeness(distance: int, *, same_bytes: bool) -> str:
    if same_bytes:
        return _("The same file, byte for byte")
    if distance == 0:
        return _("The same picture")
    return _("Nearly the same picture") if distance <= _NEARLY else _("A similar picture")
