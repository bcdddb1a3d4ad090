"""Drawing the demo's pictures on all cores, as JPEG files that a person might have uploaded."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from app.cli.demo.pictures.film import Pixels
from media.images.render import encode_jpeg

Drawing = tuple[str, Callable[[], Pixels]]
"""A picture's slug, and what makes its pixels."""


def draw_all(drawings: Iterable[Drawing]) -> Iterator[tuple[str, bytes]]:
    """Yield each slug with its JPEG file, in order, as soon as it is drawn."""
    # Fresh processes: a fork would carry open database connections along.
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        yield from pool.map(_draw, list(drawings))


def _draw(drawing: Drawing) -> tuple[str, bytes]:
    slug, draw = drawing
    return slug, encode_jpeg(draw())
