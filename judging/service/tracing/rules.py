"""What holds for all rounds of a contest: the tie ladder, the chair, what decides and bars."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import Fault, trail
from app.audit.trail import Act
from contests.models import Contest
from judging.models import Judge, JudgingRules, Round

OPENED = "round.open"
LADDER, TWO_PEOPLE, COUNTRY = "contest.ladder", "contest.two-people", "conflicts.country"
CHAIR = "judge.chair"

_RULES = select(
    *(Contest.id, Contest.title, JudgingRules.ladder),
    *(JudgingRules.two_people, JudgingRules.bar_country),
).outerjoin(JudgingRules, JudgingRules.contest_id == Contest.id)


def trace_rules(session: Session) -> Iterator[Fault]:
    """Yield rules that are not as declared when judging began, or as changed since."""
    for rows in trail.in_parts(session, _RULES, Contest.id):
        acts = _acts(session, rows)
        chairs = _chairs(session, rows[0].id, rows[-1].id)
        for row in rows:
            about = sorted(acts[row.id], key=lambda act: act.id)
            yield from _ladder_compared(row, _ladder(about))
            yield from _switches_compared(row, about)
            where = f"The panel of {row.title}"
            yield from trail.compared(where, "its chair", chairs.get(row.id), _chair(about))


def _acts(session: Session, contests: Sequence[Any]) -> defaultdict[int, list[Act]]:
    """Return the acts that set rules, by contest: some are about its rounds or its judges."""
    found: defaultdict[int, list[Act]] = defaultdict(list)
    ids = [contest.id for contest in contests]
    found.update(trail.all_acts(session, "contest", ids, (LADDER, TWO_PEOPLE, COUNTRY)))
    for kind, of, verb in (("round", Round, OPENED), ("judge", Judge, CHAIR)):
        within = of.contest_id.between(ids[0], ids[-1])
        contest_of = dict(session.execute(select(of.id, of.contest_id).where(within)).all())
        for number, acts in trail.all_acts(session, kind, contest_of, (verb,)).items():
            found[contest_of[number]].extend(acts)
    return found


def _chairs(session: Session, first: int, last: int) -> dict[int, int]:
    chairs = select(Judge.contest_id, Judge.id).where(
        Judge.is_chair, Judge.contest_id.between(first, last)
    )
    return dict(session.execute(chairs).all())


def _ladder(acts: Sequence[Act]) -> str | None:
    """Return the rungs that were declared when a round first opened, or chosen after that."""
    told: object = None
    for act in acts:
        if act.verb == OPENED:
            told = act.details.get("ladder") if told is None else told
        elif act.verb == LADDER and (told is not None or act.details.get("opened")):
            told = act.details.get("to")
    return ", ".join(map(str, told)) if isinstance(told, list) else None


def _ladder_compared(row: Any, told: str | None) -> Iterator[Fault]:
    if told is not None:
        now = ", ".join(row.ladder or ())
        where = f"The tie ladder of {row.title}"
        yield from trail.compared(where, "its rungs in order", now or None, told)


def _switches_compared(row: Any, acts: Sequence[Act]) -> Iterator[Fault]:
    """Compare what is on or off; before anybody said so it is as for every contest."""
    if row.two_people is None:  # no rounds yet, and no rules
        return
    two_people, bars = True, False
    for act in acts:
        if act.verb == TWO_PEOPLE:
            two_people = act.details.get("two_people", two_people)
        elif act.verb == COUNTRY:
            bars = act.details.get("bars", bars)
    where = f"The rules of {row.title}"
    yield from trail.compared(where, "that two people decide", row.two_people, two_people)
    yield from trail.compared(where, "that one's own country is barred", row.bar_country, bars)


def _chair(acts: Sequence[Act]) -> int | None:
    """Return the judge who was last made the chair, and is it still."""
    told: int | None = None
    for act in acts:
        if act.verb == CHAIR and act.details.get("is_chair"):
            told = act.about
        elif act.verb == CHAIR and told == act.about:
            told = None
    return told
