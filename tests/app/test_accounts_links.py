"""Signing in by an e-mailed link."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts import links, service
from app.errors import GoneError
from app.transaction import transaction
from tests import factories
from tests.client import Client, local
from tests.conftest import Outbox


def asked_for(client: Client, outbox: Outbox, email: str, **fields: str) -> str:
    """Ask for a link on the sign-in page; return the path that the mail leads to."""
    answer = client.submit("/login", {"email": email, **fields}, press="Send me a sign-in link")
    assert answer.status_code == 303
    assert "a sign-in link is on its way" in client.follow(answer).text
    return local(outbox.link(email))


def signed_in(client: Client) -> bool:
    return "account-email" in client.page("/")


def test_a_link_signs_in_once_and_leads_to_where_one_came_from(
    client: Client, new_client: Callable[[], Client], session: Session, outbox: Outbox
) -> None:
    user = factories.user(session, "Amina <b>Diallo</b>")
    answer = client.submit(
        "/login?next=/account", {"email": user.email}, press="Send me a sign-in link"
    )
    assert local(answer.location) == "/login?next=/account"
    link = local(outbox.link(user.email))
    assert outbox(user.email)[0]["Subject"] == "Your sign-in link"

    # Looking at it, as mail servers do, uses nothing up.
    for _look in range(3):
        assert "Amina &lt;b&gt;Diallo&lt;/b&gt;" in client.page(link)
    assert not signed_in(client)

    answer = client.submit(link)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert signed_in(client)
    assert client.get_cookie("remember_token") is None

    other = new_client()
    assert "has been used" in other.page(link, 410)
    assert not signed_in(other)


def test_a_link_can_keep_somebody_signed_in(
    client: Client, session: Session, outbox: Outbox
) -> None:
    user = factories.user(session)
    client.submit(asked_for(client, outbox, user.email), {"remember": True})
    assert client.get_cookie("remember_token") is not None


def test_using_one_link_ends_the_others(client: Client, session: Session, outbox: Outbox) -> None:
    user = factories.user(session)
    first = asked_for(client, outbox, user.email)
    second = asked_for(client, outbox, user.email)
    client.submit(second)
    client.sign_out()
    assert "has been used" in client.page(first, 410)


def test_a_link_signs_out_whoever_used_this_browser_before(
    client: Client, session: Session, outbox: Outbox
) -> None:
    user, other = factories.user(session), factories.user(session)
    link = asked_for(client, outbox, user.email)
    client.sign_in(other)
    client.submit(link, press="Sign in")
    assert user.email in client.page("/")
    assert other.email not in client.page("/")


def test_an_unconfirmed_account_gets_its_confirmation_instead(
    client: Client, session: Session, outbox: Outbox
) -> None:
    user = factories.user(session)
    user.confirmed_at = None
    assert asked_for(client, outbox, user.email).startswith("/confirm/")


def test_an_inactive_account_and_a_stranger_get_nothing(
    client: Client, session: Session, outbox: Outbox
) -> None:
    user = factories.user(session)
    user.active = False
    for email in (user.email, "stranger@example.org"):
        client.submit("/login/link", {"email": email})
    assert outbox() == []


@pytest.mark.parametrize("email", ["", "amina", "amina@", "amina@exa mple.org", "<b>@x.org"])
def test_what_is_no_address_is_said_to_be_none(client: Client, email: str) -> None:
    answer = client.submit("/login/link", {"email": email})
    assert answer.status_code == 422
    assert "e-mail address" in re.findall(r'field-error"[^>]*>\s*<span>([^<]*)', answer.text)[0]


@pytest.mark.parametrize(
    "token", ["x", "a.b.c", "%00", "%F0%9F%92%A5", "WyJ4IiwwLCIvIl0.aaaa.bbbb"]
)
def test_a_forged_link_offers_a_new_one(client: Client, token: str) -> None:
    page = client.page(f"/login/link/{token}", 410)
    assert "is not whole" in page
    assert 'action="/login/link"' in page


def test_an_old_link_offers_a_new_one(
    client: Client, session: Session, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = factories.user(session)
    link = asked_for(client, outbox, user.email)
    form = client.page(link)
    monkeypatch.setattr(links, "LIFETIME", timedelta(seconds=-1))
    assert "more than an hour old" in client.page(link, 410)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', form)[0]
    late = client.post(link, data={"csrf_token": token})
    assert late.status_code == 410
    assert not signed_in(client)


def test_a_new_password_ends_every_link(client: Client, session: Session, outbox: Outbox) -> None:
    user = factories.user(session)
    link = asked_for(client, outbox, user.email)
    client.submit("/reset", {"email": user.email})
    words = "a sentence to remember"
    client.submit(local(outbox.link(user.email)), {"password": words, "password_confirm": words})
    assert "has been used" in client.page(link, 410)


def test_two_clicks_at_the_same_moment_sign_in_once(app: Flask, session: Session) -> None:
    user = factories.user(session)
    token = links.write_token(user, "/")
    session.commit()

    def click(_number: int) -> bool:
        with app.test_request_context("/", method="POST"), transaction() as own:
            try:
                service.use_sign_in_link(own, token=token, remember=False)
            except GoneError:
                return False
            return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(click, range(4))) == [False, False, False, True]
