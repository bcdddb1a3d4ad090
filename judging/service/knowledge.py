"""What a judge knows and takes on, and who chairs the panel."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit
from app.authz import Actor
from judging.models import Judge
from judging.queries.rounds import is_declared
from judging.service.conflicts import find_conflicts
from judging.service.methods import reason_for_change


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a judge says of themselves, so that ballots suit them; `tracks` are those of a contest.

    `languages` are the ones they read, none for any; `most_ballots` what they take in a round.
    """

    organisation: str = ""
    country: str = ""
    languages: tuple[str, ...] = ()
    sdgs: tuple[int, ...] = ()
    action_lines: tuple[str, ...] = ()
    tracks: tuple[int, ...] = ()
    most_ballots: int | None = None


def knowledge_of(judge: Judge) -> Knowledge:
    """Return what a judge has said; before they said anything, what their account does."""
    user = judge.user
    return Knowledge(
        organisation=judge.organisation or (user.organisation if user else ""),
        country=judge.country or (user.country if user else ""),
        languages=tuple(judge.languages),
        sdgs=tuple(judge.sdgs),
        action_lines=tuple(judge.action_lines),
        tracks=tuple(judge.tracks),
        most_ballots=judge.most_ballots,
    )


def set_knowledge(
    session: Session, *, judge: Judge, knowledge: Knowledge, actor: Actor, now: datetime
) -> None:
    """Keep what a judge knows and takes on; holds for ballots dealt from now on.

    Conflicts of interest are looked for again, because the organisation or country may be new.
    """
    said = asdict(knowledge)
    said |= {name: list(value) for name, value in said.items() if isinstance(value, tuple)}
    changed = {name: value for name, value in said.items() if getattr(judge, name) != value}
    if not changed:
        return
    for name, value in changed.items():
        setattr(judge, name, value)
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb="judge.knowledge",
        subject=f"judge:{judge.id}",
        now=now,
        details=changed,
    )
    find_conflicts(session, contest=judge.contest, judges=[judge], actor=actor, now=now)


def set_chair(
    session: Session, *, judge: Judge, is_chair: bool, reason: str, actor: Actor, now: datetime
) -> None:
    """Make a judge the panel's chair, in place of whoever was it before, or a member again.

    The chair may have to settle a tie: once a round was opened, InvalidError "reason-missing".
    """
    if judge.is_chair is is_chair:
        return
    said = reason_for_change(reason, needed=is_declared(session, judge.contest))
    if is_chair:
        chairs = select(Judge).where(Judge.contest_id == judge.contest_id, Judge.is_chair)
        for other in session.scalars(chairs):
            other.is_chair = False
        session.flush()
    judge.is_chair = is_chair
    session.flush()
    audit.record(
        session,
        actor=actor,
        verb="judge.chair",
        subject=f"judge:{judge.id}",
        now=now,
        details={"is_chair": is_chair, "reason": said},
    )
