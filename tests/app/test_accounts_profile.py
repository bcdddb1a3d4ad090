"""One's own account, and names that try to break the page."""

import json
import os
import unicodedata
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests import factories
from tests.client import Client
from tests.conftest import Outbox

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %} %(name)s %s %",
    "'; DROP TABLE users; --",
    "Robert\x00NUL\x1b[31m",
    "line\r\nBcc: everybody@example.org",
    "\u202eedirrevo\u2066\u200b",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f",
    "\ufdfd" * 30,
    "👩‍👩‍👧‍👦🇺🇳" * 4,
    "زهرة 张伟 Åsa Ньютон",
)


def corpus() -> list[str]:
    """Return the strings of a folder of hostile texts, where one is named, that fit a name."""
    folder = os.environ.get("PODIUM_CORPUS")
    path = Path(folder or "") / "hostile-text/blns.json"
    texts: list[str] = json.loads(path.read_text()) if folder and path.is_file() else []
    return [text for text in texts if text.strip() and len(text) <= 120]


def fields(**changed: str) -> dict[str, str]:
    return {"name": "Amina Diallo", "organisation": "", "country": "", "zone": ""} | changed


def test_what_one_says_of_oneself_is_kept(client: Client, session: Session) -> None:
    user = factories.user(session, "Amina")
    client.sign_in(user)
    answer = client.submit(
        "/account",
        fields(organisation="  ITU \n Geneva ", country="KE", zone="Africa/Nairobi"),
    )
    assert (answer.status_code, answer.location) == (303, "/account")
    assert "Your account is saved." in client.follow(answer).text
    assert (user.name, user.organisation) == ("Amina Diallo", "ITU Geneva")
    assert (user.country, user.zone, user.locale) == ("KE", "Africa/Nairobi", "")
    page = client.page("/account")
    assert '<option selected value="KE">Kenya</option>' in page
    assert '<option selected value="Africa/Nairobi">Nairobi</option>' in page


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": " \n "}, "Enter your name."),
        ({"name": "x" * 121}, "120 characters at most"),
        ({"organisation": "x" * 161}, "160 characters at most"),
    ],
)
def test_a_refused_account_says_why_and_keeps_the_rest(
    client: Client, session: Session, changed: dict[str, str], words: str
) -> None:
    user = factories.user(session, "Amina")
    client.sign_in(user)
    answer = client.submit("/account", fields(country="KE") | changed)
    assert answer.status_code == 422
    assert words in answer.text
    assert '<option selected value="KE">' in answer.text
    assert (user.name, user.country) == ("Amina", "")


@pytest.mark.parametrize("field", ["country", "zone"])
@pytest.mark.parametrize("value", ["ZZ", "Mars/Olympus", "../../etc/passwd"])
def test_choices_that_are_not_offered_are_refused(
    client: Client, session: Session, field: str, value: str
) -> None:
    user = factories.user(session)
    client.sign_in(user)
    form_token = client.page("/account").partition('name="csrf_token" value="')[2].partition('"')[0]
    data = fields(**{field: value}) | {"csrf_token": form_token}
    assert client.post("/account", data=data).status_code == 422
    assert getattr(user, field) == ""


def test_the_browsers_zone_is_suggested_and_an_old_name_is_kept(
    client: Client, session: Session
) -> None:
    user = factories.user(session)
    client.sign_in(user)
    client.set_cookie("tz", "Africa%2FNairobi")
    assert "As my browser says: Nairobi" in client.page("/account")
    user.zone = "US/Eastern"
    session.flush()
    client.submit("/account", {"name": "Amina"})
    assert user.zone == "US/Eastern"


def test_a_language_is_offered_where_there_are_several_and_follows_the_person(
    app: Flask, client: Client, session: Session
) -> None:
    user = factories.user(session)
    client.sign_in(user)
    assert 'name="locale"' not in client.page("/account")
    app.extensions["podium.languages"] = ["ar", "en"]
    client.submit("/account", fields() | {"locale": "ar"})
    assert user.locale == "ar"
    assert '<html lang="ar" dir="rtl">' in client.page("/account")
    client.get("/account?lang=en")
    assert '<html lang="en" dir="ltr">' in client.page("/account")
    client.delete_cookie("lang")
    assert '<html lang="ar" dir="rtl">' in client.page("/account")


def test_nobody_else_sees_or_changes_an_account(client: Client) -> None:
    assert client.get("/account").status_code == 302
    assert client.post("/account").status_code == 400


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_only_a_name(client: Client, session: Session, name: str) -> None:
    user = factories.user(session)
    client.sign_in(user)
    answer = client.submit("/account", fields(name=name, organisation=name))
    assert answer.status_code == 303
    # The client has parsed each page: nothing of it became an element or an attribute.
    client.page("/account")
    kept = "".join(one for one in name if one.isspace() or unicodedata.category(one) != "Cc")
    assert user.name == " ".join(kept.split())


def test_a_hostile_name_harms_no_mail(client: Client, session: Session, outbox: Outbox) -> None:
    for number, name in enumerate(HOSTILE):
        email = f"hostile{number}@example.org"
        factories.user(session, " ".join(name.replace("\x00", "").split()), email=email)
        client.submit("/login/link", {"email": email})
        [mail] = outbox(email)
        assert mail.keys() == outbox("hostile0@example.org")[0].keys()


@pytest.mark.parametrize("backend", ["postgresql+s3"], indirect=True)
def test_every_hostile_text_can_be_a_name(client: Client, session: Session) -> None:
    user = factories.user(session)
    client.sign_in(user)
    form_token = client.page("/account").partition('name="csrf_token" value="')[2].partition('"')[0]
    for text in corpus():
        data = fields(name=text, organisation=text) | {"csrf_token": form_token}
        answer = client.post("/account", data=data)
        assert answer.status_code in {303, 422}, text
        client.page("/account")


@pytest.mark.parametrize("backend", ["postgresql+s3"], indirect=True)
@pytest.mark.parametrize("path", ["/register", "/login", "/reset", "/confirm", "/login/link"])
def test_hostile_text_in_every_field_of_signing_in(client: Client, path: str) -> None:
    page = client.page(path)
    form_token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    for text in (*HOSTILE, "x" * 100_000, ""):
        data = dict.fromkeys(("name", "email", "password", "remember", "next"), text)
        answer = client.post(path, data=data | {"csrf_token": form_token})
        assert answer.status_code in {200, 422}, text[:80]
