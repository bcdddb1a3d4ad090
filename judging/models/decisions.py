"""Decisions, their winners, and what was published of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, enum_column
from contests.models import Contest, Entry
from judging.models.rounds import Round
from judging.states import DecisionState


class Decision(Base):
    """The winners in order, who proposed them and who confirmed them: with `two_people`, another.

    A commitment is published before the ceremony: the digest of `commitment_salt` and `sealed`,
    the result as it will be announced, so that everybody can check it afterwards. `withheld` is
    what never is public, the standings and the reasons: the exact text whose digest `sealed`, or
    what was announced, holds.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("NOT two_people OR confirmed_by_id <> proposed_by_id", name="two_people"),
        CheckConstraint(
            "(commitment IS NULL) = (sealed IS NULL)"
            " AND (commitment IS NULL) = (commitment_salt IS NULL)"
            " AND (commitment IS NULL) = (committed_at IS NULL)",
            name="commitment_is_whole",
        ),
        CheckConstraint(
            "commitment IS NULL OR state <> 'proposed'", name="committed_after_confirmed"
        ),
        CheckConstraint(
            "(state = 'proposed') = (confirmed_by_id IS NULL)", name="confirmed_has_person"
        ),
        CheckConstraint(
            "(confirmed_by_id IS NULL) = (confirmed_at IS NULL)", name="confirmed_has_time"
        ),
        CheckConstraint(
            "(state = 'announced') = (announced_at IS NOT NULL)", name="announced_has_time"
        ),
        CheckConstraint(
            "announce_at IS NULL OR state <> 'proposed'", name="scheduled_after_confirmed"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    state: Mapped[DecisionState] = mapped_column(
        enum_column(DecisionState), default=DecisionState.PROPOSED
    )
    two_people: Mapped[bool] = mapped_column(default=True)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
    commitment: Mapped[str | None] = mapped_column(String(64))
    commitment_salt: Mapped[str | None] = mapped_column(String(64))
    sealed: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    withheld: Mapped[str | None] = mapped_column(Text)
    committed_at: Mapped[datetime | None]
    announce_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]

    contest: Mapped[Contest] = relationship()
    round: Mapped[Round] = relationship()
    proposed_by: Mapped[User] = relationship(foreign_keys=proposed_by_id)
    confirmed_by: Mapped[User | None] = relationship(foreign_keys=confirmed_by_id)
    winners: Mapped[list["Winner"]] = relationship(
        back_populates="decision", order_by="Winner.place", cascade="all, delete-orphan"
    )


class Winner(Base):
    """One place of a decision: the citation the public reads, the reason the audit keeps."""

    __tablename__ = "winners"
    __table_args__ = (
        UniqueConstraint("decision_id", "place"),
        UniqueConstraint("decision_id", "entry_id"),
        CheckConstraint("place >= 1", name="place_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    place: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    citation: Mapped[str] = mapped_column(Text, default="")

    decision: Mapped[Decision] = relationship(back_populates="winners")
    entry: Mapped[Entry] = relationship()


class Result(Base):
    """What was published, as it was published: never changed, bound to its input by `digest`."""

    __tablename__ = "results"

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), unique=True)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]

    contest: Mapped[Contest] = relationship()
