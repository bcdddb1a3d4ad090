"""The judge's desk: rounds with their progress, ballots in the judge's own order."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.errors import NotFoundError
from contests.models import Contest, Entry, EntryVersion, VersionAsset
from judging.models import Ballot, Criterion, HandOut, Judge, Round, RoundSeat
from judging.queries import focus, orders, pairs
from judging.ranking import Kind
from judging.states import BallotState, RoundState, stands
from media.limits import AssetKind
from media.models import Asset


@dataclass(frozen=True, slots=True)
class DeskBallot:
    """One line of the desk; `stands` is false once the entry has left the contest."""

    id: int
    number: int
    title: str
    state: BallotState
    stands: bool
    saved_at: datetime | None
    skipped_at: datetime | None

    @property
    def counts(self) -> bool:
        """Whether a mark is asked for here."""
        return self.stands and self.state is not BallotState.RECUSED

    @property
    def is_done(self) -> bool:
        """Whether the judge has submitted it."""
        return self.counts and self.state is BallotState.SUBMITTED


@dataclass(frozen=True, slots=True)
class DeskRound:
    """One judge's share of one round: ballots, or how much of `asked` they gave in another way.

    Of a ranking one order is asked, in a round of pairs so many comparisons. `is_passed_over`
    says, where nothing is left or more would be handed out, that it went to others.
    """

    id: int
    title: str
    briefing: str
    kind: Kind
    is_practice: bool
    hand_out: HandOut
    state: RoundState
    due_at: datetime | None
    closed_at: datetime | None
    ballots: tuple[DeskBallot, ...]
    asked: tuple[int, int] | None = None
    is_passed_over: bool = False

    @property
    def is_open(self) -> bool:
        """Whether marks can be given and changed."""
        return self.state is RoundState.OPEN

    @property
    def total(self) -> int:
        """How much this judge is asked: entries to mark, comparisons, or one order."""
        return self.asked[1] if self.asked else sum(ballot.counts for ballot in self.ballots)

    @property
    def done(self) -> int:
        """How much of that is submitted."""
        return self.asked[0] if self.asked else sum(ballot.is_done for ballot in self.ballots)

    @property
    def skipped(self) -> int:
        """How many entries are left for later."""
        return sum(b.counts and not b.is_done and b.skipped_at is not None for b in self.ballots)

    @property
    def saved_at(self) -> datetime | None:
        """When something was saved here last."""
        return max((b.saved_at for b in self.ballots if b.saved_at), default=None)

    @property
    def may_grow(self) -> bool:
        """Whether more entries may still be handed out to this judge."""
        return self.is_open and self.hand_out is HandOut.FOCUS and not self.is_passed_over

    def next_open(self, after: int | None = None) -> DeskBallot | None:
        """Return what to judge next, past the ballot `after` and never that one again.

        First what was not skipped, in the judge's own order and round the end; then what was, the
        longest ago first.
        """
        ids = [ballot.id for ballot in self.ballots]
        start = ids.index(after) + 1 if after in ids else 0
        turn = self.ballots[start:] + self.ballots[:start]
        left = [b for b in turn if b.counts and not b.is_done and b.id != after]
        skipped = [(b.skipped_at, place) for place, b in enumerate(left) if b.skipped_at]
        if left and len(skipped) == len(left):
            return left[min(skipped)[1]]
        return next((b for b in left if b.skipped_at is None), None)

    def beside(self, ballot_id: int) -> tuple[DeskBallot | None, DeskBallot | None]:
        """Return the ballots before and after this one in the judge's own order."""
        shown = [b for b in self.ballots if b.counts or b.id == ballot_id]
        place = next(i for i, ballot in enumerate(shown) if ballot.id == ballot_id)
        before = shown[place - 1] if place else None
        return before, shown[place + 1] if place + 1 < len(shown) else None


@dataclass(frozen=True, slots=True)
class DeskPanel:
    """One panel somebody sits on; its rounds stay hidden until conflicts are declared."""

    slug: str
    title: str
    zone: str
    declared_at: datetime | None
    rounds: tuple[DeskRound, ...]

    @property
    def is_waiting(self) -> bool:
        """Whether the judge has something to do here: to declare, or in an open round."""
        return self.declared_at is None or any(share.is_open for share in self.rounds)


def desk(session: Session, user_id: int) -> tuple[DeskPanel, ...]:
    """Return every panel somebody sits on: those that wait for this judge first, then the newest.

    That takes four queries, and one or two more for each round of orders or of pairs, with focus,
    or with nothing to judge.
    """
    judges = session.scalars(
        select(Judge)
        .join(Judge.contest)
        .where(Judge.user_id == user_id, Judge.removed_at.is_(None))
        .order_by(Contest.closes_at.desc(), Contest.id.desc())
        .options(joinedload(Judge.contest))
    ).all()
    shares = _shares(session, [judge for judge in judges if judge.declared_at is not None])
    panels = [
        DeskPanel(
            slug=judge.contest.slug,
            title=judge.contest.title,
            zone=judge.contest.zone,
            declared_at=judge.declared_at,
            rounds=tuple(shares.get(judge.id, ())),
        )
        for judge in judges
    ]
    return tuple(sorted(panels, key=lambda panel: not panel.is_waiting))


def get_share(session: Session, *, judge: Judge, round_id: int) -> DeskRound:
    """Return a judge's share of a round; NotFoundError where it is not one of theirs to see."""
    for share in _shares(session, [judge]).get(judge.id, ()):
        if share.id == round_id:
            return share
    raise NotFoundError


def get_round_seat(session: Session, *, round_id: int, user_id: int | None) -> Judge:
    """Return a person's seat on the panel that judges in this round; NotFoundError for others."""
    judge = session.scalar(
        select(Judge)
        .join(Round, Round.contest_id == Judge.contest_id)
        .where(Round.id == round_id, Judge.user_id == user_id, Judge.removed_at.is_(None))
        .options(joinedload(Judge.contest))
    )
    if judge is None:
        raise NotFoundError
    return judge


def get_ballot(session: Session, ballot_id: int) -> Ballot:
    """Return a ballot with its rubric, its marks, and the entry as it was frozen."""
    version = joinedload(Ballot.entry).joinedload(Entry.current)
    ballot = session.scalar(
        select(Ballot)
        .where(Ballot.id == ballot_id)
        .options(
            joinedload(Ballot.judge).joinedload(Judge.contest),
            joinedload(Ballot.round).selectinload(Round.criteria),
            selectinload(Ballot.marks),
            version.joinedload(EntryVersion.track),
            version.selectinload(EntryVersion.topics),
            version.selectinload(EntryVersion.files)
            .joinedload(VersionAsset.asset)
            .selectinload(Asset.renditions),
        )
    )
    if ballot is None:
        raise NotFoundError
    return ballot


def pictures_of(session: Session, ballot_ids: Sequence[int]) -> dict[int, list[Asset]]:
    """Return the pictures of these ballots' entries by ballot, so that a page can fetch ahead."""
    found = session.execute(
        select(Ballot.id, Asset)
        .join(Entry, Entry.id == Ballot.entry_id)
        .join(VersionAsset, VersionAsset.version_id == Entry.current_id)
        .join(Asset, Asset.id == VersionAsset.asset_id)
        .where(Ballot.id.in_(ballot_ids), Asset.kind == AssetKind.PICTURE)
        .order_by(Ballot.id, VersionAsset.position)
        .options(selectinload(Asset.renditions))
    )
    pictures: dict[int, list[Asset]] = {ballot_id: [] for ballot_id in ballot_ids}
    for ballot_id, asset in found:
        pictures[ballot_id].append(asset)
    return pictures


def criteria_of(session: Session, round_id: int) -> Sequence[Criterion]:
    """Return a round's rubric, each criterion with its round."""
    return session.scalars(
        select(Criterion)
        .where(Criterion.round_id == round_id)
        .order_by(Criterion.position)
        .options(joinedload(Criterion.round))
    ).all()


def briefed_rounds(session: Session, contest_id: int) -> Sequence[Round]:
    """Return a contest's rounds with their rubrics, as the briefing shows them."""
    return session.scalars(
        select(Round)
        .where(Round.contest_id == contest_id)
        .order_by(Round.position)
        .options(selectinload(Round.criteria))
    ).all()


def _shares(session: Session, judges: Sequence[Judge]) -> dict[int, list[DeskRound]]:
    """Return each judge's shares of the rounds that have opened to them, by judge id."""
    seats = {judge.contest_id: judge for judge in judges}
    rounds = session.scalars(
        select(Round)
        .where(Round.contest_id.in_(seats), Round.state != RoundState.PLANNED)
        .order_by(Round.position)
    ).all()
    lines: dict[tuple[int, int], list[DeskBallot]] = {}
    for row in session.execute(_lines([judge.id for judge in judges])):
        lines.setdefault((row.judge_id, row.round_id), []).append(_line(row))
    seated = _seated(session, rounds)
    shares: dict[int, list[DeskRound]] = {}
    for round_ in rounds:
        judge = seats[round_.contest_id]
        ballots = tuple(lines.get((judge.id, round_.id), ()))
        if ballots or judge.id in seated.get(round_.id, {judge.id}):
            share = _share(round_, ballots, _asked(session, judge, round_))
            if _is_passed_over(session, judge, round_, share):
                share = replace(share, is_passed_over=True)
            shares.setdefault(judge.id, []).append(share)
    return shares


def _seated(session: Session, rounds: Sequence[Round]) -> dict[int, set[int]]:
    """Return who judges in those of the rounds that do not take the whole panel."""
    found: dict[int, set[int]] = {}
    ids = [round_.id for round_ in rounds]
    for round_id, judge_id in session.execute(
        select(RoundSeat.round_id, RoundSeat.judge_id).where(RoundSeat.round_id.in_(ids))
    ):
        found.setdefault(round_id, set()).add(judge_id)
    return found


def _asked(session: Session, judge: Judge, round_: Round) -> tuple[int, int] | None:
    if round_.kind is Kind.PAIRWISE:
        return pairs.share_of(session, judge, round_)
    return orders.share_of(session, judge, round_) if round_.kind is Kind.RANK else None


def _is_passed_over(session: Session, judge: Judge, round_: Round, share: DeskRound) -> bool:
    is_waiting = share.is_open and share.asked is None and (share.may_grow or not share.total)
    return is_waiting and judge.id in focus.passed_over(session, round_)


def _lines(judge_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Ballot.judge_id,
            Ballot.round_id,
            Ballot.id,
            Ballot.state,
            Ballot.saved_at,
            Ballot.skipped_at,
            Entry.number,
            Entry.state.label("entry_state"),
            Entry.screening,
            EntryVersion.title,
        )
        .join(Ballot.entry)
        .join(Entry.current)
        .where(Ballot.judge_id.in_(judge_ids))
        .order_by(Ballot.position, Ballot.id)
    )


def _line(row: Row[*tuple[Any, ...]]) -> DeskBallot:
    return DeskBallot(
        id=row.id,
        number=row.number,
        title=row.title,
        state=row.state,
        stands=stands(row.entry_state, row.screening),
        saved_at=row.saved_at,
        skipped_at=row.skipped_at,
    )


def _share(
    round_: Round, ballots: tuple[DeskBallot, ...], asked: tuple[int, int] | None
) -> DeskRound:
    return DeskRound(
        id=round_.id,
        title=round_.title,
        briefing=round_.briefing,
        kind=round_.kind,
        is_practice=round_.is_practice,
        hand_out=round_.hand_out,
        state=round_.state,
        due_at=round_.due_at,
        closed_at=round_.closed_at,
        ballots=ballots,
        asked=asked,
    )
