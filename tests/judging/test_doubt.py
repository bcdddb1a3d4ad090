"""The doubt in words: which entries it is about, and that it may rise."""

from itertools import pairwise

from flask import Flask

from judging.service.focusing import Doubt
from judging.views.charts import MOST_DOTS
from judging.views.doubt import DoubtShown, doubt_shown


def shown(
    app: Flask,
    *shares: float,
    leading: int = 3,
    wrong: float = 0.6,
    goes_on: bool = False,
    is_open: bool = True,
) -> DoubtShown:
    fall = tuple((8 + at, share) for at, share in enumerate(shares))
    doubt = Doubt(tuple(range(leading)), leading - wrong, goes_on, fall, left=4)
    with app.test_request_context():
        return doubt_shown(doubt, is_open=is_open)


def test_a_doubt_that_rose_is_explained(app: Flask) -> None:
    explained = "Doubt can rise for a while: a ballot that surprises"
    rose = shown(app, 0.77, 0.88, 0.7)
    assert explained in " ".join(rose.sentences)
    assert rose.label == "The doubt went from 77 % to 70 %."
    assert explained not in " ".join(shown(app, 0.77, 0.7, 0.7).sentences)


def test_the_words_are_about_what_the_round_decides(app: Flask) -> None:
    words = " ".join(shown(app, 0.5).sentences)
    assert "The 3 entries that lead are the right ones with 50 % probability." in words
    words = " ".join(shown(app, 0.9, leading=5, goes_on=True).sentences)
    assert "The 5 entries that would go on are all the right ones with 10 % probability." in words
    assert "About 4 of them are expected to be right." in words


def test_nothing_is_said_of_how_many_are_right_where_all_are(app: Flask) -> None:
    words = " ".join(shown(app, 0.3, leading=6, wrong=0.3, goes_on=True).sentences)
    assert "The 6 entries that would go on are all the right ones with 70 % probability." in words
    assert "expected to be right" not in words


def test_only_an_open_round_promises_ballots(app: Flask) -> None:
    promise = "4 ballots more are to come, and go where they can still change that."
    assert promise in shown(app, 0.5).sentences
    closed = " ".join(shown(app, 0.5, is_open=False).sentences)
    assert "to come" not in closed
    assert "submitted" not in closed


def test_labels_lie_apart_however_many_they_are(app: Flask) -> None:
    dots = shown(app, *([0.9] * MOST_DOTS)).line.dots
    assert min(b.x - a.x for a, b in pairwise(dots)) > 60


def test_a_telephone_labels_where_the_line_begins_and_where_it_ends(app: Flask) -> None:
    for count in range(1, MOST_DOTS + 1):
        dots = shown(app, *([0.9] * count)).line.dots
        named = [dot for dot in dots if dot.is_labelled]
        assert (named[0], named[-1]) == (dots[0], dots[-1])
        # A label of six characters, drawn there at 26 of 640 units, takes up to 100 of them.
        assert all(b.x - a.x > 100 for a, b in pairwise(named))


def test_labels_are_short_and_round_nothing_away(app: Flask) -> None:
    dots = shown(app, 1.0, 0.999, 0.5, 0.001, 0.0).line.dots
    assert [dot.words for dot in dots] == ["100 %", ">99 %", "50 %", "<1 %", "0 %"]
