"""Uploads in parts: what has arrived, where the next part goes, and parts for the local store.

An entry begins and completes its uploads (it knows the limits); what lies between is here.
"""

from typing import BinaryIO, cast

from flask import Response, jsonify, request
from flask.blueprints import BlueprintSetupState
from flask_limiter.util import get_remote_address

from app import clock
from app.authz import Permission, permission
from app.errors import N_, DomainError, InvalidError, NotFoundError
from app.transaction import current_session, step_aside
from app.web import current_actor, limiter, render_message, status_of
from media.links import PartOf, check_part
from media.models import Asset
from media.service import uploads as service
from media.states import AssetState
from media.views.room import blueprint

Answer = Response | tuple[Response, int]


@blueprint.get("/uploads/<public_id>")
@permission(Permission.ENTER)
@limiter.limit("300 per minute")
def upload(public_id: str) -> Response:
    """Say what has arrived of a file, to who goes on with it; all, where something uses it."""
    asset = _own(public_id)
    name, size = asset.filename, asset.bytes
    if asset.state is AssetState.AWAITING:
        awaited = service.upload_of(asset)
        step_aside(current_session())
        parts = service.parts_of(awaited)
    elif asset.claimed_at is not None:
        parts = service.all_parts(size)
    else:
        raise NotFoundError
    return jsonify(
        id=public_id,
        name=name,
        size=size,
        part_size=service.PART_SIZE,
        parts=[{"number": one.number, "size": one.size, "etag": one.etag} for one in parts],
    )


@blueprint.post("/uploads/<public_id>/parts/<int:number>")
@permission(Permission.ENTER)
# Twenty files of a hundred parts, in the time of a fast line.
@limiter.limit("1000 per minute; 10000 per hour")
def sign_part(public_id: str, number: int) -> Response:
    """Say where one part is to be sent, to who may send it."""
    asset = _own(public_id)
    address = service.part_address(service.upload_of(asset), number)
    service.touch(current_session(), asset=asset, now=clock.now())
    return jsonify(url=address.url, expires_in=address.expires_in)


@blueprint.delete("/uploads/<public_id>")
@permission(Permission.ENTER)
@limiter.limit("300 per minute")
def give_up(public_id: str) -> tuple[str, int]:
    """Give an upload up."""
    service.upload_of(_own(public_id))
    service.abort_upload(current_session(), public_id=public_id, now=clock.now())
    return "", 204


@blueprint.put("/parts/<public_id>/<int:number>")
@permission(Permission.READ_PUBLIC)  # the signed address is the permission
@limiter.limit("5000 per minute", key_func=get_remote_address)
def part(public_id: str, number: int) -> Answer:
    """Take in one part, for a store that has no addresses of its own.

    Nobody is looked up and the database is not asked: parts come slowly, and many at once.
    """
    wanted = PartOf(
        public_id,
        request.args.get("upload", ""),
        number,
        request.args.get("size", default=0, type=int),
    )
    try:
        check_part(wanted, request.args.get("until", ""), request.args.get("signature", ""))
        _check_length(wanted)
        kept = service.put_part(wanted, cast("BinaryIO", request.stream))
    except DomainError as error:
        return jsonify(error=render_message(error), code=error.reason), status_of(error)
    response = Response(status=200)
    response.set_etag(kept.etag.strip('"'))
    return response


@blueprint.record_once
def _trust_signatures(state: BlueprintSetupState) -> None:
    """Ask no form's token of a part: its address is signed, and was given to who may send it."""
    state.app.extensions["csrf"].exempt(part)


def _own(public_id: str) -> Asset:
    return service.own_asset(current_session(), actor=current_actor(), public_id=public_id)


def _check_length(wanted: PartOf) -> None:
    if request.content_length != wanted.size:
        raise InvalidError(
            N_("This part does not have the size that was announced."), code="wrong-size"
        )
    request.max_content_length = wanted.size
