"""Pictures that lie in the store, so that a browser can show them."""

from io import BytesIO

from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.models import User
from media import keys
from media.models import Asset, Rendition
from tests import factories
from tests.media.pictures import encode, subject

WIDTHS = (320, 800, 1600, 2560)


def shelved(
    app: Flask,
    session: Session,
    owner: User,
    *,
    ratio: float = 1.5,
    preview: bytes | None = None,
    widths: tuple[int, ...] = WIDTHS,
) -> Asset:
    """Make a picture `ratio` as wide as high whose renditions a browser gets."""
    asset = factories.asset(session, owner)
    asset.width, asset.height = 6000, round(6000 / ratio)
    asset.preview = preview
    asset.renditions = []
    session.flush()
    asset.renditions = [
        Rendition(name=width, width=width, height=round(width / ratio), bytes=1) for width in widths
    ]
    session.flush()
    for made in asset.renditions:
        content = encode(subject(made.width, made.height), "WEBP", quality=10, method=0)
        key = keys.rendition(asset.public_id, made.name)
        app.extensions["podium.store"].put(key, BytesIO(content), media_type="image/webp")
    return asset
