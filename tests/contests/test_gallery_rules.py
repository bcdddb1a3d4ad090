from datetime import timedelta

import pytest

from contests.rules import Window, gallery_is_open, is_announced
from contests.states import ContestState
from tests.factories import NOW

WINDOW = Window(NOW, NOW + timedelta(days=1))
BEFORE, AFTER = WINDOW.closes_at - timedelta(seconds=1), WINDOW.closes_at


@pytest.mark.parametrize("state", [ContestState.PUBLISHED, ContestState.JUDGING])
def test_gallery_opens_at_the_close_and_not_before(state: ContestState) -> None:
    def is_open(now: object) -> bool:
        return gallery_is_open(state=state, window=WINDOW, at_announcement=False, now=now)  # type: ignore[arg-type]

    assert not is_open(BEFORE)
    assert is_open(AFTER)


def test_gallery_may_wait_for_the_announcement() -> None:
    for state, expected in (
        (ContestState.DECIDED, False),
        (ContestState.ANNOUNCED, True),
        (ContestState.ARCHIVED, True),
    ):
        assert expected == gallery_is_open(
            state=state, window=WINDOW, at_announcement=True, now=AFTER
        )
        assert is_announced(state) is expected


def test_a_draft_shows_nothing_however_old() -> None:
    assert not gallery_is_open(
        state=ContestState.DRAFT, window=WINDOW, at_announcement=False, now=AFTER
    )
