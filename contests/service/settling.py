"""What follows once all files of a submitted entry are prepared or refused: done once a version."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.web import absolute_url
from contests.models import EntryVersion
from contests.queries import entries as queries
from contests.service import entries, look_alikes
from media import service as media
from media.states import AssetState


def compare(session: Session, *, entry_id: int, now: datetime) -> int | None:
    """Compare an entry's pictures with the others'; return the id of the version they are of.

    None where there is nothing to do, or not yet. Safe to run twice.
    """
    entry = queries.find_unsettled(session, entry_id)
    if entry is None:
        return None
    look_alikes.compare(session, entry=entry, now=now)
    return entry.current_id


def finish(session: Session, *, entry_id: int, version_id: int, now: datetime) -> None:
    """Tell an entry's people which of its files were refused, if any, and never again.

    Another version than the one that was compared is left for its own turn.
    """
    entry = queries.find_unsettled(session, entry_id, lock=True)
    if entry is None or entry.current is None or entry.current_id != version_id:
        return
    entry.current.settled_at = now
    session.flush()
    if refused := refused_files(entry.current):
        entries.tell(
            session,
            entry=entry,
            template="entry_file_refused",
            subject=_("A file of your entry %(number)s could not be used", number=entry.label),
            now=now,
            refused=refused,
            edit_url=absolute_url("entrant.edit", entry_id=entry.id),
            is_open=entries.is_open(
                entry.contest, now=now, pass_until=queries.pass_until(session, entry)
            ),
        )


def refused_files(version: EntryVersion) -> list[tuple[str, str]]:
    """Return name and reason of each file of a version that could not be used."""
    return [
        (file.asset.filename, media.reason_of(file.asset) or "")
        for file in version.files
        if file.asset.state is AssetState.REJECTED
    ]
