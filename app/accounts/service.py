"""Making people, giving roles, signing in by link, and what people say of themselves."""

import secrets
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _
from flask_security import hash_password, login_user, logout_user, send_mail
from flask_security.confirmable import send_confirmation_instructions
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import audit
from app.accounts import queries
from app.accounts.addresses import normal_address
from app.accounts.links import read_token, write_token
from app.accounts.models import Role, User
from app.authz import ANYBODY, ORGANISER
from app.errors import N_, GoneError


def put_user(
    session: Session, *, email: str, name: str, password: str | None, organiser: bool, now: datetime
) -> User:
    """Make a confirmed account for `email`, or update the one there is.

    `password` None leaves (or makes) an account that signs in by e-mailed link only. Raises
    InvalidError where `email` is no address.
    """
    user = _find_or_make(session, normal_address(email), now)
    if user.confirmed_at is None:
        # Whoever registered this address never showed that it is theirs: their password goes.
        user.password, user.fs_uniquifier, user.confirmed_at = None, secrets.token_hex(32), now
    user.name = name or user.name or user.email.partition("@")[0]
    user.update_datetime = now
    if password is not None:
        normalize = current_app.extensions["security"].password_util.normalize
        user.password = hash_password(normalize(password))
    session.flush()
    if organiser:
        _make_organiser(session, user, now)
    return user


def update_profile(
    _session: Session,
    *,
    user: User,
    name: str,
    organisation: str,
    country: str,
    zone: str,
    locale: str,
    now: datetime,
) -> None:
    """Keep what a person says of themselves; empty text where they say nothing."""
    user.name, user.organisation, user.country = name, organisation, country
    user.zone, user.locale = zone, locale
    user.update_datetime = now


def send_sign_in_link(session: Session, *, email: str, destination: str) -> None:
    """Mail a sign-in link to `email`, where it is an account's; nobody learns whether it is.

    An account that waits to be confirmed gets a new confirmation link instead.
    """
    user = queries.find_user_by_email(session, email)
    if user is None or not user.active:
        return
    if user.confirmed_at is None:
        send_confirmation_instructions(user)  # type: ignore[no-untyped-call] # it has no types
        return
    send_mail(
        _("Your sign-in link"),
        user.email,
        "security/email/login_instructions",
        user=user,
        login_token=write_token(user, destination),
    )


def get_link_owner(session: Session, *, token: str) -> User:
    """Return whom a sign-in link signs in; raise GoneError unless it is good and unused."""
    claim = read_token(token)
    found = select(User).where(
        User.fs_uniquifier == claim.uniquifier,
        User.links_used == claim.number,
        User.active,
    )
    user = session.scalar(found)
    if user is None:
        raise GoneError(N_("This sign-in link has been used."))
    return user


def use_sign_in_link(session: Session, *, token: str, remember: bool) -> str:
    """Sign its owner in, use the link up, and return the path it leads to.

    Raises GoneError as `get_link_owner`, also for the second of two clicks at the same moment.
    """
    user = get_link_owner(session, token=token)
    claim = read_token(token)
    mine = (User.id == user.id) & (User.links_used == claim.number)
    used = session.execute(
        update(User).where(mine).values(links_used=User.links_used + 1).returning(User.id)
    ).first()
    if used is None:
        raise GoneError(N_("This sign-in link has been used."))
    sign_in(user, remember=remember)
    return claim.destination


def sign_in(user: User, *, remember: bool = False) -> None:
    """Let this browser be `user` from now on, whoever it was before."""
    logout_user()
    login_user(user, remember=remember, authn_via=["email"])


def _find_or_make(session: Session, address: str, now: datetime) -> User:
    user = queries.find_user_by_email(session, address)
    if user is None:
        user = User(
            email=address,
            fs_uniquifier=secrets.token_hex(32),
            create_datetime=now,
            update_datetime=now,
            confirmed_at=now,
            active=True,
        )
        session.add(user)
    return user


def _make_organiser(session: Session, user: User, now: datetime) -> None:
    role = session.scalar(select(Role).where(Role.name == ORGANISER))
    if role is None:
        role = Role(name=ORGANISER)
        session.add(role)
    if role in user.roles:
        return
    user.roles.append(role)
    session.flush()
    audit.record(
        session, actor=ANYBODY, verb="account.organise", subject=f"user:{user.id}", now=now
    )
