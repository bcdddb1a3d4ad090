"""The organisers' pages of several rounds: planned, moved, opened, and what goes on between."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import AuditEvent
from app.errors import ConflictError
from app.mail import OutgoingMail
from contests.models import Contest
from judging.models import Advance, Ballot, HandOut, Round, RoundSeat
from judging.queries.progress import progress
from judging.queries.rounds import chosen_numbers, rounds_of
from judging.ranking import Kind
from judging.service import rounds
from judging.service.rounds import Preset
from judging.states import RoundState
from tests import factories
from tests.client import Client, Value, forms
from tests.conftest import Clock
from tests.factories import NOW
from tests.judging import scenes
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")
SQLITE = pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)


def manager(client: Client, scene: scenes.Scene) -> Client:
    client.sign_in(scene.organiser)
    return client


def fresh(session: Session, *, entries: int = 4, judges: int = 3) -> scenes.Scene:
    """Make a closed contest in which no round is planned."""
    scene = scenes.waiting(session, entries=entries, judges=judges)
    session.delete(scene.round_)
    session.flush()
    return scene


def plan(session: Session, scene: scenes.Scene, preset: Preset) -> list[Round]:
    return list(
        rounds.plan_rounds(
            session, contest=scene.contest, preset=preset, actor=scene.actor, now=NOW
        )
    )


def between(session: Session, *points: int) -> tuple[scenes.Scene, Round]:
    """Close a scoring from which the best two go on, with a ranking planned after it."""
    scene = scenes.judged(session, [(each, each) for each in points])
    scene.round_.title = "Stars"
    scene.round_.advance, scene.round_.advance_count = Advance.TOP, 2
    later = rounds.add_round(
        session, contest=scene.contest, kind=Kind.RANK, actor=scene.actor, now=NOW
    )
    return scene, later


def at(scene: scenes.Scene, round_: Round, page: str = "") -> str:
    return scene.url(f"rounds/{round_.id}{page and '/'}{page}")


def titles(session: Session, contest: Contest) -> list[str]:
    session.expire_all()
    return [round_.title for round_ in rounds_of(session, contest)]


# --- planning -----------------------------------------------------------------------------------


def test_three_rounds_are_planned_with_one_click(session: Session, client: Client) -> None:
    scene = fresh(session)
    page = manager(client, scene).page(scene.url("rounds"))
    for words in ("Stars, shortlist, ranking", "Screen, then score", "Practice first"):
        assert words in page
    page = client.follow(
        client.submit(scene.url("rounds"), press="Plan: Stars, shortlist, ranking")
    ).text
    assert titles(session, scene.contest) == ["Stars", "Shortlist", "Ranking"]
    for words in ("The best 3 go on.", "The best 2 go on.", "The winners come from here."):
        assert words in page
    stars, shortlist, _last = rounds_of(session, scene.contest)
    # What comes first stands out.
    assert f'class="button" href="{at(scene, stars)}"' in page
    assert f'class="button button-quiet" href="{at(scene, shortlist)}"' in page


@SQLITE
def test_presets_fit_the_field_or_say_that_they_do_not(
    session: Session, client: Client, clock: Clock
) -> None:
    scene = fresh(session, entries=8)
    manager(client, scene)
    page = client.page(scene.url("rounds"))
    assert "8 entries are too few for three rounds: “One scoring round” suits them better." in page
    assert "the best 7 are marked by the rubric" in page
    clock.advance(days=-30)
    scene.contest.closes_at = NOW
    session.commit()
    page = client.page(scene.url("rounds"))
    assert "the best 30 are marked by the rubric" in page
    assert "Entries still come in, so that these numbers are guesses." in page


@SQLITE
def test_a_round_that_leaves_nobody_out_says_so(session: Session, client: Client) -> None:
    scene = fresh(session, entries=12)
    stars, shortlist, _last = plan(session, scene, Preset.STARS)
    assert (stars.advance_count, shortlist.advance_count) == (9, 6)
    manager(client, scene)
    page = client.page(scene.url("rounds"))
    assert "all go on." not in page
    stars.advance_count = 12
    session.commit()
    assert client.page(scene.url("rounds")).count("all go on.") == 1
    assert "The best 12 go on, and not more than that come" in client.page(at(scene, stars))
    stars.advance_count, shortlist.advance_count = 9, 9
    session.commit()
    assert "all of them go on." in client.page(at(scene, shortlist))
    assert "all of them go on." not in client.page(at(scene, stars))


def test_rounds_are_added_moved_and_removed(session: Session, client: Client) -> None:
    scene = fresh(session)
    plan(session, scene, Preset.ONE)
    manager(client, scene)
    for button in ("Add a ranking", "Add a practice"):
        client.follow(client.submit(scene.url("rounds"), press=button))
    assert titles(session, scene.contest) == ["Scoring", "Ranking", "Practice"]
    practice = rounds_of(session, scene.contest)[2]
    action = at(scene, practice, "move-up")
    (form,) = [one for one in forms(client.page(scene.url("rounds"))) if one.target(None) == action]
    page = client.follow(client.send(action, form, {})).text
    assert "The order of the rounds is saved." in page
    assert titles(session, scene.contest) == ["Scoring", "Practice", "Ranking"]
    client.follow(client.submit(scene.url("rounds"), press="Remove “Ranking”"))
    assert titles(session, scene.contest) == ["Scoring", "Practice"]


@SQLITE
def test_a_button_that_is_not_there_plans_nothing(session: Session, client: Client) -> None:
    scene = fresh(session)
    manager(client, scene)
    (form,) = [one for one in forms(client.page(scene.url("rounds"))) if "preset" in one.names]
    data = form.filled({}, None)
    for page, name in (("rounds", "preset"), ("rounds/add", "kind")):
        assert client.post(scene.url(page), data=data | {name: ["x"]}).status_code == 400
        assert client.post(scene.url(page), data=data | {name: []}).status_code == 400
    assert titles(session, scene.contest) == []


@SQLITE
def test_an_act_that_comes_too_late_says_so(session: Session, client: Client) -> None:
    scene = fresh(session)
    first, second, _last = plan(session, scene, Preset.STARS)
    manager(client, scene)
    page = client.page(scene.url("rounds"))
    actions = [at(scene, first, "remove"), at(scene, second, "move-up")]
    found = {one.target(None): one for one in forms(page)}
    first.state, first.opened_at, first.method_declared_at = RoundState.OPEN, NOW, NOW
    for action in actions:
        page = client.follow(client.send(action, found[action], {})).text
        assert "This round was opened" in page
    assert titles(session, scene.contest) == ["Stars", "Shortlist", "Ranking"]


@SQLITE
def test_too_many_rounds_are_refused_in_words(session: Session, client: Client) -> None:
    scene = fresh(session)
    manager(client, scene)
    plan(session, scene, Preset.ONE)
    for _one in range(11):
        client.submit(scene.url("rounds"), press="Add a ranking")
    page = client.follow(client.submit(scene.url("rounds"), press="Add a ranking")).text
    assert "A contest has 12 rounds at most." in page


def test_a_round_is_changed_with_all_that_belongs_to_it(session: Session, client: Client) -> None:
    scene = fresh(session, judges=4)
    (round_,) = plan(session, scene, Preset.ONE)
    manager(client, scene)
    fields: dict[str, Value] = {
        "title": "Closer",
        "hand_out": "focus",
        "per_entry": "3",
        "first_pass": "2",
        "advance": "above",
        "advance_above": "7,25",
        "starts_at": "2025-03-12T09:00",
        "due_at": "2025-03-20T00:00",
        "seats": [str(judge.id) for judge in scene.judges[:3]],
    }
    page = client.follow(client.submit(at(scene, round_, "edit"), fields)).text
    assert "A time at midnight is read as the wrong day by many." in page
    session.expire_all()
    assert (round_.hand_out, round_.first_pass) == (HandOut.FOCUS, 2)
    assert (round_.advance, round_.advance_count, round_.advance_above) == (
        Advance.ABOVE,
        None,
        725,
    )
    assert len(round_.seats) == 3
    assert "The first pass gives every entry 2 ballots. That makes 8 ballots to begin with." in page
    assert "The whole round has 12. After the first pass ballots go where they can" in page
    assert "where they can still change who wins." in page
    assert "All 3 judges are linked through shared entries" in page
    assert 'value="7.25"' in client.page(at(scene, round_, "edit"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"advance": "top", "advance_count": ""}, "Say how many go on."),
        ({"advance": "above", "advance_above": ""}, "Say which score is enough."),
        ({"advance": "above", "advance_above": "high"}, "two decimals at most"),
        ({"hand_out": "focus", "first_pass": "3"}, "here 2 at most"),
        ({"hand_out": "focus", "per_entry": "1"}, "With one judge per entry nothing is left"),
        ({"due_at": "2020-01-01T10:00"}, "This time is past already"),
        ({"starts_at": "2025-05-01T10:00"}, "A round is due after it begins."),
        ({"due_at": "2025-03-30T02:30"}, "skip this hour"),
        ({"starts_at": "2025-03-30T02:30"}, "skip this hour"),
        ({"kind": "rank", "advance": "above", "advance_above": "1"}, "Only marks can be above"),
        ({"kind": "rank", "hand_out": "focus"}, "Only a round of scoring can focus"),
        ({"title": ""}, "This field is required."),
    ],
)
@SQLITE
def test_a_wrong_setting_is_said_at_its_field(
    session: Session, client: Client, fields: dict[str, str], said: str
) -> None:
    scene = fresh(session)
    (round_,) = plan(session, scene, Preset.ONE)
    answer = manager(client, scene).submit(
        at(scene, round_, "edit"), {"briefing": "Kept.", **fields}
    )
    assert answer.status_code == 422
    assert said in answer.text
    assert "Kept." in answer.text


@SQLITE
def test_an_opened_round_asks_only_what_can_still_change(session: Session, client: Client) -> None:
    scene = fresh(session)
    practice, scoring = plan(session, scene, Preset.PRACTICE)
    manager(client, scene)
    page = client.page(at(scene, practice, "edit"))
    for name in ("kind", "hand_out", "advance", "per_entry"):
        assert f'name="{name}"' not in page
    rounds.open_round(
        session, contest=scene.contest, round_id=scoring.id, actor=scene.actor, now=NOW
    )
    page = client.page(at(scene, scoring, "edit"))
    assert 'name="kind"' not in page
    assert 'name="per_entry"' in page
    client.follow(client.submit(at(scene, scoring, "edit"), {"per_entry": "2"}))
    session.expire_all()
    assert (scoring.per_entry, scoring.kind) == (2, Kind.SCORE)


@SQLITE
def test_dates_out_of_order_are_said(session: Session, client: Client) -> None:
    scene = fresh(session)
    first, second, third = plan(session, scene, Preset.STARS)
    first.due_at, second.due_at = NOW + timedelta(days=5), NOW + timedelta(days=9)
    third.due_at = None
    session.commit()
    manager(client, scene)
    assert "is due before" not in client.page(scene.url("rounds"))
    url = at(scene, second, "move-up")
    (form,) = [one for one in forms(client.page(scene.url("rounds"))) if one.target(None) == url]
    page = client.follow(client.send(url, form, {})).text
    said = "“Stars” is due before “Shortlist”, which comes before it. Change one of the dates."
    assert page.count(said) == 1
    for round_ in (first, second):
        page = client.follow(client.submit(at(scene, round_, "edit"), press="Save the round")).text
        assert page.count(said) == 1
    assert (
        "is due before"
        not in client.follow(client.submit(at(scene, third, "edit"), press="Save the round")).text
    )


@SQLITE
def test_a_closed_round_says_when_it_closed(session: Session, client: Client) -> None:
    scene, _later = between(session, 9, 8, 7)
    scene.round_.due_at, scene.round_.closed_at = NOW + timedelta(days=40), NOW
    session.commit()
    (row,) = [
        part
        for part in manager(client, scene).page(scene.url("rounds")).split('<li class="row">')
        if "Stars</a>" in part
    ]
    assert "Closed <span" in row
    assert (NOW + timedelta(days=40)).isoformat() not in row


# --- the rubric ---------------------------------------------------------------------------------


@SQLITE
def test_what_scales_of_unequal_width_come_to_is_said(session: Session, client: Client) -> None:
    scene = fresh(session)
    (round_,) = plan(session, scene, Preset.ONE)
    stars, truth = round_.criteria[:2]
    round_.criteria = [stars, truth]
    stars.title, stars.weight, stars.minimum, stars.maximum = "Stars", 2, 1, 5
    truth.title, truth.weight, truth.minimum, truth.maximum = "Truth", 1, 0, 10
    session.commit()
    url = at(scene, round_, "rubric")
    said = "“Stars” makes up 44 % of it, by its weight 67 %; “Truth” makes up 56 % of it"
    manager(client, scene)
    assert said in client.page(url)
    (form,) = [one for one in forms(client.page(url)) if "title_0" in one.names]
    assert said in client.follow(client.send(url, form, {}, press="Save the rubric")).text
    assert said in client.send(url, form, {"title_1": "Truth"}, press="level-0").text
    assert "makes up" not in client.send(url, form, {"maximum_1": "4"}, press="level-0").text
    assert "makes up" not in client.send(url, form, {"maximum_1": "x"}, press="level-0").text


def test_quarter_steps_and_levels_are_kept_exactly(session: Session, client: Client) -> None:
    scene = fresh(session)
    (round_,) = plan(session, scene, Preset.ONE)
    url = at(scene, round_, "rubric")
    manager(client, scene)
    (form,) = [one for one in forms(client.page(url)) if "title_0" in one.names]
    assert [form.filled({}, None)[f"level_0_{k}"] for k in range(3)] == [["1"], ["5"], ["10"]]
    page = client.send(url, form, {"step_0": "0.25"}, press="level-0").text
    (form,) = [one for one in forms(page) if "title_0" in one.names]
    fields = {"words_0_1": "Sound", "level_0_3": "7,75", "words_0_3": "Nearly there"}
    page = client.follow(client.send(url, form, fields, press="Save the rubric")).text
    assert "1 to 10 points, in steps of 0.25." in page
    assert "Nearly there" in page
    session.expire_all()
    criterion = round_.criteria[0]
    assert (criterion.minimum, criterion.maximum, criterion.step_hundredths) == (4, 40, 25)
    assert criterion.levels == {"20": "Sound", "31": "Nearly there"}
    (form,) = [one for one in forms(client.page(url)) if "title_0" in one.names]
    values = form.filled({}, None)
    assert [values[f"level_0_{k}"] for k in range(3)] == [["1"], ["5"], ["7.75"]]


@SQLITE
def test_a_screening_explains_its_only_criterion(session: Session, client: Client) -> None:
    scene = fresh(session)
    screen, _scoring = plan(session, scene, Preset.SCREEN)
    page = manager(client, scene).page(at(scene, screen, "rubric"))
    assert "Judges give no marks of a rubric here" in page
    assert "In, maybe, or out with a reason." in page
    assert "title_0" not in page


def test_the_public_reads_what_each_round_looks_at(session: Session, client: Client) -> None:
    scene = fresh(session)
    page = client.page(f"/contests/{scene.contest.slug}")
    assert "Storytelling" in page
    plan(session, scene, Preset.STARS)
    page = client.page(f"/contests/{scene.contest.slug}")
    for words in ("Stars", "By all means", "Shortlist", "Storytelling", "25 %", "Ranking"):
        assert words in page
    assert "Every judge puts all entries in order." in page


# --- before the opening -------------------------------------------------------------------------


def test_a_later_round_says_what_it_waits_for(session: Session, client: Client) -> None:
    scene = fresh(session)
    stars, shortlist, _last = plan(session, scene, Preset.STARS)
    page = manager(client, scene).page(at(scene, shortlist))
    assert "Close “Stars”, from which entries go on" in page
    assert "Choose what goes on from “Stars”" in page
    assert "Open the round now" not in page
    assert "The standings are not settled yet" in client.page(at(scene, stars, "next"))


def test_judges_who_share_nothing_are_named(session: Session, client: Client) -> None:
    scene = fresh(session, entries=4, judges=2)
    (round_,) = plan(session, scene, Preset.ONE)
    round_.per_entry = round_.first_pass = 1
    for judge in scene.judges:
        judge.name = f"{judge.name} of the panel"
    session.flush()
    page = manager(client, scene).page(at(scene, round_))
    assert "Not all judges are linked through shared entries." in page
    assert "Judge 1 of the panel, on 2 entries" in page
    assert at(scene, round_, "edit#per_entry") in page


@SQLITE
def test_languages_and_limits_that_cannot_be_honoured_are_said(
    session: Session, client: Client
) -> None:
    scene = fresh(session, entries=4, judges=3)
    (round_,) = plan(session, scene, Preset.ONE)  # three judges for each entry
    scene.judges[1].most_ballots = 3
    session.commit()
    manager(client, scene)
    page = client.page(at(scene, round_))
    assert "For 1 entry there are too few judges who may take it:" in page
    assert "2 judges instead of 3 · 1 has as many already as they take" in page
    version = scene.entries[1].current
    assert version is not None
    version.language, scene.judges[0].languages = "ar", ["en"]
    scene.judges[1].most_ballots = None
    session.commit()
    page = client.page(at(scene, round_))
    assert "Entry 0002: 2 judges instead of 3 · 1 does not read its language" in page
    page = client.follow(client.submit(at(scene, round_), press="Open the round now")).text
    reason = "1 is in a language that a judge does not read."
    assert f"Too few judges may mark these entries: 0002. {reason}" in page
    page = client.page(at(scene, round_))  # without the message of the opening
    assert f"{reason} No judge is free for them" in page


@SQLITE
def test_how_it_is_counted_stands_there(session: Session, client: Client) -> None:
    scene = fresh(session)
    (round_,) = plan(session, scene, Preset.ONE)
    page = manager(client, scene).page(at(scene, round_))
    assert "Weighted mean" in page
    assert "Head to head" in page
    assert at(scene, round_, "method") in page


def test_a_practice_needs_entries(session: Session, client: Client) -> None:
    scene = fresh(session)
    practice, _scoring = plan(session, scene, Preset.PRACTICE)
    manager(client, scene)
    assert "Choose a few entries to practise with" in client.page(at(scene, practice))
    url = at(scene, practice, "entries")
    data = forms(client.page(url))[-1].filled({}, None) | {"entries": ["99"]}
    assert client.post(url, data=data).status_code == 422
    assert "optional" not in client.page(url)
    none = client.submit(url, {"entries": []})
    assert none.status_code == 422
    assert "Choose at least one entry to practise with." in none.text
    page = client.follow(client.submit(url, {"entries": ["2", "3"]})).text
    assert "2 entries to practise with" in page
    page = client.follow(client.submit(at(scene, practice), press="Open the round now")).text
    assert "0 of 6" in page
    page = client.follow(client.submit(at(scene, practice), press="Close the round now")).text
    assert "The practice is over. It counts for nothing." in page


def practice_with_own(session: Session, client: Client, scene: scenes.Scene) -> tuple[Round, int]:
    """Plan a practice on two entries, one of them the first judge's own; return its number."""
    practice, _scoring = plan(session, scene, Preset.PRACTICE)
    assert scene.judges[0].user is not None
    own = factories.entry(session, scene.contest, scene.judges[0].user).number
    assert own is not None
    manager(client, scene)
    client.submit(at(scene, practice, "entries"), {"entries": ["2", str(own)]})
    return practice, own


@SQLITE
def test_who_may_not_mark_an_entry_of_a_practice_is_not_missed(
    session: Session, client: Client
) -> None:
    scene = fresh(session, judges=4)
    practice, _own = practice_with_own(session, client, scene)
    page = client.page(at(scene, practice))
    assert "That makes 7 ballots in all." in page
    assert "conflicts of interest aside" in page
    assert "too few judges" not in page
    page = client.follow(client.submit(at(scene, practice), press="Open the round now")).text
    assert "0 of 7" in page
    assert "Too few judges may mark" not in page
    assert "has too few judges" not in page
    assert "too few judges<" not in page
    assert "Invite somebody" not in page


@SQLITE
def test_an_entry_of_a_practice_that_nobody_may_mark_is_named(
    session: Session, client: Client
) -> None:
    scene = fresh(session, judges=1)
    practice, own = practice_with_own(session, client, scene)
    assert f"Entry {own:04d}: 0 judges instead of 1" in client.page(at(scene, practice))
    page = client.follow(client.submit(at(scene, practice), press="Open the round now")).text
    assert f"Too few judges may mark these entries: {own:04d}" in page


@SQLITE
def test_an_order_of_very_many_is_warned_of(
    session: Session, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = fresh(session)
    round_ = rounds.add_round(
        session, contest=scene.contest, kind=Kind.RANK, actor=scene.actor, now=NOW
    )
    warning = "Each judge is asked to put 4 entries in order."
    assert warning not in manager(client, scene).page(at(scene, round_))
    monkeypatch.setattr("judging.views.rounds.control._ORDERED_AT_MOST", 3)
    page = client.page(at(scene, round_))
    assert warning in page
    assert "Plan a round before this one" in page


@SQLITE
def test_a_planned_ranking_names_whom_it_keeps_apart(session: Session, client: Client) -> None:
    scene = fresh(session)
    round_ = rounds.add_round(
        session, contest=scene.contest, kind=Kind.RANK, actor=scene.actor, now=NOW
    )
    notice = "Conflicts of interest keep these judges from these entries."
    assert notice not in manager(client, scene).page(at(scene, round_))
    scene.entries[1].owner_id = scene.judges[2].user_id or 0
    session.flush()
    page = client.page(at(scene, round_))
    assert notice in page
    assert f"<bdi>{scene.judges[2].name}</bdi>: {scene.entries[1].number:04d}<" in page
    assert "Seat judges without a conflict of interest" in page
    round_.seats.append(RoundSeat(judge_id=scene.judges[0].id))
    session.flush()
    assert notice not in client.page(at(scene, round_))


@SQLITE
def test_a_control_room_shows_its_entries_page_by_page(
    session: Session, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judging.views.paging.ROWS", 3)
    scene = fresh(session)
    (round_,) = plan(session, scene, Preset.ONE)
    manager(client, scene)
    client.submit(at(scene, round_), press="Open the round now")
    page = client.page(at(scene, round_))
    assert "1 to 3 of 4" in page
    assert f'href="{at(scene, round_)}?page=2#entries"' in page
    last = client.page(f"{at(scene, round_)}?page=2")
    for number, is_first in enumerate([True, True, True, False], start=1):
        name = f"Ballots on entry {number}"
        assert ((name in page), (name in last)) == (is_first, not is_first)
    assert client.page(f"{at(scene, round_)}?page=99") == last


# --- what goes on -------------------------------------------------------------------------------


def test_the_rule_proposes_and_the_organiser_decides(session: Session, client: Client) -> None:
    scene, later = between(session, 9, 8, 7, 6)
    url = at(scene, scene.round_, "next")
    page = manager(client, scene).page(url)
    assert page.count("goes on by the rule") == 2
    answer = client.submit(url, {"goes_2": False, "goes_4": True, "reason_4": "A first try."})
    assert answer.status_code == 422
    assert "Say why entry 0002 is treated otherwise than the rule says." in answer.text
    assert "A first try." in answer.text
    fields: dict[str, Value] = {"goes_2": False, "goes_4": True}
    fields |= {"reason_2": "A copy of last year.", "reason_4": "A first try."}
    page = client.follow(client.submit(url, fields)).text
    assert "2 entries go on to “Ranking”." in page
    session.expire_all()
    assert chosen_numbers(session, later) == {1: "", 4: "A first try."}
    page = client.page(url)
    assert "A copy of last year." in page
    assert page.count("checked") == 2
    page = client.follow(client.submit(at(scene, later), press="Open the round now")).text
    assert "0 of 2" in page
    assert "has begun" in client.page(url)


def test_a_tie_at_the_cut_is_said(session: Session, client: Client) -> None:
    scene, _later = between(session, 9, 8, 8, 6)
    page = manager(client, scene).page(at(scene, scene.round_, "next"))
    assert "which makes more than 2: entries 0002, 0003." in page
    assert page.count("goes on by the rule") == 3


def test_a_screening_shows_who_said_what(session: Session, client: Client) -> None:
    scene = fresh(session, entries=2)
    screen, _scoring = plan(session, scene, Preset.SCREEN)
    rounds.open_round(
        session, contest=scene.contest, round_id=screen.id, actor=scene.actor, now=NOW
    )
    said = {1: iter((2, 2, 1)), 2: iter((0, 1, 0))}
    for ballot in session.scalars(select(Ballot)).all():
        judge, entry = ballot.judge, ballot.entry
        session.delete(ballot)
        session.flush()
        # A tuple with one mark, which may be 0.
        factories.ballot(session, screen, judge, entry, [next(said[entry.number or 0])])
    rounds.close_round(
        session, contest=scene.contest, round_id=screen.id, actor=scene.actor, now=NOW
    )
    page = manager(client, scene).page(at(scene, screen, "next"))
    assert "2 in, 1 maybe, 0 out" in page
    assert "0 in, 1 maybe, 2 out" in page
    assert page.count("goes on by the rule") == 1


@SQLITE
def test_nothing_goes_on_from_the_last_round_or_a_practice(
    session: Session, client: Client
) -> None:
    scene = fresh(session)
    practice, scoring = plan(session, scene, Preset.PRACTICE)
    manager(client, scene)
    for page in (
        at(scene, scoring, "next"),
        at(scene, practice, "next"),
        at(scene, scoring, "entries"),
    ):
        assert client.get(page).status_code == 404


def test_closing_in_between_leads_to_the_choice(session: Session, client: Client) -> None:
    scene = fresh(session)
    stars, *_rest = plan(session, scene, Preset.STARS)
    rounds.open_round(session, contest=scene.contest, round_id=stars.id, actor=scene.actor, now=NOW)
    manager(client, scene)
    page = client.follow(client.submit(at(scene, stars), press="Close the round now")).text
    assert "Choose what goes on to “Shortlist”." in page
    page = client.follow(client.submit(at(scene, stars), press="Open the round again now")).text
    assert "The round is open again." in page


# --- late judges, orders ------------------------------------------------------------------------


def test_a_late_judges_ballots_go_to_others(session: Session, client: Client) -> None:
    scene = fresh(session, judges=4)
    (round_,) = plan(session, scene, Preset.ONE)
    rounds.open_round(
        session, contest=scene.contest, round_id=round_.id, actor=scene.actor, now=NOW
    )
    late, *others = scene.judges
    manager(client, scene)
    link = f"judges/{late.id}/reassign"
    for page in (at(scene, round_), scene.url("panel")):
        assert link in client.page(page)
    plan_ = rounds.handover(session, contest=scene.contest, round_id=round_.id, judge=late)
    before = progress(session, round_).total
    page = client.page(at(scene, round_, link))
    assert "3 ballots are not begun" in page
    assert [judge.id for judge, _count in plan_.gains] == [judge.id for judge in others]
    answer = client.submit(at(scene, round_, link), press="Give 3 ballots to others")
    page = client.follow(answer).text
    gains = ", ".join(f"{judge.name} +1" for judge in others)
    assert f"3 ballots of {late.name} are with others, who have mail: {gains}." in page
    assert link not in page
    session.expire_all()
    assert progress(session, round_).total == before
    # A second click finds nothing, and says so.
    again = client.follow(client.get(at(scene, round_, link))).text
    assert f"{late.name} has begun all that is left" in again
    assert link not in client.page(scene.url("panel"))


def test_what_nobody_else_can_have_stays(session: Session, client: Client) -> None:
    scene = fresh(session, judges=3)
    (round_,) = plan(session, scene, Preset.ONE)
    rounds.open_round(
        session, contest=scene.contest, round_id=round_.id, actor=scene.actor, now=NOW
    )
    manager(client, scene)
    before = progress(session, round_).total
    page = at(scene, round_, f"judges/{scene.judges[0].id}/reassign")
    assert "Nobody is free for what" in client.follow(client.get(page)).text
    with pytest.raises(ConflictError):
        rounds.reassign(
            session,
            contest=scene.contest,
            round_id=round_.id,
            judge=scene.judges[0],
            actor=scene.actor,
            now=NOW,
        )
    assert progress(session, round_).total == before


def test_what_others_have_no_room_for_is_said(session: Session, client: Client) -> None:
    scene = fresh(session, entries=4, judges=4)
    (round_,) = plan(session, scene, Preset.ONE)
    rounds.open_round(
        session, contest=scene.contest, round_id=round_.id, actor=scene.actor, now=NOW
    )
    for judge in scene.judges[1:3]:
        judge.most_ballots = 3
    manager(client, scene)
    late = scene.judges[0]
    session.commit()
    before = [row.total for row in progress(session, round_).entries]
    url = at(scene, round_, f"judges/{late.id}/reassign")
    page = client.page(url)
    assert "1 ballot is not begun and can go to others." in page
    assert f"For 2 more entries nobody else is free, so that they stay with {late.name}: 00" in page
    page = client.follow(client.submit(url, press="Give 1 ballot to others")).text
    assert f"1 ballot of {late.name} is with others, who have mail: " in page
    assert f"2 entries stay with {late.name}, because nobody else is free: 00" in page
    session.expire_all()
    seen = progress(session, round_)
    assert [row.total for row in seen.entries] == before, "no entry has a judge less"
    assert next(row.missing for row in seen.judges if row.judge == late) == 2
    act = session.scalars(select(AuditEvent).where(AuditEvent.verb == "round.reassign")).one()
    assert (len(act.details["freed_entries"]), act.details["short_of_judges"]) == (1, [])
    assert "Nobody is free for what" in client.follow(client.get(url)).text
    mail = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id.desc()).limit(1)).one()
    assert "1 new entry of Photo Contest 2025 waits for your marks." in (mail.body or "")
    assert "With those that you had, 4 wait in all." in (mail.body or "")


@SQLITE
def test_what_goes_back_to_a_round_with_focus_is_said(session: Session, client: Client) -> None:
    scene = open_focus(session)
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    late, *others = scene.judges
    for judge in others:
        judge.most_ballots = 1
    session.commit()
    manager(client, scene)
    count = progress(session, scene.round_).judges[0].missing
    url = at(scene, scene.round_, f"judges/{late.id}/reassign")
    page = client.page(url)
    assert f"{count} ballots go back to those that the round hands out" in page
    assert "Judges with room for more get them as they submit." in page
    page = client.follow(client.submit(url, press=f"Give {count} ballots to others")).text
    assert f"{count} ballots of {late.name} went back: the round hands them out" in page


def test_a_ranking_is_run_from_its_room(session: Session, client: Client) -> None:
    scene = fresh(session)
    plan(session, scene, Preset.ONE)
    round_ = rounds.add_round(
        session, contest=scene.contest, kind=Kind.RANK, actor=scene.actor, now=NOW
    )
    first = rounds_of(session, scene.contest)[0]
    rounds.remove_round(
        session, contest=scene.contest, round_id=first.id, actor=scene.actor, now=NOW
    )
    manager(client, scene)
    page = client.follow(client.submit(at(scene, round_), press="Open the round now")).text
    assert "0 of 3" in page
    assert f"{scene.judges[0].name} has not submitted an order." in page
    assert "to others" not in page
    client.follow(client.submit(at(scene, round_), press="Remind all who have not begun"))


def test_a_pairwise_round_is_run_from_its_room(session: Session, client: Client) -> None:
    scene = fresh(session)
    (round_,) = plan(session, scene, Preset.ONE)
    manager(client, scene)
    page = client.follow(client.submit(at(scene, round_, "edit"), {"kind": "pairwise"})).text
    assert "That makes 6 comparisons in all. All entries are linked through comparisons." in page
    assert "fewer comparisons" not in page
    page = client.follow(client.submit(at(scene, round_), press="Open the round now")).text
    assert "0 of 6" in page


# --- whose they are, and how much they ask ------------------------------------------------------


@SQLITE
def test_an_entry_that_nobody_may_compare_is_said(session: Session, client: Client) -> None:
    scene = fresh(session)
    (round_,) = plan(session, scene, Preset.ONE)
    version = scene.entries[0].current
    assert version is not None
    version.language = "ar"
    for judge in scene.judges:
        judge.languages = ["en"]
    session.commit()
    manager(client, scene)
    page = client.follow(client.submit(at(scene, round_, "edit"), {"kind": "pairwise"})).text
    lacking = "1 entry stands in fewer comparisons than asked"
    assert f"{lacking}, because too few judges may take it: 0001." in page
    page = client.follow(client.submit(at(scene, round_), press="Open the round now")).text
    assert f"{lacking}: 0001." in page


@SQLITE
def test_rounds_are_their_contests_and_the_organisers(
    session: Session, new_client: Callable[[], Client]
) -> None:
    scene, other = fresh(session), fresh(session)
    (mine,), (theirs,) = (plan(session, each, Preset.ONE) for each in (scene, other))
    pages = ("", "edit", "rubric", "next", "entries", "method")
    client = manager(new_client(), scene)
    for page in pages:
        assert client.get(at(scene, theirs, page)).status_code == 404
    data = forms(client.page(at(scene, mine, "edit")))[-1].filled({}, None)
    acts = ("edit", "rubric", "open", "assign", "close", "reopen", "remove", "move-up", "next")
    for act in acts:
        assert client.post(at(scene, theirs, act), data=data).status_code == 404, act
    judge = scene.judges[0].user
    assert judge is not None
    visitor = new_client()
    visitor.sign_in(judge)
    for page in pages:
        assert visitor.get(at(scene, mine, page)).status_code == 403


def test_pages_ask_no_more_for_more_entries(
    app: Flask, session: Session, new_client: Callable[[], Client]
) -> None:
    found = [between(session, *points)[0] for points in ((9, 8), range(9, 3, -1))]
    for page in ("", "next", "edit"):
        counts = []
        for scene in found:
            client = manager(new_client(), scene)
            client.page(at(scene, scene.round_, page))
            with counted(app) as statements:
                client.page(at(scene, scene.round_, page))
            counts.append(len(statements))
        assert counts[0] == counts[1], page
        assert counts[0] < 40, page


def open_focus(session: Session, *, first_pass: int = 2, more: bool = False) -> scenes.Scene:
    """Open a round with focus; `more`: the best two go on from it to a ranking."""
    scene = scenes.waiting(session, entries=8, judges=5)
    scene.round_.hand_out, scene.round_.first_pass = HandOut.FOCUS, first_pass
    if more:
        scene.round_.advance, scene.round_.advance_count = Advance.TOP, 5
        rounds.add_round(session, contest=scene.contest, kind=Kind.RANK, actor=scene.actor, now=NOW)
    return scene


@SQLITE
def test_a_first_pass_of_one_is_said_not_to_link_and_leads_to_its_field(
    session: Session, client: Client
) -> None:
    scene = open_focus(session, first_pass=1)
    page = manager(client, scene).page(at(scene, scene.round_, ""))
    assert "Not all judges are linked through shared entries." in page
    assert "More judges per entry in the first pass link them" in page
    assert f'href="{at(scene, scene.round_, "edit")}#first_pass"' in page
    assert "Focus: 1 judge for each entry first, 2 on average in the end." in page


@SQLITE
def test_focus_starts_from_a_first_pass_that_links_the_judges(
    session: Session, client: Client
) -> None:
    scene = fresh(session, entries=8, judges=5)
    (round_,) = plan(session, scene, Preset.ONE)
    manager(client, scene)
    page = client.follow(client.submit(at(scene, round_, "edit"), {"hand_out": "focus"})).text
    assert "Focus: 2 judges for each entry first, 3 on average in the end." in page
    assert "All 5 judges are linked through shared entries" in page


@SQLITE
@pytest.mark.parametrize(("more", "aim"), [(True, "what goes on"), (False, "who wins")])
def test_a_round_with_focus_says_what_it_can_still_change(
    session: Session, client: Client, *, more: bool, aim: str
) -> None:
    scene = open_focus(session, more=more)
    manager(client, scene)
    said = f"After the first pass ballots go where they can still change {aim}."
    assert said in client.page(scene.url("rounds"))
    assert said in client.page(at(scene, scene.round_, ""))
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    session.commit()
    page = client.page(at(scene, scene.round_, ""))
    assert said in page
    assert "the first pass gives each entry 2, and focus more to those near the cut" in page


@SQLITE
def test_closing_a_round_with_focus_says_what_stays_thin_and_its_own_doubt(
    session: Session, client: Client
) -> None:
    scene = scenes.judged(session, [(8, 8), (6, 6), (4, 4), (2, 2)])
    rounds.add_round(session, contest=scene.contest, kind=Kind.RANK, actor=scene.actor, now=NOW)
    scene.round_.hand_out, scene.round_.per_entry = HandOut.FOCUS, 3
    scene.round_.state, scene.round_.closed_at = RoundState.OPEN, None
    scene.round_.advance, scene.round_.advance_count = Advance.TOP, 2
    late = factories.judge(session, scene.contest, factories.user(session, "Late Judge"))
    factories.ballot(session, scene.round_, late, scene.entries[2])
    session.commit()
    page = manager(client, scene).page(at(scene, scene.round_, ""))
    dialog = page.partition("Judges can no longer change anything.")[2].partition("<section")[0]
    assert "1 ballot is missing and will not count:" in dialog
    assert "1 entry stays with fewer ballots than it was given: 0003." in dialog
    assert "The 2 entries that would go on are all the right ones with" in dialog
    assert "What is missing can still change that." in dialog
    assert "See how firmly the winners stand" not in dialog


@SQLITE
def test_no_entry_is_complete_while_focus_may_give_it_more(
    session: Session, client: Client
) -> None:
    scene = scenes.judged(session, [(8, 8), (6, 6), (4, 4), (2, 2)])
    scene.round_.hand_out, scene.round_.per_entry = HandOut.FOCUS, 4
    scene.round_.state, scene.round_.closed_at = RoundState.OPEN, None
    session.commit()
    page = manager(client, scene).page(at(scene, scene.round_, ""))
    assert page.count("all in so far") == 4
    assert ">complete<" not in page
    scene.round_.per_entry = 2
    session.commit()
    assert client.page(at(scene, scene.round_, "")).count("all in so far") == 0
