"""Making people and their roles."""

import secrets
from datetime import datetime

from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role, User
from app.authz import ORGANISER


def put_user(
    session: Session, *, email: str, name: str, password: str | None, organiser: bool, now: datetime
) -> User:
    """Make a confirmed account for `email`, or update the one there is.

    `password` None leaves (or makes) an account that signs in by e-mailed link only.
    """
    address = email.strip().lower()
    user = session.scalar(select(User).where(User.email == address))
    if user is None:
        user = User(
            email=address,
            fs_uniquifier=secrets.token_hex(32),
            create_datetime=now,
            update_datetime=now,
            active=True,
        )
        session.add(user)
    user.name = name or user.name or address.partition("@")[0]
    user.confirmed_at = user.confirmed_at or now
    if password is not None:
        user.password = hash_password(password)
    if organiser:
        _give(session, user, ORGANISER)
    session.flush()
    return user


def _give(session: Session, user: User, name: str) -> None:
    role = session.scalar(select(Role).where(Role.name == name))
    if role is None:
        role = Role(name=name)
        session.add(role)
    if role not in user.roles:
        user.roles.append(role)
