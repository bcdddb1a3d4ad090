"""The first page of a document: drawn, never run, refused where nobody could read it."""

from pathlib import Path

import numpy as np
import pytest

from app.errors import InvalidError
from media.images.document import draw_first_page
from tests.media import pictures


def draw(data: bytes, folder: Path, width: int = 595) -> np.ndarray:
    path = folder / "document"
    path.write_bytes(data)
    found: np.ndarray = draw_first_page(path, width).numpy()
    return found


def refusal(data: bytes, folder: Path) -> InvalidError:
    with pytest.raises(InvalidError) as caught:
        draw(data, folder)
    assert "PDF" in caught.value.message
    return caught.value


def test_a_page_is_drawn_on_white(tmp_path: Path) -> None:
    page = draw(pictures.pdf(), tmp_path)
    assert page.shape[2] == 3
    assert page.shape[:2] == pytest.approx((842, 595), abs=1)
    assert page[200, 300].tolist() == pytest.approx([220, 30, 40], abs=2)
    assert page[700, 300].tolist() == [255, 255, 255]


def test_a_page_is_as_wide_as_it_is_wanted(tmp_path: Path) -> None:
    assert draw(pictures.pdf(), tmp_path, 1600).shape[1] == pytest.approx(1600, abs=1)


def test_a_very_tall_page_is_kept_in_bounds(tmp_path: Path) -> None:
    tall = pictures.pdf().replace(b"[0 0 595 842]", b"[0 0 20 14000]")
    height, width, _ = draw(tall, tmp_path, 2560).shape
    assert height * width <= 10_100_000
    assert height <= 16_383


@pytest.mark.parametrize(
    "data",
    [
        pictures.pdf()[:200] + b"%%EOF",
        b"%PDF-1.4\n%%EOF\n",
        pictures.pdf().replace(b"/Kids[3 0 R]/Count 1", b"/Kids[     ]/Count 0"),
        pictures.pdf().replace(b"[0 0 595 842]", b"[0 0 595 20000]"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, tmp_path: Path) -> None:
    assert refusal(data, tmp_path).reason == "damaged"


def test_what_asks_for_a_password_is_refused(tmp_path: Path) -> None:
    # The standard handler, with keys that no password opens.
    key = "<" + "00" * 32 + ">"
    lock = f"/Encrypt<</Filter/Standard/V 1/R 2/O{key}/U{key}/P -1>>/ID[<00><00>]"
    data = pictures.pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R" + lock.encode())
    assert refusal(data, tmp_path).reason == "locked"


def test_a_script_in_a_document_changes_nothing(tmp_path: Path) -> None:
    act = "/OpenAction<</S/JavaScript/JS(this.getField('x').value = 1; while (true) {})>>"
    assert np.array_equal(draw(pictures.pdf(catalog=act), tmp_path), draw(pictures.pdf(), tmp_path))
