"""The vocabulary is complete, its keys fit their columns, and every chip can be read."""

from collections import Counter

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from contests.vocabulary import (
    ACTION_LINES,
    LICENCES,
    READABLE,
    REGION_OF_COUNTRY,
    REGIONS,
    SDGS,
    STAKEHOLDER_TYPES,
    Region,
    StakeholderType,
    ink_on,
    luminance,
    region_of,
)

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06X}".format)
# Two letters that CLDR names and ISO 3166-1 does not list: reservations, unions, pseudo-locales.
NOT_ISO = set("AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ".split())  # noqa: SIM905 - reads better
UNINHABITED = {"AQ", "BV", "GS", "HM", "TF", "UM"}


def contrast(colour: str, other: str) -> float:
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_luminance_of_the_ends_and_of_a_published_example() -> None:
    assert luminance("#000000") == 0
    assert luminance("#FFFFFF") == pytest.approx(1)
    # #767676 on white is the lightest grey that WCAG's own example passes, at 4.54 to 1.
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


@given(COLOURS)
def test_every_colour_has_a_readable_ink(colour: str) -> None:
    ink = {"black": "#000000", "white": "#FFFFFF"}[ink_on(colour)]
    assert contrast(colour, ink) >= READABLE


def test_the_goals_are_seventeen_and_number_themselves() -> None:
    assert list(SDGS) == list(range(1, 18))
    assert all(goal.number == number for number, goal in SDGS.items())
    assert SDGS[7].ink == "black"
    assert SDGS[17].ink == "white"
    assert len({goal.colour for goal in SDGS.values()}) == 17


def test_action_lines_are_eleven_with_eight_applications() -> None:
    lines = [code for code in ACTION_LINES if "-" not in code]
    assert lines == [f"C{number}" for number in range(1, 12)]
    assert sum(code.startswith("C7-e-") for code in ACTION_LINES) == 8
    assert max(map(len, ACTION_LINES)) <= 20


def test_every_region_and_stakeholder_type_has_a_name() -> None:
    assert set(REGIONS) == set(Region)
    assert set(STAKEHOLDER_TYPES) == set(StakeholderType)


def test_licences_fit_their_column_and_link_to_their_text() -> None:
    assert all(key == licence.key and len(key) <= 20 for key, licence in LICENCES.items())
    assert [key for key, licence in LICENCES.items() if licence.url is None] == ["exhibit-only"]


def test_every_country_with_people_has_a_region() -> None:
    territories = map(str, Locale("en").territories)
    named = {code for code in territories if len(code) == 2 and code.isalpha()}
    assert set(REGION_OF_COUNTRY) == named - NOT_ISO - UNINHABITED
    assert len(REGION_OF_COUNTRY) == 249 - len(UNINHABITED)


def test_regions_have_the_countries_that_itu_lists() -> None:
    sizes = Counter(REGION_OF_COUNTRY.values())
    assert sizes[Region.CIS] == 9
    assert sizes[Region.ARAB_STATES] == 22
    assert region_of("SN") is Region.AFRICA
    assert region_of("BR") is Region.AMERICAS
    assert region_of("MR") is Region.ARAB_STATES
    assert region_of("IR") is Region.ASIA_AND_PACIFIC
    assert region_of("KZ") is Region.CIS
    assert region_of("MD") is Region.EUROPE
    assert region_of("AQ") is None
    assert region_of("") is None
