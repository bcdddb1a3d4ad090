"""The tie ladder that a contest has unless its organisers choose another."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from contests.models import Contest
from judging.models import JudgingRules, Round
from judging.queries.rounds import is_declared, rounds_of, rules_of
from judging.ranking import Kind


def default_ladder(contest: Contest, rounds: Sequence[Round]) -> list[str]:
    """Return the ladder to start from: criteria by weight, then head to head, then a public text.

    Criteria of equal weight come in the ballot's order, those of later rounds first, each key once.
    Everybody knows the text before judging begins, so that nobody can have chosen it to fit.
    """
    scored = [round_ for round_ in rounds if round_.kind is Kind.SCORE and not round_.is_practice]
    criteria = [criterion for round_ in reversed(scored) for criterion in round_.criteria]
    keys = dict.fromkeys(row.key for row in sorted(criteria, key=lambda row: -row.weight))
    public = f"{contest.forum.name}, {contest.title}"
    return [*(f"criterion:{key}" for key in keys), "head_to_head", f"seed:{public}"]


def begin_rules(session: Session, contest: Contest, rounds: Sequence[Round]) -> None:
    """Give a contest's first rounds the default ladder; its other rules stay as they were set."""
    kept = session.scalar(select(JudgingRules).where(JudgingRules.contest_id == contest.id))
    rules = kept or JudgingRules(contest=contest)
    rules.ladder = default_ladder(contest, rounds)
    session.add(rules)


@contextmanager
def default_ladder_kept(session: Session, contest: Contest) -> Iterator[None]:
    """Let the ladder follow a change of the rounds, unless it was chosen or is declared already.

    Whoever opens a round, and so declares the ladder, holds it too: one of the two is first.
    """
    rules = rules_of(session, contest, lock=True)
    before = rounds_of(session, contest, anew=True)
    follows = rules.ladder == default_ladder(contest, before) and not is_declared(session, contest)
    yield
    if follows:
        session.flush()
        rules.ladder = default_ladder(contest, rounds_of(session, contest))
