"""How long renditions of 1600, 800 and 320 pixels take, beside four other ways to make them.

- Podium: the gate (`probe`) and `render`, as the worker's child runs them.
- libvips: a bare script with the same settings and nothing else; what the engine can do.
- floor: libjpeg-turbo's scaled decoding and libwebp's encoding alone, without any resizing.
- sharp: Node.js on libvips, each size from the file as its guide shows, at our quality and effort.
- Pillow: decode, convert, resize from the whole picture and save, as a first version would.

All on one thread, in processor time. The pictures are drawn here, with the grain of a camera, so
that they cost what photographs cost.
"""

import io
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
import pyvips
import simplejpeg
from PIL import Image, ImageOps

from bench.rounds import interleave, milliseconds, table
from media.images.probe import probe
from media.images.render import EFFORT, QUALITY, render
from media.limits import MAX_BYTES, Limits

SIZES = (1600, 800, 320)
CASES = (
    ("JPEG 12 MP", (4000, 3000), "jpg"),
    ("JPEG 24 MP", (6000, 4000), "jpg"),
    ("JPEG 50 MP", (8160, 6144), "jpg"),
    ("PNG 12 MP", (4000, 3000), "png"),
    ("WebP 12 MP", (4000, 3000), "webp"),
)
PEERS = ("libvips", "floor", "sharp", "Pillow")
SHARP = Path(__file__).parent / "sharp"
_SHARP_SCRIPT = """
import sharp from "sharp";
import { createInterface } from "node:readline";
sharp.concurrency(1);
sharp.cache(false);
for await (const line of createInterface({ input: process.stdin })) {
  const { path, sizes, quality } = JSON.parse(line);
  const before = process.cpuUsage();
  const source = sharp(path).autoOrient();
  for (const width of sizes) {
    await source.clone().resize({ width }).webp({ quality, effort: 2 }).toBuffer();
  }
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1e6);
}
"""


def main() -> None:
    """Draw the pictures and print one table."""
    with tempfile.TemporaryDirectory(prefix="podium-bench-") as folder, Sharp() as sharp:
        rows = []
        for label, size, ending in CASES:
            path = Path(folder) / f"picture-{size[0]}.{ending}"
            draw(path, size)
            rows.append(measure(label, path, sharp))
        table(
            ("picture", "Podium", *PEERS, *(f"Podium ÷ {peer}" for peer in PEERS)),
            rows,
        )


def draw(path: Path, size: tuple[int, int]) -> None:
    """Write a picture with shapes at every scale and a grain, as a camera would make it."""
    width, height = size
    chance = np.random.default_rng(7)
    picture = pyvips.Image.black(width, height, bands=3)
    for cells in (4, 16, 64, 256):
        coarse = chance.integers(0, 256, (cells, cells, 3), np.uint8)
        layer = pyvips.Image.new_from_array(coarse).resize(
            width / cells, vscale=height / cells, kernel="cubic"
        )
        picture = picture + layer.crop(0, 0, width, height) * (0.5 if cells == 4 else 0.17)
    grain = pyvips.Image.gaussnoise(width, height, sigma=9)
    picture = (picture + grain).cast("uchar").copy(interpretation="srgb")
    picture.write_to_file(str(path), **({"Q": 90} if path.suffix in {".jpg", ".webp"} else {}))


def measure(label: str, path: Path, sharp: "Sharp") -> tuple[str, ...]:
    """Return a row: medians, then Podium's ratio to each of the others."""
    contenders: dict[str, Callable[[], object]] = {
        "Podium": partial(podium, path),
        "libvips": partial(libvips, path),
        "sharp": partial(sharp.run, path),
        "Pillow": partial(pillow, path),
    }
    if path.suffix == ".jpg":
        contenders["floor"] = floor(path)
    taken = interleave(contenders, clock=time.process_time)
    return (
        label,
        *(milliseconds(taken[name]) if name in taken else "" for name in ("Podium", *PEERS)),
        *(f"{taken['Podium'] / taken[name]:.2f}" if name in taken else "" for name in PEERS),
    )


def podium(path: Path) -> None:
    """Gate and renditions."""
    limits = Limits(max_bytes=10 * MAX_BYTES)
    with path.open("rb") as file:
        picture = probe(file, limits)
    for _ in render(path, picture, tuple(sorted(SIZES))):
        pass


def libvips(path: Path) -> None:
    """Run the same engine bare: shrink on load, one decode, a cascade, WebP without metadata."""
    options = {"fail_on": "truncated"}
    if path.suffix == ".jpg":
        options["shrink"] = shrink_of(pyvips.Image.jpegload(str(path)).width)
    image = pyvips.Image.new_from_file(str(path), **options)
    for width in SIZES:
        image = image.thumbnail_image(width, height=10_000_000, size="down", no_rotate=True)
        image = image.copy_memory()
        image.webpsave_buffer(Q=QUALITY, effort=EFFORT, keep="none")


def shrink_of(width: int) -> int:
    """Return the largest of libjpeg's shrinks that keeps the largest size."""
    return max(shrink for shrink in (1, 2, 4, 8) if width / shrink >= SIZES[0] or shrink == 1)


def floor(path: Path) -> Callable[[], object]:
    """Return what decodes a JPEG scaled and encodes the sizes, which are made beforehand."""
    data = path.read_bytes()
    largest = Image.open(path)
    width, height = largest.size
    made = [largest.resize((size, height * size // width)) for size in SIZES]
    at_least = (height // shrink_of(width), width // shrink_of(width))

    def run() -> None:
        simplejpeg.decode_jpeg(data, min_height=at_least[0], min_width=at_least[1], min_factor=1)
        for image in made:
            image.save(io.BytesIO(), "WEBP", quality=QUALITY, method=EFFORT)

    return run


def pillow(path: Path) -> None:
    """Make renditions as a first version would."""
    with Image.open(path) as opened:
        image = ImageOps.exif_transpose(opened).convert("RGB")
    for width in SIZES:
        size = (width, image.height * width // image.width)
        made = image.resize(size, Image.Resampling.LANCZOS)
        made.save(io.BytesIO(), "WEBP", quality=QUALITY)


class Sharp:
    """A Node.js process that makes the renditions of one picture per line; started once."""

    def __enter__(self) -> Self:
        """Start it; `make bench` has installed it."""
        self._process = subprocess.Popen(
            ["node", "--input-type=module", "--eval", _SHARP_SCRIPT],
            cwd=SHARP,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End it by ending its input."""
        self._process.communicate()

    def run(self, path: Path) -> float:
        """Make one picture's renditions; return the processor's seconds."""
        assert self._process.stdin
        assert self._process.stdout
        order = {"path": str(path), "sizes": SIZES, "quality": QUALITY}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())


if __name__ == "__main__":
    main()
