"""Renditions, and where an asset stands for the page that waits for its picture."""

from flask import Response, jsonify, request

from app.authz import Permission, permission
from app.transaction import current_session
from media import keys, queries, service
from media.links import DAY
from media.views.room import blueprint, check_address


@blueprint.get("/<public_id>/<int:name>.<any(webp, avif):ending>")
@permission(Permission.READ_PUBLIC)  # the signed address is the permission
def rendition(public_id: str, name: int, ending: str) -> Response:
    """Serve one rendition; its content never changes under its address."""
    check_address(public_id, f"{name}.{ending}")
    tag = f"{public_id}-{name}-{ending}"
    if tag in request.if_none_match:
        response = Response(status=304)
    else:
        # Whole, as it is small: a store that breaks off is an error, and not half a picture.
        with service.store().open(keys.rendition(public_id, name, ending)) as file:
            response = Response(file.read(), mimetype=f"image/{ending}")
    response.set_etag(tag)
    response.headers["Cache-Control"] = f"private, max-age={DAY}, immutable"
    return response


@blueprint.get("/<public_id>/status")
@permission(Permission.READ_PUBLIC)  # the signed address is the permission
def status(public_id: str) -> Response:
    """Say where an asset stands, for the page that waits for its picture."""
    check_address(public_id, "status")
    seen = service.picture(queries.get_asset(current_session(), public_id))
    return jsonify(
        state=seen.state,
        srcset=seen.srcset,
        avif_srcset=seen.avif_srcset,
        preview=seen.preview,
        width=seen.width,
        height=seen.height,
        reason=seen.reason,
    )
