"""Reading people."""

from collections.abc import Sequence

from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.accounts.models import Role, User
from app.authz import ANYBODY, ORGANISER, Actor
from app.errors import NotFoundError


def load_actor() -> Actor:
    """Return whoever is signed in to this request as an actor."""
    return actor_of(current_user) if current_user.is_authenticated else ANYBODY


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
