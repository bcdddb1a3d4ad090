"""The addresses for machines."""

import pytest
from flask import Flask

from app.db import make_engine
from app.transaction import Transactions
from tests.client import Client


def test_health_is_plain_and_sets_no_cookie(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("backend", ["sqlite+folder"], indirect=True)
def test_health_is_a_503_while_the_database_is_away(app: Flask, client: Client) -> None:
    good: Transactions = app.extensions["podium.transactions"]
    gone = Transactions(make_engine("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    app.extensions["podium.transactions"] = gone
    answer = client.get("/healthz", headers={"Accept": "application/json"})
    assert answer.status_code == 503
    app.extensions["podium.transactions"] = good


def test_robots_keep_to_the_public_pages(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    assert "Disallow: /judge\n" in answer.text
    assert "Disallow: /\n" not in answer.text
