"""The organisers' pages of a panel: conflicts of interest, what judges know, the doubt."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from judging.models import Conflict, ConflictGround, ConflictVerdict, Judge
from judging.queries.panel import unsettled_conflicts
from judging.service import conflicts, panel, rounds
from tests import factories
from tests.client import Client, Value, forms
from tests.factories import NOW
from tests.judging import test_focusing as focus
from tests.judging.scenes import Scene, waiting
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def scene(session: Session) -> Scene:
    """Make a panel of whom two share their organisation with two entrants each."""
    scene = waiting(session)
    for judge in scene.judges[:2]:
        judge.organisation = "Kite Academy"
    for entry in scene.entries[:2]:
        entry.owner.organisation = "KITE academy"
    session.flush()
    conflicts.find_conflicts(session, contest=scene.contest, actor=scene.actor, now=NOW)
    session.commit()
    return scene


@pytest.fixture
def organiser(client: Client, scene: Scene) -> Client:
    client.sign_in(scene.organiser)
    return client


def keys(session: Session) -> list[str]:
    rows = session.scalars(select(Conflict).order_by(Conflict.judge_id, Conflict.entry_id))
    return [f"{row.judge_id}-{row.entry_id}" for row in rows]


def test_suggestions_are_settled_one_by_one_and_taken_back(
    session: Session, scene: Scene, organiser: Client
) -> None:
    page = organiser.page(scene.url("conflicts"))
    assert page.count("Kite Academy") == 4
    assert "4 to settle" in organiser.page(scene.url("panel"))
    first, *_others = keys(session)
    sent: dict[str, Value] = {"pairs": [first], "reason": "They work together"}
    answer = organiser.submit(scene.url("conflicts"), sent, press="Recuse the judge")
    assert "1 suggestion is settled" in organiser.follow(answer).text
    assert unsettled_conflicts(session, scene.contest) == 3
    settled = organiser.page(scene.url("conflicts?show=settled"))
    assert "They work together" in settled
    answer = organiser.submit(scene.url("conflicts?show=settled"), {"pairs": first})
    assert "waits to be settled again" in organiser.follow(answer).text
    assert unsettled_conflicts(session, scene.contest) == 4


def test_the_audit_names_entries_by_number(session: Session, organiser: Client) -> None:
    other = waiting(session)  # its ids are not its numbers
    pair = (other.judges[0].id, other.entries[2].id)
    session.add(
        Conflict(judge_id=pair[0], entry_id=pair[1], ground=ConflictGround.DOMAIN, found_at=NOW)
    )
    session.flush()
    by: dict[str, Any] = {"contest": other.contest, "actor": other.actor, "now": NOW}
    conflicts.settle(session, pairs=[pair], verdict=ConflictVerdict.DISMISSED, reason="", **by)
    conflicts.undo(session, judge_id=pair[0], entry_id=pair[1], **by)
    panel.declare(
        session,
        judge=other.judges[1],
        conflicts={other.entries[3].id: "My pupil"},
        actor=other.actor,
        now=NOW,
    )
    session.commit()
    organiser.sign_in(other.organiser)
    page = organiser.page(other.url("audit"))
    assert page.count("Entries: 0003.") == 2
    assert "Entries: 0004." in page


def test_many_are_settled_at_once(session: Session, scene: Scene, organiser: Client) -> None:
    answer = organiser.submit(
        scene.url("conflicts"), {"pairs": keys(session)[:3]}, press="No conflict"
    )
    assert answer.status_code == 303
    verdicts = [row.verdict for row in session.scalars(select(Conflict).order_by(Conflict.id))]
    assert verdicts.count(ConflictVerdict.DISMISSED) == 3


def test_all_that_a_filter_shows_are_settled_with_what_other_pages_have(
    session: Session, scene: Scene, organiser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("judging.views.paging.ROWS", 1)
    judge = scene.judges[0]
    address = scene.url(f"conflicts?judge={judge.id}&ground=organisation")
    assert "1 to 1 of 2" in organiser.page(address)
    answer = organiser.submit(address, {"every": True}, press="Recuse the judge")
    assert answer.headers["Location"].endswith(f"judge={judge.id}&ground=organisation")
    session.expire_all()
    left = session.scalars(select(Conflict).where(Conflict.verdict.is_(None))).all()
    assert {row.judge_id for row in left} == {scene.judges[1].id}
    assert len(left) == 2


def test_nothing_ticked_is_said(scene: Scene, organiser: Client) -> None:
    answer = organiser.submit(scene.url("conflicts"), {"reason": "x"}, press="No conflict")
    assert "Tick the suggestions" in organiser.follow(answer).text
    too_long = {"reason": "x" * 301}
    answer = organiser.submit(scene.url("conflicts"), too_long, press="No conflict")
    assert "300 characters" in organiser.follow(answer).text


def test_countries_bar_at_a_button(session: Session, scene: Scene, organiser: Client) -> None:
    judge = scene.judges[2]
    judge.country = "KE"
    session.commit()
    address = scene.url("conflicts")
    press = "Keep judges from entries of their own country"
    page = organiser.follow(organiser.submit(address, {}, press=press)).text
    assert "Same country: <bdi>Kenya" in page
    answer = organiser.submit(address, {}, press="Let judges judge entries of their own country")
    assert "Kenya" not in organiser.follow(answer).text


def test_an_empty_page_says_when_it_will_not_be(session: Session, client: Client) -> None:
    scene = waiting(session)
    session.commit()
    client.sign_in(scene.organiser)
    assert "Nothing to settle" in client.page(scene.url("conflicts"))
    assert "Nothing was settled yet" in client.page(scene.url("conflicts?show=settled&judge=x"))
    answer = client.submit(scene.url("conflicts"), {}, press="Look again")
    assert "Nothing new was found" in client.follow(answer).text


def test_only_organisers_see_suggestions(
    session: Session, scene: Scene, new_client: Callable[[], Client]
) -> None:
    for judge in scene.judges:
        assert judge.user is not None
        visitor = new_client()
        visitor.sign_in(judge.user)
        assert visitor.get(scene.url("conflicts")).status_code == 403
        assert visitor.get(scene.url(f"panel/{judge.id}")).status_code == 403
    assert unsettled_conflicts(session, scene.contest) == 4


def test_the_page_asks_as_much_for_many_as_for_few(
    app: Flask, session: Session, scene: Scene, organiser: Client
) -> None:
    asked = []
    address = scene.url("conflicts")
    for n in (1, 4):
        with counted(app) as queries:
            organiser.page(address)
        asked.append(len(queries))
        for _one in range(n):
            owner = factories.user(session)
            owner.organisation = "Kite Academy"
            factories.entry(session, scene.contest, owner)
        conflicts.find_conflicts(session, contest=scene.contest, actor=scene.actor, now=NOW)
        session.commit()
    assert asked[0] == asked[1]


def test_an_organiser_says_what_a_judge_knows_and_who_chairs(
    session: Session, scene: Scene, organiser: Client
) -> None:
    for judge in scene.judges[:2]:
        address = scene.url(f"panel/{judge.id}")
        said: dict[str, Value] = {"is_chair": True, "most_ballots": "12", "languages": ["en", "fr"]}
        answer = organiser.submit(address, said, press="Save")
        assert f"What {judge.name} knows is saved" in organiser.follow(answer).text
    session.expire_all()
    chairs = session.scalars(select(Judge).where(Judge.is_chair)).all()
    assert [chair.id for chair in chairs] == [scene.judges[1].id]
    page = organiser.page(scene.url("panel"))
    assert "English, French · at most 12 entries" in page
    wrong = organiser.submit(
        scene.url(f"panel/{scene.judges[0].id}"), {"most_ballots": "0"}, press="Save"
    )
    assert wrong.status_code == 422


def test_another_chair_in_the_middle_needs_a_reason(
    session: Session, scene: Scene, organiser: Client
) -> None:
    first, second = scene.judges[:2]
    address = scene.url(f"panel/{first.id}")
    page = organiser.page(address)
    assert "Reason for another chair" not in page
    assert "Languages they read" in page
    assert "you read" not in page
    # A box left unticked says something too.
    assert '<label for="is_chair">Chairs the panel</label>' in page
    organiser.follow(organiser.submit(address, {"is_chair": True}, press="Save"))
    rounds.open_round(
        session, contest=scene.contest, round_id=scene.round_.id, actor=scene.actor, now=NOW
    )
    session.commit()
    address = scene.url(f"panel/{second.id}")
    chair: dict[str, Value] = {"is_chair": True, "most_ballots": "7"}
    refused = organiser.submit(address, chair, press="Save")
    assert refused.status_code == 422
    assert "say why this changes" in refused.text
    session.expire_all()
    assert (first.is_chair, second.most_ballots) == (True, None)
    # What a judge knows may change without one.
    organiser.follow(organiser.submit(address, {"most_ballots": "8"}, press="Save"))
    sent = chair | {"reason": "The chair fell ill"}
    organiser.follow(organiser.submit(address, sent, press="Save"))
    session.expire_all()
    assert (first.is_chair, second.is_chair, second.most_ballots) == (False, True, 7)
    assert "The chair fell ill" in organiser.page(scene.url("audit?about=judge"))


def test_everybody_late_is_reminded_at_once(
    session: Session, client: Client, outbox: Callable[[str], list[object]]
) -> None:
    scene = focus.opened(session, focus.focused(session))
    session.commit()
    client.sign_in(scene.organiser)
    for count in ("4 reminders are", "Nothing is missing"):
        answer = client.submit(scene.url("panel"), {}, press="Remind all with work left")
        assert count in client.follow(answer).text
    assert len(outbox(scene.judges[0].email)) == 2


def test_the_control_room_shows_how_the_doubt_fell(
    session: Session, client: Client, drain: Callable[[], int]
) -> None:
    scene = focus.opened(session, focus.focused(session))
    session.commit()
    client.sign_in(scene.organiser)
    address = scene.url(f"rounds/{scene.round_.id}")
    page = client.page(address)
    assert "Remaining doubt" not in page
    assert "24 ballots of the round are not handed out yet." in page
    focus.judge_all(session, scene, drain)
    session.commit()
    page = client.page(address)
    assert "The 3 entries that lead are the right ones with" in page
    assert "Every ballot of the round is submitted." in page
    assert "not handed out yet" not in page
    assert page.count('class="chart-dot"') == 7
    assert forms(page)
