"""Uploads in parts, as an entry begins and completes them: it knows what its contest takes.

The parts themselves are `media`'s. What takes long (the store, a look at the content) happens
without the database, so everything is asked again after it.
"""

from typing import Any

from flask import Blueprint, Response, jsonify, request

from app import clock
from app.authz import Permission, permission, require
from app.errors import N_, InvalidError
from app.transaction import current_session, step_aside
from app.web import current_actor, limiter, render_message, status_of
from contests import policies
from contests.models import Entry
from contests.queries import entries as queries
from contests.service import files
from media import service as media
from media.limits import AssetKind
from media.models import Asset
from media.service import uploads as parts

blueprint = Blueprint("uploads", __name__)

Answer = tuple[Response, int]


@blueprint.post("/entries/<int:entry_id>/uploads")
@permission(Permission.ENTER)
@limiter.limit("120 per minute; 1000 per hour")
def begin(entry_id: int) -> Answer:
    """Begin an upload, if this file may come: nobody sends for an hour what is then refused."""
    session, actor = current_session(), current_actor()
    entry, kind = _own_entry(entry_id), _kind()
    limits = files.check_room(session, entry=entry, kind=kind, now=clock.now())
    media.check_open_uploads(session, actor=actor)
    step_aside(session)
    upload = media.open_upload(
        filename=request.form.get("name", ""),
        size=request.form.get("size", default=0, type=int),
        kind=kind,
        limits=limits,
    )
    _own_entry(entry_id)
    media.check_open_uploads(session, actor=actor)
    media.await_bytes(session, actor=actor, upload=upload, now=clock.now())
    answer = {"id": upload.public_id, "part_size": parts.PART_SIZE}
    return jsonify(answer | {"parts": len(upload.part_sizes)}), 201


@blueprint.post("/entries/<int:entry_id>/uploads/<public_id>/complete")
@permission(Permission.ENTER)
@limiter.limit("240 per minute; 2000 per hour")
def complete(entry_id: int, public_id: str) -> Answer:
    """Put a file that has come into its entry; safe to repeat, and from two windows at once."""
    session, actor = current_session(), current_actor()
    entry = _own_entry(entry_id)
    asset = media.own_asset(session, actor=actor, public_id=public_id)
    if files.holds(entry, asset):
        return _answer(asset), 200
    upload = media.upload_of(asset)
    limits = files.check_room(session, entry=entry, kind=upload.kind, now=clock.now())
    step_aside(session)
    try:
        kept = media.assemble(upload, limits)
    except InvalidError as refusal:
        # Returned and not raised, so that its end is kept.
        media.abort_upload(session, public_id=public_id, now=clock.now())
        return jsonify(error=render_message(refusal), code=refusal.reason), status_of(refusal)
    entry = _own_entry(entry_id)
    asset = files.complete(session, entry=entry, kept=kept, actor=actor, now=clock.now())
    return _answer(asset), 201


def _own_entry(entry_id: int) -> Entry:
    entry = queries.get_entry(current_session(), entry_id)
    require(policies.edits_entry, current_actor(), entry)
    return entry


def _kind() -> AssetKind:
    asked = request.form.get("kind", "")
    if asked not in set(AssetKind):
        raise InvalidError(N_("Say what this file is: picture, document or video."), code="kind")
    return AssetKind(asked)


def _answer(asset: Asset) -> Response:
    seen = media.picture(asset)
    answer: dict[str, Any] = {"id": asset.public_id, "state": seen.state}
    return jsonify(answer | {"status_url": seen.status_url, "name": asset.filename})
