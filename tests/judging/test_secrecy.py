"""Before the announcement nothing tells who wins: not a word, not a state, not a file's address.

Everything that an outsider, an entrant and a judge can fetch is fetched, as a page, as JSON and as
a head alone, at each step from the open round to the published commitment. What other judges give
must change none of it by a byte, and nor must a decision; and nothing of it may hold the words that
only others know.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.authz import ANYBODY
from app.mail import OutgoingMail
from contests.models import GalleryOpens
from judging import rubric
from judging.models import (
    Ballot,
    Comparison,
    Criterion,
    Judge,
    Ordering,
    OrderingLine,
    Round,
    RoundEntry,
)
from judging.queries import results as queries
from judging.queries.rounds import get_deciding_round
from judging.ranking import Kind, MethodName
from judging.service import announcement, decisions, panel, sealing, telling
from judging.service.decisions import Choice
from judging.states import BallotState, RoundState
from tests import factories
from tests.client import Client
from tests.conftest import Outbox
from tests.factories import NOW
from tests.judging import scenes
from tests.judging.crawl import WAYS, Answers, addresses, browser_of, candidates, crawl

pytestmark = [
    pytest.mark.usefixtures("clock"),
    # What is compared is what pages say; the engines below them have tests of their own.
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]

CITATION, REASON = "quasar-citation", "quasar-reason"
SCORE = "8.67"  # of the winner: no other number on any page looks like it
WHO = ["outsider", "winner", "entrant", "judge"]


# --- a contest with a round of every kind -------------------------------------------------------


def scene_of(session: Session) -> scenes.Scene:
    """Make a contest whose every secret is a word that occurs nowhere else."""
    scene = scenes.judged(session, [(9, 8), (8, 8), (7, 7), (6, 6)])
    scene.contest.gallery_opens = GalleryOpens.AT_ANNOUNCEMENT
    for number, judge in enumerate(scene.judges, start=1):
        person = account(judge)
        judge.name = person.name = f"Quasarjudge {number}"
        judge.email = person.email = f"quasarjudge{number}@example.org"
    for number, entry in enumerate(scene.entries, start=1):
        entry.owner.name = f"Quasarsender {number}"
        entry.owner.email = f"quasarsender{number}@example.org"
    add_rounds(session, scene)
    for ballot in session.scalars(select(Ballot)):
        ballot.comment, ballot.note = comment_of(ballot.judge_id), note_of(ballot.judge_id)
    session.flush()
    return scene


def account(judge: Judge) -> User:
    assert judge.user is not None
    return judge.user


def comment_of(judge_id: int) -> str:
    return f"quasar-comment-{judge_id}."


def note_of(judge_id: int) -> str:
    return f"quasar-note-{judge_id}."


def add_rounds(session: Session, scene: scenes.Scene) -> None:
    """Put rounds of the other kinds before the one that decides, and let all judges judge."""
    scene.round_.position = 5
    session.flush()
    practise(session, scene)
    screen = round_before(session, scene, Kind.SCREEN, 2)
    (verdict,) = rubric.VERDICTS.criteria
    screen.criteria = [
        Criterion(
            position=0,
            key=verdict.key,
            title=verdict.title,
            levels={str(points): words for points, words in verdict.levels.items()},
            minimum=verdict.minimum,
            maximum=verdict.maximum,
            step_hundredths=int(verdict.step * 100),
        )
    ]
    session.flush()
    order = round_before(session, scene, Kind.RANK, 3, MethodName.RANK_SUM)
    pairs = round_before(session, scene, Kind.PAIRWISE, 4, MethodName.BRADLEY_TERRY)
    pass_on(session, scene, order, pairs, scene.round_)
    for judge in scene.judges:
        for entry in scene.entries:
            factories.ballot(session, screen, judge, entry, [1])
        lines = [
            OrderingLine(entry=entry, position=place)
            for place, entry in enumerate(scene.entries, start=1)
        ]
        session.add(
            Ordering(
                round=order,
                judge=judge,
                state=BallotState.SUBMITTED,
                comment=comment_of(judge.id),
                created_at=NOW,
                saved_at=NOW,
                submitted_at=NOW,
                lines=lines,
            )
        )
        first, second = scene.entries[:2]
        session.add(
            Comparison(
                round=pairs,
                judge_id=judge.id,
                position=1,
                first_id=first.id,
                second_id=second.id,
                is_swapped=False,
                chosen_id=first.id,
                created_at=NOW,
                decided_at=NOW,
            )
        )
    session.flush()
    assert get_deciding_round(session, scene.contest) is scene.round_


def practise(session: Session, scene: scenes.Scene) -> None:
    """Put a practice first; what judges give in it is known by its comments and marks."""
    practice = factories.round_(session, scene.contest, state=RoundState.CLOSED)
    practice.is_practice, practice.title = True, "Practice"
    for entry in (scene.entries[1], scene.entries[3]):
        session.add(RoundEntry(round_id=practice.id, entry_id=entry.id, created_at=NOW))
        for place, judge in enumerate(scene.judges):
            factories.ballot(session, practice, judge, entry, [3 + place, 4 + place])
    session.flush()


def round_before(
    session: Session,
    scene: scenes.Scene,
    kind: Kind,
    position: int,
    method: MethodName = MethodName.MEAN,
) -> Round:
    made = Round(
        contest=scene.contest,
        position=position,
        kind=kind,
        method=method,
        state=RoundState.CLOSED,
        title=kind.value,
        first_pass=1,
        seed="a public text",
        opened_at=NOW,
        method_declared_at=NOW,
        closed_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def pass_on(session: Session, scene: scenes.Scene, *rounds: Round) -> None:
    """Let all entries go on to these rounds; to the first one they come by themselves."""
    for round_ in rounds:
        session.add_all(
            RoundEntry(round_id=round_.id, entry_id=entry.id, created_at=NOW)
            for entry in scene.entries
        )
    session.flush()


def open_all(session: Session, scene: scenes.Scene) -> None:
    for round_ in session.scalars(select(Round).where(Round.contest_id == scene.contest.id)):
        round_.state, round_.closed_at = RoundState.OPEN, None
    session.flush()


def judge_anew(session: Session, scene: scenes.Scene, spared: int | None) -> None:
    """Let all judges but one turn everything round that they gave where it counts."""
    others = others_than(scene, spared)
    turn_marks(session, others, is_practice=False)
    for ordering in session.scalars(select(Ordering).where(Ordering.judge_id.in_(others))):
        ordering.version += 1
        for line in ordering.lines:
            line.position = 1 + len(ordering.lines) - line.position
    for choice in session.scalars(select(Comparison).where(Comparison.judge_id.in_(others))):
        choice.version += 1
        choice.chosen_id = choice.second_id
    session.flush()


def others_than(scene: scenes.Scene, spared: int | None) -> list[int]:
    return [judge.id for judge in scene.judges if judge.id != spared]


def turn_marks(session: Session, judges: list[int], *, is_practice: bool) -> None:
    given = (
        select(Ballot)
        .join(Ballot.round)
        .where(Ballot.judge_id.in_(judges), Round.is_practice == is_practice)
    )
    for ballot in session.scalars(given):
        ballot.version += 1
        ballot.comment, ballot.note = "quasar-comment anew", "quasar-note anew"
        for mark in ballot.marks:
            mark.points = mark.maximum + mark.minimum - mark.points
    session.flush()


def propose(session: Session, scene: scenes.Scene) -> None:
    """Choose the last by the standings as the first winner, so that nothing is as expected."""
    decisions.propose(
        session,
        contest=scene.contest,
        seen=scenes.seen(session, scene),
        choices=[Choice(number, CITATION, REASON) for number in (4, 1, 2)],
        actor=scene.actor,
        now=NOW,
    )


def schedule(session: Session, scene: scenes.Scene) -> None:
    at = NOW + timedelta(days=1)
    announcement.schedule(session, contest=scene.contest, at=at, actor=scene.actor, now=NOW)


def commit(session: Session, scene: scenes.Scene) -> str:
    """Publish the commitment; return its salt, which stays secret."""
    decision = sealing.seal(session, contest=scene.contest, actor=scene.actor, now=NOW)
    assert decision.commitment_salt is not None
    return decision.commitment_salt


def decide(session: Session, scene: scenes.Scene) -> None:
    for step in (propose, scenes.confirm, schedule):
        step(session, scene)


def people(scene: scenes.Scene) -> dict[str, User | None]:
    return {
        "outsider": None,
        "winner": scene.entries[3].owner,
        "entrant": scene.entries[1].owner,
        "judge": scene.judges[0].user,
    }


def secrets_from(scene: scenes.Scene, who: str) -> set[str]:
    """Return the words that this person must not meet anywhere; their own they may."""
    words = {CITATION, REASON, SCORE}
    for judge in scene.judges:
        if who != "judge" or judge is not scene.judges[0]:
            words |= {comment_of(judge.id), note_of(judge.id), judge.name, judge.email}
    own = people(scene)[who]
    for entry in scene.entries:
        if entry.owner is not own:
            words |= {entry.owner.name, entry.owner.email}
    return words


def check(answers: Answers, secrets: set[str]) -> None:
    """Find none of these words in any answer."""
    for where, answer in answers.items():
        assert [word for word in secrets if word in answer.text] == [], where


def check_same(before: Answers, after: Answers) -> None:
    """Find every answer as it was, byte for byte."""
    assert before.keys() == after.keys()
    for where, answer in after.items():
        assert answer == before[where], where


# --- the promise --------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["open", "closed"])
@pytest.mark.parametrize("who", WHO)
def test_what_other_judges_give_changes_nothing_that_anybody_sees(
    app: Flask, session: Session, new_client: Callable[[], Client], who: str, state: str
) -> None:
    scene = scene_of(session)
    if state == "open":
        open_all(session, scene)
    every = addresses(app, candidates(session, scene))
    before = crawl(browser_of(people(scene)[who], new_client()), every)
    check(before, secrets_from(scene, who))
    judge_anew(session, scene, scene.judges[0].id if who == "judge" else None)
    after = crawl(browser_of(people(scene)[who], new_client()), every)
    check_same(before, after)


@pytest.mark.parametrize("who", WHO)
def test_what_others_give_in_practice_shows_in_its_spread_alone(
    app: Flask, session: Session, new_client: Callable[[], Client], who: str
) -> None:
    scene = scene_of(session)
    every = addresses(app, candidates(session, scene))
    before = crawl(browser_of(people(scene)[who], new_client()), every)
    mine = scene.judges[0].id if who == "judge" else None
    turn_marks(session, others_than(scene, mine), is_practice=True)
    after = crawl(browser_of(people(scene)[who], new_client()), every)
    assert before.keys() == after.keys()
    shown = {url for (_way, url), answer in after.items() if answer != before["page", url]}
    practised = select(Ballot.id).join(Ballot.round).where(Round.is_practice)
    ballots = session.scalars(practised.where(Ballot.judge_id == mine)).all()
    assert len(ballots) == (2 if who == "judge" else 0)
    assert shown == {f"/judge/ballots/{ballot_id}/spread" for ballot_id in ballots}
    check(after, secrets_from(scene, who) | {"quasar-comment anew", "quasar-note anew"})


@pytest.mark.parametrize("who", WHO)
def test_a_decision_changes_nothing_that_anybody_sees(
    app: Flask, session: Session, new_client: Callable[[], Client], who: str
) -> None:
    scene = scene_of(session)
    every = addresses(app, candidates(session, scene))
    assert len(every) > 100
    secrets = secrets_from(scene, who)

    def look() -> Answers:
        return crawl(browser_of(people(scene)[who], new_client()), every)

    before = look()
    assert ("page", f"/contests/{scene.contest.slug}/winners") in before
    assert {answer.status for answer in before.values()} >= {200, 302, 404}
    propose(session, scene)
    check_same(before, look())
    scenes.confirm(session, scene)
    schedule(session, scene)
    after = look()
    check_same(before, after)
    check(after, secrets)
    # The commitment is there to be seen, on the contest's own pages, and says nothing.
    salt = commit(session, scene)
    after = look()
    check(after, secrets | {salt})
    told = {url for (way, url), answer in after.items() if answer != before.get((way, url))}
    assert told
    assert {url for url in told if not url.startswith(f"/contests/{scene.contest.slug}")} == set()


@pytest.mark.parametrize("who", WHO)
def test_neither_json_nor_a_head_says_more_than_a_page(
    app: Flask, session: Session, new_client: Callable[[], Client], who: str
) -> None:
    scene = scene_of(session)
    decide(session, scene)
    salt = commit(session, scene)
    every = addresses(app, candidates(session, scene))
    found = crawl(browser_of(people(scene)[who], new_client()), every, tuple(WAYS))
    check(found, secrets_from(scene, who) | {salt})
    for (way, url), answer in found.items():
        page = found["page", url]
        assert way == "json" or answer.status == page.status, url
        if way == "head":
            assert set(answer.text.split("\n")) <= {"", *page.text.split("\n")}, url


def test_the_words_that_are_looked_for_are_there_to_be_found(
    app: Flask, session: Session, client: Client
) -> None:
    scene = scene_of(session)
    decide(session, scene)
    client.sign_in(scene.organiser)
    found = crawl(client, addresses(app, candidates(session, scene)))
    text = "".join(answer.text for answer in found.values())
    # A note is its judge's alone.
    notes = {note_of(judge.id) for judge in scene.judges}
    for word in secrets_from(scene, "outsider") - notes:
        assert word in text, word
    for word in notes:
        assert word not in text
    results = scene.url("results")
    judge_anew(session, scene, scene.judges[0].id)
    assert crawl(client, [results])["page", results] != found["page", results]
    client.sign_in(account(scene.judges[0]))
    found = crawl(client, addresses(app, candidates(session, scene)))
    assert any(note_of(scene.judges[0].id) in answer.text for answer in found.values())


def test_no_mail_tells_before_the_announcement(session: Session, outbox: Outbox) -> None:
    scene = scene_of(session)
    decide(session, scene)
    commit(session, scene)
    # The other organisers hear that there is something to confirm, and not what.
    before = session.scalars(select(OutgoingMail.recipient)).all()
    assert before == [scene.second.email]
    for mail in outbox():
        said = mail["Subject"] + mail.get_content()
        words = secrets_from(scene, "outsider") | {"Work 4", "0004"}
        assert [word for word in words if word in said] == []
    announcement.announce(session, contest=scene.contest, actor=ANYBODY, now=NOW)
    for mail in outbox():
        said = mail["Subject"] + mail.get_content()
        assert [word for word in (REASON, SCORE) if word in said] == []


def test_no_mail_to_a_judge_tells_what_others_gave(session: Session, outbox: Outbox) -> None:
    scene = scene_of(session)
    open_all(session, scene)
    rounds = session.scalars(select(Round).where(Round.contest_id == scene.contest.id)).all()
    for judge in scene.judges:
        for ballot in session.scalars(select(Ballot).where(Ballot.judge_id == judge.id)):
            ballot.state, ballot.submitted_at = BallotState.DRAFT, None
        for round_ in rounds:
            telling.tell_judge(session, round_=round_, judge=judge, count=2, now=NOW)
        panel.remind(session, judge=judge, actor=scene.actor, now=NOW)
    mails = outbox()
    assert len(mails) == len(scene.judges) * (len(rounds) + 1)
    for mail in mails:
        said = mail["Subject"] + mail.get_content()
        own = {word for judge in scene.judges if judge.email == mail["To"] for word in names(judge)}
        words = (secrets_from(scene, "outsider") - own) | {"Work", "000"}
        assert [word for word in words if word in said] == []


def names(judge: Judge) -> set[str]:
    return {judge.name, judge.email}


@pytest.mark.parametrize("page", ["winners", "winners.json", "present"])
def test_the_winners_are_nowhere_until_they_are_announced(
    session: Session, new_client: Callable[[], Client], page: str
) -> None:
    scene = scene_of(session)
    url = f"/contests/{scene.contest.slug}/{page}"
    missing = f"/contests/no-such-contest/{page}"

    def answers(url: str) -> list[tuple[int, str]]:
        found = crawl(new_client(), [url], tuple(WAYS))
        return [
            (answer.status, answer.text.replace(url, ""))
            for (_way, where), answer in found.items()
            if where == url
        ]

    assert answers(url) == answers(missing)
    assert {status for status, _text in answers(url)} == {404}
    decide(session, scene)
    assert answers(url) == answers(missing)
    announcement.announce(session, contest=scene.contest, actor=ANYBODY, now=NOW)
    assert queries.winners_of(session, scene.contest)[0].number == 4
    assert {status for status, _text in answers(url)} == {200}
    secrets = {word for judge in scene.judges for word in (comment_of(judge.id), judge.name)}
    for _status, text in answers(url):
        assert [word for word in secrets | {REASON} if word in text] == []


def test_a_draft_of_a_contest_has_no_winners_page(session: Session, client: Client) -> None:
    contest = factories.contest(session)
    assert client.get(f"/contests/{contest.slug}/winners").status_code == 404
