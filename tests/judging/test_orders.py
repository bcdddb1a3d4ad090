"""A judge's order: kept whole, never lost or overwritten, and of nobody else's concern."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.queries import actor_of
from app.audit import AuditEvent
from app.errors import ClosedError, InvalidError, NotFoundError
from contests.states import ContestKind, EntryState, Screening
from judging.models import Ordering, Recusal, RoundSeat
from judging.queries import given
from judging.queries.orders import find_order, groups_of, share_of
from judging.ranking import Kind, RankRow
from judging.service import orders, striking
from judging.service.orders import Content, Saved, Sent, StaleOrderError
from judging.states import BallotState
from tests import factories
from tests.client import Client, find_form
from tests.conftest import Clock, Outbox
from tests.factories import NOW
from tests.judging.asked import Asked, asked, close
from tests.judging.test_judge_views import token
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def here(session: Session, clock: Clock) -> Asked:
    clock.set(NOW)
    return asked(session, Kind.RANK)


@pytest.fixture
def judge(here: Asked, client: Client) -> Client:
    client.sign_in(here.people[0])
    return client


def url(here: Asked) -> str:
    return f"/judge/rounds/{here.round_.id}/order"


def save(
    session: Session,
    here: Asked,
    *groups: tuple[int, ...],
    version: int = 0,
    judge: int = 0,
    **sent: Any,
) -> Saved:
    content = Content(groups, sent.pop("comment", ""))
    return orders.save_order(
        session,
        actor=actor_of(here.people[judge]),
        judge=here.judges[judge],
        round_=here.round_,
        sent=Sent(content, version, **sent),
        now=NOW,
    )


def kept(session: Session, here: Asked, judge: int = 0) -> Ordering:
    found = find_order(session, judge=here.judges[judge], round_=here.round_)
    assert found is not None
    return found


def post(client: Client, where: str, **fields: str) -> TestResponse:
    """Post as the script does."""
    headers = {"Accept": "application/json", "X-CSRFToken": token(client)}
    return client.post(where, data=fields, headers=headers)


# --- the service --------------------------------------------------------------------------------


def test_an_order_may_be_partial_and_have_ties(session: Session, here: Asked) -> None:
    saved = save(session, here, (3,), (1, 2))
    assert (saved.version, saved.state, saved.left_out) == (1, BallotState.DRAFT, 1)
    order = kept(session, here)
    assert groups_of(order.lines) == ((3,), (1, 2))
    assert [line.position for line in order.lines] == [1, 2, 2]
    assert given.rankings(session, here.round_) == [], "a draft does not count"
    save(session, here, (1, 2), (4,), (3,), version=1, submit=True)
    name = str(here.judge.id)
    assert given.rankings(session, here.round_) == [
        RankRow(1, name, 1),
        RankRow(2, name, 1),
        RankRow(4, name, 3),
        RankRow(3, name, 4),
    ]


def test_a_submitted_order_stays_so_while_it_ranks_anything(session: Session, here: Asked) -> None:
    assert save(session, here, (1,), submit=True).state is BallotState.SUBMITTED
    assert save(session, here, (2,), (1,), version=1).state is BallotState.SUBMITTED
    assert save(session, here, version=2).state is BallotState.DRAFT
    assert kept(session, here).submitted_at is None
    assert share_of(session, here.judge, here.round_) == (0, 1)


def test_an_order_without_any_entry_is_not_submitted(session: Session, here: Asked) -> None:
    with pytest.raises(InvalidError) as caught:
        save(session, here, submit=True)
    assert caught.value.reason == "nothing-ranked"
    assert find_order(session, judge=here.judge, round_=here.round_) is None


def test_another_window_is_told_apart_and_nothing_is_overwritten(
    session: Session, here: Asked
) -> None:
    save(session, here, (1,), (2,), comment="first")
    with pytest.raises(StaleOrderError) as caught:
        save(session, here, (2,), (1,), comment="second")
    assert (caught.value.version, caught.value.theirs) == (1, Content(((1,), (2,)), "first"))
    assert groups_of(kept(session, here).lines) == ((1,), (2,))
    same = save(session, here, (1,), (2,), comment="first")
    assert same.version == 1, "saying the same is no conflict"


def test_the_same_key_is_the_same_save(session: Session, here: Asked) -> None:
    assert save(session, here, (1,), key="a").version == 1
    assert save(session, here, (2,), (1,), version=1, key="b").version == 2
    again = save(session, here, (1,), key="a")
    assert again.version == 1
    assert groups_of(kept(session, here).lines) == ((2,), (1,))
    for number in range(10):
        save(session, here, (1 + number % 2,), version=2 + number, key=f"key-{number}")
    assert len(kept(session, here).recent) == orders.REMEMBERED


def test_what_is_not_on_the_list_has_no_place(session: Session, here: Asked) -> None:
    here.entries[0].state, here.entries[0].withdrawn_at = EntryState.WITHDRAWN, NOW
    here.entries[1].screening = Screening.INELIGIBLE
    here.entries[1].screening_reason = "Outside the brief."
    session.flush()
    saved = save(session, here, (1, 2, 99), (3,), (4,))
    assert groups_of(kept(session, here).lines) == ((3,), (4,))
    assert saved.left_out == 0


@pytest.mark.parametrize(
    ("groups", "comment", "reason"),
    [(((1,), (1,)), "", "entry-twice"), (((1,),), "x" * 4001, "comment-too-long")],
)
def test_what_no_order_may_say_is_refused(
    session: Session, here: Asked, groups: tuple[tuple[int, ...], ...], comment: str, reason: str
) -> None:
    with pytest.raises(InvalidError) as caught:
        save(session, here, *groups, comment=comment)
    assert caught.value.reason == reason


def test_a_closed_round_takes_nothing(session: Session, here: Asked) -> None:
    save(session, here, (1,), submit=True)
    close(session, here.round_)
    with pytest.raises(ClosedError) as caught:
        save(session, here, (2,), version=1)
    assert caught.value.reason == "closed"
    assert groups_of(kept(session, here).lines) == ((1,),)


def test_nobody_orders_for_somebody_else(session: Session, here: Asked) -> None:
    with pytest.raises(NotFoundError):
        orders.save_order(
            session,
            actor=actor_of(here.people[1]),
            judge=here.judge,
            round_=here.round_,
            sent=Sent(Content(((1,),)), 0),
            now=NOW,
        )


def test_the_audit_has_every_order(session: Session, here: Asked) -> None:
    save(session, here, (3,), (1, 2))
    save(session, here, (3,), (1, 2), version=1, submit=True)
    acts = session.scalars(select(AuditEvent).where(AuditEvent.verb.startswith("order."))).all()
    assert [(act.verb, act.details["groups"]) for act in acts] == [
        ("order.save", [[3], [1, 2]]),
        ("order.submit", [[3], [1, 2]]),
    ]


def test_stepping_back_takes_the_entry_out_for_good(session: Session, here: Asked) -> None:
    save(session, here, (3,), (1, 2), (4,), submit=True)

    def step_back(number: int, reason: str = "My sister's.") -> Recusal | None:
        return orders.recuse(
            session,
            judge=here.judge,
            round_=here.round_,
            number=number,
            reason=reason,
            actor=here.actor,
            now=NOW,
        )

    with pytest.raises(InvalidError):
        step_back(1, " ")
    with pytest.raises(NotFoundError):
        step_back(77)
    assert step_back(3) is not None
    assert step_back(3) is None
    order = kept(session, here)
    assert groups_of(order.lines) == ((1, 2), (4,))
    assert [line.position for line in order.lines] == [1, 1, 3]
    assert order.version == 2
    numbers = {
        e.number or 0 for e in orders.entries_for(session, judge=here.judge, round_=here.round_)
    }
    assert numbers == {1, 2, 4}
    save(session, here, (3,), (4,), version=2)
    assert groups_of(kept(session, here).lines) == ((4,),)


def test_what_another_recusal_strikes_may_empty_an_order(session: Session, here: Asked) -> None:
    save(session, here, (2,), submit=True)
    ids = {here.entries[1].id}
    striking.strike(session, judge=here.judge, entry_ids=ids, actor=here.actor, now=NOW)
    order = kept(session, here)
    assert (order.state, order.submitted_at, order.lines) == (BallotState.DRAFT, None, [])
    save(session, here, (2,), version=2)
    close(session, here.round_)
    striking.strike(session, judge=here.judge, entry_ids=ids, actor=here.actor, now=NOW)
    assert groups_of(kept(session, here).lines) == ((2,),), "a closed round stays as it was"


def test_judges_are_told_once(session: Session, here: Asked, outbox: Outbox) -> None:
    own = factories.entry(session, here.contest, here.people[1], title="My own")
    orders.tell(session, round_=here.round_, actor=actor_of(here.organiser), now=NOW)
    first, second = (outbox(person.email) for person in here.people)
    assert "5 entries of Photo Contest 2025 wait" in first[0].get_content()
    assert url(here) in first[0].get_content()
    assert "4 entries of" in second[0].get_content()
    mine = orders.entries_for(session, judge=here.judges[1], round_=here.round_)
    assert own not in mine
    save(session, here, (1,))
    orders.tell(session, round_=here.round_, actor=actor_of(here.organiser), now=NOW)
    assert [len(outbox(person.email)) for person in here.people] == [1, 2]


def test_every_judge_reads_in_an_order_of_their_own(session: Session, here: Asked) -> None:
    turns = [
        [
            entry.number or 0
            for entry in orders.entries_for(session, judge=judge, round_=here.round_)
        ]
        for judge in here.judges
    ]
    assert sorted(turns[0]) == sorted(turns[1]) == [1, 2, 3, 4]
    again = orders.entries_for(session, judge=here.judge, round_=here.round_)
    assert [entry.number for entry in again] == turns[0]


def test_one_order_is_asked_of_each_judge(session: Session, here: Asked) -> None:
    assert share_of(session, here.judge, here.round_) == (0, 1)
    save(session, here, (1,), submit=True)
    assert share_of(session, here.judge, here.round_) == (1, 1)
    empty = asked(session, Kind.RANK, entries=0)
    assert share_of(session, empty.judge, empty.round_) == (0, 0)


# --- the page -----------------------------------------------------------------------------------


def test_an_order_is_written_submitted_and_changed_without_a_script(
    here: Asked, judge: Client, session: Session
) -> None:
    page = judge.page(url(here))
    assert "Work 3" in page
    assert "Secret Entrant" not in page
    places = {"place-1": "2", "place-2": "2", "place-3": "1"}
    assert judge.submit(url(here), places, press="save").status_code == 303
    page = judge.page(url(here))
    assert "3 of 4 ranked" in page
    assert "saved 13:00" in page
    assert "1 entry is left out" in page
    assert judge.submit(url(here), {"place-4": "9"}, press="submit").status_code == 303
    page = judge.page(url(here))
    assert "your order was submitted 13:00" in page
    assert "You can change it until the round closes" in page
    assert groups_of(kept(session, here).lines) == ((3,), (1, 2), (4,))
    judge.submit(url(here), {"place-3": "", "comment": "Three was \n blurred"}, press="save")
    session.expire_all()
    assert groups_of(kept(session, here).lines) == ((1, 2), (4,))
    assert kept(session, here).comment == "Three was \n blurred"


def test_what_cannot_be_read_is_said_and_nothing_is_lost(here: Asked, judge: Client) -> None:
    form = find_form(judge.page(url(here)), {"place-1"}, None)
    answer = judge.send(url(here), form, {"place-1": "x"}, press="save")
    assert answer.status_code == 422
    assert "A place is a whole number" in answer.text
    answer = judge.send(url(here), form, {"comment": "None of them."}, press="submit")
    assert answer.status_code == 422
    assert "Give at least one entry a place" in answer.text
    assert "None of them." in judge.page(url(here))


def test_two_windows_are_shown_beside_each_other(
    here: Asked, judge: Client, session: Session
) -> None:
    stale = find_form(judge.page(url(here)), {"place-1"}, None)
    judge.submit(url(here), {"place-1": "1"}, press="save")
    answer = judge.send(url(here), stale, {"place-2": "1"}, press="save")
    assert answer.status_code == 409
    assert "Which order should stand?" in answer.text
    again = find_form(answer.text, {"place-1"}, "save")
    keep = "Keep this window's order"
    assert judge.send(url(here), again, {}, press=keep).status_code == 303
    session.expire_all()
    assert groups_of(kept(session, here).lines) == ((2,),)


def test_the_script_is_told_what_it_needs(here: Asked, judge: Client) -> None:
    saved = post(judge, url(here), **{"version": "0", "key": "k1", "place-1": "1", "act": "save"})
    assert saved.json == {
        "version": 1,
        "state": "draft",
        "saved_at": "13:00",
        "at": NOW.isoformat(),
        "left_out": 3,
    }
    again = post(judge, url(here), **{"version": "0", "key": "k1", "place-1": "1", "act": "save"})
    assert (again.status_code, (again.json or {})["version"]) == (200, 1)
    stale = post(judge, url(here), **{"version": "0", "key": "k2", "place-2": "1"})
    assert stale.status_code == 409
    assert stale.json == {
        "error": "You changed this order in another window. Which order should stand?",
        "code": "stale-order",
        "version": 1,
        "state": "draft",
        "saved_at": "13:00",
        "theirs": {"place-1": "1", "comment": ""},
    }
    for fields in (
        {"version": "x"},
        {"version": "1", "key": "!"},
        {"version": "1", "act": "submit"},
    ):
        wrong = post(judge, url(here), **fields)
        assert wrong.status_code == 422
        assert (wrong.json or {})["error"]


def test_a_closed_round_shows_the_order_and_refuses_changes(
    here: Asked, judge: Client, session: Session
) -> None:
    judge.submit(url(here), {"place-2": "1"}, press="submit")
    form = find_form(judge.page(url(here)), {"place-1"}, None)
    close(session, here.round_)
    late = judge.send(url(here), form, {"place-1": "1"}, press="save")
    assert late.status_code == 409
    assert "This round closed on" in late.text
    told = post(judge, url(here), version="1", **{"place-1": "1"})
    assert (told.status_code, (told.json or {})["code"]) == (409, "closed")
    page = judge.page(url(here))
    assert "it cannot be changed any more" in page
    assert 'name="place-1"' not in page


def test_stepping_back_on_the_page(here: Asked, judge: Client, session: Session) -> None:
    wrong = judge.submit(url(here), {"entry": "2", "reason": ""}, press="Step back from this entry")
    assert wrong.status_code == 422
    assert '<option selected value="2">' in wrong.text
    of_none = judge.submit(url(here), {"reason": "My team's."}, press="Step back from this entry")
    assert of_none.status_code == 422
    assert 'id="entry-error"><span>Choose the entry.</span>' in " ".join(of_none.text.split())
    answer = judge.submit(
        url(here), {"entry": "2", "reason": "My team's."}, press="Step back from this entry"
    )
    page = judge.follow(answer).text
    assert "You stepped back from entry 0002" in page
    assert "Work 2" not in page
    assert session.scalars(select(Recusal.reason)).all() == ["My team's."]


def test_an_order_is_nobody_elses(
    here: Asked, session: Session, new_client: Callable[[], Client]
) -> None:
    others = asked(session, Kind.RANK)
    pairwise = asked(session, Kind.PAIRWISE)
    for person in (others.people[0], here.organiser, here.entries[0].owner):
        client = new_client()
        client.sign_in(person)
        assert client.get(url(here)).status_code == 404
        assert client.get(url(pairwise)).status_code == 404
    assert new_client().get(url(here)).status_code == 302
    client = new_client()
    client.sign_in(pairwise.people[0])
    assert client.get(url(pairwise)).status_code == 404, "a round of another kind"


def test_a_seat_in_the_round_is_needed_where_it_has_any(
    here: Asked, judge: Client, session: Session
) -> None:
    session.add(RoundSeat(round_id=here.round_.id, judge_id=here.judges[1].id))
    session.flush()
    assert judge.get(url(here)).status_code == 404


def test_who_has_not_declared_is_led_to_the_briefing(
    here: Asked, judge: Client, session: Session
) -> None:
    here.judge.declared_at = None
    session.flush()
    assert "briefing" in judge.get(url(here)).headers["Location"]


def test_an_empty_round_says_so(session: Session, client: Client) -> None:
    empty = asked(session, Kind.RANK, entries=0)
    client.sign_in(empty.people[0])
    assert "No entry of this round is yours to order" in client.page(url(empty))


def test_projects_are_read_on_the_page(session: Session, client: Client) -> None:
    projects = asked(session, Kind.RANK, contest_kind=ContestKind.HACKATHON)
    client.sign_in(projects.people[0])
    page = client.page(url(projects))
    assert "Farmers read market prices" in page
    assert "Compare two" not in page


def test_two_of_an_order_are_compared_pixel_for_pixel(here: Asked, judge: Client) -> None:
    page = judge.page(f"/judge/rounds/{here.round_.id}/compare?left=1&right=3")
    assert "Work 1" in page
    assert "Work 3" in page
    assert judge.get(f"/judge/rounds/{here.round_.id}/compare?left=9").status_code == 404


def test_the_page_asks_the_database_as_often_for_many_as_for_few(
    app: Flask, session: Session, new_client: Callable[[], Client], here: Asked
) -> None:
    many = asked(session, Kind.RANK, entries=12)
    found = []
    for scene in (here, many):
        save(session, scene, *((n,) for n in range(1, len(scene.entries) + 1)))
        client = new_client()
        client.sign_in(scene.people[0])
        client.page(url(scene))
        with counted(app) as statements:
            client.page(url(scene))
        found.append(len(statements))
    assert found[0] == found[1]
