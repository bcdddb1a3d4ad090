"""What the rules find about a submitted entry, for organisers to weigh before they give a verdict.

Findings are derived each time from what was submitted and from what the contest asks now, so that
a late pass, a dismissed resemblance or a changed rule takes them away at once. Nothing is decided
here: an entry with findings can be eligible, and one without them need not be.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.errors import N_
from contests.rules import EntryFacts, EntryRules, Missing, Window, missing_for_submission
from contests.states import ContestKind
from media.limits import FORMATS, MEBIBYTE, MEGAPIXEL, AssetKind, Limits
from media.states import AssetState


class FindingKind(StrEnum):
    """What a finding is about; organisers filter by it."""

    LATE = "late"
    TOO_MANY = "too-many"
    FILES = "files"
    REFUSED = "refused"
    WAITING = "waiting"
    WORDS = "words"
    DUPLICATE = "duplicate"
    DECLARATION = "declaration"
    CONSENT = "consent"
    INCOMPLETE = "incomplete"


NAMES: Final[Mapping[FindingKind, str]] = MappingProxyType(
    {
        FindingKind.LATE: N_("Late"),
        FindingKind.TOO_MANY: N_("Too many of one person"),
        FindingKind.FILES: N_("File rules"),
        FindingKind.REFUSED: N_("File refused"),
        FindingKind.WAITING: N_("Not ready yet"),
        FindingKind.WORDS: N_("Length"),
        FindingKind.DUPLICATE: N_("Look alike"),
        FindingKind.DECLARATION: N_("Declaration missing"),
        FindingKind.CONSENT: N_("Consent missing"),
        FindingKind.INCOMPLETE: N_("Incomplete"),
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an organiser has to look at, as a sentence with its parameters."""

    kind: FindingKind
    message: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a contest asks of what is handed in: the checklist's rules, the time, files' limits.

    `limits` has every kind of file; one that the contest does not take has no kind in its limits.
    """

    rules: EntryRules
    window: Window
    limits: Mapping[AssetKind, Limits]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """One file as it was submitted; pixels are known of pictures that could be read."""

    filename: str
    kind: AssetKind
    state: AssetState
    media_type: str
    bytes: int
    pixels: int = 0


@dataclass(frozen=True, slots=True)
class Twin:
    """Another entry of the contest with a picture like one of this entry's."""

    number: int
    same_bytes: bool
    same_sender: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """An entry as it was handed in last.

    `pass_until` is the latest late pass of its people; `have` the most entries that one of them has
    in the contest, this one included; `compared` says that its pictures were compared with the
    others', which happens once all its files are ready or refused.
    """

    facts: EntryFacts
    submitted_at: datetime
    pass_until: datetime | None = None
    have: int = 1
    files: tuple[FileFacts, ...] = ()
    compared: bool = True
    twins: tuple[Twin, ...] = ()


def findings(asked: Asked, entry: Submission) -> tuple[Finding, ...]:
    """List what the rules find about one entry, in the order of `FindingKind`."""
    found = [
        *_late(asked.window, entry),
        *_too_many(asked.rules, entry),
        *map(_of_line, missing_for_submission(asked.rules, entry.facts)),
        *_files(asked.limits, entry),
        *_waiting(entry),
        *_twins(entry),
    ]
    return tuple(sorted(found, key=lambda one: _ORDER[one.kind]))


def most_of_one_person(rules: EntryRules) -> int:
    """Return how many entries one person may have; of a hackathon, one: that of their team."""
    return rules.entries_per_person if rules.kind is ContestKind.PHOTO else 1


def _late(window: Window, entry: Submission) -> Iterator[Finding]:
    if entry.submitted_at < window.closes_at:
        return
    if entry.pass_until is None:
        yield Finding(FindingKind.LATE, N_("Handed in after the close, without a late pass."))
    elif entry.submitted_at >= entry.pass_until:
        yield Finding(FindingKind.LATE, N_("Handed in after its late pass had ended."))


def _too_many(rules: EntryRules, entry: Submission) -> Iterator[Finding]:
    most = most_of_one_person(rules)
    if entry.have > most:
        yield Finding(
            FindingKind.TOO_MANY,
            N_("One person has %(have)s entries in the contest, which allows %(most)s."),
            {"have": entry.have, "most": most},
        )


def _files(limits: Mapping[AssetKind, Limits], entry: Submission) -> Iterator[Finding]:
    for file in entry.files:
        if file.state is not AssetState.REJECTED:
            yield from _file(limits[file.kind], file)


def _file(limits: Limits, file: FileFacts) -> Iterator[Finding]:
    # How many there may be, none among that, is a matter of the checklist.
    taken = {media_type for format_ in limits.accepted() for media_type in format_.media_types}
    if limits.kinds and file.media_type not in taken:
        yield Finding(
            FindingKind.FILES,
            N_("%(file)s is in a format that the contest does not take: %(format)s."),
            {"file": file.filename, "format": _LABELS.get(file.media_type, file.media_type)},
        )
    if file.bytes > limits.max_bytes:
        yield Finding(
            FindingKind.FILES,
            N_("%(file)s has %(size)s MB, more than the contest's %(limit)s MB."),
            {
                "file": file.filename,
                # Rounded upwards, so that a file just over the limit never seems to have its size.
                "size": -(-file.bytes * 10 // MEBIBYTE) / 10,
                "limit": f"{limits.max_bytes / MEBIBYTE:g}",
            },
        )
    if file.pixels > limits.max_pixels:
        yield Finding(
            FindingKind.FILES,
            N_("%(file)s has %(size)s megapixels, more than the %(limit)s that are taken."),
            {
                "file": file.filename,
                "size": -(-file.pixels * 10 // MEGAPIXEL) / 10,
                "limit": f"{limits.max_pixels / MEGAPIXEL:g}",
            },
        )


def _waiting(entry: Submission) -> Iterator[Finding]:
    waiting = [file for file in entry.files if file.state in _UNREADY]
    if waiting:
        yield Finding(
            FindingKind.WAITING,
            N_("Files that are still being prepared: %(count)s."),
            {"count": len(waiting)},
        )
    elif not entry.compared:
        yield Finding(
            FindingKind.WAITING, N_("Its pictures are still to be compared with the others'.")
        )


def _twins(entry: Submission) -> Iterator[Finding]:
    for twin in entry.twins:
        yield Finding(
            FindingKind.DUPLICATE,
            _ALIKE[twin.same_bytes, twin.same_sender],
            {"number": f"{twin.number:04d}"},
        )


_ALIKE: Final = MappingProxyType(
    {
        (True, True): N_("The same file as in entry %(number)s, by the same sender."),
        (True, False): N_("The same file as in entry %(number)s, by another sender."),
        (False, True): N_("Looks like entry %(number)s, by the same sender."),
        (False, False): N_("Looks like entry %(number)s, by another sender."),
    }
)


def _of_line(line: Missing) -> Finding:
    """Say to organisers what the checklist says to entrants."""
    kind, message = _LINES[line.code]
    return Finding(kind, message, line.params)


_LEFT_OUT: Final[Mapping[str, str]] = MappingProxyType(
    {
        "title-missing": N_("It has no title."),
        "summary-missing": N_("It has no summary."),
        "description-missing": N_("It has no description."),
        "caption-missing": N_("It has no caption."),
        "alt-text-missing": N_("Its picture is not described for people who cannot see it."),
        "place-missing": N_("Where the picture was taken is left out."),
        "country-missing": N_("The country is left out."),
        "taken-on-missing": N_("When the picture was taken is left out."),
        "taken-on-future": N_("The picture is said to be taken after it was handed in."),
        "sdgs-missing": N_("It names no Sustainable Development Goal."),
        "track-missing": N_("It is in no track."),
        "licence-missing": N_("It has no licence."),
        "link-unusable": N_("A link cannot be opened: %(link)s"),
        "team-too-small": N_("People in the team: %(have)s; the contest asks for %(least)s."),
        "team-too-large": N_("People in the team: %(have)s; the contest allows %(most)s."),
    }
)

_LINES: Final[Mapping[str, tuple[FindingKind, str]]] = MappingProxyType(
    {code: (FindingKind.INCOMPLETE, message) for code, message in _LEFT_OUT.items()}
    | {
        "pictures-missing": (
            FindingKind.FILES,
            N_("Usable pictures: %(have)s; the contest asks for %(least)s."),
        ),
        "pictures-too-many": (
            FindingKind.FILES,
            N_("Pictures: %(have)s; the contest allows %(most)s."),
        ),
        "documents-too-many": (
            FindingKind.FILES,
            N_("Documents: %(have)s; the contest allows %(most)s."),
        ),
        "videos-too-many": (
            FindingKind.FILES,
            N_("Videos: %(have)s; the contest allows %(most)s."),
        ),
        "pictures-rejected": (
            FindingKind.REFUSED,
            N_("Pictures that could not be used: %(count)s."),
        ),
        "documents-rejected": (
            FindingKind.REFUSED,
            N_("Documents that could not be used: %(count)s."),
        ),
        "videos-rejected": (FindingKind.REFUSED, N_("Videos that could not be used: %(count)s.")),
        "description-too-short": (
            FindingKind.WORDS,
            N_("The description has %(words)s words; the contest asks for %(least)s or more."),
        ),
        "description-too-long": (
            FindingKind.WORDS,
            N_("The description has %(words)s words; the contest allows %(most)s."),
        ),
        "declaration-missing": (FindingKind.DECLARATION, N_("Not accepted: %(declaration)s")),
        "consent-missing": (
            FindingKind.CONSENT,
            N_("The consent of the people shown is not confirmed."),
        ),
    }
)

_UNREADY: Final = frozenset({AssetState.AWAITING, AssetState.RECEIVED, AssetState.PROCESSING})
_ORDER: Final = MappingProxyType({kind: place for place, kind in enumerate(FindingKind)})
_LABELS: Final = MappingProxyType(
    {media_type: one.label for one in FORMATS.values() for media_type in one.media_types}
)
