"""The organisers' judging room in a browser: the panel, the round, the audit."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.authz import ANYBODY
from app.mail import OutgoingMail
from contests.states import ContestState
from judging.models import Judge, Recusal, RecusalSource, Round
from judging.queries.audit import PAGE_SIZE
from judging.service import panel, rounds
from judging.service.rounds import Preset
from judging.states import RoundState
from tests import factories
from tests.client import Client, Form, forms
from tests.conftest import Outbox
from tests.factories import NOW
from tests.judging import scenes
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")


def manager(client: Client, scene: scenes.Scene) -> Client:
    client.sign_in(scene.organiser)
    return client


def form_to(client: Client, page: str, action: str) -> Form:
    """Return the form on a page that is sent to this address."""
    (found,) = [form for form in forms(client.page(page)) if form.target(None) == action]
    return found


# --- who may come near --------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["panel", "rounds", "results", "announce", "audit", "present"])
def test_only_organisers_come_near(
    session: Session, new_client: Callable[[], Client], page: str
) -> None:
    scene = scenes.judged(session)
    scenes.proposed(session, scene)
    assert new_client().get(scene.url(page)).status_code == 302
    for person in (scene.entries[0].owner, scene.judges[0].user):
        assert person is not None
        visitor = new_client()
        visitor.sign_in(person)
        assert visitor.get(scene.url(page)).status_code == 403
    manager(new_client(), scene).page(scene.url(page))


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_another_contests_judge_is_nobody_here(session: Session, client: Client) -> None:
    scene, other = scenes.judged(session), scenes.judged(session)
    manager(client, scene)
    own = scene.url(f"panel/{scene.judges[0].id}/remove")
    theirs = scene.url(f"panel/{other.judges[0].id}/remove")
    data = form_to(client, scene.url("panel"), own).filled({}, None)
    assert client.post(theirs, data=data).status_code == 404
    assert client.get(scene.url("results/entries/99")).status_code == 404


# --- the panel ----------------------------------------------------------------------------------


def test_several_judges_are_invited_at_once(
    session: Session, client: Client, outbox: Outbox
) -> None:
    scene = scenes.waiting(session, judges=0)
    url = scene.url("panel")
    assert "Nobody is on the panel yet" in manager(client, scene).page(url)
    people = 'Ada Lovelace <ada@example.org>\n\nGrace, grace@example.org\n"Lin" <ADA@example.org>'
    page = client.follow(client.submit(url, {"people": people})).text
    assert "2 invitations are on their way." in page
    assert "Lin" in page
    assert "Grace" in page
    assert {mail["To"] for mail in outbox()} == {"ada@example.org", "grace@example.org"}


@pytest.mark.parametrize("line", ["Just A Name", "x" * 130 + " <x@example.org>", "a " * 9000])
def test_a_line_that_names_nobody_invites_nobody(
    session: Session, client: Client, line: str
) -> None:
    scene = scenes.waiting(session, judges=0)
    manager(client, scene)
    answer = client.submit(scene.url("panel"), {"people": f"Ada <ada@example.org>\n{line}"})
    assert answer.status_code == 422
    assert line[:80] in answer.text
    assert "ada@example.org" in answer.text
    assert session.scalars(select(Judge)).all() == []


def test_the_panel_says_how_far_everybody_is(session: Session, client: Client) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    scene.judges[0].declared_at = None
    session.add(
        Recusal(
            judge_id=scene.judges[1].id,
            entry_id=scene.entries[2].id,
            source=RecusalSource.DECLARED,
            reason="She is my cousin.",
            created_at=NOW,
        )
    )
    late = panel.invite(
        session,
        contest=scene.contest,
        email="late@example.org",
        name="Late",
        actor=scene.actor,
        now=NOW - timedelta(days=40),
    )
    page = manager(client, scene).page(scene.url("panel"))
    for words in ("Accepted", "Ready to judge", "Invitation expired", "She is my cousin."):
        assert words in page
    action = scene.url(f"panel/{late.id}/resend")
    client.follow(client.send(action, form_to(client, scene.url("panel"), action), {}))
    assert "Invitation expired" not in client.page(scene.url("panel"))


def test_a_judge_is_reminded_once_an_hour(session: Session, client: Client, outbox: Outbox) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    judge = scene.judges[0]
    entry = factories.entry(session, scene.contest, factories.user(session))
    factories.ballot(session, scene.round_, judge, entry)
    manager(client, scene)
    url = scene.url(f"panel/{judge.id}/remind?round={scene.round_.id}")
    for said in ("is on its way", "within the last hour"):
        form = form_to(client, scene.round_url(), url)
        answer = client.follow(client.send(url, form, {}))
        assert answer.request.path == scene.round_url()
        assert said in answer.text
    assert len(outbox(judge.email)) == 1


def test_a_judge_is_removed_and_invited_again(session: Session, client: Client) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    judge = scene.judges[0]
    manager(client, scene)
    page = client.follow(client.submit(scene.url("panel"), press=f"Remove {judge.name}")).text
    assert "is not on the panel any more" in page
    assert session.get_one(Judge, judge.id).removed_at == NOW
    page = client.follow(client.submit(scene.url("panel"), press="Invite again")).text
    session.expire_all()
    assert session.get_one(Judge, judge.id).removed_at is None


# --- the round ----------------------------------------------------------------------------------


def test_a_round_is_planned_changed_and_opened(
    session: Session, client: Client, outbox: Outbox
) -> None:
    scene = scenes.waiting(session)
    session.delete(scene.round_)
    session.flush()
    manager(client, scene)
    url = scene.url("rounds")
    assert "No round is planned yet" in client.page(url)
    page = client.follow(client.submit(url, press="Plan: One scoring round")).text
    assert "Every entry gets 3 judges." in page
    scene.round_ = session.scalars(select(Round)).one()
    fields = {
        "title": "Last look",
        "briefing": "Be **fair**.",
        "per_entry": "2",
        "due_at": "2025-03-20T18:00",
    }
    page = client.follow(client.submit(scene.round_url("edit"), fields)).text
    assert "<strong>fair</strong>" in page
    assert "20 Mar 2025, 18:00" in page
    assert "Every entry gets 2 judges. That makes 8 ballots in all." in page
    assert "All 3 judges are linked through shared entries" in page
    assert "4 entries are not screened yet" in page
    page = client.follow(client.submit(scene.round_url(), press="Open the round now")).text
    assert "The round is open" in page
    assert "0 of 8" in page
    assert len(outbox()) == 3
    session.expire_all()
    assert scene.contest.state is ContestState.JUDGING


def test_what_is_missing_before_the_opening_is_said(session: Session, client: Client) -> None:
    scene = scenes.waiting(session, entries=1, judges=1)
    own = factories.entry(session, scene.contest, scene.judges[0].user or scene.organiser)
    factories.judge(session, scene.contest, factories.user(session), declared=False)
    page = manager(client, scene).page(scene.round_url())
    assert "1 judge has accepted and not declared conflicts of interest yet" in page
    assert (
        "1 judge has accepted and declared conflicts of interest; each entry is to have 2" in page
    )
    assert "Open the round now" not in page
    assert f'href="{scene.round_url("edit")}#per_entry">Lower the judges per entry<' in page
    assert 'id="per_entry"' in client.page(scene.round_url("edit"))
    scene.round_.per_entry = 1
    page = client.page(scene.round_url())
    assert f"Entry {own.number:04d}: 0 judges instead of 1" in page
    page = client.follow(client.submit(scene.round_url(), press="Open the round now")).text
    assert f"Too few judges may mark these entries: {own.number:04d}." in page
    assert "1 entry has too few judges" in page


def test_a_round_that_is_not_ready_says_why(session: Session, client: Client) -> None:
    scene = scenes.waiting(session)
    manager(client, scene)
    form = form_to(client, scene.round_url(), scene.round_url("open"))
    scene.contest.closes_at = NOW + timedelta(hours=1)
    page = client.follow(client.send(scene.round_url("open"), form, {})).text
    assert "Entries can still change until" in page
    assert "Open the round now" not in page
    session.expire_all()
    assert scenes.round_of(session, scene).state is RoundState.PLANNED


def test_closing_says_what_is_missing_and_closes_anyway(session: Session, client: Client) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    late = scene.judges[0]
    unread = factories.entry(session, scene.contest, factories.user(session), title="Unread")
    factories.ballot(session, scene.round_, late, unread)
    scene.round_.due_at = NOW - timedelta(days=1)
    manager(client, scene)
    page = client.page(scene.round_url())
    assert "8 of 9" in page
    assert f"1 judge is late: {late.name}." in page
    assert f"{late.name} has 1 ballot of 5 left." in page
    assert f"1 entry has no ballot, and so no place in the standings: {unread.number:04d}." in page
    page = client.follow(client.submit(scene.round_url(), press="Close the round now")).text
    assert "8 of 9 ballots were submitted; the rest does not count." in page
    page = client.follow(client.submit(scene.round_url(), press="Open the round again now")).text
    assert "The round is open again" in page


def test_closing_says_what_it_costs(session: Session, client: Client) -> None:
    scene = scenes.judged(session, state=RoundState.OPEN)
    late = scene.judges[0]
    manager(client, scene)
    assert "can still change that" not in client.page(scene.round_url())
    thin = factories.entry(session, scene.contest, factories.user(session), title="Thin")
    factories.ballot(session, scene.round_, scene.judges[1], thin, (9, 9))
    factories.ballot(session, scene.round_, late, thin)
    page = client.page(scene.round_url())
    assert "1 ballot is missing and will not count" in page
    assert f"1 entry rests on a single ballot: {thin.number:04d}." in page
    assert "The 3 entries that lead are the right ones with" in page
    assert f"They are, in no order: 0001, 0002, {thin.number:04d}." in page
    assert "What is missing can still change that." in page
    assert f'href="{scene.url("results/stability")}"' in page
    for judge in scene.judges:
        for n in range(8):
            extra = factories.entry(session, scene.contest, factories.user(session), title=f"{n}")
            factories.ballot(session, scene.round_, judge, extra)
    assert "There are too few ballots to say" in client.page(scene.round_url())


def test_gaps_are_filled_by_assigning_again(session: Session, client: Client) -> None:
    scene = scenes.waiting(session, judges=2)
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    panel.remove(session, judge=scene.judges[0], actor=scene.actor, now=NOW)
    manager(client, scene)
    page = client.page(scene.round_url())
    assert "4 entries have too few judges" in page
    assert "No judge is free for them: invite somebody" in page
    assert scene.round_url("assign") not in page
    factories.judge(session, scene.contest, factories.user(session, "New Judge"))
    page = client.page(scene.round_url())
    assert "“Assign again” gives them to a free judge." in page
    assert page.count(scene.round_url("assign")) == 1
    form = forms(client.page(scene.round_url()))
    action = scene.round_url("assign")
    found = next(one for one in form if one.target(None) == action)
    page = client.follow(client.send(action, found, {})).text
    assert "Every gap that could be filled is filled" in page
    assert "have too few judges" not in page


# --- the rubric ---------------------------------------------------------------------------------


def test_the_rubric_is_rearranged_before_it_is_saved(session: Session, client: Client) -> None:
    scene = scenes.waiting(session)
    url = scene.round_url("rubric")
    manager(client, scene)
    page = client.page(url)
    (form,) = [one for one in forms(page) if "title_0" in one.names]
    assert form.filled({}, None)["title_0"] == ["Relevance"]
    page = client.send(url, form, {"title_0": "Renamed"}, press="add").text
    assert "Not saved yet." in page
    (form,) = [one for one in forms(page) if "title_2" in one.names]
    page = client.send(url, form, {"title_2": "Technique"}, press="up-2").text
    (form,) = [one for one in forms(page) if "title_2" in one.names]
    values = form.filled({}, None)
    assert [values[f"title_{n}"][0] for n in range(3)] == ["Renamed", "Technique", "Originality"]
    page = client.send(url, form, {}, press="remove-2").text
    (form,) = [one for one in forms(page) if "title_1" in one.names]
    client.follow(client.send(url, form, {"weight_1": "3"}, press="Save the rubric"))
    session.expire_all()
    criteria = session.scalars(select(Round)).one().criteria
    assert [(c.title, c.weight) for c in criteria] == [("Renamed", 2), ("Technique", 3)]
    assert criteria[0].key == "relevance"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title_0": ""}, "This field is required."),
        ({"minimum_0": "10"}, "must be above the lowest one"),
        ({"minimum_0": "5", "maximum_0": "1"}, "The highest mark must be above the lowest one."),
        ({"minimum_0": "5", "maximum_0": "5"}, "The highest mark must be above the lowest one."),
        ({"maximum_1": "1001"}, "1000 steps at most"),
        ({"maximum_1": "7.25"}, "there is no mark of 7.25: take 7 or 8"),
        ({"step_0": "0"}, "A step is from 0.01 to 100."),
        ({"step_0": "0.333"}, "two decimals at most"),
        ({"minimum_0": "low"}, "two decimals at most"),
        ({"words_0_0": "Poor", "level_0_0": "11"}, "a mark from 1 to 10"),
        ({"words_0_0": "Poor", "level_0_0": ""}, "a mark from 1 to 10"),
        ({"weight_1": "none"}, "Not a valid integer value."),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_a_wrong_rubric_is_kept_with_its_faults(
    session: Session, client: Client, fields: dict[str, str], said: str
) -> None:
    scene = scenes.waiting(session)
    url = scene.round_url("rubric")
    answer = manager(client, scene).submit(url, {"guidance_1": "Kept.", **fields})
    assert answer.status_code == 422
    assert said in answer.text
    assert "Kept." in answer.text


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_all_faults_of_a_rubric_are_said_at_once_and_where(
    session: Session, client: Client
) -> None:
    scene = scenes.waiting(session)
    fields = {"title_0": "", "weight_1": "0", "minimum_1": "12"}
    page = manager(client, scene).submit(scene.round_url("rubric"), fields).text
    for place in ("Criterion 1 · Title", "Criterion 2 · Weight", "Criterion 2 · Highest mark"):
        assert f"<strong>{place}</strong>" in page


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
@pytest.mark.parametrize("act", ["up-0", "down-9", "remove-x", "dance", "up-²"])
def test_a_strange_button_changes_nothing(session: Session, client: Client, act: str) -> None:
    scene = scenes.waiting(session)
    url = scene.round_url("rubric")
    manager(client, scene)
    (form,) = [one for one in forms(client.page(url)) if "title_0" in one.names]
    data = form.filled({}, None) | {"act": [act]}
    page = client.post(url, data=data).text
    (form,) = [one for one in forms(page) if "title_0" in one.names]
    values = form.filled({}, None)
    assert [values[f"title_{n}"][0] for n in range(2)] == ["Relevance", "Originality"]


def test_a_locked_rubric_explains_itself(session: Session, client: Client) -> None:
    scene = scenes.waiting(session)
    url = scene.round_url("rubric")
    manager(client, scene)
    (form,) = [one for one in forms(client.page(url)) if "title_0" in one.names]
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=ANYBODY, now=NOW
    )
    judge = scene.judges[0]
    extra = factories.entry(session, scene.contest, factories.user(session))
    factories.ballot(session, scenes.round_of(session, scene), judge, extra, [5, 5])
    assert "the same mark must mean the same for everyone" in client.page(url)
    assert client.send(url, form, {}, press="Save the rubric").status_code == 409


# --- the audit ----------------------------------------------------------------------------------


def test_the_audit_tells_in_words_and_by_subject(session: Session, client: Client) -> None:
    scene = scenes.waiting(session)
    other = scenes.waiting(session)
    rounds.plan_rounds(
        session, contest=other.contest, preset=Preset.ONE, actor=other.actor, now=NOW
    )
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    panel.remind(session, judge=scene.judges[1], actor=scene.actor, now=NOW)
    rounds.close_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    url = scene.url("audit")
    page = manager(client, scene).page(url)
    for words in (
        "Opened the round",
        f"Seed of the assignment: {scene.round_.seed}.",
        "Closed the round",
        "8 ballots missing.",
        "Reminded the judge",
        scene.judges[1].name,
        scene.organiser.name,
    ):
        assert words in page
    assert page.index("Closed the round") < page.index("Opened the round")
    page = client.page(f"{url}?about=judge")
    assert "Reminded the judge" in page
    assert "Closed the round" not in page
    assert "Nothing has been recorded" in client.page(f"{url}?about=decision")
    client.page(f"{url}?about=nonsense&before=nonsense")


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_a_long_audit_comes_in_pages(session: Session, client: Client) -> None:
    scene = scenes.waiting(session)
    for _time in range(PAGE_SIZE + 5):
        panel.invite(
            session,
            contest=scene.contest,
            email="again@example.org",
            name="Again",
            actor=scene.actor,
            now=NOW,
        )
    page = manager(client, scene).page(scene.url("audit"))
    assert page.count("Invited the judge") == PAGE_SIZE
    last = page.rindex("before=")
    before = page[last:].partition('"')[0]
    assert client.page(f"{scene.url('audit')}?{before}").count("Invited the judge") == 5


# --- how much a page asks -----------------------------------------------------------------------


def test_pages_ask_no_more_for_more_rows(
    app: Flask, session: Session, new_client: Callable[[], Client]
) -> None:
    few = scenes.judged(session, [(9, 9)], judges=1, state=RoundState.OPEN)
    many = scenes.judged(session, judges=3, state=RoundState.OPEN)
    for scene in (few, many):
        for judge in scene.judges:
            barred = factories.entry(session, scene.contest, factories.user(session))
            session.add(
                Recusal(
                    judge_id=judge.id,
                    entry_id=barred.id,
                    source=RecusalSource.DECLARED,
                    reason="Known.",
                    created_at=NOW,
                )
            )
        panel.remove(session, judge=scene.judges[-1], actor=scene.actor, now=NOW)
        for judge in scene.judges:
            panel.invite(
                session,
                contest=scene.contest,
                email=judge.email,
                name=judge.name,
                actor=scene.actor,
                now=NOW,
            )
    for page in ("panel", "rounds", "results", "audit"):
        counts = []
        for scene in (few, many):
            client = manager(new_client(), scene)
            client.page(scene.url(page))
            with counted(app) as statements:
                client.page(scene.url(page))
            counts.append(len(statements))
        assert counts[0] == counts[1], page
        assert counts[0] < 30, page


def test_the_ballots_mail_is_written_for_people(session: Session) -> None:
    scene = scenes.waiting(session)
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    mail = session.scalars(select(OutgoingMail).limit(1)).one()
    assert mail.subject == "Photo Contest 2025: entries wait for your marks"
    assert "Please submit them by Thu, 20 Mar 2025, 13:00 Zurich" in (mail.body or "")
