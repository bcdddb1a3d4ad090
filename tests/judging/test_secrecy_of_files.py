"""What a file says of its making stays with organisers: on no page, in no mail, for nobody else.

Its sender is told that it names a place, and on which day it was taken; neither where nor with
what.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import User
from app.mail import OutgoingMail
from contests import tasks
from contests.states import EntryState
from media.models import Asset
from media.states import AssetState
from tests import factories
from tests.client import Client
from tests.database import settle
from tests.factories import NOW
from tests.judging import scenes
from tests.judging.crawl import addresses, browser_of, candidates, crawl

pytestmark = [
    pytest.mark.usefixtures("clock"),
    # What is looked at is what pages say; the engines below them have tests of their own.
    pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True),
]

CAMERA, LATITUDE, LONGITUDE = "Quasarflex 9000", 12.3456, -65.4321
SECRETS = (CAMERA, "12.3456", "65.4321")
DAY = "15 August 1977"


def scene_of(session: Session) -> scenes.Scene:
    scene = scenes.judged(session)
    factories.entry(
        session, factories.contest(session), scene.entries[0].owner, state=EntryState.DRAFT
    )
    for asset in session.scalars(select(Asset)):
        asset.camera, asset.latitude, asset.longitude = CAMERA, LATITUDE, LONGITUDE
        asset.taken_at = datetime(1977, 8, 15, 22, 16)  # noqa: DTZ001 - a camera has no zone
    session.flush()
    return scene


def known(session: Session, scene: scenes.Scene) -> dict[str, list[Any]]:
    found = candidates(session, scene)
    found["public_id"] = list(session.scalars(select(Asset.public_id)))
    return found


def people(scene: scenes.Scene) -> dict[str, User | None]:
    return {
        "outsider": None,
        "owner": scene.entries[0].owner,
        "entrant": scene.entries[2].owner,
        "judge": scene.judges[0].user,
    }


@pytest.mark.parametrize("who", ["outsider", "owner", "entrant", "judge"])
def test_nobody_else_reads_what_a_file_says(
    app: Flask, session: Session, new_client: Callable[[], Client], who: str
) -> None:
    scene = scene_of(session)
    every = addresses(app, known(session, scene))
    found = crawl(browser_of(people(scene)[who], new_client()), every)
    assert any(answer.status == 200 and "/media/" in answer.text for answer in found.values())
    for (_way, url), answer in found.items():
        assert [word for word in SECRETS if word in answer.text] == [], url
        assert DAY not in answer.text or (who == "owner" and url.endswith("/edit")), url


def test_an_organiser_reads_it(app: Flask, session: Session, client: Client) -> None:
    scene = scene_of(session)
    client.sign_in(scene.organiser)
    every = addresses(app, known(session, scene))
    text = "".join(answer.text for answer in crawl(client, every).values())
    for word in (*SECRETS, DAY):
        assert word in text


def test_no_mail_says_it(app: Flask, session: Session) -> None:
    scene = scene_of(session)
    for asset in session.scalars(select(Asset)):
        asset.state, asset.reason = AssetState.REJECTED, "It is damaged."
    settle(app)
    tasks.settle_waiting(NOW)
    session.expire_all()
    mails = session.scalars(select(OutgoingMail)).all()
    assert len(mails) == len(scene.entries)
    for mail in mails:
        assert "It is damaged." in (mail.body or "")
        assert [word for word in (*SECRETS, DAY) if word in (mail.body or "")] == []
