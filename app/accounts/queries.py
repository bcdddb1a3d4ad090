"""Reading people."""

from flask_login import current_user

from app.accounts.models import User
from app.authz import ANYBODY, Actor


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
    )
