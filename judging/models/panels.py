"""Panels: judges, what they know and can take on, and the entries they must not judge."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, enum_column
from contests.models import Contest, Entry


class Judge(Base):
    """One person on a contest's panel, from the invitation on.

    Only the digest of the invitation's token is kept, also once the token was used, so that its
    link can still say so. The desk opens once `declared_at` says that conflicts of interest were
    declared. What somebody knows (`sdgs`, `action_lines`, `tracks` by id) draws entries to them;
    `languages` and `most_ballots`, where given, are limits. A contest has one chair at most.
    """

    __tablename__ = "judges"
    __table_args__ = (
        UniqueConstraint("contest_id", "email"),
        UniqueConstraint("contest_id", "user_id"),
        CheckConstraint("(accepted_at IS NULL) = (user_id IS NULL)", name="accepted_has_user"),
        CheckConstraint(
            "declared_at IS NULL OR accepted_at IS NOT NULL", name="declared_after_accepted"
        ),
        CheckConstraint(
            "(token_digest IS NULL) = (token_expires_at IS NULL)", name="token_has_expiry"
        ),
        CheckConstraint(
            "token_used_at IS NULL OR token_digest IS NOT NULL", name="used_token_is_known"
        ),
        CheckConstraint("most_ballots >= 1", name="most_ballots"),
        Index(
            "uq_judges_chair",
            "contest_id",
            unique=True,
            sqlite_where=text("is_chair"),
            postgresql_where=text("is_chair"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    email: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(120))
    token_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    token_expires_at: Mapped[datetime | None]
    token_used_at: Mapped[datetime | None]
    invited_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    declared_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]

    is_chair: Mapped[bool] = mapped_column(default=False)
    organisation: Mapped[str] = mapped_column(String(160), default="")
    country: Mapped[str] = mapped_column(String(2), default="")
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    sdgs: Mapped[list[int]] = mapped_column(JSON, default=list)
    action_lines: Mapped[list[str]] = mapped_column(JSON, default=list)
    tracks: Mapped[list[int]] = mapped_column(JSON, default=list)
    most_ballots: Mapped[int | None]

    contest: Mapped[Contest] = relationship()
    user: Mapped[User | None] = relationship()


class RecusalSource(StrEnum):
    """Who said that this judge may not judge this entry."""

    DECLARED = "declared"
    FOUND = "found"


class Recusal(Base):
    """A judge who may not judge an entry; it is never shown to them again."""

    __tablename__ = "recusals"
    __table_args__ = (UniqueConstraint("judge_id", "entry_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    judge_id: Mapped[int] = mapped_column(ForeignKey("judges.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    source: Mapped[RecusalSource] = mapped_column(enum_column(RecusalSource))
    reason: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]

    judge: Mapped[Judge] = relationship()
    entry: Mapped[Entry] = relationship()


class ConflictGround(StrEnum):
    """What suggests that a judge is too close to an entry."""

    ORGANISATION = "organisation"
    DOMAIN = "domain"
    COUNTRY = "country"
    COLLABORATION = "collaboration"


class ConflictVerdict(StrEnum):
    """What an organiser made of a suggested conflict of interest."""

    RECUSED = "recused"
    DISMISSED = "dismissed"


class Conflict(Base):
    """A conflict of interest that was found, for an organiser to settle.

    Until it is settled the judge is not given the entry. `detail` is what was found alike, such as
    the organisation's name. One that was settled is not suggested again.
    """

    __tablename__ = "conflicts"
    __table_args__ = (
        UniqueConstraint("judge_id", "entry_id", "ground"),
        CheckConstraint(
            "(settled_at IS NULL) = (verdict IS NULL)"
            " AND (settled_at IS NULL) = (settled_by_id IS NULL)",
            name="settled_by_somebody",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    judge_id: Mapped[int] = mapped_column(ForeignKey("judges.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    ground: Mapped[ConflictGround] = mapped_column(enum_column(ConflictGround))
    detail: Mapped[str] = mapped_column(String(300), default="")
    found_at: Mapped[datetime]
    verdict: Mapped[ConflictVerdict | None] = mapped_column(enum_column(ConflictVerdict))
    reason: Mapped[str] = mapped_column(String(300), default="")
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    judge: Mapped[Judge] = relationship()
    entry: Mapped[Entry] = relationship()
    settled_by: Mapped[User | None] = relationship()
