"""Pictures, documents, originals, and where an asset stands."""

from flask import Blueprint, Response, jsonify, request, send_file

from app.authz import Permission, permission, require
from app.errors import NotFoundError
from app.transaction import current_session
from app.web import current_actor
from media import keys, policies, queries, service
from media.limits import FORMATS, AssetKind
from media.links import DAY, check_signature
from media.models import Asset
from media.states import AssetState

blueprint = Blueprint("media", __name__, url_prefix="/media")
BLUEPRINTS: tuple[Blueprint, ...] = (blueprint,)


@blueprint.get("/<public_id>/<int:name>.webp")
@permission(Permission.READ_PUBLIC)  # the signed address is the permission
def rendition(public_id: str, name: int) -> Response:
    """Serve one rendition; its content never changes under its address."""
    _check(public_id, str(name))
    tag = f"{public_id}-{name}"
    if tag in request.if_none_match:
        response = Response(status=304)
    else:
        # Whole, as it is small: a store that breaks off is an error, and not half a picture.
        with service.store().open(keys.rendition(public_id, name)) as file:
            response = Response(file.read(), mimetype="image/webp")
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
    return _attachment(asset, "document.pdf")


@blueprint.get("/<public_id>/original")
@permission(Permission.ENTER)
def original(public_id: str) -> Response:
    """Hand the file as it came to its owner or an organiser."""
    asset = queries.get_asset(current_session(), public_id)
    require(policies.may_read_original, current_actor(), asset)
    return _attachment(asset, _honest_name(asset))


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


def _honest_name(asset: Asset) -> str:
    """Return the sender's name of the file, ending as its content says and not as they did."""
    endings = next(f.extensions for f in FORMATS.values() if f.media_type == asset.media_type)
    name = asset.filename
    return name if name.lower().endswith(endings) else name + endings[0]


def _attachment(asset: Asset, name: str) -> Response:
    response = send_file(
        # The server closes it, also when whoever asked goes away.
        service.store().open(keys.original(asset.public_id)),
        mimetype=asset.media_type,
        as_attachment=True,
        download_name=name,
        conditional=False,
    )
    response.content_length = asset.bytes
    # Whatever it is, it never runs in our origin.
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
