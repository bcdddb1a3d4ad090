"""Deadlines, sizes and the checklist, each with the case that passes and the one that does not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import ClosedError, InvalidError
from contests.rules import (
    EntryFacts,
    EntryRules,
    Phase,
    Window,
    check_entries_left,
    check_open,
    check_team_size,
    count_words,
    is_midnight,
    is_open,
    is_web_link,
    missing_for_submission,
    order_key,
    phase,
)
from contests.states import ContestKind

OPENS = datetime(2025, 1, 10, 9, tzinfo=UTC)
CLOSES = datetime(2025, 3, 14, 22, tzinfo=UTC)
WINDOW = Window(OPENS, CLOSES)
TICK = timedelta(microseconds=1)

PHOTO_RULES = EntryRules(
    kind=ContestKind.PHOTO,
    entries_per_person=5,
    team_min=1,
    team_max=1,
    pictures_min=1,
    pictures_max=1,
    documents_max=0,
    videos_max=0,
    description_min_words=0,
    description_max_words=200,
    declarations=("I am 18 or older.", "I am not staff of the organiser."),
)
PHOTO = EntryFacts(
    today=date(2025, 2, 2),
    title="Fishing by satellite",
    caption="A crew reads tomorrow's weather.",
    alt_text="Four people in a boat look at one telephone.",
    place="Saint-Louis",
    country="SN",
    licence="CC-BY-4.0",
    taken_on=date(2025, 2, 2),
    consent=True,
    sdg_count=1,
    accepted=frozenset(PHOTO_RULES.declarations),
    pictures=1,
)
PROJECT_RULES = EntryRules(
    kind=ContestKind.HACKATHON,
    entries_per_person=1,
    team_min=2,
    team_max=5,
    pictures_min=1,
    pictures_max=3,
    documents_max=1,
    videos_max=1,
    description_min_words=3,
    description_max_words=5,
    declarations=("I am 18 or older.",),
    track_required=True,
)
PROJECT = EntryFacts(
    today=date(2025, 2, 2),
    title="Rain gauge",
    summary="Villages measure rain together.",
    description="Measured by four schools.",
    track_chosen=True,
    links=("https://example.org/demo?a=1", "http://[2001:db8::1]/"),
    accepted=frozenset(PROJECT_RULES.declarations),
    team_size=2,
    pictures=1,
    documents=1,
)


def codes(rules: EntryRules, draft: EntryFacts) -> list[str]:
    return [line.code for line in missing_for_submission(rules, draft)]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (OPENS - TICK, Phase.UPCOMING),
        (OPENS, Phase.OPEN),
        (CLOSES - TICK, Phase.OPEN),
        (CLOSES, Phase.CLOSED),
    ],
)
def test_the_opening_instant_is_inside_and_the_closing_instant_is_not(
    now: datetime, expected: Phase
) -> None:
    assert phase(WINDOW, now) is expected
    assert is_open(WINDOW, now) is (expected is Phase.OPEN)


def test_a_late_pass_moves_the_close_and_nothing_else() -> None:
    late = CLOSES + timedelta(hours=2)
    assert is_open(WINDOW, CLOSES, late)
    assert not is_open(WINDOW, late, late)
    assert not is_open(WINDOW, OPENS - TICK, late)
    assert is_open(WINDOW, CLOSES - TICK, OPENS)


def test_check_open_says_which_side_of_the_window_it_is() -> None:
    check_open(WINDOW, OPENS)
    check_open(WINDOW, CLOSES, CLOSES + TICK)
    with pytest.raises(ClosedError) as early:
        check_open(WINDOW, OPENS - TICK)
    assert early.value.reason == "not-open-yet"
    assert early.value.params == {"opens_at": OPENS, "closes_at": CLOSES, "zone": "UTC"}
    with pytest.raises(ClosedError) as late:
        check_open(WINDOW, CLOSES + TICK, CLOSES + TICK)
    assert late.value.reason == "closed"
    assert late.value.params == {
        "opens_at": OPENS,
        "closes_at": CLOSES + TICK,
        "zone": "UTC",
    }
    assert "%(closes_at)s" in late.value.message


def test_a_window_must_make_sense() -> None:
    with pytest.raises(InvalidError) as caught:
        Window(OPENS, OPENS)
    assert caught.value.field == "closes_at"
    with pytest.raises(ValueError, match="zone"):
        Window(OPENS, datetime(2025, 3, 1))  # noqa: DTZ001 - the naive instant is the fault
    with pytest.raises(ValueError, match="zone"):
        Window(datetime(2025, 1, 1), CLOSES)  # noqa: DTZ001 - the naive instant is the fault


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("2025-03-14T23:00:00", False),
        ("2025-03-14T23:59:00", False),
        ("2025-03-14T23:59:59", True),
        ("2025-03-15T00:00:00", True),
        ("2025-03-15T00:01:00", False),
    ],
)
def test_midnight_is_warned_about_in_the_zone_of_the_contest(clock: str, expected: bool) -> None:  # noqa: FBT001 - a table's column
    geneva = ZoneInfo("Europe/Zurich")
    closes_at = datetime.fromisoformat(clock).replace(tzinfo=geneva).astimezone(UTC)
    assert is_midnight(closes_at, geneva) is expected
    assert not is_midnight(closes_at, ZoneInfo("America/New_York"))


def test_contests_come_in_the_order_of_what_one_can_still_do() -> None:
    now, day = OPENS, timedelta(days=1)
    order = [
        (Window(now - day, now + day), None),
        (Window(now - 2 * day, now + 2 * day), None),
        (Window(now + day, now + 9 * day), None),
        (Window(now + 2 * day, now + 3 * day), None),
        (Window(now - 9 * day, now - day), None),
        (Window(now - 9 * day, now - 2 * day), None),
        (Window(now - 9 * day, now - 8 * day), now - day),
        (Window(now - 9 * day, now - 7 * day), now - 2 * day),
    ]
    keys = [order_key(window, announced_at, now) for window, announced_at in order]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)


def test_complete_entries_miss_nothing() -> None:
    assert missing_for_submission(PHOTO_RULES, PHOTO) == ()
    assert missing_for_submission(PROJECT_RULES, PROJECT) == ()


def test_an_empty_photo_entry_misses_everything_in_the_order_of_the_form() -> None:
    assert codes(PHOTO_RULES, EntryFacts(today=PHOTO.today)) == [
        "pictures-missing",
        "title-missing",
        "caption-missing",
        "alt-text-missing",
        "place-missing",
        "country-missing",
        "taken-on-missing",
        "sdgs-missing",
        "consent-missing",
        "licence-missing",
        "declaration-missing",
        "declaration-missing",
    ]


def test_an_empty_project_misses_everything_in_the_order_of_the_form() -> None:
    assert codes(PROJECT_RULES, EntryFacts(today=PHOTO.today)) == [
        "title-missing",
        "summary-missing",
        "description-missing",
        "track-missing",
        "pictures-missing",
        "team-too-small",
        "declaration-missing",
    ]


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (replace(PHOTO, title=" \u200b\n"), ["title-missing"]),
        (replace(PHOTO, taken_on=date(2025, 2, 3)), ["taken-on-future"]),
        (replace(PHOTO, pictures=2), ["pictures-too-many"]),
        (replace(PHOTO, pictures_rejected=1), ["pictures-rejected"]),
        (
            replace(PHOTO, pictures=0, pictures_rejected=1),
            ["pictures-missing", "pictures-rejected"],
        ),
        (replace(PHOTO, documents=1), ["documents-too-many"]),
        (replace(PHOTO, description="word " * 201), ["description-too-long"]),
        (replace(PHOTO, accepted=frozenset({"I am 18 or older."})), ["declaration-missing"]),
    ],
)
def test_one_fault_in_a_photo_entry(draft: EntryFacts, expected: list[str]) -> None:
    assert codes(PHOTO_RULES, draft) == expected


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (replace(PROJECT, description="Two words"), ["description-too-short"]),
        (replace(PROJECT, description="a b c d e f"), ["description-too-long"]),
        (replace(PROJECT, links=("javascript:alert(1)", "x.org")), ["link-unusable"] * 2),
        (replace(PROJECT, team_size=6), ["team-too-large"]),
        (replace(PROJECT, pictures=4), ["pictures-too-many"]),
        (replace(PROJECT, documents=2), ["documents-too-many"]),
        (replace(PROJECT, documents_rejected=1), ["documents-rejected"]),
        (replace(PROJECT, videos=2), ["videos-too-many"]),
        (replace(PROJECT, videos_rejected=1), ["videos-rejected"]),
    ],
)
def test_one_fault_in_a_project(draft: EntryFacts, expected: list[str]) -> None:
    assert codes(PROJECT_RULES, draft) == expected


def test_a_line_of_the_checklist_can_be_read_aloud() -> None:
    (line,) = missing_for_submission(PROJECT_RULES, replace(PROJECT, description="Two words"))
    assert line.field == "description"
    assert line.message % line.params == (
        "The description has 2 words; the contest asks for 3 or more."
    )


@pytest.mark.parametrize(
    ("rules", "draft", "expected"),
    [
        (PHOTO_RULES, PHOTO, "Add your photograph."),
        (PROJECT_RULES, PROJECT, "Add a picture."),
        (
            replace(PROJECT_RULES, pictures_min=2),
            PROJECT,
            "Add more pictures. Sent so far: 0. Asked for: 2.",
        ),
    ],
)
def test_missing_pictures_are_asked_for_in_plain_words(
    rules: EntryRules, draft: EntryFacts, expected: str
) -> None:
    (line,) = missing_for_submission(rules, replace(draft, pictures=0))
    assert line.code == "pictures-missing"
    assert line.message % line.params == expected


@given(
    st.builds(
        EntryFacts,
        today=st.just(date(2025, 2, 2)),
        pictures=st.integers(0, 5),
        documents=st.integers(0, 3),
        videos_rejected=st.integers(0, 3),
        team_size=st.integers(1, 9),
    ),
    st.sampled_from([PHOTO_RULES, PROJECT_RULES]),
)
def test_every_line_formats_with_its_own_parameters(draft: EntryFacts, rules: EntryRules) -> None:
    for line in missing_for_submission(rules, draft):
        assert "%(" not in line.message % line.params


@pytest.mark.parametrize(
    "link",
    [
        "",
        "ftp://example.org",
        "//example.org",
        "https://",
        "http://[::1",
        "https://exa mple.org",
        "java\tscript:alert(1)",
        "https://example.org/\u202e",
        "data:text/html,hi",
    ],
)
def test_links_that_are_no_web_address(link: str) -> None:
    assert not is_web_link(link)


def test_rules_cannot_ask_for_more_than_they_allow() -> None:
    with pytest.raises(InvalidError) as team:
        replace(PHOTO_RULES, team_min=2)
    with pytest.raises(InvalidError) as pictures:
        replace(PHOTO_RULES, pictures_min=2)
    with pytest.raises(InvalidError) as words:
        replace(PHOTO_RULES, description_min_words=201)
    fields = [caught.value.field for caught in (team, pictures, words)]
    assert fields == ["team_min", "pictures_min", "description_min_words"]


def test_a_person_may_send_so_many_entries() -> None:
    check_entries_left(PHOTO_RULES, 4)
    with pytest.raises(InvalidError) as caught:
        check_entries_left(PHOTO_RULES, 5)
    assert caught.value.reason == "entries-used-up"
    assert caught.value.params == {"have": 5, "most": 5}


def test_a_team_may_have_so_many_people() -> None:
    check_team_size(PROJECT_RULES, 5)
    check_team_size(PROJECT_RULES, 1)
    with pytest.raises(InvalidError) as caught:
        check_team_size(PROJECT_RULES, 6)
    assert caught.value.reason == "team-full"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        (" \n— … ___ !", 0),
        ("one", 1),
        ("Don't e-mail me, ever.", 4),
        ("Цель устойчивого развития", 3),
        ("التعليم الجيد للجميع", 3),
        ("सतत विकास लक्ष्य", 3),
        ("지속 가능한 발전", 3),
        ("可持续发展目标", 7),
        ("信息通信技术 ICT 促进发展", 11),
        ("写真コンテスト", 7),
        ("ภาพถ่าย", 2),
        ("SDG 4: 12 schools", 4),
    ],
)
def test_words_are_counted_in_any_script(text: str, words: int) -> None:
    assert count_words(text) == words


@given(
    st.lists(st.text(st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x24F), min_size=1))
)
def test_spaced_words_are_counted_exactly(words: list[str]) -> None:
    assert count_words(" ".join(words)) == len(words)


@given(st.text())
def test_more_text_never_has_fewer_words(text: str) -> None:
    counts = [count_words(text[:end]) for end in range(len(text) + 1)]
    assert all(before <= after for before, after in pairwise(counts))


def test_a_contest_without_goals_asks_for_none() -> None:
    draft = replace(PHOTO, sdg_count=0)
    assert codes(PHOTO_RULES, draft) == ["sdgs-missing"]
    assert codes(replace(PHOTO_RULES, sdgs_offered=False), draft) == []
