"""The audit's page says each act in words, and shows what judges give of every kind."""

import re
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import audit
from app.authz import ANYBODY
from judging.models import Comparison, Ordering
from judging.views.audit import VERBS
from tests.client import Client
from tests.factories import NOW
from tests.judging.test_secrecy import scene_of

ROOT = Path(__file__).parents[2]
_VERB = re.compile(
    r'"((?:contest|entry|team|judge|round|ballot|order|comparison|decision|conflicts?)\.[a-z-]+)"'
)


def test_every_act_has_its_words() -> None:
    said = {
        verb
        for room in ("contests", "judging")
        for path in (ROOT / room / "service").rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "verb" in line or "_audit(" in line
        for verb in _VERB.findall(line)
    }
    assert len(said) > 20
    assert said - set(VERBS) == set()


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("backend", ["sqlite+folder", "postgresql+s3"], indirect=True)
def test_orders_and_comparisons_have_their_pages(session: Session, client: Client) -> None:
    scene = scene_of(session)
    order = session.scalars(select(Ordering)).all()[0]
    pair = session.scalars(select(Comparison)).all()[0]
    for verb, subject, details in (
        ("order.submit", f"ordering:{order.id}", {"version": 3}),
        ("comparison.vote", f"comparison:{pair.id}", {"entries": [1, 2], "version": 1}),
    ):
        audit.record(session, actor=ANYBODY, verb=verb, subject=subject, now=NOW, details=details)
    client.sign_in(scene.organiser)
    page = client.page(scene.url("audit"))
    assert "Submitted the order" not in page
    page = client.page(scene.url("audit?about=ordering"))
    assert "Submitted the order" in page
    assert "Version 3." in page
    page = client.page(scene.url("audit?about=comparison"))
    assert "Chose between two" in page
    assert "0001 · 0002 · Quasarjudge 1" in page
    assert "Entries: 0001 to 0002." in page
