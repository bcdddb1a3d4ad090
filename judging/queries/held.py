"""A ballot held for a change: all that the rules ask about it, in one statement.

Whoever changes a ballot holds its round (shared) and then the ballot (alone) until the commit: a
round cannot close between the question whether it is open and the mark, and of two windows one
comes second. Plain rows and not objects: this path is taken for every mark of every judge.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import JSON, Connection, Row, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session

from app.db import table_of
from app.errors import NotFoundError
from contests.models import Contest, Entry, VersionAsset
from contests.states import EntryState, Screening
from judging.models import (
    Ballot,
    Criterion,
    HandOut,
    Judge,
    Mark,
    Recusal,
    RecusalSource,
    Round,
)
from judging.ranking import Kind
from judging.rubric import Criterion as Scale
from judging.rubric import Rubric
from judging.states import BallotState, RoundState, stands
from media.limits import AssetKind
from media.models import Asset
from media.states import AssetState


@dataclass(frozen=True, slots=True)
class HeldCriterion:
    """One row of the rubric with the points that the ballot gives it, if any."""

    position: int
    id: int
    key: str
    title: str
    weight: int
    minimum: int
    maximum: int
    step_hundredths: int
    points: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """A ballot as it is now, its round, its judge's seat and its entry."""

    id: int
    round_id: int
    judge_id: int
    entry_id: int
    state: BallotState
    version: int
    comment: str
    note: str
    recent: list[list[Any]]
    shown_at: datetime | None
    skipped_at: datetime | None
    saved_at: datetime | None
    submitted_at: datetime | None
    kind: Kind
    hand_out: HandOut
    round_state: RoundState
    closed_at: datetime | None
    zone: str
    user_id: int | None
    declared_at: datetime | None
    removed_at: datetime | None
    seen_at: datetime | None
    entry_state: EntryState
    screening: Screening
    current_id: int | None
    criteria: tuple[HeldCriterion, ...]

    @property
    def marks(self) -> Mapping[str, int]:
        """What the ballot gives, by criterion key."""
        return {one.key: one.points for one in self.criteria if one.points is not None}

    @property
    def stands(self) -> bool:
        """Whether the entry is still in its contest."""
        return stands(self.entry_state, self.screening)

    @property
    def rubric(self) -> Rubric:
        """The criteria as the pure rules know them."""
        return Rubric(
            tuple(
                Scale(
                    key=one.key,
                    title=one.title,
                    weight=Fraction(one.weight),
                    minimum=one.minimum,
                    maximum=one.maximum,
                    step=Fraction(one.step_hundredths, 100),
                )
                for one in self.criteria
            )
        )

    def version_of(self, key: str | None) -> int | None:
        """Return the version that a save with this idempotency key made, if it was one of late."""
        return next((version for known, version in self.recent if known == key), None)


_b, _r, _j = table_of(Ballot), table_of(Round), table_of(Judge)
_e, _c, _m, _k = table_of(Entry), table_of(Contest), table_of(Mark), table_of(Criterion)


def _ballot(rows: Any, row: Any) -> Select[*tuple[Any, ...]]:
    """Return the statement that holds a ballot, with its criteria as `rows` of `row` in JSON."""
    seen = _b.alias("seen")
    criteria = (
        select(
            rows(
                row(
                    *(_k.c.position, _k.c.id, _k.c.key, _k.c.title, _k.c.weight),
                    *(_k.c.minimum, _k.c.maximum, _k.c.step_hundredths, _m.c.points),
                ),
                type_=JSON,
            )
        )
        .outerjoin_from(_k, _m, (_m.c.criterion_id == _k.c.id) & (_m.c.ballot_id == _b.c.id))
        .where(_k.c.round_id == _b.c.round_id)
        .correlate(_b)
        .scalar_subquery()
    )
    return (
        select(
            *(_b.c.id, _b.c.round_id, _b.c.judge_id, _b.c.entry_id, _b.c.state, _b.c.version),
            *(_b.c.comment, _b.c.note, _b.c.recent, _b.c.shown_at, _b.c.skipped_at, _b.c.saved_at),
            *(_b.c.submitted_at, _r.c.kind, _r.c.hand_out, _r.c.state.label("round_state")),
            *(_r.c.closed_at, _c.c.zone, _j.c.user_id, _j.c.declared_at, _j.c.removed_at),
            *(_j.c.seen_at, _e.c.state.label("entry_state"), _e.c.screening, _e.c.current_id),
            *(seen.c.version.label("seen"), criteria.label("criteria")),
        )
        .join_from(_b, _r, _r.c.id == _b.c.round_id)
        .join(_j, _j.c.id == _b.c.judge_id)
        .join(_e, _e.c.id == _b.c.entry_id)
        .join(_c, _c.c.id == _r.c.contest_id)
        .join(seen, seen.c.id == _b.c.id)
        .where(_b.c.id == bindparam("ballot"))
        # The round before the ballot, as whoever closes it does. SQLite's writer is alone anyway.
        .suffix_with("FOR SHARE OF rounds FOR UPDATE OF ballots", dialect="postgresql")
    )


_BALLOT: Final[Mapping[str, Any]] = {
    "postgresql": _ballot(func.json_agg, func.json_build_array),
    "sqlite": _ballot(func.json_group_array, func.json_array),
}
_PICTURES = select(
    exists()
    .where(VersionAsset.version_id == bindparam("version"), VersionAsset.asset_id == Asset.id)
    .where(Asset.kind == AssetKind.PICTURE, Asset.state == AssetState.READY)
)


def hold(session: Session, ballot_id: int) -> Held:
    """Keep others from this ballot until the commit, and return it; NotFoundError without one.

    Objects of this ballot that the session loaded before are older than this. A statement that
    waited for another window gives the ballot as it is now, but of all beside it the past: where
    the version that it saw is not the ballot's, the marks are read again, now without a wait.
    """
    session.flush()
    row = _read(session.connection(), ballot_id)
    if row is not None and row.seen != row.version:
        row = _read(session.connection(), ballot_id)
    if row is None:
        raise NotFoundError
    known = dict(row._mapping)  # noqa: SLF001 - public, in spite of its name
    del known["seen"]
    criteria = sorted(known.pop("criteria") or ())
    return Held(**known, criteria=tuple(HeldCriterion(*one) for one in criteria))


def _read(connection: Connection, ballot_id: int) -> Row[*tuple[Any, ...]] | None:
    statement = _BALLOT[connection.dialect.name]
    return connection.execute(statement, {"ballot": ballot_id}).one_or_none()


def has_pictures(session: Session, version_id: int | None) -> bool:
    """Tell whether an entry's version has a picture that can be shown; a broken one cannot."""
    return bool(session.connection().scalar(_PICTURES, {"version": version_id}))


def find_recusal_source(session: Session, *, judge_id: int, entry_id: int) -> RecusalSource | None:
    """Return who said that this judge has a conflict of interest with this entry, if anybody."""
    return session.scalar(
        select(Recusal.source).where(Recusal.judge_id == judge_id, Recusal.entry_id == entry_id)
    )
