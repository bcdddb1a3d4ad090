"""The demo forum that a first start serves, told through the same acts that people use.

Each scene is one unit of work at an instant of its own; between entering and submitting, the
pictures are made as the worker would make them.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.accounts.models import User
from app.cli.demo import hackathon, photo_contests
from app.cli.demo.drawing import draw_all
from app.cli.demo.people import ORGANISER, ORGANISERS, SIGN_INS, DemoSignIn
from app.cli.demo.pictures import pictures, project_pictures
from app.cli.demo.stage import ZONE, Stage
from app.transaction import transaction
from contests import tasks as contest_tasks
from contests.queries.contests import find_contest, find_forum
from contests.service import contests as contest_service
from contests.states import ContestState
from media import tasks
from media.models import Asset
from media.states import AssetState


@click.command("demo")
@with_appcontext
def demo_command() -> None:
    """Fill an empty database with a demo forum: three contests, their people and pictures."""
    fill()


def fill() -> None:
    """Make the demo forum where there is no forum, and print who can be signed in as.

    One that was interrupted is finished; any other forum is left alone.
    """
    now = clock.now()
    with transaction() as session:
        forum = find_forum(session)
    if forum is None:
        _begin(now)
    with transaction() as session:
        contest = find_contest(session, photo_contests.ANNOUNCED)
        people = sign_ins(session)
    if people and contest is not None and contest.state is ContestState.PUBLISHED:
        _finish(now)
    for person in people:
        click.echo(f"  {person.role!s:<17} {person.email:<34} {person.password}")
    if not people:
        click.echo("There is a forum already; the demo needs an empty database.")


def sign_ins(session: Session) -> tuple[DemoSignIn, ...]:
    """Return who can be signed in as on a demo forum; nobody on any other."""
    known = session.scalar(select(User.id).where(User.email == ORGANISER))
    return SIGN_INS if known else ()


def _begin(now: datetime) -> None:
    """Set up the contests and begin their entries; most of the time is drawing."""
    drawn = _draw()
    with transaction() as session:
        stage = Stage(session, now, drawn)
        organiser, _second = [
            stage.person(email, name, organiser=True) for email, name in ORGANISERS
        ]
        starts = stage.day(24)
        forum = contest_service.put_forum(
            session,
            forum=None,
            name=f"WSIS Forum {starts.year}",
            tagline="Information and communication technologies for development",
            starts_on=starts,
            ends_on=stage.day(28),
            zone=ZONE,
            actor=organiser,
            now=stage.at(-90),
        )
        photo_contests.announced_contest(stage, forum)
        photo_contests.open_contest(stage, forum)
        hackathon.hackathon(stage, forum)


def _finish(now: datetime) -> None:
    """Make the pictures, submit the entries, judge them, and announce one contest's winners."""
    _make_renditions()
    with transaction() as session:
        stage = Stage(session, now, {})
        photo_contests.submit_all(stage, photo_contests.ANNOUNCED, -46)
        photo_contests.submit_all(stage, photo_contests.OPEN, -2)
        hackathon.submit_projects(stage)
    # As the worker would, before anybody judges them: their pictures are compared.
    contest_tasks.settle_waiting(now)
    with transaction() as session:
        stage = Stage(session, now, {})
        photo_contests.judge_and_announce(stage)
        hackathon.judge_half(stage)


def _draw() -> dict[str, bytes]:
    drawings = [(photo.slug, photo.draw) for photo in pictures()]
    drawings += [(picture.slug, picture.draw) for picture in project_pictures()]
    with click.progressbar(
        draw_all(drawings), length=len(drawings), label="Drawing the demo's pictures"
    ) as bar:
        return dict(bar)


def _make_renditions() -> None:
    """Make the renditions as the worker would, two at a time."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - a thread needs the application itself
    with transaction() as session:
        waiting = select(Asset.public_id).where(Asset.state == AssetState.RECEIVED)
        found = session.scalars(waiting).all()

    def process(public_id: str) -> None:
        with app.app_context():
            tasks.process(public_id)

    with (
        ThreadPoolExecutor(2) as pool,
        click.progressbar(
            pool.map(process, found), length=len(found), label="Making their renditions    "
        ) as bar,
    ):
        for _done in bar:
            pass
