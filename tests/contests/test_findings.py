"""What the rules find about a submitted entry: each finding where it is due, and nowhere else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contests.findings import (
    _LINES,
    NAMES,
    Asked,
    FileFacts,
    Finding,
    FindingKind,
    Submission,
    Twin,
    findings,
)
from contests.rules import EntryFacts, EntryRules, missing_for_submission
from contests.states import ContestKind
from media.limits import DOCUMENT_FORMATS, MAX_BYTES, MAX_PIXELS, MEBIBYTE, AssetKind, Limits
from media.states import AssetState
from tests.contests.test_rules import CLOSES, PHOTO, PHOTO_RULES, TICK, WINDOW

NONE_TAKEN = Limits(kinds=frozenset())
ASKED = Asked(
    rules=PHOTO_RULES,
    window=WINDOW,
    limits={
        AssetKind.PICTURE: Limits(
            kinds=frozenset({AssetKind.PICTURE}),
            max_bytes=5 * MEBIBYTE,
            formats=frozenset({"JPEG", *DOCUMENT_FORMATS}),
        ),
        AssetKind.DOCUMENT: NONE_TAKEN,
        AssetKind.VIDEO: NONE_TAKEN,
    },
)
PICTURE = FileFacts(
    filename="boat.jpg",
    kind=AssetKind.PICTURE,
    state=AssetState.READY,
    media_type="image/jpeg",
    bytes=5 * MEBIBYTE,
    pixels=MAX_PIXELS,
)
ENTRY = Submission(
    facts=replace(PHOTO, pictures=1),
    submitted_at=CLOSES - TICK,
    have=PHOTO_RULES.entries_per_person,
    files=(PICTURE,),
)
HACKATHON = replace(ASKED, rules=replace(PHOTO_RULES, kind=ContestKind.HACKATHON))


def kinds(entry: Submission, asked: Asked = ASKED) -> list[FindingKind]:
    return [one.kind for one in findings(asked, entry)]


def told(entry: Submission, asked: Asked = ASKED) -> list[str]:
    return [one.message % one.params for one in findings(asked, entry)]


def test_an_entry_at_every_limit_has_none() -> None:
    assert findings(ASKED, ENTRY) == ()


# --- when and how many ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after_close", "passed", "expected"),
    [
        (-TICK, None, []),
        (timedelta(), None, ["Handed in after the close, without a late pass."]),
        (timedelta(hours=2), timedelta(hours=2) + TICK, []),
        (timedelta(hours=2), timedelta(hours=2), ["Handed in after its late pass had ended."]),
        # A pass that ends before the close takes nothing away.
        (-TICK, -timedelta(days=9), []),
    ],
)
def test_late(after_close: timedelta, passed: timedelta | None, expected: list[str]) -> None:
    until = None if passed is None else CLOSES + passed
    assert told(replace(ENTRY, submitted_at=CLOSES + after_close, pass_until=until)) == expected


def test_too_many_of_one_person() -> None:
    most = PHOTO_RULES.entries_per_person
    assert told(replace(ENTRY, have=most + 1)) == [
        f"One person has {most + 1} entries in the contest, which allows {most}."
    ]


def test_of_a_hackathon_one_person_has_one() -> None:
    entry = replace(ENTRY, facts=replace(ENTRY.facts, summary="In short.", description="A pump."))
    assert kinds(replace(entry, have=1), HACKATHON) == []
    assert kinds(replace(entry, have=2), HACKATHON) == [FindingKind.TOO_MANY]


# --- files ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {"media_type": "image/png"},
            "boat.jpg is in a format that the contest does not take: PNG.",
        ),
        (
            {"media_type": "text/plain"},
            "boat.jpg is in a format that the contest does not take: text/plain.",
        ),
        ({"bytes": 5 * MEBIBYTE + 1}, "boat.jpg has 5.1 MB, more than the contest's 5 MB."),
        (
            {"pixels": MAX_PIXELS + 1},
            "boat.jpg has 100.1 megapixels, more than the 100 that are taken.",
        ),
    ],
)
def test_a_file_breaks_one_rule(changed: dict[str, Any], expected: str) -> None:
    file = replace(PICTURE, **changed)
    assert told(replace(ENTRY, files=(file,))) == [expected]
    assert kinds(replace(ENTRY, files=(file,))) == [FindingKind.FILES]
    # One that could not be used is not measured too.
    assert kinds(replace(ENTRY, files=(replace(file, state=AssetState.REJECTED),))) == []


def test_a_kind_that_is_not_taken_is_counted_and_not_measured() -> None:
    document = replace(
        PICTURE, kind=AssetKind.DOCUMENT, media_type="application/pdf", bytes=MAX_BYTES
    )
    entry = replace(ENTRY, facts=replace(ENTRY.facts, documents=1), files=(PICTURE, document))
    assert told(entry) == ["Documents: 1; the contest allows 0."]


@pytest.mark.parametrize("state", [AssetState.AWAITING, AssetState.RECEIVED, AssetState.PROCESSING])
def test_a_file_that_is_not_ready(state: AssetState) -> None:
    waiting = replace(PICTURE, state=state)
    entry = replace(ENTRY, files=(PICTURE, waiting), compared=False)
    assert told(entry) == ["Files that are still being prepared: 1."]
    assert kinds(entry) == [FindingKind.WAITING]


def test_what_was_not_compared_yet_waits() -> None:
    assert kinds(replace(ENTRY, compared=False)) == [FindingKind.WAITING]


@pytest.mark.parametrize("same_bytes", [True, False])
@pytest.mark.parametrize("same_sender", [True, False])
def test_twins(*, same_bytes: bool, same_sender: bool) -> None:
    (text,) = told(replace(ENTRY, twins=(Twin(7, same_bytes, same_sender),)))
    assert "0007" in text
    assert ("same file" in text) is same_bytes
    assert ("same sender" in text) is same_sender


# --- what the checklist knows -----------------------------------------------------------------

BROKEN: list[tuple[dict[str, Any], FindingKind, str]] = [
    (
        {"description": "word " * 201},
        FindingKind.WORDS,
        "The description has 201 words; the contest allows 200.",
    ),
    (
        {"accepted": frozenset(PHOTO_RULES.declarations[1:])},
        FindingKind.DECLARATION,
        "Not accepted: I am 18 or older.",
    ),
    (
        {"consent": False},
        FindingKind.CONSENT,
        "The consent of the people shown is not confirmed.",
    ),
    (
        {"pictures_rejected": 1},
        FindingKind.REFUSED,
        "Pictures that could not be used: 1.",
    ),
    (
        {"pictures": 0},
        FindingKind.FILES,
        "Usable pictures: 0; the contest asks for 1.",
    ),
    ({"pictures": 2}, FindingKind.FILES, "Pictures: 2; the contest allows 1."),
    ({"country": ""}, FindingKind.INCOMPLETE, "The country is left out."),
]


@pytest.mark.parametrize(("changed", "kind", "text"), BROKEN)
def test_a_rule_that_the_checklist_asks_is_a_finding(
    changed: dict[str, Any], kind: FindingKind, text: str
) -> None:
    entry = replace(ENTRY, facts=replace(ENTRY.facts, **changed))
    assert (kinds(entry), told(entry)) == ([kind], [text])


def everything_wrong() -> Iterator[tuple[EntryRules, EntryFacts]]:
    rules = replace(
        PHOTO_RULES, track_required=True, description_min_words=3, team_min=2, team_max=3
    )
    day = timedelta(days=1)
    for kind in ContestKind:
        own = replace(rules, kind=kind)
        wrong = EntryFacts(
            today=PHOTO.today,
            pictures_rejected=1,
            documents_rejected=1,
            videos_rejected=1,
            links=("javascript:1",),
        )
        yield own, wrong
        more = replace(wrong, pictures=9, documents=9, videos=9, team_size=9)
        yield own, replace(more, taken_on=PHOTO.today + day)
        yield own, replace(wrong, description="word " * 900)
        yield own, replace(wrong, description="word")


def test_every_line_of_the_checklist_has_its_words() -> None:
    lines = [
        line for rules, facts in everything_wrong() for line in missing_for_submission(rules, facts)
    ]
    assert {line.code for line in lines} == set(_LINES)
    for line in lines:
        kind, message = _LINES[line.code]
        assert message % line.params
        assert kind in NAMES


def test_every_kind_has_a_name() -> None:
    assert set(NAMES) == set(FindingKind)


# --- properties -------------------------------------------------------------------------------

files = st.builds(
    FileFacts,
    filename=st.just("f.jpg"),
    kind=st.sampled_from(AssetKind),
    state=st.sampled_from(AssetState),
    media_type=st.sampled_from(["image/jpeg", "image/png", "application/pdf", "x/y"]),
    bytes=st.integers(0, 10 * MEBIBYTE),
    pixels=st.integers(0, 2 * MAX_PIXELS),
)
entries = st.builds(
    Submission,
    facts=st.builds(
        EntryFacts,
        today=st.just(PHOTO.today),
        description=st.sampled_from(["", "word " * 150, "word " * 250]),
        consent=st.booleans(),
        accepted=st.frozensets(st.sampled_from(PHOTO_RULES.declarations)),
        pictures=st.integers(0, 3),
        pictures_rejected=st.integers(0, 2),
        team_size=st.integers(1, 3),
    ),
    submitted_at=st.integers(-3, 3).map(lambda hours: CLOSES + timedelta(hours=hours)),
    pass_until=st.none() | st.integers(-3, 3).map(lambda hours: CLOSES + timedelta(hours=hours)),
    have=st.integers(1, 9),
    files=st.lists(files, max_size=4).map(tuple),
    compared=st.booleans(),
    twins=st.lists(
        st.builds(Twin, st.integers(1, 9999), st.booleans(), st.booleans()), max_size=3
    ).map(tuple),
)


@given(entries, st.sampled_from([ASKED, HACKATHON]))
def test_findings_are_sentences_in_the_order_of_their_kinds(
    entry: Submission, asked: Asked
) -> None:
    found = findings(asked, entry)
    order = list(FindingKind)
    assert [order.index(one.kind) for one in found] == sorted(
        order.index(one.kind) for one in found
    )
    for one in found:
        assert "%(" not in one.message % one.params


@given(entries)
def test_each_finding_follows_from_one_cause(entry: Submission) -> None:
    """Taking one cause away takes its findings away, and touches no other."""
    before = list(findings(ASKED, entry))

    def without(kind: FindingKind) -> list[Finding]:
        return [one for one in before if one.kind is not kind]

    on_time = replace(entry, submitted_at=CLOSES - TICK)
    assert list(findings(ASKED, on_time)) == without(FindingKind.LATE)
    assert list(findings(ASKED, replace(entry, have=1))) == without(FindingKind.TOO_MANY)
    assert list(findings(ASKED, replace(entry, twins=()))) == without(FindingKind.DUPLICATE)


@given(entries, st.integers(0, 5))
def test_a_later_pass_never_makes_an_entry_late(entry: Submission, hours: int) -> None:
    if entry.pass_until is not None:
        later = replace(entry, pass_until=entry.pass_until + timedelta(hours=hours))
        assert set(kinds(later)) <= set(kinds(entry))


@given(entries)
def test_the_order_of_files_and_twins_changes_nothing(entry: Submission) -> None:
    turned = replace(entry, files=entry.files[::-1], twins=entry.twins[::-1])
    assert sorted(told(turned)) == sorted(told(entry))
