"""Documents, videos and originals: files as they came, which never run in our origin.

They go out under a media type of our own table and in a sandbox; a browser may ask for a stretch of
one, to go on where it broke off or to jump within a film.
"""

from flask import Response, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from app.authz import Permission, permission, require
from app.errors import NotFoundError
from app.transaction import current_session, step_aside
from app.web import current_actor
from media import keys, policies, queries, service
from media.limits import AssetKind
from media.links import DAY, format_of
from media.models import Asset
from media.states import AssetState
from media.views.room import blueprint, check_address

SANDBOX = "default-src 'none'; sandbox"


@blueprint.get("/<public_id>/document.pdf")
@permission(Permission.READ_PUBLIC)  # the signed address is the permission
def document(public_id: str) -> Response:
    """Hand out a document under a name that says nothing about its sender."""
    check_address(public_id, "document")
    return _answer(_ready(public_id, AssetKind.DOCUMENT), "document.pdf")


@blueprint.get("/<public_id>/video.<any(mp4, webm):ending>")
@permission(Permission.READ_PUBLIC)  # the signed address is the permission
def video(public_id: str, ending: str) -> Response:
    """Play a video; what was fetched of it stays good as long as its address."""
    check_address(public_id, "video")
    asset = _ready(public_id, AssetKind.VIDEO)
    response = _answer(asset, f"video.{ending}", as_attachment=False)
    response.headers["Cache-Control"] = f"private, max-age={DAY}, immutable"
    return response


@blueprint.get("/<public_id>/original")
@permission(Permission.ENTER)
def original(public_id: str) -> Response:
    """Hand the file as it came to its owner or an organiser."""
    asset = queries.get_asset(current_session(), public_id)
    require(policies.may_read_original, current_actor(), asset)
    if asset.state is AssetState.AWAITING:
        raise NotFoundError
    return _answer(asset, _honest_name(asset))


def _ready(public_id: str, kind: AssetKind) -> Asset:
    asset = queries.get_asset(current_session(), public_id)
    if asset.kind is not kind or asset.state is not AssetState.READY:
        raise NotFoundError
    return asset


def _honest_name(asset: Asset) -> str:
    """Return the sender's name of the file, ending as its content says and not as they did."""
    endings, name = format_of(asset).extensions, asset.filename
    return name if name.lower().endswith(endings) else name + endings[0]


def _answer(asset: Asset, name: str, *, as_attachment: bool = True) -> Response:
    """Return the file, or the one stretch of it that was asked for."""
    key, size, media_type = keys.original(asset.public_id), asset.bytes, asset.media_type
    step_aside(current_session())
    stretch = _asked(size)
    start, stop = stretch or (0, size)
    response = send_file(
        # The server closes it, also when whoever asked goes away.
        service.store().open(key, start=start, length=stop - start),
        mimetype=media_type,
        as_attachment=as_attachment,
        download_name=name,
        conditional=False,
    )
    response.content_length = stop - start
    response.accept_ranges = "bytes"
    if stretch is not None:
        response.status_code = 206
        response.content_range.set(start, stop, size)
    # Whatever it is, it never runs in our origin.
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _asked(size: int) -> tuple[int, int] | None:
    """Return the stretch that the browser asked for; None for all of it, also where it is several.

    Raises RequestedRangeNotSatisfiable where it begins behind the end.
    """
    wanted = request.range
    if wanted is None or wanted.units != "bytes" or len(wanted.ranges) != 1:
        return None
    start, stop = wanted.ranges[0]
    # A negative one counts from the end.
    start = max(start + size, 0) if start < 0 else start
    if start >= size:
        raise RequestedRangeNotSatisfiable(size)
    return start, min(stop or size, size)
