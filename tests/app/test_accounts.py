"""Registering, confirming, signing in and out, and choosing a new password."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask_security.core import _default_messages
from flask_security.forms import _default_field_labels
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts import service
from app.accounts.models import User
from app.accounts.words import WORDS
from tests import factories
from tests.client import Client, local
from tests.conftest import Outbox

AMINA = "amina@example.org"
PASSWORD = "a sentence to remember"


def register(client: Client, email: str = AMINA, name: str = "Amina Diallo") -> None:
    answer = client.submit("/register", {"name": name, "email": email, "password": PASSWORD})
    assert answer.status_code == 302, answer.text


def who(client: Client) -> str | None:
    """Return the address that the account menu shows, or None where it offers to sign in."""
    found = re.search(r'class="account-email">([^<]*)<', client.page("/"))
    return found[1] if found else None


def test_a_new_account_is_confirmed_by_mail_and_then_signs_in(
    client: Client, outbox: Outbox, session: Session
) -> None:
    register(client)
    assert "We have sent a mail to amina@example.org" in client.page("/login")

    refused = client.submit("/login", {"email": AMINA, "password": PASSWORD})
    assert refused.status_code == 422
    assert "not confirmed yet" in refused.text

    [mail] = outbox(AMINA)
    assert mail["Subject"] == "Your account for the forum&#39;s contests".replace("&#39;", "'")
    assert "Amina Diallo" not in mail.get_content()
    answer = client.get(local(outbox.link(AMINA)))
    assert "Your e-mail address is confirmed" in client.follow(answer).text

    assert client.submit("/login", {"email": AMINA, "password": PASSWORD}).status_code == 302
    assert who(client) == AMINA
    user = session.scalars(select(User)).one()
    assert (user.name, user.roles) == ("Amina Diallo", [])


def test_links_in_mails_lead_to_the_public_address_whatever_host_was_asked(
    app: Flask, client: Client, outbox: Outbox, session: Session
) -> None:
    user = factories.user(session)
    page = client.get("/reset", base_url="http://evil.example").text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    fields = {"email": user.email, "csrf_token": token}
    client.post("/reset", data=fields, base_url="http://evil.example")
    public = app.extensions["podium.settings"].public_url
    assert outbox.link(user.email).startswith(f"{public}/reset/")


def token_of(client: Client, url: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.page(url))
    assert found
    return found[1]


def test_an_address_has_one_account_however_it_is_written(
    client: Client, outbox: Outbox, session: Session
) -> None:
    register(client, "Amina@Example.ORG")
    register(client, " AMINA@example.org ", "Somebody else")
    assert session.scalars(select(User.email)).all() == [AMINA]
    first, second = outbox(AMINA)
    assert "There is one already" not in first.get_content()
    assert "There is one already" in second.get_content()


def test_registering_tells_nobody_whether_an_address_is_known(
    new_client: Callable[[], Client], session: Session, outbox: Outbox
) -> None:
    known = factories.user(session)
    fields = {"name": "Amina", "password": PASSWORD}
    answers = []
    for address in (known.email, "unknown@example.org"):
        client = new_client()
        answer = client.submit("/register", fields | {"email": address})
        text = client.follow(answer).text.replace(address, "ADDRESS")
        answers.append((answer.status_code, answer.location, without_token(text)))
    assert answers[0] == answers[1]
    assert "Choose" not in outbox("unknown@example.org")[0].get_content()
    assert "/reset/" in outbox(known.email)[0].get_content()


def without_token(text: str) -> str:
    return re.sub(r'(csrf_token" value|csrf-token" content)="[^"]*"', "", text)


@pytest.mark.parametrize(
    ("url", "extra"),
    [
        ("/login", {"password": "wrong password"}),
        ("/reset", {}),
        ("/confirm", {}),
        ("/login/link", {}),
    ],
)
def test_other_forms_tell_nobody_whether_an_address_is_known(
    new_client: Callable[[], Client], session: Session, url: str, extra: dict[str, str]
) -> None:
    known = factories.user(session)
    answers = []
    for address in (known.email, "unknown@example.org"):
        client = new_client()
        answer = client.submit(url, {"email": address, **extra})
        text = client.follow(answer).text if answer.status_code == 303 else answer.text
        answers.append((answer.status_code, without_token(text).replace(address, "ADDRESS")))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "   ", "Enter your name."),
        ("name", "x" * 121, "A name has 120 characters at most."),
        ("email", "amina", "Write the whole e-mail address"),
        ("email", "ämina@example.org", "Write the whole e-mail address"),
        ("password", "too short", "Use 10 characters or more."),
        ("password", "", "Enter a password."),
    ],
)
def test_a_refused_registration_says_what_to_mend_and_keeps_the_rest(
    client: Client, field: str, value: str, words: str
) -> None:
    good = {"name": "Amina Diallo", "email": AMINA, "password": PASSWORD}
    answer = client.submit("/register", good | {field: value})
    assert answer.status_code == 422
    assert words in answer.text
    kept = "Amina Diallo" if field != "name" else AMINA
    assert f'value="{kept}"' in answer.text
    assert PASSWORD not in answer.text


def test_a_wrong_password_and_a_locked_account_stay_outside(
    client: Client, session: Session
) -> None:
    user = factories.user(session)
    wrong = client.submit("/login", {"email": user.email, "password": "not this one"})
    assert wrong.status_code == 422
    assert "do not belong together" in wrong.text
    assert f'value="{user.email}"' in wrong.text

    user.active = False
    session.flush()
    locked = client.submit("/login", {"email": user.email, "password": factories.PASSWORD})
    assert locked.status_code == 422
    assert who(client) is None


def test_somebody_who_is_made_inactive_is_signed_out(client: Client, session: Session) -> None:
    user = factories.user(session)
    client.sign_in(user)
    assert who(client) == user.email
    user.active = False
    session.flush()
    assert who(client) is None


def test_a_session_ends_with_the_browser_unless_one_asks_to_be_remembered(
    new_client: Callable[[], Client], session: Session
) -> None:
    user = factories.user(session)
    fields = {"email": user.email, "password": factories.PASSWORD}
    for remember, cookie in ((False, None), (True, "remember_token")):
        client = new_client()
        client.submit("/login", fields | {"remember": remember})
        kept = client.get_cookie("remember_token")
        assert (kept and kept.key) == cookie
        if kept is not None:
            assert kept.expires is not None
            left = kept.expires - datetime.now(UTC)
            assert timedelta(days=29, hours=23) < left < timedelta(days=30, hours=1)
            assert kept.http_only
            client.delete_cookie("session")
            assert who(client) == user.email


def test_signing_out_needs_a_post_with_the_token(client: Client, session: Session) -> None:
    user = factories.user(session)
    client.submit("/login", {"email": user.email, "password": factories.PASSWORD})
    assert client.get("/logout").status_code == 405
    assert client.post("/logout").status_code == 400
    assert who(client) == user.email
    assert client.submit("/", press="Sign out").status_code == 302
    assert who(client) is None


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "http:evil.example",
    "https://evil.example\\.podium.example/",
)


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
@pytest.mark.parametrize("wished", ELSEWHERE)
def test_nobody_is_led_elsewhere_after_signing_in(
    new_client: Callable[[], Client], session: Session, outbox: Outbox, wished: str
) -> None:
    user = factories.user(session)
    fields = {"email": user.email, "password": factories.PASSWORD}

    by_query = new_client()
    token = token_of(by_query, "/login")
    answer = by_query.post(
        "/login", data=fields | {"csrf_token": token}, query_string={"next": wished}
    )
    assert_local(answer.location)

    by_field = new_client()
    token = token_of(by_field, "/login")
    answer = by_field.post("/login", data=fields | {"csrf_token": token, "next": wished})
    if answer.status_code != 422:
        assert_local(answer.location)

    by_link = new_client()
    by_link.submit("/login/link", {"email": user.email, "next": wished})
    answer = by_link.submit(local(outbox.link(user.email)))
    assert by_link.follow(answer).location == "/"


def assert_local(location: str) -> None:
    """Hold a redirect to what a browser, which is lenient, would still keep on this site."""
    assert re.match(r"/(?![/\\])", location) or not re.match(r"[\s\\/]|\w+:", location), location
    assert urlsplit(location).netloc == ""


def test_signing_in_leads_back_to_where_one_came_from(client: Client, session: Session) -> None:
    user = factories.user(session)
    answer = client.get("/account")
    assert answer.status_code == 302
    assert local(answer.location) == "/login?next=/account"
    answer = client.submit(
        "/login?next=/account", {"email": user.email, "password": factories.PASSWORD}
    )
    assert answer.location == "/account"


def test_registering_leads_to_where_one_was_going(
    client: Client, outbox: Outbox, session: Session
) -> None:
    del session
    page = client.page("/login?next=/account")
    assert "/register?next=/account" in page
    answer = client.submit(
        "/register?next=/account", {"name": "Amina", "email": AMINA, "password": PASSWORD}
    )
    client.follow(answer)
    confirmed = client.get(local(outbox.link(AMINA)))
    assert local(confirmed.location) == "/login"
    fields = {"email": AMINA, "password": PASSWORD}
    assert client.submit("/login", fields).location == "/account"


def test_a_wish_is_forgotten_by_whoever_signs_in_next(client: Client, session: Session) -> None:
    first, second = factories.user(session), factories.user(session)
    client.page("/login?next=/account")
    for user, location in ((first, "/account"), (second, "/login/onward")):
        answer = client.submit("/login", {"email": user.email, "password": factories.PASSWORD})
        assert answer.location == location
        client.submit("/", press="Sign out")


def test_an_address_elsewhere_is_not_remembered(client: Client, session: Session) -> None:
    user = factories.user(session)
    for wished in (*ELSEWHERE, "/", "/?lang=en", "/login?next=/login", "/register"):
        client.get("/login", query_string={"next": wished})
    answer = client.submit("/login", {"email": user.email, "password": factories.PASSWORD})
    assert answer.location == "/login/onward"


def test_without_a_wish_everybody_begins_where_their_work_is(
    new_client: Callable[[], Client], session: Session, outbox: Outbox
) -> None:
    entrant, judge = factories.user(session), factories.user(session)
    organiser = factories.organiser(session)
    contest = factories.contest(session)
    factories.judge(session, contest, judge)
    factories.judge(session, contest, organiser)
    for user, page in ((entrant, "/"), (judge, "/judge"), (organiser, "/manage/")):
        by_password, by_link = new_client(), new_client()
        # The header's link on the first page names it, which is no wish to stay there.
        answer = by_password.submit(
            "/login?next=/", {"email": user.email, "password": factories.PASSWORD}
        )
        assert by_password.follow(answer).location == page
        assert by_password.follow(by_password.get("/login")).location == page
        by_link.submit("/login/link", {"email": user.email})
        answer = by_link.submit(local(outbox.link(user.email)))
        assert by_link.follow(answer).location == page


# --- a forgotten password -------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_once_and_ends_every_session(
    client: Client, new_client: Callable[[], Client], session: Session, outbox: Outbox
) -> None:
    user = factories.user(session)
    elsewhere = new_client()
    elsewhere.sign_in(user)
    assert who(elsewhere) == user.email

    client.submit("/reset", {"email": user.email})
    link = local(outbox.link(user.email))
    unequal = client.submit(link, {"password": PASSWORD, "password_confirm": "something else"})
    assert unequal.status_code == 422
    assert "type the same password twice" in unequal.text
    done = client.submit(link, {"password": PASSWORD, "password_confirm": PASSWORD})
    assert "Your new password is set" in client.follow(done).text
    assert who(elsewhere) is None
    assert outbox(user.email)[-1]["Subject"] == "Your new password is set"

    again = client.get(link)
    assert "This link is not whole, or it has been used" in client.follow(again).text
    assert client.submit("/login", {"email": user.email, "password": PASSWORD}).status_code == 302


@pytest.mark.parametrize("path", ["/reset/forged.token.x", "/reset/%00", "/confirm/forged"])
def test_a_forged_link_leads_to_where_a_new_one_is_sent(client: Client, path: str) -> None:
    answer = client.follow(client.get(path))
    assert "Enter your e-mail address for a new one" in answer.text


def test_an_old_link_says_how_long_it_was_good(
    app: Flask, client: Client, session: Session, outbox: Outbox
) -> None:
    user = factories.user(session)
    client.submit("/reset", {"email": user.email})
    app.config["SECURITY_RESET_PASSWORD_WITHIN"] = timedelta(seconds=-1)
    answer = client.follow(client.get(local(outbox.link(user.email))))
    assert "too old now" in answer.text

    user.confirmed_at = None
    session.flush()
    client.submit("/confirm", {"email": user.email})
    app.config["SECURITY_CONFIRM_EMAIL_WITHIN"] = timedelta(seconds=-1)
    answer = client.follow(client.get(local(outbox.link(user.email))))
    assert "too old now" in answer.text


# --- one's own password ---------------------------------------------------------------------------


def test_changing_the_password_keeps_this_session_and_ends_the_others(
    client: Client, new_client: Callable[[], Client], session: Session, outbox: Outbox
) -> None:
    user = factories.user(session)
    elsewhere = new_client()
    elsewhere.sign_in(user)
    client.submit("/login", {"email": user.email, "password": factories.PASSWORD})
    fields = {"new_password": PASSWORD, "new_password_confirm": PASSWORD}
    wrong = client.submit("/change", fields | {"password": "not this one"})
    assert wrong.status_code == 422
    assert "This is not your password." in wrong.text
    done = client.submit("/change", fields | {"password": factories.PASSWORD})
    assert done.location == "/account"
    assert "Your password is changed" in client.follow(done).text
    assert who(client) == user.email
    assert who(elsewhere) is None
    assert outbox(user.email)[-1]["Subject"] == "Your password has been changed"


def test_who_has_no_password_chooses_one_soon_after_signing_in(
    client: Client, session: Session, outbox: Outbox
) -> None:
    user = factories.user(session)
    user.password = None
    client.sign_in(user)  # no word of when: as long ago as a remembered session may be
    answer = client.follow(client.get("/change"))
    assert "Sign in once more first" in answer.text

    client.submit("/login/link", {"email": user.email, "next": "/change"})
    answer = client.submit(local(outbox.link(user.email)))
    assert answer.location == "/change"
    fields = {"new_password": PASSWORD, "new_password_confirm": PASSWORD}
    assert client.submit("/change", fields).location == "/account"
    client.sign_out()
    assert client.submit("/login", {"email": user.email, "password": PASSWORD}).status_code == 302


def test_proving_again_who_one_is(client: Client, session: Session) -> None:
    user = factories.user(session)
    client.sign_in(user)
    assert client.submit("/verify?next=/account", {"password": "no"}).status_code == 422
    answer = client.submit("/verify?next=/account", {"password": factories.PASSWORD})
    assert answer.location == "/account"


# --- hostile input --------------------------------------------------------------------------------


def test_flask_security_speaks_no_json_and_makes_no_tokens(
    client: Client, session: Session
) -> None:
    user = factories.user(session)
    token = token_of(client, "/login")
    for body in (
        [1, 2],
        {"email": user.email, "password": factories.PASSWORD},
        {"email": {"a": 1}, "password": 3},
        {"email": "\ud800", "password": None},
    ):
        answer = client.post("/login?include_auth_token", json=body, headers={"X-CSRFToken": token})
        assert 400 <= answer.status_code < 500
        assert "authentication_token" not in answer.text


def test_the_words_that_are_reworded_are_flask_securitys() -> None:
    theirs = {text for text, _ in _default_messages.values()} | set(_default_field_labels.values())
    subjects = {
        text
        for text in WORDS
        if text.istitle()
        or text.startswith(("Please", "Password r", "Your password has", "Welcome"))
    }
    assert set(WORDS) - theirs <= subjects


# --- accounts made by others ----------------------------------------------------------------------


def test_an_account_that_is_made_for_somebody_does_not_keep_a_strangers_password(
    client: Client, session: Session
) -> None:
    register(client)
    stranger = session.scalars(select(User)).one()
    assert stranger.password
    user = service.put_user(
        session, email=AMINA, name="", password=None, organiser=False, now=factories.NOW
    )
    assert user is stranger
    assert (user.password, user.confirmed_at, user.name) == (None, factories.NOW, "Amina Diallo")


def test_making_somebody_an_organiser_twice_gives_one_role_and_one_record(
    client: Client, session: Session
) -> None:
    def make() -> User:
        return service.put_user(
            session,
            email="Gitanjali@example.org",
            name="Gitanjali Sah",
            password="pässword of hers",
            organiser=True,
            now=factories.NOW,
        )

    user = make()
    assert make() is user
    assert [role.name for role in user.roles] == ["organiser"]
    assert session.scalar(select(func.count()).select_from(User)) == 1
    answer = client.submit("/login", {"email": user.email, "password": "pässword of hers"})
    assert answer.status_code == 302
