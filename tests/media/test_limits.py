"""What may be uploaded."""

import pytest

from app.errors import InvalidError
from media.limits import (
    FORMATS,
    MAX_BYTES,
    MEGAPIXEL,
    RENDITION_WIDTHS,
    AssetKind,
    Limits,
    accept,
    check_size,
    most_pixels,
    names,
)


@pytest.mark.parametrize("size", [1, 1024, MAX_BYTES])
def test_a_size_within_the_limit_passes(size: int) -> None:
    check_size(size, Limits())


@pytest.mark.parametrize("size", [0, -1])
def test_an_empty_file_is_refused(size: int) -> None:
    with pytest.raises(InvalidError) as caught:
        check_size(size, Limits())
    assert caught.value.reason == "empty"


@pytest.mark.parametrize(
    ("size", "limit", "says"),
    [
        (MAX_BYTES + 1, MAX_BYTES, {"size": 50.1, "limit": "50"}),
        (3 * 1024 * 1024, 1024 * 1024, {"size": 3.0, "limit": "1"}),
        (2**21, 3 * 2**19, {"size": 2.0, "limit": "1.5"}),
    ],
)
def test_a_large_file_is_refused_with_its_size_and_the_limit(
    size: int, limit: int, says: dict[str, object]
) -> None:
    with pytest.raises(InvalidError) as caught:
        check_size(size, Limits(max_bytes=limit))
    error = caught.value
    assert error.reason == "too-large"
    assert error.params == says
    assert f"{says['limit']} MB" in error.message % error.params


@pytest.mark.parametrize(
    ("bytes_per_pixel", "megapixels"),
    [(0.0, 100), (4.0, 100), (4.01, 99), (5.0, 80), (8.5, 47), (10.0, 40), (17.0, 23)],
)
def test_what_decoders_hold_at_once_has_to_fit(bytes_per_pixel: float, megapixels: int) -> None:
    assert most_pixels(bytes_per_pixel) == megapixels * MEGAPIXEL


def test_the_platform_takes_every_format_in_its_order() -> None:
    assert names(Limits().accepted()) == ("JPEG, PNG, WebP, HEIC, AVIF, TIFF, PDF, MP4, WebM")


def test_a_contest_takes_only_its_own_kinds_and_formats() -> None:
    limits = Limits(kinds=frozenset({AssetKind.PICTURE}), formats=frozenset({"PDF", "PNG", "JPEG"}))
    assert names(limits.accepted()) == "JPEG, PNG"
    assert limits.accepted({AssetKind.DOCUMENT}) == ()


def test_a_file_field_accepts_by_extension_and_media_type() -> None:
    limits = Limits(formats=frozenset({"HEIF", "PDF"}))
    heic, pdf = ".heic,.heif,.hif,image/heic,image/heif", ".pdf,application/pdf"
    assert accept(limits.accepted()) == f"{heic},{pdf}"
    assert accept(limits.accepted({AssetKind.DOCUMENT})) == pdf


def test_a_format_has_one_media_type_of_its_own() -> None:
    assert FORMATS["HEIF"].media_type == "image/heic"
    assert len({f.media_type for f in FORMATS.values()}) == len(FORMATS)


def test_widths_ascend() -> None:
    assert list(RENDITION_WIDTHS) == sorted(set(RENDITION_WIDTHS))
