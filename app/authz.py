"""Who may do what: the actor, the permission each route declares, and predicates that compose.

A route's permission says who may come near at all and is checked before the view runs. What an
actor may do with one entry or ballot is a room's policy: a `Predicate` over actor and subject.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from app.errors import N_, ForbiddenError, NotFoundError, SignInRequiredError

ORGANISER = "organiser"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who asks; `user_id` is None when nobody is signed in."""

    user_id: int | None = None
    name: str = ""
    email: str = ""
    roles: frozenset[str] = frozenset()
    zone: str | None = None
    locale: str | None = None

    @property
    def is_authenticated(self) -> bool:
        """Whether somebody is signed in."""
        return self.user_id is not None

    @property
    def is_organiser(self) -> bool:
        """Whether this person answers for the forum's contests."""
        return ORGANISER in self.roles


ANYBODY = Actor()


class Permission(StrEnum):
    """What a route asks of whoever calls it."""

    READ_PUBLIC = "read-public"  # anybody; the view shows only what is public now
    ENTER = "enter"  # a signed-in person, about their own entries, teams and uploads
    JUDGE = "judge"  # a signed-in person, about their own ballots
    ORGANISE = "organise"  # an organiser of the forum
    DEVELOP = "develop"  # anybody, but the route exists in development only


OPEN_TO_ALL = frozenset({Permission.READ_PUBLIC, Permission.DEVELOP})


def check_permission(permission: Permission, actor: Actor) -> None:
    """Raise SignInRequiredError or ForbiddenError unless `actor` may come near the route."""
    if permission in OPEN_TO_ALL:
        return
    if not actor.is_authenticated:
        raise SignInRequiredError
    if permission is Permission.ORGANISE and not actor.is_organiser:
        raise ForbiddenError(N_("Only the forum's organisers can see this page."))


View = TypeVar("View", bound=Callable[..., Any])


def permission(needed: Permission) -> Callable[[View], View]:
    """Declare what a view needs; a route without it fails the suite and is refused at run time."""

    def declare(view: View) -> View:
        view.podium_permission = needed  # type: ignore[attr-defined]
        return view

    return declare


Predicate = Callable[[Actor, Any], bool]


def either(*predicates: Predicate) -> Predicate:
    """Return a predicate that holds where any of `predicates` does."""
    return lambda actor, subject: any(holds(actor, subject) for holds in predicates)


def both(*predicates: Predicate) -> Predicate:
    """Return a predicate that holds where all of `predicates` do."""
    return lambda actor, subject: all(holds(actor, subject) for holds in predicates)


def organises(actor: Actor, _subject: object) -> bool:
    """Hold for organisers, whatever the subject."""
    return actor.is_organiser


def require(predicate: Predicate, actor: Actor, subject: object) -> None:
    """Raise NotFoundError unless `predicate` holds: what is not yours does not exist for you."""
    if not predicate(actor, subject):
        raise NotFoundError
