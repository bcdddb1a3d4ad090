"""What an S3 server answers, in a store's words."""

from collections.abc import Iterator
from contextlib import contextmanager

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from media.stores.base import MissingObjectError, MissingPartError, unavailable


class PastEndError(Exception):
    """The range asked for begins behind the last byte."""


@contextmanager
def reachable() -> Iterator[None]:
    """Turn what boto3 raises into what a store raises."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in {"NoSuchKey", "NoSuchUpload", "404"}:
            raise MissingObjectError from error
        if code == "InvalidPart":
            raise MissingPartError from error
        if code in {"InvalidRange", "416"}:
            raise PastEndError from error
        raise unavailable() from error
    except (BotoCoreError, Boto3Error) as error:
        raise unavailable() from error
