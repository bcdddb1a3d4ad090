"""What is compared of two people: names of organisations, domains of addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judging.closeness import organisation_key, own_domain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ITU", " itu "),
        ("Université de Genève", "Universite\u0301  de\tGene\u0300ve"),
        ("Straße & Co", "STRASSE & CO"),
        ("\uff29\uff34\uff35", "itu"),
    ],
)
def test_one_organisation_is_known_however_it_is_written(one: str, other: str) -> None:
    assert organisation_key(one) == organisation_key(other) != ""


@given(st.text())
def test_a_key_is_its_own_key_and_ignores_blank_ends(name: str) -> None:
    key = organisation_key(name)
    assert organisation_key(f"  {name}\n") == key
    assert organisation_key(key) == key


def test_no_organisation_is_none() -> None:
    assert organisation_key("  ") == ""


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("amina@ITU.int", "itu.int"),
        ("amina@students.unige.ch", "students.unige.ch"),
        ("amina@gmail.com", ""),
        ("amina@yahoo.co.jp", ""),
        ("amina@mail.ru", ""),
        ("amina@example.org", ""),
        ("amina@demo.example", ""),
        ("", ""),
    ],
)
def test_a_public_mailbox_says_nothing(address: str, domain: str) -> None:
    assert own_domain(address) == domain
