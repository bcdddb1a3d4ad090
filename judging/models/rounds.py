"""Rounds and their rubrics: what is judged, by whom, how it is counted, and what goes on."""

from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base, enum_column
from contests.models import Contest, Entry
from judging.models.panels import Judge
from judging.ranking import Kind, MethodName
from judging.states import RoundState


class JudgingRules(Base):
    """What holds for all of a contest's rounds: the tie ladder, who decides, who is too close.

    `ladder` are rungs as `judging.ranking.parse_rung` reads them, a chair named by the judge's id.
    """

    __tablename__ = "judging_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"), unique=True)
    ladder: Mapped[list[str]] = mapped_column(JSON, default=list)
    two_people: Mapped[bool] = mapped_column(default=True)
    bar_country: Mapped[bool] = mapped_column(default=False)

    contest: Mapped[Contest] = relationship()


class HandOut(StrEnum):
    """Whether every entry gets as many ballots, or, after a first pass, those near the cut more."""

    EVEN = "even"
    FOCUS = "focus"


class Advance(StrEnum):
    """Which entries go on to the next round: the best, those above a score, or by hand."""

    TOP = "top"
    ABOVE = "above"
    CHOSEN = "chosen"


class Round(Base):
    """One pass of judging over a contest's eligible entries, or over those that came this far.

    Without seats the whole panel judges; without entries of its own (a first round) it takes every
    eligible one. `per_entry` are the ballots for each entry, with `focus` on average and
    `first_pass` before that; in a pairwise round the comparisons each entry takes part in; a
    ranking asks every judge. `advance_above` is a score in hundredths. What a practice round
    collects counts for nothing.
    """

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("contest_id", "position"),
        CheckConstraint("per_entry BETWEEN 1 AND 50", name="per_entry"),
        CheckConstraint("first_pass BETWEEN 1 AND per_entry", name="first_pass"),
        CheckConstraint("(state = 'planned') = (opened_at IS NULL)", name="opened_has_time"),
        CheckConstraint(
            "(state IN ('closed', 'final')) = (closed_at IS NOT NULL)", name="closed_has_time"
        ),
        CheckConstraint("starts_at < due_at", name="starts_before_due"),
        CheckConstraint(
            "(kind NOT IN ('screen', 'score')"
            " OR method NOT IN ('rank_sum', 'borda', 'schulze', 'bradley_terry'))"
            " AND (kind <> 'rank' OR method NOT IN"
            " ('mean', 'trimmed_mean', 'median', 'adjusted', 'bradley_terry'))"
            " AND (kind <> 'pairwise' OR method NOT IN"
            " ('mean', 'trimmed_mean', 'median', 'adjusted', 'rank_sum', 'borda', 'schulze'))",
            name="method_fits_kind",
        ),
        CheckConstraint(
            "drop_count >= 0 AND (drop_count = 0 OR method = 'trimmed_mean')", name="drop_count"
        ),
        CheckConstraint(
            "state = 'planned' OR method_declared_at IS NOT NULL", name="opened_declares_method"
        ),
        CheckConstraint(
            "(advance = 'top') = (advance_count IS NOT NULL) AND advance_count >= 1",
            name="advance_count",
        ),
        CheckConstraint("(advance = 'above') = (advance_above IS NOT NULL)", name="advance_above"),
        CheckConstraint(
            "NOT is_practice OR (kind = 'score' AND hand_out = 'even')", name="practice_scores"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contest_id: Mapped[int] = mapped_column(ForeignKey("contests.id"))
    position: Mapped[int] = mapped_column(default=1)
    kind: Mapped[Kind] = mapped_column(enum_column(Kind), default=Kind.SCORE)
    is_practice: Mapped[bool] = mapped_column(default=False)
    state: Mapped[RoundState] = mapped_column(enum_column(RoundState), default=RoundState.PLANNED)
    title: Mapped[str] = mapped_column(String(160))
    briefing: Mapped[str] = mapped_column(Text, default="")
    per_entry: Mapped[int] = mapped_column(default=3)
    hand_out: Mapped[HandOut] = mapped_column(enum_column(HandOut), default=HandOut.EVEN)
    first_pass: Mapped[int]
    method: Mapped[MethodName] = mapped_column(enum_column(MethodName), default=MethodName.MEAN)
    drop_count: Mapped[int] = mapped_column(default=0)
    method_declared_at: Mapped[datetime | None]
    advance: Mapped[Advance] = mapped_column(enum_column(Advance), default=Advance.CHOSEN)
    advance_count: Mapped[int | None]
    advance_above: Mapped[int | None]
    starts_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    seed: Mapped[str] = mapped_column(String(64))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    contest: Mapped[Contest] = relationship()
    criteria: Mapped[list["Criterion"]] = relationship(
        back_populates="round", order_by="Criterion.position", cascade="all, delete-orphan"
    )
    seats: Mapped[list["RoundSeat"]] = relationship(cascade="all, delete-orphan")

    @property
    def dealt_at_first(self) -> int:
        """How many ballots each entry is dealt as the round opens: with focus more come later."""
        return self.first_pass if self.hand_out is HandOut.FOCUS else self.per_entry


class RoundSeat(Base):
    """A judge of the contest's panel who judges in this round."""

    __tablename__ = "round_seats"
    __table_args__ = (UniqueConstraint("round_id", "judge_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judges.id", ondelete="CASCADE"), index=True)

    judge: Mapped[Judge] = relationship()


class RoundEntry(Base):
    """An entry that a later round, or a practice, judges; `reason` where it was chosen by hand."""

    __tablename__ = "round_entries"
    __table_args__ = (UniqueConstraint("round_id", "entry_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), index=True)
    reason: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime]

    entry: Mapped[Entry] = relationship()


class Criterion(Base):
    """One row of a rubric; marks are whole points from `minimum` to `maximum`, of `step` each.

    `levels` says by points (as text) what a mark means. `(id, minimum, maximum)` is unique so that
    each mark can repeat the range and be CHECKed by it.
    """

    __tablename__ = "criteria"
    __table_args__ = (
        UniqueConstraint("round_id", "key"),
        UniqueConstraint("id", "minimum", "maximum"),
        CheckConstraint("minimum >= 0 AND minimum < maximum AND maximum <= 1000", name="scale"),
        CheckConstraint("weight BETWEEN 1 AND 1000", name="weight"),
        CheckConstraint("step_hundredths BETWEEN 1 AND 10000", name="step"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id", ondelete="CASCADE"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(160))
    guidance: Mapped[str] = mapped_column(Text, default="")
    levels: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    weight: Mapped[int] = mapped_column(default=1)
    minimum: Mapped[int] = mapped_column(default=1)
    maximum: Mapped[int] = mapped_column(default=10)
    step_hundredths: Mapped[int] = mapped_column(default=100)

    round: Mapped[Round] = relationship(back_populates="criteria")

    @property
    def step(self) -> Fraction:
        """What one point is worth."""
        return Fraction(self.step_hundredths, 100)
