"""Comparisons: dealt, decided, changed, skipped; a stale click changes nothing."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.accounts.queries import actor_of
from app.audit import AuditEvent
from app.errors import ClosedError, ConflictError, InvalidError, NotFoundError
from contests.models import TopicScheme, VersionTopic
from contests.states import ContestKind, EntryState
from judging.models import Ballot, Comparison, Recusal, RoundSeat
from judging.queries import given, pairs
from judging.queries.pairs import NotListedError
from judging.ranking import ComparisonRow, Kind
from judging.service import ballots, shares
from judging.service import pairs as service
from judging.service.pairs import StaleComparisonError, Vote
from judging.states import BallotState
from tests import factories
from tests.client import Client, find_form
from tests.conftest import Clock, Outbox
from tests.factories import NOW
from tests.judging.asked import Asked, asked, close, compare
from tests.judging.test_judge_views import token
from tests.queries import counted

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def here(session: Session, clock: Clock) -> Asked:
    clock.set(NOW)
    return asked(session, Kind.PAIRWISE)


@pytest.fixture
def judge(here: Asked, client: Client) -> Client:
    client.sign_in(here.people[0])
    return client


def url(comparison: Comparison) -> str:
    return f"/judge/comparisons/{comparison.id}"


def deal(session: Session, here: Asked) -> int:
    return service.deal(session, round_=here.round_, actor=actor_of(here.organiser), now=NOW)


def rows(session: Session, here: Asked) -> list[tuple[int, int, int]]:
    """Return (judge, entry, entry) of all comparisons, entries by number."""
    numbers = {entry.id: entry.number or 0 for entry in here.entries}
    found = session.scalars(select(Comparison).where(Comparison.round_id == here.round_.id))
    return [(one.judge_id, numbers[one.first_id], numbers[one.second_id]) for one in found]


def vote(  # the numbers as the page showed them
    session: Session,
    here: Asked,
    comparison: Comparison,
    chosen: int,
    *,
    version: int = 0,
    shown: tuple[int, int] | None = None,
) -> Comparison:
    first, second = shown or (comparison.first.number or 0, comparison.second.number or 0)
    return service.vote(
        session,
        actor=here.actor,
        comparison=comparison,
        vote=Vote(first, second, chosen, version),
        now=NOW,
    )


def post(client: Client, where: str, **fields: str) -> TestResponse:
    """Post as the script does."""
    headers = {"Accept": "application/json", "X-CSRFToken": token(client)}
    return client.post(where, data=fields, headers=headers)


# --- dealing ------------------------------------------------------------------------------------


def test_every_entry_is_compared_as_often_and_judges_are_told(
    session: Session, outbox: Outbox
) -> None:
    here = asked(session, Kind.PAIRWISE, entries=8, judges=3)
    here.round_.per_entry = 3
    assert deal(session, here) == 12
    made = rows(session, here)
    assert set(Counter(n for _judge, *pair in made for n in pair).values()) == {3}
    assert sorted(Counter(judge for judge, *_pair in made).values()) == [4, 4, 4]
    for judge, person in zip(here.judges, here.people, strict=True):
        text = outbox(person.email)[0].get_content()
        assert "4 comparisons of two entries" in text
        assert f"/judge/rounds/{here.round_.id}/pairs" in text
        positions = session.scalars(
            select(Comparison.position).where(Comparison.judge_id == judge.id)
        )
        assert sorted(positions) == [1, 2, 3, 4]
        assert pairs.share_of(session, judge, here.round_) == (0, 4)
    swapped = set(session.scalars(select(Comparison.is_swapped)))
    assert swapped == {True, False}
    act = session.scalars(select(AuditEvent).where(AuditEvent.verb == "round.assign")).one()
    assert act.details == {
        "comparisons": 12,
        "removed": 0,
        "short_of_comparisons": [],
        "groups": 1,
    }


def test_dealing_again_adds_nothing_where_nothing_is_missing(
    session: Session, here: Asked, outbox: Outbox
) -> None:
    assert deal(session, here) == 4
    assert deal(session, here) == 0
    assert len(outbox(here.people[0].email)) == 1


def test_nobody_compares_what_they_must_not_judge(session: Session, here: Asked) -> None:
    own = factories.entry(session, here.contest, here.people[0], title="My own")
    here.entries.append(own)
    session.add(
        Recusal(
            judge_id=here.judges[1].id,
            entry_id=here.entries[0].id,
            source="declared",
            created_at=NOW,
        )
    )
    session.flush()
    deal(session, here)
    made = rows(session, here)
    assert made
    for judge, *pair in made:
        assert judge != here.judges[0].id or own.number not in pair
        assert judge != here.judges[1].id or 1 not in pair


def test_nobody_compares_what_they_cannot_read(session: Session, here: Asked) -> None:
    french = here.entries[0].current
    assert french is not None
    french.language, here.judge.languages = "fr", ["en"]
    session.flush()
    deal(session, here)
    readers = {judge for judge, *pair in rows(session, here) if 1 in pair}
    assert readers == {here.judges[1].id}


def test_pairs_go_to_who_knows_what_they_are_about(session: Session, here: Asked) -> None:
    for entry in here.entries[:2]:
        assert entry.current is not None
        entry.current.topics = [VersionTopic(scheme=TopicScheme.SDG, code="4")]
    here.judge.sdgs = [4]
    session.flush()
    deal(session, here)
    known = [(judge, len({1, 2}.intersection(pair))) for judge, *pair in rows(session, here)]
    mine = [count for judge, count in known if judge == here.judge.id]
    assert sum(mine) == sum(sorted((count for _judge, count in known), reverse=True)[: len(mine)])
    assert len(mine) * 2 in {len(known) - 1, len(known), len(known) + 1}


def test_dealing_again_replaces_what_nobody_will_decide(
    session: Session, here: Asked, outbox: Outbox
) -> None:
    deal(session, here)
    gone = here.judges[1]
    mine, theirs = (
        session.scalars(select(Comparison).where(Comparison.judge_id == judge.id)).all()
        for judge in here.judges
    )
    session.refresh(theirs[0])
    theirs[0].chosen_id, theirs[0].decided_at = theirs[0].first_id, NOW
    stays = theirs[0].id
    gone.removed_at = NOW
    here.entries[3].state, here.entries[3].withdrawn_at = EntryState.WITHDRAWN, NOW
    late = factories.judge(session, here.contest, factories.user(session, "Late Judge"))
    session.flush()
    deal(session, here)
    found = session.scalars(select(Comparison).where(Comparison.round_id == here.round_.id)).all()
    left = {one.id for one in found if one.judge_id == gone.id}
    assert left == {stays}, "a decision stays, what was open went"
    assert here.entries[3].id not in {
        entry for one in found if one.id != stays for entry in (one.first_id, one.second_id)
    }
    assert late.id in {one.judge_id for one in found}
    assert len(outbox(late.email)) == 1
    assert mine


def test_a_new_judge_changes_nothing_for_the_others(session: Session, here: Asked) -> None:
    deal(session, here)
    before = rows(session, here)
    session.add(RoundSeat(round_id=here.round_.id, judge_id=here.judges[0].id))
    session.add(RoundSeat(round_id=here.round_.id, judge_id=here.judges[1].id))
    here.judges.append(factories.judge(session, here.contest, factories.user(session)))
    session.flush()
    assert deal(session, here) == 0
    assert rows(session, here) == before


def test_what_cannot_be_had_is_told(session: Session) -> None:
    here = asked(session, Kind.PAIRWISE, entries=2, judges=1)
    plan = service.preview(session, round_=here.round_)
    assert [(lack.entry, lack.found) for lack in plan.lacks] != []
    deal(session, here)
    act = session.scalars(select(AuditEvent).where(AuditEvent.verb == "round.assign")).one()
    assert act.details["short_of_comparisons"] == [1, 2]


# --- deciding -----------------------------------------------------------------------------------


def test_a_vote_counts_once_and_can_be_changed(session: Session, here: Asked) -> None:
    pair = compare(session, here, first=2, second=1)
    assert vote(session, here, pair, 2).version == 1
    assert vote(session, here, pair, 2).version == 1, "a double click"
    assert given.comparisons(session, here.round_) == [ComparisonRow(str(here.judge.id), 2, 1)]
    assert vote(session, here, pair, 1, version=1).version == 2
    assert given.comparisons(session, here.round_) == [ComparisonRow(str(here.judge.id), 1, 2)]
    acts = session.scalars(select(AuditEvent).where(AuditEvent.verb == "comparison.vote")).all()
    assert [act.details["chosen"] for act in acts] == [2, 1]
    assert acts[0].details["entries"] == [1, 2]


def test_a_stale_click_changes_nothing_and_says_what_stands(session: Session, here: Asked) -> None:
    pair = compare(session, here, first=1, second=2)
    vote(session, here, pair, 1)
    with pytest.raises(StaleComparisonError) as caught:
        vote(session, here, pair, 2)
    assert (caught.value.chosen, caught.value.version) == (1, 1)
    service.undo(session, actor=here.actor, comparison=pair, version=1, now=NOW)
    with pytest.raises(StaleComparisonError) as caught:
        vote(session, here, pair, 1)  # the double click of a vote that was taken back since
    assert (caught.value.chosen, caught.value.version) == (None, 2)
    assert pair.chosen_id is None


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        (((1, 3), 1), (ConflictError, "other-pair")),
        (((1, 1), 1), (ConflictError, "other-pair")),
        (((2, 1), 3), (InvalidError, "neither")),
    ],
)
def test_another_pair_than_the_page_showed_is_not_decided(
    session: Session,
    here: Asked,
    sent: tuple[tuple[int, int], int],
    refused: tuple[type[ConflictError], str],
) -> None:
    pair = compare(session, here, first=1, second=2)
    (shown, chosen), (error, reason) = sent, refused
    with pytest.raises(error) as caught:
        vote(session, here, pair, chosen, shown=shown)
    assert caught.value.reason == reason
    assert pair.chosen_id is None


def test_undo_skip_and_what_comes_next(session: Session, here: Asked, clock: Clock) -> None:
    made = [
        compare(session, here, first=1, second=2, position=1),
        compare(session, here, first=3, second=1, position=2),
        compare(session, here, first=4, second=3, position=3),
    ]

    def turn(after: int = 0) -> list[int]:
        found = pairs.next_open(session, here.judge, here.round_, after=after, limit=9)
        return [made.index(one) for one in found]

    assert turn() == [0, 1, 2]
    service.skip(session, actor=here.actor, comparison=made[0], now=NOW)
    assert turn() == [1, 2, 0]
    service.skip(session, actor=here.actor, comparison=made[1], now=clock.advance(seconds=1))
    assert turn() == [2, 0, 1]
    assert turn(after=made[2].id) == [0, 1]
    vote(session, here, made[2], 4)
    service.skip(session, actor=here.actor, comparison=made[2], now=NOW)
    assert made[2].skipped_at is None, "what is decided is not skipped"
    last = pairs.find_last(session, here.judge, here.round_)
    assert last is made[2]
    with pytest.raises(StaleComparisonError):
        service.undo(session, actor=here.actor, comparison=made[2], version=0, now=NOW)
    service.undo(session, actor=here.actor, comparison=made[2], version=1, now=NOW)
    service.undo(session, actor=here.actor, comparison=made[2], version=1, now=NOW)
    assert (made[2].version, made[2].decided_at) == (2, None)
    assert turn() == [2, 0, 1]
    verbs = session.scalars(select(AuditEvent.verb).where(AuditEvent.verb.like("comparison.%")))
    assert [verb.partition(".")[2] for verb in verbs] == ["skip", "skip", "vote", "undo"]


def test_a_closed_round_and_an_entry_that_left_take_no_vote(session: Session, here: Asked) -> None:
    pair = compare(session, here, first=1, second=2)
    other = compare(session, here, first=3, second=4)
    here.entries[0].state, here.entries[0].withdrawn_at = EntryState.WITHDRAWN, NOW
    session.flush()
    with pytest.raises(ConflictError) as caught:
        vote(session, here, pair, 1)
    assert caught.value.reason == "entry-left"
    assert pairs.share_of(session, here.judge, here.round_) == (0, 1)
    close(session, here.round_)
    with pytest.raises(ClosedError):
        vote(session, here, other, 3)


def test_nobody_votes_for_somebody_else(session: Session, here: Asked) -> None:
    pair = compare(session, here, first=1, second=2, judge=1)
    with pytest.raises(NotFoundError):
        vote(session, here, pair, 1)
    with pytest.raises(NotListedError):
        pairs.get_comparison(session, pair.id, here.people[0].id)


def test_stepping_back_takes_all_of_the_entry_and_deals_others(
    session: Session, here: Asked
) -> None:
    deal(session, here)
    mine = session.scalars(select(Comparison).where(Comparison.judge_id == here.judge.id)).all()
    pair = pairs.get_comparison(session, mine[0].id, here.people[0].id)
    number = pair.first.number or 0
    vote(session, here, pair, number)
    with pytest.raises(InvalidError):
        recuse(session, here, pair, number, reason=" ")
    with pytest.raises(InvalidError):
        recuse(session, here, pair, 77)
    assert recuse(session, here, pair, number) is not None
    made = rows(session, here)
    assert not [row for row in made if row[0] == here.judge.id and number in row[1:]]
    counts = Counter(n for _judge, *two in made for n in two)
    assert min(counts[n] for n in (1, 2, 3, 4)) >= 2, "others were dealt instead"
    verbs = set(session.scalars(select(AuditEvent.verb)))
    assert {"comparison.recuse", "round.assign"} <= verbs
    with pytest.raises(NotListedError):
        pairs.lock_comparison(session, pair)


def recuse(
    session: Session, here: Asked, pair: Comparison, number: int, reason: str = "My aunt's."
) -> Recusal | None:
    return service.recuse(
        session, actor=here.actor, comparison=pair, number=number, reason=reason, now=NOW
    )


def test_stepping_back_ends_ballots_on_the_entry_elsewhere(session: Session, here: Asked) -> None:
    scoring = factories.round_(session, factories.contest(session))
    scoring.contest, scoring.position = here.contest, 2
    ballot = factories.ballot(session, scoring, here.judge, here.entries[0], (5, 5))
    pair = compare(session, here, first=1, second=2)
    recuse(session, here, pair, 1)
    assert session.get_one(Ballot, ballot.id).state is BallotState.RECUSED


def test_stepping_back_from_a_ballot_ends_comparisons_too(session: Session, here: Asked) -> None:
    scoring = factories.round_(session, factories.contest(session))
    scoring.contest, scoring.position = here.contest, 2
    ballot = factories.ballot(session, scoring, here.judge, here.entries[0])
    compare(session, here, first=1, second=2)
    compare(session, here, first=3, second=4, position=2)
    compare(session, here, first=1, second=2, judge=1)
    ballots.recuse(session, ballot=ballot, reason="My aunt's.", actor=here.actor, now=NOW)
    assert rows(session, here) == [(here.judge.id, 3, 4), (here.judges[1].id, 1, 2)]
    act = session.scalars(select(AuditEvent).where(AuditEvent.verb == "comparison.recuse")).one()
    assert (act.subject, act.details["pairs"]) == (f"round:{here.round_.id}", [[1, 2]])


def test_a_second_recusal_is_none(session: Session, here: Asked) -> None:
    entry = here.entries[0]
    for made in (True, False):
        recusal = shares.recuse(
            session, judge=here.judge, entry=entry, reason="Mine", actor=here.actor, now=NOW
        )
        assert (recusal is not None) is made


# --- the pages ----------------------------------------------------------------------------------


def test_a_judge_compares_all_without_a_script(
    session: Session, here: Asked, judge: Client
) -> None:
    compare(session, here, first=2, second=1, position=1)
    compare(session, here, first=3, second=4, position=2)
    start = f"/judge/rounds/{here.round_.id}/pairs"
    first = judge.get(start).headers["Location"]
    page = judge.page(first)
    assert page.index("Work 2") < page.index("Work 1"), "shown as dealt"
    assert "0 of 2" in page
    assert "Secret Entrant" not in page
    answer = judge.submit(first, press="2")  # the value of the first button: entry 0002
    page = judge.follow(answer).text
    assert "Work 3" in page
    assert "1 of 2" in page
    assert "Undo the last choice" in page
    second = answer.headers["Location"]
    answer = judge.submit(second, press="4")
    page = judge.follow(answer).text
    assert "Thank you: all 2 are compared." in page
    assert "You can change them until the round closes" in page
    assert page.index("Work 4") < page.index("Work 3") < page.index("Work 2") < page.index("Work 1")
    assert "Your choice: entry 0002" in judge.page(first)
    judge.submit(first, press="1")
    name = str(here.judge.id)
    assert set(given.comparisons(session, here.round_)) == {
        ComparisonRow(name, 1, 2),
        ComparisonRow(name, 4, 3),
    }


def test_skipping_and_taking_back_on_the_page(session: Session, here: Asked, judge: Client) -> None:
    one = compare(session, here, first=1, second=2, position=1)
    two = compare(session, here, first=3, second=4, position=2)
    assert judge.submit(url(one), press="Skip for now s").headers["Location"] == url(two)
    assert judge.submit(url(two), press="3").headers["Location"] == url(one)
    answer = judge.submit(url(one), press="Undo the last choice u")
    assert answer.headers["Location"] == url(two)
    assert "0 of 2" in judge.page(url(two))


def test_a_click_on_an_old_page_says_so(session: Session, here: Asked, judge: Client) -> None:
    pair = compare(session, here, first=1, second=2)
    old = find_form(judge.page(url(pair)), {"version", "first"}, None)
    judge.submit(url(pair), press="1")
    answer = judge.send(url(pair), old, {}, press="2")
    assert answer.status_code == 409
    assert "You changed this comparison in another window" in answer.text
    session.expire_all()
    assert pair.chosen_id == here.entries[0].id
    none = judge.send(url(pair), old, {}, press=None)
    assert none.status_code in {409, 422, 303}
    undo = judge.post(
        f"{url(pair)}/undo", data={"csrf_token": old.filled({}, None)["csrf_token"], "version": "0"}
    )
    assert undo.status_code == 409
    undo = judge.post(
        f"{url(pair)}/undo", data={"csrf_token": old.filled({}, None)["csrf_token"], "version": ""}
    )
    assert undo.status_code == 422


def test_the_script_is_told_what_it_needs(session: Session, here: Asked, judge: Client) -> None:
    pair = compare(session, here, first=1, second=2)
    compare(session, here, first=3, second=4, position=2)
    fields: dict[str, Any] = {"version": "0", "first": "1", "second": "2", "chosen": "2"}
    answer = post(judge, url(pair), **fields)
    assert answer.json == {
        "version": 1,
        "state": "decided",
        "saved_at": "13:00",
        "at": NOW.isoformat(),
    }
    assert post(judge, url(pair), **fields).json == answer.json
    stale = post(judge, url(pair), **fields | {"chosen": "1"})
    assert stale.status_code == 409
    assert stale.json == {
        **answer.json,
        "error": "You changed this comparison in another window. Which choice should stand?",
        "code": "stale-comparison",
        "theirs": {"chosen": "2"},
    }
    assert post(judge, url(pair), **fields | {"chosen": ""}).status_code == 422
    wrong = post(judge, url(pair), **fields | {"second": "3", "version": "1"})
    assert (wrong.status_code, (wrong.json or {})["code"]) == (409, "other-pair")


def test_what_is_not_on_ones_list_is_told_alike(
    session: Session, here: Asked, judge: Client
) -> None:
    pair = compare(session, here, first=1, second=2)
    theirs = compare(session, here, first=1, second=2, judge=1)
    told = []
    for where in (url(theirs), "/judge/comparisons/999999"):
        assert "not on your list any more" in judge.page(where, 404)
        old = find_form(judge.page(url(pair)), {"version", "first"}, None)
        told.append(judge.post(where, data=old.filled({"chosen": "1"}, None)).status_code)
    assert told == [404, 404]


def test_stepping_back_on_the_page(session: Session, here: Asked, judge: Client) -> None:
    pair = compare(session, here, first=1, second=2)
    compare(session, here, first=3, second=4, position=2)
    press, where = "Step back from this entry", url(pair)
    assert judge.submit(where, {"entry": "1", "reason": ""}, press=press).status_code == 422
    of_none = judge.submit(where, {"reason": "My aunt's."}, press=press)
    assert of_none.status_code == 422
    assert "Choose the entry." in of_none.text
    answer = judge.submit(where, {"entry": "1", "reason": "My aunt's."}, press=press)
    page = judge.follow(answer).text
    assert "You stepped back from entry 0001" in page
    assert judge.get(where).status_code == 404


def test_a_closed_round_shows_choices_and_takes_none(
    session: Session, here: Asked, judge: Client
) -> None:
    pair = compare(session, here, first=1, second=2)
    old = find_form(judge.page(url(pair)), {"version", "first"}, None)
    close(session, here.round_)
    late = judge.send(url(pair), old, {}, press="1")
    assert late.status_code == 409
    assert "This round closed on" in late.text
    page = judge.page(url(pair))
    assert "You had not decided between these two" in page
    assert 'name="chosen"' not in page
    start = f"/judge/rounds/{here.round_.id}/pairs"
    assert judge.get(start).headers["Location"] == f"{start}/chosen"
    assert "they cannot be changed any more" in judge.page(f"{start}/chosen")


def test_an_entry_that_left_leads_on(session: Session, here: Asked, judge: Client) -> None:
    pair = compare(session, here, first=1, second=2)
    here.entries[0].state, here.entries[0].withdrawn_at = EntryState.WITHDRAWN, NOW
    session.flush()
    assert "One of these entries has left the contest" in judge.page(url(pair))
    page = judge.page(f"/judge/rounds/{here.round_.id}/pairs/chosen")
    assert "No comparison of this round is yours to decide" in page


def test_the_round_is_its_judges_only(
    here: Asked, session: Session, new_client: Callable[[], Client]
) -> None:
    pair = compare(session, here, first=1, second=2)
    others = asked(session, Kind.PAIRWISE)
    places = [
        url(pair),
        *(f"/judge/rounds/{here.round_.id}/{page}" for page in ("pairs", "pairs/chosen")),
    ]
    for person in (others.people[0], here.organiser, here.entries[0].owner):
        client = new_client()
        client.sign_in(person)
        assert [client.get(place).status_code for place in places] == [404, 404, 404]
    here.judge.removed_at = NOW
    session.flush()
    client = new_client()
    client.sign_in(here.people[0])
    assert [client.get(place).status_code for place in places] == [404, 404, 404]


def test_projects_are_read_side_by_side(session: Session, client: Client) -> None:
    here = asked(session, Kind.PAIRWISE, contest_kind=ContestKind.HACKATHON)
    pair = compare(session, here, first=1, second=2)
    client.sign_in(here.people[0])
    page = client.page(url(pair))
    assert page.count("Farmers read market prices") == 2
    assert "Pixel for pixel" not in page


def test_two_are_looked_at_pixel_for_pixel_and_back(
    session: Session, here: Asked, judge: Client
) -> None:
    pair = compare(session, here, first=1, second=2)
    where = f"/judge/rounds/{here.round_.id}/compare"
    page = judge.page(f"{where}?left=1&right=2&back={pair.id}")
    assert f'href="{url(pair)}"' in page
    assert "Work 2" in page
    assert judge.get(f"{where}?left=3").status_code == 404, "not one of theirs to compare"


def test_pages_ask_the_database_as_often_for_many_as_for_few(
    app: Flask, session: Session, new_client: Callable[[], Client], here: Asked
) -> None:
    many = asked(session, Kind.PAIRWISE, entries=10)
    found = []
    for scene in (here, many):
        made = [
            compare(session, scene, first=n, second=n + 1, position=n)
            for n in range(1, len(scene.entries))
        ]
        for one in made[1:]:
            vote(session, scene, one, one.first.number or 0)
        client = new_client()
        client.sign_in(scene.people[0])
        pages = [url(made[0]), f"/judge/rounds/{scene.round_.id}/pairs/chosen"]
        counts = []
        for page in pages:
            client.page(page)
            with counted(app) as statements:
                client.page(page)
            counts.append(len(statements))
        found.append(counts)
    assert found[0] == found[1]
