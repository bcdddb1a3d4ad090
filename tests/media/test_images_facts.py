"""What a file says of its making: tidy where it makes sense, nothing where it does not."""

import io
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from media.images.facts import Facts, read_facts
from media.images.probe import examine
from media.limits import Limits
from tests.media import pictures

MAKE, MODEL, TAKEN = 0x010F, 0x0110, 0x9003
GENEVA = {1: "N", 2: (46.0, 12.0, 3.0), 3: "E", 4: (6.0, 9.0, 1.0)}


def block(
    make: object = None,
    model: object = None,
    taken: object = None,
    place: dict[int, object] | None = None,
) -> Image.Exif:
    exif = Image.Exif()
    for tag, value in ((MAKE, make), (MODEL, model)):
        if value is not None:
            exif[tag] = value
    if taken is not None:
        exif.get_ifd(pictures.EXIF)[TAKEN] = taken
    exif.get_ifd(pictures.GPS).update(place or {})
    return exif


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"])
def test_every_format_is_read(name: str) -> None:
    exif = pictures.exif(6, secret="Ada", camera="Zenit E")
    data = pictures.encode(pictures.subject(), name, exif=exif)
    _, facts = examine(io.BytesIO(data), Limits())
    assert facts == Facts("Zenit E", datetime(2025, 3, 8, 17, 30), 46.200833, 6.150278)  # noqa: DTZ001 - a camera knows no zone


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF", "TIFF"])
def test_a_file_that_says_nothing_has_no_facts(name: str) -> None:
    data = pictures.encode(pictures.subject(), name)
    assert examine(io.BytesIO(data), Limits())[1] == Facts()


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION", "NIKON D750", "NIKON D750"),
        ("OLYMPUS IMAGING CORP.  ", "E-P3           ", "OLYMPUS E-P3"),
        ("CASIO COMPUTER CO.,LTD.", "EX-S1", "CASIO EX-S1"),
        ("samsung", "Galaxy S24 FE", "samsung Galaxy S24 FE"),
        ("Apple", None, "Apple"),
        (None, "moto g(9)", "moto g(9)"),
        ("", "  ", None),
        ("Ricoh\0garbage", "GR\x01\x02 III", "Ricoh GR III"),
        ("x" * 90, "y" * 90, f"{'x' * 90} {'y' * 29}"),
        (7, (1, 2), None),
    ],
)
def test_a_camera_has_a_tidy_name(make: object, model: object, camera: str | None) -> None:
    assert read_facts(block(make, model)).camera == camera


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ("2024:02:29 23:59:59", datetime(2024, 2, 29, 23, 59, 59)),  # noqa: DTZ001 - a camera knows no zone
        ("2024:02:29 23:59:59.123", datetime(2024, 2, 29, 23, 59, 59)),  # noqa: DTZ001 - as above
        ("2023:02:29 12:00:00", None),
        ("0000:00:00 00:00:00", None),
        ("0001:01:01 00:00:00", None),
        ("    :  :     :  :  ", None),
        ("yesterday", None),
        ("", None),
        (20240229, None),
    ],
)
def test_a_time_that_cannot_be_is_none(said: object, taken: datetime | None) -> None:
    assert read_facts(block(taken=said)).taken_at == taken


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({}, (46.200833, 6.150278)),
        ({1: "S"}, (-46.200833, 6.150278)),
        ({3: "W"}, (46.200833, -6.150278)),
        ({1: "n", 3: "e\0"}, (46.200833, 6.150278)),
        ({2: (46.5, 0.0, 0.0)}, (46.5, 6.150278)),
        ({2: (90.0, 0.0, 0.0)}, (90.0, 6.150278)),
        ({4: (180.0, 0.0, 0.0)}, (46.200833, 180.0)),
    ],
)
def test_a_place_is_in_degrees(change: dict[int, object], place: tuple[float, float]) -> None:
    facts = read_facts(block(place=GENEVA | change))
    assert (facts.latitude, facts.longitude) == place


@pytest.mark.parametrize(
    "change",
    [
        {1: "X"},
        {1: ""},
        {1: "E"},
        {2: (90.0, 0.0, 1.0)},
        {4: (181.0, 0.0, 0.0)},
        {2: (46.0, 61.0, 0.0)},
        {2: (46.0, 0.0, 61.0)},
        {2: (-46.0, 0.0, 0.0)},
        {2: (46.0, 12.0)},
        {2: "46"},
        {2: ("a", "b", "c")},
        {2: (float("nan"), 0.0, 0.0)},
        {2: (float("inf"), 0.0, 0.0)},
        {2: (IFDRational(1, 0), 0.0, 0.0)},
        {2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)},
    ],
)
def test_a_place_that_cannot_be_is_none(change: dict[int, object]) -> None:
    facts = read_facts(block(place=GENEVA | change))
    assert (facts.latitude, facts.longitude) == (None, None)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(8, 300), st.binary(min_size=1, max_size=6)), max_size=6))
def test_a_broken_block_gives_facts_or_none(cuts: list[tuple[int, bytes]]) -> None:
    data = bytearray(pictures.exif(6, secret="Ada", camera="Zenit E"))
    for at, noise in cuts:
        data[at : at + len(noise)] = noise
    picture = pictures.encode(pictures.subject(16, 16), "JPEG", exif=bytes(data))
    _, facts = examine(io.BytesIO(picture), Limits())
    assert (facts.latitude is None) == (facts.longitude is None)
    assert facts.camera is None or len(facts.camera) <= 120
