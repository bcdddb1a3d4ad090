"""The checklist: everything that keeps an entry from being submitted, in words, at its field."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from app.errors import N_
from contests.rules.entry import EntryFacts, EntryRules
from contests.rules.words import count_words
from contests.states import ContestKind


@dataclass(frozen=True, slots=True)
class Missing:
    """One line of the checklist: what to do before submitting, and at which form field."""

    code: str
    field: str
    message: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


def missing_for_submission(rules: EntryRules, draft: EntryFacts) -> tuple[Missing, ...]:
    """List everything that keeps `draft` from being submitted, in the order of the form.

    An empty result means that the entry is complete. Each line has a stable `code`.
    """
    checks = _PHOTO_CHECKS if rules.kind is ContestKind.PHOTO else _PROJECT_CHECKS
    return tuple(line for check in checks for line in check(rules, draft))


Check = Callable[[EntryRules, EntryFacts], Iterator[Missing]]


def _text(name: str, message: str) -> Check:
    """Make the check that the text field `name` holds something a reader can see."""

    def check(_rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
        # A blank line, or one made of zero-width characters, is empty to whoever reads it.
        if not any(c.isprintable() and not c.isspace() for c in getattr(draft, name)):
            yield Missing(f"{name}-missing".replace("_", "-"), name, message)

    return check


def _track(rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
    if rules.track_required and not draft.track_chosen:
        yield Missing("track-missing", "track", N_("Choose a track."))


def _taken_on(_rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
    if draft.taken_on is None:
        yield Missing("taken-on-missing", "taken_on", N_("Say when the picture was taken."))
    elif draft.taken_on > draft.today:
        yield Missing(
            "taken-on-future", "taken_on", N_("The day the picture was taken lies in the future.")
        )


def _sdgs(rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
    if rules.sdgs_offered and draft.sdg_count < 1:
        yield Missing(
            "sdgs-missing", "sdgs", N_("Choose at least one Sustainable Development Goal.")
        )


def _consent(_rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
    if not draft.consent:
        yield Missing(
            "consent-missing",
            "consent",
            N_("Confirm that everyone who can be recognised agreed, or that nobody can be."),
        )


def _words(rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
    if not rules.description_min_words and len(draft.description) <= rules.description_max_words:
        return  # a word has a character at least; of thousands of entries counting takes longest
    words = count_words(draft.description)
    if words < rules.description_min_words:
        yield Missing(
            "description-too-short",
            "description",
            N_("The description has %(words)s words; the contest asks for %(least)s or more."),
            {"words": words, "least": rules.description_min_words},
        )
    elif words > rules.description_max_words:
        yield Missing(
            "description-too-long",
            "description",
            N_("The description has %(words)s words; the contest allows %(most)s."),
            {"words": words, "most": rules.description_max_words},
        )


def _picture_count(rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
    # One that is still being prepared counts: nobody's deadline depends on how busy the worker is.
    if draft.pictures < rules.pictures_min:
        yield _picture_missing(rules, draft.pictures)
    elif draft.pictures > rules.pictures_max:
        yield Missing(
            "pictures-too-many",
            "pictures",
            N_("Remove pictures: there are %(have)s and the contest allows %(most)s."),
            {"have": draft.pictures, "most": rules.pictures_max},
        )


def _picture_missing(rules: EntryRules, usable: int) -> Missing:
    if rules.pictures_min > 1:
        message = N_("Add more pictures. Sent so far: %(have)s. Asked for: %(least)s.")
    elif rules.kind is ContestKind.PHOTO:
        message = N_("Add your photograph.")
    else:
        message = N_("Add a picture.")
    params = {"have": usable, "least": rules.pictures_min}
    return Missing("pictures-missing", "pictures", message, params)


def _most(name: str, message: str) -> Check:
    """Make the check that there are no more files in the field `name` than the contest takes."""

    def check(rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
        have, most = getattr(draft, name), getattr(rules, f"{name}_max")
        if have > most:
            yield Missing(f"{name}-too-many", name, message, {"have": have, "most": most})

    return check


def _usable(name: str, message: str) -> Check:
    """Make the check that no file in the field `name` was refused."""

    def check(_rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
        if count := getattr(draft, f"{name}_rejected"):
            yield Missing(f"{name}-rejected", name, message, {"count": count})

    return check


def _links(_rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
    for link in draft.links:
        if not is_web_link(link):
            yield Missing(
                "link-unusable",
                "links",
                N_("Write the link in full, beginning with https:// or http://: %(link)s"),
                {"link": link},
            )


def is_web_link(link: str) -> bool:
    """Tell whether `link` is a complete http or https address that is safe to offer readers."""
    # Browsers drop control characters silently, so "java\tscript:" must not pass as something else.
    if not link.isprintable() or any(c.isspace() for c in link):
        return False
    try:
        parts = urlsplit(link)
    except ValueError:  # an unclosed bracket in the host
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _team(rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
    if draft.team_size < rules.team_min:
        yield Missing(
            "team-too-small",
            "team",
            N_("The team has %(have)s people and needs %(least)s: share the invitation link."),
            {"have": draft.team_size, "least": rules.team_min},
        )
    elif draft.team_size > rules.team_max:
        yield Missing(
            "team-too-large",
            "team",
            N_("The team has %(have)s people and the contest allows %(most)s."),
            {"have": draft.team_size, "most": rules.team_max},
        )


def _declarations(rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
    for declaration in rules.declarations:
        if declaration not in draft.accepted:
            yield Missing(
                "declaration-missing",
                "declarations",
                N_("Accept: %(declaration)s"),
                {"declaration": declaration},
            )


_TITLE: Final = _text("title", N_("Give the entry a title."))

_HAS_DESCRIPTION: Final = _text("description", N_("Describe the project."))


def _description(rules: EntryRules, draft: EntryFacts) -> Iterator[Missing]:
    # One line is enough for an empty description; its length is a matter once there is one.
    yield from tuple(_HAS_DESCRIPTION(rules, draft)) or _words(rules, draft)


_PICTURES_USABLE: Final = _usable(
    "pictures", N_("Pictures that could not be used: %(count)s. Remove or replace them.")
)

_MORE_FILES: Final[tuple[Check, ...]] = (
    _most("documents", N_("Remove documents: there are %(have)s and the contest allows %(most)s.")),
    _usable(
        "documents", N_("Documents that could not be used: %(count)s. Remove or replace them.")
    ),
    _most("videos", N_("Remove videos: there are %(have)s and the contest allows %(most)s.")),
    _usable("videos", N_("Videos that could not be used: %(count)s. Remove or replace them.")),
)

_PHOTO_CHECKS: Final[tuple[Check, ...]] = (
    _picture_count,
    _PICTURES_USABLE,
    _TITLE,
    _text("caption", N_("Write a caption.")),
    _text("alt_text", N_("Describe the picture for people who cannot see it.")),
    _words,
    _text("place", N_("Say where the picture was taken.")),
    _text("country", N_("Choose the country.")),
    _taken_on,
    _sdgs,
    _track,
    *_MORE_FILES,
    _consent,
    _text("licence", N_("Choose a licence.")),
    _declarations,
)

_PROJECT_CHECKS: Final[tuple[Check, ...]] = (
    _TITLE,
    _text("summary", N_("Write a summary in a sentence or two.")),
    _description,
    _track,
    _picture_count,
    _PICTURES_USABLE,
    *_MORE_FILES,
    _links,
    _team,
    _declarations,
)
