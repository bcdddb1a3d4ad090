"""The organiser's pages about entries: listing them, checking them, taking one out."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug.wrappers import Response

from app import clock
from app.authz import Permission, permission
from app.errors import N_, DomainError
from app.transaction import current_session
from app.web import current_actor, render_message
from contests.findings import NAMES, Finding, FindingKind
from contests.forms.screening import DisqualifyForm, ScreenForm
from contests.models import Contest, Entry, LookAlike, TopicScheme
from contests.queries import contests as queries
from contests.queries import look_alikes, screening
from contests.queries.paging import Position
from contests.queries.screening import Standing
from contests.queries.verdicts import find_last_judged
from contests.rules import is_announced, is_web_link
from contests.service import look_alikes as doubles
from contests.service import screening as service
from contests.service.screening import Found
from contests.service.settling import refused_files
from contests.states import Screening
from contests.views.cards import by_line, pictures_of
from contests.views.files import documents_of, videos_of
from contests.views.organiser import INVALID, Answer, blueprint
from contests.views.paging import here, page_of, position
from contests.vocabulary import ACTION_LINES, LICENCES, SDGS
from media import service as media
from media.service import PictureView

_ENTRIES = "/contests/<slug>/entries"
_ENTRY = f"{_ENTRIES}/<int(max=999999999):number>"
_PAIR = "/contests/<slug>/look-alikes/<int(max=999999999):pair_id>"


ANY, NONE = "any", "none"
FINDINGS: dict[str, str] = {
    ANY: N_("With findings"),
    NONE: N_("Without findings"),
    **{kind.value: name for kind, name in NAMES.items()},
}
"""What entries can be filtered by."""


@blueprint.get(_ENTRIES)
@permission(Permission.ORGANISE)
def entries(slug: str) -> str | Response:
    """List what was submitted, to be checked one by one."""
    session = current_session()
    contest = queries.get_contest(session, slug)
    asked = request.args.get("screening", "")
    standing = Standing(asked) if asked in set(Standing) else None
    every = service.findings_of(session, contest=contest)
    wish = _wish()
    numbers = [row.number for row in _standing(every, standing) if _has(row, wish)]
    found = screening.entries_to_screen(
        session, contest, standing, position(), numbers if wish else None
    )
    if not found.entries and position() != Position():
        return redirect(here())
    page = page_of(contest, found)
    told = {row.number: _texts(row.findings) for row in every}
    to_check = _standing(every, Standing.PENDING)
    doubtful = [row.number for row in to_check if row.findings]
    clear = service.clear_of(every)
    return render_template(
        "contests/organiser/entries.html",
        contest=contest,
        rows=[
            (one, shown, told.get(shown.number, []), refused_files(one.current))
            for one, shown in zip(found.entries, page.items, strict=True)
            if one.current is not None
        ],
        prepared=screening.preparation(session, contest),
        alike=look_alikes.count_pairs(session, contest),
        page=page,
        tally=queries.tallies(session, [contest])[contest.id],
        standing=standing,
        wish=wish,
        choices=_choices(_standing(every, standing), wish),
        doubtful=doubtful,
        clear=len(clear),
        seen_clear=service.seen_clear(clear),
        seen_of=service.seen_of,
        accepted=screening.find_accepting(session, contest),
        kept=_kept(contest),
        open_to_verdicts=not is_announced(contest.state),
    )


def _wish() -> str | None:
    asked = request.args.get("finding", "")
    return asked if asked in FINDINGS else None


def _has(row: Found, wish: str | None) -> bool:
    if wish in {ANY, NONE}:
        return bool(row.findings) is (wish == ANY)
    return wish is None or any(one.kind == wish for one in row.findings)


def _standing(rows: Sequence[Found], standing: Standing | None) -> Sequence[Found]:
    """Return the rows that stand in one way; there are none of entries that left the contest."""
    return [row for row in rows if standing is None or row.screening == standing.value]


def _choices(rows: Sequence[Found], wish: str | None) -> list[tuple[str, str, int]]:
    """Return the filters that find something, and the chosen one: value, words, how many."""
    counts = Counter({ANY: sum(1 for row in rows if row.findings)})
    counts[NONE] = len(rows) - counts[ANY]
    for row in rows:
        counts.update({one.kind.value for one in row.findings})
    return [
        (value, _(label), counts[value])
        for value, label in FINDINGS.items()
        if counts[value] or value == wish
    ]


def _texts(findings: Iterable[Finding]) -> list[str]:
    return [_(one.message) % one.params for one in findings]


@blueprint.post(f"{_ENTRIES}/accept")
@permission(Permission.ORGANISE)
def accept(slug: str) -> Response:
    """Find all entries without findings eligible, in one act."""

    def act(contest: Contest) -> str:
        number = service.accept_clear(
            current_session(),
            contest=contest,
            seen=request.form.get("seen", ""),
            actor=current_actor(),
            now=clock.now(),
        )
        text: str = ngettext(
            "%(num)s entry without findings is eligible.",
            "%(num)s entries without findings are eligible.",
            number,
        )
        return text

    return _many(slug, act)


@blueprint.post(f"{_ENTRIES}/accept/<int(max=999999999999999999):act_id>/undo")
@permission(Permission.ORGANISE)
def undo_accept(slug: str, act_id: int) -> Response:
    """Take back that many entries were found eligible in one act."""

    def act(contest: Contest) -> str:
        number = service.undo_accepting(
            current_session(),
            contest=contest,
            act_id=act_id,
            actor=current_actor(),
            now=clock.now(),
        )
        text: str = ngettext(
            "%(num)s entry waits for a verdict again.",
            "%(num)s entries wait for a verdict again.",
            number,
        )
        return text

    return _many(slug, act)


def _many(slug: str, act: Callable[[Contest], str]) -> Response:
    contest = queries.get_contest(current_session(), slug)
    try:
        flash(act(contest), "success")
    except DomainError as error:
        flash(render_message(error), "error")
    return redirect(url_for(".entries", slug=slug), 303)


@blueprint.get(_ENTRY)
@permission(Permission.ORGANISE)
def entry(slug: str, number: int) -> Answer:
    """Show one entry with all an organiser needs to judge its eligibility."""
    contest, found = _load(slug, number)
    return _entry_page(contest, found, ScreenForm.of(found), DisqualifyForm())


@blueprint.post(f"{_ENTRY}/screen")
@permission(Permission.ORGANISE)
def screen(slug: str, number: int) -> Answer:
    """Give a verdict, then go on to the next entry that has none; or undo it, and stay."""
    contest, found = _load(slug, number)
    form = ScreenForm()
    if form.validate():
        try:
            service.screen(
                current_session(),
                entry=found,
                verdict=Screening(form.verdict.data),
                reason=form.reason.data or "",
                seen=form.seen.data or "",
                actor=current_actor(),
                now=clock.now(),
            )
            return _after_verdict(contest, found)
        except DomainError as error:
            form.blame(error)
    return _entry_page(contest, found, form, DisqualifyForm())


@blueprint.post(f"{_ENTRY}/undo")
@permission(Permission.ORGANISE)
def undo_screen(slug: str, number: int) -> Answer:
    """Put back the verdict before the last one, and offer to undo the one given before that."""
    contest, found = _load(slug, number)
    actor, session = current_actor(), current_session()
    kept = None
    try:
        seen = request.form.get("seen", "")
        undone = service.undo_verdict(session, entry=found, seen=seen, actor=actor, now=clock.now())
        flash(_UNDONE[found.screening] % {"number": found.label}, "success")
        kept = find_last_judged(session, contest, actor.user_id, before=undone)
    except DomainError as error:
        flash(render_message(error), "error")
    onward = url_for(
        ".entry", slug=slug, number=number, kept=kept.number if kept else None, finding=_wish()
    )
    return redirect(onward, 303)


_UNDONE = {
    Screening.PENDING: _l("The verdict on entry %(number)s is undone."),
    Screening.ELIGIBLE: _l("The verdict on entry %(number)s is undone: it is eligible again."),
    Screening.INELIGIBLE: _l(
        "The verdict on entry %(number)s is undone: it is not eligible again, for the reason"
        " before."
    ),
}


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
            form.blame(error)
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
        return redirect(url_for(".entries", slug=slug, finding=FindingKind.DUPLICATE.value), 303)
    return redirect(url_for(".entry", slug=slug, number=number, _anchor="look-alikes"), 303)


def _load(slug: str, number: int) -> tuple[Contest, Entry]:
    contest = queries.get_contest(current_session(), slug)
    return contest, screening.get_submitted_entry(current_session(), contest, number)


def _after_verdict(contest: Contest, entry: Entry) -> Response:
    slug, wish = contest.slug, _wish()
    if entry.screening is Screening.PENDING:
        flash(_("Entry %(number)s is to be checked.", number=entry.label), "success")
        return redirect(url_for(".entry", slug=slug, number=entry.number, finding=wish), 303)
    coming = _next_to_screen(contest, entry.number or 0)
    if coming is None:
        flash(
            _("None like this waits any more.") if wish else _("Every entry has a verdict."), "info"
        )
        return redirect(url_for(".entries", slug=slug, kept=entry.number), 303)
    onward = url_for(".entry", slug=slug, number=coming, kept=entry.number, finding=wish)
    return redirect(onward, 303)


def _next_to_screen(contest: Contest, after: int) -> int | None:
    """Return the next entry without a verdict among those asked for; behind the last, the first."""
    session, wish = current_session(), _wish()
    if wish is None:
        found = screening.find_pending(session, contest, after=after)
        return found.number if found else None
    every = _standing(service.findings_of(session, contest=contest), Standing.PENDING)
    numbers = [row.number for row in every if _has(row, wish)]
    return next((number for number in numbers if number > after), next(iter(numbers), None))


def _kept(contest: Contest) -> Entry | None:
    """Return the entry whose verdict was kept on the page before, if it can be undone."""
    number = request.args.get("kept", type=int)
    if number is None or is_announced(contest.state):
        return None
    return screening.find_judged(current_session(), contest, number)


def _entry_page(
    contest: Contest, entry: Entry, form: ScreenForm, disqualify_form: DisqualifyForm
) -> Answer:
    version = entry.current
    if version is None:
        message = f"entry {entry.id} was never submitted"
        raise ValueError(message)
    known = service.findings_of(current_session(), contest=contest, entry=entry)
    # Who was told that somebody else was faster, and sends it again, has seen that verdict.
    form.seen.data = service.seen_of(entry)
    page = render_template(
        "contests/organiser/entry.html",
        contest=contest,
        entry=entry,
        findings=[text for row in known for text in _texts(row.findings)],
        wish=_wish(),
        kept=_kept(contest),
        seen_of=service.seen_of,
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
