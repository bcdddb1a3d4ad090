import pytest
from sqlalchemy.orm import Session

from tests import factories as make
from tests.client import Client
from tests.media.pictures import encode, subject


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    return encode(subject(), "JPEG")


@pytest.fixture
def organiser(client: Client, session: Session) -> Client:
    """Return the browser of an organiser who has signed in."""
    client.sign_in(make.organiser(session))
    return client
