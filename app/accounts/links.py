"""Sign-in links: signed, short-lived, and good for one use.

Flask-Security's own are six-digit codes that could be guessed in the password field at any time,
and they sign in on GET, where a mail server that looks into links would use them up.
"""

from datetime import timedelta
from typing import NamedTuple

from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from app.accounts.models import User
from app.errors import N_, GoneError

LIFETIME = timedelta(hours=1)


class Claim(NamedTuple):
    """What a link says: whose it is, which of theirs, and where it leads afterwards."""

    uniquifier: str
    number: int
    destination: str


def write_token(user: User, destination: str) -> str:
    """Return the token of the next sign-in link of `user`; `destination` is a path of ours."""
    token: str = _serializer().dumps([user.fs_uniquifier, user.links_used, destination])
    return token


def read_token(token: str) -> Claim:
    """Return what a token claims; raise GoneError for a forged or an expired one."""
    try:
        claim = _serializer().loads(token, max_age=int(LIFETIME.total_seconds()))
    except SignatureExpired:
        raise GoneError(N_("This sign-in link is more than an hour old.")) from None
    except BadSignature:
        raise GoneError(N_("This sign-in link is not whole.")) from None
    return Claim(*claim)


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt="sign-in-link")
