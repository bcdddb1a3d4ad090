"""The demo hackathon's projects: what their teams wrote."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class DemoProject:
    """A project; `slug` names its picture, `track` counts from 0, `team` are its members' names."""

    slug: str
    title: str
    team_name: str
    team: tuple[str, ...]
    summary: str
    description: str
    track: int
    sdgs: tuple[int, ...]
    action_lines: tuple[str, ...]


def _text(problem: str, works: str, tried: str, coming: str) -> str:
    return (
        f"## The problem\n\n{problem}\n\n## How it works\n\n{works}\n\n"
        f"## What we tried\n\n{tried}\n\n## Next\n\n{coming}\n"
    )


TRACKS: Final = (
    ("Safe from hazards", "Warnings that reach the last house in time."),
    ("Health and learning", "Care and knowledge where neither is near."),
    ("Fair rural economies", "Fields, markets and power that answer to those who live from them."),
)

PROJECTS: Final = (
    DemoProject(
        "flood-watch",
        "Flood Watch",
        "River People",
        ("Nadia Rahman", "Imran Hossain", "Farzana Akter"),
        "Neighbours measure the river with a stick and a text message; the map warns downstream.",
        _text(
            "Gauges are few and far between, and the flood comes at night.",
            "A painted stick, a *free* text message with the number on it, and a map that knows"
            " how long water takes to the next bend.",
            "Forty families sent 1,900 readings in one monsoon. Two false alarms, no missed flood.",
            "A voice call in five languages for people who do not read.",
        ),
        0,
        (11, 13),
        ("C7-e-environment", "C2"),
    ),
    DemoProject(
        "clinic-queue",
        "Clinic Queue",
        "Short Wait",
        ("Baraka Mushi", "Neema Joseph"),
        "Patients keep their place in the clinic's line from home, on any phone.",
        _text(
            "Mothers walk three hours and wait six, with a fever in their arms.",
            "A number by USSD, an honest estimate of the hour, and triage by five questions.",
            "In two clinics the median wait fell from 4 h 40 to 1 h 10 in six weeks.",
            "Let the nurse see tomorrow's line tonight, and order what it needs.",
        ),
        1,
        (3, 10),
        ("C7-e-health",),
    ),
    DemoProject(
        "clean-air-map",
        "Clean Air Map",
        "Breathe Together",
        ("Ana Petrova", "Luka Marković", "Sofía Rey"),
        "Bicycle couriers carry sensors; the city sees its air street by street.",
        _text(
            "Three stations say what a million people breathe.",
            "A sensor of 40 dollars on a courier's bag, cleaned of drift against the stations.",
            "Eleven couriers, 5,200 km, and one bus depot that now washes its engines.",
            "Routes for school children that avoid the worst streets.",
        ),
        1,
        (3, 11),
        ("C7-e-health", "C7-e-environment"),
    ),
    DemoProject(
        "crop-line",
        "Crop Line",
        "Second Rain",
        ("Tendai Moyo", "Rudo Chikafu", "Blessing Ncube"),
        "Soil gauges and a week's forecast become one sentence: plant, or wait.",
        _text(
            "Seed is bought once. Sown before a false start of the rains, it is lost.",
            "A gauge for ten farms, a forecast, and a sentence that says how sure it is.",
            "Of 120 farmers who waited when told to, 113 kept their seed.",
            "Insurance that pays on the same gauge.",
        ),
        2,
        (2, 13),
        ("C7-e-agriculture",),
    ),
    DemoProject(
        "valley-mesh",
        "Valley Mesh",
        "Echo",
        ("Quispe Mamani", "Lucía Flores", "Diego Rojas"),
        "A community's own network over a whole valley, for the price of one cow.",
        _text(
            "No company builds where 300 people live.",
            "Radios on roofs, each passing on what it hears; a school's line is the way out.",
            "Nineteen roofs, eleven kilometres, 98.2 % of the hours of four months.",
            "A handbook that a village can follow without us.",
        ),
        0,
        (9, 10),
        ("C2", "C11"),
    ),
    DemoProject(
        "sensor-board",
        "One Board",
        "Solder & Sun",
        ("Priya Nair", "Arjun Das"),
        "One open circuit board for every village sensor, repairable with a soldering iron.",
        _text(
            "Each project brings its own box, and each box dies with its project.",
            "One board, twelve sockets, every part larger than a grain of rice.",
            "Students of three schools built 60 and repaired 14 of their own.",
            "A list of parts that can be bought in ten countries.",
        ),
        0,
        (4, 9, 12),
        ("C4", "C7-e-science"),
    ),
    DemoProject(
        "village-grid",
        "Village Grid",
        "Evenly",
        ("Fatou Sarr", "Moussa Ba", "Aïssatou Diop"),
        "Sharing one solar battery fairly: everybody sees what is left of tonight.",
        _text(
            "Whoever comes home first uses it up.",
            "A lamp in the square shows the battery; each house has a share it can lend.",
            "Blackouts before midnight fell from nineteen a month to two.",
            "Lending across two villages.",
        ),
        2,
        (7, 12),
        ("C7-e-environment", "C2"),
    ),
    DemoProject(
        "reef-listener",
        "Reef Listener",
        "Blue Ear",
        ("Mele Tupou", "Sione Fonua"),
        "A microphone under water and a model on a phone: the reef says how it is.",
        _text(
            "Divers count fish by day, once a year.",
            "A hydrophone for 30 dollars; a small model knows eight voices of a healthy reef.",
            "It agreed with the divers' counts in 41 of 45 weeks.",
            "A library of voices from other oceans.",
        ),
        0,
        (14,),
        ("C7-e-science",),
    ),
    DemoProject(
        "field-health",
        "Field Health",
        "Thousand Acres",
        ("Giorgi Beridze", "Nino Kapanadze"),
        "Free satellite pictures, cut to fields of half a hectare and told by telephone.",
        _text(
            "The pictures are free; the fields are small and the words are foreign.",
            "A farmer walks round the field once with a phone; every five days it answers.",
            "Rust was seen nine days before it was seen on foot.",
            "Orchards, where trees hide the ground.",
        ),
        2,
        (2, 15),
        ("C7-e-agriculture",),
    ),
    DemoProject(
        "fair-price",
        "Fair Price",
        "Market Night",
        ("Juan Pérez", "Rosario Vega", "Inés Soto"),
        "What maize costs tonight in nine markets, by a call that costs nothing.",
        _text(
            "The trader knows the price in town. The grower does not.",
            "Market women report prices and earn air time; a missed call is called back.",
            "Growers who asked before selling got 17 % more.",
            "Selling together, by the truck.",
        ),
        2,
        (1, 2, 8),
        ("C7-e-business", "C3"),
    ),
    DemoProject(
        "read-aloud",
        "Read Aloud",
        "Mother Tongues",
        ("Selam Tesfaye", "Dawit Bekele", "Hana Girma"),
        "First readers in languages that no publisher prints, read by a grandmother's voice.",
        _text(
            "Children learn to read in a language they do not speak.",
            "Villages record their own stories; the phone shows each word as it is said.",
            "Sixty stories in four languages; 310 children, each ten minutes a day.",
            "Pictures drawn by the children themselves.",
        ),
        1,
        (4, 10),
        ("C8", "C7-e-learning"),
    ),
    DemoProject(
        "quake-seconds",
        "Twelve Seconds",
        "Drop, Cover, Hold",
        ("Yuki Tanaka", "Kenji Mori", "Aiko Sato"),
        "Old phones on school walls become a net that feels an earthquake before it arrives.",
        _text(
            "A seismic network costs what a country may not have.",
            "Discarded phones feel the first wave and ask each other whether it was real.",
            "In a year: 31 quakes above magnitude 4, none missed, one false alarm.",
            "Opening school doors and stopping lifts by themselves.",
        ),
        0,
        (4, 11),
        ("C2", "C7-e-environment"),
    ),
)
