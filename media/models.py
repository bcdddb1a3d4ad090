"""Assets and the renditions made of them."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, enum_column
from media.limits import AssetKind
from media.states import AssetState


class Asset(Base):
    """An uploaded file as it came: private, its sender's, unclaimed until an entry uses it.

    `public_id` is random, names the objects in the store and appears in addresses; `id` never does.
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
        Index("ix_assets_state_updated_at", "state", "updated_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[AssetKind] = mapped_column(enum_column(AssetKind))
    state: Mapped[AssetState] = mapped_column(enum_column(AssetState), default=AssetState.AWAITING)
    reason: Mapped[str | None] = mapped_column(String(300))
    filename: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(80))
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    sha256: Mapped[str | None] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]

    renditions: Mapped[list["Rendition"]] = relationship(
        back_populates="asset", order_by="Rendition.name", cascade="all, delete-orphan"
    )


class Rendition(Base):
    """A picture made from an asset; `name` is the width it was asked for, `width` what it has."""

    __tablename__ = "renditions"
    __table_args__ = (
        UniqueConstraint("asset_id", "name"),
        CheckConstraint("width > 0 AND height > 0 AND bytes > 0", name="not_empty"),
        CheckConstraint("name IN (320, 800, 1600, 2560)", name="known_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    asset_id: Mapped[int] = mapped_column(ForeignKey("assets.id", ondelete="CASCADE"))
    name: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    bytes: Mapped[int]

    asset: Mapped[Asset] = relationship(back_populates="renditions")
