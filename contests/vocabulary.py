"""The words a WSIS contest describes entries with: goals, action lines, regions, people, licences.

Titles are the official English wording, marked for translation and translated where they are shown.
Keys are stable: they are stored, exported and part of addresses. Names of countries come from
Babel; here is only which region each belongs to.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from app.errors import N_

Ink = Literal["black", "white"]

READABLE: Final = 4.5  # a contrast; WCAG 2.2, success criterion 1.4.3 (AA), text of ordinary size


def luminance(colour: str) -> float:
    """Return the relative luminance of "#RRGGBB", 0 for black to 1 for white (WCAG 2.2)."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return 0.2126 * _linear(red) + 0.7152 * _linear(green) + 0.0722 * _linear(blue)


def ink_on(colour: str) -> Ink:
    """Choose the colour of a number on `colour`: white where that is readable, else black.

    White first, as on the official chips; where white fails, black has a contrast above 4.6.
    """
    return "white" if 1.05 / (luminance(colour) + 0.05) >= READABLE else "black"


def _linear(channel: float) -> float:
    near_black = 0.04045  # below it sRGB is linear, by its definition
    return channel / 12.92 if channel <= near_black else ((channel + 0.055) / 1.055) ** 2.4


@dataclass(frozen=True, slots=True)
class Sdg:
    """One Sustainable Development Goal: its official title and colour, and a readable ink on it."""

    number: int
    title: str
    colour: str
    ink: Ink


SDGS: Final[Mapping[int, Sdg]] = {
    number: Sdg(number, title, colour, ink_on(colour))
    for number, title, colour in (
        (1, N_("No Poverty"), "#E5243B"),
        (2, N_("Zero Hunger"), "#DDA63A"),
        (3, N_("Good Health and Well-being"), "#4C9F38"),
        (4, N_("Quality Education"), "#C5192D"),
        (5, N_("Gender Equality"), "#FF3A21"),
        (6, N_("Clean Water and Sanitation"), "#26BDE2"),
        (7, N_("Affordable and Clean Energy"), "#FCC30B"),
        (8, N_("Decent Work and Economic Growth"), "#A21942"),
        (9, N_("Industry, Innovation and Infrastructure"), "#FD6925"),
        (10, N_("Reduced Inequalities"), "#DD1367"),
        (11, N_("Sustainable Cities and Communities"), "#FD9D24"),
        (12, N_("Responsible Consumption and Production"), "#BF8B2E"),
        (13, N_("Climate Action"), "#3F7E44"),
        (14, N_("Life Below Water"), "#0A97D9"),
        (15, N_("Life on Land"), "#56C02B"),
        (16, N_("Peace, Justice and Strong Institutions"), "#00689D"),
        (17, N_("Partnerships for the Goals"), "#19486A"),
    )
}

# The Geneva Plan of Action names eight applications under C7; each is a line of its own here.
ACTION_LINES: Final[Mapping[str, str]] = {
    "C1": N_(
        "The role of public governance authorities and all stakeholders "
        "in the promotion of ICTs for development"
    ),
    "C2": N_("Information and communication infrastructure"),
    "C3": N_("Access to information and knowledge"),
    "C4": N_("Capacity building"),
    "C5": N_("Building confidence and security in the use of ICTs"),
    "C6": N_("Enabling environment"),
    "C7": N_("ICT applications"),
    "C7-e-government": N_("ICT applications: e-government"),
    "C7-e-business": N_("ICT applications: e-business"),
    "C7-e-learning": N_("ICT applications: e-learning"),
    "C7-e-health": N_("ICT applications: e-health"),
    "C7-e-employment": N_("ICT applications: e-employment"),
    "C7-e-environment": N_("ICT applications: e-environment"),
    "C7-e-agriculture": N_("ICT applications: e-agriculture"),
    "C7-e-science": N_("ICT applications: e-science"),
    "C8": N_("Cultural diversity and identity, linguistic diversity and local content"),
    "C9": N_("Media"),
    "C10": N_("Ethical dimensions of the Information Society"),
    "C11": N_("International and regional cooperation"),
}


class Region(StrEnum):
    """The six regions of ITU."""

    AFRICA = "africa"
    AMERICAS = "americas"
    ARAB_STATES = "arab-states"
    ASIA_AND_PACIFIC = "asia-and-pacific"
    CIS = "cis"
    EUROPE = "europe"


REGIONS: Final[Mapping[Region, str]] = {
    Region.AFRICA: N_("Africa"),
    Region.AMERICAS: N_("Americas"),
    Region.ARAB_STATES: N_("Arab States"),
    Region.ASIA_AND_PACIFIC: N_("Asia and Pacific"),
    Region.CIS: N_("CIS"),
    Region.EUROPE: N_("Europe"),
}


class StakeholderType(StrEnum):
    """Whom a person or an entry speaks for, in the six types of the WSIS process."""

    GOVERNMENTS = "governments"
    PRIVATE_SECTOR = "private-sector"
    CIVIL_SOCIETY = "civil-society"
    ACADEMIA = "academia"
    TECHNICAL_COMMUNITY = "technical-community"
    INTERNATIONAL_ORGANIZATIONS = "international-organizations"


STAKEHOLDER_TYPES: Final[Mapping[StakeholderType, str]] = {
    StakeholderType.GOVERNMENTS: N_("Governments"),
    StakeholderType.PRIVATE_SECTOR: N_("Private sector"),
    StakeholderType.CIVIL_SOCIETY: N_("Civil society"),
    StakeholderType.ACADEMIA: N_("Academia"),
    StakeholderType.TECHNICAL_COMMUNITY: N_("Technical community"),
    StakeholderType.INTERNATIONAL_ORGANIZATIONS: N_("International organizations"),
}


@dataclass(frozen=True, slots=True)
class Licence:
    """Terms under which a photograph may be shown; `url` is the text of a public licence."""

    key: str
    title: str
    url: str | None


# No licence that forbids derivatives: a collage is one.
LICENCES: Final[Mapping[str, Licence]] = {
    key: Licence(key, title, url)
    for key, title, url in (
        (
            "CC-BY-4.0",
            N_("Creative Commons Attribution 4.0 (CC BY 4.0)"),
            "https://creativecommons.org/licenses/by/4.0/",
        ),
        (
            "CC-BY-SA-4.0",
            N_("Creative Commons Attribution-ShareAlike 4.0 (CC BY-SA 4.0)"),
            "https://creativecommons.org/licenses/by-sa/4.0/",
        ),
        (
            "CC-BY-NC-4.0",
            N_("Creative Commons Attribution-NonCommercial 4.0 (CC BY-NC 4.0)"),
            "https://creativecommons.org/licenses/by-nc/4.0/",
        ),
        (
            "CC0-1.0",
            N_("Creative Commons Zero 1.0, no rights reserved (CC0 1.0)"),
            "https://creativecommons.org/publicdomain/zero/1.0/",
        ),
        ("exhibit-only", N_("All rights reserved, with permission to exhibit"), None),
    )
}

# Member States stand in the region ITU lists them in; a territory stands with the region it lies
# in. Antarctica and islands without inhabitants (AQ, BV, GS, HM, TF, UM) belong to none.
_COUNTRIES: Final[Mapping[Region, str]] = {
    Region.AFRICA: """
        AO BF BI BJ BW CD CF CG CI CM CV EH ER ET GA GH GM GN GQ GW IO KE LR LS MG ML MU MW MZ
        NA NE NG RE RW SC SH SL SN SS ST SZ TD TG TZ UG YT ZA ZM ZW
    """,
    Region.AMERICAS: """
        AG AI AR AW BB BL BM BO BQ BR BS BZ CA CL CO CR CU CW DM DO EC FK GD GF GL GP GT GY HN
        HT JM KN KY LC MF MQ MS MX NI PA PE PM PR PY SR SV SX TC TT US UY VC VE VG VI
    """,
    Region.ARAB_STATES: """
        AE BH DJ DZ EG IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SY TN YE
    """,
    Region.ASIA_AND_PACIFIC: """
        AF AS AU BD BN BT CC CK CN CX FJ FM GU HK ID IN IR JP KH KI KP KR LA LK MH MM MN MO MP
        MV MY NC NF NP NR NU NZ PF PG PH PK PN PW SB SG TH TK TL TO TV TW VN VU WF WS
    """,
    Region.CIS: "AM AZ BY KG KZ RU TJ TM UZ",
    Region.EUROPE: """
        AD AL AT AX BA BE BG CH CY CZ DE DK EE ES FI FO FR GB GE GG GI GR HR HU IE IL IM IS IT
        JE LI LT LU LV MC MD ME MK MT NL NO PL PT RO RS SE SI SJ SK SM TR UA VA
    """,
}

REGION_OF_COUNTRY: Final[Mapping[str, Region]] = {
    country: region for region, countries in _COUNTRIES.items() for country in countries.split()
}


UN_LANGUAGES: Final = ("ar", "zh", "en", "fr", "ru", "es")
"""The official languages of the United Nations, by ISO 639, in the order of the UN's own list."""

OTHER_LANGUAGE: Final = "other"
"""What an entry's text is in when it is in none of them."""


def region_of(country: str) -> Region | None:
    """Return the ITU region of an ISO 3166 alpha-2 code, or None for one that has no region."""
    return REGION_OF_COUNTRY.get(country)
