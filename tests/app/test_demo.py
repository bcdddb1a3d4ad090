"""The demo forum is whole: three contests, in the states the first page promises."""

from collections.abc import Iterable, Iterator

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock as app_clock
from app.cli import demo
from app.cli.demo import people
from app.cli.demo.drawing import Drawing
from contests.models import Entry
from contests.queries.contests import contests_of, find_forum
from contests.states import ContestState, EntryState
from judging.models import Ballot, Decision
from judging.states import BallotState
from media.images.render import encode_jpeg
from tests.client import Client


@pytest.fixture
def _drawn_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw stand-ins: the drawings have tests of their own, and take a minute."""

    def draw(drawings: Iterable[Drawing]) -> Iterator[tuple[str, bytes]]:
        for number, (slug, _draw) in enumerate(drawings):
            yield slug, encode_jpeg(np.full((48, 64, 3), 5 * number, dtype=np.uint8))

    monkeypatch.setattr(demo, "draw_all", draw)


@pytest.mark.usefixtures("_drawn_small")
@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_an_interrupted_demo_is_finished_and_then_left_alone(
    session: Session, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    session.rollback()
    demo._begin(app_clock.now())  # noqa: SLF001 - as far as somebody let it come
    demo.fill()
    demo.fill()
    assert people.PASSWORD in capsys.readouterr().out

    forum = find_forum(session)
    assert forum is not None
    states = {c.slug: c.state for c in contests_of(session, forum, drafts=True)}
    assert states == {
        "photo-contest": ContestState.PUBLISHED,
        "hackathon": ContestState.JUDGING,
        "first-light": ContestState.ANNOUNCED,
    }
    submitted = select(func.count(Entry.id)).where(Entry.state == EntryState.SUBMITTED)
    assert session.scalar(submitted) == 8 + 12 + 12
    decision = session.scalars(select(Decision)).one()
    titles = [w.entry.current.title for w in decision.winners if w.entry.current]
    assert titles == ["Weather by text message", "Kilometre 212", "Two skies"]
    assert all(winner.citation for winner in decision.winners)
    done = select(func.count(Ballot.id)).where(Ballot.state == BallotState.SUBMITTED)
    assert (session.scalar(done) or 0) > 36
    session.rollback()

    page = client.page("/contests/first-light/winners")
    assert page.index(titles[0]) < page.index(titles[1]) < page.index(titles[2])
