"""The suite's own tools can fail: the strict client, the jobs, the clock, the closed network."""

import socket
from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy.orm import Session

from app import clock as app_clock
from app.jobs import enqueue, job
from tests.client import File, check_html, find_form, forms
from tests.conftest import Clock

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>T</title></head>
<body><h1>One</h1>{}</body></html>"""

FORM = """
<form action="/search"><label>Find <input name="q"></label></form>
<form action="/out" method="post"><input type="hidden" name="csrf_token" value="x"></form>
<form method="post" action="/save" enctype="multipart/form-data">
  <input type="hidden" name="csrf_token" value="secret">
  <input name="title" value="old"><input name="closed" value="no" disabled>
  <textarea name="text">
kept</textarea>
  <input type="radio" name="kind" value="photo" checked>
  <input type="radio" name="kind" value="hack">
  <input type="checkbox" name="sdgs" value="1" checked>
  <input type="checkbox" name="sdgs" value="2">
  <input type="checkbox" name="consent">
  <select name="zone"><option value="UTC">UTC</option><option>Europe/Paris</option></select>
  <input type="file" name="photo">
  <button name="act" value="save">Save</button>
  <button name="act" value="drop" formaction="/drop">Delete it</button>
</form>
<form action="/other" method="post"><input name="title"><button>Send</button></form>
"""


def test_a_good_page_passes() -> None:
    check_html(PAGE.format('<img src="/x.webp" alt="">'), "/")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p>one<div></p></div>", "bad HTML"),
        ("<h1>Two</h1>", "2 h1"),
        ('<i id="a"></i><b id="a"></b>', "the id 'a' appears 2 times"),
        ('<p style="color: red">x</p>', "an inline style"),
        ("<script>1</script>", "an inline <script>"),
        ("<style>p {}</style>", "an inline <style>"),
        ('<button onclick="x()">x</button>', "an inline onclick"),
        ('<a href="javascript:x()">x</a>', "a script in the href"),
        ('<img src="/x.webp">', "without alt"),
    ],
)
def test_a_bad_page_does_not(body: str, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        check_html(PAGE.format(body), "/")


@pytest.mark.parametrize("part", ["<title>T</title>", ' lang="en"', "<h1>One</h1>"])
def test_a_page_that_lacks_something_does_not(part: str) -> None:
    with pytest.raises(AssertionError):
        check_html(PAGE.format("").replace(part, "<title></title>" if "title" in part else ""), "/")


def test_a_form_sends_what_a_browser_would() -> None:
    form = find_form(PAGE.format(FORM), {"title", "zone"})

    assert form.filled({"title": "new"}, None) == {
        "csrf_token": ["secret"],
        "title": ["new"],
        "text": ["kept"],
        "kind": ["photo"],
        "sdgs": ["1"],
        "zone": ["UTC"],
        "act": ["save"],
    }
    assert (form.method(None), form.target(None)) == ("post", "/save")


def test_a_form_takes_choices_ticks_files_and_buttons() -> None:
    form = find_form(PAGE.format(FORM), {"title"}, press="Delete it")

    sent = form.filled(
        {"kind": "hack", "sdgs": ["1", "2"], "consent": True, "photo": File(b"x", "x.jpg")},
        "Delete it",
    )

    assert sent["kind"] == ["hack"]
    assert sent["sdgs"] == ["1", "2"]
    assert sent["consent"] == ["on"]
    assert sent["act"] == ["drop"]
    content, name, _ = sent["photo"][0]
    assert isinstance(content, BytesIO)
    assert name == "x.jpg"
    assert form.target("Delete it") == "/drop"


def test_a_form_refuses_a_choice_that_is_not_offered() -> None:
    form = find_form(PAGE.format(FORM), {"kind"})
    with pytest.raises(AssertionError, match="kind offers"):
        form.filled({"kind": "poem"}, None)


def test_the_form_must_be_the_only_one() -> None:
    page = PAGE.format(FORM)
    assert len(forms(page)) == 4
    with pytest.raises(AssertionError, match="2 forms"):
        find_form(page, {"title"})
    with pytest.raises(AssertionError, match="0 forms"):
        find_form(page, {"nothing"})
    assert find_form(page, {"title"}, press="Send").target("Send") == "/other"


def test_the_clock_moves_only_when_told(clock: Clock) -> None:
    before = app_clock.now()
    assert app_clock.now() == before
    clock.advance(days=1, minutes=2)
    assert (app_clock.now() - before).total_seconds() == 86520


def test_nobody_calls_out() -> None:
    with socket.socket() as caller, pytest.raises(ConnectionRefusedError, match="tried to reach"):
        caller.connect(("192.0.2.1", 80))


@job("tests.fail")
def _fail(word: str) -> None:
    raise ValueError(word)


def test_a_failing_job_fails_the_test(session: Session, drain: Callable[[], int]) -> None:
    enqueue(session, "tests.fail", "as it should")
    with pytest.raises(ValueError, match="as it should"):
        drain()
    assert drain() == 0
