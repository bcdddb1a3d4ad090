"""Addresses of pictures and documents: signed, so that who was shown a page can load its pictures.

Whether somebody may see an entry is decided where the page is made; the signature carries that
decision to the picture. An address is the same for a day, so that a browser can keep the picture,
and dies after two.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app, url_for
from itsdangerous import BadSignature, Signer

from app import clock
from app.errors import NotFoundError
from media.models import Asset
from media.states import AssetState

DAY = 24 * 3600
_SALT = "podium.media"


@dataclass(frozen=True, slots=True)
class PictureView:
    """What a page needs to show a picture, or to say why there is none yet.

    `srcset` has (address, width in pixels), narrow to wide; `width` and `height` are the picture's.
    """

    state: str
    srcset: tuple[tuple[str, int], ...]
    width: int | None
    height: int | None
    status_url: str
    reason: str | None


def picture(asset: Asset) -> PictureView:
    """Return `asset` as pages show it; load its renditions with the query that finds it."""
    ready = asset.state is AssetState.READY
    renditions = asset.renditions if ready else []
    return PictureView(
        state=asset.state.value,
        srcset=tuple((rendition_url(asset, made.name), made.width) for made in renditions),
        width=asset.width,
        height=asset.height,
        status_url=_signed("media.status", asset, "status"),
        reason=asset.reason,
    )


def rendition_url(asset: Asset, name: int) -> str:
    """Return the address of one rendition."""
    return _signed("media.rendition", asset, str(name), name=name)


def document_url(asset: Asset) -> str:
    """Return the address under which a document is handed out as an attachment."""
    return _signed("media.document", asset, "document")


def original_url(asset: Asset) -> str:
    """Return the address of the file as it came; its view lets the owner and organisers in."""
    return url_for("media.original", public_id=asset.public_id)


def check_signature(public_id: str, what: str, until: str, signature: str) -> None:
    """Raise NotFoundError unless an address was made here for this asset and has not expired."""
    try:
        _signer().unsign(f"{public_id}/{what}/{until}.{signature}")
        expires = int(until)
    except (BadSignature, ValueError):
        raise NotFoundError from None
    if expires < clock.now().timestamp():
        raise NotFoundError


def _signed(endpoint: str, asset: Asset, what: str, **values: object) -> str:
    until = _expiry(clock.now())
    signature = _signer().get_signature(f"{asset.public_id}/{what}/{until}").decode()
    return url_for(
        endpoint,
        public_id=asset.public_id,
        until=until,
        signature=signature,
        **values,  # type: ignore[arg-type]
    )


def _expiry(now: datetime) -> int:
    return (int(now.timestamp()) // DAY + 2) * DAY


def _signer() -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt=_SALT)
