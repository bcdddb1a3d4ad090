"""The demo contest's photographs, with their entrants' words."""

from typing import Final

from app.cli.demo.pictures.model import DemoPicture
from app.cli.demo.pictures.scenes import above, city, close, coasts, mountains, night, plains

PICTURES: Final = (
    DemoPicture(
        slug="relay-above-the-clouds",
        title="The relay above the clouds",
        caption=(
            "Four villages below this cloud had no telephone until the ridge got its relay. "
            "Porters carried the panels up in three days; now the health post can ask a doctor "
            "before it sends anyone down."
        ),
        alt=(
            "A thin lattice mast on a snowy ridge at sunrise; below it a sea of cloud fills the "
            "valleys to the horizon."
        ),
        place="Solukhumbu",
        country="NP",
        sdgs=(3, 9),
        action_lines=("C2", "C7-e-health"),
        draw=mountains.relay_over_clouds,
    ),
    DemoPicture(
        slug="terraces-that-report-water",
        title="Terraces that report their own water",
        caption=(
            "Small floats in the highest ponds say by radio how much water is left. The "
            "families agree on the phone whose field is filled next, as their grandparents did "
            "by shouting across the valley."
        ),
        alt=(
            "Flooded rice terraces step down a misty green valley and mirror the morning sky; a "
            "slender mast stands on the far ridge."
        ),
        place="Banaue",
        country="PH",
        sdgs=(2, 6, 13),
        action_lines=("C7-e-agriculture", "C8"),
        draw=mountains.rice_terraces,
    ),
    DemoPicture(
        slug="listening-to-the-ice",
        title="Listening to the ice",
        caption=(
            "The gauge below the glacier sends the height of the melt water every ten minutes. "
            "In the town downstream an alarm is worth eleven minutes: enough to leave a house."
        ),
        alt=(
            "Blue hour over a flat snowfield under steep mountains; a hut with one lit window "
            "and a mast with a red light stand alone."
        ),
        place="Ala-Archa",
        country="KG",
        sdgs=(11, 13),
        action_lines=("C2", "C7-e-environment"),
        draw=mountains.glacier_gauge,
    ),
    DemoPicture(
        slug="crossing-with-a-signal",
        title="Crossing with a signal",
        caption=(
            "Our caravans still read the dunes. What is new is the beacon in the saddle bag: "
            "when a water truck cannot come, the message finds us first."
        ),
        alt=(
            "High orange dunes in low side light, ripples in the sand, long shadows and a pale "
            "dusk sky."
        ),
        place="Sharqiya Sands",
        country="OM",
        sdgs=(6, 9),
        action_lines=("C2", "C7-e-environment"),
        draw=plains.dunes_at_dusk,
    ),
    DemoPicture(
        slug="power-for-the-night-class",
        title="Power for the night class",
        caption=(
            "By day the panels charge the mast; at dusk they light the classroom under it. "
            "Twenty-six adults learn to read and write here after the herding is done."
        ),
        alt=(
            "Silhouettes of acacias, a tall mast, a small house and rows of solar panels before "
            "a huge setting sun on the savannah."
        ),
        place="Laikipia",
        country="KE",
        sdgs=(4, 7),
        action_lines=("C3", "C4"),
        draw=plains.savannah_school,
    ),
    DemoPicture(
        slug="the-wind-tells-the-grid",
        title="The wind tells the grid",
        caption=(
            "Each turbine says an hour ahead what it will give, and the coal plant beyond the "
            "hills burns that much less. The forecast is made in the village school by its "
            "former pupils."
        ),
        alt="White wind turbines rise out of layers of morning mist, a pale sun between them.",
        place="Yereymentau",
        country="KZ",
        sdgs=(7, 13),
        action_lines=("C7-e-environment", "C4"),
        draw=plains.turbines_in_mist,
    ),
    DemoPicture(
        slug="kilometre-212",
        title="Kilometre 212",
        caption=(
            "The wire on these poles carried one call at a time. The fibre that replaced it "
            "lies a metre under the sand and carries the lessons of nine desert schools."
        ),
        alt=(
            "A straight desert road runs to hazy hills; telephone poles with sagging wires "
            "follow it under a wide sky."
        ),
        place="Ma'an",
        country="JO",
        sdgs=(4, 9),
        action_lines=("C2", "C7-e-learning"),
        draw=plains.desert_road,
    ),
    DemoPicture(
        slug="two-skies",
        title="Two skies",
        caption=(
            "After the rain the salt flat has no edge, and people lost their way. The new mast "
            "at the shore gives guides a position, and the salt workers a price before they "
            "load the truck."
        ),
        alt=(
            "Two people and a mast stand on a flooded salt flat that mirrors a violet and gold "
            "evening sky."
        ),
        place="Colchani",
        country="BO",
        sdgs=(8, 9),
        action_lines=("C2", "C7-e-business"),
        draw=plains.salt_flat,
    ),
    DemoPicture(
        slug="weather-by-text-message",
        title="Weather by text message",
        caption=(
            "At four in the morning one message says what the lake will do. Since it began, no "
            "boat of our beach has been lost to the wind they call mwera."
        ),
        alt=(
            "Fishermen stand in a dug-out canoe on a still lake as the sun rises over hills; "
            "small boats lie farther out."
        ),
        place="Cape Maclear",
        country="MW",
        sdgs=(2, 14),
        action_lines=("C7-e-environment", "C3"),
        draw=coasts.boats_at_sunrise,
    ),
    DemoPicture(
        slug="the-keeper-is-a-sensor",
        title="The keeper is a sensor",
        caption=(
            "The last keeper left in 1998. His rooms now hold a receiver that follows ships by "
            "their beacons and calls the lifeboat by itself."
        ),
        alt=(
            "A red and white lighthouse with a lit lamp on a dark headland at dusk, a small "
            "mast beside it, the sea below."
        ),
        place="Inishowen",
        country="IE",
        sdgs=(9, 14),
        action_lines=("C2", "C7-e-environment"),
        draw=coasts.lighthouse_at_dusk,
    ),
    DemoPicture(
        slug="where-the-internet-comes-ashore",
        title="Where the internet comes ashore",
        caption=(
            "The whole island talks through this cable. The reef station beside it counts fish "
            "with the same fibre, and the fishers' council reads the count."
        ),
        alt=(
            "A dark cable crosses a sandy lagoon floor in shafts of sunlight; a shoal of small "
            "fish passes above."
        ),
        place="Suva",
        country="FJ",
        sdgs=(9, 14),
        action_lines=("C2", "C7-e-science"),
        draw=coasts.cable_on_the_reef,
    ),
    DemoPicture(
        slug="a-city-that-dims",
        title="A city that dims",
        caption=(
            "Every lamp on this shore knows when nobody passes. The harbour uses a third less "
            "light than five years ago, and migrating birds have come back to the bay."
        ),
        alt=(
            "A skyline after sunset, thousands of lit windows doubled in calm dark water, a "
            "mast with red lights at the right."
        ),
        place="Doha",
        country="QA",
        sdgs=(7, 11, 15),
        action_lines=("C7-e-environment", "C6"),
        draw=city.harbour_city,
    ),
    DemoPicture(
        slug="one-mast-forty-houses",
        title="One mast, forty houses",
        caption=(
            "The community owns this mast: forty families bought it together and run it in "
            "Quechua. On Sundays the bill is counted aloud in the square."
        ),
        alt=(
            "Warm windows of a mountain village by night, one mast with a red lamp, and the "
            "Milky Way above."
        ),
        place="Ausangate",
        country="PE",
        sdgs=(9, 10),
        action_lines=("C2", "C8"),
        draw=night.one_mast_village,
    ),
    DemoPicture(
        slug="the-north-answers",
        title="The north answers",
        caption=(
            "Satellites that watch the ice pass this station fourteen times a day. What they "
            "saw is with the ice pilots before the next ship leaves harbour."
        ),
        alt="Green northern lights over snow, a large dish antenna and a hut with lit windows.",
        place="Svalbard",
        country="NO",
        sdgs=(13, 14),
        action_lines=("C7-e-science", "C11"),
        draw=night.aurora_station,
    ),
    DemoPicture(
        slug="four-hours-of-open-data",
        title="Four hours of open data",
        caption=(
            "While the shutter was open the domes sent four hours of sky to classrooms in "
            "eleven countries. The pupils found the asteroid first."
        ),
        alt="Star trails circle above three observatory domes with red lights on a dark plateau.",
        place="San Pedro de Atacama",
        country="CL",
        sdgs=(4, 17),
        action_lines=("C7-e-science", "C11"),
        draw=night.star_trails,
    ),
    DemoPicture(
        slug="the-bus-that-knows",
        title="The bus that knows",
        caption=(
            "A screen at the stop says when the bus comes, a voice says it too. My mother, who "
            "does not see well, takes the night bus home alone again."
        ),
        alt=(
            "Raindrops on a window; behind the glass the city's lights are melted into coloured "
            "discs."
        ),
        place="Bogotá",
        country="CO",
        sdgs=(10, 11),
        action_lines=("C7-e-government", "C10"),
        draw=city.rain_on_the_window,
    ),
    DemoPicture(
        slug="delta-seen-in-spring",
        title="The delta, seen in spring",
        caption=(
            "Pictures like this come free every five days. The farmers' union lays them over "
            "last year's and knows which dyke will not hold."
        ),
        alt=(
            "A river delta from orbit: branching brown channels, a patchwork of fields, "
            "mangroves, and silt fading into a turquoise sea."
        ),
        place="Barisal",
        country="BD",
        sdgs=(2, 13),
        action_lines=("C3", "C7-e-agriculture"),
        draw=above.delta_from_above,
    ),
    DemoPicture(
        slug="reading-the-reef-from-orbit",
        title="Reading the reef from orbit",
        caption=(
            "One pixel is ten metres of reef. Divers check the pale ones, and the map tells the "
            "fishers which lagoon should rest this year."
        ),
        alt=(
            "A green coast, a pale lagoon and a reef line from orbit, small white clouds and "
            "their shadows over deep blue sea."
        ),
        place="Nosy Be",
        country="MG",
        sdgs=(14, 15),
        action_lines=("C7-e-science", "C7-e-environment"),
        draw=above.reef_coast,
    ),
    DemoPicture(
        slug="who-is-in-the-dark",
        title="Who is in the dark",
        caption=(
            "We counted the lights and then the people. The map of the difference is how the "
            "ministry now chooses where the next mast is built."
        ),
        alt=(
            "The night side of the Earth from orbit: strings of city lights, thin clouds, a "
            "green line of airglow on the curved horizon."
        ),
        place="Tamanrasset",
        country="DZ",
        sdgs=(7, 10),
        action_lines=("C2", "C1"),
        draw=above.lit_continent,
    ),
    DemoPicture(
        slug="a-classroom-in-a-hair",
        title="A classroom in a hair",
        caption=(
            "Each of these glass hairs could carry every lesson of our county at once. The "
            "apprentices learned to splice them in six weeks; nine of ten are women."
        ),
        alt=(
            "Hundreds of glowing glass fibres fan out in blue, violet and amber, the nearest "
            "tips sharp, the others soft discs of light."
        ),
        place="Tartu",
        country="EE",
        sdgs=(4, 5, 9),
        action_lines=("C2", "C4"),
        draw=close.fibres_of_light,
    ),
    DemoPicture(
        slug="the-cold-aisle",
        title="The cold aisle",
        caption=(
            "The country's archives moved into these racks in one winter, and the clerks with "
            "them. Anyone may now read the court records of their own village."
        ),
        alt=(
            "The aisle of a data centre: dark racks with green, blue and amber lights run to a "
            "bright vanishing point."
        ),
        place="Tashkent",
        country="UZ",
        sdgs=(9, 16),
        action_lines=("C1", "C7-e-government"),
        draw=close.server_aisle,
    ),
    DemoPicture(
        slug="forty-minutes-of-warning",
        title="Forty minutes of warning",
        caption=(
            "The station felt the storm before we saw it and told every phone in the district. "
            "The combine was under its roof when the hail came."
        ),
        alt=(
            "Lightning strikes behind a weather station in a wheat field under a dark shelf of "
            "cloud."
        ),
        place="General Acha",
        country="AR",
        sdgs=(2, 13),
        action_lines=("C7-e-agriculture", "C7-e-environment"),
        draw=close.storm_station,
    ),
)
