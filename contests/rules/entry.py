"""What a contest asks of an entry, and what an entry holds, as frozen values."""

from dataclasses import dataclass
from datetime import date

from app.errors import N_, InvalidError
from contests.states import ContestKind


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRules:
    """What one contest asks of an entry; bounds are inclusive.

    `declarations` are the statements every entrant accepts, as worded by the organiser;
    `track_required` says that the contest has tracks, `sdgs_offered` that it has Goals to choose
    from. Raises InvalidError, naming the field, when a minimum is above its maximum.
    """

    kind: ContestKind
    entries_per_person: int
    team_min: int
    team_max: int
    pictures_min: int
    pictures_max: int
    documents_max: int
    videos_max: int
    description_min_words: int
    description_max_words: int
    declarations: tuple[str, ...] = ()
    track_required: bool = False
    sdgs_offered: bool = True

    def __post_init__(self) -> None:
        for name, low, high in (
            ("team_min", self.team_min, self.team_max),
            ("pictures_min", self.pictures_min, self.pictures_max),
            ("description_min_words", self.description_min_words, self.description_max_words),
        ):
            if low > high:
                raise InvalidError(
                    N_("The smallest number (%(low)s) must not exceed the largest (%(high)s)."),
                    field=name,
                    code="minimum-above-maximum",
                    low=low,
                    high=high,
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """What an entry's working copy holds, as far as the rules ask.

    `consent` says that everyone recognisable in the picture agreed, or that nobody is; `accepted`
    holds declarations as worded; `today` is the latest date that anyone on earth may call today,
    `(now + 14 h).date()`, so that nobody's own day counts as the future. Files that
    were refused are counted apart: the others are usable, or will be unless the worker says no.
    """

    today: date
    title: str = ""
    summary: str = ""
    description: str = ""
    caption: str = ""
    alt_text: str = ""
    place: str = ""
    country: str = ""
    licence: str = ""
    taken_on: date | None = None
    consent: bool = False
    track_chosen: bool = False
    sdg_count: int = 0
    links: tuple[str, ...] = ()
    accepted: frozenset[str] = frozenset()
    team_size: int = 1
    pictures: int = 0
    pictures_rejected: int = 0
    documents: int = 0
    documents_rejected: int = 0
    videos: int = 0
    videos_rejected: int = 0


def check_entries_left(rules: EntryRules, have: int) -> None:
    """Refuse one more entry to a person who has `have` already; withdrawn ones do not count."""
    if have >= rules.entries_per_person:
        raise InvalidError(
            N_("You have %(have)s of the %(most)s entries that one person may send."),
            code="entries-used-up",
            have=have,
            most=rules.entries_per_person,
        )


def check_team_size(rules: EntryRules, size: int) -> None:
    """Refuse to let a team grow to `size` people when that is more than the contest allows.

    The minimum is a line of the checklist instead: a team gathers slowly.
    """
    if size > rules.team_max:
        raise InvalidError(
            N_("This team is full: at most %(most)s people may take part together."),
            code="team-full",
            most=rules.team_max,
        )
