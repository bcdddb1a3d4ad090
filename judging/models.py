"""Panels, rounds, ballots, and what comes of them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.accounts.models import User
from app.db import Base, enum_column
from contests.models import Contest, Entry
from judging.states import BallotState, DecisionState, RoundState


class Judge(Base):
    """One person on a contest's panel, from the invitation on.

    Only the digest of the invitation's token is kept, also once the token was used, so that its
    link can still say so. The desk opens once `declared_at` says that conflicts of interest were
    declared.
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

    contest: Mapped[Contest] = relationship()
    user: Mapped[User | None] = relationship()


class RoundKind(StrEnum):
    """How a round judges; scoring by rubric is the one there is today."""

    SCORE = "score"


class Round(Base):
    """One pass of judging over a contest's eligible entries."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("contest_id", "position"),
        CheckConstraint("per_entry BETWEEN 1 AND 50", name="per_entry"),
        CheckConstraint("(state = 'planned') = (opened_at IS NULL)", name="opened_has_time"),
        CheckConstraint(
            "(state IN ('closed', 'final')) = (closed_at IS NOT NULL)", name="closed_has_time"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    position: Mapped[int] = mapped_column(default=1)
    kind: Mapped[RoundKind] = mapped_column(enum_column(RoundKind), default=RoundKind.SCORE)
    state: Mapped[RoundState] = mapped_column(enum_column(RoundState), default=RoundState.PLANNED)
    title: Mapped[str] = mapped_column(String(160))
    briefing: Mapped[str] = mapped_column(Text, default="")
    per_entry: Mapped[int] = mapped_column(default=3)
    due_at: Mapped[datetime | None]
    seed: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    contest: Mapped[Contest] = relationship()
    criteria: Mapped[list["Criterion"]] = relationship(
        back_populates="round", order_by="Criterion.position", cascade="all, delete-orphan"
    )


class Criterion(Base):
    """One row of a rubric; marks are whole points from `minimum` to `maximum`.

    `(id, minimum, maximum)` is unique so that each mark can repeat the range and be CHECKed by it.
    """

    __tablename__ = "criteria"
    __table_args__ = (
        UniqueConstraint("round_id", "key"),
        UniqueConstraint("id", "minimum", "maximum"),
        CheckConstraint("minimum >= 0 AND minimum < maximum AND maximum <= 100", name="scale"),
        CheckConstraint("weight BETWEEN 1 AND 1000", name="weight"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(160))
    guidance: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[int] = mapped_column(default=1)
    minimum: Mapped[int] = mapped_column(default=1)
    maximum: Mapped[int] = mapped_column(default=10)

    round: Mapped[Round] = relationship(back_populates="criteria")


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


class Ballot(Base):
    """One judge on one entry in one round; `version` grows with each save and tells a stale tab."""

    __tablename__ = "ballots"
    __table_args__ = (
        UniqueConstraint("round_id", "judge_id", "entry_id"),
        CheckConstraint(
            "(state = 'submitted') = (submitted_at IS NOT NULL)", name="submitted_has_time"
        ),
        CheckConstraint(
            "state IN ('assigned', 'recused') OR saved_at IS NOT NULL", name="marked_has_time"
        ),
        CheckConstraint("version >= 0", name="version_not_negative"),
        Index("ix_ballots_judge", "judge_id", "round_id", "position"),
        Index("ix_ballots_entry", "entry_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judges.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    position: Mapped[int]
    state: Mapped[BallotState] = mapped_column(
        enum_column(BallotState), default=BallotState.ASSIGNED
    )
    version: Mapped[int] = mapped_column(default=0)
    comment: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]

    round: Mapped[Round] = relationship()
    judge: Mapped[Judge] = relationship()
    entry: Mapped[Entry] = relationship()
    marks: Mapped[list["Mark"]] = relationship(
        back_populates="ballot", cascade="all, delete-orphan"
    )


class Mark(Base):
    """One criterion's points on one ballot, within the criterion's range."""

    __tablename__ = "marks"
    __table_args__ = (
        UniqueConstraint("ballot_id", "criterion_id"),
        ForeignKeyConstraint(
            ["criterion_id", "minimum", "maximum"],
            ["criteria.id", "criteria.minimum", "criteria.maximum"],
        ),
        CheckConstraint("points BETWEEN minimum AND maximum", name="points_in_range"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballots.id", ondelete="CASCADE"))
    criterion_id: Mapped[int]
    minimum: Mapped[int]
    maximum: Mapped[int]
    points: Mapped[int]

    ballot: Mapped[Ballot] = relationship(back_populates="marks")
    criterion: Mapped[Criterion] = relationship()


class Decision(Base):
    """The winners in order, who proposed them and who, another person, confirmed them."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint("confirmed_by_id <> proposed_by_id", name="two_people"),
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
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None]
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
