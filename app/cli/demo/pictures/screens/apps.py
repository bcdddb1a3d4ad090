"""What the phones of the demo forum's projects show: screens 600 x 1280."""

import numpy as np

from app.cli.demo.pictures.noise import Field, far, grid, mix, rgb, rough, sample, step
from app.cli.demo.pictures.screens.lettering import write
from app.cli.demo.pictures.screens.widgets import (
    INK,
    LINE,
    MUTED,
    PAPER,
    WHITE,
    bars,
    card,
    chart,
    curve,
    gauge,
    paint,
    pin,
    row,
    sheet,
    town_map,
)
from app.cli.demo.pictures.shapes import area, disc, path

TALL, WIDE = 1280, 600


def _bar(screen: Field, colour: Field) -> None:
    """Write the phone's own line: the time, signal, battery."""
    write(screen, (54, 30), "9:41", size=19, colour=colour, weight=0.16)
    for i in range(4):
        card(screen, (462 + i * 11, 46 - 5 * i, 7, 6 + 5 * i), colour, radius=2)
    card(screen, (518, 30, 36, 21), colour, radius=6, opacity=0.35)
    card(screen, (518, 30, 26, 21), colour, radius=6)


def flood() -> Field:
    """Show a flood map with gauges, and the next hours of the nearest one."""
    screen = sheet(TALL, WIDE, PAPER)
    ground = town_map(screen, (0, 0, WIDE, 860), 601, river=0.16)
    wet = step(0.62, 0.30, np.abs(ground))
    part = screen[:, :860, :WIDE]
    part[:] = mix(part, paint("2F6FD0"), wet * 0.42)
    part[:] = mix(part, paint("0B3C8C"), step(0.34, 0.14, np.abs(ground)) * 0.5)
    for x, y, colour in (
        (150, 300, "E0A100"),
        (330, 420, "D0342C"),
        (452, 250, "2E9E5B"),
        (250, 620, "D0342C"),
        (470, 640, "E0A100"),
    ):
        pin(screen, (x, y), 46, paint(colour))
    card(screen, (28, 88, 544, 76), WHITE, radius=38)
    disc(screen, (74, 124), 12, colour=MUTED)
    disc(screen, (74, 124), 8, colour=WHITE)
    write(screen, (108, 113), "Search a street or gauge", size=20, colour=MUTED)
    _bar(screen, INK)
    card(screen, (0, 776, WIDE, 560), WHITE, radius=44)
    card(screen, (262, 794, 76, 8), LINE, radius=4)
    write(screen, (44, 834), "River gauge 14", size=32, colour=INK, weight=0.15)
    card(screen, (404, 826, 156, 50), paint("FBE3E1"), radius=25)
    write(screen, (482, 841), "Rising", size=20, colour=paint("B3261E"), anchor=0.5, weight=0.16)
    write(screen, (44, 892), "3.84 m", size=50, colour=paint("0B5CAD"), weight=0.15)
    write(screen, (318, 914), "above normal", size=21, colour=MUTED)
    chart(screen, (44, 980, 512, 150), curve(3, 30, trend=1.2), paint("0B5CAD"))
    for i, label in enumerate(("18:00", "21:00", "0:00", "3:00")):
        write(screen, (44 + i * 152, 1146), label, size=16, colour=MUTED)
    card(screen, (44, 1188, 512, 66), paint("0B5CAD"), radius=33)
    write(screen, (300, 1210), "Warn my street", size=22, colour=WHITE, anchor=0.5, weight=0.16)
    return screen


def clinic() -> Field:
    """Show a clinic's queue as seen by the nurse."""
    screen = sheet(TALL, WIDE, PAPER)
    card(screen, (0, -40, WIDE, 400), paint("0F766E"), radius=44)
    _bar(screen, WHITE)
    write(screen, (44, 104), "Today at the clinic", size=30, colour=WHITE, weight=0.15)
    write(screen, (44, 160), "18 waiting", size=40, colour=WHITE, weight=0.15)
    write(screen, (44, 236), "Average wait 24 min", size=21, colour=paint("B9E4DD"))
    bars(screen, (436, 150, 124, 96), [0.35, 0.6, 0.9, 0.75, 0.5, 0.3, 0.45], [paint("5EC2B2")])
    names = (
        ("Amina", "Antenatal visit", "8:50"),
        ("Kofi", "Vaccination", "9:05"),
        ("Leila", "Blood pressure", "9:20"),
        ("Samuel", "Follow up", "9:35"),
        ("Nadia", "Eye check", "9:50"),
        ("Thabo", "Test result", "10:05"),
    )
    tones = ("D97706", "0B5CAD", "7C3AED", "DB2777", "059669", "475569")
    for i, ((name, why, at), tone) in enumerate(zip(names, tones, strict=True)):
        row(screen, (32, 306 + i * 134, 536, 116), name, why, chip=paint(tone), value=at)
    card(screen, (170, 1146, 260, 84), paint("0F766E"), radius=42)
    write(screen, (300, 1176), "Call next", size=25, colour=WHITE, anchor=0.5, weight=0.16)
    return screen


def crops() -> Field:
    """Show advice for a field: a photograph of it, soil moisture, the week's rain."""
    screen = sheet(TALL, WIDE, PAPER)
    x, y = grid(470, WIDE)
    depth = np.clip((y - 190) / 420, 0.02, None)
    lane = np.sin((x - 300) / 42 / (depth + 0.06)) * step(0.02, 0.12, depth)
    leaf = sample(rough(512, 0.8, 611), (x - 300) / 900 / depth, 0.2 / depth + 0 * x)
    green = mix(rgb(0.035, 0.10, 0.015), rgb(0.16, 0.30, 0.04), step(-1.3, 1.3, lane + 0.5 * leaf))
    dusk = mix(rgb(1.0, 0.72, 0.42), rgb(0.20, 0.42, 0.70), step(190, 0, y)) + 0 * x
    screen[:, :470] = np.where(y > 190, green, dusk)
    _bar(screen, WHITE)
    write(screen, (44, 92), "North field", size=34, colour=WHITE, weight=0.15)
    card(screen, (0, 410, WIDE, 900), PAPER, radius=44)
    for i, (label, value, tone) in enumerate(
        (("Moisture", 0.42, "0B7BC1"), ("Nitrogen", 0.68, "3F9B2F"), ("Sun", 0.84, "E6A100"))
    ):
        card(screen, (32 + i * 184, 440, 168, 226), WHITE, radius=22)
        gauge(screen, (116 + i * 184, 532), 50, value, paint(tone), width=13)
        write(
            screen,
            (116 + i * 184, 522),
            f"{round(value * 100)}%",
            size=21,
            colour=INK,
            anchor=0.5,
            weight=0.15,
        )
        write(screen, (116 + i * 184, 622), label, size=17, colour=MUTED, anchor=0.5)
    card(screen, (32, 690, 536, 250), WHITE, radius=22)
    write(screen, (60, 716), "Rain this week", size=22, colour=INK, weight=0.15)
    bars(
        screen,
        (60, 766, 480, 120),
        [0.12, 0.3, 0.08, 0.66, 0.92, 0.55, 0.2],
        [paint("8FC3EA"), paint("8FC3EA"), paint("8FC3EA"), paint("0B7BC1")],
    )
    for i, day in enumerate("MTWTFSS"):
        write(screen, (94 + i * 68.6, 900), day, size=16, colour=MUTED, anchor=0.5)
    card(screen, (32, 964, 536, 176), paint("E4F2DF"), radius=22)
    write(screen, (60, 994), "Sow on Thursday", size=27, colour=paint("22591A"), weight=0.15)
    write(screen, (60, 1046), "Rain is likely for three days.", size=19, colour=paint("3B6B34"))
    write(screen, (60, 1084), "Wait with the fertilizer.", size=19, colour=paint("3B6B34"))
    card(screen, (32, 1168, 536, 76), paint("2F7D23"), radius=38)
    write(
        screen, (300, 1194), "Hear it in Chichewa", size=23, colour=WHITE, anchor=0.5, weight=0.16
    )
    return screen


def market() -> Field:
    """Show a market's prices: maize through the month, then other goods."""
    screen = sheet(TALL, WIDE, paint("14171C"))
    _bar(screen, WHITE)
    write(screen, (44, 100), "Maize, 50 kg", size=26, colour=paint("9AA3AE"))
    write(screen, (44, 150), "412.50", size=62, colour=WHITE, weight=0.13)
    card(screen, (370, 158, 160, 52), paint("12382A"), radius=26)
    write(screen, (450, 174), "+3.2 %", size=21, colour=paint("4ADE80"), anchor=0.5, weight=0.16)
    chart(
        screen, (44, 270, 512, 300), curve(41, 40, trend=0.35), paint("4ADE80"), fill=0.18, width=5
    )
    for i, span in enumerate(("1D", "1W", "1M", "1Y")):
        if i == 2:
            card(screen, (44 + i * 132, 600, 116, 52), paint("2A3038"), radius=26)
        write(
            screen,
            (102 + i * 132, 617),
            span,
            size=19,
            colour=WHITE if i == 2 else MUTED,
            anchor=0.5,
            weight=0.15,
        )
    goods = (
        ("Beans", "86.20", "4ADE80", 5),
        ("Rice", "134.00", "F87171", 77),
        ("Tomato", "22.75", "4ADE80", 101),
        ("Onion", "31.10", "F87171", 160),
    )
    for i, (name, price, tone, seed) in enumerate(goods):
        top = 690 + i * 138
        card(screen, (32, top, 536, 120), paint("1E232A"), radius=22)
        write(screen, (64, top + 34), name, size=24, colour=WHITE, weight=0.15)
        write(screen, (64, top + 74), "per 10 kg", size=16, colour=MUTED)
        chart(
            screen,
            (240, top + 34, 150, 50),
            curve(seed, 16, trend=0.4 if tone == "4ADE80" else -0.4),
            paint(tone),
            fill=0.0,
            width=3,
        )
        write(screen, (540, top + 48), price, size=24, colour=WHITE, anchor=1.0, weight=0.15)
    return screen


def lesson() -> Field:
    """Show a reading lesson: a picture, a sentence, the word being read aloud."""
    screen = sheet(TALL, WIDE, paint("FFF7E8"))
    _bar(screen, INK)
    card(screen, (44, 98, 440, 16), paint("F0DFBE"), radius=8)
    card(screen, (44, 98, 286, 16), paint("E07A1F"), radius=8)
    write(screen, (556, 94), "7/11", size=21, colour=paint("8A6A3A"), anchor=1.0, weight=0.15)
    card(screen, (44, 150, 512, 500), paint("9AD0EC"), radius=34)
    disc(screen, (420, 270), 58, colour=paint("FFD65A"))
    area(screen, [(60, 560), (190, 330), (330, 560)], colour=paint("5B8C5A"))
    area(screen, [(230, 560), (370, 390), (540, 560)], colour=paint("3F6F4A"))
    card(screen, (44, 520, 512, 130), paint("2E86C1"), radius=34)
    card(screen, (44, 520, 512, 60), paint("2E86C1"), radius=0)
    area(screen, [(200, 560), (400, 560), (370, 610), (226, 610)], colour=paint("8B3A1E"))
    path(screen, [(300, 560), (300, 400)], colour=paint("5A2513"), width=7)
    area(screen, [(308, 406), (308, 545), (404, 545)], colour=paint("FFF4DC"))
    card(screen, (224, 690, 190, 72), paint("FFD9A8"), radius=16)
    write(screen, (58, 706), "The boat goes", size=38, colour=INK, weight=0.14)
    write(screen, (58, 782), "home before", size=38, colour=INK, weight=0.14)
    write(screen, (58, 858), "the rain.", size=38, colour=INK, weight=0.14)
    heights = [abs(v - 0.5) * 2.4 + 0.1 for v in curve(29, 44)]
    for i, high in enumerate(heights):
        card(
            screen,
            (60 + i * 11, 990 - 50 * min(1, high), 6, 100 * min(1, high)),
            paint("E07A1F") if i < 19 else paint("EBCFA3"),
            radius=3,
        )
    disc(screen, (300, 1156), 70, colour=paint("E07A1F"))
    area(screen, [(278, 1118), (278, 1194), (342, 1156)], colour=WHITE)
    for at in (120, 480):
        disc(screen, (at, 1156), 44, colour=paint("F7E3C1"))
        turn = 1 if at == 480 else -1
        path(
            screen,
            [(at - 9 * turn, 1136), (at + 11 * turn, 1156), (at - 9 * turn, 1176)],
            colour=paint("8A6A3A"),
            width=7,
        )
    return screen


def alert() -> Field:
    """Show an earthquake alert: the seconds left, rings round the epicentre, what to do."""
    screen = sheet(TALL, WIDE, paint("8E1616"))
    x, y = grid(TALL, WIDE)
    screen[:] = mix(paint("B91C1C"), paint("4A0A0A"), step(100, 1280, y) + 0 * x)
    distance = far(x - 300, y - 560)
    for reach in (150, 230, 310, 400, 500):
        ring = step(3.2, 1.4, np.abs(distance - reach)) * 0.55 * np.exp(-reach / 420)
        screen += (WHITE - screen) * ring
    disc(screen, (300, 560), 116, colour=WHITE)
    _bar(screen, WHITE)
    write(screen, (300, 130), "Shaking expected", size=36, colour=WHITE, anchor=0.5, weight=0.15)
    write(screen, (300, 200), "Strong, 41 km away", size=22, colour=paint("FFC9C9"), anchor=0.5)
    write(screen, (300, 508), "12", size=84, colour=paint("8E1616"), anchor=0.5, weight=0.13)
    write(screen, (300, 622), "seconds", size=20, colour=paint("8E1616"), anchor=0.5)
    for i, (word, note) in enumerate(
        (("Drop", "to your knees"), ("Cover", "under a table"), ("Hold on", "until it stops"))
    ):
        card(screen, (36, 850 + i * 122, 528, 104), WHITE, radius=24, opacity=0.13)
        disc(screen, (92, 902 + i * 122), 28, colour=WHITE)
        write(
            screen,
            (92, 891 + i * 122),
            str(i + 1),
            size=22,
            colour=paint("8E1616"),
            anchor=0.5,
            weight=0.17,
        )
        write(screen, (146, 880 + i * 122), word, size=26, colour=WHITE, weight=0.16)
        write(screen, (146, 920 + i * 122), note, size=18, colour=paint("FFC9C9"))
    return screen
