"""Pictures, documents, originals, and where an asset stands."""

from collections.abc import Iterator
from typing import BinaryIO

from flask import Blueprint, Response, jsonify, request

from app.authz import Permission, permission, require
from app.errors import NotFoundError
from app.transaction import current_session
from app.web import current_actor
from media import keys, policies, queries, service
from media.limits import AssetKind
from media.links import DAY, check_signature
from media.states import AssetState
from media.stores.base import MissingObjectError

blueprint = Blueprint("media", __name__, url_prefix="/media")
BLUEPRINTS: tuple[Blueprint, ...] = (blueprint,)

_CHUNK = 256 * 1024


@blueprint.get("/<public_id>/<int:name>.webp")
@permission(Permission.READ_PUBLIC)  # the signed address is the permission
def rendition(public_id: str, name: int) -> Response:
    """Serve one rendition; its content never changes under its address."""
    _check(public_id, str(name))
    tag = f"{public_id}-{name}"
    if tag in request.if_none_match:
        response = Response(status=304)
    else:
        response = _stream(keys.rendition(public_id, name), "image/webp")
    response.set_etag(tag)
    response.headers["Cache-Control"] = f"private, max-age={DAY}, immutable"
    return response


@blueprint.get("/<public_id>/document.pdf")
@permission(Permission.READ_PUBLIC)  # the signed address is the permission
def document(public_id: str) -> Response:
    """Hand out a document under a name that says nothing about its sender."""
    _check(public_id, "document")
    asset = queries.get_asset(current_session(), public_id)
    if asset.kind is not AssetKind.DOCUMENT or asset.state is not AssetState.READY:
        raise NotFoundError
    return _attachment(public_id, asset.media_type, "document.pdf")


@blueprint.get("/<public_id>/original")
@permission(Permission.ENTER)
def original(public_id: str) -> Response:
    """Hand the file as it came to its owner or an organiser."""
    asset = queries.get_asset(current_session(), public_id)
    require(policies.may_read_original, current_actor(), asset)
    return _attachment(public_id, asset.media_type, asset.filename)


@blueprint.get("/<public_id>/status")
@permission(Permission.READ_PUBLIC)  # the signed address is the permission
def status(public_id: str) -> Response:
    """Say where an asset stands, for the page that waits for its picture."""
    _check(public_id, "status")
    seen = service.picture(queries.get_asset(current_session(), public_id))
    return jsonify(
        state=seen.state,
        srcset=seen.srcset,
        width=seen.width,
        height=seen.height,
        reason=seen.reason,
    )


def _check(public_id: str, what: str) -> None:
    check_signature(
        public_id, what, request.args.get("until", ""), request.args.get("signature", "")
    )


def _attachment(public_id: str, media_type: str, filename: str) -> Response:
    response = _stream(keys.original(public_id), media_type)
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    # Whatever it is, it never runs in our origin.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _stream(key: str, media_type: str) -> Response:
    try:
        info = service.store().stat(key)
        file = service.store().open(key)
    except MissingObjectError:
        raise NotFoundError from None
    response = Response(_chunks(file), mimetype=media_type)
    response.content_length = info.size
    return response


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
