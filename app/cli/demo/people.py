"""The people of the demo forum; the first of each kind can be signed in as from the first page."""

from dataclasses import dataclass
from typing import Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

PASSWORD: Final = "podium-demo"  # noqa: S105 - printed on the demo's first page, nowhere else valid
ORGANISER: Final = "organiser@demo.example"
SECOND_ORGANISER: Final = "second.organiser@demo.example"
ENTRANT: Final = "entrant@demo.example"
JUDGE: Final = "judge@demo.example"


@dataclass(frozen=True)
class DemoSignIn:
    """A line of the first page: who one can be, and what there is to do as them."""

    role: LazyString
    email: str
    what: LazyString
    password: str = PASSWORD


SIGN_INS: Final = (
    DemoSignIn(
        _l("Entrant"), ENTRANT, _l("A photographer with one entry submitted and one draft.")
    ),
    DemoSignIn(_l("Judge"), JUDGE, _l("On the hackathon's panel, some ballots done, some to go.")),
    DemoSignIn(
        _l("Organiser"), ORGANISER, _l("Answers for three contests: open, in judging, announced.")
    ),
    DemoSignIn(
        _l("Second organiser"), SECOND_ORGANISER, _l("Confirms what the first one proposes.")
    ),
)

ORGANISERS: Final = ((ORGANISER, "Noémie Favre"), (SECOND_ORGANISER, "Tariq Al-Mansour"))

PHOTOGRAPHERS: Final = (
    (ENTRANT, "Amina Diallo"),
    *(
        (f"photographer{number}@demo.example", name)
        for number, name in enumerate(
            (
                "Pemba Sherpa",
                "Lualhati Cruz",
                "Айгүл Токтосунова",
                "سالم الحارثي",
                "Wanjiru Kamau",
                "Данияр Сейтказы",
                "ليلى الخطيب",
                "Ximena Quispe",
                "Chisomo Banda",
                "Aoife Ní Dhomhnaill",
                "Sereana Vakatawa",
                "Yousef Al-Kuwari",
                "Rosa Huamán",
                "Ingrid Solberg",
                "Tomás Araya",
                "Camila Restrepo",
                "তাহমিনা রহমান",
                "Hery Rakoto",
                "Karim Benali",
                "Mari Tamm",
                "Dilnoza Karimova",
            ),
            1,
        )
    ),
)

JUDGES: Final = (
    (JUDGE, "Dr Grace Okonkwo"),
    ("judge2@demo.example", "Prof. Henrik Lindqvist"),
    ("judge3@demo.example", "María José Cárdenas"),
    ("judge4@demo.example", "陈思远"),
)
