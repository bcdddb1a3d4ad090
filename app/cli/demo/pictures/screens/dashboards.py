"""What the larger screens and posters of the demo forum's projects show."""

import math
from functools import partial

import numpy as np

from app.cli.demo.pictures.noise import Field, blur, far, grid, mix, rough, sample, step
from app.cli.demo.pictures.screens.lettering import write
from app.cli.demo.pictures.screens.widgets import (
    INK,
    MUTED,
    PAPER,
    WHITE,
    bars,
    card,
    chart,
    curve,
    gauge,
    paint,
    sheet,
    town_map,
)
from app.cli.demo.pictures.shapes import disc, path, shine, stroke


def ramp(value: Field, codes: tuple[str, ...]) -> Field:
    """Colour a field (0..1) along a list of display colours."""
    stops = np.stack([paint(c).ravel() for c in codes])
    at = np.clip(value, 0, 1)
    where = np.linspace(0, 1, len(codes))
    return np.stack([np.interp(at, where, stops[:, plane]) for plane in range(3)]).astype(
        np.float32
    )


HEAT = ("2C7BB6", "00A6CA", "00CCBC", "90EB9D", "FFFF8C", "F9D057", "F29E2E", "E76818", "D7191C")
CROP = ("8C510A", "BF812D", "DFC27D", "E6E3B5", "A6D96A", "4DAC26", "1B7837", "00441B")
DEEP = (
    "000004",
    "1B0C41",
    "4A0C6B",
    "781C6D",
    "A52C60",
    "CF4446",
    "ED6925",
    "FB9B06",
    "F7D13D",
    "FCFFA4",
)


def _card(
    screen: Field,
    box: tuple[float, float, float, float],
    title: str,
    colour: Field = WHITE,
    ink: Field = INK,
) -> None:
    card(screen, box, colour, radius=14)
    write(screen, (box[0] + 24, box[1] + 24), title, size=17, colour=ink, weight=0.15)


def air_quality() -> Field:
    """Show a city's air: a heat map over streets, the worst stations, the week."""
    screen = sheet(900, 1440, PAPER)
    card(screen, (0, 0, 76, 900), paint("14324F"), radius=0)
    for i in range(6):
        card(screen, (24, 96 + i * 66, 28, 28), WHITE, radius=8, opacity=0.9 if i == 1 else 0.35)
    write(screen, (108, 34), "Clean air map", size=26, colour=INK, weight=0.15)
    write(screen, (1404, 40), "128 sensors, 3 min ago", size=16, colour=MUTED, anchor=1.0)
    town_map(screen, (108, 88, 860, 778), 621)
    x, y = grid(778, 860)
    smoke = 0.48 + 0.17 * sample(rough(256, 2.2, 622), x / 900 + 0 * y, y / 900 + 0 * x)
    smoke = smoke + 0.42 * np.exp(-far(x - 520, y - 320) / 150) - 0.16
    part = screen[:, 88:866, 108:968]
    part[:] = part * (0.35 + 0.65 * ramp(smoke, HEAT)) ** 1.0
    part[:] = mix(part, ramp(smoke, HEAT), 0.34)
    rng = np.random.default_rng(623)
    for _ in range(58):
        at = (float(rng.uniform(20, 840)), float(rng.uniform(20, 750)))
        tone = ramp(smoke[int(at[1]) : int(at[1]) + 1, int(at[0]) : int(at[0]) + 1], HEAT)
        disc(screen, (108 + at[0], 88 + at[1]), 11, colour=WHITE)
        disc(screen, (108 + at[0], 88 + at[1]), 8, colour=tone)
    for i in range(90):
        card(
            screen,
            (130 + i * 3, 826, 4, 18),
            ramp(np.full((1, 1), i / 90, dtype=np.float32), HEAT),
            radius=0,
        )
    _card(screen, (994, 88, 410, 236), "City average")
    gauge(screen, (1104, 222), 70, 0.62, paint("E0701C"), width=20)
    write(screen, (1104, 206), "87", size=40, colour=INK, anchor=0.5, weight=0.13)
    for i, (label, value) in enumerate((("PM 2.5", "31"), ("PM 10", "58"), ("NO2", "44"))):
        write(screen, (1216, 160 + i * 46), label, size=17, colour=MUTED)
        write(screen, (1374, 160 + i * 46), value, size=19, colour=INK, anchor=1.0, weight=0.15)
    _card(screen, (994, 346, 410, 246), "Last 7 days")
    tones = [
        paint(c) for c in ("7FC97F", "F2C230", "E0701C", "D0342C", "E0701C", "F2C230", "7FC97F")
    ]
    bars(screen, (1018, 400, 362, 160), [0.36, 0.5, 0.72, 0.95, 0.7, 0.52, 0.4], tones)
    _card(screen, (994, 614, 410, 252), "School gate, today")
    chart(screen, (1018, 668, 362, 160), curve(58, 36), paint("0B5CAD"), width=3.5)
    return screen


def microgrid() -> Field:
    """Show a village grid in the dark: what the sun gives, what homes take, the battery."""
    dark, panel = paint("0F1620"), paint("18222E")
    screen = sheet(900, 1440, dark)
    write(screen, (48, 40), "Village grid", size=28, colour=WHITE, weight=0.15)
    write(screen, (1392, 46), "Tuesday 14:20", size=17, colour=paint("8494A6"), anchor=1.0)
    _card(screen, (48, 104, 880, 430), "Power today, kW", panel, paint("B8C4D2"))
    hours = np.linspace(0, 1, 49)
    noise = np.asarray(curve(17, 49)) - 0.5
    sun = [
        float(v)
        for v in np.clip(
            np.sin(np.pi * np.clip((hours - 0.22) / 0.56, 0, 1)) * 0.86 * (1 + 0.5 * noise), 0.01, 1
        )
    ]
    use = [
        float(v)
        for v in 0.22
        + 0.34 * np.exp(-(((hours - 0.8) / 0.09) ** 2))
        + 0.16 * np.exp(-(((hours - 0.3) / 0.06) ** 2))
        + 0.12 * noise
    ]
    chart(screen, (84, 168, 808, 310), sun, paint("FFC24A"), fill=0.20, width=4)
    chart(screen, (84, 168, 808, 310), use, paint("4CB8FF"), fill=0.10, width=4)
    for i in range(7):
        write(
            screen,
            (84 + i * 134.6, 496),
            f"{i * 4}:00",
            size=15,
            colour=paint("8494A6"),
            anchor=0.5,
        )
    _card(screen, (952, 104, 440, 430), "Battery", panel, paint("B8C4D2"))
    gauge(screen, (1172, 318), 128, 0.78, paint("49D17D"), width=30)
    write(screen, (1172, 292), "78%", size=56, colour=WHITE, anchor=0.5, weight=0.13)
    write(screen, (1172, 484), "lasts until 5:10", size=18, colour=paint("8494A6"), anchor=0.5)
    for i, (label, value, tone) in enumerate(
        (
            ("Homes", "42", "4CB8FF"),
            ("Clinic", "2.1", "FF7A90"),
            ("School", "1.4", "FFC24A"),
            ("Pump", "0.9", "49D17D"),
        )
    ):
        left = 48 + i * 340
        _card(screen, (left, 560, 316, 292), label, panel, paint("B8C4D2"))
        write(screen, (left + 24, 612), value, size=46, colour=WHITE, weight=0.13)
        bars(screen, (left + 24, 700, 268, 124), curve(90 + 13 * i, 14), [paint(tone)])
    return screen


def mesh_map(height: int, width: int) -> Field:
    """Draw a poster: a mesh of radio nodes over the contours of a valley."""
    x, y = grid(height, width)
    u, v = x / width * 0.9 + 0 * y, y / width * 0.9 + 0 * x
    ground = sample(rough(512, 2.2, 631), u * 0.6, v * 0.6) + 0.05 * sample(
        rough(512, 1.6, 632), u, v
    )
    level = ground * 13
    close = np.abs(level - np.round(level))
    slope = np.abs(np.gradient(level, axis=0)) + np.abs(np.gradient(level, axis=1)) + 1e-4
    line = step(1.5, 0.5, close / slope)
    fifth = (np.mod(np.round(level), 5) == 0) * 1.0
    shade = np.clip(0.5 + (ground - np.roll(ground, (6, 6), (0, 1))) * 7, 0, 1)
    canvas: Field = mix(paint("0A1722"), paint("16303F"), shade) + line * (
        0.045 + 0.09 * fifth
    ) * paint("8FD0C8")
    rng = np.random.default_rng(633)
    nodes: list[tuple[float, float]] = []
    while len(nodes) < 62:
        at = (float(rng.uniform(70, width - 70)), float(rng.uniform(90, height - 230)))
        if all(math.dist(at, n) > 74 for n in nodes):
            nodes.append(at)
    for i, a in enumerate(nodes):
        near = sorted(nodes, key=partial(math.dist, a))[1:4]
        for b in near:
            strong = i % 3 != 0
            stroke(
                canvas,
                a,
                b,
                colour=paint("5CE1C2") if strong else paint("F3B95F"),
                width=2.6 if strong else 1.6,
                opacity=0.62,
            )
    for i, a in enumerate(nodes):
        gate = i % 13 == 0
        shine(canvas, a, 64 if gate else 36, (paint("F3B95F") if gate else paint("5CE1C2")) * 0.55)
        disc(canvas, a, 12 if gate else 7.5, colour=paint("FFE2AE") if gate else paint("C9FFF0"))
        disc(canvas, a, 6 if gate else 3.4, colour=paint("0A1722"))
    write(
        canvas,
        (70, height - 150),
        "62 nodes, one valley",
        size=52,
        colour=paint("E8F6F3"),
        weight=0.11,
    )
    write(
        canvas,
        (72, height - 70),
        "An open mesh for the schools the fibre has not reached",
        size=22,
        colour=paint("8FB8B8"),
    )
    return canvas


def reef_sound() -> Field:
    """Show a hydrophone's night: a spectrogram with calls, its wave, the counts."""
    dark = paint("0B0E14")
    screen = sheet(900, 1440, dark)
    x, y = grid(520, 1340)
    floor = (
        0.36
        - 0.24 * (1 - y / 520)
        + 0.07 * sample(rough(512, 0.6, 641), x / 700 + 0 * y, y / 500 + 0 * x)
    )
    power = floor + 0.05 * sample(rough(256, 1.3, 642), x / 1300 + 0 * y, y / 2600 + 0 * x)
    rng = np.random.default_rng(643)
    for _ in range(34):
        at, pitch = float(rng.uniform(0, 1340)), float(rng.uniform(90, 440))
        long, bend = float(rng.uniform(16, 74)), float(rng.uniform(-0.9, 0.9))
        for tone in (1, 2, 3):
            line = 520 - (520 - pitch) * tone * 0.62 - bend * (x - at) - 0.006 * (x - at) ** 2
            power = power + (0.62 / tone) * np.exp(-(((y - line) / 4.2) ** 2)) * np.exp(
                -(((x - at) / long) ** 2)
            )
    for at in rng.uniform(0, 1340, 120):
        power = power + 0.16 * np.exp(-(((x - float(at)) / 1.6) ** 2)) * step(40, 300, y)
    screen[:, 108:628, 50:1390] = ramp(blur(power.astype(np.float32), 0.8), DEEP)
    write(screen, (50, 38), "Reef listener", size=28, colour=WHITE, weight=0.15)
    write(screen, (1390, 46), "Buoy 3, 02:14", size=17, colour=MUTED, anchor=1.0)
    for i, label in enumerate(("8 kHz", "6", "4", "2")):
        write(screen, (64, 120 + i * 130), label, size=15, colour=paint("C9CED6"))
    wave = np.asarray(curve(73, 330)) - 0.5
    for i, value in enumerate(wave):
        tall = 8 + abs(float(value)) * 210 * (0.5 + 0.5 * abs(float(np.sin(i * 0.9))))
        stroke(
            screen,
            (52 + i * 4.06, 714 - tall / 2),
            (52 + i * 4.06, 714 + tall / 2),
            colour=paint("FB9B06"),
            width=2,
        )
    for i, (label, value) in enumerate(
        (
            ("Fish calls", "1 284"),
            ("Snapping shrimp", "high"),
            ("Boats", "3"),
            ("Reef health", "82%"),
        )
    ):
        left = 50 + i * 340
        write(screen, (left, 800), label, size=17, colour=MUTED)
        write(screen, (left, 834), value, size=34, colour=WHITE, weight=0.14)
    return screen


def field_patches(height: int, width: int) -> Field:
    """Draw a poster: fields round a village seen by satellite, coloured by how well they grow."""
    x, y = grid(height, width)
    u, v = x / width + 0 * y, y / width + 0 * x
    bend = sample(rough(256, 2.2, 651), u * 0.8, v * 0.8)
    table = np.random.default_rng(652).uniform(0, 1, 4096).astype(np.float32)
    a = u * 17 + v * 4 + bend * 1.1
    b = v * 21 - u * 5 + bend * 0.8
    strip = np.floor(b)
    shift = table.take((strip * 131).astype(np.intp) & 4095)
    count = 0.6 + 0.8 * table.take((strip * 57 + 9).astype(np.intp) & 4095)
    cell = np.floor(a * count + shift)
    key = (cell * 311 + strip * 677).astype(np.intp) & 4095
    edge = (
        np.minimum(
            np.abs(b - np.round(b)) / 21,
            np.abs(a * count + shift - np.round(a * count + shift)) / 17 / count,
        )
        * width
    )
    inner = sample(rough(512, 1.4, 653), u * 2, v * 2)
    furrow = (
        np.sin((u * np.cos(table.take(key) * 6) + v * np.sin(table.take(key) * 6)) * 900) * 0.02
    )
    vigour = 0.16 + 0.72 * table.take(key) + 0.085 * inner + furrow
    canvas = ramp(vigour, CROP)
    canvas = mix(canvas, paint("5F4B2A"), step(2.6, 1.2, edge) * 0.75)
    river = np.abs(sample(rough(256, 2.4, 654), u * 0.75 + 0.3, v * 0.75))
    canvas = mix(canvas, paint("1B5E20"), step(0.15, 0.06, river + 0.012 * inner) * 0.9)
    canvas = mix(canvas, paint("2B6CB0"), step(0.045, 0.03, river))
    road = step(3.4, 2.2, np.abs(v - 0.36 - 0.10 * np.sin(u * 5) - 0.03 * bend) * width)
    canvas = mix(canvas, paint("EFE6D2"), road).astype(np.float32)
    _legend(canvas, height, width)
    return canvas


def _legend(canvas: Field, height: int, width: int) -> None:
    """Write what the colours mean, and mark one farm."""
    box = (width * 0.56, height * 0.24, width * 0.15, height * 0.13)
    corners = [
        (box[0], box[1]),
        (box[0] + box[2], box[1]),
        (box[0] + box[2], box[1] + box[3]),
        (box[0], box[1] + box[3]),
    ]
    path(canvas, [*corners, corners[0]], colour=WHITE, width=5)
    card(canvas, (box[0], box[1] - 66, 230, 52), WHITE, radius=8)
    write(canvas, (box[0] + 20, box[1] - 49), "0.71 healthy", size=20, colour=INK, weight=0.15)
    card(canvas, (48, height - 208, 560, 160), WHITE, radius=16)
    write(canvas, (80, height - 178), "Field health", size=28, colour=INK, weight=0.15)
    for i in range(100):
        tone = ramp(np.full((1, 1), i / 99, dtype=np.float32), CROP)
        card(canvas, (80 + i * 4.96, height - 124, 6, 26), tone, radius=0)
    write(canvas, (80, height - 84), "bare", size=17, colour=MUTED)
    write(canvas, (576, height - 84), "thriving", size=17, colour=MUTED, anchor=1.0)
    path(canvas, [(width - 260, height - 70), (width - 60, height - 70)], colour=WHITE, width=5)
    write(
        canvas, (width - 160, height - 108), "500 m", size=20, colour=WHITE, anchor=0.5, weight=0.15
    )
