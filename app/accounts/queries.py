"""Reading people."""

from collections.abc import Sequence

from flask import session as cookie
from flask_login import current_user
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.accounts.models import Role, User, role_members
from app.authz import ANYBODY, ORGANISER, Actor
from app.db import table_of
from app.errors import NotFoundError
from app.transaction import current_session


def load_actor() -> Actor:
    """Return whoever is signed in to this request as an actor.

    Whom the session names is read as a plain row: every request asks, and few need more of them.
    Anybody else may still be remembered by a cookie, which is Flask-Login's to tell.
    """
    found = _find_actor(cookie.get("_user_id"))
    if found is None and current_user.is_authenticated:
        return actor_of(current_user)
    return found or ANYBODY


def _find_actor(uniquifier: str | None) -> Actor | None:
    if not uniquifier:
        return None
    rows = current_session().connection().execute(_ACTOR, {"uniquifier": uniquifier}).all()
    if not rows:
        return None
    first = rows[0]
    return Actor(
        user_id=first.id,
        name=first.name,
        email=first.email,
        roles=frozenset(row.role for row in rows if row.role),
        zone=first.zone or None,
        locale=first.locale or None,
    )


_USERS, _ROLES = table_of(User), table_of(Role)
_ACTOR = (
    select(
        *(_USERS.c.id, _USERS.c.name, _USERS.c.email, _USERS.c.zone, _USERS.c.locale),
        _ROLES.c.name.label("role"),
    )
    .outerjoin_from(_USERS, role_members, role_members.c.user_id == _USERS.c.id)
    .outerjoin(_ROLES, _ROLES.c.id == role_members.c.role_id)
    .where(_USERS.c.fs_uniquifier == bindparam("uniquifier"), _USERS.c.active)
)


def actor_of(user: User) -> Actor:
    """Return a person as an actor."""
    return Actor(
        user_id=user.id,
        name=user.name,
        email=user.email,
        roles=frozenset(role.name for role in user.roles),
        zone=user.zone or None,
        locale=user.locale or None,
    )


def get_user(session: Session, user_id: int) -> User:
    """Return a person; raise NotFoundError where there is none."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFoundError
    return user


def organisers(session: Session) -> Sequence[User]:
    """Return everybody who answers for the forum's contests and can sign in."""
    wanted = select(User).where(User.active, User.roles.any(Role.name == ORGANISER))
    return session.scalars(wanted.order_by(User.id)).all()


def find_user_by_email(session: Session, address: str) -> User | None:
    """Return the person with this address, given in its stored spelling (`normal_address`)."""
    return session.scalar(select(User).where(User.email == address))
