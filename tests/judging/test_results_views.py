"""Standings, decision and announcement in a browser, and what the public then sees."""

import re
from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.authz import ANYBODY
from contests.service import screening
from contests.states import ContestKind, ContestState
from judging import tasks
from judging.queries import results as queries
from judging.queries.rounds import rules_of
from judging.ranking import Standing
from judging.service import announcement, decisions
from judging.states import DecisionState, RoundState
from judging.views import words
from tests import factories
from tests.client import Client, find_form
from tests.conftest import Clock
from tests.database import settle
from tests.factories import NOW
from tests.judging import scenes
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")


def signed_in(client: Client, scene: scenes.Scene, *, second: bool = False) -> Client:
    client.sign_in(scene.second if second else scene.organiser)
    return client


# --- standings ----------------------------------------------------------------------------------


def test_no_standings_before_the_round_opens(session: Session, client: Client) -> None:
    scene = scenes.waiting(session)
    signed_in(client, scene)
    page = client.page(scene.url("results"))
    assert "No results yet" in page
    assert f"The last round, {scene.round_.title}," in page
    session.delete(scene.round_)
    assert "No results yet" in client.page(scene.url("results"))


def test_standings_show_ties_as_ties(session: Session, client: Client) -> None:
    scene = scenes.judged(session, [(9, 9), (8, 8), (8, 8), (7, 6)])
    unread = factories.entry(session, scene.contest, factories.user(session), title="Unread")
    page = signed_in(client, scene).page(scene.url("results"))
    table = page[page.index("<caption>") :]
    rows = [row for row in table.split("<tr") if "/results/entries/" in row]
    assert [row.partition('class="number">')[2].partition("<")[0].strip() for row in rows] == [
        "1",
        "2",
        "2",
        "4",
        "none",
    ]
    assert [row.count(">tied<") for row in rows] == [0, 1, 1, 0, 0]
    assert "6.67" in rows[3]  # twice 7 and 6, over 3: never rounded before
    assert "no marks" in rows[4]
    assert f"{unread.number:04d}" in rows[4]
    assert "2 entries share place 2: the chair settles their order." in page


def test_an_open_round_is_provisional(session: Session, client: Client) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    extra = factories.entry(session, scene.contest, factories.user(session))
    factories.ballot(session, scene.round_, scene.judges[0], extra)
    page = signed_in(client, scene).page(scene.url("results"))
    assert "Provisional: 8 of 9 ballots are submitted." in page
    assert "Propose these winners" not in page


def test_an_entrys_ballots_are_there_for_organisers(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    entry = scene.entries[0]
    ballots = queries.ballots_on(session, scene.round_, entry)
    ballots[0].comment = "The light <b>speaks</b>."
    page = signed_in(client, scene).page(scene.url(f"results/entries/{entry.number}"))
    assert "The light &lt;b&gt;speaks" in page
    assert "2 of 2 are submitted and count." in page
    for judge in scene.judges:
        assert judge.name in page
    lone = factories.entry(session, scene.contest, factories.user(session))
    page = client.page(scene.url(f"results/entries/{lone.number}"))
    assert "No ballots" in page
    assert "1 entry has no place: nobody has judged it (0005)." in page


def standing(page: str) -> list[str]:
    """Return the rows that say how an entry stands, each as its numbers and words."""
    table = page.partition(">How it stands</span>")[2].partition("<tbody>")[2]
    rows = table.partition("</tbody>")[0].split("<tr")[1:]
    return [" ".join(re.sub("^[^>]*>|<[^>]*>", " ", row).split()) for row in rows]


def test_the_entrant_in_fourth_place_can_be_told_why(session: Session, client: Client) -> None:
    scene = scenes.judged(session, [(9, 9), (8, 8), (8, 6), (7, 8), (7, 5), (1, 1)])
    rules_of(session, scene.contest).ladder = ["criterion:technique", "criterion:originality"]
    session.flush()
    signed_in(client, scene)
    page = client.page(scene.url("results/entries/3"))
    third, fourth = (
        "3 0004 Work 4 Entrant 4 7.33 2 7.00 8.00",
        "4 0003 Work 3 Entrant 3 7.33 2 8.00 6.00",
    )
    assert standing(page) == [third, fourth]
    # The line is below the last that wins; the entry whose page this is leads nowhere.
    assert page.index(" cut") < page.index("0004") < page.index('scope="row">0003')
    assert (
        "Place 3: 0004, 0003 are tied. The higher average of “Originality” goes first. "
        "(0004: 8.00; 0003: 6.00)"
    ) in page
    assert "technique" not in page
    page = client.page(scene.url("results/entries/6"))
    assert standing(page) == [third, fourth, "6 0006 Work 6 Entrant 6 1.00 2 1.00 1.00"]
    assert "It was tied" not in page
    assert standing(client.page(scene.url("results/entries/4"))) == [third, fourth]
    screening.disqualify(
        session, entry=scene.entries[4], reason="Not one's own.", actor=scene.actor, now=NOW
    )
    session.flush()
    page = client.page(scene.url("results/entries/5"))
    assert standing(page) == []
    assert "It does not stand in this round" in page


@pytest.mark.parametrize(
    ("number", "digits", "shown"),
    [
        (Fraction(20, 3), 2, "6.67"),
        (Fraction(25, 4), 1, "6.2"),
        (Fraction(13, 2), 3, "6.500"),
        (Fraction(0), 2, "0.00"),
        (Fraction(1, 1000), 2, "0.00"),
        (None, 2, ""),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_scores_have_a_fixed_count_of_decimals(
    app: Flask, number: Fraction | None, digits: int, shown: str
) -> None:
    with app.test_request_context():
        assert words.decimal(number, digits) == shown


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_scores_follow_the_readers_notation(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "fr"}):
        app.extensions["podium.languages"] = ["en", "fr"]
        assert words.decimal(Fraction(20, 3)) == "6,67"


def test_a_third_decimal_tells_close_scores_apart() -> None:
    def rows(*scores: Fraction) -> list[Standing[int]]:
        return [Standing(n, n, score, 1, 1) for n, score in enumerate(scores, start=1)]

    assert words.digits_for(rows(Fraction(9), Fraction(8))) == 2
    assert words.digits_for(rows(Fraction(6667, 1000), Fraction(20, 3))) == 3
    assert words.digits_for(rows(Fraction(9), Fraction(9))) == 2


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_places_have_names(app: Flask) -> None:
    with app.test_request_context():
        assert [words.place_name(n) for n in (1, 2, 3, 4)] == [
            "First",
            "Second",
            "Third",
            "Place 4",
        ]


# --- the decision -------------------------------------------------------------------------------


def test_two_organisers_decide_in_the_browser(
    session: Session, new_client: Callable[[], Client]
) -> None:
    scene = scenes.judged(session)
    first = signed_in(new_client(), scene)
    second = signed_in(new_client(), scene, second=True)
    url = scene.url("results")
    page = first.follow(first.submit(url, {"citation_1": "A quiet triumph."})).text
    assert "waits for another organiser" in page
    assert "Confirm these winners" not in page
    page = second.page(url)
    assert "A quiet triumph." in page
    page = second.follow(second.submit(url, press="Confirm these winners")).text
    assert "As the public will see it" in page
    session.expire_all()
    assert scene.contest.state is ContestState.DECIDED
    page = first.follow(first.submit(url, press="Withdraw it now")).text
    assert "The confirmation is withdrawn" in page
    page = first.follow(first.submit(url, press="Withdraw it now")).text
    assert "The proposal is withdrawn." in page
    assert "Propose these winners" in page


def test_the_form_says_what_is_wrong_at_its_field(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    url = scene.url("results")
    signed_in(client, scene)
    answer = client.submit(url, {"winner_1": "2", "winner_2": "1", "citation_1": "Kept."})
    assert answer.status_code == 422
    assert 'href="#reason_1"' in answer.text
    assert "Place 1 passes over an entry that stands better. Say why." in answer.text
    assert "Kept." in answer.text
    answer = client.submit(url, {"winner_2": "1"})
    assert 'href="#winner_2"' in answer.text
    answer = client.submit(url, {"winner_3": ""})
    assert "Choose an entry." in answer.text
    assert queries.find_decision(session, scene.contest) is None


def test_a_proposal_can_be_changed(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    scenes.proposed(session, scene)
    signed_in(client, scene, second=True)
    change = {"winner_1": "2", "winner_2": "1", "reason_1": "Braver."}
    client.follow(client.submit(scene.url("results/propose"), change))
    session.expire_all()
    found = queries.get_decision(session, scene.contest)
    assert [w.entry.number for w in found.winners] == [2, 1, 3]
    # The citation belongs to the place in the form, where the organiser read it.
    assert found.winners[2].citation == "Citation 3."
    assert found.proposed_by_id == scene.second.id


def test_a_stale_confirmation_is_told(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    scenes.proposed(session, scene)
    url = scene.url("results")
    signed_in(client, scene, second=True)
    form = find_form(client.page(url), {"seen"})
    scenes.departing(session, scene)
    page = client.follow(client.send(url, form, {})).text
    assert "The proposal was changed since you opened the page." in page
    session.expire_all()
    assert queries.get_decision(session, scene.contest).state is DecisionState.PROPOSED


def test_an_old_form_shows_what_is_proposed_now_and_keeps_what_was_typed(
    session: Session, client: Client
) -> None:
    scene = scenes.judged(session)
    url = scene.url("results")
    signed_in(client, scene, second=True)
    form = find_form(client.page(url), {"winner_1"})
    scenes.proposed(session, scene)
    settle(client.application)
    typed = {
        "citation_1": "Typed in vain?",
        "winner_2": "3",
        "winner_3": "2",
        "reason_2": "Braver.",
    }
    page = client.send(url, form, typed).text
    assert "Somebody changed the proposal since you opened this form." in page
    assert "What is proposed now, by" in page
    assert "Citation 2." in page
    assert "Typed in vain?" in page
    session.expire_all()
    assert queries.get_decision(session, scene.contest).winners[1].citation == "Citation 2."
    # Whoever has read both proposes again.
    form = find_form(page, {"winner_1"})
    client.send(url, form, typed)
    session.expire_all()
    assert queries.get_decision(session, scene.contest).winners[0].citation == "Typed in vain?"


def test_a_slip_in_an_old_form_does_not_make_it_new(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    url = scene.url("results")
    signed_in(client, scene, second=True)
    form = find_form(client.page(url), {"winner_1"})
    scenes.proposed(session, scene)
    settle(client.application)
    form = find_form(client.send(url, form, {"winner_1": ""}).text, {"winner_1"})
    page = client.send(url, form, {"winner_1": "1", "citation_1": "Other."}).text
    assert "What is proposed now, by" in page


def test_whoever_confirms_sees_what_they_confirm(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    lone = factories.entry(session, scene.contest, scene.organiser, title="Read once")
    factories.ballot(session, scene.round_, scene.judges[0], lone, (5, 5))
    factories.entry(session, scene.contest, scene.organiser, title="Read by nobody")
    signed_in(client, scene, second=True)
    page = client.page(scene.url("results"))
    assert "Read once" in page
    assert "one judge alone" in page
    scenes.proposed(session, scene, 1, 2, 5, reasons={5: "Braver."})
    settle(client.application)
    page = client.page(scene.url("results")).translate(dict.fromkeys((0x2068, 0x2069)))
    assert "In the standings: place 1, from 2 judges. Score: 9.00." in page
    assert "In the standings: place 5, from 1 judge. Score: 5.00." in page
    assert "Passed over: 0003 “Work 3” (place 3), 0004 “Work 4” (place 4)." in page
    assert "Thin evidence: 0005 “Read once” rests on one judge alone." in page
    assert "Braver." in page
    # How firmly they stand takes seconds to tell where there are thousands of entries: it has its
    # own page, of which the browser puts a part before what can be done.
    assert page.index("data-load=") < page.index(">Confirm the winners</summary>")
    assert '<summary class="button button-quiet">Withdraw the proposal</summary>' in page
    assert "by a model of the marks" not in page
    card = client.page(scene.url("results/stability"))
    assert "1 of 6 entries was judged by nobody." in card
    assert card.index("not of this choice") < card.index("by a model of the marks")


def test_a_page_that_has_become_stale_leads_to_the_results(
    session: Session, client: Client
) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    change = scene.url("results/propose")
    signed_in(client, scene, second=True)
    assert "Nothing is proposed yet." in client.follow(client.get(change)).text
    assert "Close the round first" in client.follow(client.get(f"{change}?entry=4")).text
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    scenes.proposed(session, scene)
    url = scene.url("results")
    confirming = find_form(client.page(url), {"seen"})
    proposing = find_form(client.page(change), {"citation_1"})
    decisions.withdraw_proposal(session, contest=scene.contest, actor=scene.actor, now=NOW)
    page = client.follow(client.send(url, confirming, {})).text
    assert "No winners are proposed." in page
    scenes.confirmed(session, scene)
    answer = client.send(change, proposing, {"citation_1": "Hours of work."})
    assert answer.status_code == 422
    assert "Hours of work." in answer.text
    assert "Propose these winners" not in client.follow(client.get(change)).text


def test_fewer_entries_than_places_all_win(session: Session, client: Client) -> None:
    scene = scenes.judged(session, [(9, 9), (8, 8)])
    url = scene.url("results")
    page = signed_in(client, scene).page(url)
    assert "winner_2" in page
    assert "winner_3" not in page
    client.follow(client.submit(url, {"citation_1": "Fine."}))


# --- the announcement ---------------------------------------------------------------------------


def test_one_action_announces(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    signed_in(client, scene)
    url = scene.url("announce")
    assert "Nothing to announce yet" in client.page(url)
    scenes.proposed(session, scene)
    assert "wait for a second organiser" in client.page(url)
    scenes.confirm(session, scene)
    page = client.follow(client.submit(url, press="Announce 3 winners")).text
    assert "3 winners are public." in page
    assert "Fingerprint of what was announced" in page
    assert "Announce now" not in page


def test_a_time_is_set_moved_and_unset(
    app: Flask, session: Session, client: Client, clock: Clock
) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    contest_id = scene.contest.id
    url, public = scene.url("announce"), f"/contests/{scene.contest.slug}/winners"
    signed_in(client, scene)
    answer = client.submit(url, {"announce_at": "2025-03-10T12:30"})
    assert answer.status_code == 422
    assert "This time has passed." in answer.text
    for never in ("soon", "9999-12-31T23:59", "2026-03-29T02:30"):
        assert client.submit(url, {"announce_at": never}).status_code == 422
    client.set_cookie("tz", "Africa/Nairobi")
    page = client.follow(client.submit(url, {"announce_at": "2025-07-10T20:00"})).text
    assert "10 Jul 2025, 20:00 Zurich" in page
    assert "21:00 your time" in page
    page = client.follow(client.submit(url, press="Unset this time")).text
    assert "No time is set any more." in page
    client.follow(client.submit(url, {"announce_at": "2025-07-10T20:00"}))
    clock.advance(days=122, hours=5, minutes=59)
    settle(app)
    tasks.announce(contest_id)
    assert client.get(public).status_code == 404
    clock.advance(minutes=1)
    tasks.announce(contest_id)
    assert "The winners" in client.page(public)


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_announcing_what_is_not_confirmed_is_refused(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    scenes.confirmed(session, scene)
    signed_in(client, scene)
    url = scene.url("announce")
    form = find_form(client.page(url), set(), "Announce 3 winners")
    decisions.withdraw_confirmation(session, contest=scene.contest, actor=scene.actor, now=NOW)
    page = client.follow(client.send(url, form, {}, press="Announce 3 winners")).text
    assert "cannot become" in page
    assert client.get(f"/contests/{scene.contest.slug}/winners").status_code == 404


# --- the public ---------------------------------------------------------------------------------


def announced(session: Session, scene: scenes.Scene) -> str:
    scenes.confirmed(session, scene)
    announcement.announce(session, contest=scene.contest, actor=ANYBODY, now=NOW)
    return f"/contests/{scene.contest.slug}"


def test_the_latest_announcement_leads_the_first_page(session: Session, client: Client) -> None:
    for title, days in (("Older", 3), ("Newest", 1), ("Oldest", 5)):
        scene = scenes.judged(session, [(9, 9), (8, 8), (7, 7), (6, 6)])
        scene.contest.title = title
        announced(session, scene)
        result = queries.get_result(session, scene.contest)
        result.published_at = NOW - timedelta(days=days)
    session.flush()
    page = client.page("/")
    winners = [f"The winners of {title}" for title in ("Newest", "Older", "Oldest")]
    assert sorted(winners, key=page.index) == winners


@pytest.mark.parametrize(
    ("kind", "title", "share"),
    [
        (ContestKind.PHOTO, "Relevance to the SDGs", "25 %"),
        (ContestKind.HACKATHON, "Use of ICTs", "20 %"),
    ],
)
def test_how_entries_are_judged_is_public_before_a_round_is_planned(
    session: Session, client: Client, kind: ContestKind, title: str, share: str
) -> None:
    page = client.page(f"/contests/{factories.contest(session, kind).slug}")
    assert "How entries are judged" in page
    assert title in page
    assert share in page


def test_the_public_meets_the_winners(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    url = announced(session, scene)
    page = client.page(f"{url}/winners")
    for place, number in (("First", 1), ("Second", 2), ("Third", 3)):
        assert place in page
        assert f"Work {number}" in page
        assert f"Entrant {number}, Kenya" in page
        assert f"Citation {number}." in page
    assert "Work 4" not in page
    assert page.index("Work 1") < page.index("Work 2") < page.index("Work 3")
    assert 'srcset="/media/' in page
    stage = client.page(f"{url}/present")
    assert stage.index("Work 3") < stage.index("Work 2") < stage.index("Work 1")
    answer = client.get(f"{url}/winners.json").get_json()
    assert [row["title"] for row in answer["winners"]] == ["Work 1", "Work 2", "Work 3"]
    assert answer["winners"][0] == {
        "place": 1,
        "entry": 1,
        "title": "Work 1",
        "by": "Entrant 1, Kenya",
        "country": "KE",
        "citation": "Citation 1.",
        "url": f"{url}/entries/1",
    }
    assert "Work 1" in client.page("/")


def test_winners_without_pictures_stand_in_words(session: Session, client: Client) -> None:
    scene = scenes.judged(session, kind=ContestKind.HACKATHON)
    version = scene.entries[0].current
    assert version is not None
    version.files = []
    url = announced(session, scene)
    assert "Work 1" in client.page(f"{url}/winners")
    assert "Work 1" in client.page(f"{url}/present")


def test_organisers_rehearse_before_the_public_sees(
    session: Session, new_client: Callable[[], Client]
) -> None:
    scene = scenes.judged(session)
    scenes.proposed(session, scene)
    stage = signed_in(new_client(), scene).page(scene.url("present"))
    assert stage.index("Work 3") < stage.index("Work 1")
    assert new_client().get(f"/contests/{scene.contest.slug}/present").status_code == 404


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_nothing_to_rehearse_without_a_proposal(session: Session, client: Client) -> None:
    scene = scenes.judged(session)
    assert signed_in(client, scene).get(scene.url("present")).status_code == 404


def test_the_winners_page_asks_no_more_for_more_winners(
    app: Flask, session: Session, client: Client
) -> None:
    counts = []
    for winners in (1, 3):
        scene = scenes.judged(session)
        scene.contest.winners = winners
        scenes.confirmed(session, scene, *range(1, winners + 1))
        announcement.announce(session, contest=scene.contest, actor=ANYBODY, now=NOW)
        url = f"/contests/{scene.contest.slug}/winners"
        client.page(url)
        with counted(app) as statements:
            client.page(url)
        counts.append(len(statements))
    assert counts[0] == counts[1] < 20


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_the_results_page_asks_no_more_for_more_entries(
    app: Flask, session: Session, client: Client
) -> None:
    counts = []
    for points in ([(9, 9)], [(9, 9), (8, 8), (7, 7)]):
        scene = scenes.judged(session, points)
        page = signed_in(client, scene).page(scene.url("results"))
        assert "Propose these winners" in page
        with counted(app) as statements:
            client.page(scene.url("results"))
        counts.append(len(statements))
    assert counts[0] == counts[1] < 40
