"""The judge's desk: what its scripts are told, rounds of every kind, one's own past, practice."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.queries import actor_of
from judging.models import Ballot, Criterion, HandOut, RoundEntry, RoundSeat
from judging.ranking import Kind, MethodName
from judging.service import dealing
from judging.states import BallotState, RoundState
from tests import factories
from tests.client import Client, Value, forms
from tests.conftest import Clock
from tests.factories import NOW
from tests.judging.test_judge_views import MARKS, SEEN, Scene, make_scene, post, save, token
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)


@pytest.fixture
def desk(client: Client, scene: Scene) -> Client:
    client.sign_in(scene.person)
    return client


# --- what a script needs to lose nothing --------------------------------------------------------


def test_a_ballot_tells_its_script_what_it_says_and_where_it_goes_on(
    desk: Client, scene: Scene
) -> None:
    save(desk, scene.url(1), version="0", comment="Soft light", note="Ask Ana", **MARKS)
    answer = desk.get(f"{scene.url(1)}.json")
    told = answer.json
    assert told is not None
    assert {name: told[name] for name in ("version", "state", "marks", "comment", "note")} == {
        "version": 1,
        "state": "draft",
        "marks": MARKS,
        "comment": "Soft light",
        "note": "Ask Ana",
    }
    assert (told["saved_at"], told["is_shown"], told["is_writable"]) == ("13:00", False, True)
    assert (told["done"], told["total"]) == (0, 3)
    assert told["next"]["url"] == scene.url(2)
    assert told["previous"]["url"] == scene.url(0)
    (picture,) = told["next"]["pictures"]
    assert re.search(r"/media/[0-9a-f]{32}/320.webp\S* 320w", picture["srcset"])
    assert picture["src"].startswith("/media/")


def test_what_a_ballot_tells_takes_as_many_questions_with_few_and_with_many(
    app: Flask, client: Client, session: Session
) -> None:
    for page in (".json", "", "/history"):
        counts = []
        for size in (3, 6):
            made = make_scene(session, entries=size)
            client.sign_in(made.person)
            client.get(made.url(1))
            with counted(app) as statements:
                assert client.get(made.url(1) + page).status_code == 200
            counts.append(len(statements))
        assert counts[0] == counts[1] <= 20, page


def test_a_whole_save_asks_a_fixed_number_of_questions(
    app: Flask, client: Client, session: Session
) -> None:
    counts = []
    for size in (1, 4):
        made = make_scene(session, entries=size)
        client.sign_in(made.person)
        url = made.url()
        headers = {"Accept": "application/json", "X-CSRFToken": token(client)}
        first = {"version": "0", "shown": "1", "mark-relevance": "1"}
        client.post(url, data=first, headers=headers)
        with counted(app) as statements:
            answer = client.post(url, data={"version": "1", "key": "k", **MARKS}, headers=headers)
        assert answer.status_code == 200
        counts.append(len(statements))
    # Who asks, the ballot with its rubric, the marks, the ballot again, and the audit: one
    # statement or three.
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    assert counts == ([5, 5] if is_postgresql else [7, 7])


def test_the_same_key_is_answered_as_before_on_every_device(
    desk: Client, new_client: Callable[[], Client], session: Session, scene: Scene
) -> None:
    phone = new_client()
    phone.sign_in(scene.person)
    first = save(desk, scene.url(), version="0", key="a-1", **MARKS)
    other = save(phone, scene.url(), version="1", key="b-1", **{"mark-relevance": "2"})
    assert other.json is not None
    assert other.json["version"] == 2
    # The answer to the first got lost; its window sends it again, and then what it marked since.
    again = save(desk, scene.url(), version="0", key="a-1", **MARKS)
    assert (again.status_code, again.json and again.json["version"]) == (200, 1)
    assert first.json is not None
    stale = save(desk, scene.url(), version="1", key="a-2", **{"mark-relevance": "9"})
    assert stale.status_code == 409
    assert stale.json is not None
    assert stale.json["theirs"] == {"mark-relevance": "2", "comment": "", "note": ""}
    kept = save(desk, scene.url(), version="2", key="a-3", **{"mark-relevance": "9"})
    assert kept.json is not None
    assert kept.json["version"] == 3
    session.refresh(scene.ballots[0])
    assert [key for key, _version in scene.ballots[0].recent] == ["a-1", "b-1", "a-3"]


def test_an_unfinished_submission_is_told_what_is_missing_and_what_is_kept(
    desk: Client, scene: Scene
) -> None:
    half = save(desk, scene.url(), version="0", act="submit", key="k", **{"mark-relevance": "7"})
    assert half.status_code == 422
    assert half.json is not None
    assert (half.json["code"], half.json["field"]) == ("mark-missing", "mark-originality")
    assert (half.json["version"], half.json["state"]) == (1, "draft")
    unseen = save(desk, scene.url(), version="1", act="submit", **MARKS)
    assert unseen.json is not None
    assert (unseen.status_code, unseen.json["code"]) == (422, "not-shown")
    assert unseen.json["field"] == "shown"
    # The key of what was not submitted is not remembered: it may be sent again.
    whole = save(desk, scene.url(), version="2", act="submit", key="k", **SEEN)
    assert whole.json is not None
    assert whole.json["state"] == "submitted"


@pytest.mark.parametrize("key", ["x" * 65, "a b", "<script>", "\x00"])
def test_a_key_that_is_none_is_refused(desk: Client, scene: Scene, key: str) -> None:
    answer = save(desk, scene.url(), version="0", key=key, **MARKS)
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (422, "key-unreadable")


def test_a_closed_round_is_told_to_a_script_as_final(desk: Client, scene: Scene) -> None:
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    for url in (scene.url(), f"{scene.url()}/skip"):
        answer = save(desk, url, version="0", **MARKS)
        assert answer.json is not None
        assert (answer.status_code, answer.json["code"], answer.json["closed"]) == (
            409,
            "closed",
            True,
        )
    scene.round_.state, scene.round_.closed_at = RoundState.OPEN, None
    scene.ballots[0].state = BallotState.RECUSED
    answer = save(desk, scene.url(), version="0", **MARKS)
    assert answer.json is not None
    assert (answer.json["code"], answer.json["closed"]) == ("recused", True)
    told = desk.get(f"{scene.url()}.json").json
    assert told is not None
    assert told["is_writable"] is False


def test_a_session_that_ended_is_told_and_the_marks_go_on_after_signing_in(
    desk: Client, new_client: Callable[[], Client], session: Session, scene: Scene
) -> None:
    json_only = {"Accept": "application/json"}
    old = {**json_only, "X-CSRFToken": token(desk)}
    desk.sign_out()
    for answer in (
        desk.post(scene.url(), data={"version": "0", **MARKS}, headers=old),
        desk.get("/judge/token.json", headers=json_only),
        desk.get(f"{scene.url()}.json", headers=json_only),
    ):
        assert (answer.status_code, answer.json and answer.json["code"]) == (401, "sign-in")
    desk.sign_in(scene.person)
    wrong = desk.post(scene.url(), data={"version": "0", **MARKS}, headers=old)
    assert (wrong.status_code, wrong.json and wrong.json["code"]) == (400, "csrf")
    fresh = desk.get("/judge/token.json", headers=json_only).json
    assert fresh is not None
    assert fresh["user"] == scene.person.id
    new = {**json_only, "X-CSRFToken": fresh["csrf_token"]}
    sent = desk.post(scene.url(), data={"version": "0", **MARKS}, headers=new)
    assert sent.status_code == 200
    # Whoever signs in instead in this browser does not get the marks of another.
    stranger = new_client()
    stranger.sign_in(factories.user(session))
    assert save(stranger, scene.url(), version="1", **MARKS).status_code == 404
    assert stranger.get(f"{scene.url()}.json").status_code == 404


def test_skipping_is_for_later_with_and_without_a_script(
    desk: Client, session: Session, scene: Scene
) -> None:
    assert save(desk, f"{scene.url(0)}/skip").status_code == 204
    saved = desk.submit(scene.url(1), {"mark-relevance": "4"}, press="skip")
    assert saved.headers["Location"] == scene.url(2)
    page = desk.page(f"/judge/rounds/{scene.round_.id}")
    assert page.count("Skipped") == 2
    assert "2 left for later" in page
    assert "Go on with entry 0003" in page
    session.refresh(scene.ballots[1])
    assert scene.ballots[1].state is BallotState.DRAFT
    assert post(desk, f"{scene.url(2)}/skip").headers["Location"] == scene.url(0)


def test_a_submitted_ballot_that_loses_a_mark_can_be_left_for_later_by_the_same_button(
    desk: Client, session: Session, scene: Scene
) -> None:
    submitted = save(desk, scene.url(1), version="0", act="submit", **SEEN)
    assert submitted.status_code == 200
    left = save(desk, scene.url(1), version="1", act="skip", **{"mark-relevance": "7"})
    assert left.status_code == 200
    session.refresh(scene.ballots[1])
    assert scene.ballots[1].state is BallotState.DRAFT
    assert scene.ballots[1].skipped_at is not None


def test_a_note_is_seen_by_nobody_else(desk: Client, session: Session, scene: Scene) -> None:
    save(desk, scene.url(), version="0", note="Between us: dull", act="submit", **SEEN)
    assert "Between us: dull" in desk.page(scene.url())
    desk.sign_in(factories.organiser(session))
    for page in ("results", "audit", "audit?about=ballot", "panel", f"rounds/{scene.round_.id}"):
        found = desk.get(f"/manage/contests/{scene.contest.slug}/{page}")
        assert found.status_code in {200, 404}, page
        assert "dull" not in found.text


# --- the desk of every kind of round ------------------------------------------------------------


def test_a_desk_shows_rounds_of_every_kind(desk: Client, session: Session, scene: Scene) -> None:
    for position, (kind, method) in enumerate(
        ((Kind.RANK, MethodName.RANK_SUM), (Kind.PAIRWISE, MethodName.BRADLEY_TERRY)), start=2
    ):
        made = factories.round_(session, scene.contest, position=position)
        made.kind, made.method, made.title = kind, method, f"By {kind.value}"
        for ballot in scene.ballots:
            session.add(RoundEntry(round_id=made.id, entry_id=ballot.entry_id, created_at=NOW))
    page = desk.page("/judge")
    assert "Put the entries in order" in page
    assert "0 of 1" in page
    # Nothing is dealt of the pairs.
    assert "Nothing of this round has been given to you." in page


def test_a_round_with_seats_is_for_those_who_sit_there(
    desk: Client, session: Session, scene: Scene
) -> None:
    final = factories.round_(session, scene.contest, position=2)
    final.title = "The final"
    other = factories.judge(session, scene.contest, factories.user(session))
    session.add(RoundSeat(round_id=final.id, judge_id=other.id))
    assert "The final" not in desk.page("/judge")
    desk.page(f"/judge/rounds/{final.id}", 404)
    session.add(RoundSeat(round_id=final.id, judge_id=scene.judge.id))
    assert "The final" in desk.page("/judge")


def test_closed_rounds_are_folded_below_what_is_open(
    desk: Client, session: Session, scene: Scene
) -> None:
    later = factories.round_(session, scene.contest, position=2)
    scene.round_.title, later.title = "The first look", "The second look"
    factories.ballot(session, later, scene.judge, scene.ballots[0].entry)
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    session.commit()
    page = desk.page("/judge")
    assert "<summary>The first look: closed, 0 of 3 submitted</summary>" in page
    assert page.index("The second look") < page.index("The first look")
    assert page.index("Begin with entry") < page.index('<details class="desk-round"')


def test_a_panel_that_waits_comes_before_newer_ones_that_do_not(
    desk: Client, session: Session, scene: Scene
) -> None:
    newer = factories.contest(session, closes_at=scene.contest.closes_at + timedelta(days=9))
    scene.contest.title, newer.title = "Waits for marks", "Is all over"
    assert scene.judge.user is not None
    factories.judge(session, newer, scene.judge.user)
    session.commit()
    page = desk.page("/judge")
    assert page.index("<h2>Waits for marks</h2>") < page.index("<h2>Is all over</h2>")


def test_done_for_now_is_not_all_done(desk: Client, session: Session, scene: Scene) -> None:
    scene.round_.hand_out = HandOut.FOCUS
    url = f"/judge/rounds/{scene.round_.id}"
    assert "More are handed out as you go." in desk.page("/judge")
    for place in range(3):
        save(desk, scene.url(place), version="0", act="submit", **SEEN)
    page = desk.page(url)
    assert "Done for now: all 3 entries you were given are submitted." in page
    assert "More may come" in page
    assert "Thank you" not in page
    scene.round_.hand_out = HandOut.EVEN
    assert "Thank you: all 3 entries are submitted." in desk.page(url)
    assert "More are handed out as you go." not in desk.page(url)
    newcomer = factories.user(session)
    factories.judge(session, scene.contest, newcomer)
    desk.sign_in(newcomer)
    page = desk.page(url)
    assert "Nothing of this round has been given to you." in page
    assert "submitted." not in page


@pytest.mark.parametrize("hand_out", HandOut)
def test_whose_ballots_went_to_others_reads_that_and_what_to_do(
    desk: Client, session: Session, scene: Scene, hand_out: HandOut
) -> None:
    scene.round_.hand_out = hand_out
    factories.judge(session, scene.contest, factories.user(session))
    save(desk, scene.url(), version="0", comment="I began")
    dealing.reassign(
        session,
        round_=scene.round_,
        judge=scene.judge,
        actor=actor_of(factories.user(session)),
        now=NOW,
    )
    session.commit()
    page = desk.page("/judge")
    assert page.count('class="desk-number"') == 1
    assert ("Submit one of those left to you" in page) == (hand_out is HandOut.FOCUS)
    assert "More are handed out as you go." not in page
    session.execute(delete(Ballot).where(Ballot.judge_id == scene.judge.id))
    session.commit()
    page = desk.page("/judge")
    assert "You had begun none of the entries given to you, so other judges got them." in page
    assert "please write to the organisers" in page
    assert "has been given to you" not in page


def test_the_desk_says_when_something_was_saved_last(
    desk: Client, scene: Scene, clock: Clock
) -> None:
    save(desk, scene.url(), version="0", **MARKS)
    assert "saved 13:00" in desk.page("/judge")
    clock.advance(days=1)
    assert re.search(r"saved \w+,? 10 Mar", desk.page("/judge"))


# --- one's own past and scale, and practice -----------------------------------------------------


def test_a_judge_puts_back_marks_from_their_history(
    desk: Client, session: Session, scene: Scene, clock: Clock
) -> None:
    assert "Nothing is saved yet" in desk.page(f"{scene.url()}/history")
    save(desk, scene.url(), version="0", comment="Kept", **MARKS)
    clock.advance(minutes=5)
    save(desk, scene.url(), version="1", comment="Kept", act="submit", **SEEN)
    save(desk, scene.url(), version="2", comment="Kept", **(MARKS | {"mark-relevance": "2"}))
    page = desk.page(f"{scene.url()}/history")
    assert "<strong>7</strong>" in page
    assert page.count("Put these marks back") == 2
    assert page.count("These are there now") == 1
    form = next(form for form in forms(page) if form.button("Put these marks back") is not None)
    back = desk.send(f"{scene.url()}/history", form, {}, press="Put these marks back")
    assert back.headers["Location"] == scene.url()
    page = desk.page(scene.url())
    assert 'value="7" checked' in page
    assert "Kept" in page
    session.refresh(scene.ballots[0])
    assert (scene.ballots[0].state, scene.ballots[0].version) == (BallotState.SUBMITTED, 4)
    whole = desk.page(f"/judge/rounds/{scene.round_.id}/history")
    assert whole.count("0001</a>") == 4
    desk.sign_in(factories.organiser(session))
    desk.page(f"{scene.url()}/history", 404)
    desk.page(f"/judge/rounds/{scene.round_.id}/history", 404)


def test_marks_that_recur_are_there_now_only_once(desk: Client, scene: Scene) -> None:
    save(desk, scene.url(), version="0", **MARKS)
    save(desk, scene.url(), version="1", **(MARKS | {"mark-relevance": "2"}))
    save(desk, scene.url(), version="2", **MARKS)
    page = desk.page(f"{scene.url()}/history")
    assert page.count("These are there now") == 1
    assert page.index("These are there now") < page.index("Put these marks back")
    assert page.index("Put these marks back") < page.index("The same as now")
    assert page.count("The same as now") == 1


def test_a_closed_rounds_history_can_be_read_only(desk: Client, scene: Scene) -> None:
    save(desk, scene.url(), version="0", **MARKS)
    save(desk, scene.url(), version="1", **{"mark-relevance": "2"})
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    page = desk.page(f"{scene.url()}/history")
    assert "<strong>7</strong>" in page
    assert "Put these marks back" not in page


def test_a_judge_sees_how_they_used_the_scale_and_nothing_of_others(
    desk: Client, session: Session, scene: Scene
) -> None:
    url = f"/judge/rounds/{scene.round_.id}"
    rival = factories.judge(session, scene.contest, factories.user(session))
    factories.ballot(session, scene.round_, rival, scene.ballots[0].entry, [1, 1])
    assert "How you have used the scale" not in desk.page(url)
    for place, points in enumerate(("4", "9")):
        save(desk, scene.url(place), version="0", **{"mark-relevance": points})
    page = desk.page(url)
    assert "2 marks so far, from 4 to 9, on average 6.5; the scale goes from 1 to 10." in page
    assert "No mark yet." in page
    assert page.count('class="spread-bar"') == 10


def rivals_give(session: Session, scene: Scene, *given: list[int]) -> None:
    """Let others on the panel submit these marks on the first entry."""
    for number, points in enumerate(given, start=1):
        rival = factories.judge(session, scene.contest, factories.user(session, f"Rival {number}"))
        factories.ballot(session, scene.round_, rival, scene.ballots[0].entry, points)


def test_practice_shows_the_panel_without_names_once_one_has_submitted(
    desk: Client, session: Session, scene: Scene
) -> None:
    scene.round_.is_practice = True
    rivals_give(session, scene, [4, 9], [8, 9], [6, 2])
    draft = factories.judge(session, scene.contest, factories.user(session, "Late Rival"))
    unsent = factories.ballot(session, scene.round_, draft, scene.ballots[0].entry, [1, 1])
    unsent.state, unsent.submitted_at = BallotState.DRAFT, None
    url = f"{scene.url()}/spread"
    assert desk.get(url).headers["Location"] == scene.url(1)
    assert "counts for nothing in the result" in desk.page("/judge")
    sent = desk.submit(scene.url(), SEEN, press="submit")
    assert sent.headers["Location"] == url
    page = desk.page(url)
    assert "You gave 7. The other 3 marks go from 4 to 8, the middle one is 6." in page
    assert "You gave 9. The other 3 marks go from 2 to 9, the middle one is 9." in page
    assert page.count("spread-mine") == 2
    assert "Rival" not in page
    desk.sign_in(factories.organiser(session))
    desk.page(url, 404)


def test_after_a_practice_whoever_submitted_nothing_sees_the_panel_too(
    desk: Client, session: Session, scene: Scene
) -> None:
    scene.round_.is_practice = True
    rivals_give(session, scene, [4, 9], [8, 9])
    save(desk, scene.url(), version="0", **MARKS)
    assert f"{scene.url()}/spread" not in desk.page(f"/judge/rounds/{scene.round_.id}")
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    session.commit()
    assert f"{scene.url()}/spread" in desk.page(f"/judge/rounds/{scene.round_.id}")
    page = desk.page(f"{scene.url()}/spread")
    words = "You submitted no mark. The 2 marks go from 4 to 8, the middle one is 6."
    assert words in page
    assert "spread-mine" not in page
    assert "Nobody has submitted marks here." in desk.page(f"{scene.url(1)}/spread")
    session.refresh(scene.ballots[0])
    scene.ballots[0].state = BallotState.RECUSED
    session.commit()
    refused = desk.get(f"{scene.url()}/spread")
    assert words not in refused.text
    assert f"{scene.url()}/spread" not in desk.page(f"/judge/rounds/{scene.round_.id}")


def test_the_organisers_see_whether_a_practice_reads_the_scale_alike(
    desk: Client, session: Session, scene: Scene
) -> None:
    place = f"/manage/contests/{scene.contest.slug}/rounds/{scene.round_.id}"
    organiser = factories.organiser(session)
    desk.sign_in(organiser)
    desk.page(f"{place}/panel", 404)
    scene.round_.is_practice = True
    for ballot in scene.ballots:
        chosen = RoundEntry(round_id=scene.round_.id, entry_id=ballot.entry_id, created_at=NOW)
        session.add(chosen)
    rivals_give(session, scene, [4, 9], [8, 9])
    session.commit()
    assert f"{place}/panel" in desk.page(place)
    page = desk.page(f"{place}/panel")
    assert "<p>The 2 marks go from 4 to 8, the middle one is 6.</p>" in page
    assert "<p>Each of the 2 marks is 9.</p>" in page
    assert page.count("Nobody has submitted marks here.") == len(scene.ballots) - 1
    assert "Rival" not in page
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    session.commit()
    assert f"{place}/panel" in desk.page(place)
    scene.round_.state, scene.round_.closed_at = RoundState.PLANNED, None
    scene.round_.opened_at = None
    session.commit()
    desk.page(f"{place}/panel", 404)


def test_outside_practice_nobody_sees_what_others_gave(desk: Client, scene: Scene) -> None:
    save(desk, scene.url(), version="0", act="submit", **SEEN)
    desk.page(f"{scene.url()}/spread", 404)


# --- scales -------------------------------------------------------------------------------------


def test_a_screening_is_judged_in_words(desk: Client, scene: Scene) -> None:
    scene.round_.kind = Kind.SCREEN
    scene.round_.criteria = [
        Criterion(
            position=0, key="verdict", title="Verdict", minimum=0, maximum=2, step_hundredths=50
        )
    ]
    page = desk.page(scene.url())
    for word in ("Out", "Maybe", "In"):
        assert f">{word}<" in page
    fields = {"mark-verdict": "0", "shown": "1"}
    refused = desk.submit(scene.url(), fields, press="submit")
    assert refused.status_code == 422
    assert "Say in the comment why this entry should be out." in refused.text
    reason = {"mark-verdict": "0", "comment": "No ICT in it."}
    sent = desk.submit(scene.url(), reason, press="submit")
    assert sent.headers["Location"] == scene.url(1)
    assert "Out: 1" in desk.page(f"/judge/rounds/{scene.round_.id}")


def test_quarter_points_are_shown_by_their_worth_and_sent_as_points(
    desk: Client, scene: Scene
) -> None:
    first, second = scene.round_.criteria
    first.minimum, first.maximum, first.step_hundredths = 0, 20, 25
    first.levels = {"20": "Could hang on any wall"}
    second.minimum, second.maximum, second.step_hundredths = 0, 40, 25
    page = desk.page(scene.url())
    assert ">4.75<" in page
    assert "Could hang on any wall" in page
    assert ">9.75<" in page
    fields: dict[str, Value] = {"mark-relevance": "19", "mark-originality": "39", "shown": "1"}
    assert desk.submit(scene.url(), fields, press="submit").status_code == 303
    assert "1 mark so far: 4.75." in desk.page(f"/judge/rounds/{scene.round_.id}")
