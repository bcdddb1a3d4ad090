"""The judge's pages: invitation, briefing, desk, rounds and ballots."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.models import User
from app.accounts.queries import actor_of
from contests.models import Contest, Entry
from contests.states import ContestKind, ContestState, EntryState
from judging.models import Ballot, Judge, Recusal, Round
from judging.service import panel
from judging.states import BallotState, RoundState
from media.limits import AssetKind
from media.states import AssetState
from tests import factories
from tests.client import Client, Value, find_form
from tests.conftest import Clock, Outbox
from tests.factories import NOW
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")

MARKS = {"mark-relevance": "7", "mark-originality": "9"}
SEEN = MARKS | {"shown": "1"}


@dataclass
class Scene:
    contest: Contest
    round_: Round
    judge: Judge
    person: User
    entrant: User
    ballots: list[Ballot]

    def url(self, place: int = 0) -> str:
        return f"/judge/ballots/{self.ballots[place].id}"

    @property
    def briefing(self) -> str:
        return f"/judge/panels/{self.contest.slug}/briefing"


def make_scene(
    session: Session, *, entries: int = 3, kind: ContestKind = ContestKind.PHOTO
) -> Scene:
    contest = factories.contest(
        session, kind, state=ContestState.JUDGING, closes_at=NOW - timedelta(days=1)
    )
    person = factories.user(session, "Jun Tanaka")
    entrant = factories.user(session, "Secret Entrant")
    entrant.email = f"secret@{contest.slug}.example"
    judge = factories.judge(session, contest, person)
    round_ = factories.round_(session, contest)
    made = [
        factories.entry(session, contest, entrant, title=f"Work {n}") for n in range(1, entries + 1)
    ]
    ballots = [factories.ballot(session, round_, judge, entry) for entry in made]
    return Scene(contest, round_, judge, person, entrant, ballots)


@pytest.fixture
def scene(session: Session) -> Scene:
    return make_scene(session)


@pytest.fixture
def desk(client: Client, scene: Scene) -> Client:
    client.sign_in(scene.person)
    return client


def token(client: Client, page: str = "/judge") -> str:
    """Return the token with which this browser may post."""
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get(page).text)
    assert found is not None
    return found[1]


def post(client: Client, url: str, **fields: str) -> TestResponse:
    """Post what no form of the page would send."""
    return client.post(url, data={"csrf_token": token(client), **fields})


def save(client: Client, url: str, **fields: str) -> TestResponse:
    """Post a ballot as its script does."""
    headers = {"Accept": "application/json", "X-CSRFToken": token(client)}
    return client.post(url, data=fields, headers=headers)


# --- the invitation -----------------------------------------------------------------------------


@pytest.fixture
def invitation(session: Session, scene: Scene, outbox: Outbox) -> str:
    panel.invite(
        session,
        contest=scene.contest,
        email="nadia@example.org",
        name="Nadia",
        actor=actor_of(factories.organiser(session)),
        now=NOW,
    )
    found = re.search(r"/invitations/\S+", outbox("nadia@example.org")[0].get_content())
    assert found is not None
    return found[0]


def test_following_the_link_uses_nothing_up(client: Client, invitation: str) -> None:
    for _ in range(3):
        assert client.head(invitation).status_code == 200
        client.page(invitation)
    page = client.page(invitation)
    assert "You are invited to judge Photo Contest 2025" in page
    assert "nadia@example.org" in page
    assert client.get("/judge").status_code == 302  # nobody is signed in


def test_accepting_signs_in_and_leads_to_the_briefing(
    client: Client, invitation: str, scene: Scene
) -> None:
    response = client.submit(invitation, press="Accept and read the briefing")
    assert response.headers["Location"] == scene.briefing
    page = client.follow(response).text
    assert "Clear link" in page
    assert "Read this first." in page
    assert "Nadia" in page


def test_a_used_link_signs_nobody_in_but_leads_its_judge_to_the_desk(
    client: Client, new_client: Callable[[], Client], invitation: str
) -> None:
    assert client.submit(invitation, press="Accept and read the briefing").status_code == 303
    assert client.get(invitation).headers["Location"] == "/judge"
    again = post(client, invitation)
    assert (again.status_code, again.headers["Location"]) == (303, "/judge")
    stranger = new_client()
    page = stranger.page(invitation, 410)
    assert "accepted already" in page
    assert "Mail me a sign-in link" in page
    mine = token(stranger, "/login")
    assert stranger.post(invitation, data={"csrf_token": mine}).status_code == 410
    assert stranger.get("/judge").status_code == 302


def test_accepting_leaves_the_account_that_was_signed_in(
    client: Client, invitation: str, session: Session
) -> None:
    client.sign_in(factories.user(session, "Somebody Else", email="else@example.org"))
    assert "You are signed in as else@example.org" in client.page(invitation)
    page = client.follow(client.submit(invitation, press="Accept and read the briefing")).text
    assert "Nadia" in page
    assert "Somebody Else" not in page


def test_a_forged_or_old_link_is_a_clear_page(
    client: Client, invitation: str, clock: Clock
) -> None:
    assert "This invitation is not valid" in client.page("/invitations/" + "A" * 43, 410)
    form = find_form(client.page(invitation), set(), "Accept and read the briefing")
    clock.advance(days=31)
    assert "This invitation expired on" in client.page(invitation, 410)
    assert client.send(invitation, form, {}).status_code == 410


# --- the briefing -------------------------------------------------------------------------------


@pytest.fixture
def newcomer(client: Client, scene: Scene) -> Client:
    scene.judge.declared_at = None
    client.sign_in(scene.person)
    return client


def test_desk_and_ballots_wait_for_the_declaration(
    newcomer: Client, session: Session, scene: Scene
) -> None:
    for url in (f"/judge/rounds/{scene.round_.id}", scene.url()):
        response = newcomer.get(url)
        assert (response.status_code, response.headers["Location"]) == (303, scene.briefing)
    assert save(newcomer, scene.url(), version="0", **MARKS).status_code == 403
    page = newcomer.page("/judge")
    assert "Read the briefing" in page
    assert "0001" not in page
    session.refresh(scene.ballots[0])
    assert scene.ballots[0].state is BallotState.ASSIGNED


def test_the_briefing_shows_works_and_no_people(
    newcomer: Client, session: Session, scene: Scene
) -> None:
    mate = factories.user(session, "Hidden Mate")
    team = factories.team(session, scene.contest, scene.entrant, mate)
    team.name = "The Unmistakables"
    factories.entry(session, scene.contest, scene.entrant, team=team, title="By a team")
    factories.entry(session, scene.contest, scene.person, title="The judge's own")
    page = newcomer.page(scene.briefing)
    assert "Work 1" in page
    assert "By a team" in page
    for word in ("The judge&#39;s own", "Secret", "secret@", "Hidden", "Unmistakables", ".jpg"):
        assert word not in page


def test_declaring_none_opens_the_desk(newcomer: Client, scene: Scene) -> None:
    response = newcomer.submit(scene.briefing, {"answer": "none"})
    assert "0 of 3" in newcomer.follow(response).text
    assert "You have declared" in newcomer.page(scene.briefing)
    # A second click finds the declaration made.
    assert post(newcomer, scene.briefing).status_code == 303


def test_a_declared_entry_is_not_shown_again(
    newcomer: Client, session: Session, scene: Scene
) -> None:
    entry = scene.ballots[1].entry_id
    fields: dict[str, Value] = {
        "answer": "some",
        "entries": [str(entry)],
        f"reason-{entry}": "My sister's",
    }
    page = newcomer.follow(newcomer.submit(scene.briefing, fields)).text
    assert "0 of 2" in page
    assert "Not yours to judge" in page
    assert scene.url(1) not in page
    assert newcomer.get(scene.url(1)).headers["Location"].startswith("/judge/rounds/")
    assert session.scalars(select(Recusal.reason)).all() == ["My sister's"]
    assert "My sister&#39;s" in newcomer.page(scene.briefing)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("none and a tick", "You ticked an entry and said that there is none."),
        ("some", "Tick the entries with which you have"),
        ("a tick", "Choose one of the two answers."),
    ],
)
def test_a_declaration_must_agree_with_itself(
    newcomer: Client, session: Session, scene: Scene, said: str, sentence: str
) -> None:
    entry = scene.ballots[0].entry_id
    fields: dict[str, Value] = {f"reason-{entry}": "Cousin <b>"}
    if said[:4] in {"none", "some"}:
        fields["answer"] = said[:4]
    if "tick" in said:
        fields["entries"] = [str(entry)]
    response = newcomer.submit(scene.briefing, fields)
    assert response.status_code == 422
    assert sentence in response.text
    assert "Cousin &lt;b&gt;" in response.text
    session.refresh(scene.judge)
    assert scene.judge.declared_at is None


def test_a_reason_too_long_keeps_the_form(newcomer: Client, scene: Scene) -> None:
    entry = scene.ballots[0].entry_id
    fields: dict[str, Value] = {
        "answer": "some",
        "entries": [str(entry)],
        f"reason-{entry}": "x" * 301,
    }
    response = newcomer.submit(scene.briefing, fields)
    assert response.status_code == 422
    assert "300 characters at most" in response.text
    assert "x" * 301 in response.text


def test_a_forged_declaration_is_refused(newcomer: Client, session: Session, scene: Scene) -> None:
    other = factories.entry(session, factories.contest(session), scene.entrant)
    for entries, status in ((str(other.id), 404), ("nonsense", 422), ("9" * 30, 404)):
        response = post(newcomer, scene.briefing, answer="some", entries=entries)
        assert response.status_code == status


def test_before_the_close_the_briefing_shows_no_entries(client: Client, session: Session) -> None:
    contest = factories.contest(session)
    person = factories.user(session)
    factories.judge(session, contest, person, declared=False)
    factories.entry(session, contest, factories.user(session), title="Still changing")
    client.sign_in(person)
    url = f"/judge/panels/{contest.slug}/briefing"
    page = client.page(url)
    assert "Entries are still coming in" in page
    assert "Still changing" not in page
    assert post(client, url, answer="none").status_code == 409


def test_a_briefing_is_for_its_panel_only(client: Client, session: Session, scene: Scene) -> None:
    client.sign_in(factories.organiser(session))
    assert client.get(scene.briefing).status_code == 404
    scene.judge.removed_at = NOW
    client.sign_in(scene.person)
    assert client.get(scene.briefing).status_code == 404
    assert client.get("/judge/panels/nowhere/briefing").status_code == 404


# --- the desk -----------------------------------------------------------------------------------


def test_an_empty_desk_says_what_will_be_here(client: Client, session: Session) -> None:
    contest = factories.contest(session, state=ContestState.JUDGING)
    person, nobody = factories.user(session), factories.user(session)
    factories.judge(session, contest, person)
    factories.round_(session, contest, state=RoundState.PLANNED)
    client.sign_in(person)
    page = client.page("/judge")
    assert "Nothing to judge yet" in page
    assert "Scoring" not in page
    client.sign_in(nobody)
    assert "You are on no panel" in client.page("/judge")


def test_only_judges_are_offered_the_desk(client: Client, session: Session, scene: Scene) -> None:
    link = 'href="/judge"'
    assert link not in client.page("/login")
    client.sign_in(factories.user(session))
    assert link not in client.page("/judge").partition("<main")[0]
    client.sign_in(scene.person)
    assert link in client.page("/judge").partition("<main")[0]


def test_the_desk_counts_what_is_submitted_and_leads_on(
    desk: Client, session: Session, scene: Scene
) -> None:
    save(desk, scene.url(0), version="0", act="submit", **SEEN)
    save(desk, scene.url(1), version="0", **{"mark-relevance": "3"})
    page = desk.page("/judge")
    assert "1 of 3" in page
    assert "Go on with entry 0002" in page
    assert page.index("Submitted") < page.index("Begun") < page.index("To do")
    assert "20 Mar 2025" in page or "Mar 20, 2025" in page
    entry = session.get(Entry, scene.ballots[2].entry_id)
    assert entry is not None
    entry.state, entry.withdrawn_at = EntryState.WITHDRAWN, NOW
    page = desk.page("/judge")
    assert "1 of 2" in page
    assert "Left the contest" in page


def test_the_desk_asks_the_same_with_one_and_with_three(
    app: Flask, client: Client, session: Session
) -> None:
    counts = []
    for size in (1, 3):
        person = factories.user(session)
        for _ in range(size):
            made = make_scene(session, entries=size)
            made.judge.user, made.judge.email = person, person.email
        client.sign_in(person)
        client.page("/judge")
        with counted(app) as statements:
            assert client.page("/judge").count("desk-entries") == size
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 8


def test_a_closed_round_is_there_to_read(desk: Client, scene: Scene) -> None:
    save(desk, scene.url(), version="0", comment="So <i>bright</i>", act="submit", **SEEN)
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    assert "they cannot be changed any more" in desk.page("/judge")
    page = desk.page(scene.url())
    assert "7 of 10" in page
    assert "So &lt;i&gt;bright&lt;/i&gt;" in page
    assert "<form" not in page


def test_a_round_is_for_its_panel_and_only_once_it_is_open(
    desk: Client, session: Session, scene: Scene
) -> None:
    url = f"/judge/rounds/{scene.round_.id}"
    assert "Read this first." in desk.page(url)
    desk.sign_in(factories.user(session))
    desk.page(url, 404)
    desk.sign_in(scene.person)
    scene.round_.state, scene.round_.opened_at = RoundState.PLANNED, None
    desk.page(url, 404)
    desk.page(scene.url(), 404)


# --- the ballot ---------------------------------------------------------------------------------


def test_a_ballot_shows_the_work_and_never_whose_it_is(
    desk: Client, session: Session, scene: Scene
) -> None:
    rival = factories.judge(session, scene.contest, factories.user(session, "Rival Judge"))
    theirs = factories.ballot(session, scene.round_, rival, scene.ballots[0].entry, [2, 2])
    theirs.comment = "A comment of another judge"
    page = desk.page(scene.url())
    assert "Entry 0001" in page
    assert "Work 1" in page
    assert "Clear link" in page
    assert "67 %" in page
    assert re.search(r'srcset="/media/[0-9a-f]{32}/320.webp', page)
    for word in ("Secret", "secret@", "Rival", "A comment of", ".jpg", "checked"):
        assert word not in page


def test_a_project_shows_text_links_and_documents_without_names(
    client: Client, session: Session
) -> None:
    scene = make_scene(session, entries=0, kind=ContestKind.HACKATHON)
    team = factories.team(session, scene.contest, scene.entrant)
    team.name = "The Unmistakables"
    paper = factories.asset(session, scene.entrant, kind=AssetKind.DOCUMENT)
    paper.filename = "CV of Secret Entrant.pdf"
    pictures = [factories.asset(session, scene.entrant) for _ in range(2)]
    entry = factories.entry(
        session,
        scene.contest,
        scene.entrant,
        team=team,
        pictures=[*pictures, paper],
        links=["https://example.org/demo", "javascript:alert(1)"],
        description="**Bold** <script>alert(1)</script>",
    )
    ballot = factories.ballot(session, scene.round_, scene.judge, entry)
    client.sign_in(scene.person)
    page = client.page(f"/judge/ballots/{ballot.id}")
    assert "<strong>Bold</strong>" in page
    assert 'href="https://example.org/demo"' in page
    assert "Document 1 (PDF)" in page
    assert page.count("<figure") == 2
    for word in ("Secret", "Unmistakables", "CV of", "<script>alert", 'href="javascript'):
        assert word not in page


@pytest.mark.parametrize(
    ("state", "words"),
    [(AssetState.REJECTED, "This file was refused"), (AssetState.PROCESSING, "Processing")],
)
def test_a_broken_picture_blocks_nothing(
    client: Client, session: Session, state: AssetState, words: str
) -> None:
    scene = make_scene(session, entries=0)
    broken = factories.asset(session, scene.entrant, state=state)
    entry = factories.entry(session, scene.contest, scene.entrant, pictures=[broken])
    ballot = factories.ballot(session, scene.round_, scene.judge, entry)
    client.sign_in(scene.person)
    url = f"/judge/ballots/{ballot.id}"
    assert words in client.page(url)
    assert client.submit(url, MARKS, press="submit").status_code == 303
    session.refresh(ballot)
    assert ballot.state is BallotState.SUBMITTED


def test_without_script_a_ballot_is_saved_submitted_and_followed_by_the_next(
    desk: Client, scene: Scene
) -> None:
    response = desk.submit(scene.url(), {"mark-relevance": "7"}, press="save")
    page = desk.follow(response).text
    assert "saved 13:00" in page  # the contest's zone, until the reader's is known
    assert 'value="7" checked' in page
    response = desk.submit(scene.url(), {"mark-originality": "9", "shown": "1"}, press="submit")
    assert response.headers["Location"] == scene.url(1)


def test_skipping_goes_through_everything_and_submitting_returns_to_what_was_skipped(
    desk: Client, scene: Scene
) -> None:
    assert f'rel="next" href="{scene.url(1)}"' in desk.page(scene.url(0))
    assert f'rel="next" href="{scene.url(2)}"' in desk.page(scene.url(1))
    assert f'rel="prev" href="{scene.url(1)}"' in desk.page(scene.url(2))
    last = desk.submit(scene.url(2), SEEN, press="submit")
    assert last.headers["Location"] == scene.url(0)
    assert desk.submit(scene.url(0), SEEN, press="submit").headers["Location"] == scene.url(1)
    done = desk.submit(scene.url(1), SEEN, press="submit")
    assert "all 3 entries are submitted" in desk.follow(done).text


def test_a_single_entry_is_spoken_of_as_one(client: Client, session: Session) -> None:
    scene = make_scene(session, entries=1)
    client.sign_in(scene.person)
    page = client.page(scene.url())
    assert page.count("To the list") == 1
    assert '<p class="ballot-submitted" hidden>' in page
    done = client.submit(scene.url(), SEEN, press="submit")
    assert "Thank you: your entry is submitted." in client.follow(done).text
    page = client.page(scene.url())
    assert "Submitted 13:00" in page
    assert '<p class="ballot-submitted">' in page
    assert "you can change it until the round closes" in page
    assert "<span data-act>Save and next</span>" in page


def test_an_incomplete_submission_keeps_its_marks_and_names_what_is_missing(
    desk: Client, session: Session, scene: Scene
) -> None:
    fields = {"comment": "<img src=x onerror=alert(1)>"}
    response = desk.submit(scene.url(), fields, press="submit")
    assert response.status_code == 422
    assert response.text.count("Choose a mark.<") == 4  # beside each, and in the summary
    assert "&lt;img src=x" in response.text
    session.refresh(scene.ballots[0])
    assert (scene.ballots[0].state, scene.ballots[0].version) == (BallotState.DRAFT, 1)
    form = find_form(response.text, {"comment"})
    assert desk.send(scene.url(), form, SEEN, press="submit").status_code == 303


def test_the_script_is_told_version_state_and_time(desk: Client, scene: Scene) -> None:
    desk.set_cookie("tz", "Asia/Tokyo")
    response = save(desk, scene.url(), version="0", **MARKS)
    assert response.json == {
        "version": 1,
        "state": "draft",
        "saved_at": "21:00",
        "at": "2025-03-10T12:00:00+00:00",
    }
    assert "saved 21:00" in desk.page(scene.url())


def test_a_stale_script_gets_both_sets_of_marks(desk: Client, scene: Scene) -> None:
    save(desk, scene.url(), version="0", comment="First", **MARKS)
    response = save(desk, scene.url(), version="0", **{"mark-relevance": "1"})
    assert response.status_code == 409
    assert response.json == {
        "error": "You changed this ballot in another window. Which marks should stand?",
        "code": "stale-ballot",
        "version": 1,
        "state": "draft",
        "saved_at": "13:00",
        "theirs": {**MARKS, "comment": "First", "note": ""},
    }


def test_a_stale_window_without_script_shows_both_and_lets_choose(
    desk: Client, scene: Scene
) -> None:
    old = find_form(desk.page(scene.url()), {"comment"})
    there = {"mark-relevance": "2", "comment": "First", "note": "Look again"}
    desk.submit(scene.url(), there, press="save")
    response = desk.send(scene.url(), old, {"mark-relevance": "8"}, press="submit")
    assert response.status_code == 409
    assert "In the other window" in response.text
    assert "<td>8</td><td>2</td>" in response.text
    assert "First" in response.text
    assert "Look again" in response.text
    kept = find_form(response.text, {"comment"})
    page = desk.follow(desk.send(scene.url(), kept, {}, press="Keep this window's marks")).text
    assert 'value="8" checked' in page
    assert "First" not in page


def test_a_double_submit_is_harmless(desk: Client, session: Session, scene: Scene) -> None:
    form = find_form(desk.page(scene.url()), {"comment"})
    for _ in range(2):
        response = desk.send(scene.url(), form, SEEN, press="submit")
        assert response.headers["Location"] == scene.url(1)
    session.refresh(scene.ballots[0])
    assert scene.ballots[0].version == 1


def test_after_the_close_an_open_form_is_refused_with_the_time(desk: Client, scene: Scene) -> None:
    form = find_form(desk.page(scene.url()), {"comment"})
    save(desk, scene.url(), version="0", **MARKS)
    scene.round_.state, scene.round_.closed_at = RoundState.CLOSED, NOW
    response = desk.send(scene.url(), form, {"mark-relevance": "1"}, press="submit")
    assert response.status_code == 409
    assert "This round closed on" in response.text
    assert "13:00 Zurich" in response.text
    assert "7 of 10" in response.text
    answer = save(desk, scene.url(), version="1", **{"mark-relevance": "1"})
    assert answer.status_code == 409
    assert "This round closed on" in str(answer.json)
    assert "theirs" not in (answer.json or {})
    assert post(desk, f"{scene.url()}/recuse", reason="x").status_code == 409


def test_somebody_elses_ballot_is_not_there(client: Client, session: Session, scene: Scene) -> None:
    assert client.get(scene.url()).status_code == 302
    rival = factories.user(session)
    factories.judge(session, scene.contest, rival)
    for person in (factories.organiser(session), scene.entrant, rival):
        client.sign_in(person)
        assert client.get(scene.url()).status_code == 404
        assert post(client, scene.url(), version="0", **MARKS).status_code == 404
        assert post(client, f"{scene.url()}/recuse", reason="x").status_code == 404


@pytest.mark.parametrize("number", ["0", "2147483647", "2147483648", "9" * 40, "-1", "x"])
def test_a_ballot_that_never_was_is_not_there(desk: Client, number: str) -> None:
    assert desk.get(f"/judge/ballots/{number}").status_code == 404


@pytest.mark.parametrize(
    "fields",
    [
        {"mark-relevance": "11"},
        {"mark-relevance": "seven"},
        {"mark-relevance": "9" * 50},
        {"version": "soon"},
        {"version": ""},
        {"comment": "x" * 4001},
    ],
)
def test_what_no_form_sends_is_refused(
    desk: Client, session: Session, scene: Scene, fields: dict[str, str]
) -> None:
    answer = save(desk, scene.url(), **({"version": "0", **MARKS} | fields))
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"]
    assert post(desk, scene.url(), **({"version": "0", **MARKS} | fields)).status_code == 422
    session.refresh(scene.ballots[0])
    assert scene.ballots[0].version == 0


def test_hostile_words_are_kept_and_escaped(desk: Client, scene: Scene) -> None:
    comment = "</textarea><script>alert('\u202e')</script>\x00 {{ 7*7 }} 💥 %(x)s"
    assert save(desk, scene.url(), version="0", comment=comment).status_code == 200
    page = desk.page(scene.url())
    assert "&lt;/textarea&gt;&lt;script&gt;alert(&#39;\u202e&#39;)&lt;/script&gt;" in page
    assert "{{ 7*7 }} 💥 %(x)s" in page
    assert json.dumps("<script>") not in page


def test_stepping_back_asks_why_and_goes_on(desk: Client, session: Session, scene: Scene) -> None:
    save(desk, scene.url(), version="0", **MARKS)
    press = "Step back from entry 0001"
    refused = desk.submit(scene.url(), {"reason": "  "}, press=press)
    assert refused.status_code == 422
    assert "Say in a few words" in refused.text
    assert 'value="7" checked' in refused.text
    response = desk.submit(scene.url(), {"reason": "She was my <pupil>"}, press=press)
    assert response.headers["Location"] == scene.url(1)
    assert "You stepped back from entry 0001" in desk.follow(response).text
    # A second click, and the old address.
    assert post(desk, f"{scene.url()}/recuse", reason="x").status_code == 303
    assert desk.get(scene.url()).status_code == 303
    assert "0 of 2" in desk.page("/judge")
    assert session.scalars(select(Recusal.reason)).all() == ["She was my <pupil>"]


def test_an_entry_that_left_can_be_seen_and_takes_no_marks(
    desk: Client, session: Session, scene: Scene
) -> None:
    entry = session.get(Entry, scene.ballots[0].entry_id)
    assert entry is not None
    entry.state, entry.withdrawn_at = EntryState.WITHDRAWN, NOW
    page = desk.page(scene.url())
    assert "This entry has left the contest" in page
    assert "<form" not in page
    assert save(desk, scene.url(), version="0", **MARKS).status_code == 409
