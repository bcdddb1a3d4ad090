"""The pictures teams show their projects with: devices in use, posters, a circuit board."""

import numpy as np

from app.cli.demo.pictures.film import Pixels, develop, show
from app.cli.demo.pictures.noise import Field, blur, grid, mix, rgb, rough, sample, soft, step
from app.cli.demo.pictures.screens import apps, dashboards
from app.cli.demo.pictures.screens.devices import (
    Quad,
    backdrop,
    cup,
    glare,
    laptop,
    phone,
    project,
    shadow,
    wood,
)
from app.cli.demo.pictures.screens.widgets import card, paint
from app.cli.demo.pictures.shapes import Point, bokeh, disc, path, shine
from app.cli.demo.pictures.sky import Clouds, gradient, overcast, sunlight


def _lights(
    canvas: Field, seed: int, rows: tuple[float, float], count: int, strength: float
) -> None:
    """Hang out-of-focus lamps in the background, in place."""
    rng = np.random.default_rng(seed)
    lamps = ((2.4, 1.3, 0.5), (2.2, 1.7, 1.0), (1.0, 1.5, 2.2), (2.4, 0.7, 0.3))
    for _ in range(count):
        at = (float(rng.uniform(0, canvas.shape[2])), float(rng.uniform(*rows)))
        tone = rgb(*lamps[int(rng.integers(4))]) * float(rng.uniform(0.05, 0.22)) * strength
        bokeh(canvas, at, float(rng.uniform(22, 62)), tone)


def _desk(height: int, width: int, seed: int, horizon: float, *, night: bool) -> Field:
    """Set up a wooden desk with a room or a window out of focus behind it."""
    canvas = wood(
        height,
        width,
        seed,
        horizon=horizon,
        colour=rgb(0.16, 0.085, 0.042) if night else rgb(0.36, 0.24, 0.145),
    )
    x, y = grid(height, width)
    room = (
        mix(rgb(0.010, 0.011, 0.016), rgb(0.05, 0.032, 0.024), step(0, horizon, y))
        if night
        else mix(rgb(0.62, 0.66, 0.70), rgb(0.80, 0.76, 0.70), step(0, horizon, y))
    )
    above = y < horizon
    canvas = np.where(above, room + 0 * x, canvas).astype(np.float32)
    if night:
        _lights(canvas, seed, (horizon * 0.1, horizon * 0.95), 46, 1.5)
    else:
        frame = (
            step(26, 14, np.abs(x - width * 0.36))
            + step(26, 14, np.abs(x - width * 0.78))
            + step(20, 10, np.abs(y - horizon * 0.42))
        )
        leaves = sample(rough(256, 1.2, seed + 5), x / 900 + 0 * y, y / 900 + 0 * x)
        garden = mix(
            rgb(1.0, 1.02, 1.0), rgb(0.20, 0.34, 0.13), step(-0.2, 0.9, leaves + y / horizon - 0.6)
        )
        canvas = np.where(
            above, mix(garden, rgb(0.42, 0.38, 0.34), np.clip(frame, 0, 1)), canvas
        ).astype(np.float32)
    low = int(horizon) + 60
    canvas[:, :low] = soft(canvas[:, : low + 40], 13 if not night else 4)[:, :low]
    fall = np.exp(-np.abs(x - width * 0.42) / (0.62 * width)) * (
        0.7 + 0.5 * step(height, horizon, y)
    )
    return (canvas * np.where(above, 1.0, fall * 1.25)).astype(np.float32)


def _near_soft(canvas: Field, row: float, radius: float) -> None:
    """Let the foreground below a row go out of focus, in place."""
    height = canvas.shape[1]
    top = int(row)
    part = canvas[:, top:]
    share = np.linspace(0, 1, height - top, dtype=np.float32)[:, None] ** 0.8
    part += (blur(part.copy(), radius) - part) * share


def flood_watch() -> Pixels:
    """Show the flood map on a phone that lies on a desk by night."""
    canvas = _desk(1024, 1536, 701, 330, night=True)
    body, cover = phone(apps.flood() * 0.95)
    quad: Quad = ((640.0, 300.0), (985.0, 342.0), (900.0, 985.0), (395.0, 880.0))
    canvas += np.exp(
        -(((grid(1024, 1536)[0] - 690) / 420) ** 2) - (((grid(1024, 1536)[1] - 640) / 300) ** 2)
    ) * rgb(0.02, 0.03, 0.045)
    shadow(canvas, quad, spread=14, drop=(10, 14), strength=0.8)
    project(canvas, body, tuple((x + 4, y + 9) for x, y in quad), cover=cover)  # type: ignore[arg-type] # four points stay four
    project(canvas, body, quad, cover=cover)
    cup(canvas, (1230.0, 420.0), 120)
    _near_soft(canvas, 860, 4)
    return develop(canvas, exposure=0.95, glow=0.12, vignette=0.6, contrast=0.35)


def clinic_queue() -> Pixels:
    """Show the clinic's queue on two phones against a plain wall."""
    canvas = backdrop(1024, 1536, rgb(0.62, 0.74, 0.72), rgb(0.22, 0.36, 0.35))
    for screen, quad in (
        (apps.lesson(), ((905.0, 215.0), (1255.0, 170.0), (1285.0, 930.0), (925.0, 905.0))),
        (apps.clinic(), ((470.0, 95.0), (880.0, 130.0), (870.0, 985.0), (455.0, 985.0))),
    ):
        shadow(canvas, quad, spread=26, drop=(34, 30), strength=0.5)
        body, cover = phone(screen * 0.9)
        project(canvas, body, quad, cover=cover)
        glare(canvas, quad, 0.035)
    return develop(canvas, exposure=0.62, glow=0.05, vignette=0.35, contrast=0.3)


def air_map() -> Pixels:
    """Show the clean-air map on a laptop by a window."""
    canvas = _desk(1024, 1536, 703, 430, night=False)
    laptop(canvas, dashboards.air_quality() * 0.9, left=330, top=105, wide=900)
    cup(canvas, (1345.0, 640.0), 92)
    return develop(canvas, exposure=0.66, glow=0.08, vignette=0.4, contrast=0.35)


def crop_line() -> Pixels:
    """Show crop advice on a phone held up against a field at dusk."""
    height, width = 1536, 1024
    canvas = gradient(
        height,
        width,
        [(0, (1.4, 0.75, 0.34)), (0.3, (0.8, 0.56, 0.42)), (1, (0.16, 0.28, 0.48))],
        640,
    )
    overcast(
        canvas,
        Clouds(711, cover=0.4, lit=(1.7, 0.9, 0.5), shade=(0.36, 0.30, 0.36)),
        640,
        (760, 560),
    )
    sunlight(canvas, (790, 560), rgb(1.8, 0.9, 0.3), spread=200, disc=44)
    x, y = grid(height, width)
    depth = np.clip((y - 640) / 700, 0.02, None)
    lane = np.sin((x - 560) / 46 / (depth + 0.05))
    green = mix(rgb(0.02, 0.05, 0.01), rgb(0.14, 0.21, 0.03), step(-1, 1, lane)) * (
        0.7 + 0.9 * np.exp(-np.abs(x - 790) / 400)
    )
    canvas = np.where(
        y > 640, mix(rgb(0.6, 0.36, 0.16), green, step(0.0, 0.14, depth)), canvas
    ).astype(np.float32)
    canvas = soft(canvas, 16)
    quad: Quad = ((250.0, 190.0), (742.0, 235.0), (716.0, 1330.0), (205.0, 1262.0))
    body, cover = phone(apps.crops() * 0.88)
    project(canvas, body, quad, cover=cover)
    glare(canvas, quad, 0.04)
    return develop(canvas, exposure=0.8, glow=0.13, vignette=0.4, contrast=0.35)


def mesh_poster() -> Pixels:
    """Show the mesh of a valley as a poster."""
    return show(dashboards.mesh_map(1536, 1086))


def sensor_board() -> Pixels:
    """Show the team's sensor board close up, its near and far edge out of focus."""
    height, width = 1024, 1536
    flat, lift = _board()
    canvas: Field = np.zeros((3, height, width), dtype=np.float32) + rgb(0.012, 0.012, 0.014)
    _lights(canvas, 723, (0, 240), 26, 0.7)
    quad: Quad = ((330.0, 130.0), (1440.0, 95.0), (1900.0, 1010.0), (-190.0, 1180.0))
    project(canvas, flat * (0.35 + lift), quad)
    x, y = grid(height, width)
    sheen = np.exp(-(((x - 500 - (y - 300) * 0.6) / 260) ** 2)) * step(110, 400, y)
    canvas *= 1 + sheen * 0.9
    focus = np.abs(y - 560) / 430
    near, wide = blur(canvas, 2.6), soft(canvas, 8)
    canvas = mix(mix(canvas, near, step(0.28, 0.6, focus)), wide, step(0.55, 1.05, focus))
    shine(canvas, (668.0, 742.0), 150, rgb(0.06, 0.9, 0.3))
    shine(canvas, (668.0, 742.0), 26, rgb(2.0, 6.0, 3.0))
    return develop(canvas.astype(np.float32), exposure=1.5, glow=0.16, vignette=0.6, contrast=0.35)


def _board() -> tuple[Field, Field]:
    """Draw the board flat: solder mask, traces, pads, chips; and how brightly each place shines."""
    board = np.zeros((3, 900, 1400), dtype=np.float32) + rgb(0.006, 0.062, 0.034)
    rng = np.random.default_rng(721)
    for _ in range(150):
        x, y = float(rng.integers(2, 138) * 10), float(rng.integers(2, 88) * 10)
        points: list[Point] = [(x, y)]
        for _ in range(int(rng.integers(2, 5))):
            turn = float(rng.choice([0, 45, 90, 135, 180, 225, 270, 315])) * np.pi / 180
            reach = float(rng.integers(3, 16)) * 10
            x, y = x + reach * float(np.cos(turn)), y + reach * float(np.sin(turn))
            points.append((x, y))
        path(board, points, colour=rgb(0.018, 0.125, 0.070), width=4)
        for end in (points[0], points[-1]):
            disc(board, end, 7, colour=rgb(0.62, 0.48, 0.24))
            disc(board, end, 3, colour=rgb(0.01, 0.01, 0.01))
    for _ in range(60):
        x, y = float(rng.integers(4, 130) * 10), float(rng.integers(4, 84) * 10)
        wide, tall = (34, 17) if rng.uniform() < 0.5 else (17, 34)
        card(board, (x, y, wide, tall), rgb(0.55, 0.54, 0.52), radius=2)
        inset = (
            (x + wide * 0.24, y, wide * 0.52, tall)
            if wide > tall
            else (x, y + tall * 0.24, wide, tall * 0.52)
        )
        card(
            board,
            inset,
            rgb(0.22, 0.13, 0.06) if rng.uniform() < 0.5 else rgb(0.012, 0.012, 0.013),
            radius=1,
        )
    for box in (
        (560, 300, 300, 300),
        (1010, 190, 210, 150),
        (180, 560, 220, 140),
        (950, 620, 180, 180),
    ):
        _chip(board, box)
    card(board, (150, 130, 290, 330), rgb(0.20, 0.20, 0.195), radius=6)
    for line in range(7):
        path(
            board,
            [(172.0, 160.0 + line * 44), (418.0, 160.0 + line * 44)],
            colour=rgb(0.34, 0.34, 0.335),
            width=3,
        )
    for pad in range(22):
        disc(board, (60.0 + pad * 60, 866.0), 17, colour=rgb(0.70, 0.54, 0.25))
        disc(board, (60.0 + pad * 60, 866.0), 9, colour=rgb(0.01, 0.01, 0.01))
    lit = 0.75 + 0.25 * sample(
        rough(256, 1.6, 722),
        *(
            g / 1400 + 0 * o
            for g, o in zip(grid(900, 1400), reversed(grid(900, 1400)), strict=True)
        ),
    )
    return board, lit


def _chip(board: Field, box: tuple[int, int, int, int]) -> None:
    left, top, wide, tall = box
    for pin_at in range(8, wide - 8, 16):
        card(board, (left + pin_at, top - 16, 7, tall + 32), rgb(0.58, 0.57, 0.55), radius=2)
    for pin_at in range(8, tall - 8, 16):
        card(board, (left - 16, top + pin_at, wide + 32, 7), rgb(0.58, 0.57, 0.55), radius=2)
    card(board, (left, top, wide, tall), rgb(0.012, 0.012, 0.013), radius=5)
    card(board, (left + 5, top + 5, wide - 10, tall - 10), rgb(0.020, 0.020, 0.021), radius=4)
    disc(board, (left + 26.0, top + 26.0), 8, colour=rgb(0.008, 0.008, 0.009))
    for line in range(3):
        reach = wide * (0.3 + 0.14 * line)
        path(
            board,
            [
                (left + wide * 0.2, top + tall * (0.42 + 0.13 * line)),
                (left + wide * 0.2 + reach, top + tall * (0.42 + 0.13 * line)),
            ],
            colour=rgb(0.09, 0.09, 0.09),
            width=5,
        )


def village_grid() -> Pixels:
    """Show the village grid on a laptop in a dark room."""
    canvas = _desk(1024, 1536, 731, 430, night=True)
    laptop(canvas, dashboards.microgrid() * 1.05, left=300, top=95, wide=930)
    return develop(canvas, exposure=1.25, glow=0.14, vignette=0.5, contrast=0.3)


def reef_listener() -> Pixels:
    """Show the reef's night spectrogram as the team's screen."""
    canvas = np.zeros((3, 1024, 1536), dtype=np.float32) + paint("0B0E14")
    canvas[:, 62:962, 48:1488] = dashboards.reef_sound()
    return show(canvas)


def field_health() -> Pixels:
    """Show the fields' health as a map."""
    return show(dashboards.field_patches(1280, 1280))


def market_prices() -> Pixels:
    """Show market prices on a phone before a night market's lamps."""
    height, width = 1280, 1280
    x, y = grid(height, width)
    canvas = (
        mix(rgb(0.012, 0.012, 0.020), rgb(0.11, 0.05, 0.022), np.exp(-np.abs(y - 640) / 300))
        + 0 * x
    ).astype(np.float32)
    _lights(canvas, 741, (200, 1000), 90, 1.3)
    canvas = blur(canvas, 2.0)
    quad: Quad = ((420.0, 120.0), (905.0, 92.0), (935.0, 1196.0), (432.0, 1150.0))
    body, cover = phone(apps.market() * 1.1)
    project(canvas, body, quad, cover=cover)
    glare(canvas, quad, 0.02)
    return develop(canvas, exposure=1.2, glow=0.16, vignette=0.5, contrast=0.3)


def read_aloud() -> Pixels:
    """Show the reading lesson on a phone on a sunlit desk."""
    canvas = _desk(1536, 1024, 751, 300, night=False)
    quad: Quad = ((330.0, 330.0), (742.0, 352.0), (835.0, 1370.0), (205.0, 1330.0))
    shadow(canvas, quad, spread=18, drop=(-22, 20), strength=0.7)
    body, cover = phone(apps.lesson() * 0.95)
    project(canvas, body, quad, cover=cover)
    glare(canvas, quad, 0.06)
    _near_soft(canvas, 1360, 4)
    return develop(canvas, exposure=0.70, glow=0.08, vignette=0.45, contrast=0.35)


def quake_alert() -> Pixels:
    """Show the earthquake alert lighting up a phone on a bedside table."""
    height, width = 1024, 1536
    canvas = wood(height, width, 761, horizon=-500, colour=rgb(0.10, 0.060, 0.034)) * 0.55
    quad: Quad = ((592.0, 92.0), (1010.0, 176.0), (880.0, 968.0), (440.0, 860.0))
    x, y = grid(height, width)
    canvas += np.exp(-(((x - 730) / 400) ** 2) - (((y - 520) / 420) ** 2)) * rgb(0.14, 0.012, 0.010)
    shadow(canvas, quad, spread=12, drop=(8, 12), strength=0.8)
    body, cover = phone(apps.alert() * 1.2)
    project(canvas, body, quad, cover=cover)
    return develop(canvas.astype(np.float32), exposure=1.35, glow=0.22, vignette=0.6, contrast=0.3)
