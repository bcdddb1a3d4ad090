"""What the pages of the organisers' judging room share: the blueprint, and how acts are told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app import clock
from app.errors import ConflictError, InvalidError
from app.transaction import current_session, roll_back_request
from app.web import Form, current_actor, render_message
from contests.queries.contests import get_contest
from judging.views import words

Result = TypeVar("Result")

blueprint = Blueprint("judging_organiser", __name__, url_prefix="/manage/contests/<slug>")
for _filter in (
    words.place_name,
    words.decimal,
    words.judge_state,
    words.round_state,
    words.ballot_state,
    words.decision_state,
):
    blueprint.add_app_template_filter(_filter)

Answer = str | Response | tuple[str, int]
INVALID = 422


def act(slug: str, do: Callable[..., Result], **values: object) -> Result:
    """Let a service do something about a contest, as the person who asks for it, now."""
    session = current_session()
    contest = get_contest(session, slug)
    return do(session, contest=contest, actor=current_actor(), now=clock.now(), **values)


@contextmanager
def told() -> Iterator[None]:
    """Say why an act of one button was refused on the page it came from; nothing is changed."""
    try:
        yield
    except (ConflictError, InvalidError) as error:
        roll_back_request()
        flash(render_message(error), "error")


def back(page: str, slug: str) -> Response:
    """Lead back to one of the contest's pages."""
    return redirect(url_for(f"judging_organiser.{page}", slug=slug), 303)


def back_to_round(slug: str, round_id: int) -> Response:
    """Lead back to one of the contest's rounds."""
    return redirect(url_for("judging_organiser.round_", slug=slug, round_id=round_id), 303)


def show(template: str, form: Form, **context: object) -> Answer:
    """Show a page with a form, and with its faults if it has any."""
    page = render_template(f"judging/organiser/{template}.html", form=form, **context)
    return (page, INVALID) if form.errors else page
