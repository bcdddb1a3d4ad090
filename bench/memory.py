"""How much memory and time one picture costs at the limit of what is taken, from file to verdict.

Each file goes to a child process as the worker's files do; printed are the most memory that the
child held, Python and programs included, and the processor time it took.
"""

import tempfile
from pathlib import Path

import pyvips

from bench.pictures import draw
from bench.rounds import table
from media.images import isolate, nursery
from media.limits import MAX_BYTES, MEBIBYTE, Limits

HUNDRED = (12_240, 8_160)
JPEG = {"Q": 85, "subsample_mode": "on"}
CASES = (
    ("JPEG, 12 MP", (4000, 3000), "jpg", JPEG),
    ("JPEG, 50 MP", (8160, 6144), "jpg", JPEG),
    ("JPEG, 100 MP", HUNDRED, "jpg", JPEG),
    ("JPEG, 100 MP, progressive", HUNDRED, "jpg", JPEG | {"interlace": True}),
    ("JPEG, 101 MP", (12_240, 8_256), "jpg", JPEG),
    ("JPEG, 400 MP", (24_480, 16_320), "jpg", JPEG),
    ("PNG, 100 MP", HUNDRED, "png", {"compression": 1}),
    ("PNG, 100 MP, interlaced", HUNDRED, "png", {"compression": 1, "interlace": True}),
    ("WebP, 100 MP", HUNDRED, "webp", {"Q": 75, "effort": 0}),
    ("TIFF, 100 MP", HUNDRED, "tif", {"compression": "lzw"}),
    ("AVIF, 24 MP", (6000, 4000), "avif", {"Q": 60, "effort": 0}),
)


def main() -> None:
    """Draw each picture, try it, and print one table."""
    limits = Limits(max_bytes=20 * MAX_BYTES)
    rows = []
    with tempfile.TemporaryDirectory(prefix="podium-bench-") as folder:
        for label, size, ending, options in CASES:
            path = Path(folder) / f"picture.{ending}"
            drawn = Path(folder) / "drawn.tif"
            draw(drawn, size)
            pyvips.Image.new_from_file(str(drawn), access="sequential").write_to_file(
                str(path), **options
            )
            drawn.unlink()
            rows.append((label, f"{path.stat().st_size / MEBIBYTE:.1f} MB", *_try(path, limits)))
            path.unlink()
    nursery.close()
    table(("picture", "file", "verdict", "most memory", "processor time"), rows)


def _try(path: Path, limits: Limits) -> tuple[str, str, str]:
    with path.open("rb") as source, tempfile.TemporaryFile() as result:
        ended = isolate.attempt(source, result, limits)
        result.seek(0)
        words = result.readline()
    verdict = "renditions" if b'"renditions"' in words else "refused"
    if ended.status:
        verdict = "stopped by its limits"
    return verdict, f"{ended.peak / MEBIBYTE:.0f} MB", f"{ended.cpu:.2f} s"


if __name__ == "__main__":
    main()
