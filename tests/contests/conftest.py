import pytest

from tests.media.pictures import encode, subject


@pytest.fixture(scope="session")
def jpeg() -> bytes:
    return encode(subject(), "JPEG")
