"""What the entry form's page shows: the saved files, the checklist, why nothing can be saved."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import make_response, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock
from app.errors import ClosedError, DomainError
from app.transaction import current_session
from app.web import (
    current_actor,
    format_clock,
    format_instant,
    in_zone,
    instant_twice,
    reader_zone,
    render_message,
)
from contests import policies
from contests.forms.entrant import EntryForm, differences, entry_form
from contests.models import Contest, Entry, EntryVersion
from contests.queries.contests import entry_rules_of
from contests.queries.entries import facts_of, latest_day, pass_until, twins_of
from contests.rules import Missing, missing_for_submission
from contests.service import entries
from contests.states import EntryState
from contests.views.cards import assets_of
from media.limits import AssetKind
from media.models import Asset
from media.service import PictureView, document_url, picture, video_url
from media.states import AssetState


@dataclass(frozen=True, slots=True)
class FileView:
    """One file of the form: its name, and its picture or where it can be opened."""

    public_id: str
    name: str
    picture: PictureView
    url: str | None


@dataclass(frozen=True, slots=True)
class FilesSay:
    """What the pictures' files say of their making, as far as it helps their sender.

    `taken_on` is a date that the form does not have yet.
    """

    taken_on: date | None
    has_place: bool


def draft_page(
    entry: Entry,
    form: EntryForm,
    *,
    status: int = 200,
    closed: str | None = None,
    stale: bool = False,
) -> Response:
    """Return the entry's form with everything round it.

    `closed` says why nothing is saved any more; `stale` shows what another window saved, too.
    """
    session, now = current_session(), clock.now()
    version = entries.shown_version(entry)
    missing = missing_for_submission(entry_rules_of(entry.contest), facts_of(entry, version, now))
    page = render_template(
        "contests/entrant/edit.html",
        entry=entry,
        contest=entry.contest,
        form=form,
        version=version,
        pictures=[_file(asset) for asset in assets_of(version, AssetKind.PICTURE)],
        documents=[_file(asset) for asset in assets_of(version, AssetKind.DOCUMENT)],
        videos=[_file(asset) for asset in assets_of(version, AssetKind.VIDEO)],
        says=_says(version, form, now),
        twins=twins_of(session, entry, version),
        checklist=list(_checklist(entry, form, missing)),
        missing=missing,
        closed=closed or why_closed(entry),
        refused=closed is not None,
        closes_at=max(
            entry.contest.closes_at, pass_until(session, entry) or entry.contest.closes_at
        ),
        others=differences(form, entry_form(entry, saved=True)) if stale else None,
        saved=_saved(entry, version),
        is_owner=policies.owns_entry(current_actor(), entry),
        may_withdraw=entry.state is EntryState.SUBMITTED
        and entry.contest.state in entries.UNANNOUNCED,
    )
    return make_response(page, status)


def why_closed(entry: Entry) -> str | None:
    """Return why an entry cannot be changed now, or None where it can."""
    try:
        entries.check_writable(current_session(), entry=entry, now=clock.now())
    except ClosedError as error:
        return closed_text(entry.contest, error)
    return None


def closed_text(contest: Contest, error: DomainError) -> str:
    """Return why a page offers no change, to somebody who has not tried to make one."""
    if error.reason != "closed":
        return render_message(error)
    at = instant_twice(contest.closes_at, contest.zone)
    text: str = _("This contest closed at %(at)s and takes no more entries or changes.", at=at)
    return text


def missing_text(line: Missing) -> str:
    """Return one line of the checklist in the reader's language."""
    text: str = _(line.message)
    return text % line.params if line.params else text


def short_time(instant: datetime, contest: Contest) -> str:
    """Return "14:02", with the day where that is not today, on the reader's clock."""
    zone = reader_zone() or contest.zone
    if in_zone(instant, zone).date() == in_zone(clock.now(), zone).date():
        return format_clock(instant, zone)
    return format_instant(instant, zone)


def _says(version: EntryVersion, form: EntryForm, now: datetime) -> FilesSay:
    pictures = assets_of(version, AssetKind.PICTURE)
    days = [asset.taken_at.date() for asset in pictures if asset.taken_at]
    taken_on = days[0] if days and "taken_on" in form else None
    if taken_on and (taken_on == form["taken_on"].data or taken_on > latest_day(now)):
        taken_on = None
    return FilesSay(taken_on, has_place=any(asset.latitude is not None for asset in pictures))


_ADDRESSES = {AssetKind.DOCUMENT: document_url, AssetKind.VIDEO: video_url}


def _file(asset: Asset) -> FileView:
    address = _ADDRESSES.get(asset.kind) if asset.state is AssetState.READY else None
    return FileView(
        public_id=asset.public_id,
        name=asset.filename,
        picture=picture(asset),
        url=address(asset) if address else None,
    )


def _checklist(
    entry: Entry, form: EntryForm, missing: tuple[Missing, ...]
) -> Iterator[dict[str, Any]]:
    """Yield what submitting needs, in the form's order: what is there, and what is missing."""
    by_field: dict[str, list[Missing]] = {}
    for line in missing:
        by_field.setdefault(line.field, []).append(line)
    for field in form:
        lines = by_field.pop(field.name, [])
        for line in lines:
            yield {"label": missing_text(line), "done": False, "url": f"#{field.id}"}
        if not lines and field.flags.required:
            yield {"label": _label(field), "done": True, "url": None}
    team = url_for("teams.show", team_id=entry.team_id) if entry.team_id else None
    for lines in by_field.values():
        for line in lines:
            yield {"label": missing_text(line), "done": False, "url": team}


def _label(field: Any) -> str:
    # The sentence people agree to is long; the checklist only names it.
    return _("Consent of the people shown") if field.name == "consent" else str(field.label.text)


def _saved(entry: Entry, version: EntryVersion) -> str:
    time = short_time(version.updated_at, entry.contest)
    if entry.state is EntryState.DRAFT:
        return _("Draft saved %(time)s", time=time) if entry.revision or version.files else ""
    current = entry.current
    if current is None:
        return ""
    submitted = _(
        "Submitted %(time)s, version %(number)s",
        time=short_time(current.submitted_at or version.updated_at, entry.contest),
        number=current.number,
    )
    if version is current:
        return submitted
    return _("%(submitted)s · changes not yet submitted", submitted=submitted)
