"""The demo projects' pictures, with what is seen on them."""

from typing import Final

from app.cli.demo.pictures.model import ProjectPicture
from app.cli.demo.pictures.screens import projects

PROJECT_PICTURES: Final = (
    ProjectPicture(
        slug="flood-watch",
        alt=(
            "A phone on a wooden desk by night shows a flood map with pins and a rising river "
            "gauge."
        ),
        draw=projects.flood_watch,
    ),
    ProjectPicture(
        slug="clinic-queue",
        alt="Two phones: one lists the patients waiting at a clinic, the other a reading lesson.",
        draw=projects.clinic_queue,
    ),
    ProjectPicture(
        slug="clean-air-map",
        alt="A laptop by a window shows a city's air quality as a coloured map with charts.",
        draw=projects.air_map,
    ),
    ProjectPicture(
        slug="crop-line",
        alt=(
            "A phone held up in a field at dusk shows soil gauges, the week's rain and a sowing "
            "advice."
        ),
        draw=projects.crop_line,
    ),
    ProjectPicture(
        slug="valley-mesh",
        alt="A poster: a mesh of radio nodes glows over the contour lines of a valley.",
        draw=projects.mesh_poster,
    ),
    ProjectPicture(
        slug="sensor-board",
        alt="A green circuit board close up, one status light glowing, its edges out of focus.",
        draw=projects.sensor_board,
    ),
    ProjectPicture(
        slug="village-grid",
        alt=(
            "A laptop in a dark room shows a village's solar power, its use and the battery at "
            "78 percent."
        ),
        draw=projects.village_grid,
    ),
    ProjectPicture(
        slug="reef-listener",
        alt=(
            "A screen with the spectrogram of a reef by night, fish calls as bright arcs, and "
            "counts below."
        ),
        draw=projects.reef_listener,
    ),
    ProjectPicture(
        slug="field-health",
        alt=(
            "A satellite map of small fields coloured from bare brown to thriving green, one "
            "farm marked."
        ),
        draw=projects.field_health,
    ),
    ProjectPicture(
        slug="fair-price",
        alt="A phone before the lamps of a night market shows the price of maize and other goods.",
        draw=projects.market_prices,
    ),
    ProjectPicture(
        slug="read-aloud",
        alt="A phone on a sunlit desk shows a picture of a boat and a sentence being read aloud.",
        draw=projects.read_aloud,
    ),
    ProjectPicture(
        slug="quake-seconds",
        alt=(
            "A phone glows red in the dark: shaking expected in twelve seconds; drop, cover, "
            "hold on."
        ),
        draw=projects.quake_alert,
    ),
)
