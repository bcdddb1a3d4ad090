"""What several tests of judging begin with."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy.orm import Session

from tests.conftest import LiveServer
from tests.judging.judges_room import Room, judges_room


@pytest.fixture
def room(
    app: Flask, session: Session, live_server: LiveServer, new_page: Callable[..., Page]
) -> Callable[..., Room]:
    """Return what opens a browser for a judge with three ballots."""
    return judges_room(app, session, live_server, new_page)
