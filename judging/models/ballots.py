"""What judges give: ballots with marks, orderings, comparisons of two."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, enum_column
from contests.models import Entry
from judging.models.panels import Judge
from judging.models.rounds import Criterion, Round
from judging.states import BallotState


class Ballot(Base):
    """One judge on one entry in one round; `version` grows with each save and tells a stale tab.

    `recent` are the newest saves as [idempotency key, version], so that a repeated one is known.
    `note` is the judge's own and nobody else's. Marks can be submitted once the pictures were
    shown (`shown_at`).
    """

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
        # Enough for counting how far a round is, and each judge.
        Index("ix_ballots_state", "round_id", "state", "judge_id"),
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
    note: Mapped[str] = mapped_column(Text, default="")
    recent: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    shown_at: Mapped[datetime | None]
    skipped_at: Mapped[datetime | None]
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


class Ordering(Base):
    """One judge's order of the entries of a ranking round, kept and sent as a whole."""

    __tablename__ = "orderings"
    __table_args__ = (
        UniqueConstraint("round_id", "judge_id"),
        CheckConstraint("state NOT IN ('assigned', 'recused')", name="draft_or_submitted"),
        CheckConstraint(
            "(state = 'submitted') = (submitted_at IS NOT NULL)", name="submitted_has_time"
        ),
        CheckConstraint("version >= 0", name="version_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judges.id", ondelete="CASCADE"), index=True)
    state: Mapped[BallotState] = mapped_column(enum_column(BallotState), default=BallotState.DRAFT)
    version: Mapped[int] = mapped_column(default=0)
    comment: Mapped[str] = mapped_column(Text, default="")
    recent: Mapped[list[list[Any]]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]

    round: Mapped[Round] = relationship()
    judge: Mapped[Judge] = relationship()
    lines: Mapped[list["OrderingLine"]] = relationship(
        back_populates="ordering", order_by="OrderingLine.position", cascade="all, delete-orphan"
    )


class OrderingLine(Base):
    """An entry's position in a judge's order, 1 the best; equal positions are a tie."""

    __tablename__ = "ordering_lines"
    __table_args__ = (
        UniqueConstraint("ordering_id", "entry_id"),
        CheckConstraint("position >= 1", name="position_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    ordering_id: Mapped[int] = mapped_column(ForeignKey("orderings.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    position: Mapped[int]

    ordering: Mapped[Ordering] = relationship(back_populates="lines")
    entry: Mapped[Entry] = relationship()


class Comparison(Base):
    """Two entries between which a judge is asked to choose; each pair once for each judge.

    `first_id` is the smaller, whichever is shown on which side; `is_swapped` shows it second.
    `skipped_at` puts a pair to the end of the judge's list.
    """

    __tablename__ = "comparisons"
    __table_args__ = (
        UniqueConstraint("round_id", "judge_id", "first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="each_pair_once"),
        CheckConstraint("chosen_id IN (first_id, second_id)", name="chosen_is_one_of_them"),
        CheckConstraint("(chosen_id IS NULL) = (decided_at IS NULL)", name="chosen_has_time"),
        CheckConstraint("version >= 0", name="version_not_negative"),
        Index("ix_comparisons_judge", "judge_id", "round_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judges.id", ondelete="CASCADE"))
    position: Mapped[int]
    first_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    second_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    is_swapped: Mapped[bool]
    chosen_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"))
    version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    skipped_at: Mapped[datetime | None]

    round: Mapped[Round] = relationship()
    judge: Mapped[Judge] = relationship()
    first: Mapped[Entry] = relationship(foreign_keys=first_id)
    second: Mapped[Entry] = relationship(foreign_keys=second_id)
    chosen: Mapped[Entry | None] = relationship(foreign_keys=chosen_id)
