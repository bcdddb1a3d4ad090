"""Things people put up in a landscape: masts, lamps, boats, turbines."""

from itertools import pairwise

import numpy as np

from app.cli.demo.pictures.noise import Field, rgb
from app.cli.demo.pictures.shapes import Point, area, disc, path, stroke


def mast(canvas: Field, foot: Point, tall: float, colour: Field) -> None:
    """Draw a lattice mast with dishes, `tall` pixels high, standing at `foot`."""
    x, y = foot
    wide = tall * 0.055
    thin = max(1.0, tall * 0.009)
    top = y - tall
    for side in (-1, 1):
        stroke(
            canvas, (x + side * wide, y), (x + side * wide * 0.25, top), colour=colour, width=thin
        )
    levels = 13
    for level in range(levels):
        low, high = level / levels, (level + 1) / levels
        a, b = wide * (1 - 0.75 * low), wide * (1 - 0.75 * high)
        y0, y1 = y - tall * low, y - tall * high
        stroke(canvas, (x - a, y0), (x + b, y1), colour=colour, width=thin * 0.7)
        stroke(canvas, (x + a, y0), (x - b, y1), colour=colour, width=thin * 0.7)
    stroke(canvas, (x, top), (x, top - tall * 0.16), colour=colour, width=thin, end=thin * 0.6)
    for at, side in ((0.82, -1), (0.9, 1), (0.7, 1)):
        centre = y - tall * at
        reach = side * wide * 0.9
        drum = tall * 0.05
        stroke(
            canvas,
            (x + reach, centre - drum / 2),
            (x + reach, centre + drum / 2),
            colour=colour,
            width=tall * 0.032,
        )
    for side in (-1, 0, 1):
        across = x + side * wide * 0.55
        stroke(
            canvas,
            (across, top - tall * 0.01),
            (across, top + tall * 0.07),
            colour=colour,
            width=thin * 2.2,
        )


def acacia(canvas: Field, foot: Point, tall: float, colour: Field, seed: int) -> None:
    """Draw a flat-topped savannah tree, `tall` pixels high: forked limbs under pads of leaves."""
    rng = np.random.default_rng(seed)
    x, y = foot
    fork = (x + tall * 0.05, y - tall * 0.36)
    stroke(canvas, foot, fork, colour=colour, width=tall * 0.05, end=tall * 0.03)
    for limb in range(7):
        lean = -0.62 + limb * 0.21 + float(rng.normal(0, 0.05))
        lift = 0.84 - 0.16 * lean * lean + float(rng.normal(0, 0.02))
        elbow = (x + tall * lean * 0.38, y - tall * (0.36 + 0.28 * lift))
        end = (x + tall * lean, y - tall * lift)
        stroke(canvas, fork, elbow, colour=colour, width=tall * 0.024, end=tall * 0.015)
        stroke(canvas, elbow, end, colour=colour, width=tall * 0.015, end=tall * 0.005)
        for _ in range(150):
            spot = (
                end[0] + tall * float(rng.normal(0, 0.12)),
                end[1] - tall * abs(float(rng.normal(0, 0.03))),
            )
            disc(canvas, spot, tall * float(rng.uniform(0.004, 0.013)), colour=colour, opacity=0.9)


def grass(
    canvas: Field, base: float, tall: float, colour: Field, *, seed: int, blades: int
) -> None:
    """Draw a fringe of bending grass along the row `base`, out of focus a little."""
    rng = np.random.default_rng(seed)
    width = canvas.shape[2]
    for _ in range(blades):
        x = float(rng.uniform(-20, width + 20))
        size = tall * float(rng.uniform(0.3, 1.0))
        bend = size * float(rng.normal(0.18, 0.22))
        mid = (x + bend * 0.3, base - size * 0.6)
        tip = (x + bend, base - size)
        stroke(canvas, (x, base), mid, colour=colour, width=3.2, end=2.2, soft=1.1)
        stroke(canvas, mid, tip, colour=colour, width=2.2, end=0.8, soft=1.1)


def person(canvas: Field, foot: Point, tall: float, colour: Field) -> None:
    """Draw a standing figure from afar."""
    x, y = foot
    disc(canvas, (x, y - tall * 0.93), tall * 0.062, colour=colour)
    half = ((0.03, 0.88), (0.035, 0.845), (0.115, 0.815), (0.10, 0.64), (0.085, 0.46), (0.09, 0.40))
    left = [(x - a * tall, y - b * tall) for a, b in half]
    area(canvas, left + [(2 * x - a, b) for a, b in reversed(left)], colour=colour)
    for side in (-1, 1):
        hip = (x + side * tall * 0.045, y - tall * 0.44)
        foot_at = (x + side * tall * 0.06, y - tall * 0.01)
        stroke(canvas, hip, foot_at, colour=colour, width=tall * 0.085, end=tall * 0.05)
        elbow = (x + side * tall * 0.155, y - tall * 0.62)
        hand = (
            x + side * tall * (0.13 if side > 0 else 0.20),
            y - tall * (0.45 if side > 0 else 0.52),
        )
        stroke(
            canvas,
            (x + side * tall * 0.10, y - tall * 0.79),
            elbow,
            colour=colour,
            width=tall * 0.045,
        )
        stroke(canvas, elbow, hand, colour=colour, width=tall * 0.042, end=tall * 0.034)


def boat(canvas: Field, middle: Point, length: float, colour: Field, *, crew: int = 1) -> None:
    """Draw a dug-out with its crew; `middle` is where the hull meets the water."""
    x, y = middle
    half, deep = length / 2, length * 0.055
    outline = [(x - half, y - deep * 2.1), (x - half * 0.7, y - deep), (x + half * 0.7, y - deep)]
    outline += [(x + half, y - deep * 2.3), (x + half * 0.82, y), (x - half * 0.8, y)]
    area(canvas, outline, colour=colour)
    for number in range(crew):
        at = x - half * 0.45 + number * half * 0.8
        person(canvas, (at, y - deep * 0.5), length * 0.36, colour)
    pole = x - half * 0.45
    stroke(
        canvas,
        (pole - length * 0.2, y + deep),
        (pole + length * 0.12, y - length * 0.42),
        colour=colour,
        width=1.6,
    )


def turbine(canvas: Field, foot: Point, tall: float, colour: Field, turn: float) -> None:
    """Draw a wind turbine, hub at `tall` pixels, its first blade at `turn` radians."""
    x, y = foot
    hub = (x, y - tall)
    stroke(canvas, foot, hub, colour=colour, width=tall * 0.034, end=tall * 0.017)
    stroke(
        canvas,
        (x - tall * 0.02, y - tall),
        (x + tall * 0.03, y - tall),
        colour=colour,
        width=tall * 0.03,
    )
    for blade in range(3):
        angle = turn + blade * 2 * np.pi / 3
        along = (float(np.cos(angle)), float(np.sin(angle)))
        knee = (x + along[0] * tall * 0.14, hub[1] + along[1] * tall * 0.14)
        tip = (x + along[0] * tall * 0.62, hub[1] + along[1] * tall * 0.62)
        stroke(canvas, hub, knee, colour=colour, width=tall * 0.013, end=tall * 0.027)
        stroke(canvas, knee, tip, colour=colour, width=tall * 0.027, end=tall * 0.005)


def poles(
    canvas: Field, first: Point, last: Point, *, tall: float, count: int, colour: Field
) -> None:
    """Draw a line of telephone poles running into the distance, wires sagging between them."""
    tops: list[tuple[Point, Point]] = []
    for number in range(count):
        share = 1 - 1 / (1 + 0.62 * number)
        x, y = first[0] + (last[0] - first[0]) * share, first[1] + (last[1] - first[1]) * share
        size = tall * (1 - share)
        wide = size * 0.14
        stroke(canvas, (x, y), (x, y - size), colour=colour, width=size * 0.02, end=size * 0.015)
        stroke(
            canvas,
            (x - wide, y - size * 0.93),
            (x + wide, y - size * 0.93),
            colour=colour,
            width=size * 0.02,
        )
        tops.append(((x - wide, y - size * 0.95), (x + wide, y - size * 0.95)))
    for near, away in pairwise(tops):
        for a, b in zip(near, away, strict=True):
            sag = abs(a[0] - b[0]) * 0.05 + abs(a[1] - b[1]) * 0.12
            steps = [i / 8 for i in range(9)]
            line = [
                (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t + sag * 4 * t * (1 - t))
                for t in steps
            ]
            path(canvas, line, colour=colour, width=1.3)


def solar_rows(canvas: Field, corner: Point, *, rows: int, size: float, sky: Field) -> None:
    """Draw rows of tilted solar panels receding from their near left corner."""
    for row in reversed(range(rows)):
        scale = size / (1 + 0.5 * row)
        x, y = (
            corner[0] + 230 * (1 - 1 / (1 + 0.5 * row)),
            corner[1] - 118 * (1 - 1 / (1 + 0.5 * row)),
        )
        wide, tall, lean = scale * 5.2, scale * 0.62, scale * 0.34
        for leg in range(4):
            at = x + wide * (0.08 + 0.28 * leg)
            stroke(
                canvas,
                (at, y),
                (at, y + scale * 0.34),
                colour=rgb(0.02, 0.02, 0.02),
                width=max(1.2, scale * 0.03),
            )
        outline = [(x, y), (x + wide, y), (x + wide + lean, y - tall), (x + lean, y - tall)]
        area(canvas, outline, colour=rgb(0.55, 0.5, 0.45))
        for cell in range(12):
            for half in (0, 1):
                a, b = (cell + 0.06) / 12, (cell + 0.94) / 12
                low, high = 0.05 + half * 0.48, 0.47 + half * 0.48
                quad = [
                    (x + wide * a + lean * low, y - tall * low),
                    (x + wide * b + lean * low, y - tall * low),
                ]
                quad += [
                    (x + wide * b + lean * high, y - tall * high),
                    (x + wide * a + lean * high, y - tall * high),
                ]
                area(canvas, quad, colour=sky * (0.35 + 0.3 * high + 0.035 * cell))


def dish(canvas: Field, foot: Point, wide: float, *, body: Field, face: Field) -> None:
    """Draw a ground-station dish looking up to the right; `foot` is the base of its tower."""
    x, y = foot
    hub = (x, y - wide * 0.62)
    base = [
        (x - wide * 0.2, y),
        (x - wide * 0.08, hub[1]),
        (x + wide * 0.08, hub[1]),
        (x + wide * 0.2, y),
    ]
    area(canvas, base, colour=body)
    lean, squash = -0.72, 0.36
    cos, sin = float(np.cos(lean)), float(np.sin(lean))

    def at(along: float, out: float) -> Point:
        return hub[0] + out * cos - along * sin, hub[1] + out * sin + along * cos

    rim = [i * 2 * np.pi / 44 for i in range(44)]
    half = wide * 0.56
    bowl = [
        at(half * float(np.cos(a)), wide * 0.24 - wide * 0.32 * max(0.0, 1 - float(np.cos(a)) ** 2))
        for a in rim[:23]
    ]
    area(canvas, bowl, colour=body)
    face_at = [
        at(half * float(np.cos(a)), wide * 0.24 + half * squash * float(np.sin(a))) for a in rim
    ]
    area(canvas, face_at, colour=face)
    inner = [
        at(half * 0.93 * float(np.cos(a)), wide * 0.24 + half * squash * 0.9 * float(np.sin(a)))
        for a in rim
    ]
    area(canvas, inner, colour=face * 0.62 + body * 0.3, soft=3)
    focus = at(0, wide * 0.72)
    for a in (0.5, 2.6, 4.7):
        stroke(
            canvas,
            at(half * 0.9 * float(np.cos(a)), wide * 0.24 + half * squash * 0.9 * float(np.sin(a))),
            focus,
            colour=body,
            width=wide * 0.012,
        )
    disc(canvas, focus, wide * 0.03, colour=body)


def lighthouse(canvas: Field, foot: Point, tall: float, *, dark: Field, pale: Field) -> None:
    """Draw a banded lighthouse with its lamp room, `tall` pixels high."""
    x, y = foot
    low, high = tall * 0.115, tall * 0.075
    bands = 6
    for band in range(bands):
        a, b = band / bands, (band + 1) / bands
        wide, slim = low + (high - low) * a, low + (high - low) * b
        y0, y1 = y - tall * 0.82 * a, y - tall * 0.82 * b
        colour = pale if band % 2 == 0 else dark
        area(
            canvas, [(x - wide, y0), (x + wide, y0), (x + slim, y1), (x - slim, y1)], colour=colour
        )
        area(
            canvas,
            [(x - wide, y0), (x - wide * 0.2, y0), (x - slim * 0.2, y1), (x - slim, y1)],
            colour=colour * 0.45,
            soft=wide * 0.25,
            opacity=0.7,
        )
    rail = y - tall * 0.82
    stroke(canvas, (x - high * 1.4, rail), (x + high * 1.4, rail), colour=dark, width=tall * 0.02)
    area(
        canvas,
        [
            (x - high * 0.8, rail),
            (x + high * 0.8, rail),
            (x + high * 0.8, y - tall * 0.94),
            (x - high * 0.8, y - tall * 0.94),
        ],
        colour=rgb(2.2, 1.6, 0.8),
    )
    for side in (-0.8, -0.25, 0.25, 0.8):
        stroke(
            canvas,
            (x + high * side, rail),
            (x + high * side, y - tall * 0.94),
            colour=dark,
            width=tall * 0.008,
        )
    area(
        canvas,
        [(x - high, y - tall * 0.94), (x + high, y - tall * 0.94), (x, y - tall)],
        colour=dark,
    )
