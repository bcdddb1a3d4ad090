"""Addresses of pictures and files: signed, so that who was shown a page can load its pictures.

Whether somebody may see an entry is decided where the page is made; the signature carries that
decision to the picture. An address is the same for a day, so that a browser can keep the picture,
and dies after two. In the same way a signature carries the right to send one part of an upload.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app, url_for
from itsdangerous import BadSignature, Signer

from app import clock
from app.errors import N_, ForbiddenError, InvalidError, NotFoundError
from app.web import render_message
from media.limits import FORMATS, Format, RenditionFormat
from media.models import Asset, Rendition
from media.states import AssetState

DAY = 24 * 3600
_SALT = "podium.media"
_PARTS_SALT = "podium.media.parts"


@dataclass(frozen=True, slots=True)
class PictureView:
    """What a page needs to show a picture, or to say why there is none yet.

    `srcset` has (address, width in pixels), narrow to wide, and `avif_srcset` the same in AVIF
    where that was made; `width` and `height` are the picture's, or those of a document's first
    page. `preview` is a picture of a few pixels, as a `data:` address.
    """

    state: str
    srcset: tuple[tuple[str, int], ...]
    avif_srcset: tuple[tuple[str, int], ...]
    preview: str | None
    width: int | None
    height: int | None
    status_url: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class PartOf:
    """One part of an upload, of exactly `size` bytes; what the address of a part is signed for."""

    public_id: str
    upload_id: str
    number: int
    size: int


def picture(asset: Asset) -> PictureView:
    """Return `asset` as pages show it; load its renditions with the query that finds it."""
    renditions = asset.renditions if asset.state is AssetState.READY else []
    width, height = asset.width, asset.height
    if renditions and width is None:
        width, height = renditions[-1].width, renditions[-1].height
    return PictureView(
        state=asset.state.value,
        srcset=_srcset(asset, renditions, RenditionFormat.WEBP),
        avif_srcset=_srcset(asset, renditions, RenditionFormat.AVIF),
        preview=_data_url(asset.preview) if asset.preview else None,
        width=width,
        height=height,
        status_url=_signed("media.status", asset, "status"),
        reason=reason_of(asset),
    )


def _srcset(
    asset: Asset, renditions: list[Rendition], wanted: RenditionFormat
) -> tuple[tuple[str, int], ...]:
    return tuple(
        (rendition_url(asset, made.name, wanted), made.width)
        for made in renditions
        if made.format is wanted
    )


def _data_url(preview: bytes) -> str:
    return f"data:image/webp;base64,{b64encode(preview).decode()}"


def reason_of(asset: Asset) -> str | None:
    """Return why an asset was refused, in the reader's language."""
    if asset.reason is None:
        return None
    return render_message(InvalidError(asset.reason, **asset.reason_params))


def rendition_url(asset: Asset, name: int, format_: RenditionFormat = RenditionFormat.WEBP) -> str:
    """Return the address of one rendition."""
    return _signed("media.rendition", asset, f"{name}.{format_}", name=name, ending=format_.value)


def document_url(asset: Asset) -> str:
    """Return the address under which a document is handed out as an attachment."""
    return _signed("media.document", asset, "document")


def video_url(asset: Asset) -> str:
    """Return the address under which a video is played."""
    ending = format_of(asset).extensions[0].removeprefix(".")
    return _signed("media.video", asset, "video", ending=ending)


def format_of(asset: Asset) -> Format:
    """Return the format that an asset's content was found to have."""
    return next(one for one in FORMATS.values() if one.media_type == asset.media_type)


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


def part_url(part: PartOf, *, expires_in: timedelta) -> str:
    """Return the address to which a part may be sent for a while, by whoever has it."""
    until = int((clock.now() + expires_in).timestamp())
    return url_for(
        "media.part",
        public_id=part.public_id,
        number=part.number,
        upload=part.upload_id,
        size=part.size,
        until=until,
        signature=_signer(_PARTS_SALT).get_signature(_part_words(part, str(until))).decode(),
    )


def check_part(part: PartOf, until: str, signature: str) -> None:
    """Raise ForbiddenError unless this part's address was made here and has not expired."""
    words = _part_words(part, until)
    if not _signer(_PARTS_SALT).verify_signature(words, signature.encode("utf-8", "surrogatepass")):
        raise ForbiddenError(N_("This is not an address that was given out."), code="altered")
    if int(until) < clock.now().timestamp():
        raise ForbiddenError(
            N_("The time in which this could be sent is over; ask for a new address."),
            code="expired",
        )


def _part_words(part: PartOf, until: str) -> bytes:
    # Neither an id of ours nor a store's has a line break in it that somebody could shift.
    return "\n".join(
        (part.public_id, part.upload_id, str(part.number), str(part.size), until)
    ).encode("utf-8", "surrogatepass")


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


def _signer(salt: str = _SALT) -> Signer:
    return Signer(current_app.config["SECRET_KEY"], salt=salt)
