"""What entries are about and what judges know: whom a ballot suits, and who could not read it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from contests.models import Entry, EntryVersion, TopicScheme, VersionTopic
from contests.vocabulary import UN_LANGUAGES
from judging.models import Judge, Round
from judging.queries.rounds import judged_in


@dataclass(frozen=True, slots=True)
class Traits:
    """What an entry says of itself: its language, its track by id, and what it is about."""

    language: str
    track: int | None
    sdgs: frozenset[str]
    action_lines: frozenset[str]

    def fit(self, judge: Judge) -> int:
        """Count in how many ways a judge knows what this is about: track, Goals, Action Lines."""
        goals = {str(number) for number in judge.sdgs}
        return (
            (self.track in judge.tracks)
            + (not goals.isdisjoint(self.sdgs))
            + (not self.action_lines.isdisjoint(judge.action_lines))
        )

    def is_unread(self, judge: Judge) -> bool:
        """Tell whether a judge cannot read this, where both have said which language it is."""
        is_known = self.language in UN_LANGUAGES and bool(judge.languages)
        return is_known and self.language not in judge.languages


def traits(session: Session, round_: Round) -> dict[int, Traits]:
    """Return what the entries of a round say of themselves, by number, in two queries."""
    is_judged = judged_in(session, round_)
    topics: defaultdict[tuple[int, TopicScheme], set[str]] = defaultdict(set)
    for entry_id, scheme, code in session.execute(
        select(Entry.id, VersionTopic.scheme, VersionTopic.code)
        .join(VersionTopic, VersionTopic.version_id == Entry.current_id)
        .where(is_judged)
    ):
        topics[entry_id, scheme].add(code)
    rows = session.execute(
        select(Entry.id, Entry.number, EntryVersion.language, EntryVersion.track_id)
        .join(EntryVersion, EntryVersion.id == Entry.current_id)
        .where(is_judged)
    )
    return {
        row.number: Traits(
            language=row.language,
            track=row.track_id,
            sdgs=frozenset(topics[row.id, TopicScheme.SDG]),
            action_lines=frozenset(topics[row.id, TopicScheme.ACTION_LINE]),
        )
        for row in rows
    }


def fits(judges: Iterable[Judge], entries: Mapping[int, Traits]) -> dict[tuple[int, int], int]:
    """Return how well each entry suits each judge, by judge id and number; 0 is left out."""
    return {
        (judge.id, number): fit
        for judge in judges
        if judge.sdgs or judge.action_lines or judge.tracks
        for number, entry in entries.items()
        if (fit := entry.fit(judge))
    }


def unread(judges: Iterable[Judge], entries: Mapping[int, Traits]) -> set[tuple[int, int]]:
    """Return (judge id, number) for each entry in a language that its judge does not read."""
    return {
        (judge.id, number)
        for judge in judges
        for number, entry in entries.items()
        if entry.is_unread(judge)
    }
