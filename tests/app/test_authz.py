"""Who may come near a route, and predicates that compose."""

import pytest
from flask import Flask

from app.authz import (
    ANYBODY,
    ORGANISER,
    Actor,
    Permission,
    both,
    check_permission,
    either,
    organises,
    permission,
    require,
)
from app.errors import ForbiddenError, NotFoundError, SignInRequiredError
from app.transaction import transaction
from tests import factories
from tests.client import Client

PERSON = Actor(user_id=1, name="Amina Diallo", email="amina@example.org")
CHIEF = Actor(user_id=2, roles=frozenset({ORGANISER}))


@pytest.mark.parametrize(
    ("needed", "anybody", "person"),
    [
        (Permission.READ_PUBLIC, None, None),
        (Permission.DEVELOP, None, None),
        (Permission.ENTER, SignInRequiredError, None),
        (Permission.JUDGE, SignInRequiredError, None),
        (Permission.ORGANISE, SignInRequiredError, ForbiddenError),
    ],
)
def test_what_each_permission_asks(
    needed: Permission,
    anybody: type[Exception] | None,
    person: type[Exception] | None,
) -> None:
    check_permission(needed, CHIEF)
    for actor, refusal in ((ANYBODY, anybody), (PERSON, person)):
        if refusal is None:
            check_permission(needed, actor)
        else:
            with pytest.raises(refusal):
                check_permission(needed, actor)


def is_first(_actor: Actor, subject: object) -> bool:
    return subject == 1


@pytest.mark.parametrize(
    ("actor", "subject", "any_of", "all_of"),
    [
        (CHIEF, 1, True, True),
        (CHIEF, 2, True, False),
        (PERSON, 1, True, False),
        (PERSON, 2, False, False),
    ],
)
def test_predicates_compose(actor: Actor, subject: int, *, any_of: bool, all_of: bool) -> None:
    assert either(organises, is_first)(actor, subject) is any_of
    assert both(organises, is_first)(actor, subject) is all_of


def test_what_is_not_yours_does_not_exist() -> None:
    require(is_first, PERSON, 1)
    with pytest.raises(NotFoundError):
        require(is_first, PERSON, 2)


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_the_gate_refuses_a_route_that_declares_nothing(app: Flask, client: Client) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "a secret")
    assert client.get("/forgotten").status_code == 404


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_the_gate_stands_before_every_view(app: Flask, client: Client) -> None:
    @permission(Permission.ORGANISE)
    def view() -> str:
        return "for organisers"

    app.add_url_rule("/for-organisers", "for_organisers", view, methods=["GET", "POST"])
    refused = client.get("/for-organisers?page=2")
    assert refused.status_code == 302
    assert refused.location.endswith("/login?next=/for-organisers?page%3D2")
    asked = client.get("/for-organisers", headers={"Accept": "application/json"})
    assert (asked.status_code, asked.json and asked.json["code"]) == (401, "sign-in")


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_the_gate_knows_who_asks(app: Flask, client: Client) -> None:
    @permission(Permission.ORGANISE)
    def view() -> str:
        return "for organisers"

    app.add_url_rule("/for-organisers", "for_organisers", view)
    with app.app_context(), transaction() as session:
        person, chief = factories.user(session), factories.organiser(session)
    client.sign_in(person)
    assert client.get("/for-organisers").status_code == 403
    client.sign_in(chief)
    assert client.get("/for-organisers").text == "for organisers"
