"""Stepping back from an entry, on whichever page a judge does so."""

from collections.abc import Callable, Collection

from flask import flash
from flask_babel import gettext

from app import clock
from app.errors import InvalidError
from app.web import current_actor, render_message
from judging.forms.judge import RecuseForm, StepBackForm
from judging.views.work import Work


def step_back_form(works: Collection[Work], *, posted: bool = True) -> StepBackForm:
    """Return the form for stepping back from one of these works."""
    form = StepBackForm() if posted else StepBackForm(formdata=None)
    choices = [(str(work.number), f"{work.number:04} · {work.title}") for work in works]
    form.entry.choices = [("", gettext("Choose an entry")), *choices]
    return form


def stepped_back(form: RecuseForm, number: int, recuse: Callable[..., object]) -> bool:
    """Have a judge step back for the reason in the form, and tell them; whether that was done.

    `recuse` is the service's act, given all but the reason, the actor and the time. What is wrong
    with the reason then stands in the form.
    """
    if not form.validate():
        return False
    try:
        recuse(reason=form.reason.data, actor=current_actor(), now=clock.now())
    except InvalidError as error:
        form.reason.errors = [render_message(error)]
        return False
    say_recused(number)
    return True


def say_recused(number: int) -> None:
    """Tell a judge that an entry has left their list."""
    words = gettext(
        "You stepped back from entry %(number)s. It is not shown to you again.",
        number=f"{number:04}",
    )
    flash(words)
