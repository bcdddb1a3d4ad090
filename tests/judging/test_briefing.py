"""The briefing: conflicts declared among many entries, and what a judge knows."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.queries import actor_of
from contests.models import Contest, Entry
from contests.states import ContestState
from judging.models import Conflict, ConflictGround, ConflictVerdict, Judge, Recusal
from judging.queries import briefing
from judging.service import conflicts
from tests import factories
from tests.client import Client, Value
from tests.factories import NOW
from tests.judging.test_judge_views import token

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def contest(session: Session, monkeypatch: pytest.MonkeyPatch) -> Contest:
    """Make a contest with more entries than a page of three shows."""
    monkeypatch.setattr(briefing, "PAGE", 3)
    contest = factories.contest(
        session, state=ContestState.JUDGING, closes_at=NOW - timedelta(days=1)
    )
    factories.round_(session, contest)
    for n in range(1, 8):
        factories.entry(session, contest, factories.user(session), title=f"Work of {n} colours")
    return contest


@pytest.fixture
def judge(session: Session, contest: Contest, client: Client) -> Judge:
    person = factories.user(session, "Nadia")
    made = factories.judge(session, contest, person, declared=False)
    session.commit()
    client.sign_in(person)
    return made


def address(contest: Contest, page: str = "briefing") -> str:
    return f"/judge/panels/{contest.slug}/{page}"


@pytest.mark.usefixtures("judge")
def test_what_is_ticked_survives_looking_at_others(
    session: Session, client: Client, contest: Contest
) -> None:
    page = client.page(address(contest))
    assert "Work of 1" in page
    assert "Work of 4" not in page
    first = session.scalars(select(Entry).order_by(Entry.number)).all()
    ids = [str(entry.id) for entry in first]
    ticked: dict[str, Value] = {"entries": [ids[0]], f"reason-{ids[0]}": "My sister's"}
    second = client.submit(address(contest), ticked, press="More entries").text
    assert "Work of 4" in second
    assert "Ticked so far" in second
    assert "My sister&#39;s" in second
    data = {
        "entries": [ids[0], ids[4]],
        f"reason-{ids[0]}": "My sister's",
        "searched": "",
        "page": "2",
        "q": "0007",
        "show": "search",
    }
    third = client.post(address(contest), data=data | {"csrf_token": token(client)}).text
    assert "Work of 7" in third
    assert "Work of 6" not in third
    assert third.count(" checked") == 2
    data = {key: value for key, value in data.items() if key != "show"} | {"answer": "some"}
    answer = client.post(address(contest), data=data | {"csrf_token": token(client)})
    assert answer.status_code == 422
    assert "Say what the conflict of interest is. Not said yet: 0005." in answer.text
    assert answer.text.count(" checked") == 3  # both entries and the answer
    assert "My sister&#39;s" in answer.text
    data |= {f"reason-{ids[4]}": "A friend"}
    answer = client.post(address(contest), data=data | {"csrf_token": token(client)})
    assert answer.status_code == 303
    assert {(row.entry_id, row.reason) for row in session.scalars(select(Recusal))} == {
        (int(ids[0]), "My sister's"),
        (int(ids[4]), "A friend"),
    }


@pytest.mark.usefixtures("judge")
@pytest.mark.parametrize(
    ("words", "found"), [("3 COLOURS", 3), ("0005", 5), ("6", 6), ("100 % _", None)]
)
def test_entries_are_found_by_number_and_title(
    client: Client, contest: Contest, words: str, found: int | None
) -> None:
    page = client.get(address(contest), query_string={"q": words}).text
    for n in range(1, 8):
        assert (f"Work of {n}" in page) is (n == found)
    assert ("No entry has this number" in page) is (found is None)


def test_nobody_sees_what_was_suggested_or_decided_about_them(
    session: Session, client: Client, contest: Contest, judge: Judge
) -> None:
    waiting, settled, dismissed = session.scalars(select(Entry).limit(3)).all()
    organiser = factories.organiser(session)
    for entry in (waiting, settled, dismissed):
        session.add(
            Conflict(
                judge_id=judge.id,
                entry_id=entry.id,
                ground=ConflictGround.ORGANISATION,
                detail="The Ministry of Kites",
                found_at=NOW,
            )
        )
    session.flush()
    for entry, verdict in (
        (settled, ConflictVerdict.RECUSED),
        (dismissed, ConflictVerdict.DISMISSED),
    ):
        conflicts.settle(
            session,
            contest=contest,
            pairs=[(judge.id, entry.id)],
            verdict=verdict,
            reason="They said so",
            actor=actor_of(organiser),
            now=NOW,
        )
    session.commit()
    page = client.page(address(contest))
    assert "Kites" not in page
    assert "They said so" not in page
    assert "You will not judge" not in page
    for entry, is_shown in ((waiting, False), (settled, False), (dismissed, True)):
        assert entry.current is not None
        assert (entry.current.title in page) is is_shown


def test_what_a_judge_knows_is_kept_with_the_declaration_and_changed_later(
    session: Session, client: Client, contest: Contest, judge: Judge
) -> None:
    known = {
        "answer": "none",
        "organisation": "Kite Academy",
        "languages": ["fr", "ar"],
        "sdgs": ["4", "9"],
        "most_ballots": "20",
        "csrf_token": token(client),
    }
    assert client.post(address(contest), data=known).status_code == 303
    session.refresh(judge)
    assert (judge.organisation, judge.languages) == ("Kite Academy", ["fr", "ar"])
    assert (judge.sdgs, judge.most_ballots) == ([4, 9], 20)
    assert judge.declared_at is not None
    later = client.submit(
        address(contest, "knowledge"), {"most_ballots": "5", "country": "KE"}, press="Save"
    )
    assert later.status_code == 303
    session.refresh(judge)
    assert (judge.most_ballots, judge.country, judge.sdgs) == (5, "KE", [4, 9])


@pytest.mark.parametrize("wrong", [{"most_ballots": "0"}, {"languages": ["tlh"]}])
def test_what_makes_no_sense_is_shown_again(
    session: Session, client: Client, contest: Contest, judge: Judge, wrong: dict[str, str]
) -> None:
    data = {"answer": "none", "csrf_token": token(client)} | wrong
    assert client.post(address(contest), data=data).status_code == 422
    assert client.post(address(contest, "knowledge"), data=data).status_code == 422
    session.refresh(judge)
    assert judge.declared_at is None
    assert (judge.most_ballots, judge.languages) == (None, [])
