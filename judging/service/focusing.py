"""Focus: after a first pass, each ballot goes where it can still change who wins or goes on.

The round's row is held while ballots are handed out, so that two at once cannot give one twice.
What is chosen follows from the round's seed and from what was submitted and given out until then.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from app.authz import ANYBODY
from judging.assignment import order_for
from judging.belief import Belief, believe, outlook
from judging.focus import hand_out
from judging.models import Advance, Judge, Round
from judging.queries import focus as queries
from judging.queries import given, knowledge, rounds
from judging.queries.focus import Given
from judging.service.acts import record
from judging.service.ballots import rubric_of
from judging.service.dealing import add_ballots, barred_numbers, limits_of
from judging.service.telling import tell_judge
from judging.states import BallotState

AT_ONCE: Final = 3
"""How many ballots lie open before a judge: enough to choose among, few enough to stay timely."""
MAIL_PAUSE: Final = timedelta(days=1)
READ_AT_MOST: Final = 24_000
"""So many ballots are weighed for one chart of the doubt; 15,000 of 5,000 entries take a second."""

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _State:
    """How a round lies: who may be given how many, of what, and what nobody may be given."""

    judges: Mapping[int, Judge]
    entries: Mapping[int, int]
    ballots: Sequence[Given]
    room: Mapping[int, int]
    left: int

    @property
    def count(self) -> int:
        """How many ballots can be handed out now."""
        return min(self.left, sum(self.room.values()))


def hand_out_next(session: Session, *, round_id: int, now: datetime) -> int:
    """Give the judges who have few left the ballots that tell most; return how many.

    Nothing happens in a round that is not running with focus, or has used its ballots up; done
    twice, the second finds nobody with room. Before anything was submitted everybody gets the
    entries with the fewest ballots.
    """
    round_ = queries.find_running(session, round_id)
    if round_ is None:
        return 0
    state = _state_of(session, round_)
    if not state.count:
        return 0
    closed = _closed(session, round_, state)
    is_known = any(ballot.state is BallotState.SUBMITTED for ballot in state.ballots)
    chosen = (_near_the_cut if is_known else _evenly)(session, round_, state, closed)
    _give(session, round_, state, chosen, why="near the cut" if is_known else "even", now=now)
    return len(chosen)


def running_ids(session: Session) -> Sequence[int]:
    """Return the rounds that hand out ballots now."""
    return queries.running_ids(session)


def budget_of(round_: Round, entries: Collection[int]) -> int:
    """Return how many ballots a round has to give."""
    return round_.per_entry * len(entries)


def cut_of(session: Session, round_: Round, belief: Belief[int]) -> int:
    """Return how many entries are to come first: the winners, or what goes on to the next round.

    Where a score lets entries go on these are those expected to have it, one at least and not all;
    where they are chosen by hand, as many as win.
    """
    if not lets_go_on(session, round_):
        return round_.contest.winners
    if round_.advance is Advance.TOP:
        return round_.advance_count or 1
    expected = belief.above((round_.advance_above or 0) / 100)
    return max(1, min(expected, len(belief.entries) - 1))


def lets_go_on(session: Session, round_: Round) -> bool:
    """Tell whether a rule of this round lets entries go on to another one."""
    is_ruled = round_.advance is not Advance.CHOSEN
    return is_ruled and rounds.find_next_round(session, round_) is not None


def _state_of(session: Session, round_: Round) -> _State:
    entries = rounds.entry_numbers(session, round_)
    ballots = queries.ballots(session, round_)
    passed_over = queries.passed_over(session, round_)
    seated = {judge.id: judge for judge in rounds.seated_judges(session, round_)}
    live = [
        ballot
        for ballot in ballots
        if ballot.state is BallotState.SUBMITTED or (ballot.is_open and ballot.judge in seated)
    ]
    active = {key: judge for key, judge in seated.items() if key not in passed_over}
    budget = budget_of(round_, entries)
    room = _room(active, live, budget)
    return _State(seated, entries, ballots, room, max(budget - len(live), 0))


def _room(judges: Mapping[int, Judge], live: Iterable[Given], budget: int) -> dict[int, int]:
    """Return how many more each judge is given now, by id; who takes nothing is left out.

    Nobody gets more than a fair share of what there is, and a share that somebody does not take
    falls to the others: so quick judges do not decide alone.
    """
    held, open_ = Counter[int](), Counter[int]()
    elsewhere = 0
    for ballot in live:
        held[ballot.judge] += 1
        open_[ballot.judge] += ballot.is_open
        elsewhere += ballot.judge not in judges
    limits = limits_of(judges.values())
    share = _fair_share([limits.get(judge, budget) for judge in judges], budget - elsewhere)
    room = {
        judge: min(AT_ONCE - open_[judge], min(share, limits.get(judge, share)) - held[judge])
        for judge in judges
    }
    return {judge: free for judge, free in room.items() if free > 0}


def _fair_share(limits: Sequence[int], total: int) -> int:
    """Return the least share with which judges of these limits together take `total`, if any."""
    share = total // len(limits) if limits else 0
    while share < total and sum(min(share, limit) for limit in limits) < total:
        share += 1
    return share


def _closed(session: Session, round_: Round, state: _State) -> set[Pair]:
    """Return (judge, number) of what must not be given: barred, not read, or given before."""
    said = knowledge.traits(session, round_)
    return (
        barred_numbers(session, round_, state.entries)
        | knowledge.unread(state.judges.values(), said)
        | {(ballot.judge, ballot.entry) for ballot in state.ballots}
    )


def _near_the_cut(
    session: Session, round_: Round, state: _State, closed: Collection[Pair]
) -> list[Pair]:
    """Choose the ballots that are expected to clear up most of who wins, or goes on."""
    belief = believe(
        rubric_of(round_),
        given.marks(session, round_),
        list(state.entries.values()),
        map(str, state.judges),
    )
    waiting = [
        (str(ballot.judge), ballot.entry)
        for ballot in state.ballots
        if ballot.is_open and ballot.judge in state.judges
    ]
    choices = hand_out(
        belief,
        room={str(judge): free for judge, free in state.room.items()},
        barred={(str(judge), entry) for judge, entry in closed},
        waiting=waiting,
        count=state.count,
        places=cut_of(session, round_, belief),
        seed=round_.seed,
    )
    return [(int(str(choice.judge)), choice.entry) for choice in choices]


def _evenly(
    _session: Session, round_: Round, state: _State, closed: Collection[Pair]
) -> list[Pair]:
    """Choose entries with the fewest ballots for the judges with the most room, as drawn.

    Of entries with as few, the one that fewer of those judges may have goes first: left to the end
    it might find nobody.
    """
    had = Counter(
        ballot.entry for ballot in state.ballots if ballot.state is not BallotState.RECUSED
    )
    room, taken, chosen = Counter(state.room), set(closed), list[Pair]()
    closed_to = Counter(entry for judge, entry in taken if room[judge])
    turn = {judge: order_for(judge, state.entries.values(), round_.seed) for judge in state.room}
    while len(chosen) < state.count and +room:
        judge = max(sorted(+room), key=room.__getitem__)
        free = [entry for entry in turn[judge] if (judge, entry) not in taken]
        if free:
            entry = min(free, key=lambda entry: (had[entry], -closed_to[entry]))
            chosen.append((judge, entry))
            taken.add((judge, entry))
            closed_to[entry] += 1
            had[entry] += 1
            room[judge] -= 1
        if not free or not room[judge]:
            closed_to -= Counter(entry for holder, entry in taken if holder == judge)
            del room[judge]
    return chosen


def _give(
    session: Session,
    round_: Round,
    state: _State,
    chosen: Sequence[Pair],
    *,
    why: str,
    now: datetime,
) -> None:
    if not chosen:
        return
    ids = {number: entry_id for entry_id, number in state.entries.items()}
    new: defaultdict[int, list[int]] = defaultdict(list)
    for judge, number in chosen:
        new[judge].append(ids[number])
    for judge, entries in new.items():
        add_ballots(session, round_=round_, judge=state.judges[judge], entries=entries, now=now)
    record(
        session,
        round_,
        actor=ANYBODY,
        verb="focus",
        now=now,
        details={
            "why": why,
            "ballots": [[judge, number] for judge, number in chosen],
            "submitted": sum(b.state is BallotState.SUBMITTED for b in state.ballots),
            "left": state.left - len(chosen),
        },
    )
    _tell(session, round_, state, {judge: len(entries) for judge, entries in new.items()}, now)


def _tell(
    session: Session, round_: Round, state: _State, new: Mapping[int, int], now: datetime
) -> None:
    """Mail those who had nothing left, each once a day at most; the others see it on the desk."""
    busy = {ballot.judge for ballot in state.ballots if ballot.is_open}
    idle = [judge for judge in new if judge not in busy]
    told = queries.told_since(session, round_, now - MAIL_PAUSE) if idle else Counter[int]()
    asked = [judge for judge in idle if not told[judge]]
    for judge in asked:
        tell_judge(session, round_=round_, judge=state.judges[judge], count=new[judge], now=now)
    if asked:
        record(session, round_, actor=ANYBODY, verb="tell", now=now, details={"judges": asked})


# --- the doubt ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Doubt:
    """How sure it is that the leading entries are the right ones, now and after earlier ballots.

    `fall` are (ballots submitted, doubt), from 0 to 1, oldest first, the last one now. `right` is
    how many of the leading are expected to be right; where `goes_on`, a rule lets these go on to
    another round. `left` are the ballots to come: those given out and not submitted, and those
    still to be handed out.
    """

    leading: tuple[int, ...]
    right: float
    goes_on: bool
    fall: tuple[tuple[int, float], ...]
    left: int

    @property
    def now(self) -> float:
        """The chance that the leading ones are not the right ones."""
        return self.fall[-1][1]

    @property
    def submitted(self) -> int:
        """How many ballots this rests on."""
        return self.fall[-1][0]


def doubt_of(session: Session, round_: Round, *, points: int) -> Doubt | None:
    """Return how the doubt about who comes first fell; None while nothing can be said of it.

    That is before every entry could have a ballot, and where there are no more entries than can
    come first. It is computed anew from the ballots in the order in which they were submitted, at
    so many points: at fewer where there are very many ballots, the last of them now.
    """
    numbers = list(rounds.entry_numbers(session, round_).values())
    came = queries.submissions(session, round_)
    if len(came) < max(len(numbers), 1):
        return None
    turn = {pair: at for at, pair in enumerate(came)}
    rubric = rubric_of(round_)
    marks = given.marks(session, round_)
    places = cut_of(session, round_, believe(rubric, marks, numbers))
    if len(numbers) <= places:
        return None
    looks = []
    for count in when_to_look(len(numbers), len(came), points):
        known = [mark for mark in marks if turn.get((mark.entry, str(mark.judge)), count) < count]
        view = outlook(believe(rubric, known, numbers), places=places, seed=round_.seed)
        looks.append((count, view))
    _count, last = looks[-1]
    return Doubt(
        leading=last.leading,
        right=sum(last.chances[entry] for entry in last.leading),
        goes_on=lets_go_on(session, round_),
        fall=tuple((count, view.doubt) for count, view in looks),
        left=max(budget_of(round_, numbers) - len(came), 0),
    )


def when_to_look(first: int, last: int, points: int) -> list[int]:
    """Return after how many ballots to look at the doubt: evenly, from the first pass to now."""
    steps = max(min(points, READ_AT_MOST // last), 1) - 1
    return sorted({last, *(first + (last - first) * at // steps for at in range(steps))})
