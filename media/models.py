"""Assets and the renditions made of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, enum_column
from media.limits import AssetKind, RenditionFormat
from media.states import AssetState

Blob = bytes
"""The type, which the column of that name hides inside the class."""


class Asset(Base):
    """An uploaded file as it came: private, its sender's, unclaimed until an entry uses it.

    `public_id` is random, names the objects in the store and appears in addresses; `id` never does.
    `bytes` is what the sender announced until the file is there, and then what was stored;
    `upload_id` is the store's name for the upload while its parts come in. `reason` is a message
    with `reason_params`, put into the reader's language when it is read. `preview` is a WebP of a
    few pixels for the page itself, `fingerprint` what `media.images.fingerprint` compares. What the
    file says of its making (`camera`, `taken_at` on the camera's clock, `latitude`, `longitude` in
    degrees) is for organisers and its owner alone.
    """

    __tablename__ = "assets"
    __table_args__ = (
        CheckConstraint("bytes >= 0", name="bytes_not_negative"),
        CheckConstraint("(state = 'rejected') = (reason IS NOT NULL)", name="rejected_has_reason"),
        CheckConstraint("state <> 'ready' OR sha256 IS NOT NULL", name="ready_has_digest"),
        CheckConstraint(
            # A comparison with NULL would let the row through.
            "state <> 'ready' OR kind <> 'picture' OR (COALESCE(width, 0) > 0 AND "
            "COALESCE(height, 0) > 0)",
            name="ready_picture_has_size",
        ),
        CheckConstraint("state <> 'awaiting' OR upload_id IS NOT NULL", name="awaiting_has_upload"),
        CheckConstraint("length(preview) <= 100", name="preview_is_tiny"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name="coordinates_come_together"
        ),
        Index("ix_assets_state_updated_at", "state", "updated_at"),
        Index("ix_assets_sha256", "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[AssetKind] = mapped_column(enum_column(AssetKind))
    state: Mapped[AssetState] = mapped_column(enum_column(AssetState), default=AssetState.AWAITING)
    reason: Mapped[str | None] = mapped_column(String(300))
    reason_params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    upload_id: Mapped[str | None] = mapped_column(String(1024))
    filename: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(80))
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str | None] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    preview: Mapped[Blob | None] = mapped_column(LargeBinary)
    # Larger than the rest of the row, and no list shows it.
    fingerprint: Mapped[Blob | None] = mapped_column(LargeBinary, deferred=True)
    camera: Mapped[str | None] = mapped_column(String(120))
    taken_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=False))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]

    renditions: Mapped[list["Rendition"]] = relationship(
        back_populates="asset", order_by="Rendition.name", cascade="all, delete-orphan"
    )


class Rendition(Base):
    """A picture made from an asset; `name` is the width it was asked for, `width` what it has.

    Of a document it shows the first page.
    """

    __tablename__ = "renditions"
    __table_args__ = (
        UniqueConstraint("asset_id", "name", "format"),
        CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name="not_empty"),
        CheckConstraint("name IN (320, 800, 1600, 2560)", name="known_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    name: Mapped[int]
    format: Mapped[RenditionFormat] = mapped_column(
        enum_column(RenditionFormat), default=RenditionFormat.WEBP
    )
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]

    asset: Mapped[Asset] = relationship(back_populates="renditions")
