"""A contest's result as a bundle, from which anybody recounts it without Podium's database."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.authz import Actor
from app.errors import N_, ConflictError
from contests.models import Contest
from judging.bundle import (
    Chosen,
    CountedRound,
    Decided,
    Export,
    digests,
    is_empty,
    manifest,
    write,
    write_decision,
)
from judging.decision import sealed_text
from judging.models import Judge, Round
from judging.queries.results import find_decision
from judging.queries.rounds import rounds_of
from judging.service import decisions
from judging.service.counting import count
from judging.states import DecisionState, RoundState


def files_of(session: Session, contest: Contest) -> dict[str, bytes]:
    """Return the files that were counted, by name; empty where nothing is judged yet.

    As long as no mark, entry or rule changes, they stay the same to the byte.
    """
    judged = _judged(session, contest)
    if not judged:
        return {}
    counts = [count(session, round_) for round_ in judged]
    export = Export(
        contest.winners,
        counts[-1].ladder,
        [
            CountedRound(
                str(position),
                counted.round.title,
                counted.round.kind,
                counted.method,
                counted.given,
                counted.entries,
                counted.ranking(),
            )
            for position, counted in enumerate(counts, start=1)
        ],
        pseudonyms(session, contest),
    )
    files = write(export)
    return {} if is_empty(files) else files


def pseudonyms(session: Session, contest: Contest) -> dict[str, str]:
    """Return what a bundle calls each judge, by their id as text: in an order that tells nothing.

    It follows from the seed of the contest's first round, so that a later bundle uses the same.
    """
    first = rounds_of(session, contest)[0]

    def drawn(judge_id: str) -> str:
        return hashlib.sha256(f"{first.seed}\n{judge_id}".encode()).hexdigest()

    found = session.scalars(select(Judge.id).where(Judge.contest_id == contest.id))
    ordered = sorted(map(str, found), key=drawn)
    return {judge_id: f"judge-{at:02d}" for at, judge_id in enumerate(ordered, start=1)}


def archive(session: Session, *, contest: Contest, actor: Actor, now: datetime) -> bytes:
    """Return the bundle as a ZIP, and note who took it; ConflictError "nothing-to-export"."""
    files = files_of(session, contest)
    if not files:
        raise ConflictError(
            N_("There is nothing to recount yet: no round has standings."), code="nothing-to-export"
        )
    files |= _decided(session, contest)
    decisions.record(
        session, contest, actor=actor, verb="export", now=now, details={"sha256": digests(files)}
    )
    return _zipped({**files, "manifest.json": manifest(contest.title, files, now)}, now)


def _decided(session: Session, contest: Contest) -> dict[str, bytes]:
    """Return decision.json of winners that are confirmed.

    What was sealed is in it once it is public: until then nobody needs the salt.
    """
    decision = find_decision(session, contest)
    if decision is None or decision.state is DecisionState.PROPOSED:
        return {}
    counted = count(session, decision.round)
    announced = decision.state is DecisionState.ANNOUNCED
    salt, sealed = decision.commitment_salt, decision.sealed
    return write_decision(
        Decided(
            tuple(
                Chosen(winner.place, str(winner.entry.number), winner.reason)
                for winner in decision.winners
            ),
            str(len(_judged(session, contest))),
            decision.commitment or "",
            sealed_text(salt, sealed) if announced and salt and sealed else "",
            (decision.withheld or "") if announced else "",
        ),
        counted.method,
        {str(row.entry): row.place for row in counted.ranking().standings},
    )


def _judged(session: Session, contest: Contest) -> list[Round]:
    return [
        round_
        for round_ in rounds_of(session, contest)
        if not round_.is_practice and round_.state is not RoundState.PLANNED
    ]


def _zipped(files: Mapping[str, bytes], now: datetime) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in sorted(files.items()):
            info = zipfile.ZipInfo(name, now.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, data)
    return whole.getvalue()
